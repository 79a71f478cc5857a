"""The unbounded network in real time: no segment outlives MSL, and a number rests before it is chosen again.

Here nothing is assumed of the network but its age limit; what the untimed network assumes of every choice of an ISN
(freshness) is owed instead, and shown. Time is a real number, MSL and the other times are constants of any value:
- `now`, and `sent` of every segment. Time passes by any amount; then the network loses what has become older than MSL.
- `spoke`, of each side: when its incarnation of ISS `any`, an arbitrary constant, has last sent a segment.
- `listened`, of each TCB: when the last segment of its peer's incarnation arrived, its SYN at first.

- `sent`, of each side: when it has last sent a segment.

Two rules that an endpoint keeps by its own clock alone (`Rest`):
- silence: a TCB that has heard nothing of its peer for H is deleted (user timeout, keep-alive, the end of TIME-WAIT);
- rest: an ISN nearer to another than fresh ones are is chosen only when nothing was sent under that one for Q; or,
  simpler, any ISN at all is chosen only when the side has sent nothing for Q.
A reset counts as no segment of anybody, as it does for freshness.

That an endpoint can tell its peer's segments from others is `no-old-segment-accepted`: those that it accepts are its
peer's. H is at least the length of TIME-WAIT, whose TCB believes in its peer, too.

Source: RFC 9293, 3.4.1 to 3.4.3, whose MSL and quiet time are the case without H.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from model.any_channel.network import NO_IRS, Assumed, Carried, End, UnboundedNetwork, carried
from model.core import z3fast as z3
from model.engines.inductive.obligations import Lemma, LemmaPart, Message, Soup, Transition
from model.tcp.cause import TIME_PASSES
from model.tcp.event import Event

NOW, MSL, SILENCE, PAUSE = (z3.Real(name) for name in ("now", "MSL", "H", "Q"))


@dataclass(frozen=True)
class Rest:
    """How long a number rests: Q is at least `least`.

    2 MSL + H is for the segment, the TCB that it keeps alive, and the answer. silence: whether the rule of silence is
    kept; sides: whether it is the side that rests, not the number.
    """

    least: z3.ArithRef = field(default_factory=lambda: 2 * MSL + SILENCE)
    silence: bool = True
    sides: bool = False

    @property
    def times(self) -> z3.BoolRef:
        """What is assumed of the constants."""
        return z3.And(MSL > 0, SILENCE >= 0, PAUSE >= 0)

    @property
    def rule(self) -> str:
        """The rule of rest in words."""
        if self.sides:
            return "a side chooses an ISN only when it has sent nothing, a RST apart, for Q"
        return "an ISN near another one is chosen only when nothing, a RST apart, was sent under that one for Q"


@dataclass(frozen=True)
class TimedCarried(Carried):
    """A segment, and when it was sent."""

    sent: z3.ArithRef

    @property
    def message(self) -> Message:
        """Its fields by name."""
        return {**super().message, "sent": self.sent}


def timed(prefix: str, bits: int) -> TimedCarried:
    """A segment of free constants."""
    plain = carried(prefix, bits)
    return TimedCarried(plain.x, plain.iss, plain.irs, z3.Real(f"{prefix}sent"))


def spoke(end: End) -> z3.ArithRef:
    """When the side's incarnation of ISS `any` has last sent a segment; a long time ago if never."""
    return z3.Real(f"{end.name}.spoke")


def listened(end: End) -> z3.ArithRef:
    """When a segment of the incarnation that the side believes in has last arrived."""
    return z3.Real(f"{end.name}.listened")


def last_sent(end: End) -> z3.ArithRef:
    """When the side has last sent a segment."""
    return z3.Real(f"{end.name}.sent")


