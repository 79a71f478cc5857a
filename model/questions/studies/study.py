"""Studies: answers that are computed from several searches, with tables and counterexamples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module

from model.core.answer import Answer, Counterexample, Effort, Limits, Outcome, Progress, Table, Tables
from model.settings.config import Config

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


Study = Callable[[Config, Limits, Callable[[Progress], None]], Outcome]


def find_study(reference: str) -> Study:
    """The study that "module.function" names of this package; it raises `BadConfig` for what it cannot vary."""
    module, function = reference.split(".")
    study: Study = getattr(import_module(f"model.questions.studies.{module}"), function)
    return study
