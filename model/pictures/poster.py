"""What stands around the two lines of a time-sequence diagram: title, names, caption and legend; and its canvas.

A part of a run has the canvas of the whole one: two points in its corners see to that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from model.pictures.arrows import LINE, ROW, Paper
from model.pictures.dot import BOLD, Value, box, point, text
from model.pictures.legend import HEIGHT, Sign, legend
from model.words import columns

MARGIN, NUMBERS, STACK = 180.0, 30.0, 15.0
"""Width of a margin and of the numbers, and the distance of states above each other, in points."""


@dataclass(frozen=True)
class Poster:
    """Everything around the lines. names: of these. room: to the right of the margin, such as for notes."""

    paper: Paper
    title: str
    caption: str
    names: Sequence[str]
    room: float
    signs: Sequence[Sign]

    @property
    def width(self) -> float:
        """Of the lines with both margins."""
        return self.paper.width + 2 * MARGIN

    @property
    def words(self) -> list[str]:
        """The lines of the caption."""
        return wrapped(self.caption, self.width / 7) if self.caption else []

    def top(self) -> Iterator[str]:
        """Title and names, and the corners of the canvas."""
        lines, y = wrapped(self.title, self.width / 10), head(self.paper)
        right = self.paper.width + MARGIN + self.room
        yield point("upper corner", (-MARGIN - NUMBERS, y - 30 - 22 * len(lines)))
        yield point("lower corner", (right, self._legend_at + HEIGHT * len(self.signs) + 8))
        place = self.paper.width / 2, y - 20 - 11 * len(lines)
        yield text("title", place, lines, self.width, size=16, look={"fontname": BOLD})
        look: dict[str, Value] = {"shape": "box", "color": LINE}
        for name, x in zip(self.names, (0.0, self.paper.width), strict=True):
            yield text(f"name of {name}", (x, y), [name], columns.width(name) * 8 + 22, size=15, look=look)

    def bottom(self) -> Iterator[str]:
        """Caption and legend."""
        if self.words:
            place = self.paper.width / 2, self.paper.rows[-1] + 24 + 8 * len(self.words)
            yield text("caption", place, self.words, self.width, size=12.5)
        yield from legend(self.signs, self._legend_at, self.paper.width / 2 - 190)

    @property
    def _legend_at(self) -> float:
        return self.paper.rows[-1] + 24 + (16 * len(self.words) + 8 if self.words else 0)

    def under(self, row: int, color: str) -> Iterator[str]:
        """The colour under a row."""
        place = self.paper.width / 2 - NUMBERS / 2, self.paper.rows[row] + 2
        yield box("the last step", place, self.width + NUMBERS, ROW - 5, color)


def head(paper: Paper) -> float:
    """Where the names of the lines stand; above the initial states of all sides of a line."""
    return -32 - STACK * max(0, *(len(sides) - 2 for sides in paper.lines))


def wrapped(words: str, most: float, lines: int = 99) -> list[str]:
    """Words in lines of so many columns; at least one line, and at most so many lines."""
    return columns.shortened(words, int(most), lines) or [""]
