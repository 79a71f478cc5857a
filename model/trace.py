"""Runs of a system under the reference meaning: firing one rule, a trace, and its replay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from model.system import Property, Rule, State, System
from model.terms import evaluate


def choices(rule: Rule) -> Iterator[dict[str, int]]:
    """Every choice of a rule's inputs, in the order in which engines try them (the last input varies fastest)."""
    for values in product(*(range(count) for count in rule.choose.values())):
        yield dict(zip(rule.choose, values, strict=True))


@dataclass(frozen=True)
class Step:
    """One firing: the rule, its inputs, and the state after it."""

    rule: Rule
    inputs: Mapping[str, int]
    state: State


@dataclass(frozen=True)
class Trace:
    """A run: an initial state and the steps from it."""

    initial: State
    steps: tuple[Step, ...]

    @property
    def states(self) -> list[State]:
        """All states, the initial one first."""
        return [self.initial, *(s.state for s in self.steps)]


class ReplayError(AssertionError):
    """A trace is not a run of its system under the Python meaning: an engine is wrong."""


def fire(rule: Rule, inputs: Mapping[str, int], state: State) -> State | None:
    """The successor under the Python meaning, or None where the guard is false."""
    assignment = {**state, **inputs}
    if not rule.guard_meaning(assignment)[0]:
        return None
    return {**state, **dict(zip(rule.update, rule.update_meaning(assignment), strict=True))}


def enabled(system: System, state: State) -> Iterator[Step]:
    """Every step from `state`; all guards are evaluated together, so that what they share is evaluated once."""
    ranges: dict[str, int] = {}
    for rule in system.rules:
        ranges |= {name: max(count, ranges.get(name, 0)) for name, count in rule.choose.items()}
    for values in product(*(range(count) for count in ranges.values())):
        inputs = dict(zip(ranges, values, strict=True))
        holds = system.guards({**state, **inputs})
        for rule, hold in zip(system.rules, holds, strict=True):
            in_range = all(value < rule.choose.get(name, 1) for name, value in inputs.items())
            if hold and in_range:
                own = {name: inputs[name] for name in rule.choose}
                after = fire(rule, own, state)
                assert after is not None
                yield Step(rule, own, after)


def replay(system: System, trace: Trace) -> None:
    """Check that `trace` is a run of `system`; raises `ReplayError`."""
    if trace.initial not in system.initial:
        raise ReplayError("the trace does not start in an initial state")
    state = trace.initial
    for number, step in enumerate(trace.steps, 1):
        if fire(step.rule, step.inputs, state) != step.state:
            raise ReplayError(f"step {number}, '{step.rule.name}', is not what the rule does")
        state = step.state


def confirm(system: System, prop: Property, trace: Trace) -> None:
    """Check that `trace` is a run of `system` whose end decides `prop`; raises `ReplayError`.

    The end is the last state, or for a step property the last step.
    """
    replay(system, trace)
    last = trace.states[-1]
    if prop.kind == "step":
        if not trace.steps:
            raise ReplayError(f"a trace for the step property '{prop.name}' needs a step")
        last = {**trace.states[-2], **{name + "'": value for name, value in last.items()}}
    if bool(evaluate(prop.term, last)) != (prop.kind == "reachable"):
        raise ReplayError(f"the end of the trace does not decide property '{prop.name}'")
