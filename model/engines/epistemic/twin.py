"""Who knows what in plain Python, the definition of what `knowledge` answers: sets of local states that refute."""

from __future__ import annotations

from collections.abc import Sequence

from model.core.knowledge import Combined, Fact, Formula, Knows, Views, local
from model.core.system import State
from model.core.terms import evaluate


def holds(states: Sequence[State], views: Views, formula: Formula) -> list[bool]:
    """Whether a formula holds, for each of all reachable states."""
    if isinstance(formula, Fact):
        return [bool(evaluate(formula.term, state)) for state in states]
    if isinstance(formula, Combined):
        parts = [holds(states, views, part) for part in formula.parts]
        return [_combined(formula.how, [part[at] for part in parts]) for at in range(len(states))]
    what = holds(states, views, formula.what)
    if isinstance(formula, Knows):
        return known(states, views, formula.side, what)
    while True:  # Common knowledge is what holds, is known to hold, is known to be known, and so on.
        each = [known(states, views, side, what) for side in formula.sides]
        after = [all(values) for values in zip(*each, strict=True)]
        if after == what:
            return what
        what = after


def known(states: Sequence[State], views: Views, side: str, what: Sequence[bool]) -> list[bool]:
    """Whether a side knows something, for each state, given where that holds."""
    seen = [local(views, side, state) for state in states]
    refuted = {view for view, held in zip(seen, what, strict=True) if not held}
    return [view not in refuted for view in seen]


def _combined(how: str, values: Sequence[bool]) -> bool:
    if how == "implies":
        return not values[0] or values[1]
    return not values[0] if how == "not" else all(values) if how == "and" else any(values)
