"""Studies: answers computed from several searches (`properties.studies`)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from model.core.answer import Tables
from model.questions.evidence import with_counterexamples
from model.questions.task import OnSearch, Options, Task, TaskResult
from model.settings.config import Config
from model.words.language import marked
from properties.claim import Study

NO_RUN = marked("what shows it are its tables, and no run")


def answer_study(task: Task, options: Options, progress: OnSearch) -> TaskResult:
    """The answer of a study with its tables and pictures."""
    assert isinstance(task.config, Config)
    assert isinstance(task.claim.question, Study)
    found = task.claim.question.run(task.config, options.limits, partial(progress, task.variant))
    assert isinstance(found.evidence, Tables)
    row = TaskResult(task, replace(found, name=task.claim.name, evidence=None), tables=found.evidence.tables)
    row = with_counterexamples(row, found.evidence.counterexamples, options)
    return replace(row, beside=NO_RUN) if row.answer.bad and not row.evidence else row
