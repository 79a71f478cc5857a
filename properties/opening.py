"""Why three segments to open, and not two (S2, S4, S5), and what that rests on."""

from __future__ import annotations

import z3

from model.core.property import Property, always, sometimes
from model.network.bounded import Network
from properties.predicates import (
    both,
    counts_syn_acknowledged,
    ended_in_order,
    half_open,
    numbers_match,
    peer_dead,
    peer_has_heard,
)


def client_can_receive(network: Network) -> Property:
    """S4: who counts its SYN as acknowledged believes in a peer that has accepted that SYN."""
    parts = {
        f"{side.name} counts its SYN as acknowledged, so the peer that it believes in has accepted its SYN": z3.Implies(
            counts_syn_acknowledged(side), peer_has_heard(side)
        )
        for side in network.sides.values()
    }
    return always("client-can-receive", parts=parts)


def no_half_open(network: Network) -> Property:
    """S2: no ghost connections."""
    parts = {
        f"if {side.name} is open, its peer is alive, or its SYN was once accepted": z3.Not(half_open(network, side))
        for side in network.sides.values()
    }
    return always("half-open", parts=parts)


def no_ghost_after_close(network: Network) -> Property:
    """S5: no ghost out of a connection that has opened, worked and closed."""
    parts = {
        f"{side.name} is not open again by a SYN of the connection that it has closed in order": z3.Not(
            z3.And(half_open(network, side), ended_in_order(network, side))
        )
        for side in network.sides.values()
    }
    return always("ghost-after-close", parts=parts)


def agreement(network: Network) -> Property:
    """Two open ends agree on both initial sequence numbers."""
    a, b = network.sides.values()
    parts = {
        f"both ESTABLISHED, so {x.name}'s IRS is {y.name}'s ISS": z3.Implies(
            both(network, "ESTABLISHED"), x.tcb.irs == y.tcb.iss
        )
        for x, y in ((a, b), (b, a))
    }
    return always("agreement", parts=parts)


def unconfirmed_fin_wait(network: Network) -> Property:
    """The exception: FIN-WAIT-1 without any acknowledgment of our SYN."""
    reached = [
        z3.And(side.state_is("FIN-WAIT-1"), side.tcb.snd_una == side.tcb.iss, peer_dead(network, side))
        for side in network.sides.values()
    ]
    return sometimes("unconfirmed-fin-wait-1", z3.Or(*reached))


# -- witnesses: the premises happen --


def both_open_again(network: Network) -> Property:
    """Both sides count their SYN as acknowledged, in their second incarnation if there is one."""
    last = [side.incarnation.term == network.config.incarnations for side in network.sides.values()]
    counting = [counts_syn_acknowledged(side) for side in network.sides.values()]
    return sometimes("both open, last incarnations", z3.And(*counting, *last))


def stale_syn_accepted(network: Network) -> Property:
    """LISTEN has taken the SYN of a dead incarnation: the situation in which a ghost might arise."""
    stale = [z3.And(s.state_is("SYN-RECEIVED"), peer_dead(network, s)) for s in network.sides.values()]
    return sometimes("stale SYN in SYN-RECEIVED", z3.Or(*stale))


def open_towards_the_dead(network: Network) -> Property:
    """An endpoint counts its SYN as acknowledged, rightly, and its peer has died since."""
    left = [z3.And(counts_syn_acknowledged(s), peer_dead(network, s)) for s in network.sides.values()]
    return sometimes("open towards a dead peer", z3.Or(*left))


def old_syn_returns_after_close(network: Network) -> Property:
    """LISTEN has taken the SYN of the connection that both sides have closed in order."""
    stale = [z3.And(s.state_is("SYN-RECEIVED"), ended_in_order(network, s)) for s in network.sides.values()]
    return sometimes("SYN of the closed connection in SYN-RECEIVED", z3.Or(*stale))


def both_established_again(network: Network) -> Property:
    """Both ESTABLISHED, each in its last incarnation, and they agree."""
    last = [side.incarnation.term == network.config.incarnations for side in network.sides.values()]
    return sometimes(
        "both ESTABLISHED, last incarnations",
        z3.And(both(network, "ESTABLISHED"), numbers_match(network), *last),
    )
