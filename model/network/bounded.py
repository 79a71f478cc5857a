"""Two endpoints and a bounded, untimed network between them, as a `System`.

The same events run on both sides. This layer owns what an endpoint cannot see: which initial sequence number is on
offer, which segments are on their way, the budgets of the run, and the ghosts. Ghosts are written here only, and
nothing but properties reads them:
- a slot's lowest bits: the incarnation of the segment's sender (0: it had no TCB);
- `peer`: the incarnation of the other side whose SYN this TCB has accepted;
- `heard`: a bit for each incarnation of the other side that has accepted a SYN of this side's current incarnation;
- `finished` (with `history`): the peer of the last connection of this side that carried data and ended in order.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import z3

from model.network.channel import Channel, layout
from model.network.clocks import Clocks, Times, constant_times
from model.system import BadSystem, Property, Rule, System, Var, Wire, choice, enumeration
from model.tcp.config import Config
from model.tcp.event import TRUE, Event
from model.tcp.protocol import events
from model.tcp.segment import SEGMENT_FIELDS, Segment, show_segment
from model.tcp.state import FIELDS, FLAGS, STATES, Tcb, endpoint

SIDES = ("A", "B")
NO_TCB = ("CLOSED", "LISTEN")
ENDINGS = ("not", "in order", "reset", "given up", "aborted", "crashed")


@dataclass(frozen=True)
class Side:
    """One side's variables, as terms."""

    name: str
    config: Config

    def _var(self, field: str, width: int = 0, ghost: bool = False) -> Var:
        return Var(f"{self.name}.{field}", width, ghost=ghost)

    @property
    def state_var(self) -> Var:
        """The state of the connection."""
        return enumeration(f"{self.name}.state", STATES)

    @cached_property
    def tcb_vars(self) -> dict[str, Var]:
        """The TCB's fields, those left out that no event of this configuration can set."""
        c, octets = self.config, self.config.octets.bit_length()
        widths = dict.fromkeys(FIELDS, c.seq_bits) | dict.fromkeys(FLAGS, 0) | {"queued": octets, "syn_text": octets}
        absent = set() if c.octets else {"queued", "close_queued"}
        absent |= set() if c.text_on_syn else {"syn_text", "syn_fin"}
        return {name: self._var(name, widths[name]) for name in FIELDS if name not in absent}

    @cached_property
    def tcb(self) -> Tcb:
        """The TCB, every number as wide as a sequence number."""
        return Tcb(**{name: self._field(name) for name in FIELDS})

    def _field(self, name: str) -> z3.ExprRef:
        var = self.tcb_vars.get(name)
        if name in FLAGS:
            return var.term if var else z3.BoolVal(False)
        return z3.ZeroExt(self.config.seq_bits - var.width, var.term) if var else z3.BitVecVal(0, self.config.seq_bits)

    @property
    def incarnation(self) -> Var:
        """Initial sequence numbers chosen so far: the number of the current incarnation."""
        return self._var("incarnation", self.config.incarnation_bits)

    @property
    def peer(self) -> Var:
        """Ghost: the incarnation of the other side that this TCB believes it talks to."""
        return self._var("peer", self.config.incarnation_bits, ghost=True)

    @property
    def heard(self) -> Var:
        """Ghost: bit k-1 says that incarnation k of the other side has accepted a SYN of this incarnation."""
        return self._var("heard", self.config.incarnations, ghost=True)

    @property
    def finished(self) -> Var:
        """Ghost: the other side's incarnation with which this side last exchanged data and closed in order."""
        return self._var("finished", self.config.incarnation_bits, ghost=True)

    @property
    def ended(self) -> Var:
        """Ghost: how the last connection of this side ended."""
        return replace(enumeration(f"{self.name}.ended", ENDINGS), ghost=True)

    def ended_as(self, how: str) -> z3.BitVecRef:
        """The value of `ended` with this name."""
        return z3.BitVecVal(ENDINGS.index(how), self.ended.width)

    def budget(self, name: str) -> Var | None:
        """The counter of a bounded budget, if this configuration bounds it."""
        limit = getattr(self.config, name)
        return self._var(name, limit.bit_length()) if limit else None

    def state_is(self, *states: str) -> z3.BoolRef:
        """Whether the state is one of `states`."""
        return z3.Or(*(self.state_var.term == STATES.index(state) for state in states))

    @property
    def variables(self) -> list[Var]:
        """All variables of this side."""
        counters = [self.budget("retransmissions"), self.budget("crashes")]
        history = [self.finished] if self.config.history else []
        history += [self.ended] if self.config.endings else []
        return [
            self.state_var,
            *self.tcb_vars.values(),
            self.incarnation,
            *(counter for counter in counters if counter),
            self.peer,
            self.heard,
            *history,
        ]


