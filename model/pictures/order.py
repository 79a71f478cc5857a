"""The canonical order of a run's steps: who opens passively comes first, and then calls come as early as they can.

A search finds one of several shortest runs that differ in nothing but the order of steps that have nothing to do with
each other. Of these the one is shown that reads best: passive OPENs stand before everything, and other calls before all
that they need not wait for. Two neighbours change places only if both are possible in the other order, too, with the
same state after them (the choice of a slot may be another one); so the run ends as before and is as long.

Some runs end with a cause alone, such as a timer that is due: then the step that follows is shown, too.
"""

from __future__ import annotations

import re

from model.core.property import Property
from model.core.run import ReplayError, Run, Step, choices, confirm, enabled, fire
from model.core.system import State, System

Turn = tuple[Step, Step]


def consequence(system: System, prop: Property | None, trace: Run) -> tuple[Step, ...]:
    """The step that the end of a run causes, if the property names one: it is drawn, but is no part of the run."""
    if prop is None or not prop.follows:
        return ()
    return tuple(step for step in enabled(system, trace.states[-1]) if re.search(prop.follows, step.rule.name))[:1]


def in_order(system: System, prop: Property | None, trace: Run) -> Run:
    """The run in canonical order; it ends in the same state, and shows the same of the property.

    prop: what its end decides; None if nothing but its last state matters.
    """
    steps, at = list(trace.steps), 1
    while at < len(steps):
        before = steps[at - 2].state if at > 1 else trace.initial
        turned = _rank(steps[at]) < _rank(steps[at - 1]) and _turned(before, steps[at - 1], steps[at])
        if turned and (at < len(steps) - 1 or _decides(system, prop, Run(trace.initial, (*steps[: at - 1], *turned)))):
            steps[at - 1 : at + 1] = turned
            at = max(1, at - 1)
        else:
            at += 1
    return Run(trace.initial, tuple(steps))


def _rank(step: Step) -> int:
    """Passive OPENs, other calls, the rest."""
    return 0 if step.rule.call == "passive OPEN" else 1 if step.rule.kind == "call" else 2


def _turned(before: State, one: Step, two: Step) -> Turn | None:
    """The two steps in the other order, if that is possible and leads to the same state."""
    for inputs in choices(two.rule):
        if (between := fire(two.rule, inputs, before)) is not None:
            for others in choices(one.rule):
                if fire(one.rule, others, between) == two.state:
                    return Step(two.rule, inputs, between), Step(one.rule, others, two.state)
    return None


def _decides(system: System, prop: Property | None, trace: Run) -> bool:
    """Whether the run still decides the property. (A *step* property looks at the last step.)"""
    try:
        if prop is not None and prop.kind == "step":
            confirm(system, prop, trace)
    except ReplayError:
        return False
    return True
