"""Connections that ended in order: the other side's incarnation of the last one that carried data."""

from __future__ import annotations

from model.core import z3fast as z3
from model.core.system import Var
from model.network.ghosts.ghost import Ghost, SideEvent, Update
from model.network.side import Side
from model.settings.config import Config
from model.settings.setting import BadConfig


class History(Ghost):
    """Written when a connection has ended in order that had both SYNs, both FINs and an octet at least."""

    def check(self, config: Config) -> None:
        needs = "this property remembers connections that ended in order"
        if config.abort_to == "TIME-WAIT":
            raise BadConfig(f"abort_to=TIME-WAIT: {needs}, so TIME-WAIT must mean that both sides have closed")
        if config.recurring != "none":
            raise BadConfig(f"recurring={config.recurring}: {needs}, and counts incarnations")

    def finished(self, side: Side) -> Var:
        """The other side's incarnation with which this side last exchanged data and closed in order."""
        return side.var("finished", side.config.incarnation_bits, ghost=True)

    def variables(self, side: Side) -> list[Var]:
        return [self.finished(side)]

    def after_event(self, seen: SideEvent) -> Update:
        if not seen.event.effect.orderly:
            return {}
        tcb, finished = seen.side.tcb, self.finished(seen.side)
        used = tcb.snd_nxt - tcb.iss + tcb.rcv_nxt - tcb.irs  # SYN and FIN of both sides, and at least one octet.
        return {finished.name: z3.If(z3.UGE(used, 5), seen.side.peer.term, finished.term)}


HISTORY = History()
