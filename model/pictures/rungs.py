"""A run as a ladder in plain text, in the form of RFC 9293's figures (3.5): one line for each segment.

    step  A                                            B
          CLOSED                                       CLOSED
     1    SYN-SENT    --> <SEQ=1><CTL=SYN>         ...              active OPEN
     2    CLOSED          (CLOSE)
     4    (sent in 1) ... <SEQ=1><CTL=SYN>         --> ESTABLISHED

As there, the states are those after the departure or arrival, an ellipsis is a segment that is still in the network,
and comments are in parentheses. A segment that arrives in the very next step has one line for both (`2-3`); of a
delayed one the arrival says in which step it was sent; a cross is where one is lost.

Limits: numbers other than the segments' are left out (`text` has all that changes). Two columns; in one of several
sides the states say whose they are. What a loop leaves to its next turn has no arrival.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from model.core.run import Run, Step
from model.core.system import State, System
from model.pictures.flights import SENDS, Happening, history
from model.pictures.ladder import brief
from model.pictures.lifelines import Lanes, headings
from model.pictures.numbers import initial_numbers, relative
from model.pictures.strokes import ROOM, Strokes, between
from model.words.columns import left, right, width, wrapped
from model.words.language import _, counted, marked

WAITS, CROSS, LOST = "...", " x ", marked("(lost)")
RIGHT, LEFT = "-->", "<--"
LadderEnds = tuple[str, str]
"""What stands at one side of a line, and the arrow beside it."""


@dataclass(frozen=True)
class Rung:
    """One line: its step or steps, what stands at either side, the arrows, a segment or a comment, and a note."""

    step: str
    left: str
    tail: str
    middle: str
    head: str
    right: str
    note: str = ""


@dataclass(frozen=True)
class Ladder:
    """The names of the two sides, what they are initially, and the lines.

    loop: how many lines come before what repeats, and the step that begins it; None if the run is finite. legend: what
    the names of numbers mean.
    """

    names: tuple[str, str]
    initially: tuple[str, str]
    rungs: tuple[Rung, ...]
    loop: tuple[int, int] | None = None
    legend: str = ""


def rungs(
    system: System,
    trace: Run,
    lanes: Lanes,
    *,
    loop: Sequence[Step] | None = None,
    oldest_first: bool = True,
    then: Sequence[Step] = (),
) -> Ladder:
    """The ladder of a run. loop: what follows it again and again. then: what its end is the cause of.

    lanes, oldest_first: see `ladder.ladder`.
    """
    whole = Run(trace.initial, (*trace.steps, *(loop or ()), *then))
    made = _Rungs(system, whole, lanes, len(trace.steps), oldest_first)
    stem = tuple(made.lines(0, len(trace.steps)))
    turn = tuple(made.lines(len(trace.steps), len(whole.steps)))
    turn = tuple(replace(rung, step=_("then")) for rung in turn) if then else turn
    names = headings(lanes, whole)
    states = [made.state(side, trace.initial) if len(sides) == 1 else "" for sides in lanes.values() for side in sides]
    again = None if loop is None else (len(stem), len(trace.steps) + 1)
    numbers = ": ".join(filter(None, initial_numbers(whole)))
    return Ladder((names[0], names[-1]), (states[0], states[-1]), stem + turn, again, numbers)


def with_notes(ladder: Ladder, notes: Mapping[int, str]) -> Ladder:
    """The ladder with notes, by the steps' numbers, each beside the first line of its step."""
    rest, noted = dict(notes), []
    for rung in ladder.rungs:
        first, _dash, last = rung.step.partition("-")
        numbers = range(int(first), int(last or first) + 1) if first.isdigit() else ()
        of_steps = [rest.pop(at, "") for at in numbers]
        noted.append(replace(rung, note=_("; ").join(filter(None, (rung.note, *of_steps)))))
    return replace(ladder, rungs=tuple(noted))


def rungs_of_steps(
    system: System, trace: Run, lanes: Lanes, oldest_first: bool, numbers: Sequence[str]
) -> tuple[tuple[str, str], list[list[Rung]]]:
    """What the two sides are initially, and the lines of each step, none of which is for two steps.

    numbers: those of the steps for readers.
    """
    made = _Rungs(system, trace, lanes, len(trace.steps), oldest_first, numbers)
    initially = rungs(system, Run(trace.initial, ()), lanes).initially
    return initially, [[*made.lines(at, at + 1)] for at in range(len(trace.steps))]


