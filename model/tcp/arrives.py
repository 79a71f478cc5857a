"""SEGMENT ARRIVES (RFC 9293, 3.10.7): CLOSED, LISTEN and SYN-SENT, in the RFC's order; the others in `other_states`.

Left out, as the model has no such thing: security/compartment checks, the URG bit, window updates.
"""

from __future__ import annotations

from collections.abc import Sequence

from model.core import z3fast as z3
from model.tcp.cookies import acknowledges_cookie, answer_statelessly, open_by_cookie, text_and_fin
from model.tcp.event import FALSE, TRUE, Change, Effect, Event, Path, arrival, as_written, first_match, then
from model.tcp.other_states import fin_bit, form_acknowledgment, other_states, queued_calls, segment_text
from model.tcp.segment import Segment, acknowledges, segment
from model.tcp.state import STATES, Endpoint, Tcb, no_tcb


def segment_arrives(
    endpoint: Endpoint, tcb: Tcb, x: Segment, isn: z3.BitVecRef, *, change: Change = as_written
) -> list[Event]:
    """Every case of the segment `x` arriving at `tcb`, in every state; `isn` is the ISS if one has to be chosen."""
    return [
        arrival(path) for state in STATES for path in segment_arrives_in(state, endpoint, tcb, x, isn, change=change)
    ]


def segment_arrives_in(
    state: str, endpoint: Endpoint, tcb: Tcb, x: Segment, isn: z3.BitVecRef, *, change: Change = as_written
) -> Sequence[Path]:
    """The cases of the segment `x` arriving in `state`: disjoint and exhaustive, also if conditions are changed."""
    start = Path(state, Effect(state, tcb), change=change)
    if state == "CLOSED":
        return closed(endpoint, start, x)
    if state == "LISTEN":
        return listen(endpoint, start, x, isn)
    if state == "SYN-SENT":
        return syn_sent(endpoint, start, x)
    return other_states(endpoint, start, x)


def closed(endpoint: Endpoint, path: Path, x: Segment) -> Sequence[Path]:
    """3.10.7.1. CLOSED STATE: anything but a reset is answered by a reset."""
    path = path.goes_on(cite="3.10.7.1")
    return first_match(
        path,
        ("RST arrives", x.rst, path.returns()),
        ("ACK arrives", x.ack, path.returns(segment("RST", x.ackno))),
        otherwise=path.returns(segment("RST,ACK", endpoint.number(0), x.seq + x.length)),
        name="segment without ACK arrives",
    )


def listen(endpoint: Endpoint, path: Path, x: Segment, isn: z3.BitVecRef) -> Sequence[Path]:
    """3.10.7.2. LISTEN STATE, or RFC 4987, 3.6 with syn_cookies: a SYN leaves no TCB, the ACK of a cookie makes one."""
    path = path.goes_on(cite="3.10.7.2")
    cookies = endpoint.config.syn_cookies
    taken = answer_statelessly(path, x, isn) if cookies else listen_syn(endpoint, path, x, isn)
    ours = acknowledges_cookie(x, isn) if cookies else FALSE
    paths = first_match(
        path,
        ("RST arrives", x.rst, path.returns()),  # First: it answers nothing that this incarnation has sent.
        ("ACK of a cookie arrives", ours, open_by_cookie(endpoint, path, x)),
        ("ACK arrives", x.ack, path.returns(segment("RST", x.ackno))),  # Second: any acknowledgment is bad here.
        ("SYN arrives", x.syn, taken),  # Third.
        otherwise=path.returns(),  # Fourth: other data or control.
        name="segment without control arrives",
    )
    return text_and_fin(endpoint, x, paths)


def listen_syn(endpoint: Endpoint, path: Path, x: Segment, isn: z3.BitVecRef) -> Path:
    """Third, check for a SYN: RCV.NXT, IRS and ISS are set, and <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK> is sent.

    Two-way, the weakened handshake, takes its own SYN for acknowledged at once and is ESTABLISHED; it drops text and
    FIN of the SYN.
    """
    tcb = no_tcb(endpoint.bits).but(
        rcv_nxt=x.seq + 1, irs=x.seq, iss=isn, snd_una=isn, snd_nxt=isn + 1, passive_open=TRUE
    )
    path = path.goes_on(tcb=tcb, chooses_isn=True)
    if endpoint.config.handshake == "two-way":
        opened = tcb.but(snd_una=isn + 1)
        return path.returns(segment("SYN,ACK", isn, tcb.rcv_nxt), next="ESTABLISHED", tcb=opened, accepts_syn=True)
    return syn_received(endpoint, path, x)


