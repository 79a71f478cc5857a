"""Proofs for every channel: what is proved, what fails where, and that nothing is proved for want of trying."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import z3

from model.any_channel.every_channel import WIDER, every_channel
from model.any_channel.network import UnboundedNetwork
from model.any_channel.words import GHOSTS, event_of, in_words
from model.check import main
from model.core.answer import Answer, Effort, Outcome
from model.engines.inductive.discharge import Discharged, Prover
from model.engines.inductive.obligations import Corollary, Duty, Induction, LemmaPart, Obligation, substituted
from model.engines.symbolic.solver import LimitedSolver
from model.questions.combine import combined
from model.questions.proof_words import became, report_on
from model.questions.task import ProofReport, RunReport, Task, TaskResult
from model.questions.theorems import layers
from model.report.summary import exit_status
from model.report.verdict_words import against
from model.settings.config import Config
from model.settings.protocol import LEFT_OPEN, Protocol
from model.settings.setting import BadConfig, settings_of
from model.tcp.cause import Broken, Cause, caused
from properties.claims import CLAIMS, find
from properties.configs import EVERY_CHANNEL, EVERY_CONNECTION
from properties.opening import IMPOSSIBLE
from properties.proofs.theorems import THEOREMS

TOY = EVERY_CHANNEL.but(seq_bits=5, window=4, octets=2)
"""W = window = 4; 2(W + window) + 1 = 17 numbers just fit into 5 bits."""

CONNECTIONS = EVERY_CONNECTION.but(seq_bits=5, window=4, octets=2)
TOYS = {name: CONNECTIONS if name == "no-old-segment-accepted" else TOY for name in THEOREMS}
"""Each theorem under its assumptions."""


@cache
def asker() -> Prover:
    """One prover for all tests: what they share is proved once."""
    return Prover(LimitedSolver())


@cache
def proved(name: str, config: Config = TOY, segments: bool = True, peer: bool = True) -> list[Discharged]:
    """What became of the obligations of a theorem."""
    network = every_channel(config, segments, peer)
    return [one for layer in layers(name, network) for one in asker().prove(layer)]


def failing(found: list[Discharged]) -> set[str]:
    """The obligations that fail, as "event: lemma"."""
    return {one.name for one in report_on((), [became(one) for one in found]).failing}


MINUTES = pytest.mark.minutes


@pytest.mark.parametrize("name", ["half-open", *(pytest.param(n, marks=MINUTES) for n in THEOREMS if n != "half-open")])
def test_three_way_is_proved_for_every_channel(name: str) -> None:
    found = proved(name, TOYS[name])
    assert {one.answer for one in found} == {"holds"}
    assert len(found) == {"client-can-receive": 1375, "agreement": 1541, "no-old-segment-accepted": 2066}.get(
        name, 1372
    )


@pytest.mark.parametrize(
    ("name", "lemma"),
    [
        pytest.param("client-can-receive", "counts-only-if-accepted", marks=MINUTES),
        ("half-open", "counts-only-if-heard"),
        pytest.param("ghost-after-close", "counts-only-if-heard", marks=MINUTES),
        pytest.param("agreement", "open-only-to-the-older", marks=MINUTES),
    ],
)
def test_two_way_fails_at_exactly_one_event(name: str, lemma: str) -> None:
    assert failing(proved(name, TOY.but(handshake="two-way"))) == {f"LISTEN, SYN arrives: {lemma}"}


@pytest.mark.minutes
def test_without_freshness_the_events_that_choose_an_isn_fail() -> None:
    (claim,) = (claim for claim in CLAIMS if claim.name == "old-duplicates-need-fresh-isns")
    for proof in [one for one in claim.proofs if one.without]:
        found = proved(claim.name, TOY, segments=proof.without != "segments", peer=proof.without != "peer")
        assert failing(found) == {one.name for one in proof.fails}
        assert len(proof.fails) == {"segments": 12, "peer": 8}[proof.without]


@pytest.mark.minutes
@pytest.mark.parametrize("bits", [8, 16, 32])
def test_the_same_obligations_are_proved_at_other_widths(bits: int) -> None:
    for name in THEOREMS:
        found = proved(name, TOYS[name].but(seq_bits=bits))
        assert {one.answer for one in found} == {"holds"}
        assert [one.obligation.name for one in found] == [one.obligation.name for one in proved(name, TOYS[name])]


def test_a_narrower_number_space_is_refused_with_the_inequality() -> None:
    with pytest.raises(BadConfig, match=r"2\(W\+window\)\+1 must fit into the number space: 2\(4\+4\)\+1 > 2\^4"):
        TOY.but(seq_bits=4)


@pytest.mark.minutes
@pytest.mark.parametrize(
    "change",
    [
        {"rfc1337": True},
        {"abort_to": "TIME-WAIT"},
        {"data_on_syn": "dropped"},
        {"data_on_syn": "accepted"},
        {"fin": "any"},
        {"ack_range": "rfc5961-synchronized"},
        {"half_close": "discards"},
        {"close": "merged"},
        {"send_on_syn": False},
        {"retransmission": False},
    ],
    ids=lambda change: ",".join(f"{name}={value}" for name, value in change.items()),
)
def test_the_proof_does_not_depend_on_the_other_choices(change: dict[str, object]) -> None:
    assert {one.answer for one in proved("half-open", TOY.but(**change))} == {"holds"}


@pytest.mark.parametrize("change", [{"timed": True}, {"syn_cookies": True}, {"start": "established"}])
def test_what_a_proof_does_not_cover_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadConfig, match="a proof for every channel"):
        every_channel(TOY.but(**change))


# -- nothing is proved for want of trying --


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("half-open", marks=pytest.mark.long),
        pytest.param("client-can-receive", marks=MINUTES),
        pytest.param("agreement", marks=MINUTES),
    ],
)
def test_the_premises_of_every_obligation_can_be_satisfied_but_for_a_syn_in_the_window(name: str) -> None:
    """Also with both current SYNs accepted by everybody in question. Fresh numbers exclude a SYN in the window."""
    network, solver = every_channel(TOY), z3.SolverFor("QF_BV")
    ghosts = [ghost for end in network.sides.values() for ghost in (end.heard, end.heard_by)]
    asked = [o for layer in layers(name, network) for o in layer.obligations() if o.kind not in ("initial", "goal")]
    never = [
        (event_of(o), more) for o in asked for more in (False, True) if not _satisfied(solver, o, ghosts[: 4 * more])
    ]
    assert len(asked) > 1300
    assert {event for event, _ in never} == set(IMPOSSIBLE)
    assert [event for event, more in never if more] == [event for event, more in never if not more]


def _satisfied(solver: z3.Solver, obligation: Obligation, more: list[z3.BoolRef]) -> bool:
    solver.push()
    solver.add(*obligation.premises, *more)
    answer = solver.check()
    solver.pop()
    return bool(answer == z3.sat)


@pytest.mark.parametrize("handshake", ["three-way", "two-way"])
def test_the_report_names_the_events_that_never_happen(handshake: str) -> None:
    network = every_channel(TOY.but(handshake=handshake))
    whole = layers("half-open", network)[-1]
    never = [step.cause for step in network.soup.steps if not asker().happens(whole, step)]
    assert len(never) == len(IMPOSSIBLE)
    assert set(never) == set(IMPOSSIBLE)


def test_a_lemma_that_is_false_is_not_proved() -> None:
    """The engine finds out: SND.NXT stays where it was, says a lemma, and SEND moves it."""
    network = every_channel(TOY)
    (base, _) = layers("half-open", network)
    (step,) = (step for step in network.soup.steps if step.name == "A: SEND in ESTABLISHED")
    (obligation, *_) = base.of_step(step)
    stays = substituted(network.sides["A"].tcb.snd_nxt == network.sides["A"].tcb.iss + 1, [])
    moved = substituted(stays, [(network.soup.variables[name], term) for name, term in step.update.items()])
    wrong = Obligation(step.name, step.cite, "state", "", (*obligation.premises, stays), (Duty("stays", "", moved),))
    found = asker().discharge(network.soup, wrong, step)
    assert found.answer is Answer.VIOLATED
    assert found.counterexample is not None
    assert found.counterexample.after["A.snd_nxt"] != found.counterexample.before["A.snd_nxt"]


def test_a_corollary_that_does_not_follow_is_not_proved() -> None:
    """One about all segments, acceptable or not, even if it names itself; and without the lemmas either corollary."""
    network = every_channel(TOY)
    (base, _) = layers("half-open", network)
    any_segment = LemmaPart("", network.stored["B"][0].iss == network.sides["A"].tcb.irs, ("B",))
    wrong = Corollary("any-segment", (any_segment,), "", "", base.corollaries[0].by)
    for induction, answers in [
        (base, {"holds"}),
        (replace(base, corollaries=[wrong]), {"violated"}),
        (replace(base, corollaries=[replace(wrong, by=(wrong.name,))]), {"violated"}),
        (replace(base, lemmas=[]), {"violated"}),
    ]:
        found = [asker().discharge(network.soup, one) for one in induction.of_corollaries()]
        assert {one.answer for one in found} == answers


def test_the_steps_of_b_are_those_of_a_with_the_names_exchanged() -> None:
    """So that it is enough to prove the obligations of A's steps."""
    network = every_channel(TOY)
    solver = z3.SolverFor("QF_BV")
    swap = _exchanged(network)
    pairs = list(zip(network.steps(network.sides["A"]), network.steps(network.sides["B"]), strict=True))
    assert len(pairs) > 150
    for a, b in pairs:
        assert isinstance(a.cause, Cause)
        assert replace(a.cause, side="B") == b.cause
        assert _same(solver, substituted(a.guard, swap), b.guard), a.name
        renamed = {
            name.translate(
                str.maketrans("AB", "BA"),
            )
            if name[1] == "."
            else name
            for name in a.update
        }
        assert renamed == set(b.update)
        for name, term in a.update.items():
            other = ("B" if name[0] == "A" else "A") + name[1:]
            assert _same(solver, substituted(term, swap), b.update[other]), (a.name, name)


