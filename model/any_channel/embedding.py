"""What is said of an unbounded network, said of a bounded one: the same sides, and the segments in its slots.

A segment's ghosts are read off: `iss` is the initial sequence number of its sender's incarnation, `irs` that of the
receiver's incarnation which it acknowledges, by the slot's ghost or, if there is none, by the range of SEG.ACK.
`any` is the number of one incarnation, to be chosen; if it is used again, it is that of the later one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from model.any_channel.every_channel import every_channel
from model.any_channel.network import NO_IRS, Carried, Pairs, UnboundedNetwork
from model.core import z3fast as z3
from model.core.property import Property, always
from model.engines.inductive.obligations import Lemma, LemmaPart
from model.network.bounded import Network, Side
from model.network.ghosts.turns import TURNS
from model.network.side import NO_TCB, SIDES
from model.tcp.state import FIELDS, STATES


@dataclass(frozen=True)
class Embedding:
    """Lemmas about `soup` as properties of `network`, both of one configuration.

    incarnations: by side of `soup`, the incarnation whose number is `any`. mirrored: `soup`'s A is the network's B.
    unbounded: which unbounded network it is, if not that of the same configuration.
    """

    network: Network
    incarnations: tuple[int, int] = (1, 1)
    mirrored: bool = False
    unbounded: UnboundedNetwork | None = None

    @cached_property
    def soup(self) -> UnboundedNetwork:
        """The unbounded network with the same numbers."""
        return self.unbounded or every_channel(self.network.config)

    def side(self, name: str) -> Side:
        """The side of the network that is `name` in `soup`."""
        sides = [*self.network.sides.values()]
        return sides[SIDES.index(name) ^ self.mirrored]

    def always(self, lemma: Lemma, more: str = "") -> Property:
        """The lemma in every state, of every segment (or two) in the network. more: what its name ends with."""
        return always(lemma.name + more, z3.simplify(z3.And(*(self.said(part) for part in lemma.parts))))

    @property
    def bookkeeping(self) -> Property:
        """What a bounded network keeps besides, so that the lemmas are inductive in it, too.

        States and incarnations exist; a side without a TCB has zeros; ISS and IRS are the numbers of the incarnations
        that the ghosts name; a slot is zero, or holds a segment of an incarnation that there was, a reset apart.
        """
        said = [fact for side in self.network.sides.values() for fact in (*self._of_side(side), *self._of_slots(side))]
        return always("bookkeeping", z3.simplify(z3.And(*said)))

    def _of_side(self, side: Side) -> Iterator[z3.BoolRef]:
        other = self.network.other(side)
        has_tcb = z3.Not(side.state_is(*NO_TCB))
        has_irs = z3.Not(side.state_is(*NO_IRS))
        yield z3.ULT(side.state_var.term, len(STATES))
        yield z3.ULE(side.incarnation.term, self.network.config.incarnations)
        nothing = [
            var.term == 0 if var.width else z3.Not(var.term)
            for var in side.tcb_vars.values()
            if var.name[2:] != "passive_open"
        ]
        yield z3.Implies(z3.Not(has_tcb), z3.And(*nothing, side.peer.term == 0, side.heard.term == 0))
        yield z3.Implies(has_tcb, self._numbered(side, side.incarnation.term, side.tcb.iss))
        yield z3.Implies(has_irs, self._numbered(other, side.peer.term, side.tcb.irs))
        yield z3.Implies(has_irs, z3.ULE(side.peer.term, other.incarnation.term))
        yield z3.Implies(z3.Not(has_irs), side.peer.term == 0)
        chosen = [z3.UGT(other.incarnation.term, at) for at in range(self.network.config.incarnations)]
        yield z3.And(*(z3.Implies(z3.Extract(at, at, side.heard.term) == 1, there) for at, there in enumerate(chosen)))

    def _numbered(self, side: Side, incarnation: z3.BitVecRef, number: z3.BitVecRef) -> z3.BoolRef:
        """`number` is that of the incarnation, and there is one."""
        known = enumerate(self.network.isns(side), 1)
        return z3.Or(*(z3.And(incarnation == at, number == isn) for at, isn in known))

    def _of_slots(self, side: Side) -> Iterator[z3.BoolRef]:
        other, channel = self.network.other(side), self.network.channel(side)
        for slot in channel.slots:
            present, x, sender = channel.layout.unpack(slot.term)
            known = z3.And(z3.UGE(sender, 1), z3.ULE(sender, side.incarnation.term))
            acked = [
                z3.And(z3.ULE(x.ackno - isn - 1, self.network.config.span - 1), z3.UGE(other.incarnation.term, at))
                for at, isn in enumerate(self.network.isns(other), 1)
            ]
            yield present == (slot.term != 0)
            yield z3.Implies(z3.And(present, z3.Not(x.rst)), z3.And(known, z3.Implies(x.ack, z3.Or(*acked))))

    def said(self, part: LemmaPart) -> z3.BoolRef:
        """A part of a lemma, of the state and all slots."""
        every = [self.segments(lane) for lane in part.about]
        found = []
        for chosen in product(*every):
            pairs = list(self.state)
            for at, (lane, (_, m)) in enumerate(zip(part.about, chosen, strict=True)):
                constants = self.soup.stored[lane][part.about[:at].count(lane)].message
                pairs += [(constants[name], term) for name, term in m.message.items()]
            present = z3.And(*(full for full, _ in chosen))
            found.append(z3.Implies(present, z3.substitute(part.term, *pairs)))
        return z3.And(*found)

    @cached_property
    def state(self) -> Pairs:
        """The sides' constants, and what they are in the bounded network."""
        return [pair for at, name in enumerate(self.soup.sides) for pair in self._side(name, self.incarnations[at])]

    def _side(self, name: str, incarnation: int) -> Iterator[tuple[z3.ExprRef, z3.ExprRef]]:
        end, side = self.soup.sides[name], self.side(name)
        others = self.incarnations[1 - SIDES.index(name)]
        yield end.state, side.state_var.term
        for field in FIELDS:
            yield getattr(end.tcb, field), getattr(side.tcb, field)
        yield end.any, self.soup.number(self.network.isns(side)[incarnation - 1])
        yield end.heard, side.heard.term != 0
        yield end.heard_by, self._heard_by(side, self.network.isns(self.network.other(side))[others - 1])
        yield end.older, TURNS.older(side).term

    def _heard_by(self, side: Side, number: int) -> z3.BoolRef:
        """The other side's last incarnation of this number has accepted a SYN of the current one."""
        other, found = self.network.other(side), z3.BoolVal(False)
        for at, isn in enumerate(self.network.isns(other)):
            if isn == number:
                found = z3.If(z3.UGT(other.incarnation.term, at), z3.Extract(at, at, side.heard.term) == 1, found)
        return found

    def segments(self, name: str) -> Sequence[tuple[z3.BoolRef, Carried]]:
        """The slots of what a side has sent: whether each is full, and its segment with ghosts."""
        side = self.side(name)
        channel = self.network.channel(side)
        found = []
        for slot in channel.slots:
            present, x, sender = channel.layout.unpack(slot.term)
            other, irs = self.network.other(side), self.irs_by_range(self.network.other(side), x.ackno)
            if self.network.acknowledging:
                irs = self._iss(other, channel.layout.acknowledged(slot.term))
            found.append((present, Carried(x, self._iss(side, sender), irs)))
        return found

    def _iss(self, side: Side, sender: z3.BitVecRef) -> z3.BitVecRef:
        term = self.soup.number(0)
        for number, isn in enumerate(self.network.isns(side), 1):
            term = z3.If(sender == number, self.soup.number(isn), term)
        return term

    def irs_by_range(self, side: Side, ackno: z3.BitVecRef) -> z3.BitVecRef:
        """The number of a side among whose W numbers an acknowledgment is; 0 if there is none."""
        term = self.soup.number(0)
        for isn in self.network.isns(side):
            own = z3.ULE(ackno - isn - 1, self.network.config.span - 1)
            term = z3.If(own, self.soup.number(isn), term)
        return term
