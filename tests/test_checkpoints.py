"""A search that was killed goes on from its last checkpoint; what is damaged is refused by name."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
import z3
from hypothesis import given

from model.check import main
from model.core.answer import Effort, Limits, Outcome, Progress
from model.core.property import always, sometimes
from model.core.system import System
from model.engines.explicit import search as explicit
from model.engines.explicit.checkpoint import Checkpoint, _seal, fingerprint
from tests.strategies import exact, systems
from tests.toys import bag, counter, writer

GOAL = sometimes("goal", z3.BitVec("v0", 64) == 8)
NEVER = always("never", z3.BitVec("v0", 64) != 9)


@pytest.fixture(autouse=True)
def every_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explicit, "BETWEEN_CHECKPOINTS", 0)


def figures(effort: Effort) -> Effort:
    """An effort without times."""
    return replace(effort, seconds=0, compile_seconds=0)


def search(folder: Path | None, *, stop_at: int | None = None, workers: int = 1) -> dict[str, Outcome]:
    """A search that is interrupted at some depth."""

    def progress(at: Progress) -> None:
        if at.depth == stop_at:
            raise KeyboardInterrupt

    limits = Limits(checkpoint=folder, workers=workers)
    return explicit.explore(writer(9, 5), limits=limits, progress=progress, properties=(GOAL, NEVER))


def test_a_search_goes_on_with_the_same_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explicit, "BETWEEN_REPORTS", 0)
    whole = search(None)
    for depth in range(1, 7):
        stopped = search(tmp_path, stop_at=depth, workers=1 + depth % 2)["never"]
        assert stopped.effort.limit == "interrupted"
    after = search(tmp_path)
    assert [figures(v.effort) for v in after.values()] == [figures(v.effort) for v in whole.values()]
    assert [(v.answer, v.run) for v in after.values()] == [(v.answer, v.run) for v in whole.values()]
    again = search(tmp_path)
    assert figures(again["goal"].effort) == figures(whole["goal"].effort)


def test_the_checkpoint_of_another_search_is_refused(tmp_path: Path) -> None:
    """As it is, and sealed as that one was, but in this search's folder."""
    search(tmp_path / "mine")
    explicit.explore(writer(9, 4), limits=Limits(checkpoint=tmp_path / "other"), properties=(NEVER,))
    (mine,), (other,) = ([*(tmp_path / whose).iterdir()] for whose in ("mine", "other"))
    assert mine.name != other.name
    shutil.rmtree(mine)
    shutil.copytree(other, mine)
    with pytest.raises(OSError, match="a checkpoint of another search or version; remove"):
        search(tmp_path / "mine")


DAMAGES = [(how, name) for how in ("changed", "cut", "gone") for name in ("states", "parents", "numbers")]


@pytest.mark.parametrize(("how", "name"), [*DAMAGES, ("changed", "checkpoint.json"), ("cut", "checkpoint.json")])
def test_what_is_damaged_is_named_and_refused(tmp_path: Path, how: str, name: str) -> None:
    search(tmp_path)
    (path,) = tmp_path.glob(f"*/{name}")
    content = path.read_bytes()
    middle = len(content) // 2
    if how == "gone":
        path.unlink()
    else:
        path.write_bytes(content[:middle] + (bytes([content[middle] ^ 1]) + content[middle + 1 :]) * (how == "changed"))
    with pytest.raises(OSError, match="a damaged checkpoint; remove") as refused:
        search(tmp_path)
    assert refused.value.filename == str(path)


CHANGES: list[Callable[[dict[str, Any]], object]] = [
    lambda m: m.update(rows="9"),
    lambda m: m.update(rows=m["rows"] + 1),
    lambda m: m.update(colour=1),
    lambda m: m.pop("noted"),
    lambda m: m["pieces"].append([1, 2]),
    lambda m: m["pieces"].append([0, 0, 0, True]),
    lambda m: m["noted"].update(states=True),
    lambda m: m["noted"].update(seconds="1"),
    lambda m: m["noted"].update(seconds=-1.0),
    lambda m: m["noted"]["progress"].append(1),
    lambda m: m["noted"]["progress"].__setitem__(3, m["rows"] + 1),
    lambda m: m["noted"]["found"][0].pop(),
    lambda m: m["noted"]["found"][1].append([-1, -1]),
    lambda m: m["noted"]["found"].pop(),
    lambda m: m["noted"]["found"][2].__setitem__(0, 10**30),
    lambda m: m["noted"]["found"][2].__setitem__(0, m["rows"]),
    lambda m: m["noted"]["found"][2].__setitem__(0, 3),  # The goal's state is another one.
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_manifest_of_another_form_is_refused(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    search(tmp_path)
    (path,) = tmp_path.glob("*/checkpoint.json")
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps({**manifest, "seal": _seal(manifest)}))
    with pytest.raises(OSError, match="a damaged checkpoint; remove") as refused:
        search(tmp_path)
    assert refused.value.filename == str(path)


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5000, '{"rows": NaN}', "[1]", "null", "\ufeff"])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    search(tmp_path)
    (path,) = tmp_path.glob("*/checkpoint.json")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OSError, match=r"a damaged checkpoint; remove|a checkpoint of another search"):
        search(tmp_path)


def test_rows_behind_the_last_checkpoint_are_cut_off(tmp_path: Path) -> None:
    whole = search(tmp_path)
    (path,) = tmp_path.glob("*/parents")
    with path.open("ab") as file:
        file.write(b"begun")
    assert figures(search(tmp_path)["never"].effort) == figures(whole["never"].effort)
    assert path.stat().st_size == 4 * whole["never"].effort.states


