"""Octets: who has sent how many, and whose were delivered.

Whose an octet is, the ghost of its segment's slot says; of text held since the SYN, the ghost `peer`.
"""

from __future__ import annotations

from collections.abc import Iterator

from model.core import z3fast as z3
from model.core.system import Var
from model.network.ghosts.ghost import Ghost, SideEvent, Update
from model.network.side import NO_TCB, Side
from model.settings.config import Config
from model.settings.setting import BadConfig


class Accounts(Ghost):
    """Written by SEND and by what is delivered."""

    def check(self, config: Config) -> None:
        if not config.octets:
            raise BadConfig("octets=0: this property counts octets, and there is nothing to count")

    def sent(self, side: Side) -> list[Var]:
        """For each incarnation of a side, the octets that its user has sent, also those that are still queued."""
        return self._counters(side, "sent", side.config.octets)

    def delivered(self, side: Side) -> list[Var]:
        """For each incarnation of the other side, its octets that this side's users have got, over all incarnations of
        this side; octets + 1 stands for more than were ever sent."""
        return self._counters(side, "delivered", side.config.octets + 1)

    def _counters(self, side: Side, name: str, most: int) -> list[Var]:
        self.check(side.config)
        numbers = range(1, side.config.incarnations + 1)
        return [side.var(f"{name}_{k}", most.bit_length(), ghost=True) for k in numbers]

    def fed(self, side: Side) -> Var:
        """The connection that this side is in has delivered text to its user."""
        return side.var("fed", ghost=True)

    def disordered(self, side: Side) -> Var:
        """This side has delivered an octet that was not the next one: octets have names, the first that an incarnation
        sends is number ISS + 1, and `delivered` of them have been got before."""
        return side.var("disordered", ghost=True)

    def variables(self, side: Side) -> list[Var]:
        if not side.config.octets:
            return []
        return [*self.sent(side), *self.delivered(side), self.fed(side), self.disordered(side)]

    def after_event(self, seen: SideEvent) -> Update:
        side, event, config, update = seen.side, seen.event, seen.side.config, dict[str, z3.ExprRef]()
        if event.budget == "octets":
            for k, var in enumerate(self.sent(side), 1):
                update[var.name] = z3.If(seen.incarnation == k, var.term + config.segment_text, var.term)
        zero, (new, held) = z3.BitVecVal(0, config.seq_bits), handed_over(seen)
        for k, var in enumerate(self.delivered(side), 1):
            more = z3.If(seen.sender == k, new, zero) + z3.If(side.peer.term == k, held, zero)
            total = z3.ZeroExt(config.seq_bits - var.width, var.term) + more
            most = z3.If(z3.UGT(total, config.octets), z3.BitVecVal(config.octets + 1, config.seq_bits), total)
            update[var.name] = z3.Extract(var.width - 1, 0, most)
        fed, disordered = self.fed(side), self.disordered(side)
        if event.effect.delivered is not None or event.effect.released is not None:
            update[disordered.name] = z3.Or(disordered.term, *self._out_of_turn(seen))
        begins = event.effect.chooses_isn or event.effect.next in NO_TCB
        update[fed.name] = z3.Or(z3.BoolVal(False) if begins else fed.term, new + held != 0)
        return update

    def _out_of_turn(self, seen: SideEvent) -> Iterator[z3.BoolRef]:
        """For each incarnation of the other side: one of its octets is delivered that is not the next one.

        What was held since the SYN begins at IRS + 1. Of the segment's text what is new begins at RCV.NXT, after that,
        and has to be in the segment; where there is no RCV.NXT yet, it begins at its first octet.
        """
        side, x, tcb, (new, held) = seen.side, seen.x, seen.side.tcb, handed_over(seen)
        synchronized = seen.event.state not in (*NO_TCB, "SYN-SENT")
        first = tcb.rcv_nxt + held if synchronized or x is None else x.text_seq
        if x is not None:
            offset = first - x.text_seq
            yield z3.And(new != 0, z3.Not(z3.And(z3.ULE(offset, x.text), z3.ULE(new, x.text - offset))))
        for k, (var, isn) in enumerate(zip(self.delivered(side), seen.isns_of_other, strict=True), 1):
            got = z3.ZeroExt(side.config.seq_bits - var.width, var.term)
            before = got + z3.If(side.peer.term == k, held, z3.BitVecVal(0, side.config.seq_bits))
            yield z3.And(side.peer.term == k, held != 0, tcb.irs - isn != got)
            yield z3.And(seen.sender == k, new != 0, first - isn - 1 != before)


ACCOUNTS = Accounts()


def handed_over(seen: SideEvent) -> tuple[z3.BitVecRef, z3.BitVecRef]:
    """The octets of the segment that are delivered, and those held since the SYN that are."""
    zero, effect = z3.BitVecVal(0, seen.side.config.seq_bits), seen.event.effect
    new, held = (zero if octets is None else octets for octets in (effect.delivered, effect.released))
    return new, held
