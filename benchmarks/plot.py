"""Seconds against states as a picture: SVG with two logarithmic axes, written as text."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 860, 460, 70, 330, 20, 50
COLOURS = ("#0b6e4f", "#08415c", "#6c757d", "#cc2936", "#e07a1f", "#8e44ad", "#b8860b", "#d16ba5")
FASTEST = 1e-3
"""Anything below is drawn here."""


def plot(points: Sequence[tuple[str, int, float]]) -> str:
    """A line for each name, through its (states, seconds)."""
    names = list(dict.fromkeys(name for name, _, _ in points))
    xs, ys = [log10(states) for _, states, _ in points], [log10(max(s, FASTEST)) for _, _, s in points]
    x_range, y_range = _decades(xs), _decades(ys)

    def place(states: float, seconds: float) -> tuple[float, float]:
        x = (log10(states) - x_range[0]) / (x_range[-1] - x_range[0])
        y = (log10(max(seconds, FASTEST)) - y_range[0]) / (y_range[-1] - y_range[0])
        return LEFT + x * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - y * (HEIGHT - TOP - BOTTOM)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
        ' font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for decade in x_range:
        x, y = place(10.0**decade, 10.0 ** y_range[0])
        out.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle">{_power(decade)}</text>')
    for decade in y_range:
        x, y = place(10.0 ** x_range[0], 10.0**decade)
        out.append(f'<line x1="{x:.1f}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{x - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{_power(decade)} s</text>')
    for at, name in enumerate(names):
        colour = COLOURS[at % len(COLOURS)]
        line = [place(states, seconds) for n, states, seconds in sorted(points, key=lambda p: p[1]) if n == name]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in line)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in line]
        legend = TOP + 16 * (at + 1)
        out.append(f'<rect x="{WIDTH - RIGHT + 20}" y="{legend - 9}" width="12" height="10" fill="{colour}"/>')
        out.append(f'<text x="{WIDTH - RIGHT + 38}" y="{legend}">{escape(name)}</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">states</text>')
    return "\n".join([*out, "</svg>"]) + "\n"


def _decades(logs: Sequence[float]) -> range:
    low, high = floor(min(logs)), ceil(max(logs))
    return range(low, max(high, low + 1) + 1)


def _power(decade: int) -> str:
    return f"{10**decade:,}" if decade >= 0 else f"{10.0**decade:g}"
