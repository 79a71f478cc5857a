"""Runs of a system under the reference meaning: firing one rule, a trace, and its replay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from model.core.property import Property
from model.core.system import Rule, State, System
from model.core.terms import evaluate


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
class Run:
    """A run: an initial state and the steps from it."""

    initial: State
    steps: tuple[Step, ...]

    @property
    def states(self) -> list[State]:
        """All states, the initial one first."""
        return [self.initial, *(s.state for s in self.steps)]


@dataclass(frozen=True)
class Lasso:
    """A run: `stem`, and from its last state `loop` again and again; an empty loop stays in that state for ever."""

    stem: Run
    loop: tuple[Step, ...]

    @property
    def recurrent(self) -> list[State]:
        """The states that come again for ever, the last one of the stem first."""
        return [self.stem.states[-1], *(step.state for step in self.loop[:-1])]


class ReplayError(AssertionError):
    """A trace is not a run of its system under the Python meaning: an engine is wrong."""


def fire(rule: Rule, inputs: Mapping[str, int], state: State) -> State | None:
    """The successor under the Python meaning, or None where the guard is false."""
    assignment = {**state, **inputs}
    return after(rule, assignment, state) if rule.guard_meaning(assignment)[0] else None


def after(rule: Rule, assignment: Mapping[str, int], state: State) -> State:
    """`state` with what the rule writes under an assignment, wherever its guard is true."""
    return {**state, **dict(zip(rule.update, rule.update_meaning(assignment), strict=True))}


def enabled(system: System, state: State, side: str | None = None) -> Iterator[Step]:
    """Every step from `state`; only those of the rules of one side, if it is given ("" is a side, too)."""
    rules = [(at, rule) for at, rule in enumerate(system.rules) if side is None or rule.side == side]
    ranges: dict[str, int] = {}
    for _, rule in rules:
        ranges |= {name: max(count, ranges.get(name, 0)) for name, count in rule.choose.items()}
    for values in product(*(range(count) for count in ranges.values())):
        inputs = dict(zip(ranges, values, strict=True))
        holds = system.guards.under({**state, **inputs})
        in_range = (p for p in rules if all(value < p[1].choose.get(name, 1) for name, value in inputs.items()))
        for rule in [rule for at, rule in in_range if holds(at)]:
            own = {name: inputs[name] for name in rule.choose}
            yield Step(rule, own, after(rule, {**state, **own}, state))


def _chosen(step: Step) -> bool:
    """Whether a step has a value for each of its rule's inputs, one that the rule offers, and no other."""
    offered = step.rule.choose
    return step.inputs.keys() == offered.keys() and all(0 <= step.inputs[name] < offered[name] for name in offered)


def replay(system: System, trace: Run) -> None:
    """Check that `trace` is a run of `system`; raises `ReplayError`."""
    if trace.initial not in system.initial:
        raise ReplayError("the trace does not start in an initial state")
    state = trace.initial
    for number, step in enumerate(trace.steps, 1):
        if not _chosen(step):
            raise ReplayError(f"step {number}, '{step.rule.name}', chooses what the rule does not offer")
        if fire(step.rule, step.inputs, state) != step.state:
            raise ReplayError(f"step {number}, '{step.rule.name}', is not what the rule does")
        state = step.state


def confirm(system: System, prop: Property, trace: Run) -> None:
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
