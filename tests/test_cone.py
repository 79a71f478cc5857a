"""What no guard and no property reads is not stored, and changes no verdict."""

from __future__ import annotations

from dataclasses import replace

import z3
from hypothesis import given

from model.core.cone import relevant
from model.core.property import always, step
from model.core.system import Rule, System, Var
from model.engines import twin
from model.engines.explicit import search as explicit
from tests.strategies import exact, systems


def with_bystanders(system: System) -> System:
    """The system with a variable that only looks on, and one that only this one reads."""
    watch, source = Var("watch", 4), Var("source", 4)
    x = z3.ZeroExt(1, system.var["x"].term)
    rules = tuple(
        replace(rule, update={**rule.update, "watch": watch.term + source.term, "source": x}) for rule in system.rules
    )
    initial = tuple({"watch": 0, **state, "source": 3} for state in system.initial)
    return System((watch, *system.variables, source), initial, rules, system.properties, constraint=system.constraint)


@exact(12)
@given(systems())
def test_bystanders_are_left_out_and_shown(alone: System) -> None:
    system = with_bystanders(alone)
    fast, slow = explicit.explore(system, cone=True), twin.explore(system, cone=True)
    less = explicit.explore(alone, cone=True)
    for name, verdict in fast.items():
        assert {"watch", "source"} <= set(verdict.effort.left_out)
        assert (verdict.answer, verdict.run) == (slow[name].answer, slow[name].run)
        assert replace(verdict.effort, seconds=0, compile_seconds=0) == replace(slow[name].effort, seconds=0)
        assert (verdict.effort.states, verdict.effort.transitions) == (
            less[name].effort.states,
            less[name].effort.transitions,
        )
        if verdict.run:
            assert verdict.run.states[-1].keys() == system.var.keys()


def test_the_cone_follows_updates() -> None:
    a, b, c = Var("a", 2), Var("b", 2), Var("c", 2)
    rule = Rule("r", z3.BoolVal(True), {"a": b.term, "c": c.term + 1})
    system = System((a, b, c), ({"a": 0, "b": 1, "c": 2},), (rule,))
    reads = always("reads a", a.term != 3)
    after = step("c steps", c.next == c.term + 1)
    assert [v.name for v in relevant(system, ())] == []
    assert [v.name for v in relevant(system, (reads,))] == ["a", "b"]
    assert [v.name for v in relevant(system, (reads, after))] == ["a", "b", "c"]
    assert [v.name for v in relevant(replace(system, constraint=c.term != 0), ())] == ["c"]
    touching = replace(rule, touches={"bound": b.term == 1})
    assert [v.name for v in relevant(replace(system, rules=(touching,)), ())] == ["b"]
