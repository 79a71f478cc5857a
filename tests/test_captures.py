"""Captures of real stacks, and the judge that finds the runs of the model behind them."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from benchmarks.alterations import count, judged_end
from benchmarks.alterations import main as alterations
from model.conform.capture import Conversation, Seen, Socket, read_capture
from model.conform.interpreter import Interpreter, Seg
from model.conform.on_the_way import between
from model.conform.own_host import Finding, exactly
from model.conform.stacks import LINUX, PROFILES, RFC9293
from model.tcp.segment import CONTROLS

FOLDER = Path(__file__).parent / "data" / "captures"
FILES = sorted(path.name for path in FOLDER.glob("*.pcap"))
A, B = Socket("192.0.2.1", 1000), Socket("192.0.2.2", 80)


def departures() -> dict[str, str]:
    with (FOLDER / "index.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {name: row["departure"] for row in rows for name in row["pcaps"].split(",")}


@cache
def interpreter(profile: str) -> Interpreter:
    return Interpreter(PROFILES[profile])


def verdicts(name: str, profile: str) -> list[Finding]:
    path = FOLDER / name
    conversations = read_capture(path).conversations
    return [exactly(interpreter(profile), c, judged_end(path, c)) for c in conversations]


@pytest.mark.parametrize("name", FILES)
def test_what_linux_did_is_explained(name: str) -> None:
    assert {finding.verdict for finding in verdicts(name, "linux")} == {"explained"}


def test_there_are_116_captures_with_127_connections() -> None:
    assert len(FILES) == 116
    assert sum(len(verdicts(name, "linux")) for name in FILES) == 127


def test_the_strict_profile_rejects_none_but_departures() -> None:
    rejected = [name for name in FILES if any(f.verdict != "explained" for f in verdicts(name, "rfc9293"))]
    assert rejected == ["g2_synack_with_data.pcap", "h4_syn_in_timewait_lower_rfc1337.pcap"]
    assert {departures()[name] for name in rejected} == {"4", "6"}


def test_seen_from_the_way_the_ends_are_explained_too() -> None:
    found = Counter[str]()
    for name in FILES:
        path = FOLDER / name
        for conversation in read_capture(path).conversations:
            found[between(interpreter("linux"), conversation, judged_end(path, conversation)).verdict] += 1
    assert found == {"explained": 127}


@pytest.mark.minutes
def test_one_altered_segment_is_found_as_often_as_it_can_be() -> None:
    found = count(FOLDER, Interpreter(LINUX))
    assert found["SEG.ACK + 1"] == (503, 503)
    assert found["SEG.ACK - 1 of SYN,ACK"] == (101, 101)
    shares = {kind: 100 * rejected // of for kind, (rejected, of) in found.items()}
    assert shares["SEG.SEQ + 1, without SYN"] >= 97
    assert shares["RST becomes ACK"] >= 83
    assert shares["SYN hidden"] >= 82
    assert shares["FIN hidden"] >= 79


@pytest.mark.parametrize(("packets", "complaint"), [(0, "no captures"), (1, "no end has the address 10.77.0.1")])
def test_what_is_not_the_collection_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], packets: int, complaint: str
) -> None:
    if packets:
        (tmp_path / "x.pcap").write_bytes(
            (FOLDER / "k26_refused.B.pcap").read_bytes().replace(b"\x0a\x4d", b"\x0a\x4e")
        )
    assert alterations([str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert complaint in line


# -- stories of our own: a line is sender, control bits, SEQ, ACK, octets of text, and a pause before it (+ seconds) --


def conversation(*lines: str, window: int = 1000) -> Conversation:
    """Each line: `A SA 300 101 0 +2`, from A or B."""
    segments, time = [], 0.0
    for number, line in enumerate(lines, 1):
        side, letters, seq, ackno, text, *pause = line.split()
        time += float(pause[0]) if pause else 0.01
        on = {name: name[0].upper() in letters for name in CONTROLS}
        x = Seg(**on, seq=int(seq) % 2**32, ackno=int(ackno) % 2**32, text=int(text))
        segments.append(Seen(number, time, A if side == "A" else B, x, window))
    return Conversation((A, B), segments, time)


OPEN = ("A S 100 0 0", "B SA 300 101 0", "A A 101 301 0")
WRAP = ("A S -3 0 0", "B SA -2 -2 0", "A A -2 -1 0")


def ends(lines: tuple[str, ...], profile: str = "rfc9293") -> list[str]:
    """The verdicts on A, on whose host it was captured, and on A and B as seen from the way."""
    what, made = conversation(*lines), interpreter(profile)
    return [exactly(made, what, A).verdict, *(between(made, what, end).verdict for end in (A, B))]


GOOD = {
    "the numbers wrap": (*WRAP, "A A -2 -1 5", "B A -1 3 0", "B FA -1 3 0", "A A 3 0 0"),
    "simultaneous open": (
        "A S 100 0 0",
        "B S 300 0 0",
        "A SA 100 301 0",
        "B SA 300 101 0",
        "A A 101 301 0",
        "B A 301 101 0",
    ),
    "simultaneous close": (*OPEN, "A FA 101 301 0", "B FA 301 101 0", "A A 102 302 0", "B A 302 102 0"),
    "text with FIN": (*OPEN, "A FA 101 301 10", "B A 301 112 0", "B FA 301 112 0", "A A 112 302 0"),
    "sent again, joined": (*OPEN, "A A 101 301 5", "A A 106 301 5", "A A 101 301 10", "B A 301 111 0"),
    "sent again, with more": (*OPEN, "A A 101 301 5", "A A 101 301 9", "B A 301 110 0"),
    "keep-alive": (*OPEN, "A A 100 301 0 +60", "B A 301 101 0"),
    "refused": ("A S 100 0 0", "B RA 0 101 0"),
    "late duplicate": (*OPEN, "A A 101 301 5", "A A 101 301 5", "B A 301 106 0", "B A 301 106 0"),
    "abort": (*OPEN, "A RA 101 301 0"),
    "again on the same ports": (*OPEN, "A R 101 0 0", "A S 5000 0 0", "B SA 9000 5001 0", "A A 5001 9001 0"),
}
BAD_A = {
    "an ACK of what was not sent": (*OPEN, "A A 101 302 0"),
    "a gap": (*OPEN, "A A 102 301 5"),
    "another SYN,ACK's ACK": ("A S 100 0 0", "B SA 300 102 0", "A A 101 301 0"),
    "text after FIN": (*OPEN, "A FA 101 301 0", "A A 102 301 5"),
    "FIN at another number": (*OPEN, "A FA 101 301 0", "A FA 102 301 0"),
    "SYN,ACK without a SYN": ("A SA 100 300 0", "B A 300 101 0"),
    "a reset at another number": (*OPEN, "A R 103 0 0"),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_tcp_does_is_explained(name: str) -> None:
    assert ends(GOOD[name]) == ["explained"] * 3


@pytest.mark.parametrize("name", BAD_A)
def test_what_tcp_does_not_do_is_not_explained(name: str) -> None:
    on_host_a, seen_a, _ = ends(BAD_A[name])
    assert (on_host_a, seen_a) == ("not explained", "not explained")


def test_the_first_segment_that_is_not_explained_is_told_with_what_was_possible() -> None:
    finding = exactly(interpreter("rfc9293"), conversation(*OPEN, "A A 102 301 5"), A)
    assert finding.at == 4
    assert finding.reason == "packet 4: 192.0.2.1:1000 sends <SEQ=102><ACK=301><DATA=5><CTL=ACK>"
    assert finding.events == [
        "active OPEN => SYN-SENT, sends <SEQ=100><CTL=SYN>",
        "<SEQ=300><ACK=101><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=101><ACK=301><CTL=ACK>",
        "acknowledges: sends <SEQ=101><ACK=301><CTL=ACK>",
    ]
    assert (
        "ESTABLISHED: <SEQ=101><ACK=301><CTL=ACK>; <SEQ=101><ACK=301><DATA=1><CTL=ACK> (SEND in ESTABLISHED)"
        in (finding.allowed[1])
    )


def test_on_its_own_host_an_ack_has_to_have_a_reason() -> None:
    what = conversation(*OPEN, "A A 101 301 0")
    assert exactly(interpreter("rfc9293"), what, A).verdict == "not explained"
    assert between(interpreter("rfc9293"), what, A).verdict == "explained"  # B's SYN,ACK may have come again.


def test_on_its_own_host_a_reply_that_is_due_has_to_come() -> None:
    closed = ("A S 100 0 0", "B SA 300 101 0", "A A 101 301 0", "B A 301 101 5", "A R 101 0 0")
    assert exactly(interpreter("rfc9293"), conversation(*closed), A).verdict == "explained"
    silent = conversation("A S 100 0 0", "B A 300 90 0", "B A 300 90 0 +5")
    finding = exactly(interpreter("rfc9293"), silent, A)
    assert (finding.verdict, finding.allowed) == (
        "not explained",
        [
            "CLOSED: must send <SEQ=90><CTL=RST>",
            "LISTEN: must send <SEQ=90><CTL=RST>",
            "SYN-SENT: must send <SEQ=90><CTL=RST>",
        ],
    )


def test_on_its_own_host_a_reply_that_is_due_comes_first() -> None:
    begun = ("A S 100 0 0", "B A 300 90 0")
    made = interpreter("rfc9293")
    assert exactly(made, conversation(*begun, "A R 90 0 0", "A S 100 0 0"), A).verdict == "explained"
    assert exactly(made, conversation(*begun, "A S 100 0 0", "A R 90 0 0"), A).verdict == "not explained"


def test_on_its_own_host_a_reply_that_is_due_comes_before_the_capture_ends() -> None:
    what, made = conversation("A S 100 0 0", "B A 300 90 0"), interpreter("rfc9293")
    assert exactly(made, what, A).verdict == "explained"  # The capture ends at once.
    finding = exactly(made, replace(what, until=what.until + 5), A)
    assert (finding.verdict, finding.at) == ("not explained", 2)
    assert finding.reason == "after packet 2: 192.0.2.1:1000 has to reply"


def test_a_probe_comes_after_a_while() -> None:
    made = interpreter("rfc9293")
    assert exactly(made, conversation(*OPEN, "A A 100 301 0 +60"), A).verdict == "explained"
    assert exactly(made, conversation(*OPEN, "A A 100 301 0"), A).verdict == "not explained"


def test_what_is_beyond_may_be_held() -> None:
    lines = (*OPEN, "B A 306 101 5", "A A 101 301 0", "B A 301 101 5", "A A 101 311 0")
    assert exactly(interpreter("rfc9293"), conversation(*lines), A).verdict == "explained"


def test_what_cannot_be_judged_says_why() -> None:
    made = interpreter("rfc9293")
    midstream = conversation("A A 101 301 5", "B A 301 106 0")
    assert exactly(made, midstream, B).reason == "it started before the capture"
    half_open = conversation("A S 100 0 0", "B A 700 50 0", "A R 50 0 0", "A S 100 0 0 +1")  # Figure 9
    assert exactly(made, half_open, A).verdict == "explained"
    assert exactly(made, half_open, B).reason == "it had a connection before the capture"
    one_sided = conversation("A A 101 301 0", "A A 101 301 5")
    assert exactly(made, one_sided, A).reason == "only one direction was captured"
    unanswered = conversation("A S 100 0 0", "A S 100 0 0 +1", "A S 100 0 0 +2")
    assert exactly(made, unanswered, A).verdict == "explained"
    assert between(made, unanswered, B).reason == "it sent nothing"


def test_old_duplicates_and_missed_segments_are_counted() -> None:
    made = interpreter("rfc9293")
    old = conversation("B SA 300 91 0", "A R 91 0 0")  # Figure 11: the old SYN came from nowhere.
    assert between(made, old, B).verdict == "not explained"
    assert between(made, old, B, unknown=1).verdict == "explained"
    twice = conversation("A S 100 0 0", "B SA 300 91 0", "A R 91 0 0", "B SA 700 95 0", "A R 95 0 0")
    assert [between(made, twice, B, unknown=n).verdict for n in (1, 2)] == ["not explained", "explained"]
    gap = conversation(*OPEN, "A A 106 301 5", "A A 101 301 5")
    assert between(made, gap, A).verdict == "not explained"
    assert between(made, gap, A, missed=1).verdict == "explained"


def test_syn_above_rcv_nxt_opens_again_out_of_time_wait_on_linux_at_once() -> None:
    closed = (*OPEN, "B FA 301 101 0", "A FA 101 302 0", "B A 302 102 0")
    again = (*closed, "A S 50 0 0", "B SA 900 51 0")
    assert exactly(Interpreter(RFC9293), conversation(*again), B).verdict == "explained"  # its 2 MSL may be over
