"""What an engine answers: one small type that carries its evidence.

An *always* or *step* property `holds` or is `violated` (with a shortest trace to the violation, whose last step is the
offending one); a *reachable* property is `reachable` (with a shortest trace) or `unreachable`; `unknown` says which
limit ended the search. `vacuous` is never an engine's answer: a claim says it when the premise's witness is
unreachable.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from model.core.run import Trace
    from model.core.system import Property, System

Answer = Literal["holds", "violated", "reachable", "unreachable", "vacuous", "unknown"]


@dataclass(frozen=True)
class Limits:
    """Where a search gives up: distinct states stored, bytes for them and their table, wall-clock seconds.

    begun: the moment (of `monotonic`) from which the seconds count; None: the engine's start, before it compiles.
    sharers: searches that go on at once, in as many processes; without `max_bytes` they share the free memory, and
    without `workers` the processors. workers: threads of one search. checkpoint: a folder for checkpoints of searches
    for finite runs, of which whole states are stored. store: whole states, or (in a search for finite runs) their
    hashes.
    """

    max_states: int | None = None
    max_bytes: int | None = None
    max_seconds: float | None = None
    sharers: int = 1
    workers: int | None = None
    checkpoint: Path | None = None
    store: Literal["whole", "compact"] = "whole"
    begun: float | None = None

    def started(self) -> Limits:
        """The same, with the clock running."""
        return self if self.begun is not None else replace(self, begun=monotonic())

    @property
    def left(self) -> float:
        """Seconds that are left."""
        if self.max_seconds is None:
            return float("inf")
        return self.max_seconds - (0 if self.begun is None else monotonic() - self.begun)

    def late(self) -> str:
        """The limit in words if time is up, else ""."""
        return "" if self.left > 0 else f"max-seconds {self.max_seconds:g} reached"


@dataclass(frozen=True)
class Progress:
    """How far a search is: states stored, transitions, levels begun, states still to expand, seconds of search."""

    states: int
    transitions: int
    depth: int
    frontier: int
    seconds: float


NO_LIMITS = Limits()
INTERRUPTED = "interrupted"
OUT_OF_MEMORY = "out of memory"


@dataclass(frozen=True)
class Effort:
    """How much was searched.

    states: distinct states found; transitions: successors generated, repeated ones included; depth: states on the
    longest shortest path, the initial state included (as TLC counts); complete: the whole reachable set was searched;
    limit: the limit that ended the search early, in words (empty if none did); touched: how often each bound cut
    behaviour off unasked (zero counts are left out); seconds: wall-clock time of compilation and of search; digest: of
    the set of states found (`digest`), where states are stored; left_out: variables outside of
    the cone of influence (`cone`), which were not stored; collision: the most that the probability can be that a state
    was missed, as only hashes were stored; problems: what went wrong besides, a line each, such as a checkpoint that
    could not be written.
    """

    states: int
    transitions: int
    depth: int
    complete: bool
    limit: str = ""
    touched: Mapping[str, int] = field(default_factory=dict)
    compile_seconds: float = 0.0
    seconds: float = 0.0
    digest: str = ""
    left_out: tuple[str, ...] = ()
    collision: float = 0.0
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """The answer to one property of one system, and its evidence."""

    property: str
    answer: Answer
    engine: str
    effort: Effort
    scope: str = "bounded"
    trace: Trace | None = None


def answer_for(kind: str, found: bool, complete: bool) -> Answer:
    """The answer for a property of this kind, given whether the search found its trace and was complete."""
    if kind == "reachable":
        return "reachable" if found else "unreachable" if complete else "unknown"
    return "violated" if found else "holds" if complete else "unknown"


def verdicts(
    system: System, properties: Sequence[Property], traces: Mapping[str, Trace], engine: str, effort: Effort
) -> dict[str, Verdict]:
    """One verdict for each property, given the traces of those that a search has found, by property name.

    Every trace is first confirmed under the Python meaning; raises `ReplayError`.
    """
    from model.core.run import confirm

    for prop in properties:
        if prop.name in traces:
            confirm(system, prop, traces[prop.name])
    return {
        prop.name: Verdict(
            prop.name,
            answer_for(prop.kind, prop.name in traces, effort.complete),
            engine,
            effort,
            trace=traces.get(prop.name),
        )
        for prop in properties
    }
