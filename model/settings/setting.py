"""What a field of a configuration carries: its text, its choices or bound, its unit, and what else is computed from it.

A group of settings is a frozen dataclass. Its fields are made by `setting`; their choices are those of their `Literal`.
Everything else about fields (how a value is read and shown, refused, listed and chosen for some purpose) is computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from types import NoneType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from model.machine.printing import Mistake, meant

MOST_DIGITS = 10
TICK = "tick"
"""The unit of times."""
T = TypeVar("T")
G = TypeVar("G", bound="Group")


class BadConfig(Mistake, ValueError):
    """A configuration that makes no sense; the text says why."""


def refuse(*cases: tuple[object, str]) -> None:
    """Raise `BadConfig` with the text of the first case that is so."""
    for wrong, text in cases:
        if wrong:
            raise BadConfig(text)


def setting(
    default: T,
    text: str,
    cite: str = "",
    *,
    least: int | None = None,
    most: int | None = None,
    unit: str = "",
    shared: bool = False,
    in_events: bool = False,
) -> T:
    """A field of a group.

    text: what it is. cite: the paragraph of RFC 9293 (or the other RFC that is named). least, most, unit: of a number.
    shared: a server has one value for all its 4-tuples. in_events: what an endpoint's events depend on,
    though it is neither of the protocol nor a size.
    """
    about = {"text": text, "cite": cite, "least": least, "most": most, "unit": unit}
    return field(default=default, metadata={**about, "shared": shared, "in_events": in_events})


@dataclass(frozen=True)
class Setting:
    """A field of a group: what `setting` says of it, and what its type does.

    plain: the type of its values, None apart. choices: all that a text may be (empty: any). unlimited: it may be None.
    """

    name: str
    default: object
    plain: type
    choices: tuple[str, ...]
    unlimited: bool
    text: str
    cite: str = ""
    least: int | None = None
    most: int | None = None
    unit: str = ""
    shared: bool = False
    in_events: bool = False

    def misfit(self, value: object) -> str:
        """Why the field cannot have this value; empty if it can."""
        if value is None and self.unlimited:
            return ""
        if self.choices and value not in self.choices:
            near = meant(str(value), self.choices)
            return f"must be one of {', '.join(self.choices)}" + (f"; {near}" if near else "")
        if not isinstance(value, self.plain) or (self.plain is int and isinstance(value, bool)):
            kind = {bool: "true or false", int: "a number", str: "a text"}.get(self.plain, f"a {self.plain.__name__}")
            return f"must be {kind}{' or unlimited' if self.unlimited else ''}"
        return self._beyond(value) if isinstance(value, int) and self.plain is int else ""

    def _beyond(self, number: int) -> str:
        """The bound that the number is beyond, in words."""
        low, high = self.least is not None and number < self.least, self.most is not None and number > self.most
        if not low and not high:
            return ""
        if self.unit == TICK:
            return f"at least {self.least} tick{'s' * (self.least != 1)}" if low else f"at most {self.most} ticks"
        if self.most is None:
            return f"must be at least {self.least}{', or unlimited' if self.unlimited else ''}"
        both = f"{self.least} to {self.most}"
        return f"{both}, or unlimited" if self.unlimited else f"must be {both}"

    def parse(self, text: str) -> Any:
        """The value written as text, within the bound or not; raises `BadConfig`."""
        value: object = text
        if self.plain is bool:
            value = {"true": True, "false": False}.get(text, text)
        elif self.plain is int and self.unlimited and text == "unlimited":
            return None
        elif self.plain is int:
            return self._number(text)
        if wrong := self.misfit(value):
            raise BadConfig(f"{self.name}={text}: {wrong}")
        return value

    def _number(self, text: str) -> int:
        if text[:1] == "-" and is_number(text[1:]):
            raise BadConfig(f"{self.name}={text}: must not be negative")
        if not is_number(text):
            few = f" of at most {MOST_DIGITS} digits" if len(text) > MOST_DIGITS and text.isdecimal() else ""
            raise BadConfig(f"{self.name}={text}: must be a number{few}{' or unlimited' if self.unlimited else ''}")
        return int(text)


@dataclass(frozen=True)
class Group:
    """Some settings; every value is within its field's choices or bound, or `BadConfig` is raised."""

    def __post_init__(self) -> None:
        for name, known in settings_of(type(self)).items():
            if wrong := known.misfit(value := getattr(self, name)):
                raise BadConfig(f"{name}={show_field(value)}: {wrong}")

    def but(self: G, **changes: object) -> G:
        """The same settings with some fields changed."""
        return replace(self, **changes)

    def as_dict(self) -> dict[str, Any]:
        """All fields, as JSON can hold them."""
        return {name: getattr(self, name) for name in settings_of(type(self))}


def settings_of(group: type) -> Mapping[str, Setting]:
    """The fields of a group, or of a configuration, by name and in order."""
    return _settings_of(group)


@lru_cache
def _settings_of(group: type) -> Mapping[str, Setting]:
    kinds = get_type_hints(group)
    return {f.name: _setting(f.name, f.default, kinds[f.name], f.metadata) for f in fields(group)}


def _setting(name: str, default: object, kind: Any, metadata: Mapping[str, Any]) -> Setting:
    choices = get_args(kind) if get_origin(kind) is Literal else ()
    of = [one for one in get_args(kind) if one is not NoneType] if NoneType in get_args(kind) else [kind]
    plain = str if choices else get_origin(of[0]) or of[0]
    return Setting(name, default, plain, choices, NoneType in get_args(kind), **metadata)


def names_of(*groups: type) -> tuple[str, ...]:
    """The names of the fields of these groups."""
    return tuple(name for group in groups for name in settings_of(group))


def parse(name: str, text: str, known: Mapping[str, Setting]) -> Any:
    """The value of a field written as text (FIELD=VALUE on the command line); raises `BadConfig`."""
    if name not in known:
        near = meant(name, known) or "python -m model.check --fields describes all"
        raise BadConfig(f"unknown field '{name}'; {near}")
    return known[name].parse(text)


def is_number(text: str) -> bool:
    """Whether it is a number that is not absurdly large, in the digits of ASCII."""
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


def show_field(value: object) -> str:
    """A field's value as `Setting.parse` reads it."""
    return "unlimited" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
