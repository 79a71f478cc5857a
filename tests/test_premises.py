"""Nothing holds for want of trying: a proof whose premise cannot happen is no theorem, whatever its settings are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from model.check import main
from model.core.answer import NO_LIMITS, Answer, Limits
from model.core.property import Property
from model.network.make import network_of
from model.pictures.render import Drawings
from model.questions import premise as module
from model.questions.answering import tasks_of, varied
from model.questions.impossible import EndsUnderLemmas
from model.questions.jobs import UNSEEN, Proofs
from model.questions.premise import FOLLOWED, premises, small
from model.questions.proof_words import Became
from model.questions.shares import Plan, Share, row_of
from model.questions.task import Options, Task
from model.report.summary import exit_status
from model.settings.config import Config
from model.tcp.cause import arrives
from properties.claim import Claim
from properties.claims import CLAIMS, find

PROVED = [claim for claim in CLAIMS if claim.proofs]
NOBODY_OPENS: dict[str, object] = {"open_a": "none", "open_b": "passive"}
NO_SYN_ACCEPTED: dict[str, object] = {"mutant": "LISTEN, SYN arrives: never", "open_b": "passive", "open_a": "active"}
EMPTY: dict[str, list[dict[str, object]]] = {
    "half-open": [NOBODY_OPENS, NO_SYN_ACCEPTED],
    "client-can-receive": [NOBODY_OPENS, NO_SYN_ACCEPTED],
    "ghost-after-close": [NOBODY_OPENS, {"closes": "none"}],
    "agreement": [NOBODY_OPENS, NO_SYN_ACCEPTED],
    "old-duplicates-need-fresh-isns": [NOBODY_OPENS, NO_SYN_ACCEPTED],
    "last-ack-answered": [{"closes": "A"}, {"mutant": "CLOSE in CLOSE-WAIT: never"}],
    "no-old-segment-accepted": [NOBODY_OPENS, NO_SYN_ACCEPTED],
}
"""Settings under which a claim's premise cannot happen."""
HARMLESS: list[dict[str, object]] = [{"rfc1337": True}, {"octets": 0}, {"rst": "rfc793"}, {"aborts": "none"}]


def not_seen(task: Task, limits: Limits = NO_LIMITS) -> str:
    """Why the premise of a proof may never happen."""
    return premises([task], limits, lambda *_: None)[task]


def with_settings(claim: Claim, settings: dict[str, object]) -> Task:
    """The claim's proof on a varied configuration."""
    return varied(claim, claim.proofs[0].config, settings, "unbounded")


@pytest.mark.parametrize("claim", PROVED, ids=lambda claim: claim.name)
def test_the_premise_of_every_proof_happens(claim: Claim) -> None:
    tasks = [task for task in tasks_of([claim], engine="unbounded") if task.proof]
    found = premises(tasks, NO_LIMITS, lambda *_: None)
    assert found == {task: "" for task in tasks if task.expected == "holds"}
    assert all(claim.witness for claim in PROVED)


@pytest.mark.parametrize("name", EMPTY)
def test_a_premise_that_cannot_happen_is_told(name: str) -> None:
    claim = find(name)
    assert claim is not None
    for settings in EMPTY[name]:
        assert not_seen(with_settings(claim, settings)).startswith("its premise was not seen to happen"), settings


def test_every_proof_has_settings_without_its_premise() -> None:
    assert set(EMPTY) == {claim.name for claim in PROVED}
    assert {name for some in EMPTY.values() for settings in some for name in settings} <= set(FOLLOWED)


def test_settings_that_leave_the_premise_leave_the_proof() -> None:
    claim = find("half-open")
    assert claim is not None
    for settings in HARMLESS:
        assert not not_seen(with_settings(claim, settings)), settings


def test_the_small_networks_have_the_settings_and_not_the_sizes() -> None:
    claim = find("half-open")
    assert claim is not None
    task = with_settings(claim, {"rst": "rfc793", "seq_bits": 24, "octets": 100, "crashes": 0})
    cells = [cell.config for cell in claim.cells if cell.expected == "holds" and isinstance(cell.config, Config)]
    assert [*small(task)] == [one.but(rst="rfc793", crashes=0) for one in cells]


