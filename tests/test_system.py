"""A system that does not fit together is refused when it is built, with the name of what is wrong."""

from __future__ import annotations

from dataclasses import replace

import pytest
import z3

from model.core.property import always, sometimes, step
from model.core.run import ReplayError, Run, Step, choices, confirm, enabled, fire, replay
from model.core.system import BadSystem, Rule, System, Var, choice, enumeration, sort_descending
from model.core.terms import Meaning
from tests.toys import counter

X, FLAG = Var("x", 4), Var("flag")
TRUE = z3.BoolVal(True)
START = {"x": 0, "flag": 0}
GOOD = Rule("good", X.term < 3, {"x": X.term + 1})


def build(*rules: Rule, **changes: object) -> System:
    """A small system with these rules, and whatever else is changed."""
    parts: dict[str, object] = {"variables": (X, FLAG), "initial": (START,), "rules": rules or (GOOD,)}
    return System(**{**parts, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"variables": (X, FLAG, X)}, "two variables are named 'x'"),
        ({"rules": (GOOD, GOOD)}, "two rules are named 'good'"),
        ({"properties": (always("p", TRUE),) * 2}, "two properties are named 'p'"),
        ({"initial": ()}, "needs an initial state"),
        *(({"variables": (Var(name),), "initial": ({name: 0},)}, "is no name") for name in ("x'", ".x", "a|b", "a\nb")),
        ({"rules": (replace(GOOD, cite="3.10\n7"),)}, "has more than one line"),
        ({"properties": (always("p", TRUE, "one\ntwo"),)}, "has more than one line"),
        ({"initial": ({"x": 0},)}, "flag"),
        ({"initial": ({**START, "y": 0},)}, "y"),
        ({"initial": ({**START, "x": 16},)}, "16 does not fit 'x'"),
        ({"initial": ({**START, "flag": 2},)}, "2 does not fit 'flag'"),
        ({"symmetric": (("x", "z"),)}, "unknown variable in a symmetric group"),
        ({"symmetric": (("x", "flag"),)}, "one width"),
        ({"constraint": z3.Bool("fla")}, "the constraint reads an unknown name: fla"),
        ({"properties": (always("p", z3.Bool("flag'")),)}, "property 'p' reads an unknown name: flag'"),
        ({"properties": (step("p", z3.Bool("flig'")),)}, "flig'"),
        ({"properties": (always("p", TRUE, parts={"a": z3.Bool("q")}),)}, "unknown name: q"),
    ],
)
def test_parts_that_do_not_fit(changes: dict[str, object], message: str) -> None:
    with pytest.raises(BadSystem, match=message):
        build(**changes)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"guard": z3.BitVec("xx", 4) == 0}, "the guard of rule 'good' reads an unknown name: xx"),
        ({"guard": choice("slot") == 0}, "unknown name: slot"),
        ({"guard": z3.BitVec("x", 5) == 0}, "reads 'x' as 5 bits wide; it has 4"),
        ({"guard": z3.Bool("x")}, "reads 'x' as 0 bits wide; it has 4"),
        ({"guard": z3.BitVec("x", 4)}, "the guard of rule 'good' must be a Boolean"),
        ({"guard": z3.Bool("flag'")}, "unknown name: flag'"),
        ({"update": {"y": X.term}}, "updates an unknown variable 'y'"),
        ({"update": {"x": z3.BitVecVal(0, 5)}}, "gives 'x' a BitVec\\(5\\), not a BitVec\\(4\\)"),
        ({"update": {"flag": z3.BitVecVal(0, 1)}}, "gives 'flag' a BitVec\\(1\\), not a Bool"),
        ({"update": {"x": z3.BitVec("w", 4)}}, "update of 'x' reads an unknown name: w"),
        ({"choose": {"x": 2}}, "bad input 'x'"),
        ({"choose": {"slot": 0}}, "bad input 'slot'"),
        ({"choose": {"slot": 257}}, "bad input 'slot'"),
        ({"touches": {"bound": z3.Bool("full")}}, "bound 'bound' reads an unknown name: full"),
    ],
)
def test_rules_that_do_not_fit(changes: dict[str, object], message: str) -> None:
    with pytest.raises(BadSystem, match=message):
        build(replace(GOOD, **changes))  # type: ignore[arg-type]


