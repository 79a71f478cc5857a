"""The C table means what the Python table means; SPIN finds the states, transitions and violations that we find."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.spin import BREADTH, DEPTH, MODES, Model, missing
from model.core.nodes import order
from model.core.property import Property, always, step
from model.core.run import enabled
from model.core.system import Rule, State, System, Var
from model.core.terms import PYTHON, Meaning
from model.engines.explicit.search import explore
from model.engines.native.packing import Layout
from model.export.c_code import Function, most_enabled
from model.export.c_table import operators
from model.export.promela import Form, promela
from model.export.refusal import CannotExport
from model.network.make import network_of
from model.settings.config import Config
from properties.claim import Makes
from properties.configs import PASSING_ZERO, TWO_WAY
from properties.opening import no_half_open
from tests.strategies import exact, systems, terms
from tests.test_terms import every_operator, samples
from tests.toys import bag, counter, jugs, mutex, writer

needs_compiler = pytest.mark.skipif(shutil.which("gcc") is None, reason="no C compiler (gcc) is installed")
needs_spin = pytest.mark.skipif(bool(missing()), reason=missing() or "-")
QUICK = ("-O0",)
FORMS: tuple[Form, ...] = ("table", "functions")


def in_c(terms: list[z3.ExprRef], states: list[State], width: int, directory: Path) -> list[list[int]]:
    """The values of each term in each state, by a compiled C program."""
    inputs = tuple(Var(name, width) for name in "abc")
    system = System(inputs, (dict.fromkeys("abc", 0),), ())
    layout = Layout(inputs)
    function = Function(system, layout, "static void values(const word *s)")
    for term in terms:
        function.do(f'printf("%llu ", {function.operand(term)});')
    rows = ",\n".join("{" + ", ".join(f"{word}ULL" for word in layout.pack(state)) + "}" for state in states)
    text = f"""#include <stdio.h>
