"""What infinite runs owe: promises of the network, the timers and the users, each in words and as classes of rules.

A claim about infinite runs lists the promises that it needs; who makes no promise may do nothing for ever.

Everything is promised as *fair loss*: what is tried again and again succeeds again and again. Loss has two faces here,
the network's rule and a full channel, which an untimed timer could fill each time before an answer is sent; so classes
are strong, and split by whether there is room to send. Time has no such faces: see `time_passes`.

The timers of a server are patient and its channels are FIFO with room enough, so weak fairness of each direction will
do (`protocol`, `willing`); finitely many losses are a bound of its configuration. Nothing is owed by the network, by an
attacker, or by a user who promises nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

import z3

from model.core.property import Promise, RuleClass
from model.core.system import BadSystem, choice
from model.network.bounded import Network, Side
from model.network.connection import Attack
from model.network.server import Server
from model.settings.setting import BadConfig
from model.tcp.cause import Call
from model.tcp.segment import one_if

EACH_SEGMENT = "each segment for itself, and apart when there is room for an answer and when there is not"
EACH_ROOM = "apart when there is room to send and when there is not"


def arrivals(network: Network, *sides: str) -> Promise:
    """What is in the network for these sides (default: all) again and again arrives again and again.

    And so with room for an answer, if there is room again and again. Each segment is a class of its own.
    """
    strong: list[RuleClass] = []
    for side in _sides(network, sides):
        segment = network.channel(network.other(side)).chosen(choice("slot"))
        rules = frozenset(rule.name for rule in network.rules if rule.kind == "arrives" and rule.side == side.name)
        if not rules:
            raise BadSystem(f"nothing arrives at {side.name}")
        strong.append(RuleClass(rules, z3.Concat(segment, _no_room(network, side)), _original(network)))
    return Promise(f"a segment{_of(sides, 'to')} arrives", strong=strong, split=EACH_SEGMENT)


def retransmission(network: Network, *sides: str) -> Promise:
    """The retransmission timers of these sides (default: all) expire."""
    strong = [
        c
        for side in _sides(network, sides)
        for c in _class(network, side, "RETRANSMISSION TIMEOUT", by=_no_room(network, side))
    ]
    return Promise(f"the retransmission timer{_of(sides)} expires", strong=strong, split=EACH_ROOM)


def time_wait(network: Network, *sides: str) -> Promise:
    """The time-wait timers of these sides (default: all) expire."""
    weak = [c for side in _sides(network, sides) for c in _class(network, side, "TIME-WAIT TIMEOUT")]
    restarts = " unless restarted" if network.config.timed else ""
    return Promise(f"TIME-WAIT{_of(sides)} ends{restarts}", weak=weak)


def users(network: Network, call: Call, *sides: str) -> Promise:
    """The users of these sides (default: all) call when they can: active OPEN, CLOSE, SEND, ..."""
    weak = [c for side in _sides(network, sides) for c in _class(network, side, call)]
    return Promise(f"{f'the user{_of(sides)}' if sides else 'each user'} calls {call}", weak=weak)


def time_passes(network: Network) -> Promise:
    """Ticks do not stop (timed networks, where what is due happens before the next tick)."""
    names = frozenset(rule.name for rule in network.rules if rule.kind == "time")
    return Promise("time goes on", weak=[RuleClass(names)] if names else [])


def nothing_stops(network: Network) -> Promise:
    """The run goes on while a tick, an arrival or a timer can (timed networks, where what is due comes before a tick).

    An instant has finitely many events wherever answers are not answered for ever, so time goes on.
    """
    if not network.config.timed:
        raise BadConfig("this promise is about time: it needs timed=true")
    names = frozenset(rule.name for rule in network.rules if rule.kind in ("time", "arrives", "timeout"))
    return Promise("time goes on, and what is due happens before it does", weak=[RuleClass(names)])


def _sides(network: Network, names: Sequence[str]) -> list[Side]:
    return [network.sides[name] for name in names or network.sides]


def _of(sides: Sequence[str], word: str = "of") -> str:
    return f" {word} {' and '.join(sides)}" if sides else ""


def _no_room(network: Network, side: Side) -> z3.BitVecRef:
    """Whether what this side sends is lost in a full channel."""
    return one_if(network.channel(side).full, z3.BitVecVal(0, 1))


def _original(network: Network) -> z3.BoolRef | None:
    """It is the segment itself that arrives, and leaves its slot, not a copy of it."""
    return None if network.config.duplications == 0 else choice("copy") == 0


def _class(network: Network, side: Side, call: Call, by: z3.ExprRef | None = None) -> list[RuleClass]:
    """The class of the side's rules that a call or timer causes; none if this configuration lets none happen.

    Raises `BadSystem` if the protocol has no such event.
    """
    caused = network.caused_by(side, call)
    rules = frozenset(rule.name for rule in network.rules if rule.side == side.name and rule.cause in caused)
    return [RuleClass(rules, by)] if rules else []


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
