"""Why TIME-WAIT lasts 2 MSL (S8): the passive closer's FIN must find somebody who acknowledges it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import z3

from model.core.property import LeadsTo, Live, Property, always, sometimes, step
from model.core.system import Rule, System, Var
from model.network.bounded import Network, Side
from model.network.clocks import Times
from model.settings.clocks import CLOCK_BITS
from model.settings.setting import BadConfig
from properties.fair import nothing_stops

DELAY, RTO, TIME_WAIT = (Var(name, CLOCK_BITS) for name in ("delay", "rto", "time_wait"))

TIMES = Times(DELAY.term, RTO.term, TIME_WAIT.term)
"""Variables that no rule changes."""

Case = tuple[int, int, int]
"""Delay bound, retransmission timeout, length of TIME-WAIT, in ticks."""


def last_ack_answered(network: Network) -> Property:
    """A FIN that arrives in TIME-WAIT is acknowledged, and the passive closer is never reset."""
    parts = {
        f"{side.name} does not leave LAST-ACK by a reset": z3.Not(
            z3.And(side.state_is("LAST-ACK"), ended(side, "reset", after=True))
        )
        for side in network.sides.values()
    }
    parts |= {
        f"{side.name} acknowledges every FIN that arrives in TIME-WAIT": z3.Not(side.unanswered.next)
        for side in network.sides.values()
    }
    return step("last-ack-answered", parts=parts)


def last_ack_ends(network: Network) -> Live:
    """Whoever is in LAST-ACK ends in order."""
    goal = z3.Or(*(ended(side, "in order") for side in _passive_closers(network)))
    premise = z3.Or(*(side.state_is("LAST-ACK") for side in _passive_closers(network)))
    return Live(LeadsTo("last-ack-ends", premise, goal), [nothing_stops(network)])


def _passive_closers(network: Network) -> list[Side]:
    """From the half-closed start: B."""
    if network.config.start != "half-closed" or network.config.incarnations != 1:
        raise BadConfig("this property needs start=half-closed and incarnations=1")
    return [network.sides[network.names[1]]]


def fin_again_in_time_wait(network: Network) -> Property:
    """The witness: B's FIN is on its way to an A in TIME-WAIT once more."""
    a, b = network.sides.values()
    found = []
    for slot in network.channel(b).slots:
        present, x, _ = network.channel(b).layout.unpack(slot.term)
        found.append(z3.And(present, x.fin, a.state_is("TIME-WAIT"), b.state_is("LAST-ACK")))
    return sometimes("a FIN on its way to TIME-WAIT", z3.Or(*found))


def ended(side: Side, how: str, after: bool = False) -> z3.BoolRef:
    """The last connection of `side` ended in this way (after: in the successor, for step properties)."""
    if not side.config.endings:
        raise BadConfig("this property needs endings=true")
    return (side.ended.next if after else side.ended.term) == side.ended_as(how)


def closed_after_a_loss(network: Network) -> Property:
    """The witness: a segment was lost, B's FIN was answered from TIME-WAIT, and both sides ended in order."""
    lost = network.losses
    if lost is None:
        raise BadConfig("this property needs losses=1")
    in_order = [ended(side, "in order") for side in network.sides.values()]
    return sometimes("closed in order after a loss", z3.And(*in_order, lost.term == 1))


def cases(longest: int) -> Iterator[Case]:
    """Delay bounds and retransmission timeouts up to `longest`, each with the lengths of TIME-WAIT worth a search."""
    for delay in range(1, longest + 1):
        for rto in range(1, longest + 1):
            for time_wait in range(rto + delay - 1, rto + 2 * delay + 3):
                yield delay, rto, time_wait


@dataclass(frozen=True)
class UntilItEnds(Network):
    """The runs up to where B's connection ends: with one incarnation it never has a TCB again (tested)."""

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Those of the network, while the connection lasts."""
        lasts = ended(self.sides["B"], "not")
        return tuple(replace(rule, guard=z3.And(lasts, rule.guard)) for rule in super().rules)


def all_at_once(network: Network, wanted: Iterable[Case]) -> System:
    """One system for a network with the times TIMES: an initial state and a property for each case.

    A property is named by its case, as "delay rto time_wait". It says of a state that B, which closes last, has not
    been reset: from the half-closed start that is `last_ack_answered`, and cheaper to check than a step.
    """
    answered = z3.Not(ended(network.sides["B"], "reset"))
    properties, starts = [], []
    for delay, rto, time_wait in wanted:
        here = z3.And(DELAY.term == delay, RTO.term == rto, TIME_WAIT.term == time_wait)
        properties.append(always(f"{delay} {rto} {time_wait}", z3.Implies(here, answered)))
        starts.append({**network.start(), "delay": delay, "rto": rto, "time_wait": time_wait})
    return network.system(*properties, starts=starts)