@pytest.mark.parametrize("name", THEOREMS)
def test_every_lemma_says_of_b_what_it_says_of_a(name: str) -> None:
    network = every_channel(TOY)
    swap = _exchanged(network)
    base, own = layers(name, network)
    solver = z3.SolverFor("QF_BV")
    for lemma in (*base.lemmas, *base.corollaries, *own.lemmas):
        whole = z3.And(*(part.term for part in lemma.parts))
        assert _same(solver, whole, substituted(whole, swap)), lemma.name


def _same(solver: z3.Solver, one: z3.ExprRef, two: z3.ExprRef) -> bool:
    return bool(one.eq(two) or solver.check(one != two) == z3.unsat)


def _exchanged(network: UnboundedNetwork) -> list[tuple[z3.ExprRef, z3.ExprRef]]:
    """Every constant with its twin of the other side."""
    soup, pairs = network.soup, list[tuple[z3.ExprRef, z3.ExprRef]]()
    a, b = network.sides.values()
    for name, term in soup.variables.items():
        if name.startswith("A."):
            pairs.append((term, soup.variables["B." + name[2:]]))
    pairs.append((a.any, b.any))
    for one, two in zip(_messages(soup.lanes["A"]), _messages(soup.lanes["B"]), strict=True):
        pairs += [(one[field], two[field]) for field in one]
    for name in ("isn", "segment_text"):
        pairs.append((z3.BitVec(f"A.{name}", network.bits), z3.BitVec(f"B.{name}", network.bits)))
    pairs += [(z3.Bool(f"A.{name}"), z3.Bool(f"B.{name}")) for name in ("rst", "syn", "ack_range")]
    return [*pairs, *((two, one) for one, two in pairs)]


