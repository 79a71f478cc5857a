"""What TIME-WAIT answers, and what ends or prolongs it (RFC 1337; RFC 9293, 3.6 and 3.10.7.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import z3

from model.core.property import Property, always, sometimes, step
from model.mutants.protocol import events
from model.network.bounded import Network, Side
from model.tcp.segment import Segment
from model.tcp.state import STATES, endpoint
from properties.predicates import counts_syn_acknowledged
from properties.time_wait import ended


def time_wait_assassination(network: Network) -> Property:
    """TIME-WAIT is never ended by a RST."""
    parts = {
        f"{side.name} does not leave TIME-WAIT by a reset": z3.Not(
            z3.And(
                side.state_is("TIME-WAIT"),
                side.state_var.next == STATES.index("CLOSED"),
                ended(side, "reset", after=True),
            )
        )
        for side in network.sides.values()
    }
    return step("time-wait-assassination", parts=parts)


def time_wait_refuses_syn(network: Network) -> Property:
    """While a side is in TIME-WAIT, no incarnation of the other side but its peer counts its SYN as acknowledged."""
    parts = {
        f"{side.name} is in TIME-WAIT, and no other incarnation of {other.name} than its peer is open": z3.Implies(
            z3.And(side.state_is("TIME-WAIT"), counts_syn_acknowledged(other)), other.incarnation.term == side.peer.term
        )
        for side, other in _pairs(network)
    }
    return always("time-wait-refuses-syn", parts=parts)


def fin_restarts_nothing(network: Network) -> Property:
    """No FIN that may arrive in TIME-WAIT restarts the 2 MSL timeout."""
    parts = {
        f"no FIN on its way to {side.name} restarts its TIME-WAIT": z3.Not(
            z3.Or(*(z3.And(x.fin, restarts) for x, restarts in arriving_in_time_wait(network, side)))
        )
        for side in network.sides.values()
    }
    return always("fin-restarts-nothing", parts=parts)


def arriving_in_time_wait(network: Network, side: Side) -> Iterator[tuple[Segment, z3.BoolRef]]:
    """Every segment that may arrive at `side` next, and whether it finds TIME-WAIT and restarts its timeout."""
    here, in_time_wait = endpoint(network.config), side.state_is("TIME-WAIT")
    for x, present in on_their_way(network, side):
        listed = events(here, side.tcb, x, here.number(0))
        here_now = [e for e in listed if (e.kind, e.state) == ("arrives", "TIME-WAIT")]
        restarts = [z3.And(e.guard, e.effect.restarts_2msl) for e in here_now]
        yield x, z3.And(in_time_wait, present, z3.Or(*restarts))


def on_their_way(network: Network, side: Side) -> Iterator[tuple[Segment, z3.BoolRef]]:
    """Every segment that may arrive at `side` next, and whether it is there."""
    inbox = network.channel(network.other(side))
    for slot in inbox.slots[: inbox.choices]:
        present, x, _ = inbox.layout.unpack(slot.term)
        yield x, present


def _pairs(network: Network) -> list[tuple[Side, Side]]:
    return [(side, network.other(side)) for side in network.sides.values()]


# -- witnesses: the premises happen --


def reset_in_time_wait(network: Network) -> Property:
    """A reset at RCV.NXT is on its way to TIME-WAIT."""
    return _meets_time_wait(network, "a RST at RCV.NXT", lambda x, side: z3.And(x.rst, x.seq == side.tcb.rcv_nxt))


def fin_in_time_wait(network: Network) -> Property:
    """A FIN sent again is on its way to TIME-WAIT."""
    return _meets_time_wait(network, "a FIN sent again", lambda x, side: z3.And(x.fin, x.seq == side.tcb.rcv_nxt - 1))


def new_syn_in_time_wait(network: Network) -> Property:
    """The SYN of a new incarnation is on its way to TIME-WAIT."""

    def new(x: Segment, side: Side) -> z3.BoolRef:
        other = network.other(side)
        return z3.And(
            x.syn, other.state_is("SYN-SENT"), x.seq == other.tcb.iss, other.incarnation.term != side.peer.term
        )

    return _meets_time_wait(network, "a new SYN", new)


def _meets_time_wait(network: Network, what: str, when: Callable[[Segment, Side], z3.BoolRef]) -> Property:
    found = [
        z3.And(side.state_is("TIME-WAIT"), present, when(x, side))
        for side in network.sides.values()
        for x, present in on_their_way(network, side)
    ]
    return sometimes(f"{what} on its way to TIME-WAIT", z3.Or(*found))


def bare_ack_restarts(network: Network) -> Property:
    """By the letter, any acceptable acknowledgment restarts the 2 MSL timeout."""
    found = [
        z3.And(z3.Not(x.fin), x.text == 0, restarts)
        for side in network.sides.values()
        for x, restarts in arriving_in_time_wait(network, side)
    ]
    return sometimes("a bare ACK restarts TIME-WAIT", z3.Or(*found))
