"""The models that the page has for runs by hand, and how models are put into a page: each of their functions once.

A *playground* is a configuration with switches; for each of their combinations there is a model. Most rules of two
models are the same, so a model is written as a list of pieces of text, and each piece is there once; all of them are
compressed.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import product

from zstandard import ZstdCompressionParameters, ZstdCompressor, ZstdDecompressor

from model.core.knowledge import Formula, Known, Views, both, facts
from model.core.system import System
from model.export.javascript import javascript
from model.network.bounded import Network
from model.network.make import network_of
from model.settings.config import SCENARIO, Config
from model.settings.server import AnyConfig
from model.settings.setting import BadConfig, show_field
from model.words.language import marked
from properties.configs import HISTORY, KNOWING_WITH_TEXT
from properties.knowledge import levels_of_both
from properties.opening import client_can_receive, no_half_open

PIECE = re.compile(r"(?=,(?:able|guard|fire|wires|conditions):)|(?<=\n)")
"""Where a model's text is cut: before each function of a rule, and between rules."""
ASKED = (no_half_open, client_can_receive)
BY_HAND = HISTORY.but(octets=1, duplications=None, open_a="both", aborts="both", gives_up="both", send_on_syn=True)


About = tuple[Views, Sequence[Formula]]
"""What each side sees, and formulas about who knows what."""


@dataclass(frozen=True)
class Playground:
    """What can be done by hand. switches: fields of the configuration, with the values that the page offers.

    knows: whether it is small enough to say who knows what.
    """

    name: str
    config: Config
    switches: Mapping[str, tuple[object, ...]]
    knows: bool = False

    def configs(self) -> Iterator[tuple[str, Config]]:
        """Each combination that is a protocol, by its name in an address."""
        for values in product(*self.switches.values()):
            chosen = dict(zip(self.switches, values, strict=True))
            try:
                config = self.config.but(**chosen)
                config.check_runnable()
            except BadConfig:
                continue
            yield ",".join([self.name, *(show_field(value) for value in values)]), config


HANDSHAKE: Mapping[str, tuple[object, ...]] = {"handshake": ("three-way", "two-way")}
CLOSE: Mapping[str, tuple[object, ...]] = {**HANDSHAKE, "close": ("four-way", "merged")}
SWITCHES: Mapping[str, tuple[object, ...]] = {
    **CLOSE,
    "data_on_syn": ("queued", "dropped", "accepted"),
    "rfc1337": (False, True),
    "window": (2, 1),
}
WIDE: Mapping[str, tuple[object, ...]] = {**CLOSE, "window": (1000, 1)}
PLAYGROUNDS = (
    Playground(marked("opening"), HISTORY.but(octets=0, capacity=2, duplications=None), HANDSHAKE),
    Playground(marked("whole connection"), BY_HAND, SWITCHES),
    Playground(marked("32 bits"), BY_HAND.but(seq_bits=32, window=1000, isn_a="100,5100", isn_b="300,5300"), WIDE),
    Playground(marked("who knows what"), KNOWING_WITH_TEXT, HANDSHAKE, knows=True),
)
"""What the page offers, the one that it begins with first: as `half-open` is checked, small enough to be searched
whole; everything that two users may do; the same with numbers as they are on the wire; and a connection with an octet
of text, of which the page says who knows that both SYNs have been accepted."""


def system_of(config: Config) -> System:
    """The system of a configuration, with the properties that are asked of it."""
    network = network_of(config)
    assert isinstance(network, Network)
    return network.system(*(make(network) for make in ASKED))


def knowing(config: Config) -> tuple[System, About]:
    """The system of a configuration in which somebody may know something, and what of it the page says."""
    network = network_of(config)
    assert isinstance(network, Network)
    formulas = levels_of_both(network)
    about = network.local_states, formulas
    return network.system(Known("knows", "somewhere", both(*formulas), network.local_states)), about


def text_of(playground: Playground, config: Config, name: str) -> str:
    """The model of a combination."""
    if not playground.knows:
        return model_text(system_of(config), name)
    system, about = knowing(config)
    return model_text(system, name, about)


