"""Two endpoints and an unbounded network: every segment ever sent may arrive at any time, again and again, or never.

The same events run here as in a bounded network, at any width; the numbers of octets, incarnations and segments are
not bounded. A network is these events and a list of parts (`Part`): ghosts, what is assumed of a fresh number, clocks,
what is promised of segments. No event reads a part's variables. A segment carries `iss`, the ISS of the TCB that sent
it, and `irs`, that TCB's IRS (a RST: nothing that matters), and what the parts add. What a part assumes it says.

W, the numbers that one incarnation uses at most, is assumed in every network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from model.core import z3fast as z3
from model.engines.inductive.obligations import Lane, Lemma, LemmaPart, Message, Soup, Transition
from model.mutants.endpoint_events import events
from model.network.side import NO_TCB, SIDES
from model.settings.config import Config
from model.tcp.cause import TIME_PASSES
from model.tcp.event import FALSE, TRUE, Event
from model.tcp.segment import SEGMENT_FIELDS, Segment, symbolic_segment
from model.tcp.state import FIELDS, STATES, Endpoint, Tcb, symbolic_tcb

STATE_BITS = (len(STATES) - 1).bit_length()
NO_IRS = (*NO_TCB, "SYN-SENT")
"""States without an IRS."""
NOW = z3.Real("now")
"""The time, where a part knows of time."""
Pairs = list[tuple[z3.ExprRef, z3.ExprRef]]
Term = TypeVar("Term", bound=z3.ExprRef)


@dataclass(frozen=True)
class Carried:
    """A segment in the network, with the ISS and IRS of the TCB that sent it. more: what the parts add, by name."""

    x: Segment
    iss: z3.BitVecRef
    irs: z3.BitVecRef
    more: Mapping[str, z3.ExprRef] = field(default_factory=dict)

    @property
    def message(self) -> Message:
        """Its fields by name."""
        plain = {name: getattr(self.x, name) for name in SEGMENT_FIELDS}
        return {**plain, "iss": self.iss, "irs": self.irs, **self.more}


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
        return self.number("any")

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

    def number(self, name: str) -> z3.BitVecRef:
        """A further number of this side: a constant."""
        return z3.BitVec(f"{self.name}.{name}", self.bits)

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


@dataclass(frozen=True)
class Occurrence:
    """An event of a side. x: the segment that arrives, if one does; isn: the initial sequence number on offer."""

    side: End
    other: End
    event: Event
    x: Carried
    isn: z3.BitVecRef

    @property
    def speaks(self) -> z3.BoolRef:
        """A segment is sent that is no RST."""
        send = self.event.effect.send
        return FALSE if send is None else z3.And(self.event.effect.send_when, z3.Not(send.rst))


@dataclass(frozen=True)
class Added:
    """What parts add to a step.

    Conditions, changes of variables, fields of what it sends, what is assumed of every segment (by the side that has
    sent it), and what it owes.
    """

    guards: tuple[z3.BoolRef, ...] = ()
    update: Mapping[str, z3.ExprRef] = field(default_factory=dict)
    sent: Mapping[str, z3.ExprRef] = field(default_factory=dict)
    assumes: Mapping[str, z3.BoolRef] = field(default_factory=dict)
    owes: tuple[LemmaPart, ...] = ()


def together(added: Sequence[Added]) -> Added:
    """All that the parts add; no two of them set the same."""
    return Added(
        tuple(guard for one in added for guard in one.guards),
        merged([one.update for one in added]),
        merged([one.sent for one in added]),
        merged([one.assumes for one in added]),
        tuple(part for one in added for part in one.owes),
    )


def merged(some: Sequence[Mapping[str, Term]]) -> dict[str, Term]:
    """Mappings in one; no two have the same key."""
    made = {name: term for one in some for name, term in one.items()}
    assert len(made) == sum(map(len, some)), "each is set by one part"
    return made


@dataclass(frozen=True)
class Part:
    """What a network has besides the events of its endpoints.

    variables: those that the part has, times that never change among them; initial: what holds of them at first, and
    domain: always. fields: what makes the constants of a segment's further fields, by their names.
    event, time: what is added to each event, and to the step in which time goes on until `then`; a network in which no
    part has a `time` knows none. allows: whether a side has an event; covers: whether the runs of a bounded
    configuration are among those of the network. coordinates: see `Soup`. assumes: what the part assumes, in sentences.
    """

    variables: Sequence[z3.ExprRef] = ()
    initial: z3.BoolRef = TRUE
    domain: z3.BoolRef = TRUE
    fields: Mapping[str, Callable[[str], z3.ExprRef]] = field(default_factory=dict)
    event: Callable[[Occurrence], Added] = lambda _: Added()
    time: Callable[[z3.ArithRef], Added] | None = None
    allows: Callable[[End, Event], bool] = lambda *_: True
    covers: Callable[[Config], bool] = lambda _: True
    coordinates: Callable[[], Pairs] = list
    assumes: tuple[str, ...] = ()


@dataclass(frozen=True)
class UnboundedNetwork:
    """The system of one configuration with an unbounded network; the configuration's budgets other than W are none.

    makers: of its parts. acting: the sides whose steps it lists. Where events are written once for both sides, and
    every lemma is about both, the obligations of B's steps are those of A's with the names exchanged.
    """

    config: Config
    makers: tuple[Callable[[UnboundedNetwork], Part], ...]
    acting: tuple[str, ...] = SIDES[:1]

    def __post_init__(self) -> None:
        _ = self.parts  # A part may refuse the configuration.

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Its parts."""
        return tuple(make(self) for make in self.makers)

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

    @property
    def timed(self) -> bool:
        """Whether it knows of time."""
        return any(part.time for part in self.parts)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What it assumes, in sentences."""
        return tuple(sentence for part in self.parts for sentence in part.assumes)

    def covers(self, one: Config) -> bool:
        """Whether the runs of a bounded configuration are among its own."""
        return all(part.covers(one) for part in self.parts)

    @cached_property
    def sides(self) -> dict[str, End]:
        """Both sides by name."""
        return {name: End(name, self.bits) for name in SIDES}

    def other(self, side: End) -> End:
        """The other side."""
        return self.sides[SIDES[1 - SIDES.index(side.name)]]

    @cached_property
    def stored(self) -> dict[str, tuple[Carried, Carried]]:
        """Two segments that a side has sent, any two, by its name."""
        return {name: (self._carried(f"m.{name}."), self._carried(f"n.{name}.")) for name in SIDES}

    @cached_property
    def arriving(self) -> dict[str, Carried]:
        """The segment that arrives, by the name of the side that has sent it."""
        return {name: self._carried(f"x.{name}.") for name in SIDES}

    def _carried(self, prefix: str) -> Carried:
        """A segment of free constants."""
        more = {name: make(prefix + name) for name, make in merged([part.fields for part in self.parts]).items()}
        iss, irs = (z3.BitVec(prefix + name, self.bits) for name in ("iss", "irs"))
        return Carried(symbolic_segment(prefix, self.bits), iss, irs, more)

    @cached_property
    def variables(self) -> dict[str, z3.ExprRef]:
        """All variables by name."""
        found = [NOW] if self.timed else []
        for side in self.sides.values():
            found += [side.state, *(getattr(side.tcb, name) for name in FIELDS)]
        return {str(term): term for term in (*found, *(term for part in self.parts for term in part.variables))}

    @cached_property
    def soup(self) -> Soup:
        """The system as the engine takes it."""
        lanes = {
            name: Lane(name, self.arriving[name].message, (self.stored[name][0].message, self.stored[name][1].message))
            for name in SIDES
        }
        steps = [step for name in self.acting for step in self.steps(self.sides[name])]
        return Soup(
            self.variables,
            z3.And(*(said for part in self.parts for said in (part.initial, part.domain))),
            lanes,
            (*steps, self.time_passes) if self.timed else tuple(steps),
            self._domain,
            [pair for part in self.parts for pair in part.coordinates()],
        )

    @property
    def _domain(self) -> Lemma:
        """A state is one of the eleven."""
        parts = [LemmaPart(f"at {side.name}", z3.ULT(side.state, len(STATES))) for side in self.sides.values()]
        parts += [LemmaPart("the times", z3.And(*(part.domain for part in self.parts)))] if self.timed else []
        why = "an event's next state is one of them"
        return Lemma("eleven-states", tuple(parts), why, excludes="a state that the RFC does not have")

    # -- what is far from what --

    def apart(self, one: z3.BitVecRef, two: z3.BitVecRef) -> z3.BoolRef:
        """Two initial sequence numbers are as far from each other as fresh ones, both ways round."""
        distance = self.number(self.config.isn_distance)
        return z3.And(z3.UGE(one - two, distance), z3.UGE(two - one, distance))

    def same_or_apart(self, one: z3.BitVecRef, two: z3.BitVecRef) -> z3.BoolRef:
        """Equal, or as far from each other as fresh ones."""
        return z3.Or(one == two, self.apart(one, two))

    # -- the words that properties are written in (`model.network.view`) --

    def peer_dead(self, side: End) -> z3.BoolRef:
        """The incarnation that `side` believes it talks to is gone: no TCB has its number."""
        other = self.other(side)
        return z3.Or(z3.Not(other.has_tcb), other.tcb.iss != side.tcb.irs)

    def peer_has_heard(self, side: End) -> z3.BoolRef:
        """If `side` believes in the other side's incarnation `any`, that has accepted its SYN."""
        return z3.Implies(side.tcb.irs == self.other(side).any, side.heard_by)

    def never_heard(self, side: End) -> z3.BoolRef:
        """Nobody has ever accepted a SYN of this incarnation."""
        return z3.Not(side.heard)

    def ended_in_order(self, side: End) -> z3.BoolRef:
        """It may have or not: what is proved does not need to know."""
        return z3.Bool(f"{side.name}.ended_in_order")

    # -- steps --

    def steps(self, side: End) -> Iterator[Transition]:
        """Every event of a side as a step."""
        isn, x = side.number("isn"), self.arriving[self.other(side).name]
        for event in self.events(side):
            if all(part.allows(side, event) for part in self.parts):
                yield self._step(side, event, x, isn)

    @property
    def time_passes(self) -> Transition:
        """Any time passes, until something is due."""
        then = z3.Real("then")
        due = together([part.time(then) for part in self.parts if part.time])
        guard = z3.And(then >= NOW, *due.guards)
        return Transition(TIME_PASSES.name, "3.4.1", guard, {"now": then}, assumes=due.assumes, cause=TIME_PASSES)

    def events(self, side: End) -> list[Event]:
        """The events of a side: the ISN on offer and the length of a text are constants of any value."""
        endpoint = Endpoint(
            self.config, self.bits, self.window, self.window, side.number("segment_text"), *self._manners(side)
        )
        return events(endpoint, side.tcb, self.arriving[self.other(side).name].x, side.number("isn"))

    def _manners(self, side: End) -> tuple[z3.BoolRef, ...]:
        """Whether RST, SYN and SEG.ACK are handled as RFC 5961 has it: free where the configuration says so."""
        c = self.config
        yes = {"rst": c.rst == "rfc5961", "syn": c.syn == "rfc5961", "ack_range": c.ack_range != "off"}
        free = {name: getattr(c, name) == "either" for name in yes}
        return tuple(z3.Bool(f"{side.name}.{name}") if free[name] else z3.BoolVal(yes[name]) for name in yes)

    def _step(self, side: End, event: Event, x: Carried, isn: z3.BitVecRef) -> Transition:
        effect, it = event.effect, Occurrence(side, self.other(side), event, x, isn)
        added = together([part.event(it) for part in self.parts])
        sent = Carried(effect.send, effect.tcb.iss, effect.tcb.irs, added.sent) if effect.send else None
        plain = z3.simplify(z3.And(side.state_is(event.state), event.guard, *self.assumed_of(side, event)))
        after = {"state": z3.BitVecVal(STATES.index(effect.next), STATE_BITS)}
        after |= {name: getattr(effect.tcb, name) for name in FIELDS}
        update = {f"{side.name}.{name}": term for name, term in after.items()} | dict(added.update)
        return Transition(
            name=f"{side.name}: {event.name}",
            cause=event.cause if side.name == SIDES[0] else replace(event.cause, side=side.name),
            cite=event.cite,
            guard=z3.And(plain, *added.guards) if added.guards else plain,
            update={name: term for name, term in update.items() if not term.eq(self.variables[name])},
            arrives=it.other.name if event.kind == "arrives" else "",
            sends=(side.name, sent.message) if sent else None,
            sends_when=effect.send_when,
            assumes=added.assumes,
            owes=added.owes,
        )

    def assumed_of(self, side: End, event: Event) -> list[z3.BoolRef]:
        """What is assumed of the text that an event sends: there is some, and W leaves room for it."""
        text = side.number("segment_text")
        some_text = z3.And(z3.UGE(text, 1), z3.ULE(text, self.most))
        return [some_text, self._room(side, event, text)] if event.budget == "octets" else [some_text]

    def _room(self, side: End, event: Event, text: z3.BitVecRef) -> z3.BoolRef:
        """W: after this SEND the SYN, all octets and the FIN have numbers among the W."""
        tcb = side.tcb
        used = self.number(0) if event.state == "LISTEN" else tcb.snd_nxt - tcb.iss - 1 + tcb.queued
        return z3.ULE(text, self.most - 2 - used)