def test_rows_without_a_checkpoint_are_cut_off(tmp_path: Path) -> None:
    """A search that was killed while it wrote its first checkpoint left them."""
    whole = search(tmp_path)
    (path,) = tmp_path.glob("*/checkpoint.json")
    path.unlink()
    rows = path.with_name("states")
    rows.write_bytes(rows.read_bytes()[:1000])
    for _ in range(2):
        assert figures(search(tmp_path)["never"].effort) == figures(whole["never"].effort)


def test_a_second_search_at_the_same_time_is_refused(tmp_path: Path) -> None:
    search(tmp_path)
    (folder,) = tmp_path.iterdir()
    first = Checkpoint(tmp_path, folder.name)
    with pytest.raises(OSError, match="another search is using this checkpoint"):
        search(tmp_path)
    first.close()
    assert search(tmp_path)["never"].effort.complete


def test_limits_that_are_too_small_for_a_checkpoint_are_refused(tmp_path: Path) -> None:
    search(tmp_path)
    for limits in (Limits(max_states=100), Limits(max_bytes=600_000)):
        small = replace(limits, checkpoint=tmp_path)
        with pytest.raises(OSError, match="states of a checkpoint are more than this search may store"):
            explicit.explore(writer(9, 5), limits=small, properties=(GOAL, NEVER))
    assert search(tmp_path)["never"].effort.complete


def test_another_search_is_refused(tmp_path: Path) -> None:
    search(tmp_path)
    (folder,) = tmp_path.iterdir()
    other = fingerprint(bag(3, 3), (), ["v0", "v1", "v2"])
    folder.rename(tmp_path / other)
    with pytest.raises(OSError, match="a checkpoint of another search"):
        explicit.ExplicitSearch(bag(3, 3), (), Limits(checkpoint=tmp_path)).run(None)


def test_fingerprints_tell_searches_apart() -> None:
    toys = [counter(4), counter(5), counter(4, wraps=False)]
    assert len({fingerprint(system, (), ["n"]) for system in toys}) == len(toys)
    assert fingerprint(counter(4), (), ["n"]) == fingerprint(counter(4), (), ["n"])


@exact(20)
@given(systems())
def test_fingerprints_tell_searches_apart_that_differ_a_little(system: System) -> None:
    first, *rest = system.rules
    update = {name: term for name, term in first.update.items() if name != "flag"}
    if update == first.update:
        update = {**update, "flag": z3.BoolVal(True)}
    others = [
        replace(system, rules=tuple(rest)),
        replace(system, rules=(*rest, first)),
        replace(system, rules=(replace(first, guard=z3.Not(first.guard)), *rest)),
        replace(system, rules=(replace(first, update=update), *rest)),
        replace(system, initial=system.initial[:1]),
        replace(system, constraint=z3.Bool("flag") if system.constraint is None else None),
    ]
    made = {fingerprint(one, system.properties, ["x"]) for one in (system, *others)}
    made |= {fingerprint(system, system.properties[1:], ["x"]), fingerprint(system, system.properties, ["x", "y"])}
    assert len(made) == len(others) + 3


COMMAND = ["--property", "half-open", "--set", "incarnations=2", "--set", "crashes=1", "--jobs", "1"]


def killed(folder: Path, seconds: float) -> bool:
    """Whether a search was killed, so long after it had begun to write its first checkpoint, and before its end."""
    code = (
        "import sys; from model.engines import explicit; explicit.BETWEEN_CHECKPOINTS = 0;"
        "from model.check import main; sys.exit(main(sys.argv[1:]))"
    )
    arguments = [*COMMAND, "--checkpoint", str(folder / "saved"), "--out", str(folder / "out")]
    environment = {**os.environ, "TCP_MODEL_CACHE": str(folder / "cache")}
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], env=environment, stdout=subprocess.DEVNULL)
    while process.poll() is None and not list(folder.glob("saved/*/states")):
        time.sleep(0.001)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        return True
    return False


def kill(folder: Path, seconds: float) -> None:
    """Kill a search so long after it had begun to write; sooner, if it has ended by then."""
    before = folder / "before"
    if (folder / "saved").exists():
        shutil.copytree(folder / "saved", before)
    while not killed(folder, seconds):
        seconds /= 2
        shutil.rmtree(folder / "saved", ignore_errors=True)
        if before.exists():
            shutil.copytree(before, folder / "saved")
    shutil.rmtree(before, ignore_errors=True)


def report(folder: Path, *more: str) -> dict[str, object]:
    """The figures of the one verdict."""
    path = folder / "report.json"
    main([*COMMAND, *more, "--json", str(path), "--out", str(folder / "out")])
    (row,) = json.loads(path.read_text())["claims"]
    return {name: row[name] for name in ("verdict", "states", "transitions", "depth", "complete", "digest")}


@pytest.mark.parametrize(
    "moments", [pytest.param(4, marks=pytest.mark.long), pytest.param(20, marks=pytest.mark.minutes)]
)
def test_a_killed_search_ends_with_the_same_figures(tmp_path: Path, moments: int) -> None:
    """Every other time it is killed twice, the first time while it writes its first checkpoint.

    The moments are no strategy of hypothesis: an earlier one is no simpler, and the same one may find another place.
    """
    whole, random = report(tmp_path), Random(moments)
    for moment in range(moments):
        if moment % 2:
            kill(tmp_path, 0.02 * random.random())
        kill(tmp_path, random.random())
        assert report(tmp_path, "--checkpoint", str(tmp_path / "saved")) == whole
        shutil.rmtree(tmp_path / "saved")
