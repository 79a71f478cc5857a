"""All texts that have a translation, and the catalogues: `python -m tests.messages`.

Texts are found in two places: what stands in `_`, `marked`, `phrased` and `counted` in the code, and the sentences of
claims, statements and the explainer, which are data. The command writes `model/words/zh.po`, with new texts to be
translated and without old ones, and compiles it. Exit status: 0 all are translated; 1 some are not.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from model.core.knowledge import facts
from model.core.property import Property
from model.machine.printing import say
from model.network.bounded import Network
from model.settings.config import Config
from model.settings.server import SETTABLE
from properties.claim import Knowledge
from properties.claims import CLAIMS
from properties.explainer import EXPLAINED
from properties.plain_words import ANSWERS
from properties.sent import KEPT
from properties.statements import STATEMENTS
from tests.imports import ROOT, modules

FOLDER = ROOT / "model" / "words"
LANGUAGES = ("zh",)
KEYWORDS = {"_": None, "marked": None, "phrased": None, "counted": (1, 2)}
Message = str | tuple[str, ...]
"""A text, or one in the singular and in the plural."""


def of_code() -> Iterator[tuple[Message, str]]:
    """The texts in the code, each with its module."""
    for name, file in modules().items():
        for found in extract_from_file("python", file, keywords=KEYWORDS):
            yield tuple(found[1]) if isinstance(found[1], (list, tuple)) else str(found[1]), name


def of_data() -> Iterator[tuple[Message, str]]:
    """The texts of statements and claims, each with whom it belongs to."""
    for one in STATEMENTS:
        about = EXPLAINED[one.number]
        for text in (one.question, one.short, about.says, about.watch, *(p.text for p in (*one.answer, *about.more))):
            yield text, one.number
    for claim in CLAIMS:
        known = ANSWERS[claim.name]
        texts = (known.title, known.holds, known.fails, claim.sentence, claim.meaning, claim.not_checked)
        variants = [*(cell.variant for cell in claim.cells), *(proof.variant for proof in claim.proofs)]
        for text in (*texts, *(part for name in variants for part in (name, name.split(": ", 1)[-1]))):
            yield text, claim.name


def of_properties() -> Iterator[tuple[Message, str]]:
    """What the parts of properties are called, and what infinite runs are promised, each with its claim."""
    for claim in CLAIMS:
        for config in dict.fromkeys(cell.config for cell in claim.cells if claim.searched):
            asked = claim.asked_of(claim.network(config))
            for text in asked.parts if isinstance(asked, Property) else [asked.words, asked.broken]:
                yield text, claim.name


def of_knowledge() -> Iterator[tuple[Message, str]]:
    """The facts in formulas about knowledge, and the names of witnesses, each with its claim."""
    for claim, question in ((one, one.question) for one in CLAIMS if isinstance(one.question, Knowledge)):
        for network in (Network(cell.config) for cell in claim.cells if isinstance(cell.config, Config)):
            known = [question.make(network), *(make(network) for make in question.witness)]
            for formula in (*(one.formula for one in known), *question.beside(network)):
                yield from ((fact.name, claim.name) for fact in facts(formula))


def of_settings() -> Iterator[tuple[Message, str]]:
    """What the fields of configurations are, with the paragraphs that are named in words."""
    for known in SETTABLE.values():
        yield from ((text, known.name) for text in (known.text, known.cite) if re.search("[a-z]{3}", text))


def of_coverage() -> Iterator[tuple[Message, str]]:
    """The lemmas by which events are impossible."""
    yield from ((one.sentence, one.name) for one in KEPT)


def messages() -> dict[Message, list[str]]:
    """Every text once, with where it is."""
    found: dict[Message, list[str]] = {}
    for message, where in chain(of_code(), of_data(), of_properties(), of_knowledge(), of_settings(), of_coverage()):
        if message and where not in found.setdefault(message, []):
            found[message].append(where)
    return found


def kept(language: str) -> Catalog:
    """The catalogue of a language as it is kept."""
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def brought_up_to_date(old: Catalog) -> Catalog:
    """A catalogue of the texts that there are, with the translations that there were."""
    new = Catalog(locale=old.locale, project="tcp-model-checker", fuzzy=False)
    new.mime_headers  # noqa: B018  # It computes the forms of plurals.
    for message, where in messages().items():
        known = old.get(message if isinstance(message, str) else message[0])
        new.add(message, known.string if known else None, auto_comments=[", ".join(where[:3])])
    return new


def compiled(catalogue: Catalog) -> bytes:
    """What `gettext` reads."""
    output = io.BytesIO()
    write_mo(output, catalogue)
    return output.getvalue()


def missing(catalogue: Catalog) -> list[str]:
    """The texts that it does not translate."""
    return [str(one.id) for one in catalogue if one.id and not all(forms(one.string))]


def forms(translation: object) -> list[str]:
    """A translation; of a text with a plural each of its forms."""
    return [str(one or "") for one in (translation if isinstance(translation, (list, tuple)) else [translation])]


def main() -> int:
    """Bring the catalogues up to date; returns the exit status."""
    code = 0
    for language in LANGUAGES:
        path = FOLDER / f"{language}.po"
        new = brought_up_to_date(kept(language))
        output = io.BytesIO()
        write_po(output, new, width=120, omit_header=False, sort_output=False)
        path.write_bytes(output.getvalue())
        path.with_suffix(".mo").write_bytes(compiled(new))
        left = missing(new)
        say("\n".join([f"{path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path}: {len(new)} texts,"
                       f" {len(left)} without a translation", *left]))  # fmt: skip
        code = 1 if left else code
    return code


if __name__ == "__main__":
    sys.exit(main())
