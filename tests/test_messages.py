"""The catalogues of translations: nothing is missing, nothing is left over, and what is shipped is what is kept."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from babel.messages.catalog import Catalog

from model.words.language import LANGUAGES as SPOKEN
from tests.messages import FOLDER, LANGUAGES, Message, brought_up_to_date, compiled, forms, kept, messages, missing

CHINESE = re.compile(r"[\u4e00-\u9fff\uff00-\uffef\u3000-\u303f\u201c]")
NAMES = {
    "2 MSL",
    "RFC 9293",
    "RFC 5961",
    "RTO = 2 D",
    "cookies",
    "{one} {other}",
    "{protocol},",
    "{sentence} {claim} {verdicts}",
}
"""Texts that are the same in Chinese, or nearly, or that join others."""


@pytest.fixture(scope="module")
def texts() -> dict[Message, list[str]]:
    """Every text that there is."""
    return messages()


@pytest.fixture(scope="module", params=LANGUAGES)
def catalogue(request: pytest.FixtureRequest) -> Catalog:
    """A catalogue as it is kept."""
    return kept(request.param)


def fields(text: str) -> list[str]:
    """The placeholders of a text."""
    return sorted(name for _, name, _, _ in Formatter().parse(text) if name is not None)


def differing(catalogue: Catalog) -> list[str]:
    """The texts with other placeholders than their translations."""
    first = {str(one.id if isinstance(one.id, str) else one.id[-1]): forms(one.string) for one in catalogue if one.id}
    return [text for text, said in first.items() if any(fields(text) != fields(one) for one in said)]


def test_every_language_has_a_catalogue() -> None:
    assert ["en", *LANGUAGES] == list(SPOKEN)


def test_no_text_is_missing_in_a_catalogue_and_none_is_left_over(
    catalogue: Catalog, texts: dict[Message, list[str]]
) -> None:
    assert {tuple(one.id) if isinstance(one.id, (list, tuple)) else one.id for one in catalogue if one.id} == set(texts)
    assert missing(catalogue) == []


def test_placeholders_are_the_same_in_every_language(catalogue: Catalog) -> None:
    assert differing(catalogue) == []


def test_every_translation_is_chinese() -> None:
    same = {one.id for one in kept("zh") if one.id and not CHINESE.search("".join(forms(one.string)))}
    assert same == NAMES


def test_what_is_shipped_is_what_is_kept() -> None:
    for language in LANGUAGES:
        assert (FOLDER / f"{language}.mo").read_bytes() == compiled(kept(language)), "run python -m tests.messages"


def test_what_is_wrong_is_found(texts: dict[Message, list[str]]) -> None:
    catalogue = Catalog(locale="zh")
    catalogue.add("{a} of {b}", "{b} {c}")
    catalogue.add(("one", "{count}"), ("{count}",))
    catalogue.add("nothing", "")
    assert (differing(catalogue), missing(catalogue)) == (["{a} of {b}"], ["nothing"])
    new = brought_up_to_date(catalogue)
    assert len(missing(new)) == len(texts)
