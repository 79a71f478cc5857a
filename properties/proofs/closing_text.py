"""TIME-WAIT outlasts LAST-ACK although B sends text before its FIN: the lemmas.

As in `closing`, but the answer to what has come before the FIN starts B's timer again, up to D after TIME-WAIT
has begun; and what B sends again may be text, which restarts no TIME-WAIT: its answer may come 2 D later.
"""

from __future__ import annotations

import z3

from model.any_channel.closing import ACK, COST, DELAY, FIN, LOSSES, NOW, RTO, SENT, STATES, WAITING
from model.any_channel.closing_text import TextNetwork
from model.any_channel.network import End
from model.engines.inductive.obligations import Lemma, LemmaPart
from properties.proofs.closing import of_any


def both(network: TextNetwork) -> tuple[End, End]:
    """A, which has closed first, and B."""
    a, b = network.ends.values()
    return a, b


def numbers(network: TextNetwork) -> Lemma:
    """Both sides' numbers, by state: A has received what B has sent, or a part of it, and B knows of a part of that."""
    a, b = both(network)
    last, place = network.last, network.place
    end = place(last["B"])
    una, nxt, got = place(b.tcb.snd_una), place(b.tcb.snd_nxt), place(a.tcb.rcv_nxt)
    done = z3.And(a.tcb.snd_una == last["A"] + 1, a.tcb.snd_nxt == last["A"] + 1)
    heard = z3.And(b.tcb.rcv_nxt == last["A"] + 1, network.fits(b), z3.ULE(una, end))
    said = {
        "A in FIN-WAIT-2": z3.Implies(a.state_is("FIN-WAIT-2"), z3.And(done, z3.ULE(got, end), z3.ULE(una, got))),
        "A in TIME-WAIT": z3.Implies(a.state_is("TIME-WAIT"), z3.And(done, a.tcb.rcv_nxt == last["B"] + 1)),
        "B in CLOSE-WAIT": z3.Implies(
            b.state_is("CLOSE-WAIT"), z3.And(heard, z3.ULE(nxt, end), z3.ULE(una, nxt), z3.ULE(got, nxt))
        ),
        "B in LAST-ACK": z3.Implies(b.state_is("LAST-ACK"), z3.And(heard, b.tcb.snd_nxt == last["B"] + 1)),
    }
    return Lemma(
        "numbers",
        tuple(LemmaPart(k, v) for k, v in said.items()),
        why="A has nothing left to send, B its text and FIN",
        excludes="an acknowledgment of what A has not received",
    )


def segments(network: TextNetwork) -> Lemma:
    """Only text and FINs of B, and what acknowledges them; and resets."""
    a, b = both(network)
    m, n = network.stored["A"][0], network.stored["B"][0]
    last, place = network.last, network.place
    end = place(last["B"])
    full = m.x.ackno == last["B"] + 1
    a_sends = z3.And(
        m.x.ack,
        z3.Not(m.x.syn),
        m.x.text == 0,
        z3.Not(m.x.fin),
        m.x.seq == last["A"] + 1,
        z3.Or(full, z3.ULE(place(m.x.ackno), end)),
        z3.Implies(a.state_is("FIN-WAIT-2"), z3.ULE(place(m.x.ackno), place(a.tcb.rcv_nxt))),
    )
    fits = z3.And(z3.ULE(place(n.x.seq), end), z3.ULE(n.x.text, end - place(n.x.seq)))
    fin = z3.And(n.x.text == 0, n.x.seq == last["B"])
    sent = z3.ULE(place(n.x.seq) + n.x.text, place(b.tcb.snd_nxt))
    b_sends = z3.And(
        n.x.ack,
        z3.Not(n.x.syn),
        n.x.ackno == last["A"] + 1,
        fits,
        z3.If(n.x.fin, fin, n.x.text != 0),
        z3.Implies(b.state_is("CLOSE-WAIT"), sent),
    )
    return Lemma(
        "segments",
        (of_any("A", z3.Or(m.x.rst, a_sends)), of_any("B", z3.Or(n.x.rst, b_sends))),
        why="they are sent from the numbers of `numbers`",
        excludes="text beyond the FIN",
    )


