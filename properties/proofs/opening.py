"""Proofs for every channel and all sequence numbers: the lemmas of the properties in `opening`, each beside its own.

`older`, `heard` and `heard_by` are the ghosts of `model.any_channel.network`. What a lemma says of one side it says of
both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import z3

from model.any_channel.network import Carried, End, UnboundedNetwork
from model.engines.inductive.obligations import Lemma, LemmaPart, Transition
from properties.proofs.invariant import LemmaOf, is_ack, of_segments, of_sides
from properties.proofs.old_segments import CONNECTION, counts, nothing_of_another


@dataclass(frozen=True)
class Theorem:
    """A property of every run, and the lemmas that it needs besides `invariant.BASE`; the last implies it.

    owes: of a property of steps, what each step owes.
    """

    lemmas: tuple[LemmaOf, ...]
    goal: Callable[[UnboundedNetwork], LemmaPart] | None
    owes: Callable[[UnboundedNetwork, Transition], tuple[LemmaPart, ...]] = lambda *_: ()


# -- client-can-receive: the peer that a TCB believes in, any incarnation of the other side, has accepted its SYN --


def accepted(network: UnboundedNetwork) -> Lemma:
    """A TCB whose IRS is the other side's ISS has accepted that SYN."""

    def said(end: End, other: End) -> z3.BoolRef:
        knows = z3.And(end.has_irs, other.has_tcb, end.tcb.irs == other.tcb.iss)
        return z3.Implies(z3.And(knows, end.tcb.iss == end.any), other.heard_by)

    return Lemma(
        "accepted",
        of_sides(network, said),
        why="IRS is set by accepting a SYN, and freshness (b) keeps the number from being chosen again meanwhile",
        excludes="an endpoint that acknowledges a SYN which it has never accepted",
    )


def acknowledgment_tells(network: UnboundedNetwork) -> Lemma:
    """The key: an acknowledgment of the current incarnation exists only if its sender has accepted the SYN."""

    def said(m: Carried, end: End, other: End) -> z3.BoolRef:
        of_current = z3.And(is_ack(m), other.has_tcb, m.irs == other.tcb.iss)
        return z3.Implies(z3.And(of_current, m.iss == end.any), other.heard_by)

    return Lemma(
        "acknowledgment-tells",
        of_segments(network, said),
        why="whoever acknowledges has IRS, so `accepted`; old ones are excluded by freshness (a)",
        excludes="an acknowledgment out of nowhere: SYN-RECEIVED would take it for the third segment",
    )


def counts_only_if_accepted(network: UnboundedNetwork) -> Lemma:
    """Who counts its SYN as acknowledged believes in an incarnation that has accepted it."""

    def said(end: End, other: End) -> z3.BoolRef:
        return z3.Implies(z3.And(counts(end), end.tcb.irs == other.any), end.heard_by)

    return Lemma(
        "counts-only-if-accepted",
        of_sides(network, said),
        why="only an acknowledgment of the SYN leads there, from the peer by SEG.SEQ, so `acknowledgment-tells`",
        excludes="an open end that nobody has heard, from which everything else could follow",
    )


def client_can_receive(network: UnboundedNetwork) -> LemmaPart:
    """S4."""
    parts = of_sides(
        network, lambda end, other: z3.Implies(z3.And(counts(end), end.tcb.irs == other.any), end.heard_by)
    )
    return LemmaPart("client-can-receive", z3.And(*(part.term for part in parts)))


# -- half-open: somebody has accepted the SYN of every open end --


def accepted_by_some(network: UnboundedNetwork) -> Lemma:
    """A TCB whose IRS is the other side's ISS: so somebody has accepted that SYN."""

    def said(end: End, other: End) -> z3.BoolRef:
        return z3.Implies(z3.And(end.has_irs, other.has_tcb, end.tcb.irs == other.tcb.iss), other.heard)

    return Lemma(
        "accepted-by-some",
        of_sides(network, said),
        why="as `accepted`",
        excludes="an endpoint that acknowledges a SYN which it has never accepted",
    )


def acknowledgment_tells_of_some(network: UnboundedNetwork) -> Lemma:
    """An acknowledgment of the current incarnation exists only if somebody has accepted its SYN."""

    def said(m: Carried, _: End, other: End) -> z3.BoolRef:
        return z3.Implies(z3.And(is_ack(m), other.has_tcb, m.irs == other.tcb.iss), other.heard)

    return Lemma(
        "acknowledgment-tells-of-some",
        of_segments(network, said),
        why="as `acknowledgment-tells`",
        excludes="an acknowledgment out of nowhere: SYN-RECEIVED would take it for the third segment",
    )


