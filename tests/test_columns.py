"""Columns have the reference meaning of terms."""

from __future__ import annotations

import numpy as np
import pytest
import z3

from model.core.nodes import Node, Operator
from model.core.terms import PYTHON, Meaning, step
from tests.columns import COLUMNS, Column, reader
from tests.test_terms import OF_NONE, WIDTHS, every_operator, samples


def test_the_operators_are_those_of_the_reference_meaning() -> None:
    assert COLUMNS.keys() == PYTHON.keys()


@pytest.mark.parametrize("width", [width for width in WIDTHS if 3 * width <= 64])
def test_columns_and_python_agree(width: int) -> None:
    terms = [*{term.get_id(): term for found in every_operator(width).values() for term in found}.values()]
    states, meaning = samples(width), Meaning(terms)
    columns = {name: np.array([state[name] for state in states], np.uint64) for name in "abc"}
    read = reader(columns.__getitem__)
    found = [np.broadcast_to(read(term), len(states)).tolist() for term in terms]
    assert [list(row) for row in zip(*found, strict=True)] == [meaning(state) for state in states]


@pytest.mark.parametrize("kind", OF_NONE)
def test_edge_arities(kind: int) -> None:
    function = step(COLUMNS, Node(Operator(kind, "op"), ()))
    some = np.array([True, False])
    assert function().tolist() == step(COLUMNS, Node(Operator(OF_NONE[kind], "op"), ()))().tolist()
    assert np.broadcast_to(function(some), 2).tolist() == ([True, True] if kind == z3.Z3_OP_DISTINCT else some.tolist())


def test_times_are_real_numbers() -> None:
    then, age = z3.Real("then"), z3.BitVec("age", 4)
    columns: dict[str, Column] = {"then": np.array([0.5, 3.0]), "age": np.array([1, 15], np.uint64)}
    read = reader(columns.__getitem__)
    assert read(then / 2 - z3.ToReal(z3.BV2Int(age))).tolist() == [-0.75, -13.5]
    assert read(z3.And(-then < 1, 2 * then + z3.Q(1, 2) >= z3.RealVal("1.5"), then <= 1)).tolist() == [True, False]
    with pytest.raises(AssertionError, match="1/3 is not exact"):
        read(then + z3.Q(1, 3))
