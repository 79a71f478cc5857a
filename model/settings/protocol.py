"""The protocol: what an endpoint does where the RFC leaves a choice, and the weakened protocols of the claims.

The first value of each field is the RFC's default.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from model.settings.setting import BadConfig, Group, names_of, refuse, setting, settings_of


@dataclass(frozen=True)
class Protocol(Group):
    """The variants of the protocol."""

    handshake: Literal["three-way", "two-way"] = setting(
        "three-way",
        "three-way; two-way: LISTEN is ESTABLISHED by a SYN, and nobody acknowledges the SYN,ACK",
        shared=True,
    )
    rst: Literal["rfc5961", "rfc793", "either"] = setting(
        "rfc5961",
        "RST acceptable at RCV.NXT only (RFC 5961) or anywhere in the window (RFC 793); either: in proofs for every"
        " channel, a new choice each time",
        shared=True,
    )
    syn: Literal["rfc5961", "rfc793", "either"] = setting(
        "rfc5961",
        "SYN in a synchronized state: challenge ACK (RFC 5961) or reset (RFC 793); either: as rst",
        shared=True,
    )
    ack_range: Literal["rfc5961", "rfc5961-synchronized", "off", "either"] = setting(
        "rfc5961",
        "RFC 5961's range for SEG.ACK (MAY-12): in every state, not in SYN-RECEIVED, or not tested; either: as rst",
        shared=True,
    )
    abort_to: Literal["CLOSED", "TIME-WAIT"] = setting(
        "CLOSED", "the side that sends a RST by ABORT enters this state", "3.10.5; Figure 5, note 3"
    )
    rfc1337: bool = setting(False, "fix F1 of RFC 1337: TIME-WAIT ignores RST")
    data_on_syn: Literal["queued", "dropped", "accepted"] = setting(
        "queued",
        "text or FIN that comes with a SYN: queued until ESTABLISHED, or dropped; accepted, a weakened protocol: its"
        " text is delivered at once and acknowledged, its FIN is not (see send_on_syn)",
        shared=True,
    )
    send_on_syn: bool = setting(
        False, "a SEND in LISTEN puts its text on the SYN instead of queuing it (needs octets, and open=both)"
    )
    close: Literal["four-way", "merged"] = setting(
        "four-way",
        "four-way: a FIN is acknowledged at once; merged: its ACK waits for the own FIN (or text to send)",
    )
    half_close: Literal["delivers", "discards"] = setting(
        "delivers",
        "text that arrives after CLOSE is delivered; discards, a weakened protocol: it is acknowledged and thrown away",
        "3.6.1, MAY-1, without the RST of SHLD-3",
    )
    fin: Literal["in-order", "any"] = setting(
        "in-order",
        "a FIN is taken in order; any, a weakened protocol: wherever in the window it is, RCV.NXT passes over it",
    )
    syn_cookies: bool = setting(
        False,
        "LISTEN keeps no TCB for a SYN: the ACK of its SYN,ACK makes it",
        "RFC 4987, 3.6",
        shared=True,
    )
    mutant: str = setting("", "the protocol with one thing changed, by the name that benchmarks.mutants gives it")
    retransmission: bool = setting(True, "the retransmission timer exists")
    syn_again: Literal["SYN,ACK", "front"] = setting(
        "SYN,ACK",
        "after a simultaneous open SYN-RECEIVED sends SYN,ACK again; front: the front of the retransmission queue,"
        " which is the bare SYN",
        "3.10.8, by the letter",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        two_way = self.handshake == "two-way"
        refuse(
            (
                two_way and self.data_on_syn == "accepted",
                "data_on_syn=accepted, handshake=two-way: the two-way LISTEN drops what comes with a SYN",
            ),
            (
                two_way and self.syn_cookies,
                "syn_cookies=true, handshake=two-way: a cookie comes back with the third segment",
            ),
        )

    def check_settled(self) -> None:
        """Refuse what leaves a choice open."""
        for name in LEFT_OPEN:
            if getattr(self, name) == "either":
                raise BadConfig(f"{name}=either: only a proof for every channel may leave it open")


LEFT_OPEN = tuple(name for name in names_of(Protocol) if "either" in settings_of(Protocol)[name].choices)
"""The fields that a proof for every channel may leave open."""
