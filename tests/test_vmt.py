"""VMT: z3's own reader of SMT-LIB finds the initial states, steps and invariants of the exported text in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import z3
from hypothesis import given

from model.core.property import always, sometimes
from model.core.run import enabled
from model.core.system import State, System, Var
from model.core.terms import Meaning
from model.export.refusal import CannotExport
from model.export.vmt import vmt
from model.network.bounded import Network
from properties.configs import TWO_WAY
from tests.strategies import exact, systems
from tests.toys import bag, counter, jugs, mutex, writer

Values = tuple[int, ...]


class Reader:
    """A VMT text: the formulas that are marked in it, over constants of the system's names."""

    def __init__(self, text: str, system: System) -> None:
        self.system = system
        marked = re.findall(r"\(define-fun (\S+) .*:(init true|trans true|invar-property \d+)\)\)", text)
        named = {mark.split()[0]: name for name, mark in marked}
        self.initial, self.trans = named["init"], named["trans"]
        numbers = {int(mark.split()[1]): name for name, mark in marked if mark.startswith("invar")}
        self.properties = [numbers[at] for at in range(len(system.properties))]
        self.formulas = {name: z3.And(*z3.parse_smt2_string(f"{text}(assert {name})")) for name, _ in marked}

    def solutions(self, formula: str, state: State | None, variables: list[z3.ExprRef]) -> set[Values]:
        """All values of `variables` for which the formula holds (in `state`)."""
        solver, found = z3.Solver(), set[Values]()
        solver.add(self.formulas[formula])
        for name, value in (state or {}).items():
            solver.add(self.system.var[name].term == _constant(self.system.var[name], value))
        while solver.check() == z3.sat:
            values = [solver.model().eval(variable, model_completion=True) for variable in variables]
            found.add(tuple(int(z3.is_true(v)) if z3.is_bool(v) else v.as_long() for v in values))
            solver.add(z3.Or([a != b for a, b in zip(variables, values, strict=True)]))
        return found

    def holds(self, formula: str, state: State) -> bool:
        """Whether the formula holds in the state, whatever is chosen next."""
        solver = z3.Solver()
        solver.add(z3.Not(self.formulas[formula]))
        solver.add([v.term == _constant(v, state[v.name]) for v in self.system.variables])
        return bool(solver.check() == z3.unsat)


def _constant(var: Var, value: int) -> z3.ExprRef:
    return z3.BitVecVal(int(value), var.width) if var.width else z3.BoolVal(bool(value))


def values(state: State) -> Values:
    return tuple(map(int, state.values()))


def reached(system: System, most: int) -> Iterator[State]:
    """States in breadth-first order, inside the constraint."""
    inside = Meaning([] if system.constraint is None else [system.constraint])
    seen, waiting = {values(state) for state in system.initial}, [*system.initial]
    for state in waiting:
        yield state
        for step in enabled(system, state):
            if len(seen) < most and all(inside(step.state)) and values(step.state) not in seen:
                seen.add(values(step.state))
                waiting.append(step.state)


def asserts_agreement(system: System, most: int) -> set[tuple[str, bool]]:
    """Compares the text with the system in some states; returns which answers the properties had."""
    model, seen = Reader(vmt(system, system.properties), system), set[tuple[str, bool]]()
    now, later = [v.term for v in system.variables], [v.next for v in system.variables]
    inside = Meaning([] if system.constraint is None else [system.constraint])
    meanings = [Meaning([prop.term]) for prop in system.properties]
    assert model.solutions(model.initial, None, now) == {values(state) for state in system.initial}
    for state in reached(system, most):
        steps = [*enabled(system, state)]
        wanted = {values(step.state) for step in steps if all(inside(step.state))}
        assert model.solutions(model.trans, state, later) == wanted
        for name, prop, meaning in zip(model.properties, system.properties, meanings, strict=True):
            if prop.kind == "step":
                primed = [{**state, **{name + "'": v for name, v in step.state.items()}} for step in steps]
                holds = all(meaning(pair)[0] for pair in primed)
            else:
                holds = bool(meaning(state)[0]) == (prop.kind == "always")
            assert model.holds(name, state) == holds, prop.name
            seen.add((prop.kind, holds))
    return seen


TOYS = {"counter": counter(5), "bag": bag(3, 3), "mutex": mutex(3, safe=False), "jugs": jugs(), "writer": writer(4, 3)}


@pytest.mark.parametrize("toy", TOYS)
def test_an_exported_toy_steps_as_the_system(toy: str) -> None:
    asserts_agreement(TOYS[toy], 20)


def test_exported_random_systems_step_as_the_systems() -> None:
    seen = set[tuple[str, bool]]()

    @exact(8)
    @given(systems())
    def steps_alike(system: System) -> None:
        seen.update(asserts_agreement(system, 12))

    steps_alike()
    assert seen == {(kind, holds) for kind in ("always", "reachable", "step") for holds in (False, True)}


@pytest.mark.long
def test_an_exported_network_steps_as_the_system() -> None:
    network = Network(TWO_WAY.but(capacity=1, incarnations=1))
    a, b = (network.sides[name].state_is("ESTABLISHED") for name in "AB")
    system = network.system(sometimes("A is open", a), always("B is not open", z3.Not(b)))
    assert asserts_agreement(system, 60) >= {("reachable", True), ("always", True)}


def test_every_variable_has_its_next_one() -> None:
    text = vmt(jugs(), jugs().properties)
    assert "(! small :next |small'|)" in text
    assert "(! |which rule| :next |which rule'|)" in text
    assert text.count(":next") == len(jugs().variables) + 1


def test_names_that_are_taken() -> None:
    with pytest.raises(CannotExport, match="'bvadd' is an operator of SMT-LIB"):
        vmt(System((Var("bvadd"),), ({"bvadd": 1},), ()))
    system = System((Var("let"), Var("which rule")), ({"let": 1, "which rule": 0},), ())
    assert Reader(vmt(system), system).solutions(".initial", None, [z3.Bool("let"), z3.Bool("which rule")]) == {(1, 0)}


def test_a_system_without_rules_has_no_step() -> None:
    system = System((Var("x"),), ({"x": 1},), ())
    assert Reader(vmt(system), system).solutions(".step", {"x": 1}, [z3.Bool("x'")]) == set()
