"""Configurations that exist for coverage: small ones, in which events happen that no claim's configuration leads to.

Most have initial sequence numbers so near each other that segments of one incarnation lie in the windows of another, as
fresh ones never do (see the claims' proofs, which say so of a SYN).
"""

from __future__ import annotations

from collections.abc import Mapping

from model.settings.config import Config

_NEAR = Config(incarnations=2, crashes=1, duplications=1, loss=False, retransmission=False)

COVERAGE: Mapping[str, Config] = {
    "ISNs two apart": _NEAR.but(isn_a="1,3", isn_b="8,10", open_a="both", open_b="both", capacity=1, aborts="both"),
    "ISNs two apart, RFC 793": _NEAR.but(
        isn_a="1,3", isn_b="8,10", open_b="both", capacity=1, rst="rfc793", syn="rfc793"
    ),
    "ISNs one apart, text on SYN": _NEAR.but(
        isn_a="1,2",
        isn_b="8,9",
        open_a="both",
        octets=1,
        send_on_syn=True,
        data_on_syn="dropped",
        syn="rfc793",
        ack_range="off",
        capacity=1,
        duplications=2,
    ),
    "ISNs that go back": _NEAR.but(isn_a="3,1", isn_b="10,8"),
    "ISNs that go back, ACK range not tested": _NEAR.but(isn_a="3,1", isn_b="9,8", ack_range="off"),
    "ISNs that go back, delayed ACK": _NEAR.but(
        isn_a="2,1",
        isn_b="8,8",
        duplications=0,
        timed=True,
        msl=1,
        delay=0,
        rto=3,
        time_wait="0",
        ack_delay=1,
    ),
    "text after CLOSE discarded, from the start": Config(
        octets=1, window=3, isn_b="8", half_close="discards", loss=False, retransmission=False
    ),
    "SYN cookies, CLOSE": Config(syn_cookies=True, isn_b="8", capacity=1),
    "SYN-RECEIVED timeout, both open actively": Config(open_b="both", isn_b="8", gives_up_syn="both"),
    "USER TIMEOUT in LISTEN and TIME-WAIT": Config(isn_b="8", capacity=1, gives_up_waiting="both"),
    "the bare SYN sent again, both open actively": Config(
        open_a="both", open_b="both", isn_b="8,12", incarnations=2, syn_again="front"
    ),
}
"""By name."""
