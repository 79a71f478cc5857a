"""Two runs side by side, as a picture and in plain text: steps that correspond stand at the same height.

Between the two ladders stands what sets a row apart: where they differ first, what is skipped or inserted in the second
one and why, and where it goes on alone. The first difference has a coloured band.
Limits: as for a ladder; and a loop of the first run is drawn once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from model.core.run import Run
from model.core.system import System
from model.pictures.arrows import INK, LINE, RED, ROW, Paper
from model.pictures.dot import BOLD, box, graph, text
from model.pictures.flights import SENDS, Flight, history
from model.pictures.ladder import DEFAULTS, MARKS, body_of, rows_for, segments_of, width_for
from model.pictures.legend import signs
from model.pictures.lifelines import Lanes, headings
from model.pictures.poster import MARGIN, NUMBERS, Poster
from model.pictures.rungs import LEFT, Rung, rungs_of_steps
from model.words.columns import left, right, shortened, width, wrapped
from model.words.language import _, marked

PairMark = Literal["", "skipped", "inserted", "continued"]
MARKED = {"skipped": marked("skipped"), "inserted": marked("inserted")}
"""What is said of a step with this mark."""
BETWEEN, FIRST, COLUMNS = 200.0, "#fff8e1", 22
"""Room between the ladders, the colour of the first difference, and columns of what is said between."""


@dataclass(frozen=True)
class Pair:
    """A step of the one run and its counterpart in the other: their numbers, None where there is none.

    mark: of the counterpart. reason: why it is skipped. differs: the state after it, or what is sent, is not the same.
    number: for readers.
    """

    left: int | None
    right: int | None
    mark: PairMark = ""
    reason: str = ""
    differs: bool = False
    number: str = ""


@dataclass(frozen=True)
class LadderRun:
    """One of the two runs: its name, its system, its lines (see `ladder`), which of equal segments arrives first."""

    name: str
    system: System
    run: Run
    lanes: Lanes
    oldest_first: bool


@dataclass(frozen=True)
class Two:
    """Both runs and their steps. loop: the step that begins what the first one repeats for ever, or None.

    stops: the step at which a story is no run of the second. good: nothing is wrong with the first run's last step.
    then: so many of its last steps are a consequence.
    """

    shown: tuple[LadderRun, LadderRun]
    pairs: Sequence[Pair]
    title: str = ""
    sentence: str = ""
    loop: int | None = None
    stops: int | None = None
    good: bool = False
    then: int = 0

    @property
    def last(self) -> int:
        """The last step of the first run, without what it is the cause of."""
        return len(self.shown[0].run.steps) - self.then

    @property
    def stays(self) -> int | None:
        """The step that the first run does without, as it stays in its last state for ever."""
        return self.loop if self.loop == len(self.shown[0].run.steps) + 1 else None

    @property
    def first(self) -> Pair | None:
        """The first pair that differs."""
        return next((pair for pair in self.pairs if pair.differs), None)

    def notes(self) -> list[str]:
        """What is said of each pair between the ladders."""
        continued = next((pair for pair in self.pairs if pair.mark == "continued"), None)
        found = []
        for pair in self.pairs:
            said = [_("then")] if pair.left == self.last + 1 else []
            said += [_joined(_(MARKED[pair.mark]), _(pair.reason))] if pair.mark in MARKED else []
            said += [_("the first difference")] if pair is self.first else []
            said += [_("from here on to rest")] if pair is continued else []
            said += [_("from here on, for ever")] if self.loop is not None and pair.left == self.loop else []
            said += [_("after it nothing more happens, for ever")] if pair.left and pair.left + 1 == self.stays else []
            said += [_("here the story stops")] if self.stops is not None and pair.left == self.stops else []
            found.append(_("; ").join(said))
        return found


def _joined(said: str, reason: str) -> str:
    return _("{said}: {rest}").format(said=said, rest=reason) if reason else said


# -- the picture --


def two_ladders(two: Two) -> str:
    """The picture, as DOT source with fixed positions."""
    counts = [[sum(h.action in SENDS for h in step) for step in history(s.run, s.oldest_first)] for s in two.shown]
    sends = [max(1, *(c[n - 1] for c, n in zip(counts, (p.left, p.right), strict=True) if n), 0) for p in two.pairs]
    rows = rows_for([1, *sends])
    papers = [_paper(shown, two.pairs, rows, at) for at, shown in enumerate(two.shown)]
    offset = papers[0].width + 2 * MARGIN + BETWEEN + NUMBERS
    whole = offset + papers[1].width + 2 * MARGIN + NUMBERS
    middle = whole / 2 - MARGIN - NUMBERS
    lines = [*DEFAULTS, *_bands(two, rows, middle, whole)]
    for at, (shown, paper) in enumerate(zip(two.shown, papers, strict=True)):
        lines += moved(_one(shown, paper), offset * at, f"{at + 1}: ")
    lines += _between(two, rows, papers[0].width + MARGIN + BETWEEN / 2 - NUMBERS / 2)
    return graph("ladders", [*lines, *_around(two, papers, rows[-1], middle, whole)])


def _paper(shown: LadderRun, pairs: Sequence[Pair], rows: Sequence[float], at: int) -> Paper:
    known = _segments(shown)
    own = [rows[row] for row, pair in enumerate(pairs, 1) if (pair.left, pair.right)[at] is not None]
    left, right = (tuple(sides) for sides in shown.lanes.values())
    return Paper((left, right), width_for(known), (0.0, *own, rows[-1]), numbers_of(pairs, at))


def numbers_of(pairs: Sequence[Pair], at: int) -> tuple[str, ...]:
    """The numbers for readers of the steps of the first (0) or second (1) run."""
    return tuple(pair.number for pair in pairs if (pair.left, pair.right)[at] is not None)


def _one(shown: LadderRun, paper: Paper) -> Iterator[str]:
    """One ladder."""
    known, names = _segments(shown), headings(shown.lanes, shown.run)
    poster = Poster(paper, shown.name, "", names, 0, signs(shown.system, shown.run, shown.lanes, known))
    yield from poster.top()
    yield from body_of(paper, shown.system, shown.run, shown.lanes, known=known, ends=len(paper.rows) - 1)


def _segments(shown: LadderRun) -> list[Flight]:
    return segments_of(shown.run, None, shown.oldest_first)


def _bands(two: Two, rows: Sequence[float], middle: float, whole: float) -> Iterator[str]:
    """The colours under the first difference, and under the first run's last step."""
    for row, pair in enumerate(two.pairs, 1):
        height = rows[row + 1] - rows[row]
        if pair is two.first:
            yield box("the first difference", (middle, rows[row] + (height - ROW) / 2 + 2), whole, height - 5, FIRST)
        elif pair.left == two.last and not two.good and two.loop is None:
            paper = two.shown[0]
            width = width_for(_segments(paper)) + 2 * MARGIN + NUMBERS
            x = width / 2 - MARGIN - NUMBERS
            yield box("the last step", (x, rows[row] + 2), width, ROW - 5, MARKS["violated"])


