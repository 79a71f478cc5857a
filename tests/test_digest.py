"""The digest of a set of states: what they are matters, not their order, nor how they are packed."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.core.system import State, Var
from model.engines.explicit.digest import LEAST, TOGETHER, digest, digest_of
from model.engines.native.packing import Layout
from model.machine.workers import Workers
from tests.strategies import exact

VARIABLES = [Var("flag", 0), Var("small", 3), Var("wide", 32), Var("edge", TOGETHER), Var("other", 0), Var("sum", 7)]
"""Booleans (0), variables that are looked up together, one that just is, and one that is too wide for that."""


some = st.fixed_dictionaries({v.name: st.just(0) | st.integers(0, (1 << (v.width or 1)) - 1) for v in VARIABLES})
"""States in which about half of the variables are zero."""


def some_states(count: int) -> list[State]:
    """Many states, all different; which ones makes no difference."""
    random = Random(1)
    return [{v.name: random.getrandbits(v.width or 1) * random.randint(0, 1) for v in VARIABLES} for _ in range(count)]


def packed(states: Sequence[State], variables: Sequence[Var], workers: int = 1) -> str:
    layout = Layout(variables)
    rows = np.array([layout.pack(state) for state in states], np.uint64)
    made = Workers(workers)
    try:
        return digest(rows, len(rows), layout, made)
    finally:
        made.close()


@exact(30)
@given(st.lists(some, min_size=1, max_size=40), st.permutations(VARIABLES), st.data())
def test_order_and_layout_make_no_difference(states: list[State], variables: list[Var], data: st.DataObject) -> None:
    assert packed(data.draw(st.permutations(states)), variables) == digest_of(states)


def test_a_variable_that_is_zero_throughout_may_be_left_out() -> None:
    states = [state | {"small": 0} for state in some_states(50)]
    assert packed(states, [var for var in VARIABLES if var.name != "small"]) == digest_of(states)


@pytest.mark.parametrize("name", [var.name for var in VARIABLES])
def test_one_bit_of_one_variable_makes_a_difference(name: str) -> None:
    states = some_states(50)
    changed = [states[0] | {name: int(states[0][name]) ^ 1}, *states[1:]]
    assert packed(changed, VARIABLES) != packed(states, VARIABLES)


def test_names_and_repetitions_make_a_difference() -> None:
    one = {"flag": 1, "other": 0}
    assert digest_of([one]) != digest_of([{"flag": 0, "other": 1}])
    assert len({digest_of([one] * count) for count in range(4)}) == 4
    assert digest_of([{"small": 3, "sum": 5}]) != digest_of([{"small": 5, "sum": 3}])


def test_threads_make_no_difference() -> None:
    states = some_states(100) * (LEAST // 100 + 1)
    assert packed(states, VARIABLES, workers=3) == packed(states, VARIABLES, workers=1)
