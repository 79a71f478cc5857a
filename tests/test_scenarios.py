"""Every figure of the RFC that is written down in properties/scenarios is a run; and only as it is written."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from model.scenario import BadScenario, NoRun, Scenario, read_scenario, run_scenario
from model.tcp.config import BadConfig, Config
from model.tcp.state import STATES
from model.trace import replay
from properties.claims import CLAIMS

FOLDER = Path(__file__).parent.parent / "properties" / "scenarios"
ENDS = {
    # file: states of A and B at the end, steps, segments left in the network
    "figure-6": ("ESTABLISHED", "ESTABLISHED", 7, 1),
    "data-on-third-segment": ("ESTABLISHED", "ESTABLISHED", 7, 0),
    "figure-8-in-window": ("ESTABLISHED", "ESTABLISHED", 12, 0),
    "figure-9-in-window": ("CLOSED", "CLOSED", 9, 0),
    "hazard-h1": ("ESTABLISHED", "ESTABLISHED", 26, 1),
    "hazard-h3": ("CLOSED", "LISTEN", 17, 0),
    "new-syn-in-time-wait": ("CLOSED", "CLOSED", 21, 0),
    "figure-8": ("ESTABLISHED", "ESTABLISHED", 10, 0),
    "figure-9": ("SYN-SENT", "CLOSED", 11, 1),
    "figure-10": ("CLOSED", "CLOSED", 9, 0),
    "figure-11": ("LISTEN", "LISTEN", 7, 0),
    "normal-close": ("CLOSED", "CLOSED", 12, 0),
    "simultaneous-close": ("CLOSED", "CLOSED", 13, 0),
    "simultaneous-open": ("ESTABLISHED", "ESTABLISHED", 8, 0),
}


@cache
def story(name: str) -> Scenario:
    """A scenario by its file's name, under the configuration that its claim says it is a run of."""
    (claim,) = [claim for claim in CLAIMS if claim.scenario == f"{name}.story"]
    (base,) = [cell.config for cell in claim.cells if cell.expected == "holds"]
    assert isinstance(base, Config)
    return read_scenario(FOLDER / claim.scenario, base)


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


def test_every_file_is_listed() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(ENDS)


@pytest.mark.parametrize("name", ENDS)
def test_the_story_is_a_run(name: str) -> None:
    system, trace = run_scenario(story(name))
    replay(system, trace)
    end = trace.states[-1]
    waiting = sum(1 for variable, value in end.items() if ">" in variable and value)
    assert (STATES[end["A.state"]], STATES[end["B.state"]], len(trace.steps), waiting) == ENDS[name]


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
    ],
)
def test_malformed_files(tmp_path: Path, lines: list[str], where: str, message: str) -> None:
    path = write(tmp_path, *lines)
    with pytest.raises(BadScenario, match=re.escape(f"{path}{where}: {message}")):
        read_scenario(path)


@pytest.mark.parametrize(("setting", "message"), [("windw=2", "unknown field 'windw'"), ("loss=yes", "loss=yes: must")])
def test_settings_that_make_no_sense(tmp_path: Path, setting: str, message: str) -> None:
    with pytest.raises(BadConfig, match=message):
        read_scenario(write(tmp_path, f"set {setting}", "A: active OPEN"))
