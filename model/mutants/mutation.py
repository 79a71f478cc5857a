"""Mutants: the protocol with one thing changed; `derive` makes them from the events.

They show what the properties are worth: would they notice? A mutant is named by its place (an event, or a case of
SEGMENT ARRIVES) and by what is changed there. `Config.mutant` has the name, so it is applied in the same way on both
sides, at every width, in bounded networks, for every channel, and to recorded segments. The change is made to terms
over names (SND.UNA is `snd_una`, SEG.SEQ is `seg.seq`), and only then is the endpoint's TCB put in.

A condition is changed where the RFC tests it, in its place among the ordered checks: what the case no longer takes goes
to the later ones, so the cases stay disjoint and exhaustive. Everything else is changed in the event that results.

Limits: one change each; crashes are not the protocol's; what the user is told ("connection reset") is not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import z3

from model.settings.config import IN_EVENTS, Config
from model.tcp.all_events import events
from model.tcp.cause import Cause, Where, named
from model.tcp.event import Event
from model.tcp.segment import SEGMENT_FIELDS, Segment, symbolic_segment
from model.tcp.state import FIELDS, Endpoint, Tcb, symbolic_tcb

MutationKind = Literal[
    "negated condition",
    "dropped condition",
    "off by one",
    "wrong state",
    "dropped send",
    "dropped update",
    "swapped fields",
    "literature",
]
LONG = 80
CONSTANTS: dict[str, object] = {"rst": "rfc5961", "syn": "rfc5961", "window": 1, "segment_text": 1, "octets": 0}
"""The fields for which the events have a constant that stands for any value; instead of it one that always fits."""


@dataclass(frozen=True)
class Mutant:
    """One change: `what` at `where` (an event, a case, or a state). conditions, events: what takes their place."""

    where: Where
    what: str
    kind: MutationKind
    conditions: Mapping[Cause, z3.BoolRef] = field(default_factory=dict)
    events: Mapping[Cause, Event] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """As `Config.mutant` has it."""
        return f"{named(self.where)}: {self.what}"


@dataclass(frozen=True, eq=False)
class Text:
    """The protocol of a configuration as it is written: its events and conditions, over constants."""

    config: Config
    endpoint: Endpoint
    tcb: Tcb
    x: Segment
    isn: z3.BitVecRef
    conditions: dict[Cause, z3.BoolRef] = field(default_factory=dict)
    events: dict[Cause, Event] = field(default_factory=dict)

    def listed(self, mutant: Mutant) -> list[Event]:
        """The events of a mutant."""
        change = mutant.conditions.get
        return [mutant.events.get(e.cause, e) for e in events(self.endpoint, self.tcb, self.x, self.isn, change)]

    def changed(self, listed: Sequence[Event]) -> dict[Cause, Event | None]:
        """The events of a mutant that differ, by cause; None: there is none of this cause any more."""
        found = {event.cause: event for event in listed}
        gone: dict[Cause, Event | None] = {cause: None for cause in self.events if cause not in found}
        return gone | {c: e for c, e in found.items() if c not in self.events or not equal(e, self.events[c])}

    def show(self, term: z3.ExprRef) -> str:
        """A term in one line, not too long."""
        x, bits = self.x, self.config.seq_bits
        for known, name in ((x.length, "seg.len"), (x.text_seq + x.text, "seg.end"), (x.text_seq, "seg.begin")):
            term = z3.substitute(term, (known, z3.BitVec(name, bits)))
        words = " ".join(str(term).split())
        return words if len(words) <= LONG else f"{words[:LONG]} ..."

    def into(self, endpoint: Endpoint, tcb: Tcb, x: Segment, isn: z3.BitVecRef) -> list[tuple[z3.ExprRef, z3.ExprRef]]:
        """What is put in for the constants."""
        own, given = (_parameters(one, *terms) for one, *terms in ((self.endpoint, self.tcb, self.x, self.isn),
                                                                   (endpoint, tcb, x, isn)))  # fmt: skip
        return list(zip(own, given, strict=True))


def _parameters(endpoint: Endpoint, tcb: Tcb, x: Segment, isn: z3.BitVecRef) -> list[z3.ExprRef]:
    sizes = [endpoint.rcv_wnd, endpoint.max_snd_wnd, endpoint.segment_text]
    manners = [endpoint.challenges_rst, endpoint.challenges_syn, endpoint.checks_ack]
    return [*sizes, *manners, *(getattr(tcb, f) for f in FIELDS), *(getattr(x, f) for f in SEGMENT_FIELDS), isn]


def text_of(config: Config, bits: int = 0) -> Text:
    """The protocol of a configuration as it is written, whatever mutant it names. bits: if not the configuration's."""
    fields = {name: getattr(config, name) for name in ("timed", *IN_EVENTS)}
    return _text_of(Config().but(**{**fields, **CONSTANTS, "mutant": "", "seq_bits": bits or config.seq_bits}))


@lru_cache(maxsize=32)
def _text_of(config: Config) -> Text:
    bits = config.seq_bits
    sizes = [z3.BitVec(name, bits) for name in ("rcv_wnd", "max_snd_wnd", "segment_text")]
    manners = [z3.Bool(name) for name in ("challenges_rst", "challenges_syn", "checks_ack")]
    endpoint = Endpoint(config, bits, *sizes, *manners)
    found = Text(config, endpoint, symbolic_tcb("", bits), symbolic_segment("seg.", bits), z3.BitVec("isn", bits))

    def note(case: Cause, condition: z3.BoolRef) -> z3.BoolRef:
        found.conditions[case] = condition
        return condition

    found.events.update({e.cause: e for e in events(endpoint, found.tcb, found.x, found.isn, note)})
    return found


def terms(event: Event) -> list[z3.ExprRef]:
    """Everything that an event says in terms."""
    does = event.effect
    sent = [does.send_when, *(getattr(does.send, name) for name in SEGMENT_FIELDS)] if does.send else []
    more = [term for term in (does.restarts_2msl, does.delivered, does.released) if term is not None]
    return [event.guard, *(getattr(does.tcb, name) for name in FIELDS), *sent, *more]


def equal(one: Event, other: Event) -> bool:
    """Whether two events say the same in the same words."""
    shape = [(e.next, e.send is None, e.delivered is None, e.released is None) for e in (one.effect, other.effect)]
    return shape[0] == shape[1] and all(a.eq(b) for a, b in zip(terms(one), terms(other), strict=True))


def rewritten(event: Event, put: Callable[[z3.ExprRef], z3.ExprRef]) -> Event:
    """The event with every term replaced."""
    effect = event.effect
    return event.but(
        guard=put(event.guard),
        tcb=Tcb(**{name: put(getattr(effect.tcb, name)) for name in FIELDS}),
        send=effect.send and Segment(**{name: put(getattr(effect.send, name)) for name in SEGMENT_FIELDS}),
        send_when=put(effect.send_when),
        restarts_2msl=put(effect.restarts_2msl),
        delivered=None if effect.delivered is None else put(effect.delivered),
        released=None if effect.released is None else put(effect.released),
    )
