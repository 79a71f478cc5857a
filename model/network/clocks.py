"""Time in a bounded network: clocks in ticks, and the tick.

Every segment carries its age and arrives (or is lost) before it is older than the delay bound. A clock counts the ticks
since its timer was started; a timer that is due goes off before time goes on, and what is due at one instant happens in
any order. Users may call at any time. Source: RFC 9293, 3.4.3 (MSL), 3.6 (TIME-WAIT), 3.8.1 (RFC 6298, 5.1 to 5.4).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import z3

from model.network.channel import Channel
from model.network.side import Side
from model.system import Rule, Var
from model.tcp.config import CLOCK_BITS, Config
from model.tcp.event import Event
from model.tcp.segment import one_if
from model.terms import constant


@dataclass(frozen=True)
class Times:
    """The times of a run, in ticks: constants, or variables that no rule changes."""

    delay: z3.BitVecRef
    rto: z3.BitVecRef
    time_wait: z3.BitVecRef

    @property
    def variables(self) -> list[Var]:
        """Those that are variables."""
        terms = (self.delay, self.rto, self.time_wait)
        return [Var(term.decl().name(), CLOCK_BITS) for term in terms if constant(term)]


def constant_times(config: Config) -> Times:
    """The times of a configuration."""
    return Times(*(z3.BitVecVal(n, CLOCK_BITS) for n in (config.delay, config.rto, config.time_wait_ticks)))


@dataclass(frozen=True)
class Clocks:
    """The clocks of both sides, and what they do to the rules."""

    times: Times

    def retransmission(self, side: Side) -> Var:
        """Ticks since the retransmission timer was started."""
        return Var(f"{side.name}.retransmission_clock", CLOCK_BITS)

    def time_wait(self, side: Side) -> Var:
        """Ticks since the time-wait timer was started."""
        return Var(f"{side.name}.time_wait_clock", CLOCK_BITS)

    def variables(self, side: Side) -> list[Var]:
        """The clocks of a side."""
        return [self.retransmission(side), self.time_wait(side)]

    def due(self, side: Side, event: Event) -> z3.BoolRef:
        """Whether the clock that causes the event, if one does, has reached its time."""
        if event.budget == "retransmissions":
            return self.retransmission(side).term == self.times.rto
        if event.state == "TIME-WAIT" and event.kind == "timeout":
            return self.time_wait(side).term == self.times.time_wait
        return z3.BoolVal(True)

    def update(self, side: Side, event: Event, changed: Mapping[str, z3.ExprRef]) -> dict[str, z3.ExprRef]:
        """The clocks after an event of `side`; `changed` has the TCB after it.

        The retransmission clock starts again when something becomes outstanding, when SND.UNA moves, and when it has
        gone off; it stands at zero while nothing is outstanding.
        """
        clock, lasting = self.retransmission(side), self.time_wait(side)
        zero = z3.BitVecVal(0, CLOCK_BITS)
        una, nxt = (changed.get(f"{side.name}.{name}", getattr(side.tcb, name)) for name in ("snd_una", "snd_nxt"))
        runs_on = z3.And(side.tcb.snd_una != side.tcb.snd_nxt, una == side.tcb.snd_una, una != nxt)
        if event.budget == "retransmissions":
            runs_on = z3.BoolVal(False)
        stays = event.state == event.next == "TIME-WAIT"
        return {
            clock.name: z3.If(runs_on, clock.term, zero),
            lasting.name: z3.If(event.restarts_2msl, zero, lasting.term) if stays else zero,
        }

    def tick(self, sides: Sequence[Side], channels: Sequence[Channel]) -> Rule:
        """One tick: every segment and every running clock gets older, unless something is due now."""
        waiting: list[z3.BoolRef] = []
        update: dict[str, z3.ExprRef] = {}
        for channel in channels:
            for slot in channel.slots:
                waiting.append(z3.And(slot.term != 0, z3.UGE(channel.layout.age(slot.term), self.times.delay)))
                update[slot.name] = channel.layout.older(slot.term)
        for side in sides:
            for clock, runs, time in (
                (self.retransmission(side), side.tcb.snd_una != side.tcb.snd_nxt, self.times.rto),
                (self.time_wait(side), side.state_is("TIME-WAIT"), self.times.time_wait),
            ):
                waiting.append(z3.And(runs, clock.term == time))
                update[clock.name] = clock.term + one_if(runs, clock.term)
        return Rule(
            name="time passes",
            guard=z3.Not(z3.Or(*waiting)),
            update=update,
            kind="time",
            event="a tick",
            cite="3.4.3",
        )
