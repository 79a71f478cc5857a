"""The claims about data on the first segments (S6)."""

from __future__ import annotations

from properties import data
from properties.claim import Cell, Claim, Safety
from properties.configs import (
    DATA_ACCEPTED,
    DATA_DROPPED,
    DATA_QUEUED,
    TWO_SEGMENTS,
)
from properties.stories import story

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
        question=Safety(data.data_on_syn_held, witness=(data.stale_syn_with_text, data.third_segment_with_text)),
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
        question=Safety(data.data_on_syn_delivered, witness=(data.stale_syn_with_text, data.third_segment_with_text)),
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
        question=Safety(
            data.old_text_in_fin_wait_1, witness=(data.stale_syn_with_text, data.text_to_unconfirmed_fin_wait)
        ),
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
        question=Safety(
            data.at_most_once, witness=(data.delivered_again, data.text_on_its_way_again, data.third_segment_with_text)
        ),
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
