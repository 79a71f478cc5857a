"""What a fair run of a server owes (see `fair`): finitely many losses are a bound of the configuration.

The timers of a server are patient and its channels are FIFO with room enough, so weak fairness of each direction will
do. Nothing is owed by the network, by an attacker, or by a user who promises nothing.
"""

from __future__ import annotations

from model.core.property import Promise, RuleClass
from model.core.system import BadSystem
from model.network.connection import Attack
from model.network.server import Server
from model.tcp.cause import Call

Calls = tuple[str, Call, str]
"""A side, a call of its user, and the state in which it is called ("": any)."""


def protocol(server: Server) -> Promise:
    """Arrivals in each direction, and each end's timers.

    Strong fairness to the retransmission timeout: a segment on its way disables a patient timer, but does not stop its
    clock, so an end whose turn has come again and again sends again.
    """
    timers: tuple[Call, ...] = ("SYN-RECEIVED TIMEOUT", "TIME-WAIT TIMEOUT")
    weak = [_rules(server, name, timer) for name in server.sides for timer in timers]
    for name, side in server.sides.items():
        arrives = frozenset(rule.name for rule in server.rules if rule.side == name and rule.kind == "arrives")
        if not arrives and not isinstance(server.connection(side), Attack):
            raise BadSystem(f"nothing arrives at {name}")
        weak.append(RuleClass(arrives))
    strong = [_rules(server, name, "RETRANSMISSION TIMEOUT") for name in server.sides]
    words = "each direction delivers, TIME-WAIT and SYN-RECEIVED end, retransmission timers expire"
    return Promise(
        words,
        [owed for owed in weak if owed.rules],
        [owed for owed in strong if owed.rules],
    )


def willing(server: Server, words: str, *calls: Calls) -> Promise:
    """Calls that users make as long as they can: ("S1", "SEND", "") is every SEND of S1's user, in any state."""
    weak = [_rules(server, *one) for one in calls]
    return Promise(words, [owed for owed in weak if owed.rules])


def _rules(server: Server, name: str, call: Call, state: str = "") -> RuleClass:
    """The class of an end's rules that a call or timer causes. Raises `BadSystem` if the protocol has no such event."""
    side = server.sides[name]
    caused = server.connection(side).caused_by(side, call, state=state)
    return RuleClass(frozenset(rule.name for rule in server.rules if rule.side == name and rule.cause in caused))
