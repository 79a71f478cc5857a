"""SEGMENT ARRIVES in SYN-RECEIVED, ESTABLISHED and the closing states (RFC 9293, 3.10.7.4): eight ordered checks.

The third check (security) and the sixth (URG) have no counterpart in the model. Acknowledgments that several checks
ask for are one segment, formed at the end (MUST-58). Choices of the RFC taken here: a segment beyond RCV.NXT is not
held (SHLD-31) but acknowledged at once (MAY-13).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from model.core import z3fast as z3
from model.tcp.event import FALSE, TRUE, Path, first_match, then
from model.tcp.segment import Segment, acknowledges, beyond, segment, within
from model.tcp.state import Endpoint, Tcb, no_tcb

DELIVERS = ("ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2")


def other_states(endpoint: Endpoint, path: Path, x: Segment) -> Sequence[Path]:
    """3.10.7.4. Other States: the checks in the RFC's order."""
    return then(
        [path],
        lambda p: two_way_syn_again(endpoint, x, p),
        lambda p: sequence_number(endpoint, x, p),
        lambda p: rst_bit(endpoint, x, p),
        lambda p: syn_bit(endpoint, x, p),
        lambda p: ack_field(endpoint, x, p),
        lambda p: text_of_syn(endpoint, p),
        lambda p: segment_text(endpoint, x, p),
        lambda p: fin_bit(endpoint, x, p),
        lambda p: queued_calls(endpoint, p),
        form_acknowledgment,
    )


def acknowledgment(tcb: Tcb) -> Segment:
    """<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>."""
    return segment("ACK", tcb.snd_nxt, tcb.rcv_nxt)


def acceptable(x: Segment, rcv_nxt: z3.BitVecRef, rcv_wnd: z3.BitVecRef) -> z3.BoolRef:
    """Table 6: the segment occupies a part of the receive sequence space."""
    begins = within(x.seq, rcv_nxt, rcv_wnd)
    ends = within(x.seq + x.length - 1, rcv_nxt, rcv_wnd)
    return z3.If(
        x.length == 0,
        z3.If(rcv_wnd == 0, x.seq == rcv_nxt, begins),
        z3.If(rcv_wnd == 0, FALSE, z3.Or(begins, ends)),
    )


def two_way_syn_again(endpoint: Endpoint, x: Segment, path: Path) -> Sequence[Path]:
    """Two-way only, not in the RFC: the SYN that opened this connection is answered by the same SYN,ACK again."""
    if endpoint.config.handshake != "two-way" or path.state != "ESTABLISHED":
        return [path]
    tcb, path = path.tcb, path.goes_on(cite="two-way")
    again = z3.And(x.syn, z3.Not(x.ack), z3.Not(x.rst), x.seq == tcb.irs, tcb.passive_open)
    return first_match(path, ("the same SYN arrives", again, path.returns(segment("SYN,ACK", tcb.iss, tcb.irs + 1))))


def sequence_number(endpoint: Endpoint, x: Segment, path: Path) -> Sequence[Path]:
    """First, check sequence number: an unacceptable segment is acknowledged (but for a reset) and dropped.

    ??? A retransmitted FIN ends here in TIME-WAIT, so the RFC's "restart the 2 MSL timeout" (fifth, eighth) is never
    reached by the letter; with time_wait_restart it is done here.
    """
    path = path.goes_on(cite="3.10.7.4, first")
    again = x.fin if path.state == "TIME-WAIT" and endpoint.config.time_wait_restart else FALSE
    outside = z3.Not(acceptable(x, path.tcb.rcv_nxt, endpoint.rcv_wnd))
    return first_match(
        path,
        ("unacceptable RST arrives", z3.And(outside, x.rst), path.returns()),
        ("unacceptable segment arrives", outside, path.returns(acknowledgment(path.tcb), restarts_2msl=again)),
    )


