"""What keeps the segments of an old connection out of the next one (S8), and which assumptions that takes."""

from __future__ import annotations

from collections.abc import Mapping

import z3

from model.core.property import Property, always, sometimes, sometimes_one
from model.core.system import Var
from model.network.bounded import NO_TCB, Network, Side
from model.network.clocks import Times, constant_times
from model.network.ends import Assumptions, Ends
from model.network.ghosts.ghost import brings
from model.network.ghosts.segments import ORIGINS
from model.settings.clocks import CLOCK_BITS
from model.settings.config import Config
from model.tcp.cause import TIME_PASSES, Broken, arrives
from model.tcp.event import Event
from properties.claim import Cell, Claim, Proof, Safety, at_every_choice
from properties.configs import (
    DATA_QUEUED,
    EVERY_CONNECTION,
    OLD_CONNECTION,
    OLD_SEGMENTS,
    QUIET,
    TWO_SEGMENTS,
)
from properties.opening import IMPOSSIBLE

TIME_WAIT, QUIET_TIME = (Var(name, CLOCK_BITS) for name in ("time_wait", "quiet_time"))
IN_ORDER, ALONE = Var("in_order"), Var("alone")


@brings(ORIGINS)
def no_old_segment_accepted(network: Network) -> Property:
    """No segment of another connection than a side's own changes its state, SND.UNA or RCV.NXT.

    A connection is a pair of incarnations, never of numbers: where those are repeated, old and new would be the same.
    """
    return always(
        "no-old-segment-accepted",
        parts={
            f"{side.name} has accepted a segment of another connection": z3.Not(ORIGINS.deceived(side).term)
            for side in network.sides.values()
        },
    )


def old_segment_meets_a_connection(network: Network) -> Property:
    """The witness: a segment of an earlier incarnation is under way to a side that believes in a later one."""
    return sometimes_one(
        "an old segment meets the next connection",
        [
            z3.And(present, z3.Not(x.rst), sender != 0, z3.ULT(sender, side.peer.term))
            for side in network.sides.values()
            for present, x, sender in network.under_way_to(side)
        ],
    )


@brings(ORIGINS)
def old_connection_of_the_same_peer(network: Network) -> Property:
    """The witness: a segment of the peer believed in acknowledges an earlier incarnation of the side that it meets."""
    met = []
    for side, other in network.pairs:
        inbox = network.channel(other)
        for slot, (present, x, sender) in zip(inbox.slots, inbox.contents, strict=True):
            acknowledged = inbox.layout.acknowledged(slot.term)
            earlier = z3.And(acknowledged != 0, z3.ULT(acknowledged, side.incarnation.term))
            met.append(z3.And(present, x.ack, z3.Not(x.rst), sender == side.peer.term, side.peer.term != 0, earlier))
    return sometimes("a segment to the last incarnation meets the next, of the same peer", z3.Or(*met))


def assuming(config: Config) -> Network:
    """A timed network whose TIME-WAIT, quiet time and further assumptions are variables that no rule changes."""
    given = constant_times(config)
    times = Times(given.delay, given.rto, TIME_WAIT.term, quiet_time=QUIET_TIME.term)
    return Network(config, times, Assumptions((IN_ORDER, ALONE), allows), ghosts=(ORIGINS,))


def allows(network: Ends, side: Side, event: Event) -> z3.BoolRef:
    """Under IN_ORDER a connection ends in order or by a crash; under ALONE nobody opens actively while the other side
    has the TCB of an earlier incarnation."""
    given_up = (
        event.state not in NO_TCB and event.effect.next in NO_TCB and event.kind != "crash" and not event.effect.orderly
    )
    conditions = [z3.Not(IN_ORDER.term)] if given_up or event.call == "ABORT" else []
    if event.call == "active OPEN":
        conditions.append(z3.Implies(ALONE.term, network.other(side).state_is(*NO_TCB, "SYN-SENT")))
    return z3.And(*conditions)


def kept_out(network: Network, name: str, start: Mapping[str, int]) -> Property:
    """`no_old_segment_accepted` for the runs from one start."""
    numbers = [var.term == start[var.name] for var in (TIME_WAIT, QUIET_TIME)]
    flags = [var.term == z3.BoolVal(bool(start[var.name])) for var in (IN_ORDER, ALONE)]
    return always(name, z3.Implies(z3.And(*numbers, *flags), no_old_segment_accepted(network).term))


APART = (*IMPOSSIBLE, arrives("SYN-RECEIVED", "unacceptable ACK arrives"))
"""What such numbers exclude besides: what does not acknowledge the SYN is out of RFC 5961's range."""

UNCONFIRMED = tuple(
    Broken(arrives(state, "ACK arrives", *fin), "no acknowledgment of another connection accepted")
    for state, fin in (("FIN-WAIT-1", ()), ("FIN-WAIT-1", ("FIN",)), ("TIME-WAIT", ("FIN",)))
)
"""What fails if an acknowledgment of the last incarnation can look like one of this: states in which it is ignored, but
not its segment's text and FIN."""

