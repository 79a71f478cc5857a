"""A process that reads inputs, one after the other; a hang or a crash of it is an outcome."""

from __future__ import annotations

import io
import os
import resource
import shutil
import sys
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType

from tests.fuzz import commands
from tests.fuzz.commands import Command
from tests.fuzz.outcome import FOLDER, Input, Outcome

MOST_MEMORY = 4 << 30
"""Octets that reading a file of some thousands may take."""


class Worker:
    """Reads with what `command` makes. seconds: for one input."""

    def __init__(self, command: Callable[[], Command], seconds: float) -> None:
        self._command, self._seconds = command, seconds
        self._start()

    def _start(self) -> None:
        context = get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self._command, theirs), daemon=True)
        self._process.start()
        theirs.close()
        self._pipe.recv()

    def read(self, given: Input) -> Outcome:
        """What comes of an input; a process that does not answer is ended, and another begun."""
        self._pipe.send(given)
        try:
            if self._pipe.poll(self._seconds):
                found: Outcome = self._pipe.recv()
                return found
            died = f"no end within {self._seconds:.0f} s"
        except (EOFError, OSError):
            self._process.join(5)
            died = f"the process ended with {self._process.exitcode}"
        self.close()
        self._start()
        return Outcome(died=died)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()
        self._pipe.close()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _serve(make: Callable[[], Command], pipe: Connection) -> None:
    command = make()
    if make is commands.conform:
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    pipe.send(None)
    with tempfile.TemporaryDirectory(prefix="fuzz-") as made, tempfile.TemporaryFile() as native:
        for descriptor in (1, 2):
            os.dup2(native.fileno(), descriptor)
        while True:
            try:
                given = pipe.recv()
            except (EOFError, KeyboardInterrupt):
                return
            native.truncate(0)
            outcome = _read(command, given, Path(made, "a", "b", "c"))
            native.seek(0)
            chatter = native.read().decode("latin-1")
            pipe.send(replace(outcome, died=f"native code says: {chatter[:200]!r}") if chatter else outcome)


def _read(command: Command, given: Input, folder: Path) -> Outcome:
    """Read in this process, in an empty folder that has the input's files."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in given.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    streams = sys.stdout, sys.stderr
    ours = [io.TextIOWrapper(io.BytesIO(), encoding=given.encoding, write_through=True) for _ in streams]
    sys.stdout, sys.stderr = ours
    outcome = Outcome()
    try:
        outcome = Outcome(command([word.replace(FOLDER, str(folder)) for word in given.arguments]))
    except SystemExit as end:
        outcome = Outcome(end.code if isinstance(end.code, int) else 0 if end.code is None else 1)
    except BaseException:
        outcome = Outcome(raised=traceback.format_exc())
    finally:
        sys.stdout, sys.stderr = streams
    out, err = (_octets(one).decode(given.encoding) for one in ours)
    return replace(outcome, out=out, err=err)


def _octets(stream: io.TextIOWrapper) -> bytes:
    buffer = stream.detach()
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()
