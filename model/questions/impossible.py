"""Events that cannot happen, proved with Z3: their guard contradicts what every endpoint sends and keeps.

The lemmas (`properties.sent`) are shown of each end of a network by induction over its own events: of the initial
states, of what an attacker injects, of the TCB after each event and of the segment that it sends, given that they hold
of the TCB before it and of the segment that arrives. Channels, budgets and the other end do not occur in it, so it
holds for every channel and for every ISN; the number space and the window are the configuration's. A lemma that some
event breaks is not used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import z3

from model.core.terms import evaluate
from model.engines.symbolic.solver import LimitedSolver
from model.network.connection import Attack
from model.network.make import AnyNetwork
from model.tcp.cause import Cause
from model.tcp.event import Event
from model.tcp.segment import SEGMENT_FIELDS, Segment
from model.tcp.state import Tcb
from properties.sent import KEPT, Kept


@dataclass(frozen=True)
class TcbAndSegment:
    """An end's TCB, and the segment that may arrive there."""

    tcb: Tcb
    x: Segment


@dataclass
class EndsUnderLemmas:
    """The ends of one network, the lemmas that hold of them, and how many obligations that took."""

    network: AnyNetwork
    ask: LimitedSolver = field(default_factory=LimitedSolver)
    obligations: int = 0

    def inductive(self, lemmas: Sequence[Kept] = KEPT) -> list[Kept]:
        """The lemmas that hold in every run; raises `Unanswered`."""
        kept = [lemma for lemma in lemmas if self.begins(lemma)]
        while broken := self._broken(kept):
            kept = [lemma for lemma in kept if lemma.name not in broken]
        return kept

    def impossible(self, cause: Cause, kept: Sequence[Kept]) -> tuple[str, ...] | None:
        """The lemmas by which no end of the network can take the event, or None if they leave it possible.

        Raises `KeyError` for an event that no end has: of nothing anything could be proved.
        """
        if not (those := [one for one in self.events if one[1].cause == cause]):
            raise KeyError(f"no end has the event '{cause.name}'")

        def excluded(some: Sequence[Kept]) -> bool:
            return not any(self._satisfiable(*self._before(*one, some)) for one in those)

        if not excluded(kept):
            return None
        fewer = next((some for some in ((), *((lemma,) for lemma in kept)) if excluded(some)), tuple(kept))
        return tuple(lemma.name for lemma in fewer)

    @cached_property
    def events(self) -> list[tuple[TcbAndSegment, Event]]:
        """Every event of every end, with any ISN on offer."""
        return [
            (TcbAndSegment(side.tcb, connection.arriving(side)[1]), event)
            for connection in self.network.connections
            for side in connection.sides.values()
            for event in connection.listed(side, z3.BitVec("any ISN", connection.config.seq_bits))
        ]

    def begins(self, lemma: Kept) -> bool:
        """Whether it holds of the initial states, and of every segment that no event sends."""
        for connection in self.network.connections:
            ends = connection.sides.values()
            start = dict.fromkeys((var.name for end in ends for var in end.variables), 0) | connection.start()
            injected = connection.injection(None, None).wires if isinstance(connection, Attack) else ()
            segments = [Segment(**{name: wire.fields[name] for name in SEGMENT_FIELDS}) for wire in injected]
            if not all(evaluate(lemma.of_tcb(end.tcb), start) for end in ends) or any(
                self._satisfiable(z3.Not(lemma.of_segment(x))) for x in segments
            ):
                return False
        return True

    def _broken(self, kept: Sequence[Kept]) -> set[str]:
        """The lemmas that some event breaks, given all of them before it; what is plain is not asked."""
        found = set()
        for end, event in self.events:
            for lemma in kept:
                does = event.effect
                sends = does.send is None or z3.Implies(does.send_when, lemma.of_segment(does.send))
                after = z3.simplify(z3.And(lemma.of_tcb(does.tcb), sends))
                self.obligations += 1
                stays = z3.is_true(after) or after.eq(z3.simplify(lemma.of_tcb(end.tcb)))
                if not stays and self._satisfiable(*self._before(end, event, kept), z3.Not(after)):
                    found.add(lemma.name)
        return found

    @staticmethod
    def _before(end: TcbAndSegment, event: Event, kept: Iterable[Kept]) -> Iterator[z3.BoolRef]:
        """The guard, and the lemmas of the TCB and of what arrives."""
        yield event.guard
        for lemma in kept:
            yield lemma.of_tcb(end.tcb)
            if event.kind == "arrives":
                yield lemma.of_segment(end.x)

    def _satisfiable(self, *formulas: z3.BoolRef) -> bool:
        return self.ask(*formulas) is not None
