"""The one answer of the project: what became of a question, how much effort it took, and the evidence.

An *always* or *step* property `HOLDS` or is `VIOLATED` (its evidence is a shortest run to the violation, whose last
step is the offending one); what should happen sometimes is `REACHABLE` (with a shortest run) or `UNREACHABLE`; a
property of infinite runs `HOLDS` or is `VIOLATED` (with a lasso); a proof obligation likewise. `UNKNOWN` says which
limit ended the search. Two are never an engine's answer: `VACUOUS`, when the witness of a question's premise is
unreachable, and `CONTRADICTION`, when a proof says one thing and a search the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from time import monotonic
from typing import Any, Literal

from model.core.knowledge import Refutation
from model.core.property import Property
from model.core.run import Lasso, Run, confirm
from model.core.system import System
from model.words.language import marked, phrased


def reached(limit: str) -> str:
    """That a limit was reached, in words: "max-states 5"."""
    return phrased("{limit} reached", limit=limit)


class Answer(str, Enum):
    """What became of a question; as text the word itself."""

    HOLDS = "holds"
    VIOLATED = "violated"
    REACHABLE = "reachable"
    UNREACHABLE = "unreachable"
    VACUOUS = "vacuous"
    UNKNOWN = "unknown"
    CONTRADICTION = "contradiction"

    __str__ = str.__str__
    __format__ = str.__format__  # type: ignore[assignment]  # The same in every version of Python.

    @property
    def good(self) -> bool:
        """Whether a property holds, or what should happen sometimes does."""
        return self in (Answer.HOLDS, Answer.REACHABLE)

    @property
    def bad(self) -> bool:
        """Whether a property is violated, or what should happen sometimes never does."""
        return self in (Answer.VIOLATED, Answer.UNREACHABLE)


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
        return "" if self.left > 0 else reached(f"max-seconds {self.max_seconds:g}")


@dataclass(frozen=True)
class Progress:
    """How far a search is: states stored, transitions, levels begun, states still to expand, seconds of search."""

    states: int
    transitions: int
    depth: int
    frontier: int
    seconds: float


OnProgress = Callable[[Progress], None]
"""Called now and then while a search goes on."""
NO_LIMITS = Limits()
INTERRUPTED = marked("interrupted")
OUT_OF_MEMORY = marked("out of memory")


@dataclass(frozen=True)
class Effort:
    """How much was searched.

    states: distinct states found; transitions: successors generated, repeated ones included; depth: states on the
    longest shortest path, the initial state included (as TLC counts); complete: the whole reachable set was searched;
    limit: the limit that ended the search early, in words (empty if none did); touched: how often each bound cut
    behaviour off unasked (zero counts are left out); seconds: wall-clock time of compilation and of search; digest: of
    the set of states found (`digest`), where states are stored; left_out: variables outside of the cone of influence
    (`cone`), which were not stored; collision: the most that the probability can be that a state was missed, as only
    hashes were stored; problems: what went wrong besides, a line each, such as a checkpoint that could not be written.
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
class Table:
    """A table of plain strings; the notes stand under it."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Counterexample:
    """A run worth a picture: `label` names it, and the property says what is wrong at its end.

    network: the bounded network whose run it is.
    """

    label: str
    network: Any
    system: System
    run: Run
    prop: Property


@dataclass(frozen=True)
class Tables:
    """What an answer rests on that is computed from several searches: tables, and runs worth a picture."""

    tables: tuple[Table, ...] = ()
    counterexamples: tuple[Counterexample, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of one question. name: of the property or study.

    evidence: what decides it, if anything does. why: what made it unknown, if the effort's limit does not say it.
    """

    name: str
    answer: Answer
    effort: Effort
    engine: str
    evidence: Run | Lasso | Tables | Refutation | None = None
    scope: str = "bounded"
    why: str = ""

    @property
    def run(self) -> Run | None:
        """The finite run that decides it."""
        return self.evidence if isinstance(self.evidence, Run) else None

    @property
    def lasso(self) -> Lasso | None:
        """The infinite run that violates it."""
        return self.evidence if isinstance(self.evidence, Lasso) else None


def answer_for(kind: str, found: bool, complete: bool) -> Answer:
    """The answer for a property of this kind, given whether the search found its run and was complete."""
    if kind == "reachable":
        return Answer.REACHABLE if found else Answer.UNREACHABLE if complete else Answer.UNKNOWN
    return Answer.VIOLATED if found else Answer.HOLDS if complete else Answer.UNKNOWN


def outcomes(
    system: System, properties: Sequence[Property], runs: Mapping[str, Run], engine: str, effort: Effort
) -> dict[str, Outcome]:
    """The outcome for each property, given the runs of those that a search has found, by the property's name.

    Every run is first confirmed under the Python meaning; raises `ReplayError`.
    """
    for prop in properties:
        if prop.name in runs:
            confirm(system, prop, runs[prop.name])
    return {
        prop.name: Outcome(
            prop.name, answer_for(prop.kind, prop.name in runs, effort.complete), effort, engine, runs.get(prop.name)
        )
        for prop in properties
    }
