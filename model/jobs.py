"""Independent configurations judged at once, each in one of several processes (`worker`).

A unit is what shares searches or systems: the tasks on one configuration, or those of one study. The parent hands out
units, the longest first, draws the pictures, and sees to Ctrl-C: the first one lets the workers tell what they have
found so far, within GRACE seconds; a second one waits for nothing. A worker that dies takes with it what its unit still
owed, and no more.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing import connection, get_context
from multiprocessing.process import BaseProcess
from time import monotonic
from types import FrameType

from model.engines.verdict import OUT_OF_MEMORY, Effort, Progress
from model.row import Options, Row, Task
from model.worker import Assignment, Done, Failed, Found, Message, Searching, work

GRACE = 5.0
BETWEEN_LOOKS = 0.2

Unit = list[Task]
Watch = Callable[[Sequence[tuple[str, Progress | None]]], None]
"""Called with the searches that go on: what is searched, and how far it is (None: it is being compiled)."""


def units(tasks: Sequence[Task]) -> list[Unit]:
    """The units, the longest first: all proofs; studies, which search often; the more claims the larger a search."""
    found: dict[object, Unit] = {}
    for task in tasks:
        key: object = task.engine  # Proofs share what they have in common.
        if task.engine != "unbounded":
            key = task.claim.make if task.claim.study else (task.config, bool(task.claim.scenario))
        found.setdefault(key, []).append(task)
    return sorted(found.values(), key=lambda unit: (unit[0].engine != "unbounded", not unit[0].claim.study, -len(unit)))


@dataclass
class Worker:
    """A process, and what it is at. owed: the tasks of its unit without rows."""

    process: BaseProcess
    pipe: connection.Connection
    owed: Unit
    at: tuple[str, Progress | None]

    def send(self, unit: Unit) -> None:
        """A unit, or an empty one: it shall stop. (That it has died is seen when it is heard.)"""
        self.owed, self.at = list(unit), (unit[0].variant if unit else "", None)
        with suppress(OSError):
            self.pipe.send(unit)

    def hear(self) -> Message | str:
        """Its next message; if it has died, how, in words."""
        try:
            message: Message = self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            code = self.process.exitcode or 0
            how = f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
            return f"the process that searched this {how}; try --jobs 1, or --max-memory"
        return message


class Crew:
    """The workers, and the units that nobody has begun."""

    def __init__(self, waiting: Sequence[Unit], options: Options, jobs: int) -> None:
        self.waiting, self.options, self.stopping = list(waiting), options, False
        limits = replace(options.limits, sharers=jobs)
        self._assignment = Assignment(
            options.out, limits, options.full_states, options.depth, options.certify, options.formats
        )
        self.workers: dict[connection.Connection, Worker] = {}
        for _ in range(jobs):
            self._hire()

    def _hire(self) -> None:
        """Start a worker for the next unit; it inherits that Ctrl-C is ignored."""
        here, there = get_context("spawn").Pipe()
        process = get_context("spawn").Process(target=work, args=(there, self._assignment), daemon=True)
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            process.start()
        finally:
            signal.signal(signal.SIGINT, before)
        there.close()
        self.workers[here] = worker = Worker(process, here, [], ("", None))
        worker.send(self.waiting.pop(0))

    def stop(self) -> None:
        """Begin nothing more, and ask the workers to stop."""
        self.waiting, self.stopping = [], True
        for worker in self.workers.values():
            with suppress(OSError):
                worker.pipe.send([])

    def kill(self) -> None:
        """End all workers now."""
        for worker in self.workers.values():
            worker.process.kill()
            worker.process.join()
            worker.pipe.close()
        self.workers.clear()

    def hear(self) -> Iterator[list[Row]]:
        """What the workers say within BETWEEN_LOOKS; who is done gets the next unit. Raises what a worker raised."""
        for pipe in connection.wait(list(self.workers), BETWEEN_LOOKS):
            assert isinstance(pipe, connection.Connection)
            worker = self.workers[pipe]
            message = worker.hear()
            if isinstance(message, Searching):
                worker.at = message.variant, message.progress
            elif isinstance(message, Found):
                yield self._rows(worker, message)
            elif isinstance(message, Done):
                self._next(worker)
            else:
                yield self._lost(worker, message)

    def _rows(self, worker: Worker, found: Found) -> list[Row]:
        worker.owed = [task for task in worker.owed if all(row.task != task for row in found.rows)]
        worker.at = worker.at[0], None
        self.options.problems.extend(found.problems)
        for drawing in found.drawings:
            self.options.pictures.draw(*drawing)
        return found.rows

    def _next(self, worker: Worker) -> None:
        if self.waiting:
            worker.send(self.waiting.pop(0))
        else:
            worker.send([])
            del self.workers[worker.pipe]

    def _lost(self, worker: Worker, message: Failed | str) -> list[Row]:
        """The rows of a worker that has ended; another one takes its place. Raises its error, but want of memory."""
        del self.workers[worker.pipe]
        if self.stopping:
            return []
        if isinstance(message, Failed) and not isinstance(message.error, MemoryError):
            raise message.error
        if self.waiting:
            self._hire()
        why = OUT_OF_MEMORY if isinstance(message, Failed) else message
        return [lost(task, why) for task in worker.owed]


def lost(task: Task, why: str) -> Row:
    """The row of a task whose search ended without an answer."""
    engine = "replay" if task.claim.scenario else "study" if task.claim.study else task.engine
    return Row(task, task.claim.name, engine, "unknown", Effort(0, 0, 0, complete=False, limit=why), why=why)


def judge_apart(waiting: Sequence[Unit], options: Options, jobs: int, watch: Watch) -> Iterator[list[Row]]:
    """As `judge.judge`, by `jobs` workers, of which there are no more than units; rows come in the order of finding."""
    with _noted_interrupt() as interrupted:
        crew, deadline = Crew(waiting, options, jobs), 0.0
        try:
            while crew.workers and not (deadline and monotonic() > deadline):
                if interrupted() and not deadline:
                    deadline = monotonic() + GRACE
                    crew.stop()
                yield from crew.hear()
                watch([worker.at for worker in crew.workers.values()])
        finally:
            crew.kill()
        if deadline:
            raise KeyboardInterrupt


@contextmanager
def _noted_interrupt() -> Iterator[Callable[[], bool]]:
    """Within, Ctrl-C is noted; a second one interrupts."""
    noted: list[int] = []

    def note(number: int, _: FrameType | None) -> None:
        if noted:
            raise KeyboardInterrupt
        noted.append(number)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(noted)
    finally:
        signal.signal(signal.SIGINT, before)


def stop(pool: ProcessPoolExecutor) -> None:
    """End a pool's processes now: they have nothing to tell. (From Python 3.14 on pools can do this themselves.)"""
    processes = list((pool._processes or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.kill()