def rst_bit(endpoint: Endpoint, x: Segment, path: Path) -> Sequence[Path]:
    """Second, check the RST bit: RFC 5961 takes a reset at RCV.NXT only, RFC 793 anywhere in the window.

    RFC 5961's first check drops a RST whose own number is outside the window, though its text may reach into it.
    """
    path = path.goes_on(cite="3.10.7.4, second")
    tcb = path.tcb
    mitigated = z3.And(endpoint.challenges_rst, x.rst, x.seq != tcb.rcv_nxt)
    outside = z3.Not(within(x.seq, tcb.rcv_nxt, endpoint.rcv_wnd))
    if path.state == "TIME-WAIT" and endpoint.config.rfc1337:
        return first_match(path, ("RST arrives", x.rst, path.returns(cite="RFC 1337, fix F1")))
    return first_match(
        path,
        ("RST before the window arrives", z3.And(mitigated, outside), path.returns()),
        ("RST beyond RCV.NXT arrives", mitigated, path.returns(acknowledgment(tcb))),
        *((name, z3.And(x.rst, when), target) for name, when, target in reset(endpoint, path)),
    )


def reset(endpoint: Endpoint, path: Path) -> Sequence[tuple[str, z3.BoolRef, Path]]:
    """What a valid reset does, by state."""
    gone = path.returns(next="CLOSED", tcb=no_tcb(endpoint.bits))
    if path.state == "SYN-RECEIVED":
        return [
            ("RST arrives (passive OPEN)", path.tcb.passive_open, gone.goes_on(next="LISTEN")),
            ("RST arrives (active OPEN)", TRUE, gone.goes_on(signal="connection refused")),
        ]
    told = "" if path.state in ("CLOSING", "LAST-ACK", "TIME-WAIT") else "connection reset"
    return [("RST arrives", TRUE, gone.goes_on(signal=told))]


def syn_bit(endpoint: Endpoint, x: Segment, path: Path) -> Sequence[Path]:
    """Fourth, check the SYN bit. A SYN left of the window is trimmed off in what follows (but see RFC 5961)."""
    path = path.goes_on(cite="3.10.7.4, fourth")
    tcb = path.tcb
    in_window = z3.And(x.syn, within(x.seq, tcb.rcv_nxt, endpoint.rcv_wnd))
    passive = tcb.passive_open if path.state == "SYN-RECEIVED" else FALSE
    gone = path.returns(no_connection(endpoint, x), next="CLOSED", tcb=no_tcb(endpoint.bits))
    challenged = z3.And(endpoint.challenges_syn, x.syn, z3.Not(passive))
    refused = z3.And(z3.Not(endpoint.challenges_syn), in_window)
    back = path.returns(next="LISTEN", tcb=no_tcb(endpoint.bits))
    return first_match(
        path,
        ("SYN in the window arrives (passive OPEN)", z3.And(in_window, passive), back),
        ("SYN arrives", challenged, path.returns(acknowledgment(tcb))),
        ("SYN in the window arrives", refused, gone.goes_on(signal="connection reset")),
    )


def no_connection(endpoint: Endpoint, x: Segment) -> Segment:
    """3.5.2: a reset takes its sequence number from the ACK field of the segment that it answers, if there is one."""
    return Segment(
        syn=FALSE,
        ack=z3.Not(x.ack),
        fin=FALSE,
        rst=TRUE,
        seq=z3.If(x.ack, x.ackno, endpoint.number(0)),
        ackno=z3.If(x.ack, endpoint.number(0), x.seq + x.length),
        text=endpoint.number(0),
    )


def ack_field(endpoint: Endpoint, x: Segment, path: Path) -> Sequence[Path]:
    """Fifth, check the ACK field."""
    path = path.goes_on(cite="3.10.7.4, fifth")
    tcb = path.tcb
    unchecked = endpoint.config.ack_range == "rfc5961-synchronized" and path.state == "SYN-RECEIVED"
    from_lowest, lowest_to_nxt = x.ackno - tcb.snd_una + endpoint.max_snd_wnd, tcb.snd_nxt - tcb.snd_una
    out_of_range = z3.UGT(from_lowest, lowest_to_nxt + endpoint.max_snd_wnd)
    paths = first_match(
        path,
        ("segment without ACK arrives", z3.Not(x.ack), path.returns()),
        (
            "ACK out of RFC 5961's range arrives",
            FALSE if unchecked else z3.And(endpoint.checks_ack, out_of_range),
            path.returns(acknowledgment(tcb)),
        ),
    )
    if path.state == "SYN-RECEIVED":
        return then(paths, lambda p: syn_received_ack(x, p))
    if path.state == "TIME-WAIT":
        # Acknowledge it, and restart the 2 MSL timeout. ??? Said of a retransmitted FIN, "the only thing that can
        # arrive"; by the letter a bare ACK is acknowledged too, and two ends in TIME-WAIT answer each other.
        return then(
            paths, lambda p: first_match(p, otherwise=p.goes_on(ack_due=TRUE, restarts_2msl=TRUE), name="ACK arrives")
        )
    return then(paths, lambda p: established_ack(endpoint, x, p), lambda p: fin_acknowledged(endpoint, p))


