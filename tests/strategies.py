"""Random terms, systems, questions about infinite runs and about knowledge, and segments, as strategies of hypothesis.

A test that fails with one of them says with which: hypothesis looks for a small one that fails as well. `exact` makes a
test's examples the same in every run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import TypeVar

import z3
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from model.core.knowledge import Combined, Common, Fact, Formula, Knows
from model.core.property import EventuallyAlways, Fairness, LeadsTo, Liveness, Property, RuleClass
from model.core.system import Rule, State, System, Var, choice
from tests.arrivals import CONTROLS, Drawn

NO = z3.BoolVal(False)
Leaves = tuple[z3.BitVecRef, ...]
Numbers = st.SearchStrategy[z3.BitVecRef]
Truths = st.SearchStrategy[z3.BoolRef]
Made = TypeVar("Made")


def exact(examples: int) -> settings:
    """So many examples, the same in every run, without a limit of time.

    A fixture that is made once for all examples is as good as new: those that are used so set constants only.
    """
    allowed = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    phases = [Phase.generate, Phase.shrink]
    return settings(
        max_examples=examples, derandomize=True, deadline=None, phases=phases, suppress_health_check=allowed
    )


# -- terms ---------------------------------------------------------------------------------------------------------


@st.composite
def of(draw: st.DrawFn, make: Callable[..., Made], *arguments: st.SearchStrategy[object]) -> Made:
    """What a function makes of such arguments; a failure shows that, and not the call."""
    return make(*(draw(argument) for argument in arguments))


@cache
def numbers(leaves: Leaves, depth: int) -> Numbers:
    """Bit-vectors over some variables of one width, no deeper than that."""
    width = leaves[0].size()
    leaf = st.sampled_from(leaves) | st.integers(0, (1 << width) - 1).map(partial(z3.BitVecVal, bv=width))
    if not depth:
        return leaf
    a = b = numbers(leaves, depth - 1)
    return st.one_of(
        leaf,
        *(of(make, a, b) for make in ARITHMETIC),
        *(of(make, a) for make in (lambda a: -a, lambda a: ~a)),
        of(z3.If, truths(leaves, depth - 1), a, b),
        of(_part_of_both, a, b, st.integers(0, width - 1)),
        of(lambda a: z3.Extract(width + 2, 3, z3.ZeroExt(3, a)), a),
        of(lambda a: z3.Extract(width + 2, 3, z3.SignExt(3, a)), a),
    )


@cache
def truths(leaves: Leaves, depth: int) -> Truths:
    """Booleans over some variables of one width, no deeper than that."""
    number = numbers(leaves, max(depth - 1, 0))
    compared = st.one_of(*(of(make, number, number) for make in COMPARISONS))
    if not depth:
        return compared
    a = b = truths(leaves, depth - 1)
    return compared | st.one_of(*(of(make, a, b) for make in CONNECTIVES), of(z3.Not, a))


@st.composite
def terms(
    draw: st.DrawFn, width: int, most: int, fits: Callable[[z3.ExprRef], bool] = lambda _: True
) -> list[z3.ExprRef]:
    """Some numbers of that width and Booleans over a, b, c; only those that fit."""
    leaves = tuple(z3.BitVecs("a b c", width))
    return draw(st.lists((numbers(leaves, 3) | truths(leaves, 3)).filter(fits), min_size=1, max_size=most))


def _part_of_both(a: z3.BitVecRef, b: z3.BitVecRef, low: int) -> z3.BitVecRef:
    """As many bits as each has, from both of them side by side."""
    return z3.Extract(a.size() - 1 + low, low, z3.Concat(a, b))


ARITHMETIC: tuple[Callable[[z3.BitVecRef, z3.BitVecRef], z3.BitVecRef], ...] = (
    *(lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b),
    *(lambda a, b: a & b, lambda a, b: a | b, lambda a, b: a ^ b),
    *(lambda a, b: a << b, z3.LShR, lambda a, b: a >> b),
)
COMPARISONS: tuple[Callable[[z3.BitVecRef, z3.BitVecRef], z3.BoolRef], ...] = (
    *(lambda a, b: a == b, lambda a, b: a != b),
    *(lambda a, b: a < b, lambda a, b: a <= b, lambda a, b: a > b, lambda a, b: a >= b),
    *(z3.ULT, z3.ULE, z3.UGT, z3.UGE),
)
CONNECTIVES: tuple[Callable[[z3.BoolRef, z3.BoolRef], z3.BoolRef], ...] = (
    *(z3.And, z3.Or, z3.Implies, z3.Xor, lambda a, b: a == b),
)


# -- systems -------------------------------------------------------------------------------------------------------

X, Y, FLAG = Var("x", 3), Var("y", 3), Var("flag")
PLAIN = (X.term, Y.term)
WITH_INPUT = (*PLAIN, z3.Extract(2, 0, choice("i")))
STEPS = (*PLAIN, X.next, Y.next)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """A rule; some have an input of one value or three."""
    values = draw(st.sampled_from([0, 1, 3]))
    leaves = WITH_INPUT if values else PLAIN
    at = draw(st.integers(0, 7).map(lambda value: X.term == value))
    here = of(lambda a: z3.And(at, a), truths(leaves, 2))
    elsewhere = of(lambda a, b: z3.And(a, z3.Not(z3.Or(at, b))), truths(leaves, 1), truths(leaves, 2))
    written = {"x": numbers(leaves, 2), "y": numbers(leaves, 2), "flag": truths(leaves, 2)}
    update = draw(st.fixed_dictionaries({}, optional=written))
    choose = {"i": values} if values else {}
    return Rule("r", draw(here | elsewhere), update, choose=choose, touches={"b": draw(truths(leaves, 1))})


@st.composite
def systems(draw: st.DrawFn) -> System:
    """Two small numbers and a flag under some rules, and one property of each kind; some are constrained."""
    some = [replace(rule, name=f"r{at}") for at, rule in enumerate(draw(st.lists(rules(), min_size=2, max_size=8)))]
    some += [
        Rule("on", z3.Or(FLAG.term, draw(truths(PLAIN, 1))), {"x": X.term + 1}),
        Rule("over", z3.Or(z3.Not(FLAG.term), draw(truths(PLAIN, 1))), {"y": Y.term + X.term}),
    ]
    properties = (
        Property("always", "always", z3.Or(FLAG.term, draw(truths(PLAIN, 2)))),
        Property("reachable", "reachable", draw(truths(PLAIN, 2))),
        Property("step", "step", z3.Or(FLAG.next, draw(truths(STEPS, 2)), draw(truths(STEPS, 2)))),
    )
    constraint = draw(st.none() | truths(PLAIN, 2).map(lambda term: z3.Or(FLAG.term, term)))
    initial: tuple[State, ...] = ({"x": 1, "y": 2, "flag": 0}, {"x": 3, "y": 0, "flag": 1})
    return System((X, Y, FLAG), initial, tuple(some), properties, constraint=constraint)


# -- infinite runs -------------------------------------------------------------------------------------------------

Asked = tuple[System, Fairness, list[Liveness]]


@st.composite
def graphs(draw: st.DrawFn) -> System:
    """A few states and rules that jump among them as a table says; some have two choices."""
    n, count = Var("n", 4), draw(st.integers(4, 9))
    states = st.integers(0, count - 1)
    table = st.dictionaries(states, states, min_size=1, max_size=5)
    each = draw(st.lists(st.lists(table, min_size=1, max_size=2), min_size=2, max_size=5))
    rules = []
    for at, tables in enumerate(each):
        guard, update = [NO], n.term
        for i, s, to in [(i, s, to) for i, found in enumerate(tables) for s, to in found.items()]:
            here = z3.And(choice("i") == i, n.term == s)
            guard.append(here)
            update = z3.If(here, z3.BitVecVal(to, 4), update)
        rules.append(Rule(f"r{at}", z3.Or(*guard), {"n": update}, choose={"i": len(tables)}))
    initial: tuple[State, ...] = tuple({"n": at} for at in range(draw(st.integers(1, 2))))
    return System((n,), initial, tuple(rules))


def fairness(system: System) -> st.SearchStrategy[Fairness]:
    """A few classes of rules; some are split by the lowest bit of the first variable."""
    first = system.variables[0]
    names = st.frozensets(st.sampled_from([rule.name for rule in system.rules]), min_size=1, max_size=3)
    split = st.none() | st.just(z3.Extract(0, 0, first.term)) if first.width else st.none()
    owed = st.builds(RuleClass, names, split)
    classes = st.sampled_from([0, 1, 2]).flatmap(lambda count: st.lists(owed, min_size=count, max_size=count))
    return st.builds(Fairness, classes, classes)


def questions(system: System) -> st.SearchStrategy[list[Liveness]]:
    """One of each kind, about a few values of the first variable."""
    first = system.variables[0]
    values = range(1 << min(first.bits, 3))

    def one_of(most: int) -> Truths:
        several = st.sets(st.sampled_from(values), min_size=1, max_size=min(most, len(values) - 1))
        equal = several.map(lambda found: [first.term == (v if first.width else bool(v)) for v in sorted(found)])
        return equal.map(lambda terms: z3.Or(NO, *terms))

    leads = st.builds(partial(LeadsTo, "leads to"), one_of(3), one_of(2))
    settles = st.builds(partial(EventuallyAlways, "settles"), one_of(7))
    return st.tuples(leads, settles).map(list)


@st.composite
def asked(draw: st.DrawFn, of: st.SearchStrategy[System]) -> Asked:
    """One of these systems (or the one) with promises and questions."""
    system = draw(of)
    return system, draw(fairness(system)), draw(questions(system))


# -- knowledge -----------------------------------------------------------------------------------------------------


def formulas(sides: tuple[str, ...], depth: int = 3) -> st.SearchStrategy[Formula]:
    """Who knows what of two small numbers and a flag, no deeper than that."""
    fact = st.builds(Fact, st.just("a fact"), st.just(FLAG.term) | truths(PLAIN, 1))
    if not depth:
        return fact
    inner, side = formulas(sides, depth - 1), st.sampled_from(sides)
    several = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        fact,
        st.builds(Knows, side, inner),
        st.builds(Common, st.lists(side, min_size=1, max_size=len(sides), unique=True).map(tuple), inner),
        st.builds(Combined, st.just("not"), inner.map(lambda one: (one,))),
        st.builds(Combined, st.sampled_from(["and", "or"]), several),
        st.builds(Combined, st.just("implies"), st.tuples(inner, inner)),
    )


# -- segments ------------------------------------------------------------------------------------------------------

segments = st.builds(Drawn, st.sampled_from(CONTROLS), *[st.integers(0, 99)] * 3)
"""Segments, each as its place among all that are compared with a TCB."""
