"""No segment of an old connection is accepted, for every channel: the lemmas, and what a step that takes one owes.

A connection is a pair of numbers, the ISS of both sides. A segment is of the connection under which it was sent: its
sender's ISS and, if it acknowledges, its sender's IRS (the ghosts `iss` and `irs` of `model.any_channel.network`).
"""

from __future__ import annotations

import z3

from model.any_channel.network import Carried, End, UnboundedNetwork
from model.engines.inductive.obligations import Lemma, LemmaPart, Transition
from properties.predicates import counts_syn_acknowledged
from properties.proofs.lemma import is_ack, segments, sides, stated, two_segments


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
