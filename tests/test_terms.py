"""Every operator means the same in Python, in native code, and to z3."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

from model.core.nodes import Node, Operator, UnknownOperator, node_of, order
from model.core.property import sometimes
from model.core.system import Rule, State, System, Var
from model.core.terms import PYTHON, Fold, Meaning, OperationTable, constants, evaluate, step
from model.engines import twin
from model.engines.explicit import search as explicit
from model.engines.native.code import Code
from model.engines.native.compile import LlvmWriter, operators
from model.export import btor2, c_table, smtlib, tla_table
from tests.strategies import exact, terms

WIDTHS = (1, 2, 3, 8, 13, 31, 32, 63, 64)


def every_operator(width: int) -> dict[int, list[z3.ExprRef]]:
    """Terms over a, b, c of `width` bits by operator: each of `PYTHON`'s."""
    a, b, c = z3.BitVecs("a b c", width)
    p, q, r = a == b, z3.ULT(b, c), c > a
    terms = [
        z3.BoolVal(True),
        z3.BoolVal(False),
        z3.BitVecVal((1 << width) - 1, width),
        *(z3.Not(p), z3.And(p, q, r), z3.Or(p, q, r), z3.Xor(p, q), z3.Implies(p, q), p == q, a == b),
        *(z3.Distinct(a, b, c), z3.If(q, a, b), z3.If(p, q, r)),
        *(a + b, a - b, a * b, -a, ~a, a & b, a | b, a ^ b, a << b, z3.LShR(a, b), a >> b),
        *(z3.ULT(a, b), z3.ULE(a, b), z3.UGT(a, b), z3.UGE(a, b), a < b, a <= b, a > b, a >= b),
        z3.Extract(width - 1, 0, z3.Concat(a, b, c)),
        z3.Extract(width * 2, width + 1, z3.Concat(a, b, c)),
        z3.Extract(width - 1, width // 2, a) == z3.Extract(width - 1, width // 2, b),
        z3.Extract(width - 1, 0, z3.LShR(z3.ZeroExt(width, a) * z3.ZeroExt(width, b), width)),
        z3.Extract(width + 2, 3, z3.SignExt(3, a)),
        z3.Extract(width * 2 - 1, width, z3.ZeroExt(width, a) << z3.ZeroExt(width, b)),
        z3.ZeroExt(0, a) + z3.SignExt(0, b),
    ]
    listed: dict[int, list[z3.ExprRef]] = {}
    for term in terms:
        for part in order([term]):
            listed.setdefault(part.kind, []).append(term)
    listed.pop(z3.Z3_OP_UNINTERPRETED)
    return listed


def samples(width: int, amount: int = 40) -> list[State]:
    """Values of a, b, c: the corners, shifts about the width, and some others; each term is tried with all of them."""
    random, top = Random(width), (1 << width) - 1
    corners = {value & top for value in (0, 1, top, top >> 1, (top >> 1) + 1, width - 1, width, width + 1)}
    pairs: list[State] = [{"a": a, "b": b, "c": top ^ b} for a in corners for b in corners]
    return pairs + [{name: random.randrange(top + 1) for name in "abc"} for _ in range(amount)]


def natively(terms: list[z3.ExprRef], states: list[State], width: int) -> list[list[int]]:
    """The values of each term in each state by native code: rule k writes term k to a variable."""
    inputs = tuple(Var(name, width) for name in "abc")
    outputs = tuple(Var(f"out{i}", term.size() if z3.is_bv(term) else 0) for i, term in enumerate(terms))
    rules = tuple(Rule(o.name, z3.BoolVal(True), {o.name: t}) for o, t in zip(outputs, terms, strict=True))
    first = {v.name: 0 for v in (*inputs, *outputs)}
    code = Code(System((*inputs, *outputs), (first,), rules), ())
    packed = np.array([code.layout.pack({**first, **state}) for state in states], np.uint64)
    room = len(states) * len(terms)
    words = np.zeros((room, code.layout.words), np.uint64)
    parents, numbers = np.zeros(room, np.uint32), np.zeros(room, np.uint32)
    tally = np.zeros(2, np.int64)
    arrays = [array.ctypes.data for array in (words, parents, numbers)]
    assert code.expand(packed.ctypes.data, 0, len(states), *arrays, room, tally.ctypes.data, 0) == len(states)
    found = [code.layout.unpack(row) for row in words.tolist()]
    return [[found[at * len(terms) + i][o.name] for i, o in enumerate(outputs)] for at in range(len(states))]


def by_z3(terms: list[z3.ExprRef], state: State, width: int) -> list[int]:
    """The values of the terms in a state by z3's own simplifier."""
    known = [(z3.BitVec(name, width), z3.BitVecVal(value, width)) for name, value in state.items()]
    simple = [z3.simplify(z3.substitute(term, *known)) for term in terms]
    return [z3.is_true(value) if z3.is_bool(value) else value.as_long() for value in simple]


def test_tables_have_the_same_keys() -> None:
    assert operators(LlvmWriter()).keys() == PYTHON.keys() == every_operator(8).keys()


@pytest.mark.parametrize("width", WIDTHS)
def test_python_native_and_z3_agree(width: int) -> None:
    unique = {term.get_id(): term for terms in every_operator(width).values() for term in terms}
    terms, states = list(unique.values()), samples(width)
    meaning = Meaning(terms)
    native = natively(terms, states, width)
    for state, values in zip(states, native, strict=True):
        assert meaning(state) == values
    for state in states[:: len(states) // 12]:
        assert meaning(state) == by_z3(terms, state, width)


@pytest.mark.parametrize("width", [3, 13, 64])
@exact(4)
@given(st.data())
def test_random_terms_agree(width: int, data: st.DataObject) -> None:
    some = data.draw(terms(width, 20))
    some += [z3.simplify(term) for term in some]
    states, meaning = samples(width), Meaning(some)
    assert [meaning(state) for state in states] == natively(some, states, width)
    assert meaning(states[-1]) == by_z3(some, states[-1], width)


@pytest.mark.parametrize(
    ("by", "left", "logical", "arithmetic"), [(3, 0x88, 0x12, 0xF2), (8, 0, 0, 255), (200, 0, 0, 255)]
)
def test_shifts_by_the_width_or_more(by: int, left: int, logical: int, arithmetic: int) -> None:
    a, b = z3.BitVecs("a b", 8)
    state = {"a": 0x91, "b": by}
    assert Meaning([a << b, z3.LShR(a, b), a >> b])(state) == [left, logical, arithmetic]


TABLES: dict[str, tuple[OperationTable, object]] = {
    "Python": (PYTHON, True),
    "native": (operators(LlvmWriter()), "%p"),
    "C": (c_table.operators(str), "p"),
    "TLA+": (tla_table.TLA, "p"),
    "BTOR2": (btor2.operators(lambda name, _bits, _arguments: hash(name)), 7),
    "SMT-LIB": (smtlib.SMTLIB, "p"),
}
"""Each table, and a value in its terms that stands for a Boolean."""
OF_NONE = {
    z3.Z3_OP_AND: z3.Z3_OP_TRUE,
    z3.Z3_OP_OR: z3.Z3_OP_FALSE,
    z3.Z3_OP_XOR: z3.Z3_OP_FALSE,
    z3.Z3_OP_DISTINCT: z3.Z3_OP_TRUE,
}
"""What an operator that takes any number of arguments is without one."""


@pytest.mark.parametrize("name", TABLES)
def test_tables_agree_on_no_argument_and_on_one(name: str) -> None:
    table, value = TABLES[name]
    for kind, alone in OF_NONE.items():
        none = step(table, Node(Operator(alone, "constant"), ()))()
        assert step(table, Node(Operator(kind, "operator"), ()))() == none
        some = Node(Operator(kind, "operator"), (node_of(z3.Bool("p")),))
        assert step(table, some)(value) == (none if kind == z3.Z3_OP_DISTINCT else value)


def test_a_conjunction_of_nothing_is_true_natively_and_in_z3() -> None:
    p = z3.Bool("p")
    terms: list[z3.ExprRef] = [z3.And(), z3.Or(), z3.And(p), z3.Or(p), z3.And(p, z3.Not(z3.Or()))]
    (flag, outputs) = Var("p"), [Var(f"out{at}") for at in range(len(terms))]
    rules = [Rule(o.name, z3.And(), {o.name: term}) for o, term in zip(outputs, terms, strict=True)]
    for value in (False, True):
        start: State = {"p": value, **{o.name: not value for o in outputs}}
        wanted = [True, False, value, value, value]
        props = [sometimes(o.name, o.term == z3.BoolVal(v)) for o, v in zip(outputs, wanted, strict=True)]
        system = System((flag, *outputs), (start,), tuple(rules), tuple(props))
        assert Meaning(terms)({"p": value}) == wanted
        for explore in (explicit.explore, twin.explore):
            assert [found.answer for found in explore(system).values()] == ["reachable"] * len(terms)


def test_an_unknown_operator_is_named() -> None:
    a = z3.BitVec("a", 8)
    with pytest.raises(UnknownOperator, match="bvudiv"):
        evaluate(z3.UDiv(a, a), {"a": 1})


def test_walks_are_iterative() -> None:
    term = z3.BitVec("a", 8)
    for _ in range(2000):
        term = term + 1
    assert evaluate(term, {"a": 3}) == (3 + 2000) % 256
    assert Fold(PYTHON, lambda _: 3)(term) == (3 + 2000) % 256


def test_a_forgotten_value_is_computed_again() -> None:
    calls: list[str] = []
    a = z3.BitVec("a", 8)

    def leaf(node: Node) -> int:
        calls.append(node.name)
        return 7

    reader = Fold(PYTHON, leaf)
    assert (reader(a + 1), reader(a + 2), calls) == (8, 9, ["a"])
    reader.memo.clear()
    assert (reader(a + 1), calls) == (8, ["a", "a"])


def test_constants_are_named_once() -> None:
    a, b = z3.BitVecs("a b", 8)
    assert constants([a + b == a, z3.Bool("p")]) == {"a", "b", "p"}
    found = [node_of(term).constants for term in (a + b == a, z3.Bool("p"), z3.BitVecVal(1, 8))]
    assert found == [{("a", 8), ("b", 8)}, {("p", 0)}, set()]
