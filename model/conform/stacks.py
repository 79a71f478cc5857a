"""The profiles: what a stack does besides or instead of RFC 9293, each behaviour in one sentence.

What a stack gives up sooner than the RFC has it (a full queue, FIN-WAIT-2 after close(), a RST at the number of a FIN,
RFC 4987's cookies) needs no behaviour: to its peer it looks as if the TCB had been deleted, which may happen any time.

A behaviour makes events that come before the RFC's. Where a recorded reply must be given exactly, the first event that
applies happens; where a capture is judged, any of those that apply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import z3

from model.settings.config import Config
from model.tcp.arrives import segment_arrives_in
from model.tcp.cause import arrives
from model.tcp.event import Effect, Event, arrival
from model.tcp.segment import Segment, acknowledges, segment
from model.tcp.state import Endpoint, Tcb, no_tcb

Overriding = Callable[[Sequence[Event], Endpoint, Tcb, Segment, z3.BitVecRef], list[Event]]
"""Of the RFC's events, the endpoint, its TCB, the segment that arrives, the ISN on offer: the stack's own events."""


@dataclass(frozen=True)
class Behaviour:
    """Something that a stack does of its own: its name, what it is in a sentence, and its events.

    syn: it is about the events of this configuration of `Config.syn` only ("": of any).
    """

    name: str
    says: str
    events: Overriding
    syn: str = ""

    def of(
        self, events: Sequence[Event], endpoint: Endpoint, tcb: Tcb, x: Segment, isn: z3.BitVecRef
    ) -> Sequence[Event]:
        """Its events, given the RFC's; raises `LookupError` if there are none: it is about what does not exist."""
        if self.syn not in ("", endpoint.config.syn):
            return ()
        found = self.events(events, endpoint, tcb, x, isn)
        if not found:
            raise LookupError(f"the behaviour {self.name} is about no event of this configuration")
        return found


@dataclass(frozen=True)
class Profile:
    """A stack: the configuration whose choices it makes, and its own behaviours."""

    name: str
    config: Config
    behaviours: tuple[Behaviour, ...] = ()


def silent(state: str, name: str, guard: z3.BoolRef, tcb: Tcb) -> Event:
    """A segment arrives, and nothing happens."""
    return Event(arrives(state, name), "a stack's own", guard, Effect(state, tcb))


def time_wait(_: Sequence[Event], endpoint: Endpoint, tcb: Tcb, x: Segment, isn: z3.BitVecRef) -> list[Event]:
    """TIME-WAIT ignores RST (F1 of RFC 1337), a SYN unless it is above RCV.NXT (MAY-2), and a bare ACK in sequence."""
    syn = z3.And(x.syn, z3.Not(x.ack), z3.Not(x.rst))
    above = z3.And(syn, x.seq - tcb.rcv_nxt > 0)
    bare = z3.And(x.ack, x.length == 0, z3.Not(x.rst), x.seq == tcb.rcv_nxt)
    taken = [
        event.but(cause=arrives("TIME-WAIT", f"LISTEN, {first}", *rest), guard=z3.And(above, event.guard))
        for event in map(arrival, segment_arrives_in("LISTEN", endpoint, no_tcb(endpoint.bits), x, isn))
        for first, *rest in [event.cause.checks]
    ]
    return [
        silent("TIME-WAIT", "RST arrives, ignored", x.rst, tcb),
        silent("TIME-WAIT", "SYN not above RCV.NXT arrives, ignored", z3.And(syn, z3.Not(above)), tcb),
        *taken,
        silent("TIME-WAIT", "ACK arrives, ignored", bare, tcb),
    ]


def syn_reset(events: Sequence[Event], _endpoint: Endpoint, tcb: Tcb, _x: Segment, _isn: z3.BitVecRef) -> list[Event]:
    """The reset for a SYN in the window is <SEQ=SND.NXT><ACK=RCV.NXT><CTL=RST,ACK> (not 3.5.2)."""
    return [
        event.but(send=segment("RST,ACK", tcb.snd_nxt, tcb.rcv_nxt))
        for event in events
        if event.cause.checks == ("SYN in the window arrives",)
    ]


def closing_fin(events: Sequence[Event], _endpoint: Endpoint, tcb: Tcb, _x: Segment, _isn: z3.BitVecRef) -> list[Event]:
    """CLOSING is entered with the FIN sent again, which carries the ACK (not 3.10.7.4, eighth)."""
    return [
        event.but(send=segment("FIN,ACK", tcb.snd_nxt - 1, event.effect.tcb.rcv_nxt))
        for event in events
        if event.kind == "arrives" and event.effect.next == "CLOSING" != event.state
    ]


