"""What terms mean at many places at once: for each term a column of values, in numpy.

A column of a bit-vector is uint64, of a Boolean bool, of a real number float64 (halves and whole numbers are exact);
a constant is a column of one value. The keys are those of the reference meaning and what real time needs besides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

import numpy as np
import z3

from model.core.nodes import Node
from model.core.terms import Fold, Operation, OperationTable, mask
from model.engines.native.packing import Layout

Column = np.ndarray[Any, Any]
Binary = Callable[[Column, Column], Column]


def number(value: int) -> Column:
    """A column of one bit-vector."""
    return np.array([value], np.uint64)


def _always(function: Operation) -> Callable[[Node], Operation]:
    return lambda _node: function


def _modular(function: Binary) -> Callable[[Node], Operation]:
    def prepare(node: Node) -> Operation:
        ones = number(mask(node))
        return lambda *values: reduce(function, values) & ones

    return prepare


def _unary(function: Callable[[Column], Column]) -> Callable[[Node], Operation]:
    def prepare(node: Node) -> Operation:
        ones = number(mask(node))
        return lambda a: function(a) & ones

    return prepare


def _signed(column: Column, width: int) -> Column:
    up = np.uint64(64 - width)
    found: Column = (column << up).view(np.int64) >> np.int64(64 - width)
    return found


def _compare(function: Binary) -> Callable[[Node], Operation]:
    def prepare(node: Node) -> Operation:
        width = node.children[0].width
        return lambda a, b: function(_signed(a, width), _signed(b, width))

    return prepare


def _shift(function: Binary) -> Callable[[Node], Operation]:
    """Shifts by the width or more give 0."""

    def prepare(node: Node) -> Operation:
        ones, width = number(mask(node)), number(node.width)
        return lambda a, b: np.where(b < width, function(a, np.minimum(b, number(63))) & ones, number(0))

    return prepare


def _arithmetic_shift(node: Node) -> Operation:
    ones, width = number(mask(node)), node.width
    return lambda a, b: (_signed(a, width) >> np.minimum(b, number(63)).astype(np.int64)).view(np.uint64) & ones


def _concat(node: Node) -> Operation:
    widths = [np.uint64(child.width) for child in node.children]

    def join(*values: Column) -> Column:
        joined = values[0]
        for width, low in zip(widths[1:], values[1:], strict=True):
            joined = joined << width | low
        return joined

    return join


def _extract(node: Node) -> Operation:
    high, low = node.params
    ones, down = number((1 << (high - low + 1)) - 1), np.uint64(low)
    return lambda a: a >> down & ones


def _sign_extend(node: Node) -> Operation:
    ones, width = number(mask(node)), node.children[0].width
    return lambda a: _signed(a, width).view(np.uint64) & ones


def _number(node: Node) -> Operation:
    assert isinstance(node.value, int)
    found = number(node.value)
    return lambda: found


def _real(node: Node) -> Operation:
    assert node.value is not None
    found = np.array([float(node.value)])
    assert Fraction(float(node.value)) == node.value, f"{node.value} is not exact"
    return lambda: found


def _distinct(*values: Column) -> Column:
    pairs = ((a, b) for at, a in enumerate(values) for b in values[:at])
    return reduce(np.logical_and, (a != b for a, b in pairs), np.array([True]))


def _all(*values: Column) -> Column:
    return reduce(np.logical_and, values, np.array([True]))


def _any(*values: Column) -> Column:
    return reduce(np.logical_or, values, np.array([False]))


COLUMNS: OperationTable = {
    z3.Z3_OP_TRUE: _always(lambda: np.array([True])),
    z3.Z3_OP_FALSE: _always(lambda: np.array([False])),
    z3.Z3_OP_BNUM: _number,
    z3.Z3_OP_NOT: _always(np.logical_not),
    z3.Z3_OP_AND: _always(_all),
    z3.Z3_OP_OR: _always(_any),
    z3.Z3_OP_XOR: _always(lambda *values: reduce(np.logical_xor, values, np.array([False]))),
    z3.Z3_OP_IMPLIES: _always(lambda a, b: np.logical_or(np.logical_not(a), b)),
    z3.Z3_OP_EQ: _always(np.equal),
    z3.Z3_OP_DISTINCT: _always(_distinct),
    z3.Z3_OP_ITE: _always(np.where),
    z3.Z3_OP_BADD: _modular(np.add),
    z3.Z3_OP_BSUB: _modular(np.subtract),
    z3.Z3_OP_BMUL: _modular(np.multiply),
    z3.Z3_OP_BNEG: _unary(np.negative),
    z3.Z3_OP_BNOT: _unary(np.invert),
    z3.Z3_OP_BAND: _modular(np.bitwise_and),
    z3.Z3_OP_BOR: _modular(np.bitwise_or),
    z3.Z3_OP_BXOR: _modular(np.bitwise_xor),
    z3.Z3_OP_BSHL: _shift(np.left_shift),
    z3.Z3_OP_BLSHR: _shift(np.right_shift),
    z3.Z3_OP_BASHR: _arithmetic_shift,
    z3.Z3_OP_ULT: _always(np.less),
    z3.Z3_OP_ULEQ: _always(np.less_equal),
    z3.Z3_OP_UGT: _always(np.greater),
    z3.Z3_OP_UGEQ: _always(np.greater_equal),
    z3.Z3_OP_SLT: _compare(np.less),
    z3.Z3_OP_SLEQ: _compare(np.less_equal),
    z3.Z3_OP_SGT: _compare(np.greater),
    z3.Z3_OP_SGEQ: _compare(np.greater_equal),
    z3.Z3_OP_CONCAT: _concat,
    z3.Z3_OP_EXTRACT: _extract,
    z3.Z3_OP_ZERO_EXT: _always(lambda a: a),
    z3.Z3_OP_SIGN_EXT: _sign_extend,
}
"""The operators of `model.core.terms.PYTHON`."""

REALS: OperationTable = {
    z3.Z3_OP_ANUM: _real,
    z3.Z3_OP_ADD: _always(lambda *values: reduce(np.add, values)),
    z3.Z3_OP_SUB: _always(lambda *values: reduce(np.subtract, values)),
    z3.Z3_OP_MUL: _always(lambda *values: reduce(np.multiply, values)),
    z3.Z3_OP_DIV: _always(np.divide),
    z3.Z3_OP_UMINUS: _always(np.negative),
    z3.Z3_OP_LE: _always(np.less_equal),
    z3.Z3_OP_LT: _always(np.less),
    z3.Z3_OP_GE: _always(np.greater_equal),
    z3.Z3_OP_GT: _always(np.greater),
    z3.Z3_OP_BV2INT: _always(lambda a: a.astype(np.float64)),
    z3.Z3_OP_TO_REAL: _always(lambda a: a),
}
"""Real numbers, for times."""


def reader(leaf: Callable[[str], Column]) -> Fold:
    """The columns of terms, given those of the free constants by name."""
    return Fold({**COLUMNS, **REALS}, lambda node: leaf(node.name))


def unpacked(layout: Layout, states: Column) -> Mapping[str, Column]:
    """Packed states as a column for each variable."""
    found = {}
    for var in layout.variables:
        place = layout.place[var.name]
        column = states[:, place.word] >> np.uint64(place.shift) & np.uint64(place.mask >> place.shift)
        found[var.name] = column if var.width else column.astype(np.bool_)
    return found
