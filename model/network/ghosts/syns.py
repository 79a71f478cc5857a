"""Whether a SYN of a side has been accepted by anybody, whatever has become of either since."""

from __future__ import annotations

from model.core.system import Var
from model.network.ghosts.ghost import Ghost, SideEvent, Update
from model.network.side import Side
from model.tcp.event import TRUE


class Syns(Ghost):
    """A fact of history: nothing takes it back."""

    def accepted(self, side: Side) -> Var:
        """Somebody has accepted a SYN of this side."""
        return side.var("accepted", ghost=True)

    def variables(self, side: Side) -> list[Var]:
        return [self.accepted(side)]

    def if_open(self, side: Side) -> list[str]:
        return [self.accepted(side).name]

    def after_event(self, seen: SideEvent) -> Update:
        return {self.accepted(seen.other).name: TRUE} if seen.event.effect.accepts_syn else {}


SYNS = Syns()
