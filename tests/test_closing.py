"""Why four segments to close (S9): acknowledgments at once, delayed, merged; what the application's delay costs."""

from __future__ import annotations

from pathlib import Path

import pytest
import z3

from model.core.answer import NO_LIMITS, Limits, Tables
from model.core.property import always, sometimes
from model.engines import twin
from model.engines.explicit import search as explicit
from model.network.bounded import Network
from model.network.ghosts.endings import ENDINGS
from model.pictures.render import Pictures
from model.questions.answering import answered, tasks_of
from model.questions.task import Options, TaskResult
from model.settings.config import Config
from model.settings.setting import BadConfig
from model.tcp.all_events import events
from model.tcp.event import Event
from model.tcp.segment import symbolic_segment
from model.tcp.state import endpoint, symbolic_tcb
from properties.claims import find
from properties.configs import FOUR_WAY_CLOSE, SLOW_APPLICATION
from properties.studies.retransmissions import needless


def rows_of(name: str, out: Path) -> list[TaskResult]:
    """The rows of one claim."""
    claim = find(name)
    assert claim is not None
    options = Options(out, Limits(), Pictures(), [])
    rows = [row for batch in answered(tasks_of([claim]), options, lambda *_: None) for row in batch]
    options.pictures.finish()
    return rows


def arriving(config: Config, name: str) -> Event:
    """The event with this name."""
    tcb, x = symbolic_tcb("", config.seq_bits), symbolic_segment("x.", config.seq_bits)
    found = events(endpoint(config), tcb, x, z3.BitVec("isn", config.seq_bits))
    return next(event for event in found if event.name == name)


@pytest.mark.long
def test_shortest_counterexamples_of_no_needless_fin_retransmission(tmp_path: Path) -> None:
    rows = rows_of("no-needless-fin-retransmission", tmp_path)
    assert [(row.task.variant, row.answer, len(row.steps or [])) for row in rows] == [
        ("four-way", "holds", 0),
        ("four-way, delayed ACK", "holds", 0),
        ("merged, application at once", "holds", 0),
        ("RTO = 2 D", "violated", 4),
        ("RTO = 2 D + ACK delay", "violated", 6),
        ("merged", "violated", 6),
    ]
    assert not any(row.effort.touched for row in rows)
    assert all(row.standing == "as claimed" for row in rows)