def syn_received(endpoint: Endpoint, path: Path, x: Segment) -> Path:
    """SYN-RECEIVED is entered by a SYN; <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK> is sent.

    Text and FIN that came with the SYN are queued until ESTABLISHED, as far as the window reaches; a CLOSE in
    SYN-RECEIVED leaves them unprocessed: they are not acknowledged, and come again. Accepted (a weakened protocol, TCP
    Fast Open without its cookie), the text is delivered and acknowledged at once; the FIN is left to come again.
    """
    tcb, delivered = path.tcb, None
    fitting = z3.If(z3.ULE(x.text, endpoint.rcv_wnd), x.text, endpoint.rcv_wnd)
    if endpoint.config.data_on_syn == "queued":
        tcb = tcb.but(syn_text=fitting, syn_fin=z3.And(x.fin, z3.ULT(x.text, endpoint.rcv_wnd)))
    if endpoint.config.data_on_syn == "accepted":
        tcb, delivered = tcb.but(rcv_nxt=tcb.rcv_nxt + fitting), fitting
    reply = segment("SYN,ACK", tcb.iss, tcb.rcv_nxt)
    return path.returns(reply, next="SYN-RECEIVED", tcb=tcb, accepts_syn=True, delivered=delivered)


def syn_sent(endpoint: Endpoint, path: Path, x: Segment) -> Sequence[Path]:
    """3.10.7.3. SYN-SENT STATE.

    ??? RFC 5961 wants SEG.SEQ of a RST to be RCV.NXT here too, which is undefined: the test is not made.
    """
    path = path.goes_on(cite="3.10.7.3")
    tcb = path.tcb
    bad_ack = z3.And(x.ack, z3.Not(acknowledges(x.ackno, tcb.iss, tcb.snd_nxt)))
    paths = first_match(
        path,
        ("RST with unacceptable ACK arrives", z3.And(bad_ack, x.rst), path.returns()),  # First.
        ("unacceptable ACK arrives", bad_ack, path.returns(segment("RST", x.ackno))),
        (
            "RST with acceptable ACK arrives",  # Second.
            z3.And(x.rst, x.ack),
            path.returns(next="CLOSED", tcb=no_tcb(endpoint.bits), signal="connection reset"),
        ),
        ("RST without ACK arrives", x.rst, path.returns()),
        ("SYN,ACK arrives", z3.And(x.syn, x.ack), syn_sent_established(endpoint, path, x)),  # Fourth.
        ("SYN arrives", x.syn, syn_sent_crossing(endpoint, path, x)),
        otherwise=path.returns(),  # Fifth.
        name="segment without SYN or RST arrives",
    )
    text_and_fin = endpoint.config.data_on_syn != "dropped"
    return then(
        paths,
        *([lambda p: segment_text(endpoint, x, p), lambda p: fin_bit(endpoint, x, p)] if text_and_fin else []),
        lambda p: queued_calls(endpoint, p, may_close=False),
        form_acknowledgment,
    )


def syn_sent_established(endpoint: Endpoint, path: Path, x: Segment) -> Path:
    """Our SYN has been acknowledged by a SYN,ACK: ESTABLISHED; text and FIN of the segment are processed next.

    Two-way, the weakened handshake, does not send the ACK of the SYN.
    """
    tcb = path.tcb.but(rcv_nxt=x.seq + 1, irs=x.seq, snd_una=x.ackno)
    ack_due = z3.BoolVal(endpoint.config.handshake == "three-way")
    return path.goes_on(next="ESTABLISHED", tcb=tcb, ack_due=ack_due, opened=True, accepts_syn=True)


def syn_sent_crossing(endpoint: Endpoint, path: Path, x: Segment) -> Path:
    """A SYN without ACK: both sides open at once; <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK> is sent from SYN-RECEIVED."""
    return syn_received(endpoint, path.goes_on(tcb=path.tcb.but(rcv_nxt=x.seq + 1, irs=x.seq)), x)
