"""Claims proved for every channel and all sequence numbers: the theorem of a claim into a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product
from time import monotonic

from model.certificates import Certificates
from model.engines.ask import BLASTED, Asker, Unanswered
from model.engines.discharge import Discharged, Prover
from model.engines.unbounded import Induction, Lemma
from model.engines.verdict import INTERRUPTED, Effort, Progress
from model.network.bounded import Network
from model.network.closing_soup import ClosingNetwork
from model.network.closing_text import TextNetwork
from model.network.embedding import Embedding
from model.network.make import AnyNetwork
from model.network.soup import Assumed, UnboundedNetwork
from model.network.timed_soup import TimedNetwork
from model.proof_words import event_name, proof_text, report_on
from model.row import Options, Row, Task, stem, written
from model.system import Property
from model.tcp.config import Config
from properties.invariant import BASE, COROLLARIES, CorollaryOf
from properties.opening_proofs import ACCEPTED, HEARD, IN_TURN, THEOREMS
from properties.timed_proofs import TIMED, in_time, lemmas_in_time

Report = Callable[[str, Progress], None]


VARIED = ("handshake", "rst", "syn", "ack_range", "mutant")
"""Fields of the protocol in which a proof and a search of one claim may differ."""


def network_for(task: Task) -> UnboundedNetwork:
    """The unbounded network of a task, with the assumptions that its proof makes."""
    assert isinstance(task.config, Config)
    if task.proof and task.proof.time:
        return TIMED[task.proof.time](task.config)
    if task.config.start == "half-closed":
        return ClosingNetwork(task.config)
    without = task.proof.without if task.proof else ""
    return UnboundedNetwork(task.config, Assumed(segments=without != "segments", peer=without != "peer"))


def layers(
    name: str, network: UnboundedNetwork, leave_out: str = "", using: Sequence[CorollaryOf] = COROLLARIES
) -> tuple[Induction, ...]:
    """The inductions of a theorem: the invariant; with it, the property's own lemmas, which imply the property.

    In time the lemmas about time show what the others assume, or are all that is needed.
    leave_out: a lemma to do without. using: the corollaries of the invariant.
    """
    if isinstance(network, ClosingNetwork):
        return (in_time(network, leave_out),)
    if isinstance(network, TimedNetwork):
        return (in_time(network, leave_out), *layers(name, network.untimed, leave_out, using))
    theorem = THEOREMS[name]
    base, own = (
        [lemma for lemma in (make(network) for make in some) if lemma.name != leave_out]
        for some in (BASE, theorem.lemmas)
    )
    steps = tuple(replace(step, owes=theorem.owes(network, step)) for step in network.soup.steps)
    goal = theorem.goal and theorem.goal(network)
    corollaries = [make(network) for make in using]
    first = Induction(network.soup, (), base, corollaries=corollaries)
    return first, Induction(replace(network.soup, steps=steps), [*base, *corollaries], own, goal)


def lemmas_of(name: str, network: UnboundedNetwork) -> list[Lemma]:
    """The lemmas of a theorem."""
    if isinstance(network, ClosingNetwork):
        return lemmas_in_time(network)
    if isinstance(network, TimedNetwork):
        return [*lemmas_in_time(network), *lemmas_of(name, network.untimed)]
    return [make(network) for make in (*BASE, *THEOREMS[name].lemmas)]


def lemmas_for(network: AnyNetwork) -> list[Property]:
    """The invariant, said of a bounded network: lemmas for its induction. A server's network has none."""
    if not isinstance(network, Network) or network.config.syn_cookies or network.config.timed:
        return []
    embedding = Embedding(network)
    found = [embedding.bookkeeping]
    found += [
        embedding.always(make(embedding.soup)) for make in (*BASE, *HEARD, *(IN_TURN if network.config.turns else ()))
    ]
    each = range(1, network.config.incarnations + 1)
    for a, b in product(each, each):
        embedding = Embedding(network, (a, b))
        found += [embedding.always(make(embedding.soup), f" ({a}, {b})") for make in ACCEPTED]
    return found


def judge_proofs(tasks: Sequence[Task], options: Options, progress: Report) -> Iterator[list[Row]]:
    """A row for each task; what two of them share is proved once."""
    prover, certificates = Prover(Asker(options.limits)), Certificates(options.out / "certificates")
    with_text = Prover(Asker(options.limits, solver=BLASTED.solver))
    for task in tasks:
        texts = isinstance(network_for(task), TextNetwork)
        row, found = judge_proof(task, with_text if texts else prover, progress)
        if options.certify and not row.effort.limit:
            with written(options):
                certificates.proof(row, network_for(task), found)
        yield [_written(row, options)]
        if row.effort.limit == INTERRUPTED:
            return


