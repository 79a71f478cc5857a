"""The invariant of every run over an unbounded network: the lemmas that all proofs about opening rest on.

Each lemma says of both sides and of any segment what its sentence says; `why` is why an event keeps it, `excludes` the
counterexample to induction that it rules out: a state, perhaps unreachable, from which an event leads astray.
`python -m model.check --engine unbounded --minimise` drops each in turn and names the obligations that fail then.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from model.any_channel.network import Carried, End, UnboundedNetwork
from model.engines.inductive.obligations import Corollary, Lemma, LemmaPart
from model.tcp.other_states import acceptable, text_taken
from model.tcp.segment import acknowledges, one_if
from model.tcp.state import FIN_SENT
from properties.proofs.lemma import CorollaryOf, LemmaOf, is_ack, parts, segments, sides, stated, two_segments


@stated(
    Lemma,
    sides,
    why="only an acknowledgment of something sent moves SND.UNA, and SND.NXT never goes back",
    excludes="SND.UNA beyond SND.NXT: after CLOSE the FIN would seem to be acknowledged before it is sent",
)
def send_sequence(end: End, *_: object) -> z3.BoolRef:
    """SND.UNA =< SND.NXT."""
    return z3.Implies(end.has_tcb, z3.ULE(end.tcb.snd_una - end.tcb.iss, end.tcb.snd_nxt - end.tcb.iss))


@stated(
    Lemma,
    sides,
    why="SEND is assumed to leave room for the FIN among the W numbers, and nothing else uses any",
    excludes="a connection that has used up its numbers: its next segment has a number of another incarnation",
)
def within_w(end: End, _: End, network: UnboundedNetwork) -> z3.BoolRef:
    """An incarnation's numbers, what is queued and its FIN included, are ISS to ISS+W-1."""
    used, waiting = end.tcb.snd_nxt - end.tcb.iss, end.tcb.queued
    fin = one_if(z3.Not(end.state_is(*FIN_SENT)), used)
    small = z3.And(z3.ULE(used, network.most), z3.ULE(waiting, network.most))
    return z3.Implies(end.has_tcb, z3.And(small, z3.ULE(used + waiting + fin, network.most)))


@stated(
    Lemma,
    sides,
    why="both states are entered with the SYN sent, and left when it is acknowledged",
    excludes="SYN-RECEIVED with an empty retransmission queue: data would carry the number of the SYN",
)
def syn_outstanding(end: End, *_: object) -> z3.BoolRef:
    """In SYN-SENT and SYN-RECEIVED the SYN is sent and not acknowledged: SND.UNA = ISS, SND.NXT > ISS."""
    sent = z3.And(end.tcb.snd_una == end.tcb.iss, end.tcb.snd_nxt != end.tcb.iss)
    return z3.Implies(end.state_is("SYN-SENT", "SYN-RECEIVED"), sent)


@stated(
    Lemma,
    sides,
    why="every ISS is chosen together with the sending of its SYN",
    excludes="an open connection with SND.NXT = ISS: its data would carry the number of the SYN",
)
def syn_sent_first(end: End, *_: object) -> z3.BoolRef:
    """Wherever there is a TCB the SYN has been sent: SND.NXT > ISS."""
    return z3.Implies(end.has_tcb, end.tcb.snd_nxt != end.tcb.iss)


@stated(
    Lemma,
    sides,
    why="the acknowledgment of the FIN leaves these states",
    excludes="LAST-ACK with an empty retransmission queue: what is sent again is no FIN but made-up text",
)
def fin_outstanding(end: End, *_: object) -> z3.BoolRef:
    """In FIN-WAIT-1, CLOSING and LAST-ACK the FIN is not acknowledged: SND.UNA < SND.NXT."""
    return z3.Implies(end.state_is("FIN-WAIT-1", "CLOSING", "LAST-ACK"), end.tcb.snd_una != end.tcb.snd_nxt)


@stated(
    Lemma,
    sides,
    why="what the window reaches and moves RCV.NXT was sent by that incarnation, which has no more numbers",
    excludes="RCV.NXT among the numbers of another incarnation: its segments would be acceptable",
)
def receive_sequence(end: End, _: End, network: UnboundedNetwork) -> z3.BoolRef:
    """RCV.NXT is a number of the incarnation whose SYN was accepted: IRS+1 to IRS+W."""
    received = end.tcb.rcv_nxt - end.tcb.irs
    return z3.Implies(end.has_irs, z3.And(z3.UGE(received, 1), z3.ULE(received, network.most)))


