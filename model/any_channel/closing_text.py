"""The end of a connection in real time, in which B may send text before its FIN.

As `closing`; what is promised there of B's FIN is promised here of all that B sends with text or FIN. B's timer
starts again when SND.UNA moves (RFC 6298, 5.3), so it matters when an acknowledgment of text arrives: no segment of A
is older than D.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from model.any_channel.closing import (
    ACK,
    COST,
    DELAY,
    FIN,
    LOSSES,
    NOW,
    RTO,
    SENT,
    TIME_WAIT,
    Changes,
    ClosingNetwork,
    Sent,
    sent,
)
from model.any_channel.network import Carried, End
from model.core import z3fast as z3
from model.engines.inductive.obligations import Message, Soup, Transition
from model.settings.config import Config
from model.tcp.event import Event


@dataclass(frozen=True)
class Dated(Sent):
    """A segment, and when it was sent."""

    at: z3.ArithRef

    @property
    def message(self) -> Message:
        """Its fields by name."""
        return {**super().message, "at": self.at}


def dated(prefix: str, bits: int) -> Dated:
    """A segment of free constants."""
    plain = sent(prefix, bits)
    return Dated(plain.x, plain.iss, plain.irs, plain.doomed, z3.Real(f"{prefix}at"))


@dataclass(frozen=True)
class TextNetwork(ClosingNetwork):
    """The system; the number of B's FIN is a constant, of any value, that B's user keeps to."""

    @cached_property
    def stored(self) -> dict[str, tuple[Dated, Dated]]:  # type: ignore[override]  # To mypy a dict is invariant.
        """Two segments that a side has sent, any two, by its name."""
        return {name: (dated(f"m.{name}.", self.bits), dated(f"n.{name}.", self.bits)) for name in self.ends}

    @cached_property
    def arriving(self) -> dict[str, Dated]:  # type: ignore[override]  # To mypy a dict is invariant.
        """The segment that arrives, by the name of the side that has sent it."""
        return {name: dated(f"x.{name}.", self.bits) for name in self.ends}

    @cached_property
    def first(self) -> z3.BitVecRef:
        """The number of B's first octet of text: a constant."""
        return z3.BitVec("B.first", self.bits)

    def place(self, number: z3.BitVecRef) -> z3.BitVecRef:
        """A number of B's as its distance from the first."""
        return number - self.first

    @property
    def length(self) -> z3.BoolRef:
        """What is assumed of the length of TIME-WAIT."""
        return TIME_WAIT > LOSSES + 3 * DELAY if self.given is None else self.given

    def covers(self, one: Config) -> bool:
        """Whether the runs of a bounded configuration are among those that the proof is about: with text, too."""
        return super().covers(one.but(octets=0, segment_text=1))

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the proof assumes, in sentences."""
        length, *_, losses, _ = super().assumptions
        return (
            length,
            "each text or FIN of B, and the answer of TIME-WAIT to it, arrive within D, unless one of them is lost; no"
            " segment of A is older than D",
            "until B is CLOSED its timer runs out RTO after it has sent, or after SND.UNA has moved, at the latest",
            losses,
            "A has closed before; B sends text and its FIN; nobody opens, aborts or gives up",
        )

    @cached_property
    def soup(self) -> Soup:
        """The system; coordinates: B's numbers are distances from the first."""
        a, b = self.ends.values()
        from_first = [a.tcb.rcv_nxt, b.tcb.snd_una, b.tcb.snd_nxt, self.last["B"]]
        from_last = [a.tcb.snd_una, a.tcb.snd_nxt, b.tcb.rcv_nxt]
        for ours, theirs in zip(
            (*self.stored["A"], self.arriving["A"]), (*self.stored["B"], self.arriving["B"]), strict=True
        ):
            from_first += [ours.x.ackno, theirs.x.seq]
            from_last += [ours.x.seq, theirs.x.ackno]
        pairs = [(number, self.first + self._distance(number)) for number in from_first]
        pairs += [(number, self.last["A"] + self._distance(number)) for number in from_last]
        pairs += [(b.tcb.iss, self.first - self._distance(b.tcb.iss))]
        return replace(super().soup, coordinates=pairs)

    @property
    def half_closed(self) -> z3.BoolRef:
        """A's FIN is acknowledged, B has sent nothing yet; nothing is outstanding or under way."""
        a, b = self.ends.values()
        return z3.And(
            a.state_is("FIN-WAIT-2"),
            b.state_is("CLOSE-WAIT"),
            *(side.tcb.snd_una == side.tcb.snd_nxt for side in (a, b)),
            *(side.tcb.rcv_nxt == self.other(side).tcb.snd_nxt for side in (a, b)),
            a.tcb.snd_nxt == self.last["A"] + 1,
            b.tcb.snd_nxt == self.first,
            self.fits(b),
        )

    def fits(self, b: End) -> z3.BoolRef:
        """B's numbers are of one incarnation."""
        begun = self.first - b.tcb.iss
        return z3.And(z3.ULE(self.place(self.last["B"]), self.most - 2), z3.UGE(begun, 1), z3.ULE(begun, self.most))

    def allows(self, end: End, event: Event) -> bool:
        """B may also send text."""
        sends = event.call == "SEND" and event.state == "CLOSE-WAIT" and end.name == "B"
        return sends or super().allows(end, event)

    @property
    def time_passes(self) -> Transition:
        """A's segments are lost when they are older than D."""
        young = z3.Real("then") <= self.stored["A"][0].at + DELAY
        return replace(super().time_passes, assumes={"A": young})

    def _step(self, end: End, event: Event, x: Carried, isn: z3.BitVecRef) -> Transition:
        """The same, with the time of sending."""
        step = super()._step(end, event, x, isn)
        sends = step.sends and (step.sends[0], {**step.sends[1], "at": NOW})
        return replace(step, sends=sends)

    def _waits_for(self, event: Event) -> Changes:
        """What is not doomed has arrived; in TIME-WAIT the answer acknowledges the FIN."""
        conditions, update = super()._waits_for(event)
        if event.kind == "arrives":
            x = self.arriving["B"]
            arrived = z3.And(z3.Not(x.x.rst), z3.Not(x.doomed))
            full = z3.BoolVal(False)
            if event.effect.send is not None and event.effect.next == "TIME-WAIT":
                full = z3.And(event.effect.send_when, z3.Not(event.effect.send.rst))
            update |= FIN.arrived(arrived) | ACK.sent(z3.And(arrived, full))
        return conditions, update

    def _sends_fin(self, event: Event, doomed: z3.BoolRef) -> Changes:
        """B's clock; text or a FIN is sent, doomed or not; or SND.UNA moves."""
        b = self.ends["B"]
        if event.kind == "arrives":
            x = self.arriving["A"].x
            full = z3.And(x.ack, z3.Not(x.rst), x.ackno == self.last["B"] + 1)
            return [], {**ACK.arrived(full), "B.sent": z3.If(event.effect.tcb.snd_una != b.tcb.snd_una, NOW, SENT)}
        if event.effect.send is None:
            return [], {}
        conditions = [z3.Implies(doomed, COST + RTO <= LOSSES)]
        if event.call == "SEND":
            room = self.place(self.last["B"]) - self.place(b.tcb.snd_nxt)
            conditions.append(z3.ULE(event.effect.send.text, room))
        if event.call == "CLOSE":
            conditions.append(b.tcb.snd_nxt == self.last["B"])
        update = FIN.sent(z3.Not(doomed)) | {"B.sent": NOW, "cost": z3.If(doomed, COST + RTO, COST)}
        return conditions, update
