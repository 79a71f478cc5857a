"""Two endpoints and an unbounded network: every segment ever sent may arrive at any time, again and again, or never.

The same events run here as in a bounded network, at any width; the numbers of octets, incarnations and segments are
not bounded. Ghosts, which no event reads:
- a segment carries `iss`, the ISS of the TCB that sent it, and `irs`, that TCB's IRS (a RST: nothing that matters);
- `heard`: an incarnation of the other side has accepted a SYN of this side's current incarnation;
- `heard_by`: the other side's incarnation of ISS `other.any`, an arbitrary constant, has accepted such a SYN;
- `older`: this side's current incarnation was chosen before the other side's.

What is assumed (`Assumed`): W, the numbers that one incarnation uses at most, and that a fresh ISN is W+window away
(or one more: `isns_apart`)
(a) from every ISN that a segment in the network was sent or acknowledged under, a RST apart, and
(b) from the IRS of the other side's TCB.
Once nothing carries a number any more it may be chosen again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from model.core import z3fast as z3
from model.engines.inductive.obligations import Lane, Lemma, LemmaPart, Message, Soup, Transition
from model.mutants.endpoint_events import events
from model.network.side import NO_TCB, SIDES
from model.settings.config import Config
from model.settings.setting import BadConfig
from model.tcp.event import FALSE, TRUE, Event
from model.tcp.segment import SEGMENT_FIELDS, Segment, symbolic_segment
from model.tcp.state import FIELDS, STATES, Endpoint, Tcb, symbolic_tcb

STATE_BITS = (len(STATES) - 1).bit_length()
NO_IRS = (*NO_TCB, "SYN-SENT")
"""States without an IRS."""


@dataclass(frozen=True)
class Carried:
    """A segment in the network, with the ISS and IRS of the TCB that sent it."""

    x: Segment
    iss: z3.BitVecRef
    irs: z3.BitVecRef

    @property
    def message(self) -> Message:
        """Its fields by name."""
        return {name: getattr(self.x, name) for name in SEGMENT_FIELDS} | {"iss": self.iss, "irs": self.irs}


def carried(prefix: str, bits: int) -> Carried:
    """A segment of free constants."""
    return Carried(symbolic_segment(prefix, bits), z3.BitVec(prefix + "iss", bits), z3.BitVec(prefix + "irs", bits))


@dataclass(frozen=True)
class End:
    """One side: its TCB and its ghosts, as constants."""

    name: str
    bits: int

    @cached_property
    def state(self) -> z3.BitVecRef:
        """The state of the connection."""
        return z3.BitVec(f"{self.name}.state", STATE_BITS)

    @cached_property
    def tcb(self) -> Tcb:
        """The TCB."""
        return symbolic_tcb(f"{self.name}.", self.bits)

    @cached_property
    def any(self) -> z3.BitVecRef:
        """The ISS of one incarnation of this side, any one: a constant."""
        return z3.BitVec(f"{self.name}.any", self.bits)

    @cached_property
    def heard(self) -> z3.BoolRef:
        """Ghost: an incarnation of the other side has accepted a SYN of the current incarnation."""
        return z3.Bool(f"{self.name}.heard")

    @cached_property
    def heard_by(self) -> z3.BoolRef:
        """Ghost: the other side's incarnation `any` has accepted such a SYN."""
        return z3.Bool(f"{self.name}.heard_by")

    @cached_property
    def older(self) -> z3.BoolRef:
        """Ghost: the current incarnation was chosen before that of the other side."""
        return z3.Bool(f"{self.name}.older")

    def state_is(self, *states: str) -> z3.BoolRef:
        """Whether the state is one of `states`."""
        return z3.Or(*(self.state == STATES.index(name) for name in states))

    @cached_property
    def has_tcb(self) -> z3.BoolRef:
        """An ISS has been chosen."""
        return z3.Not(self.state_is(*NO_TCB))

    @cached_property
    def has_irs(self) -> z3.BoolRef:
        """A SYN has been accepted."""
        return z3.Not(self.state_is(*NO_IRS))

    @property
    def variables(self) -> dict[str, z3.ExprRef]:
        """All variables of this side by name."""
        tcb = {name: getattr(self.tcb, name) for name in FIELDS}
        ghosts = {name: getattr(self, name) for name in ("heard", "heard_by", "older")}
        found = {"state": self.state} | tcb | ghosts
        return {f"{self.name}.{name}": term for name, term in found.items()}


@dataclass(frozen=True)
class Assumed:
    """What a proof assumes. segments, peer: whether freshness (a) and (b) are."""

    segments: bool = True
    peer: bool = True


