"""Octets have names and an order: a duplicate in the place of a loss is noticed, though as many arrive as were sent."""

from __future__ import annotations

from dataclasses import replace

import pytest
import z3

from model.core.property import always
from model.engines.explicit.search import explore
from model.network.bounded import Network, Side
from model.network.ghosts.accounts import ACCOUNTS
from model.tcp.cause import arrives
from model.tcp.event import Event
from properties.configs import HALF_CLOSED
from properties.data import half_close_data

TWO = HALF_CLOSED.but(octets=2)
OLD_TEXT = arrives("FIN-WAIT-2", "unacceptable segment arrives")


class Mistaken(Network):
    """FIN-WAIT-2 takes an octet that it has got for the next one: one comes twice, and another never."""

    def events(self, side: Side, listed: list[Event]) -> list[Event]:
        """Old text is delivered again."""
        _, x, _ = self.arriving(side)
        found = []
        for event in listed:
            if event.cause == OLD_TEXT:
                one = z3.BitVecVal(1, self.config.seq_bits)
                # Else there is nothing that it would skip.
                more = ACCOUNTS.sent(self.other(side))[0].term == self.config.octets
                first = ACCOUNTS.delivered(side)[0].term == 1
                old = z3.And(x.text == 1, z3.Not(x.fin), x.seq + 1 == side.tcb.rcv_nxt, more, first)
                after = event.effect.tcb.but(rcv_nxt=event.effect.tcb.rcv_nxt + 1)
                cause = replace(OLD_TEXT, checks=(*OLD_TEXT.checks, "taken for the next"))
                found.append(event.but(cause=cause, guard=z3.And(event.guard, old), tcb=after, delivered=one))
                found.append(event.but(guard=z3.And(event.guard, z3.Not(old))))
            else:
                found.append(event)
        return found


@pytest.mark.parametrize(("network", "in_order"), [(Network(TWO), True), (Mistaken(TWO), False)])
def test_a_duplicate_that_cancels_a_loss_is_noticed_by_the_octets_names_alone(network: Network, in_order: bool) -> None:
    prop = half_close_data(network)
    ordered = {name: part for name, part in prop.parts.items() if "in another one's place" in name}
    counted = z3.And(*(part for name, part in prop.parts.items() if name not in ordered))
    by_count = always("counted", counted)
    found = explore(network.system(prop, by_count))
    assert found["counted"].answer == "holds"
    assert found[prop.name].answer == ("holds" if in_order else "violated")
    assert len(ordered) == 2
