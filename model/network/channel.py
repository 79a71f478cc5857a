"""One direction of a bounded network: a multiset (or queue) of at most `capacity` segments.

A slot is one bit-vector, zero when empty: a presence bit, the segment, its age if the network is timed, and, lowest,
its ghosts: where the ghost `ORIGINS` is kept, the incarnation of the receiver's side that it acknowledges; and the
incarnation of its sender that sent it. With reordering the slots are a symmetric group, kept sorted by the `System`, so
that states that differ in the order of segments are one; without, slot 0 is the head of a queue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from model.core import z3fast as z3
from model.core.system import BadSystem, Var
from model.settings.clocks import CLOCK_BITS
from model.settings.config import Config
from model.tcp.segment import CONTROLS, SEGMENT_FIELDS, Segment


@dataclass(frozen=True)
class SlotLayout:
    """Widths of a slot's parts: sequence numbers, octets of text, incarnations, age (0: untimed), and the incarnation
    that is acknowledged (0: not kept)."""

    seq_bits: int
    text_bits: int
    incarnation_bits: int
    age_bits: int = 0
    acknowledged_bits: int = 0

    @property
    def ghost_bits(self) -> int:
        """Bits of the ghosts, which are the lowest."""
        return self.incarnation_bits + self.acknowledged_bits

    @property
    def width(self) -> int:
        """Bits of a slot."""
        return 1 + len(CONTROLS) + self.text_bits + 2 * self.seq_bits + self.age_bits + self.ghost_bits

    def pack(self, x: Segment, incarnation: z3.BitVecRef, acknowledged: z3.BitVecRef) -> z3.BitVecRef:
        """The slot that holds `x`; acknowledged: the incarnation under whose number it acknowledges, or 0."""
        one, zero = z3.BitVecVal(1, 1), z3.BitVecVal(0, 1)
        controls = [z3.If(getattr(x, name), one, zero) for name in CONTROLS]
        text = z3.Extract(self.text_bits - 1, 0, x.text)
        age = [z3.BitVecVal(0, self.age_bits)] if self.age_bits else []
        ghosts = [acknowledged, incarnation] if self.acknowledged_bits else [incarnation]
        return z3.Concat(one, *controls, text, x.seq, x.ackno, *age, *ghosts)

    def age(self, slot: z3.BitVecRef) -> z3.BitVecRef:
        """How many ticks the segment in a slot has been under way (timed networks)."""
        return z3.Extract(self.ghost_bits + self.age_bits - 1, self.ghost_bits, slot)

    def acknowledged(self, slot: z3.BitVecRef) -> z3.BitVecRef:
        """The incarnation that the segment in a slot acknowledges, 0 if none; raises `BadSystem` if it is not kept."""
        if not self.acknowledged_bits:
            raise BadSystem("segments do not carry whom they acknowledge: make the network with the ghost ORIGINS")
        return z3.Extract(self.ghost_bits - 1, self.incarnation_bits, slot)

    def older(self, slot: z3.BitVecRef) -> z3.BitVecRef:
        """The slot one tick later; an empty one stays empty."""
        return z3.If(slot == 0, slot, slot + (1 << self.ghost_bits))

    def unpack(self, slot: z3.BitVecRef) -> tuple[z3.BoolRef, Segment, z3.BitVecRef]:
        """Whether a slot is full, its segment, and its sender's incarnation."""
        at = self.width - 1
        present = z3.Extract(at, at, slot) == 1
        parts: dict[str, z3.ExprRef] = {}
        for name in CONTROLS:
            at -= 1
            parts[name] = z3.Extract(at, at, slot) == 1
        for name, bits in (("text", self.text_bits), ("seq", self.seq_bits), ("ackno", self.seq_bits)):
            parts[name] = z3.ZeroExt(self.seq_bits - bits, z3.Extract(at - 1, at - bits, slot))
            at -= bits
        return present, Segment(**parts), z3.Extract(self.incarnation_bits - 1, 0, slot)


def layout(config: Config, with_acknowledged: bool = False) -> SlotLayout:
    """The slot layout of a configuration; with_acknowledged: with the incarnation that is acknowledged."""
    age, acknowledged = CLOCK_BITS if config.timed else 0, config.incarnation_bits if with_acknowledged else 0
    return SlotLayout(config.seq_bits, config.text_bits, config.incarnation_bits, age, acknowledged)


@dataclass(frozen=True)
class Channel:
    """The segments on their way from `source` to `target`."""

    source: str
    target: str
    layout: SlotLayout
    capacity: int
    reordering: bool

    @cached_property
    def slots(self) -> list[Var]:
        """The variables of the slots."""
        return [Var(f"{self.source}>{self.target}.{at}", self.layout.width) for at in range(self.capacity)]

    @cached_property
    def contents(self) -> list[tuple[z3.BoolRef, Segment, z3.BitVecRef]]:
        """For each slot whether it is full, its segment, and its sender's incarnation."""
        return [self.layout.unpack(slot.term) for slot in self.slots]

    @property
    def choices(self) -> int:
        """How many slots may deliver (or lose) next."""
        return self.capacity if self.reordering else 1

    @cached_property
    def full(self) -> z3.BoolRef:
        """No slot is free. (Empty slots come last.)"""
        return self.slots[-1].term != 0

    @cached_property
    def empty(self) -> z3.BoolRef:
        """No segment is on its way."""
        return self.slots[0].term == 0

    def chosen(self, slot: z3.BitVecRef) -> z3.BitVecRef:
        """The content of slot number `slot`, an input below `choices`."""
        terms = [var.term for var in self.slots[: self.choices]]
        content = terms[-1]
        for at in range(len(terms) - 2, -1, -1):
            content = z3.If(slot == at, terms[at], content)
        return content

    def remove(self, slot: z3.BitVecRef, when: z3.BoolRef) -> dict[str, z3.BitVecRef]:
        """The slots without the content of slot number `slot`, where `when` holds."""
        terms = [var.term for var in self.slots]
        zero = z3.BitVecVal(0, self.layout.width)
        if self.reordering:
            new: Sequence[z3.BitVecRef] = [z3.If(z3.And(when, slot == at), zero, t) for at, t in enumerate(terms)]
        else:
            new = [z3.If(when, after, t) for t, after in zip(terms, [*terms[1:], zero], strict=True)]
        return {var.name: term for var, term in zip(self.slots, new, strict=True)}

    def insert(
        self, x: Segment, incarnation: z3.BitVecRef, acknowledged: z3.BitVecRef, when: z3.BoolRef
    ) -> dict[str, z3.BitVecRef]:
        """The slots with `x` and its ghosts in the first free one, where `when` holds and one is free."""
        content, update = self.layout.pack(x, incarnation, acknowledged), {}
        before: z3.BoolRef = z3.BoolVal(True)
        for at, var in enumerate(self.slots):
            if self.reordering and at < self.capacity - 1:
                continue  # Sorting moves it from the last slot to its place.
            free = z3.And(when, before, var.term == 0)
            update[var.name] = z3.If(free, content, var.term)
            before = var.term != 0
        if self.reordering:
            update = {var.name: update.get(var.name, var.term) for var in self.slots}
        return update


assert set(SEGMENT_FIELDS) == {*CONTROLS, "seq", "ackno", "text"}, "a slot must hold every field of a segment"
