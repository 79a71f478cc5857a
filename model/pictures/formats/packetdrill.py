"""A trace as scripts for packetdrill, which runs one side of it against a real implementation.

That side's calls become calls of sockets, a segment that arrives there is injected (`<`), one that it sends is expected
(`>`), at any time if a timer sends it. Every step has a comment with its paragraph of the RFC; a step of the other side
or of the network is nothing else, since all that this side notices is what arrives. Where a call cannot be said with a
socket (an OPEN in LISTEN, a CLOSE before accept) or at all (a crash, a timeout) the comment says so.

CLOSE means "I have no more data to send" (3.10.4), so it is shutdown(SHUT_WR), and close only where nothing has opened.
ABORT is close with SO_LINGER of zero. Numbers are relative: to the ISS of the side's own current incarnation, as
packetdrill maps them, and to the other side's first ISS throughout, as it does not; an older number is 2^32 - n.

Source: https://github.com/google/packetdrill. A script expects what the configuration does, so a weakened protocol's
fails on a real implementation, at the step that the weakening is about.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from model.core.run import Run, Step
from model.core.system import State, System
from model.pictures.flights import ARRIVES, SENDS
from model.pictures.formats.packets import SPACE, Packet, moments, packets

SOCKET = "socket(..., SOCK_STREAM, IPPROTO_TCP) = {}"
LETTERS = {"syn": "S", "fin": "F", "rst": "R"}


def packetdrill(
    system: System, trace: Run, side: str, *, window: int, title: str = "", oldest_first: bool = True
) -> str:
    """The script for `side`, ending with a newline. window: of every segment that is injected."""
    return "\n".join(PacketdrillScript(system, trace, side, window, packets(trace, oldest_first)).lines(title)) + "\n"


@dataclass
class PacketdrillScript:
    """A script in the making. listener, connection: sockets that are open; begun: an event has a time already;
    waits: seconds from it to the next one."""

    system: System
    trace: Run
    side: str
    window: int
    packets: Sequence[Packet]
    listener: int | None = None
    connection: int | None = None
    sockets: int = 3
    waits: int = field(default=0, init=False)
    begun: bool = field(default=False, init=False)

    def lines(self, title: str) -> Iterator[str]:
        """All lines: a heading, and those of each step."""
        yield f"// {title + ', ' if title else ''}{self.side}'s side; numbers are relative"
        yield from self._first(self._state(self.trace.initial))
        timed = any(rule.kind == "time" for rule in self.system.rules)
        clock = [int(when) if timed else 0 for when in moments(self.system, self.trace)]
        for number, (before, step, then, now) in enumerate(
            zip(self.trace.states, self.trace.steps, [0, *clock], clock, strict=False), 1
        ):
            self.waits += now - then
            yield from self._step(number, before, step)

    def _first(self, state: str) -> Iterator[str]:
        if state == "LISTEN":
            yield from self._timed(self._listen())
        elif state != "CLOSED":
            yield f"// The trace begins in {state}: open the connection first."

    def _state(self, state: State) -> str:
        var = self.system.var[f"{self.side}.state"]
        return var.show(state[var.name])

    def _step(self, number: int, before: State, step: Step) -> Iterator[str]:
        """A comment, and what this side does."""
        own = [packet for packet in self.packets if packet.happening.step == number]
        events = [*self._events(before, step, own)] if step.rule.side == self.side else []
        yield self._comment(number, before, step, own, bool(events))
        yield from events

    def _events(self, before: State, step: Step, own: Sequence[Packet]) -> Iterator[str]:
        """What arrives, the call, what is sent, and an accept."""
        arrives = [packet for packet in own if packet.happening.action in ARRIVES]
        yield from self._timed([f"< {self._segment(packet)} win {min(self.window, 0xFFFF)}" for packet in arrives])
        yield from self._timed(self._call(before, step, own))
        for packet in own:
            if packet.happening.action in SENDS:
                options = " <...>" if "syn" in packet.controls else ""
                by_timer = "*" if step.rule.kind == "timeout" else None
                yield from self._timed([f"> {self._segment(packet)}{options}"], by_timer)
        yield from self._timed(self._accept(step))

    def _timed(self, events: Sequence[str], when: str | None = None) -> Iterator[str]:
        """Each with its time: so many seconds after the one before it."""
        for event in events:
            yield f"{when or f'+{self.waits}' if self.begun else '0'} {event}"
            self.begun, self.waits = True, 0

    def _comment(self, number: int, before: State, step: Step, own: Sequence[Packet], said: bool) -> str:
        rule, (was, now) = step.rule, (self._state(state) for state in (before, step.state))
        parts = [
            f"// {number}. {rule.side + ': ' if rule.side else ''}{rule.event or rule.name}",
            *(f": {packet.happening.text}" for packet in own if packet.happening.action == "lose"),
            f" [{rule.cite}]" if rule.cite else "",
            f" => {now}" if now != was else "",
            ": cannot be said here" if rule.side == self.side and rule.kind in ("call", "crash") and not said else "",
        ]
        return "".join(parts)

    # -- calls --

    def _call(self, before: State, step: Step, own: Sequence[Packet]) -> list[str]:
        """A call of the user as calls of sockets; none if they cannot say it."""
        call, at = step.rule.call, self._state(before)
        if call in ("passive OPEN", "active OPEN") and at == "CLOSED":
            return self._listen() if call == "passive OPEN" else self._connect()
        if call == "CLOSE" and at == "LISTEN" and self.listener is not None:
            return [f"close({self._gone('listener')}) = 0"]
        if self.connection is None:
            return []
        if call == "SEND" and at != "SYN-SENT":
            octets = sum(packet.text for packet in own)
            return [f"write({self.connection}, ..., {octets}) = {octets}"] if octets else []
        if call == "CLOSE":
            return [
                f"close({self._gone('connection')}) = 0"
                if at == "SYN-SENT"
                else f"shutdown({self.connection}, SHUT_WR) = 0"
            ]
        return self._abort() if call == "ABORT" else []

    def _connect(self) -> list[str]:
        self.connection = s = self._new()
        blocking = f"fcntl({s}, F_SETFL, O_RDWR|O_NONBLOCK) = 0"
        return [SOCKET.format(s), blocking, f"connect({s}, ..., ...) = -1 EINPROGRESS (Operation now in progress)"]

    def _abort(self) -> list[str]:
        linger = f"setsockopt({self.connection}, SOL_SOCKET, SO_LINGER, {{onoff=1, linger=0}}, 8) = 0"
        return [linger, f"close({self._gone('connection')}) = 0"]

    def _listen(self) -> list[str]:
        if self.listener is not None:
            return [f"listen({self.listener}, 1) = 0"]
        self.listener = s = self._new()
        reuse = f"setsockopt({s}, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0"
        return [SOCKET.format(s), reuse, f"bind({s}, ..., ...) = 0", f"listen({s}, 1) = 0"]

    def _accept(self, step: Step) -> list[str]:
        """What was opened passively is accepted as soon as it is ESTABLISHED."""
        state = self._state(step.state)
        if state in ("CLOSED", "LISTEN"):
            self.connection = None
        unopened = state in ("CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED")
        if unopened or self.connection is not None or self.listener is None:
            return []
        self.connection = self._new()
        return [f"accept({self.listener}, ..., ...) = {self.connection}"]

    def _new(self) -> int:
        self.sockets += 1
        return self.sockets - 1

    def _gone(self, name: str) -> int:
        number: int = getattr(self, name)
        setattr(self, name, None)
        return number

    # -- segments --

    def _segment(self, packet: Packet) -> str:
        """Flags, numbers and text as packetdrill writes them."""
        one = packet.happening
        ours = one.source == self.side
        own, others = self._iss(self.side, one.step), self._iss(one.target if ours else one.source, 0)
        letters = "".join(LETTERS.get(name, "") for name in packet.controls) + ("P" if packet.text else "")
        seq = (packet.seq - (own if ours else others)) % SPACE
        ack = f" ack {(packet.ack - (others if ours else own)) % SPACE}" if one.values["ack"] else ""
        flags = letters + ("." if one.values["ack"] else "")
        return f"{flags} {seq}:{(seq + packet.text) % SPACE}({packet.text}){ack}"

    def _iss(self, side: str, step: int) -> int:
        """The ISS under which a side sends in a step: its last SYN's until then, or else its first one's ever."""
        sent = [p for p in self.packets if p.happening.source == side and p.happening.action in SENDS]
        syns = [p for p in sent if "syn" in p.controls]
        until = [p.seq for p in syns if p.happening.step <= step]
        return until[-1] if until else syns[0].seq if syns else 0
