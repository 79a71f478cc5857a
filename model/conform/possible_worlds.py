"""Is what one endpoint sent a run of the model? Its calls and timeouts are hidden.

What is known is the set of *worlds*: connections that the endpoint may have now. A segment that it sends is explained
by the worlds in which an event sends it; the others are given up. What the RFC allows besides the model's events, and
is allowed here of every stack:

- A bare ACK is a permission: it may be delayed, merged or left out (3.8.6.3). One that nothing has asked for has to
  tell a new window (3.8.6.2). It may have been formed before the last arrivals, so it may carry any RCV.NXT since the
  last ACK that was sent. Other replies are obligations, and come first.
- Anything that is not acknowledged may be sent again, cut or joined (3.8.1, 3.7): a segment is split where SND.NXT
  and the FIN are, and each part must be what SEND, CLOSE or the retransmission timeout sends there.
- A segment beyond RCV.NXT may be held until what is missing has come (SHLD-31). RCV.WND is what was told last, or has
  been opened again to that size since.
- A probe with SEQ=SND.UNA-1 and at most one octet (3.8.4, 3.8.6.1), when nothing has been seen for a while.
- A TCB may be deleted without a word (USER TIMEOUT, crash), and a reset may carry ACK=RCV.NXT.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from model.conform.interpreter import CLOSED, SPACE, ConnectionState, EventTaken, Given, Interpreter, LocalCause, Seg
from model.tcp.cause import Call
from model.tcp.state import FIN_SENT

SYNCHRONIZED = ("ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT")
SILENT: tuple[LocalCause, ...] = (
    "passive OPEN",
    "CLOSE",
    "USER TIMEOUT",
    "SYN-RECEIVED TIMEOUT",
    "TIME-WAIT TIMEOUT",
    "crash",
)
"""Calls and timeouts that may happen unseen: where they send nothing."""


CALLS: tuple[Call, ...] = ("active OPEN", "SEND", "CLOSE", "RETRANSMISSION TIMEOUT", "ABORT")
"""Calls and the timeout that send something."""
MOST_OWED = 8
PATIENCE = 0.2
"""A reply that is an obligation is sent within so many seconds."""
IDLE = 0.2
"""A probe is sent after so many seconds without a segment: the shortest retransmission timeout there is."""
FORGETS: tuple[LocalCause, ...] = ("USER TIMEOUT", "SYN-RECEIVED TIMEOUT", "crash")


def ahead(number: int, start: int) -> int:
    """How far `number` is ahead of `start`; negative if it is behind, by less than half of the number space."""
    distance = (number - start) % SPACE
    return distance - SPACE if distance >= SPACE >> 1 else distance


class World(NamedTuple):
    """What an endpoint may be like.

    acks: values of RCV.NXT that its next ACK may carry, the oldest first. owed: arrivals that asked for an ACK, less
    the bare ACKs since, at most `MOST_OWED`. held: segments beyond RCV.NXT that are kept.
    due: replies that it still has to send, and until when. unknown: old duplicates of unknown origin that may still
    arrive. missed: segments that it may still send without being seen.
    """

    connection: ConnectionState
    acks: tuple[int, ...] = ()
    owed: int = 0
    held: tuple[Seg, ...] = ()
    due: tuple[tuple[Seg, float], ...] = ()
    unknown: int = 0
    missed: int = 0

    def without(self, connection: ConnectionState) -> World:
        """The world with another connection that has no TCB, or a new one."""
        return World(connection, due=self.due, unknown=self.unknown, missed=self.missed)


class Past(NamedTuple):
    """How a world came about: what happened last, and before; the cheapest story is the one that is told.

    state: the one after it. own: the stack's own behaviour that it was, if it was one.
    cost: one for each event, one more for a behaviour of the stack's own, and two where a TCB is forgotten.
    """

    what: str
    before: Past | None
    cost: int
    state: str
    own: str = ""

    def then(self, what: str, state: str) -> Past:
        """The past with one more thing that happened."""
        return Past(what, self, self.cost + 1, state)

    def event(self, step: EventTaken, what: str = "") -> Past:
        """The past with one more event; what: how it is called, if not by its name."""
        sent = f", sends {step.sent}" if step.sent else ""
        words = f"{what or step.event.name} => {step.after.state}{sent}{step.own and f' [{step.own}]'}"
        more = bool(step.own) + 2 * (step.cause in FORGETS)
        return Past(words, self, self.cost + 1 + more, step.after.state, step.own)

    def whole(self) -> list[Past]:
        """Everything that happened, in order."""
        found, past = list[Past](), self
        while past.before is not None:
            found.append(past)
            past = past.before
        return found[::-1]


Worlds = dict[World, Past]


def beginning(unknown: int = 0, missed: int = 0) -> Worlds:
    """What is known before the first segment: there is no connection."""
    return {World(CLOSED, unknown=unknown, missed=missed): Past("", None, 0, CLOSED.state)}


class Windows(NamedTuple):
    """What the segments seen so far tell of windows: the endpoint's own, and the most that its peer has offered.

    edge: the number after the receive window, if an ACK has told it; size: the window of the last segment.
    """

    size: int = 65535
    edge: int | None = None
    peer: int = 0


class Mind:
    """What an interpreter can do in worlds: hear a segment, act unseen, send what was seen to be sent."""

    def __init__(self, interpreter: Interpreter) -> None:
        self._interpreter = interpreter
        self.windows = Windows()
        self.now = self.idle = 0.0

    def at(self, time: float, worlds: Worlds) -> Worlds:
        """The worlds at a time, seconds: those that have not left a reply unsent for too long."""
        self.now, self.idle = time, time - self.now
        return {world: past for world, past in worlds.items() if not world.due or world.due[0][1] >= time}

    def given(self, connection: ConnectionState, isn: int = 0, octets: int = 1) -> Given:
        """Windows as they are known, and what is asked for."""
        size, edge, peer = self.windows
        left = size if edge is None else max(0, ahead(edge, connection.rcv_nxt))
        return Given(isn, left, peer, octets)

    # -- what is not seen --------------------------------------------------------------------------------------------

    def unseen(self, worlds: Worlds) -> Worlds:
        """The worlds with every call and timeout that sends nothing."""
        found, new = dict(worlds), list(worlds.items())
        while new:
            world, past = new.pop()
            for step in self._silent(world.connection):
                happened, over = past.event(step), step.after.state in ("CLOSED", "LISTEN")
                after = world.without(step.after) if over else world._replace(connection=step.after)
                if after not in found or happened.cost < found[after].cost:
                    found[after] = happened
                    new.append((after, happened))
        return found

    def _silent(self, connection: ConnectionState) -> Iterator[EventTaken]:
        steps = self._interpreter.does(connection, SILENT, self.given(connection))
        return (step for step in steps if step.sent is None)

    # -- a segment arrives -------------------------------------------------------------------------------------------

    def hear(self, world: World, past: Past, x: Seg, isn: int, hold: bool) -> Iterator[tuple[World, Past]]:
        """The worlds after `x` has arrived; hold: what is beyond RCV.NXT is kept until the rest has come."""
        before, given = world.connection, self.given(world.connection, isn)
        steps = list(self._interpreter.arrives(before, x, given))
        if given.rcv_wnd < self.windows.size:  # Its user may have made room since the window was told.
            more = self._interpreter.arrives(before, x, given._replace(rcv_wnd=self.windows.size))
            steps += [step for step in more if step not in steps]
        for step in steps:
            after, happened = self._settle(world, step), past.event(step, f"{x} arrives")
            if hold and self._beyond(before, x):
                yield after._replace(held=tuple(sorted({*world.held, x}))), happened
            elif after.held and step.after.rcv_nxt != before.rcv_nxt:
                yield from self._release(after, happened)
            else:
                yield after, happened

    def _settle(self, world: World, step: EventTaken) -> World:
        """The world after an event: what may be acknowledged, and what is due."""
        after = step.after
        due = world.due if step.sent is None or _bare(step.sent) else (*world.due, (step.sent, self.now + PATIENCE))
        if after.state in ("CLOSED", "LISTEN", "SYN-SENT"):
            return world.without(after)._replace(due=due)
        acks = world.acks if after.rcv_nxt in world.acks else (*world.acks, after.rcv_nxt)
        owed = min(MOST_OWED, world.owed + (step.sent is not None and _bare(step.sent)))
        return world._replace(connection=after, acks=acks, owed=owed, due=due)

    def _beyond(self, connection: ConnectionState, x: Seg) -> bool:
        """Whether `x` has text or FIN in the window that is not next in sequence."""
        if connection.state not in SYNCHRONIZED or x.syn or x.rst or not x.text + x.fin:
            return False
        return 0 < ahead(x.seq, connection.rcv_nxt) < self.given(connection).rcv_wnd

    def _release(self, world: World, past: Past) -> Iterator[tuple[World, Past]]:
        """What was held and is next in sequence now is processed, its ACK field apart."""
        for x in world.held:
            at = world.connection
            if ahead(x.seq, at.rcv_nxt) <= 0:
                rest = world._replace(held=tuple(y for y in world.held if y != x))
                again = x._replace(ack=True, ackno=at.snd_una)
                for step in self._interpreter.arrives(at, again, self.given(at)):
                    after = self._settle(rest, step)._replace(due=world.due)
                    yield from self._release(after, past.event(step, f"{x}, held, is processed"))
                return
        yield world, past

    # -- a segment is sent -------------------------------------------------------------------------------------------

    def send(self, world: World, past: Past, y: Seg, size: int) -> Iterator[tuple[World, Past]]:
        """The worlds after `y` has been sent, with a window of `size` octets: none if nothing explains it."""
        at, acks = world.connection, _since(world.acks, y)
        if world.due:
            if world.due[0][0] == y:
                yield world._replace(due=world.due[1:], acks=acks), past.then(f"sends {y}", at.state)
            return
        if y.syn and not y.ack:
            yield from self._open(world, past, y)
        if y.rst:
            yield from self._reset(world, past, y)
        elif at.state not in ("CLOSED", "LISTEN") and (not y.ack or y.ackno in (at.rcv_nxt, *world.acks)):
            # An ACK may have been formed before the last arrivals.
            formed = at._replace(rcv_nxt=y.ackno) if y.ack else at
            if (world.owed or size != self.windows.size) and _acknowledges(formed, y):
                sent = world._replace(acks=acks, owed=max(0, world.owed - 1))
                yield sent, past.then(f"acknowledges: sends {y}", at.state)
            for after, what in self._parts(formed, y):
                sent = world._replace(connection=after._replace(rcv_nxt=at.rcv_nxt), acks=acks)
                yield sent, past.then(f"{what}: sends {y}", after.state)

    def _open(self, world: World, past: Past, y: Seg) -> Iterator[tuple[World, Past]]:
        at = world.connection
        opens = self._interpreter.does(at, ["active OPEN"], self.given(at, isn=y.seq))
        yield from ((world.without(step.after), past.event(step)) for step in opens if step.sent == y)

    def _reset(self, world: World, past: Past, y: Seg) -> Iterator[tuple[World, Past]]:
        """ABORT; its reset may carry an ACK."""
        at = world.connection
        if y.ack and y.ackno not in world.acks:
            return
        bare = y._replace(ack=False, ackno=0)
        for step in self._interpreter.does(at, ["ABORT"], self.given(at)):
            if step.sent in (y, bare):
                yield world.without(step.after), past.event(step._replace(sent=y))

    def _parts(self, at: ConnectionState, y: Seg) -> Iterator[tuple[ConnectionState, str]]:
        """What has SYN, text or FIN, and probes: the connection after `y`, and what it was."""
        small = y.ack and y.text <= 1 and not y.fin and not y.syn
        at_left = y.seq == (at.snd_una - 1) % SPACE
        if at.state in SYNCHRONIZED and small and at_left and self.idle >= IDLE:
            yield at, "probes"
        if y.syn or y.text or y.fin:
            yield from self._pieces(at, y)

    def _pieces(self, at: ConnectionState, y: Seg) -> Iterator[tuple[ConnectionState, str]]:
        """`y` as what was sent before and is not acknowledged, then new text, then FIN."""
        start, outstanding = ahead(y.seq, at.snd_una), ahead(at.snd_nxt, at.snd_una)
        if not 0 <= start <= outstanding:
            return
        if start < outstanding:
            first, rest = _cut(y, outstanding - start - (at.state in FIN_SENT))
            front = at._replace(snd_una=y.seq)
            steps = self._interpreter.does(front, ["RETRANSMISSION TIMEOUT"], self.given(at, octets=first.text))
            again = [step.event.name for step in steps if step.sent == first]
            if again and (rest.text or rest.fin):
                yield from ((after, f"{again[0]}, {what}") for after, what in self._pieces(at, rest))
            elif again:
                yield at, again[0]
            return
        first, rest = _cut(y, y.text)
        call: Call = "SEND" if first.text else "CLOSE"
        for step in self._interpreter.does(at, [call], self.given(at, octets=first.text)):
            if step.sent == first:
                words = f"{step.event.name} => {step.after.state}"
                if rest.fin:
                    yield from ((after, f"{words}, {what}") for after, what in self._pieces(step.after, rest))
                else:
                    yield step.after, words

    # -- what could have been sent ------------------------------------------------------------------------------------

    def allowed(self, world: World) -> str:
        """What a world could send next, in a line."""
        at = world.connection
        if world.due:
            return f"{at.state}: must send {world.due[0][0]}"
        steps = self._interpreter.does(at, CALLS, self.given(at))
        sent = [f"{step.sent} ({step.event.name})" for step in steps if step.sent]
        if at.state in SYNCHRONIZED:
            sent.insert(0, str(_acknowledgment(at)))
        return f"{at.state}: {'; '.join(sent) or 'nothing'}"


def _acknowledgment(at: ConnectionState) -> Seg:
    return Seg(False, True, False, False, at.snd_nxt, at.rcv_nxt, 0)


def _acknowledges(at: ConnectionState, y: Seg) -> bool:
    """Whether `y` is a bare ACK of all that was received."""
    return at.state in (*SYNCHRONIZED, "SYN-RECEIVED") and y == _acknowledgment(at)


def _bare(x: Seg) -> bool:
    return x.ack and not (x.syn or x.fin or x.rst or x.text)


def _cut(y: Seg, octets: int) -> tuple[Seg, Seg]:
    """The first part of `y`, with SYN or so many octets of its text, or its FIN; and the rest."""
    if y.syn:
        return y._replace(text=0, fin=False), y._replace(syn=False, seq=(y.seq + 1) % SPACE)
    if not octets or not y.text:
        return y._replace(text=0), y._replace(text=0, fin=False)
    octets = min(octets, y.text)
    return y._replace(text=octets, fin=False), y._replace(seq=(y.seq + octets) % SPACE, text=y.text - octets)


def _since(acks: tuple[int, ...], y: Seg) -> tuple[int, ...]:
    """What may be acknowledged after `y`: no older number than it carries."""
    return acks[acks.index(y.ackno) :] if y.ack and y.ackno in acks else acks


def keep(worlds: Worlds, pairs: Iterable[tuple[World, Past]]) -> Worlds:
    """The worlds with these added, each with the past that costs least; `worlds` is changed."""
    for world, past in pairs:
        if world not in worlds or past.cost < worlds[world].cost:
            worlds[world] = past
    return worlds
