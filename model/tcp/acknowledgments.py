"""When an acknowledgment goes out: at once, delayed (RFC 9293, 3.8.6.3), or merged with the FIN (a weakened close).

The checks of SEGMENT ARRIVES say that an acknowledgment is due; this decides, for every event alike, whether it is sent
now. An acknowledgment that rides on text, SYN or FIN is never held back.
"""

from __future__ import annotations

from model.core import z3fast as z3
from model.tcp.event import FALSE, Event
from model.tcp.segment import Segment
from model.tcp.state import Endpoint, Tcb


def timed_acknowledgment(endpoint: Endpoint, tcb: Tcb, event: Event) -> Event:
    """The event with its acknowledgment sent, held, or left to the FIN; `tcb` is the one before it."""
    if endpoint.config.close == "merged":
        event = merged(event)
    return delayed(tcb, event) if endpoint.config.ack_delay else event


def merged(event: Event) -> Event:
    """close=merged: whoever has received a FIN sends no bare acknowledgment before its own FIN.

    Not in the RFC, which acknowledges the FIN at once (3.10.7.4, eighth).
    """
    send = event.effect.send
    if event.kind != "arrives" or event.effect.next != "CLOSE-WAIT" or send is None:
        return event
    when = z3.simplify(z3.And(event.effect.send_when, z3.Not(bare(send))))
    return event.but(send=None if z3.is_false(when) else send, send_when=when)


def delayed(tcb: Tcb, event: Event) -> Event:
    """ack_delay: a bare acknowledgment of new text or FIN is held; whatever carries an ACK later sends it.

    What answers an unacceptable segment is sent at once, and so is the ACK of a SYN.
    """
    after, send, send_when = event.effect.tcb, event.effect.send, event.effect.send_when
    if event.effect.next == "CLOSED" or send is None:
        return event
    holds = event.kind == "arrives" and event.state not in ("LISTEN", "SYN-SENT")
    held = z3.And(send_when, bare(send), after.rcv_nxt != tcb.rcv_nxt) if holds else FALSE
    when = z3.And(send_when, z3.Not(held))
    ack_held = z3.Or(held, z3.And(after.ack_held, z3.Not(z3.And(when, send.ack))))
    return event.but(send_when=z3.simplify(when), tcb=after.but(ack_held=z3.simplify(ack_held)))


def bare(x: Segment) -> z3.BoolRef:
    """A segment that does nothing but acknowledge."""
    return z3.And(x.ack, x.text == 0, z3.Not(x.syn), z3.Not(x.fin), z3.Not(x.rst))
