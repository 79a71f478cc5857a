"""An input that fails, made small: what can be left out without changing what is wrong is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

from tests.fuzz.outcome import Input

Fails = Callable[[Input], bool]


def minimised(given: Input, fails: Fails, seconds: float) -> Input:
    """The smallest input found in that time that still `fails`."""
    until = perf_counter() + seconds
    for at in reversed(range(len(given.arguments))):
        fewer = replace(given, arguments=given.arguments[:at] + given.arguments[at + 1 :])
        if perf_counter() < until and fails(fewer):
            given = fewer
    for name in given.files:
        without = replace(given, files={other: text for other, text in given.files.items() if other != name})
        given = without if perf_counter() < until and fails(without) else _shorter(given, name, fails, until)
    return given


def _shorter(given: Input, name: str, fails: Fails, until: float) -> Input:
    """Leave out spans of one file, first long ones."""
    size = len(given.files[name]) // 2
    while size:
        at = 0
        while at < len(given.files[name]):
            if perf_counter() > until:
                return given
            content = given.files[name]
            less = replace(given, files={**given.files, name: content[:at] + content[at + size :]})
            if fails(less):
                given = less
            else:
                at += size
        size //= 2
    return given
