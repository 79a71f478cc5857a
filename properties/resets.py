"""What a reset can do by accident: a finding of the search, not one of the explainer's statements."""

from __future__ import annotations

import z3

from model.core.property import Property, sometimes
from model.network.bounded import Network, Side


def stray_reset(network: Network) -> Property:
    """A reset from a CLOSED peer, formed for another segment, meets RCV.NXT of an open connection exactly."""
    reached = [meets_rcv_nxt(network, side) for side in network.sides.values()]
    return sometimes("stray-reset", z3.Or(*reached))


def meets_rcv_nxt(network: Network, side: Side) -> z3.BoolRef:
    """`side` is open, and a reset with SEQ=0 that nobody with a TCB has sent is on its way to it, at RCV.NXT."""
    inbox = network.channel(network.other(side))
    found = []
    for slot in inbox.slots:
        present, x, sender = inbox.layout.unpack(slot.term)
        found.append(z3.And(present, x.rst, x.ack, x.seq == 0, sender == 0, x.seq == side.tcb.rcv_nxt))
    return z3.And(side.state_is("ESTABLISHED", "CLOSE-WAIT"), z3.Or(*found))
