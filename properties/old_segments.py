"""What keeps the segments of an old connection out of the next one (S8), and which assumptions that takes."""

from __future__ import annotations

from collections.abc import Mapping

import z3

from model.core.property import Property, always, sometimes
from model.core.system import Var
from model.network.bounded import NO_TCB, Network, Side
from model.network.clocks import Times, constant_times
from model.network.ends import Assumptions, Ends
from model.settings.clocks import CLOCK_BITS
from model.settings.config import Config
from model.settings.setting import BadConfig
from model.tcp.event import Event

TIME_WAIT, QUIET_TIME = (Var(name, CLOCK_BITS) for name in ("time_wait", "quiet_time"))
IN_ORDER, ALONE = Var("in_order"), Var("alone")


def no_old_segment_accepted(network: Network) -> Property:
    """No segment of another connection than a side's own changes its state, SND.UNA or RCV.NXT.

    A connection is a pair of incarnations, never of numbers: where those are repeated, old and new would be the same.
    """
    parts = {
        f"{side.name} has accepted no segment of another connection": z3.Not(deceived(side))
        for side in network.sides.values()
    }
    return always("no-old-segment-accepted", parts=parts)


def deceived(side: Side) -> z3.BoolRef:
    """`side` has accepted a segment of another connection than its own."""
    if not side.config.origins:
        raise BadConfig("this property needs origins=true")
    return side.deceived.term


def old_segment_meets_a_connection(network: Network) -> Property:
    """The witness: a segment of an earlier incarnation is under way to a side that believes in a later one."""
    met = []
    for side in network.sides.values():
        inbox = network.channel(network.other(side))
        for slot in inbox.slots:
            present, x, sender = inbox.layout.unpack(slot.term)
            met.append(z3.And(present, z3.Not(x.rst), sender != 0, z3.ULT(sender, side.peer.term)))
    return sometimes("an old segment meets the next connection", z3.Or(*met))


def old_connection_of_the_same_peer(network: Network) -> Property:
    """The witness: a segment of the peer believed in acknowledges an earlier incarnation of the side that it meets."""
    met = []
    for side in network.sides.values():
        inbox = network.channel(network.other(side))
        for slot in inbox.slots:
            present, x, sender = inbox.layout.unpack(slot.term)
            acknowledged = inbox.layout.acknowledged(slot.term)
            earlier = z3.And(acknowledged != 0, z3.ULT(acknowledged, side.incarnation.term))
            met.append(z3.And(present, x.ack, z3.Not(x.rst), sender == side.peer.term, side.peer.term != 0, earlier))
    return sometimes("a segment to the last incarnation meets the next, of the same peer", z3.Or(*met))


def assuming(config: Config) -> Network:
    """A timed network whose TIME-WAIT, quiet time and further assumptions are variables that no rule changes."""
    given = constant_times(config)
    times = Times(given.delay, given.rto, TIME_WAIT.term, quiet_time=QUIET_TIME.term)
    return Network(config, times, Assumptions((IN_ORDER, ALONE), allows))


def allows(network: Ends, side: Side, event: Event) -> z3.BoolRef:
    """Under IN_ORDER a connection ends in order or by a crash; under ALONE nobody opens actively while the other side
    has the TCB of an earlier incarnation."""
    given_up = (
        event.state not in NO_TCB and event.effect.next in NO_TCB and event.kind != "crash" and not event.effect.orderly
    )
    conditions = [z3.Not(IN_ORDER.term)] if given_up or event.call == "ABORT" else []
    if event.call == "active OPEN":
        peer_is_new = network.other(side).state_is(*NO_TCB, "SYN-SENT")
        conditions.append(z3.Implies(ALONE.term, peer_is_new))
    return z3.And(*conditions)


def kept_out(network: Network, name: str, start: Mapping[str, int]) -> Property:
    """`no_old_segment_accepted` for the runs from one start."""
    numbers = [var.term == start[var.name] for var in (TIME_WAIT, QUIET_TIME)]
    flags = [var.term == z3.BoolVal(bool(start[var.name])) for var in (IN_ORDER, ALONE)]
    return always(name, z3.Implies(z3.And(*numbers, *flags), no_old_segment_accepted(network).term))
