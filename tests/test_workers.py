"""Several workers find the same as one: counts, verdicts, traces, and the states in the same order."""

from __future__ import annotations

import os
from dataclasses import replace
from threading import Barrier, BrokenBarrierError

import numpy as np
import pytest
import z3
from hypothesis import given

from model.core.answer import Limits
from model.core.property import always, sometimes
from model.core.system import System
from model.engines import twin
from model.engines.explicit import search as explicit
from model.engines.explicit.quotient import quotient
from model.engines.explicit.store import Store, capacity
from model.engines.infinite.graph import StateGraph
from model.machine.workers import Workers, processors
from tests.strategies import exact, systems
from tests.toys import bag, writer

MANY = (1, 2, 3, 7)
GOAL = sometimes("goal", z3.And(z3.BitVec("v1", 64) == 4, z3.BitVec("v2", 64) == 2))


@pytest.fixture(params=MANY, ids=lambda count: f"{count} workers")
def limits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Limits:
    """Limits with so many workers, which share even small levels and have little room."""
    monkeypatch.setattr(explicit, "LEAST", 1)
    monkeypatch.setattr(explicit, "BATCH", 64)
    return Limits(workers=request.param)


@exact(12)
@given(systems())
def test_random_systems_agree_with_the_twin(limits: Limits, system: System) -> None:
    fast, slow = explicit.explore(system, limits=limits), twin.explore(system)
    for name, verdict in fast.items():
        assert (verdict.answer, verdict.run) == (slow[name].answer, slow[name].run)
        assert replace(verdict.effort, seconds=0, compile_seconds=0) == replace(slow[name].effort, seconds=0)


def searched(system: System, limits: Limits) -> explicit.ExplicitSearch:
    """A search that has run."""
    search = explicit.ExplicitSearch(system, (GOAL,), limits)
    search.run(None)
    return search


def test_states_are_numbered_as_by_one_worker(limits: Limits) -> None:
    one, many = searched(writer(9, 5), Limits(workers=1)), searched(writer(9, 5), limits)
    assert one.store.count == many.store.count
    for name in ("states", "parents", "numbers"):
        first, second = (getattr(search.store, name)[: search.store.count] for search in (one, many))
        assert np.array_equal(first, second)
    assert one.traces() == many.traces()


def test_a_limit_ends_at_the_same_state(limits: Limits) -> None:
    true = always("true", z3.BoolVal(True))
    found = explicit.explore(writer(9, 4), limits=replace(limits, max_states=1000), properties=(true,))["true"].effort
    one = Limits(max_states=1000, workers=1)
    same = explicit.explore(writer(9, 4), limits=one, properties=(true,))["true"].effort
    assert (found.states, found.digest, found.limit) == (1000, same.digest, "max-states 1000 reached")


def test_the_state_graph_and_its_quotient_are_the_same(limits: Limits) -> None:
    one, many = StateGraph(bag(6, 5), Limits(workers=1)), StateGraph(bag(6, 5), limits)
    assert one.run(None) == many.run(None) == ""
    assert np.array_equal(one.arcs.tail, many.arcs.tail)
    assert np.array_equal(one.arcs.head, many.arcs.head)
    assert np.array_equal(one.numbers, many.numbers)
    assert quotient(bag(6, 5), ["v0"], limits).arcs == quotient(bag(6, 5), ["v0"], Limits(workers=1)).arcs


@pytest.mark.parametrize("workers", MANY)
def test_large_levels(workers: int) -> None:
    true = always("true", z3.BoolVal(True))
    found = explicit.explore(writer(20, 4), limits=Limits(workers=workers), properties=(true,))["true"].effort
    assert (found.states, found.transitions, found.depth) == (160_000, 160_000 * 80, 5)


def test_memory_of_a_state() -> None:
    for states in range(50_000, 3_000_000, 77_777):
        table = Store._length(states) * 64 * 8
        assert table <= 16 * states
    for words in (1, 2, 5):
        assert capacity(words, 10**9) >= 10**9 // (8 * words + 24)


@pytest.mark.parametrize("count", MANY)
def test_workers_work_side_by_side(count: int) -> None:
    """Each waits until all have begun."""
    team, together = Workers(count), Barrier(count)

    def work(_: int) -> bool:
        try:
            together.wait(5)
        except BrokenBarrierError:
            return False
        return True

    assert team.each(count, work) == [True] * count
    team.close()
    assert team._pool is None
    assert team.each(count, lambda number: number) == list(range(count)), "one thread does it all"


def test_the_processors_that_a_system_counts_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 2, 5}, raising=False)
    assert processors() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    for known, found in ((8, 8), (1, 1), (None, 1)):
        monkeypatch.setattr(os, "cpu_count", lambda known=known: known)
        assert processors() == found


def test_an_error_in_a_worker_is_raised_when_all_have_ended() -> None:
    ended = []

    def work(number: int) -> int:
        ended.append(number)
        if number == 1:
            raise MemoryError
        return number

    team = Workers(3)
    with pytest.raises(MemoryError):
        team.each(3, work)
    assert sorted(ended) == [0, 1, 2]
    assert team.each(3, lambda number: number if number != 1 else 10) == [0, 10, 2]
    team.close()
    assert processors() >= 1
