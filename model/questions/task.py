"""What is asked for and what became of it: plain data (no terms), so that reports need nothing of the engines."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from model.core.answer import Answer, Effort, Limits, Outcome, Progress, Table
from model.pictures.render import Pictures
from model.pictures.rungs import Ladder
from model.settings.server import AnyConfig, ServerConfig
from model.settings.setting import show_field
from model.tcp.cause import Broken, Cause, Where
from properties.claim import Claim, Proof

SYMBOLIC = ("bmc", "induction")
"""Engines that ask Z3 about the bounded system; they count no states."""

OnSearch = Callable[[str, "Progress | None"], None]
"""Called with the variant that is being searched, and how far that is (None: it begins)."""


@dataclass(frozen=True)
class Task:
    """One cell to be judged. expected is empty where nothing is claimed: a property asked for, or a varied claim.

    proof: what is claimed of a proof (engine "unbounded").
    """

    claim: Claim
    variant: str
    config: AnyConfig
    expected: str
    engine: str = "explicit"
    proof: Proof | None = None

    @property
    def command(self) -> str:
        """The command that gives this verdict again."""
        engine = "" if self.engine in ("explicit", "unbounded") else f" --engine {self.engine}"
        if not self.claim.cells:
            settings = (f"--set={item}" for item in self.variant.split())
            return shlex.join(["python", "-m", "model.check", "--scenario", self.claim.scenario, *settings])
        if self.expected:
            return f"python -m model.check {self.claim.name}{engine}"
        command = ["python", "-m", "model.check", "--property", self.claim.name]
        if isinstance(self.config, ServerConfig):
            return shlex.join([*command, *(f"--set={item}" for item in self.variant.split() if "=" in item)])
        varied = [f"{name}={show_field(value)}" for name, value in self.config.varied().items()]
        return shlex.join([*command, *(part for item in varied for part in ("--set", item))])


@dataclass(frozen=True)
class Playable:
    """A run as a page plays it. model: its text (see `export.javascript`), compressed.

    begins: the values of the first state, if it is not the model's first one. steps: of each the place of its rule and
    its inputs. settings: those of a scenario that tells it; None if none can. window: of every segment, octets. lanes:
    the lines of its ladder; fifo: of equal segments the one sent first arrives first. bounds: the settings that are not
    the defaults. parts: the names of the properties' parts.
    """

    model: bytes
    begins: tuple[int, ...]
    steps: tuple[tuple[int, ...], ...]
    settings: str | None
    window: int
    lanes: Mapping[str, Mapping[str, str]]
    fifo: bool
    bounds: str
    parts: tuple[str, ...]


@dataclass(frozen=True)
class Beside:
    """The same schedule under another protocol, beside a run.

    name: the variant that has this protocol ("": given by `--against`); changes: the fields that make it. kept: whether
    the claim's property holds all along (None: nobody has looked). first: the first step that differs, or before which
    something is inserted; 0 if none does. steps: of the other run; pairs: how the steps of both correspond. rest: why
    it does not come to rest. told: the sentence in the reader's language; chinese: in Chinese. drawn: for the page.
    """

    name: str
    changes: dict[str, str]
    sentence: str
    first: int
    kept: bool | None
    steps: list[dict[str, Any]]
    pairs: list[dict[str, Any]]
    rest: str
    lines: tuple[str, ...]
    figure: str
    words: str
    told: str
    chinese: str = ""
    drawn: dict[str, Any] = field(default_factory=dict)

    def count(self, mark: str) -> int:
        """How many steps are marked as skipped, inserted or continued."""
        return sum(pair["mark"] == mark for pair in self.pairs)


@dataclass(frozen=True)
class RunReport:
    """A run: its steps, those of its loop (None if it is finite), its words, its picture, and a label if it needs one.

    figure: a path without suffix until drawn, then the file, or "" if there is none. ladder: the run in a line for each
    segment. decides: the parts of the property that are false at its end. words: the file with the words. beside: the
    same schedule under another protocol, or why there is none ("": nothing is wrong with the run). told: a sentence for
    each step, with its number. playable: for the page; notes: what stands beside a step, by its number. then: the steps
    of which its end is the cause.
    """

    steps: list[dict[str, Any]]
    loop: list[dict[str, Any]] | None
    text: str
    figure: str
    label: str = ""
    ladder: Ladder | None = None
    decides: tuple[str, ...] = ()
    words: str = ""
    beside: Beside | str = ""
    told: tuple[tuple[str, str], ...] = ()
    playable: Playable | None = None
    notes: Mapping[int, str] = field(default_factory=dict)
    then: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True)
class ProofReport:
    """What a proof rests on and how it went.

    assumes: sentences. events: each with its paragraph, its number of obligations, and the lemmas that fail there.
    failing: those. impossible: events that no state of the invariant allows. words: a counterexample to induction for
    each failing event's first.
    """

    assumes: tuple[str, ...]
    events: tuple[tuple[Where, str, int, tuple[str, ...]], ...]
    failing: tuple[Broken, ...]
    impossible: tuple[Cause, ...]
    words: str

    @property
    def obligations(self) -> int:
        """How many there are."""
        return sum(count for _, _, count, _ in self.events)


@dataclass(frozen=True)
class TaskResult:
    """What became of a task; its evidence is plain data, so that it can go to another process.

    fairness: what infinite runs owe, in words. evidence: the runs that decide it; tables: of a study. proof: of the
    engine "unbounded". beside: of a story that is no run, where it is one; see `RunReport`. another: why there is no
    other run ("": nobody has looked, or there is one).
    """

    task: Task
    outcome: Outcome
    fairness: str = ""
    evidence: tuple[RunReport, ...] = ()
    tables: tuple[Table, ...] = ()
    proof: ProofReport | None = None
    beside: Beside | str = ""
    another: str = ""

    @property
    def besides(self) -> list[tuple[str, Beside | str]]:
        """What stands beside its runs, or why nothing does, each with the label of the run."""
        found = [(one.label, one.beside) for one in self.evidence if one.beside]
        return [*found, ("", self.beside)] if self.beside else found

    @property
    def answer(self) -> Answer:
        """What became of it, in a word."""
        return self.outcome.answer

    @property
    def effort(self) -> Effort:
        """How much was searched."""
        return self.outcome.effort

    @property
    def engine(self) -> str:
        """Who has answered."""
        return self.outcome.engine

    @property
    def why(self) -> str:
        """An unknown or vacuous answer in words, or where a story stops."""
        return self.outcome.why

    def but(self, answer: Answer, why: str) -> TaskResult:
        """The row with another answer."""
        return replace(self, outcome=replace(self.outcome, answer=answer, why=why))

    @property
    def standing(self) -> str:
        """One of: as claimed, contradicted, inconclusive; without an expectation: holds, violated, inconclusive."""
        if self.answer is Answer.UNKNOWN:
            return "inconclusive"
        if not self.task.expected:
            return "holds" if self.answer.good else "violated"
        expected = self.answer.good if self.task.expected == "holds" else self.answer.bad
        return "as claimed" if expected else "contradicted"

    @property
    def steps(self) -> list[dict[str, Any]] | None:
        """The steps of the first run, without its loop; None if there is no run."""
        return self.evidence[0].steps if self.evidence else None

    @property
    def loop(self) -> list[dict[str, Any]] | None:
        """The loop of the first run; None if it has none."""
        return self.evidence[0].loop if self.evidence else None

    @property
    def figure(self) -> str:
        """The first figure."""
        return self.evidence[0].figure if self.evidence else ""


@dataclass(frozen=True)
class Options:
    """What the user asked of the search and of the evidence. problems: files that could not be written, a line each.

    depth: of bmc and induction; None is their own. certify: whether to write certificates. formats: in which runs are
    written besides, by their names in `evidence.FORMATS`. against: what every run is compared with, by field.
    another: whether to look for another run.
    """

    out: Path
    limits: Limits
    pictures: Pictures
    problems: list[str]
    full_states: bool = False
    depth: int | None = None
    certify: bool = False
    formats: tuple[str, ...] = ()
    against: Mapping[str, object] = field(default_factory=dict)
    another: bool = False


@contextmanager
def written(options: Options) -> Iterator[None]:
    """Where a file is written: that it cannot be is one of the options' problems, and loses nothing else."""
    try:
        yield
    except OSError as error:
        options.problems.append(f"{error.filename or options.out}: {error.strerror}")


def stem(*words: str) -> str:
    """A file's name made of words."""
    return re.sub(r"[^a-z0-9]+", "-", " ".join(words).lower()).strip("-")