@pytest.mark.parametrize(("close", "answer"), [("four-way", "holds"), ("merged", "violated")])
def test_needless_retransmissions_by_the_delay_of_the_application(close: str, answer: str) -> None:
    found = needless(SLOW_APPLICATION.but(close=close), NO_LIMITS, lambda _: None)
    delay, rto = SLOW_APPLICATION.delay, SLOW_APPLICATION.rto
    by_hand = [(2 * delay + ticks) // rto if close == "merged" else 0 for ticks in range(13)]
    assert found.answer == answer
    assert isinstance(found.evidence, Tables)
    assert found.evidence.tables[0].rows == (("retransmissions", *map(str, by_hand)),)
    assert [len(one.run.steps) for one in found.evidence.counterexamples] == ([21] if close == "merged" else [])


def test_counting_retransmissions_where_some_are_needed_is_refused() -> None:
    with pytest.raises(BadConfig, match="this study needs timed=true, losses=0"):
        needless(SLOW_APPLICATION.but(losses=1), NO_LIMITS, lambda _: None)


def test_merged_a_fin_is_not_acknowledged_before_close() -> None:
    at_once, merged = (arriving(FOUR_WAY_CLOSE.but(close=close), "ESTABLISHED, ACK arrives; FIN") for close in
                       ("four-way", "merged"))  # fmt: skip
    assert at_once.effect.send is not None
    assert z3.is_true(at_once.effect.send_when)
    assert merged.effect.send is None


def test_merged_is_the_only_difference_to_four_way_and_three_segments_close() -> None:
    quick = Config(timed=True, start="established", close="merged", loss=False, isn_b="8", capacity=3)
    network = Network(quick)
    a, b = network.sides.values()
    merged_ack = sometimes(
        "three segments",
        z3.And(a.state_is("TIME-WAIT"), b.state_is("LAST-ACK"), a.incarnation.term == 1),
    )
    trace = explicit.explore(network.system(merged_ack))["three segments"].run
    assert trace is not None
    assert [step.rule.event for step in trace.steps] == [
        "CLOSE in ESTABLISHED",
        "ESTABLISHED, ACK arrives; FIN",
        "CLOSE in CLOSE-WAIT",
        "FIN-WAIT-1, ACK of our FIN arrives; FIN",
    ]


def test_a_delayed_acknowledgment_rides_on_the_next_segment() -> None:
    config = Config(timed=True, start="established", ack_delay=2, loss=False, isn_b="8", octets=1, msl=3, delay=1)
    network = Network(config)
    a, b = network.sides.values()
    held = z3.And(b.tcb.ack_held, b.state_is("CLOSE-WAIT"))
    rides = z3.And(z3.Not(b.tcb.ack_held), b.state_is("LAST-ACK"), a.state_is("FIN-WAIT-1"))
    never = z3.And(b.tcb.ack_held, b.state_is("LAST-ACK"))
    system = network.system(
        sometimes("held", held),
        sometimes("rides on the FIN", rides),
        sometimes("held after the FIN was sent, before one arrived", z3.And(never, a.state_is("CLOSED"))),
    )
    found = explicit.explore(system)
    assert [verdict.answer for verdict in found.values()] == ["reachable", "reachable", "unreachable"]


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"close": "merged", "application_delay": 2}, marks=pytest.mark.long),
        pytest.param({"ack_delay": 1}, marks=pytest.mark.long),
        pytest.param({"crashes": 1, "quiet_time": 2, "closes": "A"}, marks=pytest.mark.long),
        pytest.param({"gives_up": "B", "user_timeout": 3}, marks=pytest.mark.long),
    ],
    ids=str,
)
def test_fast_and_slow_engine_agree_on_every_timer(changes: dict[str, object]) -> None:
    config = Config(timed=True, start="half-closed", isn_b="8", losses=0, capacity=2).but(**changes)
    network = Network(config)
    b = network.sides["B"]
    prop = always("B is not CLOSED", z3.Not(b.state_is("CLOSED")))
    fast, slow = explicit.explore(network.system(prop)), twin.explore(network.system(prop))
    for name, verdict in fast.items():
        other = slow[name]
        assert (verdict.answer, verdict.effort.states, verdict.effort.transitions, verdict.effort.depth) == (
            other.answer,
            other.effort.states,
            other.effort.transitions,
            other.effort.depth,
        )


def test_a_crashed_side_is_silent_for_the_quiet_time() -> None:
    config = Config(
        timed=True, crashes=1, quiet_time=2, loss=False, closes="none", isn_b="8,12", incarnations=2, capacity=1
    )
    network = Network(config)
    a = network.sides["A"]
    assert network.clocks is not None
    quiet = network.clocks.quiet(a)
    speaks = sometimes("A is not CLOSED in quiet time", z3.And(quiet, z3.Not(a.state_is("CLOSED"))))
    crashed = a.budget("crashes")
    assert crashed is not None
    again = z3.And(z3.Not(quiet), a.incarnation.term == 2, a.state_is("SYN-SENT"), crashed.term == 1)
    ends = sometimes("A opens again", again)
    found = explicit.explore(network.system(speaks, ends))
    assert [verdict.answer for verdict in found.values()] == ["unreachable", "reachable"]
    trace = found["A opens again"].run
    assert trace is not None
    assert [step.rule.event for step in trace.steps].count("a tick") == config.quiet_time


def test_the_user_timeout_frees_last_ack_whose_peer_is_gone() -> None:
    config = Config(
        timed=True, start="half-closed", isn_b="8", crashes=1, quiet_time=4, gives_up="B", user_timeout=5,
        loss=False, capacity=3,
    )  # fmt: skip
    network = Network(config)
    b = network.sides["B"]
    given_up = z3.And(b.state_is("CLOSED"), ENDINGS.ended_as(b, "given up"))
    trace = explicit.explore(network.system(sometimes("given up", given_up)))["given up"].run
    assert trace is not None
    assert trace.steps[-1].rule.event == "USER TIMEOUT in LAST-ACK"
    assert [step.rule.event for step in trace.steps].count("a tick") == 5
