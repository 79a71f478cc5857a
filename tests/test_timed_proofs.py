"""Proofs in real time: they go through, fail where they must, and neither side of a bound is empty."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import z3

from model.any_channel.closing import DELAY, LOSSES, RTO, STATES, TIME_WAIT, closing, fin, first
from model.any_channel.embedding import Embedding
from model.any_channel.every_channel import every_channel
from model.any_channel.network import NOW, UnboundedNetwork
from model.any_channel.timed import MSL, PAUSE, SILENCE, Rest, resting, spoke
from model.check import main as check
from model.core.answer import Answer
from model.engines.explicit.search import explore
from model.engines.inductive.discharge import Discharged, Prover
from model.engines.inductive.obligations import Induction, substituted
from model.engines.symbolic.solver import BLASTED, LimitedSolver
from model.settings.config import Config
from model.settings.setting import BadConfig
from properties.claims import find
from properties.configs import EVERY_CHANNEL, EVERY_CLOSE, LAST_ACK
from properties.opening import no_half_open
from properties.proofs.closing import in_turn, numbers, segments
from properties.proofs.timed import LONG_ENOUGH, TIMED, InTime
from properties.time_wait import UntilItEnds
from tests.timed_runs import Run

BY_THE_LETTER = EVERY_CLOSE.but(time_wait_restart=False)
LEFT_OUT = ("OPEN", "SEND", "ABORT", "USER TIMEOUT", "SYN-RECEIVED TIMEOUT", "crash")
CHOOSING = ("active OPEN", "active OPEN in LISTEN", "SEND in LISTEN", "LISTEN, SYN arrives")


def at_every_choice(*what: str) -> set[str]:
    return {f"A: {event}: {one}" for event in CHOOSING for one in what}


REST_FAILS: dict[str, set[str]] = {
    "numbers rest": set(),
    "sides rest": set(),
    "numbers rest for MSL + H": at_every_choice("freshness (a)"),
    "numbers rest for 2 MSL": at_every_choice("freshness (a)", "freshness (b)"),
    "no end of silence": {"time passes: silence-kept"},
}
"""What fails, by what is assumed."""
NARROW = EVERY_CHANNEL.but(seq_bits=8, window=8, octets=6)


def failing(found: list[Discharged]) -> set[str]:
    """The lemmas that fail, with the events."""
    assert not any(one.limit for one in found)
    return {f"{one.obligation.event}: {duty.lemma}" for one in found for duty in one.failing}


def induction(one: InTime, config: Config) -> Induction:
    """The lemmas of a proof in real time."""
    return one.induction(one.network(config))


def text(network: UnboundedNetwork) -> list[z3.BoolRef]:
    """The steps of a run may send one octet (they send none)."""
    return [z3.BitVec(f"{name}.segment_text", network.bits) == 1 for name in network.sides]


# -- a number that has rested is fresh --


@pytest.mark.long
def test_what_has_rested_for_2_msl_and_h_is_fresh_for_all_times_and_for_less_it_is_not() -> None:
    prover = Prover()
    fails = {name: failing(prover.prove(induction(TIMED[name], EVERY_CHANNEL))) for name in TIMED if name in REST_FAILS}
    assert fails == REST_FAILS


def test_every_choice_owes_freshness() -> None:
    steps = induction(TIMED["numbers rest"], EVERY_CHANNEL).soup.steps
    owing = {step.name: [part.label for part in step.owes] for step in steps if step.owes}
    assert owing == {f"A: {event}": ["freshness (a)", "freshness (a)", "freshness (b)"] for event in CHOOSING}


def test_what_a_choice_owes_in_time_is_what_the_untimed_proof_assumes() -> None:
    """Said of the number of a segment, or of the other side's IRS, in the place of `any`."""
    network = resting(EVERY_CHANNEL)
    end = network.sides["A"]
    own, theirs = network.stored["A"][0], network.stored["B"][0]
    numbers = {("A",): own.iss, ("B",): theirs.irs, (): network.sides["B"].tcb.irs}
    untimed = {step.name: step for step in every_channel(EVERY_CHANNEL).soup.steps}
    choosing = [step for step in network.soup.steps if step.owes]
    assert [step.name for step in choosing] == [name for name, step in untimed.items() if step.assumes]
    for step in choosing:
        owed = {part.about: substituted(part.term, [(end.any, numbers[part.about])]) for part in step.owes}
        assumed = untimed[step.name].assumes
        for lane in ("A", "B"):
            assert z3.Solver().check(owed[lane,], z3.Not(assumed[lane])) == z3.unsat
            assert z3.Solver().check(z3.Not(assumed[lane])) == z3.sat
        assert z3.Solver().check(step.guard, owed[()], z3.Not(untimed[step.name].guard)) == z3.unsat
        assert z3.Solver().check(step.guard, z3.Not(untimed[step.name].guard)) == z3.sat