def last_ack_left(_: Sequence[Event], endpoint: Endpoint, tcb: Tcb, x: Segment, isn: z3.BitVecRef) -> list[Event]:
    """A bare ACK with SEQ=RCV.NXT-1 is processed in LAST-ACK as if in sequence (not 3.10.7.4, first)."""
    left = z3.And(x.ack, x.length == 0, z3.Not(x.rst), x.seq == tcb.rcv_nxt - 1)
    paths = segment_arrives_in("LAST-ACK", endpoint, tcb, replace(x, seq=tcb.rcv_nxt), isn)
    return [event.but(guard=z3.And(left, event.guard)) for event in map(arrival, paths)]


def listen_syn_ack(_: Sequence[Event], _endpoint: Endpoint, tcb: Tcb, x: Segment, _isn: z3.BitVecRef) -> list[Event]:
    """A SYN,ACK at LISTEN is dropped (not 3.10.7.2, second)."""
    return [silent("LISTEN", "SYN,ACK arrives, dropped", z3.And(x.syn, x.ack, z3.Not(x.rst)), tcb)]


def syn_fin(_: Sequence[Event], _endpoint: Endpoint, tcb: Tcb, x: Segment, _isn: z3.BitVecRef) -> list[Event]:
    """A SYN with FIN is dropped in LISTEN and SYN-SENT (not 3.10.7.2, third, nor 3.10.7.3, fourth)."""
    return [silent(state, "SYN,FIN arrives, dropped", z3.And(x.syn, x.fin), tcb) for state in ("LISTEN", "SYN-SENT")]


def queue_full(_: Sequence[Event], _endpoint: Endpoint, tcb: Tcb, x: Segment, _isn: z3.BitVecRef) -> list[Event]:
    """With a full queue LISTEN drops a SYN, and SYN-RECEIVED (passive) the ACK of its SYN (not 3.10.7.2)."""
    syn, acceptable = z3.And(x.syn, z3.Not(x.ack)), acknowledges(x.ackno, tcb.snd_una, tcb.snd_nxt)
    ack = z3.And(x.ack, z3.Not(x.rst), z3.Not(x.syn), tcb.passive_open, acceptable)
    return [
        silent("LISTEN", "SYN arrives, dropped", syn, tcb),
        silent("SYN-RECEIVED", "ACK arrives, dropped", ack, tcb),
    ]


def syn_text_dropped(_: Sequence[Event], endpoint: Endpoint, tcb: Tcb, x: Segment, isn: z3.BitVecRef) -> list[Event]:
    """Text and FIN on a SYN or SYN,ACK are dropped and have to be sent again (not 3.10.7.2, third)."""
    dropping = replace(endpoint, config=endpoint.config.but(data_on_syn="dropped"))
    return [
        event.but(guard=z3.And(z3.And(x.syn, x.length != 1), event.guard))
        for state in ("LISTEN", "SYN-SENT")
        for event in map(arrival, segment_arrives_in(state, dropping, tcb, x, isn))
    ]


def told_of_reset(
    events: Sequence[Event], _endpoint: Endpoint, _tcb: Tcb, _x: Segment, _isn: z3.BitVecRef
) -> list[Event]:
    """The user is told of a reset in CLOSING and LAST-ACK too (not 3.10.7.4, second)."""
    return [
        event.but(signal="connection reset")
        for event in events
        if event.cause in (arrives("CLOSING", "RST arrives"), arrives("LAST-ACK", "RST arrives"))
    ]


def behaviours(*functions: Overriding) -> tuple[Behaviour, ...]:
    """Behaviours by their functions: the name is the function's, the sentence its text."""
    return tuple(
        Behaviour(f.__name__.replace("_", "-"), (f.__doc__ or "").splitlines()[0], f, SYN.get(f, "")) for f in functions
    )


SYN: Mapping[Overriding, str] = {syn_reset: "rfc793"}
"""Behaviours that are about the events of one configuration."""
STRICT = Config(seq_bits=32)
RFC9293 = Profile("rfc9293", STRICT)
FREEBSD = Profile(
    "freebsd",
    STRICT,
    behaviours(
        time_wait,
        syn_reset,
        closing_fin,
        last_ack_left,
        listen_syn_ack,
        told_of_reset,
    ),
)
LINUX = Profile(
    "linux",
    STRICT,
    behaviours(
        time_wait,
        queue_full,
        syn_text_dropped,
        syn_fin,
    ),
)
PROFILES: Mapping[str, Profile] = {profile.name: profile for profile in (RFC9293, FREEBSD, LINUX)}
