"""Several processes: the same rows as one, and nothing found is lost when one of them, or all, must end."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from model.check import main, selection
from model.cli.arguments import parser
from model.core.answer import NO_LIMITS, Limits
from model.core.property import Property
from model.engines.explicit import search as explicit
from model.engines.inductive.discharge import Prover
from model.machine.crew import tell
from model.machine.workers import processors
from model.network.bounded import Network
from model.pictures.render import Pictures
from model.questions.answering import answered, tasks_of
from model.questions.jobs import Answering, diagrams, units
from model.questions.proof import prepared
from model.questions.proof_words import became, report_on
from model.questions.task import Options, Task, TaskResult
from model.questions.worker import Searching
from model.settings.config import Config
from properties.claim import Claim, Safety
from properties.claims import CLAIMS, find

SMALL = ["figure-6", "needless-retransmissions", "server-timer-repairs"]
TINY = Config(incarnations=1, capacity=1)


def claim(name: str) -> Claim:
    """The claim with this name."""
    found = find(name)
    assert found is not None
    return found


def judged(tasks: list[Task], out: Path, jobs: int = 2, limits: Limits = NO_LIMITS) -> list[TaskResult]:
    """What several processes find, in the order of finding."""
    options = Options(out, limits, Pictures(), [])
    judging = Answering(tasks, options, jobs)
    judging.run()
    options.pictures.finish()
    return judging.rows


def report(out: Path, *arguments: str) -> list[dict[str, Any]]:
    """The rows of a run as claimed, without what differs from run to run."""
    assert main([*SMALL, "--out", str(out), "--json", str(out / "r.json"), *arguments]) == 0
    rows: list[dict[str, Any]] = json.loads((out / "r.json").read_text().replace(str(out), "OUT"))["claims"]
    return [{name: value for name, value in row.items() if "seconds" not in name} for row in rows]


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


def test_a_unit_is_what_shares_a_search_or_a_system_and_studies_come_first() -> None:
    tasks = tasks_of(CLAIMS)
    found = units(tasks)
    assert sorted(map(tasks.index, (task for unit in found for task in unit))) == list(range(len(tasks)))
    (proofs,) = [unit for unit in found if unit[0].proof]
    assert proofs == [task for task in tasks if task.proof]
    others = [unit for unit in found if unit is not proofs]
    keys = [{(t.config, t.claim.scenario != "") if not t.claim.study else t.claim.question for t in u} for u in others]
    assert all(len(key) == 1 for key in keys)
    assert len(set.union(*keys)) == len(others)
    kinds = [(bool(unit[0].claim.scenario), bool(unit[0].proof), not unit[0].claim.study) for unit in found]
    assert kinds == sorted(kinds)


def test_stories_are_told_by_this_process_which_loads_no_engine(tmp_path: Path) -> None:
    code = f"""
