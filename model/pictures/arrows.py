"""The segments of a time-sequence diagram: their arrows, their texts, and what became of them.

An arrow starts in the row that sends and ends in the row where the segment arrives. Its text stands near the sender, on
the line or, if that is steep, beside it; so texts of different rows never meet. Where a reader might have lost the
line (a delayed segment, a duplicate) the text is repeated at the arrival.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from model.pictures.dot import MONO, Point, Value, edge, text
from model.pictures.flights import Flight
from model.words.columns import width as columns
from model.words.language import _, marked

ROW, LANE, GAP = 50.0, 18.0, 14.0
"""Height of a row, and of one more segment sent in it; distance of a text from a line; in points."""
MONO_CHAR, SANS_CHAR = 6.4, 5.1
INK, LINE, FAINT, RED, VIOLET = "#263238", "#607d8b", "#90a4ae", "#c0390b", "#7b1fa2"
DELAYED = 5
"""A segment under way for this many steps stands out."""
BOX: dict[str, Value] = {"fontname": MONO, "style": "filled", "fillcolor": "white"}
LOST = {
    "lose": marked("lost"),
    "send-lost": marked("lost: channel full"),
    "send-nowhere": marked("lost: no way leads there"),
}
"""What became of a segment that nobody receives, by the last thing that happened to it."""
CROSS = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class Paper:
    """Where things are: the sides that share each of the two lines, the distance of the lines, and where each row is.

    Row 0 is the initial state, row n step n; the last entry is the end of the lines. numbers: those of the steps for
    readers, if they do not count from 1.
    """

    lines: tuple[tuple[str, ...], tuple[str, ...]]
    width: float
    rows: tuple[float, ...]
    numbers: tuple[str, ...] = ()

    def number(self, step: int) -> str:
        """The number of a step, for readers."""
        return self.numbers[step - 1] if self.numbers else str(step)

    def x(self, side: str) -> float:
        """The line of a side; the middle for anybody else."""
        left, right = self.lines
        return 0.0 if side in left else self.width if side in right else self.width / 2

    def says_who(self, side: str) -> str:
        """A side's name as the beginning of a text, where its line has several sides."""
        return next((f"{side}: " for sides in self.lines if side in sides and len(sides) > 1), "")


@dataclass(frozen=True)
class Arrow:
    """A segment on paper. lane: how many others its step sends before it."""

    paper: Paper
    flight: Flight
    lane: int

    @property
    def name(self) -> str:
        """Where it comes from, for ids."""
        return f"step {self.flight.sent or 0}" + (f" ({self.lane + 1})" if self.lane else "")

    @property
    def text(self) -> str:
        """The segment, and its sender where that is not clear from the line."""
        return self.paper.says_who(self.flight.source) + self.flight.text

    @property
    def delay(self) -> int:
        """For how many steps a segment that arrives was under way."""
        sent, ended = self.flight.sent, self.flight.ended
        return ended - sent if self.arrives and sent and ended else 0

    @property
    def arrives(self) -> bool:
        """Whether the picture shows its arrival."""
        return self.flight.end == "arrive" and not self.flight.later

    @property
    def color(self) -> str:
        """Red if it was under way for long."""
        return RED if self.delay >= DELAYED else INK

    @property
    def rightwards(self) -> bool:
        """Whether it goes from left to right."""
        return self.paper.x(self.flight.target) > self.paper.x(self.flight.source)

    @property
    def start(self) -> Point:
        """The sender's line; or the middle, for what was in the network from the start."""
        rows, flight = self.paper.rows, self.flight
        if flight.sent:
            return self.paper.x(flight.source), rows[flight.sent] + LANE * self.lane
        return self.paper.width / 2, rows[min(n for n in (*flight.copies, flight.ended) if n)] - ROW / 2

    def end(self, step: int) -> Point:
        """The receiver's line."""
        return self.paper.x(self.flight.target), self.paper.rows[step]

    @property
    def stop(self) -> Point:
        """Where a segment that does not arrive ends: where it is lost, or soon."""
        reach = GAP + len(self.text) * MONO_CHAR + 30
        if self.flight.end == "lose" and self.flight.ended and not self.flight.later:
            reach = max(reach, 0.6 * self.paper.width)
            return self.along(reach), self.paper.rows[self.flight.ended]
        return self.along(reach), self.start[1] + ROW * min(0.36, reach / self.paper.width)

    def aside(self, step: int) -> float:
        """How far from a side's line a text beside a steep arrow to `step` begins, so as to leave the arrow whole."""
        (x, y), (to_x, to_y) = self.start, self.end(step)
        steep = to_y - y >= DELAYED * ROW
        return max(GAP, (0.3 * ROW + 7) * abs(to_x - x) / (to_y - y) + 5) if steep else GAP

    def along(self, distance: float) -> float:
        """So far from the start, towards the receiver."""
        return self.start[0] + (distance if self.rightwards else -distance)


