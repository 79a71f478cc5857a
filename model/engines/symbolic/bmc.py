"""Bounded model checking: is there a run of so many steps that violates (or reaches) a property?

The runs of 0, 1, 2, ... steps are asked for one after the other, so that a trace is a shortest one; what has been
found not to happen in fewer steps is said of the earlier states. The search is complete only if no run is longer than
the depth reached; otherwise a property of which no trace is found is unknown. That some run is longer a run at hand,
one step longer at each depth, shows most often without a question to Z3: that saves half of the time.

Each depth is a new question to Z3: one solver that keeps what it has learned from the depths before was tried and is no
faster, since it cannot be simplified as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import z3

from model.core.answer import INTERRUPTED, NO_LIMITS, Effort, Limits, OnProgress, Outcome, Progress, outcomes, reached
from model.core.property import Property
from model.core.run import Run, enabled
from model.core.system import State, System
from model.core.terms import evaluate
from model.engines.symbolic.solver import LimitedSolver, Unanswered
from model.engines.symbolic.unrolled import Unrolled

DEPTH = 10
"""How many steps a run may have, unless told."""


def bmc(
    system: System,
    *,
    depth: int | None = None,
    limits: Limits = NO_LIMITS,
    progress: OnProgress | None = None,
    properties: Sequence[Property] | None = None,
) -> dict[str, Outcome]:
    """The verdict of each property (default: the system's) by its name, from the runs of at most `depth` (10) steps.

    progress: called before each depth. Ctrl-C ends the search with the limit "interrupted" and what was found.
    """
    wanted = tuple(system.properties if properties is None else properties)
    search = BoundedSearch(Unrolled(system), wanted, LimitedSolver(limits))
    depth, limit = depth or DEPTH, ""
    try:
        for steps in range(depth + 1):
            if progress is not None:
                progress(Progress(0, 0, steps, 0, search.ask.seconds))
            if not search.look(steps):
                break
        else:
            limit = reached(f"depth {depth}")
    except Unanswered as stop:
        limit = stop.limit
    except KeyboardInterrupt:
        limit = INTERRUPTED
    if not search.open:
        limit = ""
    effort = Effort(0, 0, search.depth, complete=not limit, limit=limit, seconds=search.ask.seconds)
    return outcomes(system, wanted, search.traces, "bmc", effort)


@dataclass
class BoundedSearch:
    """What has been asked of a system's runs so far. depth: the frames looked at."""

    unrolled: Unrolled
    properties: Sequence[Property]
    ask: LimitedSolver
    path: list[z3.BoolRef] = field(default_factory=list)
    traces: dict[str, Run] = field(default_factory=dict)
    depth: int = 0
    ahead: list[State] = field(init=False)
    """States to which a run at hand, so many steps long as there are frames, may go on."""

    def __post_init__(self) -> None:
        self.ahead = [*self.unrolled.system.initial]

    @property
    def open(self) -> list[Property]:
        """The properties without a trace."""
        return [prop for prop in self.properties if prop.name not in self.traces]

    def look(self, steps: int) -> bool:
        """Look for runs of exactly so many steps; whether longer ones may tell more."""
        self.path.append(self.unrolled.step(steps - 1) if steps else self.unrolled.initial)
        for prop in self.open:
            if (prop.kind != "step" or steps) and (found := self._run(prop, steps)) is not None:
                self.traces[prop.name] = self.unrolled.trace(found, steps)
        self.depth = steps + 1
        if steps:
            self.path.append(self.unrolled.inside(steps))
        self.path += [self.unrolled.at(safe(prop), steps) for prop in self.open if prop.kind != "step"]
        return bool(self.open) and (not self._ends_early(steps))

    def _run(self, prop: Property, steps: int) -> z3.ModelRef | None:
        """A run of so many steps whose end decides the property."""
        if prop.kind == "step":
            return self.ask(*self.path, z3.Not(self.unrolled.at(prop.term, steps - 1)))
        inside = self.unrolled.inside(steps) if steps else z3.BoolVal(True)
        return self.ask(*self.path, inside, z3.Not(self.unrolled.at(safe(prop), steps)))

    def _ends_early(self, steps: int) -> bool:
        """Whether no run has another step that stays what the open properties allow."""
        end = next((state for state in self.ahead if self._stays(state, steps)), None)
        self.ahead = [] if end is None else [step.state for step in enabled(self.unrolled.system, end)]
        if not self.ahead and (found := self.ask(*self.path, self.unrolled.step(steps))) is not None:
            self.ahead = [self.unrolled.trace(found, steps + 1).states[-1]]
        return not self.ahead

    def _stays(self, state: State, steps: int) -> bool:
        """Whether a run that is at a state after so many steps is one that may go on."""
        constraint = self.unrolled.system.constraint
        inside = constraint is None or not steps or bool(evaluate(constraint, state))
        return inside and all(evaluate(safe(prop), state) for prop in self.open if prop.kind != "step")


def safe(prop: Property) -> z3.BoolRef:
    """What holds in a state (or of a step) as long as the property's trace has not ended there."""
    return z3.Not(prop.term) if prop.kind == "reachable" else prop.term
