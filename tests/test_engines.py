"""Exact counts, shortest traces and limits on toy systems; the explicit engine agrees with its twin everywhere."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import comb
from pathlib import Path
from typing import Protocol

import pytest
import z3
from hypothesis import given

from model.core.answer import NO_LIMITS, Effort, Limits, Outcome, Progress
from model.core.nodes import UnknownOperator
from model.core.property import Property, always, sometimes, step
from model.core.run import Run
from model.core.system import Rule, System, Var, choice
from model.engines import twin
from model.engines.explicit import search as explicit
from model.engines.explicit import store as search
from model.engines.native.packing import Layout
from tests.strategies import exact, systems
from tests.toys import bag, counter, jugs, mutex, writer

N = z3.BitVec("n", 8)
TRUE = always("true", z3.BoolVal(True))


class Explore(Protocol):
    """What both engines offer."""

    def __call__(
        self,
        system: System,
        *,
        limits: Limits = ...,
        progress: Callable[[Progress], None] | None = ...,
        properties: Sequence[Property] | None = ...,
    ) -> dict[str, Outcome]: ...


both = pytest.mark.parametrize("explore", [explicit.explore, twin.explore], ids=["explicit", "twin"])


def effort(explore: Explore, system: System, limits: Limits = NO_LIMITS) -> Effort:
    """The effort of a search for nothing."""
    return explore(system, limits=limits, properties=(TRUE,))["true"].effort


def run(verdict: Outcome) -> Run:
    """The verdict's trace."""
    assert verdict.run
    return verdict.run


def names(verdict: Outcome) -> list[str]:
    """The rules of the verdict's trace."""
    return [step.rule.name for step in run(verdict).steps]


@both
@pytest.mark.parametrize(
    ("system", "states", "transitions", "depth"),
    [
        (counter(9), 10, 10, 10),
        (counter(9, wraps=False), 10, 9, 10),
        (jugs(), 16, 96, 8),
        (mutex(3), 2**3 + 3 * 2**2, 3 * 2**3 + 3 * (2**2 + 2 * 2), 5),
        (mutex(5), 2**5 + 5 * 2**4, 5 * 2**5 + 5 * (2**4 + 4 * 2**3), 7),
        (writer(3, 3), 27, 27 * 9, 4),
        (bag(3, 4), comb(6, 4), 15 * 12, 5),
    ],
    ids=["counter", "stops", "jugs", "mutex-3", "mutex-5", "writer", "bag"],
)
def test_exact_counts(explore: Explore, system: System, states: int, transitions: int, depth: int) -> None:
    found = effort(explore, system)
    assert (found.states, found.transitions, found.depth, found.complete, found.limit) == (
        states,
        transitions,
        depth,
        True,
        "",
    )


@both
def test_shortest_solution_of_the_jugs(explore: Explore) -> None:
    verdict = explore(jugs())["measured"]
    assert verdict.answer == "reachable"
    assert names(verdict) == [
        "fill large",
        "large to small",
        "empty small",
        "large to small",
        "fill large",
        "large to small",
    ]
    assert explore(jugs(target=7))["measured"].answer == "unreachable"


@both
def test_mutual_exclusion(explore: Explore) -> None:
    assert explore(mutex(4))["exclusion"].answer == "holds"
    broken = explore(mutex(4, safe=False))["exclusion"]
    assert broken.answer == "violated"
    assert len(names(broken)) == 4


@both
def test_inputs_are_part_of_the_trace(explore: Explore) -> None:
    system = writer(5, 3)
    goal = sometimes("goal", z3.And(z3.BitVec("v1", 64) == 4, z3.BitVec("v2", 64) == 2))
    verdict = explore(system, properties=(goal,))["goal"]
    assert [dict(step.inputs) for step in run(verdict).steps] == [{"place": 1, "value": 4}, {"place": 2, "value": 2}]


@both
def test_a_step_property_fails_on_the_last_step(explore: Explore) -> None:
    grows = step("grows", z3.UGT(z3.BitVec("n'", 8), N))
    verdict = explore(counter(5, grows))["grows"]
    assert verdict.answer == "violated"
    assert names(verdict) == ["up"] * 5 + ["back"]
    assert explore(counter(5, grows, wraps=False))["grows"].answer == "holds"


@both
def test_a_step_property_sees_a_step_that_leaves_the_constraint(explore: Explore) -> None:
    small = step("small", z3.ULT(z3.BitVec("n'", 8), 3))
    verdict = explore(replace(counter(5, small), constraint=z3.ULT(N, 3)))["small"]
    assert run(verdict).states[-1] == {"n": 3}


@both
def test_the_constraint_bounds_what_is_stored_and_not_what_is_counted(explore: Explore) -> None:
    found = effort(explore, replace(counter(9), constraint=z3.ULT(N, 4)))
    assert (found.states, found.transitions, found.depth, found.complete) == (4, 4, 4, True)


@both
def test_bounds_touched(explore: Explore) -> None:
    assert effort(explore, writer(3, 2)).touched == {"ones": 9 * 2}
    assert effort(explore, writer(1, 2)).touched == {}


@both
def test_the_search_stops_after_the_level_that_decides_the_last_property(explore: Explore) -> None:
    two, four = sometimes("2", N == 2), sometimes("4", N == 4)
    verdicts = explore(counter(9, two, four))
    assert {v.answer for v in verdicts.values()} == {"reachable"}
    found = verdicts["2"].effort
    assert (found.states, found.transitions, found.depth, found.complete, found.limit) == (5, 4, 5, False, "")
    at_once = explore(counter(9, sometimes("zero", N == 0)))["zero"].effort
    assert (at_once.states, at_once.transitions, at_once.depth) == (1, 0, 1)


