"""Terms as JavaScript: the operator table.

A value is an expression in text. A Boolean is a boolean; a bit-vector of up to 32 bits is a number from 0 up, a wider
one a BigInt. JavaScript's operators on bits take and give signed numbers of 32 bits, so what has 32 bits is made
unsigned again (`>>> 0`); below that the mask does it. The table has the keys of `model.core.terms.PYTHON` and its
meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from itertools import combinations

import z3

from model.core.nodes import Node
from model.core.terms import OperationTable, Translator

NARROW = 32
"""Bits of the widest bit-vector that is a number."""


def wide(bits: int) -> bool:
    """Whether a bit-vector is a BigInt."""
    return bits > NARROW


def number(value: int, bits: int) -> str:
    """A number of so many bits."""
    return f"{value}n" if wide(bits) else str(value)


def cut(value: str, bits: int) -> str:
    """The expression modulo 2^bits; it may be negative, and a narrow one below 2^53."""
    if wide(bits):
        return f"BigInt.asUintN({bits},{value})"
    return f"({value}>>>0)" if bits == NARROW else f"({value}&{(1 << bits) - 1})"


def signed(value: str, bits: int) -> str:
    """The two's complement reading."""
    if wide(bits):
        return f"BigInt.asIntN({bits},{value})"
    return f"({value}<<{NARROW - bits}>>{NARROW - bits})"


def widened(value: str, bits: int, to: int) -> str:
    """A value of so many bits as one of more."""
    return f"BigInt({value})" if wide(to) and not wide(bits) else value


def chain(sign: str, none: str = "") -> Translator:
    """An operator between all children, without changing the width; and the value of none."""
    return lambda node: (
        lambda *values: (
            (f"(({sign.join(values)})>>>0)" if node.width == NARROW else f"({sign.join(values)})")
            if len(values) > 1
            else (values or (none,))[0]
        )
    )


def modular(sign: str) -> Translator:
    """An operator between all children, modulo 2^width."""
    return lambda node: lambda *values: cut(f"({sign.join(values)})", node.width)


def product(node: Node, values: Sequence[str]) -> str:
    """The product of all children; of narrow ones it may be beyond what a number holds."""
    if wide(node.width):
        return cut("*".join(values), node.width)
    return cut(reduce(lambda a, b: f"Math.imul({a},{b})", values), node.width)


def form(expression: str) -> Translator:
    """An expression with places for the children."""
    return lambda _node: expression.format


def compare(relation: str) -> Translator:
    """A comparison of two children as signed numbers."""
    return lambda node: (
        lambda a, b: f"({signed(a, node.children[0].width)}{relation}{signed(b, node.children[0].width)})"
    )


def shift(sign: str) -> Translator:
    """A shift that gives 0 from the width on."""
    return lambda node: (
        lambda a, b: (
            f"({b}<{number(node.width, node.width)}?{cut(f'({a}{sign}{b})', node.width)}:{number(0, node.width)})"
        )
    )


def arithmetic_shift(node: Node, a: str, b: str) -> str:
    """A shift that gives copies of the sign from the width on."""
    bits = node.width
    most = number(bits - 1, bits)
    return cut(f"({signed(a, bits)}>>({b}<{most}?{b}:{most}))", bits)


def concat(node: Node, values: Sequence[str]) -> str:
    """The children side by side, the first one highest."""
    widths = [child.width for child in node.children]
    lows = [sum(widths[at + 1 :]) for at in range(len(widths))]
    parts = [
        f"{widened(value, width, node.width)}<<{number(low, node.width)}" if low else widened(value, width, node.width)
        for value, width, low in zip(values, widths, lows, strict=True)
    ]
    joined = "|".join(f"({part})" for part in parts)
    return f"(({joined})>>>0)" if node.width == NARROW else f"({joined})"


def extract(node: Node, a: str) -> str:
    """Some bits of the child."""
    low, bits, whole = node.params[1], node.width, node.children[0].width
    if not wide(whole):
        return a if bits == whole else f"({a}>>>{low}&{(1 << bits) - 1})"
    found = f"BigInt.asUintN({bits},{a}>>{low}n)"
    return found if wide(bits) else f"Number({found})"


def sign_extend(node: Node, a: str) -> str:
    """The child made wider with copies of its sign."""
    bits = node.children[0].width
    return cut(widened(signed(a, bits), bits, node.width), node.width)


TABLE: OperationTable = {
    z3.Z3_OP_TRUE: form("true"),
    z3.Z3_OP_FALSE: form("false"),
    z3.Z3_OP_BNUM: lambda node: lambda: number(int(node.value or 0), node.width),
    z3.Z3_OP_NOT: form("!{}"),
    z3.Z3_OP_AND: chain("&&", "true"),
    z3.Z3_OP_OR: chain("||", "false"),
    z3.Z3_OP_XOR: chain("!==", "false"),
    z3.Z3_OP_IMPLIES: form("(!{}||{})"),
    z3.Z3_OP_EQ: form("({}==={})"),
    z3.Z3_OP_DISTINCT: lambda _: (
        lambda *values: f"({'&&'.join(f'{a}!=={b}' for a, b in combinations(values, 2)) or 'true'})"
    ),
    z3.Z3_OP_ITE: form("({}?{}:{})"),
    z3.Z3_OP_BADD: modular("+"),
    z3.Z3_OP_BSUB: modular("-"),
    z3.Z3_OP_BMUL: lambda node: lambda *values: product(node, values),
    z3.Z3_OP_BNEG: lambda node: lambda a: cut(f"(-{a})", node.width),
    z3.Z3_OP_BNOT: lambda node: lambda a: cut(f"(~{a})", node.width),
    z3.Z3_OP_BAND: chain("&"),
    z3.Z3_OP_BOR: chain("|"),
    z3.Z3_OP_BXOR: chain("^"),
    z3.Z3_OP_BSHL: shift("<<"),
    z3.Z3_OP_BLSHR: lambda node: shift(">>" if wide(node.width) else ">>>")(node),
    z3.Z3_OP_BASHR: lambda node: lambda a, b: arithmetic_shift(node, a, b),
    z3.Z3_OP_ULT: form("({}<{})"),
    z3.Z3_OP_ULEQ: form("({}<={})"),
    z3.Z3_OP_UGT: form("({}>{})"),
    z3.Z3_OP_UGEQ: form("({}>={})"),
    z3.Z3_OP_SLT: compare("<"),
    z3.Z3_OP_SLEQ: compare("<="),
    z3.Z3_OP_SGT: compare(">"),
    z3.Z3_OP_SGEQ: compare(">="),
    z3.Z3_OP_CONCAT: lambda node: lambda *values: concat(node, values),
    z3.Z3_OP_EXTRACT: lambda node: lambda a: extract(node, a),
    z3.Z3_OP_ZERO_EXT: lambda node: lambda a: widened(a, node.children[0].width, node.width),
    z3.Z3_OP_SIGN_EXT: lambda node: lambda a: sign_extend(node, a),
}