def counts_only_if_heard(network: UnboundedNetwork) -> Lemma:
    """Who counts its SYN as acknowledged has been heard by somebody."""
    return Lemma(
        "counts-only-if-heard",
        of_sides(network, lambda end, _: z3.Implies(counts(end), end.heard)),
        why="only an acknowledgment of the SYN leads there, so `acknowledgment-tells-of-some`",
        excludes="an open end that nobody has heard",
    )


def ghost(end: End, other: End) -> z3.BoolRef:
    """Open towards a dead peer, and nobody ever accepted a SYN of this incarnation."""
    dead = z3.Or(z3.Not(other.has_tcb), other.tcb.iss != end.tcb.irs)
    return z3.And(counts(end), dead, z3.Not(end.heard))


def no_half_open(network: UnboundedNetwork) -> LemmaPart:
    """S2."""
    parts = of_sides(network, lambda end, other: z3.Not(ghost(end, other)))
    return LemmaPart("half-open", z3.And(*(part.term for part in parts)))


def no_ghost_after_close(network: UnboundedNetwork) -> LemmaPart:
    """S5; whether the last connection ended in order may be anything: the property does not need to know."""
    parts = of_sides(
        network, lambda end, other: z3.Not(z3.And(ghost(end, other), z3.Bool(f"{end.name}.ended_in_order")))
    )
    return LemmaPart("ghost-after-close", z3.And(*(part.term for part in parts)))


# -- agreement: of two current incarnations the older is the only one that can have heard the newer --


def chosen_in_turn(network: UnboundedNetwork) -> Lemma:
    """Of two current incarnations one was chosen before the other."""
    ends = list(network.ends.values())
    ordered = z3.Implies(z3.And(*(end.has_tcb for end in ends)), z3.Or(*(end.older for end in ends)))
    return Lemma(
        "chosen-in-turn",
        (LemmaPart("of A and B", ordered),),
        why="whoever chooses an ISN is the newer one",
        excludes="two open ends of which none is older, and of which nothing is known",
    )


def only_the_older_has_heard(network: UnboundedNetwork) -> Lemma:
    """While the older one lives, an acknowledgment of the newer one's numbers is its own, and it has accepted them."""

    def said(m: Carried, end: End, other: End) -> z3.BoolRef:
        of_newer = z3.And(end.older, end.has_tcb, other.has_tcb, is_ack(m), m.irs == other.tcb.iss)
        has_heard = z3.And(m.iss == end.tcb.iss, end.has_irs, end.tcb.irs == other.tcb.iss)
        return z3.Implies(of_newer, has_heard)

    return Lemma(
        "only-the-older-has-heard",
        of_segments(network, said),
        why="when the newer one was chosen nobody knew its number, and since then the older one is all there was",
        excludes="an acknowledgment of the newer one by an incarnation that was dead before it was chosen",
    )


def open_only_to_the_older(network: UnboundedNetwork) -> Lemma:
    """While the older one lives, the newer one counts its SYN as acknowledged only if both know each other."""

    def said(end: End, other: End) -> z3.BoolRef:
        lives = z3.And(end.older, end.has_tcb, other.has_tcb)
        know = z3.And(other.tcb.irs == end.tcb.iss, end.has_irs, end.tcb.irs == other.tcb.iss)
        return z3.Implies(z3.And(lives, counts(other)), know)

    return Lemma(
        "open-only-to-the-older",
        of_sides(network, said),
        why="`only-the-older-has-heard` of the acknowledgment; an endpoint accepts one SYN in its life",
        excludes="two open ends at cross purposes",
    )


def agreement(network: UnboundedNetwork) -> LemmaPart:
    """Two open ends agree on both initial sequence numbers."""
    a, b = network.ends.values()
    both = z3.And(a.state_is("ESTABLISHED"), b.state_is("ESTABLISHED"))
    return LemmaPart("agreement", z3.Implies(both, z3.And(a.tcb.irs == b.tcb.iss, b.tcb.irs == a.tcb.iss)))


ACCEPTED = (accepted, acknowledgment_tells, counts_only_if_accepted)
HEARD = (accepted_by_some, acknowledgment_tells_of_some, counts_only_if_heard)
IN_TURN = (chosen_in_turn, only_the_older_has_heard, open_only_to_the_older)
THEOREMS: dict[str, Theorem] = {
    "client-can-receive": Theorem(ACCEPTED, client_can_receive),
    "half-open": Theorem(HEARD, no_half_open),
    "ghost-after-close": Theorem(HEARD, no_ghost_after_close),
    "old-duplicates-need-fresh-isns": Theorem(HEARD, no_half_open),
    "agreement": Theorem(IN_TURN, agreement),
    "no-old-segment-accepted": Theorem(CONNECTION, None, nothing_of_another),
}
"""The proofs, by the name of the claim."""
