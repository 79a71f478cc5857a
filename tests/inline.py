"""A crew that does everything at once and here: for tests of what a command makes of answers, not of processes."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any
from unittest import mock

from model.certify import main as certify


class Inline(Executor):
    """Takes the arguments of `model.machine.crew.Crew`, and does not prepare: what is done here keeps its rights."""

    def __init__(self, *_: object, **__: object) -> None:
        """Nothing is started."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Do it now."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


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
