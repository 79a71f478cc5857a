"""What a fair run of a server owes (see `fair`): finitely many losses are a bound of the configuration.

The timers of a server are patient and its channels are FIFO with room enough, so weak fairness of each direction will
do. Nothing is owed by the network, by an attacker, or by a user who promises nothing.
"""

from __future__ import annotations

from model.engines.fairness import RuleClass
from model.network.server import Server
from properties.fair import Promise

TIMEOUTS = ("SYN-RECEIVED TIMEOUT", "TIME-WAIT TIMEOUT")


def protocol(server: Server) -> Promise:
    """Arrivals in each direction, and each end's timers.

    Strong fairness to the retransmission timeout: a segment on its way disables a patient timer, but does not stop its
    clock, so an end whose turn has come again and again sends again.
    """
    weak = [_rules(server, f"{name}: {timer}") for name in server.sides for timer in TIMEOUTS]
    for name in server.sides:
        arrives = frozenset(rule.name for rule in server.rules if rule.side == name and rule.kind == "arrives")
        weak.append(RuleClass(arrives))
    strong = [_rules(server, f"{name}: RETRANSMISSION") for name in server.sides]
    words = "each direction delivers, each timer expires"
    return Promise(words, [owed for owed in weak if owed.rules], [owed for owed in strong if owed.rules])


def willing(server: Server, words: str, *begins: str) -> Promise:
    """Calls that users make as long as they can: "S1: SEND" is every SEND of S1's user, in any state."""
    weak = [_rules(server, begin) for begin in begins]
    return Promise(words, [owed for owed in weak if owed.rules])


def _rules(server: Server, begin: str) -> RuleClass:
    """The class of the rules whose names begin so."""
    return RuleClass(frozenset(rule.name for rule in server.rules if rule.name.startswith(begin)))
