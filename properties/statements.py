"""The nine statements of the explainer as questions, and which claims answer each of them.

A part of an answer is one sentence, and the claim that makes it true, by its first variant of the kind named (or that
one's proof) unless it names another: it is said only where that is as claimed, and no other variant of the kind is not.
The other claims of a statement (`Claim.settles`) are about its edges.
"""

from __future__ import annotations

from dataclasses import dataclass

from properties.claim import Expected


@dataclass(frozen=True)
class SentencePart:
    """A sentence that is true if this claim holds, or fails, where it must. variant: where, if not at the first."""

    text: str
    claim: str
    expected: Expected
    variant: str = ""


@dataclass(frozen=True)
class Statement:
    """One statement: its number (S1 to S9), what it asks, its answer in a few words, and in parts."""

    number: str
    question: str
    short: str
    answer: tuple[SentencePart, ...]


STATEMENTS = (
    Statement(
        "S1",
        "How does a connection open?",
        "By three segments, as drawn",
        (
            SentencePart("By three segments, with the RFC's states and numbers.", "figure-6", "holds"),
            SentencePart("Simultaneous open is the only other way.", "opening-paths-simultaneous", "holds"),
        ),
    ),
    Statement(
        "S2",
        "Why three segments? May a delayed SYN leave the server waiting for nobody?",
        "With two, yes; with three, never",
        (
            SentencePart("With three segments it cannot happen.", "half-open", "holds"),
            SentencePart("With two segments it can.", "half-open", "fails"),
        ),
    ),
    Statement(
        "S3",
        "Do such ghosts waste the slots of a server?",
        "With two, yes: for ever",
        (
            SentencePart("With three segments every slot is free again in the end.", "ghosts-release-slots", "holds"),
            SentencePart(
                "With two segments it stays taken, and a live client is refused.", "live-client-is-served", "fails"
            ),
        ),
    ),
    Statement(
        "S4",
        "Why not two segments? Does the server know that the client can receive?",
        "With two, it does not",
        (
            SentencePart(
                "With three segments it does: when the server opens, the client has received its SYN.",
                "client-can-receive",
                "holds",
            ),
            SentencePart(
                "With two segments it does not: the server opens as soon as a SYN arrives.",
                "client-can-receive",
                "fails",
            ),
            SentencePart(
                "As long as the client sends no data, there is no state in which the server knows it.",
                "server-cannot-know",
                "holds",
            ),
        ),
    ),
    Statement(
        "S5",
        "Once a connection has worked and closed: may its old SYN open it again?",
        "With two, yes; with three, never",
        (
            SentencePart("With three segments it never does.", "ghost-after-close", "holds"),
            SentencePart("With two it does, and the client is gone.", "ghost-after-close", "fails"),
        ),
    ),
    Statement(
        "S6",
        "Which of the three segments may carry data?",
        "The third; earlier text waits",
        (
            SentencePart(
                "The third: it opens the server's connection, and its data is delivered.",
                "data-on-third-segment",
                "holds",
            ),
            SentencePart("If a SYN's data is dropped, none is held for strangers.", "data-on-syn-held", "holds"),
            SentencePart("The RFC is laxer than the explainer: it queues that data.", "data-on-syn-held", "fails"),
            SentencePart(
                "But none of it is delivered too early.", "data-on-syn-delivered", "holds", "queued, as the RFC"
            ),
        ),
    ),
    Statement(
        "S7",
        "How does a connection close, and is anything lost?",
        "By four segments, losing nothing",
        (
            SentencePart("By four segments, with the RFC's states.", "normal-close", "holds"),
            SentencePart("What the half-closed side still sends arrives in the end.", "text-arrives", "holds"),
            SentencePart("Nothing that was sent before a FIN is lost.", "nothing-lost-in-orderly-close", "holds"),
        ),
    ),
    Statement(
        "S8",
        "Is a TIME-WAIT of 2 MSL long enough?",
        "Yes, unless text comes first",
        (
            SentencePart(
                "Yes, if RTO =< MSL, delays stay below MSL and no data precedes the FIN: a FIN sent again is answered.",
                "last-ack-answered",
                "holds",
            ),
            SentencePart(
                "With data before the FIN it may not be.", "last-ack-answered", "fails", "2 MSL, text before the FIN"
            ),
            SentencePart("One tick less is not enough.", "last-ack-answered", "fails"),
            SentencePart(
                "Nor is 2 MSL if a FIN sent again does not restart it, as the RFC's letter has it.",
                "last-ack-answered",
                "fails",
                "2 MSL, not restarted",
            ),
            SentencePart("Old segments are kept out if ISNs are fresh.", "no-old-segment-accepted", "holds"),
            SentencePart(
                "If they are not fresh enough, an old segment is accepted.", "no-old-segment-accepted", "fails"
            ),
        ),
    ),
    Statement(
        "S9",
        "Why four segments to close, and not three?",
        "A merged ACK comes too late",
        (
            SentencePart(
                "If the ACK is sent at once and RTO exceeds a round trip, no FIN is sent again needlessly.",
                "no-needless-fin-retransmission",
                "holds",
            ),
            SentencePart(
                "If the ACK waits for the server's own FIN, the client's FIN is sent again and again.",
                "needless-retransmissions",
                "fails",
            ),
        ),
    ),
)


def statement(number: str) -> Statement | None:
    """The statement with this number, in capitals or not."""
    return next((one for one in STATEMENTS if one.number == number.upper()), None)
