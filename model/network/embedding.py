"""What is said of an unbounded network, said of a bounded one: the same sides, and the segments in its slots.

A segment's ghosts are read off: `iss` is the initial sequence number of its sender's incarnation, `irs` that of the
receiver's side which its acknowledgment belongs to. `any` is the number of one incarnation, to be chosen; if it is used
again, it is that of the later one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import z3

from model.engines.unbounded import Lemma, Part
from model.network.bounded import Network, Side
from model.network.soup import Carried, UnboundedNetwork
from model.system import Property
from model.tcp.segment import SEGMENT_FIELDS
from model.tcp.state import FIELDS

Pairs = list[tuple[z3.ExprRef, z3.ExprRef]]


@dataclass(frozen=True)
class Embedding:
    """Lemmas about `soup` as properties of `network`, both of one configuration (with `turns`).

    incarnations: by side, the incarnation whose number is `any`.
    """

    network: Network
    incarnations: tuple[int, int] = (1, 1)

    @cached_property
    def soup(self) -> UnboundedNetwork:
        """The unbounded network with the same numbers."""
        return UnboundedNetwork(self.network.config)

    def property(self, lemma: Lemma) -> Property:
        """The lemma in every state, of every segment (or two) in the network."""
        return Property(lemma.name, "always", z3.simplify(z3.And(*(self.said(part) for part in lemma.parts))))

    def said(self, part: Part) -> z3.BoolRef:
        """A part of a lemma, of the state and all slots."""
        every = [self._segments(lane) for lane in part.about]
        found = []
        for chosen in product(*every):
            pairs = list(self._state)
            for at, (lane, (_, m)) in enumerate(zip(part.about, chosen, strict=True)):
                pairs += _renamed(self.soup.stored[lane][part.about[:at].count(lane)], m)
            present = z3.And(*(full for full, _ in chosen))
            found.append(z3.Implies(present, z3.substitute(part.term, *pairs)))
        return z3.And(*found)

    @cached_property
    def _state(self) -> Pairs:
        """The sides' constants, and what they are in the bounded network."""
        return [pair for at, name in enumerate(self.soup.ends) for pair in self._side(name, self.incarnations[at])]

    def _side(self, name: str, incarnation: int) -> Iterator[tuple[z3.ExprRef, z3.ExprRef]]:
        end, side = self.soup.ends[name], self.network.sides[name]
        others = self.incarnations[1 - list(self.soup.ends).index(name)]
        yield end.state, side.state_var.term
        for field in FIELDS:
            yield getattr(end.tcb, field), getattr(side.tcb, field)
        yield end.any, self.soup.number(self.network.isns(side)[incarnation - 1])
        yield end.heard, side.heard.term != 0
        yield end.heard_by, self._heard_by(side, self.network.isns(self.network.other(side))[others - 1])
        yield end.older, side.older.term

    def _heard_by(self, side: Side, number: int) -> z3.BoolRef:
        """The other side's last incarnation of this number has accepted a SYN of the current one."""
        other, found = self.network.other(side), z3.BoolVal(False)
        for at, isn in enumerate(self.network.isns(other)):
            if isn == number:
                found = z3.If(z3.UGT(other.incarnation.term, at), z3.Extract(at, at, side.heard.term) == 1, found)
        return found

    def _segments(self, name: str) -> Sequence[tuple[z3.BoolRef, Carried]]:
        """The slots of what a side has sent: whether each is full, and its segment with ghosts."""
        side = self.network.sides[name]
        channel = self.network.channel(side)
        found = []
        for slot in channel.slots:
            present, x, sender = channel.layout.unpack(slot.term)
            found.append((present, Carried(x, self._iss(side, sender), self._irs(self.network.other(side), x.ackno))))
        return found

    def _iss(self, side: Side, sender: z3.BitVecRef) -> z3.BitVecRef:
        term = self.soup.number(0)
        for number, isn in enumerate(self.network.isns(side), 1):
            term = z3.If(sender == number, self.soup.number(isn), term)
        return term

    def _irs(self, side: Side, ackno: z3.BitVecRef) -> z3.BitVecRef:
        term = self.soup.number(0)
        for isn in self.network.isns(side):
            own = z3.ULE(ackno - isn - 1, self.network.config.span - 1)
            term = z3.If(own, self.soup.number(isn), term)
        return term


def _renamed(old: Carried, new: Carried) -> Pairs:
    fields: Pairs = [(getattr(old.x, name), getattr(new.x, name)) for name in SEGMENT_FIELDS]
    return [*fields, (old.iss, new.iss), (old.irs, new.irs)]
