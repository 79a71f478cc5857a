"""The legend of a time-sequence diagram: the signs that it uses, each with a sample and its meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from model.core.run import Run
from model.core.system import System
from model.pictures.arrows import CROSS, DELAYED, FAINT, INK, LINE, LOST, RED, VIOLET
from model.pictures.dot import MONO, Value, edge, text
from model.pictures.flights import Flight
from model.pictures.lifelines import Lanes, closed
from model.pictures.numbers import initial_numbers
from model.words.language import _

HEIGHT, SAMPLE = 16.0, 44.0
"""Of a line of the legend, and the width of a sample, in points."""


@dataclass(frozen=True)
class Sign:
    """What a sign means. look: of a line as the sample; or `sample`: words."""

    meaning: str
    look: Mapping[str, Value] = field(default_factory=dict)
    sample: str = ""


def signs(system: System, trace: Run, lanes: Lanes, known: Sequence[Flight]) -> list[Sign]:
    """The signs of a picture that need a word; known: its segments."""
    late = any(f.end == "arrive" and f.sent and f.ended and not f.later and f.ended - f.sent >= DELAYED for f in known)
    gone = any(closed(system, sides, state) for sides in lanes.values() for state in trace.states)
    names, meaning = initial_numbers(trace)
    slow = _("a segment that is under way for {count} steps or more").format(count=DELAYED)
    found = [
        (bool(names), Sign(meaning, sample=names)),
        (late, Sign(slow, {"color": RED, "penwidth": 2.4})),
        (any(f.copies for f in known), Sign(_("a duplicate"), {"color": VIOLET, "style": "dashed", "penwidth": 1.6})),
        (any(f.end in LOST for f in known), Sign(_("a segment that is lost"), sample=CROSS)),
        (
            any(f.end is None and f.sent for f in known),
            Sign(
                _("a segment that is still in the network at the end"),
                {"color": LINE, "style": "dotted", "penwidth": 1.6},
            ),
        ),
        (gone, Sign(_("nobody is there: CLOSED"), {"color": FAINT, "style": "dashed", "arrowhead": "none"})),
    ]
    return [sign for is_used, sign in found if is_used]


def legend(shown: Sequence[Sign], top: float, left: float) -> Iterator[str]:
    """The lines of the legend."""
    for number, sign in enumerate(shown, 1):
        y, name = top + HEIGHT * (number - 0.5), f"sign {number}"
        look: dict[str, Value] = {"fontname": MONO, "fontcolor": RED if sign.sample == CROSS else INK}
        if sign.sample:
            yield text(f"{name}, sample", (left + SAMPLE, y), [sign.sample], SAMPLE, align="r", look=look)
        else:
            yield from edge(name, (left, y), (left + SAMPLE, y), **{"arrowhead": "none", **sign.look})
        yield text(f"{name}, meaning", (left + SAMPLE + 10, y), [sign.meaning], 330, align="l", look={"fontcolor": INK})