@stated(
    Lemma,
    sides,
    why="they came with the SYN, whose octets are within its sender's W numbers",
    excludes="SYN-RECEIVED with more held text than one incarnation can send: RCV.NXT leaves it on opening",
)
def held_text(end: End, _: End, network: UnboundedNetwork) -> z3.BoolRef:
    """Text and FIN of the SYN that SYN-RECEIVED holds are numbers of that incarnation, too; SYN-SENT holds none."""
    received, held = end.tcb.rcv_nxt - end.tcb.irs, end.tcb.syn_text
    after = received + held + one_if(end.tcb.syn_fin, held)
    fits = z3.And(z3.ULE(held, network.most), z3.ULE(after, network.most))
    nothing = z3.And(held == 0, z3.Not(end.tcb.syn_fin))
    return z3.And(z3.Implies(end.state_is("SYN-RECEIVED"), fits), z3.Implies(end.state_is("SYN-SENT"), nothing))


@stated(
    Lemma,
    segments,
    why="it is sent from the numbers between SND.UNA and SND.NXT",
    excludes="a SYN with more text than W: what LISTEN holds of it reaches into another incarnation's numbers",
)
def segment_range(m: Carried, _: End, __: End, network: UnboundedNetwork) -> z3.BoolRef:
    """A segment's numbers are its sender's: ISS to ISS+W."""
    first = m.x.seq - m.iss
    small = z3.And(z3.ULE(first, network.most), z3.ULE(m.x.text, network.most))
    return z3.Implies(z3.Not(m.x.rst), z3.And(small, z3.ULE(first + m.x.length, network.most)))


@stated(
    Lemma,
    segments,
    why="a SYN is sent with SEG.SEQ = ISS; all else is sent after it",
    excludes="a SYN in the middle of a connection's numbers: LISTEN would take its number for an ISN",
)
def syn_at_iss(m: Carried, *_: object) -> z3.BoolRef:
    """A SYN has its sender's ISS as its number, and nothing else has."""
    return z3.Implies(z3.Not(m.x.rst), m.x.syn == (m.x.seq == m.iss))


@stated(
    Lemma, segments, why="SEG.ACK is RCV.NXT", excludes="a segment that acknowledges what its sender has never received"
)
def ack_range(m: Carried, _: End, __: End, network: UnboundedNetwork) -> z3.BoolRef:
    """An acknowledgment is of the incarnation whose SYN its sender has accepted: IRS+1 to IRS+W."""
    acknowledged = m.x.ackno - m.irs
    return z3.Implies(is_ack(m), z3.And(z3.UGE(acknowledged, 1), z3.ULE(acknowledged, network.most)))


@stated(
    Lemma,
    sides,
    why="freshness (b) when an ISN is chosen, `segments-apart` when a SYN is accepted",
    excludes="a half-open peer whose window reaches the new incarnation's numbers",
)
def apart(end: End, other: End, network: UnboundedNetwork) -> z3.BoolRef:
    """Two incarnations of one side of which a TCB still knows are the same, or W+window apart."""
    known = z3.And(end.has_tcb, other.has_irs)
    return z3.Implies(known, network.same_or_apart(end.tcb.iss, other.tcb.irs))


@stated(
    Lemma,
    parts,
    why="freshness (a) when an ISN is chosen; a SYN that is accepted is itself such a segment",
    excludes="an old segment within the window: it would be acceptable to the new connection",
)
def segments_apart(network: UnboundedNetwork) -> Iterator[LemmaPart]:
    """The incarnation that sent a segment is the one that a TCB knows, or W+window from it; so any two segments."""

    def apart_if(known: z3.BoolRef, m: Carried, number: z3.BitVecRef) -> z3.BoolRef:
        return z3.Implies(z3.And(z3.Not(m.x.rst), known), network.same_or_apart(m.iss, number))

    yield from segments(network, lambda m, end, *_: apart_if(end.has_tcb, m, end.tcb.iss))
    yield from segments(network, lambda m, _, other, __: apart_if(other.has_irs, m, other.tcb.irs))
    yield from two_segments(
        network, lambda m, n, _: z3.Implies(z3.Not(z3.Or(m.x.rst, n.x.rst)), network.same_or_apart(m.iss, n.iss))
    )


