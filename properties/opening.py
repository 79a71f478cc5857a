"""Why three segments to open, and not two (S2, S4, S5), and what that rests on."""

from __future__ import annotations

import z3

from model.core.property import Property, always, sometimes
from model.network.bounded import Network
from model.network.view import AnySide, NetworkView
from model.tcp.cause import Broken, arrives
from properties import figure_5
from properties.claim import Cell, Claim, Proof, Safety, at_every_choice
from properties.configs import (
    CRASHES,
    EVERY_CHANNEL,
    HALF_OPEN_PEER,
    HISTORY,
    REPEATED_ISNS,
    SCENARIO,
    SIMULTANEOUS,
    TWO_WAY,
    TWO_WAY_CRASHES,
)
from properties.predicates import (
    both,
    counts_syn_acknowledged,
    half_open,
    numbers_match,
)
from properties.stories import figure, story


def client_can_receive(network: NetworkView[AnySide]) -> Property:
    """S4: who counts its SYN as acknowledged believes in a peer that has accepted that SYN."""
    parts = {
        f"{side.name} takes its SYN for acknowledged before the peer that it believes in has accepted it": z3.Implies(
            counts_syn_acknowledged(side), network.peer_has_heard(side)
        )
        for side in network.sides.values()
    }
    return always("client-can-receive", parts=parts)


def no_half_open(network: NetworkView[AnySide]) -> Property:
    """S2: no ghost connections."""
    parts = {
        f"{side.name} is open, its peer is gone, and nobody has ever accepted its SYN": z3.Not(half_open(network, side))
        for side in network.sides.values()
    }
    return always("half-open", parts=parts)


def no_ghost_after_close(network: NetworkView[AnySide]) -> Property:
    """S5: no ghost out of a connection that has opened, worked and closed."""
    parts = {
        f"{side.name} is open again by a SYN of the connection that it has closed, and its peer is gone": z3.Not(
            z3.And(half_open(network, side), network.ended_in_order(side))
        )
        for side in network.sides.values()
    }
    return always("ghost-after-close", parts=parts)


def agreement(network: NetworkView[AnySide]) -> Property:
    """Two open ends agree on both initial sequence numbers."""
    a, b = network.sides.values()
    parts = {
        f"both are ESTABLISHED, and {x.name}'s IRS is another number than {y.name}'s ISS": z3.Implies(
            both(network, "ESTABLISHED"), x.tcb.irs == y.tcb.iss
        )
        for x, y in ((a, b), (b, a))
    }
    return always("agreement", parts=parts)


def unconfirmed_fin_wait(network: Network) -> Property:
    """The exception: FIN-WAIT-1 without any acknowledgment of our SYN."""
    reached = [
        z3.And(side.state_is("FIN-WAIT-1"), side.tcb.snd_una == side.tcb.iss, network.peer_dead(side))
        for side in network.sides.values()
    ]
    return sometimes("unconfirmed-fin-wait-1", z3.Or(*reached))


# -- witnesses: the premises happen --


def both_open_again(network: Network) -> Property:
    """Both sides count their SYN as acknowledged, in their second incarnation if there is one."""
    last = [side.incarnation.term == network.config.incarnations for side in network.sides.values()]
    counting = [counts_syn_acknowledged(side) for side in network.sides.values()]
    return sometimes("both open, last incarnations", z3.And(*counting, *last))


def stale_syn_accepted(network: Network) -> Property:
    """LISTEN has taken the SYN of a dead incarnation: the situation in which a ghost might arise."""
    stale = [z3.And(s.state_is("SYN-RECEIVED"), network.peer_dead(s)) for s in network.sides.values()]
    return sometimes("stale SYN in SYN-RECEIVED", z3.Or(*stale))


def open_towards_the_dead(network: Network) -> Property:
    """An endpoint counts its SYN as acknowledged, rightly, and its peer has died since."""
    left = [z3.And(counts_syn_acknowledged(s), network.peer_dead(s)) for s in network.sides.values()]
    return sometimes("open towards a dead peer", z3.Or(*left))


def old_syn_returns_after_close(network: Network) -> Property:
    """LISTEN has taken the SYN of the connection that both sides have closed in order."""
    stale = [z3.And(s.state_is("SYN-RECEIVED"), network.ended_in_order(s)) for s in network.sides.values()]
    return sometimes("SYN of the closed connection in SYN-RECEIVED", z3.Or(*stale))


