"""The invariant of every run over an unbounded network: the lemmas that all proofs about opening rest on.

Each lemma says of both sides and of any segment what its sentence says; `why` is why an event keeps it, `excludes` the
counterexample to induction that it rules out: a state, perhaps unreachable, from which an event leads astray.
`python -m model.check --engine unbounded --minimise` drops each in turn and names the obligations that fail then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import z3

from model.any_channel.network import Carried, End, UnboundedNetwork
from model.engines.inductive.obligations import Corollary, Lemma, LemmaPart
from model.tcp.other_states import acceptable, text_taken
from model.tcp.segment import acknowledges, one_if
from model.tcp.state import FIN_SENT

LemmaOf = Callable[[UnboundedNetwork], Lemma]
CorollaryOf = Callable[[UnboundedNetwork], Corollary]


def of_sides(network: UnboundedNetwork, said: Callable[[End, End], z3.BoolRef]) -> tuple[LemmaPart, ...]:
    """A formula about each side (and the other one)."""
    return tuple(LemmaPart(f"at {end.name}", said(end, network.other(end))) for end in network.ends.values())


def of_segments(network: UnboundedNetwork, said: Callable[[Carried, End, End], z3.BoolRef]) -> tuple[LemmaPart, ...]:
    """A formula about any segment, its sender's side and its receiver's."""
    return tuple(
        LemmaPart(f"a segment of {end.name}", said(network.stored[end.name][0], end, network.other(end)), (end.name,))
        for end in network.ends.values()
    )


def is_ack(m: Carried) -> z3.BoolRef:
    """The segment acknowledges, and is no reset."""
    return z3.And(m.x.ack, z3.Not(m.x.rst))


def send_sequence(network: UnboundedNetwork) -> Lemma:
    """SND.UNA =< SND.NXT."""
    return Lemma(
        "send-sequence",
        of_sides(
            network,
            lambda end, _: z3.Implies(
                end.has_tcb, z3.ULE(end.tcb.snd_una - end.tcb.iss, end.tcb.snd_nxt - end.tcb.iss)
            ),
        ),
        why="only an acknowledgment of something sent moves SND.UNA, and SND.NXT never goes back",
        excludes="SND.UNA beyond SND.NXT: after CLOSE the FIN would seem to be acknowledged before it is sent",
    )


def within_w(network: UnboundedNetwork) -> Lemma:
    """An incarnation's numbers, what is queued and its FIN included, are ISS to ISS+W-1."""

    def said(end: End, _: End) -> z3.BoolRef:
        used, waiting = end.tcb.snd_nxt - end.tcb.iss, end.tcb.queued
        fin = one_if(z3.Not(end.state_is(*FIN_SENT)), used)
        small = z3.And(z3.ULE(used, network.most), z3.ULE(waiting, network.most))
        return z3.Implies(end.has_tcb, z3.And(small, z3.ULE(used + waiting + fin, network.most)))

    return Lemma(
        "within-w",
        of_sides(network, said),
        why="SEND is assumed to leave room for the FIN among the W numbers, and nothing else uses any",
        excludes="a connection that has used up its numbers: its next segment has a number of another incarnation",
    )


def syn_outstanding(network: UnboundedNetwork) -> Lemma:
    """In SYN-SENT and SYN-RECEIVED the SYN is sent and not acknowledged: SND.UNA = ISS, SND.NXT > ISS."""

    def said(end: End, _: End) -> z3.BoolRef:
        sent = z3.And(end.tcb.snd_una == end.tcb.iss, end.tcb.snd_nxt != end.tcb.iss)
        return z3.Implies(end.state_is("SYN-SENT", "SYN-RECEIVED"), sent)

    return Lemma(
        "syn-outstanding",
        of_sides(network, said),
        why="both states are entered with the SYN sent, and left when it is acknowledged",
        excludes="SYN-RECEIVED with an empty retransmission queue: data would carry the number of the SYN",
    )


def syn_sent_first(network: UnboundedNetwork) -> Lemma:
    """Wherever there is a TCB the SYN has been sent: SND.NXT > ISS."""
    return Lemma(
        "syn-sent-first",
        of_sides(network, lambda end, _: z3.Implies(end.has_tcb, end.tcb.snd_nxt != end.tcb.iss)),
        why="every ISS is chosen together with the sending of its SYN",
        excludes="an open connection with SND.NXT = ISS: its data would carry the number of the SYN",
    )


def fin_outstanding(network: UnboundedNetwork) -> Lemma:
    """In FIN-WAIT-1, CLOSING and LAST-ACK the FIN is not acknowledged: SND.UNA < SND.NXT."""

    def said(end: End, _: End) -> z3.BoolRef:
        return z3.Implies(end.state_is("FIN-WAIT-1", "CLOSING", "LAST-ACK"), end.tcb.snd_una != end.tcb.snd_nxt)

    return Lemma(
        "fin-outstanding",
        of_sides(network, said),
        why="the acknowledgment of the FIN leaves these states",
        excludes="LAST-ACK with an empty retransmission queue: what is sent again is no FIN but made-up text",
    )


