"""The house: each module is in a room, rooms import each other one way, and nothing goes in a circle."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.imports import LEVELS, ROOT, RUN, between_rooms, circles, imports, level, main, reached, room, shown


def test_imports_go_one_way() -> None:
    """Every module of the project: no arrow upwards, and none between rooms of one level."""
    for module, others in imports().items():
        for here, there in ((room(module), room(other)) for other in others):
            assert here == there or level(there) < level(here), f"{module} ({here}) may not import {there}: {others}"


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circles(imports()) == set()


def test_circles_are_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b", "d"}, "d": set[str](), "e": {"e"}}
    assert circles(graph) == {frozenset("bc"), frozenset("e")}


def test_the_picture_leaves_out_what_longer_ways_replace() -> None:
    rooms = {"report": {"questions", "core"}, "questions": {"core", "report"}, "core": set[str]()}
    assert shown(rooms) == {("report", "questions"), ("questions", "core"), ("questions", "report")}
    rooms = between_rooms(imports())
    kept = {here: {there for at, there in shown(rooms) if at == here} for here in rooms}
    assert all(reached(kept, here) == reached(rooms, here) for here in rooms)


def test_the_picture_is_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--out", str(tmp_path / "rooms.svg")]) == 0
    levels, rings, *_ = capsys.readouterr().out.splitlines()
    assert levels.startswith(f"{len(LEVELS)} levels, ")
    assert rings == "0 circles, 0 arrows upwards"
    drawn = (tmp_path / "rooms.svg").read_text()
    assert all(f" {name} " in drawn.replace("&#160;", " ") for names in LEVELS for name in names)


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