def _messages(lane: object) -> list[dict[str, z3.ExprRef]]:
    return [lane.arriving, *lane.stored]  # type: ignore[attr-defined]


def test_layers_prove_only_what_is_new() -> None:
    base, own = layers("half-open", every_channel(TOY))
    assert isinstance(base, Induction)
    assert [lemma.name for lemma in own.proved] == [lemma.name for lemma in (*base.lemmas, *base.corollaries)]
    assert all(lemma.why and lemma.excludes for lemma in (*own.proved, *own.lemmas))


# -- verdicts combine --


def rows_of(name: str) -> tuple[TaskResult, TaskResult]:
    """A search of two-way that has found a run, and the proof of it that fails as it must."""
    claim = find(name)
    assert claim is not None
    proof = next(one for one in claim.proofs if one.fails)
    cell = next(one for one in claim.cells if one.variant == proof.bounded)
    effort = Effort(1, 0, 1, complete=True)
    shown = (RunReport([], None, "a run", ""),)
    bounded = TaskResult(
        Task(claim, cell.variant, cell.config, "fails"),
        Outcome(name, Answer.VIOLATED, effort, "explicit"),
        evidence=shown,
    )
    report = ProofReport((), (), proof.fails, proof.impossible, "")
    task = Task(claim, proof.variant, proof.config, "fails", "unbounded", proof)
    return bounded, TaskResult(task, Outcome(name, Answer.UNKNOWN, effort, "unbounded"), proof=report)


