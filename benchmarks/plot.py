"""Seconds against states as a picture, with two logarithmic axes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from matplotlib import rc_context
from matplotlib.figure import Figure

FASTEST = 1e-3
"""Anything below is drawn here."""
COLOURS, LINES = 8, ("-", "--", ":")


def plot(points: Sequence[tuple[str, int, float]], path: Path) -> None:
    """Write an SVG with a line for each name, through its (states, seconds)."""
    with rc_context({"svg.hashsalt": "engines", "svg.fonttype": "none"}):
        figure = Figure(figsize=(9, 5), layout="constrained")
        axes = figure.subplots()
        for at, name in enumerate(dict.fromkeys(name for name, _, _ in points)):
            mine = sorted((states, max(seconds, FASTEST)) for one, states, seconds in points if one == name)
            style = {"color": f"C{at % COLOURS}", "linestyle": LINES[at // COLOURS]}
            axes.loglog(*zip(*mine, strict=True), marker="o", markersize=4, label=name, **style)
        axes.set(xlabel="states", ylabel="seconds")
        axes.grid(color="0.9")
        figure.legend(loc="outside right upper")
        figure.savefig(path, format="svg", metadata={"Date": None})
