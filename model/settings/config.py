"""The variants of the protocol, its users, its network, and the bounds of a run: every field that can be varied.

The first group has the RFC's choices, with the RFC's default; the weakened protocols of the claims are values of the
same fields. `Config` refuses a combination that makes no sense (`BadConfig`).
"""

from __future__ import annotations

import types
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from model.core.near import meant

Sides = Literal["both", "A", "B", "none"]
Opens = Literal["active", "passive", "both", "none"]
MOST_DIGITS = 10
MOST_TEXT = 65_495
"""Octets of text that fit into one IP datagram, besides its headers; the model may put a whole queue into a segment."""
CLOCK_BITS = 4
TICKS = (
    "msl",
    "delay",
    "rto",
    "time_wait",
    "ack_delay",
    "application_delay",
    "quiet_time",
    "user_timeout",
    "syn_received_timeout",
)
"""The fields that are times."""


class BadConfig(ValueError):
    """A configuration that makes no sense; the text says why."""


@dataclass(frozen=True)
class Config:
    """One configuration; `about.ABOUT` says what each field means. None as a budget means: no bound."""

    handshake: Literal["three-way", "two-way"] = "three-way"
    rst: Literal["rfc5961", "rfc793", "either"] = "rfc5961"
    syn: Literal["rfc5961", "rfc793", "either"] = "rfc5961"
    ack_range: Literal["rfc5961", "rfc5961-synchronized", "off", "either"] = "rfc5961"
    abort_to: Literal["CLOSED", "TIME-WAIT"] = "CLOSED"
    rfc1337: bool = False
    data_on_syn: Literal["queued", "dropped", "accepted"] = "queued"
    send_on_syn: bool = False
    close: Literal["four-way", "merged"] = "four-way"
    half_close: Literal["delivers", "discards"] = "delivers"
    fin: Literal["in-order", "any"] = "in-order"
    syn_cookies: bool = False
    mutant: str = ""
    retransmission: bool = True
    syn_again: Literal["SYN,ACK", "front"] = "SYN,ACK"
    seq_bits: int = 4
    window: int = 2
    segment_text: int = 1
    open_a: Opens = "active"
    open_b: Opens = "passive"
    closes: Sides = "both"
    aborts: Sides = "none"
    gives_up: Sides = "none"
    gives_up_syn: Sides = "none"
    gives_up_waiting: Sides = "none"
    capacity: int = 2
    loss: bool = True
    reordering: bool = True
    duplications: int | None = 0
    isn_a: str = "fresh"
    isn_b: str = "fresh"
    isns_apart: Literal["W+window", "W+window+1"] = "W+window"
    isns_wait: Literal["no", "segments", "segments-and-peer"] = "no"
    incarnations: int = 1
    recurring: Sides = "none"
    octets: int = 0
    retransmissions: int | None = None
    crashes: int | None = 0
    timed: bool = False
    msl: int = 2
    delay: int = 1
    rto: int = 2
    time_wait: str = "2msl"
    time_wait_restart: bool = True
    ack_delay: int = 0
    application_delay: int | None = None
    quiet_time: int = 0
    user_timeout: int | None = None
    syn_received_timeout: int | None = None
    losses: int | None = None
    start: Literal["closed", "established", "half-closed"] = "closed"
    endings: bool = False
    ack_losses: bool = False
    origins: bool = False
    history: bool = False
    accounts: bool = False
    turns: bool = False

    def __post_init__(self) -> None:
        for name, low in [("window", 0), ("capacity", 1), ("incarnations", 1), ("octets", 0), ("segment_text", 1)]:
            if getattr(self, name) < low:
                raise BadConfig(f"{name}={getattr(self, name)}: must be at least {low}")
        for budget in (self.duplications, self.retransmissions, self.crashes, self.losses):
            if budget is not None and not 0 <= budget < 256:
                raise BadConfig("duplications, retransmissions, crashes and losses: 0 to 255, or unlimited")
        self._check_times()
        if self.incarnations > 7 or self.capacity > 16:
            raise BadConfig("at most 7 incarnations and a capacity of 16")
        if not 3 <= self.seq_bits <= 32:
            raise BadConfig(f"seq_bits={self.seq_bits}: must be 3 to 32")
        self._check_number_space()
        for name in ("isn_a", "isn_b"):
            self.isns(name, 0)
        self._check_text()
        if self.open_a == self.open_b == "none":
            raise BadConfig("open_a=none, open_b=none: nobody opens a connection")
        if self.history and self.abort_to == "TIME-WAIT":
            raise BadConfig("history=true, abort_to=TIME-WAIT: TIME-WAIT must mean that both sides have closed")
        self._check_server()

    def _check_server(self) -> None:
        if self.syn_cookies and self.handshake == "two-way":
            raise BadConfig("syn_cookies=true, handshake=two-way: a cookie comes back with the third segment")
        if self.history and self.recurring != "none":
            raise BadConfig(f"history=true, recurring={self.recurring}: history counts incarnations")

    @property
    def span(self) -> int:
        """W: sequence numbers that one incarnation uses at most: SYN, octets, FIN."""
        return self.octets + 2

    @property
    def isn_distance(self) -> int:
        """Fresh initial sequence numbers are this far apart: W + window, or one more."""
        return self.span + self.window + (self.isns_apart == "W+window+1")

    @property
    def time_wait_ticks(self) -> int:
        """The length of TIME-WAIT."""
        return 2 * self.msl if self.time_wait == "2msl" else int(self.time_wait)

    def _check_times(self) -> None:
        if self.time_wait != "2msl" and not _is_number(self.time_wait):
            raise BadConfig(f"time_wait={self.time_wait}: must be a number of ticks, or 2msl")
        if self.msl < 1 or self.rto < 1 or self.delay < 0:
            raise BadConfig("msl and rto must be at least 1 tick, delay at least 0")
        if self.delay > self.msl:
            raise BadConfig(f"delay={self.delay}: no segment outlives msl={self.msl}")
        most = (1 << CLOCK_BITS) - 1
        for name, ticks in self.ticks.items():
            if ticks > most:
                raise BadConfig(f"{name}={getattr(self, name)}: at most {most} ticks")
        default = {f.name: f.default for f in fields(self)}
        used = [name for name in TICKS if getattr(self, name) != default[name]]
        if used and not self.timed:
            raise BadConfig(f"{used[0]}={show_field(getattr(self, used[0]))}: needs timed=true")
        if self.ack_delay and self.close == "merged":
            raise BadConfig(f"close=merged, ack_delay={self.ack_delay}: the ACK of a FIN waits for one of them only")
        if self.application_delay is not None and self.closes != "both":
            raise BadConfig(f"application_delay={self.application_delay}, closes={self.closes}: both must CLOSE")
        for name, whose in (("user_timeout", "gives_up"), ("syn_received_timeout", "gives_up_syn")):
            if (ticks := getattr(self, name)) is not None and (ticks == 0 or getattr(self, whose) == "none"):
                raise BadConfig(f"{name}={ticks}: at least 1 tick, and {whose} must say whose it is")
        if self.quiet_time and self.crashes == 0:
            raise BadConfig(f"quiet_time={self.quiet_time}: nobody crashes, and quiet time follows a crash")

    @property
    def ticks(self) -> dict[str, int]:
        """The times that are bounded, in ticks, by the field's name."""
        found = {name: getattr(self, name) for name in TICKS} | {"time_wait": self.time_wait_ticks}
        return {name: int(ticks) for name, ticks in found.items() if ticks is not None}

    def _check_text(self) -> None:
        if self.octets % self.segment_text:
            raise BadConfig(f"octets={self.octets}: must be a multiple of segment_text={self.segment_text}")
        if self.segment_text > max(self.octets, 1):
            raise BadConfig(f"segment_text={self.segment_text}: more than octets={self.octets}")
        if self.accounts and not self.octets:
            raise BadConfig("accounts=true, octets=0: there is nothing to count")
        if self.data_on_syn == "accepted" and self.handshake == "two-way":
            raise BadConfig("data_on_syn=accepted, handshake=two-way: the two-way LISTEN drops what comes with a SYN")

    @property
    def text_bits(self) -> int:
        """Bits that the octets of text in one segment need."""
        return max(self.octets, self.segment_text).bit_length()

    @property
    def incarnation_bits(self) -> int:
        """Bits of an incarnation's number; 0 is none."""
        return self.incarnations.bit_length()

    @property
    def text_on_syn(self) -> bool:
        """Whether a SYN may carry text."""
        return self.octets > 0 and self.send_on_syn

    @property
    def holds_text(self) -> bool:
        """Whether a SYN may carry text that the receiver has to queue."""
        return self.text_on_syn and self.data_on_syn == "queued"

    def check_settled(self) -> None:
        """Refuse what leaves a choice open."""
        for name in ("rst", "syn", "ack_range"):
            if getattr(self, name) == "either":
                raise BadConfig(f"{name}=either: only a proof for every channel may leave it open")

    def check_runnable(self) -> None:
        """Refuse what only a proof can use: a run has segments that somebody can send."""
        self.check_settled()
        if self.octets > MOST_TEXT:
            raise BadConfig(f"octets={self.octets}: one datagram takes at most {MOST_TEXT:,}")
        if self.send_on_syn and not self.octets:
            raise BadConfig("send_on_syn=true: there is nothing to send with octets=0")

    def check_searchable(self) -> None:
        """Refuse what only a scenario can use: a search needs a window, and segments that fit into a word."""
        self.check_runnable()
        if self.window == 0:
            raise BadConfig("window=0: a search needs at least one octet")
        age = CLOCK_BITS if self.timed else 0
        ghosts = self.incarnation_bits * (2 if self.origins else 1)
        if 5 + self.text_bits + 2 * self.seq_bits + ghosts + age > 64:
            raise BadConfig(f"seq_bits={self.seq_bits}: a segment must fit into 64 bits; try fewer")

    def _check_number_space(self) -> None:
        space = 1 << self.seq_bits
        if 2 * self.isn_distance + 1 > space:
            sum_of = f"{self.span}+{self.window}" + ("+1" if self.isns_apart == "W+window+1" else "")
            raise BadConfig(f"2({self.isns_apart})+1 must fit into the number space: 2({sum_of})+1 > 2^{self.seq_bits}")
        if self.incarnations * self.isn_distance > space:
            raise BadConfig(
                f"{self.incarnations} fresh initial sequence numbers, {self.isns_apart} = {self.isn_distance} apart, do"
                f" not fit into 2^{self.seq_bits} numbers: raise seq_bits"
            )

    def isns(self, name: str, first: int) -> list[int]:
        """The initial sequence numbers of one side (`name` is isn_a or isn_b), one for each incarnation."""
        spec, space = getattr(self, name), 1 << self.seq_bits
        if spec == "fresh":
            return [(first + k * self.isn_distance) % space for k in range(self.incarnations)]
        if spec == "repeated":
            return [first % space] * self.incarnations
        numbers = [int(part) for part in spec.split(",") if _is_number(part.strip(" "))]
        if len(numbers) != len(spec.split(",")) or len(numbers) < self.incarnations:
            raise BadConfig(f"{name}={spec}: must be fresh, repeated, or {self.incarnations} numbers such as 100,400")
        if max(numbers) >= space:
            raise BadConfig(f"{name}={spec}: numbers must be below 2^{self.seq_bits}")
        return numbers

    def but(self, **changes: object) -> Config:
        """The same configuration with some fields changed."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def vary(self, settings: Mapping[str, object]) -> Config:
        """The same with some fields changed by name."""
        unknown = sorted(settings.keys() - {f.name for f in fields(self)})
        if unknown:
            raise BadConfig(f"{unknown[0]}: only the claims about a server have it")
        return self.but(**settings)

    def varied(self) -> dict[str, object]:
        """The fields that differ from the defaults."""
        default = Config()
        return {
            f.name: getattr(self, f.name) for f in fields(self) if getattr(self, f.name) != getattr(default, f.name)
        }

    def as_dict(self) -> dict[str, Any]:
        """All fields, as JSON can hold them."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


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


