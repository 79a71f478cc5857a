"""From Graphviz source to a picture: both renderers, and what is said where neither can draw."""

from __future__ import annotations

import os
import re
import subprocess
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from subprocess import CompletedProcess
from xml.etree import ElementTree

import pytest
from graphviz.backend import execute

from model.pictures import render
from model.pictures.diagram import quotient_diagram, state_diagram
from model.pictures.dot import quote
from model.pictures.render import PACKAGE, RENDERERS, CannotDraw, Picture, Pictures
from tests.greeting import LOST, OLD
from tests.test_pictures import ARCS, lasso, picture

NASTY = 'a "quote", a \\N backslash, <b> & &lt; \\'


def words(svg: Path) -> list[str]:
    """All text of a picture; raises if it is not well-formed XML."""
    found = ElementTree.parse(svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(element.itertext()).strip().replace("\N{NO-BREAK SPACE}", " ") for element in found]


def written(dot: str, path: Path, engine: render.Engine = "dot", *renderers: str) -> Picture:
    """What becomes of one picture."""
    pictures = Pictures(renderers or tuple(RENDERERS))
    pictures.draw(dot, path, engine)
    found, problems = pictures.finish()
    assert problems == []
    return found[str(path)]


def drawn(dot: str, path: Path, engine: render.Engine, renderer: str) -> list[str]:
    """The words of a picture drawn by one renderer; skips where that is not installed."""
    try:
        RENDERERS[renderer]()
    except CannotDraw as missing:
        pytest.skip(str(missing))
    result = written(dot, path, engine, renderer)
    assert result == Picture(path.with_name(path.name + ".dot"), path.with_name(path.name + ".svg"))
    assert result.svg is not None
    assert result.dot.read_text(encoding="utf-8") == dot
    return words(result.svg)


def test_the_renderer_that_comes_with_the_project_is_there() -> None:
    """So that none of the tests below is skipped for it."""
    assert os.access(render.bundled(), os.X_OK)


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_ladder_is_drawn(tmp_path: Path, renderer: str) -> None:
    shown = drawn(picture(OLD, title=NASTY), tmp_path / "s5.ghost", "neato", renderer)
    assert NASTY in shown
    assert {"A", "B", "1.", "7.", "greet again", "ASKING", "<WELCOME=0>", "… still in the network"} <= set(shown)
    assert shown.count("<HELLO=0>") == 2


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_lasso_is_drawn(tmp_path: Path, renderer: str) -> None:
    shown = drawn(lasso(3), tmp_path / "again", "neato", renderer)
    assert {"again", "and again,", "for ever", "arrives in a later round, step 5"} <= set(shown)
    assert "nothing happens any more, for ever" in drawn(lasso(5), tmp_path / "stays", "neato", renderer)


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_state_diagram_is_drawn(tmp_path: Path, renderer: str) -> None:
    shown = drawn(state_diagram(("IDLE", "ASKING"), ARCS, NASTY), tmp_path / "states", "dot", renderer)
    assert {NASTY, "IDLE", "ASKING", "greet; greet again", "not in it"} <= set(shown)


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_state_graph_is_drawn(tmp_path: Path, renderer: str) -> None:
    graph = quotient_diagram({("IDLE", ""): 1, ("", "OPEN"): 2000}, [(("IDLE", ""), ("", "OPEN"))], NASTY)
    assert {NASTY, "IDLE", "OPEN", "1", "2,000"} <= set(drawn(graph, tmp_path / "graph", "dot", renderer))


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_picture_stands_alone_on_white(tmp_path: Path, renderer: str) -> None:
    path = tmp_path / "toy"
    drawn(picture(LOST), path, "neato", renderer)
    svg = path.with_suffix(".svg").read_text(encoding="utf-8")
    assert '<polygon fill="white"' in svg
    assert "<image" not in svg
    assert "href=" not in svg


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_source_that_cannot_be_drawn_gives_a_reason_in_one_line(tmp_path: Path, renderer: str) -> None:
    result = written("digraph {", tmp_path / "bad", "dot", renderer)
    assert result.svg is None
    assert result.reason.startswith(f"no picture; {renderer} ")
    assert "\n" not in result.reason


def test_the_bundled_renderer_needs_no_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A virtual environment that is not activated has its programs nowhere on the path."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert written("digraph {}", tmp_path / "toy").svg == tmp_path / "toy.svg"


