"""The claims about time (S8, S9)."""

from __future__ import annotations

from model.tcp.cause import TIME_PASSES, Broken, arrives, caused
from properties import needless, old_segments, time_wait
from properties.claim import Cell, Claim, Infinite, Proof, Safety, Study, at_every_choice
from properties.claims_opening import NEVER
from properties.configs import (
    DATA_QUEUED,
    EVERY_CLOSE,
    EVERY_CONNECTION,
    FOUR_WAY_CLOSE,
    LAST_ACK,
    OLD_CONNECTION,
    OLD_SEGMENTS,
    OLD_WITH_TEXT,
    QUIET,
    SLOW_APPLICATION,
    THRESHOLD,
    TWO_SEGMENTS,
)
from properties.studies import assumptions as studies_assumptions
from properties.studies import retransmissions as studies_retransmissions
from properties.studies import time_wait as studies_time_wait

SILENT = "TIME-WAIT, unacceptable segment arrives: sends nothing"
"""The mutant in which TIME-WAIT hears a retransmitted FIN and says nothing."""

OUTLASTS = (Broken(caused("TIME-WAIT TIMEOUT", "TIME-WAIT"), "in-turn"),)
"""What fails if TIME-WAIT is too short: A is gone before B."""

ARRIVALS = (
    *(("unacceptable RST arrives",), ("unacceptable segment arrives",), ("RST before the window arrives",)),
    *(("RST beyond RCV.NXT arrives",), ("RST arrives",), ("SYN arrives",), ("SYN in the window arrives",)),
    *(("segment without ACK arrives",), ("ACK out of RFC 5961's range arrives",), ("ACK arrives",)),
    ("ACK arrives", "FIN"),
)
NEVER_IN_THE_CLOSE = (
    *(arrives("FIN-WAIT-2", *checks) for checks in ARRIVALS[:-1]),
    *(arrives("TIME-WAIT", *checks) for checks in ARRIVALS[5:]),
    *(arrives(state, *checks, side="B") for state in ("CLOSE-WAIT", "LAST-ACK") for checks in ARRIVALS),
    *(arrives("CLOSED", "segment without ACK arrives", side=side) for side in ("", "B")),
    *(caused("RETRANSMISSION TIMEOUT", state, "text", side="B") for state in ("CLOSE-WAIT", "LAST-ACK")),
)
"""All but the two FINs, their acknowledgments, and the resets of who is CLOSED, which meet B never."""

WITH_TEXT = (
    *(arrives("FIN-WAIT-2", "unacceptable segment arrives"), arrives("FIN-WAIT-2", "ACK arrives")),
    arrives("TIME-WAIT", "ACK arrives"),
    *(arrives(state, "ACK arrives", side="B") for state in ("CLOSE-WAIT", "LAST-ACK")),
    *(caused("RETRANSMISSION TIMEOUT", state, "text", side="B") for state in ("CLOSE-WAIT", "LAST-ACK")),
)
"""Of these, what happens if B sends text before its FIN."""

APART = (*NEVER, arrives("SYN-RECEIVED", "unacceptable ACK arrives"))
"""What such numbers exclude besides: what does not acknowledge the SYN is out of RFC 5961's range."""

UNCONFIRMED = tuple(
    Broken(arrives(state, "ACK arrives", *fin), "no acknowledgment of another connection accepted")
    for state, fin in (("FIN-WAIT-1", ()), ("FIN-WAIT-1", ("FIN",)), ("TIME-WAIT", ("FIN",)))
)
"""What fails if an acknowledgment of the last incarnation can look like one of this: states in which it is ignored, but
not its segment's text and FIN."""

