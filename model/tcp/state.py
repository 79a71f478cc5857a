"""The states of a connection and its transmission control block (RFC 9293, 3.3.1 and 3.3.2).

The state of an event is concrete; the other fields of the TCB are terms. The fields have the RFC's names. Besides
them a TCB holds what 3.10 tells an endpoint to remember: how SYN-RECEIVED was reached, calls queued until ESTABLISHED,
and text or FIN that came with the SYN. A window is a parameter of the endpoint (`Endpoint`), not a field: this model
has no flow control.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from model.core import z3fast as z3
from model.settings.config import Config
from model.settings.protocol import Protocol

STATES = (
    "CLOSED",
    "LISTEN",
    "SYN-SENT",
    "SYN-RECEIVED",
    "ESTABLISHED",
    "FIN-WAIT-1",
    "FIN-WAIT-2",
    "CLOSE-WAIT",
    "CLOSING",
    "LAST-ACK",
    "TIME-WAIT",
)

FIN_SENT = ("FIN-WAIT-1", "FIN-WAIT-2", "CLOSING", "LAST-ACK", "TIME-WAIT")
"""States in which the endpoint's own FIN has been sent: its number is SND.NXT - 1."""


@dataclass(frozen=True)
class Tcb:
    """The transmission control block, without its state.

    snd_una, snd_nxt, iss, rcv_nxt, irs: sequence numbers (3.3.1).
    passive_open: SYN-RECEIVED came from LISTEN, not from SYN-SENT.
    queued: octets of SENDs that wait for ESTABLISHED (3.10.2); close_queued: a CLOSE waits behind them (3.10.4).
    syn_text, syn_fin: text and FIN that came with the SYN and wait for ESTABLISHED (3.10.7.2, 3.10.7.3).
    ack_held: an acknowledgment of new text or FIN is delayed (3.8.6.3).
    All numbers are bit-vectors as wide as a sequence number.
    """

    snd_una: z3.BitVecRef
    snd_nxt: z3.BitVecRef
    iss: z3.BitVecRef
    rcv_nxt: z3.BitVecRef
    irs: z3.BitVecRef
    passive_open: z3.BoolRef
    queued: z3.BitVecRef
    close_queued: z3.BoolRef
    syn_text: z3.BitVecRef
    syn_fin: z3.BoolRef
    ack_held: z3.BoolRef

    def but(self, **changes: z3.ExprRef) -> Tcb:
        """The same TCB with some fields changed."""
        return replace(self, **changes)


FLAGS = ("passive_open", "close_queued", "syn_fin", "ack_held")
FIELDS = tuple(field.name for field in fields(Tcb))
NAMES = {
    "snd_una": "SND.UNA",
    "snd_nxt": "SND.NXT",
    "iss": "ISS",
    "rcv_nxt": "RCV.NXT",
    "irs": "IRS",
    "passive_open": "passive OPEN",
    "queued": "queued octets",
    "close_queued": "queued CLOSE",
    "syn_text": "octets of the SYN",
    "syn_fin": "FIN of the SYN",
    "ack_held": "delayed ACK",
}
"""What readers call the fields."""


def no_tcb(bits: int) -> Tcb:
    """What a deleted TCB leaves (and what LISTEN starts from): every field zero."""
    return Tcb(**{name: z3.BoolVal(False) if name in FLAGS else z3.BitVecVal(0, bits) for name in FIELDS})


def symbolic_tcb(prefix: str, bits: int) -> Tcb:
    """A TCB of free constants, named prefix + field."""
    return Tcb(**{name: z3.Bool(prefix + name) if name in FLAGS else z3.BitVec(prefix + name, bits) for name in FIELDS})


@dataclass(frozen=True)
class Endpoint:
    """What an endpoint's rules depend on besides its TCB.

    bits: width of sequence numbers. rcv_wnd: RCV.WND. max_snd_wnd: MAX.SND.WND of RFC 5961. segment_text: octets of
    text that one SEND issues and one segment carries at most. These three are bit-vectors of `bits`.
    challenges_rst, challenges_syn, checks_ack: whether it handles RST, SYN and SEG.ACK as RFC 5961 has it.
    """

    config: Config
    bits: int
    rcv_wnd: z3.BitVecRef
    max_snd_wnd: z3.BitVecRef
    segment_text: z3.BitVecRef
    challenges_rst: z3.BoolRef
    challenges_syn: z3.BoolRef
    checks_ack: z3.BoolRef

    def number(self, value: int) -> z3.BitVecRef:
        """A sequence number, or a count of octets."""
        return z3.BitVecVal(value, self.bits)


def endpoint(config: Config) -> Endpoint:
    """The endpoint of a configuration; both sides have the same parameters."""
    window, text = (z3.BitVecVal(octets, config.seq_bits) for octets in (config.window, config.segment_text))
    return Endpoint(config, config.seq_bits, window, window, text, *manners(config))


def manners(config: Protocol) -> tuple[z3.BoolRef, z3.BoolRef, z3.BoolRef]:
    """Whether RST, SYN and SEG.ACK are handled as RFC 5961 has it."""
    rst, syn = (z3.BoolVal(chosen == "rfc5961") for chosen in (config.rst, config.syn))
    return rst, syn, z3.BoolVal(config.ack_range != "off")
