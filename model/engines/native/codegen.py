"""A system as two native functions over packed states: `expand` writes successors, `check` finds property states.

- Consecutive rules with the same inputs form a *block*; it loops over the choices of the inputs at run time, and tries
  its rules in order for each choice, so that code does not multiply with the choices.
- Within a block the guards form a trie over their conjuncts: what neighbours share is tested once, and neighbours that
  compare one term with different values become one switch. Most guards are never evaluated.
- A term is computed where it is first needed and kept as long as that place dominates; updates belong to their rule.
- A step property and the constraint are rewritten for each rule by its updates and simplified; most vanish.

Limits: see `packing`. The order of rules within a switch does not matter, since at most one of its cases is taken.

Marks: answers rest on what is marked `sound`; what is marked `heuristic` only saves time or memory, or orders.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import reduce
from itertools import groupby
from math import prod

import z3

from model.core.nodes import Node, negation, node_of
from model.core.property import Property
from model.core.system import Rule, System
from model.engines.native.compile import sort
from model.engines.native.expressions import StateExpressions
from model.engines.native.numbered_rules import (
    Fire,
    If,
    NumberedRule,
    Switch,
    Tree,
    after,
    changes,
    decision_tree,
    firings,
)
from model.engines.native.packing import Layout


class Expand(StateExpressions):
    """The function `expand`; `source` is its text.

    expand(states, from, to, words, parents, numbers, room, tally, found) -> first state that was not expanded

    It expands the states [from, to) until fewer than `fan_out` places of the buffers may be left: a state begins only
    while at most `room` candidates are written. Candidate i is its packed words, its parent's index, and its firing's
    number. tally (i64): candidates written; successors that violate the constraint; then the count of each bound
    touched. found (i64): for each step property parent and firing of the first violation, or -1.
    """

    def __init__(self, system: System, layout: Layout, steps: Sequence[Property]) -> None:
        super().__init__(system, layout)
        self.steps = steps
        self.bounds = sorted({bound for rule in system.rules for bound in rule.touches})
        # heuristic: short code; sound: every rule is in one
        self.blocks = [list(run) for _, run in groupby(firings(system.rules), lambda f: list(f.rule.choose.items()))]
        # sound: no state has more successors, so that buffers are large enough
        self.fan_out = sum(prod(rule.choose.values()) for rule in system.rules)
        self.source = self._source()

    def _source(self) -> str:
        do, value, label = self.writer.do, self.writer.value, self.writer.label
        # sound: `noalias`: the arrays do not overlap
        outputs = ", ".join(f"ptr noalias %{name}" for name in ("words", "parents", "numbers"))
        level = "ptr noalias %states, i64 %from, i64 %to"
        do(f"define i64 @expand({level}, {outputs}, i64 %room, ptr %tally, ptr %found) {{")
        label("entry")
        do("%count = alloca i64\n%outside = alloca i64\nstore i64 0, ptr %count\nstore i64 0, ptr %outside")
        do("br label %head")
        label("head")
        do("%at = phi i64 [ %from, %entry ], [ %next, %done ]")
        more, used = value("icmp ult i64 %at, %to"), value("load i64, ptr %count")
        # sound: a state is expanded as a whole or is left for the next call
        fits = value(f"icmp ule i64 {used}, %room")
        do(f"br i1 {value(f'and i1 {more}, {fits}')}, label %state, label %exit")
        with self.scope("state"):
            self.load("%states", "%at")
            do("%parent = trunc i64 %at to i32")
            for block in self.blocks:  # sound: every rule is tried in every state
                self._block(block)
            do("br label %done")
        do("done:\n%next = add i64 %at, 1\nbr label %head")
        label("exit")
        for index, counter in enumerate(("%count", "%outside")):
            do(f"store i64 {value(f'load i64, ptr {counter}')}, ptr {self.slot('%tally', index)}")
        do("ret i64 %at\n}")
        return "\n".join(self.writer.lines)

    def _block(self, block: list[NumberedRule]) -> None:
        """All choices of the block's inputs, and for each the rules in order."""
        choose, value = block[0].rule.choose, self.writer.value
        total = prod(choose.values())
        if total == 1:
            self.inputs = dict.fromkeys(choose, "0")
            with self._always():  # sound: what reads these inputs is forgotten with them
                return self._trees(decision_tree(block), "0")
        before, loop, after = (self.writer.name(stem) for stem in ("before", "loop", "after"))
        choice, following = f"%{self.writer.name('choice')}", f"%{self.writer.name('following')}"
        self.writer.do(f"br label %{before}\n{before}:\nbr label %{loop}")
        with self.scope(loop):  # sound: what reads a choice is computed anew for each
            latch = self.writer.name("latch")
            self.writer.do(f"{choice} = phi i32 [ 0, %{before} ], [ {following}, %{latch} ]")
            self.choose(choice, choose)
            self._trees(decision_tree(block), choice)
            self.writer.do(f"br label %{latch}\n{latch}:\n{following} = add i32 {choice}, 1")
            # sound: all choices
            self.writer.do(f"br i1 {value(f'icmp ult i32 {following}, {total}')}, label %{loop}, label %{after}")
        self.inputs = {}
        return self.writer.label(after)

    def _trees(self, trees: Iterable[Tree], choice: str) -> None:
        """What is tested, and what fires."""
        for tree in trees:
            if isinstance(tree, Fire):
                self._fire(tree.firing, choice)
            elif isinstance(tree, If):
                with self.when(self.operand(tree.condition)):
                    self._trees(tree.beneath, choice)
            else:
                self._switch(tree, choice)

    def _switch(self, tree: Switch, choice: str) -> None:
        kind, after = sort(tree.subject), self.writer.name("after")
        blocks = {number: self.writer.name("case") for number in tree.beneath}
        targets = " ".join(f"{kind} {number}, label %{block}" for number, block in blocks.items())
        # sound: for other values none of them may fire
        self.writer.do(f"switch {kind} {self.operand(tree.subject)}, label %{after} [ {targets} ]")
        for number, trees in tree.beneath.items():
            with self.scope(blocks[number]):
                self._trees(trees, choice)
                self.writer.do(f"br label %{after}")
        self.writer.label(after)

    def _fire(self, firing: NumberedRule, choice: str) -> None:
        """One successor: bounds touched, step properties, and the candidate unless the constraint forbids it."""
        with self._always():  # heuristic: values of one successor are not kept for the next
            number = self.writer.value(f"add i32 {choice}, {firing.offset}")
            for bound, when in firing.rule.touches.items():
                # sound: a bound that is touched is told
                self._add(self.slot("%tally", 2 + self.bounds.index(bound)), when)
            for index, prop in enumerate(self.steps):
                # sound: before the constraint: a forbidden step is judged, too
                self._step(index, node_of(after(self.system, firing.rule, prop.term, "'")), number)
            if self.system.constraint is None:
                self._write(firing.rule, number)
            else:
                # sound: the constraint of the successor
                inside = node_of(after(self.system, firing.rule, self.system.constraint, ""))
                self._add("%outside", negation(inside))
                with self.when(self.operand(inside)):
                    self._write(firing.rule, number)

    @contextmanager
    def _always(self) -> Iterator[None]:
        """A scope without a test."""
        begin = self.writer.name("fire")
        self.writer.do(f"br label %{begin}")
        with self.scope(begin):
            yield

    def _add(self, address: str, when: z3.BoolRef | Node) -> None:
        """Count where `when` holds."""
        more = self.writer.widen(self.operand(when), 1, 64)
        total = self.writer.value(f"add i64 {self.writer.value(f'load i64, ptr {address}')}, {more}")
        self.writer.do(f"store i64 {total}, ptr {address}")

    def _step(self, index: int, holds: Node, number: str) -> None:
        """Note the parent and the firing where step property `index` fails for the first time."""
        if holds.true:  # heuristic: no code for what always holds
            return
        with self.when(self.operand(negation(holds))):
            parent_slot, number_slot = self.slot("%found", 2 * index), self.slot("%found", 2 * index + 1)
            # heuristic: order; the first one has a shortest trace
            first = self.writer.value(f"icmp slt i64 {self.writer.value(f'load i64, ptr {parent_slot}')}, 0")
            with self.when(first):
                self.writer.do(f"store i64 %at, ptr {parent_slot}")
                self.writer.do(f"store i64 {self.writer.widen(number, 32, 64)}, ptr {number_slot}")

    def _write(self, rule: Rule, number: str) -> None:
        """Append the packed successor: the old words with the changed bits put in."""
        value, do = self.writer.value, self.writer.do
        changed = changes(rule)
        # sound: every word, from the old values alone
        words = [self._word(changed, at) for at in range(self.layout.words)]
        count = value("load i64, ptr %count")
        base = value(f"mul i64 {count}, {self.layout.words}")
        for at, word in enumerate(words):
            do(f"store i64 {word}, ptr {self.slot('%words', value(f'add i64 {base}, {at}'))}")
        do(f"store i32 %parent, ptr {self.slot('%parents', count, 'i32')}")
        # sound: the firing that edges and traces are read from
        do(f"store i32 {number}, ptr {self.slot('%numbers', count, 'i32')}")
        do(f"store i64 {value(f'add i64 {count}, 1')}, ptr %count")

    def _word(self, changed: Mapping[str, Node], at: int) -> str:
        """Word `at` of the successor: what stays of the old one, and the changed variables in it."""
        value, kept, parts = self.writer.value, (1 << 64) - 1, []
        for name, node in changed.items():
            place = self.layout.place.get(name)
            if place is not None and place.word == at:  # sound: what is not stored is outside of the cone
                part = self.writer.widen(self.operand(node), place.bits, 64)
                parts.append(value(f"shl i64 {part}, {place.shift}") if place.shift else part)
                kept &= ~place.mask  # sound: what is not written stays
        old = value(f"and i64 {self.words[at]}, {kept}") if parts else self.words[at]
        return reduce(lambda a, b: value(f"or disjoint i64 {a}, {b}"), parts, old)  # sound: places do not overlap


