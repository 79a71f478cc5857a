"""The configurations of the claims: each the smallest that has its features, shared so that one search serves many."""

from __future__ import annotations

from model.settings.config import SCENARIO, Config
from model.settings.server import ServerConfig

__all__ = ["SCENARIO"]

HISTORY = Config(incarnations=2, octets=1)
"""The real protocol: two incarnations of each side, text, loss and reordering; retransmission without bound.

B's numbers pass 0.
"""

CRASHES = Config(incarnations=2, crashes=1, duplications=None, aborts="both", gives_up="both")
"""Three-way under crashes, ABORT, USER TIMEOUT and duplication without bound: what leaves one side alone."""

OLD_CONNECTION = CRASHES.but(isns_apart="W+window+1")
"""The same, watched for segments of another connection; ISNs are so far apart that RFC 5961's range tells them."""

TWO_WAY = HISTORY.but(handshake="two-way")
"""The weakened handshake, everything else the same."""

TWO_WAY_CRASHES = CRASHES.but(handshake="two-way")
"""The weakened handshake under crashes, ABORT, USER TIMEOUT and duplication."""

REPEATED_ISNS = Config(incarnations=2, isn_b="repeated", crashes=1, closes="A")
"""Three-way, but after a crash the server chooses the same initial sequence number again; only the client closes."""

SIMULTANEOUS = Config(incarnations=2, open_a="both", open_b="both", isn_b="8,12")
"""Both users may open actively, passively, and from passive to active. No window reaches the number 0."""

HALF_OPEN_PEER = Config(incarnations=2, isn_a="repeated", isns_wait="segments", crashes=1, capacity=3)
"""A chooses its number again as soon as no segment has it, while B may still have the TCB of A's first incarnation."""

EVERY_CHANNEL = Config(
    seq_bits=32,
    window=1 << 16,
    octets=(1 << 16) - 2,
    open_a="both",
    open_b="both",
    aborts="both",
    gives_up="both",
    gives_up_syn="both",
    crashes=None,
    duplications=None,
    send_on_syn=True,
    rst="either",
    syn="either",
    ack_range="either",
)
"""For proofs: 32 bits, W = window = 65,536; both users may do anything; RST, SYN and SEG.ACK as in RFC 793 or RFC 5961.

With send_on_syn the text of a SEND in LISTEN is sent with the SYN; an active OPEN and a SEND queue it.
"""

EVERY_CONNECTION = EVERY_CHANNEL.but(ack_range="rfc5961", isns_apart="W+window+1")
"""The same with RFC 5961's range of SEG.ACK tested, and with ISNs so far apart that it tells connections apart."""

EVERY_CLOSE = EVERY_CHANNEL.but(start="half-closed")
"""The same from the half-closed start on, for proofs in real time."""

NO_RETRANSMISSION = Config(retransmission=False, loss=False, capacity=3)
"""Nothing is lost, and nothing is ever sent again."""

PASSING_ZERO = Config()
"""The smallest of all: one incarnation of each side. B's numbers pass 0."""

LAST_ACK = Config(timed=True, msl=3, rto=3, delay=2, losses=1, start="half-closed", isn_b="8", capacity=3)
"""Time in ticks: A has closed, B has not; one segment may be lost. 2 MSL is tight here: RTO = MSL = D + 1."""

THRESHOLD = LAST_ACK.but(msl=4, capacity=9)
"""The same for the study of TIME-WAIT, which varies the times up to this MSL; no segment finds the channel full."""

FAIR_OPEN = Config(isn_b="8", closes="none")
"""For infinite runs: loss and reordering without bound, and nobody closes. No window reaches the number 0."""

FAIR_CLOSE = FAIR_OPEN.but(closes="both")
"""The same, and both users may close."""

KNOWING = Config(isn_b="8", closes="none", duplications=None)
"""For knowledge: one incarnation of each side, loss, reordering and duplication without bound, and nobody closes."""

KNOWING_WITH_TEXT = KNOWING.but(octets=1)
"""The same with an octet of text each way."""

UNDISTURBED = KNOWING.but(duplications=0, loss=False, retransmission=False, capacity=3)
"""Each segment is sent once and arrives, nobody knows when."""

IN_TIME = UNDISTURBED.but(retransmission=True, start="listening", timed=True, delay=2, rto=5)
"""The same in ticks, and B listens from the start: each segment arrives within two ticks.

A retransmission timer, which is longer than a round trip, tells its side how long ago it has sent its SYN.
"""

FAIR_TEXT = FAIR_CLOSE.but(octets=1, start="half-closed")
"""The same from the half-closed start on, with text: A may not send any more, B may."""

FOUR_WAY_CLOSE = Config(
    timed=True,
    delay=1,
    rto=3,
    octets=1,
    window=3,
    losses=1,
    start="established",
    isn_b="8",
    capacity=4,
)
"""Time in ticks, from an open connection on: RTO is just above 2 D, and one segment may be lost."""

