"""The page's text, and when it is written.

The models for runs by hand take seconds to make; so they are kept in the cache, by a digest of everything that they are
made from.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path

import model.export
import properties
from model.engines.native import codecache
from model.machine.files import write
from model.page.models import ASKED, by_hand, digest, packed, told
from model.tcp.state import NAMES
from model.words.language import LANGUAGES, _, speaking_in
from properties.claim import Safety
from properties.opening import OPENING

NAME = "index.html"
HERE = Path(__file__).parent
ENGINE = ("run.js", "knowledge.js")
LIBRARIES = ("htm-preact", "fzstd")
PAGE = ("words.js", "models.js", "session.js", "save.js", "ladder.js", "app.js")
"""The scripts: what a worker has, too, and what only the page has, in the order in which they need each other."""


def write_page(folder: Path, content: dict[str, object], models: str) -> None:
    """Put the page into a folder. content, models: the runs of a check. Raises `OSError` if it cannot be written."""
    write(folder / NAME, page(content, models).encode())


def page(content: dict[str, object], models: str) -> str:
    """The page with the runs of a check."""
    parts = {
        "STYLE": _text("page.css"),
        "LIBRARY": "\n".join(_text(f"vendor/{name}.js") for name in LIBRARIES),
        "ENGINE": engine(),
        "DATA": data(content, models),
        "PAGE": "".join(map(_text, PAGE)),
    }
    whole = _text("page.html")
    for name, text in parts.items():
        whole = whole.replace(f"<!-- {name} -->", text)
    return "<!doctype html>\n" + whole


def engine() -> str:
    """What a worker has besides a model: the search, and what a run is."""
    scripts = [(Path(model.export.__file__).parent / "search.js").read_text(encoding="utf-8"), *map(_text, ENGINE)]
    return "".join(re.sub(r"^export (?=function|class|const)", "", script, flags=re.MULTILINE) for script in scripts)


def data(content: dict[str, object], models: str) -> str:
    """What the page shows, as the constants that its scripts read."""
    constants = {
        "VERSION": digest(hand_models()),
        "PLAYGROUNDS": told(),
        "SAID": _said(),
        "TCB_NAMES": NAMES,
        "CONTENT_PACKED": packed(content),
        "BY_HAND": hand_models(),
        "RUNS": models,
    }
    return "".join(f"const {name}={as_script(value)};\n" for name, value in constants.items())


def as_script(value: object) -> str:
    """Data as JavaScript that cannot end a script."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


@cache
def hand_models() -> str:
    """The models for runs by hand, packed; from the cache if nothing has changed."""
    if (found := codecache.load(_key())) is None:
        found = by_hand().encode()
        codecache.save(_key(), found)
    return found.decode()


def beforehand() -> list[Callable[[object], None]]:
    """What another process can do meanwhile, so that the models for runs by hand are there when the page is written."""
    return [] if codecache.load(_key()) else [_make]


def _make(_options: object) -> None:
    hand_models()


@cache
def _key() -> str:
    return f"page {_made_from()}"


def _made_from() -> str:
    """A digest of everything that the models are made from: the project's own files."""
    found = sha256()
    for folder in (HERE.parent, Path(properties.__file__).parent):
        for path in sorted(folder.rglob("*.py")):
            found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def _said() -> dict[str, dict[str, str]]:
    """What the properties of the playgrounds say, by language."""
    asked = [one for one in OPENING if isinstance(one.question, Safety) and one.question.make in ASKED]
    found: dict[str, dict[str, str]] = {one.name: {} for one in asked}
    for language in LANGUAGES:
        with speaking_in(language):
            for one in asked:
                found[one.name][language] = _(one.sentence)
    return found


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")
