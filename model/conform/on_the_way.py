"""One end of a conversation as seen from somewhere on the way.

Before each segment that it sends, the end may have heard any segment seen so far towards it, any number of times, or
never. So nothing is assumed heard before it is needed: the worlds in which it has heard least explain most. Since it
may hear anything again, it may always have reason to acknowledge, and need not hold what is beyond RCV.NXT. What has
been seen once may be seen again, as the network may have copied it before the capture.

Two allowances are counted, and none by default: old duplicates that nobody has seen may reach the end (`unknown`), and
what it sends may be lost or overtaken before the capture (`missed`).
"""

from __future__ import annotations

from collections.abc import Iterator

from model.conform.capture import Conversation, Seen, Socket
from model.conform.interpreter import SPACE, ConnectionState, Interpreter, Seg
from model.conform.own_host import Finding, explained, ours, theirs, unexplained
from model.conform.possible_worlds import MOST_OWED, SYNCHRONIZED, Mind, Past, World, Worlds, ahead, beginning, keep

MANY = 64
"""So many segments are kept before it is looked which are of no more use."""
MOST_WORLDS = 20_000
"""Beyond so many possibilities before one segment an end is not judged."""


class Heard:
    """The segments seen so far towards an end, each once, by what they can be needed for.

    Whatever an end may do in silence anyway (delete its TCB, acknowledge) needs nothing to be heard.
    """

    def __init__(self) -> None:
        self._live: dict[Seg, None] = {}
        self._syns: dict[Seg, None] = {}
        self._by_ackno: dict[int, dict[Seg, None]] = {}
        self._by_end: dict[int, dict[Seg, None]] = {}

    def add(self, x: Seg) -> None:
        """One more segment has been seen."""
        (self._syns if x.syn else self._live)[x] = None
        index, key = (self._by_ackno, x.ackno) if x.ack else (self._by_end, x.end)
        index.setdefault(key, {})[x] = None

    def forget(self, worlds: Worlds) -> None:
        """Segments that no connection can take anything new from are not tried again."""
        if len(self._live) > MANY:
            open_ones = [world.connection for world in worlds if world.connection.state in SYNCHRONIZED]
            if len(open_ones) == len(worlds):
                keep = [x for x in self._live if any(_text(at, x) or _acks_all(at, x) for at in open_ones)]
                self._live = dict.fromkeys(keep)

    def needed(self, at: ConnectionState, y: Seg) -> Iterator[Seg]:
        """What has to be heard for `at` to send `y`, or to come nearer to it."""
        replies = self._by_end.get(y.ackno, {}) if y.ack else self._by_ackno.get(y.seq, {})
        if y.rst and (at.state not in SYNCHRONIZED or at.state == "TIME-WAIT"):
            yield from replies
        if at.state in ("LISTEN", "SYN-SENT", "TIME-WAIT") and not y.rst:
            yield from self._syns
        if at.state in ("SYN-RECEIVED", "FIN-WAIT-1", "CLOSING", "LAST-ACK"):
            yield from (x for x in (*self._live, *self._syns) if _acks_all(at, x))
        if at.state in SYNCHRONIZED:
            if y.seq == (at.snd_nxt - 1) % SPACE:  # A probe: what it is left of has been acknowledged.
                yield from self._by_ackno.get(at.snd_nxt, {})
            if y.ack and ahead(y.ackno, at.rcv_nxt) > 0:
                yield from (x for x in self._live if ahead(x.seq, at.rcv_nxt) <= 0 and _text(at, x))
            if y.rst:
                yield from self._syns


def _text(at: ConnectionState, x: Seg) -> bool:
    """Whether `x` has text or FIN that is next in sequence, or beyond."""
    return ahead(x.end, at.rcv_nxt) > 0


def _acks_all(at: ConnectionState, x: Seg) -> bool:
    """Whether `x` may acknowledge everything that was or will be sent."""
    return x.ack and ahead(x.ackno, at.snd_nxt) >= 0


class TooMany(Exception):
    """There are too many possibilities."""


def between(
    interpreter: Interpreter, conversation: Conversation, end: Socket, unknown: int = 0, missed: int = 0
) -> Finding:
    """Judge one end of a capture that was made on the way.

    unknown: old duplicates that it may have heard besides; missed: segments that were lost or overtaken before they
    could be seen.
    """
    mind, worlds = Mind(interpreter), beginning(unknown, missed)
    heard = Heard()
    sent: set[Seg] = set()
    for seen in conversation.segments:
        if seen.source != end:
            heard.add(seen.x)
            mind.windows = theirs(mind.windows, seen)
            continue
        mind.idle = float("inf")
        try:
            after, reached = _explain(mind, worlds, heard, seen, copy=seen.x in sent)
        except TooMany:
            return Finding(end, "not judged", f"packet {seen.number}: too many possibilities", at=seen.number)
        if not after:
            return unexplained(mind, conversation, end, reached, seen)
        sent.add(seen.x)
        mind.windows, worlds = ours(mind.windows, seen), after
        heard.forget(worlds)
    return explained(conversation, end, worlds)


