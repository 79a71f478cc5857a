"""BTOR2: a reader of the format, written from its paper, steps through an exported model as the system does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from random import Random

import pytest
import z3
from hypothesis import given

from model.core.property import Property, always, sometimes, step
from model.core.run import choices, fire
from model.core.system import Rule, State, System, Var
from model.core.terms import PYTHON, Meaning
from model.export.btor2 import btor2, operators
from model.network.bounded import Network
from properties.configs import TWO_WAY
from tests.strategies import exact, systems
from tests.toys import bag, counter, jugs, mutex, writer

SIGNED = {"slt", "slte", "sgt", "sgte"}


def number(value: int, bits: int) -> int:
    """A value read in two's complement."""
    return value - (1 << bits) if value >> (bits - 1) else value


class Reader:
    """A BTOR2 model that is run: states and inputs by name, the initial state, and the numbers of bad lines."""

    def __init__(self, text: str) -> None:
        self.lines = {int(line.split()[0]): line.split()[1:] for line in text.splitlines()}
        self.bits = {at: int(words[2]) for at, words in self.lines.items() if words[0] == "sort"}
        self.states = {words[2]: at for at, words in self.lines.items() if words[0] == "state"}
        self.inputs = {words[2]: at for at, words in self.lines.items() if words[0] == "input"}
        self.next = {int(words[2]): int(words[3]) for words in self.lines.values() if words[0] == "next"}
        self.init = {int(words[2]): int(words[3]) for words in self.lines.values() if words[0] == "init"}
        self.bad = [int(words[1]) for words in self.lines.values() if words[0] == "bad"]
        self.constraints = [int(words[1]) for words in self.lines.values() if words[0] == "constraint"]

    def values(self, known: dict[int, int]) -> dict[int, int]:
        """The value of every node, given those of states and inputs; what comes later uses what came before."""
        found = dict(known)
        for at, (operator, *arguments) in self.lines.items():
            if operator not in ("sort", "state", "input", "next", "init", "bad", "constraint"):
                found[at] = self._value(operator, int(arguments[0]), arguments[1:], found)
        return found

    def width(self, node: int) -> int:
        """Bits of a node."""
        return self.bits[int(self.lines[node][1])]

    def _value(self, operator: str, sort: int, arguments: list[str], found: dict[int, int]) -> int:
        bits = self.bits[sort]
        full = (1 << bits) - 1
        if operator in ("one", "zero", "constd"):
            return {"one": 1, "zero": 0}.get(operator, int(arguments[0]) if arguments else 0)
        nodes = [int(argument) for argument in arguments]
        a, wide = found[nodes[0]], self.width(nodes[0])
        if operator == "slice":
            return a >> nodes[2] & full
        if operator in ("uext", "sext"):
            return (a if operator == "uext" else number(a, wide)) & full
        if operator in ("not", "neg"):
            return (~a if operator == "not" else -a) & full
        b = found[nodes[1]]
        if operator == "ite":
            return b if a else found[nodes[2]]
        if operator in SIGNED:
            a, b = number(a, wide), number(b, wide)
        table = {
            "and": lambda: a & b,
            "or": lambda: a | b,
            "xor": lambda: a ^ b,
            "implies": lambda: int(not a or b),
            "eq": lambda: int(a == b),
            "neq": lambda: int(a != b),
            "add": lambda: a + b,
            "sub": lambda: a - b,
            "mul": lambda: a * b,
            "sll": lambda: a << b if b < bits else 0,
            "srl": lambda: a >> b,
            "sra": lambda: number(a, bits) >> min(b, bits),
            "concat": lambda: a << self.width(nodes[1]) | b,
            "ult": lambda: int(a < b),
            "ulte": lambda: int(a <= b),
            "ugt": lambda: int(a > b),
            "ugte": lambda: int(a >= b),
        } | {"s" + name: compared for name, compared in _comparisons(a, b).items()}
        return table[operator]() & full


def _comparisons(a: int, b: int) -> dict[str, Callable[[], int]]:
    return {"lt": lambda: int(a < b), "lte": lambda: int(a <= b), "gt": lambda: int(a > b), "gte": lambda: int(a >= b)}


def steps(system: System, most: int) -> Iterator[tuple[State, int, Rule, dict[str, int], State]]:
    """Every choice of rule and inputs in the states of a run, and the state after it: the same if it may not fire."""
    # Any run will do, and the same one for each system: hypothesis makes the systems smaller, and not the run.
    random, inside = Random(1), Meaning([] if system.constraint is None else [system.constraint])
    state = system.initial[0]
    for _ in range(most):
        led = []
        for at, rule in enumerate(system.rules):
            for inputs in choices(rule):
                after = fire(rule, inputs, state)
                allowed = after is not None and all(inside(after))
                yield state, at, rule, inputs, after if allowed and after is not None else state
                if allowed and after is not None:
                    led.append(after)
        state = random.choice(led) if led else random.choice(system.initial)


