"""Freshness from time: a number that has rested for 2 MSL + H is fresh, for every MSL and H.

N is `any`, an arbitrary number of a side; what is said of it is said of every number. Its incarnation's last segment is
`spoke`. The segment may live for MSL; a TCB that believes in N is deleted H after the last one has arrived; what it has
sent may live for MSL once more. So 2 MSL + H after `spoke` no segment and no TCB carries N.
"""

from __future__ import annotations

import z3

from model.any_channel.network import NOW, Carried, End
from model.any_channel.timed import MSL, SILENCE, last_sent, listened, spoke
from model.engines.inductive.obligations import Lemma
from properties.proofs.lemma import is_ack, segments, sides, stated


@stated(
    Lemma, segments, why="what becomes older is lost", excludes="a segment from any time ago, which no waiting outlasts"
)
def young(m: Carried, *_: object) -> z3.BoolRef:
    """No segment in the network is older than MSL."""
    return m.more["sent"] + MSL >= NOW


@stated(
    Lemma,
    sides,
    why="time does not run backwards",
    excludes="N speaks, and that it spoke is now longer ago than before",
)
def spoken(end: End, *_: object) -> z3.BoolRef:
    """N has spoken when its side last sent something, or before; and not in the future."""
    return z3.And(spoke(end) <= last_sent(end), last_sent(end) <= NOW)


@stated(Lemma, segments, why="whoever sends under N speaks", excludes="a segment of N that was sent while N rested")
def sent_by_then(m: Carried, end: End, *_: object) -> z3.BoolRef:
    """A segment of N was sent when N last spoke, or before."""
    return z3.Implies(z3.And(z3.Not(m.x.rst), m.iss == end.any), m.more["sent"] <= spoke(end))


@stated(
    Lemma,
    sides,
    why="what it has heard was `sent-by-then` and `young`; IRS is the ISN of the SYN's sender (`syn-at-iss`)",
    excludes="a TCB that takes itself for N's peer, and has heard of it long after N's last segment",
)
def heard_by_then(end: End, other: End, *_: object) -> z3.BoolRef:
    """A TCB that believes in N has heard of it MSL after it last spoke, or before."""
    believes = z3.And(end.has_irs, end.tcb.irs == other.any)
    return z3.Implies(believes, listened(end) <= spoke(other) + MSL)


@stated(
    Lemma,
    sides,
    why="the rule of silence: time does not go on before the TCB is deleted",
    excludes="a half-open peer that waits for ever",
)
def silence_kept(end: End, *_: object) -> z3.BoolRef:
    """Every TCB has heard of its peer within H."""
    return z3.Implies(end.has_irs, listened(end) + SILENCE >= NOW)


@stated(
    Lemma,
    segments,
    why="its sender believed in N: `heard-by-then` and `silence-kept`",
    excludes="an acknowledgment of N from a peer that was never N's",
)
def answered_by_then(m: Carried, _: End, other: End, *__: object) -> z3.BoolRef:
    """An acknowledgment of N was sent MSL + H after N last spoke, or before."""
    return z3.Implies(z3.And(is_ack(m), m.irs == other.any), m.more["sent"] <= spoke(other) + MSL + SILENCE)


REST = (young, spoken, sent_by_then, heard_by_then, silence_kept, answered_by_then)