def in_turn(network: TextNetwork) -> Lemma:
    """A is in TIME-WAIT only when B has sent its FIN, and gone only when B is."""
    a, b = both(network)
    m, n = network.stored["A"][0], network.stored["B"][0]
    waits, gone = a.state_is("FIN-WAIT-2"), b.state_is("CLOSED")
    full = m.x.ackno == network.last["B"] + 1
    before = z3.And(*(end.state_is(*STATES[end.name]) for end in (a, b)))
    return Lemma(
        "in-turn",
        (
            LemmaPart("states", before),
            LemmaPart(
                "A waits for B", z3.And(z3.Implies(waits, z3.Not(gone)), z3.Implies(b.state_is("CLOSE-WAIT"), waits))
            ),
            LemmaPart("A outlasts B", z3.Implies(a.state_is("CLOSED"), gone)),
            of_any("A", z3.If(m.x.rst, gone, z3.Implies(full, z3.Not(waits)))),
            of_any("B", z3.If(n.x.rst, gone, z3.Implies(n.x.fin, z3.Not(b.state_is("CLOSE-WAIT"))))),
        ),
        why="each step of the close takes a segment of the one before it; TIME-WAIT is long enough: `answer-comes`",
        excludes="a reset, from an A that is CLOSED, that meets LAST-ACK",
    )


def in_time(network: TextNetwork) -> Lemma:
    """No promise is overdue; in TIME-WAIT what acknowledges text alone was sent before."""
    a, b = both(network)
    m, n = network.stored["A"][0], network.stored["B"][0]
    sent = z3.Implies(b.state_is("LAST-ACK"), z3.And(SENT <= NOW, SENT + RTO >= NOW))
    coming = [z3.Implies(one.coming, z3.And(one.since <= NOW, one.arrives_by(NOW))) for one in (FIN, ACK)]
    partial = z3.And(z3.Not(m.x.rst), m.x.ackno != network.last["B"] + 1)
    return Lemma(
        "in-time",
        (
            LemmaPart("timers", z3.And(sent, *coming)),
            LemmaPart("losses", z3.And(COST >= 0, COST <= LOSSES)),
            of_any("B", z3.Implies(z3.And(z3.Not(n.x.rst), n.doomed), COST >= RTO)),
            of_any("A", z3.And(m.at <= NOW, m.at + DELAY >= NOW)),
            of_any("A", z3.Implies(z3.And(a.state_is("TIME-WAIT"), partial), m.at <= WAITING)),
        ),
        why="time does not go on before what is due has happened",
        excludes="text that is acknowledged so late that B's timer starts again much later",
    )


def answer_comes(network: TextNetwork) -> Lemma:
    """While A is in TIME-WAIT and B in LAST-ACK, the last ACK is under way, or B sends again in time."""
    a, b = both(network)
    late = LOSSES + 2 * DELAY
    answered = z3.And(ACK.coming, ACK.since <= WAITING + late)
    bound = WAITING + DELAY + COST
    again = z3.If(FIN.coming, FIN.since <= bound, bound >= SENT + RTO)
    waiting = z3.And(a.state_is("TIME-WAIT"), b.state_is("LAST-ACK"))
    said = z3.Implies(waiting, z3.And(WAITING <= NOW, z3.Or(answered, z3.And(COST >= RTO, again))))
    return Lemma(
        "answer-comes",
        (LemmaPart("an ACK or text or FIN", said),),
        why="in TIME-WAIT all is answered; B's timer starts again within D, and each loss costs one RTO",
        excludes="a LAST-ACK of which nobody in TIME-WAIT will ever hear",
    )


CLOSING_TEXT = (numbers, segments, in_turn, in_time, answer_comes)
