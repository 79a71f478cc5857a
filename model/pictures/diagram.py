"""A diagram of states and arcs, in the manner of RFC 9293's Figure 5: Graphviz source for `dot`.

Arcs between the same two states are drawn as one, with their labels together. Marked arcs (what a model adds to a
standard's figure) are dashed and of another colour, and a legend says so.

Limits: what does not fit three lines of a label is left out, with "…".
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from model.pictures.dot import BOLD, SANS, Value, attributes, graph, quote

COLUMNS, LINES, AGAIN = 26, 3, ", again"
INK, MARKED = "#263238", "#ad1457"
PAD = 3 * " "
"""On either side of a label: who looks at the picture may have a wider font than who has laid it out."""


@dataclass(frozen=True)
class Arc:
    """An arc between two states; `marked` ones are not in the figure that the diagram is compared with."""

    source: str
    target: str
    labels: tuple[str, ...] = ()
    marked: bool = False


class UnknownState(ValueError):
    """An arc names a state that is not in the diagram."""


def state_diagram(
    states: Sequence[str],
    arcs: Sequence[Arc],
    title: str,
    *,
    twice: str = "",
    legend: tuple[str, str] = ("in the standard's figure", "not in it"),
) -> str:
    """The diagram as DOT source. Raises `UnknownState`.

    twice: a state that is drawn once more at the bottom, where the arcs into it end (as Figure 5 does with CLOSED).
    legend: what plain and marked arcs are.
    """
    if unknown := {end for arc in arcs for end in (arc.source, arc.target)} - set(states):
        raise UnknownState(f"an arc names an unknown state: {', '.join(sorted(unknown))}")
    bottom = f"{{ rank=sink; {quote(twice + AGAIN)} [{attributes(label=twice)}]; }}"
    return graph(
        "states",
        [
            *_defaults(title),
            *(f"{quote(state)};" for state in states),
            *([bottom] if twice else []),
            *(_arc(arc, twice) for arc in merged(arcs)),
            *(_legend(legend) if any(arc.marked for arc in arcs) else ()),
        ],
    )


def quotient_diagram(
    states: Mapping[tuple[str, ...], int], arcs: Collection[tuple[tuple[str, ...], tuple[str, ...]]], title: str
) -> str:
    """A quotient of a state graph as DOT source: a node is some values and how many states have them.

    arcs: pairs of nodes; those from a node to itself are left out.
    """
    names = {values: " | ".join(values) for values in states}
    return graph(
        "quotient",
        [
            *_defaults(title),
            *(
                f"{quote(name)} [{attributes(label=chr(10).join([*values, f'{states[values]:,}']))}];"
                for values, name in names.items()
            ),
            *(f"{quote(names[a])} -> {quote(names[b])};" for a, b in arcs if a != b),
        ],
    )


def merged(arcs: Sequence[Arc]) -> list[Arc]:
    """One arc for each pair of states and mark, with all labels once, in order of first appearance."""
    labels: dict[tuple[str, str, bool], dict[str, None]] = {}
    for arc in arcs:
        labels.setdefault((arc.source, arc.target, arc.marked), {}).update(dict.fromkeys(arc.labels))
    return [Arc(source, target, tuple(found), marked) for (source, target, marked), found in labels.items()]


def _defaults(title: str) -> Iterator[str]:
    look: dict[str, Value] = {"bgcolor": "white", "pad": 0.2, "nodesep": 0.5, "ranksep": 0.5}
    yield f"graph [{attributes(label=title, labelloc='t', fontname=BOLD, fontsize=16, fontcolor=INK, **look)}];"
    shape: dict[str, Value] = {"shape": "box", "style": "rounded,filled", "fillcolor": "#eceff1", "color": "#607d8b"}
    yield f"node [{attributes(fontname=BOLD, fontsize=12, fontcolor=INK, **shape)}];"
    yield f"edge [{attributes(fontname=SANS, fontsize=11, fontcolor=INK, color=INK, arrowsize=0.8)}];"


def _arc(arc: Arc, twice: str) -> str:
    lines = textwrap.wrap("; ".join(arc.labels), COLUMNS, max_lines=LINES, placeholder=" …", break_on_hyphens=False)
    target = arc.target + AGAIN if arc.target == twice else arc.target
    label = "\n".join(f"{PAD}{line}{PAD}" for line in lines)
    return f"{quote(arc.source)} -> {quote(target)} [{attributes(label=label, **_look(arc.marked))}];"


def _look(marked: bool) -> dict[str, Value]:
    return {"style": "dashed", "color": MARKED, "fontcolor": MARKED} if marked else {}


def _legend(legend: tuple[str, str]) -> Iterator[str]:
    """A sample of each kind of arc; the ends of the samples are points."""
    yield "subgraph cluster_legend {"
    yield f"  graph [{attributes(label='', color='#b0bec5', style='rounded')}];"
    for marked, words in enumerate(legend):
        ends = [f"legend {marked} {end}" for end in ("from", "to")]
        point = attributes(label="", shape="point", width=0.05, color=INK)
        yield from (f"  {quote(end)} [{point}];" for end in ends)
        sample = attributes(label=f"{PAD}{words}{PAD}", id=f"legend {marked}", **_look(bool(marked)))
        yield f"  {quote(ends[0])} -> {quote(ends[1])} [{sample}];"
    yield "}"
