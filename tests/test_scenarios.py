"""Every figure of the RFC that is written down in properties/scenarios is a run; and only as it is written."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from model.check import main
from model.conform.capture import read_capture
from model.core.run import replay
from model.pictures.flights import history
from model.questions.scenario import BadScenario, NoRun, Scenario, read_scenario, run_scenario
from model.settings.config import Config
from model.tcp.state import STATES
from properties.claims import CLAIMS

FOLDER = Path(__file__).parent.parent / "properties" / "scenarios"
ENDS = {
    # file: states of A and B at the end, steps, segments left in the network
    "figure-6": ("ESTABLISHED", "ESTABLISHED", 7, 1),
    "data-on-third-segment": ("ESTABLISHED", "ESTABLISHED", 7, 0),
    "figure-8-in-window": ("ESTABLISHED", "ESTABLISHED", 12, 0),
    "figure-9-in-window": ("CLOSED", "CLOSED", 9, 0),
    "hazard-h1": ("ESTABLISHED", "ESTABLISHED", 26, 1),
    "rfc1337-figure-1": ("CLOSED", "CLOSED", 22, 0),
    "rfc1337-figure-2-as-it-goes": ("ESTABLISHED", "ESTABLISHED", 27, 2),
    "rfc1337-figure-3": ("ESTABLISHED", "ESTABLISHED", 28, 1),
    "rfc1337-figure-4": ("CLOSED", "LISTEN", 17, 0),
    "new-syn-in-time-wait": ("CLOSED", "CLOSED", 21, 0),
    "figure-8": ("ESTABLISHED", "ESTABLISHED", 10, 0),
    "figure-9": ("SYN-SENT", "CLOSED", 11, 1),
    "figure-10": ("CLOSED", "CLOSED", 9, 0),
    "figure-11": ("LISTEN", "LISTEN", 7, 0),
    "figure-12": ("CLOSED", "CLOSED", 12, 0),
    "figure-13": ("CLOSED", "CLOSED", 13, 0),
    "figure-7-as-it-goes": ("ESTABLISHED", "ESTABLISHED", 8, 0),
    "aborts": ("CLOSED", "CLOSED", 55, 1),
    "user-timeouts": ("CLOSED", "CLOSED", 46, 2),
    "syn-received-timeouts": ("CLOSED", "SYN-SENT", 7, 2),
    "queued-calls": ("CLOSED", "CLOSED", 20, 1),
    "retransmissions": ("LAST-ACK", "TIME-WAIT", 31, 3),
    "retransmissions-in-closing": ("FIN-WAIT-1", "CLOSING", 33, 4),
}

NONE = {
    # file: where it stops, the steps before, and what happens instead
    "figure-7": (7, 4, "arrives => SYN-RECEIVED, sends <SEQ=101><ACK=301><CTL=ACK>"),
    "rfc1337-figure-2": (24, 21, "arrives => ESTABLISHED, sends <SEQ=101><ACK=600><CTL=ACK>"),
}
DRAWN = {
    # file: the segments of the figure, in its order; > leaves A, < leaves B, and both arrive where the RFC says so
    "figure-6": "> 100 SYN, < 300 101 SYN,ACK, > 101 301 ACK, > 101 301 1 ACK",
    "figure-7-as-it-goes": "> 100 SYN, < 300 SYN, > 100 301 SYN,ACK, < 300 101 SYN,ACK",
    "figure-8": "> 100 SYN, < 300 91 SYN,ACK, > 91 RST, < 400 101 SYN,ACK, > 101 401 ACK",
    "figure-9": "> 400 SYN, < 300 100 ACK, > 100 RST, > 400 SYN",
    "figure-10": "< 300 100 10 ACK, > 100 RST",
    "figure-11": "> 100 SYN, < 300 101 SYN,ACK, > 101 RST",
    "figure-12": "> 100 300 FIN,ACK, < 300 101 ACK, < 300 101 FIN,ACK, > 101 301 ACK",
    "figure-13": "> 100 300 FIN,ACK, < 300 100 FIN,ACK, > 101 301 ACK, < 301 101 ACK",
    "rfc1337-figure-1": "> 100 300 FIN,ACK, < 300 101 ACK, < 300 101 FIN,ACK, > 101 301 ACK, > 101 301 ACK, < 301 RST",
    "rfc1337-figure-2-as-it-goes": "> 400 101 100 ACK, < 101 500 ACK, < 101 500 ACK, > 500 101 100 ACK, < 101 640 ACK,"
    " > 600 101 100 ACK, > 700 101 100 ACK",
    "rfc1337-figure-3": "< 101 640 ACK, > 600 101 ACK, < 101 640 ACK, > 600 101 ACK, < 101 640 ACK",
    "rfc1337-figure-4": "> 100 SYN, < 400 101 SYN,ACK, > 123 RST, > 101 401 ACK, < 401 RST",
}


@cache
def story(name: str) -> Scenario:
    """A scenario by its file's name, under the configuration that its claim says it is a run of."""
    (cell,) = [
        cell
        for claim in CLAIMS
        for cell in claim.cells
        if claim.story(cell.variant) == f"{name}.story" and (cell.expected == "holds" or name in NONE)
    ]
    assert isinstance(cell.config, Config)
    return read_scenario(FOLDER / f"{name}.story", cell.config)


