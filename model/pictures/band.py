"""The loop of a lasso in a time-sequence diagram: a coloured band, and a bracket from its end to its start."""

from __future__ import annotations

from collections.abc import Iterator

from model.pictures.arrows import RED, ROW, Paper
from model.pictures.dot import BOLD, Value, box, edge, text
from model.words.language import _, marked

TINT, ROOM = "#fdeee2", 108.0
"""The band's colour; room to the right of the margin, for the bracket and its words."""
ABOVE = 29.0
"""What a row needs above its line, for the words of its event."""
AGAIN = marked("again\nand again,\nfor ever")
NEVER = marked("nothing happens any more, for ever")


def band(paper: Paper, stem: int, loop: int, margin: float, numbers: float) -> Iterator[str]:
    """The band of the `loop` rows after the first `stem`, and its bracket; an empty loop has a row of its own."""
    top, bottom = paper.rows[stem + 1] - ABOVE, paper.rows[stem + max(loop, 1) + 1] - ABOVE
    left, right = -margin - numbers, paper.width + margin + ROOM
    yield box("loop", ((left + right) / 2, (top + bottom) / 2), right - left, bottom - top, TINT)
    yield from bracket(paper.width + margin, top + 10, bottom - 10, tuple(_(AGAIN).split("\n")) if loop else ())
    if not loop:
        place = (paper.width / 2, (top + bottom) / 2)
        yield text(
            "nothing more", place, [_(NEVER)], paper.width - 20, size=13, look={"fontname": BOLD, "fontcolor": RED}
        )


def bracket(x: float, top: float, bottom: float, words: tuple[str, ...]) -> Iterator[str]:
    """From the last row to the right, up, and back into the first row."""
    corner = x + ROW / 3
    look: dict[str, Value] = {"color": RED, "penwidth": 2.4, "arrowhead": "none"}
    yield from edge("loop, out", (x - 8, bottom), (corner, bottom), **look)
    yield from edge("loop, up", (corner, bottom), (corner, top), **look)
    yield from edge("loop, back", (corner, top), (x - 8, top), **look | {"arrowhead": "normal"})
    if words:
        place, look = (corner + 8, (top + bottom) / 2), {"fontname": BOLD, "fontcolor": RED}
        yield text("loop, words", place, words, ROOM - ROW / 3 - 12, align="l", size=11.5, look=look)
