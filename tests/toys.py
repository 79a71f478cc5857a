"""Small systems whose counts are known without an engine, and random ones."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import z3

from model.core.property import Property, always, sometimes, step
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


class RandomTerms:
    """Random terms over given variables of one width, and Booleans over them."""

    def __init__(self, seed: int, leaves: list[z3.BitVecRef]) -> None:
        self.random, self.leaves, self.width = Random(seed), leaves, leaves[0].size()

    def number(self, depth: int) -> z3.BitVecRef:
        """A bit-vector."""
        if not depth or self.random.random() < 0.1:
            value = z3.BitVecVal(self.random.randrange(1 << self.width), self.width)
            return self.random.choice([*self.leaves, value])
        a, b = self.number(depth - 1), self.number(depth - 1)
        low, high = self.random.randrange(self.width), self.width - 1
        makers: list[Callable[[], z3.BitVecRef]] = [
            *(lambda: a + b, lambda: a - b, lambda: a * b, lambda: a & b, lambda: a | b, lambda: a ^ b),
            *(lambda: a << b, lambda: z3.LShR(a, b), lambda: a >> b, lambda: -a, lambda: ~b),
            lambda: z3.If(self.truth(depth - 1), a, b),
            lambda: z3.Extract(high + low, low, z3.Concat(a, b)),
            lambda: z3.Extract(high + 3, 3, z3.ZeroExt(3, a)),
            lambda: z3.Extract(high + 3, 3, z3.SignExt(3, a)),
        ]
        return self.random.choice(makers)()

    def truth(self, depth: int) -> z3.BoolRef:
        """A Boolean."""
        if not depth or self.random.random() < 0.5:
            a, b = self.number(max(depth - 1, 0)), self.number(max(depth - 1, 0))
            compare = [a == b, a != b, a < b, a <= b, a > b, a >= b]
            return self.random.choice([*compare, z3.ULT(a, b), z3.ULE(a, b), z3.UGT(a, b), z3.UGE(a, b)])
        a, b = self.truth(depth - 1), self.truth(depth - 1)
        return self.random.choice([z3.And(a, b), z3.Or(a, b), z3.Not(a), z3.Implies(a, b), z3.Xor(a, b), a == b])


def random_system(seed: int) -> System:
    """Two small numbers and a flag under random rules, some with inputs, and one property of each kind."""
    x, y, flag = Var("x", 3), Var("y", 3), Var("flag")
    terms = RandomTerms(seed, [x.term, y.term, z3.Extract(2, 0, choice("i"))])
    rules = []
    for at in range(6):
        choose = {"i": terms.random.choice([1, 3])} if at > 2 else {}
        terms.leaves = [x.term, y.term, *([z3.Extract(2, 0, choice("i"))] if choose else [])]
        state = x.term == terms.random.randrange(8)
        guard = (
            z3.And(state, terms.truth(2)) if at % 2 else z3.And(terms.truth(1), z3.Not(z3.Or(state, terms.truth(2))))
        )
        update = {"x": terms.number(2), "y": terms.number(2), "flag": terms.truth(2)}
        del update[terms.random.choice(list(update))]
        rules.append(Rule(f"r{at}", guard, update, choose=choose, touches={"b": terms.truth(1)}))
    terms.leaves = [x.term, y.term]
    rules.append(Rule("on", z3.Or(flag.term, terms.truth(1)), {"x": x.term + 1}))
    rules.append(Rule("over", z3.Or(z3.Not(flag.term), terms.truth(1)), {"y": y.term + x.term}))
    inside = z3.Or(flag.term, terms.truth(2))
    held, reached = z3.Or(flag.term, terms.truth(2)), terms.truth(2)
    terms.leaves = [x.term, y.term, x.next, y.next]
    moved = z3.Or(flag.next, terms.truth(2), terms.truth(2))
    properties = (
        always("always", held),
        sometimes("reachable", reached),
        step("step", moved),
    )
    constraint = inside if seed % 2 else None
    initial: tuple[State, ...] = ({"x": 1, "y": 2, "flag": 0}, {"x": 3, "y": 0, "flag": 1})
    return System((x, y, flag), initial, tuple(rules), properties, constraint=constraint)