FRESH_NUMBERS = (
    Claim(
        name="no-old-segment-accepted",
        settles=("S8",),
        sentence="No segment of another connection changes an endpoint's state, SND.UNA or RCV.NXT.",
        cite="3.4.1; 3.4.3; 3.6; 3.10.7.4, fifth (MAY-12)",
        meaning=(
            "A connection is a pair of incarnations, one of each side. A segment is of another connection if its"
            " sender is not the incarnation whose SYN the endpoint has accepted, or if it acknowledges another"
            " incarnation than the endpoint's own. An endpoint that has accepted no SYN yet is bound by the second"
            " alone, one in LISTEN by neither: a SYN of any age moves it. A reset in reply speaks for nobody."
            " With fresh initial sequence numbers this holds whatever else happens: segments that stay for ever and"
            " are duplicated, crashes, ABORT, resets and give-ups. But fresh has to be one more than W+window, and"
            " RFC 5961's range of SEG.ACK, which is optional (MAY-12), has to be tested; else a segment to the last"
            " incarnation is accepted in FIN-WAIT-1, from the same peer, and its octets are delivered twice"
            " (at-most-once). Exactly three obligations of the proof fail then: an old ACK, with or without FIN, in"
            " FIN-WAIT-1, and one with FIN in TIME-WAIT. If numbers are used again, as after a crash or on"
            " a fast machine, time must keep the connections apart; sufficient-assumptions says what that takes. In"
            " time the proof needs no fresh numbers, only two rules that an endpoint keeps by its own"
            " clock: a TCB that has heard nothing of its peer for H is deleted, and a number rests for 2 MSL + H after"
            " the last segment that was sent under it (or, simpler, the side does, after the last one it has sent)."
            " Then every choice is fresh, for every MSL and H: MSL for that segment, H for a TCB that still believes"
            " in the number, MSL for what that one has sent. MSL + H, or 2 MSL without H, is too little."
        ),
        question=Safety(
            no_old_segment_accepted,
            witness=(old_segment_meets_a_connection, old_connection_of_the_same_peer),
        ),
        cells=(
            Cell("fresh ISNs", OLD_CONNECTION, "holds"),
            Cell("fresh ISNs, text, two segments each way", TWO_SEGMENTS, "holds"),
            Cell("ISNs W+window apart", TWO_SEGMENTS.but(isns_apart="W+window"), "fails"),
            Cell("ACK range not tested", DATA_QUEUED.but(ack_range="off"), "fails"),
            Cell("repeated ISNs, quiet time MSL", QUIET, "fails"),
            Cell("repeated ISNs, 2 MSL", OLD_SEGMENTS, "fails"),
            Cell("repeated ISNs, quiet time 2 MSL, a silent TCB", QUIET.but(quiet_time=4), "fails"),
        ),
        not_checked="more than two incarnations (searches); resets (proofs)",
        proofs=(
            Proof("every channel: fresh ISNs", EVERY_CONNECTION, "holds", impossible=APART),
            Proof(
                "every channel: ISNs W+window apart",
                EVERY_CONNECTION.but(isns_apart="W+window"),
                "fails",
                fails=UNCONFIRMED,
                bounded="ISNs W+window apart",
                impossible=IMPOSSIBLE,
            ),
            Proof(
                "every channel: ACK range not tested",
                EVERY_CONNECTION.but(ack_range="off"),
                "fails",
                fails=UNCONFIRMED,
                bounded="ACK range not tested",
                impossible=IMPOSSIBLE,
            ),
            Proof(
                "all times: a number rests for 2 MSL + H",
                EVERY_CONNECTION,
                "holds",
                time="numbers rest",
                impossible=APART,
            ),
            Proof(
                "all times: a side rests for 2 MSL + H", EVERY_CONNECTION, "holds", time="sides rest", impossible=APART
            ),
            Proof(
                "all times: a number rests for MSL + H",
                EVERY_CONNECTION,
                "fails",
                fails=at_every_choice("freshness (a)"),
                bounded="repeated ISNs, quiet time MSL",
                time="numbers rest for MSL + H",
                impossible=APART,
            ),
            Proof(
                "all times: a number rests for 2 MSL",
                EVERY_CONNECTION,
                "fails",
                fails=at_every_choice("freshness (a)", "freshness (b)"),
                bounded="repeated ISNs, quiet time 2 MSL, a silent TCB",
                time="numbers rest for 2 MSL",
                impossible=APART,
            ),
            Proof(
                "all times: a TCB may be silent for ever",
                EVERY_CONNECTION,
                "fails",
                fails=(Broken(TIME_PASSES, "silence-kept"),),
                bounded="repeated ISNs, quiet time 2 MSL, a silent TCB",
                time="no end of silence",
                impossible=APART,
            ),
        ),
    ),
)
