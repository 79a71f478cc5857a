"""Pictures in the light and in the dark: an SVG that follows what the reader's browser prefers.

The colours are chosen so that no meaning rests on red against green, and each has a second sign (a width, a dash, a
word). In the dark every colour has a lighter or darker twin; a rule of style puts it in place of the first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

TWINS: Mapping[str, str] = {
    "white": "#14191d",
    "black": "#e4e9ec",
    "#263238": "#e4e9ec",  # ink
    "#607d8b": "#94aab5",  # lines
    "#90a4ae": "#6f858f",  # what is faint
    "#c0390b": "#ff9e6b",  # delayed, lost, crash, violated
    "#7b1fa2": "#d7a3ee",  # duplicates
    "#0b57a4": "#86bdf5",  # calls
    "#8a5a00": "#e6bd66",  # timeouts
    "#e3e8eb": "#35424a",  # states
    "#fdeee2": "#43291b",  # the last step or a loop, where something is violated
    "#e3f1fb": "#1c3446",  # the last step of a run that was looked for
    "#fff8e1": "#3d3514",  # the first step that differs, of two ladders
    "#eceff1": "#2a343a",  # states of a diagram
    "#b0bec5": "#546872",  # a frame
    "#1b5e20": "#8fd694",  # notes
    "#ad1457": "#ff9cc2",  # what is marked
}
"""What each colour is in the dark."""


def for_light_and_dark(svg: bytes) -> bytes:
    """The picture with a style for readers who prefer the dark."""
    rules = [f'[{of}="{light}"]{{{of}:{dark}}}' for light, dark in TWINS.items() for of in ("fill", "stroke")]
    plain = f"text:not([fill]){{fill:{TWINS['black']}}}"
    style = f"<style>@media (prefers-color-scheme:dark){{{plain}{''.join(rules)}}}</style>".encode()
    return re.sub(rb"(<svg\b[^>]*>)", lambda found: found[1] + b"\n" + style, svg, count=1)


def in_the_dark(svg: bytes) -> bytes:
    """The picture as it looks there, for what knows no rules of style."""
    pattern = re.compile("|".join(f'"{re.escape(light)}"' for light in TWINS).encode())
    darker = pattern.sub(lambda found: f'"{TWINS[found[0].decode()[1:-1]]}"'.encode(), svg)
    return re.sub(rb"<text(?![^>]*\bfill=)", f'<text fill="{TWINS["black"]}"'.encode(), darker)
