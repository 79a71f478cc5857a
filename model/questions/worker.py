"""What a process of the crew does for `jobs`, and what it tells while it does it.

Pictures are drawn by the crew's owner: they are told as they are, and so are files that could not be written.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from model.core.answer import Progress
from model.machine.crew import tell, wanted_to_stop
from model.pictures.render import Drawing, Drawings
from model.questions.answering import answered
from model.questions.task import Options, Task, TaskResult

if TYPE_CHECKING:
    from model.questions.shares import Plan, Share


@dataclass(frozen=True)
class Searching:
    """A search of this variant is so far; progress is None when it begins."""

    variant: str
    progress: Progress | None


@dataclass(frozen=True)
class Found:
    """Some rows, the pictures that they need, and files that could not be written."""

    rows: list[TaskResult]
    drawings: list[Drawing]
    problems: list[str]


class Desk:
    """Options whose pictures and problems are told."""

    def __init__(self, options: Options) -> None:
        self._drawings, self._problems = Drawings(), list[str]()
        self.options = replace(options, pictures=self._drawings, problems=self._problems)

    def tell(self, rows: list[TaskResult]) -> None:
        """Tell rows, and what came up with them."""
        tell(Found(rows, self._drawings.take(), self._problems.copy()))
        self._problems.clear()


def answer_unit(given: Options, unit: Sequence[Task]) -> None:
    """Judge tasks that belong together; tells `Searching` and `Found`."""
    desk = Desk(given)
    with suppress(KeyboardInterrupt):  # From `report`: it is to stop before it has begun.
        for rows in answered(unit, desk.options, report):
            desk.tell(rows)
            if wanted_to_stop():
                return


def report(variant: str, progress: Progress | None) -> None:
    """Tell how far a search is; raises `KeyboardInterrupt` if it is to stop."""
    if wanted_to_stop():
        raise KeyboardInterrupt
    tell(Searching(variant, progress))


def plan_proofs(tasks: Sequence[Task]) -> tuple[list[Plan], list[list[Hashable]]]:
    """See `questions.proof.plan`."""
    from model.questions.proof import plan

    return plan(tasks)


def prove_steps(given: Options, tasks: Sequence[Task], events: Sequence[Hashable]) -> list[Share]:
    """See `questions.proof.prove`; tells files that could not be written."""
    from model.questions.proof import prove

    desk = Desk(given)
    shares = list(prove(tasks, events, desk.options))
    desk.tell([])
    return shares


def find_premises(given: Options, tasks: Sequence[Task]) -> dict[Task, str]:
    """See `questions.premise.premises`."""
    from model.questions.premise import premises

    try:
        return premises(tasks, given.limits, report)
    except KeyboardInterrupt:  # From `report`.
        return {}


def draw(given: Options, diagrams: Callable[[Options], None]) -> None:
    """Draw diagrams that belong to no row; tells them."""
    desk = Desk(given)
    diagrams(desk.options)
    desk.tell([])
