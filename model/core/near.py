"""What somebody may have meant who misspelt a name."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

CLOSE = 0.7


def meant(word: str, known: Iterable[str]) -> str:
    """The known names that are like the word, as a question: "is it half-open or open?"; empty if there is none."""
    near = get_close_matches(word, list(known), cutoff=CLOSE)
    return f"is it {' or '.join(near)}?" if near else ""
