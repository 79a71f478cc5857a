"""Two endpoints and a bounded network between them, as a `System`.

The same events run on both sides. This layer owns what an endpoint cannot see: which initial sequence number is on
offer, which segments are on their way, the budgets of the run, time, and the ghosts (see `ghosts`; and a slot's lowest
bits: the incarnation of the segment's sender, 0 if it had no TCB; and with `ORIGINS` the one that it acknowledges).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from model.core import z3fast as z3
from model.core.property import Reads, finite
from model.core.system import BadSystem, Condition, Rule, System, choice
from model.mutants.endpoint_events import events
from model.network.ends import Ends
from model.network.firing import Firing, wire
from model.network.ghosts.known import with_those_read
from model.network.side import NO_TCB, SIDES, Side
from model.settings.setting import BadConfig
from model.tcp.cause import Call, Cause
from model.tcp.event import TRUE, Event
from model.tcp.state import STATES, endpoint
from model.words.language import marked

__all__ = ["NO_TCB", "SIDES", "Network", "Side"]


@dataclass(frozen=True)
class Network(Ends):
    """The bounded system of one configuration."""

    @cached_property
    def reached(self) -> dict[str, set[str]]:
        """The states that each side's rules were built for, by side; filled with the rules."""
        return {}

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the system."""
        rules = [rule for side in self.sides.values() for rule in self._side_rules(side)]
        if self.clocks:
            rules.append(self.clocks.tick([*self.sides.values()], [self.channel(s) for s in self.sides.values()]))
        return tuple(rules)

    def system(self, *asked: Reads, starts: Sequence[Mapping[str, int]] | None = None) -> System:
        """The `System` with these properties, and with the ghosts that they and those of infinite runs read.

        starts: what differs in each initial state from both sides CLOSED and everything zero (default: `start()`).
        """
        ghosts = with_those_read(self.ghosts, self.sides.values(), asked)
        if ghosts != self.ghosts:
            return replace(self, ghosts=ghosts).system(*asked, starts=starts)
        variables = [var for side in self.sides.values() for var in self.variables(side)]
        groups = [tuple(v.name for v in self.channel(side).slots) for side in self.sides.values()]
        variables += [var for side in self.sides.values() for var in self.channel(side).slots]
        variables += [var for var in (self.duplications, self.losses) if var]
        if self.clocks:
            variables += [var for side in self.sides.values() for var in self.clocks.variables(side)]
            variables += self.clocks.times.variables
        variables += self.assumptions.variables if self.assumptions else []
        nothing = {var.name: 0 for var in variables}
        symmetric = tuple(groups) if self.config.reordering and self.config.capacity > 1 else ()
        initial = tuple({**nothing, **start} for start in (starts if starts is not None else [self.start()]))
        rules = self.rules
        for name, reached in self.reached.items():
            if any(STATES[start[f"{name}.state"]] not in reached for start in initial):
                raise BadConfig(f"start={self.config.start}: {name} starts in a state that its calls cannot lead to")
        return System(tuple(variables), initial, rules, finite(*asked), symmetric)

    def listed(self, side: Side, isn: z3.BitVecRef | None = None) -> list[Event]:
        """Every event of a side, those included that its user or its budgets do not allow.

        isn: the initial sequence number on offer (default: the one that follows those chosen so far).
        """
        _, x, _ = self.arriving(side)
        rules = self.config if self.config.text_on_syn else self.config.but(data_on_syn="dropped")
        return self.events(side, events(endpoint(rules), side.tcb, x, self._isn(side) if isn is None else isn))

    def _side_rules(self, side: Side) -> Iterator[Rule]:
        present, x, sender = self.arriving(side)
        full = Condition(marked("a segment is under way to {about}"), present, side.name)
        found = self.listed(side)
        if self.clocks:
            self.clocks.check(side, found)
        reached = states_reached([e for e in found if self._user_may(side, e)])
        self.reached[side.name] = reached
        for event in found:
            if event.state in reached and self._user_may(side, event):
                arrives = event.kind == "arrives"
                yield from Firing(self, side, event, x if arrives else None, full, sender).rules()
        if self.config.loss and self.config.losses != 0:
            yield self._loss(side)

    def caused_by(self, side: Side, *calls: Call, state: str = "") -> frozenset[Cause]:
        """The causes of a side's events that these calls or timers cause (state: in that state alone).

        Raises `BadSystem` if the protocol has none: then whoever asks would speak of nothing.
        """
        if "RETRANSMISSION TIMEOUT" in calls and not self.config.retransmission:
            calls = tuple(call for call in calls if call != "RETRANSMISSION TIMEOUT")
        listed = self.listed(side)
        for call in calls:
            if not any(event.call == call and state in ("", event.state) for event in listed):
                raise BadSystem(f"no event of {side.name} is caused by {call}{state and f' in {state}'}")
        return frozenset(e.cause for e in listed if e.call in calls and state in ("", e.state))

    def events(self, _side: Side, listed: list[Event]) -> list[Event]:
        """The events of one side."""
        return listed

    def _user_may(self, side: Side, event: Event) -> bool:
        """Whether this configuration's users, timers and budgets allow the event at all."""
        c, call = self.config, event.call
        opens = c.open_a if self.has_role(side, "A") else c.open_b
        switches = {
            "CLOSE": c.closes,
            "ABORT": c.aborts,
            "USER TIMEOUT": c.gives_up,
            "SYN-RECEIVED TIMEOUT": c.gives_up_syn,
        }
        if call == "USER TIMEOUT" and event.state in ("LISTEN", "TIME-WAIT"):
            return self.has_role(side, c.gives_up_waiting)
        if event.state == "LISTEN" and call in ("active OPEN", "SEND") and opens != "both":
            return False
        if call in ("active OPEN", "passive OPEN"):
            return opens in ("both", "active" if call == "active OPEN" else "passive")
        if call in switches:
            return self.has_role(side, switches[call])
        return not event.budget or getattr(c, event.budget) != 0

    @property
    def connections(self) -> tuple[Network]:
        """The networks that it is made of: itself (a server has several)."""
        return (self,)

    def _loss(self, receiver: Side) -> Rule:
        channel = self.channel(self.other(receiver))
        slot = choice("slot")
        present, x, _ = channel.layout.unpack(channel.chosen(slot))
        lost = wire("lose", channel, x, TRUE)
        counter, update = self.losses, channel.remove(slot, TRUE)
        conditions = [Condition(marked("a segment is under way to {about}"), present, receiver.name)]
        if counter is not None:
            conditions.append(Condition(marked("losses are left"), z3.ULT(counter.term, self.config.losses)))
            update[counter.name] = counter.term + 1
        for ghost in self.ghosts:
            update |= ghost.after_loss(receiver, x)
        return Rule(
            name=f"network loses a segment for {receiver.name}",
            guard=present if counter is None else z3.And(*(one.term for one in conditions)),
            conditions=tuple(conditions),
            sees={} if counter is None else {counter.name: counter.term},
            update=update,
            kind="network",
            event=marked("the network loses a segment"),
            choose={"slot": channel.choices},
            wires=(lost,),
        )


def states_reached(listed: list[Event]) -> set[str]:
    """The states that arcs of these events connect with CLOSED; events in other states can never fire."""
    reached = {"CLOSED"}
    while more := {e.effect.next for e in listed if e.state in reached} - reached:
        reached |= more
    return reached
