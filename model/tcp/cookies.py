"""SYN cookies (RFC 4987, 3.6): LISTEN answers a SYN from what it knows without a TCB, and makes the TCB of the ACK.

The cookie is the SYN,ACK's own number: the ISN on offer moved by IRS, so that the ACK of another SYN does not fit. The
ISN is chosen only when the ACK comes back. What the RFC's SYN cookies give up is given up here too: text of the SYN is
not kept, and the SYN,ACK is never sent again, so an ACK that is lost is made good by the client's text only.
"""

from __future__ import annotations

from collections.abc import Sequence

from model.core import z3fast as z3
from model.tcp.event import TRUE, Path, then
from model.tcp.other_states import fin_bit, form_acknowledgment, segment_text
from model.tcp.segment import Segment, segment
from model.tcp.state import Endpoint, no_tcb


def cookie(isn: z3.BitVecRef, irs: z3.BitVecRef) -> z3.BitVecRef:
    """The number of the SYN,ACK that answers a SYN with SEQ=irs."""
    return isn + irs


def acknowledges_cookie(x: Segment, isn: z3.BitVecRef) -> z3.BoolRef:
    """The segment is an ACK of the SYN,ACK that the SYN just before it was answered by."""
    return z3.And(x.ack, z3.Not(x.syn), x.ackno == cookie(isn, x.seq - 1) + 1)


def answer_statelessly(path: Path, x: Segment, isn: z3.BitVecRef) -> Path:
    """<SEQ=cookie><ACK=SEG.SEQ+1><CTL=SYN,ACK>; nothing is remembered."""
    return path.returns(segment("SYN,ACK", cookie(isn, x.seq), x.seq + 1), cite="RFC 4987, 3.6", offers_isn=True)


def open_by_cookie(endpoint: Endpoint, path: Path, x: Segment) -> Path:
    """ESTABLISHED with the TCB that the ACK tells of: IRS = SEG.SEQ-1, ISS = SEG.ACK-1."""
    tcb = no_tcb(endpoint.bits).but(
        snd_una=x.ackno, snd_nxt=x.ackno, iss=x.ackno - 1, rcv_nxt=x.seq, irs=x.seq - 1, passive_open=TRUE
    )
    return path.goes_on(
        next="ESTABLISHED", tcb=tcb, cite="RFC 4987, 3.6", opened=True, chooses_isn=True, accepts_syn=True
    )


def text_and_fin(endpoint: Endpoint, x: Segment, paths: Sequence[Path]) -> Sequence[Path]:
    """The segment that has opened the connection goes through the seventh and eighth checks (3.10.7.4)."""
    return then(paths, lambda p: segment_text(endpoint, x, p), lambda p: fin_bit(endpoint, x, p), form_acknowledgment)
