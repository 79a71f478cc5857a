"""The configurations of the claims: each the smallest that has its features, shared so that one search serves many."""

from __future__ import annotations

from model.network.table import ServerConfig
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

FLOOD = ServerConfig((_FORGED, _FORGED, _EAGER), attackers=(1, 2), slots=2, attacks=3)
"""A table of two slots: three forged SYNs for two 4-tuples, and a client that keeps trying."""

ENDLESS_FLOOD = FLOOD.but(attacks=None)
"""The same attacker without end."""

DEAD_PEER = ServerConfig((_ALONE.but(crashes=1, incarnations=2, recurring="B"),))
"""One client, twice, which may crash; its server has nothing to say."""

DEAD_PEER_TOLD = DEAD_PEER.each(octets=1)
"""The same; both have an octet to send."""
