"""TIME-WAIT outlasts LAST-ACK, for every MSL, delay, RTO and number of losses: the lemmas of `last-ack-answered`.

The argument: every FIN of B that finds A in TIME-WAIT is answered. If one of these answers is not lost, B has it within
D. If all are lost, B's timer has been running since the last one or before, B has sent its FIN again RTO later, and
again for every loss; one of these FINs is under way to A, or will be.

If B sends text before its FIN, the answer to what has come before the FIN starts B's timer again, up to D after
TIME-WAIT has begun; and what B sends again may be text, which restarts no TIME-WAIT: its answer may come 2 D later.
"""

from __future__ import annotations

from collections.abc import Iterator

import z3

from model.any_channel.closing import (
    ACK,
    COST,
    DELAY,
    FIN,
    LOSSES,
    RTO,
    SENT,
    STATES,
    WAITING,
    fin,
    first,
    fits,
    has_text,
)
from model.any_channel.network import NOW, Carried, End, UnboundedNetwork
from model.core.property import Property, always
from model.engines.inductive.obligations import Lemma, LemmaPart, Transition
from properties.proofs.lemma import of_any, parts, stated


def both(network: UnboundedNetwork) -> tuple[End, End]:
    """A, which has closed first, and B."""
    a, b = network.sides.values()
    return a, b


def any_of_each(network: UnboundedNetwork) -> tuple[Carried, Carried]:
    """Any segment of A, and any of B."""
    return network.stored["A"][0], network.stored["B"][0]


def plain(m: Carried) -> z3.BoolRef:
    """An acknowledgment without SYN."""
    return z3.And(m.x.ack, z3.Not(m.x.syn))


@stated(
    Lemma,
    parts,
    why="A has nothing left to send, B its text, if there is any, and FIN",
    excludes="an acknowledgment of what A has not received, and a FIN that A takes for something else",
)
def numbers(network: UnboundedNetwork) -> Iterator[LemmaPart]:
    """Both sides' numbers, by state: A has received what B has sent, or a part of it, and B knows of a part of that."""
    a, b = both(network)
    una, nxt, got, end = (n - first(b) for n in (b.tcb.snd_una, b.tcb.snd_nxt, a.tcb.rcv_nxt, fin(b)))
    done = z3.And(a.tcb.snd_una == fin(a) + 1, a.tcb.snd_nxt == fin(a) + 1)
    heard = z3.And(b.tcb.rcv_nxt == fin(a) + 1, fits(network), z3.ULE(una, end))
    said = {
        (a, "FIN-WAIT-2"): z3.And(done, z3.ULE(got, end), z3.ULE(una, got)),
        (a, "TIME-WAIT"): z3.And(done, a.tcb.rcv_nxt == fin(b) + 1),
        (b, "CLOSE-WAIT"): z3.And(heard, z3.ULE(nxt, end), z3.ULE(una, nxt), z3.ULE(got, nxt)),
        (b, "LAST-ACK"): z3.And(heard, b.tcb.snd_nxt == fin(b) + 1),
    }
    for (side, state), term in said.items():
        yield LemmaPart(f"{side.name} in {state}", z3.Implies(side.state_is(state), term))


@stated(
    Lemma,
    parts,
    why="they are sent from the numbers of `numbers`",
    excludes="text beyond the FIN; where there is none before it, any text, whose acknowledgment starts B's timer",
)
def segments(network: UnboundedNetwork) -> Iterator[LemmaPart]:
    """Only text and FINs of B, and what acknowledges them, a FIN alone if there is no text; and resets."""
    (a, b), (m, n) = both(network), any_of_each(network)
    end, acked, seq = (number - first(b) for number in (fin(b), m.x.ackno, n.x.seq))
    known = z3.Implies(a.state_is("FIN-WAIT-2"), z3.ULE(acked, a.tcb.rcv_nxt - first(b)))
    bare = z3.And(plain(m), m.x.text == 0, z3.Not(m.x.fin), m.x.seq == fin(a) + 1)
    partial = z3.And(end != 0, z3.ULE(acked, end))
    yield of_any("A", z3.Or(m.x.rst, z3.And(bare, z3.Or(m.x.ackno == fin(b) + 1, partial), known)))
    fits_in = z3.And(z3.ULE(seq, end), z3.ULE(n.x.text, end - seq))
    is_fin = z3.And(n.x.text == 0, n.x.seq == fin(b))
    sent = z3.Implies(b.state_is("CLOSE-WAIT"), z3.ULE(seq + n.x.text, b.tcb.snd_nxt - first(b)))
    either = z3.If(n.x.fin, is_fin, n.x.text != 0)
    yield of_any("B", z3.Or(n.x.rst, z3.And(plain(n), n.x.ackno == fin(a) + 1, fits_in, either, sent)))


