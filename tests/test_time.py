"""Time in ticks: the clocks, and how long TIME-WAIT has to be."""

from __future__ import annotations

from pathlib import Path

import pytest
import z3

from model.core.answer import Limits
from model.core.property import always, sometimes, step
from model.engines import twin
from model.engines.explicit import search as explicit
from model.network.bounded import NO_TCB, Network
from model.network.ghosts.endings import ENDINGS
from model.pictures.render import Pictures
from model.questions.answering import answered, tasks_of
from model.questions.task import Options, Task, TaskResult
from model.report.details import details
from model.report.summary import as_json
from model.settings.config import Config
from model.settings.setting import BadConfig
from model.tcp.state import STATES
from properties.claims import find
from properties.closing import progress
from properties.configs import FOUR_WAY_CLOSE, LAST_ACK, OLD_SEGMENTS, SLOW_APPLICATION, THRESHOLD
from properties.studies.time_wait import thresholds
from properties.time_wait import TIMES, UntilItEnds, all_at_once, cases, closed_after_a_loss, last_ack_answered

SLOW = LAST_ACK.but(
    octets=1, ack_delay=1, application_delay=4, quiet_time=3, crashes=1, gives_up="B", user_timeout=9, losses=0
)
SLOW_OPENING = Config(timed=True, isn_b="8", gives_up_syn="B", syn_received_timeout=5, losses=1, closes="none")
OPENING = Config(timed=True, capacity=1, loss=False, closes="none", isn_b="8")


@pytest.mark.parametrize(
    ("config", "states", "transitions", "depth"),
    [
        (OPENING, 77, 132, 16),
        pytest.param(LAST_ACK, 182, 462, 20, marks=pytest.mark.minutes),
        pytest.param(LAST_ACK.but(time_wait_restart=False, time_wait="8"), 363, 966, 21, marks=pytest.mark.minutes),
    ],
)
def test_explicit_and_twin_agree_on_timed_networks(config: Config, states: int, transitions: int, depth: int) -> None:
    system = Network(config).system()
    everything = always("everything", z3.BoolVal(True))
    fast, slow = (engine.explore(system, properties=[everything])["everything"] for engine in (explicit, twin))
    counts = [(v.effort.states, v.effort.transitions, v.effort.depth, v.effort.touched) for v in (fast, slow)]
    assert counts[0] == counts[1]
    assert counts[0][:3] == (states, transitions, depth)


@pytest.mark.parametrize("config", [LAST_ACK, SLOW], ids=["LAST_ACK", "closing timers"])
def test_no_segment_is_older_than_the_delay_and_no_clock_runs_past_its_time(config: Config) -> None:
    network = Network(config)
    clocks = network.clocks
    assert clocks is not None
    young = [
        z3.ULE(network.channel(side).layout.age(slot.term), config.delay)
        for side in network.sides.values()
        for slot in network.channel(side).slots
    ]
    timers = [timer for side in network.sides.values() for timer in clocks.timers(side)]
    within = [z3.ULE(timer.clock.term, timer.time) for timer in timers]
    stopped = [z3.Implies(z3.Not(timer.running), timer.clock.term == 0) for timer in timers]
    due = [timer.due for timer in timers if timer.clock.name == "B.retransmission_clock"]
    system = network.system(
        always("bounds", z3.And(*young, *within, *stopped)),
        sometimes("the timer of B is due", z3.And(*due)),
    )
    found = explicit.explore(system)
    assert [verdict.answer for verdict in found.values()] == ["holds", "reachable"]


@pytest.mark.long
def test_by_the_letter_two_msl_is_not_enough() -> None:
    found = thresholds(THRESHOLD.but(time_wait_restart=False))
    assert [[found.smallest[delay, rto] for rto in range(1, 5)] for delay in range(1, 5)] == [
        [4, 5, 5, 6],
        [6, 7, 8, 9],
        [8, 9, 10, 11],
        [10, 11, 12, 13],
    ]
    assert (found.effort.states, found.effort.touched) == (1_939_066, {})


@pytest.mark.parametrize(
    ("msl", "restart"),
    [
        pytest.param(2, False, marks=pytest.mark.long),
        pytest.param(2, True, marks=pytest.mark.long),
        pytest.param(3, False, marks=pytest.mark.long),
        pytest.param(3, True, marks=pytest.mark.long),
        pytest.param(4, False, marks=pytest.mark.minutes),
        pytest.param(4, True, marks=pytest.mark.minutes),
    ],
)
def test_nothing_is_lost_by_runs_that_stop_where_the_connection_ends(msl: int, restart: bool) -> None:
    config = THRESHOLD.but(msl=msl, capacity=2 * msl + 1, time_wait_restart=restart)
    networks = Network(config, TIMES, ghosts=(ENDINGS,)), UntilItEnds(config, TIMES)
    systems = [all_at_once(network, cases(msl)) for network in networks]
    b = networks[0].sides["B"]
    gone, ended = b.state_is(*NO_TCB), z3.Not(ENDINGS.ended_as(b, "not"))
    stays = z3.Or(*(b.state_var.next == STATES.index(state) for state in NO_TCB))
    for_good = step("B's TCB is gone for good", z3.Implies(z3.Or(gone, ended), z3.And(gone, stays)))
    complete, stopped = (explicit.explore(s, properties=[*s.properties, for_good]) for s in systems)
    assert complete[for_good.name].answer == "holds"
    assert {name: v.answer for name, v in complete.items()} == {name: v.answer for name, v in stopped.items()}
    assert {v.answer for v in stopped.values()} == {"holds", "violated"}


