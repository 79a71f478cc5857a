"""The theorems for every channel and all sequence numbers, each with its lemmas: of the opening, and of old segments.

`older`, `heard` and `heard_by` are the ghosts of `model.any_channel.every_channel`. A connection is a pair of numbers,
the ISS of both sides. A segment is of the connection under which it was sent: its sender's ISS and, if it acknowledges,
its sender's IRS (the ghosts `iss` and `irs` of `model.any_channel.network`).
"""

from __future__ import annotations

import z3

from model.any_channel.network import Carried, End, UnboundedNetwork
from model.engines.inductive.obligations import Lemma, LemmaPart, Transition
from properties.opening import agreement, client_can_receive, no_ghost_after_close, no_half_open
from properties.predicates import counts_syn_acknowledged
from properties.proofs.lemma import Theorem, is_ack, parts, segments, sides, stated, two_segments


@stated(
    Lemma,
    segments,
    why="an incarnation accepts one SYN in its life; freshness (a) leaves none of an earlier one of its number",
    excludes="an endpoint one of whose segments acknowledges somebody else than its peer",
)
def own_acknowledgments(m: Carried, end: End, *_: object) -> z3.BoolRef:
    """What an incarnation that lives has sent with ACK, it has sent under its IRS."""
    own = z3.And(is_ack(m), end.has_tcb, m.iss == end.tcb.iss)
    return z3.Implies(own, z3.And(end.has_irs, m.irs == end.tcb.irs))


@stated(
    Lemma,
    two_segments,
    why="`own-acknowledgments` of the one that is sent; the other was sent by the same incarnation",
    excludes="a peer that has been in two connections under one number",
)
def one_peer(m: Carried, n: Carried, _: object) -> z3.BoolRef:
    """Two segments with ACK that were sent under one ISS were sent under one IRS."""
    return z3.Implies(z3.And(is_ack(m), is_ack(n), m.iss == n.iss), m.irs == n.irs)


@stated(
    Lemma,
    segments,
    why="the segment that has acknowledged the SYN was the peer's and of this connection, so all are: `one-peer`",
    excludes=(
        "an open end whose peer has answered an earlier incarnation under the same number; there is none under"
        " the assumptions here, but with ISNs nearer by one exactly three obligations are left open thanks to it"
    ),
)
def acknowledged_by_peer(m: Carried, _: End, other: End, *__: object) -> z3.BoolRef:
    """Who counts its SYN as acknowledged: every acknowledgment of its peer acknowledges it."""
    of_peer = z3.And(is_ack(m), counts_syn_acknowledged(other), m.iss == other.tcb.irs)
    return z3.Implies(of_peer, m.irs == other.tcb.iss)


@stated(
    Lemma,
    sides,
    why="that segment carried its sender's IRS: `own-acknowledgments`",
    excludes="an open end whose peer lives in another connection, and will send its segments",
)
def peer_knows(end: End, other: End, *_: object) -> z3.BoolRef:
    """Who counts its SYN as acknowledged: its peer, while it lives, has its number."""
    lives = z3.And(counts_syn_acknowledged(end), other.has_tcb, other.tcb.iss == end.tcb.irs)
    return z3.Implies(lives, z3.And(other.has_irs, other.tcb.irs == end.tcb.iss))


CONNECTION = (own_acknowledgments, one_peer, acknowledged_by_peer, peer_knows)


def nothing_of_another(network: UnboundedNetwork, step: Transition) -> tuple[LemmaPart, ...]:
    """No segment of another connection than one's own changes the state, SND.UNA or RCV.NXT (a RST apart).

    The obligations of one step; a step that takes no segment has none. Who has no IRS yet is bound by what is
    acknowledged, and who has no TCB by nothing: LISTEN takes a SYN of any age.
    """
    if not step.arrives:
        return ()
    end = network.other(network.sides[step.arrives])
    x = network.arriving[step.arrives]
    looked_at = {"state": end.state, "snd_una": end.tcb.snd_una, "rcv_nxt": end.tcb.rcv_nxt}
    after = {name: step.update.get(f"{end.name}.{name}", term) for name, term in looked_at.items()}
    changed = z3.Or(*(after[name] != term for name, term in looked_at.items()))
    by_another = z3.And(z3.Not(x.x.rst), end.has_irs, x.iss != end.tcb.irs)
    to_another = z3.And(is_ack(x), end.has_tcb, x.irs != end.tcb.iss)
    return (
        LemmaPart("no segment of another peer accepted", z3.Implies(by_another, z3.Not(changed))),
        LemmaPart("no acknowledgment of another connection accepted", z3.Implies(to_another, z3.Not(changed))),
    )


# -- client-can-receive: the peer that a TCB believes in, any incarnation of the other side, has accepted its SYN --


@stated(
    Lemma,
    sides,
    why="IRS is set by accepting a SYN, and freshness (b) keeps the number from being chosen again meanwhile",
    excludes="an endpoint that acknowledges a SYN which it has never accepted",
)
def accepted(end: End, other: End, *_: object) -> z3.BoolRef:
    """A TCB whose IRS is the other side's ISS has accepted that SYN."""
    knows = z3.And(end.has_irs, other.has_tcb, end.tcb.irs == other.tcb.iss)
    return z3.Implies(z3.And(knows, end.tcb.iss == end.any), other.heard_by)


