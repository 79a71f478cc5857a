"""`--another`: the next shortest run that shows the same and differs in more than the order of its steps.

*Differs* means that it does without a step that the first run has: some event of some side, in whatever state, happens
less often in it. So neither another order of the same events counts, nor the same events and more.

That is asked of the same search: a counter for each event of the first run, up to how often it happens there, and the
property is only violated where some counter is lower. So the answer is exact: a shortest such run, or none at all, or
*unknown* if a limit was reached.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from dataclasses import replace

from model.core import z3fast as z3
from model.core.answer import Answer, Limits, OnProgress, Outcome
from model.core.property import Property
from model.core.run import Run, Step, confirm
from model.core.system import Rule, System, Var
from model.engines.explicit.search import explore
from model.tcp.cause import Cause
from model.words.language import marked, phrased


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


def _none(found: Outcome) -> str:
    if found.answer is Answer.UNKNOWN:
        said = marked("unknown whether another run does without one of these steps: {why}")
        return phrased(said, why=found.effort.limit)
    return marked("every run that shows this has all of these steps, in some order")


def event(rule: Rule) -> tuple[str, Hashable]:
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