def hand_parts() -> list[str]:
    """The names of the parts of the properties that are asked in the playgrounds, and of what somebody may know."""
    network = network_of(PLAYGROUNDS[0].config)
    assert isinstance(network, Network)
    known = [fact.name for formula in levels_of_both(network) for fact in facts(formula)]
    return [*(name for make in ASKED for name in make(network).parts), *known]


def model_text(system: System, about: str = "", knowledge: About | None = None) -> str:
    """A system with its properties, and with formulas about knowledge, as an object of JavaScript."""
    text = javascript(system, system.properties, about, knowledge)
    return text.removeprefix("export const model=").removesuffix(";\n")


def story_settings(config: Config) -> str | None:
    """The settings of a scenario that has this configuration; None if no scenario can have it."""
    if config.timed or config.start != SCENARIO.start:
        return None
    known = SCENARIO.as_dict()
    mine = {name: value for name, value in config.as_dict().items() if value != known[name]}
    return " ".join(f"{name}={show_field(value)}" for name, value in mine.items())


def bounds(config: AnyConfig) -> str:
    """The settings that are not the defaults, as the command line has them."""
    return " ".join(f"{name}={show_field(value)}" for name, value in config.varied().items()) or "-"


VARIABLES = re.compile(r"\nvariables:(\[.*?\]),\ninitial:", re.DOTALL)
PLACE = re.compile(r"\b([st])\[(\d+)\]")
SAYS = re.compile(r'"says": "((?:[^"\\]|\\.)*)"')


COMPRESSOR = ZstdCompressor(
    compression_params=ZstdCompressionParameters.from_level(
        15, window_log=26, enable_ldm=True, write_content_size=True, threads=0
    )
)
"""It finds what was there long before: most pieces are much like others."""


def packed(data: object) -> str:
    """Data as JSON, compressed, in base 64."""
    text = json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    return b64encode(COMPRESSOR.compress(text.encode())).decode()


def with_names(text: str) -> str:
    """A model with the names of variables instead of their places, which differ from model to model."""
    listed = VARIABLES.search(text)
    assert listed is not None
    names = [variable["name"] for variable in json.loads(listed[1])]
    return PLACE.sub(lambda found: f"{found[1]}[@{names[int(found[2])]}]", text)


class Pack:
    """Models, each function once."""

    def __init__(self) -> None:
        self._pieces: dict[str, int] = {}
        self._models: dict[str, list[int]] = {}

    def add(self, name: str, text: str) -> None:
        """Put a model into the pack."""
        pieces = PIECE.split(with_names(text))
        self._models[name] = [self._pieces.setdefault(piece, len(self._pieces)) for piece in pieces]

    @property
    def conditions(self) -> list[str]:
        """What conditions of rules say, each once."""
        return list(dict.fromkeys(says for piece in self._pieces for says in SAYS.findall(piece)))

    @cached_property
    def written(self) -> str:
        """All of it as text in base 64, compressed; alike pieces are beside each other."""
        listed = sorted(self._pieces)
        place = {self._pieces[piece]: at for at, piece in enumerate(listed)}
        models = {name: [place[number] for number in numbers] for name, numbers in self._models.items()}
        return packed({"pieces": listed, "models": models})


def conditions_in(written: str) -> list[str]:
    """What conditions of rules say in a pack that is written, each once."""
    return list(
        dict.fromkeys(SAYS.findall(ZstdDecompressor().decompress(b64decode(written)).decode().replace('\\"', '"')))
    )


def by_hand() -> str:
    """The models of all playgrounds, packed."""
    pack = Pack()
    for playground in PLAYGROUNDS:
        for name, config in playground.configs():
            pack.add(name, text_of(playground, config, name))
    return pack.written


def told() -> list[dict[str, object]]:
    """The playgrounds as the page offers them: their switches, and of each combination what belongs to its runs."""
    return [
        {
            "name": playground.name,
            "switches": {name: [show_field(value) for value in values] for name, values in playground.switches.items()},
            "models": {
                name: {
                    "settings": story_settings(config),
                    "window": config.window,
                    "bounds": bounds(config),
                    "lanes": network_of(config).lanes,
                    "fifo": not config.reordering,
                }
                for name, config in playground.configs()
            },
        }
        for playground in PLAYGROUNDS
    ]


def digest(text: str) -> str:
    """What a model is known by in an address."""
    return sha256(text.encode()).hexdigest()[:8]
