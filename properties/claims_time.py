"""The claims about time (S8)."""

from __future__ import annotations

from properties.claim import Cell, Claim
from properties.configs import LAST_ACK, THRESHOLD

TIME = (
    Claim(
        name="last-ack-answered",
        settles=("S8",),
        sentence="If at most one segment is lost, the passive closer ends in order and never by a reset.",
        cite="3.6 (MUST-13); 3.10.8",
        meaning=(
            "B's FIN must find A still in TIME-WAIT when it has to be sent again. The longest wait is RTO + D: B sends"
            " its FIN, the ACK is lost, B sends it again after RTO, and it travels for D. At the instant RTO + D either"
            " may happen first, so TIME-WAIT needs RTO + D + 1 ticks; 2 MSL suffices for RTO =< MSL, D < MSL, and is"
            " tight for RTO = MSL, D = MSL - 1. By the RFC's letter a retransmitted FIN does not restart TIME-WAIT (it"
            " fails the sequence number check); then 2 MSL is not enough. The claim time-wait-threshold has the table."
        ),
        make="time_wait.last_ack_answered",
        witness=("time_wait.closed_after_a_loss",),
        cells=(
            Cell("2 MSL", LAST_ACK, "holds"),
            Cell("one tick less", LAST_ACK.but(time_wait="5"), "fails"),
            Cell("no TIME-WAIT", LAST_ACK.but(time_wait="0"), "fails"),
            Cell("2 MSL, not restarted", LAST_ACK.but(time_wait_restart=False), "fails"),
        ),
        not_checked="the opening and A's half of the close, which lie before the start; more than one loss",
    ),
    Claim(
        name="time-wait-threshold",
        settles=("S8",),
        sentence="2 MSL suffices for every retransmission timeout up to MSL and every delay below MSL.",
        cite="3.4.3; 3.6 (MUST-13); 3.10.8",
        meaning=(
            "A study: for each delay bound D and retransmission timeout RTO it searches for the smallest TIME-WAIT with"
            " which the passive closer is never reset although one segment may be lost (last-ack-answered). If a"
            " retransmitted FIN restarts TIME-WAIT it is RTO + D + 1, so 2 MSL suffices for RTO =< MSL and D < MSL, and"
            " one tick less does not. By the RFC's letter a retransmitted FIN fails the sequence number check and"
            " restarts nothing; then 2 MSL is not enough, already at MSL = 2, RTO = 2, D = 1. If a segment may live for"
            " the whole MSL (D = MSL), 2 MSL is one tick short even if restarted."
        ),
        make="time_wait.threshold",
        study=True,
        cells=(
            Cell("restarted", THRESHOLD, "holds"),
            Cell("not restarted", THRESHOLD.but(time_wait_restart=False), "fails"),
        ),
        not_checked="an MSL of more than 3 ticks (--set msl=4 --set capacity=10 checks 4); more than one loss",
    ),
)
