"""Tasks into rows: by several processes at once (`crew`), or in this one where a process would cost more than it does.

A unit is what shares searches or systems: the tasks on one configuration, or those of one study; of proofs, some steps
of all of them. Units are handed out the longest first. Rows come as they are found; a process that dies, or that time
has run out for, takes with it what its unit still owed, and no more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import replace
from functools import partial
from threading import RLock
from time import monotonic
from typing import TYPE_CHECKING, Any

from model.core.answer import INTERRUPTED, OUT_OF_MEMORY, Answer, Effort, Outcome, Progress, reached
from model.machine.crew import Crew, Died
from model.pictures.render import Drawings
from model.questions.answering import answered
from model.questions.task import Options, Task, TaskResult
from model.questions.worker import (
    Found,
    Searching,
    answer_unit,
    draw,
    find_premises,
    plan_proofs,
    prove_steps,
)

if TYPE_CHECKING:
    from model.questions.shares import Plan, Share

GRACE = 0.4
"""After Ctrl-C the crew has so many seconds to tell what it has found so far; it takes a few hundredths."""
SLACK = 3.0
"""A question that goes on for so many seconds after its time is ended from outside."""
BETWEEN_LOOKS = 0.2

UNSEEN = "nobody has looked whether its premise happens"

Unit = list[Task]
OnSearches = Callable[[Sequence[tuple[str, "Progress | None"]]], None]
"""Called with the searches that go on: what is searched, and how far it is (None: it is being compiled)."""


def units(tasks: Sequence[Task]) -> list[Unit]:
    """The units, the longest first: studies, which search often; the more claims the larger a search; then proofs."""
    found: dict[object, Unit] = {}
    for task in tasks:
        key: object = task.engine  # Proofs share what they have in common.
        if task.engine != "unbounded":
            key = task.claim.question if task.claim.study else (task.config, bool(task.claim.scenario))
        found.setdefault(key, []).append(task)
    return sorted(found.values(), key=_length)


def _length(unit: Unit) -> tuple[bool, bool, bool, int]:
    first = unit[0]
    return bool(first.claim.scenario), first.engine == "unbounded", not first.claim.study, -len(unit)


class Answering:
    """The rows of some tasks, as far as they are found.

    further: diagrams that are drawn besides; meanwhile: called when all has been handed out to other processes.
    """

    def __init__(  # noqa: PLR0917  # The last ones have defaults.
        self,
        tasks: Sequence[Task],
        options: Options,
        jobs: int,
        watch: OnSearches = lambda _: None,
        further: Sequence[Callable[[Options], None]] = (),
        meanwhile: Callable[[], None] = lambda: None,
    ) -> None:
        self.tasks, self.rows = tasks, list[TaskResult]()
        self._options, self._jobs, self._watch, self._further = options, jobs, watch, further
        self._meanwhile, self._stopping = meanwhile, False
        self._lock = RLock()
        self._owed: dict[Future[Any], list[Task]] = {}
        self._at: dict[Future[Any], tuple[str, Progress | None, float]] = {}
        self._proofs = Proofs([task for task in tasks if task.engine == "unbounded"], options)
        self._crew: Crew | None = None

    def run(self) -> None:
        """Judge all tasks. Raises what a user can mend, and defects."""
        waiting = units(self.tasks)
        if not self._further and all(unit[0].claim.scenario for unit in waiting):
            tasks = [task for unit in waiting for task in unit]
            for rows in answered(tasks, self._options, lambda variant, at: self._watch([(variant, at)])):
                self.rows += rows
            return
        size = min(self._jobs, len(waiting) + len(self._further) + (self._jobs if self._proofs.tasks else 0))
        with Crew(size, self._hear) as self._crew:
            self._hand_out(waiting, size)
            self._meanwhile()
            while self._owed:
                done, _ = wait([*self._owed], BETWEEN_LOOKS, FIRST_COMPLETED)
                for future in done:
                    self._take(future)
                self._look()
        self.rows += self._proofs.rows()

    def stop(self) -> list[TaskResult]:
        """Stop, from another thread; the rows found so far, those of what was cut short among them."""
        self._stopping = True
        if self._crew is not None:
            self._crew.stop()
            wait([*self._owed], GRACE)
            with self._lock:
                for future in [*self._owed]:
                    self._crew.end(future, INTERRUPTED)  # The processors are for what is to be told now.
                    if not future.done() or (not future.cancelled() and future.exception()):
                        self._lose(future, INTERRUPTED)
                    else:
                        self._take(future)
        found = {row.task for row in self.rows}
        return [*self.rows, *(row for row in self._proofs.rows(INTERRUPTED) if row.task not in found)]

    def _hand_out(self, waiting: Sequence[Unit], size: int) -> None:
        """Submit every unit, and the plan of the proofs."""
        limits = replace(self._options.limits, sharers=size)
        self._assignment = replace(self._options, limits=limits, pictures=Drawings(), problems=[])
        if self._proofs.tasks:
            self._submit([], plan_proofs, self._proofs.tasks)
            self._submit([], find_premises, self._assignment, self._proofs.tasks)
        for diagrams in self._further:
            self._submit([], draw, self._assignment, diagrams)
        for unit in waiting:
            if unit[0].engine != "unbounded":
                self._submit(unit, answer_unit, self._assignment, unit)

    def _submit(self, owed: list[Task], function: Callable[..., Any], *args: Any) -> None:
        assert self._crew is not None
        if self._stopping:
            return
        with self._lock:  # It may tell something before we know its future.
            self._owed[self._crew.submit(function, *args)] = list(owed)

    def _hear(self, future: Future[Any], what: Any) -> None:
        """What a process tells (in a thread of the crew's)."""
        with self._lock:
            if isinstance(what, Searching):
                begun = self._at[future][2] if future in self._at and what.progress else monotonic()
                self._at[future] = what.variant, what.progress, begun
            elif isinstance(what, Found) and future in self._owed:
                told = {row.task for row in what.rows}
                self._owed[future] = [task for task in self._owed[future] if task not in told]
                self._options.problems.extend(what.problems)
                for drawing in what.drawings:
                    self._options.pictures.draw(*drawing)
                self.rows += what.rows

    def _take(self, future: Future[Any]) -> None:
        """A future that is done or cancelled; what a process that died owes still is lost."""
        with self._lock:
            if future.cancelled() or future not in self._owed:
                self._owed.pop(future, None)
                return
            if isinstance(error := future.exception(), (Died, MemoryError)):
                self._lose(future, str(error) if isinstance(error, Died) else OUT_OF_MEMORY)
                return
            result = future.result()
            self.rows += [lost(task, INTERRUPTED) for task in self._owed.pop(future)]
            self._at.pop(future, None)
            self._answered(result)

    def _answered(self, result: Any) -> None:
        """The plan of the proofs, whether their premises happen, or a share of them."""
        if isinstance(result, tuple):
            self._proofs.plans, portions = dict(zip(self._proofs.tasks, result[0], strict=True)), result[1]
            limits = self._assignment.limits.started()
            for events in portions:
                self._submit([], prove_steps, replace(self._assignment, limits=limits), self._proofs.tasks, events)
        elif isinstance(result, dict):
            self._proofs.premises = result
        elif isinstance(result, list):
            self._proofs.shares += result

    def _lose(self, future: Future[Any], why: str) -> None:
        """The rows of what will not be answered, with how far it was."""
        with self._lock:
            owed, (_, progress, _) = self._owed.pop(future, []), self._at.pop(future, ("", None, 0.0))
            if not owed and self._proofs.tasks:
                self._proofs.limit = self._proofs.limit or why
            self.rows += [lost(task, why, progress) for task in owed]

    def _look(self) -> None:
        """Tell who watches how far everything is, and end what goes on long after its time."""
        with self._lock:
            at = {future: told for future, told in self._at.items() if future.running()}
        self._watch([(variant, progress) for variant, progress, _ in at.values()])
        self._options.pictures.go_on()
        most = self._options.limits.max_seconds
        if most is not None and self._crew is not None:
            for future, (_, _, begun) in at.items():
                if monotonic() - begun > most + SLACK:
                    self._crew.end(future, reached(f"max-seconds {most:g}"))


class Proofs:
    """The proofs that are asked for, and the shares of them that have been answered. limit: why there are no more."""

    def __init__(self, tasks: list[Task], options: Options) -> None:
        self.tasks, self._options, self.limit = tasks, options, ""
        self.plans: dict[Task, Plan] = {}
        self.shares: list[Share] = []
        self.premises: dict[Task, str] = {}

    def rows(self, limit: str = "") -> list[TaskResult]:
        """A row for each proof; limit: what has cut them short."""
        limit = self.limit or limit
        if not self.plans:
            return [lost(task, limit) for task in self.tasks if limit]
        from model.questions.shares import row_of

        return [
            row_of(
                task,
                self.plans[task],
                [share for share in self.shares if share.task == task],
                self._options,
                limit,
                premise=self.premises.get(task, UNSEEN),
            )
            for task in self.tasks
        ]


def lost(task: Task, why: str, at: Progress | None = None) -> TaskResult:
    """The row of a task whose search ended without an answer. at: how far it was."""
    engine = "replay" if task.claim.scenario else "study" if task.claim.study else task.engine
    engine = "knowledge" if task.claim.epistemic else engine
    states, transitions, depth, seconds = (at.states, at.transitions, at.depth, at.seconds) if at else (0, 0, 0, 0.0)
    effort = Effort(states, transitions, depth, complete=False, limit=why, seconds=seconds)
    return TaskResult(task, Outcome(task.claim.name, Answer.UNKNOWN, effort, engine, why=why))


def diagrams(tasks: Sequence[Task], graphs: bool) -> list[Callable[[Options], None]]:
    """The diagrams that are drawn besides: the endpoint's with the claim about Figure 5; of searches, if wanted."""
    found: list[Callable[[Options], None]] = []
    if any(task.claim.name == "figure-5" for task in tasks):
        found.append(draw_endpoint)
    if graphs:
        searched = {task.config: task for task in tasks if task.claim.searched and not task.proof}
        found += [partial(draw_graph, task) for task in searched.values()]
    return found


def draw_endpoint(options: Options) -> None:
    """See `questions.diagrams`."""
    from model.questions.diagrams import state_diagram_of_events

    state_diagram_of_events(options)


def draw_graph(task: Task, options: Options) -> None:
    """See `questions.diagrams`."""
    from model.questions.diagrams import state_graph

    state_graph(task, options)
