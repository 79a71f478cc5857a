"""Who knows what: the engine against its twin, refutations that stand up to plain Python, and what must not matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

import model.certify
import model.check
from model.certificates.manifests import SearchManifest, read
from model.core.answer import Answer, Limits
from model.core.knowledge import (
    Common,
    Fact,
    Formula,
    Known,
    Knows,
    Refutation,
    Views,
    both,
    confirm_refuted,
    either,
    knows,
    not_,
    said,
    where,
)
from model.core.run import ReplayError
from model.core.system import Rule, State, System, Var
from model.engines.epistemic import twin
from model.engines.epistemic.knowledge import LocalStates, check
from model.engines.twin import TwinSearch
from model.network.bounded import Network
from model.network.ghosts.endings import ENDINGS
from model.network.ghosts.handshakes import SYNS, TURNS
from model.network.ghosts.known import KNOWN
from model.network.ghosts.segments import ACK_LOSSES, ORIGINS
from model.questions.knowing import CUT, who_knows
from model.rechecks.searched import Replays
from model.rechecks.tasks import task_of
from model.settings.config import Config
from model.settings.setting import BadConfig
from properties.configs import IN_TIME, KNOWING, KNOWING_WITH_TEXT, UNDISTURBED
from properties.knowledge import LEVELS, accepted, chains, common_knowledge, levels_of_first, second_level, server_knows
from tests.strategies import FLAG, X, Y, exact, formulas, systems
from tests.test_claims import judged, task
from tests.toys import writer

VIEWS: Sequence[Views] = (
    {"A": (X,), "B": (Y,)},
    {"A": (X, FLAG), "B": (Y, FLAG)},
    {"A": (), "B": (X, Y, FLAG)},
    {"A": (FLAG,), "B": (FLAG,)},
)
"""What two sides see of the random systems."""


def explored(system: System, views: Views, *formulas: Formula) -> LocalStates:
    """Who knows what in a system, wholly searched."""
    found = LocalStates(system, views, formulas)
    assert found.run() == ""
    return found


def every_state(system: System) -> list[State]:
    """All reachable states, by the slow search."""
    search = TwinSearch(system, (), Limits(), cone=False)
    search.run(lambda _: None)
    return [state for state, _, _ in search.reached.values()]


def by_state(found: LocalStates, formula: Formula) -> dict[tuple[int, ...], bool]:
    """Whether a formula holds, by the values of the variables that are stored."""
    values = found.holds(formula).tolist()
    return {tuple(map(int, found.search.state(at).values())): held for at, held in enumerate(values)}


def by_twin(system: System, found: LocalStates, formula: Formula) -> dict[tuple[int, ...], bool]:
    """The same by the twin, over states that are searched slowly."""
    states, names = every_state(system), [*found.search.state(0)]
    values = twin.holds(states, found.views, formula)
    return {tuple(int(state[n]) for n in names): held for state, held in zip(states, values, strict=True)}


# -- the engine and its twin ---------------------------------------------------------------------------------------


@given(systems(), st.sampled_from(VIEWS), st.lists(formulas(("A", "B")), min_size=1, max_size=4))
@exact(60)
def test_the_engine_agrees_with_its_twin(system: System, views: Views, asked: list[Formula]) -> None:
    free = replace(system, constraint=None)
    found = explored(free, views, *asked)
    for formula in asked:
        assert by_state(found, formula) == by_twin(free, found, formula), said(formula)


@given(systems(), st.sampled_from(VIEWS), formulas(("A", "B")))
@exact(60)
def test_a_refutation_stands_up_to_plain_python(system: System, views: Views, formula: Formula) -> None:
    free = replace(system, constraint=None)
    found = explored(free, views, formula)
    failing = np.flatnonzero(~found.holds(formula))
    for at in failing[:3].tolist():
        shown = found.refutation(formula, at)
        if shown is not None:
            confirm_refuted(free, views, formula, shown)
    for at in np.flatnonzero(found.holds(formula))[:3].tolist():
        with pytest.raises(ReplayError):
            confirm_refuted(free, views, formula, Refutation((found.search.trace(at),)))


@pytest.mark.parametrize("config", [KNOWING, KNOWING.but(handshake="two-way"), UNDISTURBED, IN_TIME.but(least_delay=2)])
def test_the_engine_agrees_with_its_twin_on_the_protocol(config: Config) -> None:
    network = Network(config, ghosts=(SYNS,))
    system, asked = network.system(), [*levels_of_first(network), server_knows(network).formula]
    found = explored(system, network.local_states, *asked)
    for formula in asked:
        assert by_state(found, formula) == by_twin(system, found, formula), said(formula)


@pytest.mark.parametrize("seen", [(), (0,), (2,), (0, 1), (0, 1, 2)])
def test_local_states_of_several_words_are_told_apart(seen: tuple[int, ...]) -> None:
    """More groups than a small table has places, so that many of their hashes meet."""
    system = writer(16, 3)
    found = explored(system, {"A": [system.variables[at] for at in seen]})
    assert sorted(found.group(("A",)).tolist()) == list(range(16 ** len(seen)))


# -- what it means, on a system that one sees through --------------------------------------------------------------

SENT, GOT, ACKED = Var("sent"), Var("got"), Var("acked")
TRUE, FALSE = z3.BoolVal(True), z3.BoolVal(False)
MESSENGER = System(
    (SENT, GOT, ACKED),
    ({"sent": 0, "got": 0, "acked": 0},),
    (
        Rule("send", z3.Not(SENT.term), {"sent": TRUE}),
        Rule("arrive", z3.And(SENT.term, z3.Not(GOT.term)), {"got": TRUE}),
        Rule("acknowledge", z3.And(GOT.term, z3.Not(ACKED.term)), {"acked": TRUE}),
    ),
)
"""A message and its acknowledgment: four states, in a row."""
GENERALS: Views = {"A": (SENT, ACKED), "B": (GOT,)}
ARRIVED = Fact("it has arrived", GOT.term)


def held(formula: Formula) -> list[bool]:
    """Where a formula holds in `MESSENGER`, from its first state to its last."""
    return explored(MESSENGER, GENERALS, formula).holds(formula).tolist()  # type: ignore[no-any-return]  # numpy's list.


def test_each_message_buys_one_level_and_common_knowledge_never_comes() -> None:
    assert held(ARRIVED) == [False, False, True, True]
    assert held(knows("B", ARRIVED)) == [False, False, True, True]
    assert held(knows("AB", ARRIVED)) == [False, False, False, True]
    assert held(knows("BAB", ARRIVED)) == [False] * 4
    assert held(Common(("A", "B"), ARRIVED)) == [False] * 4
    assert held(Common(("B",), ARRIVED)) == held(knows("B", ARRIVED))
    assert held(Common(("A", "B"), Fact("nothing is wrong", TRUE))) == [True] * 4
    assert held(both(ARRIVED, not_(knows("A", ARRIVED)))) == [False, False, True, False]
    assert held(either(not_(ARRIVED), knows("A", ARRIVED))) == held(where(ARRIVED, knows("A", ARRIVED)))


def test_a_formula_in_words() -> None:
    formula = where(ARRIVED, both(knows("BA", ARRIVED), not_(Common(("A", "B"), ARRIVED))))
    assert said(formula) == (
        "if it has arrived, then B knows that A knows that it has arrived and it is false that A and B commonly know"
        " that it has arrived"
    )


def test_the_runs_of_a_refutation() -> None:
    found, formula = explored(MESSENGER, GENERALS, ARRIVED), where(ARRIVED, knows("BAB", ARRIVED))
    shown = found.refutation(formula, 3)
    assert shown is not None
    assert [len(run.steps) for run in shown.runs] == [3, 2, 1]
    assert shown.sides == ("B", "A")
    assert found.refutation(not_(knows("B", ARRIVED)), 2) is None


@pytest.mark.parametrize(
    ("runs", "sides"),
    [
        ((3, 2, 1), ("A", "A")),  # A can tell the acknowledged state from the one before.
        ((3, 2, 2), ("B", "A")),  # The last state refutes nothing.
        ((3, 2), ("B",)),  # The chain is too short.
        ((3, 1), ("B",)),  # B has not got it there.
        ((1, 2, 1), ("A", "A")),  # The premise is false at its beginning.
    ],
)
def test_a_refutation_that_is_none_is_refused(runs: Sequence[int], sides: tuple[str, ...]) -> None:
    found, formula = explored(MESSENGER, GENERALS, ARRIVED), where(ARRIVED, knows("BAB", ARRIVED))
    given = Refutation(tuple(found.search.trace(at) for at in runs), sides)
    with pytest.raises(ReplayError):
        confirm_refuted(MESSENGER, GENERALS, formula, given)


def test_a_refutation_of_what_is_no_run_is_refused() -> None:
    found, formula = explored(MESSENGER, GENERALS, ARRIVED), where(ARRIVED, knows("BAB", ARRIVED))
    given = found.refutation(formula, 3)
    assert given is not None
    confirm_refuted(MESSENGER, GENERALS, formula, given)
    torn = replace(given.runs[0], steps=given.runs[0].steps[1:])
    with pytest.raises(ReplayError, match="is not what the rule does"):
        confirm_refuted(MESSENGER, GENERALS, formula, replace(given, runs=(torn, *given.runs[1:])))


def test_a_run_step_by_step() -> None:
    asked = [knows("B", ARRIVED), knows("AB", ARRIVED)]
    found = explored(MESSENGER, GENERALS, *asked)
    run = found.search.trace(3)
    assert found.along(run, asked) == [[False, False], [False, False], [True, False], [True, True]]
    assert who_knows(found, run, asked) == ["", "", "B knows", "A knows that B knows"]
    strange = replace(run, initial={"sent": 0, "got": 1, "acked": 0})
    with pytest.raises(ReplayError, match="has not found"):
        found.along(strange, asked)


# -- only a whole search says anything -----------------------------------------------------------------------------

STATEMENT = Known("known", "nowhere", knows("BAB", ARRIVED), GENERALS)


def test_statements_of_each_kind() -> None:
    kinds = {
        "somewhere": (Answer.REACHABLE, Answer.UNREACHABLE),
        "nowhere": (Answer.VIOLATED, Answer.HOLDS),
        "always": (Answer.VIOLATED, Answer.VIOLATED),
    }
    for kind, answers in kinds.items():
        for formula, answer in zip((knows("AB", ARRIVED), knows("BAB", ARRIVED)), answers, strict=True):
            found, _ = check(MESSENGER, GENERALS, [Known("it", kind, formula)])  # type: ignore[arg-type]  # One of three.
            assert found["it"].answer is answer


def test_a_search_that_a_limit_ends_says_nothing() -> None:
    found, _ = check(MESSENGER, GENERALS, [STATEMENT], limits=Limits(max_states=2))
    assert found["known"].answer is Answer.UNKNOWN
    assert found["known"].effort.limit == "max-states 2 reached"


def test_a_claim_whose_search_is_cut_is_open(tmp_path: Path) -> None:
    (row,) = judged([task("two-generals", UNDISTURBED.but(capacity=1, retransmission=True), "holds")], tmp_path)
    assert (row.answer, row.why) == (Answer.UNKNOWN, CUT)
    assert row.effort.touched


def test_a_claim_whose_witness_never_happens_is_vacuous(tmp_path: Path) -> None:
    (row,) = judged([task("server-knows", KNOWING.but(open_b="none"), "holds")], tmp_path)
    assert row.answer is Answer.VACUOUS
    assert row.why == "its premise never happens: both ESTABLISHED, both SYNs accepted"


def test_what_does_not_fit_the_engine_is_refused() -> None:
    with pytest.raises(ValueError, match="with a constraint"):
        LocalStates(replace(MESSENGER, constraint=GOT.term), GENERALS, [])
    network = Network(KNOWING)
    slots = {"A": [network.system().var[network.slots[0]]]}
    with pytest.raises(ValueError, match="whose place among others does not matter"):
        LocalStates(network.system(), slots, [])
    with pytest.raises(BadConfig, match="least_delay=2"):
        Config(timed=True, delay=1, least_delay=2)
    with pytest.raises(ValueError, match="nobody, which is no variable"):
        LocalStates(MESSENGER, {"A": (Var("nobody"),)}, [])


# -- ghosts, budgets, and bounds -----------------------------------------------------------------------------------


def known_by_view(found: LocalStates, formula: Knows) -> Mapping[tuple[int, ...], bool]:
    """Whether a side knows something, by its local state."""
    values, view = found.holds(formula), found.views[formula.side]
    _, rows = np.unique(found.group((formula.side,)), return_index=True)
    states = ((found.search.state(at), bool(values[at])) for at in rows.tolist())
    return {tuple(int(state[var.name]) for var in view): value for state, value in states}


def test_no_local_state_has_a_ghost_or_a_budget() -> None:
    network = Network(KNOWING.but(retransmissions=1, crashes=1, duplications=1, octets=1), ghosts=KNOWN)
    system, seen = network.system(), {v.name for view in network.local_states.values() for v in view}
    budgets = {f"{side}.{name}" for side in "AB" for name in ("retransmissions", "crashes", "incarnation")}
    hidden = {*system.ghosts, *budgets, "duplications", *network.slots}
    assert hidden < set(system.var)
    assert seen == set(system.var) - hidden


@pytest.mark.parametrize("handshake", ["three-way", "two-way"])
def test_ghosts_that_are_added_change_nothing(handshake: str) -> None:
    config, more = KNOWING.but(handshake=handshake), (ENDINGS, ACK_LOSSES, ORIGINS, TURNS, SYNS)
    plain, watched = Network(config, ghosts=(SYNS,)), Network(config, ghosts=more)
    assert plain.local_states == watched.local_states
    few, many = (chains(network, accepted(network), *LEVELS[:4]) for network in (plain, watched))
    ghosts = [Fact(name, watched.system().var[name].term == value) for name, value in GHOSTS]
    one, other = (
        explored(plain.system(), plain.local_states, *few),
        explored(watched.system(), watched.local_states, *many, *ghosts),
    )
    assert len(other.states) > len(one.states)
    for a, b in zip(few, many, strict=True):
        assert isinstance(a, Knows)
        assert isinstance(b, Knows)
        assert known_by_view(one, a) == known_by_view(other, b)


GHOSTS = (("A.ended", 1), ("B.ended", 1), ("A.deceived", True), ("A.older", True), ("B.ack_lost", True))


@pytest.mark.parametrize(("level", "lost"), [("A", False), ("B", False), ("AB", True), ("BA", True)])
def test_larger_bounds_only_take_knowledge_away(level: str, lost: bool) -> None:
    """A crash, for instance: who has crashed knows nothing any more, and nobody else knows whether it has."""
    found = []
    for config in (KNOWING_WITH_TEXT, KNOWING_WITH_TEXT.but(crashes=1)):
        network = Network(config, ghosts=(SYNS,))
        (asked,) = chains(network, accepted(network), level)
        assert isinstance(asked, Knows)
        found.append(known_by_view(explored(network.system(), network.local_states, asked), asked))
    small, large = found
    assert small.keys() <= large.keys()
    assert all(small[view] or not large[view] for view in small)
    assert any(small[view] and not large[view] for view in small) == lost


def test_an_exact_delay_needs_timers_that_both_see() -> None:
    for config, found in (
        (IN_TIME, "unreachable"),
        (IN_TIME.but(least_delay=1), "unreachable"),
        (IN_TIME.but(least_delay=2, loss=True), "unreachable"),
        (IN_TIME.but(least_delay=2, start="closed"), "unreachable"),
        (IN_TIME.but(least_delay=2, retransmission=False), "unreachable"),
        (IN_TIME.but(least_delay=2), "reachable"),
    ):
        network = Network(config, ghosts=(SYNS,))
        statement = replace(common_knowledge(network), kind="somewhere")
        outcomes, _ = check(network.system(), network.local_states, [statement, second_level(network)])
        assert outcomes[statement.name].answer == found
        assert outcomes["A knows that B knows"].answer is Answer.REACHABLE


# -- the claims ----------------------------------------------------------------------------------------------------


def test_two_runs_that_the_server_cannot_tell_apart(tmp_path: Path) -> None:
    (row,) = judged([task("server-knows", KNOWING.but(handshake="two-way"), "fails")], tmp_path)
    here, there = row.evidence
    assert (here.label, there.label) == ("", "the same to B")
    ends = [one.steps[-1]["state"] for one in row.evidence]
    server = [{name: value for name, value in end.items() if name in BS_VIEW} for end in ends]
    assert server[0] == server[1]
    assert [end["B.accepted"] for end in ends] == ["1", "0"]
    assert "Its end is the same to B as that of the run before." in " ".join(there.text.split())


BS_VIEW = {var.name for var in Network(KNOWING).local_states["B"]}


def test_beside_each_step_stands_who_knows(tmp_path: Path) -> None:
    (row,) = judged([task("server-knows", KNOWING, "holds")], tmp_path)
    (shown,) = row.evidence
    assert shown.ladder is not None
    notes = [rung.note for rung in shown.ladder.rungs]
    assert notes == ["", "active OPEN", "A knows", "B knows; B knows that A knows"]
    assert "now: B knows; B knows that A knows" in shown.text
    (dot,) = tmp_path.glob("*.dot")
    assert "B knows; B knows that A knows" in dot.read_text()


# -- certificates --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The certificates of what the server knows."""
    out = tmp_path_factory.mktemp("certified")
    assert model.check.main(["server-knows", "--certify", "--out", str(out)]) == 0
    return out / "certificates"


def test_a_certificate_of_knowledge_is_checked_again(certified: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert model.certify.main([str(certified)]) == 0
    assert "2 runs replayed" in capsys.readouterr().out


@pytest.mark.parametrize("forged", ["the first run twice", "the first run alone", "another side"])
def test_forged_runs_do_not_refute(forged: str, certified: Path) -> None:
    (certificate,) = (one for one in read(certified) if one.form.variant == "two-way")
    assert isinstance(certificate.form, SearchManifest)
    here, there = certificate.form.runs
    replays = Replays(task_of(certificate), [task_of(certificate)])
    assert list(replays.wrong([here, there])) == []
    runs = {
        "the first run twice": [here, structs.replace(here, property=there.property)],
        "the first run alone": [here],
        "another side": [here, structs.replace(there, property="the same to A")],
    }[forged]
    (wrong,) = replays.wrong(runs)
    assert wrong.startswith("its runs do not refute the claim: ")
