"""z3's constructors without its Python layer make the terms that z3's own make, of the same classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import z3

from model.core import z3fast

A, B, P, Q, T = z3.BitVec("a", 8), z3.BitVec("b", 8), z3.Bool("p"), z3.Bool("q"), z3.Real("t")
MADE: dict[str, Callable[[Any], z3.ExprRef]] = {
    "no conjunct": lambda by: by.And(),
    "one conjunct": lambda by: by.And(P),
    "a list": lambda by: by.And([P, Q, A == B]),
    "no disjunct": lambda by: by.Or(),
    "an empty list": lambda by: by.Or([]),
    "Python's truth": lambda by: by.And(True, P, by.Not(False)),
    "a generator": lambda by: by.Or(*(part for part in (P, Q))),
    "negation": lambda by: by.Not(by.Not(P)),
    "implication": lambda by: by.Implies(P, Q),
    "implication of Python's": lambda by: by.Implies(P, False),
    "if, numbers": lambda by: by.If(P, A, by.BitVecVal(3, 8)),
    "if, two numbers": lambda by: by.If(P, by.BitVecVal(-1, 8), by.BitVecVal(259, 8)),
    "if, truth": lambda by: by.If(P, Q, by.BoolVal(True)),
    "if, Python's number": lambda by: by.If(P, A, 3),
    "if, real": lambda by: by.If(P, T, by.RealVal(2)),
    "simplified": lambda by: by.simplify(z3.And(P, z3.Or(Q, P), True)),
    "simplified to a number": lambda by: by.simplify(z3.BitVecVal(3, 8) + 4),
    "replaced": lambda by: by.substitute(z3.ULT(A, B), (A, B), (B, A)),
    "replaced in a number": lambda by: by.substitute(A + B, (A, z3.BitVecVal(1, 8))),
    "replaced nothing": lambda by: by.substitute(P),
}


@pytest.mark.parametrize("name", MADE)
def test_terms_are_those_that_z3_makes(name: str) -> None:
    make = MADE[name]
    for _ in range(2):  # What is kept is the same the second time.
        made, wanted = make(z3fast), make(z3)
        assert made.eq(wanted)
        assert type(made) is type(wanted)


def test_truth_is_recognised() -> None:
    for term in (z3.BoolVal(True), z3.BoolVal(False), P, z3.And(), z3.simplify(z3.And())):
        assert z3fast.is_true(term) == z3.is_true(term)
        assert z3fast.is_false(term) == z3.is_false(term)


@pytest.mark.parametrize(
    "make",
    [
        lambda: z3fast.And(P, A),
        lambda: z3fast.Not(A),
        lambda: z3fast.If(P, A, z3.BitVec("c", 9)),
        lambda: z3fast.If(P, A, Q),
        lambda: z3fast.substitute(P, (A, z3.BitVec("c", 9))),
    ],
)
def test_what_does_not_fit_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(z3.Z3Exception):
        make()


def test_what_is_simplified_is_forgotten_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(z3fast, "MOST", 3)
    z3fast._simplified().clear()
    for number in range(10):
        assert z3fast.simplify(A + number - number).eq(A)
        assert len(z3fast._simplified()) <= 3
