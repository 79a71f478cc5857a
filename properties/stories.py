"""Claims that a scenario is a run of the protocol, and that under another configuration the same steps are none.

Those of calls and timeouts are here, as the RFC describes them state by state, at 32 bits. No statement of the
explainer is about these; but whatever is claimed of them elsewhere is claimed of what they do here.
"""

from __future__ import annotations

from properties.claim import Cell, Claim, Story
from properties.configs import SCENARIO

IS_A_RUN = Cell("three-way", SCENARIO, "holds")
NO_RUN = Cell("two-way", SCENARIO.but(handshake="two-way"), "fails")
ONE_RUN = "anything but this one run: a scenario is replayed step by step at 32 bits, not searched for"


def story(
    name: str,
    sentence: str,
    meaning: str,
    *,
    settles: tuple[str, ...],
    cite: str,
    cells: tuple[Cell, ...] = (IS_A_RUN, NO_RUN),
    file: str = "",
) -> Claim:
    """The claim that a scenario is a run where `cells` say so. file: its name, if it is not the claim's."""
    return Claim(name, settles, sentence, cite, meaning, Story(f"{file or name}.story"), cells, not_checked=ONE_RUN)


def figure(name: str, sentence: str, meaning: str) -> Claim:
    """The claim that a figure of 3.5 is a run of the protocol; under two-way the same steps are none."""
    return story(name, sentence, meaning, settles=("S1",), cite=f"3.5, {name.replace('figure-', 'Figure ')}")


NOTHING_AGAIN = Cell("nothing is sent again", SCENARIO.but(retransmission=False), "fails")

CALLS: tuple[Claim, ...] = (
    story(
        "aborts",
        "ABORT sends a reset from SYN-RECEIVED, ESTABLISHED, FIN-WAIT-1 and 2, and CLOSE-WAIT, from no other state.",
        "The peer is told where it may have a connection and may still wait for something; then the TCB is deleted.",
        settles=(),
        cite="3.10.5",
        cells=(IS_A_RUN, Cell("ABORT to TIME-WAIT", SCENARIO.but(abort_to="TIME-WAIT"), "fails")),
    ),
    story(
        "user-timeouts",
        "USER TIMEOUT deletes the TCB in every state in which something is expected, and tells nobody.",
        "Nobody is told, so the peer may keep a half-open connection (3.5.1).",
        settles=(),
        cite="3.10.8",
        cells=(IS_A_RUN, Cell("nobody gives up", SCENARIO.but(gives_up="none"), "fails")),
    ),
    story(
        "syn-received-timeouts",
        "Where the SYN,ACK is given up, a passive OPEN returns to LISTEN and an active one to CLOSED.",
        "What ghosts-release-slots rests on.",
        settles=("S3",),
        cite="3.8.3; 3.10.7.4, second",
        cells=(IS_A_RUN, Cell("two-way", SCENARIO.but(handshake="two-way"), "fails")),
    ),
    story(
        "queued-calls",
        "Text of a SYN, and SEND and CLOSE in SYN-RECEIVED, wait for ESTABLISHED; then text and FIN ride on the reply.",
        "What S6 rests on: nothing of either user is delivered before the third segment.",
        settles=("S6",),
        cite="3.10.2; 3.10.4; 3.10.7.2, third",
        cells=(IS_A_RUN, Cell("text of the SYN dropped", SCENARIO.but(data_on_syn="dropped"), "fails")),
    ),
    story(
        "retransmissions",
        "What is sent again is the front of the queue: SYN or SYN,ACK, then text, then FIN.",
        "After CLOSE in SYN-RECEIVED that is the SYN,ACK still, in FIN-WAIT-1: without it nobody could open.",
        settles=("S1", "S7"),
        cite="3.8.1; 3.10.8",
        cells=(IS_A_RUN, NOTHING_AGAIN),
    ),
    story(
        "retransmissions-in-closing",
        "In CLOSING, where FINs have crossed, it is the front of the queue that is sent again, too.",
        "The other way to close repairs its losses, too.",
        settles=("S7",),
        cite="3.8.1; 3.10.8",
        cells=(IS_A_RUN, NOTHING_AGAIN),
    ),
)