def _between(two: Two, rows: Sequence[float], x: float) -> Iterator[str]:
    """What is said between the ladders."""
    for row, (pair, note) in enumerate(zip(two.pairs, two.notes(), strict=True), 1):
        if note:
            words = shortened(note, COLUMNS, 4)
            color = RED if pair.mark in ("skipped", "inserted") or pair is two.first else LINE
            yield text(f"note {row}", (x, rows[row]), words, BETWEEN - 50, size=9.5, look={"fontcolor": color})


def _around(two: Two, papers: Sequence[Paper], bottom: float, middle: float, whole: float) -> Iterator[str]:
    """The title above both, and the sentence below."""
    most = max(len(sides) for paper in papers for sides in paper.lines)
    title, said = wrapped(two.title, int(whole / 10)), wrapped(two.sentence, int(whole / 7.2))
    if title:
        y = -110 - 15 * max(0, most - 2) - 11 * len(title)
        yield text("title", (middle, y), title, whole, size=16, look={"fontname": BOLD, "fontcolor": INK})
    if said:
        yield text("sentence", (middle, bottom + 24 + 8 * len(said)), said, whole, size=12.5)


def moved(lines: Iterator[str], by: float, prefix: str) -> Iterator[str]:
    """Nodes and edges further to the right, with other names."""
    for line in lines:
        named = re.sub(r'(^|-> |\[id=)"', rf'\g<1>"{prefix}', line)
        yield re.sub(r'pos="(-?[0-9.]+),', lambda at: f'pos="{float(at[1]) + by / 72:.3f},', named, count=1)