def both_established_again(network: Network) -> Property:
    """Both ESTABLISHED, each in its last incarnation, and they agree."""
    last = [side.incarnation.term == network.config.incarnations for side in network.sides.values()]
    return sometimes(
        "both ESTABLISHED, last incarnations",
        z3.And(both(network, "ESTABLISHED"), numbers_match(network), *last),
    )


THREE_WAY = (Cell("three-way", HISTORY, "holds"), Cell("crashes and resets", CRASHES, "holds"))
SIMULTANEOUS_TOO = Cell("simultaneous open", SIMULTANEOUS, "holds")
TWO_WAY_FAILS = Cell("two-way", TWO_WAY, "fails")


OTHER_STATES = (
    *("SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2"),
    *("CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT"),
)
"""The states of 3.10.7.4."""

IMPOSSIBLE = (
    arrives("SYN-RECEIVED", "SYN in the window arrives (passive OPEN)"),
    *(arrives(state, "SYN in the window arrives") for state in OTHER_STATES),
)
"""What fresh numbers exclude: a SYN that arrives has the number of the peer's own SYN, or one that is far away."""


def proofs(lemma: str, bounded: str = "two-way") -> tuple[Proof, ...]:
    """Three-way for every channel; two-way `lemma` fails where LISTEN takes a SYN, and a search shows what follows."""
    two_way = EVERY_CHANNEL.but(handshake="two-way")
    broken = (Broken(arrives("LISTEN", "SYN arrives"), lemma),)
    return (
        Proof("every channel: three-way", EVERY_CHANNEL, "holds", impossible=IMPOSSIBLE),
        Proof("every channel: two-way", two_way, "fails", fails=broken, bounded=bounded, impossible=IMPOSSIBLE),
    )


