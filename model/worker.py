"""A process that judges units of work for `jobs`, and what it says to its parent.

It ignores Ctrl-C: its parent sees to that. Whatever the parent sends while a unit is judged means that it shall stop;
so does the parent's end.
"""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from model.engines.verdict import Limits, Progress
from model.judge import judge
from model.row import Options, Row, Task
from model.tcp.config import BadConfig
from model.traces.render import Drawing, Drawings


class WorkerError(Exception):
    """A defect that a worker met; the text is its traceback."""


@dataclass(frozen=True)
class Assignment:
    """What holds for all units: `Options`, but for what is collected."""

    out: Path
    limits: Limits
    full_states: bool
    depth: int | None
    certify: bool
    formats: tuple[str, ...]


@dataclass(frozen=True)
class Searching:
    """A search of this variant is so far."""

    variant: str
    progress: Progress


@dataclass(frozen=True)
class Found:
    """Some rows, the pictures that they need, and files that could not be written."""

    rows: list[Row]
    drawings: list[Drawing]
    problems: list[str]


@dataclass(frozen=True)
class Done:
    """The unit is judged; the next one may come."""


@dataclass(frozen=True)
class Failed:
    """The worker has ended. error: what the user can mend, want of memory, or a `WorkerError`."""

    error: Exception


Message = Searching | Found | Done | Failed


def work(parent: Connection, assignment: Assignment) -> None:
    """Judge the units that come from the parent, each a list of tasks, until an empty one comes."""
    try:
        _work(parent, assignment)
    except (KeyboardInterrupt, EOFError, ConnectionError):
        return
    except (BadConfig, OSError, MemoryError) as error:
        parent.send(Failed(error))
    except Exception as error:
        parent.send(Failed(WorkerError("".join(traceback.format_exception(error)))))


def _work(parent: Connection, assignment: Assignment) -> None:
    def report(variant: str, progress: Progress) -> None:
        _go_on(parent)
        parent.send(Searching(variant, progress))

    unit: list[Task]
    while unit := parent.recv():
        drawings, problems = Drawings(), list[str]()
        options = Options(
            assignment.out,
            assignment.limits,
            drawings,
            problems,
            assignment.full_states,
            assignment.depth,
            assignment.certify,
            assignment.formats,
        )
        for rows in judge(unit, options, report):
            parent.send(Found(rows, drawings.take(), problems.copy()))
            problems.clear()
            _go_on(parent)
        parent.send(Done())


def _go_on(parent: Connection) -> None:
    """Raises `KeyboardInterrupt` if the parent wants it."""
    if parent.poll():
        raise KeyboardInterrupt
