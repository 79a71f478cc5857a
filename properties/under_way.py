"""What is on its way to a side of a bounded network, slot by slot, for properties and their witnesses."""

from __future__ import annotations

import z3

from model.network.bounded import Network, Side
from model.tcp.segment import Segment


def pairs(network: Network) -> list[tuple[Side, Side]]:
    """Each side with the other one."""
    return [(side, network.other(side)) for side in network.sides.values()]


def arriving(network: Network, side: Side) -> list[tuple[z3.BoolRef, Segment, z3.BitVecRef]]:
    """For each slot whether it has a segment for the side, the segment, and its sender's incarnation."""
    inbox = network.channel(network.other(side))
    return [inbox.layout.unpack(slot.term) for slot in inbox.slots]
