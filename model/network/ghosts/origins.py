"""Whether a side has accepted a segment of another connection.

For that, segments carry the incarnation that they acknowledge, besides that of their sender; a reset in reply speaks
for nobody.
"""

from __future__ import annotations

from model.core import z3fast as z3
from model.core.system import Var
from model.network.channel import layout
from model.network.ghosts.ghost import Ghost, SideEvent, Update
from model.network.side import NO_TCB, Side
from model.settings.config import Config
from model.settings.setting import BadConfig


class Origins(Ghost):
    """Written when a segment of another connection changes the state, SND.UNA or RCV.NXT of a side with a TCB."""

    on_segments = True

    def check(self, config: Config) -> None:
        if layout(config, with_acknowledged=True).width > 64:
            raise BadConfig(f"seq_bits={config.seq_bits}: a segment must fit into 64 bits; try fewer")

    def deceived(self, side: Side) -> Var:
        """This side has accepted a segment that another incarnation than its peer has sent, or that acknowledges
        another incarnation of this side."""
        return side.var("deceived", ghost=True)

    def variables(self, side: Side) -> list[Var]:
        return [self.deceived(side)]

    def after_event(self, seen: SideEvent) -> Update:
        side, effect, deceived = seen.side, seen.event.effect, self.deceived(seen.side)
        if seen.x is None or seen.event.state in NO_TCB:
            return {}
        changes = [getattr(effect.tcb, name) != getattr(side.tcb, name) for name in ("snd_una", "rcv_nxt")]
        accepted = z3.Or(z3.BoolVal(effect.next != seen.event.state), *changes)
        return {deceived.name: z3.Or(deceived.term, z3.And(accepted, of_another(seen)))}


ORIGINS = Origins()


def of_another(seen: SideEvent) -> z3.BoolRef:
    """The arriving segment is of another connection than the one that this side has a TCB of.

    Its sender is another incarnation than the one believed in, if there is one; or it acknowledges another incarnation
    of this side. A reset that ABORT has sent has a sender, one in reply has none; neither acknowledges.
    """
    side, x = seen.side, seen.x
    assert x is not None
    assert seen.acknowledged is not None
    by_another = z3.And(seen.sender != 0, side.peer.term != 0, seen.sender != side.peer.term)
    return z3.Or(by_another, z3.And(x.ack, z3.Not(x.rst), seen.acknowledged != side.incarnation.term))
