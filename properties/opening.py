"""Why three segments to open, and not two (S2, S4, S5), and what that rests on."""

from __future__ import annotations

import z3

from model.network.bounded import Network
from model.system import Property
from properties.claim import Cell, Claim
from properties.configs import CRASHES, HISTORY, REPEATED_ISNS, SERVER_NEVER_CLOSES, TWO_WAY
from properties.predicates import (
    both,
    counts_syn_acknowledged,
    ended_in_order,
    half_open,
    numbers_match,
    peer_dead,
    peer_has_heard,
)


def client_can_receive(network: Network) -> Property:
    """S4: who counts its SYN as acknowledged believes in a peer that has accepted that SYN."""
    parts = {
        f"{side.name} counts its SYN as acknowledged, so the peer that it believes in has accepted its SYN": z3.Implies(
            counts_syn_acknowledged(side), peer_has_heard(side)
        )
        for side in network.sides.values()
    }
    return Property("client-can-receive", "always", z3.And(*parts.values()), CLIENT_CAN_RECEIVE, parts)


def no_half_open(network: Network) -> Property:
    """S2: no ghost connections."""
    parts = {
        f"{side.name} is not open towards a dead peer without anyone ever having accepted its SYN": z3.Not(
            half_open(network, side)
        )
        for side in network.sides.values()
    }
    return Property("half-open", "always", z3.And(*parts.values()), HALF_OPEN, parts)


def no_ghost_after_close(network: Network) -> Property:
    """S5: no ghost out of a connection that has opened, worked and closed."""
    parts = {
        f"{side.name} is not open again by a SYN of the connection that it has closed in order": z3.Not(
            z3.And(half_open(network, side), ended_in_order(network, side))
        )
        for side in network.sides.values()
    }
    return Property("ghost-after-close", "always", z3.And(*parts.values()), GHOST_AFTER_CLOSE, parts)


def agreement(network: Network) -> Property:
    """Two open ends agree on both initial sequence numbers."""
    a, b = network.sides.values()
    parts = {
        f"both ESTABLISHED, so {x.name}'s IRS is {y.name}'s ISS": z3.Implies(
            both(network, "ESTABLISHED"), x.tcb.irs == y.tcb.iss
        )
        for x, y in ((a, b), (b, a))
    }
    return Property("agreement", "always", z3.And(*parts.values()), AGREEMENT, parts)


def unconfirmed_fin_wait(network: Network) -> Property:
    """The exception: FIN-WAIT-1 without any acknowledgment of our SYN."""
    reached = [
        z3.And(side.state_is("FIN-WAIT-1"), side.tcb.snd_una == side.tcb.iss, peer_dead(network, side))
        for side in network.sides.values()
    ]
    return Property("unconfirmed-fin-wait-1", "reachable", z3.Or(*reached), UNCONFIRMED)


# -- witnesses: the premises happen --


def somebody_is_open(network: Network) -> Property:
    """Both sides count their SYN as acknowledged, in their second incarnation if there is one."""
    last = [side.incarnation.term == network.config.incarnations for side in network.sides.values()]
    counting = [counts_syn_acknowledged(side) for side in network.sides.values()]
    return Property("both open, last incarnations", "reachable", z3.And(*counting, *last))


def stale_syn_accepted(network: Network) -> Property:
    """LISTEN has taken the SYN of a dead incarnation: the situation in which a ghost might arise."""
    stale = [z3.And(s.state_is("SYN-RECEIVED"), peer_dead(network, s)) for s in network.sides.values()]
    return Property("stale SYN in SYN-RECEIVED", "reachable", z3.Or(*stale))


def old_syn_returns_after_close(network: Network) -> Property:
    """LISTEN has taken the SYN of the connection that both sides have closed in order."""
    stale = [z3.And(s.state_is("SYN-RECEIVED"), ended_in_order(network, s)) for s in network.sides.values()]
    return Property("SYN of the closed connection in SYN-RECEIVED", "reachable", z3.Or(*stale))


def both_established_again(network: Network) -> Property:
    """Both ESTABLISHED, each in its last incarnation, and they agree."""
    last = [side.incarnation.term == network.config.incarnations for side in network.sides.values()]
    return Property(
        "both ESTABLISHED, last incarnations",
        "reachable",
        z3.And(both(network, "ESTABLISHED"), numbers_match(network), *last),
    )