def receive_sequence(network: UnboundedNetwork) -> Lemma:
    """RCV.NXT is a number of the incarnation whose SYN was accepted: IRS+1 to IRS+W."""

    def said(end: End, _: End) -> z3.BoolRef:
        received = end.tcb.rcv_nxt - end.tcb.irs
        return z3.Implies(end.has_irs, z3.And(z3.UGE(received, 1), z3.ULE(received, network.most)))

    return Lemma(
        "receive-sequence",
        of_sides(network, said),
        why="what the window reaches and moves RCV.NXT was sent by that incarnation, which has no more numbers",
        excludes="RCV.NXT among the numbers of another incarnation: its segments would be acceptable",
    )


def held_text(network: UnboundedNetwork) -> Lemma:
    """Text and FIN of the SYN that SYN-RECEIVED holds are numbers of that incarnation, too; SYN-SENT holds none."""

    def said(end: End, _: End) -> z3.BoolRef:
        received, held = end.tcb.rcv_nxt - end.tcb.irs, end.tcb.syn_text
        after = received + held + one_if(end.tcb.syn_fin, held)
        fits = z3.And(z3.ULE(held, network.most), z3.ULE(after, network.most))
        nothing = z3.And(held == 0, z3.Not(end.tcb.syn_fin))
        return z3.And(z3.Implies(end.state_is("SYN-RECEIVED"), fits), z3.Implies(end.state_is("SYN-SENT"), nothing))

    return Lemma(
        "held-text",
        of_sides(network, said),
        why="they came with the SYN, whose octets are within its sender's W numbers",
        excludes="SYN-RECEIVED with more held text than one incarnation can send: RCV.NXT leaves it on opening",
    )


def segment_range(network: UnboundedNetwork) -> Lemma:
    """A segment's numbers are its sender's: ISS to ISS+W."""

    def said(m: Carried, *_: End) -> z3.BoolRef:
        first = m.x.seq - m.iss
        small = z3.And(z3.ULE(first, network.most), z3.ULE(m.x.text, network.most))
        return z3.Implies(z3.Not(m.x.rst), z3.And(small, z3.ULE(first + m.x.length, network.most)))

    return Lemma(
        "segment-range",
        of_segments(network, said),
        why="it is sent from the numbers between SND.UNA and SND.NXT",
        excludes="a SYN with more text than W: what LISTEN holds of it reaches into another incarnation's numbers",
    )


def syn_at_iss(network: UnboundedNetwork) -> Lemma:
    """A SYN has its sender's ISS as its number, and nothing else has."""

    def said(m: Carried, *_: End) -> z3.BoolRef:
        return z3.Implies(z3.Not(m.x.rst), m.x.syn == (m.x.seq == m.iss))

    return Lemma(
        "syn-at-iss",
        of_segments(network, said),
        why="a SYN is sent with SEG.SEQ = ISS; all else is sent after it",
        excludes="a SYN in the middle of a connection's numbers: LISTEN would take its number for an ISN",
    )


def ack_range(network: UnboundedNetwork) -> Lemma:
    """An acknowledgment is of the incarnation whose SYN its sender has accepted: IRS+1 to IRS+W."""

    def said(m: Carried, *_: End) -> z3.BoolRef:
        acknowledged = m.x.ackno - m.irs
        return z3.Implies(is_ack(m), z3.And(z3.UGE(acknowledged, 1), z3.ULE(acknowledged, network.most)))

    return Lemma(
        "ack-range",
        of_segments(network, said),
        why="SEG.ACK is RCV.NXT",
        excludes="a segment that acknowledges what its sender has never received",
    )


def apart(network: UnboundedNetwork) -> Lemma:
    """Two incarnations of one side of which a TCB still knows are the same, or W+window apart."""

    def said(end: End, other: End) -> z3.BoolRef:
        known = z3.And(end.has_tcb, other.has_irs)
        return z3.Implies(known, network.same_or_apart(end.tcb.iss, other.tcb.irs))

    return Lemma(
        "apart",
        of_sides(network, said),
        why="freshness (b) when an ISN is chosen, `segments-apart` when a SYN is accepted",
        excludes="a half-open peer whose window reaches the new incarnation's numbers",
    )


def segments_apart(network: UnboundedNetwork) -> Lemma:
    """The incarnation that sent a segment is the one that a TCB knows, or W+window from it; so any two segments."""

    def from_own(m: Carried, end: End, _: End) -> z3.BoolRef:
        return z3.Implies(z3.And(z3.Not(m.x.rst), end.has_tcb), network.same_or_apart(m.iss, end.tcb.iss))

    def from_peer(m: Carried, _: End, other: End) -> z3.BoolRef:
        return z3.Implies(z3.And(z3.Not(m.x.rst), other.has_irs), network.same_or_apart(m.iss, other.tcb.irs))

    return Lemma(
        "segments-apart",
        (*of_segments(network, from_own), *of_segments(network, from_peer), *_two_segments(network)),
        why="freshness (a) when an ISN is chosen; a SYN that is accepted is itself such a segment",
        excludes="an old segment within the window: it would be acceptable to the new connection",
    )


