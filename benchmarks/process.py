"""A process of its own for each measurement, with its wall-clock and processor time."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Container, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter


class Failed(RuntimeError):
    """A command ended with an error; the text says which, and how."""


@dataclass(frozen=True)
class Finished:
    """Output (both streams), seconds of wall-clock and of all processors, and the most memory that was resident."""

    output: str
    seconds: float
    processor_seconds: float
    peak_bytes: int


def run(command: Sequence[str | Path], directory: Path | None = None, fine: Container[int] = (0,)) -> Finished:
    """Run a command to its end; raises `Failed` if its exit status is not one of `fine`."""
    with tempfile.TemporaryFile("w+") as file:
        begun = perf_counter()
        process = subprocess.Popen(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        file.seek(0)
        output = file.read()
    if process.returncode not in fine:
        raise Failed(f"{Path(command[0]).name} ended with status {process.returncode}: {output[-500:].strip()}")
    return Finished(output, seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10)