def opened_by_an_old_answer(pause: z3.ArithRef) -> Run:
    """A's SYN travels for MSL; B believes in it for H, and its last SYN,ACK travels for MSL. A has long given up, and
    chooses the number again when it has rested for `pause`."""
    x, y = z3.BitVec("first", 8), z3.BitVec("second", 8)
    run = Run(resting(NARROW, rest=Rest(pause)))
    begun = run.now
    syn = run.take("A: active OPEN", A_isn=x)
    run.take("A: CLOSE in SYN-SENT")
    run.take("B: passive OPEN")
    run.until(begun + MSL)
    run.take("B: LISTEN, SYN arrives", arrives=syn, B_isn=y)
    run.until(begun + MSL + SILENCE)
    answer = run.take("B: RETRANSMISSION of SYN,ACK in SYN-RECEIVED")
    run.take("B: USER TIMEOUT in SYN-RECEIVED")
    run.until(begun + 2 * MSL + SILENCE)
    run.take("A: active OPEN", A_isn=x)
    run.take("A: SYN-SENT, SYN,ACK arrives", arrives=answer)
    return run


def test_for_all_times_no_shorter_rest_is_enough() -> None:
    """Any Q below 2 MSL + H, for any MSL and H, lets an old answer open a ghost."""
    run = opened_by_an_old_answer(PAUSE)
    given = (PAUSE < 2 * MSL + SILENCE, z3.BitVec("first", 8) == run.network.sides["A"].any, *text(run.network))
    assert run.is_one(*given)
    assert run.always(z3.Not(no_half_open(run.network).term), *given)
    assert not run.is_one(PAUSE >= 2 * MSL + SILENCE, *given[1:]), "from 2 MSL + H on it is no run"


def test_a_number_is_used_again_when_it_has_rested() -> None:
    """The theorem is not about networks in which nothing happens twice."""
    run = Run(resting(NARROW))
    x = run.network.sides["A"].any
    for _ in range(2):
        run.take("A: active OPEN", A_isn=x)
        run.take("A: CLOSE in SYN-SENT")
        run.until(run.now + PAUSE + 1)
    assert run.is_one(PAUSE >= 2 * MSL + SILENCE, *text(run.network))
    assert run.always(spoke(run.network.sides["A"]) + PAUSE + 1 == NOW)


# -- TIME-WAIT outlasts LAST-ACK --


@pytest.mark.parametrize(
    ("config", "shorter"),
    [(EVERY_CLOSE, ("an instant less", "2 D")), (BY_THE_LETTER, ("losses + D",))],
    ids=["restarted", "by the letter"],
)
def test_time_wait_outlasts_last_ack_for_all_times_and_a_shorter_one_does_not(
    config: Config, shorter: tuple[str, ...]
) -> None:
    prover = Prover()
    assert failing(prover.prove(induction(LONG_ENOUGH, config))) == set()
    for name in shorter:
        assert failing(prover.prove(induction(TIMED[name], config))) == {"A: TIME-WAIT TIMEOUT: in-turn"}, name


