"""A plugin of pytest: which functions of the files in MEASURED each test executes, and how long the test takes.

What it has found is put into the file in MEASURED_INTO as JSON: seconds by test, and tests by "file:function". What is
executed while modules are loaded belongs to no test. Limits: processes that a test starts are not measured.
"""

from __future__ import annotations

import ast
import json
import os
from collections import defaultdict
from pathlib import Path

import coverage
import pytest

ENTRY, RESULT = "MEASURED", "MEASURED_INTO"


class Measuring:
    """Notes the lines that each test executes."""

    def __init__(self, files: list[str], into: Path) -> None:
        self._files, self._into, self._seconds = files, into, defaultdict[str, float](float)
        self._coverage = coverage.Coverage(data_file=None, include=files)
        self._coverage.set_option("run:disable_warnings", ["no-data-collected"])
        self._coverage.start()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """What is executed from here on is this test's."""
        self._coverage.switch_context(item.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The time of a test, its preparation included; one that does not pass asks nobody."""
        self._seconds[report.nodeid] += report.duration
        if not report.passed:
            self._seconds[report.nodeid] = float("inf")

    def pytest_sessionfinish(self) -> None:
        """Write what was found."""
        self._coverage.stop()
        data, executed = self._coverage.get_data(), dict[str, list[str]]()
        for file in self._files:
            by_line = data.contexts_by_lineno(str(Path(file).resolve()))
            for name, first, last in functions(Path(file).read_text(encoding="utf-8")):
                tests = {test for line in range(first, last + 1) for test in by_line.get(line, []) if test}
                if tests:
                    executed[f"{file}:{name}"] = sorted(tests)
        seconds = {test: round(time, 2) for test, time in self._seconds.items() if time < float("inf")}
        self._into.write_text(json.dumps({"seconds": seconds, "executed": executed}), encoding="utf-8")


def functions(source: str) -> list[tuple[str, int, int]]:
    """Every function with the lines of its body, from its first statement to its last; the outer ones first."""
    found: list[tuple[str, int, int]] = []

    def visit(node: ast.AST, inside: str) -> None:
        for child in ast.iter_child_nodes(node):
            name = inside
            if isinstance(child, (ast.FunctionDef, ast.ClassDef)):
                name = f"{inside}.{child.name}".removeprefix(".")
            if isinstance(child, ast.FunctionDef):
                found.append((name, child.body[0].lineno, child.end_lineno or child.lineno))
            visit(child, name)

    visit(ast.parse(source), "")
    return found


def pytest_configure(config: pytest.Config) -> None:
    """Begin before the tests' modules are loaded."""
    files, into = os.environ.get(ENTRY), os.environ.get(RESULT)
    if files and into:
        config.pluginmanager.register(Measuring(files.split(","), Path(into)), "measuring")