def changed(name: str, number: int, **changes: str) -> Scenario:
    """A scenario with the line `number` of its file changed."""
    scenario = story(name)
    lines = [replace(line, **changes) if line.number == number else line for line in scenario.lines]  # type: ignore[arg-type]
    assert lines != list(scenario.lines)
    return replace(scenario, lines=tuple(lines))


def write(folder: Path, *lines: str) -> Path:
    """A scenario file with these lines."""
    path = folder / "new.story"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


SHORT = ("figure-6", "figure-7-as-it-goes", "figure-8", "figure-9", "figure-10", "figure-11", "figure-12", "figure-13")
"""The stories that are told in the default run."""


def test_every_file_is_listed() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {*ENDS, *NONE}


@pytest.mark.parametrize(
    "name", [name if name in SHORT else pytest.param(name, marks=pytest.mark.long) for name in ENDS]
)
def test_the_story_is_a_run(name: str) -> None:
    system, trace = run_scenario(story(name))
    replay(system, trace)
    end = trace.states[-1]
    waiting = sum(1 for variable, value in end.items() if ">" in variable and value)
    assert (STATES[end["A.state"]], STATES[end["B.state"]], len(trace.steps), waiting) == ENDS[name]


@pytest.mark.parametrize("name", NONE)
def test_the_figure_is_no_run(name: str) -> None:
    line, steps, instead = NONE[name]
    with pytest.raises(NoRun) as stop:
        run_scenario(story(name))
    assert str(stop.value).startswith(f"line {line}: ")
    assert str(stop.value).endswith(instead)
    replay(stop.value.system, stop.value.trace)
    assert len(stop.value.trace.steps) == steps


@pytest.mark.minutes
@pytest.mark.parametrize("name", DRAWN)
def test_the_run_has_the_segments_of_the_figure_in_its_order(name: str) -> None:
    """Other segments may come in between: those before the figure's first line, and those that it leaves out."""
    _, trace = run_scenario(story(name))
    sent = iter([h for step in history(trace) for h in step if h.action == "send"])
    for drawn in re.split(", (?=[<>])", DRAWN[name]):
        way, seq, *numbers, controls = drawn.split()
        ack, text = ([f"<ACK={numbers[0]}>"] if numbers else []), [f"<DATA={octets}>" for octets in numbers[1:]]
        wanted = ("A" if way == ">" else "B", "".join([f"<SEQ={seq}>", *ack, *text, f"<CTL={controls}>"]))
        assert any((one.source, one.text) == wanted for one in sent), drawn


