"""Claims about infinite runs, from the claim to the report: verdicts, promises, lassos in all forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.check import main
from model.core.answer import INTERRUPTED, NO_LIMITS, Answer, Effort, Limits, Outcome
from model.core.property import Fairness, Live, RuleClass
from model.engines.explicit.search import explore
from model.engines.infinite import liveness
from model.network.bounded import Network
from model.pictures.render import Pictures
from model.questions.answering import answered, tasks_of
from model.questions.task import Options, Task, TaskResult
from model.report.details import WIDE, details
from model.report.summary import as_json
from model.settings.config import Config
from properties import configs, fair
from properties.claims import find
from properties.progress import INFINITE, open_completes
from tests.infinite import check_liveness

THREE_WAY = configs.FAIR_OPEN
TWO_WAY = THREE_WAY.but(handshake="two-way")


def judged(tasks: list[Task], out: Path, limits: Limits = NO_LIMITS) -> list[TaskResult]:
    """The rows of some tasks."""
    options = Options(out, limits, Pictures(), [])
    rows = [row for batch in answered(tasks, options, lambda *_: None) for row in batch]
    options.pictures.finish()
    assert not options.problems
    return rows


def task(name: str, config: Config, expected: str) -> Task:
    """One claim on a configuration of our own."""
    claim = find(name)
    assert claim is not None
    return Task(claim, "test", config, expected)


@pytest.mark.long
def test_the_claims_about_infinite_runs_are_as_claimed_with_these_runs_and_counts(tmp_path: Path) -> None:
    rows = judged(tasks_of(INFINITE), tmp_path)
    assert all(row.standing == "as claimed" and row.engine == "liveness" for row in rows)
    lengths = {
        (row.task.claim.name, row.task.variant): (len(row.steps), len(row.loop))
        for row in rows
        if row.steps is not None and row.loop is not None
    }
    assert lengths == {
        ("open-completes", "nothing is sent again"): (3, 0),
        ("server-timer-repairs", "three-way"): (4, 3),
        ("close-completes", "numbers pass 0"): (11, 0),
        ("close-completes", "nothing is sent again"): (7, 0),
        ("close-completes", "in ticks, by the letter"): (11, 5),
        ("close-completes", "simultaneous open, the bare SYN is sent again"): (6, 3),
        ("text-arrives", "nothing is sent again"): (2, 0),
        ("text-arrives", "text after CLOSE discarded"): (3, 0),
    }
    counts = {row.task.config: (row.effort.states, row.effort.transitions) for row in rows}
    assert sorted(counts.values()) == [
        (15, 19),
        (55, 117),
        (131, 582),
        (227, 1261),
        (265, 2242),
        (368, 1311),
        (714, 4388),
        (1130, 11_080),
        (2272, 14_659),
        (7306, 20_159),
        (12_166, 92_409),
        (12_994, 97_835),
        (17_937, 203_405),
        (21_539, 167_376),
        (21_883, 170_562),
        (102_968, 804_887),
        (261_678, 2_135_703),
    ]


def test_only_the_servers_timer_repairs_a_lost_syn_ack(tmp_path: Path) -> None:
    (row,) = judged([task("server-timer-repairs", THREE_WAY, "fails")], tmp_path)
    assert row.loop is not None
    assert [step["event"] for step in row.loop] == [
        "RETRANSMISSION of SYN in SYN-SENT",
        "SYN-RECEIVED, unacceptable segment arrives",
        "SYN-SENT, segment without SYN or RST arrives",
    ]
    assert row.loop[-1]["segment"] == "<SEQ=9><ACK=2><CTL=ACK>"
    text = row.evidence[0].text
    assert "This is the state after step 4 again: steps 5 to 7 repeat.\nThe run is fair (a segment" in text
    assert text.endswith("Reproduce it: python -m model.check server-timer-repairs\n")
    assert (tmp_path / "server-timer-repairs-test.txt").read_text().startswith(text)
    assert "again" in (tmp_path / "server-timer-repairs-test.dot").read_text()


@pytest.mark.long
def test_two_ends_in_time_wait_acknowledge_each_other_for_ever(tmp_path: Path) -> None:
    (row,) = judged([task("close-completes", configs.CLOSE_IN_TICKS, "fails")], tmp_path)
    assert row.loop is not None
    assert [step["event"] for step in row.loop] == [
        "TIME-WAIT, ACK arrives",
        "TIME-WAIT, ACK arrives",
        "a tick",
        "TIME-WAIT, ACK arrives",
        "TIME-WAIT, ACK arrives",
    ]
    assert {step["state"][f"{side}.state"] for step in row.loop for side in "AB"} == {"TIME-WAIT"}
    assert [promise.split(" (")[0] for promise in row.fairness.split("; ")][-3:] == [
        "TIME-WAIT ends unless restarted",
        "time goes on",
        "each user calls CLOSE",
    ]


def test_by_weak_fairness_alone_a_full_channel_may_swallow_every_answer() -> None:
    """Why the promises are strong."""
    network = Network(THREE_WAY.but(reordering=False, losses=1))
    live = open_completes(network)
    weak = Fairness(weak=[RuleClass(owed.rules) for owed in live.fairness.strong])
    verdicts = [check_liveness(network.system(), [live.prop], owed) for owed in (weak, live.fairness)]
    assert [verdict["open-completes"].answer for verdict in verdicts] == ["violated", "holds"]


def test_a_premise_that_never_happens_is_vacuous(tmp_path: Path) -> None:
    (row,) = judged([task("server-timer-repairs", TWO_WAY.but(loss=False), "holds")], tmp_path)
    assert (row.answer, row.why) == ("vacuous", "its premise never happens: the SYN,ACK is lost")
    assert row.standing == "contradicted"


def test_a_limit_answers_unknown(tmp_path: Path) -> None:
    tasks = [task("open-completes", THREE_WAY, "holds"), task("half-open", THREE_WAY, "fails")]
    rows = judged(tasks, tmp_path, Limits(max_states=50))
    assert [(row.answer, row.why) for row in rows] == [("unknown", "max-states 50 reached")] * 2
    assert [row.engine for row in rows] == ["liveness", "explicit"]


def test_ctrl_c_during_one_search_leaves_out_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    effort = Effort(states=1, transitions=0, depth=1, complete=False, limit=INTERRUPTED)

    def stopped(system: object, **_: object) -> dict[str, Outcome]:
        return {prop.name: Outcome(prop.name, Answer.UNKNOWN, effort, "explicit") for prop in system.properties}  # type: ignore[attr-defined]

    monkeypatch.setattr("model.questions.cell_search.explore", stopped)
    monkeypatch.setattr("model.questions.cell_search.check_each", explore)  # It would not understand the arguments.
    (row,) = judged([task("open-completes", THREE_WAY, "holds")], tmp_path)
    assert (row.answer, row.why) == ("unknown", INTERRUPTED)


@pytest.mark.parametrize(("error", "limit"), [(KeyboardInterrupt, INTERRUPTED), (MemoryError, "out of memory")])
def test_what_stops_the_question_after_the_search_answers_unknown(
    error: type[BaseException], limit: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise error

    monkeypatch.setattr(liveness, "find_lasso", stop)
    (row,) = judged([task("open-completes", THREE_WAY, "holds")], tmp_path)
    assert (row.answer, row.effort.limit, row.effort.complete) == ("unknown", limit, False)


def test_the_report_shows_stem_and_loop_and_what_was_promised(tmp_path: Path) -> None:
    network = Network(THREE_WAY)
    rows = judged(
        [task("server-timer-repairs", THREE_WAY, "fails"), task("open-completes", THREE_WAY, "holds")], tmp_path
    )
    printed, narrow = details(rows, 200), details(rows, 80)
    assert max(map(len, narrow.splitlines())) <= 80
    hidden = "scope, transitions, depth, seconds, figure"
    assert f"{WIDE} columns show more: {hidden}; so does report.txt." in " ".join(narrow.split())
    assert "transitions " in printed.splitlines()[0]
    assert "transitions " not in narrow.splitlines()[0]
    assert " 4+3 " in printed
    promises = fair.arrivals(network), fair.retransmission(network, "A"), fair.retransmission(network)
    arrives, of_a, of_all = (promise.text for promise in promises)
    flat = " ".join(printed.split())
    assert f"promised: {arrives}; {of_a}" in flat
    assert f"promised: {arrives}; {of_all}" in flat
    broken, kept = as_json(rows, "", 0)["claims"]
    assert (broken["engine"], broken["verdict"]) == ("liveness", "violated")
    assert (len(broken["trace"]), len(broken["loop"])) == (4, 3)
    assert broken["fairness"] == f"{arrives}; {of_a}"
    assert (kept["trace"], kept["loop"], kept["tables"], kept["counterexamples"]) == (None, None, [], [])


@pytest.mark.long
def test_a_claim_about_infinite_runs_can_be_varied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["open-completes", "--set", "timed=true", "--set", "losses=1", "--out", str(tmp_path)]) == 0
    assert "there is not); time goes on (once it can without end)" in " ".join(capsys.readouterr().out.split())
    assert main(["open-completes", "--set", "closes=A", "--out", str(tmp_path), "--full-states"]) == 1
    text = capsys.readouterr().out
    assert text.splitlines()[-1] == "open-completes fails. Exit status 1: it is not so."
    assert "A>B.0 = " in next(tmp_path.glob("open-completes-closes-a.txt")).read_text()


def test_promises_name_the_rules_that_they_are_about() -> None:
    network = Network(configs.FAIR_CLOSE)
    (timer,) = fair.retransmission(network, "B").strong
    assert {name.split(" of ")[0] for name in timer.rules} == {"B: RETRANSMISSION"}
    assert [sorted(owed.rules) for owed in fair.time_wait(network).weak] == [
        ["A: TIME-WAIT TIMEOUT"],
        ["B: TIME-WAIT TIMEOUT"],
    ]
    (opens,) = fair.users(network, "active OPEN", "A").weak
    assert opens.rules == {"A: active OPEN"}
    (closes,) = fair.users(network, "CLOSE", "B").weak
    assert "B: CLOSE in ESTABLISHED" in closes.rules
    assert fair.users(network, "CLOSE", "B").text == "the user of B calls CLOSE (once it can without end)"
    assert not fair.time_passes(network).weak
    assert len(fair.arrivals(network).strong) == 2
    assert Live(open_completes(network).prop).words == "nobody promises anything"
