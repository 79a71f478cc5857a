"""What becomes of a mutant: the tests that execute it are asked, in a process of its own, on a copy of the project.

A copy's files are hard links to those of one whole copy, but for the one with the mutant; so what was compiled stays
compiled. Processes have little time, and so much memory as the tests need.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep, time
from typing import Any

import psutil

from benchmarks.engine_mutation.derive import Mutant
from benchmarks.engine_mutation.engines import ROOT, engine_of
from benchmarks.engine_mutation.measure import Measured
from benchmarks.engine_mutation.telling import ASKED, allowed

NOTICED, CRASHED, TIMED_OUT, SURVIVED, EQUIVALENT = "noticed", "crashed", "timed out", "survived", "equivalent"
PARTS = ("model", "properties", "benchmarks", "tests", "docs", "pyproject.toml", "README.md", "LICENSE")
SECONDS = 100.0
"""For all tests of one mutant."""
WORTH = 50.0
"""Tests that took so many seconds together are asked."""
OF_OTHERS = 3
"""So many tests of each module that was not written for the engine."""
BYTES, BETWEEN_LOOKS = 6 << 30, 0.2


@dataclass(frozen=True)
class Fate:
    """What became of a mutant: by which test, what that said, after how many tests."""

    name: str
    engine: str
    kind: str
    end: str
    by: str = ""
    why: str = ""
    asked: int = 0
    seconds: float = 0.0


def asked_about(mutant: Mutant, measured: Measured) -> dict[str, float]:
    """The tests that execute the mutant's function, with their seconds, in the order in which they are asked.

    About what is executed while a module is loaded those are asked who execute anything in it; about machine code,
    which is not measured, those who execute anything of the engine. First come the tests that were written for the
    engine, the quick ones before the others: all of a module, since its tests share what was executed once.
    """
    here, executed, seconds = f"{mutant.file}:{mutant.function}", measured.executed, measured.seconds
    keys = [here] if here in executed else [key for key in executed if key.startswith(here)]
    keys = keys or [key for key in executed if key.split(":")[0] in engine_of(mutant.file).files]
    known = sorted({test for key in keys for test in executed[key] if test in seconds}, key=lambda one: seconds[one])
    modules = {_module(test) for test in known} & set(engine_of(mutant.file).tests)
    own = sorted((test for test in seconds if _module(test) in modules), key=lambda one: seconds[one])
    others: dict[str, list[str]] = {}
    for test in known:
        if _module(test) not in modules:
            others.setdefault(_module(test), []).append(test)
    further = sorted((test for some in others.values() for test in some[:OF_OTHERS]), key=lambda one: seconds[one])
    found, spent = dict[str, float](), 0.0
    for test in (*own, *further):
        if spent + seconds[test] <= WORTH:
            spent += seconds[test]
            found[test] = seconds[test]
    return found


def _module(test: str) -> str:
    return Path(test.split("::", maxsplit=1)[0]).stem.removeprefix("test_")


class Asking:
    """Asks tests about mutants, on copies of the project in a folder that is removed in the end."""

    def __init__(self, measured: Measured) -> None:
        self._measured = measured
        self._folder = TemporaryDirectory(prefix="engine-mutants-", ignore_cleanup_errors=True)
        self._base, self._cache = (Path(self._folder.name) / name for name in ("base", "cache"))
        self._cache.mkdir(mode=0o700)
        for part in PARTS:
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, self._base / part)
            else:
                shutil.copy2(ROOT / part, self._base / part)

    def __enter__(self) -> Asking:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    def remove(self) -> None:
        """Remove the copies."""
        self._folder.cleanup()

    def fate(self, mutant: Mutant) -> Fate:
        """What becomes of a mutant."""
        begun, tests = monotonic(), asked_about(mutant, self._measured)
        engine = engine_of(mutant.file)
        with TemporaryDirectory(dir=self._folder.name, ignore_cleanup_errors=True) as place:
            copy = Path(place) / "project"
            shutil.copytree(self._base, copy, copy_function=os.link)
            target = copy / mutant.file
            content = mutant.put_into(target.read_bytes())
            target.unlink()  # It is a link.
            target.write_bytes(content)
            cache = self._cache if engine.name != "code" else Path(place) / "cache"
            told = self._ask(copy, tests, cache)
        end, by, why = became(told, tests)
        number = sum(one["how"] == "begins" for one in told)
        return Fate(mutant.name, engine.name, mutant.kind, end, by, why, number, monotonic() - begun)

    def passing(self, tests: Sequence[str]) -> set[str]:
        """Those of the tests that pass, and do not crash, where nothing is changed."""
        told = self._ask(self._base, {test: self._measured.seconds[test] for test in tests}, self._cache, 10 * SECONDS)
        begun, ended = [one["test"] for one in told if one["how"] == "begins"], {o["test"] for o in told if o["why"]}
        return set(begun) - ended

    def _ask(
        self, project: Path, tests: Mapping[str, float], cache: Path, most: float = SECONDS
    ) -> list[dict[str, Any]]:
        """What is told of the tests."""
        asked = project.parent / f"{project.name}.asked"
        asked.write_text(json.dumps(dict(tests)), encoding="utf-8")
        told = Path(f"{asked}.told")
        told.write_text("", encoding="utf-8")
        files = list(dict.fromkeys(test.split("::")[0] for test in tests))
        options = ("-p", "benchmarks.engine_mutation.telling", "-p", "no:cacheprovider", "-n", "0", "-m", "not minutes")
        command = [sys.executable, "-m", "pytest", *files, *options, "--continue-on-collection-errors"]
        environment = {**os.environ, ASKED: str(asked), "TCP_MODEL_CACHE": str(cache), "PYTHONPATH": str(project)}
        with (project.parent / f"{project.name}.log").open("w") as log:
            process = subprocess.Popen(
                command, cwd=project, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
            why = _watch(process, most)
        listed = [json.loads(line) for line in told.read_text(encoding="utf-8").splitlines()]
        if why:
            listed.append({"test": "", "how": CRASHED, "why": why})
        return [*listed, {"test": "", "how": "over", "why": "", "at": time()}]


def _watch(process: subprocess.Popen[bytes], most: float) -> str:
    """Wait for the end of a process, and end it after so many seconds, or if it takes too much memory: then why."""
    begun, watched = monotonic(), psutil.Process(process.pid)
    try:
        while process.poll() is None and monotonic() - begun < most:
            sleep(BETWEEN_LOOKS)
            with suppress(psutil.NoSuchProcess):
                if watched.memory_info().rss > BYTES:
                    return "it takes too much memory"
    finally:
        _end(process)
    return ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process and what it has started, and nothing else: its own group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def became(told: Sequence[Mapping[str, Any]], tests: Mapping[str, float]) -> tuple[str, str, str]:
    """How a mutant ended, by which test, and what that said.

    Of what is told the first that notices counts, then the first that takes too long, then the first crash. A test that
    was still going on when all time was up has taken too long only if it took longer than it may.
    """
    for how in (NOTICED, TIMED_OUT):
        for one in told:
            if one["how"] == how:
                return how, one["test"], one["why"]
    begins = [one for one in told if "at" in one]
    for one, following in pairwise(begins):
        if one["how"] == "begins" and following["at"] - one["at"] > allowed(tests.get(one["test"], 0.0)):
            return TIMED_OUT, one["test"], ""
    for one in told:
        if one["how"] == CRASHED:
            return CRASHED, one["test"], one["why"]
    if tests and not any(one["how"] == "begins" for one in told):
        return CRASHED, "", "no test could begin"
    return SURVIVED, "", ""
