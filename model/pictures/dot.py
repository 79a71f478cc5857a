"""Words of Graphviz's language: quoting, attributes, and text, boxes and lines at fixed places.

Places are in points, x to the right and y downwards. Boxes of text get their size from an estimate, as the programs
that draw them do not agree on fonts.

No label begins with an empty line: Graphviz would read memory that it has not set, and draw the picture or die by
chance. A space stands there instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

Point = tuple[float, float]
Value = str | float

SANS, BOLD = "Helvetica", "Helvetica-Bold"
NOT_XML = re.compile("[^\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\x7f-\x9f]")
MONO = "DejaVu Sans Mono,Menlo,Consolas,monospace"


def quote(text: str) -> str:
    """Text that Graphviz shows as it stands: no escape or entity in it has a meaning, but a newline.

    A space comes before a newline at its beginning; characters that no XML can have are left out.
    """
    text = re.sub(r"\A(?=\n)", " ", NOT_XML.sub("", text))
    for plain, escaped in (("&", "&amp;"), ("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return f'"{text}"'


def attributes(**values: Value) -> str:
    """An attribute list, in the order given; text is quoted."""
    return ", ".join(f"{key}={quote(v) if isinstance(v, str) else f'{v:g}'}" for key, v in values.items())


def graph(name: str, body: Iterable[str]) -> str:
    """A directed graph of these lines."""
    return "\n".join([f"digraph {name} {{", *(f"  {line}" for line in body), "}"]) + "\n"


def node(name: str, place: Point, **more: Value) -> str:
    """A node at a fixed place."""
    return f'{quote(name)} [pos="{place[0] / 72:.3f},{-place[1] / 72:.3f}!", {attributes(**more)}];'


def text(
    name: str,
    place: Point,
    lines: Sequence[str],
    width: float,
    *,
    align: str = "c",
    size: float = 10.5,
    look: Mapping[str, Value] | None = None,
) -> str:
    """Lines of text in a box of that width, centred at `place`, or left (l) or right (r) of it."""
    end = {"c": "\\n", "l": "\\l", "r": "\\r"}[align]
    label = end.join(quote(line or " ")[1:-1] for line in lines) + (end if align != "c" else "")
    x = place[0] + {"c": 0, "l": width / 2, "r": -width / 2}[align]
    more = attributes(width=width / 72, height=len(lines) * size * 1.25 / 72, fontsize=size, **(look or {}))
    return f'{quote(name)} [pos="{x / 72:.3f},{-place[1] / 72:.3f}!", label="{label}", {more}];'


def box(name: str, place: Point, width: float, height: float, color: str) -> str:
    """A coloured box without text, centred at `place`."""
    return node(name, place, label="", width=width / 72, height=height / 72, style="filled", fillcolor=color)


def point(name: str, place: Point) -> str:
    """A point without extent, for where something begins or ends."""
    return node(name, place, label="", shape="point", width=0.01, height=0.01, style="invis")


def edge(name: str, start: Point, end: Point, **more: Value) -> list[str]:
    """A straight line: two points without extent, and an edge whose id is `name`."""
    return [
        point(f"{name}, from", start),
        point(f"{name}, to", end),
        f"{quote(f'{name}, from')} -> {quote(f'{name}, to')} [{attributes(id=name, **more)}];",
    ]
