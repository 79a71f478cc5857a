"""Text in columns, where a character may be two columns wide, as Chinese ones are.

Between two such characters a line may end without a space, but none begins with what closes, or ends with what opens.
Text of narrow characters is wrapped as `textwrap` does it.
"""

from __future__ import annotations

import re
import textwrap

from rich.cells import cell_len

CLOSING, OPENING = "，。；：、！？）》」』”’…", "（《「『“‘"
PIECE = re.compile(
    rf"(?:[{OPENING}]*(?:[^\x00-\u2e7f{OPENING}]|[^\s\u2e80-\uffff{OPENING}]+)|[{OPENING}]+)[{CLOSING}]*[ \n]*"
)
"""What is not broken: a wide character or a word, with what opens it and closes it, and the spaces behind it."""


GAPS = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9<])|(?<=[A-Za-z0-9>%])(?=[\u4e00-\u9fff])")
"""Where a Chinese character and a word meet: there is a space between them."""
NO_GAPS = re.compile(rf" *([{CLOSING[:-1]}{OPENING}]) *|(?<=[\u4e00-\u9fff]) +(?=[\u4e00-\u9fff])")
"""Spaces that are none: around punctuation, and between Chinese characters."""


def spaced(text: str) -> str:
    """A text that is put together of parts, with spaces as Chinese has them; one without Chinese is as it was."""
    return NO_GAPS.sub(r"\1", GAPS.sub(" ", text)) if width(text) > len(text) else text


def width(text: str) -> int:
    """How many columns a line takes."""
    return cell_len(text)


def left(text: str, columns: int) -> str:
    """The text with spaces behind it."""
    return text + " " * (columns - width(text))


def right(text: str, columns: int) -> str:
    """The text with spaces before it."""
    return " " * (columns - width(text)) + text


def shortened(text: str, columns: int, most: int) -> list[str]:
    """The text in lines, but at most so many; what is left out is an ellipsis at the end."""
    if width(text) <= len(text):
        return textwrap.wrap(text, columns, break_on_hyphens=False, max_lines=most, placeholder=" …")
    lines = wrapped(text, columns)
    return lines if len(lines) <= most else [*lines[: most - 1], lines[most - 1] + "…"]


def wrapped(text: str, columns: int, first: str = "", rest: str = "") -> list[str]:
    """The text in lines of at most so many columns; words are not broken. first, rest: how lines begin."""
    if width(text) <= len(text):
        return textwrap.wrap(
            text,
            columns,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    lines, line = list[str](), first
    for piece in PIECE.findall(spaced(text.replace("\n", " "))):
        if line.strip() and line not in (first, rest) and width(line + piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = rest
        line += piece
    return [*lines, line.rstrip()]
