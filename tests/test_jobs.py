"""Several processes: the same rows as one, and nothing found is lost when one of them, or all, must end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from model import worker
from model.arguments import parser
from model.check import main, selection
from model.engines import explicit
from model.engines.verdict import Limits
from model.engines.workers import processors
from model.jobs import Crew, judge_apart, stop, units
from model.judge import tasks_of
from model.row import Options, Row, Task
from model.tcp.config import Config
from model.traces.render import Pictures
from properties.claim import Claim
from properties.claims import CLAIMS, find

SMALL = ["figure-6", "needless-retransmissions", "server-timer-repairs"]
TINY = Config(incarnations=1, capacity=1)


def claim(name: str) -> Claim:
    """The claim with this name."""
    found = find(name)
    assert found is not None
    return found


def judged(waiting: list[list[Task]], out: Path, jobs: int = 2) -> list[Row]:
    """What the crew finds, in the order of the tasks."""
    options = Options(out, Limits(), Pictures(), [])
    rows = [row for batch in judge_apart(waiting, options, jobs, lambda _: None) for row in batch]
    options.pictures.finish()
    return rows


def report(out: Path, *arguments: str) -> list[dict[str, Any]]:
    """The rows of a run as claimed, without what differs from run to run."""
    assert main([*SMALL, "--out", str(out), "--json", str(out / "r.json"), *arguments]) == 0
    rows: list[dict[str, Any]] = json.loads((out / "r.json").read_text().replace(str(out), "OUT"))["claims"]
    return [{name: value for name, value in row.items() if "seconds" not in name} for row in rows]


def ends(group: int) -> bool:
    """Whether no process of the group is left within ten seconds."""
    for _ in range(100):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.long
def test_two_processes_give_the_same_rows_files_and_order_as_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    found, words = report(one, "--jobs", "1"), capsys.readouterr().out
    assert report(two, "--jobs", "2") == found
    assert capsys.readouterr().out.splitlines()[-1] == words.splitlines()[-1]
    assert [row["claim"] for row in found] == [name for name in SMALL for _ in claim(name).cells]
    assert {path.name for path in two.iterdir()} == {path.name for path in one.iterdir()}
    assert all(Path(row["figure"].replace("OUT", str(two))).exists() for row in found if row["trace"])


def test_a_unit_is_what_shares_a_search_or_a_system_and_proofs_and_studies_come_first() -> None:
    tasks = tasks_of(CLAIMS)
    found = units(tasks)
    assert sorted(map(tasks.index, (task for unit in found for task in unit))) == list(range(len(tasks)))
    proofs, *found = found
    assert proofs == [task for task in tasks if task.proof]
    keys = [{(t.config, t.claim.scenario != "") if not t.claim.study else t.claim.make for t in unit} for unit in found]
    assert all(len(key) == 1 for key in keys)
    assert len(set.union(*keys)) == len(found)
    studies = [unit[0].claim.study for unit in found]
    assert studies == sorted(studies, reverse=True)


def test_one_unit_needs_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.jobs.Crew", None)
    command = ["--property", "half-open", "--set", "incarnations=1", "--set", "capacity=1", "--jobs", "4"]
    assert main([*command, "--out", str(tmp_path)]) == 0


def test_free_memory_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explicit, "available", lambda: 1000)
    assert explicit.allowed(Limits()) == 800
    assert explicit.allowed(Limits(sharers=2)) == 400
    assert explicit.allowed(Limits(max_bytes=1000, sharers=2)) == 1000
    assert processors() >= 1


@pytest.mark.long
def test_a_worker_that_is_killed_loses_its_unit_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started, struck = Crew.hear, list[bool]()

    def hear(crew: Crew) -> Iterator[list[Row]]:
        if not struck:
            struck.append(True)
            next(w for w in crew.workers.values() if w.owed[0] in lost).process.kill()
        yield from started(crew)

    monkeypatch.setattr(Crew, "hear", hear)
    lost = [Task(claim(name), "lost", TINY, "holds") for name in ("half-open", "agreement")]
    kept = [[Task(claim("client-can-receive"), variant, config, "")] for variant, config in (
        ("three-way", TINY), ("two-way", TINY.but(handshake="two-way")))]  # fmt: skip
    rows = judged([lost, *kept], tmp_path)
    assert {(row.task.variant, row.verdict) for row in rows} == {
        ("lost", "unknown"), ("three-way", "holds"), ("two-way", "violated")}  # fmt: skip
    assert {row.why for row in rows if row.verdict == "unknown"} == {
        "the process that searched this was killed by signal 9; try --jobs 1, or --max-memory"
    }
    assert all(row.outcome == "inconclusive" for row in rows if row.task in lost)


def test_what_a_user_can_mend_is_told_by_a_worker_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["needless-retransmissions", "needless-retransmissions", "half-open"]
    assert main([*names, "--set", "losses=1", "--jobs", "2", "--out", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("model.check: this study needs ")
    assert error.count("\n") == 1


def test_an_internal_error_in_a_worker_comes_with_its_traceback(tmp_path: Path) -> None:
    broken = Claim("broken", (), "Broken.", "", "", "opening.no_such_property", ())
    tasks = [[Task(broken, str(bits), Config(seq_bits=bits), "holds")] for bits in (4, 5)]
    with pytest.raises(worker.WorkerError, match=r"(?s)Traceback.*no_such_property"):
        judged(tasks, tmp_path)


@pytest.mark.long
def test_ctrl_c_ends_all_workers_and_keeps_what_was_found(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "model.check", "figure-6", "half-open", "--jobs", "2", "--out", str(tmp_path)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not (tmp_path / "figure-6-three-way.txt").exists() and process.poll() is None:
        time.sleep(0.05)
    time.sleep(2)
    os.killpg(process.pid, signal.SIGINT)  # As a terminal does.
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "figure-6" in out
    assert out.splitlines()[-1].startswith("Interrupted: ")
    assert "Traceback" not in err
    assert ends(process.pid)


def test_quick_takes_one_variant_of_each_kind_and_says_what_it_leaves_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    chosen = {(t.claim.name, t.variant) for t in selection(parser().parse_args(["--quick"]))()}
    for claim in CLAIMS:
        kinds = [cell.expected for cell in claim.cells if (claim.name, cell.variant) in chosen]
        slow = all(cell.slow for cell in claim.cells)
        assert sorted(kinds) == ([] if slow else ["fails", "holds"]), claim.name
    assert main(["sufficient-assumptions", "--quick", "--out", str(tmp_path)]) == 3
    said = capsys.readouterr().out
    assert "--quick leaves out 2 variants, and slow studies; all: python -m model.check sufficient-assumptions" in (
        " ".join(said.split())
    )


def test_quick_goes_with_claims_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["half-open", "--quick", "--set", "capacity=1", "--out", str(tmp_path)]) == 2
    assert "goes with neither --set nor --property" in capsys.readouterr().err


def test_a_pool_is_stopped_at_once() -> None:
    begun = time.monotonic()
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        asked = pool.submit(time.sleep, 60)
        while not asked.running():
            time.sleep(0.01)
        stop(pool)
    assert time.monotonic() - begun < 30
    assert isinstance(asked.exception(), BrokenProcessPool)
