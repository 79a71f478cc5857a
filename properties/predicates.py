"""Statements about one side of a network that several properties use."""

from __future__ import annotations

import z3

from model.network.bounded import NO_TCB, Network, Side
from model.network.ghosts.history import HISTORY
from model.tcp.state import STATES


def counts_syn_acknowledged(side: Side) -> z3.BoolRef:
    """The endpoint takes its SYN for acknowledged.

    FIN-WAIT-1 and CLOSING may have been reached by CLOSE in SYN-RECEIVED, without any acknowledgment, and TIME-WAIT by
    ABORT (abort_to); then SND.UNA is still ISS.
    """
    return counting(side.state_var.term, side.tcb.snd_una, side.tcb.iss)


def counting(state: z3.BitVecRef, snd_una: z3.BitVecRef, iss: z3.BitVecRef) -> z3.BoolRef:
    """`counts_syn_acknowledged` over given terms, such as a successor's."""
    certain = ("ESTABLISHED", "FIN-WAIT-2", "CLOSE-WAIT", "LAST-ACK")
    uncertain = ("FIN-WAIT-1", "CLOSING", "TIME-WAIT")
    return z3.Or(
        *(state == STATES.index(name) for name in certain),
        z3.And(z3.Or(*(state == STATES.index(name) for name in uncertain)), snd_una != iss),
    )


def peer_dead(network: Network, side: Side) -> z3.BoolRef:
    """The incarnation that `side` believes it talks to is gone: closed, aborted, crashed or superseded."""
    other = network.other(side)
    return z3.Or(other.incarnation.term != side.peer.term, other.state_is(*NO_TCB))


def peer_has_heard(side: Side) -> z3.BoolRef:
    """The incarnation that `side` believes in has accepted a SYN of this incarnation of `side`."""
    incarnations = range(1, side.config.incarnations + 1)
    return z3.Or(*(z3.And(side.peer.term == k, z3.Extract(k - 1, k - 1, side.heard.term) == 1) for k in incarnations))


def half_open(network: Network, side: Side) -> z3.BoolRef:
    """The ghost: an open end whose peer is dead, and nobody ever accepted a SYN of this incarnation."""
    return z3.And(counts_syn_acknowledged(side), peer_dead(network, side), side.heard.term == 0)


def ended_in_order(network: Network, side: Side) -> z3.BoolRef:
    """`side` believes in an incarnation with which it has exchanged data and closed in order.

    That incarnation has done the same with the previous incarnation of `side`.
    """
    previous = HISTORY.finished(network.other(side)).term + 1 == side.incarnation.term
    return z3.And(side.peer.term != 0, HISTORY.finished(side).term == side.peer.term, previous)


def both(network: Network, *states: str) -> z3.BoolRef:
    """Both sides are in one of `states`."""
    return z3.And(*(side.state_is(*states) for side in network.sides.values()))


def numbers_match(network: Network) -> z3.BoolRef:
    """Each side's IRS is the other's ISS."""
    a, b = network.sides.values()
    return z3.And(a.tcb.irs == b.tcb.iss, b.tcb.irs == a.tcb.iss)


def nothing_outstanding(side: Side) -> z3.BoolRef:
    """Everything that this side has sent is acknowledged."""
    return side.tcb.snd_una == side.tcb.snd_nxt
