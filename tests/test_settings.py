"""Every field of every group: it is described, and its values are what its choices or its bound allow."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from model.settings.budgets import Budgets
from model.settings.channel import Channel
from model.settings.clocks import Clocks
from model.settings.config import Config
from model.settings.numbers import Numbers, Sizes
from model.settings.protocol import Protocol
from model.settings.server import OWN, SETTABLE, ServerConfig, parse_setting
from model.settings.setting import BadConfig, Group, Setting, names_of, parse, settings_of, show_field
from model.settings.start import Start
from model.settings.users import Users

GROUPS: tuple[type[Group], ...] = (Protocol, Sizes, Users, Channel, Numbers, Budgets, Clocks, Start)
"""The groups of a `Config`, in the order in which their fields are listed."""
FIELDS = [pytest.param(group, name, id=name) for group in (*GROUPS, ServerConfig) for name in names_of(group)]
ALONG: dict[str, dict[str, object]] = {
    "msl": {"time_wait": "1"},
    "delay": {"msl": 15, "time_wait": "1"},
    "least_delay": {"msl": 15, "time_wait": "1", "delay": 15},
}
"""What goes with a field within its group, so that both ends of its bound fit."""


def with_value(group: type[Group], name: str, value: object) -> Group:
    """The group, alone, with this value of a field."""
    base = ServerConfig((Config(),), slots=7) if group is ServerConfig else group()
    timed = {"timed": True} if group is Clocks else {}
    return base.but(**{**timed, **ALONG.get(name, {}), name: value})


def lacking(known: Setting) -> str:
    """What a field ought to say of itself and does not."""
    missing = {"text": not known.text, "bound": known.least is None, "unit": not known.unit}
    return " ".join(what for what, yes in missing.items() if yes and (what == "text" or known.plain is int))


def taken(known: Setting) -> list[object]:
    """Values of a field: every choice, both ends of the bound."""
    if known.plain is int:
        some = [end for end in (known.least, known.most) if end is not None]
        return [*some, None] if known.unlimited else [*some]
    return [False, True] if known.plain is bool else [*(known.choices or [known.default])]


def misfits(known: Setting) -> list[object]:
    """What is no value of a field: of another type, beyond an end of the bound."""
    low = [] if known.least is None else [known.least - 1]
    high = [] if known.most is None else [known.most + 1]
    other: list[object] = [1.5, b"", "no such thing"] if known.plain is not str or known.choices else [1, b"", True]
    none = [] if known.unlimited else [None]
    return [*low, *high, *other, *none, *([True] if known.plain is int else [1] if known.plain is bool else [])]


@pytest.mark.parametrize(("group", "name"), FIELDS)
def test_every_field_has_a_text_and_every_number_a_bound_and_a_unit(group: type[Group], name: str) -> None:
    assert lacking(settings_of(group)[name]) == ""


def test_what_a_field_lacks_is_noticed() -> None:
    window = settings_of(Config)["window"]
    assert lacking(replace(window, text="", least=None)) == "text bound"
    assert lacking(replace(window, unit="")) == "unit"


def test_a_field_that_is_not_made_by_setting_is_an_error() -> None:
    @dataclass(frozen=True)
    class Bare(Group):
        bare: int = 0

    with pytest.raises(TypeError, match="text"):
        Bare()


def test_every_field_is_in_one_group() -> None:
    assert names_of(*GROUPS) == names_of(Config)
    assert len(SETTABLE) == len(names_of(Config)) + len(OWN)
    assert sorted({*names_of(Config, ServerConfig)} - {*SETTABLE}) == ["attackers", "connections"]


@pytest.mark.parametrize(("group", "name"), FIELDS)
def test_every_choice_and_both_ends_of_a_bound_are_values(group: type[Group], name: str) -> None:
    for value in taken(settings_of(group)[name]):
        if name != "connections":
            assert getattr(with_value(group, name, value), name) == value
        if name in SETTABLE:
            assert parse_setting(name, show_field(value)) == value


@pytest.mark.parametrize(("group", "name"), FIELDS)
def test_what_does_not_fit_is_refused(group: type[Group], name: str) -> None:
    for value in misfits(settings_of(group)[name]):
        with pytest.raises(BadConfig, match=f"^{name}="):
            with_value(group, name, value)


@pytest.mark.parametrize(("group", "name"), FIELDS)
def test_a_name_that_is_in_no_group_is_unknown(group: type[Group], name: str) -> None:
    with pytest.raises(BadConfig, match=f"^unknown field '{name}x'; is it .*{name}"):
        parse(f"{name}x", "1", settings_of(group))
    with pytest.raises(TypeError, match=f"{name}x"):
        with_value(group, f"{name}x", 1)
