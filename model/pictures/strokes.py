"""A ladder's lines drawn: two lifelines, and between them each segment as an arrow.

    |---- <SEQ=1><CTL=SYN> --->|      it arrives in the very next step
    |---- <SEQ=1><CTL=SYN> ....|      it is still under way
    |.... <SEQ=1><CTL=SYN> --->|      it arrives, sent in an earlier step
    |---- <SEQ=1><CTL=SYN> --x |      it is lost

`BOX` has the lines that terminals draw, `ASCII` those of a mail. `rungs` has the RFC's own form.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.words.columns import left, right, width

ROOM = 12
"""Columns between the lifelines besides those of a segment."""


@dataclass(frozen=True)
class Strokes:
    """What a picture is drawn with, each a character; waits: a line that is still under way."""

    lifeline: str
    line: str
    to_left: str
    to_right: str
    waits: str
    cross: str


BOX = Strokes("\u2502", "\u2500", "\u25c0", "\u25b6", "\u2504", "\u00d7")
ASCII = Strokes("|", "-", "<", ">", ".", "x")
STYLES = ("rfc", "ascii", "box")


def strokes_for(style: str, encoding: str) -> Strokes | None:
    """What to draw with in one of `STYLES`; none for "rfc". "": boxes if the encoding can show them, else ASCII."""
    if style == "rfc":
        return None
    try:
        "".join(vars(BOX).values()).encode(encoding)
    except (UnicodeError, LookupError):
        return ASCII
    return ASCII if style == "ascii" else BOX


def between(tail: str, words: str, head: str, columns: int, strokes: Strokes, *, near_right: bool = False) -> str:
    """The lifelines and what is between them, in `columns` and room for arrows.

    tail, head: at the left and right lifeline "-->", "<--", "..." or " x ", as in `rungs.Rung`; both empty where the
    words are no segment; they stand beside the left lifeline then, or the right one.
    """
    inside, bar = columns + ROOM, strokes.lifeline
    if not tail.strip() and not head.strip():
        place = right if near_right else left
        return f"{bar} {place(words, inside - 2)} {bar}"
    free = inside - width(words) - 2
    begin = _line(tail, tail == "<--", free // 2, strokes)
    end = _line(head, head == "-->", free - free // 2, strokes)[::-1].replace(strokes.to_left, strokes.to_right)
    return f"{bar}{begin} {words} {end}{bar}"


def _line(mark: str, pointed: bool, columns: int, strokes: Strokes) -> str:
    """From the left lifeline to a segment; what is at the right one is its mirror image."""
    if mark == "...":
        return strokes.waits * columns
    if mark == " x ":
        return (strokes.cross + strokes.line * (columns // 2)).rjust(columns)
    return (strokes.to_left if pointed else strokes.line) + strokes.line * (columns - 1)
