"""What TIME-WAIT answers, and what ends or prolongs it (RFC 1337; RFC 9293, 3.6 and 3.10.7.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import z3

from model.core.property import Property, always, sometimes, sometimes_one, step
from model.mutants.endpoint_events import events
from model.network.bounded import Network, Side
from model.network.ghosts.endings import ENDINGS
from model.tcp.segment import Segment
from model.tcp.state import STATES, endpoint
from properties.claim import Cell, Claim, Safety
from properties.configs import (
    DATA_QUEUED,
    HALF_CLOSED,
    IGNORING_RST,
    PASSING_ZERO,
    SCENARIO,
    SIMULTANEOUS,
    TWO_WAY,
)
from properties.predicates import counts_syn_acknowledged
from properties.stories import story


def time_wait_assassination(network: Network) -> Property:
    """TIME-WAIT is never ended by a RST."""
    return step(
        "time-wait-assassination",
        parts={
            f"a reset ends {side.name}'s TIME-WAIT": z3.Not(
                z3.And(
                    side.state_is("TIME-WAIT"),
                    side.state_var.next == STATES.index("CLOSED"),
                    ENDINGS.ended_as(side, "reset", after=True),
                )
            )
            for side in network.sides.values()
        },
    )


def time_wait_refuses_syn(network: Network) -> Property:
    """While a side is in TIME-WAIT, no incarnation of the other side but its peer counts its SYN as acknowledged."""
    return always(
        "time-wait-refuses-syn",
        parts={
            f"{side.name} is in TIME-WAIT, and another incarnation of {other.name} than its peer is open": z3.Implies(
                z3.And(side.state_is("TIME-WAIT"), counts_syn_acknowledged(other)),
                other.incarnation.term == side.peer.term,
            )
            for side, other in network.pairs
        },
    )


def fin_restarts_nothing(network: Network) -> Property:
    """No FIN that may arrive in TIME-WAIT restarts the 2 MSL timeout."""
    parts = {
        f"a FIN on its way to {side.name} restarts its TIME-WAIT": z3.Not(
            z3.Or(*(z3.And(x.fin, restarts) for x, restarts in arriving_in_time_wait(network, side)))
        )
        for side in network.sides.values()
    }
    return replace(always("fin-restarts-nothing", parts=parts), follows="TIME-WAIT, unacceptable segment arrives")


def arriving_in_time_wait(network: Network, side: Side) -> Iterator[tuple[Segment, z3.BoolRef]]:
    """Every segment that may arrive at `side` next, and whether it finds TIME-WAIT and restarts its timeout."""
    here, in_time_wait = endpoint(network.config), side.state_is("TIME-WAIT")
    for x, present in on_their_way(network, side):
        listed = [e for e in events(here, side.tcb, x, here.number(0)) if (e.kind, e.state) == ("arrives", "TIME-WAIT")]
        yield x, z3.And(in_time_wait, present, z3.Or(*(z3.And(e.guard, e.effect.restarts_2msl) for e in listed)))


def on_their_way(network: Network, side: Side) -> Iterator[tuple[Segment, z3.BoolRef]]:
    """Every segment that may arrive at `side` next, and whether it is there."""
    first = network.channel(network.other(side)).choices
    yield from ((x, present) for present, x, _ in network.under_way_to(side)[:first])


# -- witnesses: the premises happen --


def reset_in_time_wait(network: Network) -> Property:
    """A reset at RCV.NXT is on its way to TIME-WAIT."""
    return _meets_time_wait(network, "a RST at RCV.NXT", lambda x, side: z3.And(x.rst, x.seq == side.tcb.rcv_nxt))


def fin_in_time_wait(network: Network) -> Property:
    """A FIN sent again is on its way to TIME-WAIT."""
    return _meets_time_wait(network, "a FIN sent again", lambda x, side: z3.And(x.fin, x.seq == side.tcb.rcv_nxt - 1))


def new_syn_in_time_wait(network: Network) -> Property:
    """The SYN of a new incarnation is on its way to TIME-WAIT."""

    def new(x: Segment, side: Side) -> z3.BoolRef:
        other = network.other(side)
        return z3.And(
            x.syn, other.state_is("SYN-SENT"), x.seq == other.tcb.iss, other.incarnation.term != side.peer.term
        )

    return _meets_time_wait(network, "a new SYN", new)


def _meets_time_wait(network: Network, what: str, when: Callable[[Segment, Side], z3.BoolRef]) -> Property:
    return sometimes_one(
        f"{what} on its way to TIME-WAIT",
        [
            z3.And(side.state_is("TIME-WAIT"), present, when(x, side))
            for side in network.sides.values()
            for x, present in on_their_way(network, side)
        ],
    )


def bare_ack_restarts(network: Network) -> Property:
    """By the letter, any acceptable acknowledgment restarts the 2 MSL timeout."""
    return sometimes_one(
        "a bare ACK restarts TIME-WAIT",
        [
            z3.And(z3.Not(x.fin), x.text == 0, restarts)
            for side in network.sides.values()
            for x, restarts in arriving_in_time_wait(network, side)
        ],
    )


def stray_reset(network: Network) -> Property:
    """A reset from a CLOSED peer, formed for another segment, meets RCV.NXT of an open connection exactly."""
    return sometimes("stray-reset", z3.Or(*(meets_rcv_nxt(network, side) for side in network.sides.values())))


def meets_rcv_nxt(network: Network, side: Side) -> z3.BoolRef:
    """`side` is open, and a reset with SEQ=0 that nobody with a TCB has sent is on its way to it, at RCV.NXT."""
    found = [
        z3.And(present, x.rst, x.ack, x.seq == 0, sender == 0, x.seq == side.tcb.rcv_nxt)
        for present, x, sender in network.under_way_to(side)
    ]
    return z3.And(side.state_is("ESTABLISHED", "CLOSE-WAIT"), z3.Or(*found))


HAZARDS = (
    Claim(
        name="time-wait-assassination",
        settles=("S8",),
        sentence="TIME-WAIT is never ended by a reset.",
        cite="RFC 1337, sections 1 and 3 (F1); 3.10.7.4, second",
        meaning=(
            "TIME-WAIT answers whatever is not acceptable with an ACK; the peer, CLOSED by now, answers that with a"
            " reset, whose number is that ACK's, so RCV.NXT exactly. RFC 5961's exact match does not help: it is met."
            " Nor does it take an old duplicate: the peer's FIN sent once more is enough. What helps is fix F1 of RFC"
            " 1337, to ignore RST in TIME-WAIT."
        ),
        question=Safety(time_wait_assassination, witness=(reset_in_time_wait,)),
        cells=(
            Cell("F1: RST ignored", IGNORING_RST, "holds"),
            Cell("RFC 9293", HALF_CLOSED, "fails"),
            Cell("RST as in RFC 793", HALF_CLOSED.but(rst="rfc793"), "fails"),
        ),
    ),
    story(
        "rfc1337-figure-1",
        "An old duplicate ACK ends TIME-WAIT: A answers it, B, which is CLOSED, resets, and the reset is believed.",
        "RFC 1337's Figure 1 with its numbers. The old duplicate is the answer of an earlier connection to a SYN that"
        " came twice.",
        settles=("S8",),
        cite="RFC 1337, section 1, Figure 1",
        cells=(
            Cell("RFC 9293", SCENARIO, "holds"),
            Cell("F1: RST ignored", SCENARIO.but(rfc1337=True), "fails"),
        ),
    ),
    story(
        "rfc1337-figure-2",
        "Without TIME-WAIT an old duplicate's text is accepted, and its acknowledgment goes undetected.",
        "Figure 2 as drawn keeps the old text, which lies beyond RCV.NXT, in a reassembly queue, so that line 6"
        " acknowledges 640. This model does not hold such a segment (SHLD-31), and acknowledges 600. If the duplicate"
        " comes once more then, 40 of its 80 octets are accepted, and everything after it is as drawn.",
        settles=("S8",),
        cite="RFC 1337, 2.2, Figure 2",
        cells=(
            Cell("the duplicate comes twice", SCENARIO, "holds"),
            Cell("as drawn: once, and it is held", SCENARIO, "fails", story="rfc1337-figure-2.story"),
        ),
        file="rfc1337-figure-2-as-it-goes",
    ),
    story(
        "rfc1337-figure-3",
        "If the acknowledgment of an old duplicate's text arrives before more is sent, ACK answers ACK for ever.",
        "Figure 3 with its numbers: A has never sent what is acknowledged and says so, which is below B's window.",
        settles=("S8",),
        cite="RFC 1337, 2.3, Figure 3",
    ),
    story(
        "hazard-h1",
        "After TIME-WAIT was assassinated, the next connection accepts old data (H1), and then answers ACK with ACK for"
        " ever (H2).",
        "RFC 1337, Figures 1 to 3, in one run (without the reassembly queue, which this model does not have). RFC 5961"
        " does not stop it. With F1 the reset is ignored, and the run ends there.",
        settles=("S8",),
        cite="RFC 1337, 2.2 and 2.3",
        cells=(
            Cell("RFC 9293", SCENARIO, "holds"),
            Cell("F1: RST ignored", SCENARIO.but(rfc1337=True), "fails"),
        ),
    ),
    story(
        "hazard-h3",
        "As RFC 793 handles a RST, an old duplicate ACK kills a connection that has apparently opened (H3).",
        "RFC 1337, Figure 4: SYN-SENT answers the old ACK with a reset that lies in the new server's window. RFC 5961"
        " does stop it: the reset has SEQ = SEG.ACK, an acknowledgment that was not acceptable, so never ISS+1, that is"
        " RCV.NXT in SYN-RECEIVED; a challenge ACK is all that it draws.",
        settles=("S8",),
        cite="RFC 1337, 2.4; 3.10.7.4, second",
        cells=(
            Cell("RST as in RFC 793", SCENARIO.but(rst="rfc793"), "holds"),
            Cell("RFC 5961", SCENARIO, "fails"),
        ),
        file="rfc1337-figure-4",
    ),
    story(
        "new-syn-in-time-wait",
        "With F1, a new SYN to TIME-WAIT is refused however often it is sent again.",
        "The price of F1 where MAY-2 is not taken (this model does not): TIME-WAIT answers the new SYN with an ACK of"
        " the old connection, ignores the reset that this draws, and so on for 2 MSL, 4 minutes; a SYN need be sent"
        " again for 3 minutes only (MUST-23). Without F1 the first reset ends TIME-WAIT: the assassination is what"
        " lets the new connection in.",
        settles=("S8",),
        cite="3.6.1 (MAY-2); 3.8.3 (MUST-23); RFC 1337, section 3",
        cells=(
            Cell("F1: RST ignored", SCENARIO.but(rfc1337=True), "holds"),
            Cell("RFC 9293", SCENARIO, "fails"),
        ),
    ),
    Claim(
        name="time-wait-refuses-syn",
        settles=("S8",),
        sentence=(
            "While a side is in TIME-WAIT, of the other side's incarnations none but its peer counts its SYN as"
            " acknowledged."
        ),
        cite="3.6; 3.10.7.4",
        meaning=(
            "Nothing opens over a TIME-WAIT, with F1 or without; with F1 TIME-WAIT always lasts its time"
            " (time-wait-assassination), so together a new connection waits for 2 MSL. Two-way, the other side's"
            " LISTEN is opened by an old SYN while this side is still waiting for it to die."
        ),
        question=Safety(time_wait_refuses_syn, witness=(new_syn_in_time_wait,)),
        cells=(
            Cell("F1: RST ignored", IGNORING_RST, "holds"),
            Cell("RFC 9293, crashes", DATA_QUEUED, "holds"),
            Cell("two-way", TWO_WAY, "fails"),
        ),
        not_checked="MAY-2 (a SYN accepted in TIME-WAIT) is not modelled",
    ),
    Claim(
        name="fin-restarts-nothing",
        settles=("S8",),
        sentence="By the letter of the RFC no FIN that arrives in TIME-WAIT restarts the 2 MSL timeout.",
        cite="3.10.7.4, first, fifth and eighth",
        meaning=(
            "A retransmitted FIN has SEQ = RCV.NXT - 1 at the latest, fails the sequence number check and is dropped"
            " there, after an ACK; 'restart the 2 MSL timeout' comes later. A bare ACK at RCV.NXT does restart it:"
            " the witness. What the RFC means is time_wait_restart=true; last-ack-answered says what the letter"
            " costs."
        ),
        question=Safety(fin_restarts_nothing, witness=(fin_in_time_wait, bare_ack_restarts)),
        cells=(
            Cell("the RFC's letter", IGNORING_RST, "holds"),
            Cell("as the RFC means it", HALF_CLOSED, "fails"),
        ),
    ),
    Claim(
        name="stray-reset",
        settles=(),
        sentence=("A reset that a CLOSED peer once sent with SEQ=0 can meet RCV.NXT of an open connection exactly."),
        cite="3.10.7.1; 3.5.2",
        meaning=(
            "A finding of the search. To a segment without ACK a CLOSED endpoint answers <SEQ=0><CTL=RST,ACK>, which"
            " SYN-SENT validates by its ACK alone; every other state looks at SEQ. If the sender of the SYN is open"
            " when that reset arrives late, and RCV.NXT is 0 by chance (once in 2^32), RFC 5961's exact match accepts"
            " it, and the other side waits in FIN-WAIT-2 for ever. Where no window reaches 0 it cannot happen; the"
            " freshness of initial sequence numbers does not exclude it, since nobody chose the number 0."
        ),
        question=Safety(stray_reset),
        cells=(
            Cell("numbers pass 0", PASSING_ZERO, "holds"),
            Cell("no window reaches 0", SIMULTANEOUS, "fails"),
        ),
    ),
)
