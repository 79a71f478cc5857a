"""Facts computed by hand from the text and the figures of RFC 9293 and RFC 1337, for the decision table itself.

Idea: the oracle is only as good as its own tests, so each fact here is one arriving segment with the reply and the
state that the text names. Numbers are those of the figures; where a figure gives none, small ones are chosen.
Source: RFC 9293, Figures 6 and 8 to 13, Table 6, 3.10.7; RFC 1337, Figures 1 to 4. Limits: no exhaustive comparison.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.decision_table import CHANGES, CHECKS, REPLIES, TABLE, Options, Outcome, Segment, Tcb, segment_arrives

RFC = Options("three-way", "rfc5961", "rfc5961", "rfc5961", False, "queued", window=1000, max_snd_wnd=1000)
RFC793 = replace(RFC, rst="rfc793", syn="rfc793", ack_range="off")
TWO_WAY = replace(RFC, handshake="two-way")
LISTEN, CLOSED = Tcb("LISTEN"), Tcb("CLOSED")
FLAGS = {"S": "syn", "A": "ack", "F": "fin", "R": "rst"}


def seg(flags: str, seq: int, ackno: int = 0, text: int = 0) -> Segment:
    """A segment by its control bits: S, A, F, R."""
    return replace(Segment(seq=seq, ackno=ackno, text=text), **{FLAGS[flag]: True for flag in flags})


def tcb(state: str, una: int, nxt: int, rcv: int) -> Tcb:
    """A TCB whose ISS and IRS are just left of SND.UNA and RCV.NXT."""
    return Tcb(state, snd_una=una, snd_nxt=nxt, iss=(una - 1) % 2**32, rcv_nxt=rcv, irs=(rcv - 1) % 2**32)


def arrive(at: Tcb, segment: Segment, options: Options = RFC, isn: int = 300) -> Outcome:
    return segment_arrives(options, at, segment, isn)


SYN_SENT = Tcb("SYN-SENT", snd_una=100, snd_nxt=101, iss=100)
REOPENING = Tcb("SYN-SENT", snd_una=400, snd_nxt=401, iss=400)
PASSIVE = Tcb("SYN-RECEIVED", snd_una=300, snd_nxt=301, iss=300, rcv_nxt=101, irs=100, passive_open=True)
ACTIVE = replace(PASSIVE, passive_open=False)
OPEN = tcb("ESTABLISHED", 300, 300, 100)  # "(send 300, receive 100)" of Figures 9 and 10
FIN_SENT = tcb("FIN-WAIT-1", 100, 101, 300)  # Figures 12 and 13 after line 2
TIME_WAIT = tcb("TIME-WAIT", 101, 101, 301)  # Figure 12 after line 5; RFC 1337, Figure 1
AN_ACK = seg("A", 300, 100)  # OPEN's <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>

Fact = tuple[str, Tcb, Segment, Segment | None, str]
FIGURES: list[Fact] = [
    ("6.2: B answers SYN 100 with SYN,ACK 300", LISTEN, seg("S", 100), seg("SA", 300, 101), "SYN-RECEIVED"),
    ("6.3: A acknowledges B's SYN", SYN_SENT, seg("SA", 300, 101), seg("A", 101, 301), "ESTABLISHED"),
    ("6.4: the ACK opens B and is not itself acknowledged", PASSIVE, seg("A", 101, 301), None, "ESTABLISHED"),
    ("6.5: data opens B too, and is acknowledged", PASSIVE, seg("A", 101, 301, 10), seg("A", 301, 111), "ESTABLISHED"),
    ("7.3: a crossing SYN is answered by SYN,ACK", SYN_SENT, seg("S", 300), seg("SA", 100, 301), "SYN-RECEIVED"),
    (
        "7.6: SEQ=IRS is left of the window: an ACK only",
        ACTIVE,
        seg("SA", 100, 301),
        seg("A", 301, 101),
        "SYN-RECEIVED",
    ),
    ("8.3: B cannot tell that SYN 90 is old", LISTEN, seg("S", 90), seg("SA", 300, 91), "SYN-RECEIVED"),
    ("8.4: ACK 91 =< ISS 100 draws a believable RST", SYN_SENT, seg("SA", 300, 91), seg("R", 91), "SYN-SENT"),
    ("8.5: RST 101 returns a passive open to LISTEN", PASSIVE, seg("R", 101), None, "LISTEN"),
    ("3.5.3: the same RST refuses an active open", ACTIVE, seg("R", 101), None, "CLOSED"),
    ("9.4: SYN 400 tells B nothing; it repeats its numbers", OPEN, seg("S", 400), AN_ACK, "ESTABLISHED"),
    ("9.5: ACK 100 =< ISS 400, so A resets", REOPENING, AN_ACK, seg("R", 100), "SYN-SENT"),
    ("9.5: B aborts on the exact RST", OPEN, seg("R", 100), None, "CLOSED"),
    ("10.3: no connection: RST at SEG.ACK", CLOSED, seg("A", 300, 100, 10), seg("R", 100), "CLOSED"),
    ("11.3: any ACK is bad in LISTEN", LISTEN, seg("SA", 300, 101), seg("R", 101), "LISTEN"),
    (
        "12.2: B's side of the close",
        tcb("ESTABLISHED", 300, 300, 100),
        seg("FA", 100, 300),
        seg("A", 300, 101),
        "CLOSE-WAIT",
    ),
    ("12.3: our FIN is acknowledged", FIN_SENT, seg("A", 300, 101), None, "FIN-WAIT-2"),
    ("12.4: the peer's FIN", tcb("FIN-WAIT-2", 101, 101, 300), seg("FA", 300, 101), seg("A", 101, 301), "TIME-WAIT"),
    ("12.5: our FIN is acknowledged", tcb("LAST-ACK", 300, 301, 101), seg("A", 101, 301), None, "CLOSED"),
    ("13.2: FINs cross", FIN_SENT, seg("FA", 300, 100), seg("A", 101, 301), "CLOSING"),
    ("13.3: ACKs cross", tcb("CLOSING", 100, 101, 301), seg("A", 301, 101), None, "TIME-WAIT"),
    ("12.3 and 12.4 in one segment", FIN_SENT, seg("FA", 300, 101), seg("A", 101, 301), "TIME-WAIT"),
]
TEXT: list[Fact] = [
    ("3.10.7.1: a RST to CLOSED is discarded", CLOSED, seg("R", 7), None, "CLOSED"),
    ("3.10.7.1: no ACK: ACK=SEG.SEQ+SEG.LEN, 7+SYN+3+FIN", CLOSED, seg("SF", 7, 0, 3), seg("RA", 0, 12), "CLOSED"),
    ("3.10.7.2: RST is checked before ACK", LISTEN, seg("RA", 7, 8), None, "LISTEN"),
    ("3.10.7.2: neither RST, ACK nor SYN", LISTEN, seg("F", 7), None, "LISTEN"),
    ("3.10.7.3: a bad ACK on a RST draws nothing", SYN_SENT, seg("RA", 0, 102), None, "SYN-SENT"),
    ("3.10.7.3: ACK 102 > SND.NXT 101", SYN_SENT, seg("SA", 300, 102), seg("R", 102), "SYN-SENT"),
    ("3.10.7.3: RST with the SYN acknowledged", SYN_SENT, seg("RA", 0, 101), None, "CLOSED"),
    ("3.10.7.3: RST without an ACK, even on a SYN", SYN_SENT, seg("SR", 0), None, "SYN-SENT"),
    ("3.10.7.3 fifth: a good ACK alone is dropped", SYN_SENT, seg("A", 300, 101), None, "SYN-SENT"),
    ("3.10.7.4 first: RST outside the window is dropped", OPEN, seg("R", 99), None, "ESTABLISHED"),
    ("3.10.7.4 second (3): RST in the window, not exact", OPEN, seg("R", 101), AN_ACK, "ESTABLISHED"),
    ("3.10.7.4 fourth: a SYN in the window, RFC 5961", OPEN, seg("S", 100), AN_ACK, "ESTABLISHED"),
    ("3.10.7.4 fourth: a new SYN and a passive open", PASSIVE, seg("S", 101), None, "LISTEN"),
    ("3.10.7.4 fourth: an active open is as synchronized", ACTIVE, seg("S", 101), seg("A", 301, 101), "SYN-RECEIVED"),
    ("3.10.7.4 fifth: no ACK: dropped, text and all", OPEN, seg("F", 100, 0, 5), None, "ESTABLISHED"),
    (
        "3.10.7.4 fifth: old, but in range: RST in SYN-RECEIVED",
        PASSIVE,
        seg("A", 101, 300),
        seg("R", 300),
        "SYN-RECEIVED",
    ),
    (
        "3.10.7.4 fifth: out of range: ACK in SYN-RECEIVED",
        PASSIVE,
        seg("A", 101, 302),
        seg("A", 301, 101),
        "SYN-RECEIVED",
    ),
    ("3.10.7.4 fifth: ACK of nothing sent", OPEN, seg("A", 100, 301, 5), AN_ACK, "ESTABLISHED"),
    ("3.10.7.4 fifth: old ACK ignored, text taken", OPEN, seg("A", 100, 299, 5), seg("A", 300, 105), "ESTABLISHED"),
    ("3.10.7.4 fifth: CLOSING ignores the rest", tcb("CLOSING", 100, 101, 301), seg("FA", 301, 100), None, "CLOSING"),
    ("3.10.7.4 fifth: TIME-WAIT acknowledges", TIME_WAIT, seg("A", 301, 101), seg("A", 101, 301), "TIME-WAIT"),
    (
        "3.10.7.4 seventh: text is ignored after a FIN",
        replace(OPEN, state="CLOSE-WAIT"),
        seg("A", 100, 300, 5),
        None,
        "CLOSE-WAIT",
    ),
    ("3.10.7.4 seventh (MAY-13): not at the left edge", OPEN, seg("A", 105, 300, 5), AN_ACK, "ESTABLISHED"),
    ("3.10.7.4 seventh: an empty ACK ahead owes nothing", OPEN, seg("A", 105, 300), None, "ESTABLISHED"),
    ("3.10.7.4 first: new part of a straddling segment", OPEN, seg("A", 95, 300, 8), seg("A", 300, 103), "ESTABLISHED"),
    (
        "3.10.7.4 first: the new part may be the FIN alone",
        OPEN,
        seg("FA", 95, 300, 5),
        seg("A", 300, 101),
        "CLOSE-WAIT",
    ),
    (
        "3.10.7.4 eighth: text, then FIN, one ACK (MUST-58)",
        OPEN,
        seg("FA", 100, 300, 5),
        seg("A", 300, 106),
        "CLOSE-WAIT",
    ),
    ("3.10.7.4 eighth: remain, but over the FIN", TIME_WAIT, seg("FA", 301, 101), seg("A", 101, 302), "TIME-WAIT"),
    ("3.10.7.4 eighth: a FIN after a gap waits", OPEN, seg("FA", 101, 300), AN_ACK, "ESTABLISHED"),
]


@pytest.mark.parametrize(
    ("reason", "at", "segment", "reply", "state"), FIGURES + TEXT, ids=lambda v: v if isinstance(v, str) else ""
)
def test_one_arriving_segment(reason: str, at: Tcb, segment: Segment, reply: Segment | None, state: str) -> None:
    """The reply and the state after the line of the figure, or after the paragraph."""
    outcome = arrive(at, segment)
    assert (outcome.reply, outcome.tcb.state) == (reply, state), reason
    assert outcome.row, "no segment passes the table without a row"


@pytest.mark.parametrize(
    ("length", "window", "offset", "ok"),
    [
        (0, 0, 0, True),  # SEG.SEQ = RCV.NXT
        (0, 0, 1, False),
        (0, 0, -1, False),
        (0, 4, 0, True),  # RCV.NXT =< SEG.SEQ
        (0, 4, 3, True),  # SEG.SEQ < RCV.NXT+RCV.WND
        (0, 4, 4, False),
        (0, 4, -1, False),
        (2, 0, 0, False),  # "not acceptable", even at RCV.NXT
        (2, 4, 3, True),  # the first octet is the last of the window
        (2, 4, 4, False),
        (2, 4, -1, True),  # the last octet is the first of the window
        (2, 4, -2, False),
        (8, 4, -1, False),  # both ends outside: Table 6 refuses a segment that covers the whole window
    ],
)
@pytest.mark.parametrize("rcv", [100, 0, 1, 2**32 - 1, 2**32 - 3])
def test_table_6(length: int, window: int, offset: int, ok: bool, rcv: int) -> None:
    """The four cases, also where window and segment wrap around 2**32. Refused: "first" is the only row taken."""
    at, options = tcb("ESTABLISHED", 300, 300, rcv), replace(RFC, window=window)
    outcome = arrive(at, seg("A", (rcv + offset) % 2**32, 300, length), options)
    assert ("3.10.7.4 first" in outcome.row) is not ok
    assert ok or (outcome.reply, outcome.tcb) == (seg("A", 300, rcv), at)


def test_opening_fills_in_the_variables() -> None:
    """3.10.7.2 third and 3.10.7.3 fourth name them: RCV.NXT, IRS, SND.NXT, SND.UNA, and SND.UNA <- SEG.ACK."""
    assert arrive(LISTEN, seg("S", 100)).tcb == PASSIVE
    assert arrive(SYN_SENT, seg("S", 300)).tcb == replace(SYN_SENT, state="SYN-RECEIVED", rcv_nxt=301, irs=300)
    opened = arrive(SYN_SENT, seg("SA", 300, 101)).tcb
    assert opened == Tcb("ESTABLISHED", snd_una=101, snd_nxt=101, iss=100, rcv_nxt=301, irs=300)
    assert arrive(PASSIVE, seg("R", 101)).tcb == LISTEN
    assert arrive(ACTIVE, seg("R", 101)).tcb == CLOSED


def test_numbers_wrap_around() -> None:
    """3.4: arithmetic is modulo 2**32; 2**32 - 1 is followed by 0 for SYN, text, FIN and acknowledgments alike."""
    last = 2**32 - 1
    assert arrive(LISTEN, seg("S", last), isn=last).reply == seg("SA", last, 0)
    assert arrive(LISTEN, seg("S", last), isn=last).tcb.snd_nxt == 0
    assert arrive(CLOSED, seg("S", last, 0, 2)).reply == seg("RA", 0, 2)
    at = tcb("ESTABLISHED", last, 4, last)
    after = arrive(at, seg("FA", last, 2, 3))
    assert (after.reply, after.tcb.snd_una, after.tcb.rcv_nxt) == (seg("A", 4, 3), 2, 3)
    assert arrive(at, seg("A", last, 5)).reply == seg("A", 4, last)  # one beyond SND.NXT
    assert arrive(at, seg("A", last, last - 5)).reply is None  # old, within MAX.SND.WND


@pytest.mark.parametrize(
    ("options", "ackno", "draws_ack"),
    [
        (RFC, 2000, False),  # SND.UNA - MAX.SND.WND is the lowest in the range
        (RFC, 1999, True),
        (replace(RFC, ack_range="rfc5961-synchronized"), 1999, True),
        (replace(RFC, ack_range="off"), 1999, False),  # merely old: "it can be ignored"
        (replace(RFC, ack_range="off"), 3001, True),  # without the range, SEG.ACK > SND.NXT still draws an ACK
    ],
)
def test_ack_range(options: Options, ackno: int, draws_ack: bool) -> None:
    """MAY-12: (SND.UNA - MAX.SND.WND) =< SEG.ACK =< SND.NXT, here 2000 =< SEG.ACK =< 3000."""
    assert (arrive(tcb("ESTABLISHED", 3000, 3000, 100), seg("A", 100, ackno), options).reply is not None) is draws_ack


def test_syn_received_without_the_ack_range() -> None:
    """3.5.2, group 2: an unacceptable ACK in a non-synchronized state draws a RST and the state stays."""
    for options in (replace(RFC, ack_range="rfc5961-synchronized"), RFC793):
        outcome = arrive(PASSIVE, seg("A", 101, 302), options)
        assert (outcome.reply, outcome.tcb) == (seg("R", 302), PASSIVE)


def test_rfc_793_resets() -> None:
    """Without RFC 5961 any RST in the window resets, and "if the SYN is in the window it is an error: send a reset"."""
    assert arrive(OPEN, seg("R", 1099), RFC793).tcb == CLOSED
    assert arrive(OPEN, seg("R", 1100), RFC793) == replace(arrive(OPEN, seg("R", 1100)), tcb=OPEN, reply=None)
    assert arrive(OPEN, seg("S", 400), RFC793).reply == seg("RA", 0, 401)
    outcome = arrive(OPEN, seg("SA", 400, 55), RFC793)
    assert (outcome.reply, outcome.tcb) == (seg("R", 55), CLOSED)
    assert arrive(OPEN, seg("S", 99), RFC793).reply == AN_ACK  # left of the window: the first step


def test_a_trimmed_syn_leaves_the_text() -> None:
    """First step: portions outside the window are trimmed "including SYN and FIN"; the text begins at SEG.SEQ+1."""
    outcome = arrive(PASSIVE, seg("SA", 100, 301, 4))
    assert (outcome.reply, outcome.tcb.state) == (seg("A", 301, 105), "ESTABLISHED")
    assert arrive(OPEN, seg("SA", 99, 300, 4), RFC793).reply == seg("A", 300, 104)
    assert arrive(OPEN, seg("SA", 99, 300, 4)).reply == AN_ACK  # RFC 5961: "irrespective of the sequence number"


def test_the_window_limits_what_is_taken() -> None:
    """Seventh: "until either the buffer is full or the segment is empty"; a FIN outside the window is trimmed off."""
    small = replace(RFC, window=4)
    assert arrive(OPEN, seg("A", 100, 300, 6), small).reply == seg("A", 300, 104)
    outcome = arrive(OPEN, seg("FA", 100, 300, 4), small)
    assert (outcome.reply, outcome.tcb.state) == (seg("A", 300, 104), "ESTABLISHED")
    assert arrive(OPEN, seg("FA", 100, 300, 3), small).tcb.state == "CLOSE-WAIT"


def test_data_on_a_syn_waits_for_established() -> None:
    """3.5: the data on a SYN is held "until it is clear the data is valid"; 3.10.7.2 third: it is queued."""
    held = arrive(LISTEN, seg("SF", 100, 0, 5))
    assert held.reply == seg("SA", 300, 101)
    assert held.tcb == replace(PASSIVE, syn_text=5, syn_fin=True)
    opened = arrive(held.tcb, seg("A", 101, 301))
    assert (opened.reply, opened.tcb.state, opened.tcb.syn_text) == (seg("A", 301, 107), "CLOSE-WAIT", 0)
    assert not opened.tcb.syn_fin
    more = arrive(replace(PASSIVE, syn_text=5), seg("FA", 106, 301, 2))
    assert (more.reply, more.tcb.state) == (seg("A", 301, 109), "CLOSE-WAIT")  # 106 is then the next number
    assert arrive(LISTEN, seg("SF", 100, 0, 5), replace(RFC, data_on_syn="dropped")).tcb == PASSIVE
    full = arrive(LISTEN, seg("SF", 100, 0, 5), replace(RFC, window=5)).tcb
    assert (full.syn_text, full.syn_fin) == (5, False)  # the FIN is the sixth number


def test_data_on_a_syn_ack_is_processed_at_once() -> None:
    """3.10.7.3 fourth: "continue processing at the sixth step"; one ACK covers SYN, text and FIN."""
    outcome = arrive(SYN_SENT, seg("SAF", 300, 101, 5))
    assert (outcome.reply, outcome.tcb.state) == (seg("A", 101, 307), "CLOSE-WAIT")
    outcome = arrive(SYN_SENT, seg("SAF", 300, 101, 5), replace(RFC, data_on_syn="dropped"))
    assert (outcome.reply, outcome.tcb.state) == (seg("A", 101, 301), "ESTABLISHED")


def test_queued_calls_go_out_on_the_acknowledgment() -> None:
    """3.10.7.3 fourth: "Data or controls that were queued for transmission MAY be included"."""
    outcome = arrive(replace(SYN_SENT, queued=7), seg("SA", 300, 101))
    assert (outcome.reply, outcome.tcb.snd_nxt, outcome.tcb.queued) == (seg("A", 101, 301, 7), 108, 0)
    outcome = arrive(replace(PASSIVE, queued=7, close_queued=True), seg("A", 101, 301))
    assert (outcome.reply, outcome.tcb.snd_nxt, outcome.tcb.state) == (seg("FA", 301, 101, 7), 309, "FIN-WAIT-1")
    outcome = arrive(replace(PASSIVE, close_queued=True), seg("FA", 101, 301))
    assert (outcome.reply, outcome.tcb.state) == (seg("FA", 301, 102), "LAST-ACK")  # CLOSE in CLOSE-WAIT


def test_time_wait_assassination() -> None:
    """RFC 1337, Figure 1: 5.1 draws 5.2, whose RST 5.3 ends TIME-WAIT; F1 ignores it; RFC 5961 does not help."""
    assert arrive(TIME_WAIT, seg("A", 255, 33)).reply == seg("A", 101, 301)
    assert arrive(CLOSED, seg("A", 101, 301)).reply == seg("R", 301)
    assert arrive(TIME_WAIT, seg("R", 301)).tcb == CLOSED
    f1 = arrive(TIME_WAIT, seg("R", 301), replace(RFC, rfc1337=True))
    assert (f1.reply, f1.tcb) == (None, TIME_WAIT)
    beyond = arrive(TIME_WAIT, seg("R", 302), replace(RFC, rfc1337=True))  # F1: "ignore RST segments", all of them
    assert (beyond.reply, beyond.tcb) == (None, TIME_WAIT)


def test_rfc_1337_hazards() -> None:
    """Figure 2, 3: the old duplicate is in the window; Figure 3: an endless ACK loop; Figure 4: the RST kills a SYN."""
    b = tcb("ESTABLISHED", 101, 101, 500)
    assert arrive(b, seg("A", 560, 101, 80)).reply == seg("A", 101, 500)  # H1: not refused as out of the window
    a, b = tcb("ESTABLISHED", 600, 600, 101), tcb("ESTABLISHED", 101, 101, 640)
    assert arrive(a, seg("A", 101, 640)).reply == seg("A", 600, 101)  # H2: acknowledges what was never sent
    assert arrive(b, seg("A", 600, 101)).reply == seg("A", 101, 640)  # H2: below the window, and so on for ever
    assert arrive(SYN_SENT, seg("A", 300, 123)).reply == seg("R", 123)  # H3, line 5
    assert arrive(PASSIVE, seg("R", 123), RFC793).tcb == LISTEN  # H3: 123 is in B's window [101,900)
    assert arrive(PASSIVE, seg("R", 123)).tcb == PASSIVE  # RFC 5961 only challenges it


def test_two_way_handshake() -> None:
    """Without the third segment LISTEN opens at once, so an old SYN is believed; that is why 3.5 has three ways."""
    opened = arrive(LISTEN, seg("SF", 90, 0, 5), TWO_WAY)
    assert opened.reply == seg("SA", 300, 91)
    assert opened.tcb == Tcb("ESTABLISHED", 301, 301, 300, 91, 90, passive_open=True)
    again = arrive(opened.tcb, seg("S", 90), TWO_WAY)
    assert (again.reply, again.tcb) == (opened.reply, opened.tcb)
    assert arrive(opened.tcb, seg("S", 100), TWO_WAY).reply == seg("A", 301, 91)  # another SYN: challenged
    silent = arrive(SYN_SENT, seg("SA", 300, 101), TWO_WAY)
    assert (silent.reply, silent.tcb.state) == (None, "ESTABLISHED")
    assert arrive(SYN_SENT, seg("SA", 300, 101, 2), TWO_WAY).reply == seg("A", 101, 303)
    assert arrive(SYN_SENT, seg("SAF", 300, 101, 2), replace(TWO_WAY, window=0)).reply is None


def test_the_words_of_the_table() -> None:
    """Every word in a column is defined, and every definition is used by a row."""
    words = {part.removeprefix("not ") for row in TABLE for part in row.check.split(" & ")} - {""}
    assert words == set(CHECKS)
    assert {row.reply for row in TABLE} == set(REPLIES)
    assert {row.change for row in TABLE} == set(CHANGES)
    paragraphs = [row.paragraph for row in TABLE]
    assert all(row.then in ("return", "go on", *paragraphs) for row in TABLE)
    assert len(paragraphs) == len({(row.paragraph, row.states, row.check) for row in TABLE})