@dataclass(frozen=True)
class Network:
    """The bounded system of one configuration. times: the times as terms, if they are not the configuration's."""

    config: Config
    times: Times | None = None

    @cached_property
    def reached(self) -> dict[str, set[str]]:
        """The states that each side's rules were built for, by side; filled with the rules."""
        return {}

    @cached_property
    def sides(self) -> dict[str, Side]:
        """Both sides by name."""
        return {name: Side(name, self.config) for name in SIDES}

    def other(self, side: Side) -> Side:
        """The other side."""
        return self.sides["B" if side.name == "A" else "A"]

    def channel(self, source: Side) -> Channel:
        """What `source` has sent."""
        c = self.config
        return Channel(source.name, self.other(source).name, layout(c), c.capacity, c.reordering)

    @cached_property
    def clocks(self) -> Clocks | None:
        """The clocks, if the network is timed."""
        return Clocks(self.times or constant_times(self.config)) if self.config.timed else None

    @property
    def losses(self) -> Var | None:
        """The counter of losses, if they are bounded."""
        limit = self.config.losses
        return Var("losses", limit.bit_length()) if limit else None

    @property
    def duplications(self) -> Var | None:
        """The counter of duplications, if they are bounded."""
        limit = self.config.duplications
        return Var("duplications", limit.bit_length()) if limit else None

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the system."""
        rules = [rule for side in self.sides.values() for rule in self._side_rules(side)]
        if self.clocks:
            rules.append(self.clocks.tick([*self.sides.values()], [self.channel(s) for s in self.sides.values()]))
        return tuple(rules)

    def system(self, *properties: Property, starts: Sequence[Mapping[str, int]] | None = None) -> System:
        """The `System` with these properties.

        starts: what differs in each initial state from both sides CLOSED and everything zero (default: `start()`).
        """
        variables = [var for side in self.sides.values() for var in side.variables]
        groups = [tuple(v.name for v in self.channel(side).slots) for side in self.sides.values()]
        variables += [var for side in self.sides.values() for var in self.channel(side).slots]
        variables += [var for var in (self.duplications, self.losses) if var]
        if self.clocks:
            variables += [var for side in self.sides.values() for var in self.clocks.variables(side)]
            variables += self.clocks.times.variables
        nothing = {var.name: 0 for var in variables}
        symmetric = tuple(groups) if self.config.reordering and self.config.capacity > 1 else ()
        initial = tuple({**nothing, **start} for start in (starts if starts is not None else [self.start()]))
        rules = self.rules
        for name, reached in self.reached.items():
            if any(STATES[start[f"{name}.state"]] not in reached for start in initial):
                raise BadSystem(f"{name} starts in a state that its users' calls cannot lead to")
        return System(tuple(variables), initial, rules, properties, symmetric)

    def start(self) -> dict[str, int]:
        """The configured start: both CLOSED; or A has closed and B has not, with nothing outstanding or under way."""
        if self.config.start == "closed":
            return {}
        start: dict[str, int] = {}
        first = {side.name: self._isns(side)[0] for side in self.sides.values()}
        for side, state, sent, received in (("A", "FIN-WAIT-2", 2, 1), ("B", "CLOSE-WAIT", 1, 2)):
            other = "B" if side == "A" else "A"
            iss, irs = first[side], first[other]
            numbers = {"iss": iss, "irs": irs, "snd_una": iss + sent, "snd_nxt": iss + sent, "rcv_nxt": irs + received}
            start |= {f"{side}.{name}": number % (1 << self.config.seq_bits) for name, number in numbers.items()}
            start |= {
                f"{side}.state": STATES.index(state),
                f"{side}.incarnation": 1,
                f"{side}.peer": 1,
                f"{side}.heard": 1,
            }
        return start | {"B.passive_open": 1}

    def _side_rules(self, side: Side) -> Iterator[Rule]:
        inbox = self.channel(self.other(side))
        present, x, sender = inbox.layout.unpack(inbox.chosen(choice("slot")))
        rules = self.config if self.config.text_on_syn else self.config.but(data_on_syn="dropped")
        found = events(endpoint(rules), side.tcb, x, self._isn(side))
        reached = states_reached([e for e in found if self._user_may(side, e)])
        self.reached[side.name] = reached
        for event in found:
            if event.state in reached and self._user_may(side, event):
                arrives = event.kind == "arrives"
                yield from Firing(self, side, event, x if arrives else None, present, sender).rules()
        if self.config.loss and self.config.losses != 0:
            yield self._loss(side)

    def _isn(self, side: Side) -> z3.BitVecRef:
        """The initial sequence number on offer: the one that follows those already chosen."""
        bits = self.config.seq_bits
        isns = [z3.BitVecVal(n, bits) for n in self._isns(side)]
        term = isns[self.config.incarnations - 1]
        for chosen in range(self.config.incarnations - 2, -1, -1):
            term = z3.If(side.incarnation.term == chosen, isns[chosen], term)
        return term

    def _isns(self, side: Side) -> list[int]:
        first = {"A": 1, "B": (1 << self.config.seq_bits) - 2}[side.name]  # B's numbers wrap around.
        return self.config.isns(f"isn_{side.name.lower()}", first)

    def _user_may(self, side: Side, event: Event) -> bool:
        """Whether this configuration's users, timers and budgets allow the event at all."""
        c, call = self.config, event.call
        opens = {"A": c.open_a, "B": c.open_b}[side.name]
        switches = {"CLOSE": c.close, "ABORT": c.abort, "USER TIMEOUT": c.user_timeout}
        if event.state == "LISTEN" and call in ("active OPEN", "SEND") and opens != "both":
            return False
        if call in ("active OPEN", "passive OPEN"):
            return opens in ("both", call.split()[0])
        if call in switches:
            return switches[call] in ("both", side.name)
        return not event.budget or getattr(c, event.budget) != 0

    def _loss(self, receiver: Side) -> Rule:
        channel = self.channel(self.other(receiver))
        slot = choice("slot")
        present, x, _ = channel.layout.unpack(channel.chosen(slot))
        wire = _wire("lose", channel, x, TRUE)
        counter, update = self.losses, channel.remove(slot, TRUE)
        guard = present
        if counter is not None:
            guard = z3.And(present, z3.ULT(counter.term, self.config.losses))
            update[counter.name] = counter.term + 1
        return Rule(
            name=f"network loses a segment for {receiver.name}",
            guard=guard,
            update=update,
            kind="network",
            event="the network loses a segment",
            choose={"slot": channel.choices},
            wires=(wire,),
        )


