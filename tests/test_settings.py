"""Every field of every group: it is described, and its values are what its choices or its bound allow."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from model.settings import budgets, channel, clocks, ghosts, numbers, protocol, start, users
from model.settings.config import IN_EVENTS, Config
from model.settings.server import OWN, SETTABLE, SHARED, ServerConfig, parse_setting
from model.settings.setting import BadConfig, Group, Setting, names_of, setting, settings_of, show_field

GROUPS = (protocol.Protocol, numbers.Sizes, users.Users, channel.Channel, numbers.Numbers, budgets.Budgets,
          clocks.Clocks, start.Start, ghosts.Ghosts)  # fmt: skip
"""The groups of a `Config`, in the order in which their fields are listed."""
ROOM = Config(seq_bits=32, timed=True, crashes=None, gives_up="both", gives_up_syn="both", octets=1)
"""A configuration in which each field may have any of its values: of what goes with what see `AMONG`."""
AMONG: dict[str, dict[str, object]] = {
    "delay": {"msl": 7, "time_wait": "1"},
    "msl": {"time_wait": "1", "delay": 1},
    "segment_text": {"octets": 2},
    "seq_bits": {"octets": 0, "window": 0},
}
"""What has to be changed with a field so that both ends of its bound fit."""
ANY_TEXT = ("mutant",)
"""The texts that are not checked here: which mutants there are depends on the protocol (see test_mutation)."""
FIELDS = [pytest.param(name, known, id=name) for name, known in settings_of(Config).items()]
OF_SERVER = [pytest.param(name, known, id=name) for name, known in OWN.items()]


def refused(name: str, value: object) -> str:
    """The error for a value, which names the field and the value."""
    with pytest.raises(BadConfig) as error:
        with_value(name, value)
    assert str(error.value).startswith(f"{name}={show_field(value)}: "), error.value
    return str(error.value)


def with_value(name: str, value: object) -> Group:
    """A configuration in which the field has a value, and the others leave room for it."""
    if name in OWN:
        return ServerConfig((Config(octets=1, send_on_syn=True),), slots=3).but(**{name: value})
    return ROOM.but(**{**AMONG.get(name, {}), name: value})


def ends(known: Setting) -> list[int]:
    """The least value of a number and the most, where there is one."""
    return [end for end in (known.least, known.most) if end is not None]


def lacking(known: Setting) -> str:
    """What a field ought to say of itself and does not."""
    if not known.text:
        return "text"
    if known.plain is int:
        return "bound" if known.least is None else "unit" if not known.unit else ""
    return ""


# -- what a field says of itself --


@pytest.mark.parametrize("kind", [Config, ServerConfig])
def test_every_field_has_a_text_and_every_number_a_bound_and_a_unit(kind: type) -> None:
    assert {name: lacking(known) for name, known in settings_of(kind).items() if lacking(known)} == {}


def test_what_a_field_lacks_is_noticed() -> None:
    whole = settings_of(Config)["window"]
    assert [lacking(Setting(**{**vars(whole), **less})) for less in ({}, {"text": ""}, {"least": None}, {"unit": ""})] == [
        "",
        "text",
        "bound",
        "unit",
    ]


def test_every_field_is_in_one_group_and_has_one_name() -> None:
    assert names_of(*GROUPS) == names_of(Config)
    assert len(set(SETTABLE)) == len(names_of(Config, ServerConfig)) - 2  # Neither connections nor attackers.


def test_every_field_is_made_by_setting() -> None:
    """One that is not would have no text; and no module of a group defines fields outside its groups."""
    with pytest.raises(TypeError, match="text"):
        settings_of(type("Bare", (Group,), {"__annotations__": {"bare": int}, "__dataclass_fields__": Config().__dict__}))


# -- what is refused --


@pytest.mark.parametrize(("name", "known"), FIELDS + OF_SERVER)
def test_each_value_of_a_field_is_taken(name: str, known: Setting) -> None:
    if known.plain is int:
        values: list[object] = [*ends(known), *([None] if known.unlimited else [])]
    else:
        values = list(known.choices) if known.plain is str else [True, False]
    for value in values:
        assert getattr(with_value(name, value), name) == value
        assert parse_setting(name, show_field(value)) == value
