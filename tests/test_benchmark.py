"""The benchmark of engines runs, compares counts, and leaves its results."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import knowledge
from benchmarks.engines import Measured, disagreement, main, summary


def measured(tool: str, seconds: float, *, workers: int = 1, states: int = 10, scale: str = "small") -> Measured:
    """One search of a made-up configuration."""
    return Measured(scale, tool, workers, states, 2 * states, seconds, seconds, 0.0, 1)


def test_the_summary_is_of_the_largest_configuration_that_spin_has_searched() -> None:
    found = [
        measured("explicit", 1.0),
        measured("SPIN, depth-first (table)", 2.0),
        measured("explicit", 2.0, states=100, scale="large"),
        measured("explicit", 1.0, states=100, scale="large", workers=2),
        measured("SPIN, breadth-first (table)", 9.0, states=100, scale="large"),
        measured("SPIN, depth-first (table)", 8.0, states=100, scale="large"),
        measured("explicit", 5.0, states=1000, scale="huge", workers=2),
        measured("explicit", 0.5, workers=2),
        measured("TLC", 50.0, workers=2),
    ]
    assert summary(found) == [
        "10 states: 2 workers, 100.0 times as fast as TLC",
        "100 states: 1 worker, 4.0 times as fast as SPIN, depth-first (table)",
        "100 states: 2 workers, 8.0 times as fast as SPIN, depth-first (table)",
    ]
    assert summary(found[:1]) == []


def test_counts_that_differ_are_named() -> None:
    same = [measured("explicit", 1.0), measured("twin", 1.0)]
    assert disagreement(same) == []
    assert disagreement([*same, measured("SPIN", 1.0, states=11)]) == ["small"]


def test_answers_about_knowledge_are_the_same_as_the_twins_and_much_faster(tmp_path: Path) -> None:
    assert knowledge.main(["--largest", "1", "--out", str(tmp_path)]) == 0
    (one,) = json.loads((tmp_path / "knowledge.json").read_text())["measured"]
    assert one["states"] == 5496
    assert one["twin"] > 5 * one["seconds"]


@pytest.mark.long
def test_it_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--largest", "1", "--out", str(tmp_path)]) == 0
    assert "all counts are identical" in capsys.readouterr().out
    report = json.loads((tmp_path / "engines.json").read_text())
    assert {(one["states"], one["transitions"]) for one in report["measured"]} == {(461, 2001)}
    assert {path.name for path in tmp_path.iterdir()} == {"engines.txt", "engines.json", "engines.svg"}
