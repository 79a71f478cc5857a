"""Who knows what in plain Python, the definition of what `knowledge` answers: sets of states under dictionaries."""

from __future__ import annotations

from collections import defaultdict
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
        return [all(what[other] for other in alike) for alike in _alike(states, views, formula.side)]
    while True:  # Common knowledge is what holds, is known to hold, is known to be known, and so on.
        known = [_all_know(states, views, side, what) for side in formula.sides]
        after = [held and all(one[at] for one in known) for at, held in enumerate(what)]
        if after == what:
            return what
        what = after


def _all_know(states: Sequence[State], views: Views, side: str, what: Sequence[bool]) -> list[bool]:
    return [all(what[other] for other in alike) for alike in _alike(states, views, side)]


def _alike(states: Sequence[State], views: Views, side: str) -> list[list[int]]:
    """For each state those that a side cannot tell from it."""
    together: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for at, state in enumerate(states):
        together[local(views, side, state)].append(at)
    return [together[local(views, side, state)] for state in states]


def _combined(how: str, values: Sequence[bool]) -> bool:
    if how == "implies":
        return not values[0] or values[1]
    return not values[0] if how == "not" else all(values) if how == "and" else any(values)
