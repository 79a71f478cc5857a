"""Small systems whose counts are known without an engine."""

from __future__ import annotations

import z3

from model.core.property import Property, always, sometimes
from model.core.system import Rule, State, System, Var, choice, enumeration


def counter(top: int, *properties: Property, wraps: bool = True) -> System:
    """One number that goes 0, 1, ..., `top` and then back to 0 (if it wraps)."""
    n = Var("n", 8)
    up = Rule("up", n.term < top, {"n": n.term + 1})
    back = Rule("back", n.term == top, {"n": z3.BitVecVal(0, 8)})
    return System((n,), ({"n": 0},), (up, back) if wraps else (up,), properties)


def jugs(target: int = 4) -> System:
    """Measure 4 litres with jugs of 3 and 5; the shortest way has 6 steps."""
    small, large = Var("small", 4), Var("large", 4)
    a, b = small.term, large.term
    poured = {"b": z3.If(z3.UGE(5 - b, a), a, 5 - b), "a": z3.If(z3.UGE(3 - a, b), b, 3 - a)}
    moves = {
        "fill small": {"small": z3.BitVecVal(3, 4)},
        "fill large": {"large": z3.BitVecVal(5, 4)},
        "empty small": {"small": z3.BitVecVal(0, 4)},
        "empty large": {"large": z3.BitVecVal(0, 4)},
        "small to large": {"small": a - poured["b"], "large": b + poured["b"]},
        "large to small": {"small": a + poured["a"], "large": b - poured["a"]},
    }
    rules = tuple(Rule(name, z3.BoolVal(True), update) for name, update in moves.items())
    goal = sometimes("measured", b == target)
    return System((small, large), ({"small": 0, "large": 0},), rules, (goal,))


def mutex(processes: int, safe: bool = True) -> System:
    """Processes idle, wait, and enter one critical section under a lock: 2^n + n 2^(n-1) states (if it is safe)."""
    names = ("idle", "waiting", "critical")
    each = [enumeration(f"p{i}", names) for i in range(processes)]
    lock = Var("lock")
    rules = []
    for p in each:
        free = z3.And(p.term == 1, z3.Not(lock.term)) if safe else p.term == 1
        rules += [
            Rule(f"{p.name} asks", p.term == 0, {p.name: z3.BitVecVal(1, 2)}),
            Rule(f"{p.name} enters", free, {p.name: z3.BitVecVal(2, 2), "lock": z3.BoolVal(True)}),
            Rule(f"{p.name} leaves", p.term == 2, {p.name: z3.BitVecVal(0, 2), "lock": z3.BoolVal(False)}),
        ]
    pairs = [(p, q) for i, p in enumerate(each) for q in each[:i]]
    excluded = z3.And([z3.Not(z3.And(p.term == 2, q.term == 2)) for p, q in pairs])
    initial: State = {**{p.name: 0 for p in each}, "lock": 0}
    return System((*each, lock), (initial,), tuple(rules), (always("exclusion", excluded),))


def writer(values: int, places: int) -> System:
    """Any of `values` values is written to any of `places` places of 64 bits: values^places states.

    Every transition that writes value 1 touches the bound *ones*.
    """
    each = [Var(f"v{i}", 64) for i in range(places)]
    value, place = choice("value"), choice("place")
    update = {v.name: z3.If(place == i, z3.ZeroExt(56, value), v.term) for i, v in enumerate(each)}
    choose = {"place": places, "value": values}
    rule = Rule("write", z3.BoolVal(True), update, choose=choose, touches={"ones": value == 1})
    return System(tuple(each), ({v.name: 0 for v in each},), (rule,))


def bag(values: int, places: int) -> System:
    """A multiset of `places` numbers below `values`: binomial(values + places - 1, places) states."""
    each = [Var(f"v{i}", 4) for i in range(places)]
    first, value = each[0], choice("value")
    add = Rule("put", first.term == first.term, {first.name: z3.Extract(3, 0, value)}, choose={"value": values})
    rest = [
        Rule(f"put {v.name}", z3.BoolVal(True), {v.name: z3.Extract(3, 0, value)}, choose={"value": values})
        for v in each[1:]
    ]
    names = tuple(v.name for v in each)
    return System(tuple(each), (dict.fromkeys(names, 0),), (add, *rest), symmetric=(names,))
