"""What was found and said is found and said still: see `tests.facts`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from model.cli.endings import ended
from tests.facts import results, texts
from tests.facts.__main__ import main

LONG = ("answers", "chinese", "quick", "why", "why-zh")
"""Of which verdicts are computed, proofs among them."""
WRITTEN_BY = (3, 11)
"""How options are laid out in a help text differs between versions of Python."""


@pytest.mark.usefixtures("in_this_process")
@pytest.mark.parametrize(
    "path", [pytest.param(p, id=p.stem, marks=[pytest.mark.long] * (p.stem in LONG)) for p in texts.FOLDER.glob("*")]
)
def test_commands_print_what_they_printed(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if path.stem == "help" and sys.version_info[:2] != WRITTEN_BY:
        pytest.skip("help texts are laid out as Python 3.11 does")
    monkeypatch.setenv("COLUMNS", "80")
    for kept in texts.read(path.read_text(encoding="utf-8")):
        assert texts.said(kept.command) == kept, results.PROMOTE


def test_an_internal_error_is_not_promoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def defective(_: list[str]) -> int:
        return ended("model.check", lambda: 1 // 0)

    kept = "$ python -m model.check --quick\nas before\n"
    (tmp_path / "quick.txt").write_text(kept)
    monkeypatch.setattr(texts, "FOLDER", tmp_path)
    monkeypatch.setitem(texts.MAINS, "model.check", defective)
    monkeypatch.setattr(sys, "argv", ["tests.facts", "--texts", "--promote"])
    assert main() == 2
    assert "quick.txt: 'python -m model.check --quick' ends in an internal error" in capsys.readouterr().err
    assert (tmp_path / "quick.txt").read_text() == kept


def test_results_are_compared_without_the_texts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.json"
    report.write_text('{"claims": []}')
    monkeypatch.setattr(texts, "FOLDER", tmp_path / "nowhere")
    monkeypatch.setattr(sys, "argv", ["tests.facts", "--results", "--report", str(report)])
    assert main() == 0
    assert f"{len(results.frozen())} rows" in capsys.readouterr().out


def test_a_difference_is_told_by_row_and_field() -> None:
    old: results.Facts = {"a, b": {"verdict": "holds", "states": 3}, "c, d": {"verdict": "holds"}}
    new: results.Facts = {"a, b": {"verdict": "violated", "states": 3, "steps": 4}, "e, f": {}}
    assert list(results.differences(old, new)) == [
        "c, d: is gone",
        'a, b: verdict was "holds", is "violated"',
        "a, b: steps was null, is 4",
        "e, f: is new",
    ]
    assert not list(results.differences(old, old))
