"""The screen: tables and a live line by rich, in which every text stands as it is.

rich takes `[...]` for markup and `:name:` for a picture, in the cells of a table too, and in a live line even if its
console is told not to. What we print has brackets of its own (a package with an extra, a path, a variant of the
user's), so consoles and live lines are made here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.text import Text

Say = Callable[[str], None]


def console(**options: Any) -> Console:
    """A console that takes no text for markup. options: those of rich, such as file, width, stderr, force_terminal."""
    return Console(markup=False, emoji=False, highlight=False, **options)


@contextmanager
def live_line(text: str = "") -> Iterator[Say]:
    """A line on standard error, if somebody is watching, that says how far it is; what is yielded changes its text."""
    with console(stderr=True).status(Text(text)) as status:
        yield lambda words: status.update(Text(words))
