"""Fair lassos: a run to a state, and from there a loop for ever; found in a state graph, confirmed in plain Python.

The loop is stitched: from the state at hand, walk to the nearest arc that pays a class what is still owed, until
nothing is, and then back. So a loop is short but need not be a shortest one (to find that is NP-hard).

Marks: answers rest on what is marked `sound`; what is marked `heuristic` only saves time or memory, or orders.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

import numpy as np

from model.core.property import Fairness, RuleClass
from model.core.run import Lasso, ReplayError, Run, Step, choices, replay
from model.core.system import State, System
from model.core.terms import evaluate
from model.engines.explicit.store import Array
from model.engines.infinite.fairness import NOWHERE, ClassEdges
from model.engines.infinite.graph import Arcs, StateGraph

KEPT = 32  # heuristic: memory for time


class Loops:  # heuristic: which loop is found; a wrong one is refused by `confirm_fair`, and none is an error
    """Fair loops in the fair components of a state graph (see `fairness.fair_components`)."""

    def __init__(
        self, graph: StateGraph, owed: Sequence[ClassEdges], component: Array, shunned: Array | None = None
    ) -> None:
        tail, head = graph.arcs.tail, graph.arcs.head
        inside = (component[tail] == component[head]) & (component[tail] != NOWHERE)
        edges = np.flatnonzero(inside if shunned is None else inside & ~shunned)
        self.graph = graph
        self.arcs = Arcs(graph.states, tail[edges], head[edges], edges)
        self.owed = [one for one in owed if (component[tail[one.edges]] != NOWHERE).any()]
        self.enabled = cache(self._enabled)
        self.fired = cache(self._fired)
        self.pays = lru_cache(KEPT)(self._pays)

    def loop(self, start: int) -> list[int]:
        """The edges of a fair loop from a state and back; none if a run may stay there."""
        taken: list[int] = []
        at = start
        while (missing := self._missing(start, taken)) or at != start:
            good = np.logical_or.reduce([self.pays(one) for one in missing]) if missing else self.arcs.head == start
            _, via, arc = self.arcs.walk(np.array([at]), good)
            # sound: a component that is not fair is an error, not *holds*
            assert arc >= 0, "a fair component that is not fair"
            taken += [*self.arcs.path(via, int(self.arcs.tail[arc])), arc]
            at = int(self.arcs.head[arc])
        return self.arcs.edge[taken].tolist() if taken else []

    def _missing(self, start: int, taken: Sequence[int]) -> list[int]:
        """The classes that are owed more than a loop through these arcs gives."""
        enabled = [self.enabled(state) for state in {start, *self.arcs.head[list(taken)].tolist()}]
        ever, always = frozenset.union(*enabled), frozenset.intersection(*enabled)
        fired = frozenset().union(*(self.fired(arc) for arc in taken))
        return [one for one in sorted(ever - fired) if self.owed[one].strong or one in always]

    def _enabled(self, state: int) -> frozenset[int]:
        bounds = self.graph.arcs.begin[state : state + 2]
        return frozenset(at for at, one in enumerate(self.owed) if np.ptp(np.searchsorted(one.edges, bounds)))

    def _fired(self, arc: int) -> frozenset[int]:
        bounds = self.arcs.edge[arc] + np.arange(2)
        return frozenset(at for at, one in enumerate(self.owed) if np.ptp(np.searchsorted(one.edges, bounds)))

    def _pays(self, at: int) -> Array:
        """Which arcs fire a class, or for a weak one lead to a state where it is disabled."""
        one = self.owed[at]
        fires = np.zeros(len(self.graph.arcs.tail), np.bool_)
        fires[one.edges] = True
        if one.strong:
            return fires[self.arcs.edge]
        enabled = np.zeros(self.graph.states, np.bool_)
        enabled[self.graph.arcs.tail[one.edges]] = True
        return fires[self.arcs.edge] | ~enabled[self.arcs.head]


# -- in plain Python -----------------------------------------------------------------------------------------------


def confirm_fair(system: System, fairness: Fairness, lasso: Lasso) -> None:
    """Check under the Python meaning that a lasso is a fair run of a system; raises `ReplayError`."""
    replay(system, Run(lasso.stem.initial, (*lasso.stem.steps, *lasso.loop)))  # sound: every step is one of the system
    if lasso.loop and lasso.loop[-1].state != lasso.stem.states[-1]:  # sound: so it can be repeated for ever
        raise ReplayError("the loop does not come back to where it begins")
    firings = list(zip(lasso.recurrent, lasso.loop, strict=False))
    for strong, owed in [(False, c) for c in fairness.weak] + [(True, c) for c in fairness.strong]:
        # sound: by the guards in Python, not by the graph
        enabled = [set(_enabled(system, owed, state)) for state in lasso.recurrent]
        # sound: the definition of strong and of weak
        due = set.union(*enabled) if strong else set.intersection(*enabled)
        fired = [(state, step) for state, step in firings if step.rule.name in owed.rules]
        paid = {_value(owed, state, step) for state, step in fired if _belongs(owed, state, step)}
        if due - paid:  # sound: what is owed is paid in the loop
            names = ", ".join(sorted(owed.rules))
            raise ReplayError(f"the loop is not {'strongly' if strong else 'weakly'} fair to {{{names}}}")


def _enabled(system: System, owed: RuleClass, state: State) -> Iterator[int]:
    """The values of a class that are enabled in a state."""
    for rule in system.rules:
        if rule.name in owed.rules:
            for inputs in choices(rule):  # sound: any choice enables it
                step = Step(rule, inputs, state)
                if rule.guard_meaning({**state, **inputs})[0] and _belongs(owed, state, step):
                    yield _value(owed, state, step)


def _belongs(owed: RuleClass, before: State, step: Step) -> bool:
    """Whether a firing of one of its rules is one of a class."""
    return owed.when is None or bool(evaluate(owed.when, {**before, **step.inputs}))


def _value(owed: RuleClass, before: State, step: Step) -> int:
    """The value of a class's term where a step begins; 0 for a class without one."""
    return 0 if owed.by is None else int(evaluate(owed.by, {**before, **step.inputs}))
