"""Proofs for every channel and all sequence numbers: the lemmas of the properties in `opening`, each beside its own.

`older`, `heard` and `heard_by` are the ghosts of `model.any_channel.every_channel`.
"""

from __future__ import annotations

import z3

from model.any_channel.network import Carried, End, UnboundedNetwork
from model.engines.inductive.obligations import Lemma, LemmaPart
from properties.opening import agreement, client_can_receive, no_ghost_after_close, no_half_open
from properties.predicates import counts_syn_acknowledged
from properties.proofs.lemma import Theorem, is_ack, parts, segments, sides, stated
from properties.proofs.old_segments import CONNECTION, nothing_of_another

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
