"""TLA+: the table means what the Python table means; TLC finds the states, transitions and violations that we find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.tlc import MODULE, VIOLATED, missing, run_module, search
from model.core.nodes import order
from model.core.property import always, sometimes, step
from model.core.system import Rule, System, Var
from model.core.terms import PYTHON, Fold, Meaning
from model.engines.explicit.search import explore
from model.export.refusal import CannotExport
from model.export.tla import tla
from model.export.tla_table import DEFINITIONS, MOST_BITS, TLA
from properties.configs import PASSING_ZERO, TWO_WAY
from properties.opening import no_half_open
from tests.strategies import exact, terms
from tests.test_promela import NOTHING, TOYS, tcp
from tests.test_terms import every_operator, samples
from tests.toys import counter, jugs, mutex

needs_tlc = pytest.mark.skipif(bool(missing()), reason=missing() or "-")


def test_the_table_has_every_operator() -> None:
    assert TLA.keys() == PYTHON.keys()


def fits(term: z3.ExprRef) -> bool:
    """Whether TLC has integers of all parts of a term."""
    try:
        Fold(TLA, str)(term)
    except CannotExport:
        return False
    return True


def assumptions(width: int, terms: Sequence[z3.ExprRef]) -> list[str]:
    """What each term is in each state: lines that TLC is to find true."""
    lines, meaning = list[str](), Meaning(terms)
    for state in samples(width, 10):
        fold = Fold(TLA, lambda node, state=state: str(state[node.name]))  # type: ignore[misc]
        for term, value in zip(terms, meaning(state), strict=True):
            lines.append(f"ASSUME {fold(term)} = {value if z3.is_bv(term) else str(bool(value)).upper()}")
    return lines


@pytest.mark.long
@needs_tlc
def test_tla_and_python_agree(tmp_path: Path) -> None:
    lines = list[str]()
    for width in (1, 3, 7, 10):
        unique = {term.get_id(): term for terms in every_operator(width).values() for term in terms if fits(term)}
        assert {part.kind for part in order([*unique.values()])} >= PYTHON.keys() - {z3.Z3_OP_BMUL}
        lines += assumptions(width, [*unique.values()])
    assert len(lines) > 5000
    assert_true(lines, tmp_path)
    assert "is false" in run_module(module([*lines, "ASSUME 1 = 2"]), "", tmp_path, fine=(0, 10, *VIOLATED)).output


@pytest.mark.long
@needs_tlc
@exact(3)
@given(st.data())
def test_tla_and_python_agree_on_random_terms(tmp_path: Path, data: st.DataObject) -> None:
    lines = list[str]()
    for width in (1, 3, 7, 10):
        lines += assumptions(width, data.draw(terms(width, 20, fits)))
    assert_true(lines, tmp_path)


def module(lines: Sequence[str]) -> str:
    """A module with these lines."""
    return "\n".join([f"---- MODULE {MODULE} ----\nEXTENDS Integers\n{DEFINITIONS}", *lines, "====", ""])


def assert_true(lines: Sequence[str], folder: Path) -> None:
    """TLC finds that the assumptions are true."""
    assert "No error has been found" in run_module(module(lines), "", folder).output


def test_what_tlc_cannot_say_is_refused_by_name() -> None:
    a = Var("a", 20)
    wide = Rule("wide", z3.Extract(39, 20, z3.Concat(a.term, a.term)) == 3, {})
    with pytest.raises(CannotExport, match=r"'concat' gives 40 bits; TLC has integers of 30"):
        tla(System((a,), ({"a": 0},), (wide,)))
    with pytest.raises(CannotExport, match=r"'bvmul' gives 20 bits; TLC has integers of 15"):
        tla(System((a,), ({"a": 0},), (Rule("square", a.term * a.term == 4, {}),)))
    with pytest.raises(CannotExport, match="variable 'b' has 31 bits"):
        tla(System((Var("b", MOST_BITS + 1),), ({"b": 0},), ()))
    with pytest.raises(CannotExport, match="'2-way' is no name for a TLA"):
        tla(jugs(), (), "2-way")


def test_an_initial_state_outside_the_constraint_is_refused() -> None:
    x = Var("x", 4)
    outside = System((x,), ({"x": 9},), (), constraint=x.term == 1)
    with pytest.raises(CannotExport, match="an initial state is outside the constraint"):
        tla(outside)


def test_a_property_of_steps_that_change_nothing_is_refused() -> None:
    n = Var("n", 8)
    moves, small = step("moves", n.next != n.term), step("small", z3.ULE(n.next, n.term + 1))
    with pytest.raises(CannotExport, match="a step that changes nothing may violate 'moves'"):
        tla(counter(9), [moves])
    with pytest.raises(CannotExport, match="a step that changes nothing may violate 'small'"):
        tla(counter(9), [small])


def test_names_are_identifiers_and_differ() -> None:
    variables = tuple(Var(name, 2) for name in ("A.x", "A x", "a", "2nd", "LEMMA", "WF_x", "t1"))
    text, _ = tla(System(variables, (dict.fromkeys((v.name for v in variables), 0),), ()))
    assert "  A_x,\n  A_x_2,\n  a_2,\n  x2nd,\n  LEMMA_2,\n  xWF_x,\n  t1_2\n" in text


@pytest.mark.long
@needs_tlc
@pytest.mark.parametrize("toy", [name for name in TOYS if name != "writer"])
def test_tlc_counts_what_we_count(toy: str, tmp_path: Path) -> None:
    system = TOYS[toy]()
    ours = explore(system, properties=[NOTHING])["nothing"].effort
    found = search(system, tmp_path)
    assert (found.states, found.transitions, found.depth) == (ours.states, ours.transitions, ours.depth)
    assert not found.violated


@pytest.mark.long
@needs_tlc
@pytest.mark.parametrize(("toy", "name"), [(lambda: mutex(3, safe=False), "exclusion"), (jugs, "measured")])
def test_tlc_finds_the_violation(toy: Callable[[], System], name: str, tmp_path: Path) -> None:
    system = toy()
    trace = explore(system)[name].run
    found = search(system, tmp_path, system.properties)
    assert trace
    assert (found.violated, found.steps) == (name, len(trace.steps))


@pytest.mark.long
@needs_tlc
@pytest.mark.parametrize(("most", "violated"), [(5, "small"), (9, "")])
def test_tlc_finds_the_step(most: int, violated: str, tmp_path: Path) -> None:
    n = Var("n", 8)
    small = step("small", z3.Or(n.next == n.term, z3.ULE(n.next, most)))
    system = counter(9, small)
    assert explore(system)["small"].answer == ("violated" if violated else "holds")
    assert search(system, tmp_path, [small]).violated == violated


@pytest.mark.long
@needs_tlc
@pytest.mark.parametrize(
    ("name", "steps"), [("always small", 0), ("never six", 0), ("always below five", 5), ("no step to six", 6)]
)
def test_states_outside_the_constraint_are_not_asked_but_steps_to_them_are(
    name: str, steps: int, tmp_path: Path
) -> None:
    n = Var("n", 8)
    properties = {
        "always small": always("small", z3.ULE(n.term, 5)),
        "never six": sometimes("six", n.term == 6),
        "always below five": always("below", z3.ULT(n.term, 5)),
        "no step to six": step("step", z3.Or(n.next == n.term, n.next != 6)),
    }
    prop = properties[name]
    system = replace(counter(9, prop), constraint=z3.ULE(n.term, 5))
    trace = explore(system)[prop.name].run
    assert len(trace.steps if trace else ()) == steps
    found = search(system, tmp_path, [prop])
    assert (found.violated, found.steps) == (prop.name if steps else "", steps)


@pytest.mark.long
@needs_tlc
def test_tlc_counts_the_states_of_tcp(tmp_path: Path) -> None:
    system = tcp(PASSING_ZERO, no_half_open)
    ours = explore(system)["half-open"]
    assert ours.answer == "holds"
    found = search(system, tmp_path, system.properties, workers=2)
    assert (found.states, found.transitions, found.violated) == (ours.effort.states, ours.effort.transitions, "")
    assert found.depth == ours.effort.depth


@pytest.mark.long
@needs_tlc
def test_tlc_finds_what_is_wrong_with_two_segments(tmp_path: Path) -> None:
    system = tcp(TWO_WAY, no_half_open)
    trace = explore(system)["half-open"].run
    found = search(system, tmp_path, system.properties)
    assert trace
    assert (found.violated, found.steps) == ("half_open", len(trace.steps))