@stated(
    Lemma,
    segments,
    why="whoever acknowledges has IRS, so `accepted`; old ones are excluded by freshness (a)",
    excludes="an acknowledgment out of nowhere: SYN-RECEIVED would take it for the third segment",
)
def acknowledgment_tells(m: Carried, end: End, other: End, *_: object) -> z3.BoolRef:
    """The key: an acknowledgment of the current incarnation exists only if its sender has accepted the SYN."""
    of_current = z3.And(is_ack(m), other.has_tcb, m.irs == other.tcb.iss)
    return z3.Implies(z3.And(of_current, m.iss == end.any), other.heard_by)


@stated(
    Lemma,
    sides,
    why="only an acknowledgment of the SYN leads there, from the peer by SEG.SEQ, so `acknowledgment-tells`",
    excludes="an open end that nobody has heard, from which everything else could follow",
)
def counts_only_if_accepted(end: End, other: End, *_: object) -> z3.BoolRef:
    """Who counts its SYN as acknowledged believes in an incarnation that has accepted it."""
    return z3.Implies(z3.And(counts_syn_acknowledged(end), end.tcb.irs == other.any), end.heard_by)


# -- half-open: somebody has accepted the SYN of every open end --


@stated(Lemma, sides, why="as `accepted`", excludes="an endpoint that acknowledges a SYN which it has never accepted")
def accepted_by_some(end: End, other: End, *_: object) -> z3.BoolRef:
    """A TCB whose IRS is the other side's ISS: so somebody has accepted that SYN."""
    return z3.Implies(z3.And(end.has_irs, other.has_tcb, end.tcb.irs == other.tcb.iss), other.heard)


@stated(
    Lemma,
    segments,
    why="as `acknowledgment-tells`",
    excludes="an acknowledgment out of nowhere: SYN-RECEIVED would take it for the third segment",
)
def acknowledgment_tells_of_some(m: Carried, _: End, other: End, *__: object) -> z3.BoolRef:
    """An acknowledgment of the current incarnation exists only if somebody has accepted its SYN."""
    return z3.Implies(z3.And(is_ack(m), other.has_tcb, m.irs == other.tcb.iss), other.heard)


@stated(
    Lemma,
    sides,
    why="only an acknowledgment of the SYN leads there, so `acknowledgment-tells-of-some`",
    excludes="an open end that nobody has heard",
)
def counts_only_if_heard(end: End, *_: object) -> z3.BoolRef:
    """Who counts its SYN as acknowledged has been heard by somebody."""
    return z3.Implies(counts_syn_acknowledged(end), end.heard)


# -- agreement: of two current incarnations the older is the only one that can have heard the newer --


@stated(
    Lemma,
    parts,
    why="whoever chooses an ISN is the newer one",
    excludes="two open ends of which none is older, and of which nothing is known",
)
def chosen_in_turn(network: UnboundedNetwork) -> tuple[LemmaPart, ...]:
    """Of two current incarnations one was chosen before the other."""
    a, b = network.sides.values()
    return (LemmaPart("of A and B", z3.Implies(z3.And(a.has_tcb, b.has_tcb), z3.Or(a.older, b.older))),)


@stated(
    Lemma,
    segments,
    why="when the newer one was chosen nobody knew its number, and since then the older one is all there was",
    excludes="an acknowledgment of the newer one by an incarnation that was dead before it was chosen",
)
def only_the_older_has_heard(m: Carried, end: End, other: End, *_: object) -> z3.BoolRef:
    """While the older one lives, an acknowledgment of the newer one's numbers is its own, and it has accepted them."""
    of_newer = z3.And(end.older, end.has_tcb, other.has_tcb, is_ack(m), m.irs == other.tcb.iss)
    has_heard = z3.And(m.iss == end.tcb.iss, end.has_irs, end.tcb.irs == other.tcb.iss)
    return z3.Implies(of_newer, has_heard)


@stated(
    Lemma,
    sides,
    why="`only-the-older-has-heard` of the acknowledgment; an endpoint accepts one SYN in its life",
    excludes="two open ends at cross purposes",
)
def open_only_to_the_older(end: End, other: End, *_: object) -> z3.BoolRef:
    """While the older one lives, the newer one counts its SYN as acknowledged only if both know each other."""
    lives = z3.And(end.older, end.has_tcb, other.has_tcb)
    know = z3.And(other.tcb.irs == end.tcb.iss, end.has_irs, end.tcb.irs == other.tcb.iss)
    return z3.Implies(z3.And(lives, counts_syn_acknowledged(other)), know)


ACCEPTED = (accepted, acknowledgment_tells, counts_only_if_accepted)
HEARD = (accepted_by_some, acknowledgment_tells_of_some, counts_only_if_heard)
IN_TURN = (chosen_in_turn, only_the_older_has_heard, open_only_to_the_older)
THEOREMS: dict[str, Theorem] = {
    "client-can-receive": Theorem(ACCEPTED, client_can_receive),
    "half-open": Theorem(HEARD, no_half_open),
    "ghost-after-close": Theorem(HEARD, no_ghost_after_close),
    "old-duplicates-need-fresh-isns": Theorem(HEARD, no_half_open),
    "agreement": Theorem(IN_TURN, agreement),
    "no-old-segment-accepted": Theorem(CONNECTION, owes=nothing_of_another),
}
"""The proofs, by the name of the claim; `invariant.BASE` is proved before."""
