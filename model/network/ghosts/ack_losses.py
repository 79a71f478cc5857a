"""Whether the network has lost an acknowledgment of everything that a side has sent."""

from __future__ import annotations

from model.core import z3fast as z3
from model.core.system import Var
from model.network.ghosts.ghost import Ghost, SideEvent, Update
from model.network.side import Side
from model.tcp.segment import Segment


class AckLosses(Ghost):
    """Written by losses; what a side sends from then on has lost no acknowledgment yet."""

    def ack_lost(self, side: Side) -> Var:
        """An acknowledgment of all that this side had sent has been lost on its way."""
        return side.var("ack_lost", ghost=True)

    def variables(self, side: Side) -> list[Var]:
        return [self.ack_lost(side)]

    def after_event(self, seen: SideEvent) -> Update:
        lost, sends = self.ack_lost(seen.side), seen.event.effect.tcb.snd_nxt != seen.side.tcb.snd_nxt
        return {lost.name: z3.And(lost.term, z3.Not(sends))}

    def after_loss(self, receiver: Side, x: Segment) -> Update:
        lost = self.ack_lost(receiver)
        return {lost.name: z3.Or(lost.term, z3.And(x.ack, x.ackno == receiver.tcb.snd_nxt))}


ACK_LOSSES = AckLosses()
