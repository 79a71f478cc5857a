"""Runs of a system under the reference meaning: firing one rule, a trace, and its replay."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from model.system import Rule, State, System
from model.terms import Meaning


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
    if not Meaning([rule.guard])(assignment)[0]:
        return None
    return {**state, **dict(zip(rule.update, Meaning(list(rule.update.values()))(assignment), strict=True))}


def replay(system: System, trace: Trace) -> None:
    """Check that `trace` is a run of `system`; raises `ReplayError`."""
    if trace.initial not in system.initial:
        raise ReplayError("the trace does not start in an initial state")
    state = trace.initial
    for number, step in enumerate(trace.steps, 1):
        if fire(step.rule, step.inputs, state) != step.state:
            raise ReplayError(f"step {number}, '{step.rule.name}', is not what the rule does")
        state = step.state
