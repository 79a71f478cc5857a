"""Hashes instead of states: the same counts, verdicts and traces, and how likely it is that a state was missed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import z3
from hypothesis import given

from model.check import main
from model.core.answer import Limits
from model.core.property import always
from model.core.system import System
from model.engines import twin
from model.engines.explicit import search as explicit
from model.engines.explicit.fingerprints import Fingerprints, collision
from model.machine.workers import Workers
from tests.strategies import exact, systems
from tests.toys import counter, writer

TRUE = always("true", z3.BoolVal(True))


@pytest.mark.parametrize("workers", [1, 3])
@exact(15)
@given(systems())
def test_random_systems_agree_with_the_twin(workers: int, monkeypatch: pytest.MonkeyPatch, system: System) -> None:
    monkeypatch.setattr(explicit, "LEAST", 1)
    fast, slow = explicit.explore(system, limits=Limits(workers=workers, store="compact")), twin.explore(system)
    for name, verdict in fast.items():
        assert (verdict.answer, verdict.run) == (slow[name].answer, slow[name].run)
        effort = replace(verdict.effort, seconds=0, compile_seconds=0, collision=0)
        assert effort == replace(slow[name].effort, seconds=0, digest="")


def test_counts_and_the_probability() -> None:
    found = explicit.explore(writer(20, 4), limits=Limits(store="compact"), properties=(TRUE,))["true"].effort
    assert (found.states, found.transitions, found.depth, found.digest) == (160_000, 160_000 * 80, 5, "")
    assert found.collision == collision(160_000) == 160_000 * 159_999 / 2**65
    assert explicit.explore(writer(3, 2), properties=(TRUE,))["true"].effort.collision == 0


@pytest.mark.parametrize("workers", [1, 2])
def test_two_levels_need_room_and_not_all_of_them(workers: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """121 levels of one state each, and room for whole states of 93; then one and nine, and room for eight, or nine."""

    def small(words: int, _: int, most: int, at_once: int, team: Workers) -> Fingerprints:
        return Fingerprints(words, size * 64 * words, max(most, 1000), at_once, team)

    monkeypatch.setattr(explicit, "Fingerprints", small)
    monkeypatch.setattr(explicit, "BATCH", 16)
    limits, size = Limits(store="compact", workers=workers), 93
    found = explicit.explore(counter(120, TRUE, wraps=False), limits=limits)["true"]
    assert (found.answer, found.effort.states, found.effort.depth) == ("holds", 121, 121)
    size = 8
    found = explicit.explore(writer(10, 1), limits=limits, properties=(TRUE,))["true"]
    assert (found.answer, found.effort.states, found.effort.depth) == ("unknown", 9, 2)
    size = 9
    assert explicit.explore(writer(10, 1), limits=limits, properties=(TRUE,))["true"].answer == "holds"


def test_memory_ends_it() -> None:
    few = explicit.explore(writer(90, 4), limits=Limits(max_bytes=3_000_000, store="compact"), properties=(TRUE,))
    assert (few["true"].answer, few["true"].effort.limit) == ("unknown", "max-memory 3000000 reached")
    assert few["true"].effort.states > 10_000


@pytest.mark.usefixtures("in_this_process")
def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["--property", "half-open", "--set", "incarnations=1", "--set", "capacity=1", "--out", str(tmp_path)]
    assert main([*command, "--store", "compact"]) == 0
    assert "a state is missed with a probability of at most " in capsys.readouterr().out
    assert main([*command, "--store", "compact", "--checkpoint", str(tmp_path)]) == 2
