"""Handshakes: whose SYN was accepted by whom, or ever by anybody, and whose current incarnation was chosen first.

`BELIEFS` are the ghosts `Side.peer` and `Side.heard`, which every network keeps.
"""

from __future__ import annotations

from model.core import z3fast as z3
from model.core.system import Var
from model.network.ghosts.ghost import Ghost, SideEvent, Update
from model.network.side import NO_TCB, Side
from model.tcp.event import FALSE, TRUE


class Beliefs(Ghost):
    """Both are forgotten with the TCB; `heard` is written while the sender of the SYN that is accepted lives."""

    def variables(self, side: Side) -> list[Var]:
        return [side.peer, side.heard]

    def after_event(self, seen: SideEvent) -> Update:
        side, heard, update = seen.side, seen.other.heard, dict[str, z3.ExprRef]()
        if begins_or_ends(seen):
            update |= {var.name: z3.BitVecVal(0, var.width) for var in self.variables(side)}
        if seen.event.effect.accepts_syn:
            bit = z3.BitVecVal(1, heard.width) << _resize(seen.incarnation - 1, heard.width)
            update[side.peer.name] = seen.sender
            update[heard.name] = z3.If(sender_lives(seen), heard.term | bit, heard.term)
        return update


BELIEFS = Beliefs()


def begins_or_ends(seen: SideEvent) -> bool:
    """A TCB is deleted, or one begins of which nobody can have heard: what answers a cookie begins one that has."""
    event = seen.event
    by_cookie = seen.side.config.syn_cookies and event.kind == "arrives"
    ends = event.effect.next in NO_TCB and event.state not in NO_TCB
    return ends or (event.effect.chooses_isn and not by_cookie)


def sender_lives(seen: SideEvent) -> z3.BoolRef:
    """The segment's sender has its TCB still; or has not yet made it, if what it has sent is a cookie."""
    other = seen.other
    without = other.state_is(*NO_TCB)
    lives = z3.And(seen.sender == other.incarnation.term, z3.Not(without))
    if not other.config.syn_cookies:
        return lives
    return z3.Or(lives, z3.And(seen.sender == seen.next_of_other, without))


def _resize(term: z3.BitVecRef, width: int) -> z3.BitVecRef:
    return z3.Extract(width - 1, 0, term) if term.size() >= width else z3.ZeroExt(width - term.size(), term)


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
