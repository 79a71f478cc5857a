"""The explicit engine's slow twin: breadth-first search in plain Python, the definition of what `explicit` answers.

Rules that follow each other and have the same inputs are tried together: for each choice of the inputs, the rules in
order. The search goes level by level and stops at the end of the level in which the last property was decided.
`max_bytes` is not looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import groupby
from time import perf_counter

from model.core.answer import (
    INTERRUPTED,
    NO_LIMITS,
    OUT_OF_MEMORY,
    Effort,
    Limits,
    OnProgress,
    Outcome,
    Progress,
    outcomes,
)
from model.core.cone import relevant
from model.core.property import Property
from model.core.run import Run, Step, choices
from model.core.system import State, System
from model.core.terms import Meaning
from model.engines.explicit.digest import digest_of

Key = tuple[int, ...]


class _Limit(Exception):
    """A limit ends the search."""


def explore(
    system: System,
    *,
    limits: Limits = NO_LIMITS,
    progress: OnProgress | None = None,
    properties: Sequence[Property] | None = None,
    cone: bool = False,
) -> dict[str, Outcome]:
    """As `model.engines.explicit.search.explore`, with the same answers, counts and traces."""
    search = TwinSearch(system, tuple(system.properties if properties is None else properties), limits, cone)
    limit = ""
    try:
        search.run(progress or (lambda _: None))
    except _Limit as reached:
        limit = str(reached)
    except (KeyboardInterrupt, MemoryError) as error:
        limit = INTERRUPTED if isinstance(error, KeyboardInterrupt) else OUT_OF_MEMORY
    return outcomes(system, search.properties, search.traces, "twin", search.effort(limit))


class TwinSearch:
    """One search. `reached` maps a state's key to the state, the step that first led there, and the key before it."""

    def __init__(self, system: System, properties: Sequence[Property], limits: Limits, cone: bool) -> None:
        self.system, self.properties, self.limits = system, properties, limits.started()
        self.stored = relevant(system, properties) if cone else system.variables
        self.left_out = tuple(v.name for v in system.variables if v not in self.stored)
        self.began = perf_counter()
        self.reached: dict[Key, tuple[State, Step | None, Key]] = {}
        self.frontier: list[State] = []
        self.traces: dict[str, Run] = {}
        self.transitions = self.depth = 0
        self.touched: Counter[str] = Counter()
        self.inside = Meaning([] if system.constraint is None else [system.constraint])
        self.meaning = {p.name: Meaning([p.term]) for p in properties}
        runs = [list(run) for _, run in groupby(system.rules, lambda rule: list(rule.choose.items()))]
        effects = [[Meaning([*rule.update.values(), *rule.touches.values()]) for rule in run] for run in runs]
        guards = [Meaning([rule.guard for rule in run]) for run in runs]
        self.blocks = list(zip(runs, guards, effects, strict=True))

    def run(self, report: OnProgress) -> None:
        """Search level by level; raises `_Limit`."""
        for state in self.system.initial:
            self.store(state, None, ())
        while self.frontier and not (self.properties and len(self.traces) == len(self.properties)):
            level, self.frontier = self.frontier, []
            self.depth += 1
            for state in level:
                for step in self.steps(state):
                    self.take(state, step)
                seconds = perf_counter() - self.began
                report(Progress(len(self.reached), self.transitions, self.depth, len(self.frontier), seconds))
                if late := self.limits.late():
                    raise _Limit(late)

    def steps(self, state: State) -> Iterator[Step]:
        """Every transition from a state, in the order in which engines try them."""
        for rules, guards, effects in self.blocks:
            for inputs in choices(rules[0]):
                assignment = {**state, **inputs}
                for rule, fires, effect in zip(rules, guards(assignment), effects, strict=True):
                    if fires:
                        values = effect(assignment)
                        hits = values[len(rule.update) :]
                        self.touched.update(bound for bound, hit in zip(rule.touches, hits, strict=True) if hit)
                        yield Step(rule, inputs, {**state, **dict(zip(rule.update, values, strict=False))})

    def take(self, state: State, step: Step) -> None:
        """Count a transition, check the step properties, and store the successor inside the constraint."""
        self.transitions += 1
        primed = {**state, **{name + "'": value for name, value in step.state.items()}}
        for prop in self.properties:
            if prop.kind == "step" and prop.name not in self.traces and not self.meaning[prop.name](primed)[0]:
                before = self.trace(self.key(state))
                self.traces[prop.name] = Run(before.initial, (*before.steps, step))
        if all(self.inside(step.state)):
            self.store(step.state, step, self.key(state))

    def store(self, state: State, step: Step | None, before: Key) -> None:
        """Keep a new state, and check the properties of states on it."""
        key = self.key(state)
        if key in self.reached:
            return
        if len(self.reached) == self.limits.max_states:
            raise _Limit(f"max-states {self.limits.max_states} reached")
        self.reached[key] = state, step, before
        self.frontier.append(state)
        for prop in self.properties:
            wanted = prop.kind == "reachable"
            if prop.kind != "step" and prop.name not in self.traces and self.meaning[prop.name](state)[0] == wanted:
                self.traces[prop.name] = self.trace(key)

    def key(self, state: State) -> Key:
        """The values of a state in the order of the variables that are stored."""
        return tuple(int(state[v.name]) for v in self.stored)

    def trace(self, key: Key) -> Run:
        """The run by which a state was found."""
        state, step, before = self.reached[key]
        steps = []
        while step is not None:
            steps.append(step)
            state, step, before = self.reached[before]
        return Run(state, tuple(reversed(steps)))

    def effort(self, limit: str) -> Effort:
        """What was searched, and the limit that ended the search, if one did."""
        complete, depth = not limit and not self.frontier, self.depth + bool(self.frontier)
        counts = len(self.reached), self.transitions, depth, complete, limit
        kept = ({var.name: state[var.name] for var in self.stored} for state, _, _ in self.reached.values())
        found, seconds = digest_of(kept), perf_counter() - self.began
        return Effort(*counts, touched=dict(self.touched), seconds=seconds, left_out=self.left_out, digest=found)
