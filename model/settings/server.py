"""The server: 4-tuples, the table that they share, and who attacks it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from model.settings.config import Config
from model.settings.setting import BadConfig, Group, parse, refuse, setting, settings_of

SHARED = tuple(name for name, known in settings_of(Config).items() if known.shared)
"""One server, one network: the fields that must be the same for every 4-tuple."""
Timers = Literal["patient", "any"]


@dataclass(frozen=True)
class ServerConfig(Group):
    """One server. Raises `BadConfig`.

    The server listens from the start and for ever, and does not crash.
    """

    connections: tuple[Config, ...] = field(
        metadata={"text": "one configuration for each 4-tuple: client i has the role of A, the server's end that of B"}
    )
    attackers: tuple[int, ...] = setting(
        (), "4-tuples (from 1) whose client is an attacker without a return path: no TCB, and nothing reaches it"
    )
    slots: int = setting(
        1, "connections that the server's table holds; LISTEN drops what would need one more", least=1, unit="slot"
    )
    backlog: int | None = setting(
        None,
        "connections in SYN-RECEIVED that the table holds (unlimited: as many as it has slots)",
        least=1,
        unit="slot",
    )
    attacks: int | None = setting(
        1, "SYNs that the attackers may inject in a run (unlimited: for ever)", least=0, most=255, unit="SYN"
    )
    attack_text: int = setting(0, "octets of text on an injected SYN", least=0, unit="octet")
    timers: Timers = setting(
        "patient",
        "patient: no timer expires while a segment is on its way between its two ends; any: at any moment",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        count = len(self.connections)
        known = len(set(self.attackers) & set(range(1, count + 1))) == len(self.attackers)
        over = self.backlog is not None and self.backlog > self.slots
        refuse(
            (not 1 <= count <= 7, f"connections: 1 to 7, not {count}"),
            (over, f"backlog={self.backlog}: must be 1 to slots={self.slots}"),
            (not known, f"attackers={self.attackers}: different 4-tuples from 1 to {count}"),
        )
        for number, config in enumerate(self.connections, 1):
            self._check(number, config)
        self._check_attack_text()

    def _check(self, number: int, config: Config) -> None:
        first = self.connections[0]
        for name in SHARED:
            if getattr(config, name) != getattr(first, name):
                raise BadConfig(f"{name}: one server has one; connections 1 and {number} differ")
        refuse(
            (config.timed, "timed=true: a server has no clocks yet; timers=patient is what it has instead"),
            (
                config.start != "closed" or config.open_b != "passive",
                "start=closed and open_b=passive: the server listens, from the start",
            ),
        )

    def _check_attack_text(self) -> None:
        if self.attack_text >= 1 << self.connections[0].text_bits:
            raise BadConfig(f"attack_text={self.attack_text}: must be 0 to what a SEND may put into a segment")
        keeps = self.connections[0].data_on_syn == "queued"
        if self.attack_text and keeps and not all(self.connections[at - 1].text_on_syn for at in self.attackers):
            raise BadConfig("attack_text: data_on_syn=queued needs octets and send_on_syn=true to have room for it")

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
        own = {name: (getattr(self, name), known.default) for name, known in settings_of(ServerConfig).items()}
        return {
            **{name: value for name, (value, default) in own.items() if name != "connections" and value != default},
            **{f"{i}.{name}": v for i, c in enumerate(self.connections, 1) for name, v in c.varied().items()},
        }

    def as_dict(self) -> dict[str, Any]:
        """All fields, as JSON can hold them."""
        return {**super().as_dict(), "connections": [config.as_dict() for config in self.connections]}


AnyConfig = Config | ServerConfig
OWN = {name: known for name, known in settings_of(ServerConfig).items() if known.plain is not tuple}
"""The fields of a server itself that can be varied by name."""
SETTABLE = {**settings_of(Config), **OWN}
"""The fields that `--set` knows, in the order in which they are listed."""


def parse_setting(name: str, text: str) -> Any:
    """The value of a field written as text, of a `Config` or of a server itself; raises `BadConfig`."""
    return parse(name, text, SETTABLE)
