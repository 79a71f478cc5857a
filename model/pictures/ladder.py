"""A trace as a time-sequence diagram, in the manner of RFC 9293's figures: Graphviz source for `neato`.

Two vertical lines are the two sides; time goes down, one row for each step. In the margin of a side stand what happens
there and, where it changes, its state. A segment is an arrow from the row that sends it to the row where it arrives,
so a delayed one is a long slant; one that is under way for many steps is red. What is lost ends with a cross, a
duplicate is dashed, and what the trace leaves in the network fades out.

All positions are computed here, so every Graphviz draws the same.
A lasso has its loop in a coloured band, with an arrow from the last row back to the first one (`band`).

Limits: two sides; a segment from or to anybody else starts or ends between the two lines. Widths of text are estimated.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Literal

from model.core.run import Run, Step
from model.core.system import Rule, System
from model.pictures.arrows import (
    DELAYED,
    FAINT,
    INK,
    LANE,
    LINE,
    MONO_CHAR,
    RED,
    ROW,
    Arrow,
    Paper,
    arrow_labels,
    arrow_lines,
)
from model.pictures.band import band
from model.pictures.dot import BOLD, SANS, Value, attributes, box, edge, graph, text
from model.pictures.flights import SENDS, Flight, flights, flights_of_loop, history
from model.words.columns import width, wrapped
from model.words.language import _

MARGIN, NUMBERS, STATE_CHAR, EVENT_COLUMNS, STACK = 180.0, 30.0, 7.4, 31, 15.0
"""Width of a margin, of the numbers, and of a character of a state in points; columns of an event's words; distance of
states above each other."""
KINDS = {"call": "#0d47a1", "timeout": "#a84300", "crash": RED}
Lanes = Mapping[str, Mapping[str, str]]
"""The names of the lines, from left to right; of each the sides that share it, with the variable of their state, or
"" for a side that has none."""
MARKS = {"violated": "#fdecea", "reached": "#e8f5e9"}


def ladder(
    system: System,
    trace: Run,
    *,
    title: str,
    lanes: Lanes,
    caption: str,
    mark: Literal["violated", "reached", ""] = "violated",
    oldest_first: bool = True,
    loop: tuple[Step, ...] | None = None,
) -> str:
    """The diagram of a trace, as DOT source with fixed positions.

    loop: what follows the trace again and again, if it is a lasso; an empty one stays where the trace ends.
    lanes: the two lines, left and right.
    mark: what the last step shows, for its colour. oldest_first: which of several equal segments arrives first.
    """
    whole = Run(trace.initial, trace.steps + (loop or ()))
    sends = [1, *(max(1, sum(h.action in SENDS for h in step)) for step in history(whole, oldest_first))]
    known = flights_of_loop(trace, loop, oldest_first) if loop else flights(history(trace, oldest_first))
    left, right = (tuple(sides) for sides in lanes.values())
    paper = Paper((left, right), _width(known), _rows([*sends, 1] if loop == () else sends))
    arrows = _arrows(paper, known)
    color = MARKS.get(mark, "") if loop is None and trace.steps else ""
    turns = [] if loop is None else band(paper, len(trace.steps), len(loop), MARGIN, NUMBERS)
    states = {side: at for sides in lanes.values() for side, at in sides.items() if at}
    shown = None if loop is None else len(trace.steps) + 1
    return graph(
        "ladder",
        [
            *DEFAULTS,
            *turns,
            *_frame(paper, [_(name) for name in lanes], title, caption, color),
            *(line for arrow in arrows for line in arrow_lines(arrow)),
            *(line for arrow in arrows for line in arrow_labels(arrow)),
            *_margins(paper, system, whole, states, shown),
        ],
    )


DEFAULTS = (
    f"graph [{attributes(bgcolor='white', splines='line', overlap='true', pad=0.2, outputorder='breadthfirst')}];",
    f"node [{attributes(shape='plaintext', margin=0, fixedsize='true', fontname=SANS, fontcolor=INK)}];",
    f"edge [{attributes(arrowsize=0.8)}];",
)


def _width(known: Sequence[Flight]) -> float:
    """Room for the longest segment and for what became of it."""
    return max([430.0, *(len(flight.text) * MONO_CHAR + (260 if flight.later else 200) for flight in known)])


def _rows(sends: Sequence[int]) -> tuple[float, ...]:
    return tuple(accumulate((ROW + LANE * (count - 1) for count in sends), initial=0.0))


def _arrows(paper: Paper, known: Sequence[Flight]) -> list[Arrow]:
    """What is delayed comes last, to lie on top."""
    seen: dict[int | None, int] = {}
    arrows = []
    for flight in known:
        arrows.append(Arrow(paper, flight, seen.get(flight.sent, 0)))
        seen[flight.sent] = arrows[-1].lane + 1
    return sorted(arrows, key=lambda arrow: arrow.delay >= DELAYED)


# -- the frame -----------------------------------------------------------------------------------------------------


def _frame(paper: Paper, names: Sequence[str], title: str, caption: str, mark: str) -> Iterator[str]:
    """Title, caption, the two lines with their names, and the colour under the last step."""
    middle, width = paper.width / 2, paper.width + 2 * MARGIN
    top = -32 - STACK * max(0, *(len(sides) - 2 for sides in paper.lines))
    above, below, bottom = _wrap(title, width / 10), _wrap(caption, width / 7), paper.rows[-1]
    if mark:
        yield box("the last step", (middle - NUMBERS / 2, paper.rows[-2] + 2), width + NUMBERS, ROW - 5, mark)
    yield text("title", (middle, top - 20 - 11 * len(above)), above, width, size=16, look={"fontname": BOLD})
    for side, x in zip(names, (0.0, paper.width), strict=True):
        yield from edge(f"line of {side}", (x, top + 12), (x, bottom), color=LINE, arrowhead="none", penwidth=1.6)
        yield text(
            f"name of {side}", (x, top), [side], len(side) * 9 + 22, size=15, look={"shape": "box", "color": LINE}
        )
    if caption:
        yield text("caption", (middle, bottom + 24 + 8 * len(below)), below, width, size=12.5)


def _wrap(words: str, columns: float, most: int = 99) -> list[str]:
    if width(words) > len(words):
        return wrapped(words, int(columns))[:most]
    return textwrap.wrap(words, int(columns), break_on_hyphens=False, max_lines=most, placeholder=" …") or [""]


# -- the margins ---------------------------------------------------------------------------------------------------


def _margins(paper: Paper, system: System, trace: Run, states: Mapping[str, str], shown: int | None) -> Iterator[str]:
    """Numbers, events, and the sides' states: initially, where they change, and in the row `shown`."""
    before = trace.initial
    yield from _first_states(paper, system, trace, states)
    for number, step in enumerate(trace.steps, 1):
        place = (-MARGIN - NUMBERS / 2, paper.rows[number])
        yield text(f"number {number}", place, [f"{number}."], NUMBERS, look={"fontcolor": LINE})
        yield _event(paper, number, step)
        for side, name in states.items():
            if step.state[name] != before[name] or (number == shown and not paper.says_who(side)):
                yield _state(paper, side, number, system.var[name].show(step.state[name]))
        before = step.state
    if shown == len(trace.steps) + 1:
        for side, name in states.items():
            yield _state(paper, side, shown, system.var[name].show(before[name]))


