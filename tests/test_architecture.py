"""The house: each module is in a room, rooms import each other one way, and nothing goes in a circle."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parent.parent
LEVELS = (
    ("core", "machine"),
    ("settings", "pictures", "engines.native", "engines.symbolic"),
    ("engines.explicit", "engines.inductive", "export", "tcp"),
    ("engines.infinite", "engines", "mutants"),
    ("network", "conform"),
    ("any_channel", "properties"),
    ("properties.proofs", "certificates"),
    ("questions",),
    ("report", "rechecks", "cli"),
    ("commands",),
)
"""The rooms: a module may import from its own room and from those of the levels above this line, never from below."""
COMMANDS = ("model", "model.check", "model.certify", "model.start")
RUN = ("check.py", "certify.py", "endings.py", "start.py", "__main__.py")
"""Command lines, and what they share: they print, and may import all."""


def imports(path: Path) -> set[str]:
    """The modules of this project that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name.split(".")[0] in ("model", "properties")}


def room(module: str) -> str:
    """The room that a module belongs to: the longest of the names in `LEVELS` that it begins with."""
    if module.endswith("__main__") or module in COMMANDS:
        return "commands"
    path = module.removeprefix("model.")
    named = [name for level in LEVELS for name in level if f"{path}.".startswith(f"{name}.")]
    return max(named, key=len)


def modules() -> dict[str, Path]:
    """Every module of the project, with its file."""
    files = [*ROOT.glob("model/**/*.py"), *ROOT.glob("properties/**/*.py")]
    return {".".join(f.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): f for f in files}


def test_imports_go_one_way() -> None:
    """Every module of the project: no arrow upwards, and none between rooms of one level."""
    place = {name: at for at, level in enumerate(LEVELS) for name in level}
    every = modules()
    for module, file in every.items():
        for other in imports(file) & set(every) - {"model", "properties"}:
            here, there = room(module), room(other)
            assert here == there or place[there] < place[here], f"{module} ({here}) may not import {other} ({there})"


def test_no_modules_import_each_other_in_a_circle() -> None:
    every = modules()
    graph = {module: imports(file) & set(every) - {"model", "properties"} for module, file in every.items()}
    list(TopologicalSorter(graph).static_order())  # It raises `CycleError`.


def test_the_root_has_command_lines_and_nothing_else() -> None:
    assert sorted(path.stem for path in (ROOT / "model").glob("*.py")) == ["__init__", "certify", "check", "start"]


def test_only_modules_that_are_run_print() -> None:
    for path in [*ROOT.glob("model/**/*.py"), *ROOT.glob("properties/**/*.py")]:
        calls = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
        prints = [n for n in calls if isinstance(n.func, ast.Name) and n.func.id == "print"]
        assert not prints or path.name in RUN, path


def test_only_the_module_screen_makes_consoles() -> None:
    """There no text is taken for markup."""
    for path in [*ROOT.glob("model/**/*.py"), *ROOT.glob("benchmarks/**/*.py")]:
        calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        made = "Console" in [called.id for called in calls if isinstance(called, ast.Name)]
        assert not made or path.name == "screen.py", path