def _explain(mind: Mind, worlds: Worlds, heard: Heard, seen: Seen, copy: bool) -> tuple[Worlds, Worlds]:
    """The worlds after a segment was sent, and all worlds before it that were looked at.

    copy: the same segment has been seen before.
    """
    reached = mind.unseen(worlds)
    after = (
        {world: past.then(f"{seen.x} is seen again", world.connection.state) for world, past in worlds.items()}
        if copy
        else Worlds()
    )
    new = list(reached.items())
    while new:
        later: Worlds = {}
        for world, past in new:
            sent = list(_send(mind, world, past, seen))
            keep(after, sent)
            more = [] if sent else list(_miss(mind, world, past, seen.x))
            if not sent and not world.due:
                more += _hear(mind, world, past, heard, seen.x)
            keep(later, more)
        new = [pair for pair in mind.unseen(later).items() if pair[0] not in reached]
        reached.update(new)
        if len(reached) > MOST_WORLDS:
            raise TooMany
    return after, reached


def _send(mind: Mind, world: World, past: Past, seen: Seen) -> Iterator[tuple[World, Past]]:
    """What sends the segment: with the ACK of what has been heard, which something may always have asked for."""
    ready = world._replace(acks=(world.connection.rcv_nxt,), owed=MOST_OWED, held=())
    for after, happened in mind.send(ready, past, seen.x, seen.window):
        yield after._replace(acks=(), owed=0), happened
    if world.missed and _overtaken(world.connection, seen.x):
        yield world._replace(missed=world.missed - 1), past.then(f"{seen.x} was overtaken", world.connection.state)


def _overtaken(at: ConnectionState, y: Seg) -> bool:
    """Whether the end may have sent `y` before: its numbers have been sent, and what it acknowledges was heard."""
    if at.state not in SYNCHRONIZED or y.rst or y.syn or not y.ack:
        return False
    sent = ahead(y.seq, at.iss) > 0 and ahead(at.snd_nxt, y.end) >= 0
    return sent and ahead(y.ackno, at.irs) > 0 and ahead(at.rcv_nxt, y.ackno) >= 0


def _miss(mind: Mind, world: World, past: Past, y: Seg) -> Iterator[tuple[World, Past]]:
    """The worlds after a segment has been sent that the capture missed: a reply, or text and FIN before `y`."""
    if not world.missed:
        return
    fewer, at = world._replace(missed=world.missed - 1), world.connection
    if world.due:
        yield fewer._replace(due=world.due[1:]), past.then(f"sends {world.due[0][0]}, which was missed", at.state)
    gap = ahead(y.seq, at.snd_nxt)
    if at.state in SYNCHRONIZED and gap > 0:
        for fin in (False, True):
            missing = Seg(False, True, fin, False, at.snd_nxt, at.rcv_nxt, gap - fin)
            ready = fewer._replace(acks=(at.rcv_nxt,))
            for after, happened in mind.send(ready, past, missing, mind.windows.size):
                yield after._replace(acks=()), happened.then("which was missed", after.connection.state)


def _hear(mind: Mind, world: World, past: Past, heard: Heard, y: Seg) -> Iterator[tuple[World, Past]]:
    """The worlds after one more segment has been heard that makes a difference for what comes next: `y`."""
    isn = y.seq if y.syn and y.ack else 0
    for x in heard.needed(world.connection, y):
        for after, happened in mind.hear(world, past, x, isn, hold=False):
            if not after.due or after.due[0][0] == y:
                yield _plain(after), happened
    if world.unknown:
        for x in _unknown(world, y):
            for after, happened in mind.hear(world, past, x, isn, hold=False):
                if after.due and after.due[0][0] == y:
                    yield _plain(after._replace(unknown=world.unknown - 1)), happened


def _plain(world: World) -> World:
    """The world without what is not distinguished here: what may be acknowledged, and until when something is due."""
    return world._replace(acks=(), owed=0, due=tuple((x, float("inf")) for x, _ in world.due))


def _unknown(world: World, y: Seg) -> Iterator[Seg]:
    """Segments nobody has seen that would draw `y`: an old SYN, or an old ACK."""
    at = world.connection
    if at.state in SYNCHRONIZED:
        return
    if y.ack and (y.rst or y.syn):
        yield Seg(True, False, False, False, (y.ackno - 1) % SPACE, 0, 0)
    elif y.rst:
        yield Seg(False, True, False, False, at.rcv_nxt, y.seq, 0)
