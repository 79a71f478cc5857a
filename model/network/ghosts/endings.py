"""How each side's last connection ended, and whether a FIN went unanswered in TIME-WAIT."""

from __future__ import annotations

from dataclasses import replace

from model.core import z3fast as z3
from model.core.system import Var, enumeration
from model.network.ghosts.ghost import Ghost, SideEvent, Update
from model.network.side import Side
from model.tcp.event import Event

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