SLOW_APPLICATION = FOUR_WAY_CLOSE.but(
    octets=0, window=2, losses=0, application_delay=12, retransmissions=7, close="merged"
)
"""Nothing is lost, and the users take their time to close; the ACK of a FIN waits for them."""

OLD_SEGMENTS = Config(
    timed=True,
    rto=3,
    quiet_time=2,
    incarnations=2,
    isn_a="repeated",
    isn_b="repeated",
    crashes=1,
    aborts="both",
    gives_up="both",
    retransmissions=1,
    losses=0,
)
"""Every number is used again, and time is all that keeps the segments of two incarnations apart."""

QUIET = OLD_SEGMENTS.but(aborts="none", gives_up="none", closes="none")
"""The same, and nothing but crashes ends a connection: a quiet time of one MSL."""

OLD_WITH_TEXT = OLD_SEGMENTS.but(quiet_time=6, octets=1, losses=1, capacity=4)
"""The same with text, one loss, a quiet time of RTO + 2 D + 1, and room: a full channel would be a further loss."""

DATA_QUEUED = Config(
    octets=1,
    send_on_syn=True,
    open_a="both",
    incarnations=2,
    crashes=1,
    duplications=None,
    capacity=1,
    isns_apart="W+window+1",
)
"""Text on the SYN, queued until ESTABLISHED as the RFC has it: A's user may SEND in LISTEN. Crashes and duplication.

RFC 5961's range of SEG.ACK includes SND.UNA-MAX.SND.WND, and an old acknowledgment may be ISS+W: so ISNs are one more
than W+window apart.
"""

TWO_SEGMENTS = DATA_QUEUED.but(capacity=2, retransmission=False, duplications=2, closes="B", loss=False)
"""The same with room for two segments each way, so that old text may follow an old SYN."""

DATA_DROPPED = DATA_QUEUED.but(data_on_syn="dropped")
"""What comes with a SYN is dropped: the explainer's rule."""

DATA_ACCEPTED = DATA_QUEUED.but(data_on_syn="accepted")
"""What comes with a SYN is delivered at once."""

ORDERLY = Config(octets=1)
"""One connection with text both ways, closed in any way; nothing but resets disturbs it."""

ORDERLY_CRASHES = ORDERLY.but(crashes=1, aborts="both", gives_up="both", retransmissions=1)
"""The same under crashes, ABORT and USER TIMEOUT."""

HALF_CLOSED = ORDERLY.but(start="half-closed", isn_b="8")
"""A has closed, B has not and may send."""

IGNORING_RST = Config(incarnations=2, rfc1337=True, time_wait_restart=False)
"""Fix F1 of RFC 1337; and, the RFC's letter, no retransmitted FIN restarts TIME-WAIT. (Untimed that changes no run.)"""

CLOSE_IN_TICKS = FAIR_CLOSE.but(timed=True, loss=False)
"""The same in ticks, and nothing is lost."""

_ALONE = Config(reordering=False, capacity=4, losses=1, closes="none", gives_up_syn="B")
"""One 4-tuple of a server: FIFO with room enough, one segment may be lost, the SYN-RECEIVED timeout exists."""
_STALE = _ALONE.but(closes="both", incarnations=2, recurring="B")
_EAGER = _ALONE.but(octets=1, incarnations=2, recurring="both")
_FORGED = _ALONE.but(capacity=1, recurring="B")

GHOST = ServerConfig((_STALE,))
"""One client, twice; it may CLOSE in SYN-SENT and leave its SYN behind."""

FORGED = ServerConfig((_FORGED,), attackers=(1,))
"""One forged SYN, from a host that answers nothing."""

FORGED_TEXT = ServerConfig((_FORGED.but(octets=1, send_on_syn=True),), attackers=(1,), attack_text=1)
"""The same with an octet of text, which SYN-RECEIVED keeps."""

FULL = ServerConfig((_STALE, _EAGER))
"""A table of one slot: a client that may leave its SYN behind, twice, and one that keeps trying."""

_ONCE = _STALE.but(incarnations=1)
FULL_OF_TWO = ServerConfig((_ONCE, _ONCE, _EAGER), slots=2).each(losses=2)
"""A table of two slots: two clients that may leave their SYNs behind, and one that keeps trying; a loss for each."""

FLOOD = ServerConfig((_FORGED, _FORGED, _EAGER), attackers=(1, 2), slots=2, attacks=3)
"""A table of two slots: three forged SYNs for two 4-tuples, and a client that keeps trying."""

FLOOD_OF_THREE = ServerConfig((_FORGED, _FORGED, _FORGED, _EAGER), attackers=(1, 2, 3), slots=3, attacks=3)
"""A table of three slots, and a forged SYN for each."""

ENDLESS_FLOOD = FLOOD.but(attacks=None)
"""The same attacker without end."""

DEAD_PEER = ServerConfig((_ALONE.but(crashes=1, incarnations=2, recurring="B"),))
"""One client, twice, which may crash; its server has nothing to say."""

DEAD_PEER_TOLD = DEAD_PEER.each(octets=1)
"""The same; both have an octet to send."""
