"""Connections that come about and end (S1, S7): statements about infinite runs, under fair loss."""

from __future__ import annotations

import z3

from model.core.property import LeadsTo, Live, Property, sometimes
from model.network.bounded import NO_TCB, Network
from properties import data
from properties.claim import Cell, Claim, Infinite
from properties.configs import CLOSE_IN_TICKS, FAIR_CLOSE, FAIR_OPEN, FAIR_TEXT, PASSING_ZERO
from properties.fair import arrivals, retransmission, time_passes, time_wait, users
from properties.figure_5 import both_established
from properties.predicates import both


def open_completes(network: Network) -> Live:
    """Once A has sent its SYN and B listens, both become ESTABLISHED."""
    return Live(
        LeadsTo("open-completes", asked(network), both(network, "ESTABLISHED")),
        [arrivals(network), retransmission(network), time_passes(network)],
        "the opening hangs for ever",
    )


def asked(network: Network) -> z3.BoolRef:
    """A is in SYN-SENT, B listens, and nothing is under way to A: no reset of a time when B did not listen yet."""
    a, b = network.sides.values()
    return z3.And(a.state_is("SYN-SENT"), b.state_is("LISTEN"), network.channel(b).empty)


def asked_and_lost(network: Network) -> Property:
    """The witness: A has sent its SYN to a listening B, and the SYN is gone."""
    a, _ = network.sides.values()
    return sometimes("the SYN is lost", z3.And(asked(network), network.channel(a).empty))


def server_timer_repairs(network: Network) -> Live:
    """A lost SYN,ACK is repaired although B's timer promises nothing."""
    return Live(
        LeadsTo("server-timer-repairs", syn_ack_gone(network), both(network, "ESTABLISHED")),
        [arrivals(network), retransmission(network, "A"), time_passes(network)],
        "the opening hangs for ever",
    )


def syn_ack_gone(network: Network) -> z3.BoolRef:
    """A is in SYN-SENT, B has accepted its SYN, and nothing is under way."""
    a, b = network.sides.values()
    waits = z3.And(a.state_is("SYN-SENT"), b.state_is("SYN-RECEIVED", "ESTABLISHED"))
    return z3.And(waits, *(network.channel(side).empty for side in (a, b)))


def syn_ack_lost(network: Network) -> Property:
    """The witness of `server_timer_repairs`."""
    return sometimes("the SYN,ACK is lost", syn_ack_gone(network))


def close_completes(network: Network) -> Live:
    """Whoever has a TCB, in the end nobody has one."""
    ended = both(network, *NO_TCB)
    timers = retransmission(network), time_wait(network), time_passes(network)
    promises = [arrivals(network), *timers, users(network, "CLOSE")]
    return Live(LeadsTo("close-completes", z3.Not(ended), ended), promises, "a side keeps its TCB for ever")


BARE_SYN_AGAIN = FAIR_CLOSE.but(open_b="active", syn_again="front")
GIVING_UP = "crashes, CLOSE, ABORT and USER TIMEOUT, by which somebody gives up; how long it takes"