def _first_states(paper: Paper, system: System, trace: Run, states: Mapping[str, str]) -> Iterator[str]:
    """The initial states; those of one line above each other."""
    for sides in paper.lines:
        for height, side in enumerate(side for side in reversed(sides) if side in states):
            show = system.var[states[side]].show(trace.initial[states[side]])
            yield _state(paper, side, 0, show, STACK * height)


def _event(paper: Paper, number: int, step: Step) -> str:
    """What happens, above the row; of what is neither side's, in the left margin."""
    rule, y = step.rule, paper.rows[number] - 1
    words = _wrap(paper.says_who(rule.side) + brief(rule), EVENT_COLUMNS, most=2)
    color = KINDS.get(rule.kind, INK if any(rule.side in sides for sides in paper.lines) else FAINT)
    return _beside(paper, f"event {number}", rule.side, y - 6.5 * len(words), words, fontcolor=color)


def _state(paper: Paper, side: str, number: int, state: str, higher: float = 0.0) -> str:
    """A state, below the row."""
    state = paper.says_who(side) + state
    look: dict[str, Value] = {"fontname": BOLD, "style": "filled", "fillcolor": "#e3e8eb"}
    return _beside(paper, f"state of {side} {number}", side, paper.rows[number] + 9 - higher, [state], **look)


def _beside(paper: Paper, name: str, side: str, y: float, words: Sequence[str], **look: Value) -> str:
    """Words outside the line of a side; the left line for what is neither side's."""
    filled, right = "fillcolor" in look, side in paper.lines[1]
    width = max(map(len, words)) * STATE_CHAR + 10 if filled else MARGIN
    x = paper.width + 8 if right else -8
    if filled:
        return text(name, (x + width / 2 if right else x - width / 2, y), words, width, look=look)
    return text(name, (x, y), words, width, align="l" if right else "r", look=look)


def brief(rule: Rule) -> str:
    """An event without the state that it happens in, which the picture shows already."""
    return rule.brief or rule.event or rule.name