def judge_proof(task: Task, prover: Prover, progress: Report) -> tuple[Row, list[Discharged]]:
    """The theorem of one claim, and what became of its obligations.

    It holds if every obligation is proved; otherwise it is unknown, and the row says what fails.
    """
    begun, network, done = monotonic(), network_for(task), 0

    def count() -> None:
        nonlocal done
        done += 1
        progress(task.variant, Progress(0, 0, done, 0, monotonic() - begun))

    both = layers(task.claim.name, network)
    found = [one for layer in both for one in prover.prove(layer, count)]
    limit, never = next((one.limit for one in found if one.limit), ""), []
    try:
        never = [] if limit else [event_name(s.name) for s in both[-1].soup.steps if not prover.happens(both[-1], s)]
    except Unanswered as stop:
        limit = str(stop)
    effort = Effort(0, 0, 0, complete=not limit, limit=limit, seconds=monotonic() - begun)
    report = report_on(network, found, never)
    verdict = "holds" if not report.failing and not limit else "unknown"
    why = limit or (f"not inductive: {', '.join(report.failing)}" if report.failing else "")
    if task.proof and not limit and set(never) != set(task.proof.never):
        verdict, why = "vacuous", f"the events that never happen are not those expected: {', '.join(never) or 'none'}"
    times = ", all times" if isinstance(network, (TimedNetwork, ClosingNetwork)) else ""
    scope = f"every channel{times}, {network.bits} bits"
    return Row(task, task.claim.name, "unbounded", verdict, effort, scope, why, proof=report), found


def _written(row: Row, options: Options) -> Row:
    """The row; its proof's words are also put into a file."""
    with written(options):
        path = options.out / (stem(row.task.claim.name, row.task.variant) + ".txt")
        path.write_text(proof_text(row), encoding="utf-8")
    return row


def combined(rows: Sequence[Row]) -> list[Row]:
    """The rows, each proof together with the search that its claim points to.

    A proof that fails where it must, in exactly the obligations that are named, and whose search has found a run, is a
    violation with that run as its evidence. A proof that goes through where a search has found a run is a
    contradiction between engines.
    """
    searched = {(row.task.claim.name, row.task.variant): row for row in rows if row.task.proof is None}
    return [_with_search(row, searched) if row.task.proof else row for row in rows]


def _with_search(row: Row, searched: dict[tuple[str, str], Row]) -> Row:
    assert row.task.proof is not None
    assert row.proof is not None
    proof, name = row.task.proof, row.task.claim.name
    bounded = searched.get((name, proof.bounded))
    if row.verdict == "holds":
        wrong = [one for one in searched.values() if one.task.claim.name == name and _refutes(one, row)]
        if wrong:
            why = f"proved for every channel, but a search found a run that violates it ({wrong[0].task.variant})"
            return replace(row, verdict="contradiction", why=why)
        return row
    if row.effort.limit or row.verdict == "vacuous" or proof.expected != "fails":
        return row
    if set(row.proof.failing) != set(proof.fails):
        return replace(row, why=f"{row.why}; expected was: {', '.join(sorted(proof.fails))}")
    if bounded is None or bounded.verdict != "violated":
        return replace(row, why=f"{row.why}; no run was found ({proof.bounded})")
    why = (
        f"fails at {', '.join(sorted({one.split(': ')[0] for one in proof.fails}))}; the run is that of {proof.bounded}"
    )
    return replace(row, verdict="violated", why=why, evidence=bounded.evidence)


def _refutes(bounded: Row, proved: Row) -> bool:
    """A search has found a run of the protocol and under the assumptions of the proof, at which the property fails."""
    one, all_of = bounded.task.config, proved.task.config
    if bounded.verdict != "violated" or not isinstance(one, Config) or not isinstance(all_of, Config):
        return False
    if all_of.start == "half-closed":
        network = network_for(proved.task)
        return isinstance(network, ClosingNetwork) and network.covers(one)
    distance, space = one.but(isns_apart=all_of.isns_apart).isn_distance, 1 << one.seq_bits
    chosen = [pair for name in ("isn_a", "isn_b") for pair in combinations(one.isns(name, 0)[: one.incarnations], 2)]
    fresh = all(min((m - n) % space, (n - m) % space) >= distance for m, n in chosen)
    return fresh and all(getattr(all_of, name) in ("either", getattr(one, name)) for name in VARIED)