def test_proofs_of_one_claim_with_the_same_settings_share_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Config] = []
    search = module._searched

    def counted(config: Config, *more: object) -> object:
        asked.append(config)
        return search(config, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(module, "_searched", counted)
    claim = find("no-old-segment-accepted")
    assert claim is not None
    tasks = [task for task in tasks_of([claim], engine="unbounded") if task.proof and task.expected == "holds"]
    premises(tasks, NO_LIMITS, lambda *_: None)
    assert len(tasks) == 3
    assert len(asked) == 1


def test_a_search_that_ends_early_says_so() -> None:
    claim = find("half-open")
    assert claim is not None
    said = not_seen(with_settings(claim, {}), Limits(max_states=10))
    assert said.endswith("open towards the dead (max-states 10 reached)")


# -- rows --


def shared(task: Task, answer: Answer = Answer.HOLDS) -> Share:
    """One obligation that was asked."""
    return Share(task, (Became((0, 0, 0), "an event", "", answer, ()),), (), "", 0.0)


@pytest.mark.parametrize(("premise", "verdict", "status"), [("", "holds", 0), ("it never rains", "unknown", 3)])
def test_a_proof_holds_only_if_its_premise_happens(tmp_path: Path, premise: str, verdict: str, status: int) -> None:
    claim = find("half-open")
    assert claim is not None
    task, options = with_settings(claim, {}), Options(tmp_path, NO_LIMITS, Drawings(), [])
    row = row_of(task, Plan("every channel", (), 32), [shared(task)], options, premise=premise)
    assert (row.answer, exit_status([row])) == (verdict, status)
    assert row.why == (f"every obligation is proved, but {premise}" if premise else "")


def test_a_proof_without_obligations_or_of_whose_premise_nobody_has_heard_is_open(tmp_path: Path) -> None:
    claim = find("half-open")
    assert claim is not None
    task, options = with_settings(claim, {}), Options(tmp_path, NO_LIMITS, Drawings(), [])
    proofs = Proofs([task], options)
    proofs.plans = {task: Plan("every channel", (), 32)}
    assert [(row.answer, row.why) for row in proofs.rows()] == [("unknown", "no obligation was asked")]
    proofs.shares = [shared(task)]
    assert [(row.answer, row.why) for row in proofs.rows()] == [
        ("unknown", f"every obligation is proved, but {UNSEEN}")
    ]
    proofs.premises = {task: ""}
    assert [row.answer for row in proofs.rows()] == ["holds"]


@pytest.mark.long
def test_the_command_line_does_not_say_that_it_holds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["--engine", "unbounded", "last-ack-answered", "--out", str(tmp_path)]
    assert main([*command, "--set", "rfc1337=true"]) == 0
    assert "proved with rfc1337=true for every channel" in capsys.readouterr().out
    assert main([*command, "--set", "closes=A"]) == 3
    said = " ".join(capsys.readouterr().out.split())
    assert "every obligation is proved, but its premise was not seen to happen with these settings" in said


# -- other engines --


def test_every_claim_that_must_hold_has_a_witness_or_is_one() -> None:
    for claim in CLAIMS:
        for cell in claim.cells:
            if claim.searched and cell.expected == "holds" and not claim.witness:
                made = claim.asked_of(claim.network(cell.config))
                assert isinstance(made, Property)
                assert made.kind == "reachable", claim.name


@pytest.mark.long
@pytest.mark.parametrize("engine", ["explicit", "bmc", "induction"])
def test_no_engine_says_that_what_has_no_premise_holds(tmp_path: Path, engine: str) -> None:
    command = ["--property", "half-open", "--out", str(tmp_path), "--engine", engine, "--depth", "2"]
    nobody = ["--set", "open_a=passive", "--set", "open_b=passive", "--set", "capacity=1"]
    assert main([*command, *nobody]) in (1, 3)


def test_of_an_event_that_nobody_has_nothing_is_proved() -> None:
    ends = EndsUnderLemmas(network_of(replace(Config(), octets=0)))
    with pytest.raises(KeyError, match="no end has the event 'LISTEN, snow falls'"):
        ends.impossible(arrives("LISTEN", "snow falls"), ())