def asserts_agreement(system: System, properties: tuple[Property, ...], most: int, every: int = 1) -> set[bool]:
    """Compares successors and bad lines, of every so many choices; returns which values the bad lines had."""
    model, seen = Reader(btor2(system, properties)), set[bool]()
    meanings = [Meaning([prop.term]) for prop in properties]
    for state, at, rule, inputs, after in islice(steps(system, most), 0, None, every):
        known = {model.states[name.replace(" ", "-")]: int(value) for name, value in state.items()}
        known |= {model.states[name]: 0 for name in ("first",) if name in model.states}
        known |= dict.fromkeys(model.inputs.values(), 0)
        known[model.inputs["which-rule"]] = at
        known |= {model.inputs[f"choice-{name}"]: value for name, value in inputs.items()}
        found = model.values(known)
        next_state = {name: found[model.next[model.states[name.replace(" ", "-")]]] for name in state}
        assert next_state == {name: int(value) for name, value in after.items()}, rule.name
        fired = fire(rule, inputs, state)
        for prop, meaning, bad in zip(properties, meanings, model.bad, strict=True):
            if prop.kind == "step":  # Of steps out of the constraint too.
                primed = {**state, **{name + "'": value for name, value in (fired or {}).items()}}
                wanted = fired is not None and not meaning(primed)[0]
            else:
                wanted = bool(meaning(state)[0]) == (prop.kind == "reachable")
            assert bool(found[bad]) == wanted, prop.name
            seen.add(wanted)
    return seen


TOYS = {"counter": counter(5), "bag": bag(3, 3), "mutex": mutex(3, safe=False), "jugs": jugs(), "writer": writer(4, 3)}


@pytest.mark.parametrize("toy", TOYS)
def test_an_exported_toy_steps_as_the_system(toy: str) -> None:
    asserts_agreement(TOYS[toy], tuple(TOYS[toy].properties), 20)


@exact(8)
@given(systems())
def test_an_exported_random_system_steps_as_the_system(system: System) -> None:
    asserts_agreement(system, tuple(system.properties), 10)


@pytest.mark.long
def test_an_exported_network_steps_as_the_system() -> None:
    network = Network(TWO_WAY.but(capacity=1, incarnations=1))
    a, b = (network.sides[name].state_is("ESTABLISHED") for name in "AB")
    moved = step("A stays", network.sides["A"].state_var.term == network.sides["A"].state_var.next)
    wanted = sometimes("A is open", a), always("B is not open", z3.Not(b)), moved
    assert asserts_agreement(network.system(*wanted), wanted, 12, every=37) == {False, True}


def test_a_single_initial_state_is_given_by_its_values() -> None:
    system = jugs()
    model = Reader(btor2(system))
    found = model.values(dict.fromkeys((*model.states.values(), *model.inputs.values()), 0))
    assert {name: found[model.init[at]] for name, at in model.states.items()} == system.initial[0]


def test_several_initial_states_are_a_constraint_on_the_first_step() -> None:
    system = replace(jugs(), initial=({"small": 0, "large": 0}, {"small": 3, "large": 1}, {"small": 3, "large": 9}))
    model = Reader(btor2(system))
    (constraint,) = model.constraints
    assert found_first(model) == 1
    listed, seen = [list(map(int, state.values())) for state in system.initial], set[bool]()
    for state in ({"small": small, "large": large} for small in range(16) for large in range(16)):
        known = dict.fromkeys(model.inputs.values(), 0) | {model.states["first"]: 1}
        known |= {model.states[name]: int(value) for name, value in state.items()}
        allowed = list(map(int, state.values())) in listed
        assert bool(model.values(known)[constraint]) == allowed
        assert model.values({**known, model.states["first"]: 0})[constraint] == 1
        seen.add(allowed)
    assert seen == {False, True}


def found_first(model: Reader) -> int:
    """The initial value of the state that tells the first step."""
    known = dict.fromkeys((*model.states.values(), *model.inputs.values()), 0)
    return model.values(known)[model.init[model.states["first"]]]


def test_the_table_has_every_operator() -> None:
    assert set(operators(lambda *_: 0)) == set(PYTHON)


def test_an_empty_and_is_true_and_an_empty_or_false() -> None:
    x = Var("x")
    rules = (Rule("always", z3.And(), {"x": z3.Not(x.term)}), Rule("never", z3.Or(), {"x": x.term}))
    asserts_agreement(System((x,), ({"x": 0},), rules), (), 4)


def test_names_are_one_word_each() -> None:
    system = System((Var("a name; with spaces", 2),), ({"a name; with spaces": 0},), ())
    lines = btor2(system, [always("never so", z3.BoolVal(True))]).splitlines()
    assert any(line.endswith(" a-name-with-spaces") for line in lines)
    assert lines[-1].endswith(" never-so")
