"""User calls (RFC 9293, 3.10.1 to 3.10.5), and the crash that forgets a TCB (3.5.1).

RECEIVE and STATUS change nothing that the model has; a call that the RFC answers with an error is no event.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from model.core import z3fast as z3
from model.tcp.cause import Call, Cause, caused
from model.tcp.event import FALSE, TRUE, Effect, Event
from model.tcp.segment import segment
from model.tcp.state import STATES, Endpoint, Tcb, no_tcb

SECTION: Mapping[str, str] = {
    "passive OPEN": "3.10.1",
    "active OPEN": "3.10.1",
    "SEND": "3.10.2",
    "CLOSE": "3.10.4",
    "ABORT": "3.10.5",
}


def passive_open(tcb: Tcb) -> list[Event]:
    """3.10.1. OPEN Call, passive."""
    return [call("passive OPEN", "CLOSED", "LISTEN", tcb)]


def active_open(endpoint: Endpoint, isn: z3.BitVecRef) -> list[Event]:
    """3.10.1. OPEN Call, active: <SEQ=ISS><CTL=SYN>, also from LISTEN (from passive to active)."""
    return [
        syn(endpoint, isn, "active OPEN", "CLOSED"),
        syn(endpoint, isn, "active OPEN", "LISTEN"),
    ]


def call(by: Call, state: str, after: str, tcb: Tcb, *case: str, **more: Any) -> Event:
    """The event of the call `by` in `state`; case: which, if there are several; `more`: its effect, guard and so on."""
    return Event(caused(by, state, *case), SECTION[by], TRUE, Effect(after, tcb)).but(**more)


def syn(endpoint: Endpoint, isn: z3.BitVecRef, by: Call, state: str, **more: Any) -> Event:
    """Select an ISS and send a SYN: SND.UNA = ISS, SND.NXT = ISS+1, SYN-SENT.

    The text of a SEND is sent with the SYN or queued, as configured.
    """
    zero = endpoint.number(0)
    issued = endpoint.segment_text if by == "SEND" else zero
    on_syn = issued if endpoint.config.send_on_syn else zero
    tcb = no_tcb(endpoint.bits).but(iss=isn, snd_una=isn, snd_nxt=isn + 1 + on_syn, queued=issued - on_syn)
    return call(by, state, "SYN-SENT", tcb, send=segment("SYN", isn, text=on_syn), chooses_isn=True, **more)


def send(endpoint: Endpoint, tcb: Tcb, isn: z3.BitVecRef) -> list[Event]:
    """3.10.2. SEND Call: queued before ESTABLISHED, sent with a piggybacked acknowledgment from then on."""
    queued = tcb.but(queued=tcb.queued + endpoint.segment_text)
    sent = tcb.but(snd_nxt=tcb.snd_nxt + endpoint.segment_text)
    text = segment("ACK", tcb.snd_nxt, tcb.rcv_nxt, endpoint.segment_text)
    not_closing = z3.Not(tcb.close_queued)
    return [
        syn(endpoint, isn, "SEND", "LISTEN", budget="octets"),
        call("SEND", "SYN-SENT", "SYN-SENT", queued, budget="octets"),
        call("SEND", "SYN-RECEIVED", "SYN-RECEIVED", queued, guard=not_closing, budget="octets"),
        call("SEND", "ESTABLISHED", "ESTABLISHED", sent, send=text, budget="octets"),
        call("SEND", "CLOSE-WAIT", "CLOSE-WAIT", sent, send=text, budget="octets"),
    ]


def close(endpoint: Endpoint, tcb: Tcb) -> list[Event]:
    """3.10.4. CLOSE Call: "I have no more data to send"."""
    gone = no_tcb(endpoint.bits)
    nothing_sent = tcb.queued == 0
    if endpoint.config.send_on_syn:
        nothing_sent = z3.And(nothing_sent, tcb.snd_nxt == tcb.iss + 1)
    wait = z3.And(z3.Not(nothing_sent), z3.Not(tcb.close_queued))
    fin = segment("FIN,ACK", tcb.snd_nxt, tcb.rcv_nxt)
    sent = tcb.but(snd_nxt=tcb.snd_nxt + 1)
    queued = tcb.but(close_queued=TRUE)
    return [
        call("CLOSE", "LISTEN", "CLOSED", gone),
        call("CLOSE", "SYN-SENT", "CLOSED", gone),
        call("CLOSE", "SYN-RECEIVED", "FIN-WAIT-1", sent, guard=nothing_sent, send=fin),
        call("CLOSE", "SYN-RECEIVED", "SYN-RECEIVED", queued, "queued", guard=wait),
        call("CLOSE", "ESTABLISHED", "FIN-WAIT-1", sent, send=fin),
        call("CLOSE", "CLOSE-WAIT", "LAST-ACK", sent, send=fin),
    ]


def abort(endpoint: Endpoint, tcb: Tcb) -> list[Event]:
    """3.10.5. ABORT Call: <SEQ=SND.NXT><CTL=RST>.

    ??? 3.10.5 enters CLOSED; Figure 5's note 3 and 3.5.2 would have the side that resets enter TIME-WAIT.
    """
    told = ("SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT")
    rst = segment("RST", tcb.snd_nxt)
    gone = no_tcb(endpoint.bits)
    lingers = endpoint.config.abort_to == "TIME-WAIT"
    flushed = tcb.but(queued=gone.queued, close_queued=FALSE, syn_text=gone.syn_text, syn_fin=FALSE)
    after, then, cite = ("TIME-WAIT", flushed, "3.5.2") if lingers else ("CLOSED", gone, "3.10.5")
    return [
        *(call("ABORT", state, after, then, send=rst, cite=cite) for state in told),
        *(call("ABORT", state, "CLOSED", gone) for state in STATES[1:] if state not in told),
    ]


def crash(endpoint: Endpoint) -> list[Event]:
    """The endpoint forgets its TCB and tells nobody (3.5.1, 3.4.3)."""
    return [
        Event(Cause("crash", state), "3.5.1", TRUE, Effect("CLOSED", no_tcb(endpoint.bits)), "crashes")
        for state in STATES[1:]
    ]
