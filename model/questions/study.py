"""Studies: answers computed from several searches (`model.studies`)."""

from __future__ import annotations

from functools import partial

from model.questions.evidence import with_counterexamples
from model.questions.row import Options, Report, Row, Task
from model.questions.studies.study import find_study
from model.settings.config import Config


def judge_study(task: Task, options: Options, progress: Report) -> Row:
    """The answer of a study with its tables and pictures."""
    assert isinstance(task.config, Config)
    result = find_study(task.claim.make)(task.config, options.limits, partial(progress, task.variant))
    row = Row(task, task.claim.name, "study", result.answer, result.effort, why=result.why, tables=result.tables)
    return with_counterexamples(row, result.counterexamples, options)
