"""Octets are accounted for: the ghosts after runs whose deliveries are known, also of the weakened protocols."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.core.system import State
from model.network.ghosts.accounts import ACCOUNTS
from model.questions.scenario import read_scenario, run_scenario
from model.settings.config import SCENARIO, Config
from tests.test_scenarios import FOLDER

COUNTED = SCENARIO.but(octets=10, segment_text=10)
ON_SYN = (
    "set isn_a=100 isn_b=300 incarnations=2 octets=10 segment_text=10 send_on_syn=true",
    "A: passive OPEN",
    "B: passive OPEN",
    "A: SEND => SYN-SENT, sends <SEQ=100><DATA=10><CTL=SYN>",
    "B: <SEQ=100><DATA=10><CTL=SYN> arrives again => SYN-RECEIVED",
)


def end(path: Path, base: Config = COUNTED) -> State:
    """The last state of a scenario."""
    _, trace = run_scenario(read_scenario(path, base), (ACCOUNTS,))
    return trace.states[-1]


def told(folder: Path, *lines: str, **changes: object) -> list[State]:
    """The states of a story told here."""
    path = folder / "new.story"
    path.write_text("\n".join(lines), encoding="utf-8")
    _, trace = run_scenario(read_scenario(path, COUNTED.but(**changes)), (ACCOUNTS,))
    return list(trace.states)


def account(state: State, *names: str) -> list[int]:
    """Some ghosts of a state."""
    return [int(state[name]) for name in names]


def test_text_on_the_third_segment_is_counted_once() -> None:
    state = end(FOLDER / "data-on-third-segment.story")
    assert account(state, "A.sent_1", "B.delivered_1", "B.fed", "B.sent_1", "A.delivered_1", "A.fed") == [
        10,
        10,
        1,
        0,
        0,
        0,
    ]


def test_old_text_is_counted_for_the_incarnation_that_sent_it() -> None:
    """H1: the first incarnation's 100 octets are delivered twice (101 stands for that), the second has sent nothing."""
    state = end(FOLDER / "hazard-h1.story")
    assert account(state, "A.sent_1", "A.sent_2", "B.delivered_1", "B.delivered_2", "B.fed") == [100, 0, 101, 0, 1]


@pytest.mark.parametrize(
    ("data_on_syn", "in_syn_received", "answer"),
    [("queued", 0, 101), ("dropped", 0, 101), ("accepted", 10, 111)],
)
def test_text_on_the_syn(tmp_path: Path, data_on_syn: str, in_syn_received: int, answer: int) -> None:
    """Accepted, it is delivered by the SYN; queued, by the ACK of the SYN,ACK; dropped, when it is sent again."""
    opening = (
        f"A: <SEQ=300><ACK={answer}><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=111><ACK=301><CTL=ACK>",
        "B: <SEQ=111><ACK=301><CTL=ACK> arrives => ESTABLISHED",
    )
    settings = [line.replace("isn_b=300", "isn_b=300,5000").replace("isn_a=100", "isn_a=100,9000") for line in ON_SYN]
    states = told(tmp_path, *settings, *opening, data_on_syn=data_on_syn)
    assert account(states[4], "A.sent_1", "B.delivered_1", "B.fed") == [10, in_syn_received, in_syn_received > 0]
    opened = 0 if data_on_syn == "dropped" else 10
    assert account(states[-1], "A.sent_1", "B.delivered_1", "B.fed") == [10, opened, opened > 0]


def test_a_syn_that_comes_twice_is_delivered_twice_if_accepted(tmp_path: Path) -> None:
    again = ("B: crash", "B: passive OPEN", "B: <SEQ=100><DATA=10><CTL=SYN> arrives => SYN-RECEIVED")
    settings = [line.replace("isn_b=300", "isn_b=300,5000").replace("isn_a=100", "isn_a=100,9000") for line in ON_SYN]
    states = told(tmp_path, *settings, *again, data_on_syn="accepted")
    assert [account(state, "B.delivered_1", "B.fed") for state in states[4:]] == [[10, 1], [10, 0], [10, 0], [11, 1]]


def test_text_that_is_discarded_after_close_is_acknowledged_and_not_delivered(tmp_path: Path) -> None:
    half_closed = (
        "set start=half-closed isn_a=99 isn_b=299",
        "B: SEND => CLOSE-WAIT, sends <SEQ=300><ACK=101><DATA=10><CTL=ACK>",
        "A: <SEQ=300><ACK=101><DATA=10><CTL=ACK> arrives => FIN-WAIT-2, sends <SEQ=101><ACK=310><CTL=ACK>",
    )
    assert account(told(tmp_path, *half_closed)[-1], "B.sent_1", "A.delivered_1") == [10, 10]
    assert account(told(tmp_path, *half_closed, half_close="discards")[-1], "B.sent_1", "A.delivered_1") == [10, 0]
