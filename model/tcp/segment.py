"""Segments, and arithmetic on sequence numbers (RFC 9293, 3.1 and 3.4).

A segment is what the rules of connection management look at: four control bits, SEQ, ACK, and how many octets of text.
All comparison is modular, so it works at every width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

from model.core import z3fast as z3

CONTROLS = ("syn", "ack", "fin", "rst")


@dataclass(frozen=True)
class Segment:
    """A segment of terms: control bits, SEG.SEQ, SEG.ACK (zero without ACK), and octets of text."""

    syn: z3.BoolRef
    ack: z3.BoolRef
    fin: z3.BoolRef
    rst: z3.BoolRef
    seq: z3.BitVecRef
    ackno: z3.BitVecRef
    text: z3.BitVecRef

    @property
    def length(self) -> z3.BitVecRef:
        """SEG.LEN: the octets of text, and one each for SYN and FIN (3.4)."""
        return self.text + one_if(self.syn, self.text) + one_if(self.fin, self.text)

    @property
    def text_seq(self) -> z3.BitVecRef:
        """The number of the first octet of text: a SYN comes before it."""
        return self.seq + one_if(self.syn, self.seq)


SEGMENT_FIELDS = tuple(field.name for field in fields(Segment))

SEGMENT_NAMES = {**{name: name.upper() for name in CONTROLS}, "seq": "SEG.SEQ", "ackno": "SEG.ACK", "text": "SEG.TEXT",
                 "length": "SEG.LEN"}  # fmt: skip
"""What readers call the parts of a segment; the RFC has no name for the octets of text alone."""


def segment(
    controls: str,
    seq: z3.BitVecRef,
    ackno: z3.BitVecRef | None = None,
    text: z3.BitVecRef | None = None,
    fin: z3.BoolRef | None = None,
) -> Segment:
    """The segment <SEQ=seq><ACK=ackno><CTL=controls>, as the RFC writes it: segment("SYN,ACK", iss, rcv_nxt).

    fin: a term for the FIN bit, if it depends on the TCB.
    """
    zero = z3.BitVecVal(0, seq.size())
    on = {name: z3.BoolVal(name.upper() in controls.split(",")) for name in CONTROLS}
    if fin is not None:
        on["fin"] = fin
    return Segment(**on, seq=seq, ackno=zero if ackno is None else ackno, text=zero if text is None else text)


def symbolic_segment(prefix: str, bits: int) -> Segment:
    """A segment of free constants, named prefix + field."""
    return Segment(
        **{
            name: z3.Bool(prefix + name) if name in CONTROLS else z3.BitVec(prefix + name, bits)
            for name in SEGMENT_FIELDS
        }
    )


def show_segment(values: Mapping[str, int]) -> str:
    """A concrete segment in the RFC's notation: <SEQ=100><ACK=301><CTL=SYN,ACK>."""
    controls = ",".join(name.upper() for name in ("syn", "fin", "rst", "ack") if values[name])
    ack = f"<ACK={values['ackno']}>" if values["ack"] else ""
    text = f"<DATA={values['text']}>" if values["text"] else ""
    return f"<SEQ={values['seq']}>{ack}{text}<CTL={controls}>"


def one_if(flag: z3.BoolRef, like: z3.BitVecRef) -> z3.BitVecRef:
    """1 where `flag` holds, else 0, as wide as `like`."""
    return z3.If(flag, z3.BitVecVal(1, like.size()), z3.BitVecVal(0, like.size()))


def within(number: z3.BitVecRef, start: z3.BitVecRef, count: z3.BitVecRef) -> z3.BoolRef:
    """start =< number < start + count, modulo the number space."""
    return z3.ULT(number - start, count)


def acknowledges(ackno: z3.BitVecRef, una: z3.BitVecRef, nxt: z3.BitVecRef) -> z3.BoolRef:
    """una < ackno =< nxt: the acknowledgment is new, and of something sent (3.4)."""
    return within(ackno, una + 1, nxt - una)


def beyond(ackno: z3.BitVecRef, nxt: z3.BitVecRef) -> z3.BoolRef:
    """ackno > nxt: it acknowledges something not yet sent; the number space is halved at nxt (3.4)."""
    return ackno - nxt > 0
