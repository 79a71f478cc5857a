"""The claims: well-formed, honest about vacuity and contradiction, and with exact shortest counterexamples."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from model.core.answer import Answer, Limits
from model.core.property import Live
from model.pictures.render import Pictures
from model.questions.answering import answered, tasks_of
from model.questions.task import Options, Task, TaskResult
from model.report.summary import exit_status, summary
from model.settings.config import Config
from properties import configs
from properties.claim import Cell
from properties.claims import CLAIMS, find
from properties.progress import INFINITE
from properties.statements import STATEMENTS
from tests.facts.results import PROMOTE, differences, facts_of, frozen

TINY = Config(incarnations=1)


def judged(tasks: list[Task], out: Path) -> list[TaskResult]:
    """The rows of some tasks."""
    options = Options(out, Limits(), Pictures(), [])
    rows = [row for batch in answered(tasks, options, lambda *_: None) for row in batch]
    options.pictures.finish()
    assert not options.problems
    return rows


def task(name: str, config: Config, expected: str) -> Task:
    """One claim on a configuration of our own."""
    claim = find(name)
    assert claim is not None
    return Task(claim, "test", config, expected)


def test_a_picture_says_what_has_happened(tmp_path: Path) -> None:
    claim = find("last-ack-answered")
    assert claim is not None
    config = next(cell.config for cell in claim.cells if cell.variant == "one tick less")
    assert isinstance(config, Config)
    judged([task("last-ack-answered", config.but(time_wait="1", msl=1, delay=1, rto=1), "fails")], tmp_path)
    (dot,) = (path for path in tmp_path.glob("*.dot") if "-against" not in path.name)
    caption = " ".join(dot.read_text().replace("\\n", " ").split())
    assert "A reset ends B's LAST-ACK." in caption
    assert "Against the claim: A FIN that arrives in TIME-WAIT is acknowledged;" in caption
    assert "modulo" not in caption
    assert "In ticks: MSL 1, delay 1, RTO 1, TIME-WAIT 1." in caption


def test_every_claim_has_both_kinds_of_configuration_and_a_sentence() -> None:
    for claim in CLAIMS:
        assert {cell.expected for cell in claim.cells} == {"holds", "fails"}, claim.name
        assert claim.sentence.endswith(".")
        assert claim.cite
        assert claim.meaning
    assert len({claim.name for claim in CLAIMS}) == len(CLAIMS)


def test_every_property_is_named_as_its_claim_and_every_invariant_has_a_witness() -> None:
    for claim in CLAIMS:
        if claim.searched:
            network = claim.network(claim.cells[0].config)
            prop = claim.asked_of(network)
            assert claim.name in (prop.name, "old-duplicates-need-fresh-isns")
            assert bool(claim.witness) == (isinstance(prop, Live) or prop.kind != "reachable"), claim.name
            assert all(witness.kind == "reachable" for witness in claim.witnesses(network))


def test_the_default_run_compiles_at_most_26_untimed_systems_besides_those_of_infinite_runs() -> None:
    searched = {cell.config for claim in CLAIMS if claim.searched and claim not in INFINITE for cell in claim.cells}
    assert len([config for config in searched if isinstance(config, Config) and not config.timed]) <= 26
    assert len({cell.config for claim in INFINITE for cell in claim.cells}) <= 17


@pytest.mark.long
def test_shortest_counterexamples_have_these_lengths(tmp_path: Path) -> None:
    weakened = (
        configs.TWO_WAY,
        configs.TWO_WAY_CRASHES,
        configs.REPEATED_ISNS,
        configs.NO_RETRANSMISSION,
        configs.PASSING_ZERO,
    )
    tasks = [t for t in tasks_of(CLAIMS) if t.config in weakened]
    rows = judged(tasks, tmp_path)
    lengths = {(row.task.claim.name, row.task.variant): len(row.steps or []) for row in rows}
    assert lengths == {
        ("figure-5", "two-way"): 3,
        ("opening-paths", "two-way"): 3,
        ("opening-paths-simultaneous", "two-way"): 3,
        ("half-open", "two-way"): 4,
        ("client-can-receive", "two-way"): 3,
        ("ghost-after-close", "two-way"): 15,
        ("time-wait-refuses-syn", "two-way"): 12,
        ("agreement", "two-way, ABORT"): 7,
        ("old-duplicates-need-fresh-isns", "server repeats its ISN"): 10,
        ("unconfirmed-fin-wait-1", "server never closes, repeats its ISN"): 0,
        ("no-deadlock", "nothing is sent again"): 7,
        ("no-deadlock", "numbers pass 0"): 11,
        ("stray-reset", "numbers pass 0"): 8,
        ("close-completes", "numbers pass 0"): 11,
    }
    assert all(row.standing == "as claimed" for row in rows)


def test_client_can_receive_fails_at_exactly_the_step_of_listen(tmp_path: Path) -> None:
    (row,) = judged([task("client-can-receive", TINY.but(handshake="two-way"), "fails")], tmp_path)
    assert row.steps is not None
    assert row.steps[-1]["event"] == "LISTEN, SYN arrives"
    assert row.steps[-1]["state"]["B.state"] == "ESTABLISHED"


def test_the_deadlock_is_han_and_billingtons(tmp_path: Path) -> None:
    (row,) = judged([task("no-deadlock", configs.NO_RETRANSMISSION, "fails")], tmp_path)
    assert row.steps is not None
    assert [step["event"] for step in row.steps] == [
        "passive OPEN",
        "active OPEN",
        "LISTEN, SYN arrives",
        "CLOSE in SYN-RECEIVED",
        "SYN-SENT, segment without SYN or RST arrives",  # The FIN has overtaken the SYN,ACK.
        "SYN-SENT, SYN,ACK arrives",
        "FIN-WAIT-1, ACK arrives",
    ]
    last = row.steps[-1]["state"]
    assert (last["A.state"], last["B.state"]) == ("ESTABLISHED", "FIN-WAIT-1")


def test_an_old_syn_and_an_old_ack_open_a_ghost_if_the_isn_is_repeated(tmp_path: Path) -> None:
    (row,) = judged([task("old-duplicates-need-fresh-isns", configs.REPEATED_ISNS, "fails")], tmp_path)
    assert row.steps is not None
    arriving = [step["segment"].split(";")[0] for step in row.steps if step["side"] == "B" and step["segment"]]
    assert arriving == ["<SEQ=1><CTL=SYN>", "<SEQ=1><CTL=SYN>", "<SEQ=2><ACK=15><CTL=ACK>"]


def test_a_claim_whose_premise_never_happens_is_vacuous_and_so_contradicted(tmp_path: Path) -> None:
    nobody_listens = Config(open_b="none", incarnations=2)
    (row,) = judged([task("half-open", nobody_listens, "holds")], tmp_path)
    assert row.answer == "vacuous"
    assert row.why == "its premise never happens: stale SYN in SYN-RECEIVED, open towards a dead peer"
    assert row.standing == "contradicted"
    assert exit_status([row]) == 1


def test_a_verdict_against_its_claim_is_a_contradiction_and_outranks_inconclusive(tmp_path: Path) -> None:
    wrong, right = judged(
        [task("client-can-receive", TINY, "fails"), task("half-open", TINY.but(handshake="two-way"), "fails")], tmp_path
    )
    assert (wrong.answer, wrong.standing) == ("holds", "contradicted")
    assert (right.answer, right.standing) == ("violated", "as claimed")
    unknown = right.but(Answer.UNKNOWN, "")
    assert [exit_status(rows) for rows in ([right], [unknown], [right, wrong], [unknown, wrong], [])] == [0, 3, 1, 1, 3]
    last = "CONTRADICTED: client-can-receive (test). Exit status 1: a claim is contradicted."
    assert summary([right, wrong], 2, 1) == last


def test_cells_of_a_claim_are_judged_on_the_configuration_they_show() -> None:
    claim = find("half-open")
    assert claim is not None
    assert [t.config for t in tasks_of([claim])] == [c.config for c in claim.cells] + [p.config for p in claim.proofs]
    assert [t.config for t in tasks_of([claim], engine="explicit")] == [cell.config for cell in claim.cells]
    assert Cell("two-way", configs.TWO_WAY, "fails") in claim.cells


@pytest.mark.long
def test_the_default_run_finds_what_it_has_found_before(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "model.check", "--json", str(report)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parent.parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (
        done.stdout.splitlines()[-1]
        == f"Everything is as claimed: {len(frozen())} verdicts. Exit status 0: as claimed."
    )
    assert len(done.stdout.splitlines()) <= 80
    answers = {one["statement"]: one["answer"] for one in json.loads(report.read_text())["statements"]}
    assert answers == {one.number: [part.text for part in one.answer] for one in STATEMENTS}
    rows = json.loads(report.read_text())["claims"]
    assert list(differences(frozen(), facts_of(json.loads(report.read_text())))) == [], PROMOTE
    assert sum({r["states"] for r in rows if r["engine"] == "explicit"}) < 70_000_000
    assert all((tmp_path / r["figure"]).exists() for r in rows if r["trace"])
