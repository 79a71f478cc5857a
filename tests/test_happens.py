"""Whether a step can be taken at all is asked with small numbers first, and is no answer about small numbers only."""

from __future__ import annotations

import pytest
import z3

from model.core.answer import NO_LIMITS
from model.engines.inductive.discharge import SMALL, Prover, with_small_numbers
from model.engines.inductive.obligations import Induction, Lemma, LemmaPart, Soup, Transition
from model.engines.symbolic.solver import LimitedSolver

N = z3.BitVec("n", 32)
AT_MOST = 1 << 20


def induction(guard: z3.BoolRef) -> tuple[Induction, Transition]:
    """A counter that stays below 2^20, with one step."""
    step = Transition("count", "", guard, {"n": N + 1})
    soup = Soup({"n": N}, N == 0, {}, (step,), Lemma("domain", (LemmaPart("", z3.ULE(N, AT_MOST)),), "", ""))
    return Induction(soup, (), ()), step


@pytest.mark.parametrize(
    ("guard", "happens", "questions"),
    [
        (z3.ULT(N, 3), True, 1),
        (z3.UGT(N, 1 << SMALL), True, 2),
        (z3.And(z3.UGT(N, 100), z3.ULT(N, 102)), True, 2),
        (z3.UGT(N, AT_MOST), False, 2),
        (z3.BoolVal(False), False, 0),
    ],
)
def test_a_step_that_needs_large_numbers_can_be_taken(guard: z3.BoolRef, happens: bool, questions: int) -> None:
    prover = Prover(LimitedSolver(NO_LIMITS))
    assert prover.happens(*induction(guard)) == happens
    assert prover.ask.questions <= questions


def test_small_numbers_are_of_the_same_width() -> None:
    solver = z3.Solver()
    solver.add(with_small_numbers(z3.And(N + N == 62, z3.Extract(31, SMALL, N) == 0)))
    assert solver.check() == z3.sat
    solver.add(with_small_numbers(z3.UGE(N, 1 << SMALL)))
    assert solver.check() == z3.unsat
