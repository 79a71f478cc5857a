"""The figures of rows: what became of them when they were drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from model.questions.task import Beside, Options, RunReport, TaskResult
from model.words.language import _


def with_figures(rows: Sequence[TaskResult], options: Options) -> tuple[list[TaskResult], list[str]]:
    """The rows with the figures that were drawn (or their sources), and why some could not be, each reason once.

    What went wrong beside the searches, and files that could not be written, are among the options' problems then.
    """
    options.problems.extend(problem for row in rows for problem in row.effort.problems)
    drawn, problems = options.pictures.finish()
    options.problems.extend(problems)
    files = {path: str(picture.svg or picture.dot) for path, picture in drawn.items()}
    reasons = dict.fromkeys(picture.reason for picture in drawn.values() if picture.reason)
    drawn_rows = [
        replace(row, evidence=tuple(_drawn(one, files) for one in row.evidence), beside=_beside(row.beside, files))
        for row in rows
    ]
    return drawn_rows, [_(reason) for reason in reasons]


def _drawn(one: RunReport, files: Mapping[str, str]) -> RunReport:
    return replace(one, figure=files.get(one.figure, ""), beside=_beside(one.beside, files))


def _beside(one: Beside | str, files: Mapping[str, str]) -> Beside | str:
    return replace(one, figure=files.get(one.figure, "")) if isinstance(one, Beside) else one