@pytest.mark.parametrize(
    ("number", "changes", "parts"),
    [
        (
            6,  # a wrong state
            {"state": "SYN-RECEIVED"},
            ["line 6: '<SEQ=300><ACK=101><CTL=SYN,ACK> arrives => SYN-RECEIVED, sends", "(A is SYN-SENT, B is SYN-REC"],
        ),
        (
            5,  # a wrong segment sent
            {"sends": "<SEQ=300><ACK=100><CTL=SYN,ACK>"},
            ["line 5: ", "possible: <SEQ=100><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=300><ACK=101><CTL=SYN,ACK>"],
        ),
        (5, {"what": "<SEQ=99><CTL=SYN> arrives"}, ["line 5: '<SEQ=99>", "<SEQ=100><CTL=SYN> arrives => SYN-RECEIVED"]),
        (8, {"what": "RETRANSMISSION"}, ["line 8: 'RETRANSMISSION => EST", "; CLOSE in ESTABLISHED => FIN-WAIT-1"]),
    ],
)
def test_a_changed_line_is_refused(number: int, changes: dict[str, str], parts: list[str]) -> None:
    """The message says which line, where both sides are, and what could happen instead."""
    with pytest.raises(NoRun) as refused:
        run_scenario(changed("figure-6", number, **changes))
    assert [part for part in parts if part not in str(refused.value)] == []


def test_the_steps_must_come_in_order() -> None:
    scenario = story("figure-6")
    opens, _, arrives, *_ = scenario.lines
    with pytest.raises(NoRun, match=r"line 5: .* \(A is CLOSED, B is LISTEN\); possible: active OPEN in LISTEN"):
        run_scenario(replace(scenario, lines=(opens, arrives)))


def test_loss_and_duplication_are_steps(tmp_path: Path) -> None:
    """`arrives again` leaves the original in the network; `network loses` takes a segment away."""
    syn, answer = "<SEQ=100><CTL=SYN>", "<SEQ=300><ACK=101><CTL=SYN,ACK>"
    opening = ["set isn_a=100 isn_b=300", "B: passive OPEN", "A: active OPEN"]
    steps = [f"B: {syn} arrives again => SYN-RECEIVED, sends {answer}", f"network loses {answer}"]
    with pytest.raises(NoRun, match=rf"line 7: 'network loses {answer}' is no .* {syn}$"):
        run_scenario(read_scenario(write(tmp_path, *opening, "", *steps, f"network loses {answer}")))


def test_a_file_is_read(tmp_path: Path) -> None:
    """Title, settings, comments; the state and the segment may be left out."""
    path = write(tmp_path, "# A title", "", "set seq_bits=8  isn_a=7 window=2", "A: active OPEN  # comment", "A: CLOSE")
    scenario = read_scenario(path)
    assert (scenario.title, scenario.config.seq_bits, scenario.config.isn_a) == ("A title", 8, "7")
    assert [(line.number, line.what, line.state, line.sends) for line in scenario.lines] == [
        (4, "active OPEN", "", ""),
        (5, "CLOSE", "", ""),
    ]
    assert read_scenario(write(tmp_path, "A: CLOSE")).title == "new"


@pytest.mark.parametrize(
    ("lines", "where", "message"),
    [
        (["# Nothing", "", "# at all"], "", "no steps"),
        (["set window"], ":1", "settings are written FIELD=VALUE"),
        (["A: passive OPEN", "C: active OPEN"], ":2", "a step begins with 'A: ', 'B: ' or 'network loses <'"),
        (["A: passive OPEN", "", "the network loses everything"], ":3", "a step begins with"),
        (["A:"], ":1", "a step begins with"),
        (["A: passive OPEN => OPEN"], ":1", "unknown state OPEN"),
        (["set octets=100 segment_text=20", "A: SEND 30"], ":2", "octets=100 must be a multiple of those of a SEND"),
        (["set octets=100 segment_text=20", "A: SEND 0"], ":2", "octets=100 must be a multiple of those of a SEND"),
    ],
)
def test_malformed_files(tmp_path: Path, lines: list[str], where: str, message: str) -> None:
    path = write(tmp_path, *lines)
    with pytest.raises(BadScenario, match=re.escape(f"{path}{where}: {message}")):
        read_scenario(path)


