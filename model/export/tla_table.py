"""Terms as TLA+: the operator table.

A value is an expression in text, in parentheses where it needs them. A bit-vector of N bits is a number below 2^N, a
Boolean is a Boolean. The table has the keys of `model.core.terms.PYTHON` and its meaning. `DEFINITIONS` are the
operators that it uses besides those of the module Integers.

Limits: TLC's integers have 32 bits with a sign, so bit-vectors of at most `MOST_BITS`, and products of at most half as
many; a wider one, also inside a term, raises `CannotExport`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from itertools import combinations

import z3

from model.core.nodes import Node
from model.core.terms import Operation, OperationTable, Translator
from model.export.refusal import CannotExport

MOST_BITS = 30
DEFINITIONS = """\
\\* Numbers below 2^n as n bits. `top` is 2^(n - 1).
RECURSIVE BitAnd(_, _)
BitAnd(a, b) == IF a = 0 \\/ b = 0 THEN 0 ELSE 2 * BitAnd(a \\div 2, b \\div 2) + (a % 2) * (b % 2)
BitOr(a, b) == a + b - BitAnd(a, b)
BitXor(a, b) == a + b - 2 * BitAnd(a, b)
Signed(a, top) == IF a < top THEN a ELSE a - 2 * top
"""


def _form(text: str) -> Translator:
    """An expression with places for the children."""
    return lambda _node: text.format


def _some(sign: str, none: str) -> Callable[..., str]:
    """An operator between any number of values."""
    return lambda *values: f"({sign.join(values)})" if len(values) > 1 else values[0] if values else none


_and, _or = _some(" /\\ ", "TRUE"), _some(" \\/ ", "FALSE")


def _pairs(text: str) -> Translator:
    """An expression with places for two operands, from left to right; {size} is 2^width."""
    return lambda node: lambda *values: reduce(lambda a, b: text.format(a, b, size=1 << node.width), values)


def _product(node: Node) -> Operation:
    return _pairs("(({} * {}) % {size})")(_narrow(node, MOST_BITS // 2))


def _signed(relation: str) -> Translator:
    """A comparison of two children as signed numbers."""

    def prepare(node: Node) -> Operation:
        top = 1 << (node.children[0].width - 1)
        return lambda a, b: f"(Signed({a}, {top}) {relation} Signed({b}, {top}))"

    return prepare


def _shift(text: str) -> Translator:
    """A shift, with places for what is shifted, the distance, and {bits}; 0 from the width on."""
    return lambda node: lambda a, b: f"(IF {b} < {node.width} THEN {text.format(a, b, bits=node.width)} ELSE 0)"


def _arithmetic_shift(node: Node) -> Operation:
    bits = node.width
    top, size = 1 << (bits - 1), 1 << bits
    return lambda a, b: f"((Signed({a}, {top}) \\div (2 ^ (IF {b} < {bits} THEN {b} ELSE {bits}))) % {size})"


def _concat(node: Node) -> Operation:
    widths = [child.width for child in node.children[1:]]
    return lambda first, *lower: reduce(
        lambda high, part: f"({high} * {1 << part[0]} + {part[1]})", zip(widths, lower, strict=True), first
    )


def _extract(node: Node) -> Operation:
    high, low = node.params
    return lambda a: f"(({a} \\div {1 << low}) % {1 << (high - low + 1)})" if low else f"({a} % {1 << (high + 1)})"


def _sign_extend(node: Node) -> Operation:
    return lambda a: f"(Signed({a}, {1 << (node.children[0].width - 1)}) % {1 << node.width})"


def _distinct(_node: Node) -> Operation:
    """All pairs differ."""
    return lambda *values: _and(*(f"({a} # {b})" for a, b in combinations(values, 2)))


def _narrow(node: Node, most: int = MOST_BITS) -> Node:
    """The same node; raises `CannotExport` if its value may have more than `most` bits."""
    if node.width > most:
        raise CannotExport(f"'{node.name}' gives {node.width} bits; TLC has integers of {most}")
    return node


def _refusing(prepare: Translator) -> Translator:
    """The same, for terms that fit."""
    return lambda node: prepare(_narrow(node))


_TABLE: dict[int, Translator] = {
    z3.Z3_OP_TRUE: _form("TRUE"),
    z3.Z3_OP_FALSE: _form("FALSE"),
    z3.Z3_OP_BNUM: lambda node: lambda: str(node.value),
    z3.Z3_OP_NOT: _form("(~{})"),
    z3.Z3_OP_AND: lambda _node: _and,
    z3.Z3_OP_OR: lambda _node: _or,
    z3.Z3_OP_XOR: lambda _node: lambda *values: reduce(lambda a, b: f"({a} # {b})", values or ("FALSE",)),
    z3.Z3_OP_IMPLIES: _form("({} => {})"),
    z3.Z3_OP_EQ: _form("({} = {})"),
    z3.Z3_OP_DISTINCT: _distinct,
    z3.Z3_OP_ITE: _form("(IF {} THEN {} ELSE {})"),
    z3.Z3_OP_BADD: _pairs("(({} + {}) % {size})"),
    z3.Z3_OP_BSUB: _pairs("(({} - {}) % {size})"),
    z3.Z3_OP_BMUL: _product,
    z3.Z3_OP_BNEG: lambda node: lambda a: f"((0 - {a}) % {1 << node.width})",
    z3.Z3_OP_BNOT: lambda node: lambda a: f"({(1 << node.width) - 1} - {a})",
    z3.Z3_OP_BAND: _pairs("BitAnd({}, {})"),
    z3.Z3_OP_BOR: _pairs("BitOr({}, {})"),
    z3.Z3_OP_BXOR: _pairs("BitXor({}, {})"),
    z3.Z3_OP_BSHL: _shift("({0} % (2 ^ ({bits} - {1}))) * (2 ^ {1})"),
    z3.Z3_OP_BLSHR: _shift("{0} \\div (2 ^ {1})"),
    z3.Z3_OP_BASHR: _arithmetic_shift,
    z3.Z3_OP_ULT: _form("({} < {})"),
    z3.Z3_OP_ULEQ: _form("({} <= {})"),
    z3.Z3_OP_UGT: _form("({} > {})"),
    z3.Z3_OP_UGEQ: _form("({} >= {})"),
    z3.Z3_OP_SLT: _signed("<"),
    z3.Z3_OP_SLEQ: _signed("<="),
    z3.Z3_OP_SGT: _signed(">"),
    z3.Z3_OP_SGEQ: _signed(">="),
    z3.Z3_OP_CONCAT: _concat,
    z3.Z3_OP_EXTRACT: _extract,
    z3.Z3_OP_ZERO_EXT: _form("{}"),
    z3.Z3_OP_SIGN_EXT: _sign_extend,
}
TLA: OperationTable = {kind: _refusing(prepare) for kind, prepare in _TABLE.items()}
