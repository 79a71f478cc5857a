"""How connections ended: each side's last one, the last that ended in order after data, and FINs left unanswered."""

from __future__ import annotations

from dataclasses import replace

from model.core import z3fast as z3
from model.core.system import Var, enumeration
from model.network.ghosts.ghost import Ghost, SideEvent, Update
from model.network.side import Side
from model.settings.config import Config
from model.settings.setting import refuse
from model.tcp.event import Event


class History(Ghost):
    """Written when a connection has ended in order that had both SYNs, both FINs and an octet at least."""

    def check(self, config: Config) -> None:
        needs = "this property remembers connections that ended in order"
        refuse(
            (
                config.abort_to == "TIME-WAIT",
                f"abort_to=TIME-WAIT: {needs}, so TIME-WAIT must mean that both sides have closed",
            ),
            (config.recurring != "none", f"recurring={config.recurring}: {needs}, and counts incarnations"),
        )

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


HOW = ("not", "in order", "reset", "given up", "aborted", "crashed")


def how_it_ends(event: Event) -> str:
    """How a connection ends by this event; while it lasts, and for one that never was, nothing is said."""
    if event.effect.next != "CLOSED":
        return "not"
    if event.effect.orderly:
        return "in order"
    if event.kind == "arrives":
        return "reset"
    return {"USER TIMEOUT": "given up", "SYN-RECEIVED TIMEOUT": "given up", "ABORT": "aborted", "": "crashed"}.get(
        event.call, "not"
    )


class Endings(Ghost):
    """The end of a connection is remembered until the next one has begun."""

    def ended(self, side: Side) -> Var:
        """How the last connection of a side ended: one of `HOW`."""
        return replace(enumeration(f"{side.name}.ended", HOW), ghost=True)

    def unanswered(self, side: Side) -> Var:
        """A FIN has arrived in TIME-WAIT and no acknowledgment of it was formed, whatever the channel did."""
        return side.var("unanswered", ghost=True)

    def ended_as(self, side: Side, how: str, after: bool = False) -> z3.BoolRef:
        """The last connection of a side ended like this; after: in the successor's state."""
        var = self.ended(side)
        return (var.next if after else var.term) == z3.BitVecVal(HOW.index(how), var.width)

    def variables(self, side: Side) -> list[Var]:
        return [self.ended(side), self.unanswered(side)]

    def after_event(self, seen: SideEvent) -> Update:
        event, update = seen.event, dict[str, z3.ExprRef]()
        ended, unanswered = self.variables(seen.side)
        if event.effect.next != event.state:
            update[ended.name] = z3.BitVecVal(HOW.index(how_it_ends(event)), ended.width)
        if seen.x is not None and event.state == "TIME-WAIT":
            passed_over = z3.And(seen.x.fin, seen.x.ack, z3.Not(seen.x.rst), z3.Not(event.effect.acknowledges))
            update[unanswered.name] = z3.Or(unanswered.term, passed_over)
        return update


ENDINGS = Endings()
