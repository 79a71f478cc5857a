"""Markdown: tables, and sections between marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

MARK = re.compile(r"(<!-- written: (?P<name>[^ ]+) -->\n).*?(<!-- end -->)", re.DOTALL)
"""A section that is written: its first line, what is in it, its last line."""
Sections = Mapping[str, Callable[[], str]]
"""What writes each section, by its name."""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; in its cells bars, and what would be taken for HTML, are escaped."""
    lines = [header, ["---"] * len(header), *([escaped(cell) for cell in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def escaped(cell: str) -> str:
    """The text of a cell; within code only bars are escaped."""
    parts = cell.replace("|", r"\|").split("`")
    return "`".join(part.replace("<", r"\<") if at % 2 == 0 else part for at, part in enumerate(parts))


def code(text: str) -> str:
    """The text as code."""
    return f"`{text}`"


def names(listed: Iterable[str]) -> str:
    """Names as code, with commas."""
    return ", ".join(map(code, listed))


def filled(text: str, sections: Sections) -> str:
    """A document with its sections written anew; raises `KeyError` for a section that nothing writes."""
    return MARK.sub(lambda found: f"{found[1]}{sections[found['name']]()}\n{found[3]}", text)


def by_hand(text: str) -> str:
    """What is left of a document without its written sections."""
    return MARK.sub("", text)


def marks(text: str) -> list[str]:
    """The names of a document's sections, in order."""
    return [found["name"] for found in MARK.finditer(text)]
