"""The configuration of one connection: all groups of settings together, by the flat names of their fields.

What a field means, and which values it has, is written in its group. `Config` refuses a combination that makes no
sense (`BadConfig`): what concerns one group in that group, what concerns several in a function beside one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model.settings.clocks import CLOCK_BITS, Clocks, check_clocks
from model.settings.numbers import Numbers, Sizes, check_numbers, isn_distance, isns
from model.settings.protocol import Protocol
from model.settings.runs import Budgets, Channel, Start, Users
from model.settings.setting import BadConfig, names_of, parse, refuse, settings_of

MOST_TEXT = 65_495
"""Octets of text that fit into one IP datagram, besides its headers; the model may put a whole queue into a segment."""


@dataclass(frozen=True)
class Config(Start, Clocks, Budgets, Numbers, Channel, Users, Sizes, Protocol):
    """One configuration; its fields are those of its groups, from the last of them to the first."""

    def __post_init__(self) -> None:
        super().__post_init__()
        check_clocks(self, self, self, self)
        check_numbers(self, self, self)

    @property
    def isn_distance(self) -> int:
        """Fresh initial sequence numbers are this far apart: W + window, or one more."""
        return isn_distance(self, self, self)

    def isns(self, name: str, first: int) -> list[int]:
        """The initial sequence numbers of one side (`name` is isn_a or isn_b), one for each incarnation."""
        return isns(self, self, self.isn_distance, name, first)

    @property
    def text_bits(self) -> int:
        """Bits that the octets of text in one segment need."""
        return max(self.octets, self.segment_text).bit_length()

    @property
    def text_on_syn(self) -> bool:
        """Whether a SYN may carry text."""
        return self.octets > 0 and self.send_on_syn

    @property
    def holds_text(self) -> bool:
        """Whether a SYN may carry text that the receiver has to queue."""
        return self.text_on_syn and self.data_on_syn == "queued"

    def check_runnable(self) -> None:
        """Refuse what only a proof can use: a run has segments that somebody can send."""
        self.check_settled()
        refuse(
            (self.octets > MOST_TEXT, f"octets={self.octets}: one datagram takes at most {MOST_TEXT:,}"),
            (self.send_on_syn and not self.octets, "send_on_syn=true: there is nothing to send with octets=0"),
        )

    def check_searchable(self) -> None:
        """Refuse what only a scenario can use: a search needs a window, and segments that fit into a word."""
        self.check_runnable()
        age = CLOCK_BITS if self.timed else 0
        wide = 5 + self.text_bits + 2 * self.seq_bits + self.incarnation_bits + age > 64
        refuse(
            (self.window == 0, "window=0: a search needs at least one octet"),
            (wide, f"seq_bits={self.seq_bits}: a segment must fit into 64 bits; try fewer"),
        )

    def vary(self, settings: Mapping[str, object]) -> Config:
        """The same with some fields changed by name."""
        if unknown := sorted(settings.keys() - settings_of(Config).keys()):
            raise BadConfig(f"{unknown[0]}: only the claims about a server have it")
        return self.but(**settings)

    def varied(self) -> dict[str, object]:
        """The fields that differ from the defaults."""
        known = settings_of(Config)
        return {name: value for name, value in self.as_dict().items() if value != known[name].default}


IN_EVENTS = tuple(name for name, known in settings_of(Config).items()
                  if known.in_events or name in names_of(Protocol, Sizes))  # fmt: skip
"""The fields that the events of an endpoint depend on."""

SCENARIO = Config(
    seq_bits=32,
    window=1000,
    capacity=3,
    open_a="both",
    open_b="both",
    aborts="both",
    gives_up="both",
    crashes=None,
    duplications=None,
)
"""What a scenario may use unless its settings say otherwise: 32 bits, and both users may do anything."""


def parse_field(name: str, text: str) -> Any:
    """The value of a field written as text; raises `BadConfig`."""
    return parse(name, text, settings_of(Config))
