"""A plugin of pytest: asks some tests in a given order, and tells of each what became of it.

A mutant is noticed if a test finds an answer wrong: an assertion of the test fails, or a run does not replay. Any other
exception is a crash, also an assertion of the mutated module: that something goes to pieces is no wrong answer. The
session ends as soon as a mutant is noticed, or when a test takes much longer than it did.

ASKED names a file with the tests and their seconds; what is told is appended to it with ".told", a line of JSON each.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Generator
from pathlib import Path
from threading import Thread
from time import sleep, time
from typing import Any

import pytest

ASKED = "ASKED"
LEAST, TIMES = 20.0, 10.0
"""Seconds that a test may take in any case, and how many times as long as it did."""
CRASHES = 15
"""After so many tests that crash nobody else is asked."""


def allowed(seconds: float) -> float:
    """How long a test may take that took so many seconds."""
    return max(LEAST, TIMES * seconds)


class Telling:
    """Tells what becomes of the tests."""

    def __init__(self, asked: Path) -> None:
        self._seconds: dict[str, float] = json.loads(asked.read_text(encoding="utf-8"))
        self._told, self._crashes = Path(f"{asked}.told"), 0

    def _tell(self, **what: Any) -> None:
        with self._told.open("a", encoding="utf-8") as file:
            file.write(json.dumps(what) + "\n")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Those that are asked, in their order."""
        order = {name: at for at, name in enumerate(self._seconds)}
        items[:] = sorted((one for one in items if one.nodeid in order), key=lambda one: order[one.nodeid])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """A module that cannot be loaded crashes."""
        if report.failed:
            self._tell(test=report.nodeid, how="crashed", why=str(report.longrepr)[-300:])

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """It begins; when its time is up, all is over."""

        def over(*_: object) -> None:
            self._tell(test=item.nodeid, how="timed out", why="")
            os._exit(0)

        self._tell(test=item.nodeid, how="begins", why="", at=time())
        signal.signal(signal.SIGALRM, over)
        signal.setitimer(signal.ITIMER_REAL, allowed(self._seconds[item.nodeid]))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """What became of it, if it does not pass."""
        report = yield
        error = call.excinfo
        if error is not None and report.failed:
            where = Path(str(error.traceback[-1].path))
            how = "noticed" if is_answer(error.value, where) else "crashed"
            self._tell(test=item.nodeid, how=how, why=f"{type(error.value).__name__}: {error.value}"[:300])
            self._crashes += how == "crashed"
            if how == "noticed" or self._crashes >= CRASHES:
                item.session.shouldstop = how
        return report


def is_answer(error: BaseException, where: Path) -> bool:
    """Whether an error, raised in a file, says that an answer is wrong."""
    if type(error).__name__ == "ReplayError" or isinstance(error, pytest.fail.Exception):
        return True
    return isinstance(error, AssertionError) and "model" not in where.parts


def _end_with_parent(parent: int) -> None:
    """Nobody is to be told any more when the one who asks has ended."""
    while os.getppid() == parent:
        sleep(1)
    os._exit(1)


def pytest_configure(config: pytest.Config) -> None:
    """Begin, if somebody asks."""
    if asked := os.environ.get(ASKED):
        Thread(target=_end_with_parent, args=(os.getppid(),), daemon=True).start()
        config.pluginmanager.register(Telling(Path(asked)), "telling")
