"""The body of a function in JavaScript, from terms and the operator table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import z3

from model.core.nodes import Node, node_of, order
from model.core.terms import step
from model.export.javascript_table import TABLE

Names = Mapping[str, str]
"""What a free constant is called: a place in a state, or an input."""


class FunctionBody:
    """The body of a function: what occurs twice is computed once, just before it is needed for the first time."""

    def __init__(self, roots: Iterable[Node], names: Names) -> None:
        self.lines: list[str] = []
        self._names, self._value = names, dict[bytes, str]()
        uses = Counter(child.digest for node in order(list(roots)) for child in node.children)
        self._shared = {digest for digest, count in uses.items() if count > 1}

    def operand(self, root: z3.ExprRef | Node) -> str:
        """The expression for a term."""
        for node in order([root], self._value):
            self._value[node.digest] = self._named(node, self._of(node))
        return self._value[node_of(root).digest]

    def _of(self, node: Node) -> str:
        if node.constant:
            return self._names[node.name]
        return str(step(TABLE, node)(*(self._value[child.digest] for child in node.children)))

    def _named(self, node: Node, expression: str) -> str:
        if node.digest not in self._shared or not node.children:
            return expression
        name = f"v{len(self.lines)}"
        self.lines.append(f"const {name}={expression};")
        return name

    def do(self, line: str) -> None:
        """Add a statement."""
        self.lines.append(line)

    @property
    def text(self) -> str:
        """The statements."""
        return "".join(self.lines)
