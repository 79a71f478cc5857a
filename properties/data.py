"""Text on the SYN (S6), and text before a FIN (S7): whose octets are held, delivered, delivered twice, or lost.

A peer is *unconfirmed* while nobody has accepted a SYN of this incarnation (`heard` is empty): whoever sent the SYN
has not shown that it can receive.
"""

from __future__ import annotations

import z3

from model.core.property import LeadsTo, Live, Property, always, sometimes, sometimes_one
from model.network.bounded import Network, Side
from model.network.ghosts.accounts import ACCOUNTS
from model.network.ghosts.endings import ENDINGS
from model.network.make import AnyNetwork
from model.settings.setting import BadConfig
from properties.claim import Cell, Claim, Safety
from properties.configs import (
    DATA_ACCEPTED,
    DATA_DROPPED,
    DATA_QUEUED,
    TWO_SEGMENTS,
)
from properties.fair import arrivals, retransmission, time_passes
from properties.stories import story
from properties.under_way import arriving, pairs

FIN_RECEIVED = ("CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT")


def fed_by_unconfirmed(side: Side) -> z3.BoolRef:
    """An octet of an unconfirmed peer has been delivered."""
    return z3.And(side.heard.term == 0, ACCOUNTS.fed(side).term)


def data_on_syn_held(network: AnyNetwork) -> Property:
    """S6, as the explainer has it: nothing of an unconfirmed peer is held, nor has it been delivered."""
    return always(
        "data-on-syn-held",
        parts={
            f"{side.name} holds no octet of an unconfirmed peer and has delivered none": z3.Not(
                z3.Or(z3.And(side.heard.term == 0, side.tcb.syn_text != 0), fed_by_unconfirmed(side))
            )
            for side in network.sides.values()
        },
    )


def data_on_syn_delivered(network: AnyNetwork) -> Property:
    """S6, as the RFC has it: nothing of an unconfirmed peer is delivered."""
    return _unfed(network, "data-on-syn-delivered")


def old_text_in_fin_wait_1(network: Network) -> Property:
    """The same, for what it rests on."""
    return _unfed(network, "old-text-in-fin-wait-1")


def _unfed(network: AnyNetwork, name: str) -> Property:
    return always(
        name,
        parts={
            f"{side.name} has delivered no octet of an unconfirmed peer": z3.Not(fed_by_unconfirmed(side))
            for side in network.sides.values()
        },
    )


def at_most_once(network: Network) -> Property:
    """The octets of an incarnation are delivered in order, and no more than it has sent, over all incarnations of the
    receiver: so each at most once."""
    parts = {
        f"{side.name} has got no more octets of {other.name}'s incarnation {k} than that has sent": z3.ULE(
            got.term, _resized(sent.term, got.width)
        )
        for side, other in pairs(network)
        for k, (got, sent) in enumerate(zip(ACCOUNTS.delivered(side), ACCOUNTS.sent(other), strict=True), 1)
    }
    return always("at-most-once", parts=parts | _in_order(network))


def _in_order(network: Network) -> dict[str, z3.BoolRef]:
    """Octets have names: each that is delivered is the next one, so that none is delivered in another's place."""
    return {
        f"{side.name} has got each octet after the one that was sent before it": z3.Not(ACCOUNTS.disordered(side).term)
        for side, _ in pairs(network)
    }


def nothing_lost(network: Network) -> Property:
    """S7: a FIN is accepted after everything that was sent before it."""
    parts = {
        f"{side.name} has accepted the FIN of {other.name}'s incarnation {k}, and all octets that it sent": z3.Implies(
            z3.And(side.state_is(*FIN_RECEIVED), side.peer.term == k), _all_got(side, other, k)
        )
        for side, other in pairs(network)
        for k in _incarnations(network)
    }
    return always("nothing-lost-in-orderly-close", parts={**parts, **half_close_data(network).parts})


def half_close_data(network: Network) -> Property:
    """S7: who has closed in order has had everything delivered, also what it sent after the other side's FIN."""
    parts = {
        f"{side.name}'s incarnation {k} has ended in order, and {other.name} has got all its octets": z3.Implies(
            z3.And(ENDINGS.ended_as(side, "in order"), side.incarnation.term == k), _all_got(other, side, k)
        )
        for side, other in pairs(network)
        for k in _incarnations(network)
    }
    return always("half-close-data", parts=parts | _in_order(network))


def text_arrives(network: Network) -> Live:
    """S7: what a side has sent is delivered in the end."""
    (a, b), k = network.sides.values(), network.config.incarnations
    if k != 1 or network.config.start == "closed":
        raise BadConfig("this property needs incarnations=1 and start=established or half-closed")
    arrived = z3.And(_all_got(a, b, 1), _all_got(b, a, 1))
    promises = [arrivals(network), retransmission(network), time_passes(network)]
    return Live(LeadsTo("text-arrives", z3.Not(arrived), arrived), promises)


def text_is_lost(network: Network) -> Property:
    """The witness: text has been sent and is gone, on its only way."""
    return sometimes_one(
        "text that was sent is lost",
        [
            z3.And(
                ACCOUNTS.sent(other)[0].term != 0, ACCOUNTS.delivered(side)[0].term == 0, network.channel(other).empty
            )
            for side, other in pairs(network)
        ],
    )


