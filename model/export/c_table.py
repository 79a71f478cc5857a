"""Terms as C: the operator table.

A value is an operand in text ("v7", "3ULL") of type `word`, an unsigned number of 64 bits. A bit-vector of N bits is a
number below 2^N, a Boolean is 0 or 1. The table has the keys of `model.terms.PYTHON` and its meaning: C leaves shifts
by 64 or more undefined, so these select 0 or the sign. Signed values need a C compiler that shifts negative numbers
arithmetically, as all do.

Limits: bit-vectors of at most 64 bits; a wider one, also inside a term, raises `CannotExport`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import z3

from model.export import CannotExport
from model.terms import Step, Table

WORD_BITS = 64
Emit = Callable[[str], str]
"""Writes a statement that names the value of an expression; returns the name."""
Prepared = Callable[[z3.ExprRef], Step]


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


class Operators:
    """The functions of the table; they pass expressions to `emit` and return operands."""

    def __init__(self, emit: Emit) -> None:
        self.emit = emit

    def chain(self, sign: str) -> Prepared:
        """An operator between all children that cannot leave their width."""
        return lambda _term: lambda *values: self.emit(f" {sign} ".join(values))

    def modular(self, sign: str) -> Prepared:
        """An operator between all children, modulo 2^width."""

        def prepare(term: z3.BitVecRef) -> Step:
            return lambda *values: self.emit(cut(f" {sign} ".join(values), term.size()))

        return prepare

    def unary(self, expression: str) -> Prepared:
        """An expression with a place for the child, modulo 2^width."""

        def prepare(term: z3.BitVecRef) -> Step:
            return lambda a: self.emit(cut(expression.format(a), term.size()))

        return prepare

    def form(self, expression: str) -> Prepared:
        """An expression with places for the children."""
        return lambda _term: lambda *values: self.emit(expression.format(*values))

    def compare(self, relation: str) -> Prepared:
        """A comparison of two children as signed numbers."""

        def prepare(term: z3.ExprRef) -> Step:
            bits = term.arg(0).size()
            return lambda a, b: self.emit(f"{as_signed(a, bits)} {relation} {as_signed(b, bits)}")

        return prepare

    def distinct(self, _term: z3.ExprRef) -> Step:
        """All pairs differ."""
        return lambda *values: self.emit(" & ".join(f"({a} != {b})" for a, b in combinations(values, 2)) or "1ULL")

    def shift(self, sign: str) -> Prepared:
        """A shift that gives 0 from the width on."""

        def prepare(term: z3.BitVecRef) -> Step:
            bits = term.size()
            return lambda a, b: self.emit(f"{b} < {bits} ? {cut(f'{a} {sign} {b}', bits)} : 0ULL")

        return prepare

    def arithmetic_shift(self, term: z3.BitVecRef) -> Step:
        """A shift that gives copies of the sign from the width on."""
        bits = term.size()

        def shifted(a: str, b: str) -> str:
            by = f"({b} < {bits} ? {b} : {bits - 1})"
            return self.emit(cut(f"(word)({as_signed(a, bits)} >> {by})", bits))

        return shifted

    def concat(self, term: z3.BitVecRef) -> Step:
        """The children side by side, the first one highest."""
        widths = [child.size() for child in term.children()]
        lows = [sum(widths[at + 1 :]) for at in range(len(widths))]
        return lambda *values: self.emit(" | ".join(f"{a} << {low}" for a, low in zip(values, lows, strict=True)))

    def extract(self, term: z3.BitVecRef) -> Step:
        """Some bits of the child."""
        high, low = term.params()
        return lambda a: self.emit(cut(f"{a} >> {low}", high - low + 1))

    def sign_extend(self, term: z3.BitVecRef) -> Step:
        """The child made wider with copies of its sign."""
        bits = term.arg(0).size()
        return lambda a: self.emit(cut(f"(word){as_signed(a, bits)}", term.size()))


def fixed(value: str) -> Prepared:
    """A constant."""
    return lambda _term: lambda: value


def narrow(term: z3.ExprRef) -> None:
    """Raise `CannotExport` if the term's value does not fit into a word."""
    if z3.is_bv(term) and term.size() > WORD_BITS:
        raise CannotExport(f"'{term.decl().name()}' gives {term.size()} bits; C has words of {WORD_BITS}")


def operators(emit: Emit) -> Table:
    """The table whose functions write by `emit` and return operands."""
    to = Operators(emit)
    table: dict[int, Prepared] = {
        z3.Z3_OP_TRUE: fixed("1ULL"),
        z3.Z3_OP_FALSE: fixed("0ULL"),
        z3.Z3_OP_BNUM: lambda term: lambda: f"{term.as_long()}ULL",
        z3.Z3_OP_NOT: to.form("!{}"),
        z3.Z3_OP_AND: to.chain("&"),
        z3.Z3_OP_OR: to.chain("|"),
        z3.Z3_OP_XOR: to.chain("^"),
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
        z3.Z3_OP_ZERO_EXT: lambda _term: lambda a: a,
        z3.Z3_OP_SIGN_EXT: to.sign_extend,
    }
    return {kind: refusing(prepare) for kind, prepare in table.items()}


def refusing(prepare: Prepared) -> Prepared:
    """The same, for terms that fit into a word."""

    def careful(term: z3.ExprRef) -> Step:
        narrow(term)
        return prepare(term)

    return careful
