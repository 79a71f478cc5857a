"""Timeouts (RFC 9293, 3.10.8). Untimed: a timer that runs may expire at any moment."""

from __future__ import annotations

from dataclasses import replace

from model.core import z3fast as z3
from model.tcp.cause import caused
from model.tcp.event import FALSE, TRUE, Effect, Event
from model.tcp.segment import segment
from model.tcp.state import FIN_SENT, STATES, Endpoint, Tcb, no_tcb


def user_timeout(endpoint: Endpoint) -> list[Event]:
    """USER TIMEOUT: the TCB is deleted, the peer is not told.

    ??? "For any state", but nothing is outstanding in LISTEN, and TIME-WAIT has turned off the other timers (3.10.7.4):
    there it expires with gives_up_waiting only.
    """
    states = STATES[1:] if endpoint.config.gives_up_waiting != "none" else STATES[2:-1]
    gone = Effect("CLOSED", no_tcb(endpoint.bits), signal="connection aborted due to user timeout")
    return [Event(caused("USER TIMEOUT", state), "3.10.8", TRUE, gone) for state in states]


def syn_received_timeout(endpoint: Endpoint, tcb: Tcb) -> list[Event]:
    """SYN-RECEIVED TIMEOUT: R2 of the SYN,ACK (3.8.3), the TCB is deleted and the peer is not told; 3.10.7.4, second,
    says where a passive OPEN returns to."""
    passive, active = (caused("SYN-RECEIVED TIMEOUT", "SYN-RECEIVED", by) for by in ("passive OPEN", "active OPEN"))
    cite, back = "3.8.3; RFC 4987, 3.3", Effect("LISTEN", no_tcb(endpoint.bits))
    gone = replace(back, next="CLOSED", signal="connection aborted due to user timeout")
    return [Event(passive, cite, tcb.passive_open, back), Event(active, cite, z3.Not(tcb.passive_open), gone)]


def retransmission_timeout(endpoint: Endpoint, tcb: Tcb) -> list[Event]:
    """RETRANSMISSION TIMEOUT: the segment at the front of the retransmission queue is sent again.

    The queue is what lies between SND.UNA and SND.NXT: first our SYN, then text, then our FIN.

    ??? After a simultaneous open the SYN,ACK of SYN-RECEIVED (3.10.7.3) repeats a SYN that is in the queue already.
    Here it is that SYN, with the ACK that a segment sent now has; by the letter it is the bare SYN: syn_again=front.
    """
    waiting = ("SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "CLOSE-WAIT", "CLOSING", "LAST-ACK")
    return [event for state in waiting for event in front_of_queue(endpoint, tcb, state)]


def front_of_queue(endpoint: Endpoint, tcb: Tcb, state: str) -> list[Event]:
    """The events for what the front of the queue may be in `state`, and so the segment sent again."""
    fin = endpoint.number(1 if state in FIN_SENT else 0)
    outstanding, first = tcb.snd_nxt - tcb.snd_una, tcb.snd_una == tcb.iss
    syn_out, text_out = z3.And(first, outstanding != 0), z3.And(z3.Not(first), outstanding != fin)
    length = z3.If(z3.ULT(endpoint.segment_text, outstanding - fin), endpoint.segment_text, outstanding - fin)
    on_syn = z3.If(z3.ULT(endpoint.segment_text, outstanding - 1), endpoint.segment_text, outstanding - 1)
    text = ("text", text_out, segment("ACK", tcb.snd_una, tcb.rcv_nxt, length))
    last = ("FIN", z3.And(z3.Not(first), outstanding == 1), segment("FIN,ACK", tcb.snd_una, tcb.rcv_nxt))
    letter = endpoint.config.syn_again == "front"
    crossed = z3.Not(tcb.passive_open) if letter else FALSE
    again = segment("SYN,ACK", tcb.iss, tcb.rcv_nxt)
    syn_acks = [("SYN,ACK", z3.simplify(z3.And(syn_out, z3.Not(crossed))), again)]
    syns = [("SYN", z3.And(syn_out, crossed), segment("SYN", tcb.iss))] if letter else []
    front = {
        "SYN-SENT": [("SYN", TRUE, segment("SYN", tcb.iss, text=on_syn))],
        "SYN-RECEIVED": [
            (what, crossed if what == "SYN" else z3.simplify(z3.Not(crossed)), x) for what, _, x in (*syn_acks, *syns)
        ],
        "ESTABLISHED": [text],
        "CLOSE-WAIT": [text],
        "FIN-WAIT-1": [*syn_acks, *syns, text, last],
        "CLOSING": [*syn_acks, *syns, text, last],
        "LAST-ACK": [text, last],
    }[state]
    return [
        Event(
            caused("RETRANSMISSION TIMEOUT", state, what),
            cite="3.10.8",
            guard=when,
            effect=Effect(state, tcb, send=x),
            budget="retransmissions",
        )
        for what, when, x in front
    ]


def time_wait_timeout(endpoint: Endpoint) -> list[Event]:
    """TIME-WAIT TIMEOUT: the TCB is deleted."""
    gone = Effect("CLOSED", no_tcb(endpoint.bits), orderly=True)
    return [Event(caused("TIME-WAIT TIMEOUT", "TIME-WAIT"), "3.10.8", TRUE, gone)]


def acknowledgment_timeout(endpoint: Endpoint, tcb: Tcb) -> list[Event]:
    """3.8.6.3. An acknowledgment that was delayed is sent; it may be at any time up to the delay."""
    holds = ("ESTABLISHED", *FIN_SENT, "CLOSE-WAIT") if endpoint.config.ack_delay else ()
    ack = segment("ACK", tcb.snd_nxt, tcb.rcv_nxt)
    return [
        Event(caused("delayed ACK", state), "3.8.6.3", tcb.ack_held, Effect(state, tcb, send=ack)) for state in holds
    ]
