"""One endpoint's events, run concretely: the TCB, the arriving segment, windows and the user's octets are numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Literal, NamedTuple

import z3

from model.conform.stacks import Profile
from model.core.terms import Meaning
from model.mutants.endpoint_events import events
from model.tcp.cause import Call
from model.tcp.event import Event
from model.tcp.segment import SEGMENT_FIELDS, show_segment, symbolic_segment
from model.tcp.state import FIELDS, Endpoint, manners, symbolic_tcb

BITS = 32
SPACE = 1 << BITS


class Seg(NamedTuple):
    """A concrete segment; ackno is 0 without ACK, text is a count of octets."""

    syn: bool
    ack: bool
    fin: bool
    rst: bool
    seq: int
    ackno: int
    text: int

    @property
    def length(self) -> int:
        """SEG.LEN (3.4)."""
        return self.text + self.syn + self.fin

    @property
    def end(self) -> int:
        """The number after the last that it occupies."""
        return (self.seq + self.length) % SPACE

    def __str__(self) -> str:
        return show_segment(self._asdict())


class ConnectionState(NamedTuple):
    """The state of a connection and its TCB (see `model.tcp.state.Tcb`), as numbers."""

    state: str
    snd_una: int = 0
    snd_nxt: int = 0
    iss: int = 0
    rcv_nxt: int = 0
    irs: int = 0
    passive_open: bool = False
    queued: int = 0
    close_queued: bool = False
    syn_text: int = 0
    syn_fin: bool = False
    ack_held: bool = False


assert ConnectionState._fields[1:] == FIELDS
CLOSED = ConnectionState("CLOSED")


class Given(NamedTuple):
    """What an event depends on besides the connection and the segment.

    isn: the ISS if one has to be chosen. rcv_wnd, max_snd_wnd: RCV.WND and MAX.SND.WND, octets. octets: of one SEND,
    and of one retransmission at most.
    """

    isn: int = 0
    rcv_wnd: int = 65535
    max_snd_wnd: int = 65535
    octets: int = 1


class EventTaken(NamedTuple):
    """An event that has happened: the connection after it, and the segment sent, if one is.

    own: the name of the behaviour whose event it is; empty for the RFC's.
    """

    event: Event
    after: ConnectionState
    sent: Seg | None
    own: str

    @property
    def cause(self) -> str:
        """The call or timer, or "crash"; empty for a segment."""
        return "crash" if self.event.kind == "crash" else self.event.call


LocalCause = Call | Literal["crash"]
"""What causes an event that is no segment."""


class CompiledEvents(NamedTuple):
    """Events of one state and kind: their guards as one function, and for each event the function of its results."""

    events: Sequence[tuple[Event, str]]
    guards: Meaning
    results: Sequence[Meaning]


class Interpreter:
    """The events of an endpoint as a profile has them."""

    def __init__(self, profile: Profile) -> None:
        config = profile.config
        rcv_wnd, max_snd_wnd, octets = (z3.BitVec(name, BITS) for name in Given._fields[1:])
        endpoint = Endpoint(config, BITS, rcv_wnd, max_snd_wnd, octets, *manners(config))
        tcb, x, isn = symbolic_tcb("", BITS), symbolic_segment("x.", BITS), z3.BitVec("isn", BITS)
        rfc = events(endpoint, tcb, x, isn)
        listed = [(event, b.name) for b in profile.behaviours for event in b.of(rfc, endpoint, tcb, x, isn)]
        self.own = [own for _, own in listed]
        self._listed = [*listed, *((event, "") for event in rfc)]
        """The name of the behaviour of each event that is the stack's own."""
        self._prepared: dict[tuple[str, bool], CompiledEvents] = {}

    def _events(self, state: str, arrive: bool) -> CompiledEvents:
        """The events of a state, those of arriving segments or the others, prepared when they are first needed."""
        if (state, arrive) not in self._prepared:
            found = [pair for pair in self._listed if (pair[0].state, pair[0].kind == "arrives") == (state, arrive)]
            self._prepared[state, arrive] = _prepare(found)
        return self._prepared[state, arrive]

    def arrives(self, connection: ConnectionState, x: Seg, given: Given) -> Iterator[EventTaken]:
        """What may happen when `x` arrives: first what the stack does of its own, then what the RFC says."""
        assignment = {f"x.{name}": value for name, value in zip(SEGMENT_FIELDS, x, strict=True)}
        return self._happen(self._events(connection.state, arrive=True), connection, assignment | given._asdict())

    def does(self, connection: ConnectionState, calls: Collection[LocalCause], given: Given) -> Iterator[EventTaken]:
        """The calls, timeouts and crashes of these kinds that are possible."""
        return (step for step in self.acts(connection, given) if step.cause in calls)

    def acts(self, connection: ConnectionState, given: Given) -> Iterator[EventTaken]:
        """All calls, timeouts and crashes that are possible."""
        return self._happen(self._events(connection.state, arrive=False), connection, given._asdict())

    @staticmethod
    def _happen(
        prepared: CompiledEvents, connection: ConnectionState, assignment: dict[str, int]
    ) -> Iterator[EventTaken]:
        assignment |= connection._asdict()
        guards = prepared.guards(assignment)
        for (event, own), applies, results in zip(prepared.events, guards, prepared.results, strict=True):
            if applies:
                values = results(assignment)
                fields, rest = values[: len(FIELDS)], values[len(FIELDS) :]
                sent = Seg(*rest[1:]) if rest and rest[0] else None
                yield EventTaken(event, ConnectionState(event.effect.next, *fields), sent, own)


def _prepare(listed: Sequence[tuple[Event, str]]) -> CompiledEvents:
    return CompiledEvents(
        listed, Meaning([e.guard for e, _ in listed]), [Meaning(list(_results(e))) for e, _ in listed]
    )


def _results(event: Event) -> Iterator[z3.ExprRef]:
    yield from (getattr(event.effect.tcb, field) for field in FIELDS)
    if event.effect.send is not None:
        yield event.effect.send_when
        yield from (getattr(event.effect.send, field) for field in SEGMENT_FIELDS)
