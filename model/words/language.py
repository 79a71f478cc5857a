"""Which language the reader wants, and texts in it.

The environment says so, as gettext has it, because processes inherit it; a program's option `--language` sets it there.
A text without a translation, in a catalogue of an older version, say, is shown in English.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, reduce
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from typing import TextIO

LANGUAGES = ("en", "zh")
ENVIRONMENT = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
"""What says which language is wanted; the first of them that is set."""


def language() -> str:
    """The language that is wanted: of those that there are, or else English."""
    wanted = next((found for name in ENVIRONMENT if (found := os.environ.get(name))), "")
    return "zh" if wanted.lower().startswith("zh") else "en"


@contextmanager
def speaking_in(wanted: str) -> Iterator[None]:
    """Within, this language is wanted, also by processes that are started; "" changes nothing."""
    before = os.environ.get("LANGUAGE")
    if wanted:
        os.environ["LANGUAGE"] = wanted
    try:
        yield
    finally:
        os.environ.pop("LANGUAGE", None)
        if before is not None:
            os.environ["LANGUAGE"] = before


def can_show(output: TextIO | None) -> bool:
    """Whether an output has characters for the language that is wanted."""
    try:
        "\u4e2d".encode(getattr(output, "encoding", None) or "utf-8")
    except (UnicodeError, LookupError):
        return False
    return True


@cache
def _catalogue(wanted: str) -> NullTranslations:
    if wanted == "en":
        return NullTranslations()
    with (files("model.words") / f"{wanted}.mo").open("rb") as file:
        return GNUTranslations(file)


def _(message: str) -> str:
    """A text in the reader's language."""
    if isinstance(message, Phrase):
        return _(message.message).format(**{name: _(word) for name, word in message.words.items()})
    return _catalogue(language()).gettext(message) if message else ""


class Phrase(str):
    """A text with words in it, in English; `_` says it in the reader's language, with the words in it."""

    __slots__ = ("message", "words")
    message: str
    words: dict[str, str]

    def __getnewargs__(self) -> tuple[str]:
        """What makes a copy in another process; the rest is copied as it is."""
        return (str(self),)


def phrased(message: str, **words: object) -> Phrase:
    """A text with words, which is put into the reader's language where it is shown."""
    texts = {name: word if isinstance(word, str) else str(word) for name, word in words.items()}
    made = Phrase(message.format(**texts))
    made.message, made.words = message, texts
    return made


def marked(message: str) -> str:
    """The text itself: it stands in a table, is extracted from there, and translated where it is used."""
    return message


COMMA, SEMICOLON = marked("{one}, {other}"), marked("{one}; {other}")
"""What joins two texts in `listed`."""


def listed(texts: Iterable[str], how: str = COMMA) -> str:
    """Several texts in one, which is put into the reader's language where it is shown. how: what joins two of them."""
    return reduce(lambda one, other: phrased(how, one=one, other=other), texts) if (texts := list(texts)) else ""


def together(texts: Sequence[str]) -> str:
    """Several things: "a and b"."""
    return reduce(lambda one, other: _("{one} and {other}").format(one=one, other=other), texts) if texts else ""


def counted(one: str, many: str, count: int, **words: object) -> str:
    """A text about `count` things in the reader's language, with that number for `{count}`, and the words."""
    return _catalogue(language()).ngettext(one, many, count).format(count=f"{count:,}", **words)
