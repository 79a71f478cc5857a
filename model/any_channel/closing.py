"""The end of a connection in real time: A has closed and waits for B's FIN; segments may be lost.

One connection from the half-closed start on, in an unbounded network: a segment may come late, out of order and again
and again. What is promised is that each FIN of B, and A's answer to it, arrives within D, unless one of the two is
lost: then the FIN is `doomed`. All times are real constants of any value: D; RTO, after which B at the latest sends its
FIN again (it may do so at any time); the length of TIME-WAIT; and what losses cost: each costs one RTO, and all
together at most `losses`, which is RTO for one loss, twice RTO for two, and so on.

Variables besides the TCBs: `now`; `waiting`, when TIME-WAIT was started or restarted; `sent`, when B has last sent its
FIN; `cost`, of the losses so far; and for FIN and ACK whether one is under way that will arrive (`coming`), and since
when (`since`). The first such one is all that time waits for: fewer promises than are made, but all that are needed.

Source: RFC 9293, 3.6 (MUST-13), 3.8.1, 3.10.7.4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from model.any_channel.network import Carried, End, UnboundedNetwork, carried
from model.core import z3fast as z3
from model.engines.inductive.obligations import LemmaPart, Message, Soup, Transition
from model.settings.config import Config
from model.settings.setting import BadConfig
from model.tcp.cause import TIME_PASSES
from model.tcp.event import Event

NOW, WAITING, SENT, COST = (z3.Real(name) for name in ("now", "A.waiting", "B.sent", "cost"))
DELAY, RTO, TIME_WAIT, LOSSES = (z3.Real(name) for name in ("D", "RTO", "TIME-WAIT", "losses"))
CALLS = ("", "CLOSE", "RETRANSMISSION TIMEOUT", "TIME-WAIT TIMEOUT", "delayed ACK")
"""Calls and timers that may happen; nobody opens, sends, aborts or gives up."""
STATES = {"A": ("FIN-WAIT-2", "TIME-WAIT", "CLOSED"), "B": ("CLOSE-WAIT", "LAST-ACK", "CLOSED")}
"""The states of each side; that there are no others is shown. What happens in others is left out."""
Changes = tuple[list[z3.BoolRef], dict[str, z3.ExprRef]]
"""Further conditions of an event, and changes of clocks."""


@dataclass(frozen=True)
class Coming:
    """A segment of one kind that will arrive within D."""

    kind: str

    @property
    def coming(self) -> z3.BoolRef:
        """There is one."""
        return z3.Bool(f"{self.kind}.coming")

    @property
    def since(self) -> z3.ArithRef:
        """When it was sent."""
        return z3.Real(f"{self.kind}.since")

    def arrives_by(self, then: z3.ArithRef) -> z3.BoolRef:
        """Time may go on until `then`."""
        return z3.Implies(self.coming, then <= self.since + DELAY)

    def sent(self, when: z3.BoolRef) -> dict[str, z3.ExprRef]:
        """One more is sent; the first is the one that is looked at."""
        first = z3.And(when, z3.Not(self.coming))
        return {
            f"{self.kind}.coming": z3.Or(self.coming, when),
            f"{self.kind}.since": z3.If(first, NOW, self.since),
        }

    def arrived(self, when: z3.BoolRef) -> dict[str, z3.ExprRef]:
        """One has arrived; it may be that one, so it is no longer counted on."""
        return {f"{self.kind}.coming": z3.And(self.coming, z3.Not(when))}


@dataclass(frozen=True)
class Sent(Carried):
    """A segment, and whether it or the answer to it is lost."""

    doomed: z3.BoolRef

    @property
    def message(self) -> Message:
        """Its fields by name."""
        return {**super().message, "doomed": self.doomed}


def sent(prefix: str, bits: int) -> Sent:
    """A segment of free constants."""
    plain = carried(prefix, bits)
    return Sent(plain.x, plain.iss, plain.irs, z3.Bool(f"{prefix}doomed"))


FIN, ACK = Coming("fin"), Coming("ack")


def enough(restart: bool) -> z3.BoolRef:
    """How long TIME-WAIT has to be, if a retransmitted FIN restarts it or, by the RFC's letter, does not."""
    return TIME_WAIT > LOSSES + DELAY if restart else TIME_WAIT > LOSSES + 2 * DELAY


