"""The configuration of a server: 4-tuples, the table that they share, and who attacks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from model.settings.config import BadConfig, Config, parse_field, unknown_field

ABOUT_SERVER: Mapping[str, str] = {
    "connections": "one configuration for each 4-tuple: client i has the role of A, the server's end that of B",
    "attackers": "4-tuples (from 1) whose client is an attacker without a return path: no TCB, and nothing reaches it",
    "slots": "connections that the server's table holds; LISTEN drops what would need one more",
    "backlog": "connections in SYN-RECEIVED that the table holds (unlimited: as many as it has slots)",
    "attacks": "SYNs that the attackers may inject in a run (unlimited: for ever)",
    "attack_text": "octets of text on an injected SYN",
    "timers": "patient: no timer expires while a segment is on its way between its two ends; any: at any moment",
}
SHARED = (
    *("handshake", "rst", "syn", "ack_range", "data_on_syn", "syn_cookies", "seq_bits", "window", "segment_text"),
    *("losses", "duplications"),
)
"""One server, one network: the fields that must be the same for every 4-tuple."""
Timers = Literal["patient", "any"]
OWN = ("slots", "backlog", "attacks", "attack_text", "timers")
"""The fields of a server itself that can be varied by name."""


@dataclass(frozen=True)
class ServerConfig:
    """One server; `ABOUT_SERVER` says what each field means. Raises `BadConfig`.

    The server listens from the start and for ever, and does not crash.
    """

    connections: tuple[Config, ...]
    attackers: tuple[int, ...] = ()
    slots: int = 1
    backlog: int | None = None
    attacks: int | None = 1
    attack_text: int = 0
    timers: Timers = "patient"

    def __post_init__(self) -> None:
        count = len(self.connections)
        if not 1 <= count <= 7:
            raise BadConfig(f"connections: 1 to 7, not {count}")
        if self.slots < 1:
            raise BadConfig(f"slots={self.slots}: must be at least 1")
        if self.backlog is not None and not 1 <= self.backlog <= self.slots:
            raise BadConfig(f"backlog={self.backlog}: must be 1 to slots={self.slots}")
        if not set(self.attackers) <= set(range(1, count + 1)) or len(set(self.attackers)) < len(self.attackers):
            raise BadConfig(f"attackers={self.attackers}: different 4-tuples from 1 to {count}")
        if self.attacks is not None and not 0 <= self.attacks < 256:
            raise BadConfig(f"attacks={self.attacks}: 0 to 255, or unlimited")
        for number, config in enumerate(self.connections, 1):
            self._check(number, config)
        self._check_attack_text()

    def _check(self, number: int, config: Config) -> None:
        first = self.connections[0]
        for name in SHARED:
            if getattr(config, name) != getattr(first, name):
                raise BadConfig(f"{name}: one server has one; connections 1 and {number} differ")
        if config.timed:
            raise BadConfig("timed=true: a server has no clocks yet; timers=patient is what it has instead")
        if config.endings or config.history:
            raise BadConfig("endings, history: they watch a side that closes; the server's end goes on listening")
        if config.start != "closed" or config.open_b != "passive":
            raise BadConfig("start=closed and open_b=passive: the server listens, from the start")

    def _check_attack_text(self) -> None:
        if not 0 <= self.attack_text < 1 << self.connections[0].text_bits:
            raise BadConfig(f"attack_text={self.attack_text}: must be 0 to what a SEND may put into a segment")
        keeps = self.connections[0].data_on_syn == "queued"
        if self.attack_text and keeps and not all(self.connections[at - 1].text_on_syn for at in self.attackers):
            raise BadConfig("attack_text: data_on_syn=queued needs octets and send_on_syn=true to have room for it")

    def but(self, **changes: object) -> ServerConfig:
        """The same configuration with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def each(self, **changes: object) -> ServerConfig:
        """The same configuration with some fields of every connection changed."""
        return self.but(connections=tuple(config.but(**changes) for config in self.connections))

    def vary(self, settings: Mapping[str, object]) -> ServerConfig:
        """The same with fields of the server changed, and fields of a `Config` changed in every connection."""
        own = {name: value for name, value in settings.items() if name in OWN}
        return self.but(**own).each(**{name: value for name, value in settings.items() if name not in own})

    def check_searchable(self) -> None:
        """Refuse what a search cannot use."""
        for config in self.connections:
            config.check_searchable()

    def varied(self) -> dict[str, object]:
        """The fields that differ from the defaults; those of connection 2 as 2.FIELD."""
        default = ServerConfig((Config(),))
        own = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "connections"}
        return {
            **{name: value for name, value in own.items() if value != getattr(default, name)},
            **{f"{i}.{name}": v for i, c in enumerate(self.connections, 1) for name, v in c.varied().items()},
        }

    def as_dict(self) -> dict[str, Any]:
        """All fields, as JSON can hold them."""
        own = {f.name: getattr(self, f.name) for f in fields(self)}
        return {**own, "connections": [config.as_dict() for config in self.connections]}


AnyConfig = Config | ServerConfig


def parse_setting(name: str, text: str) -> Any:
    """The value of a field written as text, of a `Config` or of a server itself; raises `BadConfig`."""
    known = (*(field.name for field in fields(Config)), *OWN)
    if name not in known:
        raise BadConfig(unknown_field(name, known))
    return parse_field(name, text, ServerConfig if name in OWN else Config)
