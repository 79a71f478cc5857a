"""A trace as a time-sequence diagram, in the manner of RFC 9293's figures: Graphviz source for `neato`.

Two vertical lines are the two sides; time goes down, one row for each step. In the margin of a side stand what happens
there and, where it changes, its state. A segment is an arrow from the row that sends it to the row where it arrives,
so a delayed one is a long slant; one that is under way for many steps is red. What is lost ends with a cross, a
duplicate is dashed, and what the trace leaves in the network fades out. A line is dashed while its end is CLOSED. The
last row has what follows: the states, and what has happened. A legend explains the signs in use.

All positions are computed here, so every Graphviz draws the same; and a part of a run can be drawn on the canvas of the
whole one, as a slide.
A lasso has its loop in a coloured band, with an arrow from the last row back to the first one (`band`).

Limits: two sides; a segment from or to anybody else starts or ends between the two lines. Widths of text are estimated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Literal

from model.core.run import Run, Step
from model.core.system import Rule, State, System
from model.pictures.arrows import (
    DELAYED,
    FAINT,
    GAP,
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
from model.pictures.band import ROOM, TINT, band
from model.pictures.dot import BOLD, SANS, Value, attributes, edge, graph, text
from model.pictures.flights import SENDS, Flight, flights, flights_of_loop, history, unrolled
from model.pictures.legend import signs
from model.pictures.lifelines import Lanes, closed, headings
from model.pictures.numbers import relative
from model.pictures.poster import MARGIN, NUMBERS, STACK, Poster, head, wrapped
from model.words.columns import width as columns
from model.words.language import _, counted

STATE_CHAR, EVENT_COLUMNS = 7.4, 31
"""Width of a character of a state in points; columns of an event's words."""
NOTE = "#1b5e20"
NO_NOTES: Mapping[int, str] = {}
KINDS = {"call": "#0b57a4", "timeout": "#8a5a00", "crash": RED}
MARKS = {"violated": TINT, "reached": "#e3f1fb"}


def ladder(
    system: System,
    trace: Run,
    *,
    title: str,
    lanes: Lanes,
    caption: str,
    mark: Literal["violated", "reached"] = "violated",
    oldest_first: bool = True,
    loop: tuple[Step, ...] | None = None,
    shows: str = "",
    follows: tuple[Step, ...] = (),
    until: int | None = None,
    notes: Mapping[int, str] = NO_NOTES,
) -> str:
    """The diagram of a trace, as DOT source with fixed positions.

    loop: what follows the trace again and again, if it is a lasso; an empty one stays where the trace ends.
    lanes: the two lines, left and right.
    mark: what the last step shows, for its colour. oldest_first: which of several equal segments arrives first.
    shows: what has happened at the end, in words. follows: what the end of the trace is the cause of.
    until: draw the first steps alone, so many.
    notes: words at the right of some rows, by their numbers.
    """
    last = len(trace.steps)
    trace = Run(trace.initial, trace.steps + follows)
    whole, known = Run(trace.initial, trace.steps + (loop or ())), segments_of(trace, loop, oldest_first)
    sends = [1, *(max(1, sum(h.action in SENDS for h in step)) for step in history(whole, oldest_first))]
    left, right = (tuple(sides) for sides in lanes.values())
    paper = Paper((left, right), width_for(known), rows_for(sends if loop else [*sends, 1]))
    names, room = headings(lanes, whole), ROOM if loop is not None else _room(notes)
    poster = Poster(paper, title, caption, names, room, signs(system, whole, lanes, known))
    if until is not None:
        part = Run(trace.initial, whole.steps[:until])
        body = body_of(paper, system, part, lanes, known=segments_of(part, None, oldest_first), ends=until + 1)
        beside = (_note(paper, number, words) for number, words in notes.items() if number <= until)
        return graph("ladder", [*DEFAULTS, *poster.top(), *body, *beside])
    marked = [] if loop is not None or not last else poster.under(last, MARKS[mark])
    turns = [] if loop is None else band(paper, last, len(loop), MARGIN, NUMBERS)
    shown = None if loop is None else last + 1
    body = body_of(paper, system, whole, lanes, known=known, ends=len(paper.rows) - 1, shown=shown, then=len(follows))
    ends = [] if loop else _end(paper, system, whole, lanes, shows if loop is None else "")
    beside = (_note(paper, number, words) for number, words in notes.items())
    return graph("ladder", [*DEFAULTS, *turns, *marked, *poster.top(), *poster.bottom(), *body, *ends, *beside])