typedef unsigned long long word;
static const word states[][{layout.words}] = {{ {rows} }};
{function.text}
int main(void) {{
 for (unsigned i = 0; i < {len(states)}; i++) {{ values(states[i]); puts(""); }}
 return 0;
}}
"""
    (directory / "values.c").write_text(text)
    subprocess.run(["gcc", "-O1", "-fsanitize=undefined", "-o", "values", "values.c"], cwd=directory, check=True)
    out = subprocess.run([directory / "values"], capture_output=True, text=True, check=True)
    assert not out.stderr
    return [[int(value) for value in line.split()] for line in out.stdout.splitlines()]


def fits(term: z3.ExprRef) -> bool:
    """Whether no part of a term is wider than a word."""
    return all(part.width <= 64 for part in order([term]))


def test_the_table_has_every_operator() -> None:
    assert operators(str).keys() == PYTHON.keys()


@needs_compiler
@pytest.mark.parametrize("width", [1, 3, 13, 32, 63, 64])
def test_c_and_python_agree(width: int, tmp_path: Path) -> None:
    unique = {term.get_id(): term for terms in every_operator(width).values() for term in terms if fits(term)}
    terms, states = [*unique.values()], samples(width)
    assert len(terms) > 20
    meaning = Meaning(terms)
    assert in_c(terms, states, width, tmp_path) == [meaning(state) for state in states]


@needs_compiler
@pytest.mark.parametrize("width", [3, 32, 64])
@exact(2)
@given(st.data())
def test_c_and_python_agree_on_random_terms(width: int, tmp_path: Path, data: st.DataObject) -> None:
    some = data.draw(terms(width, 40, fits))
    states, meaning = samples(width), Meaning(some)
    assert in_c(some, states, width, tmp_path) == [meaning(state) for state in states]


def test_what_c_cannot_say_is_refused_by_name() -> None:
    a = Var("a", 40)
    wide = Rule("wide", z3.Extract(79, 40, z3.Concat(a.term, a.term)) == 3, {})
    with pytest.raises(CannotExport, match=r"'concat' gives 80 bits; C has words of 64"):
        promela(System((a,), ({"a": 0},), (wide,)))
    with pytest.raises(CannotExport, match="variable 'b' has 65 bits"):
        promela(System((Var("b", 65),), ({"b": 0},), ()))


TOYS: dict[str, Callable[[], System]] = {
    "counter": lambda: counter(9),
    "a counter that ends": lambda: counter(9, wraps=False),
    "jugs": jugs,
    "mutex": lambda: mutex(4),
    "writer": lambda: writer(3, 3),
    "bag": lambda: bag(3, 4),
}


@needs_spin
@pytest.mark.parametrize("toy", TOYS)
def test_spin_counts_what_we_count(toy: str) -> None:
    counts_agree(TOYS[toy]())


@needs_spin
@exact(3)
@given(systems())
def test_spin_counts_what_we_count_of_random_systems(system: System) -> None:
    counts_agree(system)


def counts_agree(system: System) -> None:
    """SPIN finds as many states and transitions as our engine, in both forms."""
    ours = next(iter(explore(system, properties=[NOTHING]).values())).effort
    for form, mode in zip(FORMS, (DEPTH, BREADTH), strict=True):
        with TemporaryDirectory() as folder:
            found = Model(system, Path(folder), form=form).search(mode, optimize=QUICK)
        assert (found.states, found.transitions) == (ours.states, ours.transitions)
        assert found.complete
        assert not found.errors


NOTHING = always("nothing", z3.BoolVal(True))


@needs_spin
@pytest.mark.parametrize("toy", [lambda: mutex(3, safe=False), jugs])
@pytest.mark.parametrize("form", FORMS)
def test_spin_finds_the_violation(toy: Callable[[], System], form: Form, tmp_path: Path) -> None:
    system = toy()
    assert all(verdict.run for verdict in explore(system).values())
    found = Model(system, tmp_path, system.properties, form).search(DEPTH, optimize=QUICK)
    assert found.errors == 1


@needs_spin
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("most", "errors"), [(5, 1), (9, 0)])
def test_spin_finds_the_step(form: Form, most: int, errors: int, tmp_path: Path) -> None:
    n = Var("n", 8)
    small = step("small", z3.Or(n.next == 0, z3.ULE(n.next, most)))
    system = counter(9, small)
    assert explore(system)["small"].answer == ("violated" if errors else "holds")
    assert Model(system, tmp_path, [small], form).search(BREADTH, optimize=QUICK).errors == errors


@exact(8)
@given(systems())
def test_there_are_enough_options(system: System) -> None:
    states = [{"x": x, "y": y, "flag": flag} for x in range(8) for y in range(8) for flag in (0, 1)]
    assert max(len([*enabled(system, state)]) for state in states) <= most_enabled(system)


def tcp(config: Config, make: Makes[Property]) -> System:
    """A bounded network with one property."""
    network = network_of(config)
    return network.system(make(network))


@needs_spin
def test_spin_counts_the_states_of_tcp(tmp_path: Path) -> None:
    system = tcp(PASSING_ZERO, no_half_open)
    ours = explore(system)["half-open"]
    assert ours.answer == "holds"
    found = Model(system, tmp_path, system.properties).search(BREADTH, optimize=QUICK)
    assert (found.states, found.transitions, found.errors) == (ours.effort.states, ours.effort.transitions, 0)
    assert found.depth + 1 == ours.effort.depth


@needs_spin
def test_spin_finds_what_is_wrong_with_two_segments(tmp_path: Path) -> None:
    system = tcp(TWO_WAY, no_half_open)
    assert Model(system, tmp_path, system.properties).search(BREADTH, optimize=QUICK).errors == 1


@pytest.mark.long
@needs_spin
@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_every_mode_and_form_counts_the_same(mode: object, tmp_path: Path) -> None:
    assert mode in MODES
    system = tcp(PASSING_ZERO.but(incarnations=2), no_half_open)
    ours = explore(system)["half-open"].effort
    for form in FORMS:
        found = Model(system, tmp_path / form, form=form).search(MODES[MODES.index(mode)], table_bits=22)
        assert (found.states, found.transitions) == (ours.states, ours.transitions)