def _incarnations(network: Network) -> range:
    return range(1, network.config.incarnations + 1)


def _all_got(receiver: Side, sender: Side, incarnation: int) -> z3.BoolRef:
    got, sent = ACCOUNTS.delivered(receiver)[incarnation - 1], ACCOUNTS.sent(sender)[incarnation - 1]
    return got.term == _resized(sent.term, got.width)


def _resized(term: z3.BitVecRef, width: int) -> z3.BitVecRef:
    return z3.ZeroExt(width - term.size(), term)


# -- witnesses: the premises happen --


def stale_syn_with_text(network: Network) -> Property:
    """In SYN-RECEIVED, by a SYN whose sender has sent text and is gone."""
    return sometimes_one(
        "stale SYN of one who has sent text in SYN-RECEIVED",
        [
            z3.And(
                side.state_is("SYN-RECEIVED"),
                network.peer_dead(side),
                side.peer.term == k,
                ACCOUNTS.sent(other)[k - 1].term != 0,
            )
            for side, other in pairs(network)
            for k in _incarnations(network)
        ],
    )


def third_segment_with_text(network: Network) -> Property:
    """The acknowledgment of a SYN,ACK is on its way with text: it will open the passive side and be delivered."""
    return sometimes_one(
        "text on the third segment",
        [
            z3.And(
                present,
                z3.And(x.ack, z3.Not(x.syn), x.text != 0, x.seq == side.tcb.rcv_nxt, x.ackno == side.tcb.iss + 1),
                z3.And(side.state_is("SYN-RECEIVED"), side.tcb.passive_open, sender == side.peer.term),
            )
            for side, _ in pairs(network)
            for present, x, sender in arriving(network, side)
        ],
    )


def text_to_unconfirmed_fin_wait(network: Network) -> Property:
    """Text at RCV.NXT is on its way to FIN-WAIT-1, and nobody has accepted a SYN of this incarnation."""
    return sometimes_one(
        "text on its way to an unconfirmed FIN-WAIT-1",
        [
            z3.And(
                present,
                z3.And(side.state_is("FIN-WAIT-1"), side.heard.term == 0),
                x.ack,
                x.text != 0,
                x.seq == side.tcb.rcv_nxt,
            )
            for side, _ in pairs(network)
            for present, x, _ in arriving(network, side)
        ],
    )


def delivered_again(network: Network) -> Property:
    """Text of both incarnations of a side has been delivered: the first one's numbers are behind us."""
    return sometimes_one(
        "text of every incarnation delivered",
        [z3.And(*(got.term != 0 for got in ACCOUNTS.delivered(side))) for side, _ in pairs(network)],
    )


def text_on_its_way_again(network: Network) -> Property:
    """Text that has been delivered is on its way once more, to a later connection of the same side."""
    return sometimes_one(
        "delivered text is on its way to a new connection",
        [
            z3.And(present, x.text != 0, sender == k, got.term != 0, side.state_is("LISTEN", "SYN-RECEIVED"))
            for side, _ in pairs(network)
            for present, x, sender in arriving(network, side)
            for k, got in enumerate(ACCOUNTS.delivered(side), 1)
        ],
    )


def closed_after_text(network: Network) -> Property:
    """Both sides have ended in order, and text of each has been delivered."""
    done = [
        z3.And(ENDINGS.ended_as(side, "in order"), z3.Or(*(got.term != 0 for got in ACCOUNTS.delivered(side))))
        for side, _ in pairs(network)
    ]
    return sometimes("both closed in order after text both ways", z3.And(*done))


def fin_before_text(network: Network) -> Property:
    """The FIN waits at a side that has not yet got the text before it."""
    return sometimes_one(
        "a FIN overtakes text",
        [
            z3.And(
                present,
                x.fin,
                x.text == 0,
                z3.And(sender == k, side.peer.term == k, z3.Not(_all_got(side, other, k))),
                side.state_is("ESTABLISHED"),
            )
            for side, other in pairs(network)
            for present, x, sender in arriving(network, side)
            for k in _incarnations(network)
        ],
    )


def text_in_fin_wait_2(network: Network) -> Property:
    """From the half-closed start: text sent in CLOSE-WAIT has been delivered in FIN-WAIT-2."""
    if network.config.start != "half-closed":
        raise BadConfig("this witness needs start=half-closed")
    return sometimes_one(
        "text sent in CLOSE-WAIT, delivered in FIN-WAIT-2",
        [
            z3.And(side.state_is("FIN-WAIT-2"), other.state_is("CLOSE-WAIT"), ACCOUNTS.fed(side).term)
            for side, other in pairs(network)
        ],
    )


NOT_CHECKED = "more than one octet of each incarnation"
W_APART = TWO_SEGMENTS.but(isns_apart="W+window")

