"""Nothing gets stuck: what Han and Billington found, and why retransmission is what repairs it."""

from __future__ import annotations

import z3

from model.core.property import Property, always, sometimes
from model.core.system import choice
from model.network.bounded import Network, Side
from properties.predicates import both, nothing_outstanding, numbers_match


def no_deadlock(network: Network) -> Property:
    """In every state the protocol can go on by itself, or it is an allowed end."""
    parts = {
        "a segment can arrive or a timer of the protocol can expire": progress(network),
        "both sides are CLOSED or LISTEN": both(network, "CLOSED", "LISTEN"),
        "both are ESTABLISHED, the numbers match and nothing is outstanding": at_rest(network, "ESTABLISHED"),
        "one side has closed, the other's user has not, the numbers match and nothing is outstanding": half_closed(
            network
        ),
    }
    parts |= {f"{side.name} has used up its retransmissions": used_up(side) for side in network.sides.values()}
    return always("no-deadlock", z3.Or(*parts.values()), parts=parts)


def progress(network: Network) -> z3.BoolRef:
    """Some rule that is neither a user's nor the network's nor a last resort is enabled."""
    last_resort = {cause for side in network.sides.values() for cause in network.caused_by(side, "USER TIMEOUT")}
    own = [
        rule
        for rule in network.rules
        if rule.kind == "arrives" or (rule.kind == "timeout" and rule.cause not in last_resort)
    ]
    return z3.Or(*(enabled for rule in own for enabled in _instances(rule.guard, dict(rule.choose))))


def _instances(guard: z3.BoolRef, choose: dict[str, int]) -> list[z3.BoolRef]:
    """The guard for the choice of each slot; that the original arrives is enough for progress."""
    return [
        z3.substitute(guard, (choice("slot"), z3.BitVecVal(slot, 8)), (choice("copy"), z3.BitVecVal(0, 8)))
        for slot in range(choose.get("slot", 1))
    ]


def at_rest(network: Network, *states: str) -> z3.BoolRef:
    """Both in one of `states`, in agreement, with nothing outstanding."""
    a, b = network.sides.values()
    idle = [nothing_outstanding(side) for side in (a, b)]
    nothing_missed = [x.tcb.snd_nxt == y.tcb.rcv_nxt for x, y in ((a, b), (b, a))]
    return z3.And(both(network, *states), numbers_match(network), *idle, *nothing_missed)


def half_closed(network: Network) -> z3.BoolRef:
    """FIN-WAIT-2 facing CLOSE-WAIT: RFC 9293, 3.6 leaves it to the user of the open half to close."""
    a, b = network.sides.values()
    facing = [z3.And(x.state_is("FIN-WAIT-2"), y.state_is("CLOSE-WAIT")) for x, y in ((a, b), (b, a))]
    return z3.And(z3.Or(*facing), at_rest(network, "FIN-WAIT-2", "CLOSE-WAIT"))


def used_up(side: Side) -> z3.BoolRef:
    """The side's retransmission budget is exhausted (never, if it is not bounded)."""
    counter = side.budget("retransmissions")
    return counter.term == side.config.retransmissions if counter else z3.BoolVal(side.config.retransmissions == 0)


def stands_still(network: Network) -> Property:
    """A state in which only users can go on: both ESTABLISHED at rest."""
    return sometimes(
        "ESTABLISHED at rest, nothing on its way",
        z3.And(z3.Not(progress(network)), at_rest(network, "ESTABLISHED")),
    )
