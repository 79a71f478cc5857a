"""Answers as lines for a reader's terminal: marks, colours and runs, in so many columns and no more lines than wanted.

The answers come first, each with its run beside it; what finds no room is in the files that the verdicts name. Colours
are for a terminal only (and none if NO_COLOR is set); red is only for what contradicts its claim. Where the output
cannot show a mark its ASCII form stands for it. No text is taken for markup, and no control character gets through.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TextIO

from rich.table import Column, Table
from rich.text import Text

from model.machine.printing import printable as harmless
from model.machine.screen import console
from model.pictures.rungs import rung_lines
from model.pictures.strokes import Strokes, strokes_for
from model.questions.task import RunReport, TaskResult
from model.report.answers import Entry, Line, Mark, ShownRun, ShownTable, by_claim, entries
from model.report.summary import summary
from model.words.columns import width, wrapped
from model.words.language import _

ONE, ALL = 60, 80
"""The most lines for one claim, and for more."""
NARROW, WIDE = 40, 100
"""Fewer columns are not kept to; prose uses no more."""
LEAST = 8
"""A run is shortened to no fewer lines."""
MARKS: dict[Mark, tuple[str, str]] = {
    "good": ("\N{CHECK MARK}", "+"),
    "bad": ("\N{BALLOT X}", "!"),
    "open": ("?", "?"),
    "plain": ("\N{BULLET}", "-"),
}
COLOURS: dict[Mark, str] = {"good": "green", "bad": "bold red", "open": "yellow", "plain": "bold"}
LOOKS = {"heading": "bold", "aside": "dim"}


@dataclass(frozen=True)
class Screen:
    """What the output can show: columns, colours, and its encoding; and the style of ladders (`strokes.STYLES`)."""

    width: int = 80
    colour: bool = False
    encoding: str = "utf-8"
    ladder: str = "rfc"

    @property
    def strokes(self) -> Strokes | None:
        """What ladders are drawn with."""
        return strokes_for(self.ladder, self.encoding)

    def can_show(self, text: str) -> bool:
        """Whether the encoding has these characters."""
        try:
            text.encode(self.encoding)
        except (UnicodeError, LookupError):
            return False
        return True


def screen_of(output: TextIO | None, ladder: str = "rfc") -> Screen:
    """The screen that this output is: a terminal's own width; for a file or a pipe COLUMNS, or 80."""
    terminal = output is not None and output.isatty()
    columns = shutil.get_terminal_size((80, 24)).columns if terminal else int_of(os.environ.get("COLUMNS", ""), 80)
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Screen(max(columns, NARROW), colour, getattr(output, "encoding", None) or "utf-8", ladder)


def int_of(text: str, otherwise: int) -> int:
    """A positive number written as text."""
    return int(text) if text.isascii() and text.isdecimal() and int(text[:6]) > 0 else otherwise


@dataclass(frozen=True)
class Printed:
    """One line as it is printed, with its style in rich's words, and the style of its first `marked` characters."""

    text: str
    style: str = ""
    marked: int = 0
    colour: str = ""


def answer_text(
    rows: Sequence[TaskResult], expected: int, code: int, notes: Iterable[str], *, screen: Screen, details: str = ""
) -> str:
    """The answers, the notes, and the sum, ending without a newline.

    expected: how many verdicts were asked for. details: what is to stand between the answers and the notes.
    """
    tail = [Printed("")] if rows else []
    tail += [one for note in (*doubts(rows), *notes) for one in wrapped_line(Line(note, look="aside"), screen)]
    bad = any(row.standing == "contradicted" for row in rows)
    tail.append(Printed(summary(rows, expected, code), "bold red" if bad else ""))
    most = (ONE if len(by_claim(rows)) <= 1 else ALL) - len(tail)
    whole = [Printed(line) for line in ("", *details.splitlines())] if details else []
    found = fitted(list(entries(rows)), most, screen)
    return coloured([*(found if whole or (found and found[-1].text) else found[:-1]), *whole, *tail], screen)


def doubts(rows: Sequence[TaskResult]) -> list[str]:
    """What qualifies the verdicts of searches that keep hashes of states only."""
    worst = max((row.effort.collision for row in rows), default=0.0)
    return (
        [_("In each search a state is missed with a probability of at most {chance}.").format(chance=f"{worst:.1e}")]
        if worst
        else []
    )


