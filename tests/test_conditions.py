"""Why an event is not possible, and what became of a segment: the conditions of rules, and the page's words of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
import z3

import model.page
from model.core.nodes import node_of
from model.core.run import enabled
from model.core.system import Condition, Rule, State, System
from model.core.terms import Meaning
from model.export.formula import formula
from model.export.javascript import javascript
from model.network.make import network_of
from model.settings.config import SCENARIO, Config
from model.settings.server import AnyConfig
from properties import configs, time_wait
from tests.test_javascript import needs_node, run

CONFIGS: dict[str, AnyConfig] = {
    "three-way": configs.HISTORY,
    "two-way": configs.TWO_WAY,
    "timed": configs.LAST_ACK,
    "a server": configs.GHOST,
    "a table of one slot": configs.FULL,
    "32 bits": SCENARIO.but(octets=20, segment_text=10, retransmissions=2),
    "data on SYN": configs.KNOWING_WITH_TEXT,
}
RUN = (Path(model.page.__file__).parent / "run.js").read_text(encoding="utf-8")
IMPORTS = "import {model} from './model.mjs'; import {steps,choices} from './search.mjs';"
VALUES = "const read=(row)=>row.map((x)=>typeof x==='string'?BigInt(x):x);"


def system_of(name: str) -> System:
    return network_of(CONFIGS[name]).system()


def asked(rule: Rule) -> list[Condition]:
    """What is asked for a rule to fire, in its order."""
    return [one for condition in rule.conditions for one in condition.each()]


@pytest.mark.parametrize("name", CONFIGS)
def test_the_conditions_of_a_rule_are_its_guard(name: str) -> None:
    for rule in system_of(name).rules:
        assert asked(rule), rule.name
        assert same(rule, asked(rule)), rule.name


def same(rule: Rule, conditions: Sequence[Condition]) -> bool:
    """Whether Z3 says that the conditions together are the guard."""
    solver = z3.Solver()
    solver.add(z3.And(*(one.term for one in conditions)) != rule.guard)
    return solver.check() == z3.unsat


def test_a_condition_that_is_left_out_is_noticed() -> None:
    rule = next(rule for rule in system_of("timed").rules if rule.kind == "arrives")
    for left_out in range(3):
        assert not same(rule, [one for at, one in enumerate(asked(rule)) if at != left_out])


def test_a_rule_of_an_ended_run_has_one_more_condition() -> None:
    network = time_wait.UntilItEnds(configs.LAST_ACK)
    assert all(same(rule, asked(rule)) for rule in network.rules)
