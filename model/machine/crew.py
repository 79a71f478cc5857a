"""Processes that do what is submitted to them: an executor of `concurrent.futures`.

A process is started when there is work that nobody does, up to so many. While a function runs it may `tell` its
progress, and ask whether it is `wanted_to_stop`. A process that dies takes with it what it was doing, and no more: that
future's exception is `Died`, and another process takes its place. Processes hear no Ctrl-C, which their parent sees to,
and end when their parent does, however that ends.

A thread hands out the work. Limits: functions, arguments, results and what is told must be picklable.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import connection, get_context, parent_process
from multiprocessing.process import BaseProcess
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from model.words.language import marked, phrased

if TYPE_CHECKING:
    if sys.platform == "win32":
        Pipe = connection.PipeConnection[Any, Any]
    else:
        Pipe = connection.Connection[Any, Any]

PR_SET_PDEATHSIG = 1
"""Of Linux's prctl: which signal a process gets when its parent ends."""
P = ParamSpec("P")
Result = TypeVar("Result")
OnTold = Callable[["Future[Any]", Any], None]
"""Called, in a thread of the crew's, with what the function of a future tells."""


class Died(Exception):
    """The process that did the work has ended; the text says how."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class Elsewhere(Exception):
    """The cause of an error that was raised in another process; the text is the traceback there."""


@dataclass(frozen=True)
class Told:
    """What a function tells while it runs."""

    what: Any


@dataclass(frozen=True)
class Done:
    """What a function returned."""

    result: Any


@dataclass(frozen=True)
class Failed:
    """What a function raised, and the traceback in words."""

    error: Exception
    words: str


@dataclass
class Job:
    """A function with its arguments, and the future of its result. why: it is to end, for this reason."""

    future: Future[Any]
    call: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]
    why: str = ""


@dataclass
class Member:
    """A process, its pipe, and what it does."""

    process: BaseProcess
    pipe: Pipe
    job: Job | None = None


class Crew(Executor):
    """At most `size` processes. prepare: what each does before any work, if anything."""

    def __init__(
        self,
        size: int,
        heard: OnTold = lambda _future, _what: None,
        prepare: Callable[[], None] | None = None,
    ) -> None:
        self._size, self._heard, self._prepare = size, heard, prepare
        self._waiting: deque[Job] = deque()
        self._members: dict[Pipe, Member] = {}
        self._lock, self._closing = Lock(), False
        self._wake, self._woken = get_context("spawn").Pipe(duplex=False)
        self._thread = Thread(target=self._serve, daemon=True, name="crew")
        self._thread.start()

    def submit(self, function: Callable[P, Result], /, *args: P.args, **kwargs: P.kwargs) -> Future[Result]:
        """Have function(*args, **kwargs) done."""
        future: Future[Result] = Future()
        with self._lock:
            if self._closing:
                raise RuntimeError("this crew has been dismissed")
            self._waiting.append(Job(future, (function, args, kwargs)))
        self._notify()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take nothing more, and dismiss the processes when all is done."""
        with self._lock:
            self._closing = True
            if cancel_futures:
                self._cancel()
        self._notify()
        if wait:
            self._thread.join()

    def stop(self) -> None:
        """Begin nothing more, and ask what is being done to stop (`wanted_to_stop`)."""
        with self._lock:
            self._cancel()
            for member in self._members.values():
                if member.job is not None:
                    with suppress(OSError):
                        member.pipe.send(None)

    def end(self, future: Future[Any], why: str) -> None:
        """Kill the process that does this; the future's exception is `Died` for that reason."""
        with self._lock:
            for member in self._members.values():
                if member.job is not None and member.job.future is future:
                    member.job.why = why
                    member.process.kill()

    def kill(self) -> None:
        """End everything now."""
        with self._lock:
            self._closing = True
            self._cancel()
            for member in self._members.values():
                member.process.kill()
        self._notify()
        self._thread.join()

    def __exit__(self, kind: object, *_: object) -> None:
        """Wait for what was submitted; after an exception end it."""
        if kind is None:
            self.shutdown()
        else:
            self.kill()

    def _cancel(self) -> None:
        while self._waiting:
            self._waiting.popleft().future.cancel()

    def _notify(self) -> None:
        """Wake the thread."""
        with suppress(OSError):
            self._woken.send(None)

    # -- the thread ------------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        """Hand out work and hear what becomes of it, until nothing is left to do."""
        try:
            with without_ctrl_c():
                while self._hand_out():
                    for pipe in connection.wait([self._wake, *self._members]):
                        if pipe is self._wake:
                            self._wake.recv()
                        else:
                            self._hear(self._members[pipe])  # type: ignore[index]  # It is one of them.
                self._dismiss()
        except BaseException as error:
            self._fail(error)
            raise

    def _fail(self, error: BaseException) -> None:
        """After a defect: nobody shall wait for ever."""
        with self._lock:
            self._closing = True
            for member in self._members.values():
                member.process.kill()
            for job in [*self._waiting, *(member.job for member in self._members.values() if member.job is not None)]:
                if not job.future.done():
                    job.future.set_exception(error)
            self._waiting.clear()

    def _hand_out(self) -> bool:
        """Give each job that waits to a process without work, or to a new one; returns whether there is more to do."""
        with self._lock:
            free = [member for member in self._members.values() if member.job is None]
            while self._waiting and (free or len(self._members) < self._size):
                member = free.pop() if free else self._hire()
                job = self._waiting.popleft()
                if job.future.set_running_or_notify_cancel():
                    member.job = job
                    self._send(member, job)
                else:
                    free.append(member)
            busy = any(member.job is not None for member in self._members.values())
            return busy or bool(self._waiting) or not self._closing

    def _hire(self) -> Member:
        here, there = get_context("spawn").Pipe()
        process = get_context("spawn").Process(target=work, args=(there, self._prepare), daemon=True)
        process.start()
        there.close()
        self._members[here] = Member(process, here)
        return self._members[here]

    def _send(self, member: Member, job: Job) -> None:
        """Send a job. That the process has died is seen when it is heard."""
        try:
            member.pipe.send(job.call)
        except OSError:
            pass
        except Exception as error:  # It cannot be pickled.
            member.job = None
            job.future.set_exception(error)

    def _hear(self, member: Member) -> None:
        """One message of a process, or its death."""
        try:
            message = member.pipe.recv()
        except (EOFError, OSError):
            self._bury(member)
            return
        job = member.job
        assert job is not None
        if isinstance(message, Told):
            self._heard(job.future, message.what)
            return
        with self._lock:
            member.job = None
        if isinstance(message, Failed):
            message.error.__cause__ = Elsewhere(f"\n{message.words}")
            job.future.set_exception(message.error)
        else:
            job.future.set_result(message.result)

    def _bury(self, member: Member) -> None:
        """A process that has died, with what it was doing."""
        member.process.join()
        with self._lock:
            del self._members[member.pipe]
        member.pipe.close()
        if member.job is not None:
            member.job.future.set_exception(Died(member.job.why or how_it_ended(member.process.exitcode or 0)))

    def _dismiss(self) -> None:
        """End the processes, which have nothing to do."""
        for member in self._members.values():
            member.pipe.close()
            member.process.kill()  # By itself it would take a tenth of a second to end.
        for member in self._members.values():
            member.process.join()
        self._members.clear()


