"""Answers that are none: "unknown", no time left, a model that is no model. Then nothing holds, whoever was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Literal

import bitwuzla
import cvc5
import pytest
import z3

from benchmarks.mutation import equivalence
from model.any_channel.every_channel import every_channel
from model.certificates.solvers import SOLVERS
from model.certify import main as certify
from model.core.answer import NO_LIMITS, Answer, Effort, Limits, Outcome, outcomes
from model.core.property import Property, always, sometimes, step
from model.core.run import ReplayError, Run
from model.core.system import System
from model.engines.inductive.discharge import Prover
from model.engines.symbolic import bmc as bounded
from model.engines.symbolic import induction as inductive
from model.engines.symbolic.solver import BLASTED, TACTIC, LimitedSolver, Unanswered
from model.engines.symbolic.unrolled import Unrolled
from model.export.refusal import CannotExport
from model.export.tla import tla
from model.network.make import network_of
from model.pictures.render import Drawings
from model.questions import minimise, proof
from model.questions.answering import tasks_of
from model.questions.coverage import impossible
from model.questions.impossible import EndsUnderLemmas
from model.questions.minimise import need
from model.questions.shares import Plan, row_of
from model.questions.task import Options, Task, TaskResult
from model.questions.theorems import layers
from model.report.summary import exit_status
from model.settings.config import Config
from model.tcp.cause import arrives
from properties.claims import find
from tests import certified
from tests.test_unbounded import TOY
from tests.toys import counter, jugs, mutex

NOTHING = z3.Solver()
NOTHING.check()


@dataclass
class Unreliable:
    """Z3, but for one answer: the one of this number (0: all of them) is another. asked: how many were."""

    number: int
    answer: z3.CheckSatResult
    asked: int = 0

    def solver(self) -> Any:
        """A solver that is made anew for each question."""
        return _Answering(self)


@dataclass
class _Answering:
    of: Unreliable
    real: z3.Solver = field(default_factory=TACTIC.solver)
    wrong: bool = False

    def set(self, name: str, value: int) -> None:
        self.real.set(name, value)

    def add(self, *formulas: z3.BoolRef) -> None:
        self.real.add(*formulas)

    def check(self) -> z3.CheckSatResult:
        self.of.asked += 1
        self.wrong = self.of.number in (0, self.of.asked)
        return self.of.answer if self.wrong else self.real.check()

    def reason_unknown(self) -> str:
        return "(incomplete)"

    def model(self) -> z3.ModelRef:
        """Of nothing: all constants are what they are where nothing is said of them."""
        return NOTHING.model() if self.wrong else self.real.model()


LIES = {"unknown": z3.unknown, "no model": z3.sat}
SAID = {
    "unknown": "Z3 gave up: (incomplete)",
    "no model": "Z3 gave up: its model does not satisfy what was asked",
}
lying = pytest.mark.parametrize("lie", LIES)
N = z3.BitVec("n", 8)


def task_of(name: str) -> Task:
    """The first proof of a claim."""
    claim = find(name)
    assert claim is not None
    return next(task for task in tasks_of([claim], engine="unbounded") if task.proof and task.expected == "holds")


# -- Z3: one question --


@lying
def test_what_is_no_answer_is_told(lie: str) -> None:
    x = z3.Bool("x")
    with pytest.raises(Unanswered) as told:
        LimitedSolver(solver=Unreliable(0, LIES[lie]).solver)(z3.And(x, z3.Bool("y")))
    assert str(told.value) == SAID[lie]
    assert LimitedSolver()(x) is not None
    assert LimitedSolver()(x, z3.Not(x)) is None


@pytest.mark.parametrize("made", [TACTIC.solver, BLASTED.solver], ids=["bit-vectors", "with reals"])
def test_no_time_is_no_answer(made: Callable[[], z3.Solver]) -> None:
    """Two factors of a product of primes: either it takes longer than the time, or there is none to begin with."""
    p, q = z3.BitVecs("p q", 80)
    hard = z3.And(p * q == 604462909807314587353111 * 2 + 1, z3.UGT(p, 1), z3.UGT(q, 1), z3.ULT(p, q))
    for seconds in (0.05, 0.0):
        with pytest.raises(Unanswered, match="max-seconds"):
            LimitedSolver(Limits(max_seconds=seconds), solver=made)(hard)


# -- Z3: proofs for every channel --


@lying
def test_one_obligation_that_is_not_answered_is_not_proved(lie: str) -> None:
    """Of all questions of an event any one: the obligation that it is about is open, and so is the proof."""
    network = every_channel(TOY)
    whole = layers("half-open", network)[-1]
    (step,) = (step for step in network.soup.steps if step.name == "A: LISTEN, SYN arrives")
    honest = Unreliable(-1, z3.unknown)
    answers = [one.answer for one in Prover(LimitedSolver(solver=honest.solver)).of(whole, step)]
    assert set(answers) == {"holds"}
    assert honest.asked > 3
    for number in range(1, honest.asked + 1):
        prover = Prover(LimitedSolver(solver=Unreliable(number, LIES[lie]).solver))
        found = list(prover.of(whole, step))
        assert [one.answer for one in found].count(Answer.UNKNOWN) == 1
        assert {one.limit for one in found if one.answer == "unknown"} == {SAID[lie]}
        assert not any(one.limit for known in prover.known.values() for one in known[2]), "it is asked again"


def rows(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, made: Unreliable, names: list[str]) -> TaskResult:
    """The row of a proof of which these steps are asked."""
    task, options = task_of("last-ack-answered"), Options(tmp_path, NO_LIMITS, Drawings(), [])
    monkeypatch.setattr(proof, "prover", lambda *_: Prover(LimitedSolver(solver=made.solver)))
    return row_of(task, Plan("every channel", (), 32), list(proof.prove([task], names, options)), options)


@lying
def test_a_row_with_an_open_obligation_is_inconclusive(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lie: str
) -> None:
    names = ["A: TIME-WAIT TIMEOUT"]
    honest = Unreliable(-1, z3.unknown)
    assert rows(monkeypatch, tmp_path, honest, names).why == "the events that never happen are not those expected: none"
    for number in range(1, honest.asked + 1):  # The last one asks whether the event can happen.
        row = rows(monkeypatch, tmp_path, Unreliable(number, LIES[lie]), names)
        assert (row.answer, row.standing, row.why) == ("unknown", "inconclusive", SAID[lie])
        assert exit_status([row]) == 3
        assert not row.effort.complete


@lying
def test_whether_an_event_happens_is_open(lie: str) -> None:
    network = every_channel(TOY)
    whole = layers("half-open", network)[-1]
    with pytest.raises(Unanswered):
        Prover(LimitedSolver(solver=Unreliable(0, LIES[lie]).solver)).happens(whole, network.soup.steps[0])


@lying
def test_no_lemma_is_needed_because_nobody_answers(monkeypatch: pytest.MonkeyPatch, lie: str) -> None:
    """Also one of the first questions, which tell whether the corollaries follow."""
    task = task_of("half-open")
    for number in (1, 2, 0):
        made = Unreliable(number, LIES[lie])
        monkeypatch.setattr(minimise, "LimitedSolver", lambda _, made=made: LimitedSolver(solver=made.solver))
        found = need(task, "fin-outstanding", NO_LIMITS)
        assert (found.needed, found.limit) == (False, SAID[lie])


# -- Z3: bounded systems --

SMALL = always("small", z3.ULT(N, 6))
SYSTEMS: dict[str, tuple[System, str]] = {
    "counter": (counter(5, SMALL, wraps=False), "holds"),
    "a state": (counter(4, sometimes("three", N == 3)), "reachable"),
    "no state": (counter(4, sometimes("nine", N == 9), wraps=False), "unreachable"),
    "mutex": (mutex(2, safe=False), "violated"),
    "jugs": (jugs(), "reachable"),
}
ENGINES: dict[str, tuple[Any, Callable[..., dict[str, Outcome]]]] = {
    "bmc": (bounded, bounded.bmc),
    "induction": (inductive, inductive.induction),
}


@lying
@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", SYSTEMS)
def test_no_engine_makes_a_verdict_of_no_answer(
    monkeypatch: pytest.MonkeyPatch, engine: str, name: str, lie: str
) -> None:
    """Of all questions any one: the verdict is the true one, found without it, or unknown for that reason."""
    (module, ask), (system, truth) = ENGINES[engine], SYSTEMS[name]
    (prop,) = system.properties
    honest, unknown = Unreliable(-1, z3.unknown), 0
    monkeypatch.setattr(module, "LimitedSolver", lambda _: LimitedSolver(solver=honest.solver))
    assert ask(system)[prop.name].answer == truth
    for number in range(1, honest.asked + 1):
        made = Unreliable(number, LIES[lie])
        monkeypatch.setattr(module, "LimitedSolver", lambda _, made=made: LimitedSolver(solver=made.solver))
        verdict = ask(system)[prop.name]
        assert (verdict.answer, verdict.effort.limit) == ("unknown", SAID[lie])
        assert not verdict.effort.complete
        unknown += 1
    assert unknown == honest.asked > 0


def test_a_run_that_does_not_replay_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """If the unrolling says something else than the rules: the defect is told, and there is no verdict."""
    system, _ = SYSTEMS["a state"]
    made = Unrolled.trace
    monkeypatch.setattr(Unrolled, "trace", lambda self, model, steps: made(self, model, max(0, steps - 1)))
    for _, ask in ENGINES.values():
        with pytest.raises(ReplayError, match="does not decide"):
            ask(system)


@pytest.mark.parametrize("kind", ["always", "reachable"])
def test_no_verdict_has_a_run_that_does_not_replay(kind: Literal["always", "reachable"]) -> None:
    """Whichever engine says so: runs are replayed where verdicts are made."""
    prop = Property("three", kind, (N == 3) if kind == "reachable" else (N != 3))
    system, effort = counter(4, prop), Effort(1, 0, 1, complete=True)
    found = bounded.bmc(system)["three"].run
    assert found is not None
    assert outcomes(system, [prop], {"three": found}, "", effort)["three"].run == found
    for wrong in (Run(found.initial, found.steps[:-1]), Run(found.initial, found.steps[1:])):
        with pytest.raises(ReplayError):
            outcomes(system, [prop], {"three": wrong}, "", effort)


# -- Z3: events that never happen, equivalent mutants, exports --


@lying
def test_no_event_is_impossible_because_nobody_answers(monkeypatch: pytest.MonkeyPatch, lie: str) -> None:
    config, event = Config(), arrives("LISTEN", "SYN arrives")
    ends = EndsUnderLemmas(network_of(config), LimitedSolver(solver=Unreliable(0, LIES[lie]).solver))
    with pytest.raises(Unanswered):
        ends.impossible(event, ends.inductive())
    made = Unreliable(0, LIES[lie])
    monkeypatch.setattr("model.questions.coverage.LimitedSolver", lambda _: LimitedSolver(solver=made.solver))
    found, _, why = impossible(config, [event], NO_LIMITS)
    assert (found, why) == ({event: None}, SAID[lie])


@lying
def test_no_mutant_is_equivalent_because_nobody_answers(monkeypatch: pytest.MonkeyPatch, lie: str) -> None:
    made = Unreliable(0, LIES[lie])
    monkeypatch.setattr(equivalence, "LimitedSolver", lambda _: LimitedSolver(solver=made.solver))
    assert not equivalence.equivalent("CLOSE-WAIT, SYN in the window arrives: the TCB stays")
    assert made.asked


def test_no_step_property_is_exported_because_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    stays = step("grows or stays", z3.UGE(z3.BitVec("n'", 8), N))
    assert tla(counter(3, stays), [stays])
    monkeypatch.setattr(z3.Solver, "check", lambda *_: z3.unknown)
    with pytest.raises(CannotExport):
        tla(counter(3, stays), [stays])


# -- the solvers of certificates --

PROVED = "(set-logic QF_BV)(declare-const x (_ BitVec 4))(assert (distinct x x))(check-sat)"


class Said:
    """A command of cvc5's that says something."""

    def __init__(self, words: str) -> None:
        self.words = words

    def isNull(self) -> bool:  # noqa: N802
        return not self.words

    def invoke(self, *_: object) -> str:
        return self.words


