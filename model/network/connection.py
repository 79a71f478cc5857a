"""One 4-tuple of a server: a network whose second side is the server's end of it.

That end in LISTEN means that there is no TCB for this 4-tuple and the listener would take a SYN. So what deletes its
TCB leaves LISTEN, and no call changes LISTEN.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from model.core import z3fast as z3
from model.core.system import BadSystem, Condition, Rule, Var
from model.network.bounded import Network
from model.network.channel import Channel
from model.network.firing import wire
from model.network.ghosts.endings import ENDINGS, HISTORY
from model.network.side import Side
from model.settings.setting import BadConfig
from model.tcp.cause import Cause
from model.tcp.event import TRUE, Event
from model.tcp.segment import segment
from model.tcp.state import STATES
from model.words.language import marked

UNBORN = 1
"""The sender's ghost of an injected SYN: an incarnation that the attacker, which has no TCB, never begins."""


@dataclass(frozen=True)
class Connection(Network):
    """The bounded system of one 4-tuple, before the table is looked at."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if ENDINGS in self.ghosts or HISTORY in self.ghosts:
            raise BadConfig("this property watches a side that closes, and the server's end goes on listening")

    @property
    def client(self) -> Side:
        """The client's end."""
        return self.sides[self.names[0]]

    @property
    def server(self) -> Side:
        """The server's end."""
        return self.sides[self.names[1]]

    @property
    def channels(self) -> tuple[Channel, Channel]:
        """Towards the server, and towards the client."""
        return self.channel(self.client), self.channel(self.server)

    def events(self, side: Side, listed: list[Event]) -> list[Event]:
        """The server's end never crashes and is never CLOSED once it has been opened."""
        if side.name == self.client.name:
            return listed
        return [
            event.but(next="LISTEN") if event.effect.next == "CLOSED" else event
            for event in listed
            if event.kind != "crash"
            and (event.state != "CLOSED" or event.call == "passive OPEN")
            and (event.state != "LISTEN" or event.kind == "arrives")
        ]

    @property
    def listen(self) -> z3.BitVecRef:
        """The server's end in LISTEN, as a value of its state."""
        return z3.BitVecVal(STATES.index("LISTEN"), self.server.state_var.width)

    @property
    def quiet(self) -> z3.BoolRef:
        """Nothing is on its way between the two ends."""
        return z3.And(*(channel.empty for channel in self.channels))

    def takes_slot(self, rule: Rule) -> bool:
        """Whether the rule is the end of LISTEN for this 4-tuple; what LISTEN answers or ignores needs no slot."""
        after = rule.update.get(self.server.state_var.name)
        return rule.cause in self._in_listen and after is not None and not after.eq(self.listen)

    @cached_property
    def _in_listen(self) -> frozenset[Cause]:
        """The causes of the server's events in LISTEN; raises `BadSystem` if none would take a slot."""
        found = [event for event in self.listed(self.server) if event.kind == "arrives" and event.state == "LISTEN"]
        if not any(event.effect.next != "LISTEN" for event in found):
            raise BadSystem("no event leads the server's end out of LISTEN")
        return frozenset(event.cause for event in found)

    def dropping(self, rule: Rule, no_room: Condition) -> Rule:
        """Instead of `rule`, which takes a slot: the segment is dropped."""
        gone = {slot.name for slot in self.channels[0].slots} | {v.name for v in (self.duplications,) if v}
        assert isinstance(rule.cause, Cause)
        instead = replace(rule.cause, instead="the table is full")
        return replace(
            rule.if_also(no_room),
            name=f"{rule.side}: {instead.name}",
            event=instead.name,
            brief=instead.brief,
            cause=instead,
            cite="RFC 4987, 2.2",
            update={name: term for name, term in rule.update.items() if name in gone},
            wires=tuple(w for w in rule.wires if w.action in ("arrive", "arrive-copy")),
            touches={},
        )


@dataclass(frozen=True)
class Attack(Connection):
    """A 4-tuple whose client is an attacker without a return path: a forged source address.

    It has no TCB. It injects one and the same SYN; what the server sends there vanishes.
    """

    text: int = 0

    def server_rules(self) -> Iterator[Rule]:
        """The server's rules, whatever they send being lost."""
        slots = {slot.name for slot in self.channels[1].slots}
        for rule in self.rules:
            if rule.side == self.server.name:
                yield replace(
                    rule,
                    update={name: term for name, term in rule.update.items() if name not in slots},
                    wires=tuple(replace(w, action="send-nowhere") if w.action == "send" else w for w in rule.wires),
                    touches={name: when for name, when in rule.touches.items() if name != "channel full"},
                )

    def injection(self, counter: Var | None, most: int | None) -> Rule:
        """A SYN is injected, while there is room for it and `counter` has not reached `most`."""
        outbox, bits = self.channels[0], self.config.seq_bits
        x = segment("SYN", z3.BitVecVal(1, bits), text=z3.BitVecVal(self.text, bits))
        unborn, nobody = (z3.BitVecVal(number, self.config.incarnation_bits) for number in (UNBORN, 0))
        update = dict(outbox.insert(x, unborn, nobody, TRUE))
        allowed = [Condition(marked("the channel has room"), z3.Not(outbox.full))]
        if counter is not None:
            allowed.append(Condition(marked("forged SYNs are left"), z3.ULT(counter.term, most)))
            update[counter.name] = counter.term + 1
        return Rule(
            name=f"{self.client.name}: a forged SYN",
            guard=z3.And(*(one.term for one in allowed)),
            conditions=tuple(allowed),
            update=update,
            kind="attack",
            side=self.client.name,
            event=marked("a forged SYN"),
            cite="RFC 4987, 2.2",
            wires=(wire("send", outbox, x, TRUE),),
        )