def syn_received_ack(x: Segment, path: Path) -> Sequence[Path]:
    """SYN-RECEIVED: an acknowledgment of our SYN establishes the connection, any other draws a reset."""
    tcb = path.tcb
    return first_match(
        path,
        (
            "ACK of our SYN arrives",
            acknowledges(x.ackno, tcb.snd_una, tcb.snd_nxt),
            path.goes_on(next="ESTABLISHED", tcb=tcb.but(snd_una=x.ackno), opened=True),
        ),
        otherwise=path.returns(segment("RST", x.ackno)),
        name="unacceptable ACK arrives",
    )


def established_ack(endpoint: Endpoint, x: Segment, path: Path) -> Sequence[Path]:
    """ESTABLISHED, and in addition the closing states: SND.UNA advances; an ACK of something not sent is answered.

    ??? The RFC does not repeat this for LAST-ACK, where "our FIN is now acknowledged" takes it for granted.
    RFC 5961's range, where it is tested, has already dropped the acknowledgment of something not sent.
    """
    tcb = path.tcb
    new = acknowledges(x.ackno, tcb.snd_una, tcb.snd_nxt)
    not_sent = beyond(x.ackno, tcb.snd_nxt) if endpoint.config.ack_range == "off" else FALSE
    return first_match(
        path,
        ("ACK of something not sent arrives", not_sent, path.returns(acknowledgment(tcb))),
        otherwise=path.goes_on(tcb=tcb.but(snd_una=z3.If(new, x.ackno, tcb.snd_una))),
    )


def fin_acknowledged(endpoint: Endpoint, path: Path) -> Sequence[Path]:
    """What an acknowledgment of our FIN does, by state; the FIN is the last number sent."""
    acknowledged = path.tcb.snd_una == path.tcb.snd_nxt
    gone = path.returns(next="CLOSED", tcb=no_tcb(endpoint.bits), orderly=True)
    after = {
        "FIN-WAIT-1": (path.goes_on(next="FIN-WAIT-2"), path),
        "CLOSING": (path.goes_on(next="TIME-WAIT", ack_due=FALSE), path.returns()),
        "LAST-ACK": (gone, path),
    }
    if path.state not in after:
        return first_match(path, name="ACK arrives")
    yes, no = after[path.state]
    return first_match(path, ("ACK of our FIN arrives", acknowledged, yes), otherwise=no, name="ACK arrives")


def text_of_syn(endpoint: Endpoint, path: Path) -> Sequence[Path]:
    """On entering ESTABLISHED, text and FIN that came with the SYN are processed before those of this segment."""
    if not path.opened:
        return [path]
    tcb, syn_fin = path.tcb, path.tcb.syn_fin
    held = z3.Or(tcb.syn_text != 0, syn_fin)
    tcb = tcb.but(rcv_nxt=tcb.rcv_nxt + tcb.syn_text, syn_text=endpoint.number(0), syn_fin=FALSE)
    path = path.goes_on(tcb=tcb, ack_due=z3.Or(path.ack_due, held), released=path.tcb.syn_text)
    closing = path.goes_on(next="CLOSE-WAIT", tcb=tcb.but(rcv_nxt=tcb.rcv_nxt + 1), signal="connection closing")
    return first_match(path, ("FIN of the SYN", syn_fin, closing))


