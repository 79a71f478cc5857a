"""`--another`: the next shortest run that shows the same and differs in more than the order of its steps.

*Differs* means that it does without a step that the first run has: some event of some side, in whatever state, happens
less often in it. So neither another order of the same events counts, nor the same events and more. In an infinite run
an event of the loop happens for ever: another one does without it where it happens a finite number of times, or never.

Of finite runs that is asked of the same search: a counter for each event of the first run, up to how often it happens
there, and the property is only violated where some counter is lower. Of infinite ones the graph of states is asked, for
each event of the first run. So the answer is exact: there is such a run, or none at all, or it is *unknown* if a limit
was reached. A finite run is a shortest one; of an infinite one the stem is as short as it can be to where its loop
begins, and the loop is short, as with the first one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from model.core import z3fast as z3
from model.core.answer import INTERRUPTED, OUT_OF_MEMORY, Answer, Limits, OnProgress, Outcome
from model.core.property import Live, Property
from model.core.run import Lasso, Run, Step, confirm
from model.core.system import Rule, System, Var
from model.engines.explicit.search import explore
from model.engines.infinite.fairness import classes_of
from model.engines.infinite.graph import StateGraph
from model.engines.infinite.liveness import Rare, confirm_lasso, find_lasso
from model.tcp.cause import Cause
from model.words.language import marked, phrased

UNKNOWN = marked("unknown whether another run does without one of these steps: {why}")
NONE = marked("every run that shows this has all of these steps, in some order")
FOR_EVER = float("inf")
Happens = tuple[str, Hashable]


def another(system: System, prop: Property, run: Run, limits: Limits, progress: OnProgress) -> Run | str:
    """The next shortest run of `system` that decides `prop` as `run` does and does without one of its steps; or why
    there is none."""
    counting, asked = counted(system, prop, run)
    found = explore(counting, limits=limits, progress=progress, cone=True)[asked.name]
    if found.run is None:
        return _none(found)
    rules = {rule.name: rule for rule in system.rules}
    steps = (
        Step(rules[one.rule.name], one.inputs, {name: one.state[name] for name in system.var})
        for one in found.run.steps
    )
    plain = Run({name: found.run.initial[name] for name in system.var}, tuple(steps))
    confirm(system, prop, plain)
    return plain


def another_lasso(system: System, live: Live, first: Lasso, limits: Limits, progress: OnProgress) -> Lasso | str:
    """A lasso that violates `live` as `first` does, and does without one of its steps; or why there is none."""
    graph = StateGraph(system, limits)
    if limit := graph.run(progress):
        return phrased(UNKNOWN, why=limit)
    often = occurrences(first)
    try:
        found = [*_lassos(graph, live, often)]
    except (KeyboardInterrupt, MemoryError) as stop:
        return phrased(UNKNOWN, why=INTERRUPTED if isinstance(stop, KeyboardInterrupt) else OUT_OF_MEMORY)
    if not found:
        return NONE
    chosen = min(found, key=lambda one: len(one.stem.steps) + len(one.loop))
    confirm_lasso(system, live.prop, live.fairness, chosen)
    lower = occurrences(chosen)
    assert any(lower.get(name, 0) < times for name, times in often.items()), "it has all steps of the first"
    return chosen


def _lassos(graph: StateGraph, live: Live, often: Mapping[Happens, float]) -> Iterator[Lasso]:
    """For each event a lasso in which it happens less often, if there is one."""
    owed, events = classes_of(graph, live.fairness), [event(rule) for rule in graph.system.rules]
    for name, times in often.items():
        edges = np.array([one == name for one in events])[graph.rules]
        rare = Rare(edges, None if times == FOR_EVER else int(times) - 1)
        if lasso := find_lasso(graph, owed, live.prop, rare):
            yield lasso


def occurrences(lasso: Lasso) -> dict[Happens, float]:
    """How often each event happens in an infinite run; for ever if in its loop."""
    before = Counter(event(step.rule) for step in lasso.stem.steps)
    return {**before} | {event(step.rule): FOR_EVER for step in lasso.loop}


def _none(found: Outcome) -> str:
    if found.answer is Answer.UNKNOWN:
        return phrased(UNKNOWN, why=found.effort.limit)
    return NONE


def event(rule: Rule) -> Happens:
    """What a step is: whose, and which event, whatever the state."""
    return rule.side, replace(rule.cause, state="") if isinstance(rule.cause, Cause) else rule.name


def counted(system: System, prop: Property, run: Run) -> tuple[System, Property]:
    """The system with counters of the run's events, and the property that asks for a run in which one is lower."""
    times = Counter(event(step.rule) for step in run.steps)
    counters = {name: Var(f"done.{at}", most.bit_length()) for at, (name, most) in enumerate(times.items())}

    def counts(rule: Rule) -> Rule:
        if (counter := counters.get(event(rule))) is None:
            return rule
        more = z3.If(counter.term == times[event(rule)], counter.term, counter.term + 1)
        return replace(rule, update={**rule.update, counter.name: more})

    all_done = z3.And(*((c.next if prop.kind == "step" else c.term) == times[name] for name, c in counters.items()))
    other = z3.And(prop.term, z3.Not(all_done)) if prop.kind == "reachable" else z3.Or(prop.term, all_done)
    asked = replace(prop, term=other, parts={})
    zero = dict.fromkeys((counter.name for counter in counters.values()), 0)
    return System(  # The rules keep symmetric groups sorted already.
        (*system.variables, *counters.values()),
        tuple({**state, **zero} for state in system.initial),
        tuple(counts(rule) for rule in system.rules),
        (asked,),
        constraint=system.constraint,
    ), asked
