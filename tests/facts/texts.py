"""Texts that are kept: files of commands, each behind "$ ", and what they print, with their statuses if not 0.

What a command prints to standard output and to standard error are kept together, in the order "output, then error".
"""

from __future__ import annotations

import io
import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from model import certify, check
from model.cli.endings import INTERNAL
from model.conform.__main__ import main as conform
from model.export.__main__ import main as export
from model.words.language import speaking_in

FOLDER = Path(__file__).parent / "texts"
PROMPT = "$ "
MAINS: Mapping[str, Callable[[list[str]], int]] = {
    "model.check": check.main,
    "model.certify": certify.main,
    "model.conform": conform,
    "model.export": export,
}


@dataclass(frozen=True)
class Said:
    """A command, and what it printed."""

    command: str
    text: str

    @property
    def broken(self) -> bool:
        """Whether it ended in an internal error."""
        return self.text.endswith(status_line(INTERNAL))


def status_line(status: int) -> str:
    """The last line of a text whose status is not 0."""
    return f"[status {status}]"


def read(text: str) -> Iterator[Said]:
    """The commands of a file with what they print."""
    command, lines = "", list[str]()
    for line in text.splitlines():
        if line.startswith(PROMPT):
            if command:
                yield Said(command, "\n".join(lines))
            command, lines = line.removeprefix(PROMPT), []
        else:
            lines.append(line)
    if command:
        yield Said(command, "\n".join(lines))


@contextmanager
def empty_folder() -> Iterator[None]:
    """Within, the current folder is an empty one."""
    before = os.getcwd()
    with TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def said(command: str) -> Said:
    """What a command prints now; it is run in an empty folder."""
    words = shlex.split(command)
    output, error, status = io.StringIO(), io.StringIO(), 0
    with empty_folder(), speaking_in("en"), redirect_stdout(output), redirect_stderr(error):
        try:
            status = MAINS[words[2]](words[3:])
        except SystemExit as stop:
            status = int(stop.code or 0)
    text = output.getvalue() + error.getvalue() + (status_line(status) if status else "")
    return Said(command, text.rstrip("\n"))


def written(listed: list[Said]) -> str:
    """The file."""
    return "\n".join(f"{PROMPT}{one.command}\n{one.text}" for one in listed) + "\n"