def _two_segments(network: UnboundedNetwork) -> Iterator[LemmaPart]:
    for name, (m, n) in network.stored.items():
        live = z3.Not(z3.Or(m.x.rst, n.x.rst))
        yield LemmaPart(f"two segments of {name}", z3.Implies(live, network.same_or_apart(m.iss, n.iss)), (name, name))


def acks_apart(network: UnboundedNetwork) -> Lemma:
    """What a segment acknowledges is of the receiver's current incarnation, or W+window from it."""

    def said(m: Carried, _: End, other: End) -> z3.BoolRef:
        return z3.Implies(z3.And(is_ack(m), other.has_tcb), network.same_or_apart(m.irs, other.tcb.iss))

    return Lemma(
        "acks-apart",
        of_segments(network, said),
        why="freshness (a) when an ISN is chosen, `apart` when the acknowledgment is sent",
        excludes="an old acknowledgment of an earlier incarnation that acknowledges the new one's SYN",
    )


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


def within_window(network: UnboundedNetwork) -> Corollary:
    """An acceptable segment is of the incarnation whose SYN was accepted."""

    def said(m: Carried, _: End, other: End) -> z3.BoolRef:
        reaches = z3.And(other.has_irs, acceptable(m.x, other.tcb.rcv_nxt, network.window))
        return z3.Implies(z3.And(reaches, z3.Not(m.x.rst)), m.iss == other.tcb.irs)

    return Corollary(
        "within-window",
        of_segments(network, said),
        why="another incarnation is W+window away, and its numbers, RCV.NXT and the window do not bridge that",
        excludes="an old segment that is taken for a new one",
        by=("segments-apart", "segment-range", "receive-sequence"),
    )


def current_acknowledgment(network: UnboundedNetwork) -> Corollary:
    """What acknowledges something that is outstanding acknowledges the current incarnation."""

    def said(m: Carried, _: End, other: End) -> z3.BoolRef:
        tcb = other.tcb
        outstanding = z3.And(other.has_tcb, is_ack(m), acknowledges(m.x.ackno, tcb.snd_una, tcb.snd_nxt))
        return z3.Implies(outstanding, m.irs == tcb.iss)

    return Corollary(
        "current-acknowledgment",
        of_segments(network, said),
        why="another incarnation is W+window away, and neither what it acknowledges nor what is outstanding is",
        excludes="an old acknowledgment that is taken for a new one",
        by=("acks-apart", "ack-range", "send-sequence", "within-w"),
    )


def acknowledged_in_sequence(network: UnboundedNetwork) -> Corollary:
    """What acknowledges something that is outstanding is, as SND.UNA, not beyond SND.NXT."""

    def said(m: Carried, _: End, other: End) -> z3.BoolRef:
        tcb = other.tcb
        outstanding = z3.And(other.has_tcb, is_ack(m), acknowledges(m.x.ackno, tcb.snd_una, tcb.snd_nxt))
        return z3.Implies(outstanding, z3.ULE(m.x.ackno - tcb.iss, tcb.snd_nxt - tcb.iss))

    return Corollary(
        "acknowledged-in-sequence",
        of_segments(network, said),
        why="SND.UNA < SEG.ACK =< SND.NXT, and all three are numbers of one incarnation",
        excludes="an acknowledgment that moves SND.UNA beyond SND.NXT",
        by=("current-acknowledgment", "ack-range", "send-sequence", "within-w"),
    )


def taken_in_sequence(network: UnboundedNetwork) -> Corollary:
    """What is taken of a segment's text, after what SYN-RECEIVED holds, moves RCV.NXT to IRS+W at most.

    The segment is of the incarnation whose SYN was accepted.
    """

    def fits(m: Carried, other: End, rcv_nxt: z3.BitVecRef) -> z3.BoolRef:
        return z3.ULE(rcv_nxt + text_taken(m.x, rcv_nxt, network.window) - other.tcb.irs, network.most)

    def said(m: Carried, _: End, other: End) -> z3.BoolRef:
        current = z3.And(other.has_irs, m.iss == other.tcb.irs, z3.Not(m.x.rst))
        return z3.Implies(current, fits(m, other, other.tcb.rcv_nxt))

    def after_held_text(m: Carried, _: End, other: End) -> z3.BoolRef:
        current = z3.And(other.state_is("SYN-RECEIVED"), m.iss == other.tcb.irs, z3.Not(m.x.rst))
        return z3.Implies(current, fits(m, other, other.tcb.rcv_nxt + other.tcb.syn_text))

    return Corollary(
        "taken-in-sequence",
        (*of_segments(network, said), *of_segments(network, after_held_text)),
        why="it is taken up to the segment's last octet at most, and that is among its sender's W numbers",
        excludes="RCV.NXT beyond what the peer can ever send",
        by=("segment-range", "receive-sequence", "held-text"),
    )


COROLLARIES = (within_window, current_acknowledgment, acknowledged_in_sequence, taken_in_sequence)
"""What the lemmas say of a segment that an endpoint takes notice of: why old ones do no harm."""
