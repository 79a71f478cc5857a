"""A picture from Graphviz source: the `.dot` file always, the `.svg` file (and `.png`) if anything here can draw.

Renderers: *bundled*, the program of the Python package graphviz-pure, a port of Graphviz that is installed with this
project; *installed*, the Graphviz of this machine. The bundled one is asked first: it draws the same on every machine,
in a few milliseconds. Its own fonts have no Chinese characters, so only the installed one draws a PNG that has some. A
missing picture is no error: the answer says why.

Both are programs, so that one that hangs or dies costs a picture and no verdict. Limits: one picture has SECONDS, and a
renderer that needs longer is not asked again in the same run.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Literal

from graphviz.backend import execute

from model.machine.files import write
from model.pictures.dark import for_light_and_dark
from model.words.language import SEMICOLON, listed, phrased

Engine = Literal["neato", "dot"]
Kind = Literal["svg", "png"]
COMPLETE: Mapping[Kind, bytes] = {"svg": b"</svg>", "png": b"IEND"}
"""What a whole picture has at its end."""
DPI = 144
LAST_NARROW = "\u2e7f"
"""The characters behind it are Chinese, or as wide."""
Drawing = tuple[str, Path, Engine]
"""The arguments of `Pictures.draw`."""
SECONDS = 20.0
PACKAGE = "graphviz-pure"
HINT = phrased("to get pictures: pip install {package}, or install Graphviz (https://graphviz.org)", package=PACKAGE)


class CannotDraw(RuntimeError):
    """A renderer is missing or fails; the text is one line."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class TooSlow(CannotDraw):
    """It may well be so with the next picture."""


@dataclass(frozen=True)
class Picture:
    """The files written; without an `svg`, the reason in one line."""

    dot: Path
    svg: Path | None
    reason: str = ""


def bundled() -> str:
    """The path of the program in the package graphviz-pure, wherever that is installed; raises `CannotDraw`."""
    with suppress(PackageNotFoundError):
        for file in files(PACKAGE) or ():
            if file.stem == PACKAGE and (path := Path(str(file.locate()))).is_file():
                return str(path)
    raise CannotDraw(phrased("{name} is not installed", name=PACKAGE))


def installed() -> str:
    """The path of Graphviz's program on this machine; raises `CannotDraw`."""
    if (found := shutil.which("dot")) is None:
        raise CannotDraw(phrased("{name} is not installed", name="Graphviz"))
    return found


RENDERERS: Mapping[str, Callable[[], str]] = {PACKAGE: bundled, "Graphviz": installed}
"""The programs that draw, in the order in which they are asked, by their names."""


def draw(name: str, dot: str, engine: Engine, kind: Kind = "svg") -> bytes:
    """A picture by the renderer of that name; raises `CannotDraw`."""
    if name == PACKAGE and kind == "png" and max(dot) > LAST_NARROW:  # In an SVG characters are the reader's affair.
        raise CannotDraw(phrased("{name} has no Chinese characters for a PNG: the SVG has them", name=PACKAGE))
    command = [RENDERERS[name](), f"-K{engine}", f"-T{kind}", *([f"-Gdpi={DPI}"] if kind == "png" else [])]
    try:
        done = execute.run_check(command, input=dot.encode(), capture_output=True, timeout=SECONDS, quiet=True)
    except subprocess.TimeoutExpired as error:
        raise TooSlow(
            phrased("{name} took more than {seconds} seconds", name=name, seconds=format(SECONDS, "g"))
        ) from error
    except (subprocess.SubprocessError, OSError) as error:
        raise CannotDraw(phrased("{name} failed: {why}", name=name, why=_reason(error))) from error
    drawn: bytes = done.stdout
    if COMPLETE[kind] not in drawn:  # A program may fail and yet report success.
        raise CannotDraw(phrased("{name} drew nothing", name=name))
    return for_light_and_dark(drawn) if kind == "svg" else drawn


def _reason(error: Exception) -> str:
    """The last line that a program (or its error) has to say."""
    said = getattr(error, "stderr", None) or str(error)
    words = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
    return (words.strip().splitlines() or [type(error).__name__])[-1][:200]


class Pictures:
    """Pictures that are drawn when nothing else is to be done, so that no verdict waits for one."""

    def __init__(self, renderers: Iterable[str] = tuple(RENDERERS), png: bool = False) -> None:
        """png: also as PNG."""
        self._noted: list[Drawing] = []
        self._drawn: dict[str, Picture] = {}
        self._problems: list[str] = []
        self._renderers = list(renderers)
        self._too_slow: list[str] = []
        self._png = png

    def draw(self, dot: str, path_without_suffix: Path, engine: Engine) -> None:
        """Note a picture: its source, where it goes, and what lays it out."""
        self._noted.append((dot, path_without_suffix, engine))

    def go_on(self) -> None:
        """Draw what was noted so far. (At Ctrl-C two threads do so, side by side.)"""
        while self._noted:
            try:
                dot, path, engine = self._noted.pop(0)
            except IndexError:
                return
            try:
                self._drawn[str(path)] = self._write(dot, path, engine)
            except OSError as error:
                self._problems.append(f"{error.filename or path}: {error.strerror or error}")

    def finish(self) -> tuple[dict[str, Picture], list[str]]:
        """Draw the rest; all pictures by path without suffix, and a line for each file that could not be written."""
        self.go_on()
        return self._drawn, self._problems

    def _write(self, dot: str, path_without_suffix: Path, engine: Engine) -> Picture:
        """The source and its picture as files; an older picture does not survive its source. Raises `OSError`."""
        name = path_without_suffix.name
        source, svg, png = (path_without_suffix.with_name(name + end) for end in (".dot", ".svg", ".png"))
        source.parent.mkdir(parents=True, exist_ok=True)
        write(source, dot)
        for older in (svg, png):
            older.unlink(missing_ok=True)
        drawn, reason = self._picture(dot, engine)
        if drawn is None:
            return Picture(source, None, phrased("no picture; {why}", why=reason))
        write(svg, drawn)
        if self._png:
            drawn, reason = self._picture(dot, engine, "png")
            if drawn is None:
                return Picture(source, svg, phrased("no PNG; {why}", why=reason))
            write(png, drawn)
        return Picture(source, svg)

    def _picture(self, dot: str, engine: Engine, *kind: Kind) -> tuple[bytes | None, str]:
        """The picture by the first renderer that can, or why there is none. kind: if it is not SVG."""
        reasons = [*self._too_slow]
        for name in [*self._renderers]:
            try:
                return draw(name, dot, engine, *kind), ""
            except CannotDraw as error:
                reasons.append(error.why)
                if isinstance(error, TooSlow):
                    self._renderers.remove(name)
                    self._too_slow.append(error.why)
        return None, listed([*reasons, HINT], SEMICOLON)


class Drawings(Pictures):
    """Pictures for another process to draw."""

    def take(self) -> list[Drawing]:
        """Those that were noted since the last time."""
        taken, self._noted = self._noted, []
        return taken