TIME = (
    Claim(
        name="last-ack-answered",
        settles=("S8",),
        sentence=(
            "A FIN that arrives in TIME-WAIT is acknowledged; and if at most one segment is lost, the passive closer,"
            " which sends nothing but its FIN, is never reset."
        ),
        cite="3.6 (MUST-13); 3.10.8",
        meaning=(
            "What S8 says of the retransmitted FIN: it is answered by an ACK, whatever becomes of that; and there is"
            " somebody to answer it. That B's connection ends then is last-ack-ends."
            " B's FIN must find A still in TIME-WAIT when it has to be sent again. The longest wait is RTO + D: B"
            " sends its FIN, the ACK is lost, B sends it again after RTO, and it travels for D. At the instant RTO +"
            " D either may happen first, so TIME-WAIT needs RTO + D + 1 ticks; 2 MSL suffices for RTO =< MSL, D <"
            " MSL, and is tight for RTO = MSL, D = MSL - 1. By the RFC's letter a retransmitted FIN does not restart"
            " TIME-WAIT (it fails the sequence number check); then 2 MSL is not enough. A finding: nor is it if B"
            " sends text before its FIN. The late ACK of the text moves SND.UNA and starts the timer again (RFC 6298,"
            " 5.3), so the FIN is sent again up to D later, and it takes RTO + 2 D + 1. The claim time-wait-threshold"
            " has the tables. The proof is for real times of any value and any number of losses: longer than RTO for"
            " each loss + D is long enough if a retransmitted FIN restarts TIME-WAIT, + 2 D if it does not. B may"
            " double its timeout, or not; RTO is the longest. If B sends text before its FIN, longer than RTO for each"
            " loss + 3 D is long enough (the searches need + 2 D only, which is not shown). The proof states both"
            " parts of the sentence, each of a step, and"
            " nothing about infinite runs: that B ends is not proved for all times."
        ),
        question=Safety(
            time_wait.last_ack_answered, witness=(time_wait.closed_after_a_loss, time_wait.fin_again_in_time_wait)
        ),
        cells=(
            Cell("2 MSL", LAST_ACK, "holds"),
            Cell("text before the FIN, RTO + 2 D + 1", LAST_ACK.but(octets=1, time_wait="8"), "holds"),
            Cell("one tick less", LAST_ACK.but(time_wait="5"), "fails"),
            Cell("no TIME-WAIT", LAST_ACK.but(time_wait="0"), "fails"),
            Cell("2 MSL, not restarted", LAST_ACK.but(time_wait_restart=False), "fails"),
            Cell("2 MSL, text before the FIN", LAST_ACK.but(octets=1), "fails"),
            Cell("TIME-WAIT does not answer", LAST_ACK.but(mutant=SILENT), "fails"),
            Cell("USER TIMEOUT in TIME-WAIT", LAST_ACK.but(gives_up_waiting="A"), "fails"),
        ),
        not_checked=(
            "the opening and A's half of the close, which lie before the start; of searches more than one loss; of"
            " proofs that B ends"
        ),
        proofs=(
            Proof("all times: longer than RTO a loss + D", EVERY_CLOSE, "holds", never=NEVER_IN_THE_CLOSE),
            Proof(
                "all times: an instant less",
                EVERY_CLOSE,
                "fails",
                fails=OUTLASTS,
                bounded="one tick less",
                time="an instant less",
                never=NEVER_IN_THE_CLOSE,
            ),
            Proof(
                "all times: not restarted, longer than RTO a loss + 2 D",
                EVERY_CLOSE.but(time_wait_restart=False),
                "holds",
                never=NEVER_IN_THE_CLOSE,
            ),
            Proof(
                "all times: not restarted, longer than RTO a loss + D",
                EVERY_CLOSE.but(time_wait_restart=False),
                "fails",
                fails=OUTLASTS,
                bounded="2 MSL, not restarted",
                time="losses + D",
                never=NEVER_IN_THE_CLOSE,
            ),
            Proof(
                "all times: text before the FIN, longer than RTO a loss + 3 D",
                EVERY_CLOSE,
                "holds",
                time="text, losses + 3 D",
                never=tuple(event for event in NEVER_IN_THE_CLOSE if event not in WITH_TEXT),
            ),
        ),
    ),
    Claim(
        name="last-ack-ends",
        settles=("S8",),
        sentence="If at most one segment is lost, the passive closer's connection ends, and in order.",
        cite="3.6 (MUST-13); 3.10.7.4, first and fifth; 3.10.8",
        meaning=(
            "What the answers of last-ack-answered are for. It is about infinite runs, in which time goes on: B sends"
            " its FIN until one is acknowledged. If TIME-WAIT does not answer, or B sends nothing again, B waits in"
            " LAST-ACK for ever; if TIME-WAIT is too short, B is reset."
        ),
        question=Infinite(
            time_wait.last_ack_ends, witness=(time_wait.closed_after_a_loss, time_wait.fin_again_in_time_wait)
        ),
        cells=(
            Cell("2 MSL", LAST_ACK, "holds"),
            Cell("text before the FIN, RTO + 2 D + 1", LAST_ACK.but(octets=1, time_wait="8"), "holds"),
            Cell("TIME-WAIT does not answer", LAST_ACK.but(mutant=SILENT), "fails"),
            Cell("nothing is sent again", LAST_ACK.but(retransmission=False), "fails"),
            Cell("no TIME-WAIT", LAST_ACK.but(time_wait="0"), "fails"),
        ),
        not_checked="more than one loss; how long it takes; the opening and A's half of the close",
    ),
    Claim(
        name="time-wait-threshold",
        settles=("S8",),
        sentence="2 MSL suffices for every RTO up to MSL and every delay below MSL, if B sends nothing but its FIN.",
        cite="3.4.3; 3.6 (MUST-13); 3.10.8",
        meaning=(
            "A study: for each delay bound D and retransmission timeout RTO it searches for the smallest TIME-WAIT"
            " with which the passive closer is never reset although one segment may be lost (last-ack-answered), up"
            " to MSL = 4. Each entry is shown unsafe one tick below, and safe from there up to RTO + 2 D + 2; a run"
            " stops where the passive closer's connection ends. If a retransmitted FIN restarts TIME-WAIT it is RTO +"
            " D + 1, so 2 MSL suffices for RTO =< MSL and D < MSL, and one tick less does not. By the RFC's letter a"
            " retransmitted FIN fails the sequence number check and restarts nothing; then 2 MSL is not enough,"
            " already at MSL = 2, RTO = 2, D = 1. If a segment may live for the whole MSL (D = MSL), 2 MSL is one"
            " tick short even if restarted. If B sends text before its FIN, it is RTO + 2 D + 1 (up to MSL = 3), and"
            " 2 MSL is not enough either."
        ),
        question=Study(studies_time_wait.threshold),
        cells=(
            Cell("restarted", THRESHOLD, "holds", slow=True),
            Cell("not restarted", THRESHOLD.but(time_wait_restart=False), "fails", slow=True),
            Cell("restarted, text before the FIN", THRESHOLD.but(octets=1, msl=3, capacity=10), "fails", slow=True),
        ),
        not_checked="an MSL of more than 4 ticks; a TIME-WAIT of more than RTO + 2 D + 2 ticks; more than one loss",
    ),
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
            old_segments.no_old_segment_accepted,
            witness=(old_segments.old_segment_meets_a_connection, old_segments.old_connection_of_the_same_peer),
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
        not_checked="of searches more than two incarnations; of proofs resets",
        proofs=(
            Proof("every channel: fresh ISNs", EVERY_CONNECTION, "holds", never=APART),
            Proof(
                "every channel: ISNs W+window apart",
                EVERY_CONNECTION.but(isns_apart="W+window"),
                "fails",
                fails=UNCONFIRMED,
                bounded="ISNs W+window apart",
                never=NEVER,
            ),
            Proof(
                "every channel: ACK range not tested",
                EVERY_CONNECTION.but(ack_range="off"),
                "fails",
                fails=UNCONFIRMED,
                bounded="ACK range not tested",
                never=NEVER,
            ),
            Proof(
                "all times: a number rests for 2 MSL + H",
                EVERY_CONNECTION,
                "holds",
                time="numbers rest",
                never=APART,
            ),
            Proof("all times: a side rests for 2 MSL + H", EVERY_CONNECTION, "holds", time="sides rest", never=APART),
            Proof(
                "all times: a number rests for MSL + H",
                EVERY_CONNECTION,
                "fails",
                fails=at_every_choice("freshness (a)"),
                bounded="repeated ISNs, quiet time MSL",
                time="numbers rest for MSL + H",
                never=APART,
            ),
            Proof(
                "all times: a number rests for 2 MSL",
                EVERY_CONNECTION,
                "fails",
                fails=at_every_choice("freshness (a)", "freshness (b)"),
                bounded="repeated ISNs, quiet time 2 MSL, a silent TCB",
                time="numbers rest for 2 MSL",
                never=APART,
            ),
            Proof(
                "all times: a TCB may be silent for ever",
                EVERY_CONNECTION,
                "fails",
                fails=(Broken(TIME_PASSES, "silence-kept"),),
                bounded="repeated ISNs, quiet time 2 MSL, a silent TCB",
                time="no end of silence",
                never=APART,
            ),
        ),
    ),
    Claim(
        name="sufficient-assumptions",
        settles=("S8",),
        sentence=(
            "Segments of an old connection are kept out without fresh ISNs by TIME-WAIT, a quiet time that outlasts"
            " every answer to an old SYN, and orderly endings together."
        ),
        cite="3.4.1; 3.4.3; 3.6; RFC 1185, appendix",
        meaning=(
            "A study of no-old-segment-accepted: all minimal sufficient sets of six assumptions, and a"
            " counterexample for each maximal insufficient one. 'No ABORT, reset or give-up': a connection ends in"
            " order or by a crash, and nobody calls CLOSE before it is open. 'No half-open peer': nobody opens"
            " actively while the other side keeps the TCB of an earlier incarnation. Fresh ISNs suffice alone."
            " Without them three are needed, and a finding: a quiet time of one MSL, as the RFC has it, is not"
            " enough, nor is 2 MSL. An old SYN travels for D, the side that takes it believes in its dead sender and"
            " answers, once more after RTO (one retransmission here), and that answer travels for D: the next"
            " incarnation, under the same number, takes it for its own. So quiet time has to be RTO + 2 D + 1 ticks,"
            " TIME-WAIT 2 D + 1. It is the 2 MSL + H of no-old-segment-accepted: H is how long a TCB answers for a"
            " dead peer, and without a bound on it no quiet time is enough. A half-open peer does no harm then: what"
            " it says after H is no SYN,ACK. ABORT to TIME-WAIT is in no minimal set, since a reset or a give-up"
            " leaves no TIME-WAIT."
        ),
        question=Study(studies_assumptions.old_segments),
        cells=(
            Cell("quiet time of RTO + 2 D + 1", OLD_SEGMENTS.but(quiet_time=6), "holds", slow=True),
            Cell("quiet time of 2 MSL", OLD_SEGMENTS.but(quiet_time=4), "fails", slow=True),
            Cell("quiet time of one MSL", OLD_SEGMENTS, "fails", slow=True),
        ),
        not_checked=(
            "losses (repeated-isns-with-text); more than two incarnations, one crash and one retransmission of each"
            " side; other times than the table's, such as an RTO of at most 2 D, which is as a loss"
        ),
    ),
    Claim(
        name="repeated-isns-with-text",
        settles=("S8",),
        sentence=(
            "Without fresh ISNs, all the other assumptions keep segments of an old connection out also if text is"
            " sent, or one segment is lost."
        ),
        cite="3.4.1; 3.4.3; 3.6",
        meaning=(
            "A finding, and a limit of sufficient-assumptions, where nothing is lost and no text is sent: with a loss"
            " no TIME-WAIT is long enough, since the passive closer has none. The third segment is lost, so B's"
            " SYN,ACK is sent again, late; meanwhile A's FIN acknowledges it, and both close. A, which has been in"
            " LAST-ACK, opens again at once under its number, and takes the late SYN,ACK for its own. With text but no"
            " loss it holds."
        ),
        question=Study(studies_assumptions.all_together),
        cells=(
            Cell("text, no loss", OLD_WITH_TEXT.but(losses=0), "holds"),
            Cell("a loss, no text", OLD_WITH_TEXT.but(octets=0), "fails"),
            Cell("text and a loss", OLD_WITH_TEXT, "fails"),
        ),
        not_checked="more than one octet, one loss, one crash of each side and one retransmission; other times",
    ),
    Claim(
        name="no-needless-fin-retransmission",
        settles=("S9",),
        sentence=(
            "A FIN that has arrived in order, and of which no ACK is lost, is not sent again while the retransmission"
            " timeout exceeds two delays and the acknowledgment delay."
        ),
        cite="3.6; 3.8.6.3; 3.10.7.4, eighth",
        meaning=(
            "Why four segments to close: acknowledged at once, a FIN is sent again only if it or its ACK was lost,"
            " and RTO > 2 D + acknowledgment delay is exactly what that takes. Merged with the own FIN the ACK waits"
            " for the application, so the application's delay is added, and has no bound in practice."
            " needless-retransmissions counts them."
        ),
        question=Safety(needless.no_needless_fin_retransmission, witness=(needless.fin_acknowledged_after_a_loss,)),
        cells=(
            Cell("four-way", FOUR_WAY_CLOSE, "holds"),
            Cell("four-way, delayed ACK", FOUR_WAY_CLOSE.but(ack_delay=1, rto=4), "holds"),
            Cell("merged, application at once", FOUR_WAY_CLOSE.but(close="merged", application_delay=0), "holds"),
            Cell("RTO = 2 D", FOUR_WAY_CLOSE.but(rto=2), "fails"),
            Cell("RTO = 2 D + ACK delay", FOUR_WAY_CLOSE.but(ack_delay=1), "fails"),
            Cell("merged", FOUR_WAY_CLOSE.but(close="merged", application_delay=1), "fails"),
        ),
        not_checked="a window smaller than the text and FIN under way: an ACK outside of it is not looked at",
    ),
    Claim(
        name="needless-retransmissions",
        settles=("S9",),
        sentence="However slow the application, a FIN that has arrived is not sent again.",
        cite="3.6; 3.10.7.4, eighth",
        meaning=(
            "A study: the most retransmissions of a FIN that has arrived, for each delay of the application that has"
            " to close as well. Acknowledged at once there is none. With ACK and FIN merged there are as many as the"
            " delay allows: (2 D + application delay) / RTO, rounded down."
        ),
        question=Study(studies_retransmissions.needless),
        cells=(
            Cell("four-way", SLOW_APPLICATION.but(close="four-way"), "holds"),
            Cell("merged", SLOW_APPLICATION, "fails"),
        ),
        not_checked="doubling of the timeout (RFC 6298, 5.5), with which the number grows as the delay's logarithm",
    ),
)
