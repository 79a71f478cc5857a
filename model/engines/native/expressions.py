"""The inside of a native function that reads one packed state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from math import prod

import z3

from model.core.nodes import Node
from model.core.system import CHOICE_WIDTH, System
from model.core.terms import Fold
from model.engines.native.compile import LlvmWriter, operators
from model.engines.native.packing import Layout


class StateExpressions:
    """The inside of a function that reads one packed state: values of terms, in scopes that follow dominance."""

    def __init__(self, system: System, layout: Layout) -> None:
        self.system, self.layout = system, layout
        self.writer = LlvmWriter()
        self.fold = Fold(operators(self.writer), self._leaf)
        self.words: list[str] = []
        self.inputs: dict[str, str] = {}

    def load(self, states: str, at: str) -> None:
        """Read the words of state number `at`."""
        base = self.writer.value(f"mul i64 {at}, {self.layout.words}")
        for word in range(self.layout.words):
            index = self.writer.value(f"add i64 {base}, {word}")
            self.words.append(self.writer.value(f"load i64, ptr {self.slot(states, index)}"))

    def slot(self, array: str, index: str | int, kind: str = "i64") -> str:
        """The address of an array's element."""
        return self.writer.value(f"getelementptr {kind}, ptr {array}, i64 {index}")

    def operand(self, term: z3.ExprRef | Node) -> str:
        """The operand that holds the value of `term`."""
        return str(self.fold(term))

    def _leaf(self, node: Node) -> str:
        if node.name in self.inputs:
            return self.inputs[node.name]
        place = self.layout.place[node.name]
        return self.writer.bits(self.words[place.word], 64, place.shift, place.bits)

    def choose(self, choice: str, counts: Mapping[str, int]) -> None:
        """Read the inputs as the digits of a choice."""
        stride = prod(counts.values())
        for name, count in counts.items():
            stride //= count
            # sound: the digits as in `Firings.of`: the last one varies fastest
            digit = self.writer.value(f"udiv i32 {choice}, {stride}")
            digit = self.writer.value(f"urem i32 {digit}, {count}")
            self.inputs[name] = self.writer.value(f"trunc i32 {digit} to i{CHOICE_WIDTH}")

    @contextmanager
    def scope(self, begin: str) -> Iterator[None]:
        """A block whose values are forgotten at its end."""
        self.writer.label(begin)
        known = len(self.fold.memo)
        yield
        while len(self.fold.memo) > known:
            self.fold.memo.popitem()

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """A block that runs where the operand `condition` is true."""
        then, after = self.writer.name("then"), self.writer.name("after")
        self.writer.do(f"br i1 {condition}, label %{then}, label %{after}")
        with self.scope(then):
            yield
        self.writer.do(f"br label %{after}")
        self.writer.label(after)