def refused_last_ack(losses: int, more: int, config: Config) -> Run:
    """B's FIN is answered at once; that answer and `losses` - 1 further FINs are lost; the next is late.

    Meanwhile B sends its FIN `more` times again.
    """
    run = Run(TIMED["an instant less"].network(config))
    begun = run.now
    fin = run.take("B: CLOSE in CLOSE-WAIT", doomed=True)
    run.take("A: FIN-WAIT-2, ACK arrives; FIN", arrives=fin)
    for count in range(1, losses + 1):
        run.until(begun + count * RTO)
        fin = run.take("B: RETRANSMISSION of FIN in LAST-ACK", doomed=count < losses)
    for count in range(losses + 1, losses + more + 1):
        run.until(begun + count * RTO)
        run.take("B: RETRANSMISSION of FIN in LAST-ACK", doomed=False)
    run.until(begun + losses * RTO + DELAY)
    run.take("A: TIME-WAIT TIMEOUT")
    rst = run.take("A: CLOSED, ACK arrives", arrives=fin)
    run.take("B: LAST-ACK, RST arrives", arrives=rst)
    return run


@pytest.mark.parametrize(("losses", "more"), [(1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (3, 0)])
def test_for_all_times_no_shorter_time_wait_outlasts_last_ack(losses: int, more: int) -> None:
    """RTO for each loss + D is too short by an instant, for any RTO and D (of at most `more` + 1 times RTO here)."""
    run = refused_last_ack(losses, more, NARROW.but(start="half-closed"))
    delays = z3.And(more * RTO <= DELAY, (more + 1) * RTO >= DELAY)
    given = (losses * RTO == LOSSES, TIME_WAIT == LOSSES + DELAY, delays, *text(run.network))
    assert run.is_one(*given)
    assert run.always(run.network.sides["B"].state_is("CLOSED"), *given)
    assert not run.is_one(given[0], TIME_WAIT > LOSSES + DELAY, *given[2:]), "any longer, and it is no run"


def test_b_is_answered_after_a_loss() -> None:
    """The theorem is not about networks in which nothing is lost, or B is never answered."""
    run = Run(closing(NARROW.but(start="half-closed")))
    begun = run.now
    fin = run.take("B: CLOSE in CLOSE-WAIT", doomed=True)
    run.take("A: FIN-WAIT-2, ACK arrives; FIN", arrives=fin)
    run.until(begun + RTO)
    fin = run.take("B: RETRANSMISSION of FIN in LAST-ACK", doomed=False)
    run.until(begun + RTO + DELAY)
    ack = run.take("A: TIME-WAIT, unacceptable segment arrives", arrives=fin)
    run.until(begun + RTO + 2 * DELAY)
    run.take("B: LAST-ACK, ACK of our FIN arrives", arrives=ack)
    run.until(begun + RTO + DELAY + TIME_WAIT)
    run.take("A: TIME-WAIT TIMEOUT")
    assert run.is_one(RTO == LOSSES, 2 * DELAY <= RTO, TIME_WAIT > LOSSES + DELAY, *text(run.network))


def test_what_is_left_out_of_the_close_cannot_happen() -> None:
    """Only what happens in states that the lemma `in-turn` excludes, and opening and giving up, is left out."""
    network = closing(EVERY_CLOSE)
    listed = {step.name for end in network.sides.values() for step in network.steps(end)}
    every = every_channel(EVERY_CHANNEL)
    for end in every.sides.values():
        for step in every.steps(end):
            if step.name not in listed and not any(word in step.name for word in LEFT_OUT):
                solver = z3.Solver()
                solver.add(step.guard, end.state_is(*STATES[end.name]))
                assert solver.check() == z3.unsat, step.name


def test_the_proof_covers_the_searches() -> None:
    """Which bounded configurations the theorem speaks of; those of the claim must not contradict it."""
    claim = find("last-ack-answered")
    assert claim is not None
    network = closing(EVERY_CLOSE)
    covered = {cell.variant for cell in claim.cells if isinstance(cell.config, Config) and network.covers(cell.config)}
    assert covered == {"2 MSL"}
    assert network.covers(LAST_ACK.but(losses=0, time_wait="3"))
    assert not closing(BY_THE_LETTER).covers(LAST_ACK)
    assert network.covers(LAST_ACK)
    others: list[dict[str, object]] = [{"start": "established"}, {"octets": 1}, {"losses": None}, {"mutant": "x"}]
    others += [{name: "B"} for name in ("gives_up", "gives_up_waiting", "aborts")]
    others += [{"handshake": "two-way"}, {"crashes": 1}, {"time_wait": "5"}, {"rto": 4}, {"losses": 2}, {"delay": 3}]
    assert [other for other in others if network.covers(LAST_ACK.but(**other))] == []
    with pytest.raises(BadConfig):
        closing(EVERY_CHANNEL)


@pytest.mark.long
def test_with_text_before_the_fin_rto_a_loss_and_3_d_are_enough_and_2_d_are_not_shown_to_be() -> None:
    """What a claim offers, as it offers it."""
    claim = find("last-ack-answered")
    assert claim is not None
    (offered,) = (proof for proof in claim.proofs if proof.time.startswith("text"))
    assert (offered.expected, offered.fails) == ("holds", ())
    prover = Prover(LimitedSolver(solver=BLASTED.solver))
    for name, fails in ((offered.time, set()), ("text, losses + 2 D", {"A: TIME-WAIT TIMEOUT: in-turn"})):
        network = TIMED[name].network(offered.config)
        assert network.covers(LAST_ACK.but(octets=1, time_wait="10"))
        assert network.covers(LAST_ACK.but(octets=1, time_wait="8")) == (name != offered.time)
        assert failing(prover.prove(TIMED[name].induction(network))) == fails


@pytest.mark.parametrize("restart", [True, False])
def test_the_lemmas_hold_in_every_state_of_a_search(restart: bool) -> None:
    """Those that are about the TCBs and the segments, in a network for which the theorem is."""
    config = LAST_ACK.but(time_wait="6" if restart else "8", time_wait_restart=restart)
    network = UntilItEnds(config)
    soup = closing(config)
    assert soup.covers(config)
    embedding, start = Embedding(network, unbounded=soup), network.start()
    last = {"A": start["A.snd_nxt"] - 1, "B": start["B.snd_nxt"]}
    pairs = [(fin(soup.sides[name]), z3.BitVecVal(number, config.seq_bits)) for name, number in last.items()]
    pairs.append((first(soup.sides["B"]), z3.BitVecVal(last["B"], config.seq_bits)))
    made = [embedding.always(lemma(soup)) for lemma in (numbers, segments, in_turn)]
    wanted = [replace(prop, term=z3.simplify(z3.substitute(prop.term, *pairs))) for prop in made]
    found = explore(network.system(*wanted))
    assert {name: verdict.answer for name, verdict in found.items()} == dict.fromkeys(
        ("numbers", "segments", "in-turn"), "holds"
    )


# -- every proof --


@pytest.mark.minutes
@pytest.mark.parametrize("name", ["numbers rest", "losses + D"])
def test_every_lemma_about_time_is_needed(name: str) -> None:
    config = EVERY_CHANNEL if name == "numbers rest" else EVERY_CLOSE
    one = TIMED[name]
    network = one.network(config)
    for make in one.theorem.lemmas:
        lemma = make(network)
        found = Prover().answers(one.induction(network, leave_out=lemma.name))
        assert any(one.answer is Answer.VIOLATED for one in found), lemma.name


@pytest.mark.parametrize("name", ["numbers rest", "sides rest", "losses + D"])
def test_no_premise_is_empty(name: str) -> None:
    """Each choice of an ISN, and TIME-WAIT's timeout, happens in a state of the invariant."""
    config = EVERY_CHANNEL if name != "losses + D" else EVERY_CLOSE
    asked, looked_at = induction(TIMED[name], config), 0
    for step in asked.soup.steps:
        if step.name.removeprefix("A: ") in (*CHOOSING, "TIME-WAIT TIMEOUT", "time passes"):
            for obligation in asked.of_step(step):
                solver = z3.Solver()
                solver.add(*obligation.premises)
                assert solver.check() == z3.sat, obligation.name
                looked_at += 1
    assert looked_at >= 3


@pytest.mark.parametrize("setting", [("half-open", "half-closed"), ("last-ack-answered", "closed")])
def test_a_claim_is_not_proved_by_the_theorem_of_another(
    setting: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is proved of a half-closed connection says nothing of opening."""
    name, start = setting
    settings = ["--property", name, "--set", f"start={start}"]
    assert check(["--engine", "unbounded", *settings, "--out", str(tmp_path)]) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"model.check: start={start}: the proofs of {name} begin ")
    assert said.err.count("\n") == 1
