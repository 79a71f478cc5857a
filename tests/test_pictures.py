"""Traces and states as pictures, on a toy: what is drawn, and where."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
import z3

from model.core.run import Run
from model.core.system import Rule
from model.pictures.diagram import Arc, UnknownState, merged, quotient_diagram, state_diagram
from model.pictures.dot import text
from model.pictures.ladder import brief, ladder
from tests.greeting import COPY, LOST, OLD, Story, greeting, story

TOY = greeting()
LANES = {"A": {"A": "A.state"}, "B": {"B": "B.state"}}


def picture(entries: Story, caption: str = "B is open, but A is not.", title: str = "A toy", old: bool = True) -> str:
    """The ladder of a story."""
    return ladder(
        TOY,
        story(TOY, entries),
        title=title,
        lanes=LANES,
        caption=caption,
        oldest_first=old,
    )


def ids(dot: str) -> list[str]:
    """Which segments a ladder draws: the ids of its edges, without the two lines and the legend."""
    return [name for name in re.findall(r'\[id="([^"]*)"', dot) if not name.startswith(("line", "sign"))]


def position(dot: str, name: str) -> tuple[float, float]:
    """Where a ladder has a node, in points, y downwards."""
    found = re.search(rf'"{re.escape(name)}" \[pos="([-.\d]+),([-.\d]+)!"', dot)
    assert found, name
    return round(72 * float(found[1])), round(-72 * float(found[2]))


# -- ladders -------------------------------------------------------------------------------------------------------


def test_arrows_go_from_the_row_that_sends_to_the_row_of_the_arrival() -> None:
    dot = picture(OLD)
    assert ids(dot) == [
        "step 2, still in the network",
        "step 3 to step 4",
        "step 7, still in the network",
        "step 1 to step 3, duplicate",
        "step 1 to step 7",
    ]
    left, top = position(dot, "step 1 to step 7, from")
    right, bottom = position(dot, "step 1 to step 7, to")
    assert (left, top, right, bottom) == (0, 50, 430, 350)
    assert position(dot, "step 3 to step 4, from")[0] == 430


def test_what_is_delayed_or_a_duplicate_stands_out() -> None:
    lines = picture(OLD).splitlines()
    (late,) = [line for line in lines if 'id="step 1 to step 7"' in line]
    (copy,) = [line for line in lines if 'id="step 1 to step 3, duplicate"' in line]
    (usual,) = [line for line in lines if 'id="step 3 to step 4"' in line]
    assert 'color="#c0390b"' in late
    assert 'style="dashed"' in copy
    assert "#c0390b" not in usual
    assert "dashed" not in usual
    assert any('label="<HELLO=0> from step 1\\r"' in line for line in lines)
    assert any('label="duplicate <HELLO=0>\\r"' in line for line in lines)


def test_what_is_lost_ends_with_a_cross() -> None:
    dot = picture(LOST)
    assert ids(dot)[:3] == ["step 1, lost", "step 2 to step 5", "step 3, lost"]
    assert dot.count('label="\N{MULTIPLICATION SIGN}"') == 2
    assert 'label="lost\\l"' in dot
    assert 'label="lost: channel full\\l"' in dot
    assert position(dot, "step 1, lost, to")[1] == position(dot, "number 4")[1] == 200


def test_states_stand_where_they_change() -> None:
    dot = picture(["A: greet", "A: greet again", "B: HELLO arrives", "A: WELCOME arrives"])
    assert re.findall(r'"state of (\w \d)" .*?label="([\w-]*)"', dot) == [
        ("A 0", "IDLE"),
        ("B 0", "IDLE"),
        ("A 1", "ASKING"),
        ("B 3", "OPEN"),
        ("A 4", "OPEN"),
        ("A 5", "OPEN"),
        ("B 5", "OPEN"),
    ], "and at the end"
    assert re.findall(r'"event (\d)" .*?label="([^"]*)"', dot)[:2] == [("1", "greet\\r"), ("2", "greet again\\r")]


def test_texts_of_segments_do_not_overlap() -> None:
    dot = picture([*OLD[:-2], "A: greet", COPY, *OLD[-2:], "A: WELCOME arrives"])
    boxes = [
        (72 * float(x), -72 * float(y), 72 * float(w), 72 * float(h))
        for x, y, w, h in re.findall(r'(?:segment|end)" \[pos="(.*?),(.*?)!".*?width=(.*?), height=(.*?),', dot)
    ]
    assert len(boxes) > 8
    for at, (x, y, width, height) in enumerate(boxes):
        for other_x, other_y, other_width, other_height in boxes[:at]:
            apart = abs(x - other_x) >= (width + other_width) / 2 - 1
            assert apart or abs(y - other_y) >= (height + other_height) / 2 - 1


def test_a_segment_from_before_the_trace_starts_between_the_lines() -> None:
    trace = story(TOY, ["A: greet", "B: HELLO arrives"])
    late = Run(trace.states[1], trace.steps[1:])
    dot = ladder(
        TOY,
        late,
        title="",
        lanes=LANES,
        caption="",
        mark="reached",
    )
    assert position(dot, "step 0 to step 1, from")[0] == 215
    assert "<HELLO=0> from before" in dot
    assert "#e3f1fb" in dot


def test_a_trace_without_steps_has_a_ladder() -> None:
    assert ids(picture([])) == []


def test_the_same_trace_gives_the_same_source() -> None:
    assert picture(OLD) == picture(OLD)
    assert picture(OLD) != picture(OLD, old=False)


def test_long_captions_are_wrapped() -> None:
    (line,) = [line for line in picture(LOST, caption="many words " * 40).splitlines() if '"caption"' in line]
    assert line.count("\\n") >= 3


def test_an_event_is_shown_without_its_state() -> None:
    rule = Rule("A: CLOSE in SYN-SENT", z3.BoolVal(True), {}, event="CLOSE in SYN-SENT")
    assert brief(rule) == "CLOSE in SYN-SENT"
    assert brief(replace(rule, brief="CLOSE")) == "CLOSE"
    assert brief(replace(rule, event="")) == "A: CLOSE in SYN-SENT"


# -- lassos --------------------------------------------------------------------------------------------------------

AGAIN: Story = ["A: greet", "A: greet again", "B: HELLO arrives", "A: greet again", "B: HELLO arrives"]
"""From the fourth step on, A greets again and B takes the greeting before."""


def lasso(stem: int, entries: Story = AGAIN) -> str:
    """The ladder of a story whose steps after the first `stem` come again and again."""
    whole = story(TOY, entries)
    before, loop = Run(whole.initial, whole.steps[:stem]), whole.steps[stem:]
    return ladder(
        TOY,
        before,
        loop=loop,
        title="A toy",
        lanes=LANES,
        caption="",
    )


def box(dot: str, name: str) -> tuple[float, float]:
    """Where the box of a node begins and ends, downwards, in points."""
    found = re.search(rf'"{re.escape(name)}" \[pos="[^,]*,([-.\d]+)!".*?height=([.\d]+)', dot)
    assert found, name
    middle, height = -72 * float(found[1]), 72 * float(found[2])
    return middle - height / 2, middle + height / 2


def test_the_rows_of_a_loop_lie_in_a_band_and_a_bracket_leads_back_to_the_first() -> None:
    dot = lasso(3)
    top, bottom = box(dot, "loop")
    inside = [number for number in range(1, 6) if top < position(dot, f"number {number}")[1] < bottom]
    assert inside == [4, 5]
    assert position(dot, "number 3")[1] + 16 < top
    out, back = position(dot, "loop, out, from"), position(dot, "loop, back, to")
    assert top < back[1] < position(dot, "number 4")[1] < position(dot, "number 5")[1] < out[1] < bottom
    assert out[0] == back[0] > position(dot, "name of B")[0] + 150
    assert 'label="again\\land again,\\lfor ever\\l"' in dot
    (band,) = [line for line in dot.splitlines() if line.lstrip().startswith('"loop" ')]
    assert 'fillcolor="#fdeee2"' in band
    assert '"the last step"' not in dot
    assert re.findall(r'"state of (\w) 4" .*?label="([\w-]*)"', dot) == [("A", "ASKING"), ("B", "OPEN")]


def test_what_a_loop_sends_to_its_next_round_is_not_lost() -> None:
    dot = lasso(3)
    assert ids(dot) == [
        "loop, out",
        "loop, up",
        "loop, back",
        "step 1 to step 3",
        "step 2 to step 5",
        "step 3, still in the network",
        "step 4 to step 5, later",
        "step 5, lost",
    ]
    assert 'label="arrives in a later round, step 5\\l"' in dot


def test_a_run_that_stays_for_ever_has_a_row_of_its_own() -> None:
    dot = lasso(5)
    top, bottom = box(dot, "loop")
    assert position(dot, "number 5")[1] < top < position(dot, "nothing more")[1] < bottom
    assert 'label="nothing happens any more, for ever"' in dot
    assert "again and again" not in dot
    assert '"number 6"' not in dot
    assert re.findall(r'"state of (\w) 6" .*?label="([\w-]*)"', dot) == [("A", "ASKING"), ("B", "OPEN")]


def test_a_lasso_without_a_stem_and_the_same_lasso_twice() -> None:
    top, _ = box(lasso(0), "loop")
    assert 0 < top < position(lasso(0), "number 1")[1]
    assert lasso(2) == lasso(2)
    assert lasso(0, []).count("for ever") == 1


# -- state diagrams ------------------------------------------------------------------------------------------------

ARCS = [
    Arc("IDLE", "ASKING", ("greet",)),
    Arc("IDLE", "ASKING", ("greet", "greet again")),
    Arc("ASKING", "IDLE", tuple(f"event {n} with a long name" for n in range(9)), marked=True),
]


def test_arcs_between_two_states_are_one() -> None:
    assert merged(ARCS) == [Arc("IDLE", "ASKING", ("greet", "greet again")), ARCS[2]]


def test_marked_arcs_are_dashed_and_explained() -> None:
    dot = state_diagram(("IDLE", "ASKING"), ARCS, "A toy")
    (marked,) = [line for line in dot.splitlines() if '"ASKING" -> "IDLE"' in line]
    assert 'style="dashed"' in marked
    assert marked.count("\\n") == 2
    assert " …" in marked
    assert "cluster_legend" in dot
    assert "cluster_legend" not in state_diagram(("IDLE", "ASKING"), ARCS[:2], "A toy")


def test_a_state_may_be_drawn_twice() -> None:
    dot = state_diagram(("IDLE", "ASKING"), ARCS, "A toy", twice="IDLE")
    assert '{ rank=sink; "IDLE, again" [label="IDLE"]; }' in dot
    assert '"ASKING" -> "IDLE, again"' in dot
    assert '"IDLE" -> "ASKING"' in dot


def test_an_arc_of_an_unknown_state_is_refused() -> None:
    with pytest.raises(UnknownState, match="OPEN"):
        state_diagram(("IDLE",), [Arc("IDLE", "OPEN")], "A toy")


# -- labels --------------------------------------------------------------------------------------------------------


def every_kind() -> dict[str, str]:
    """Sources of all kinds of pictures, with texts that begin with an empty line wherever a text may be given."""
    empty = "\nsecond line"
    return {
        "ladder": picture(OLD, caption=empty, title=empty),
        "lost": picture(LOST, caption="", title=""),
        "no steps": picture([]),
        "lasso": lasso(3),
        "stays": lasso(5),
        "states": state_diagram(("IDLE", empty), [Arc("IDLE", empty, (empty, ""))], empty, twice=empty),
        "marked": state_diagram(("IDLE", "ASKING"), ARCS, "", legend=("", empty)),
        "graph": quotient_diagram({("", ""): 1, ("", "a"): 2}, [(("", ""), ("", "a"))], empty),
        "texts": "".join(text("t", (0, 0), lines, 9, align=a) for a in "lcr" for lines in ([""], ["", "a"], [empty])),
    }


@pytest.mark.parametrize("kind", every_kind())
def test_no_label_begins_with_an_empty_line(kind: str) -> None:
    """Graphviz leaves memory unset there, and may die of it."""
    labels = re.findall(r'label="((?:[^"\\]|\\.)*)"', every_kind()[kind])
    assert labels
    assert not [label for label in labels if re.match(r"\\[nlr]", label)]
