"""Studies: answers that are computed from several searches, with tables and counterexamples."""

from __future__ import annotations

from collections.abc import Sequence

from model.core.answer import Answer, Counterexample, Effort, Limits, OnProgress, Outcome, Table, Tables
from model.core.system import System

ENGINE = "study"


def concluded(
    name: str, violated: bool, effort: Effort, tables: Sequence[Table] = (), runs: Sequence[Counterexample] = ()
) -> Outcome:
    """The outcome of a study that came to its end."""
    answer = Answer.VIOLATED if violated else Answer.HOLDS
    return Outcome(name, answer, effort, ENGINE, Tables(tuple(tables), tuple(runs)))


def unsettled(
    name: str, effort: Effort, why: str = "", tables: Sequence[Table] = (), runs: Sequence[Counterexample] = ()
) -> Outcome:
    """The outcome of a study that a limit ended. why: if it is not the effort's limit."""
    return Outcome(name, Answer.UNKNOWN, effort, ENGINE, Tables(tuple(tables), tuple(runs)), why=why or effort.limit)


def explore(system: System, *, limits: Limits, progress: OnProgress | None = None) -> dict[str, Outcome]:
    """The outcome of each property of a system; the engine is loaded when it is needed."""
    from model.engines.explicit import search

    return search.explore(system, limits=limits, progress=progress)