def how_it_ended(code: int) -> str:
    """The end of a process in words, by its exit code."""
    if code < 0:
        said = marked("the process that did this was killed by signal {code}; try --jobs 1, or --max-memory")
    else:
        said = marked("the process that did this ended with status {code}; try --jobs 1, or --max-memory")
    return phrased(said, code=abs(code))


@contextmanager
def without_ctrl_c() -> Iterator[None]:
    """Within, this thread and the processes that it starts hear no Ctrl-C (on Windows `work` sees to it)."""
    if sys.platform == "win32":
        yield
        return
    from multiprocessing.resource_tracker import ensure_running

    ensure_running()  # It is started with the first process, and would take the mask away.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# -- in a process of the crew --------------------------------------------------------------------------------------


_to_parent: list[Pipe] = []
"""The pipe of the process that this is, if it is one of a crew's."""


def tell(what: Any) -> None:
    """Tell the crew's owner something; outside of a crew nobody hears it."""
    for pipe in _to_parent:
        pipe.send(Told(what))


def wanted_to_stop() -> bool:
    """Whether the crew's owner wants this to stop; outside of a crew nobody does."""
    return any(pipe.poll() for pipe in _to_parent)


def work(pipe: Pipe, prepare: Callable[[], None] | None = None) -> None:
    """Do what comes through the pipe until it is closed; before that, `prepare`."""
    if sys.platform == "win32":
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    _to_parent.append(pipe)
    if prepare is not None:
        prepare()
    with suppress(EOFError, OSError):
        while True:
            call = pipe.recv()
            if call is not None:  # Otherwise it was asked to stop just when it was done.
                _answer(pipe, *call)


def _answer(pipe: Pipe, function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Do one thing, and send what it returns or raises."""
    try:
        message: Done | Failed = Done(function(*args, **kwargs))
    except Exception as error:
        message = Failed(error, "".join(traceback.format_exception(error)))
    try:
        pipe.send(message)
    except (OSError, EOFError):
        raise
    except Exception as error:  # It cannot be pickled.
        pipe.send(Failed(RuntimeError(str(error)), "".join(traceback.format_exception(error))))


def _end_with_parent() -> None:
    """See to it that this process ends when its parent does, whatever it is doing then.

    A thread does that everywhere; where what is being done lets no thread run (some solvers do not), Linux does.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    """Wait for the parent's end, and end at once."""
    parent = parent_process()
    assert parent is not None
    connection.wait([parent.sentinel])
    os._exit(1)
