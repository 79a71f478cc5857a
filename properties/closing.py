"""Closing: the close completes in order, nothing is lost, and nobody waits for ever."""

from __future__ import annotations

import z3

from model.core.property import Property, always, sometimes
from model.core.system import choice
from model.network.bounded import Network, Side
from properties import data
from properties.claim import Cell, Claim, Safety
from properties.configs import (
    HALF_CLOSED,
    NO_RETRANSMISSION,
    ORDERLY,
    ORDERLY_CRASHES,
    PASSING_ZERO,
    SIMULTANEOUS,
)
from properties.predicates import both, nothing_outstanding, numbers_match
from properties.stories import story


def no_deadlock(network: Network) -> Property:
    """In every state the protocol can go on by itself, or it is an allowed end."""
    ends = (
        both(network, "CLOSED", "LISTEN"),
        at_rest(network, "ESTABLISHED"),
        half_closed(network),
        *map(used_up, network.sides.values()),
    )
    goes_on = z3.Or(progress(network), *ends)
    stuck = "nothing can arrive and no timer can expire any more, and the connection is neither at rest nor at an end"
    return always("no-deadlock", goes_on, parts={stuck: goes_on})


def progress(network: Network) -> z3.BoolRef:
    """Some rule that is neither a user's nor the network's nor a last resort is enabled."""
    last_resort = {cause for side in network.sides.values() for cause in network.caused_by(side, "USER TIMEOUT")}
    own = [
        rule
        for rule in network.rules
        if rule.kind == "arrives" or (rule.kind == "timeout" and rule.cause not in last_resort)
    ]
    return z3.Or(*(enabled for rule in own for enabled in _instances(rule.guard, dict(rule.choose))))


def _instances(guard: z3.BoolRef, choose: dict[str, int]) -> list[z3.BoolRef]:
    """The guard for the choice of each slot; that the original arrives is enough for progress."""
    return [
        z3.substitute(guard, (choice("slot"), z3.BitVecVal(slot, 8)), (choice("copy"), z3.BitVecVal(0, 8)))
        for slot in range(choose.get("slot", 1))
    ]


def at_rest(network: Network, *states: str) -> z3.BoolRef:
    """Both in one of `states`, in agreement, with nothing outstanding."""
    a, b = network.sides.values()
    idle = [nothing_outstanding(side) for side in (a, b)]
    nothing_missed = [x.tcb.snd_nxt == y.tcb.rcv_nxt for x, y in ((a, b), (b, a))]
    return z3.And(both(network, *states), numbers_match(network), *idle, *nothing_missed)


def half_closed(network: Network) -> z3.BoolRef:
    """FIN-WAIT-2 facing CLOSE-WAIT: RFC 9293, 3.6 leaves it to the user of the open half to close."""
    a, b = network.sides.values()
    facing = [z3.And(x.state_is("FIN-WAIT-2"), y.state_is("CLOSE-WAIT")) for x, y in ((a, b), (b, a))]
    return z3.And(z3.Or(*facing), at_rest(network, "FIN-WAIT-2", "CLOSE-WAIT"))


def used_up(side: Side) -> z3.BoolRef:
    """The side's retransmission budget is exhausted (never, if it is not bounded)."""
    counter = side.budget("retransmissions")
    return counter.term == side.config.retransmissions if counter else z3.BoolVal(side.config.retransmissions == 0)


def stands_still(network: Network) -> Property:
    """A state in which only users can go on: both ESTABLISHED at rest."""
    return sometimes(
        "ESTABLISHED at rest, nothing on its way",
        z3.And(z3.Not(progress(network)), at_rest(network, "ESTABLISHED")),
    )


