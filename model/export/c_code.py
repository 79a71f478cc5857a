"""A system as C functions over packed states: all successors of a state, and whether a state decides a property.

- Consecutive rules with the same inputs form a *piece*, a function that loops over the inputs. Its guards form a trie
  over their conjuncts, as in our own engine: what neighbours share is tested once, neighbours that compare one term
  with different values become one `switch`, and most guards are never evaluated.
- A term is computed where it is first needed and kept to the end of that block.
- A piece that would be longer than `LONGEST` is split; the target may limit the length of a text.

The plain twin has three functions for each rule (`rule_functions`), as one would write the model by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from itertools import groupby
from math import prod

import z3

from model.core.grouped import grouped
from model.core.nodes import Node, negation, node_of
from model.core.property import Property
from model.core.system import Rule, System
from model.core.terms import Fold
from model.engines.native.numbered_rules import (
    Fire,
    If,
    NumberedRule,
    Tree,
    after,
    changes,
    comparison,
    decision_tree,
    firings,
)
from model.engines.native.packing import Layout
from model.export.c_table import operators
from model.export.refusal import CannotExport

LONGEST = 60_000


class Function:
    """The inside of a C function that reads the packed state `s`; `text` is the whole, once it is written.

    inputs: the names of those that it knows, as input0, input1, ...
    """

    def __init__(self, system: System, layout: Layout, head: str, inputs: Iterable[str] = ()) -> None:
        self.system, self.layout = system, layout
        self.lines = [head + " {"]
        self.depth, self.names = 1, 0
        self.inputs = {name: f"input{at}" for at, name in enumerate(inputs)}
        self.fold = Fold(operators(self.value), self._leaf)

    @property
    def text(self) -> str:
        """The function."""
        return "\n".join([*self.lines, "}"])

    def do(self, statement: str) -> None:
        """A statement without a value."""
        self.lines.append(" " * self.depth + statement)

    def value(self, expression: str) -> str:
        """The name of the value of `expression`."""
        self.names += 1
        self.do(f"const word v{self.names} = {expression};")
        return f"v{self.names}"

    def operand(self, term: z3.ExprRef | Node) -> str:
        """The operand that holds the value of `term`."""
        return str(self.fold(term))

    def _leaf(self, node: Node) -> str:
        if node.name in self.inputs:
            return self.inputs[node.name]
        place = self.layout.place[node.name]
        return self.value(f"s[{place.word}] >> {place.shift} & {(1 << place.bits) - 1:#x}ULL")

    @contextmanager
    def block(self, head: str, tail: str = "}") -> Iterator[None]:
        """A block whose values are forgotten at its end."""
        self.do(head + " {")
        known = len(self.fold.memo)
        self.depth += 1
        yield
        self.depth -= 1
        while len(self.fold.memo) > known:
            self.fold.memo.popitem()
        self.do(tail)


class Piece(Function):
    """The function `name`: it puts the successors by some rules, all with the same inputs, into `out`.

    Where the successor violates the constraint it is the state itself. `out->broken` has a bit for each step property,
    set where that fails.
    """

    def __init__(
        self, system: System, layout: Layout, name: str, rules: Sequence[NumberedRule], steps: Sequence[Property]
    ) -> None:
        choose = rules[0].rule.choose
        super().__init__(system, layout, f"static void {name}(const word *s, struct successors *out)", choose)
        self.steps = steps
        for at, count in enumerate(choose.values()):
            self.do(f"for (word input{at} = 0; input{at} < {count}; input{at}++)")
        with self.block(""):
            choice = reduce(lambda text, at: f"({text}) * {at[1]} + input{at[0]}", enumerate(choose.values()), "0")
            self._trees(decision_tree(rules), choice)

    def _trees(self, trees: Iterable[Tree], choice: str) -> None:
        """What is tested, and what fires."""
        for tree in trees:
            if isinstance(tree, Fire):
                self._fire(tree.firing, choice)
            elif isinstance(tree, If):
                with self.block(f"if ({self.operand(tree.condition)})"):
                    self._trees(tree.beneath, choice)
            else:
                with self.block(f"switch ({self.operand(tree.subject)})"):
                    for number, beneath in tree.beneath.items():
                        with self.block(f"case {number}ULL:", "} break;"):
                            self._trees(beneath, choice)

    def _fire(self, firing: NumberedRule, choice: str) -> None:
        """One successor."""
        with self.block(""):
            self.do(f"word *to = successor(out, {firing.offset} + {choice}); /* {plain(firing.rule.name)} */")
            for at, prop in enumerate(self.steps):
                holds = after(self.system, firing.rule, prop.term, "'")
                if not z3.is_true(holds):
                    self.do(f"if (!{self.operand(holds)}) out->broken |= 1ULL << {at};")
            if self.system.constraint is None:
                self._write(firing.rule)
            else:
                inside = after(self.system, firing.rule, self.system.constraint, "")
                self.do("copy(to, s);")
                with self.block(f"if ({self.operand(inside)})"):
                    self._write(firing.rule)

    def _write(self, rule: Rule) -> None:
        changed = changes(rule)
        for at in range(self.layout.words):
            self.do(f"to[{at}] = {changed_word(self, changed, at)};")


def changed_word(function: Function, changed: Mapping[str, Node], at: int) -> str:
    """Word `at` of the successor: what stays of the old one, and the changed variables in it."""
    kept, parts = (1 << 64) - 1, []
    for name, node in changed.items():
        place = function.layout.place[name]
        if place.word == at:
            parts.append(f"{function.operand(node)} << {place.shift}")
            kept &= ~place.mask
    return " | ".join([f"(s[{at}] & {kept:#x}ULL)" if parts else f"s[{at}]", *parts])


def pieces(system: System, layout: Layout, steps: Sequence[Property]) -> list[str]:
    """Functions piece_0, piece_1, ... that together give all successors, in the order of the rules."""
    waiting = [list(run) for _, run in groupby(firings(system.rules), lambda f: list(f.rule.choose.items()))]
    waiting.reverse()
    done: list[str] = []
    while waiting:
        rules = waiting.pop()
        text = Piece(system, layout, f"piece_{len(done)}", rules, steps).text
        if len(text) <= LONGEST:
            done.append(text)
        elif len(rules) == 1:
            raise CannotExport(f"rule '{rules[0].rule.name}' takes {len(text)} characters of C; {LONGEST} are allowed")
        else:
            half = len(rules) // 2
            waiting += [rules[half:], rules[:half]]
    return done


def decides(system: System, layout: Layout, name: str, prop: Property) -> str:
    """A function that is true in a state that decides the property: *always* is false there, or *reachable* true."""
    decided = node_of(prop.term) if prop.kind == "reachable" else negation(node_of(prop.term))
    function = Function(system, layout, f"static int {name}(const word *s)")
    function.do(f"return {function.operand(decided)};")
    return function.text


def most_enabled(system: System) -> int:
    """A bound on how many firings are possible in one state: of rules that want different values of a term, one is."""
    alike = grouped(firings(system.rules), lambda firing: tuple(firing.rule.choose.items()))
    return sum(prod(count for _, count in choose) * _most(rules, 0) for choose, rules in alike.items())


def _most(rules: Sequence[NumberedRule], depth: int) -> int:
    """The same for one choice of the inputs; the guards are true up to `depth` conjuncts."""
    wanted: dict[bytes, dict[int, list[NumberedRule]]] = {}
    for firing in rules:
        if depth < len(firing.guard):
            subject, value = comparison(firing.guard[depth]) or (firing.guard[depth], 1)
            wanted.setdefault(subject.digest, {}).setdefault(value, []).append(firing)
    deeper = sum(max(_most(chosen, depth + 1) for chosen in cases.values()) for cases in wanted.values())
    return deeper + sum(depth == len(firing.guard) for firing in rules)


def plain(name: str) -> str:
    """A name that may stand in a comment."""
    return name.replace("*/", "* /")


# -- the plain twin --


def rule_functions(system: System, layout: Layout, steps: Sequence[Property]) -> Iterator[str]:
    """For rule number k guard_k(s, inputs), fire_k(s, inputs), and breaks_k_j(s, inputs) for step property j.

    A successor outside the constraint is the state itself.
    """
    for at, firing in enumerate(firings(system.rules)):
        yield _guard(system, layout, at, firing)
        yield _fire(system, layout, at, firing)
        for number, prop in enumerate(steps):
            yield _breaks(system, layout, f"breaks_{at}_{number}", firing, prop)


def _begun(system: System, layout: Layout, head: str, firing: NumberedRule) -> Function:
    parameters = "".join(f", word input{at}" for at in range(len(firing.rule.choose)))
    return Function(system, layout, head + parameters + ")", firing.rule.choose)


def _guard(system: System, layout: Layout, at: int, firing: NumberedRule) -> str:
    function = _begun(system, layout, f"static inline int guard_{at}(const word *s", firing)
    function.do(f"/* {plain(firing.rule.name)} */")
    for conjunct in firing.guard:
        function.do(f"if (!{function.operand(conjunct)}) return 0;")
    function.do("return 1;")
    return function.text


def _fire(system: System, layout: Layout, at: int, firing: NumberedRule) -> str:
    function = _begun(system, layout, f"static inline void fire_{at}(word *s", firing)
    if system.constraint is not None:
        function.do(f"if (!{function.operand(after(system, firing.rule, system.constraint, ''))}) return;")
    changed = changes(firing.rule)
    words = [changed_word(function, changed, word) for word in range(layout.words)]
    new = [function.value(word) for word in words]
    for word, value in enumerate(new):
        function.do(f"s[{word}] = {value};")
    return function.text


def _breaks(system: System, layout: Layout, name: str, firing: NumberedRule, prop: Property) -> str:
    function = _begun(system, layout, f"static inline int {name}(const word *s", firing)
    for conjunct in firing.guard:
        function.do(f"if (!{function.operand(conjunct)}) return 0;")
    holds = after(system, firing.rule, prop.term, "'")
    function.do(f"return !{function.operand(holds)};")
    return function.text