def text_taken(x: Segment, rcv_nxt: z3.BitVecRef, rcv_wnd: z3.BitVecRef) -> z3.BitVecRef:
    """How many octets of the text are new, and fit the window."""
    old = rcv_nxt - x.text_seq  # Octets that have been delivered before.
    new = z3.If(z3.ULE(old, x.text), x.text - old, z3.BitVecVal(0, rcv_nxt.size()))
    return z3.If(z3.ULT(rcv_wnd, new), rcv_wnd, new)


def segment_text(endpoint: Endpoint, x: Segment, path: Path) -> Sequence[Path]:
    """Seventh, process the segment text: what is new of it, and fits the window, is delivered and acknowledged.

    half_close=discards, a weakened protocol: after CLOSE it is acknowledged, and nobody gets it.
    """
    if path.state not in DELIVERS:
        return [path.goes_on(taken=endpoint.number(0))]
    taken = text_taken(x, path.tcb.rcv_nxt, endpoint.rcv_wnd)
    tcb = path.tcb.but(rcv_nxt=path.tcb.rcv_nxt + taken)
    cite = f"{path.cite}, seventh"
    path = path.goes_on(tcb=tcb, cite=cite, taken=taken, ack_due=z3.Or(path.ack_due, x.text != 0))
    if path.state != "ESTABLISHED" and endpoint.config.half_close == "discards":
        return first_match(path, ("its text is thrown away", taken != 0, path))
    return [path.goes_on(delivered=taken)]


def fin_bit(endpoint: Endpoint, x: Segment, path: Path) -> Sequence[Path]:
    """Eighth, check the FIN bit: a FIN that is next in sequence is acknowledged, and the state follows Figure 5.

    fin=any, a weakened protocol: any FIN in the window is next, and what is missing before it is passed over.
    """
    tcb, at = path.tcb, x.text_seq + x.text
    assert path.taken is not None
    is_next = z3.And(at == tcb.rcv_nxt, z3.ULT(path.taken, endpoint.rcv_wnd))
    if endpoint.config.fin == "any":
        is_next = within(at, tcb.rcv_nxt, endpoint.rcv_wnd - path.taken)
    after = {
        "ESTABLISHED": "CLOSE-WAIT",
        "FIN-WAIT-1": "CLOSING",  # If our FIN had been acknowledged, the fifth check would have gone to FIN-WAIT-2.
        "FIN-WAIT-2": "TIME-WAIT",
    }.get(path.state, path.state)
    closing = path.goes_on(
        next=after,
        tcb=tcb.but(rcv_nxt=(at if endpoint.config.fin == "any" else tcb.rcv_nxt) + 1),
        cite=f"{path.cite}, eighth",
        ack_due=TRUE,
        signal="connection closing",
    )
    return first_match(
        path, ("FIN", z3.And(x.fin, is_next), closing), otherwise=path.goes_on(ack_due=z3.Or(path.ack_due, x.fin))
    )


def queued_calls(endpoint: Endpoint, path: Path, may_close: bool = True) -> Sequence[Path]:
    """SENDs and a CLOSE that waited for ESTABLISHED are served now (3.10.2, 3.10.4); they ride on the reply.

    may_close: a CLOSE may have been queued (not in SYN-SENT, where it deletes the TCB).
    """
    if not path.opened:
        return [path]
    tcb = path.tcb
    reply = segment("ACK", tcb.snd_nxt, tcb.rcv_nxt, tcb.queued)
    sent = tcb.but(snd_nxt=tcb.snd_nxt + tcb.queued, queued=endpoint.number(0))
    opened = path.returns(reply, tcb=sent, send_when=z3.simplify(z3.Or(path.ack_due, tcb.queued != 0)))
    closed = path.returns(
        replace(reply, fin=TRUE),
        cite=f"{path.cite}; 3.10.4",
        tcb=sent.but(snd_nxt=sent.snd_nxt + 1, close_queued=FALSE),
        next={"ESTABLISHED": "FIN-WAIT-1", "CLOSE-WAIT": "LAST-ACK"}[path.state],
    )
    close = tcb.close_queued if may_close else FALSE
    return first_match(path, ("queued CLOSE", close, closed), otherwise=opened)


def form_acknowledgment(path: Path) -> Sequence[Path]:
    """The acknowledgment that the checks asked for."""
    return [path.returns(acknowledgment(path.tcb), send_when=z3.simplify(path.ack_due))]