class _Rungs:
    """The lines of one run.

    numbers: those of the steps, if they do not count from 1; a departure and the next step's arrival have a line each.
    """

    def __init__(  # noqa: PLR0917  # As `rungs` has them.
        self, system: System, trace: Run, lanes: Lanes, stem: int, oldest_first: bool, numbers: Sequence[str] = ()
    ) -> None:
        self.system, self.trace, self.stem, self.numbers = system, trace, stem, numbers
        self.steps = relative(trace, history(trace, oldest_first))
        self.at: Mapping[str, str] = {side: name for sides in lanes.values() for side, name in sides.items()}
        self.left, self.right = (list(sides) for sides in lanes.values())

    def lines(self, first: int, last: int) -> Iterator[Rung]:
        """The lines of the steps from `first` to before `last`; ticks that follow each other have one line."""
        at = first
        while at < last:
            until = at + 1
            while self._ticks(at) and until < last and self._ticks(until):
                until += 1
            if self._ticks(at):
                yield self._comment(_range(at + 1, until), "", counted("a tick", "{count} ticks", until - at))
            else:
                yield from self._step(at + 1)
            at = until

    def _ticks(self, at: int) -> bool:
        return self.trace.steps[at].rule.kind == "time"

    def _step(self, number: int) -> Iterator[Rung]:
        step, wires = self.trace.steps[number - 1], self.steps[number - 1]
        event = brief(step.rule)
        note = event if step.rule.kind not in ("arrives", "network") else ""
        if not wires:
            yield self._comment(str(number), step.rule.side, event)
        for wire in wires:
            follows = self._follows(wire)
            if wire.action in SENDS:
                ends = follows.action if follows else wire.action
                yield self._departure(_range(number, number + (follows is not None)), wire, ends, note)
                note = ""
            elif not self._preceded(wire):
                yield self._arrival(number, wire)

    def _follows(self, wire: Happening) -> Happening | None:
        """What becomes of a segment in the very next step, if the line of its departure can say that, too."""
        sent = [one for one in self.steps[wire.step - 1] if one.action in SENDS]
        if self.numbers or wire.action != "send" or wire != sent[-1] or wire.step in (self.stem, len(self.steps)):
            return None
        return next((one for one in self.steps[wire.step] if self._preceded(one)), None)

    def _preceded(self, wire: Happening) -> bool:
        """Whether the line of the departure, in the step before, says that a segment arrives or is lost."""
        next_to_it = wire.action in ("arrive", "lose") and wire.sent == wire.step - 1
        if self.numbers or not next_to_it or wire.sent == self.stem:
            return False
        sent = [one for one in self.steps[wire.step - 2] if one.action in SENDS]
        return bool(sent) and sent[-1].segment == wire.segment

    def _departure(self, steps: str, wire: Happening, ends: str, note: str) -> Rung:
        arrow = self._arrow(wire)
        source = self.state(wire.source, self.trace.steps[wire.step - 1].state)
        if ends == "arrive":
            far, target = arrow, self.state(wire.target, self.trace.steps[wire.step].state)
        else:
            far, target = (WAITS, "") if ends == "send" else (CROSS, _(LOST))
        return _rung(steps, (source, arrow), wire.text, (target, far), mirrored=arrow == LEFT, note=note)

    def _arrival(self, number: int, wire: Happening) -> Rung:
        arrow = self._arrow(wire)
        said = _("(copy of {step})") if wire.action == "arrive-copy" else _("(sent in {step})")
        since = _("(from before)") if wire.sent is None else said.format(step=self._number(wire.sent))
        if wire.action == "lose":
            far, target = CROSS, _(LOST)
        else:
            far, target = arrow, self.state(wire.target, self.trace.steps[number - 1].state)
        return _rung(str(number), (since, WAITS), wire.text, (target, far), mirrored=arrow == LEFT)

    def _number(self, step: int) -> str:
        """The number of a step, for readers."""
        return self.numbers[step - 1] if self.numbers else str(step)

    def _comment(self, steps: str, side: str, event: str) -> Rung:
        """A step without segments."""
        state = self.state(side, self.trace.steps[int(steps.partition("-")[0]) - 1].state) if side else ""
        return _rung(steps, (state, ""), f"({event})", ("", ""), mirrored=side in self.right)

    def state(self, side: str, state: State) -> str:
        """The state of a side, with its name if others share its column; of who has none the name."""
        sides = self.left if side in self.left else self.right
        shown = self.system.var[self.at[side]].show(state[self.at[side]]) if self.at.get(side) else ""
        return " ".join(filter(None, (side if len(sides) > 1 else "", shown)))

    def _arrow(self, wire: Happening) -> str:
        return RIGHT if wire.source in self.left else LEFT


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def _rung(steps: str, begins: LadderEnds, text: str, ends: LadderEnds, *, mirrored: bool, note: str = "") -> Rung:
    """A line from the side that begins to the other one, each with its arrow; mirrored: from right to left."""
    (left, tail), (right, head) = (ends, begins) if mirrored else (begins, ends)
    return Rung(steps, left, tail, text, head, right, note)


