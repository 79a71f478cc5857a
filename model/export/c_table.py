"""Terms as C: the operator table.

A value is an operand in text ("v7", "3ULL") of type `word`, an unsigned number of 64 bits. A bit-vector of N bits is a
number below 2^N, a Boolean is 0 or 1. The table has the keys of `model.core.terms.PYTHON` and its meaning: C leaves
shifts by 64 or more undefined, so these select 0 or the sign. Signed values need a C compiler that shifts negative
numbers arithmetically, as all do.

Limits: bit-vectors of at most 64 bits; a wider one, also inside a term, raises `CannotExport`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import z3

from model.core.nodes import Node
from model.core.terms import Operation, OperationTable, Translator
from model.export.refusal import CannotExport

WORD_BITS = 64
EmitStatement = Callable[[str], str]
"""Writes a statement that names the value of an expression; returns the name."""


def ones(bits: int) -> str:
    """The number with its lowest `bits` bits set."""
    return f"{(1 << bits) - 1:#x}ULL"


def cut(value: str, bits: int) -> str:
    """The expression `value` modulo 2^bits."""
    return f"({value}) & {ones(bits)}" if bits < WORD_BITS else value


def as_signed(value: str, bits: int) -> str:
    """The two's complement reading of an operand of `bits` bits, as a signed number of 64."""
    left = WORD_BITS - bits
    return f"((long long)({value} << {left}) >> {left})"


class COperators:
    """The functions of the table; they pass expressions to `emit` and return operands."""

    def __init__(self, emit: EmitStatement) -> None:
        self.emit = emit

    def chain(self, sign: str, none: str = "") -> Translator:
        """An operator between all children that cannot leave their width; and the value of none."""
        return lambda _node: (
            lambda *values: self.emit(f" {sign} ".join(values)) if len(values) > 1 else (values or (none,))[0]
        )

    def modular(self, sign: str) -> Translator:
        """An operator between all children, modulo 2^width."""
        return lambda node: lambda *values: self.emit(cut(f" {sign} ".join(values), node.width))

    def unary(self, expression: str) -> Translator:
        """An expression with a place for the child, modulo 2^width."""
        return lambda node: lambda a: self.emit(cut(expression.format(a), node.width))

    def form(self, expression: str) -> Translator:
        """An expression with places for the children."""
        return lambda _node: lambda *values: self.emit(expression.format(*values))

    def compare(self, relation: str) -> Translator:
        """A comparison of two children as signed numbers."""
        return lambda node: (
            lambda *values: self.emit(
                f" {relation} ".join(as_signed(value, node.children[0].width) for value in values)
            )
        )

    def distinct(self, _node: Node) -> Operation:
        """All pairs differ."""
        return lambda *values: self.emit(" & ".join(f"({a} != {b})" for a, b in combinations(values, 2)) or "1ULL")

    def shift(self, sign: str) -> Translator:
        """A shift that gives 0 from the width on."""
        return lambda node: lambda a, b: self.emit(f"{b} < {node.width} ? {cut(f'{a} {sign} {b}', node.width)} : 0ULL")

    def arithmetic_shift(self, node: Node) -> Operation:
        """A shift that gives copies of the sign from the width on."""
        bits = node.width
        return lambda a, b: self.emit(cut(f"(word)({as_signed(a, bits)} >> ({b} < {bits} ? {b} : {bits - 1}))", bits))

    def concat(self, node: Node) -> Operation:
        """The children side by side, the first one highest."""
        widths = [child.width for child in node.children]
        lows = [sum(widths[at + 1 :]) for at in range(len(widths))]
        return lambda *values: self.emit(" | ".join(f"{a} << {low}" for a, low in zip(values, lows, strict=True)))

    def extract(self, node: Node) -> Operation:
        """Some bits of the child."""
        high, low = node.params
        return lambda a: self.emit(cut(f"{a} >> {low}", high - low + 1))

    def sign_extend(self, node: Node) -> Operation:
        """The child made wider with copies of its sign."""
        return lambda a: self.emit(cut(f"(word){as_signed(a, node.children[0].width)}", node.width))


def fixed(value: str) -> Translator:
    """A constant."""
    return lambda _node: lambda: value


def narrow(node: Node) -> Node:
    """The same node; raises `CannotExport` if its value may not fit into a word."""
    if node.width > WORD_BITS:
        raise CannotExport(f"'{node.name}' gives {node.width} bits; C has words of {WORD_BITS}")
    return node


def operators(emit: EmitStatement) -> OperationTable:
    """The table whose functions write by `emit` and return operands."""
    to = COperators(emit)
    table: dict[int, Translator] = {
        z3.Z3_OP_TRUE: fixed("1ULL"),
        z3.Z3_OP_FALSE: fixed("0ULL"),
        z3.Z3_OP_BNUM: lambda node: lambda: f"{node.value}ULL",
        z3.Z3_OP_NOT: to.form("!{}"),
        z3.Z3_OP_AND: to.chain("&", "1ULL"),
        z3.Z3_OP_OR: to.chain("|", "0ULL"),
        z3.Z3_OP_XOR: to.chain("^", "0ULL"),
        z3.Z3_OP_IMPLIES: to.form("!{} | {}"),
        z3.Z3_OP_EQ: to.form("{} == {}"),
        z3.Z3_OP_DISTINCT: to.distinct,
        z3.Z3_OP_ITE: to.form("{} ? {} : {}"),
        z3.Z3_OP_BADD: to.modular("+"),
        z3.Z3_OP_BSUB: to.modular("-"),
        z3.Z3_OP_BMUL: to.modular("*"),
        z3.Z3_OP_BNEG: to.unary("0ULL - {}"),
        z3.Z3_OP_BNOT: to.unary("~{}"),
        z3.Z3_OP_BAND: to.chain("&"),
        z3.Z3_OP_BOR: to.chain("|"),
        z3.Z3_OP_BXOR: to.chain("^"),
        z3.Z3_OP_BSHL: to.shift("<<"),
        z3.Z3_OP_BLSHR: to.shift(">>"),
        z3.Z3_OP_BASHR: to.arithmetic_shift,
        z3.Z3_OP_ULT: to.form("{} < {}"),
        z3.Z3_OP_ULEQ: to.form("{} <= {}"),
        z3.Z3_OP_UGT: to.form("{} > {}"),
        z3.Z3_OP_UGEQ: to.form("{} >= {}"),
        z3.Z3_OP_SLT: to.compare("<"),
        z3.Z3_OP_SLEQ: to.compare("<="),
        z3.Z3_OP_SGT: to.compare(">"),
        z3.Z3_OP_SGEQ: to.compare(">="),
        z3.Z3_OP_CONCAT: to.concat,
        z3.Z3_OP_EXTRACT: to.extract,
        z3.Z3_OP_ZERO_EXT: lambda _node: lambda a: a,
        z3.Z3_OP_SIGN_EXT: to.sign_extend,
    }
    return {kind: refusing(prepare) for kind, prepare in table.items()}


def refusing(prepare: Translator) -> Translator:
    """The same, for terms that fit into a word."""
    return lambda node: prepare(narrow(node))
