"""Time in a bounded network: clocks in ticks, and the tick.

Every segment carries its age and arrives (or is lost) before it is older than the delay bound. A clock counts the ticks
since its timer was started; a timer that is due goes off before time goes on, and what is due at one instant happens in
any order. Users may call at any time. Source: RFC 9293, 3.4.3 (MSL, quiet time), 3.6 (TIME-WAIT), 3.8.1 (RFC 6298, 5.1
to 5.4; the timeout is not doubled), 3.8.3 (user timeout), 3.8.6.3 (delayed acknowledgments).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from model.core import z3fast as z3
from model.core.nodes import node_of
from model.core.system import BadSystem, Condition, Rule, Var
from model.network.channel import Channel
from model.network.side import Side
from model.settings.clocks import CLOCK_BITS
from model.settings.config import Config
from model.tcp.cause import TIME_PASSES, Call
from model.tcp.event import FALSE, TRUE, Event
from model.tcp.segment import one_if
from model.words.language import marked

ZERO = z3.BitVecVal(0, CLOCK_BITS)


@dataclass(frozen=True)
class Times:
    """The times of a run, in ticks: constants, or variables that no rule changes; None: there is no such bound."""

    delay: z3.BitVecRef
    rto: z3.BitVecRef
    time_wait: z3.BitVecRef
    ack_delay: z3.BitVecRef | None = None
    application_delay: z3.BitVecRef | None = None
    quiet_time: z3.BitVecRef | None = None
    user_timeout: z3.BitVecRef | None = None
    syn_received_timeout: z3.BitVecRef | None = None

    @property
    def variables(self) -> list[Var]:
        """Those that are variables."""
        terms = [getattr(self, field.name) for field in fields(self)]
        return [Var(term.decl().name(), CLOCK_BITS) for term in terms if term is not None and node_of(term).constant]


def constant_times(config: Config) -> Times:
    """The times of a configuration."""
    ticks = {name: n for name, n in config.ticks.items() if n or name not in ("ack_delay", "quiet_time")}
    return Times(**{f.name: z3.BitVecVal(ticks[f.name], CLOCK_BITS) for f in fields(Times) if f.name in ticks})


@dataclass(frozen=True)
class Moment:
    """What a timer looks at: the state, and fields of the TCB, before or after an event."""

    state_is: Callable[[str], z3.BoolRef]
    snd_una: z3.BitVecRef
    snd_nxt: z3.BitVecRef
    ack_held: z3.BoolRef

    @property
    def outstanding(self) -> z3.BoolRef:
        """Something that was sent is not acknowledged; TIME-WAIT has turned off the timers that look at that."""
        return z3.And(self.snd_una != self.snd_nxt, z3.Not(self.state_is("TIME-WAIT")))


@dataclass(frozen=True)
class Timer:
    """One timer of one side; its clock counts the ticks since it was started, and stands at zero while it does not run.

    runs: whether it runs at a moment. restarts: whether an event between two moments starts it again. call: the
    timeout that waits for it; what no event waits for ("") happens until it is due.
    """

    side: Side
    name: str
    time: z3.BitVecRef
    runs: Callable[[Moment], z3.BoolRef]
    restarts: Callable[[Event, Moment, Moment], z3.BoolRef] = lambda *_: FALSE
    call: Call = ""

    @property
    def clock(self) -> Var:
        """The clock."""
        return Var(f"{self.side.name}.{self.name}_clock", CLOCK_BITS)

    @property
    def due(self) -> z3.BoolRef:
        """The clock has reached its time."""
        return self.clock.term == self.time

    @property
    def running(self) -> z3.BoolRef:
        """The timer runs now."""
        tcb = self.side.tcb
        return self.runs(Moment(self.side.state_is, tcb.snd_una, tcb.snd_nxt, tcb.ack_held))


def progress(_: Event, before: Moment, after: Moment) -> z3.BoolRef:
    """SND.UNA moves."""
    return before.snd_una != after.snd_una


def retransmission(side: Side, time: z3.BitVecRef) -> Timer:
    """Starts again when SND.UNA moves, and when it has gone off (RFC 6298, 5.1 to 5.4).

    It does not run when the run's budget of retransmissions is used up, lest it stop time.
    """
    counter, most = side.budget("retransmissions"), side.config.retransmissions
    left = TRUE if counter is None else z3.ULT(counter.term, most)
    return Timer(
        side,
        "retransmission",
        time,
        runs=lambda at: z3.And(at.outstanding, left),
        restarts=lambda event, *moments: z3.Or(event.call == "RETRANSMISSION TIMEOUT", progress(event, *moments)),
        call="RETRANSMISSION TIMEOUT",
    )


def time_wait(side: Side, time: z3.BitVecRef) -> Timer:
    """The 2 MSL timeout (3.6)."""
    return Timer(
        side,
        "time_wait",
        time,
        runs=lambda at: at.state_is("TIME-WAIT"),
        restarts=lambda event, *_: event.effect.restarts_2msl,
        call="TIME-WAIT TIMEOUT",
    )


def syn_received_timeout(side: Side, time: z3.BitVecRef) -> Timer:
    """Expires if nobody acknowledges the SYN,ACK in time (3.8.3; RFC 4987, 3.3)."""
    return Timer(
        side,
        "syn_received_timeout",
        time,
        runs=lambda at: at.state_is("SYN-RECEIVED"),
        call="SYN-RECEIVED TIMEOUT",
    )


def user_timeout(side: Side, time: z3.BitVecRef) -> Timer:
    """Expires if what is outstanding is not acknowledged in time (3.8.3)."""
    return Timer(
        side,
        "user_timeout",
        time,
        runs=lambda at: at.outstanding,
        restarts=progress,
        call="USER TIMEOUT",
    )


@dataclass(frozen=True)
class Clocks:
    """The clocks of both sides, and what they do to the rules."""

    times: Times

    def timers(self, side: Side) -> Iterator[Timer]:
        """The timers of a side."""
        t = self.times
        if side.config.retransmission and side.config.retransmissions != 0:
            yield retransmission(side, t.rto)
        yield time_wait(side, t.time_wait)
        if t.user_timeout is not None and side.config.gives_up in ("both", side.name):
            yield user_timeout(side, t.user_timeout)
        if t.syn_received_timeout is not None and side.config.gives_up_syn in ("both", side.name):
            yield syn_received_timeout(side, t.syn_received_timeout)
        if t.application_delay is not None:  # The user who has been told of the FIN calls CLOSE.
            yield Timer(side, "application", t.application_delay, lambda at: at.state_is("CLOSE-WAIT"))
        if t.ack_delay is not None:
            yield Timer(side, "ack", t.ack_delay, lambda at: at.ack_held)

    def check(self, side: Side, listed: Sequence[Event]) -> None:
        """Raises `BadSystem` for a timer that no event waits for, though one should."""
        for timer in self.timers(side):
            if timer.call and timer.call not in {event.call for event in listed}:
                raise BadSystem(f"no event of {side.name} is caused by {timer.call}")

    def quiet_clock(self, side: Side) -> Var:
        """Ticks of quiet time that are left after a crash."""
        return Var(f"{side.name}.quiet_clock", CLOCK_BITS)

    def quiet(self, side: Side) -> z3.BoolRef:
        """The side has crashed and must not send yet."""
        return FALSE if self.times.quiet_time is None else self.quiet_clock(side).term != 0

    def variables(self, side: Side) -> list[Var]:
        """The clocks of a side."""
        quiet = [] if self.times.quiet_time is None else [self.quiet_clock(side)]
        return [timer.clock for timer in self.timers(side)] + quiet

    def due(self, side: Side, event: Event) -> Condition:
        """The clock that causes the event, if one does, has reached its time, and no quiet time forbids it."""
        says, timers = marked("the timer is due: {about}"), self.timers(side)
        waits = [Condition(says, t.due, t.call) for t in timers if t.call and t.call == event.call]
        silent = Condition(marked("no quiet time keeps it"), z3.Not(self.quiet(side)) if event.kind == "call" else TRUE)
        parts = (*waits, silent)
        return Condition("", z3.And(*(one.term for one in parts)), parts=lambda: parts)

    def update(self, side: Side, event: Event, changed: Mapping[str, z3.ExprRef]) -> dict[str, z3.ExprRef]:
        """The clocks after an event of `side`; `changed` has the TCB after it."""
        tcb = {name: getattr(side.tcb, name) for name in ("snd_una", "snd_nxt", "ack_held")}
        before = Moment(lambda state: z3.BoolVal(state == event.state), **tcb)
        then = {name: changed.get(f"{side.name}.{name}", term) for name, term in tcb.items()}
        after = Moment(lambda state: z3.BoolVal(state == event.effect.next), **then)
        update: dict[str, z3.ExprRef] = {}
        for timer in self.timers(side):
            goes_on = z3.And(timer.runs(before), timer.runs(after), z3.Not(timer.restarts(event, before, after)))
            update[timer.clock.name] = z3.If(goes_on, timer.clock.term, ZERO)
        if self.times.quiet_time is not None and event.kind == "crash":
            update[self.quiet_clock(side).name] = self.times.quiet_time
        return update

    def tick(self, sides: Sequence[Side], channels: Sequence[Channel]) -> Rule:
        """One tick: every segment and every running clock gets older, unless something is due now."""
        waiting: list[Condition] = []
        update: dict[str, z3.ExprRef] = {}
        for channel in channels:
            for slot in channel.slots:
                late = z3.And(slot.term != 0, z3.UGE(channel.layout.age(slot.term), self.times.delay))
                says = marked("no segment under way to {about} has to arrive now")
                waiting.append(Condition(says, late, channel.target))
                update[slot.name] = channel.layout.older(slot.term)
        for side in sides:
            for timer in self.timers(side):
                says = marked("no timer goes off now: {about}")
                waiting.append(Condition(says, z3.And(timer.running, timer.due), f"{side.name}, {timer.name}"))
                update[timer.clock.name] = timer.clock.term + one_if(timer.running, timer.clock.term)
            if self.times.quiet_time is not None:
                left = self.quiet_clock(side)
                update[left.name] = left.term - one_if(self.quiet(side), left.term)
        return Rule(
            name=TIME_PASSES.name,
            guard=z3.Not(z3.Or(*(one.term for one in waiting))),
            conditions=tuple(one._replace(term=z3.Not(one.term)) for one in waiting),
            sees={var.name: var.term for side in sides for var in (*side.variables, *self.variables(side))},
            update=update,
            kind="time",
            event="a tick",
            cite="3.4.3",
            cause=TIME_PASSES,
        )