INFINITE = (
    Claim(
        name="open-completes",
        settles=("S1",),
        sentence="Once A has sent its SYN and B listens, both sides become ESTABLISHED.",
        cite="3.5, Figure 6; 3.10.8",
        meaning=(
            "Three segments are enough for every fair run: the network may lose any of them any number of times, but"
            " a segment that is under way again and again arrives, itself and not a copy of it, also with room for an"
            " answer if there is room again and again; and the retransmission timers expire. Two"
            " segments are enough for that too; what they lack is safety (half-open). If nothing is sent again, one"
            " loss ends it. The premise asks for a listening B and for nothing under way to A: a reset from the time"
            " before B listened refuses the connection, rightly. A finding: weak fairness and a bounded number of"
            " losses are not enough in a bounded network. Timers without time may expire so fast that the channel is"
            " full whenever an answer is sent, for ever; so the promises say that this is not what happens each time."
        ),
        question=Infinite(open_completes, witness=(asked_and_lost,)),
        cells=(
            Cell("three-way", FAIR_OPEN, "holds"),
            Cell("two-way", FAIR_OPEN.but(handshake="two-way"), "holds"),
            Cell("duplication without bound", FAIR_OPEN.but(duplications=None), "holds"),
            Cell("nothing is sent again", FAIR_OPEN.but(retransmission=False), "fails"),
        ),
        not_checked=GIVING_UP,
    ),
    Claim(
        name="server-timer-repairs",
        settles=("S1",),
        sentence="If the SYN,ACK is lost, the client's retransmission alone completes the opening.",
        cite="3.10.7.3; 3.10.7.4, first; 3.10.8",
        meaning=(
            "Three-way it does not: in SYN-RECEIVED the client's repeated SYN lies before the window and draws a"
            " bare ACK, which SYN-SENT ignores, again and again for ever. Only the server's own timer, which promises"
            " nothing here, repairs a lost SYN,ACK (with it, open-completes holds). Two-way the server answers a"
            " repeated SYN by the same SYN,ACK, and needs no timer."
        ),
        question=Infinite(server_timer_repairs, witness=(syn_ack_lost,)),
        cells=(
            Cell("two-way", FAIR_OPEN.but(handshake="two-way"), "holds"),
            Cell("three-way", FAIR_OPEN, "fails"),
        ),
        not_checked=GIVING_UP,
    ),
    Claim(
        name="close-completes",
        settles=("S7",),
        sentence="If both users will CLOSE, every connection, however far it has come, ends on both sides.",
        cite="3.6; 3.10.4; 3.10.8",
        meaning=(
            "From any state with a TCB both sides come to CLOSED or LISTEN at once, if the network is fair, timers"
            " expire and each user calls CLOSE when it can: by four segments, by a simultaneous close, or by a reset."
            " If nothing is sent again, losses let them wait for ever. Where numbers pass 0 a late"
            " <SEQ=0><CTL=RST,ACK> may kill one end (stray-reset), and the other stays in FIN-WAIT-2, which has no"
            " timer in the RFC. A finding: after a simultaneous close both ends are in TIME-WAIT, where the RFC says"
            " of what arrives 'Acknowledge it, and restart the 2 MSL timeout', as only a retransmitted FIN could"
            " arrive. But a bare ACK can too: by the letter two ends acknowledge each other's bare ACKs for ever, and"
            " in ticks each restarts the other's TIME-WAIT, so that it never ends, though nothing is lost. (Untimed,"
            " it is promised that TIME-WAIT ends.) To acknowledge and restart for a FIN alone would mend it. Another:"
            " after a simultaneous open the front of the retransmission queue is the bare SYN, by the letter. If the"
            " other side is CLOSED by then, that SYN draws <SEQ=0><CTL=RST,ACK>, which no window reaches, again and"
            " again for ever; SYN,ACK draws a reset at RCV.NXT, which is believed."
        ),
        question=Infinite(close_completes, witness=(both_established,)),
        cells=(
            Cell("no window reaches 0", FAIR_CLOSE, "holds"),
            Cell("duplication without bound", FAIR_CLOSE.but(duplications=None), "holds"),
            Cell("text both ways", FAIR_CLOSE.but(octets=1), "holds"),
            Cell("simultaneous open", FAIR_CLOSE.but(open_b="active"), "holds"),
            Cell("simultaneous open, the bare SYN is sent again", BARE_SYN_AGAIN, "fails"),
            Cell("numbers pass 0", PASSING_ZERO, "fails"),
            Cell("nothing is sent again", FAIR_CLOSE.but(retransmission=False), "fails"),
            Cell("in ticks, by the letter", CLOSE_IN_TICKS, "fails"),
        ),
        not_checked="crashes and ABORT; users who do not close; how long it takes; more than one octet of each side",
    ),
    Claim(
        name="text-arrives",
        settles=("S7",),
        sentence="What a side has sent is delivered in the end, the half-closed side's remaining data too.",
        cite="3.6, Case 2; 3.8.1; 3.10.7.4, seventh",
        meaning=(
            "'Always arrives' is a statement about infinite runs: nothing-lost-in-orderly-close and half-close-data say"
            " only that nothing is missing when a side has closed. If the network is fair and retransmission timers"
            " expire, every octet is delivered, whether a user closes or not. If nothing is sent again one loss is"
            " enough; and an endpoint that throws away what arrives after its CLOSE acknowledges it, so that it is not"
            " sent again either."
        ),
        question=Infinite(data.text_arrives, witness=(data.text_is_lost,)),
        cells=(
            Cell("from the open connection on", FAIR_TEXT.but(start="established"), "holds"),
            Cell("half-closed, two octets", FAIR_TEXT.but(octets=2), "holds"),
            Cell("half-closed, duplication without bound", FAIR_TEXT.but(duplications=None), "holds"),
            Cell("nothing is sent again", FAIR_TEXT.but(retransmission=False), "fails"),
            Cell("text after CLOSE discarded", FAIR_TEXT.but(half_close="discards"), "fails"),
        ),
        not_checked="crashes, ABORT and USER TIMEOUT; the opening; more than two octets; how long it takes",
    ),
)
