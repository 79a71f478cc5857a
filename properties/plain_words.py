"""What each claim answers, in plain words: a title, and a sentence for each kind of its variants.

The formal sentence is `Claim.sentence`; this is what one says to somebody who knows the explainer only. *holds* is
about the first variant that must hold (or the first proof), *fails* about the first that must fail; what a sentence
says of further variants it *needs*. Each is said only where those are as claimed, and no other of their kind is not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from properties.claim import Claim


@dataclass(frozen=True)
class PlainWords:
    """A title of at most 46 characters for lists, and what the two kinds of variants show, a sentence each.

    needs: the variants that the sentences are about besides the first of their kind.
    """

    title: str
    holds: str
    fails: str
    needs: tuple[str, ...] = ()


NO_RUN_TWO_WAY = "With two segments it does not go so."

OPENING: Mapping[str, PlainWords] = {
    "figure-6": PlainWords(
        "the three-way handshake goes as in Figure 6",
        "SYN, then SYN,ACK, then ACK: the RFC's Figure 6 is a run, with its states and numbers.",
        NO_RUN_TWO_WAY,
    ),
    "simultaneous-open": PlainWords(
        "both open at once, and how that really goes",
        "Both sides may open at the same time: they meet in SYN-RECEIVED, and two bare ACKs open both.",
        "The RFC's Figure 7 leaves those ACKs out, and as drawn it is no run.",
    ),
    "figure-8": PlainWords(
        "an old SYN is found out by the client's reset",
        "The client refuses an old duplicate SYN by a reset, and the real connection opens after it.",
        NO_RUN_TWO_WAY,
    ),
    "figure-9": PlainWords(
        "after a crash a new SYN ends the half-open end",
        "If one side has crashed, its new SYN uncovers the half-open end, and a reset ends that.",
        NO_RUN_TWO_WAY,
    ),
    "figure-8-in-window": PlainWords(
        "a new SYN in the old window is used up",
        "If the new SYN overtakes the reset and lies in the old one's window, it is lost, and has to be sent again.",
        "Outside that window it is answered.",
    ),
    "figure-9-in-window": PlainWords(
        "RFC 793: a SYN in the window is refused",
        "By RFC 793 a new SYN in the half-open end's window is refused.",
        "With RFC 5961's challenge ACK it is not.",
    ),
    "figure-10": PlainWords(
        "after a crash data ends the half-open end",
        "If one side has crashed, data from the half-open end draws a reset, which ends it.",
        NO_RUN_TWO_WAY,
    ),
    "figure-11": PlainWords(
        "an old SYN between two listeners is undone",
        "An old SYN that meets a listening server, and no client, ends in a reset and a return to LISTEN.",
        NO_RUN_TWO_WAY,
    ),
    "figure-5": PlainWords(
        "states change as the RFC draws them",
        "Every change of state is an arc of the RFC's Figure 5, or an exception that its text makes.",
        "With two segments LISTEN jumps to ESTABLISHED, which is no arc.",
    ),
    "opening-paths": PlainWords(
        "a SYN is confirmed by the exchange only",
        "If one side opens and the other listens, each opens only when its SYN is acknowledged by the other.",
        "If both sides open, simultaneous open is another way.",
    ),
    "opening-paths-simultaneous": PlainWords(
        "simultaneous open is the only other way",
        "Apart from the three-way handshake only simultaneous open leads to ESTABLISHED.",
        "With two segments LISTEN does, too.",
    ),
    "half-open": PlainWords(
        "nobody waits for a client that is not there",
        "With three segments no delayed SYN leaves anybody open towards a peer that is gone.",
        "With two it does: the server opens, and its client has given up.",
    ),
    "client-can-receive": PlainWords(
        "who is open knows that the peer can receive",
        "With three segments, who is open has a peer that has received its SYN.",
        "With two the server opens before it knows that: at the very step of LISTEN.",
    ),
    "ghost-after-close": PlainWords(
        "a finished connection's SYN opens nothing",
        "With three segments the held-up SYN of a finished connection never opens it again.",
        "With two it does, and the client is gone.",
    ),
    "agreement": PlainWords(
        "two open ends agree on both numbers",
        "With three segments two open ends always agree on both initial sequence numbers.",
        "With two they may talk at cross purposes.",
    ),
    "old-duplicates-need-fresh-isns": PlainWords(
        "what three segments rest on: fresh numbers",
        "With fresh initial sequence numbers an old SYN and an old ACK together open nothing.",
        "If the server uses a number again they open a ghost, three segments or not.",
    ),
    "unconfirmed-fin-wait-1": PlainWords(
        "an exception: CLOSE before anybody confirmed",
        "CLOSE in SYN-RECEIVED leads to FIN-WAIT-1 before anybody has acknowledged the SYN.",
        "Where the server never closes this does not happen.",
    ),
}

KNOWN: Mapping[str, PlainWords] = {
    "server-knows": PlainWords(
        "once open, the server knows both were heard",
        "With three segments the server, once open, knows that both SYNs have been accepted: no run that looks the"
        " same to it is otherwise.",
        "With two it does not: two runs look the same to it, and in one of them nobody has accepted its SYN.",
    ),
    "server-cannot-know": PlainWords(
        "two-way, the server cannot know",
        "With two segments, and as long as nobody sends text, no state of the open server lets it know that its SYN has"
        " been accepted.",
        "A third segment, or text from the client, tells it.",
    ),
    "segments-buy-knowledge": PlainWords(
        "each segment buys one level of knowledge",
        "With three segments the server knows that the client knows; each further segment buys one more level.",
        "With two it does not.",
    ),
    "two-generals": PlainWords(
        "common knowledge: the two generals",
        "That the SYN has arrived never becomes common knowledge, however many segments arrive, and even if none is"
        " lost.",
        "It does if each segment takes exactly so long, and what is true from the start is.",
    ),
}

TABLE: Mapping[str, PlainWords] = {
    "ghosts-release-slots": PlainWords(
        "a ghost's slot comes back",
        "With three segments every slot that a ghost holds is free again in the end.",
        "With two a ghost keeps its slot for ever.",
    ),
    "live-client-is-served": PlainWords(
        "a live client gets the only slot in the end",
        "With three segments a client that keeps trying gets the only slot in the end.",
        "With two a ghost holds it for ever, and the client is refused again and again.",
    ),
    "flood": PlainWords(
        "may forged SYNs keep a client out?",
        "After a finite flood of forged SYNs a client that keeps trying is served.",
        "If SYN-RECEIVED never times out it may wait for ever: three segments do not help there.",
    ),
    "cookies-withstand-a-flood": PlainWords(
        "SYN cookies withstand an endless flood",
        "With SYN cookies a client is served although the flood has no end.",
        "With a TCB for each SYN it may wait for ever.",
    ),
    "forged-text-held": PlainWords(
        "a forged SYN's data is not held",
        "If data on a SYN is dropped, an attacker who hears nothing cannot make the server hold any.",
        "If it is queued, as the RFC has it, he can.",
    ),
    "forged-text-delivered": PlainWords(
        "a forged SYN's data is not delivered",
        "Dropped or queued, data on a forged SYN is never delivered.",
        "Accepted at once it is.",
        needs=("queued, as the RFC",),
    ),
    "dead-peer-releases-slot": PlainWords(
        "the slot of a peer that died afterwards",
        "The slot of a client that died after the handshake is free in the end, if the server sends to it.",
        "If it has nothing to send, it holds the slot for ever, with three segments as with two.",
        needs=("two-way, nothing to send",),
    ),
    "syn-received-timeouts": PlainWords(
        "giving up a SYN,ACK, state by state",
        "A server that gives up its SYN,ACK returns to LISTEN, an active opener to CLOSED.",
        NO_RUN_TWO_WAY,
    ),
}

DATA: Mapping[str, PlainWords] = {
    "data-on-third-segment": PlainWords(
        "the third segment may carry data",
        "The third segment may carry data: it opens the server, which delivers the data with it.",
        "With two segments there is no third.",
    ),
    "data-on-syn-held": PlainWords(
        "may data wait for an unconfirmed peer?",
        "If data on a SYN is dropped, none is ever held for a peer that has not shown that it can receive.",
        "If it is queued, as the RFC has it, some is: the explainer is stricter than the RFC.",
    ),
    "data-on-syn-delivered": PlainWords(
        "no data of an unconfirmed peer is delivered",
        "Dropped or queued, data on a SYN is not delivered before the peer has shown that it can receive.",
        "Accepted at once it is.",
        needs=("queued, as the RFC",),
    ),
    "old-text-in-fin-wait-1": PlainWords(
        "a finding: RFC 5961's range keeps old data out",
        "RFC 5961's range of acknowledgments keeps old data out of a FIN-WAIT-1 that nobody has confirmed.",
        "Without that range it is delivered.",
    ),
    "at-most-once": PlainWords(
        "an octet is delivered at most once",
        "Dropped or queued, data on a SYN does no harm: an octet is delivered once at most.",
        "Accepted at once it may be delivered twice.",
        needs=("queued, as the RFC",),
    ),
    "queued-calls": PlainWords(
        "data of a SYN, SEND and CLOSE wait",
        "Data of a SYN, SEND and CLOSE before ESTABLISHED wait for it, and then ride on the reply.",
        "If data of the SYN is dropped it does not go so.",
    ),
}

CLOSING: Mapping[str, PlainWords] = {
    "no-deadlock": PlainWords(
        "nothing gets stuck",
        "As long as segments are sent again no state is stuck but those that wait for a user.",
        "If a late reset meets the number 0 by chance, one side waits for ever.",
    ),
    "normal-close": PlainWords(
        "closing takes four segments, as in Figure 12",
        "FIN, ACK, FIN, ACK: the RFC's Figure 12 is a run, with its states, and ends in TIME-WAIT.",
        NO_RUN_TWO_WAY,
    ),
    "simultaneous-close": PlainWords(
        "both close at once, as in Figure 13",
        "Both sides may close at the same time: the RFC's Figure 13 is a run, and ends in TIME-WAIT.",
        NO_RUN_TWO_WAY,
    ),
    "nothing-lost-in-orderly-close": PlainWords(
        "nothing sent before a FIN is lost",
        "Who has accepted a FIN has been delivered everything sent before it.",
        "If a FIN is taken out of order, what it has overtaken is lost.",
    ),
    "half-close-data": PlainWords(
        "the half-closed side's data arrives",
        "What a side still sends after the other one's FIN has been delivered by the time that side has closed.",
        "If data after CLOSE is thrown away it is acknowledged, but nobody gets it.",
    ),
    "retransmissions": PlainWords(
        "what is sent again, and in which order",
        "What is sent again is the front of the queue: SYN or SYN,ACK, then text, then FIN.",
        "If nothing is sent again it does not go so.",
    ),
    "retransmissions-in-closing": PlainWords(
        "what is sent again where FINs have crossed",
        "Where FINs have crossed, it is the front of the queue that is sent again, too.",
        "If nothing is sent again it does not go so.",
    ),
    "open-completes": PlainWords(
        "an opening comes to its end",
        "Once a client has sent its SYN and the server listens, both become ESTABLISHED, if loss is fair.",
        "If nothing is sent again, one loss ends it.",
    ),
    "server-timer-repairs": PlainWords(
        "who repairs a lost SYN,ACK",
        "With two segments the client's SYN, sent again, repairs a lost SYN,ACK.",
        "With three it does not: only the server's own timer does.",
    ),
    "close-completes": PlainWords(
        "a closing comes to its end",
        "If both users close and loss is fair, every connection ends on both sides.",
        "If a late reset meets the number 0 by chance, one may never end.",
    ),
    "text-arrives": PlainWords(
        "what was sent is delivered in the end",
        "If loss is fair, every octet is delivered in the end, the half-closed side's remaining data too.",
        "If nothing is sent again, one loss is enough to keep it away.",
    ),
}

TIME: Mapping[str, PlainWords] = {
    "last-ack-answered": PlainWords(
        "2 MSL: the last FIN still finds its answer",
        "A FIN that arrives in TIME-WAIT is acknowledged; 2 MSL lasts until then if RTO =< MSL, delays are below it,"
        " and the other side sends nothing but its FIN.",
        "One tick less is too short.",
    ),
    "last-ack-ends": PlainWords(
        "so the other side's connection ends",
        "With that answer the other side's connection ends, and in order, also if one segment is lost.",
        "If TIME-WAIT does not answer, it waits in LAST-ACK for ever.",
    ),
    "time-wait-threshold": PlainWords(
        "how long TIME-WAIT has to be, in a table",
        "2 MSL suffices whenever RTO =< MSL, delays are below it, and the other side sends nothing but its FIN.",
        "By the RFC's letter, where a FIN that is sent again restarts nothing, it does not; nor if text comes first.",
        needs=("restarted, text before the FIN",),
    ),
    "no-old-segment-accepted": PlainWords(
        "segments of other connections are kept out",
        "With fresh initial sequence numbers, no segment of another connection is accepted.",
        "With numbers that are not quite fresh enough one is.",
    ),
    "sufficient-assumptions": PlainWords(
        "what it takes without fresh numbers",
        "Without fresh numbers, and if nothing is lost, it takes TIME-WAIT, a quiet time of RTO + 2 D + 1, and orderly"
        " endings.",
        "With a quiet time of 2 MSL an old segment is accepted.",
    ),
    "repeated-isns-with-text": PlainWords(
        "a finding: a single loss undoes that",
        "That is enough with data, too, as long as nothing is lost.",
        "With a loss it is not, with data or without, however long TIME-WAIT lasts.",
        needs=("text and a loss",),
    ),
    "no-needless-fin-retransmission": PlainWords(
        "a FIN that has arrived is not sent again",
        "Acknowledged at once, a FIN that has arrived is not sent again while the timeout exceeds a round trip.",
        "With a timeout of a round trip, or an ACK that waits for the own FIN, it is.",
        needs=("merged",),
    ),
    "needless-retransmissions": PlainWords(
        "how often it is, by the application's delay",
        "Acknowledged at once, a FIN that has arrived is not sent again, however slow the application.",
        "If its ACK waits for the own FIN, it is sent again as often as the application's delay allows.",
    ),
    "time-wait-assassination": PlainWords(
        "may a reset end TIME-WAIT?",
        "If TIME-WAIT ignores resets (RFC 1337, F1), none ends it.",
        "By RFC 9293 a reset may end it at once.",
    ),
    "rfc1337-figure-1": PlainWords(
        "how an old ACK ends TIME-WAIT",
        "An old ACK ends TIME-WAIT: it is answered, the peer, CLOSED by now, resets, and is believed.",
        "With fix F1 of RFC 1337 it does not go so.",
    ),
    "rfc1337-figure-2": PlainWords(
        "then old data is accepted",
        "Without TIME-WAIT old data is accepted, and nobody notices.",
        "As RFC 1337 draws it, it takes an endpoint that holds data out of order.",
    ),
    "rfc1337-figure-3": PlainWords(
        "or ACKs answer ACKs, again and again",
        "Without TIME-WAIT an old segment may have both ends answer ACK with ACK for ever.",
        NO_RUN_TWO_WAY,
    ),
    "hazard-h1": PlainWords(
        "old data is accepted, then ACK answers ACK",
        "After TIME-WAIT was ended by a reset, the next connection accepts old data.",
        "With fix F1 of RFC 1337 it does not go so.",
    ),
    "hazard-h3": PlainWords(
        "an old ACK kills a new connection",
        "By RFC 793 an old ACK may kill a connection that has apparently opened.",
        "By RFC 5961 it does not.",
    ),
    "new-syn-in-time-wait": PlainWords(
        "the price of F1: a new SYN is refused",
        "With fix F1 of RFC 1337 TIME-WAIT refuses a new SYN, however often it is sent.",
        "Without it the first reset ends TIME-WAIT, and lets the SYN in.",
    ),
    "time-wait-refuses-syn": PlainWords(
        "nothing opens over a TIME-WAIT",
        "While one side is in TIME-WAIT, nothing new opens on the other.",
        "With two segments an old SYN does.",
    ),
    "fin-restarts-nothing": PlainWords(
        "by the RFC's letter no FIN restarts 2 MSL",
        "By the RFC's letter a FIN that is sent again does not restart TIME-WAIT.",
        "As the RFC means it, it does.",
    ),
}

BEYOND: Mapping[str, PlainWords] = {
    "stray-reset": PlainWords(
        "a late reset meets the number 0 by chance",
        "A late reset with SEQ=0 may kill a connection that expects the number 0 by chance.",
        "Where no window reaches 0 it cannot.",
    ),
    "aborts": PlainWords(
        "ABORT in every state: who is told",
        "ABORT sends a reset where the peer may have a connection, and nothing elsewhere.",
        "If an ABORT leads to TIME-WAIT it does not go so.",
    ),
    "user-timeouts": PlainWords(
        "giving up, state by state: nobody is told",
        "A USER TIMEOUT deletes the connection in every state that waits for something, and tells nobody.",
        "If nobody gives up it does not go so.",
    ),
}

ANSWERS: Mapping[str, PlainWords] = {**OPENING, **KNOWN, **TABLE, **DATA, **CLOSING, **TIME, **BEYOND}


def answer(claim: Claim) -> PlainWords:
    """The answer of a claim; of a user's scenario, which claims nothing, its sentence."""
    return ANSWERS[claim.name] if claim.cells else PlainWords(claim.name, claim.sentence, "")