def test_a_search_in_which_the_channel_overflows_is_no_threshold() -> None:
    found = thresholds(THRESHOLD.but(msl=2, capacity=1))
    assert found.smallest == {}
    assert found.why == "a segment found the channel full: raise capacity"


@pytest.mark.long
def test_shortest_counterexamples_of_last_ack_answered(tmp_path: Path) -> None:
    claim = find("last-ack-answered")
    assert claim is not None
    options = Options(tmp_path, Limits(), Pictures(), [])
    searches = [task for task in tasks_of([claim]) if task.proof is None]
    rows = [row for batch in answered(searches, options, lambda *_: None) for row in batch]
    options.pictures.finish()
    assert [(row.answer, len(row.steps or [])) for row in rows] == [
        ("holds", 0),
        ("holds", 0),  # Text before the FIN, RTO + 2 D + 1.
        ("violated", 12),
        ("violated", 9),
        ("violated", 15),
        ("violated", 16),  # Text before the FIN, 2 MSL.
        ("violated", 7),  # TIME-WAIT does not answer.
        ("violated", 9),  # USER TIMEOUT in TIME-WAIT.
    ]
    assert not any(row.effort.touched for row in rows)


@pytest.mark.long
def test_text_before_the_fin_costs_one_delay_more() -> None:
    """The late ACK of the text starts the timer again."""
    found = thresholds(THRESHOLD.but(octets=1, msl=2))
    assert found.smallest == {(d, rto): rto + 2 * d + 1 for d in (1, 2) for rto in (1, 2)}


@pytest.mark.long
def test_text_before_the_fin_up_to_msl_three() -> None:
    found = thresholds(THRESHOLD.but(octets=1, msl=3, capacity=10))
    assert found.smallest == {(d, rto): rto + 2 * d + 1 for d in (1, 2, 3) for rto in (1, 2, 3)}


def study(config: Config, out: Path) -> TaskResult:
    """The row of the study on a configuration."""
    claim = find("time-wait-threshold")
    assert claim is not None
    options = Options(out, Limits(), Pictures(), [])
    ((row,),) = answered([Task(claim, "test", config, "")], options, lambda *_: None)
    options.pictures.finish()
    return row


@pytest.mark.long
def test_two_msl_suffices_and_one_tick_less_does_not(tmp_path: Path) -> None:
    row = study(THRESHOLD, tmp_path)
    assert (row.engine, row.answer, row.effort.states, row.effort.touched) == ("study", "holds", 671_596, {})
    lengths, comparison = row.tables
    assert lengths.header == ("", "RTO=1", "RTO=2", "RTO=3", "RTO=4")
    assert lengths.rows == (
        ("D=1", "3", "4", "5", "6"),
        ("D=2", "4", "5", "6", "7"),
        ("D=3", "5", "6", "7", "8"),
        ("D=4", "6", "7", "8", "9"),
    )
    assert lengths.notes[0] == "Everywhere it is RTO + D + 1."
    assert comparison.rows == (
        ("2", "4", "4 (D=1, RTO=2)", "suffices", "5"),
        ("3", "6", "6 (D=2, RTO=3)", "suffices", "7"),
        ("4", "8", "8 (D=3, RTO=4)", "suffices", "9"),
    )
    (shown,) = row.evidence
    assert (shown.label, len(shown.steps), shown.loop) == ("one tick less", 14, None)
    assert Path(shown.figure).name == "time-wait-threshold-test-one-tick-less"
    assert "with MSL 4, RTO 4, D 3 and TIME-WAIT 7 ticks" in " ".join(shown.text.split())


@pytest.mark.long
def test_not_restarted_two_msl_is_too_short_and_the_report_says_so(tmp_path: Path) -> None:
    row = study(THRESHOLD.but(msl=2, time_wait_restart=False), tmp_path)
    assert (row.answer, [(one.label, len(one.steps)) for one in row.evidence]) == ("violated", [("2 MSL", 13)])
    printed = details([row], 200)
    assert "time-wait-threshold (test): Is 2 MSL enough?" in printed
    assert "5 (D=1, RTO=2)" in printed
    found = as_json([row], "", 1)["claims"][0]
    assert [table["title"] for table in found["tables"]] == [table.title for table in row.tables]
    assert found["counterexamples"][0]["label"] == "2 MSL"
    assert found["trace"] == found["counterexamples"][0]["trace"]


