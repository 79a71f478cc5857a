"""User calls (RFC 9293, 3.10.1 to 3.10.5), and the crash that forgets a TCB (3.5.1).

RECEIVE and STATUS change nothing that the model has; a call that the RFC answers with an error is no event.
"""

from __future__ import annotations

import z3

from model.tcp.event import FALSE, TRUE, Event
from model.tcp.segment import Segment, segment
from model.tcp.state import STATES, Endpoint, Tcb, no_tcb


def passive_open(tcb: Tcb) -> list[Event]:
    """3.10.1. OPEN Call, passive."""
    return [Event("passive OPEN", "call", "3.10.1", "CLOSED", "LISTEN", TRUE, tcb)]


def active_open(endpoint: Endpoint, isn: z3.BitVecRef) -> list[Event]:
    """3.10.1. OPEN Call, active: <SEQ=ISS><CTL=SYN>, also from LISTEN (from passive to active)."""
    return [
        syn(endpoint, isn, "active OPEN", "3.10.1", "CLOSED"),
        syn(endpoint, isn, "active OPEN in LISTEN", "3.10.1", "LISTEN"),
    ]


def syn(endpoint: Endpoint, isn: z3.BitVecRef, name: str, cite: str, state: str, *, sends: bool = False) -> Event:
    """Select an ISS and send a SYN: SND.UNA = ISS, SND.NXT = ISS+1, SYN-SENT.

    sends: one SEND's text goes along; it is sent with the SYN or queued, as configured.
    """
    issued = endpoint.segment_text if sends else endpoint.number(0)
    on_syn = issued if endpoint.config.send_on_syn else endpoint.number(0)
    tcb = no_tcb(endpoint.bits).but(iss=isn, snd_una=isn, snd_nxt=isn + 1 + on_syn, queued=issued - on_syn)
    return Event(
        name,
        "call",
        cite,
        state,
        "SYN-SENT",
        TRUE,
        tcb,
        send=segment("SYN", isn, text=on_syn),
        chooses_isn=True,
        budget="octets" if sends else "",
    )


def send(endpoint: Endpoint, tcb: Tcb, isn: z3.BitVecRef) -> list[Event]:
    """3.10.2. SEND Call: queued before ESTABLISHED, sent with a piggybacked acknowledgment from then on."""
    queued = tcb.but(queued=tcb.queued + endpoint.segment_text)
    sent = tcb.but(snd_nxt=tcb.snd_nxt + endpoint.segment_text)
    text = segment("ACK", tcb.snd_nxt, tcb.rcv_nxt, endpoint.segment_text)
    open_ = z3.Not(tcb.close_queued)
    return [
        syn(endpoint, isn, "SEND in LISTEN", "3.10.2", "LISTEN", sends=True),
        *(
            Event(f"SEND in {state}", "call", "3.10.2", state, state, open_, queued, budget="octets")
            for state in ("SYN-SENT", "SYN-RECEIVED")
        ),
        *(
            Event(f"SEND in {state}", "call", "3.10.2", state, state, TRUE, sent, send=text, budget="octets")
            for state in ("ESTABLISHED", "CLOSE-WAIT")
        ),
    ]


def close(endpoint: Endpoint, tcb: Tcb) -> list[Event]:
    """3.10.4. CLOSE Call: "I have no more data to send"."""
    gone = no_tcb(endpoint.bits)
    on_syn = tcb.snd_nxt != tcb.iss + 1 if endpoint.config.send_on_syn else FALSE
    nothing_sent = z3.simplify(z3.And(tcb.queued == 0, z3.Not(on_syn)))
    wait = z3.simplify(z3.And(z3.Not(nothing_sent), z3.Not(tcb.close_queued)))
    cite = "3.10.4"
    return [
        Event("CLOSE in LISTEN", "call", cite, "LISTEN", "CLOSED", TRUE, gone),
        Event("CLOSE in SYN-SENT", "call", cite, "SYN-SENT", "CLOSED", TRUE, gone),
        send_fin(tcb, "SYN-RECEIVED", "FIN-WAIT-1", nothing_sent),
        Event(
            "CLOSE in SYN-RECEIVED, queued",
            "call",
            cite,
            "SYN-RECEIVED",
            "SYN-RECEIVED",
            wait,
            tcb.but(close_queued=TRUE),
        ),
        send_fin(tcb, "ESTABLISHED", "FIN-WAIT-1", TRUE),
        send_fin(tcb, "CLOSE-WAIT", "LAST-ACK", TRUE),
    ]


def send_fin(tcb: Tcb, state: str, after: str, guard: z3.BoolRef) -> Event:
    """Form a FIN segment and send it."""
    fin = segment("FIN,ACK", tcb.snd_nxt, tcb.rcv_nxt)
    return Event(f"CLOSE in {state}", "call", "3.10.4", state, after, guard, tcb.but(snd_nxt=tcb.snd_nxt + 1), send=fin)


def abort(endpoint: Endpoint, tcb: Tcb) -> list[Event]:
    """3.10.5. ABORT Call: <SEQ=SND.NXT><CTL=RST>.

    ??? 3.10.5 enters CLOSED; Figure 5's note 3 and 3.5.2 would have the side that resets enter TIME-WAIT.
    """
    told = ("SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT")
    return [
        aborted(endpoint, tcb, state, segment("RST", tcb.snd_nxt) if state in told else None) for state in STATES[1:]
    ]


def aborted(endpoint: Endpoint, tcb: Tcb, state: str, rst: Segment | None) -> Event:
    """The end of a connection by ABORT; `rst` tells the peer."""
    lingers = rst is not None and endpoint.config.abort_to == "TIME-WAIT"
    after, then = ("TIME-WAIT", tcb.but(queued=endpoint.number(0))) if lingers else ("CLOSED", no_tcb(endpoint.bits))
    cite = "3.5.2" if lingers else "3.10.5"
    return Event(f"ABORT in {state}", "call", cite, state, after, TRUE, then, send=rst)


def crash(endpoint: Endpoint) -> list[Event]:
    """The endpoint forgets its TCB and tells nobody (3.5.1, 3.4.3)."""
    return [
        Event(f"crash in {state}", "crash", "3.5.1", state, "CLOSED", TRUE, no_tcb(endpoint.bits), budget="crashes")
        for state in STATES[1:]
    ]
