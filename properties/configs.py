"""The configurations of the claims: each the smallest that has its features, shared so that one search serves many."""

from __future__ import annotations

from model.tcp.config import Config

HISTORY = Config(incarnations=2, octets=1, history=True)
"""The real protocol: two incarnations of each side, text, loss and reordering; retransmission without bound."""

CRASHES = Config(incarnations=2, crashes=1, duplications=1, abort="both", user_timeout="both")
"""Three-way under crashes, ABORT, USER TIMEOUT and duplication: what leaves one side alone."""

TWO_WAY = HISTORY.but(handshake="two-way")
"""The weakened handshake, everything else the same."""

REPEATED_ISNS = Config(incarnations=2, isn_b="repeated")
"""Three-way, but the server chooses the same initial sequence number again."""

SERVER_NEVER_CLOSES = Config(incarnations=2, close="A")
"""The user of B never calls CLOSE."""

SIMULTANEOUS = Config(incarnations=2, open_a="both", open_b="both")
"""Both users may open actively, passively, and from passive to active."""

NO_RETRANSMISSION = Config(retransmission=False, loss=False)
"""Nothing is lost, and nothing is ever sent again."""