CLOSING = (
    Claim(
        name="no-deadlock",
        settles=("S1", "S7"),
        sentence=(
            "With retransmission, and where no window reaches the number 0, no state leaves everything to user calls or"
            " the USER TIMEOUT, except: both CLOSED or LISTEN, ESTABLISHED at rest, or half-closed at rest."
        ),
        cite="3.8.1; 3.10.8",
        meaning=(
            "Han and Billington's deadlock is real: CLOSE in SYN-RECEIVED sends a FIN that may overtake the SYN,ACK;"
            " SYN-SENT drops it, and ESTABLISHED faces FIN-WAIT-1 for ever, if nothing is ever sent again. With the"
            " retransmission timer no state is stuck, but for one accident (stray-reset): a late reset with SEQ=0"
            " kills one end, and the other waits in FIN-WAIT-2 for ever. FIN-WAIT-2 facing CLOSE-WAIT is an allowed"
            " end: it waits for a user."
        ),
        question=Safety(no_deadlock, witness=(stands_still,)),
        cells=(
            Cell("no window reaches 0", SIMULTANEOUS, "holds"),
            Cell("numbers pass 0", PASSING_ZERO, "fails"),
            Cell("nothing is sent again", NO_RETRANSMISSION, "fails"),
        ),
        not_checked=(
            "crashes, ABORT and USER TIMEOUT, after which one side may wait for a peer that is gone (3.5.1); liveness:"
            " retransmitting for ever counts as going on"
        ),
    ),
    story(
        "normal-close",
        "The normal close is a run: FIN, ACK, FIN, ACK, with these states, and TIME-WAIT at the end.",
        "S7's four segments as the RFC draws them.",
        settles=("S7",),
        cite="3.6, Figure 12",
        file="figure-12",
    ),
    story(
        "simultaneous-close",
        "The simultaneous close is a run: both sides pass through CLOSING and end in TIME-WAIT.",
        "The other way to close.",
        settles=("S7",),
        cite="3.6, Figure 13",
        file="figure-13",
    ),
    Claim(
        name="nothing-lost-in-orderly-close",
        settles=("S7",),
        sentence=(
            "Who has accepted a FIN has been delivered every octet sent before it, and who has closed in order has had"
            " every octet delivered."
        ),
        cite="3.6; 3.10.7.4, eighth",
        meaning=(
            "A close is a message among the others: the FIN has the number after the last octet, so it is accepted"
            " after them, whatever is lost or overtaken. Only a reset, a USER TIMEOUT, ABORT or a crash loses"
            " anything, and then the side that has lost something does not end in order. If a FIN is taken wherever"
            " in the window it is, the text that it has overtaken is lost, and both sides believe in an orderly"
            " close."
        ),
        question=Safety(data.nothing_lost, witness=(data.closed_after_text, data.fin_before_text)),
        cells=(
            Cell("three-way", ORDERLY, "holds"),
            Cell("crash, ABORT, USER TIMEOUT", ORDERLY_CRASHES, "holds"),
            Cell("two octets each, from the open connection on", ORDERLY.but(octets=2, start="established"), "holds"),
            Cell("FIN taken out of order", ORDERLY.but(fin="any"), "fails"),
        ),
        not_checked="more than two octets of each side, and a second incarnation (see at-most-once)",
    ),
    Claim(
        name="half-close-data",
        settles=("S7",),
        sentence="What a side sends in CLOSE-WAIT is delivered in FIN-WAIT-2 before that side has closed in order.",
        cite="3.6, Case 2; 3.10.7.4, seventh",
        meaning=(
            "Why closing takes four segments: CLOSE means 'I have no more data to send', not 'I do not want to hear'"
            " (3.10.4). An endpoint that throws away what arrives after its CLOSE (3.6.1, MAY-1: a half-duplex close,"
            " here without the reset that SHLD-3 asks for) acknowledges data that nobody gets."
        ),
        question=Safety(data.half_close_data, witness=(data.text_in_fin_wait_2,)),
        cells=(
            Cell("half-closed", HALF_CLOSED, "holds"),
            Cell("half-closed, two octets", HALF_CLOSED.but(octets=2), "holds"),
            Cell("text after CLOSE discarded", HALF_CLOSED.but(half_close="discards"), "fails"),
        ),
        not_checked="the way to the half-closed start (nothing-lost-in-orderly-close searches the whole run)",
    ),
)
