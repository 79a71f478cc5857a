"""Runs as ladders in plain text: the RFC's own form, and what it has no sign for."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.core.run import Run
from model.network.bounded import Network
from model.pictures.rungs import rung_lines, rungs
from model.questions.scenario import read_scenario, run_scenario
from tests.greeting import COPY, LOST, OLD, Story, greeting, story

TOY = greeting()
LANES = {"A": {"A": "A.state"}, "B": {"B": "B.state"}}
FOLDER = Path(__file__).parent.parent / "properties" / "scenarios"


def ladder(entries: Story, *, width: int = 100, stem: int | None = None, old: bool = True) -> list[str]:
    """The ladder of a story; stem: so many of its steps come before what repeats."""
    trace = story(TOY, entries)
    first = trace if stem is None else Run(trace.initial, trace.steps[:stem])
    loop = None if stem is None else trace.steps[stem:]
    return rung_lines(rungs(TOY, first, LANES, loop=loop, oldest_first=old), width)


def test_figure_6_is_drawn_as_the_rfc_draws_it() -> None:
    scenario = read_scenario(FOLDER / "figure-6.story")
    system, trace = run_scenario(scenario)
    lines = rung_lines(rungs(system, trace, Network(scenario.config).lanes), 100)
    drawn = [" ".join(line.split()[1:]) for line in lines if line.split()[0] in ("2-3", "3-4", "4-5")]
    assert drawn == [
        "SYN-SENT --> <SEQ=100><CTL=SYN> --> SYN-RECEIVED active OPEN",
        "ESTABLISHED <-- <SEQ=300><ACK=101><CTL=SYN,ACK> <-- SYN-RECEIVED",
        "ESTABLISHED --> <SEQ=101><ACK=301><CTL=ACK> --> ESTABLISHED",
    ]
    arrows = {line.index("-->") for line in lines if "--> <" in line} | {
        line.index("<--") for line in lines if "<-- <" in line
    }
    assert len(arrows) == 1, "they stand below each other"


def test_a_delayed_segment_says_when_it_was_sent_and_a_copy_of_what_it_is_one() -> None:
    assert [line.split() for line in ladder(OLD)][2:] == [
        ["1", "ASKING", "-->", "<HELLO=0>", "...", "greet"],
        ["2", "ASKING", "-->", "<HELLO=0>", "...", "greet", "again"],
        ["3", "(copy", "of", "1)", "...", "<HELLO=0>", "-->", "OPEN"],
        ["3-4", "OPEN", "<--", "<WELCOME=0>", "<--", "OPEN"],
        ["5", "IDLE", "(end)"],
        ["6", "(end)", "IDLE"],
        ["7", "(sent", "in", "1)", "...", "<HELLO=0>", "-->", "OPEN"],
        ["...", "<WELCOME=0>", "<--", "OPEN"],
    ]


def test_what_is_lost_ends_with_a_cross() -> None:
    assert [line.split() for line in ladder(LOST)][2:] == [
        ["1", "ASKING", "-->", "<HELLO=0>", "...", "greet"],
        ["2", "ASKING", "-->", "<HELLO=0>", "...", "greet", "again"],
        ["3", "ASKING", "-->", "<HELLO=0>", "x", "(lost)", "greet", "again"],
        ["4", "(sent", "in", "1)", "...", "<HELLO=0>", "x", "(lost)"],
        ["5", "(sent", "in", "2)", "...", "<HELLO=0>", "-->", "OPEN"],
        ["...", "<WELCOME=0>", "<--", "OPEN"],
    ]
    assert [line.split() for line in ladder(["A: greet", "loss"])][2:] == [
        ["1-2", "ASKING", "-->", "<HELLO=0>", "x", "(lost)", "greet"]
    ]


def test_every_step_and_every_segment_has_its_place() -> None:
    stories: list[Story] = [OLD, LOST, ["A: greet", COPY, "B: HELLO arrives"]]
    for entries in stories:
        lines = ladder(entries)
        numbers = {n for line in lines for n in _steps(line.split()[0])}
        assert numbers == set(range(1, len(entries) + 1))
        arrivals = sum(entry != "loss" and "arrives" in str(entry) for entry in entries)
        assert sum("--> OPEN" in " ".join(x.split()) or "OPEN <--" in " ".join(x.split()) for x in lines) == arrivals


def _steps(word: str) -> list[int]:
    first, _, last = word.partition("-")
    return [*range(int(first), int(last or first) + 1)] if first.isdecimal() else []


def test_of_equal_segments_the_latest_may_be_taken_to_arrive() -> None:
    entries = ["A: greet", "A: greet again", "B: HELLO arrives"]
    assert any("(sent in 1)" in line for line in ladder(entries))
    assert ["2-3", "ASKING", "-->", "<HELLO=0>", "-->", "OPEN", "greet", "again"] in [
        line.split() for line in ladder(entries, old=False)
    ]


def test_a_loop_says_where_it_begins_and_that_it_repeats() -> None:
    lines = [" ".join(line.split()) for line in ladder(["A: greet", "A: greet again", "loss"], stem=1)]
    assert lines[3] == "From here on, for ever:"
    assert lines[4] == "2 ASKING --> <HELLO=0> ... greet again"
    assert lines[-1] == "(and again from step 2)"
    assert ladder(["A: greet"], stem=1)[-1].strip() == "From here on nothing more happens, for ever."


def test_a_line_is_not_drawn_across_the_beginning_of_a_loop() -> None:
    lines = [line.split() for line in ladder(["A: greet", "B: HELLO arrives"], stem=1)]
    assert ["1", "ASKING", "-->", "<HELLO=0>", "...", "greet"] in lines
    assert ["2", "(sent", "in", "1)", "...", "<HELLO=0>", "-->", "OPEN"] in lines


@pytest.mark.parametrize("width", [45, 50, 60, 80])
def test_a_note_without_room_stands_above_its_line(width: int) -> None:
    lines = ladder(LOST, width=width)
    assert max(map(len, lines)) <= width
    assert sum("greet again" in line for line in lines) == 2
    if width in (45, 80):
        assert ("(greet again)" in "\n".join(lines)) == (width == 45)