def test_what_the_other_solvers_do_not_know_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {name: solve(PROVED, 10.0) for name, solve in SOLVERS.items()} == {"bitwuzla": "unsat", "cvc5": "unsat"}
    answer = SimpleNamespace(check_sat=lambda: bitwuzla.Result.UNKNOWN)
    parser = SimpleNamespace(parse=lambda *_: None, bitwuzla=lambda: answer)
    monkeypatch.setattr(bitwuzla, "Parser", lambda *_: parser)
    assert SOLVERS["bitwuzla"](PROVED, 10.0) == "unknown"
    for words in ("unknown\n", "unsat\nunknown\n", "(error unsat)", "unsat unsat", ""):
        commands = iter([Said(words), Said("")])
        made = SimpleNamespace(setStringInput=lambda *_: None, nextCommand=lambda commands=commands: next(commands))
        monkeypatch.setattr(cvc5, "InputParser", lambda *_, made=made: made)
        assert SOLVERS["cvc5"](PROVED, 10.0) == "unknown", words


@pytest.mark.parametrize("solver", SOLVERS)
def test_what_a_solver_cannot_read_is_unknown(solver: str) -> None:
    for script in ("(assert", "(set-logic QF_BV)(assert (no-such-function))(check-sat)"):
        assert SOLVERS[solver](script, 10.0) == "unknown", script


@pytest.mark.long
@pytest.mark.parametrize("solver", SOLVERS)
def test_a_certificate_that_nobody_has_time_for_is_inconclusive(
    solver: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certified.prove(tmp_path)
    assert certify([str(tmp_path), "--solver", solver, "--jobs", "1", "--max-seconds", "0.00001"]) == 3
    assert "not answered" in capsys.readouterr().out