def test_a_study_is_inconclusive_at_a_limit_and_refuses_what_it_cannot_vary(tmp_path: Path) -> None:
    claim = find("time-wait-threshold")
    assert claim is not None
    options = Options(tmp_path, Limits(max_states=100), Pictures(), [])
    ((row,),) = answered([Task(claim, "test", THRESHOLD, "holds")], options, lambda *_: None)
    assert (row.answer, row.why, row.standing) == ("unknown", "max-states 100 reached", "inconclusive")
    for config in (
        Config(),
        THRESHOLD.but(msl=5),
        THRESHOLD.but(start="closed"),
        THRESHOLD.but(incarnations=2, isn_b="8,12"),
    ):
        with pytest.raises(BadConfig, match="this study needs timed=true"):
            study(config, tmp_path)


def test_from_the_opening_on_it_holds_too_at_two_msl() -> None:
    network = Network(LAST_ACK.but(start="closed", msl=2, rto=2, delay=1, capacity=2))
    found = explicit.explore(network.system(last_ack_answered(network), closed_after_a_loss(network)))
    assert [verdict.answer for verdict in found.values()] == ["holds", "reachable"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"delay": 3}, "delay=3: no segment outlives msl=2"),
        ({"rto": 0}, "rto=0: at least 1 tick"),
        ({"time_wait": "long"}, "time_wait=long: must be a number of ticks, or 2msl"),
        ({"time_wait": "16"}, "at most 15 ticks"),
        ({"msl": 8}, "at most 15 ticks"),
        ({"timed": False, "rto": 3}, "rto=3: needs timed=true"),
    ],
)
def test_impossible_times_are_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(BadConfig, match=says):
        Config(**{"timed": True, **changes})  # type: ignore[arg-type]


def test_a_start_that_the_users_cannot_reach_is_refused() -> None:
    with pytest.raises(BadConfig, match="start=half-closed: A starts in a state that its calls cannot lead to"):
        Network(LAST_ACK.but(closes="B")).system()


def test_a_syn_received_of_a_dead_client_lasts_until_its_timeout() -> None:
    network = Network(SLOW_OPENING.but(closes="A", loss=False, losses=None))
    a, b = network.sides.values()
    timer = next(t for t in network.clocks.timers(b) if t.name == "syn_received_timeout") if network.clocks else None
    assert timer is not None
    alone = sometimes("alone", z3.And(b.state_is("SYN-RECEIVED"), a.state_is("CLOSED"), timer.due))
    within = always("within", z3.And(z3.ULE(timer.clock.term, 5), z3.Implies(timer.clock.term != 0,
                      b.state_is("SYN-RECEIVED"))))  # fmt: skip
    found = explicit.explore(network.system(alone, within))
    assert [found["alone"].answer, found["within"].answer] == ["unreachable", "holds"]  # Its reset comes first.


def test_with_every_segment_lost_the_syn_received_timeout_expires_after_five_ticks() -> None:
    network = Network(SLOW_OPENING.but(losses=None, retransmission=False))
    b = network.sides["B"]
    again = sometimes("LISTEN again", z3.And(b.state_is("LISTEN"), b.incarnation.term == 1))
    trace = explicit.explore(network.system(again))["LISTEN again"].run
    assert trace is not None
    assert trace.steps[-1].rule.event == "SYN-RECEIVED TIMEOUT (passive OPEN)"
    assert [step.rule.event for step in trace.steps].count("a tick") == 5


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"user_timeout": 3}, "user_timeout=3: at least 1 tick, and gives_up must say whose it is"),
        ({"syn_received_timeout": 0, "gives_up_syn": "B"}, "syn_received_timeout=0: at least 1 tick"),
        ({"application_delay": 1, "closes": "A"}, "application_delay=1, closes=A: both must CLOSE"),
        ({"quiet_time": 2}, "quiet_time=2: nobody crashes"),
        ({"quiet_time": 20, "crashes": 1}, "quiet_time=20: at most 15 ticks"),
        ({"timed": False, "ack_delay": 1}, "ack_delay=1: needs timed=true"),
    ],
)
def test_impossible_timers_are_refused(changes: dict[str, object], says: str) -> None:
    with pytest.raises(BadConfig, match=says):
        Config(**{"timed": True, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "config",
    [
        SLOW,
        OLD_SEGMENTS.but(incarnations=1, capacity=1, abort_to="TIME-WAIT", octets=1),
        LAST_ACK.but(retransmissions=1),
        *(
            pytest.param(config, marks=pytest.mark.long)
            for config in (
                SLOW_OPENING.but(capacity=1),
                FOUR_WAY_CLOSE.but(ack_delay=1, rto=4),
                SLOW_APPLICATION,
                OLD_SEGMENTS.but(incarnations=1, capacity=1),
                LAST_ACK.but(retransmission=False),
            )
        ),
    ],
)
def test_time_never_stands_still(config: Config) -> None:
    """Where the tick must wait, something that is due can happen."""
    network = Network(config)
    assert network.clocks is not None
    (tick,) = [rule for rule in network.rules if rule.kind == "time"]
    calls = [side.state_is("CLOSE-WAIT") for side in network.sides.values() if config.application_delay is not None]
    stuck = z3.Not(z3.Or(tick.guard, progress(network), *calls))
    found = explicit.explore(network.system(always("time goes on", z3.Not(stuck))))
    assert found["time goes on"].answer == "holds"
