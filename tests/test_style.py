"""What no linter checks: the length of functions, and a reason beside everything that a linter shall not say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.imports import ROOT, modules

LONGEST = 45
"""Lines of a function, from `def` on."""
UNEXPLAINED = re.compile(r"# (?:noqa|type: ignore)(?!.*  # \w)")
"""An ignore without a second comment."""
IGNORES = re.compile(r'^ignore|^"[^"]*" = \[|^    "[A-Z]+[0-9]+"')
"""What the settings of a linter leave out, one a line."""


def too_long(text: str) -> list[str]:
    """The functions of a module that are too long."""
    defined = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return [node.name for node in defined if (node.end_lineno or 0) - node.lineno >= LONGEST]


def unexplained(text: str) -> list[str]:
    """The lines of a module that ignore something without a reason."""
    return [line.strip() for line in text.splitlines() if UNEXPLAINED.search(line)]


def ignored(text: str) -> Iterator[str]:
    """The lines of a configuration by which linters ignore something."""
    section = ""
    for line in text.splitlines():
        section = line if line.startswith("[") else section
        if section.startswith(("[tool.ruff", "[[tool.mypy")) and IGNORES.match(line) and not line.endswith("= ["):
            yield line


@pytest.mark.parametrize("module", modules())
def test_functions_are_short_and_what_is_ignored_has_a_reason(module: str) -> None:
    text = modules()[module].read_text(encoding="utf-8")
    assert (too_long(text), unexplained(text)) == ([], [])


def test_what_linters_ignore_has_a_reason() -> None:
    found = [*ignored((ROOT / "pyproject.toml").read_text(encoding="utf-8"))]
    assert len(found) >= 10
    assert [line for line in found if not re.search(r"  # \w", line)] == []


def test_what_is_wrong_is_found() -> None:
    body = "    x = 1\n"
    assert too_long(f"def f():\n{(LONGEST - 1) * body}") == []
    assert too_long(f"class C:\n  async def f():\n{LONGEST * body}") == ["f"]
    bare, reason = ("x = 1  # " + "noqa: F401", "x = 1  # " + "type: ignore[override]  # It is wider.")
    assert unexplained(f"{bare}\n{reason}\n{bare}  #\n") == [bare, f"{bare}  #"]
    assert [*ignored('[tool.ruff.lint]\nselect = ["E"]\nignore = ["E1"]\n[project]\nignore = 1')] == ['ignore = ["E1"]']
    assert [*ignored('[[tool.mypy.overrides]]\nmodule = ["z3.*"]\nignore_missing_imports = true')]
