"""The configurations of the claims: each the smallest that has its features, shared so that one search serves many."""

from __future__ import annotations

from model.tcp.config import SCENARIO, Config

__all__ = ["SCENARIO"]

HISTORY = Config(incarnations=2, octets=1, history=True)
"""The real protocol: two incarnations of each side, text, loss and reordering; retransmission without bound.

B's numbers pass 0.
"""

CRASHES = Config(incarnations=2, crashes=1, duplications=None, aborts="both", gives_up="both")
"""Three-way under crashes, ABORT, USER TIMEOUT and duplication without bound: what leaves one side alone."""

TWO_WAY = HISTORY.but(handshake="two-way")
"""The weakened handshake, everything else the same."""

TWO_WAY_CRASHES = CRASHES.but(handshake="two-way")
"""The weakened handshake under crashes, ABORT, USER TIMEOUT and duplication."""

REPEATED_ISNS = Config(incarnations=2, isn_b="repeated", crashes=1, closes="A")
"""Three-way, but after a crash the server chooses the same initial sequence number again; only the client closes."""

SIMULTANEOUS = Config(incarnations=2, open_a="both", open_b="both", isn_b="8,12")
"""Both users may open actively, passively, and from passive to active. No window reaches the number 0."""

NO_RETRANSMISSION = Config(retransmission=False, loss=False, capacity=3)
"""Nothing is lost, and nothing is ever sent again."""

PASSING_ZERO = Config()
"""The smallest of all: one incarnation of each side. B's numbers pass 0."""

LAST_ACK = Config(timed=True, msl=3, rto=3, delay=2, losses=1, endings=True, start="half-closed", isn_b="8", capacity=3)
"""Time in ticks: A has closed, B has not; one segment may be lost. 2 MSL is tight here: RTO = MSL = D + 1."""

DATA_QUEUED = Config(
    octets=1,
    send_on_syn=True,
    open_a="both",
    incarnations=2,
    crashes=1,
    duplications=None,
    capacity=1,
    accounts=True,
    isn_a="1,7",
    isn_b="8,14",
)
"""Text on the SYN, queued until ESTABLISHED as the RFC has it: A's user may SEND in LISTEN. Crashes and duplication.

Initial sequence numbers are W+window+1 = 6 apart: RFC 5961's range of SEG.ACK includes SND.UNA-MAX.SND.WND, and an old
acknowledgment may be ISS+W.
"""

TWO_SEGMENTS = DATA_QUEUED.but(capacity=2, retransmission=False, duplications=2, closes="B", loss=False)
"""The same with room for two segments each way, so that old text may follow an old SYN."""

DATA_DROPPED = DATA_QUEUED.but(data_on_syn="dropped")
"""What comes with a SYN is dropped: the explainer's rule."""

DATA_ACCEPTED = DATA_QUEUED.but(data_on_syn="accepted")
"""What comes with a SYN is delivered at once."""

ORDERLY = Config(octets=1, endings=True, accounts=True)
"""One connection with text both ways, closed in any way; nothing but resets disturbs it."""

ORDERLY_CRASHES = ORDERLY.but(crashes=1, aborts="both", gives_up="both", retransmissions=1)
"""The same under crashes, ABORT and USER TIMEOUT."""

HALF_CLOSED = ORDERLY.but(start="half-closed", isn_b="8")
"""A has closed, B has not and may send."""

IGNORING_RST = Config(incarnations=2, endings=True, rfc1337=True, time_wait_restart=False)
"""Fix F1 of RFC 1337; and, the RFC's letter, no retransmitted FIN restarts TIME-WAIT. (Untimed that changes no run.)"""