DATA = (
    story(
        "data-on-third-segment",
        "The third segment may carry data: it opens the server, which delivers the data with it.",
        "A SEND in SYN-SENT is queued (3.10.2) and rides on the ACK of the SYN,ACK: that segment confirms the client"
        " first (fifth check) and is delivered then (seventh). Two-way there is no such segment.",
        settles=("S6",),
        cite="3.10.2; 3.10.7.4, fifth and seventh",
    ),
    Claim(
        name="data-on-syn-held",
        settles=("S6",),
        sentence="No octet is held or delivered for a peer that has not confirmed that it can receive.",
        cite="3.10.7.2, third",
        meaning=(
            "The explainer's rule: the first two segments may not carry data. RFC 9293 does not say so: 'other"
            " incoming control or data (combined with SYN) will be processed in the SYN-RECEIVED state', so text on a"
            " SYN is queued, and whoever sends SYNs makes the server spend memory. The explainer is stricter than the"
            " RFC. Its rule holds of endpoints that drop what comes with a SYN. A peer is unconfirmed while nobody"
            " has accepted a SYN of this incarnation."
        ),
        question=Safety(data_on_syn_held, witness=(stale_syn_with_text, third_segment_with_text)),
        cells=(
            Cell("dropped", DATA_DROPPED, "holds"),
            Cell("queued, as the RFC", DATA_QUEUED, "fails"),
            Cell("accepted", DATA_ACCEPTED, "fails"),
        ),
        not_checked=f"two segments under way in one direction at once, {NOT_CHECKED}",
    ),
    Claim(
        name="data-on-syn-delivered",
        settles=("S6",),
        sentence="No octet is delivered of a peer that has not confirmed that it can receive.",
        cite="3.10.7.2, third; 3.4",
        meaning=(
            "What the RFC promises instead: text on a SYN waits until the connection is ESTABLISHED. It rests on"
            " fresh initial sequence numbers and on RFC 5961's range of SEG.ACK (old-text-in-fin-wait-1). Accepted at"
            " once, as TCP Fast Open does for clients with a cookie, the text of any SYN is delivered, from whomever"
            " it came."
        ),
        question=Safety(data_on_syn_delivered, witness=(stale_syn_with_text, third_segment_with_text)),
        cells=(
            Cell("dropped", DATA_DROPPED, "holds"),
            Cell("queued, as the RFC", DATA_QUEUED, "holds"),
            Cell("two segments each way", TWO_SEGMENTS, "holds"),
            Cell("accepted", DATA_ACCEPTED, "fails"),
            Cell("server repeats its ISN", DATA_QUEUED.but(isn_b="repeated"), "fails"),
        ),
        not_checked=NOT_CHECKED,
    ),
    Claim(
        name="old-text-in-fin-wait-1",
        settles=("S6",),
        sentence="RFC 5961's range of SEG.ACK keeps old text out of a FIN-WAIT-1 that nobody has confirmed.",
        cite="3.10.7.4, fifth (MAY-12); 3.10.4",
        meaning=(
            "A finding. CLOSE in SYN-RECEIVED leads to FIN-WAIT-1 (unconfirmed-fin-wait-1), where text is delivered."
            " By RFC 793 an old ACK 'can be ignored', but the text of its segment is processed: so text of an earlier"
            " connection, behind a duplicate of its SYN, is delivered to a server that has heard from nobody. MAY-12,"
            " the range that RFC 5961 adds, drops the segment; it is optional, and the promise of"
            " data-on-syn-delivered rests on it, even if no SYN carries data. The range includes SND.UNA-MAX.SND.WND,"
            " so initial sequence numbers have to be W+window+1 apart (W: what a connection uses); with W+window, the"
            " acknowledgment of the earlier incarnation's FIN lies just inside."
        ),
        question=Safety(old_text_in_fin_wait_1, witness=(stale_syn_with_text, text_to_unconfirmed_fin_wait)),
        cells=(
            Cell("ACK range tested", DATA_QUEUED, "holds"),
            Cell("ACK range not tested", DATA_QUEUED.but(ack_range="off"), "fails"),
            Cell("two segments each way", TWO_SEGMENTS, "holds"),
            Cell("ISNs W+window apart", W_APART, "fails"),
        ),
        not_checked=NOT_CHECKED,
    ),
    Claim(
        name="at-most-once",
        settles=("S6",),
        sentence="An octet is delivered at most once, over all incarnations of the receiver.",
        cite="3.4.1; 3.10.7.2, third",
        meaning=(
            "Sequence numbers keep duplicates apart within a connection, the handshake keeps them apart between"
            " connections. Text that is delivered from the SYN has only the first: a SYN that arrives twice, with the"
            " server crashed or reset in between, delivers its text twice. (TCP Fast Open says so: the application"
            " must stand it.)"
        ),
        question=Safety(at_most_once, witness=(delivered_again, text_on_its_way_again, third_segment_with_text)),
        cells=(
            Cell("dropped", DATA_DROPPED, "holds"),
            Cell("queued, as the RFC", DATA_QUEUED, "holds"),
            Cell("two segments each way", TWO_SEGMENTS, "holds"),
            Cell("accepted", DATA_ACCEPTED, "fails"),
            Cell("ISNs W+window apart", W_APART, "fails"),
        ),
        not_checked=NOT_CHECKED,
    ),
)