def body_of(
    paper: Paper,
    system: System,
    trace: Run,
    lanes: Lanes,
    *,
    known: Sequence[Flight],
    ends: int,
    shown: int | None = None,
    then: int = 0,
) -> Iterator[str]:
    """The lines as far as the row `ends`, segments and margins.

    shown: a row in which all states stand. then: so many of the steps are what follows.
    """
    arrows = _arrows(paper, known)
    yield from _lines(paper, system, trace, lanes, paper.rows[ends])
    yield from (line for arrow in arrows for line in arrow_lines(arrow))
    yield from (line for arrow in arrows for line in arrow_labels(arrow))
    yield from _margins(paper, system, trace, _states(lanes), shown)
    yield from _numbers(paper, len(trace.steps), then)


def _states(lanes: Lanes) -> dict[str, str]:
    """The variables of the sides' states, by side."""
    return {side: at for sides in lanes.values() for side, at in sides.items() if at}


def segments_of(trace: Run, loop: tuple[Step, ...] | None, oldest_first: bool) -> list[Flight]:
    """The segments of a run, or of a lasso."""
    run = unrolled(trace, loop) if loop else trace
    steps = relative(run, history(run, oldest_first))
    return flights_of_loop(steps, len(trace.steps), len(loop)) if loop else flights(steps)


DEFAULTS = (
    f"graph [{attributes(bgcolor='white', splines='line', overlap='true', pad=0.2, outputorder='breadthfirst')}];",
    f"node [{attributes(shape='plaintext', margin=0, fixedsize='true', fontname=SANS, fontcolor=INK)}];",
    f"edge [{attributes(arrowsize=0.8)}];",
)


def width_for(known: Sequence[Flight]) -> float:
    """Room for the longest segment and for what became of it."""
    return max([430.0, *(len(flight.text) * MONO_CHAR + (260 if flight.later else 200) for flight in known)])


def rows_for(sends: Sequence[int]) -> tuple[float, ...]:
    """The places of rows that send so many segments, and of the end."""
    return tuple(accumulate((ROW + LANE * (count - 1) for count in sends), initial=0.0))


def _arrows(paper: Paper, known: Sequence[Flight]) -> list[Arrow]:
    """What is delayed comes last, to lie on top."""
    seen: dict[int | None, int] = {}
    arrows = []
    for flight in known:
        arrows.append(Arrow(paper, flight, seen.get(flight.sent, 0)))
        seen[flight.sent] = arrows[-1].lane + 1
    return sorted(arrows, key=lambda arrow: arrow.delay >= DELAYED)


# -- the lines -----------------------------------------------------------------------------------------------------


def _lines(paper: Paper, system: System, trace: Run, lanes: Lanes, bottom: float) -> Iterator[str]:
    """The two lines, dashed while the only side of one is CLOSED."""
    for (name, sides), x in zip(lanes.items(), (0.0, paper.width), strict=True):
        dead = [closed(system, sides, state) for state in trace.states]
        turns = [row for row in range(1, len(dead)) if dead[row] != dead[row - 1]]
        places = [head(paper) + 12, *(paper.rows[row] for row in turns), bottom]
        for row, start, end in zip([0, *turns], places, places[1:], strict=False):
            look: dict[str, Value] = {"color": FAINT, "style": "dashed"} if dead[row] else {"color": LINE}
            what = f"line of {name}" + (f" from step {row}" if row else "")
            yield from edge(what, (x, start), (x, end), arrowhead="none", penwidth=1.6, **look)


