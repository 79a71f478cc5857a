"""What a study yields: the answer of a computation that runs several searches, its tables, and counterexamples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from model.core.answer import Effort, Limits, Progress
    from model.core.run import Trace
    from model.core.system import Property, System
    from model.network.bounded import Network
    from model.settings.config import Config


@dataclass(frozen=True)
class Table:
    """A table of plain strings; the notes stand under it."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Counterexample:
    """A run worth a picture: `label` names it, and the property says what is wrong at its end."""

    label: str
    network: Network
    system: System
    trace: Trace
    prop: Property


@dataclass(frozen=True)
class StudyResult:
    """The answer, with the effort of all searches together. why: what made it unknown."""

    answer: Literal["holds", "violated", "unknown"]
    effort: Effort
    tables: tuple[Table, ...] = ()
    counterexamples: tuple[Counterexample, ...] = ()
    why: str = ""


Study = Callable[["Config", "Limits", "Callable[[Progress], None]"], StudyResult]


def find_study(reference: str) -> Study:
    """The study that "module.function" names in `model.studies`; it raises `BadConfig` for what it cannot vary."""
    module, function = reference.split(".")
    study: Study = getattr(import_module(f"model.questions.studies.{module}"), function)
    return study