@pytest.mark.parametrize(("setting", "message"), [("windw=2", "unknown field 'windw'"), ("loss=yes", "loss=yes: must")])
def test_settings_that_make_no_sense(tmp_path: Path, setting: str, message: str) -> None:
    path = write(tmp_path, f"set {setting}", "A: active OPEN")
    with pytest.raises(BadScenario, match=re.escape(f"{path}:1: {message}")):
        read_scenario(path)


@pytest.mark.long
def test_a_send_says_how_many_octets(tmp_path: Path) -> None:
    steps = [
        *("B: passive OPEN", "A: active OPEN", "A: SEND 20", "A: SEND 10", "B: <SEQ=100><CTL=SYN> arrives"),
        "A: <SEQ=300><ACK=101><CTL=SYN,ACK> arrives => ESTABLISHED, sends <SEQ=101><ACK=301><DATA=30><CTL=ACK>",
        "A: SEND 10 => ESTABLISHED, sends <SEQ=131><ACK=301><DATA=10><CTL=ACK>",
    ]
    system, trace = run_scenario(read_scenario(write(tmp_path, "set octets=40 isn_a=100 isn_b=300", *steps)))
    replay(system, trace)
    with pytest.raises(NoRun, match="'SEND 10' is no step of the model"):
        run_scenario(read_scenario(write(tmp_path, "set octets=40 isn_a=100 isn_b=300", *steps, "A: SEND 10")))


# -- the command line ----------------------------------------------------------------------------------------------


def told(path: Path, out: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str, str]:
    """Exit status and output of `--scenario`."""
    status = main(["--scenario", str(path), "--out", str(out), *more])
    return status, *capsys.readouterr()


def test_a_users_scenario_is_told_and_drawn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, report = write(tmp_path, "# Mine", "A: active OPEN => SYN-SENT"), tmp_path / "report.json"
    status, words, errors = told(path, tmp_path, capsys, "--json", str(report), "--write", "pcap")
    assert (status, errors) == (0, "")
    assert words.splitlines()[:3] == ["new", "", "Mine"]
    assert "1 SYN-SENT --> <SEQ=1><CTL=SYN> ... active OPEN" in " ".join(words.split())
    assert str(tmp_path / "new.svg") in words.split()
    assert words.splitlines()[-1] == "new is a run. Exit status 0: it is so."
    whole = (tmp_path / "new.txt").read_text().splitlines()
    assert "  1.  A: active OPEN  [3.10.1]" in whole
    assert f"Reproduce it: python -m model.check --scenario {path}" in whole
    assert (tmp_path / "new.pcap").exists()
    assert json.loads(report.read_text())["claims"][0]["verdict"] == "reachable"


def test_a_users_scenario_with_the_name_of_a_claim_is_not_that_claim(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "half-open.story"
    path.write_text("# Mine [bold]\nA: active OPEN\n")
    assert told(path, tmp_path, capsys)[1].splitlines()[:3] == ["half-open", "", "Mine [bold]"]


def test_a_users_scenario_that_is_no_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "A: active OPEN => SYN-SENT", "A: ABORT => CLOSED, sends nothing", "A: ABORT")
    status, words, errors = told(path, tmp_path, capsys)
    assert (status, errors) == (1, "")
    assert "is no run: 2 steps, " in words
    assert "It stops at line 3: 'ABORT' is no step of the model (A is CLOSED, B" in " ".join(words.split())
    assert words.splitlines()[-1] == "new is no run. Exit status 1: it is not so."
    assert (tmp_path / "new.svg").exists()


@pytest.mark.long
def test_a_scenario_is_told_as_varied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = FOLDER / "figure-9-in-window.story"
    assert told(path, tmp_path, capsys)[0] == 1
    assert told(path, tmp_path, capsys, "--set", "syn=rfc793")[0] == 0
    whole = (tmp_path / "figure-9-in-window-syn-rfc793.txt").read_text().splitlines()
    assert f"Reproduce it: python -m model.check --scenario {path} --set=syn=rfc793" in whole