@dataclass(frozen=True)
class UnboundedNetwork:
    """The system of one configuration with an unbounded network; the configuration's budgets other than W are none."""

    config: Config
    assumed: Assumed = field(default_factory=Assumed)

    def __post_init__(self) -> None:
        c = self.config
        if c.timed:
            raise BadConfig("timed=true: a proof for every channel knows no time")
        if c.syn_cookies:
            raise BadConfig("syn_cookies=true: a proof for every channel does not cover cookies, which choose no ISN")
        if c.ack_delay or c.start != "closed":
            raise BadConfig(f"start={c.start}: a proof for every channel begins with both sides CLOSED")

    @property
    def bits(self) -> int:
        """The width of sequence numbers."""
        return self.config.seq_bits

    def number(self, value: int) -> z3.BitVecRef:
        """A sequence number, or a count of octets."""
        return z3.BitVecVal(value, self.bits)

    @property
    def most(self) -> z3.BitVecRef:
        """W."""
        return self.number(self.config.span)

    @property
    def window(self) -> z3.BitVecRef:
        """The window that both sides offer."""
        return self.number(self.config.window)

    @cached_property
    def ends(self) -> dict[str, End]:
        """Both sides by name."""
        return {name: End(name, self.bits) for name in SIDES}

    def other(self, end: End) -> End:
        """The other side."""
        return self.ends[SIDES[1 - SIDES.index(end.name)]]

    @cached_property
    def stored(self) -> dict[str, tuple[Carried, Carried]]:
        """Two segments that a side has sent, any two, by its name."""
        return {name: (carried(f"m.{name}.", self.bits), carried(f"n.{name}.", self.bits)) for name in SIDES}

    @cached_property
    def arriving(self) -> dict[str, Carried]:
        """The segment that arrives, by the name of the side that has sent it."""
        return {name: carried(f"x.{name}.", self.bits) for name in SIDES}

    @cached_property
    def soup(self) -> Soup:
        """The system as the engine takes it: with A's steps only.

        The events are written once for both sides, and every lemma is about both, so that the obligations of B's steps
        are those of A's with the names exchanged.
        """
        lanes = {
            name: Lane(name, self.arriving[name].message, (self.stored[name][0].message, self.stored[name][1].message))
            for name in SIDES
        }
        variables = {name: term for end in self.ends.values() for name, term in end.variables.items()}
        initial = z3.And(*(end.state_is("CLOSED") for end in self.ends.values()))
        steps = tuple(self.steps(self.ends[SIDES[0]]))
        return Soup(variables, initial, lanes, steps, self._domain, self.coordinates)

    @property
    def _domain(self) -> Lemma:
        """A state is one of the eleven."""
        parts = [LemmaPart(f"at {end.name}", z3.ULT(end.state, len(STATES))) for end in self.ends.values()]
        why = "an event's next state is one of them"
        return Lemma("eleven-states", tuple(parts), why, excludes="a state that the RFC does not have")

    @cached_property
    def coordinates(self) -> list[tuple[z3.ExprRef, z3.ExprRef]]:
        """Every number as a distance from the ISN that it belongs to, and every ISN from the ISS of its side.

        Of the text that SYN-RECEIVED holds it is the number after it.

        A change of variables, one to one, in which the solver has short numbers and small sums.
        """
        found: list[tuple[z3.ExprRef, z3.ExprRef]] = []
        for end in self.ends.values():
            tcb, peer = end.tcb, self.other(end).tcb.iss
            irs = peer + self._distance(tcb.irs)
            found += [(number, tcb.iss + self._distance(number)) for number in (tcb.snd_una, tcb.snd_nxt, end.any)]
            found += [(tcb.irs, irs), (tcb.rcv_nxt, irs + self._distance(tcb.rcv_nxt))]
            found.append((tcb.syn_text, self._distance(tcb.syn_text) - self._distance(tcb.rcv_nxt)))
            for m in (*self.stored[end.name], self.arriving[end.name]):
                iss, irs = tcb.iss + self._distance(m.iss), peer + self._distance(m.irs)
                found += [(m.iss, iss), (m.x.seq, iss + self._distance(m.x.seq))]
                found += [(m.irs, irs), (m.x.ackno, irs + self._distance(m.x.ackno))]
        return found

    def _distance(self, number: z3.BitVecRef) -> z3.BitVecRef:
        return z3.BitVec(f"{number.decl().name()}-", self.bits)

    # -- what is far from what --

    def apart(self, one: z3.BitVecRef, two: z3.BitVecRef) -> z3.BoolRef:
        """Two initial sequence numbers are as far from each other as fresh ones, both ways round."""
        distance = self.number(self.config.isn_distance)
        return z3.And(z3.UGE(one - two, distance), z3.UGE(two - one, distance))

    def same_or_apart(self, one: z3.BitVecRef, two: z3.BitVecRef) -> z3.BoolRef:
        """Equal, or as far from each other as fresh ones."""
        return z3.Or(one == two, self.apart(one, two))

    # -- steps --

    def steps(self, end: End) -> Iterator[Transition]:
        """Every event of a side as a step."""
        isn, x = z3.BitVec(f"{end.name}.isn", self.bits), self.arriving[self.other(end).name]
        for event in self.events(end):
            if self.allows(end, event):
                yield self._step(end, event, x, isn)

    def events(self, end: End) -> list[Event]:
        """The events of a side: the ISN on offer and the length of a text are constants of any value."""
        isn, text = (z3.BitVec(f"{end.name}.{name}", self.bits) for name in ("isn", "segment_text"))
        endpoint = Endpoint(self.config, self.bits, self.window, self.window, text, *self._manners(end))
        return events(endpoint, end.tcb, self.arriving[self.other(end).name].x, isn)

    def allows(self, _end: End, _event: Event) -> bool:
        """Whether the side has this event."""
        return True

    def _manners(self, end: End) -> tuple[z3.BoolRef, ...]:
        """Whether RST, SYN and SEG.ACK are handled as RFC 5961 has it: free where the configuration says so."""
        c = self.config
        yes = {"rst": c.rst == "rfc5961", "syn": c.syn == "rfc5961", "ack_range": c.ack_range != "off"}
        free = {name: getattr(c, name) == "either" for name in yes}
        return tuple(z3.Bool(f"{end.name}.{name}") if free[name] else z3.BoolVal(yes[name]) for name in yes)

    def _step(self, end: End, event: Event, x: Carried, isn: z3.BitVecRef) -> Transition:
        other = self.other(end)
        conditions = [end.state_is(event.state), event.guard, *self.assumed_of(end, event)]
        if event.effect.chooses_isn and self.assumed.peer:
            conditions.append(z3.Implies(other.has_irs, self.apart(isn, other.tcb.irs)))
        sends = None
        if event.effect.send is not None:
            sends = end.name, Carried(event.effect.send, event.effect.tcb.iss, event.effect.tcb.irs).message
        return Transition(
            name=f"{end.name}: {event.name}",
            cause=event.cause if end.name == SIDES[0] else replace(event.cause, side=end.name),
            cite=event.cite,
            guard=z3.simplify(z3.And(*conditions)),
            update=self._update(end, other, event, x),
            arrives=other.name if event.kind == "arrives" else "",
            sends=sends,
            sends_when=event.effect.send_when,
            assumes=self._fresh(end, other, isn) if event.effect.chooses_isn and self.assumed.segments else {},
        )

    def assumed_of(self, end: End, event: Event) -> list[z3.BoolRef]:
        """What is assumed of the text that an event sends: there is some, and W leaves room for it."""
        text = z3.BitVec(f"{end.name}.segment_text", self.bits)
        some_text = z3.And(z3.UGE(text, 1), z3.ULE(text, self.most))
        return [some_text, self._room(end, event, text)] if event.budget == "octets" else [some_text]

    def _room(self, end: End, event: Event, text: z3.BitVecRef) -> z3.BoolRef:
        """W: after this SEND the SYN, all octets and the FIN have numbers among the W."""
        tcb = end.tcb
        used = self.number(0) if event.state == "LISTEN" else tcb.snd_nxt - tcb.iss - 1 + tcb.queued
        return z3.ULE(text, self.most - 2 - used)

    def _fresh(self, end: End, other: End, isn: z3.BitVecRef) -> dict[str, z3.BoolRef]:
        """Freshness (a), of any segment of either side."""
        own, theirs = self.stored[end.name][0], self.stored[other.name][0]
        return {
            end.name: z3.Implies(z3.Not(own.x.rst), self.apart(isn, own.iss)),
            other.name: z3.Implies(z3.And(theirs.x.ack, z3.Not(theirs.x.rst)), self.apart(isn, theirs.irs)),
        }

    def _update(self, end: End, other: End, event: Event, x: Carried) -> dict[str, z3.ExprRef]:
        before, after = end.variables, {f"{end.name}.state": z3.BitVecVal(STATES.index(event.effect.next), STATE_BITS)}
        after |= {f"{end.name}.{name}": getattr(event.effect.tcb, name) for name in FIELDS}
        after |= {f"{side.name}.{name}": term for side, name, term in self._ghosts(end, other, event, x)}
        known = before | other.variables
        return {name: term for name, term in after.items() if not term.eq(known[name])}

    def _ghosts(self, end: End, other: End, event: Event, x: Carried) -> Iterator[tuple[End, str, z3.BoolRef]]:
        iss = event.effect.tcb.iss
        heard_by = other.heard_by
        if event.effect.chooses_isn:
            heard_by = z3.And(heard_by, iss != end.any)
            yield end, "heard", FALSE
            yield end, "heard_by", FALSE
            yield end, "older", FALSE
            yield other, "older", TRUE
        if event.effect.accepts_syn:
            lives = z3.And(other.has_tcb, other.tcb.iss == x.iss)
            heard_by = z3.Or(heard_by, z3.And(lives, iss == end.any))
            yield other, "heard", z3.Or(other.heard, lives)
        yield other, "heard_by", z3.simplify(heard_by)