@stated(
    Lemma,
    parts,
    why="each step of the close takes a segment of the one before it; TIME-WAIT is long enough: `answer-comes`",
    excludes="a reset, from an A that is CLOSED or by mistake, that meets LAST-ACK",
)
def in_turn(network: UnboundedNetwork) -> Iterator[LemmaPart]:
    """A is in TIME-WAIT only when B has sent its FIN, and gone only when B is."""
    (a, b), (m, n) = both(network), any_of_each(network)
    waits, open_, gone = a.state_is("FIN-WAIT-2"), b.state_is("CLOSE-WAIT"), b.state_is("CLOSED")
    yield LemmaPart("states", z3.And(*(side.state_is(*STATES[side.name]) for side in (a, b))))
    yield LemmaPart("A waits for B", z3.And(z3.Implies(waits, z3.Not(gone)), z3.Implies(open_, waits)))
    yield LemmaPart("A outlasts B", z3.Implies(a.state_is("CLOSED"), gone))
    yield of_any("A", z3.If(m.x.rst, gone, z3.Implies(m.x.ackno == fin(b) + 1, z3.Not(waits))))
    yield of_any("B", z3.If(n.x.rst, gone, z3.Implies(n.x.fin, z3.Not(open_))))


@stated(
    Lemma,
    parts,
    why="time does not go on before what is due has happened",
    excludes="a FIN that is not sent again, or that is under way for longer than D; text that is acknowledged so late"
    " that B's timer starts again much later",
)
def in_time(network: UnboundedNetwork) -> Iterator[LemmaPart]:
    """No promise is overdue, losses cost what they may; in TIME-WAIT what acknowledges text alone was sent before."""
    (a, b), (m, n) = both(network), any_of_each(network)
    sent = z3.Implies(b.state_is("LAST-ACK"), z3.And(SENT <= NOW, SENT + RTO >= NOW))
    coming = [z3.Implies(one.coming, z3.And(one.since <= NOW, one.arrives_by(NOW))) for one in (FIN, ACK)]
    yield LemmaPart("timers", z3.And(sent, *coming))
    yield LemmaPart("losses", z3.And(COST >= 0, COST <= LOSSES))
    yield of_any("B", z3.Implies(z3.And(z3.Not(n.x.rst), n.more["doomed"]), COST >= RTO))
    if has_text(network):
        at, partial = m.more["at"], z3.And(z3.Not(m.x.rst), m.x.ackno != fin(b) + 1)
        yield of_any("A", z3.And(at <= NOW, at + DELAY >= NOW))
        yield of_any("A", z3.Implies(z3.And(a.state_is("TIME-WAIT"), partial), at <= WAITING))


@stated(
    Lemma,
    parts,
    why="in TIME-WAIT all is answered; a lost answer, text or FIN costs one RTO until it is sent once more; where there"
    " is text, B's timer starts again within D",
    excludes="a LAST-ACK of which nobody in TIME-WAIT will ever hear",
)
def answer_comes(network: UnboundedNetwork) -> Iterator[LemmaPart]:
    """While A is in TIME-WAIT and B in LAST-ACK, the last ACK is under way, or B sends again in time."""
    (a, b), text, once = both(network), has_text(network), network.config.time_wait_restart
    late = LOSSES + 2 * DELAY if text else z3.RealVal(0) if once else LOSSES + DELAY
    answered = z3.And(ACK.coming, ACK.since <= WAITING + late)
    bound = WAITING + DELAY + COST if text else WAITING + COST
    again = z3.If(FIN.coming, FIN.since <= bound, bound >= SENT + RTO)
    waiting = z3.And(a.state_is("TIME-WAIT"), b.state_is("LAST-ACK"))
    said = z3.Implies(waiting, z3.And(WAITING <= NOW, z3.Or(answered, z3.And(COST >= RTO, again))))
    yield LemmaPart("an ACK or a FIN", said)


CLOSING = (numbers, segments, in_turn, in_time, answer_comes)


def outlasts(network: UnboundedNetwork) -> Property:
    """While B is in LAST-ACK, A is there to answer."""
    a, b = both(network)
    return always("last-ack-answered", z3.Implies(b.state_is("LAST-ACK"), a.state_is("FIN-WAIT-2", "TIME-WAIT")))


def never_reset(network: UnboundedNetwork, step: Transition) -> tuple[LemmaPart, ...]:
    """A reset does not arrive in LAST-ACK, and a FIN that arrives in TIME-WAIT is acknowledged at once.

    What a step owes; that B ends is a statement about infinite runs, and not among them.
    """
    a, b = both(network)
    if step.arrives == "A":
        return (LemmaPart("last-ack-answered", z3.Not(z3.And(b.state_is("LAST-ACK"), network.arriving["A"].x.rst))),)
    if step.arrives != "B":
        return ()
    x, answer = network.arriving["B"].x, z3.BoolVal(False)
    if step.sends is not None:
        _, sent = step.sends
        rcv_nxt = step.update.get("A.rcv_nxt", a.tcb.rcv_nxt)
        answer = z3.And(step.sends_when, sent["ack"], z3.Not(sent["rst"]), sent["ackno"] == rcv_nxt)
    again = z3.And(a.state_is("TIME-WAIT"), x.fin, x.ack, z3.Not(x.rst))
    return (LemmaPart("fin-acknowledged", z3.Implies(again, answer)),)
