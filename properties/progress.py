"""Connections that come about and end (S1, S7): statements about infinite runs, under fair loss."""

from __future__ import annotations

import z3

from model.core.property import LeadsTo, Live, Property, sometimes
from model.network.bounded import NO_TCB, Network
from properties.fair import arrivals, retransmission, time_passes, time_wait, users
from properties.predicates import both


def open_completes(network: Network) -> Live:
    """Once A has sent its SYN and B listens, both become ESTABLISHED."""
    prop = LeadsTo("open-completes", asked(network), both(network, "ESTABLISHED"))
    return Live(prop, [arrivals(network), retransmission(network), time_passes(network)])


def asked(network: Network) -> z3.BoolRef:
    """A is in SYN-SENT, B listens, and nothing is under way to A: no reset of a time when B did not listen yet."""
    a, b = network.sides.values()
    return z3.And(a.state_is("SYN-SENT"), b.state_is("LISTEN"), network.channel(b).empty)


def asked_and_lost(network: Network) -> Property:
    """The witness: A has sent its SYN to a listening B, and the SYN is gone."""
    a, _ = network.sides.values()
    return sometimes("the SYN is lost", z3.And(asked(network), network.channel(a).empty))


def server_timer_repairs(network: Network) -> Live:
    """A lost SYN,ACK is repaired although B's timer promises nothing."""
    prop = LeadsTo("server-timer-repairs", syn_ack_gone(network), both(network, "ESTABLISHED"))
    return Live(prop, [arrivals(network), retransmission(network, "A"), time_passes(network)])


def syn_ack_gone(network: Network) -> z3.BoolRef:
    """A is in SYN-SENT, B has accepted its SYN, and nothing is under way."""
    a, b = network.sides.values()
    waits = z3.And(a.state_is("SYN-SENT"), b.state_is("SYN-RECEIVED", "ESTABLISHED"))
    return z3.And(waits, *(network.channel(side).empty for side in (a, b)))


def syn_ack_lost(network: Network) -> Property:
    """The witness of `server_timer_repairs`."""
    return sometimes("the SYN,ACK is lost", syn_ack_gone(network))


def close_completes(network: Network) -> Live:
    """Whoever has a TCB, in the end nobody has one."""
    ended = both(network, *NO_TCB)
    prop = LeadsTo("close-completes", z3.Not(ended), ended)
    timers = [retransmission(network), time_wait(network), time_passes(network)]
    return Live(prop, [arrivals(network), *timers, users(network, "CLOSE")])


def established(network: Network) -> Property:
    """The witness of `close_completes`."""
    return sometimes("both ESTABLISHED", both(network, "ESTABLISHED"))
