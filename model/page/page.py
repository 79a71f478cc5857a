"""The page's text, and when it is written.

The configuration is that of the claim half-open, reduced until a browser searches it whole in seconds; of each property
a claim says what it means. The text begins with a digest of all that it is made from: a run that would write the same
leaves it, and one that writes it elsewhere takes it from the cache.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import model.export
import properties
from model.core.system import System
from model.engines.native import codecache
from model.export.javascript import javascript
from model.machine.files import write
from model.network.bounded import Network
from model.network.make import network_of
from model.settings.config import Config
from properties.claim import Safety
from properties.configs import HISTORY
from properties.opening import OPENING, client_can_receive, no_half_open

NAME = "index.html"
HERE = Path(__file__).parent
HANDSHAKES: Mapping[str, Config] = {
    handshake: HISTORY.but(handshake=handshake, octets=0, capacity=2, duplications=None)
    for handshake in ("three-way", "two-way")
}
"""The page's models, the one that it begins with first."""
ASKED = (no_half_open, client_can_receive)


def made_from() -> str:
    """A digest of everything that the page is made from: the project's own files."""
    found = sha256()
    for folder in (HERE.parent, Path(properties.__file__).parent):
        for path in sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".js", ".css", ".html")):
            found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def write_page(folder: Path) -> None:
    """Put the page into a folder, unless the same is there. Raises `OSError` if it cannot be written."""
    path, head = folder / NAME, _head(made_from()).encode()
    if path.is_file():
        with path.open("rb") as file:
            if file.read(len(head)) == head:
                return
    if (text := codecache.load(f"page {head!r}")) is None:
        text = page().encode()
        codecache.save(f"page {head!r}", text)
    write(path, text)


def page() -> str:
    """The page, made anew: it takes half a second."""
    parts = {"STYLE": _text("page.css"), "ENGINE": engine(), "PAGE": _text("page.js"), "BOUNDS": _bounds()}
    whole = _text("page.html")
    for name, text in parts.items():
        whole = whole.replace(f"<!-- {name} -->", text)
    return _head(made_from()) + whole


def engine() -> str:
    """Everything that works without a page, as one script: the models, the search, and what a run is."""
    models = _shared({handshake: _model(config) for handshake, config in HANDSHAKES.items()})
    scripts = [(Path(model.export.__file__).parent / "search.js").read_text(encoding="utf-8"), _text("run.js")]
    plain = "".join(re.sub(r"^export (?=function|class|const)", "", script, flags=re.MULTILINE) for script in scripts)
    version = sha256(models.encode()).hexdigest()[:8]
    return f"{models}const VERSION={json.dumps(version)};\n{plain}"


def _shared(models: Mapping[str, str]) -> str:
    """The models, with the lines once that all of them have: a rule is a line, and most rules are the same."""
    first, *others = [text.split("\n,") for text in models.values()]
    common = [line for line in first if "\n" not in line and all(line in other for other in others)]
    place = {line: f"SHARED[{at}]" for at, line in enumerate(common)}
    short = {name: "\n,".join(place.get(line, line) for line in text.split("\n,")) for name, text in models.items()}
    written = ",\n".join(f"{json.dumps(name)}:{text}" for name, text in short.items())
    return f"const SHARED=[{','.join(common)}];\nconst MODELS={{{written}}};\n"


def system_of(config: Config) -> System:
    """The system of a configuration, with the properties that are asked of it."""
    network = network_of(config)
    assert isinstance(network, Network)
    return network.system(*(make(network) for make in ASKED))


def _model(config: Config) -> str:
    system = system_of(config)
    text = javascript(system, system.properties, config.handshake)
    return text.removeprefix("export const model=").removesuffix(";\n").replace("</", "<\\/")


def _bounds() -> str:
    """What the models' bounds are, and what the properties say, for readers."""
    one = next(iter(HANDSHAKES.values()))
    said = {
        one.name: one.sentence for one in OPENING if isinstance(one.question, Safety) and one.question.make in ASKED
    }
    words = (
        f"Numbers are modulo {1 << one.seq_bits}; each side opens at most {one.incarnations} times; at most"
        f" {one.capacity} segments are under way in each direction, and one that finds no room is lost. Any segment may"
        " be overtaken, copied and lost. No text is sent. A opens actively, B passively."
    )
    return f"const SAID={json.dumps(said)};\nconst BOUNDS={json.dumps(words)};\n"


def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8")


def _head(digest: str) -> str:
    return f"<!doctype html>\n<!-- {digest} -->\n"
