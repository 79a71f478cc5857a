"""One event of one side, wrapped into rules of a bounded network's system.

The event says what happens at the endpoint; what it means for the channels, the budgets, the clocks and the ghosts is
added here, and what a picture shows of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from model.core import z3fast as z3
from model.core.system import BadSystem, Condition, Rule, Var, Wire, WireAction, choice
from model.network.channel import Channel
from model.network.ends import Ends
from model.network.freshness import no_peer_carries, no_segment_carries
from model.network.ghosts.ghost import SideEvent
from model.network.ghosts.handshakes import BELIEFS
from model.network.side import NO_TCB, Side
from model.tcp.cause import Cause
from model.tcp.event import TRUE, Event
from model.tcp.segment import SEGMENT_FIELDS, Segment, show_segment
from model.tcp.state import FIELDS, STATES
from model.words.language import marked

ALWAYS = Condition("", TRUE)
BUDGETS = {"retransmissions": marked("retransmissions are left"), "crashes": marked("crashes are left")}


def wire(action: WireAction, channel: Channel, x: Segment, when: z3.BoolRef) -> Wire:
    fields = {name: getattr(x, name) for name in SEGMENT_FIELDS}
    return Wire(action, channel.source, channel.target, fields, show_segment, when)


def _all(conditions: Sequence[Condition]) -> z3.BoolRef:
    guard: z3.BoolRef = z3.simplify(z3.And(*(one.term for one in conditions)))
    return guard


@dataclass(frozen=True)
class Firing:
    """One event of one side, wrapped into rules of the system.

    x: the arriving segment, or None; present, sender: whether the chosen slot is full, and its ghost.
    """

    network: Ends
    side: Side
    event: Event
    x: Segment | None
    present: Condition
    sender: z3.BitVecRef

    def rules(self) -> Iterator[Rule]:
        """The rule; and, where the event chooses an ISN on arrival, what happens when none is left."""
        left = self.network.isn_left(self.side)
        if not self.event.effect.chooses_isn and not self.event.effect.offers_isn:
            yield from self._rule(ALWAYS)
            return
        yield from self._rule(Condition(marked("an initial sequence number is left"), left))
        if self.x is not None and not z3.is_true(left):
            yield from self._exhausted(Condition(marked("no initial sequence number is left"), z3.Not(left)))

    def _rule(self, isn_left: Condition) -> Iterator[Rule]:
        conditions = tuple(self._conditions(isn_left))
        guard = _all(conditions)
        if z3.is_false(guard):
            return
        changed = {**self._tcb_update(), **self._ghost_update(), **self._budget_update(), **self._channel_update()}
        if self.network.clocks:
            changed |= self.network.clocks.update(self.side, self.event, changed)
        before = {var.name: var.term for var in self._variables()}
        update = {name: z3.simplify(term) for name, term in changed.items() if term is not before[name]}
        yield self._named(
            self.event.cause,
            guard,
            conditions,
            {name: term for name, term in update.items() if not term.eq(before[name])},
            touches={marked("channel full"): self._overflow} if self.event.effect.send else {},
        )

    def _exhausted(self, none_left: Condition) -> Iterator[Rule]:
        conditions = tuple(self._conditions(none_left))
        update = {**self.network.taken_out(self.side), **self._duplication_update()}
        instead = replace(self.event.cause, instead="no incarnation is left")
        yield self._named(
            instead, _all(conditions), conditions, update, touches={marked("incarnations exhausted"): TRUE}
        )

    def _named(
        self,
        cause: Cause,
        guard: z3.BoolRef,
        conditions: tuple[Condition, ...],
        update: dict[str, z3.ExprRef],
        touches: dict[str, z3.BoolRef],
    ) -> Rule:
        return Rule(
            name=f"{self.side.name}: {cause.name}",
            guard=guard,
            update=update,
            kind=cause.kind,
            side=self.side.name,
            event=cause.name,
            brief=cause.brief,
            cite=self.event.cite,
            cause=cause,
            call=cause.call,
            choose=self._choose(),
            wires=tuple(self._wires(sends="channel full" in touches)),
            touches=touches,
            conditions=conditions,
            sees=self.network.sees(self.side),
        )

    # -- guards --

    def _conditions(self, isn_left: Condition) -> Iterator[Condition]:
        event, network = self.event, self.network
        if self.x is not None:
            yield self.present
        yield self.side.in_state[event.state]
        yield Condition(marked("the event is possible in this case"), event.guard, "", event.cite, event.conditions)
        yield isn_left
        if event.effect.chooses_isn and network.config.isns_wait != "no":
            says = marked("no segment under way carries a number near the one on offer")
            yield Condition(says, no_segment_carries(network, self.side))
        if event.effect.chooses_isn and network.config.isns_wait == "segments-and-peer":
            says = marked("the peer knows no number near the one on offer")
            yield Condition(says, no_peer_carries(network, self.side))
        yield from self._budget()
        if self.x is not None and network.may_copy:
            yield network.may_copy
        if network.clocks:
            yield network.clocks.due(self.side, event)
        if self.x is not None and network.config.least_delay:
            yield Condition(marked("the segment has been under way for the least delay"), network.old_enough(self.side))
        if network.assumptions:
            allowed = network.assumptions.allows(network, self.side, event)
            yield Condition(marked("no assumption about the run forbids it"), allowed)

    def _budget(self) -> Iterator[Condition]:
        budget = self.event.budget
        if budget == "octets":
            tcb, c = self.side.tcb, self.network.config
            used = tcb.snd_nxt - tcb.iss + tcb.queued - (0 if self.event.state == "LISTEN" else 1)
            yield Condition(marked("octets are left to send"), z3.ULE(used + c.segment_text, c.octets))
        elif budget and (counter := self.side.budget(budget)) is not None:
            yield Condition(BUDGETS[budget], z3.ULT(counter.term, getattr(self.network.config, budget)))

    def _choose(self) -> dict[str, int]:
        if self.x is None:
            return {}
        slots = self.network.channel(self.network.other(self.side)).choices
        return {"slot": slots} | ({"copy": 2} if self.network.config.duplications != 0 else {})

    @cached_property
    def _sends(self) -> z3.BoolRef:
        """A segment is sent: not in quiet time."""
        clocks, when = self.network.clocks, self.event.effect.send_when
        return z3.And(when, z3.Not(clocks.quiet(self.side))) if clocks else when

    # -- updates --

    def _variables(self) -> Iterator[Var]:
        for side in self.network.sides.values():
            yield from self.network.variables(side)
            yield from self.network.channel(side).slots
        if self.network.duplications:
            yield self.network.duplications
        if self.network.clocks:
            yield from self.network.clocks.variables(self.side)

    def _tcb_update(self) -> dict[str, z3.ExprRef]:
        state = z3.BitVecVal(STATES.index(self.event.effect.next), self.side.state_var.width)
        update: dict[str, z3.ExprRef] = {self.side.state_var.name: state}
        changed = [name for name in FIELDS if getattr(self.event.effect.tcb, name) is not getattr(self.side.tcb, name)]
        for name in changed:
            new, var = getattr(self.event.effect.tcb, name), self.side.tcb_vars.get(name)
            if var is not None:
                update[var.name] = z3.Extract(var.width - 1, 0, new) if var.width else new
            elif not z3.simplify(getattr(self.event.effect.tcb, name)).eq(z3.simplify(getattr(self.side.tcb, name))):
                raise BadSystem(f"'{self.event.name}' sets {name}, which this configuration leaves out")
        return update

    @property
    def _incarnation_after(self) -> z3.BitVecRef:
        return self.network.next_incarnation(self.side) if self.event.effect.chooses_isn else self.side.incarnation.term

    @property
    def _author(self) -> z3.BitVecRef:
        """The incarnation that sends: none without a TCB; a cookie speaks for the one that its ACK would begin."""
        if self.event.effect.offers_isn:
            return self.network.next_incarnation(self.side)
        without = self.event.state in NO_TCB and not self.event.effect.chooses_isn
        reply = self.x is not None and self.event.effect.send is not None and z3.is_true(self.event.effect.send.rst)
        if without or (reply and self.network.acknowledging):  # A reset in reply speaks for nobody.
            return z3.BitVecVal(0, self.side.incarnation.width)
        return self._incarnation_after

    @property
    def _acknowledged(self) -> z3.BitVecRef:
        """The incarnation under whose number the segment that is sent acknowledges; a reset does so under none."""
        assert self.event.effect.send is not None
        begins = self.event.effect.accepts_syn or self.event.effect.offers_isn
        peer, nobody = self.sender if begins else self.side.peer.term, z3.BitVecVal(0, self.side.peer.width)
        return z3.If(z3.And(self.event.effect.send.ack, z3.Not(self.event.effect.send.rst)), peer, nobody)

    def _ghost_update(self) -> dict[str, z3.ExprRef]:
        side, network, other = self.side, self.network, self.network.other(self.side)
        inbox, acknowledged = network.channel(other), None
        if network.acknowledging:
            acknowledged = inbox.layout.acknowledged(inbox.chosen(choice("slot")))
        seen = SideEvent(
            side,
            other,
            self.event,
            self.x,
            self.sender,
            acknowledged,
            self._incarnation_after,
            network.next_incarnation(other),
            network.isns(other),
        )
        return {n: term for ghost in (BELIEFS, *network.ghosts) for n, term in ghost.after_event(seen).items()}

    def _budget_update(self) -> dict[str, z3.ExprRef]:
        update: dict[str, z3.ExprRef] = {self.side.incarnation.name: self._incarnation_after}
        if self.event.budget not in ("", "octets") and (counter := self.side.budget(self.event.budget)):
            update[counter.name] = counter.term + 1
        return update | self._duplication_update()

    def _duplication_update(self) -> dict[str, z3.ExprRef]:
        counter = self.network.duplications
        if self.x is None or counter is None:
            return {}
        return {counter.name: z3.If(self.network.original, counter.term, counter.term + 1)}

    def _channel_update(self) -> dict[str, z3.ExprRef]:
        update: dict[str, z3.ExprRef] = {}
        if self.x is not None:
            update |= self.network.taken_out(self.side)
        if self.event.effect.send is not None:
            outbox = self.network.channel(self.side)
            update |= outbox.insert(self.event.effect.send, self._author, self._acknowledged, self._sends)
        return update

    @cached_property
    def _overflow(self) -> z3.BoolRef:
        return z3.simplify(z3.And(self._sends, self.network.channel(self.side).full))

    # -- what a picture shows --

    def _wires(self, sends: bool) -> Iterator[Wire]:
        if self.x is not None:
            inbox = self.network.channel(self.network.other(self.side))
            yield wire("arrive", inbox, self.x, self.network.original)
            if self.network.config.duplications != 0:
                yield wire("arrive-copy", inbox, self.x, z3.Not(self.network.original))
        if sends and self.event.effect.send is not None:
            outbox = self.network.channel(self.side)
            yield wire("send", outbox, self.event.effect.send, z3.And(self._sends, z3.Not(outbox.full)))
            yield wire("send-lost", outbox, self.event.effect.send, self._overflow)