def test_enumerations_show_their_names() -> None:
    colour = enumeration("colour", ["red", "green", "blue"])
    assert (colour.width, colour.show(2), X.show(2), FLAG.show(True)) == (2, "blue", "2", "1")
    assert enumeration("one", ["only"]).width == 1


def test_symmetric_groups_are_sorted_by_every_rule_that_writes_one() -> None:
    group = [Var(name, 4) for name in "abc"]
    put = Rule("put", TRUE, {"b": z3.BitVecVal(9, 4)})
    other = Rule("other", TRUE, {"x": X.term})
    start = {"a": 5, "b": 3, "c": 0, "x": 0}
    system = System((*group, X), (start,), (put, other), symmetric=(("a", "b", "c"),))
    assert fire(system.rules[0], {}, start) == {"a": 9, "b": 5, "c": 0, "x": 0}
    assert set(system.rules[1].update) == {"x"}


def test_sorting_network() -> None:
    terms = [z3.BitVec(name, 3) for name in "abcd"]
    values = Meaning(sort_descending(terms))({"a": 1, "b": 7, "c": 0, "d": 7})
    assert values == [7, 7, 1, 0]


def test_choices_vary_the_last_input_fastest() -> None:
    rule = Rule("r", TRUE, {}, choose={"a": 2, "b": 2})
    assert list(choices(rule)) == [{"a": a, "b": b} for a in (0, 1) for b in (0, 1)]
    assert list(choices(GOOD)) == [{}]


def test_replay_refuses_what_is_not_a_run() -> None:
    system = counter(3)
    up, back = system.rules
    one = Step(up, {}, {"n": 1})
    replay(system, Run({"n": 0}, (one,)))
    for wrong in (
        Run({"n": 1}, ()),
        Run({"n": 0}, (Step(up, {}, {"n": 2}),)),
        Run({"n": 0}, (Step(back, {}, {"n": 0}),)),
    ):
        with pytest.raises(ReplayError):
            replay(system, wrong)


@pytest.mark.parametrize("inputs", [{"x": 2, "value": 1}, {"value": 2}, {"value": -1}, {"value": 1, "other": 0}])
def test_replay_refuses_inputs_that_the_rule_does_not_offer(inputs: dict[str, int]) -> None:
    """One with a variable's name would make a guard true wherever that is wanted."""
    rule = Rule("jump", X.term == 2, {"x": X.term + z3.Extract(3, 0, choice("value"))}, choose={"value": 2})
    system = System((X,), ({"x": 0}, {"x": 2}), (rule,))
    replay(system, Run({"x": 2}, (Step(rule, {"value": 1}, {"x": 3}),)))
    start = {"x": 0 if "x" in inputs else 2}
    after = fire(rule, inputs, start)
    assert after is not None
    with pytest.raises(ReplayError, match="chooses what the rule does not offer"):
        replay(system, Run(start, (Step(rule, inputs, after),)))


def test_confirm_refuses_an_end_that_decides_nothing() -> None:
    n = z3.BitVec("n", 8)
    run = Run({"n": 0}, (Step(counter(3).rules[0], {}, {"n": 1}),))
    small, one = always("small", n < 1), sometimes("one", n == 1)
    grows, shrinks = (
        step(name, term) for name, term in (("up", z3.BitVec("n'", 8) > n), ("d", z3.BitVec("n'", 8) < n))
    )
    system = counter(3, small, one, grows, shrinks)
    for decided in (small, one, shrinks):
        confirm(system, decided, run)
    for undecided, trace in (
        (small, Run({"n": 0}, ())),
        (one, Run({"n": 0}, ())),
        (grows, run),
        (shrinks, Run({"n": 0}, ())),
    ):
        with pytest.raises(ReplayError):
            confirm(system, undecided, trace)


def test_every_choice_is_tried_where_rules_share_an_inputs_name() -> None:
    few = Rule("few", TRUE, {"x": z3.Extract(3, 0, choice("slot"))}, choose={"slot": 2})
    many = Rule("many", TRUE, {"x": z3.Extract(3, 0, choice("slot"))}, choose={"slot": 3})
    for rules in ((few, many), (many, few)):
        steps = [(step.rule.name, step.inputs["slot"]) for step in enabled(build(rules=rules), START)]
        assert sorted(steps) == [("few", 0), ("few", 1), ("many", 0), ("many", 1), ("many", 2)]
