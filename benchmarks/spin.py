"""Running an exported model under SPIN: translate, compile, search, and read the report.

Counts are exact: `pan` prints eight digits, so its format is widened first. What SPIN counts besides the system's own
states and transitions (see `promela.surplus`) is taken off here, and nowhere else.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.process import Finished, run
from model.core.property import Property
from model.core.system import System
from model.export.promela import Form, promela, surplus

FLAGS = ("-w", "-DSAFETY", "-DNOREDUCE")
FAST = ("-O3", "-march=native")


@dataclass(frozen=True)
class Mode:
    """How SPIN searches: flags for the C compiler, and whether the stack's depth has to be given."""

    name: str
    flags: tuple[str, ...] = ()
    stack: bool = False
    workers: int = 1


BREADTH = Mode("breadth-first", ("-DBFS",))
DEPTH = Mode("depth-first", stack=True)
TWO_CORES = Mode("depth-first, 2 cores", ("-DNCORE=2", "-DVMAX=256"), stack=True, workers=2)
TWO_CORES_BREADTH = Mode("breadth-first, 2 cores", ("-DBFS_PAR",), workers=2)
MODES = (BREADTH, DEPTH, TWO_CORES, TWO_CORES_BREADTH)


@dataclass(frozen=True)
class Report:
    """What SPIN found. errors: assertions violated; complete: it did not give up for want of memory or depth."""

    states: int
    transitions: int
    depth: int
    errors: int
    complete: bool
    seconds: float
    processor_seconds: float
    peak_bytes: int
    compile_seconds: float


def missing() -> str:
    """What is not installed of what is needed, or ""."""
    absent = [tool for tool in ("spin", "gcc") if shutil.which(tool) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


class Model:
    """An exported system in a directory of its own, translated to C."""

    def __init__(
        self, system: System, directory: Path, properties: Sequence[Property] = (), form: Form = "table"
    ) -> None:
        self.surplus, self.directory, self.form = surplus(system), directory, form
        begun = perf_counter()
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "model.pml").write_text(promela(system, properties, form))
        run(["spin", "-a", "model.pml"], directory)
        source = directory / "pan.c"
        source.write_text(source.read_text().replace("%9.8g ", "%9.17g "))
        self.translate_seconds = perf_counter() - begun

    def search(
        self,
        mode: Mode,
        *,
        table_bits: int = 20,
        depth: int = 100_000,
        megabytes: int = 1000,
        optimize: Sequence[str] = FAST,
    ) -> Report:
        """Compile for a mode and search.

        table_bits: the hash table has 2^table_bits entries; depth: of the stack; megabytes: the most memory;
        optimize: flags for the C compiler. Raises `Failed`.
        """
        flags = [*FLAGS, *optimize, *mode.flags, f"-DMEMLIM={megabytes}"]
        pan = f"pan-{MODES.index(mode)}"
        compiled = run(["gcc", *flags, "-o", pan, "pan.c"], self.directory)
        limits = [f"-w{table_bits}", "-n", *([f"-m{depth}"] if mode.stack else [])]
        finished = run([self.directory.resolve() / pan, *limits], self.directory)
        return self._read(finished, self.translate_seconds + compiled.seconds)

    def _read(self, finished: Finished, compile_seconds: float) -> Report:
        states, transitions = self.surplus
        return Report(
            states=int(_number(finished.output, r"(\S+) states, stored")) - states,
            transitions=int(_number(finished.output, r"(\S+) transitions \(=")) - transitions,
            depth=int(_number(finished.output, r"depth reached (\d+)")),
            errors=int(_number(finished.output, r"errors: (\d+)")),
            complete="Search not completed" not in finished.output and "depth too small" not in finished.output,
            seconds=_number(finished.output, r"elapsed time (\S+) seconds"),
            processor_seconds=finished.processor_seconds,
            peak_bytes=_memory(finished.output),
            compile_seconds=compile_seconds,
        )


def _memory(output: str) -> int:
    """The memory that SPIN says it used, shared or not."""
    said = re.findall(r"(\S+)\s+total (?:actual memory|shared memory|non-shared memory) usage", output)
    return int(sum(map(float, said)) * 1e6)


def _number(output: str, pattern: str) -> float:
    found = re.search(pattern, output)
    if found is None:
        raise ValueError(f"SPIN's report lacks '{pattern}': {output[-500:]}")
    return float(found[1])
