"""Statements about one side of a network that several properties use, over what `model.network.view` shows of it."""

from __future__ import annotations

import z3

from model.network.view import AnySide, NetworkView, SideView

CERTAIN = ("ESTABLISHED", "FIN-WAIT-2", "CLOSE-WAIT", "LAST-ACK")
"""States in which the SYN is acknowledged."""
UNCERTAIN = ("FIN-WAIT-1", "CLOSING", "TIME-WAIT")
"""States that may have been reached by CLOSE in SYN-RECEIVED, without any acknowledgment, or by ABORT (abort_to)."""


def counts_syn_acknowledged(side: SideView) -> z3.BoolRef:
    """The endpoint takes its SYN for acknowledged; where that is uncertain SND.UNA tells: without it is still ISS."""
    return z3.Or(side.state_is(*CERTAIN), z3.And(side.state_is(*UNCERTAIN), side.tcb.snd_una != side.tcb.iss))


def half_open(network: NetworkView[AnySide], side: AnySide) -> z3.BoolRef:
    """The ghost: an open end whose peer is dead, and nobody ever accepted a SYN of this incarnation."""
    return z3.And(counts_syn_acknowledged(side), network.peer_dead(side), network.never_heard(side))


def both(network: NetworkView[AnySide], *states: str) -> z3.BoolRef:
    """Both sides are in one of `states`."""
    return z3.And(*(side.state_is(*states) for side in network.sides.values()))


def numbers_match(network: NetworkView[AnySide]) -> z3.BoolRef:
    """Each side's IRS is the other's ISS."""
    a, b = network.sides.values()
    return z3.And(a.tcb.irs == b.tcb.iss, b.tcb.irs == a.tcb.iss)


def nothing_outstanding(side: SideView) -> z3.BoolRef:
    """Everything that this side has sent is acknowledged."""
    return side.tcb.snd_una == side.tcb.snd_nxt
