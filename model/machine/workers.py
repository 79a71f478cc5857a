"""Threads that work on one search: native code runs in them side by side, since it needs no interpreter."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

Result = TypeVar("Result")


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """`count` workers; the first is the thread that asks."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._pool = ThreadPoolExecutor(count - 1) if count > 1 else None

    def each(self, count: int, work: Callable[[int], Result]) -> list[Result]:
        """The results of work(0), ..., work(count - 1), done side by side; returns or raises when all have ended."""
        if self._pool is None or count == 1:
            return [work(number) for number in range(count)]
        others = [self._pool.submit(work, number) for number in range(1, count)]
        try:
            first = work(0)
        finally:
            wait(others)
        return [first, *(other.result() for other in others)]

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None
