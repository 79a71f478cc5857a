"""Which tests execute which functions of the engines, measured once by `measuring`, and kept beside the results."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.engine_mutation.engines import ALL, ROOT
from benchmarks.engine_mutation.measuring import ENTRY, RESULT

MEASURED = ROOT / "benchmarks" / "results" / "engine_tests.json"
OF_MODULE = 3
"""So many tests of each module are kept for a function, the quickest."""
LONGEST = 25.0
"""Tests that take longer are asked about nothing."""


@dataclass(frozen=True)
class Measured:
    """executed: tests by "file:function". seconds: by test."""

    executed: Mapping[str, Sequence[str]]
    seconds: Mapping[str, float]


def load() -> Measured:
    """What was measured."""
    found = json.loads(MEASURED.read_text(encoding="utf-8"))
    tests = list(found["seconds"])
    return Measured({key: [tests[at] for at in some] for key, some in found["executed"].items()}, found["seconds"])


def measure(jobs: int, say: Callable[[str], None]) -> None:
    """Run every module of tests, but for what takes minutes, and keep what is worth it."""
    files = sorted({file for engine in ALL for file in engine.files})
    modules = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").glob("test_*.py"))
    with TemporaryDirectory() as folder, ThreadPoolExecutor(jobs) as pool:
        asked = [pool.submit(_run, module, files, Path(folder) / f"{Path(module).stem}.json") for module in modules]
        for module, one in zip(modules, asked, strict=True):
            one.result()
            say(module)
        found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(Path(folder).glob("*.json"))]
    write(found)


def _run(module: str, files: Sequence[str], into: Path) -> None:
    options = ("-n", "0", "-m", "not minutes", "-p", "no:cacheprovider", "-p", "benchmarks.engine_mutation.measuring")
    environment = {**os.environ, ENTRY: ",".join(files), RESULT: str(into)}
    command = [sys.executable, "-m", "pytest", module, *options]
    subprocess.run(
        command, cwd=ROOT, env=environment, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def write(found: Sequence[Mapping[str, Mapping[str, object]]]) -> None:
    """Keep what was measured: how long tests take, and of each function the quickest tests of each module."""
    seconds: dict[str, float] = {}
    executed: dict[str, list[str]] = {}
    for one in found:
        took = {test: float(str(time)) for test, time in one["seconds"].items() if float(str(time)) <= LONGEST}
        for key, tests in one["executed"].items():
            assert isinstance(tests, list)
            known = sorted((test for test in tests if test in took), key=lambda test: (took[test], test))[:OF_MODULE]
            executed.setdefault(key, []).extend(known)
        seconds |= took
    tests = sorted(seconds)
    number = {test: at for at, test in enumerate(tests)}
    kept = {key: sorted(number[test] for test in some) for key, some in sorted(executed.items())}
    lines = [f"{json.dumps(key)}: {json.dumps(some)}" for key, some in kept.items()]
    times = [f"{json.dumps(test)}: {seconds[test]}" for test in tests]
    text = '{"seconds": {\n' + ",\n".join(times) + '\n}, "executed": {\n' + ",\n".join(lines) + "\n}}\n"
    MEASURED.write_text(text, encoding="utf-8")