@dataclass(frozen=True)
class TimedNetwork(UnboundedNetwork):
    """The unbounded network with time."""

    assumed: Assumed = field(default_factory=lambda: Assumed(segments=False, peer=False))
    rest: Rest = field(default_factory=Rest)

    @cached_property
    def stored(self) -> dict[str, tuple[TimedCarried, TimedCarried]]:  # type: ignore[override]  # To mypy a dict is invariant.
        """Two segments that a side has sent, any two, by its name."""
        return {name: (timed(f"m.{name}.", self.bits), timed(f"n.{name}.", self.bits)) for name in self.ends}

    @cached_property
    def arriving(self) -> dict[str, TimedCarried]:  # type: ignore[override]  # To mypy a dict is invariant.
        """The segment that arrives, by the name of the side that has sent it."""
        return {name: timed(f"x.{name}.", self.bits) for name in self.ends}

    @cached_property
    def soup(self) -> Soup:
        """The system with time; all times are constants."""
        untimed = super().soup
        of_sides = (clock(end) for end in self.ends.values() for clock in (spoke, last_sent, listened))
        clocks = [MSL, SILENCE, PAUSE, NOW, *of_sides]
        rested = [z3.And(last_sent(end) + PAUSE < NOW, last_sent(end) == spoke(end)) for end in self.ends.values()]
        return replace(
            untimed,
            variables={**untimed.variables, **{clock.decl().name(): clock for clock in clocks}},
            initial=z3.And(untimed.initial, self.rest.times, *rested),
            steps=(*untimed.steps, self.time_passes),
            domain=self._times(untimed.domain),
        )

    def _times(self, domain: Lemma) -> Lemma:
        return replace(domain, parts=(*domain.parts, LemmaPart("the times", self.rest.times)))

    @property
    def untimed(self) -> UnboundedNetwork:
        """The network without time, in which freshness is assumed."""
        return UnboundedNetwork(self.config)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the proof assumes, in sentences."""
        c, distance = self.config, f"{self.config.isn_distance:,}"
        silence = "a TCB is deleted at the latest H after the last segment of its peer has arrived"
        return (
            f"W: one incarnation uses at most {c.span:,} sequence numbers of {c.seq_bits} bits; windows are"
            f" {c.window:,}",
            "no segment outlives MSL; times are real numbers of any value",
            silence if self.rest.silence else f"NOT assumed: {silence}",
            f"{self.rest.rule}: near is less than {distance} away, and Q >= {self.rest.least}",
        )

    @property
    def time_passes(self) -> Transition:
        """Any time passes; what is older than MSL after it has been lost."""
        then = z3.Real("then")
        conditions = [then >= NOW]
        if self.rest.silence:
            conditions += [z3.Implies(end.has_irs, then <= listened(end) + SILENCE) for end in self.ends.values()]
        young = {name: then <= pair[0].sent + MSL for name, pair in self.stored.items()}
        return Transition(
            TIME_PASSES.name, "3.4.1", z3.And(*conditions), {"now": then}, assumes=young, cause=TIME_PASSES
        )

    def _step(self, end: End, event: Event, x: Carried, isn: z3.BitVecRef) -> Transition:
        """The event with its clocks; what it would assume of an ISN is owed."""
        step = super()._step(end, event, x, isn)
        clocks = dict(self._clocks(end, event, x))
        sends = step.sends and (step.sends[0], {**step.sends[1], "sent": NOW})
        step = replace(step, sends=sends, update={**step.update, **clocks})
        return self._rested(step, end, isn) if event.effect.chooses_isn else step

    def _clocks(self, end: End, event: Event, x: Carried) -> Iterator[tuple[str, z3.ArithRef]]:
        if event.effect.send is not None:
            speaks = z3.And(event.effect.send_when, z3.Not(event.effect.send.rst))
            yield f"{end.name}.spoke", z3.If(z3.And(speaks, event.effect.tcb.iss == end.any), NOW, spoke(end))
            yield f"{end.name}.sent", z3.If(speaks, NOW, last_sent(end))
        if event.effect.accepts_syn:
            yield f"{end.name}.listened", NOW
        elif event.kind == "arrives" and event.state not in NO_IRS:
            peers = z3.And(z3.Not(x.x.rst), x.iss == end.tcb.irs)
            yield f"{end.name}.listened", z3.If(peers, NOW, listened(end))

    def _rested(self, step: Transition, end: End, isn: z3.BitVecRef) -> Transition:
        """The rule of rest, said of the number `any`; freshness (a) and (b) of that number are owed."""
        near, other, long_enough = z3.Not(self.apart(isn, end.any)), self.other(end), self.rest.least <= PAUSE
        rule = last_sent(end) + PAUSE < NOW if self.rest.sides else z3.Implies(near, spoke(end) + PAUSE < NOW)
        own, theirs = self.stored[end.name][0], self.stored[other.name][0]
        of = {
            end.name: z3.And(z3.Not(own.x.rst), own.iss == end.any),
            other.name: z3.And(theirs.x.ack, z3.Not(theirs.x.rst), theirs.irs == end.any),
        }
        fresh = [LemmaPart("freshness (a)", z3.Implies(has, z3.Not(near)), (name,)) for name, has in of.items()]
        known = z3.And(other.has_irs, other.tcb.irs == end.any)
        fresh.append(LemmaPart("freshness (b)", z3.Implies(known, z3.Not(near))))
        return replace(step, guard=z3.And(step.guard, long_enough, rule), assumes={}, owes=tuple(fresh))
