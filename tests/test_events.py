"""User calls, timeouts and crashes against the table made by hand, in all states."""

from __future__ import annotations

from dataclasses import replace

import pytest
import z3

from model.settings.config import Config
from model.tcp.calls import close
from model.tcp.state import STATES, Endpoint, symbolic_tcb
from tests.call_table import (
    AT,
    BITS,
    CALLS,
    CLOSED,
    FRONTS,
    NOTHING_TO_SEND_AGAIN,
    OPENED,
    USER_CALLS,
    after,
    happens,
)
from tests.decision_table import Tcb


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("call", CALLS)
def test_user_calls(call: str, state: str) -> None:
    expected = USER_CALLS.get((call, state))
    assert happens(AT[state], call) == ([expected] if expected else [])


def test_a_close_waits_behind_sends() -> None:
    """3.10.4, SYN-RECEIVED: with SENDs issued or data pending the CLOSE is queued; then no SEND may follow."""
    waiting = replace(AT["SYN-RECEIVED"], queued=10)
    closing = replace(waiting, close_queued=True)
    assert happens(waiting, "CLOSE") == [(closing, "")]
    assert happens(closing, "CLOSE") == []
    assert happens(closing, "SEND") == []
    assert happens(waiting, "SEND") == [(replace(waiting, queued=20), "")]


def test_text_on_the_syn() -> None:
    """3.10.2: "Data associated with SEND may be sent with SYN segment or queued"; then it is pending for 3.10.4."""
    with_text = Config(send_on_syn=True)
    sent = replace(OPENED, snd_nxt=7011)
    assert happens(AT["LISTEN"], "SEND", with_text) == [(sent, "<SEQ=7000><DATA=10><CTL=SYN>")]
    pending = replace(AT["SYN-RECEIVED"], snd_nxt=111)
    assert happens(pending, "CLOSE", with_text) == [(replace(pending, close_queued=True), "")]
    assert happens(AT["SYN-RECEIVED"], "CLOSE", with_text) == [USER_CALLS["CLOSE", "SYN-RECEIVED"]]


def test_abort_may_lead_to_time_wait() -> None:
    """Figure 5, note 3: only where a reset is sent, with the queues flushed."""
    for state in STATES[1:]:
        _, sent = USER_CALLS["ABORT", state]
        found = happens(replace(AT[state], queued=5), "ABORT", Config(abort_to="TIME-WAIT"))
        assert found == [(after(state, "TIME-WAIT") if sent else CLOSED, sent)]


@pytest.mark.parametrize(("tcb", "sent"), FRONTS)
def test_the_front_of_the_queue_is_sent_again(tcb: Tcb, sent: str) -> None:
    assert happens(tcb, "RETRANSMISSION") == [(tcb, sent)]
    assert happens(tcb, "RETRANSMISSION", Config(retransmission=False)) == []


@pytest.mark.parametrize("tcb", NOTHING_TO_SEND_AGAIN)
def test_an_empty_queue_has_no_timeout(tcb: Tcb) -> None:
    assert happens(tcb, "RETRANSMISSION") == []


@pytest.mark.parametrize("state", STATES)
def test_the_other_timeouts_and_crashes(state: str) -> None:
    """3.10.8 and 3.5.1: the TCB is gone and nobody is told. The USER TIMEOUT runs where something is expected."""
    gone, user_timeout = [(CLOSED, "")], state not in ("CLOSED", "LISTEN", "TIME-WAIT")
    assert happens(AT[state], "USER TIMEOUT") == (gone if user_timeout else [])
    assert happens(AT[state], "TIME-WAIT TIMEOUT") == (gone if state == "TIME-WAIT" else [])
    assert happens(AT[state], "crash") == ([] if state == "CLOSED" else gone)


@pytest.mark.parametrize("state", STATES)
def test_the_syn_received_timeout(state: str) -> None:
    """3.8.3, R2 of the SYN,ACK; a passive OPEN returns to LISTEN (3.10.7.4, second), an active one does not."""
    passive = AT[state]
    found = [happens(replace(passive, passive_open=by), "SYN-RECEIVED TIMEOUT") for by in (True, False)]
    assert found == ([[(Tcb("LISTEN"), "")], [(CLOSED, "")]] if state == "SYN-RECEIVED" else [[], []])


def test_there_are_no_other_events() -> None:
    names = (*CALLS, "RETRANSMISSION", "USER TIMEOUT", "SYN-RECEIVED TIMEOUT", "TIME-WAIT TIMEOUT", "crash")
    for state in STATES:
        assert len(happens(AT[state], "")) == sum(len(happens(AT[state], name)) for name in names)


def test_a_close_in_syn_sent_is_never_queued() -> None:
    """So `close_queued` is left out of SYN-SENT's cases (3.10.4: the TCB is deleted)."""
    number = z3.BitVecVal(1, BITS)
    listed = close(Endpoint(Config(), BITS, number, number, number, *3 * (z3.BoolVal(True),)), symbolic_tcb("", BITS))
    assert [event.effect.next for event in listed if event.state == "SYN-SENT"] == ["CLOSED"]