def fitted(found: Sequence[Entry], most: int, screen: Screen) -> list[Printed]:
    """The entries in at most so many lines, if without runs and tables they need no more; those fill what is left."""
    lines = {at: wrapped_line(one, screen) for at, one in enumerate(found) if isinstance(one, Line)}
    left = most - sum(map(len, lines.values()))
    for at, one in enumerate(found):
        if isinstance(one, Line):
            continue
        shown = run_lines(one.evidence, screen) if isinstance(one, ShownRun) else table_lines(one, screen)
        if isinstance(one, ShownRun) and left >= LEAST and len(shown) > left:
            shown = shortened(shown, left, one.evidence, screen)
        if len(shown) <= left:
            lines[at] = shown
            left -= len(shown)
    return single_spaced([line for at in sorted(lines) for line in lines[at]], most)


def single_spaced(lines: Sequence[Printed], most: int) -> list[Printed]:
    """The lines with one empty line in place of several, and none if they are more than wanted."""
    spaced = [line for at, line in enumerate(lines) if line.text or (at and lines[at - 1].text)]
    return spaced if len(spaced) <= most else [line for line in spaced if line.text]


def run_lines(one: RunReport, screen: Screen) -> list[Printed]:
    """A run as a ladder between two empty lines, and what is false at its end."""
    if one.ladder is None:
        return []
    label = [Printed("  " + _("{label}:").format(label=_(one.label)), "dim")] if one.label else []
    rungs = rung_lines(one.ladder, screen.width - 2, screen.strokes)
    indent = "  " if max(map(width, rungs)) <= screen.width - 2 else ""
    ladder = [Printed(f"{indent}{line}") for line in rungs]
    here = [_("Here {part}.").format(part=part) for part in one.decides]
    false = [line for said in here for line in wrapped_line(Line(said, indent=6), screen)]
    return [Printed(""), *label, *ladder, *false, Printed("")]


def shortened(lines: Sequence[Printed], most: int, one: RunReport, screen: Screen) -> list[Printed]:
    """A long run's beginning and end."""
    words = Line(
        _("({count} lines in all; the whole run is in {file})").format(count=len(lines), file=one.words),
        indent=4,
        look="aside",
    )
    hidden = wrapped_line(words, screen)
    begin = (most - len(hidden)) // 2
    return [*lines[:begin], *hidden, *lines[len(lines) - (most - len(hidden) - begin) :]]


def table_lines(one: ShownTable, screen: Screen) -> list[Printed]:
    """A study's table."""
    made = Table(*(Column(Text(_(name))) for name in one.table.header), box=None, pad_edge=False, show_edge=False)
    for row in one.table.rows:
        made.add_row(*(Text(_(cell)) for cell in row))
    output = io.StringIO()
    console(file=output, width=screen.width - 6, no_color=True).print(made)
    grid = [Printed(f"      {line}".rstrip()) for line in output.getvalue().splitlines()]
    notes = [line for note in one.table.notes for line in wrapped_line(Line(_(note), indent=4, look="aside"), screen)]
    return [Printed(""), *wrapped_line(Line(_(one.table.title), indent=4), screen), *grid, *notes, Printed("")]


def wrapped_line(line: Line, screen: Screen) -> list[Printed]:
    """One sentence in lines; a path is not broken."""
    if not line.text:
        return [Printed("")]
    mark = f"{shown_mark(line.mark, screen)} " if line.mark else ""
    first = " " * (line.indent + (2 if line.indent and not mark else 0)) + mark
    rest = "    " if line.look == "heading" else " " * (len(first) + (0 if mark else 2))
    lines = wrapped(line.text, min(screen.width, WIDE), first, rest)
    style = "bold red" if line.mark == "bad" else LOOKS.get(line.look, "")
    return [
        Printed(text, style, 0 if at or not mark else len(first), COLOURS.get(line.mark, ""))
        for at, text in enumerate(lines)
    ]


def shown_mark(mark: Mark, screen: Screen) -> str:
    """The mark, or its ASCII form."""
    symbol, plain = MARKS[mark]
    return symbol if screen.can_show(symbol) else plain


def coloured(lines: Sequence[Printed], screen: Screen) -> str:
    """The lines as one text: with colours for a terminal, and without what the output cannot show."""
    safe = [printable(line.text, screen) for line in lines]
    if not screen.colour:
        return "\n".join(safe)
    output = io.StringIO()
    paper = console(file=output, force_terminal=True, width=screen.width)
    for line, text in zip(lines, safe, strict=True):
        shown = Text(text, line.style)
        if line.marked:
            shown.stylize(line.colour, 0, line.marked)
        paper.print(shown, soft_wrap=True)
    return output.getvalue().rstrip("\n")


def printable(text: str, screen: Screen) -> str:
    """The text without control characters, and with escapes for what the encoding lacks."""
    visible = harmless(text)
    if screen.can_show(visible):
        return visible
    encoding = "ascii" if not screen.can_show("a") else screen.encoding
    return visible.encode(encoding, "backslashreplace").decode(encoding)