# -- the layout ----------------------------------------------------------------------------------------------------


def rung_lines(ladder: Ladder, columns: int, strokes: Strokes | None = None) -> list[str]:
    """The ladder in lines of at most so many columns, or of what its widest segment needs.

    strokes: what lifelines and arrows are drawn with; without them they have the form of the RFC's figures. A note that
    finds no room beside its line stands above it, and where room is short all stands closer.
    """
    lines = _lines(ladder, columns, 2, strokes)
    return lines if max(map(width, lines)) <= columns else _lines(ladder, columns, 1, strokes)


@dataclass(frozen=True)
class _Layout:
    """Columns of the numbers, the space behind them, the columns of the three parts, and what is drawn with."""

    number: int
    gap: int
    parts: tuple[int, int, int]
    strokes: Strokes | None

    @property
    def whole(self) -> int:
        """Columns before a note."""
        return self.number + sum(self.parts) + (12 if self.strokes is None else ROOM + 6)

    def line(self, rung: Rung, *, bare: bool = False) -> str:
        """One line. bare: without lifelines."""
        begin, middle, end = self.parts
        comment = bool(rung.right) and not rung.head  # It stands beside its side's state.
        if self.strokes and not bare:
            drawn = between(rung.tail, rung.middle, rung.head, middle, self.strokes, near_right=comment)
        elif self.strokes:
            drawn = " " * (middle + ROOM + 2)
        else:
            text = right(rung.middle, middle) if comment else left(rung.middle, middle)
            drawn = f"{left(rung.tail, 3)} {text} {left(rung.head, 3)}"
        line = f"{left(rung.left, begin)} {drawn} {left(rung.right, end)}"
        return f"{right(rung.step, self.number - self.gap)}{' ' * self.gap}{line}".rstrip()


def _lines(ladder: Ladder, columns: int, gap: int, strokes: Strokes | None) -> list[str]:
    """The lines, with `gap` columns after the number."""
    step = _("step")
    begin, middle, end = (max(map(width, parts), default=0) for parts in _parts(ladder))
    number = max([width(step), *(len(one.step) for one in ladder.rungs)]) + gap
    layout = _Layout(number, gap, (begin, middle, end), strokes)
    lines = [layout.line(Rung(step, ladder.names[0], "", "", "", ladder.names[1]), bare=True)]
    if any(ladder.initially):
        lines.append(layout.line(Rung("", ladder.initially[0], "", "", "", ladder.initially[1])))
    before = ""
    for at, rung in enumerate(ladder.rungs):
        if ladder.loop and at == ladder.loop[0]:
            lines.append(" " * number + _("From here on, for ever:"))
        lines += _with_note(layout, replace(rung, step="") if rung.step == before else rung, columns)
        before = rung.step
    if ladder.loop:
        turns = len(ladder.rungs) > ladder.loop[0]
        again = _("(and again from step {step})").format(step=ladder.loop[1])
        lines.append(" " * number + (again if turns else _("From here on nothing more happens, for ever.")))
    legend = wrapped(_("({words})").format(words=ladder.legend), columns - number) if ladder.legend else []
    return [*lines, *(f"{' ' * number}{line}" for line in legend)]


def _parts(ladder: Ladder) -> list[list[str]]:
    return [
        [ladder.names[0], ladder.initially[0], *(one.left for one in ladder.rungs)],
        [one.middle for one in ladder.rungs],
        [ladder.names[1], ladder.initially[1], *(one.right for one in ladder.rungs)],
    ]


def _with_note(layout: _Layout, rung: Rung, columns: int) -> list[str]:
    line = layout.line(rung)
    if not rung.note:
        return [line]
    beside = f"{left(line, layout.whole)}{rung.note}"
    if width(beside) <= columns:
        return [beside]
    above = Rung(rung.step, "", "", f"({rung.note})", "", " " if rung.head == LEFT else "")
    return [layout.line(above), layout.line(replace(rung, step=""))]