OPENING = (
    figure(
        "figure-6",
        "The basic three-way handshake is a run: SYN, SYN,ACK, ACK, with these states and numbers.",
        "S1 as the RFC draws it, at 32 bits, with the RFC's own numbers; the data octet after it is acknowledged.",
    ),
    story(
        "simultaneous-open",
        "Both sides may open actively and meet in SYN-RECEIVED; two bare ACKs establish both.",
        "By the rules the crossing SYN,ACK of Figure 7 lies left of the window (SEQ = RCV.NXT - 1), is answered by a"
        " bare ACK and dropped; those two ACKs establish both sides. The figure leaves them out.",
        settles=("S1",),
        cite="3.5, Figure 7; 3.10.7.4, first",
        cells=(
            Cell("both open actively", SCENARIO, "holds"),
            Cell("Figure 7 as drawn", SCENARIO, "fails", story="figure-7.story"),
            Cell("B opens passively only", SCENARIO.but(open_b="passive"), "fails"),
        ),
        file="figure-7-as-it-goes",
    ),
    figure(
        "figure-8",
        "An old duplicate SYN is found out by the client's reset, and the real connection opens after it.",
        "The textbook's danger as the RFC defuses it: the third message is a RST, and the server returns to LISTEN.",
    ),
    figure(
        "figure-9",
        "After a crash, the SYN of the new connection makes the half-open end answer, and the reset aborts it.",
        "Half-open in the RFC's sense, and its repair when the crashed side opens again.",
    ),
    story(
        "figure-8-in-window",
        "If the new SYN overtakes the reset and lies in the old SYN's window, it is used up silently, and only its"
        " retransmission opens the connection.",
        "What Figure 8 does not show: SYN-RECEIVED after a passive OPEN returns to LISTEN for any SYN in its window and"
        " sends nothing (3.10.7.4, fourth), so the SYN of the real connection is lost. Where the window does not reach"
        " it, an ACK is sent instead, and the figure goes on as drawn.",
        settles=("S1", "S2"),
        cite="3.5, Figure 8; 3.10.7.4, fourth",
        cells=(
            Cell("in the window", SCENARIO, "holds"),
            Cell("outside", SCENARIO.but(window=5), "fails"),
        ),
    ),
    story(
        "figure-9-in-window",
        "As RFC 793 handles a SYN in the window, Figure 9 does not go as drawn: the half-open end resets itself and"
        " refuses the new connection.",
        "Figure 9 needs an ISS outside the window of the half-open end, or RFC 5961's challenge ACK. In the window, RFC"
        " 793 sends a reset that the new SYN's sender has to believe, so its user must open once more.",
        settles=("S1",),
        cite="3.5, Figure 9; 3.10.7.4, fourth",
        cells=(
            Cell("SYN as in RFC 793", SCENARIO.but(syn="rfc793"), "holds"),
            Cell("challenge ACK", SCENARIO, "fails"),
        ),
    ),
    figure(
        "figure-10",
        "After a crash, data from the half-open end draws a reset, which aborts it.",
        "Half-open in the RFC's sense, and its repair when the other side sends.",
    ),
    figure(
        "figure-11",
        "An old duplicate SYN between two passive sockets ends in a reset and a return to LISTEN.",
        "Why SYN-RECEIVED remembers that it came from LISTEN.",
    ),
    Claim(
        name="figure-5",
        settles=("S1", "S7"),
        sentence="Every change of state is an arc of Figure 5 or of a listed exception that the RFC's text makes.",
        cite="3.3.2, Figure 5",
        meaning=(
            "The model moves as the RFC draws it. The exceptions are in properties/figure_5.py, each with its"
            " paragraph. Two-way, LISTEN jumps to ESTABLISHED, which is no arc."
        ),
        question=Safety(figure_5.figure_5, witness=(figure_5.end_of_four_segments, figure_5.end_of_simultaneous_close)),
        cells=(*THREE_WAY, SIMULTANEOUS_TOO, TWO_WAY_FAILS),
        not_checked="which event takes an arc (the tests compare every event with the RFC's decision table)",
    ),
    Claim(
        name="opening-paths",
        settles=("S1",),
        sentence=(
            "An endpoint comes to count its SYN as acknowledged only in SYN-SENT or, after a passive OPEN, in"
            " SYN-RECEIVED (or where CLOSE has led from there), and only when it is acknowledged."
        ),
        cite="3.5, Figure 6",
        meaning=(
            "SYN-SENT to ESTABLISHED at the client; LISTEN, SYN-RECEIVED, ESTABLISHED at the server; the numbers are"
            " carried and checked. If the server's user opens actively too, the RFC's simultaneous open is another"
            " path (the next claim); two-way, LISTEN is one."
        ),
        question=Safety(figure_5.opening_paths, witness=(figure_5.both_established,)),
        cells=(*THREE_WAY, Cell("simultaneous open", SIMULTANEOUS, "fails"), TWO_WAY_FAILS),
    ),
    Claim(
        name="opening-paths-simultaneous",
        settles=("S1",),
        sentence="With both sides opening actively, SYN-RECEIVED after SYN-SENT is the only further path.",
        cite="3.5, Figure 7",
        meaning="No other path reaches ESTABLISHED except RFC 9293's simultaneous open.",
        question=Safety(figure_5.opening_paths_simultaneous, witness=(figure_5.both_established_simultaneously,)),
        cells=(SIMULTANEOUS_TOO, TWO_WAY_FAILS),
    ),
    Claim(
        name="half-open",
        settles=("S2",),
        sentence=(
            "No endpoint counts its SYN as acknowledged while the peer incarnation that it believes in is dead and no"
            " incarnation of the other side has ever accepted a SYN of this incarnation."
        ),
        cite="3.5, Figure 8",
        meaning=(
            "The ghost of the textbook: the client has given up, its delayed SYN arrives, and the server waits for"
            " somebody who is not there. RFC 9293 (3.5.1) calls any connection half-open whose other end is gone;"
            " here it is the ghost of S2 only: nobody ever accepted this incarnation's SYN. A connection that was"
            " really open and lost its peer by a crash is not one (the RFC's own repair is Figures 9 and 10)."
        ),
        question=Safety(no_half_open, witness=(stale_syn_accepted, open_towards_the_dead)),
        cells=(*THREE_WAY, SIMULTANEOUS_TOO, TWO_WAY_FAILS),
        proofs=proofs("counts-only-if-heard"),
    ),
    Claim(
        name="client-can-receive",
        settles=("S4",),
        sentence=(
            "An endpoint that counts its SYN as acknowledged believes in a peer incarnation that has accepted that SYN."
        ),
        cite="3.5; 3.10.7.4, fifth",
        meaning=(
            "The root of 'why not two': the third segment is the server's only evidence that the client has received"
            " its initial sequence number. Two-way, the server is ESTABLISHED when the SYN arrives, and the property"
            " fails at exactly that step of LISTEN."
        ),
        question=Safety(client_can_receive, witness=(both_open_again,)),
        cells=(*THREE_WAY, SIMULTANEOUS_TOO, TWO_WAY_FAILS),
        proofs=proofs("counts-only-if-accepted"),
    ),
    Claim(
        name="ghost-after-close",
        settles=("S5",),
        sentence=(
            "After both sides have opened, exchanged data and closed in order, the connection's old SYN never opens a"
            " ghost."
        ),
        cite="3.5, Figure 8; 3.6",
        meaning=(
            "The textbook's second story in one run: the SYN is held up and retransmitted, the connection opens,"
            " carries data and closes; then the held-up SYN arrives. Two-way the server is open again and the client"
            " is gone; three-way it stays in SYN-RECEIVED, because nobody acknowledges its new SYN."
        ),
        question=Safety(no_ghost_after_close, witness=(old_syn_returns_after_close,)),
        cells=(Cell("three-way", HISTORY, "holds"), TWO_WAY_FAILS),
        proofs=proofs("counts-only-if-heard"),
    ),
    Claim(
        name="agreement",
        settles=("S4",),
        sentence="If both sides are ESTABLISHED, each side's IRS is the other side's ISS.",
        cite="3.4.1; 3.5",
        meaning=(
            "With crashes, ABORT and lost resets allowed, two open ends never talk at cross purposes. Two-way, the"
            " server may be open for an old SYN while the client is open with a newer one."
        ),
        question=Safety(agreement, witness=(both_established_again,)),
        cells=(*THREE_WAY, SIMULTANEOUS_TOO, Cell("two-way, ABORT", TWO_WAY_CRASHES, "fails")),
        proofs=proofs("open-only-to-the-older", bounded="two-way, ABORT"),
    ),
    Claim(
        name="old-duplicates-need-fresh-isns",
        settles=("S2",),
        sentence=(
            "With fresh initial sequence numbers no old SYN and old ACK open a ghost; with a number that a segment or a"
            " half-open peer still has they do."
        ),
        cite="3.4.1",
        meaning=(
            "What three segments rest on: if the server's initial sequence number is used again, an old SYN opens"
            " SYN-RECEIVED and an old ACK of the earlier connection acknowledges it: three-way has its ghost too. It is"
            " not enough that no segment has the number any more: a peer that is still in SYN-RECEIVED with the dead"
            " incarnation sends its SYN,ACK again, and the new one takes it for an answer to its own SYN. The proof for"
            " every channel fails accordingly without freshness (a), of segments, or (b), of the other side's TCB."
        ),
        question=Safety(no_half_open, witness=(stale_syn_accepted,)),
        cells=(
            Cell("fresh ISNs", HISTORY, "holds"),
            Cell("server repeats its ISN", REPEATED_ISNS, "fails"),
            Cell("a half-open peer has the ISN", HALF_OPEN_PEER, "fails"),
        ),
        proofs=(
            Proof(
                "all times: a number rests for 2 MSL + H",
                EVERY_CHANNEL,
                "holds",
                time="numbers rest",
                impossible=IMPOSSIBLE,
            ),
            Proof(
                "every channel: without freshness (a)",
                EVERY_CHANNEL,
                "fails",
                without="segments",
                fails=at_every_choice("segments-apart", "acks-apart", "acknowledgment-tells-of-some"),
                bounded="server repeats its ISN",
                impossible=IMPOSSIBLE,
            ),
            Proof(
                "every channel: without freshness (b)",
                EVERY_CHANNEL,
                "fails",
                without="peer",
                fails=at_every_choice("apart", "accepted-by-some"),
                bounded="a half-open peer has the ISN",
                impossible=IMPOSSIBLE,
            ),
        ),
    ),
    Claim(
        name="unconfirmed-fin-wait-1",
        settles=("S4",),
        sentence="FIN-WAIT-1 is reachable without any acknowledgment of the endpoint's SYN, and with a dead peer.",
        cite="3.10.4, SYN-RECEIVED STATE",
        meaning=(
            "Not a defect but an exception that the wording must allow for: CLOSE in SYN-RECEIVED sends a FIN and"
            " enters FIN-WAIT-1 before anybody has acknowledged the SYN. So 'past SYN-RECEIVED' does not mean"
            " 'confirmed', and the other claims ask for SND.UNA > ISS there. Where the server never closes, it cannot"
            " happen."
        ),
        question=Safety(unconfirmed_fin_wait),
        cells=(
            Cell("three-way", HISTORY, "holds"),
            Cell("server never closes, repeats its ISN", REPEATED_ISNS, "fails"),
        ),
    ),
)