def how_it_ends(event: Event) -> str:
    """How a connection ends by this event; while it lasts, and for one that never was, nothing is said."""
    if event.next != "CLOSED":
        return "not"
    if event.orderly:
        return "in order"
    if event.kind == "arrives":
        return "reset"
    return {"USER TIMEOUT": "given up", "ABORT": "aborted", "": "crashed"}.get(event.call, "not")


def states_reached(listed: list[Event]) -> set[str]:
    """The states that arcs of these events connect with CLOSED; events in other states can never fire."""
    reached = {"CLOSED"}
    while more := {e.next for e in listed if e.state in reached} - reached:
        reached |= more
    return reached


def _wire(action: str, channel: Channel, x: Segment, when: z3.BoolRef) -> Wire:
    fields = {name: getattr(x, name) for name in SEGMENT_FIELDS}
    return Wire(action, channel.source, channel.target, fields, show_segment, when)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Firing:
    """One event of one side, wrapped into rules of the system.

    x: the arriving segment, or None; present, sender: whether the chosen slot is full, and its ghost.
    """

    network: Network
    side: Side
    event: Event
    x: Segment | None
    present: z3.BoolRef
    sender: z3.BitVecRef

    def rules(self) -> Iterator[Rule]:
        """The rule; and, where the event chooses an ISN on arrival, what happens when none is left."""
        left = z3.ULT(self.side.incarnation.term, self.network.config.incarnations)
        if not self.event.chooses_isn:
            yield from self._rule(TRUE)
            return
        yield from self._rule(left)
        if self.x is not None:
            yield from self._exhausted(z3.Not(left))

    def _rule(self, isn_left: z3.BoolRef) -> Iterator[Rule]:
        guard = z3.simplify(z3.And(*self._conditions(isn_left)))
        if z3.is_false(guard):
            return
        changed = {**self._tcb_update(), **self._ghost_update(), **self._budget_update(), **self._channel_update()}
        if self.network.clocks:
            changed |= self.network.clocks.update(self.side, self.event, changed)
        before = {var.name: var.term for var in self._variables()}
        update = {name: z3.simplify(term) for name, term in changed.items()}
        yield self._named(
            self.event.name,
            guard,
            {name: term for name, term in update.items() if not term.eq(before[name])},
            touches={"channel full": self._overflow()} if self.event.send else {},
        )

    def _exhausted(self, none_left: z3.BoolRef) -> Iterator[Rule]:
        guard = z3.simplify(z3.And(*self._conditions(none_left)))
        inbox = self.network.channel(self.network.other(self.side))
        update = {**inbox.remove(choice("slot"), self._original), **self._duplication_update()}
        yield self._named(
            f"{self.event.name}, but no incarnation is left", guard, update, touches={"incarnations exhausted": TRUE}
        )

    def _named(
        self, name: str, guard: z3.BoolRef, update: dict[str, z3.ExprRef], touches: dict[str, z3.BoolRef]
    ) -> Rule:
        return Rule(
            name=f"{self.side.name}: {name}",
            guard=guard,
            update=update,
            kind=self.event.kind,
            side=self.side.name,
            event=name,
            cite=self.event.cite,
            choose=self._choose(),
            wires=tuple(self._wires(sends="channel full" in touches)),
            touches=touches,
        )

    # -- guards --

    def _conditions(self, isn_left: z3.BoolRef) -> Iterator[z3.BoolRef]:
        if self.x is not None:
            yield self.present
        yield self.side.state_is(self.event.state)
        yield self.event.guard
        yield isn_left
        if self.event.budget == "octets":
            tcb, c = self.side.tcb, self.network.config
            used = tcb.snd_nxt - tcb.iss + tcb.queued - (0 if self.event.state == "LISTEN" else 1)
            yield z3.ULE(used + c.segment_text, c.octets)
        elif self.event.budget and (counter := self.side.budget(self.event.budget)) is not None:
            yield z3.ULT(counter.term, getattr(self.network.config, self.event.budget))
        if self.x is not None and (counter := self.network.duplications) is not None:
            yield z3.Or(self._original, z3.ULT(counter.term, self.network.config.duplications))
        if self.network.clocks:
            yield self.network.clocks.due(self.side, self.event)

    def _choose(self) -> dict[str, int]:
        if self.x is None:
            return {}
        slots = self.network.channel(self.network.other(self.side)).choices
        return {"slot": slots} | ({"copy": 2} if self.network.config.duplications != 0 else {})

    @property
    def _original(self) -> z3.BoolRef:
        """The segment itself arrives, not a duplicate of it."""
        return choice("copy") == 0 if self.network.config.duplications != 0 else TRUE

    # -- updates --

    def _variables(self) -> Iterator[Var]:
        for side in self.network.sides.values():
            yield from side.variables
            yield from self.network.channel(side).slots
        if self.network.duplications:
            yield self.network.duplications
        if self.network.clocks:
            yield from self.network.clocks.variables(self.side)

    def _tcb_update(self) -> dict[str, z3.ExprRef]:
        state = z3.BitVecVal(STATES.index(self.event.next), self.side.state_var.width)
        update: dict[str, z3.ExprRef] = {self.side.state_var.name: state}
        for name, var in self.side.tcb_vars.items():
            new = getattr(self.event.tcb, name)
            update[var.name] = z3.Extract(var.width - 1, 0, new) if var.width else new
        for name in set(FIELDS) - set(self.side.tcb_vars):
            if not z3.simplify(getattr(self.event.tcb, name)).eq(z3.simplify(getattr(self.side.tcb, name))):
                raise BadSystem(f"'{self.event.name}' sets {name}, which this configuration leaves out")
        return update

    @property
    def _incarnation_after(self) -> z3.BitVecRef:
        return self.side.incarnation.term + (1 if self.event.chooses_isn else 0)

    def _ghost_update(self) -> dict[str, z3.ExprRef]:
        side, other, event = self.side, self.network.other(self.side), self.event
        update: dict[str, z3.ExprRef] = {}
        if event.next in NO_TCB or event.chooses_isn:
            update |= {v.name: z3.BitVecVal(0, v.width) for v in (side.peer, side.heard)}
        if event.accepts_syn:
            current = z3.And(self.sender == other.incarnation.term, z3.Not(other.state_is(*NO_TCB)))
            bit = z3.BitVecVal(1, side.heard.width) << _resize(self._incarnation_after - 1, side.heard.width)
            update[side.peer.name] = self.sender
            update[other.heard.name] = z3.If(current, other.heard.term | bit, other.heard.term)
        if self.network.config.endings and event.next != event.state:
            update[side.ended.name] = side.ended_as(how_it_ends(event))
        if self.network.config.history and event.orderly:
            tcb = side.tcb
            used = tcb.snd_nxt - tcb.iss + tcb.rcv_nxt - tcb.irs  # SYN and FIN of both sides, and at least one octet.
            update[side.finished.name] = z3.If(z3.UGE(used, 5), side.peer.term, side.finished.term)
        return update

    def _budget_update(self) -> dict[str, z3.ExprRef]:
        update: dict[str, z3.ExprRef] = {self.side.incarnation.name: self._incarnation_after}
        if self.event.budget not in ("", "octets") and (counter := self.side.budget(self.event.budget)):
            update[counter.name] = counter.term + 1
        return update | self._duplication_update()

    def _duplication_update(self) -> dict[str, z3.ExprRef]:
        counter = self.network.duplications
        if self.x is None or counter is None:
            return {}
        return {counter.name: z3.If(self._original, counter.term, counter.term + 1)}

    def _channel_update(self) -> dict[str, z3.ExprRef]:
        update: dict[str, z3.ExprRef] = {}
        if self.x is not None:
            inbox = self.network.channel(self.network.other(self.side))
            update |= inbox.remove(choice("slot"), self._original)
        if self.event.send is not None:
            has_tcb = self.event.state not in NO_TCB or self.event.chooses_isn
            sender = self._incarnation_after if has_tcb else z3.BitVecVal(0, self.side.incarnation.width)
            outbox = self.network.channel(self.side)
            update |= outbox.insert(self.event.send, sender, self.event.send_when)
        return update

    def _overflow(self) -> z3.BoolRef:
        return z3.simplify(z3.And(self.event.send_when, self.network.channel(self.side).full))

    # -- what a picture shows --

    def _wires(self, sends: bool) -> Iterator[Wire]:
        if self.x is not None:
            inbox = self.network.channel(self.network.other(self.side))
            yield _wire("arrive", inbox, self.x, self._original)
            if self.network.config.duplications != 0:
                yield _wire("arrive-copy", inbox, self.x, z3.Not(self._original))
        if sends and self.event.send is not None:
            outbox = self.network.channel(self.side)
            yield _wire("send", outbox, self.event.send, z3.And(self.event.send_when, z3.Not(outbox.full)))
            yield _wire("send-lost", outbox, self.event.send, self._overflow())


def _resize(term: z3.BitVecRef, width: int) -> z3.BitVecRef:
    if term.size() >= width:
        return z3.Extract(width - 1, 0, term)
    return z3.ZeroExt(width - term.size(), term)
