"""TIME-WAIT outlasts LAST-ACK, for every MSL, delay, RTO and number of losses: the lemmas of `last-ack-answered`.

The argument: every FIN of B that finds A in TIME-WAIT is answered. If one of these answers is not lost, B has it within
D. If all are lost, B's timer has been running since the last one or before, B has sent its FIN again RTO later, and
again for every loss; one of these FINs is under way to A, or will be.
"""

from __future__ import annotations

import z3

from model.any_channel.closing import ACK, COST, DELAY, FIN, LOSSES, NOW, RTO, SENT, STATES, WAITING, ClosingNetwork
from model.any_channel.network import Carried, End
from model.engines.inductive.obligations import Lemma, LemmaPart, Transition


def both(network: ClosingNetwork) -> tuple[End, End]:
    """A, which has closed first, and B."""
    a, b = network.ends.values()
    return a, b


def of_any(name: str, said: z3.BoolRef) -> LemmaPart:
    """A part about any segment of a side."""
    return LemmaPart(f"a segment of {name}", said, (name,))


def plain(m: Carried) -> z3.BoolRef:
    """An acknowledgment without SYN and text, and no reset."""
    return z3.And(m.x.ack, z3.Not(m.x.rst), z3.Not(m.x.syn), m.x.text == 0)


def numbers(network: ClosingNetwork) -> Lemma:
    """Both sides' numbers, by state; there is nothing but the two FINs."""
    a, b = both(network)
    last = network.last
    done = z3.And(a.tcb.snd_una == last["A"] + 1, a.tcb.snd_nxt == last["A"] + 1)
    heard = z3.And(b.tcb.snd_una == last["B"], b.tcb.rcv_nxt == last["A"] + 1, b.tcb.iss != last["B"])
    said = {
        "A in FIN-WAIT-2": z3.Implies(a.state_is("FIN-WAIT-2"), z3.And(done, a.tcb.rcv_nxt == last["B"])),
        "A in TIME-WAIT": z3.Implies(a.state_is("TIME-WAIT"), z3.And(done, a.tcb.rcv_nxt == last["B"] + 1)),
        "B in CLOSE-WAIT": z3.Implies(b.state_is("CLOSE-WAIT"), z3.And(heard, b.tcb.snd_nxt == last["B"])),
        "B in LAST-ACK": z3.Implies(b.state_is("LAST-ACK"), z3.And(heard, b.tcb.snd_nxt == last["B"] + 1)),
    }
    return Lemma(
        "numbers",
        tuple(LemmaPart(label, term) for label, term in said.items()),
        why="A has nothing left to send, B its FIN",
        excludes="a FIN that A takes for something else",
    )


def segments(network: ClosingNetwork) -> Lemma:
    """Only FINs of B, and what acknowledges them; and resets."""
    m, n = network.stored["A"][0], network.stored["B"][0]
    last = network.last
    a_sends = z3.And(plain(m), z3.Not(m.x.fin), m.x.seq == last["A"] + 1, m.x.ackno == last["B"] + 1)
    b_sends = z3.And(plain(n), n.x.fin, n.x.seq == last["B"], n.x.ackno == last["A"] + 1)
    return Lemma(
        "segments",
        (of_any("A", z3.Or(m.x.rst, a_sends)), of_any("B", z3.Or(n.x.rst, b_sends))),
        why="`numbers`, and every acknowledgment of A is of B's FIN",
        excludes="text before the FIN, whose acknowledgment would start B's timer again",
    )


def in_turn(network: ClosingNetwork) -> Lemma:
    """A is in TIME-WAIT only when B has sent its FIN, and gone only when B is."""
    a, b = both(network)
    m, n = network.stored["A"][0], network.stored["B"][0]
    waits, gone = a.state_is("FIN-WAIT-2"), b.state_is("CLOSED")
    before = z3.And(*(end.state_is(*STATES[end.name]) for end in (a, b)))
    return Lemma(
        "in-turn",
        (
            LemmaPart("states", before),
            LemmaPart(
                "A waits for B", z3.And(z3.Implies(waits, z3.Not(gone)), z3.Implies(b.state_is("CLOSE-WAIT"), waits))
            ),
            LemmaPart("A outlasts B", z3.Implies(a.state_is("CLOSED"), gone)),
            of_any("A", z3.If(m.x.rst, gone, z3.Not(waits))),
            of_any("B", z3.If(n.x.rst, gone, z3.Not(b.state_is("CLOSE-WAIT")))),
        ),
        why="each step of the close takes a segment of the one before it; TIME-WAIT is long enough: `answer-comes`",
        excludes="a reset, from an A that is CLOSED or by mistake, that meets LAST-ACK",
    )


def in_time(network: ClosingNetwork) -> Lemma:
    """No promise is overdue, and losses have cost no more than they may."""
    _, b = both(network)
    n = network.stored["B"][0]
    sent = z3.Implies(b.state_is("LAST-ACK"), z3.And(SENT <= NOW, SENT + RTO >= NOW))
    coming = [z3.Implies(one.coming, z3.And(one.since <= NOW, one.arrives_by(NOW))) for one in (FIN, ACK)]
    return Lemma(
        "in-time",
        (
            LemmaPart("timers", z3.And(sent, *coming)),
            LemmaPart("losses", z3.And(COST >= 0, COST <= LOSSES)),
            of_any("B", z3.Implies(z3.And(n.x.fin, n.doomed), COST >= RTO)),
        ),
        why="time does not go on before what is due has happened",
        excludes="a FIN that is not sent again, or that is under way for longer than D",
    )


def answer_comes(network: ClosingNetwork) -> Lemma:
    """While A is in TIME-WAIT and B in LAST-ACK, an ACK is under way, or all have been lost and a FIN comes in time."""
    a, b = both(network)
    late = z3.RealVal(0) if network.config.time_wait_restart else LOSSES + DELAY
    answered = z3.And(ACK.coming, ACK.since <= WAITING + late)
    again = z3.If(FIN.coming, FIN.since <= WAITING + COST, SENT + RTO <= WAITING + COST)
    waiting = z3.And(a.state_is("TIME-WAIT"), b.state_is("LAST-ACK"))
    said = z3.Implies(waiting, z3.And(WAITING <= NOW, z3.Or(answered, z3.And(COST >= RTO, again))))
    return Lemma(
        "answer-comes",
        (LemmaPart("an ACK or a FIN", said),),
        why="every FIN is answered; a lost answer or FIN costs one RTO until the FIN is sent once more",
        excludes="a LAST-ACK of which nobody in TIME-WAIT will ever hear",
    )


CLOSING = (numbers, segments, in_turn, in_time, answer_comes)


def outlasts(network: ClosingNetwork) -> LemmaPart:
    """While B is in LAST-ACK, A is there to answer."""
    a, b = both(network)
    return LemmaPart("last-ack-answered", z3.Implies(b.state_is("LAST-ACK"), a.state_is("FIN-WAIT-2", "TIME-WAIT")))


def never_reset(network: ClosingNetwork, step: Transition) -> tuple[LemmaPart, ...]:
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
