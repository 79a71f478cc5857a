"""Whether the segments of one end of a conversation are a run of the model, judged on that end's own host.

A capture made there has each segment where the end heard or sent it, so a reply that is due has to come, and an ACK has
to have a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from model.conform.capture import Conversation, Seen, Socket
from model.conform.interpreter import SPACE, Interpreter
from model.conform.possible_worlds import Mind, Windows, Worlds, ahead, beginning, keep

Verdict = Literal["explained", "not explained", "not judged"]


@dataclass(frozen=True)
class Finding:
    """What became of one end of a conversation.

    reason: why it is not judged, or which segment is not explained. events: what explains it, as far as it is
    explained; own: the stack's own behaviours among them; states: those they lead to. allowed: what could have been
    sent instead. at: the number of the packet that is not explained.
    """

    end: Socket
    verdict: Verdict
    reason: str = ""
    events: Sequence[str] = ()
    allowed: Sequence[str] = ()
    at: int = 0
    own: Sequence[str] = ()
    states: frozenset[str] = frozenset()


def exactly(interpreter: Interpreter, conversation: Conversation, end: Socket) -> Finding:
    """Judge the end on whose host the capture was made: it holds what is beyond RCV.NXT (SHLD-31), or it never does."""
    holding = _exactly(interpreter, conversation, end, hold=True)
    if holding.verdict == "explained":
        return holding
    dropping = _exactly(interpreter, conversation, end, hold=False)
    return dropping if dropping.verdict == "explained" or dropping.at > holding.at else holding


def _exactly(interpreter: Interpreter, conversation: Conversation, end: Socket, hold: bool) -> Finding:
    outgoing = [seen for seen in conversation.segments if seen.source == end]
    mind, worlds = Mind(interpreter), beginning()
    for seen in conversation.segments:
        unseen = mind.unseen(mind.at(seen.time, worlds))
        if seen.source == end:
            after = keep(
                {}, (pair for world, past in unseen.items() for pair in mind.send(world, past, seen.x, seen.window))
            )
            mind.windows = ours(mind.windows, seen)
        else:
            isn = isn_after(outgoing, seen) if seen.x.syn else 0
            after = keep(
                {}, (pair for world, past in unseen.items() for pair in mind.hear(world, past, seen.x, isn, hold))
            )
            mind.windows = theirs(mind.windows, seen)
        if not after:
            return unexplained(mind, conversation, end, unseen or mind.unseen(worlds), seen)
        worlds = after
    if not (left := mind.at(conversation.until, worlds)):
        return overdue(conversation, end, worlds)
    return explained(conversation, end, left)


def overdue(conversation: Conversation, end: Socket, worlds: Worlds) -> Finding:
    """A reply was due, and the capture went on without it."""
    allowed = sorted({f"{world.connection.state}: must send {world.due[0][0]}" for world in worlds if world.due})
    last = conversation.segments[-1].number
    why = f"after packet {last}: {end} has to reply"
    return told(Finding(end, "not explained", why, allowed=allowed, at=last), worlds)


def told(finding: Finding, worlds: Worlds) -> Finding:
    """The finding with the cheapest story of these worlds."""
    story = min(worlds.values(), key=lambda past: past.cost).whole()
    return replace(
        finding,
        events=[past.what for past in story],
        own=sorted({past.own for past in story if past.own}),
        states=frozenset(past.state for past in story),
    )


def isn_after(outgoing: Sequence[Seen], seen: Seen) -> int:
    """The ISS that LISTEN chooses, if it takes this SYN: the one of the SYN,ACK that answers it later."""
    later = (one for one in outgoing if one.number > seen.number and one.x.syn and one.x.ack)
    return next((one.x.seq for one in later if ahead(one.x.ackno, seen.x.seq) > 0), 0)


def ours(windows: Windows, seen: Seen) -> Windows:
    """The windows after a segment of the judged end: its right edge never moves left."""
    if seen.x.rst:
        return windows
    if not seen.x.ack:
        return windows._replace(size=seen.window, edge=None)
    edge = (seen.x.ackno + seen.window) % SPACE
    keep = windows.edge is not None and not seen.x.syn and ahead(windows.edge, edge) > 0
    return windows._replace(size=seen.window, edge=windows.edge if keep else edge)


def theirs(windows: Windows, seen: Seen) -> Windows:
    """The windows after a segment of its peer."""
    return windows._replace(peer=max(windows.peer, seen.window))


def unexplained(mind: Mind, conversation: Conversation, end: Socket, worlds: Worlds, seen: Seen) -> Finding:
    """No world can send this segment: not judged, if the beginning is missing, or not explained."""
    if missing := not_whole(conversation, end):
        return Finding(end, "not judged", missing, at=seen.number)
    allowed = sorted({mind.allowed(world) for world in worlds})
    why = f"packet {seen.number}: {end} sends {seen.x}"
    return told(Finding(end, "not explained", why, allowed=allowed, at=seen.number), worlds)


def explained(conversation: Conversation, end: Socket, worlds: Worlds) -> Finding:
    """Every segment is explained."""
    if {seen.source for seen in conversation.segments} != set(conversation.ends) and not opens(conversation):
        return Finding(end, "not judged", "only one direction was captured")
    if all(seen.source != end for seen in conversation.segments):
        return Finding(end, "not judged", "it sent nothing")
    return told(Finding(end, "explained"), worlds)


def opens(conversation: Conversation) -> bool:
    """Whether the capture has nothing but SYNs of one end: nobody answered."""
    return all(seen.x.syn and not seen.x.ack for seen in conversation.segments)


def not_whole(conversation: Conversation, end: Socket) -> str:
    """Why an end cannot be judged, if the conversation is not there as a whole."""
    if {seen.source for seen in conversation.segments} != set(conversation.ends):
        return "only one direction was captured"
    if not conversation.segments[0].x.syn:
        return "it started before the capture"
    sent = next(seen.x for seen in conversation.segments if seen.source == end)
    return "" if sent.syn or sent.rst else "it had a connection before the capture"
