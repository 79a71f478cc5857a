"""Crews that do everything in this process: for tests of what a command makes of answers, not of processes."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import Executor, Future, wait
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from model.certify import main as certify
from model.machine import crew
from model.machine.crew import OnTold, Told


def do(future: Future[Any], function: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
    """Settle a future by what a function returns or raises."""
    try:
        future.set_result(function(*args, **kwargs))
    except Exception as error:
        future.set_exception(error)


class Inline(Executor):
    """Does it when it is submitted.

    It takes the arguments of `model.machine.crew.Crew`, and does not prepare: what is done here keeps its rights.
    """

    def __init__(self, *_: object, **__: object) -> None:
        """Nothing is started."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it now."""
        future: Future[Any] = Future()
        do(future, function, *args, **kwargs)
        return future


class Waiting(Executor):
    """Does it when somebody waits for it, and hands on what is told meanwhile: a crew, and a pipe to its owner."""

    def __init__(self, _size: int, heard: OnTold) -> None:
        self._heard, self._jobs = heard, list[tuple[Future[Any], Callable[[], None]]]()
        self._future: Future[Any] = Future()

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it later."""
        future: Future[Any] = Future()
        self._jobs.append((future, partial(do, future, function, *args, **kwargs)))
        return future

    def send(self, told: Told) -> None:
        """Hand on what is told."""
        self._heard(self._future, told.what)

    def poll(self) -> bool:
        """Nobody wants this to stop."""
        return False

    def work(self) -> None:
        """Do what was submitted."""
        with mock.patch.object(crew, "_to_parent", [self]):
            while self._jobs:
                self._future, job = self._jobs.pop(0)
                job()


def searching_here(patch: pytest.MonkeyPatch) -> None:
    """`model.check` answers in this process from now on."""
    crews = list[Waiting]()

    def hired(size: int, heard: OnTold) -> Waiting:
        crews.append(Waiting(size, heard))
        return crews[-1]

    def waited(futures: Collection[Future[Any]], seconds: float, until: str) -> object:
        crews[-1].work()
        return wait(futures, seconds, until)

    patch.setattr("model.questions.jobs.Crew", hired)
    patch.setattr("model.questions.jobs.wait", waited)


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit status."""

    status: int
    out: str
    err: str


def certified_here(folder: Path) -> Said:
    """What `model.certify` says of a folder; that it asks a solver is an error."""
    out, err = StringIO(), StringIO()
    never = mock.Mock(side_effect=AssertionError("a solver was asked"))
    with (
        mock.patch("model.certify.Crew", Inline),
        mock.patch("model.certify.ask", never),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        status = certify([str(folder), "--jobs", "1"])
    never.assert_not_called()
    return Said(status, out.getvalue(), err.getvalue())