def unknown_field(name: str, known: Iterable[str]) -> str:
    """That there is no such field, and which one may have been meant."""
    return f"unknown field '{name}'; {meant(name, known) or 'python -m model.check --fields describes all'}"


def parse_field(name: str, text: str, of: type = Config) -> Any:
    """The value of a field written as text (FIELD=VALUE on the command line); raises `BadConfig`.

    of: the class whose field it is.
    """
    hints = get_type_hints(of)
    if name not in hints:
        raise BadConfig(unknown_field(name, hints))
    kind = hints[name]
    if get_origin(kind) is Literal:
        if text not in get_args(kind):
            near = meant(text, get_args(kind))
            raise BadConfig(
                f"{name}={text}: must be one of {', '.join(get_args(kind))}" + (f"; {near}" if near else "")
            )
        return text
    if kind is bool:
        if text not in ("true", "false"):
            raise BadConfig(f"{name}={text}: must be true or false")
        return text == "true"
    if kind is str:
        return text
    unlimited = get_origin(kind) in (Union, types.UnionType)
    if unlimited and text == "unlimited":
        return None
    if text[:1] == "-" and _is_number(text[1:]):
        raise BadConfig(f"{name}={text}: must not be negative")
    if not _is_number(text):
        few = f" of at most {MOST_DIGITS} digits" if len(text) > MOST_DIGITS and text.isdecimal() else ""
        raise BadConfig(f"{name}={text}: must be a number{few}{' or unlimited' if unlimited else ''}")
    return int(text)


def _is_number(text: str) -> bool:
    """Whether it is a number that is not absurdly large, in the digits of ASCII."""
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


def show_field(value: object) -> str:
    """A field's value as `parse_field` reads it."""
    return "unlimited" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