class PropertyCheck(StateExpressions):
    """The function `check`; `source` is its text.

    check(states, from, to, found): found[k] (i64) becomes the first state in [from, to) that decides property k, unless
    it is one already (not negative). A property is decided where *always* is false or *reachable* is true.
    """

    def __init__(self, system: System, layout: Layout, properties: Sequence[Property]) -> None:
        super().__init__(system, layout)
        do, value = self.writer.do, self.writer.value
        do("define void @check(ptr noalias %states, i64 %from, i64 %to, ptr noalias %found) {\nentry:\nbr label %head")
        do("head:\n%at = phi i64 [ %from, %entry ], [ %next, %done ]")
        do(f"br i1 {value('icmp ult i64 %at, %to')}, label %state, label %exit\nstate:")
        self.load("%states", "%at")
        for index, prop in enumerate(properties):
            holds = node_of(prop.term)
            # sound: what decides it
            with self.when(self.operand(holds if prop.kind == "reachable" else negation(holds))):
                slot = self.slot("%found", index)
                # heuristic: order; the first one
                with self.when(value(f"icmp slt i64 {value(f'load i64, ptr {slot}')}, 0")):
                    do(f"store i64 %at, ptr {slot}")
        do("br label %done\ndone:\n%next = add i64 %at, 1\nbr label %head\nexit:\nret void\n}")
        self.source = "\n".join(self.writer.lines)