@both
def test_limits_keep_what_was_found(explore: Explore) -> None:
    found, missed, safe = sometimes("found", N == 3), sometimes("missed", N == 8), TRUE
    verdicts = explore(counter(9, found, missed, safe), limits=Limits(max_states=5))
    assert [v.answer for v in verdicts.values()] == ["reachable", "unknown", "unknown"]
    assert names(verdicts["found"]) == ["up"] * 3
    ended = verdicts["missed"].effort
    assert (ended.states, ended.complete, ended.limit) == (5, False, "max-states 5 reached")
    assert effort(explore, counter(9), Limits(max_states=10)).complete


@both
def test_no_time(explore: Explore) -> None:
    late = effort(explore, mutex(6), Limits(max_seconds=0))
    assert (late.complete, late.limit) == (False, "max-seconds 0 reached")


def test_no_bytes() -> None:
    few = effort(explicit.explore, writer(90, 4), Limits(max_bytes=3_000_000))
    assert (few.complete, few.limit) == (False, "max-memory 3000000 reached")
    assert few.states == search.capacity(4, 3_000_000) == 59_129


@pytest.mark.parametrize("store", ["whole", "compact"])
@pytest.mark.parametrize("most", [49_152, 50_000, 60_000, 66_000])
def test_the_table_has_places_for_all_that_comes_when_the_states_are_too_many(store: str, most: int) -> None:
    limits = Limits(max_states=most, workers=1, store=store)  # type: ignore[arg-type]
    wide = effort(explicit.explore, writer(90, 4), limits)
    assert (wide.states, wide.limit) == (most, f"max-states {most} reached")


@both
def test_interrupt_keeps_what_was_found(explore: Explore, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(explicit, "BETWEEN_REPORTS", 0)
    one = sometimes("one", N == 1)
    verdicts = explore(counter(9, one, TRUE), progress=interrupt)
    assert [v.answer for v in verdicts.values()] == ["reachable", "unknown"]
    assert verdicts["one"].effort.limit == "interrupted"


def test_out_of_memory_keeps_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explicit, "available", lambda: 0)
    tiny = effort(explicit.explore, counter(9))
    assert (tiny.states, tiny.complete, tiny.limit) == (1, False, "out of memory")
    monkeypatch.undo()

    def refuse(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(search.Store, "_grow", refuse)
    refused = effort(explicit.explore, counter(9))
    assert (refused.states, refused.limit) == (0, "out of memory")


def test_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explicit, "BETWEEN_REPORTS", 0)
    seen: list[Progress] = []
    explicit.explore(counter(3), progress=seen.append)
    assert [(p.states, p.transitions, p.depth, p.frontier) for p in seen] == [
        (2, 1, 1, 1),
        (3, 2, 2, 1),
        (4, 3, 3, 1),
        (4, 4, 4, 0),
    ]


def test_initial_states_are_stored_once() -> None:
    system = replace(counter(3), initial=({"n": 2}, {"n": 2}, {"n": 0}))
    found = effort(explicit.explore, system)
    assert (found.states, found.depth) == (4, 2)
    assert effort(twin.explore, system).states == 4


def test_a_search_that_lasts_gets_better_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TCP_MODEL_CACHE", str(tmp_path))
    monkeypatch.setattr(explicit, "LASTING", 0)
    monkeypatch.setattr(explicit, "PATIENCE", 0)
    lasting = explicit.ExplicitSearch(writer(9, 4), (), NO_LIMITS)
    assert not lasting.code.careful
    assert lasting.run(None) == ""
    assert lasting.code.careful
    found = lasting.effort("")
    assert (found.states, found.transitions, found.touched) == (9**4, 9**4 * 36, {"ones": 9**4 * 4})


def test_a_table_that_grows_keeps_its_states() -> None:
    found = effort(explicit.explore, writer(20, 4))
    assert (found.states, found.transitions, found.depth) == (160_000, 160_000 * 80, 5)


def test_layout_packs_and_unpacks() -> None:
    variables = [Var("a", 40), Var("b", 30), Var("flag"), Var("c", 64), Var("d", 3)]
    layout = Layout(variables)
    state = {"a": 2**40 - 2, "b": 5, "flag": True, "c": 2**64 - 1, "d": 6}
    assert (layout.words, layout.bits) == (3, 138)
    assert layout.unpack(layout.pack(state)) == state
    with pytest.raises(ValueError, match="'wide' has 65 bits"):
        Layout([Var("wide", 65)])


def test_an_operator_that_no_table_has() -> None:
    divide = Rule("divide", N > 0, {"n": z3.UDiv(N, N)})
    with pytest.raises(UnknownOperator, match="bvudiv"):
        explicit.explore(System((Var("n", 8),), ({"n": 1},), (divide,)), properties=(TRUE,))


def test_an_input_keeps_its_range_in_each_block() -> None:
    n, i = Var("n", 8), choice("i")
    far = Rule("far", z3.ULT(N, 50), {"n": N + i + 40}, choose={"i": 1})
    near = Rule("near", z3.ULT(N, 50), {"n": N + i}, choose={"i": 3})
    system = System((n,), ({"n": 0},), (far, near))
    assert effort(explicit.explore, system).states == effort(twin.explore, system).states == 90


@exact(40)
@given(systems())
def test_random_systems_agree_with_the_twin(system: System) -> None:
    fast, slow = explicit.explore(system), twin.explore(system)
    assert fast.keys() == slow.keys() == {"always", "reachable", "step"}
    for name, verdict in fast.items():
        other = slow[name]
        assert (verdict.answer, verdict.run) == (other.answer, other.run)
        assert replace(verdict.effort, seconds=0, compile_seconds=0) == replace(other.effort, seconds=0)