@pytest.mark.parametrize(
    ("content", "more", "message"),
    [
        (b"A: CLOSE", (), "no run"),
        (b"A: dance", (), ":1: no event begins with 'dance'"),
        (b"A: actve OPEN => SYN-SENT", (), ":1: no event begins with 'actve OPEN'; is it activ"),
        (b"A: active OPEN => SYN-SENT, sendz <SEQ=90><CTL=SYN>", (), ":1: a segment '... arrives'"),
        (b"A: active OPEN, sends <SEQ=90><CTL=SYM>", (), ":1: no segment such as"),
        (b"A: active OPEN, sends <SEQ=99999999999><CTL=SYN>", (), ":1: no segment such as"),
        (b"B: <SEQ=90><CTL=SYN> arives", (), ":1: a segment '... arrives'"),
        (b"dance", (), ":1: a step begins with"),
        (b"\xff\xfe", (), "not a text in UTF-8"),
        (b"\x00", (), "NUL characters"),
        ("A: CLOSE".encode("utf-16"), (), "in UTF-16"),
        (b"A: \x1b[31mCLOSE", (), ":1: a control character or the like: A: \\x1b[31mCLOSE"),
        ("A: CLOSE\u202e".encode(), (), ":1: a control character or the like: A: CLOSE\\u202e"),
        (b"set window=" + b"9" * 5000 + b"\nA: CLOSE", (), "must be a number of at most 10 digits"),
        ("set window=\u0663\nA: CLOSE".encode(), (), "window=\u0663: must be a number"),
        ("set window=\u00b2\nA: CLOSE".encode(), (), "window=\u00b2: must be a number"),
        ("A: SEND \u0663\nA: \x1b".encode(), (), ":2: a control character"),
        (b"set octets=1000000000\nA: SEND", (), "octets=1000000000: one datagram takes at most 65,495"),
        (b"set =\nA: CLOSE", (), "unknown field ''"),
        (b"set rst=either\nA: CLOSE", (), "only a proof for every channel may leave it open"),
        (b"set window=x\nA: CLOSE", (), "window=x: must be a number"),
        (b"A: CLOSE", ("half-open",), "--scenario is about one file"),
        (b"A: CLOSE", ("--set", "slots=3"), "slots: only the claims about a server have it"),
        (None, (), "No such file or directory"),
    ],
)
def test_what_cannot_be_read_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, more: tuple[str, ...], message: str
) -> None:
    path = tmp_path / "new.story"
    if content is not None:
        path.write_bytes(content)
    status, words, errors = told(path, tmp_path, capsys, *more)
    if message == "no run":
        assert (status, errors) == (1, "")
    else:
        assert (status, words, errors.count("\n")) == (2, "", 1)
        assert message in errors


def test_a_story_that_is_odd_but_plain_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "new.story"
    path.write_bytes("\ufeff# Mine\x1b[31m\u2028\r\nA: active OPEN\t=> SYN-SENT # \u2028\x07\r\n".encode())
    status, words, errors = told(path, tmp_path, capsys)
    assert (status, errors) == (0, "")
    assert "Mine\\x1b[31m" in words
    assert all(line.isprintable() for line in words.splitlines())


def test_the_largest_segment_can_be_written_as_a_capture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What fits into no datagram was an internal error; a story of 10^9 octets went on for ever."""
    opening = ("B: passive OPEN", "A: active OPEN", "B: <SEQ=100><CTL=SYN> arrives")
    steps = (*opening, "A: <SEQ=300><ACK=101><CTL=SYN,ACK> arrives", "A: SEND")
    settings = "set isn_a=100 isn_b=300 octets=65495 segment_text=65495 window=100000"
    status, _, errors = told(write(tmp_path, settings, *steps), tmp_path, capsys, "--write", "pcap,packetdrill")
    assert (status, errors) == (0, "")
    (conversation,) = read_capture(tmp_path / "new.pcap").conversations
    assert conversation.segments[-1].x.text == 65495