def _shown(system: System, name: str, state: State) -> str:
    return system.var[name].show(state[name])


# -- the margins ---------------------------------------------------------------------------------------------------


def _margins(paper: Paper, system: System, trace: Run, states: Mapping[str, str], shown: int | None) -> Iterator[str]:
    """Events, and the sides' states: initially, where they change, and in the row `shown`."""
    before = trace.initial
    yield from _first_states(paper, system, trace, states)
    for number, step in enumerate(trace.steps, 1):
        yield _event(paper, number, step)
        for side, name in states.items():
            if step.state[name] != before[name] or (number == shown and not paper.says_who(side)):
                yield _state(paper, side, number, _shown(system, name, step.state))
        before = step.state


def _numbers(paper: Paper, count: int, then: int) -> Iterator[str]:
    """The numbers of steps; the last ones, so many, are what follows."""
    for number in range(1, count + 1):
        place, words = (
            (-MARGIN - NUMBERS / 2, paper.rows[number]),
            _("then") if number > count - then else f"{paper.number(number)}.",
        )
        yield text(f"number {number}", place, [words], NUMBERS, look={"fontcolor": LINE})


def _end(paper: Paper, system: System, trace: Run, lanes: Lanes, shows: str) -> Iterator[str]:
    """The row after the last step: the states that are left, those of one line below each other; what has happened."""
    row, states = len(trace.steps) + 1, _states(lanes)
    for sides in paper.lines if trace.steps else ():
        for depth, side in enumerate(side for side in sides if side in states):
            yield _state(paper, side, row, _shown(system, states[side], trace.states[-1]), -STACK * depth)
    if shows:
        words = wrapped(shows, (paper.width - 20) / 7.2)
        place, look = (paper.width / 2, paper.rows[row] + 8), {"fontname": BOLD, "fontcolor": RED}
        yield text("what has happened", place, words, paper.width - 20, size=12, look=look)


def _first_states(paper: Paper, system: System, trace: Run, states: Mapping[str, str]) -> Iterator[str]:
    """The initial states; those of one line above each other."""
    for sides in paper.lines:
        for height, side in enumerate(side for side in reversed(sides) if side in states):
            yield _state(paper, side, 0, _shown(system, states[side], trace.initial), STACK * height)


def _room(notes: Mapping[int, str]) -> float:
    """Room to the right of the margin for the widest note."""
    widest = min(max(map(columns, notes.values()), default=0), 2 * EVENT_COLUMNS)
    return NUMBERS + widest * STATE_CHAR if notes else GAP


def _note(paper: Paper, number: int, words: str) -> str:
    """Further words, right of the right margin."""
    lines, place = wrapped(words, 2 * EVENT_COLUMNS, lines=3), (paper.width + MARGIN + NUMBERS, paper.rows[number])
    width = max(map(columns, lines)) * STATE_CHAR
    return text(f"note {number}", place, lines, width, align="l", look={"fontcolor": NOTE})


def _event(paper: Paper, number: int, step: Step) -> str:
    """What happens, above the row; of what is neither side's, in the left margin."""
    rule, y = step.rule, paper.rows[number] - 1
    words = wrapped(paper.says_who(rule.side) + brief(rule), EVENT_COLUMNS, lines=2)
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
    width = max(map(columns, words)) * STATE_CHAR + 10 if filled else MARGIN
    x = paper.width + 8 if right else -8
    if filled:
        return text(name, (x + width / 2 if right else x - width / 2, y), words, width, look=look)
    return text(name, (x, y), words, width, align="l" if right else "r", look=look)


def brief(rule: Rule) -> str:
    """An event without the state that it happens in, which the picture shows already."""
    return counted("a tick", "{count} ticks", 1) if rule.kind == "time" else _(rule.brief or rule.event or rule.name)
