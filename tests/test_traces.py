"""Traces as text and as data, on a toy whose whole story can be read in one look."""

from __future__ import annotations

import re

import pytest

from model.core.property import Property, always
from model.core.run import Run, confirm
from model.pictures.flights import Flight, flights, history
from model.pictures.text import render_text, steps_json
from tests.greeting import ANSWER, BOTH_OPEN, COPY, LOST, MEANT, OLD, STAYS, Story, greeting, story

TOY = greeting()


# -- segments ------------------------------------------------------------------------------------------------------


def matched(entries: Story, old: bool = True) -> list[tuple[int | None, tuple[int, ...], str | None, int | None]]:
    """What became of the segments of a story."""
    found = flights(history(story(TOY, entries), old))
    return [(flight.sent, flight.copies, flight.end, flight.ended) for flight in found]


def test_the_oldest_of_equal_segments_arrives_first() -> None:
    assert matched(OLD) == [(1, (3,), "arrive", 7), (2, (), None, None), (3, (), "arrive", 4), (7, (), None, None)]


def test_or_the_latest_as_the_reader_wishes() -> None:
    assert matched(OLD, old=False)[:2] == [(1, (), None, None), (2, (3,), "arrive", 7)]
    twice: Story = [
        "A: greet",
        "A: greet again",
        "B: HELLO arrives",
        "B: end",
        "A: WELCOME arrives",
        "B: HELLO arrives",
    ]
    assert matched(twice)[:2] == [(1, (), "arrive", 3), (2, (), "arrive", 6)]
    assert matched(twice, old=False)[:2] == [(1, (), "arrive", 6), (2, (), "arrive", 3)]


def test_a_full_channel_and_the_network_lose_segments() -> None:
    assert matched(LOST)[:3] == [(1, (), "lose", 4), (2, (), "arrive", 5), (3, (), "send-lost", 3)]


def test_an_arrival_comes_before_the_answer_to_it() -> None:
    assert [(h.action, h.text, h.sent) for h in history(story(TOY, ["A: greet", "B: HELLO arrives"]))[1]] == [
        ("arrive", "<HELLO=0>", 1),
        ("send", "<WELCOME=0>", 2),
    ]


def test_what_was_in_the_network_from_the_start_has_no_sender_step() -> None:
    trace = story(TOY, ["A: greet", "B: HELLO arrives"])
    late = Run(trace.states[1], trace.steps[1:])
    assert flights(history(late))[0] == Flight("A", "B", "<HELLO=0>", None, (), "arrive", 1)


# -- text ----------------------------------------------------------------------------------------------------------

SMALL = """\
meant: When B is open, A is not idle, and one greeting has arrived.

Initially
      A.state = IDLE; B.state = IDLE
      everything else is 0

  1.  A: greet  [1.1]
      sends    A -> B  <HELLO=0>
      A.state IDLE -> ASKING

  2.  B: HELLO arrives  [2.1]
      arrives  A -> B  <HELLO=0>  (sent in step 1; a duplicate: the original stays in the network)
      sends    B -> A  <WELCOME=0>
      B.state IDLE -> OPEN
      | bookkeeping: B.greetings 0 -> 1

  3.  B: HELLO arrives  [2.1]
      arrives  A -> B  <HELLO=0>  (sent in step 1)
      sends    B -> A  <WELCOME=0>  (lost: the channel is full)
      | bookkeeping: B.greetings 1 -> 2

The last state violates 'meant'.
      here: a second greeting has arrived
The trace is a shortest one: 3 steps, and no run with fewer shows this.
Reproduce it: check meant
"""


def test_the_text_of_a_small_trace() -> None:
    trace = story(TOY, ["A: greet", COPY, "B: HELLO arrives"])
    confirm(TOY, MEANT, trace)
    assert render_text(TOY, trace, prop=MEANT, command="check meant", hidden=[ANSWER.name]) == SMALL


def test_full_states_show_every_variable_after_every_step() -> None:
    text = render_text(TOY, story(TOY, ["A: greet", "loss"]), prop=None, full_states=True, hidden=[ANSWER.name])
    assert text.count("A.round = 0") == text.count("B>A.0 = 0") == text.count("B.greetings = 0") == 3
    assert re.findall(r"A>B\.0 = (\d)", text) == ["0", "4", "0"]
    assert "lost in the network  A -> B  <HELLO=0>  (sent in step 1)" in text
    assert "->" not in re.sub("A -> B", "", text)


@pytest.mark.parametrize(
    ("prop", "entries", "shown"),
    [
        (BOTH_OPEN, ["A: greet", "B: HELLO arrives", "A: WELCOME arrives"], "The last state reaches 'both-open'."),
        (STAYS, ["A: greet", "B: HELLO arrives", "A: WELCOME arrives", "A: end"], "The last step violates 'stays'."),
        (BOTH_OPEN, ["A: greet"], "The end of this trace says nothing about 'both-open'."),
        (MEANT, [], "The end of this trace says nothing about 'meant'."),
    ],
)
def test_the_end_says_what_the_trace_shows(prop: Property, entries: Story, shown: str) -> None:
    assert shown in render_text(TOY, story(TOY, entries), prop=prop).splitlines()


def test_a_trace_need_not_be_shortest() -> None:
    text = render_text(TOY, story(TOY, ["A: greet"]), prop=None, shortest=False)
    assert text.splitlines()[-1] == "The trace has 1 step; a shorter one may exist."
    assert render_text(TOY, story(TOY, []), prop=None).splitlines()[-1].startswith("The trace has no step")


@pytest.mark.parametrize("full", [False, True])
def test_lines_have_at_most_100_columns(full: bool) -> None:
    wordy = always("wordy", MEANT.term, "many words " * 30, {"a part with words " * 9: MEANT.term})
    text = render_text(TOY, story(TOY, OLD), prop=wordy, full_states=full)
    assert max(map(len, text.splitlines())) <= 100


def test_steps_as_data() -> None:
    steps = steps_json(TOY, story(TOY, ["A: greet", COPY, "A: WELCOME arrives", "A: end"]))
    assert [step["segment"] for step in steps] == ["<HELLO=0>", "<HELLO=0>; <WELCOME=0>", "<WELCOME=0>", None]
    assert [step["side"] for step in steps] == ["A", "B", "A", "A"]
    assert [step["event"] for step in steps] == ["greet", "HELLO arrives", "WELCOME arrives", "end in OPEN"]
    assert [step["state"]["A.state"] for step in steps] == ["ASKING", "ASKING", "OPEN", "IDLE"]
    assert all(step["state"].keys() == TOY.var.keys() for step in steps)