import sys
from model.check import main
from model.questions import jobs
jobs.Crew = None
print(main(["figure-6", "figure-8", "--out", {str(tmp_path)!r}]), "numba" in sys.modules, "llvmlite" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 False False"


@pytest.mark.long
def test_the_parent_of_searches_loads_no_engine(tmp_path: Path) -> None:
    code = f"""
import sys
from model.check import main
main(["half-open", "--quick", "--out", {str(tmp_path)!r}])
print([name for name in ("numba", "llvmlite", "scipy") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_free_memory_is_shared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explicit, "available", lambda: 1000)
    assert explicit.allowed(Limits()) == 800
    assert explicit.allowed(Limits(sharers=2)) == 400
    assert explicit.allowed(Limits(max_bytes=1000, sharers=2)) == 1000
    assert processors() >= 1


@pytest.mark.long
def test_a_process_that_is_killed_loses_its_unit_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    struck = list[int]()
    hear = Answering._hear

    def strike(judging: Answering, future: Future[None], what: object) -> None:
        hear(judging, future, what)
        if not struck and isinstance(what, Searching) and what.variant == "lost":
            assert judging._crew is not None
            member = next(m for m in judging._crew._members.values() if m.job and m.job.future is future)
            struck.append(member.process.pid or 0)
            member.process.kill()

    monkeypatch.setattr(Answering, "_hear", strike)
    lost = [Task(claim(name), "lost", TINY, "holds") for name in ("half-open", "agreement")]
    kept = [Task(claim("client-can-receive"), variant, config, "") for variant, config in (
        ("three-way", TINY.but(octets=1)), ("two-way", TINY.but(handshake="two-way")))]  # fmt: skip
    rows = judged([*lost, *kept], tmp_path)
    assert {(row.task.variant, row.answer) for row in rows} == {
        ("lost", "unknown"), ("three-way", "holds"), ("two-way", "violated")}  # fmt: skip
    assert {row.why for row in rows if row.answer == "unknown"} == {
        "the process that did this was killed by signal 9; try --jobs 1, or --max-memory"
    }
    assert all(row.standing == "inconclusive" for row in rows if row.task in lost)


def sleepy(*_: object) -> None:
    """A search that does not look at the clock."""
    tell(Searching("asleep", None))
    time.sleep(60)


@pytest.mark.long
def test_what_goes_on_long_after_its_time_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("model.questions.jobs.answer_unit", sleepy)
    monkeypatch.setattr("model.questions.jobs.SLACK", 0.1)
    (row,) = judged([Task(claim("half-open"), "three-way", TINY, "holds")], tmp_path, 1, Limits(max_seconds=0.1))
    assert (row.answer, row.why) == ("unknown", "max-seconds 0.1 reached")


def test_building_and_compiling_are_part_of_a_questions_time(tmp_path: Path) -> None:
    options = Options(tmp_path, Limits(max_seconds=0.001), Pictures(), [])
    ((row,),) = answered([Task(claim("half-open"), "three-way", TINY, "holds")], options, lambda *_: None)
    assert (row.answer, row.why) == ("unknown", "max-seconds 0.001 reached")


@pytest.mark.long
def test_a_proof_by_steps_is_the_proof_in_one_process(tmp_path: Path) -> None:
    """The same obligations by event, the same answers, the same that never happens, for each number of processes."""
    tasks = [task for task in tasks_of([claim("last-ack-answered")]) if task.proof]
    rows = judged(tasks, tmp_path)
    for row in rows:
        assert row.proof is not None
        found = [one for layer in prepared(row.task) for one in Prover().prove(layer)]
        report = report_on((), [became(one) for one in found])
        assert sorted(row.proof.events, key=str) == sorted(report.events, key=str)
        assert row.proof.failing == report.failing
        assert row.answer == ("holds" if row.task.expected == "holds" else "unknown")


def test_what_a_user_can_mend_is_told_by_a_worker_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["needless-retransmissions", "needless-retransmissions", "half-open"]
    assert main([*names, "--set", "losses=1", "--jobs", "2", "--out", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("model.check: this study needs ")
    assert error.count("\n") == 1


def no_such_property(network: Network) -> Property:
    """It cannot be made."""
    raise AttributeError(f"{network} has no such property")


def test_an_internal_error_in_a_worker_comes_with_its_traceback(tmp_path: Path) -> None:
    broken = Claim("broken", (), "Broken.", "", "", Safety(no_such_property), ())
    tasks = [Task(broken, str(bits), Config(seq_bits=bits), "holds") for bits in (4, 5)]
    with pytest.raises(AttributeError) as error:
        judged(tasks, tmp_path)
    assert "Traceback" in str(error.value.__cause__)
    assert "no_such_property" in str(error.value.__cause__)


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
    assert "--quick leaves out 3 variants, and slow studies; all: python -m model.check sufficient-assumptions" in (
        " ".join(said.split())
    )


def test_quick_goes_with_claims_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["half-open", "--quick", "--set", "capacity=1", "--out", str(tmp_path)]) == 2
    assert "goes with neither --set nor --property" in capsys.readouterr().err


class Idle:
    """A crew that begins nothing: whatever is submitted waits."""

    def __init__(self) -> None:
        self.submitted = 0

    def submit(self, *_: object) -> Future[Any]:
        self.submitted += 1
        return Future()

    def stop(self) -> None:
        """As a crew's."""

    def end(self, *_: object) -> None:
        """As a crew's."""


def test_what_was_not_begun_when_it_was_stopped_is_not_waited_for(tmp_path: Path) -> None:
    """Work may be submitted in the moment in which Ctrl-C comes: between a proof's plan and its steps."""
    (task, *_) = tasks_of([claim("half-open")], engine="unbounded")
    judging, crew = Answering([task], Options(tmp_path, NO_LIMITS, Pictures(), []), 1), Idle()
    judging._crew = crew  # type: ignore[assignment]
    judging._submit([task], print)
    found = list[TaskResult]()
    stopping = Thread(target=lambda: found.extend(judging.stop()), daemon=True)
    stopping.start()
    stopping.join(5.0)
    assert not stopping.is_alive()
    assert [(row.answer, row.why) for row in found] == [("unknown", "interrupted")]
    judging._submit([task], print)
    assert crew.submitted == 1


def test_graphs_are_drawn_of_searches_and_not_of_proofs() -> None:
    """A proof's numbers have 32 bits: no state of it fits into a search's words."""
    claim = find("agreement")
    assert claim is not None
    tasks = tasks_of([claim])
    assert any(task.proof for task in tasks)
    drawn = [one.args[0] for one in diagrams(tasks, True) if isinstance(one, partial)]
    assert drawn
    assert not any(task.proof for task in drawn)
