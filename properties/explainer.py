"""What the explainer says, statement by statement, what it leaves out or has wrong, and the run that shows the point.

The explainer is a short text on "TCP's three-way handshake and four-way goodbye", of the kind that every network course
uses. It is told here in our own words; what is true of it, `statements` says. Whatever corrects it is, as there, a
sentence and the claim that makes it true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from properties.claim import Expected
from properties.statements import SentencePart


@dataclass(frozen=True)
class Explained:
    """One statement of the explainer.

    says: what it says. more: what it leaves out or has wrong. claim, expected: of which the first variant of this kind
    has the run that is shown; watch: what one should see in it.
    """

    says: str
    claim: str
    expected: Expected
    watch: str
    more: tuple[SentencePart, ...] = ()


EXPLAINED: Mapping[str, Explained] = {
    "S1": Explained(
        "Opening takes three segments. The client sends a SYN with its initial sequence number and is SYN-SENT; the"
        " server answers with SYN,ACK and its own number and is SYN-RECEIVED; the client answers with an ACK and is"
        " ESTABLISHED, and the server becomes ESTABLISHED when that ACK arrives.",
        "figure-6",
        "holds",
        "Each side sends a number of its own, and gets it back, plus one, before it is ESTABLISHED.",
    ),
    "S2": Explained(
        "Why three: a SYN may be held up for so long that the client has given up. If two segments were enough, the"
        " server would open a connection when it arrives, and wait for a client that is not there.",
        "half-open",
        "fails",
        "The server is ESTABLISHED, and nobody is at the other end. With a third segment to wait for, it would not be.",
        (
            SentencePart(
                "Three segments rest on fresh initial sequence numbers: if the server uses one again, an old SYN and an"
                " old ACK together open a connection with nobody.",
                "old-duplicates-need-fresh-isns",
                "fails",
            ),
        ),
    ),
    "S3": Explained(
        "A server can hold only so many connections, so such idle ghosts waste its resources.",
        "live-client-is-served",
        "fails",
        "The server has one slot, and the client that has gone holds it; the client that is there is refused for ever.",
        (
            SentencePart(
                "Three segments do not help against forged SYNs: if a server never gives up its SYN,ACK, a client may"
                " wait for ever.",
                "flood",
                "fails",
            ),
            SentencePart(
                "Nor do they free the slot of a client that dies after the handshake, if the server has nothing to"
                " send to it.",
                "dead-peer-releases-slot",
                "fails",
            ),
        ),
    ),
    "S4": Explained(
        "Why not two, at the root: after two segments the server cannot know that the client can receive.",
        "client-can-receive",
        "fails",
        "The server is ESTABLISHED at the step that takes the SYN, and its own SYN has reached nobody yet.",
    ),
    "S5": Explained(
        "The same may happen after success: a SYN is held up, sent again, the connection opens, works and closes; then"
        " the old SYN arrives. With two segments the server is ESTABLISHED again, and the client is gone.",
        "ghost-after-close",
        "fails",
        "The first SYN arrives in the last step, long after the connection that it asked for has closed.",
    ),
    "S6": Explained(
        "The third segment may carry data, the first two may not: otherwise an attacker could put much data into SYNs,"
        " and the server would spend time and memory on it.",
        "forged-text-held",
        "fails",
        "Nobody ever gets the server's answer, and yet the server keeps data of the forged SYN.",
        (
            SentencePart(
                "What the explainer fears is real: whoever forges an address can make a server that queues such"
                " data hold it.",
                "forged-text-held",
                "fails",
            ),
            SentencePart("If it were delivered at once, it might be delivered twice.", "at-most-once", "fails"),
        ),
    ),
    "S7": Explained(
        "Closing takes four segments: FIN (FIN-WAIT-1); its ACK (the server CLOSE-WAIT, the client FIN-WAIT-2); the"
        " server may go on sending; then its own FIN (LAST-ACK), and the ACK of that (TIME-WAIT, and later CLOSED).",
        "normal-close",
        "holds",
        "Each direction is closed by a FIN of its own, and each FIN has an ACK of its own: that makes four.",
        (
            SentencePart(
                "That is not the only order: if both close at the same time, both pass through CLOSING into TIME-WAIT.",
                "simultaneous-close",
                "holds",
            ),
        ),
    ),
    "S8": Explained(
        "After the last ACK the client waits for 2 MSL in TIME_WAIT_2; if the server sends nothing again in that time,"
        " the client closes.",
        "last-ack-answered",
        "fails",
        "The ACK is lost, the FIN is sent again, and the client has left TIME-WAIT one tick too soon: it answers with a"
        " reset.",
        (
            SentencePart(
                "The state is called TIME-WAIT; RFC 9293 knows no TIME_WAIT_2.",
                "normal-close",
                "holds",
            ),
            SentencePart(
                "It need not last its time: by RFC 9293 a reset may end it at once.", "time-wait-assassination", "fails"
            ),
        ),
    ),
    "S9": Explained(
        "Why four and not three: the server usually still has data, and cannot send its FIN at once. If it held back"
        " the ACK to send it with its FIN, the client would think that its FIN was lost, and send it again and again.",
        "needless-retransmissions",
        "fails",
        "The FIN arrived in step 2; every later one is in vain.",
        (
            SentencePart(
                "If the server's application closes at once, three segments would do: no FIN is sent again then.",
                "no-needless-fin-retransmission",
                "holds",
                "merged, application at once",
            ),
        ),
    ),
}
"""By the statement's number."""


def explained(number: str) -> Explained:
    """What the explainer says in this statement."""
    return EXPLAINED[number]
