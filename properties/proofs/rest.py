"""Freshness from time: a number that has rested for 2 MSL + H is fresh, for every MSL and H.

N is `any`, an arbitrary number of a side; what is said of it is said of every number. Its incarnation's last segment is
`spoke`. The segment may live for MSL; a TCB that believes in N is deleted H after the last one has arrived; what it has
sent may live for MSL once more. So 2 MSL + H after `spoke` no segment and no TCB carries N.
"""

from __future__ import annotations

from collections.abc import Callable

import z3

from model.any_channel.network import End
from model.any_channel.timed import MSL, NOW, SILENCE, TimedCarried, TimedNetwork, last_sent, listened, spoke
from model.engines.inductive.obligations import Lemma, LemmaPart
from properties.proofs.invariant import is_ack, of_sides


def of_timed(network: TimedNetwork, said: Callable[[TimedCarried, End, End], z3.BoolRef]) -> tuple[LemmaPart, ...]:
    """A formula about any segment, its sender's side and its receiver's."""
    return tuple(
        LemmaPart(f"a segment of {end.name}", said(network.stored[end.name][0], end, network.other(end)), (end.name,))
        for end in network.ends.values()
    )


def young(network: TimedNetwork) -> Lemma:
    """No segment in the network is older than MSL."""

    def said(m: TimedCarried, *_: End) -> z3.BoolRef:
        return m.sent + MSL >= NOW

    return Lemma(
        "young",
        of_timed(network, said),
        why="what becomes older is lost",
        excludes="a segment from any time ago, which no waiting outlasts",
    )


def spoken(network: TimedNetwork) -> Lemma:
    """N has spoken when its side last sent something, or before; and not in the future."""
    return Lemma(
        "spoken",
        of_sides(network, lambda end, _: z3.And(spoke(end) <= last_sent(end), last_sent(end) <= NOW)),
        why="time does not run backwards",
        excludes="N speaks, and that it spoke is now longer ago than before",
    )


def sent_by_then(network: TimedNetwork) -> Lemma:
    """A segment of N was sent when N last spoke, or before."""

    def said(m: TimedCarried, end: End, _: End) -> z3.BoolRef:
        return z3.Implies(z3.And(z3.Not(m.x.rst), m.iss == end.any), m.sent <= spoke(end))

    return Lemma(
        "sent-by-then",
        of_timed(network, said),
        why="whoever sends under N speaks",
        excludes="a segment of N that was sent while N rested",
    )


def heard_by_then(network: TimedNetwork) -> Lemma:
    """A TCB that believes in N has heard of it MSL after it last spoke, or before."""

    def said(end: End, other: End) -> z3.BoolRef:
        believes = z3.And(end.has_irs, end.tcb.irs == other.any)
        return z3.Implies(believes, listened(end) <= spoke(other) + MSL)

    return Lemma(
        "heard-by-then",
        of_sides(network, said),
        why="what it has heard was `sent-by-then` and `young`; IRS is the ISN of the SYN's sender (`syn-at-iss`)",
        excludes="a TCB that takes itself for N's peer, and has heard of it long after N's last segment",
    )


def silence_kept(network: TimedNetwork) -> Lemma:
    """Every TCB has heard of its peer within H."""
    return Lemma(
        "silence-kept",
        of_sides(network, lambda end, _: z3.Implies(end.has_irs, listened(end) + SILENCE >= NOW)),
        why="the rule of silence: time does not go on before the TCB is deleted",
        excludes="a half-open peer that waits for ever",
    )


def answered_by_then(network: TimedNetwork) -> Lemma:
    """An acknowledgment of N was sent MSL + H after N last spoke, or before."""

    def said(m: TimedCarried, _: End, other: End) -> z3.BoolRef:
        return z3.Implies(z3.And(is_ack(m), m.irs == other.any), m.sent <= spoke(other) + MSL + SILENCE)

    return Lemma(
        "answered-by-then",
        of_timed(network, said),
        why="its sender believed in N: `heard-by-then` and `silence-kept`",
        excludes="an acknowledgment of N from a peer that was never N's",
    )


REST = (young, spoken, sent_by_then, heard_by_then, silence_kept, answered_by_then)
