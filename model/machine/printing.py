"""What goes to the terminal: text of others, made harmless, in whatever encoding the terminal has.

A file's name, a case's name or an argument may hold anything: escape sequences, line ends, surrogates. Whatever is not
printable is shown as Python escapes it. `say` and `complain` are how every command line speaks; only `say`, which may
be given colours by rich, leaves it to its caller to make parts of the text printable.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches
from typing import TextIO

LONGEST = 600
"""Characters of an error line; of a longer one the middle is left out."""
CLOSE = 0.7
"""How like a known name a misspelt one must be (`get_close_matches`)."""


class Mistake(Exception):
    """What a user can mend; the text is one clear line, which says what is wrong and what to do."""


def meant(word: str, known: Iterable[str]) -> str:
    """The known names that are like a misspelt word, as a question: "is it half-open or open?"; empty if none is."""
    near = get_close_matches(word, list(known), cutoff=CLOSE)
    return f"is it {' or '.join(near)}?" if near else ""


def printable(text: str) -> str:
    """The text on one line, with what is not printable (control characters, surrogates, U+2028 ...) escaped."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


def speak_any_encoding() -> None:
    """Escape what standard output or error cannot encode; to be called first in each command line."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Text to standard output; that nobody reads it (a closed pipe) is no error."""
    try:
        _write(sys.stdout, text)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(line: str, code: int, program: str) -> int:
    """One line to standard error, printable and not too long; returns `code`."""
    shown = printable(line)
    if len(shown) > LONGEST:
        shown = f"{shown[: LONGEST * 2 // 3]} ... {shown[-LONGEST // 3 :]}"
    with suppress(OSError):  # That nobody can be told changes nothing.
        _write(sys.stderr, f"{program}: {shown}")
    return code


def _write(stream: TextIO | None, text: str) -> None:
    if stream is not None:  # It is None if the descriptor was closed.
        stream.write(text + "\n")
        stream.flush()
