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

THRESHOLD = LAST_ACK.but(capacity=8)
"""The same for the study of TIME-WAIT, which varies the times up to this MSL; no segment finds the channel full."""

FAIR_OPEN = Config(isn_b="8", closes="none")
"""For infinite runs: loss and reordering without bound, and nobody closes. No window reaches the number 0."""

FAIR_CLOSE = FAIR_OPEN.but(closes="both")
"""The same, and both users may close."""

CLOSE_IN_TICKS = FAIR_CLOSE.but(timed=True, loss=False)
"""The same in ticks, and nothing is lost."""