# -- the text --


def two_ladders_text(two: Two) -> list[str]:
    """The two ladders in lines: for each step its number, both runs, and what is said of it."""
    halves = [
        rungs_of_steps(one.system, one.run, one.lanes, one.oldest_first, numbers_of(two.pairs, at))
        for at, one in enumerate(two.shown)
    ]
    columns = [_columns(one, *half) for one, half in zip(two.shown, halves, strict=True)]
    widths = [sum(parts) + 10 for parts in columns]
    number = max(4, *(len(pair.number) for pair in two.pairs)) if two.pairs else 4
    lines = [_row("", [one.name for one in two.shown], widths, number)]
    names, initially = [[*map(_, one.lanes)] for one in two.shown], [list(half[0]) for half in halves]
    for first, said in ((_("step"), names), ("", initially)):
        row = [_half(Rung("", s[0], "", "", "", s[-1]), parts) for s, parts in zip(said, columns, strict=True)]
        lines.append(_row(first, row, widths, number))
    for pair, note in zip(two.pairs, two.notes(), strict=True):
        own = [
            [line for rung in half[1][n - 1] for line in _with_note(rung, parts)] if n else []
            for half, parts, n in zip(halves, columns, (pair.left, pair.right), strict=True)
        ]
        if note:
            lines.append(f"{'':{number}}  {_('({words})').format(words=note)}")
        for at, both in enumerate(zip_longest(*own, fillvalue="")):
            lines.append(_row("" if at else pair.number, both, widths, number))
    return [line.rstrip() for line in lines]


def _columns(one: LadderRun, initially: tuple[str, str], steps: Sequence[Sequence[Rung]]) -> list[int]:
    """The widths of the three parts of a ladder."""
    every = [rung for step in steps for rung in step]
    first, last = map(_, one.lanes)
    parts = (
        [first, initially[0], *(rung.left for rung in every)],
        [*(part for rung in every for part in (rung.middle, rung.note and f"({rung.note})"))],
        [last, initially[1], *(rung.right for rung in every)],
    )
    return [max(map(width, said), default=0) for said in parts]


def _with_note(rung: Rung, parts: Sequence[int]) -> list[str]:
    """The line of a rung, and above it its note."""
    mirrored = rung.head == LEFT
    note = Rung("", "", "", f"({rung.note})", "", " " if mirrored else "")
    return [*([_half(note, parts)] if rung.note else []), _half(rung, parts)]


def _half(rung: Rung, parts: Sequence[int]) -> str:
    begin, middle, end = parts
    comment = rung.right and not rung.head  # It stands beside its side's state.
    said = (right if comment else left)(rung.middle, middle)
    return f"{left(rung.left, begin)} {rung.tail:<3} {said} {rung.head:<3} {left(rung.right, end)}"


def _row(number: str, halves: Sequence[str], widths: Sequence[int], room: int) -> str:
    return f"{right(number, room)}  {left(halves[0], widths[0])} | {halves[1]}"