@dataclass(frozen=True)
class ClosingNetwork(UnboundedNetwork):
    """The system. given: what is assumed of the length of TIME-WAIT, `enough` if it is None."""

    given: z3.BoolRef | None = None

    def __post_init__(self) -> None:
        if self.config.start != "half-closed":
            raise BadConfig(f"start={self.config.start}: this proof begins half-closed")

    def covers(self, one: Config) -> bool:
        """Whether the runs of a bounded configuration are among those that the proof is about."""
        same = (one.handshake, one.mutant) == (self.config.handshake, self.config.mutant)
        if one.start != "half-closed" or one.octets or one.losses is None or not same:
            return False
        if (one.gives_up, one.gives_up_waiting, one.aborts, one.crashes) != ("none", "none", "none", 0):
            return False
        times = {DELAY: one.delay, RTO: one.rto, LOSSES: one.losses * one.rto, TIME_WAIT: one.time_wait_ticks}
        given = z3.substitute(self.length, *((time, z3.RealVal(ticks)) for time, ticks in times.items()))
        return one.time_wait_restart == self.config.time_wait_restart and z3.is_true(z3.simplify(given))

    @cached_property
    def stored(self) -> dict[str, tuple[Sent, Sent]]:  # type: ignore[override]  # To mypy a dict is invariant.
        """Two segments that a side has sent, any two, by its name."""
        return {name: (sent(f"m.{name}.", self.bits), sent(f"n.{name}.", self.bits)) for name in self.ends}

    @cached_property
    def arriving(self) -> dict[str, Sent]:  # type: ignore[override]  # To mypy a dict is invariant.
        """The segment that arrives, by the name of the side that has sent it."""
        return {name: sent(f"x.{name}.", self.bits) for name in self.ends}

    @cached_property
    def last(self) -> dict[str, z3.BitVecRef]:
        """The number of each side's FIN: a constant."""
        return {name: z3.BitVec(f"{name}.fin", self.bits) for name in self.ends}

    @property
    def times(self) -> z3.BoolRef:
        """What is assumed of the constants."""
        return z3.And(DELAY >= 0, RTO > 0, LOSSES >= 0)

    @property
    def length(self) -> z3.BoolRef:
        """What is assumed of the length of TIME-WAIT."""
        return enough(self.config.time_wait_restart) if self.given is None else self.given

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the proof assumes, in sentences."""
        restart = "restarts" if self.config.time_wait_restart else "does not restart"
        return (
            f"{self.length}, for real D, RTO and losses of any value; a retransmitted FIN {restart} TIME-WAIT",
            "each FIN of B and the answer to it arrive within D, unless one of them is lost",
            "until B is CLOSED it sends its FIN again at any time, but at the latest RTO after it did so last",
            "each loss costs one RTO; together they cost at most losses (RTO for one loss, 2 RTO for two, ...)",
            "A has closed before; B sends nothing but its FIN; nobody opens, aborts or gives up",
        )

    @cached_property
    def soup(self) -> Soup:
        """The system: the steps of both sides, and time."""
        plain = super().soup
        clocks = [NOW, WAITING, SENT, COST, DELAY, RTO, TIME_WAIT, LOSSES, FIN.coming, FIN.since, ACK.coming, ACK.since]
        return replace(
            plain,
            variables={**plain.variables, **{clock.decl().name(): clock for clock in clocks}},
            initial=z3.And(self.half_closed, self.times, COST == 0, z3.Not(FIN.coming), z3.Not(ACK.coming)),
            steps=(*(step for end in self.ends.values() for step in self.steps(end)), self.time_passes),
            domain=replace(plain.domain, parts=(*plain.domain.parts, LemmaPart("the times", self.times))),
            coordinates=(),
        )

    @property
    def half_closed(self) -> z3.BoolRef:
        """A's FIN is acknowledged, B's not sent; nothing is outstanding or under way."""
        a, b = self.ends.values()
        return z3.And(
            a.state_is("FIN-WAIT-2"),
            b.state_is("CLOSE-WAIT"),
            *(side.tcb.snd_una == side.tcb.snd_nxt for side in (a, b)),
            *(side.tcb.rcv_nxt == self.other(side).tcb.snd_nxt for side in (a, b)),
            a.tcb.snd_nxt == self.last["A"] + 1,
            b.tcb.snd_nxt == self.last["B"],
            b.tcb.iss != self.last["B"],
        )

    def allows(self, end: End, event: Event) -> bool:
        """Nobody opens, sends, aborts, gives up or crashes."""
        return event.call in CALLS and event.kind != "crash" and event.state in STATES[end.name]

    @property
    def time_passes(self) -> Transition:
        """Any time passes, until something is due."""
        then = z3.Real("then")
        a, b = self.ends.values()
        due = [
            z3.Implies(a.state_is("TIME-WAIT"), then <= WAITING + TIME_WAIT),
            z3.Implies(b.state_is("LAST-ACK"), then <= SENT + RTO),
            FIN.arrives_by(then),
            ACK.arrives_by(then),
        ]
        return Transition(TIME_PASSES.name, "3.4.1", z3.And(then >= NOW, *due), {"now": then}, cause=TIME_PASSES)

    def _step(self, end: End, event: Event, x: Carried, isn: z3.BitVecRef) -> Transition:
        """The event with its clocks and its losses."""
        step, doomed = super()._step(end, event, x, isn), z3.Bool("doomed")
        a = end.name == "A"
        conditions, clocks = self._waits_for(event) if a else self._sends_fin(event, doomed)
        sends = step.sends and (step.sends[0], {**step.sends[1], "doomed": z3.BoolVal(False) if a else doomed})
        guard, update = z3.And(step.guard, *conditions), {**step.update, **clocks}
        return replace(step, guard=guard, update=update, sends=sends)

    def _waits_for(self, event: Event) -> Changes:
        """A's clock; a FIN that is not doomed has arrived, and the answer to it will."""
        update: dict[str, z3.ExprRef] = {}
        if event.effect.next == "TIME-WAIT":
            again = event.effect.restarts_2msl if event.state == "TIME-WAIT" else z3.BoolVal(True)
            update["A.waiting"] = z3.If(again, NOW, WAITING)
        if event.kind == "arrives":
            x = self.arriving["B"]
            arrived = z3.And(x.x.fin, z3.Not(x.doomed))
            send, when = event.effect.send, event.effect.send_when
            answered = z3.BoolVal(False) if send is None else z3.And(when, z3.Not(send.rst))
            update |= FIN.arrived(arrived) | ACK.sent(z3.And(arrived, answered))
        due = event.call == "TIME-WAIT TIMEOUT"
        return [self.length, NOW >= WAITING + TIME_WAIT] if due else [], update

    def _sends_fin(self, event: Event, doomed: z3.BoolRef) -> Changes:
        """B's clock; a FIN is sent, doomed or not."""
        if event.kind == "arrives":
            x = self.arriving["A"].x
            return [], ACK.arrived(z3.And(x.ack, z3.Not(x.rst)))
        if event.effect.send is None or not z3.is_true(z3.simplify(event.effect.send.fin)):
            return [], {}
        update = FIN.sent(z3.Not(doomed)) | {"B.sent": NOW, "cost": z3.If(doomed, COST + RTO, COST)}
        return [z3.Implies(doomed, COST + RTO <= LOSSES)], update