def arrow_lines(arrow: Arrow) -> Iterator[str]:
    """The line of a segment, and one for each duplicate."""
    flight, name = arrow.flight, arrow.name
    for copy in flight.copies:
        wide = 2.4 if copy - (flight.sent or copy) >= DELAYED else 1.6
        what = f"{name} to step {copy}, duplicate"
        yield from edge(what, arrow.start, arrow.end(copy), color=VIOLET, style="dashed", penwidth=wide)
    if flight.later:
        what = f"{name} to step {flight.ended}, later"
        yield from edge(what, arrow.start, arrow.stop, color=RED, style="dashed", penwidth=1.6)
    elif arrow.arrives and flight.ended:
        wide = 2.4 if arrow.color == RED else 1.2
        end = arrow.end(flight.ended)
        yield from edge(f"{name} to step {flight.ended}", arrow.start, end, color=arrow.color, penwidth=wide)
    elif flight.end:
        yield from edge(f"{name}, lost", arrow.start, arrow.stop, color=LINE, arrowhead="none")
    elif flight.sent:
        look: dict[str, Value] = {"color": LINE, "style": "dotted", "penwidth": 1.6, "arrowhead": "none"}
        yield from edge(f"{name}, still in the network", arrow.start, arrow.stop, **look)


def arrow_labels(arrow: Arrow) -> Iterator[str]:
    """A segment's text, near its sender and once more where a duplicate or a delayed one arrives; and its end."""
    flight = arrow.flight
    if flight.sent:
        yield _at_sender(arrow)
    for copy in flight.copies:
        late, sent = copy - (flight.sent or copy) >= DELAYED, arrow.paper.number(flight.sent or copy)
        said = _("duplicate {segment} from step {step}") if late else _("duplicate {segment}")
        yield _at_receiver(arrow, copy, said.format(segment=arrow.text, step=sent), VIOLET)
    if arrow.arrives and flight.ended and (not flight.sent or arrow.delay >= DELAYED):
        said = _("{segment} from step {step}") if flight.sent else _("{segment} from before")
        sent = arrow.paper.number(flight.sent) if flight.sent else ""
        yield _at_receiver(arrow, flight.ended, said.format(segment=arrow.text, step=sent), arrow.color)
    if flight.later:
        arrives = flight.end == "arrive"
        said = _("arrives in a later round, step {step}") if arrives else _("is lost in a later round, step {step}")
        yield _arrival(arrow, said.format(step=flight.ended), 9, RED)
    elif flight.end in LOST:
        yield text(f"{arrow.name}, cross", arrow.stop, [CROSS], 24, size=20, look={"fontcolor": RED})
        yield _arrival(arrow, _(LOST[flight.end]), 9, RED)
    elif flight.end is None and flight.sent:
        yield _arrival(arrow, _("… still in the network"), 3, LINE)


def _at_sender(arrow: Arrow) -> str:
    """On the line; beside it if it is steep, so as not to leave the row."""
    width = len(arrow.text) * MONO_CHAR + 4
    ended = arrow.flight.ended if arrow.arrives else None
    middle = (arrow.aside(ended) if ended else GAP) + width / 2
    place = (arrow.along(middle), arrow.start[1] + ROW * min(0.3, middle / arrow.paper.width))
    color = LINE if arrow.flight.end is None else arrow.color
    return text(f"{arrow.name}, segment", place, [arrow.text], width, look={**BOX, "fontcolor": color})


def _at_receiver(arrow: Arrow, step: int, words: str, color: str) -> str:
    """Above the row where it arrives."""
    x, y = arrow.end(step)
    width = columns(words) * MONO_CHAR + 4
    gap = arrow.aside(step)
    place = (x - gap if arrow.rightwards else x + gap, y - 0.3 * ROW)
    name, align = f"{arrow.name} to step {step}, segment", "r" if arrow.rightwards else "l"
    return text(name, place, [words], width, align=align, look={**BOX, "fontcolor": color})


def _arrival(arrow: Arrow, words: str, distance: float, color: str) -> str:
    """Words behind the point where a segment ends."""
    x, y = arrow.stop
    place = (x + distance if arrow.rightwards else x - distance, y)
    align = "l" if arrow.rightwards else "r"
    look: dict[str, Value] = {"style": "filled", "fillcolor": "white", "fontcolor": color}
    return text(f"{arrow.name}, end", place, [words], columns(words) * SANS_CHAR, align=align, look=look)
