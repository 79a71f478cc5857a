"""Who has accepted whose SYN: the ghosts `Side.peer` and `Side.heard`, which every network keeps."""

from __future__ import annotations

from model.core import z3fast as z3
from model.core.system import Var
from model.network.ghosts.ghost import Ghost, SideEvent, Update
from model.network.side import NO_TCB, Side


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
    if term.size() >= width:
        return z3.Extract(width - 1, 0, term)
    return z3.ZeroExt(width - term.size(), term)
