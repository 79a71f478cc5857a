"""What a fresh initial sequence number is, in a bounded network (3.4.1): far from what is still in use.

(a) No segment in the network was sent or acknowledged under a number nearer than `isns_apart` (a RST apart: it speaks
for nobody); (b) neither is the IRS of the other side's TCB. `soup` has the same for an unbounded network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from model.core import z3fast as z3
from model.network.ends import Ends
from model.network.side import NO_TCB, Side

Uses = Callable[[Ends, Side, Sequence[int]], Sequence[z3.BoolRef]]
"""Whether one of some numbers of a side is in use, and how."""


def near(network: Ends, side: Side, chosen: int) -> list[int]:
    """The numbers of `side` that are nearer than fresh ones to the one on offer after `chosen` others."""
    c, isns = network.config, network.isns(side)
    space, isn = 1 << c.seq_bits, isns[chosen]
    return sorted({n for n in isns if min((n - isn) % space, (isn - n) % space) < c.isn_distance})


def no_segment_carries(network: Ends, side: Side) -> z3.BoolRef:
    """Freshness (a) of the number that `side` would choose now."""
    return _whatever_is_on_offer(network, side, _carried)


def no_peer_carries(network: Ends, side: Side) -> z3.BoolRef:
    """Freshness (b) of the number that `side` would choose now."""
    return _whatever_is_on_offer(network, side, _known_to_peer)


def _whatever_is_on_offer(network: Ends, side: Side, used: Uses) -> z3.BoolRef:
    chosen = range(network.config.incarnations)
    return z3.And(
        *(
            z3.Implies(side.incarnation.term == count, z3.Not(z3.Or(*used(network, side, near(network, side, count)))))
            for count in chosen
        )
    )


def _carried(network: Ends, side: Side, numbers: Sequence[int]) -> Sequence[z3.BoolRef]:
    """A segment was sent, or acknowledged, under one of these numbers."""
    found, isns = [], network.isns(side)
    for present, x, sender in network.channel(side).contents:
        under = [sender == k for k, isn in enumerate(isns, 1) if isn in numbers]
        found.append(z3.And(present, z3.Not(x.rst), z3.Or(*under)))
    for present, x, _ in network.under_way_to(side):
        under = [z3.ULE(x.ackno - isn - 1, network.config.span - 1) for isn in numbers]
        found.append(z3.And(present, x.ack, z3.Not(x.rst), z3.Or(*under)))
    return found


def _known_to_peer(network: Ends, side: Side, numbers: Sequence[int]) -> Sequence[z3.BoolRef]:
    """The other side has one of these numbers as its IRS."""
    other = network.other(side)
    has_irs = z3.Not(other.state_is(*NO_TCB, "SYN-SENT"))
    return [z3.And(has_irs, z3.Or(*(other.tcb.irs == isn for isn in numbers)))]