def test_without_a_renderer_the_reason_says_how_to_get_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_package(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(render, "files", no_package)
    (tmp_path / "toy.svg").write_text("an older picture")
    result = written("digraph {}", tmp_path / "toy")
    assert result.reason == f"no picture; graphviz-pure is not installed; Graphviz is not installed; {render.HINT}"
    assert (result.svg, result.dot.read_text()) == (None, "digraph {}")
    assert not (tmp_path / "toy.svg").exists()
    assert f"pip install {PACKAGE}, or " in render.HINT


def test_the_second_renderer_draws_where_the_first_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(name: str, _dot: str, _engine: str) -> bytes:
        if name == PACKAGE:
            raise CannotDraw("no")
        return b"<svg></svg>"

    monkeypatch.setattr(render, "draw", fails)
    result = written("digraph {}", tmp_path / "toy")
    assert result.svg is not None
    assert result.svg.read_bytes() == b"<svg></svg>"


def program(folder: Path, name: str, text: str) -> Path:
    """A program that does what a shell script says."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o700)
    return path


def test_a_renderer_that_hangs_is_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = program(tmp_path, "slow", f"echo >> {tmp_path}/asked; exec sleep 60")
    monkeypatch.setattr(render, "SECONDS", 0.2)
    monkeypatch.setattr(render, "RENDERERS", {"slow": lambda: str(slow)})
    pictures = Pictures(["slow"])
    for name in "abc":
        pictures.draw("digraph {}", tmp_path / name, "dot")
    found, problems = pictures.finish()
    assert problems == []
    reasons = {picture.reason for picture in found.values()}
    assert reasons == {f"no picture; slow took more than 0.2 seconds; {render.HINT}"}
    assert (tmp_path / "asked").read_text() == "\n"
    assert len(list(tmp_path.glob("*.dot"))) == 3


def test_a_renderer_that_dies_costs_one_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dies = program(tmp_path, "dies", f'if mkdir {tmp_path}/once; then kill -SEGV $$; fi; exec {render.bundled()} "$@"')
    monkeypatch.setattr(render, "RENDERERS", {"dies": lambda: str(dies)})
    pictures = Pictures(["dies"])
    for name in "ab":
        pictures.draw("digraph {}", tmp_path / name, "dot")
    first, second = pictures.finish()[0].values()
    assert (first.svg, second.svg) == (None, tmp_path / "b.svg")
    assert re.match("no picture; dies failed: .*SIGSEGV", first.reason)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (subprocess.TimeoutExpired("dot", 60), "graphviz-pure took more than 20 seconds"),
        (
            subprocess.CalledProcessError(1, "dot", stderr=b"warning\nError: line 3\n"),
            "graphviz-pure failed: Error: line 3",
        ),
        (PermissionError("not allowed"), "graphviz-pure failed: not allowed"),
    ],
)
def test_a_program_that_fails_is_a_reason(monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str) -> None:
    def run_check(*_command: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr("graphviz.backend.execute.run_check", run_check)
    with pytest.raises(CannotDraw, match=f"^{re.escape(reason)}$"):
        render.draw(PACKAGE, "digraph {}", "dot")


def test_a_place_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    pictures = Pictures()
    pictures.draw("digraph {}", tmp_path / "file" / "toy", "dot")
    pictures.draw("digraph {}", tmp_path / "toy", "dot")
    found, problems = pictures.finish()
    assert [*found] == [str(tmp_path / "toy")]
    assert problems == [f"{tmp_path / 'file'}: File exists"]


def test_quoting() -> None:
    assert quote('a"b\\N&lt;\nc') == '"a\\"b\\\\N&amp;lt;\\nc"'


def test_what_no_xml_can_have_is_left_out(tmp_path: Path) -> None:
    title = "a\x00b\x1b[31mc\ud800d\uffffe\x85f"
    assert "ab[31mcdef" in drawn(picture(OLD, title=title), tmp_path / "toy", "neato", PACKAGE)


def test_a_png_with_chinese_is_drawn_by_who_has_the_characters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """However long the source is and however few the characters are: a box in place of each would be no picture."""
    source = "graph {\n" + "\n" * 600 + 'a [label="报文段"] }'
    asked = []

    def run_check(command: list[str], **_: object) -> CompletedProcess[bytes]:
        asked.append(command[0])
        return CompletedProcess(command, 0, b"</svg> IEND")

    monkeypatch.setattr(execute, "run_check", run_check)
    monkeypatch.setattr(render, "RENDERERS", {PACKAGE: lambda: "bundled", "Graphviz": lambda: "installed"})
    pictures = Pictures(png=True)
    pictures.draw(source, tmp_path / "chinese", "dot")
    pictures.draw('graph { a [label="…×é"] }', tmp_path / "other", "dot")
    pictures.finish()
    assert asked == ["bundled", "installed", "bundled", "bundled"]
    monkeypatch.setattr(render, "RENDERERS", {PACKAGE: lambda: "bundled"})
    alone = Pictures([PACKAGE], png=True)
    alone.draw(source, tmp_path / "alone", "dot")
    drawn = alone.finish()[0][str(tmp_path / "alone")]
    assert drawn.svg
    assert drawn.reason.startswith("no PNG; graphviz-pure has no Chinese characters for a PNG: the SVG has them; ")
    assert not (tmp_path / "alone.png").exists()