def test_a_proof_that_fails_is_a_violation_only_with_a_run_and_in_exactly_the_named_obligations() -> None:
    bounded, proof = rows_of("half-open")
    found = combined([bounded, proof])[1]
    assert (found.answer, found.standing, found.evidence) == ("violated", "as claimed", bounded.evidence)
    assert found.why == "fails at LISTEN, SYN arrives; the run is that of two-way"
    assert combined([proof])[0].standing == "inconclusive"
    assert combined([bounded.but(Answer.HOLDS, ""), proof])[1].standing == "inconclusive"
    assert proof.proof is not None
    another = Broken(caused("CLOSE", "ESTABLISHED"), "apart")
    more = replace(proof, proof=replace(proof.proof, failing=(*proof.proof.failing, another)))
    assert combined([bounded, more])[1].standing == "inconclusive"


def test_a_proof_of_what_a_search_refutes_is_a_contradiction_and_an_error() -> None:
    bounded, proof = rows_of("half-open")
    found = combined([bounded, proof.but(Answer.HOLDS, "")])[1]
    assert (found.answer, found.standing) == ("contradiction", "contradicted")
    assert found.why == "proved for every channel, but a search found a run that violates it (two-way)"
    assert exit_status([found]) == 1
    assert against(found) == (
        "CONTRADICTED: half-open had to fail with every channel: two-way, but is contradicted:"
        " proved for every channel, but a search found a run that violates it (two-way)"
    )


def test_a_search_of_another_protocol_refutes_no_proof() -> None:
    one, every = TOY.but(send_on_syn=False, retransmission=False, mutant=""), every_channel(TOY)
    one = one.but(rst="rfc793", syn="rfc5961", ack_range="off")
    assert every.covers(one)
    assert not every.covers(one.but(mutant="x"))
    assert not every_channel(one).covers(one.but(retransmission=True))
    choices = {name: known.choices or (True, False) for name, known in settings_of(Protocol).items()}
    others = [
        {name: value}
        for name in set(choices) - {*WIDER, *LEFT_OPEN, "mutant"}
        for value in choices[name]
        if value != getattr(one, name)
    ]
    assert others
    assert [other for other in others if every.covers(one.but(**other))] == []


def test_a_network_need_not_have_every_ghost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GHOSTS, "foreseen", "it has been foreseen")
    found = next(one for one in proved("half-open", TOY.but(handshake="two-way")) if one.counterexample)
    assert "foreseen" not in in_words(found)
    assert found.counterexample is not None
    seen = {**found.counterexample.before, "A.foreseen": 1, "B.foreseen": 1}
    assert "it has been foreseen" in in_words(replace(found, counterexample=replace(found.counterexample, before=seen)))


@pytest.mark.usefixtures("in_this_process")
def test_a_proof_that_runs_out_of_time_is_inconclusive(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["half-open", "--engine", "unbounded", "--set", "rfc1337=true", "--max-seconds", "1"]
    assert main([*command, "--out", str(tmp_path)]) == 3
    assert "max-seconds 1 reached" in capsys.readouterr().out
