"""A question to Z3, within limits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

import z3

from model.core.answer import INTERRUPTED, NO_LIMITS, OUT_OF_MEMORY, Limits
from model.machine.memory import available
from model.words.language import marked, phrased

LEAST_MEMORY = 256 << 20
STEPS = ("simplify", "propagate-values", "solve-eqs", "elim-uncnstr", "reduce-bv-size", "simplify", "max-bv-sharing")
BITS = z3.Then(*STEPS, "bit-blast", z3.With("sat", restart="luby"))
TACTIC = z3.Cond(z3.Probe("is-qfbv"), BITS, z3.Tactic("smt"))
"""Z3's own way, but for the restarts: with bit-vectors they made proofs a tenth to a quarter faster."""

BLASTED = z3.Then("simplify", "propagate-values", "solve-eqs", "simplify", "bit-blast", "smt")
"""For reals together with arithmetic of bit-vectors, which becomes Boolean."""


class Unanswered(Exception):
    """Z3 has not answered; the text is the limit that stopped it."""

    def __init__(self, limit: str) -> None:
        super().__init__(limit)
        self.limit = limit


@dataclass
class LimitedSolver:
    """Asks whether formulas can be satisfied, within limits that hold for all of them together."""

    limits: Limits = NO_LIMITS
    solver: Callable[[], z3.Solver] = TACTIC.solver
    begun: float = field(default_factory=monotonic)
    questions: int = 0

    def __post_init__(self) -> None:
        self.limits = self.limits.started()

    @property
    def seconds(self) -> float:
        """Since the first question could be asked."""
        return monotonic() - self.begun

    def __call__(self, *formulas: z3.BoolRef) -> z3.ModelRef | None:
        """A model of the formulas, or None if they cannot be satisfied; raises `Unanswered`."""
        solver = self.solver()
        if self.limits.max_seconds is not None:
            if late := self.limits.late():
                raise Unanswered(late)
            solver.set("timeout", max(1, int(self.limits.left * 1000)))
        if available() < LEAST_MEMORY:
            raise Unanswered(OUT_OF_MEMORY)
        solver.add(*formulas)
        self.questions += 1
        answer = solver.check()
        if answer == z3.unknown:
            raise Unanswered(self._why(solver.reason_unknown()))
        return None if answer == z3.unsat else _checked(solver.model(), formulas)

    def _why(self, reason: str) -> str:
        if "interrupt" in reason:
            return INTERRUPTED
        if late := self.limits.late():
            return late
        return OUT_OF_MEMORY if "memory" in reason else phrased("Z3 gave up: {reason}", reason=reason)


def _checked(model: z3.ModelRef, formulas: Sequence[z3.BoolRef]) -> z3.ModelRef:
    """The model, if it is one of the formulas; raises `Unanswered`."""
    if all(z3.is_true(model.eval(formula, model_completion=True)) for formula in formulas):
        return model
    raise Unanswered(marked("Z3 gave up: its model does not satisfy what was asked"))
