"""Whose current incarnation was chosen first."""

from __future__ import annotations

from model.core.system import Var
from model.network.ghosts.ghost import Ghost, SideEvent, Update
from model.network.side import Side
from model.tcp.event import FALSE, TRUE


class Turns(Ghost):
    """Written whenever an initial sequence number is chosen."""

    def older(self, side: Side) -> Var:
        """The other side has chosen its initial sequence number later than this side."""
        return side.var("older", ghost=True)

    def variables(self, side: Side) -> list[Var]:
        return [self.older(side)]

    def after_event(self, seen: SideEvent) -> Update:
        if not seen.event.effect.chooses_isn:
            return {}
        return {self.older(seen.side).name: FALSE, self.older(seen.other).name: TRUE}


TURNS = Turns()