CLIENT_CAN_RECEIVE = (
    "An endpoint that counts its SYN as acknowledged believes in a peer incarnation that has accepted that SYN."
)
HALF_OPEN = (
    "No endpoint counts its SYN as acknowledged while the peer incarnation that it believes in is dead and no"
    " incarnation of the other side has ever accepted a SYN of this incarnation."
)
GHOST_AFTER_CLOSE = (
    "After both sides have opened, exchanged data and closed in order, the connection's old SYN never opens a ghost."
)
AGREEMENT = "If both sides are ESTABLISHED, each side's IRS is the other side's ISS."
UNCONFIRMED = "FIN-WAIT-1 is reachable without any acknowledgment of the endpoint's SYN, and with a dead peer."

CLAIMS = (
    Claim(
        name="client-can-receive",
        settles=("S4",),
        sentence=CLIENT_CAN_RECEIVE,
        cite="3.5; 3.10.7.4, fifth",
        meaning=(
            "The root of 'why not two': the third segment is the server's only evidence that the client has received"
            " its initial sequence number. Two-way, the server is ESTABLISHED when the SYN arrives, and the property"
            " fails at exactly that step of LISTEN."
        ),
        make=client_can_receive,
        witness=somebody_is_open,
        cells=(
            Cell("three-way", HISTORY, "holds"),
            Cell("crashes and resets", CRASHES, "holds"),
            Cell("two-way", TWO_WAY, "fails"),
        ),
    ),
    Claim(
        name="half-open",
        settles=("S2",),
        sentence=HALF_OPEN,
        cite="3.5, Figure 8",
        meaning=(
            "The ghost of the textbook: the client has given up, its delayed SYN arrives, and the server waits for"
            " somebody who is not there. RFC 9293 (3.5.1) calls any connection half-open whose other end is gone;"
            " here it is the ghost only: nobody ever accepted this incarnation's SYN. A connection that was really"
            " open and lost its peer by a crash is not one (the RFC's own repair is Figures 9 and 10)."
        ),
        make=no_half_open,
        witness=stale_syn_accepted,
        cells=(
            Cell("three-way", HISTORY, "holds"),
            Cell("crashes and resets", CRASHES, "holds"),
            Cell("two-way", TWO_WAY, "fails"),
        ),
    ),
    Claim(
        name="ghost-after-close",
        settles=("S5",),
        sentence=GHOST_AFTER_CLOSE,
        cite="3.5, Figure 8; 3.6",
        meaning=(
            "The textbook's second story in one run: the SYN is held up and retransmitted, the connection opens,"
            " carries data and closes; then the held-up SYN arrives. Two-way the server is open again and the client"
            " is gone; three-way it stays in SYN-RECEIVED, because nobody acknowledges its new SYN."
        ),
        make=no_ghost_after_close,
        witness=old_syn_returns_after_close,
        cells=(Cell("three-way", HISTORY, "holds"), Cell("two-way", TWO_WAY, "fails")),
    ),
    Claim(
        name="agreement",
        settles=("S4",),
        sentence=AGREEMENT,
        cite="3.4.1; 3.5",
        meaning=(
            "With crashes, ABORT and lost resets allowed, two open ends never talk at cross purposes. Two-way, the"
            " server may be open for an old SYN while the client is open with a newer one."
        ),
        make=agreement,
        witness=both_established_again,
        cells=(
            Cell("three-way", HISTORY, "holds"),
            Cell("crashes and resets", CRASHES, "holds"),
            Cell("two-way", TWO_WAY, "fails"),
        ),
    ),
    Claim(
        name="old-duplicates-need-fresh-isns",
        settles=("S2",),
        sentence="With fresh initial sequence numbers no old SYN and old ACK open a ghost; with repeated ones they do.",
        cite="3.4.1",
        meaning=(
            "What three segments rest on: if an initial sequence number is used again, an old ACK of the earlier"
            " connection acknowledges the new SYN, and three-way has its ghost too."
        ),
        make=no_half_open,
        witness=stale_syn_accepted,
        cells=(Cell("fresh ISNs", HISTORY, "holds"), Cell("repeated ISNs", REPEATED_ISNS, "fails")),
    ),
    Claim(
        name="unconfirmed-fin-wait-1",
        settles=("S4",),
        sentence=UNCONFIRMED,
        cite="3.10.4, SYN-RECEIVED STATE",
        meaning=(
            "Not a defect but an exception that the wording must allow for: CLOSE in SYN-RECEIVED sends a FIN and"
            " enters FIN-WAIT-1 before anybody has acknowledged the SYN. So 'past SYN-RECEIVED' does not mean"
            " 'confirmed', and the other claims ask for SND.UNA > ISS there. Where the server never closes, it"
            " cannot happen."
        ),
        make=unconfirmed_fin_wait,
        cells=(Cell("three-way", HISTORY, "holds"), Cell("server never closes", SERVER_NEVER_CLOSES, "fails")),
    ),
)