@stated(
    Lemma,
    segments,
    why="freshness (a) when an ISN is chosen, `apart` when the acknowledgment is sent",
    excludes="an old acknowledgment of an earlier incarnation that acknowledges the new one's SYN",
)
def acks_apart(m: Carried, _: End, other: End, network: UnboundedNetwork) -> z3.BoolRef:
    """What a segment acknowledges is of the receiver's current incarnation, or W+window from it."""
    return z3.Implies(z3.And(is_ack(m), other.has_tcb), network.same_or_apart(m.irs, other.tcb.iss))


BASE: tuple[LemmaOf, ...] = (
    send_sequence,
    within_w,
    syn_outstanding,
    syn_sent_first,
    fin_outstanding,
    receive_sequence,
    held_text,
    segment_range,
    syn_at_iss,
    ack_range,
    apart,
    segments_apart,
    acks_apart,
)


@stated(
    Corollary,
    segments,
    why="another incarnation is W+window away, and its numbers, RCV.NXT and the window do not bridge that",
    excludes="an old segment that is taken for a new one",
    by=("segments-apart", "segment-range", "receive-sequence"),
)
def within_window(m: Carried, _: End, other: End, network: UnboundedNetwork) -> z3.BoolRef:
    """An acceptable segment is of the incarnation whose SYN was accepted."""
    reaches = z3.And(other.has_irs, acceptable(m.x, other.tcb.rcv_nxt, network.window))
    return z3.Implies(z3.And(reaches, z3.Not(m.x.rst)), m.iss == other.tcb.irs)


@stated(
    Corollary,
    segments,
    why="another incarnation is W+window away, and neither what it acknowledges nor what is outstanding is",
    excludes="an old acknowledgment that is taken for a new one",
    by=("acks-apart", "ack-range", "send-sequence", "within-w"),
)
def current_acknowledgment(m: Carried, _: End, other: End, *__: object) -> z3.BoolRef:
    """What acknowledges something that is outstanding acknowledges the current incarnation."""
    tcb = other.tcb
    outstanding = z3.And(other.has_tcb, is_ack(m), acknowledges(m.x.ackno, tcb.snd_una, tcb.snd_nxt))
    return z3.Implies(outstanding, m.irs == tcb.iss)


@stated(
    Corollary,
    segments,
    why="SND.UNA < SEG.ACK =< SND.NXT, and all three are numbers of one incarnation",
    excludes="an acknowledgment that moves SND.UNA beyond SND.NXT",
    by=("current-acknowledgment", "ack-range", "send-sequence", "within-w"),
)
def acknowledged_in_sequence(m: Carried, _: End, other: End, *__: object) -> z3.BoolRef:
    """What acknowledges something that is outstanding is, as SND.UNA, not beyond SND.NXT."""
    tcb = other.tcb
    outstanding = z3.And(other.has_tcb, is_ack(m), acknowledges(m.x.ackno, tcb.snd_una, tcb.snd_nxt))
    return z3.Implies(outstanding, z3.ULE(m.x.ackno - tcb.iss, tcb.snd_nxt - tcb.iss))


@stated(
    Corollary,
    parts,
    why="it is taken up to the segment's last octet at most, and that is among its sender's W numbers",
    excludes="RCV.NXT beyond what the peer can ever send",
    by=("segment-range", "receive-sequence", "held-text"),
)
def taken_in_sequence(network: UnboundedNetwork) -> Iterator[LemmaPart]:
    """What is taken of a segment's text, after what SYN-RECEIVED holds, moves RCV.NXT to IRS+W at most.

    The segment is of the incarnation whose SYN was accepted.
    """

    def fits(if_it: z3.BoolRef, m: Carried, other: End, nxt: z3.BitVecRef) -> z3.BoolRef:
        current = z3.And(if_it, m.iss == other.tcb.irs, z3.Not(m.x.rst))
        taken = nxt + text_taken(m.x, nxt, network.window) - other.tcb.irs
        return z3.Implies(current, z3.ULE(taken, network.most))

    yield from segments(network, lambda m, _, other, __: fits(other.has_irs, m, other, other.tcb.rcv_nxt))
    yield from segments(
        network,
        lambda m, _, other, __: fits(other.state_is("SYN-RECEIVED"), m, other, other.tcb.rcv_nxt + other.tcb.syn_text),
    )


COROLLARIES: tuple[CorollaryOf, ...] = (
    within_window,
    current_acknowledgment,
    acknowledged_in_sequence,
    taken_in_sequence,
)
"""What the lemmas say of a segment that an endpoint takes notice of: why old ones do no harm."""
