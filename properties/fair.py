"""What a fair run of a server owes: finitely many losses are a bound of the configuration, the rest is said here.

Weak fairness to: arrivals in each direction; each end's SYN-RECEIVED timeout and TIME-WAIT timeout; and each call that
the property's story says its user is willing to make, as long as it is possible. Strong fairness to each end's
retransmission timeout: with patient timers a segment on its way disables it, but does not stop its clock, so that an
end whose turn has come again and again sends again. Nothing is owed by the network (losses), by an attacker, or by any
other user.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.engines.fairness import Fairness, RuleClass
from model.engines.liveness import Liveness
from model.network.server import Server

TIMEOUTS = ("SYN-RECEIVED TIMEOUT", "TIME-WAIT TIMEOUT")


@dataclass(frozen=True)
class Live:
    """A property of infinite runs, the fairness that it needs, and that fairness in words."""

    prop: Liveness
    fairness: Fairness
    words: str


def owed(server: Server, *willing: str) -> Fairness:
    """Arrivals, timers, and the calls of the users that are willing: "S1: SEND" is every SEND of S1's user, in any
    state, "S1: CLOSE in CLOSE-WAIT" just that one."""
    arrivals = [
        RuleClass(frozenset(rule.name for rule in server.rules if rule.side == name and rule.kind == "arrives"))
        for name in server.sides
    ]
    named = [f"{name}: {timer}" for name in server.sides for timer in TIMEOUTS]
    weak = [*arrivals, *(_named(server, begin) for begin in (*named, *willing))]
    strong = [_named(server, f"{name}: RETRANSMISSION") for name in server.sides]
    return Fairness(*([found for found in classes if found.rules] for classes in (weak, strong)))


def _named(server: Server, begin: str) -> RuleClass:
    """The class of the rules whose names begin so."""
    return RuleClass(frozenset(rule.name for rule in server.rules if rule.name.startswith(begin)))
