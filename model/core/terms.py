"""What terms mean: operator tables, and the one walk that reads a term with a table.

Guards, updates and properties are z3 terms over Booleans and bit-vectors of fixed width; there is no second
expression language. A reader of terms is a table with one entry for each z3 operator, and `Fold` walks the DAG of
nodes (`model.core.nodes`) with it. The Python table below is the reference meaning; the native engine has another table
with the same keys.

An entry is called with the node (for its width and numbers) and returns a function of the children's values, so
that a walk can be prepared once and run often. Walks are iterative: terms may be deeper than Python's stack.
A conjunction of nothing is true, a disjunction of nothing false, in every table.

Limits: the operators of `PYTHON`, no more; a term with another one raises `UnknownOperator`, which names it.
Shifts by the width or more give 0 (or copies of the sign), as in SMT-LIB.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from typing import Any

import z3

from model.core.nodes import Node, UnknownOperator, node_of, order

Operation = Callable[..., Any]
"""What makes a node's value of its children's."""
Translator = Callable[[Node], Operation]
"""The operation for a node."""
OperationTable = Mapping[int, Translator]
"""Translators by z3's number of the operator."""


def step(table: OperationTable, node: Node) -> Operation:
    """The table's function for the operator of `node`."""
    if node.kind not in table:
        raise UnknownOperator(f"operator '{node.name}' is not in this table (in {str(node)[:80]})")
    return table[node.kind](node)


class Fold:
    """The value of terms under a table, with `leaf` for free constants.

    `memo` maps the digest of a node to its value; the caller may forget entries, and they are computed again when
    needed.
    """

    def __init__(self, table: OperationTable, leaf: Callable[[Node], Any]) -> None:
        self.memo: dict[bytes, Any] = {}
        self._table, self._leaf = table, leaf
        self._steps: dict[bytes, Operation] = {}

    def __call__(self, root: z3.ExprRef | Node) -> Any:
        """The value of `root`."""
        top, memo = node_of(root), self.memo
        stack = [top]
        while stack:
            at = stack[-1]
            missing = [child for child in at.children if child.digest not in memo]
            if missing:
                stack += reversed(missing)
            else:
                stack.pop()
                if at.digest not in memo:
                    memo[at.digest] = self._value(at)
        return memo[top.digest]

    def _value(self, node: Node) -> Any:
        """The value of a node whose children's values are known."""
        if node.constant:
            return self._leaf(node)
        function = self._steps.get(node.digest)
        if function is None:
            function = self._steps[node.digest] = step(self._table, node)
        return function(*[self.memo[child.digest] for child in node.children])


def constants(roots: Iterable[z3.ExprRef | Node]) -> set[str]:
    """Names of the free constants that occur in `roots`."""
    return {name for root in roots for name, _ in node_of(root).constants}


# -- the reference meaning: Python integers and Booleans -----------------------------------------------------------


def mask(node: Node) -> int:
    """All ones, as wide as the bit-vector `node`."""
    return (1 << node.width) - 1


def signed(value: int, width: int) -> int:
    """The two's complement reading of `value`."""
    return value - (1 << width) if value >> (width - 1) else value


def _modular(function: Callable[[int, int], int]) -> Callable[[Node], Operation]:
    def prepare(node: Node) -> Operation:
        ones = mask(node)
        if len(node.children) == 2:
            return lambda a, b: function(a, b) & ones
        return lambda *values: reduce(function, values) & ones

    return prepare


def _signed(function: Callable[[int, int], bool]) -> Callable[[Node], Operation]:
    """A comparison of signed numbers."""

    def prepare(node: Node) -> Operation:
        width = node.children[0].width
        return lambda a, b: function(signed(a, width), signed(b, width))

    return prepare


def _always(function: Operation) -> Callable[[Node], Operation]:
    return lambda _node: function


def _concat(node: Node) -> Operation:
    widths = [child.width for child in node.children]

    def join(*values: int) -> int:
        return reduce(lambda high, low: high << low[0] | low[1], zip(widths, values, strict=True), 0)

    return join


def _extract(node: Node) -> Operation:
    high, low = node.params
    ones = (1 << (high - low + 1)) - 1
    return lambda a: a >> low & ones


def _sign_extend(node: Node) -> Operation:
    ones, width = mask(node), node.children[0].width
    return lambda a: signed(a, width) & ones


def _arithmetic_shift(node: Node) -> Operation:
    ones, width = mask(node), node.width
    return lambda a, b: (signed(a, width) >> min(b, width)) & ones


