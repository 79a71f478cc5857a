"""A server with a table: the product of one two-sided network for each 4-tuple, from the same events.

The ends are C1 and S1, C2 and S2, …; an attacker is X instead of C. All that the 4-tuples share is the table: it holds
those whose server's end is not in LISTEN. LISTEN drops what would need one more place ("but the table is full"): that
is what a server does, not a bound of the run.

With patient timers (the default) no timer expires while a segment is on its way between its two ends. That is what
RTO > round trip, R2 and 2 MSL are for, without clocks; and it keeps retransmissions from filling a channel for ever.
Nothing on its way delays a timer of an attacked 4-tuple.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from model.core import z3fast as z3
from model.core.property import Reads, finite
from model.core.system import Condition, Rule, System, Var
from model.network.channel import Channel
from model.network.connection import Attack, Connection
from model.network.ghosts.ghost import Ghost
from model.network.ghosts.known import with_those_read
from model.network.side import NO_TCB, Side
from model.settings.server import ServerConfig
from model.tcp.event import TRUE
from model.tcp.state import STATES
from model.words.language import marked


@dataclass(frozen=True)
class Server:
    """The bounded system of one server."""

    config: ServerConfig
    ghosts: tuple[Ghost, ...] = ()

    @cached_property
    def connections(self) -> tuple[Connection, ...]:
        """The networks of the 4-tuples; connection i is at i-1."""
        return tuple(self._connection(number) for number in range(1, len(self.config.connections) + 1))

    def _connection(self, number: int) -> Connection:
        config = self.config.connections[number - 1]
        if number in self.config.attackers:
            return Attack(config, names=(f"X{number}", f"S{number}"), ghosts=self.ghosts, text=self.config.attack_text)
        return Connection(config, names=(f"C{number}", f"S{number}"), ghosts=self.ghosts)

    @cached_property
    def sides(self) -> dict[str, Side]:
        """All ends by name."""
        return {name: side for connection in self.connections for name, side in connection.sides.items()}

    def connection(self, side: Side) -> Connection:
        """The 4-tuple that an end belongs to."""
        return next(connection for connection in self.connections if side.name in connection.names)

    def other(self, side: Side) -> Side:
        """The other end."""
        return self.connection(side).other(side)

    def channel(self, source: Side) -> Channel:
        """What `source` has sent."""
        return self.connection(source).channel(source)

    @property
    def lanes(self) -> dict[str, dict[str, str]]:
        """For pictures: the clients and attackers to the left, the server's ends to the right (see `Network.lanes`)."""
        attacked = [c.names for c in self.connections if isinstance(c, Attack)]
        clients = {c.client.name: "" if c.names in attacked else c.client.state_var.name for c in self.connections}
        ends = {c.server.name: c.server.state_var.name for c in self.connections}
        left, right = (*self.connections[0].names,) if len(self.connections) == 1 else ("clients", "server")
        return {left: clients, right: ends}

    @property
    def slots(self) -> list[str]:
        """The variables that hold segments under way."""
        return [slot.name for connection in self.connections for c in connection.channels for slot in c.slots]

    @property
    def fifo(self) -> bool:
        """Of equal segments the one sent first arrives first."""
        return not any(connection.config.reordering for connection in self.connections)

    @property
    def opening(self) -> tuple[tuple[str, str, dict[str, int]], ...]:
        """Nothing: a server begins without connections."""
        return ()

    @property
    def window(self) -> int:
        """RCV.WND of every endpoint, octets."""
        return self.connections[0].window

    @property
    def attacks(self) -> Var | None:
        """The counter of injected SYNs, if they are bounded."""
        most = self.config.attacks
        return Var("attacks", most.bit_length()) if most and self.config.attackers else None

    # -- the table --

    def held(self, *states: str) -> z3.BitVecRef:
        """How many slots are held; by connections in one of `states`, if any is given."""
        width = len(self.connections).bit_length()
        ends = [connection.server for connection in self.connections]
        holds = [end.state_is(*states) if states else z3.Not(end.state_is(*NO_TCB)) for end in ends]
        return sum(
            (z3.If(term, z3.BitVecVal(1, width), z3.BitVecVal(0, width)) for term in holds), z3.BitVecVal(0, width)
        )

    def room(self, *states: str) -> z3.BoolRef:
        """Whether the table has room for one more, in the backlog too if that one is to be in SYN-RECEIVED."""
        count, c = len(self.connections), self.config
        rooms = [z3.ULT(self.held(), c.slots)] if c.slots < count else []
        if "SYN-RECEIVED" in states and c.backlog is not None and c.backlog < c.slots:
            rooms.append(z3.ULT(self.held("SYN-RECEIVED"), c.backlog))
        return z3.And(*rooms) if rooms else TRUE

    # -- the system --

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule of the system."""
        return tuple(rule for connection in self.connections for rule in self._rules(connection))

    def _rules(self, connection: Connection) -> Iterator[Rule]:
        if isinstance(connection, Attack):
            if self.config.attacks != 0:
                yield connection.injection(self.attacks, self.config.attacks)
            listed, waits = tuple(connection.server_rules()), False
        else:
            listed, waits = connection.rules, self.config.timers == "patient"
        for rule in listed:
            if rule.kind == "timeout" and waits:
                says = marked("no segment is under way between the two ends, for which a patient timer waits")
                yield rule.if_also(Condition(says, connection.quiet))
            elif connection.takes_slot(rule):
                yield from self._taking(connection, rule)
            else:
                yield rule

    def _taking(self, connection: Connection, rule: Rule) -> Iterator[Rule]:
        """A rule that takes a slot, and what happens if there is none."""
        number = z3.simplify(rule.update[connection.server.state_var.name])
        room = self.room(STATES[number.as_long()])
        yield rule.if_also(Condition(marked("the table has room"), room))
        if not z3.is_true(z3.simplify(room)):
            yield connection.dropping(rule, Condition(marked("the table is full"), z3.Not(room), cite="RFC 4987, 2.2"))

    def system(self, *asked: Reads, starts: Sequence[Mapping[str, int]] | None = None) -> System:
        """The `System` with these properties, and with the ghosts that they and those of infinite runs read.

        starts: what differs in each initial state from all clients CLOSED, the server in LISTEN and everything zero.
        """
        ghosts = with_those_read(self.ghosts, self.sides.values(), asked)
        if ghosts != self.ghosts:
            return replace(self, ghosts=ghosts).system(*asked, starts=starts)
        channels = [channel for connection in self.connections for channel in connection.channels]
        shared = [c for c in (self.connections[0].duplications, self.connections[0].losses, self.attacks) if c]
        variables = [
            *(var for side in self.sides.values() for var in self.connection(side).variables(side)),
            *(var for channel in channels for var in channel.slots),
            *shared,
        ]
        listening = {connection.server.state_var.name: STATES.index("LISTEN") for connection in self.connections}
        nothing = dict.fromkeys((var.name for var in variables), 0) | listening
        initial = tuple({**nothing, **start} for start in (starts if starts is not None else [{}]))
        groups = tuple(tuple(v.name for v in c.slots) for c in channels if c.reordering and c.capacity > 1)
        return System(tuple(variables), initial, self.rules, finite(*asked), groups)