def _shift_left(node: Node) -> Operation:
    ones, width = mask(node), node.width
    return lambda a, b: a << min(b, width) & ones


def _unary(function: Callable[[int], int]) -> Callable[[Node], Operation]:
    def prepare(node: Node) -> Operation:
        ones = mask(node)
        return lambda a: function(a) & ones

    return prepare


PYTHON: OperationTable = {
    z3.Z3_OP_TRUE: _always(lambda: True),
    z3.Z3_OP_FALSE: _always(lambda: False),
    z3.Z3_OP_BNUM: lambda node: lambda: node.value,
    z3.Z3_OP_NOT: _always(operator.not_),
    z3.Z3_OP_AND: _always(lambda *values: all(values)),
    z3.Z3_OP_OR: _always(lambda *values: any(values)),
    z3.Z3_OP_XOR: _always(lambda *values: reduce(operator.xor, values, False)),
    z3.Z3_OP_IMPLIES: _always(lambda a, b: b or not a),
    z3.Z3_OP_EQ: _always(operator.eq),
    z3.Z3_OP_DISTINCT: _always(lambda *values: len(set(values)) == len(values)),
    z3.Z3_OP_ITE: _always(lambda a, b, c: b if a else c),
    z3.Z3_OP_BADD: _modular(operator.add),
    z3.Z3_OP_BSUB: _modular(operator.sub),
    z3.Z3_OP_BMUL: _modular(operator.mul),
    z3.Z3_OP_BNEG: _unary(operator.neg),
    z3.Z3_OP_BNOT: _unary(operator.invert),
    z3.Z3_OP_BAND: _modular(operator.and_),
    z3.Z3_OP_BOR: _modular(operator.or_),
    z3.Z3_OP_BXOR: _modular(operator.xor),
    z3.Z3_OP_BSHL: _shift_left,
    z3.Z3_OP_BLSHR: _modular(operator.rshift),
    z3.Z3_OP_BASHR: _arithmetic_shift,
    z3.Z3_OP_ULT: _always(operator.lt),
    z3.Z3_OP_ULEQ: _always(operator.le),
    z3.Z3_OP_UGT: _always(operator.gt),
    z3.Z3_OP_UGEQ: _always(operator.ge),
    z3.Z3_OP_SLT: _signed(operator.lt),
    z3.Z3_OP_SLEQ: _signed(operator.le),
    z3.Z3_OP_SGT: _signed(operator.gt),
    z3.Z3_OP_SGEQ: _signed(operator.ge),
    z3.Z3_OP_CONCAT: _concat,
    z3.Z3_OP_EXTRACT: _extract,
    z3.Z3_OP_ZERO_EXT: _always(lambda a: a),
    z3.Z3_OP_SIGN_EXT: _sign_extend,
}


class Meaning:
    """The Python meaning of some terms, prepared once: call it with an assignment, get the list of their values.

    An assignment maps the name of each free constant to an int (bit-vector) or a bool (Boolean).
    """

    def __init__(self, roots: Sequence[z3.ExprRef | Node]) -> None:
        tops = [node_of(root) for root in roots]
        listed = order(tops)
        free = [node for node in listed if node.constant]
        fixed = [node for node in listed if not node.given and not node.constant]
        inner = [node for node in listed if node.given]
        at = {node.digest: position for position, node in enumerate([*free, *fixed, *inner])}
        self._names = [node.name for node in free]
        self._fixed = [step(PYTHON, node)() for node in fixed]
        self._steps = [(step(PYTHON, node), _picker([at[child.digest] for child in node.children])) for node in inner]
        self._roots = [at[top.digest] for top in tops]

    def __call__(self, assignment: Mapping[str, int]) -> list[Any]:
        values = [assignment[name] for name in self._names]
        values += self._fixed
        keep = values.append
        for function, pick in self._steps:
            keep(function(*pick(values)))
        return [values[root] for root in self._roots]


def _picker(positions: Sequence[int]) -> Callable[[list[Any]], Sequence[Any]]:
    """Takes the values at these positions out of a list."""
    if len(positions) == 1:
        return operator.itemgetter(slice(positions[0], positions[0] + 1))
    return operator.itemgetter(*positions)


def evaluate(term: z3.ExprRef | Node, assignment: Mapping[str, int]) -> Any:
    """The value of one term under one assignment (see `Meaning`)."""
    return Meaning([term])(assignment)[0]
