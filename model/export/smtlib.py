"""Formulas as an SMT-LIB 2.6 script: may all of them be true at once?

Every subterm that occurs more than once gets a definition, so that a script is as long as the DAG and can be read from
top to bottom. Besides Booleans and bit-vectors (the operators of `model.core.terms`) it knows linear arithmetic over
reals.

Source: The SMT-LIB Standard, version 2.6; theories Core, FixedSizeBitVectors, Reals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import partial, reduce

import z3

from model.core.nodes import Node, node_of, order
from model.core.terms import Operation, OperationTable, Translator, step


def _plain(name: str) -> Translator:
    return lambda _node: lambda *values: f"({name} {' '.join(values)})" if values else name


def _some(name: str, none: str) -> Translator:
    """and, or: of one formula it is the formula itself, of none a constant, which not every reader knows."""
    return lambda _node: (
        lambda *values: f"({name} {' '.join(values)})" if len(values) > 1 else values[0] if values else none
    )


def _chain(name: str) -> Translator:
    """An operation of two, applied from left to right; of nothing, where there may be nothing, it is false."""
    return lambda _node: lambda *values: reduce(lambda a, b: f"({name} {a} {b})", values or ("false",))


def _distinct(_node: Node) -> Operation:
    """All differ; one, or nothing, does."""
    return lambda *values: f"(distinct {' '.join(values)})" if len(values) > 1 else "true"


def _indexed(name: str) -> Translator:
    return lambda node: lambda value: f"((_ {name} {' '.join(map(str, node.params))}) {value})"


def _rational(node: Node) -> Operation:
    assert isinstance(node.value, Fraction)
    top, bottom = node.value.numerator, node.value.denominator
    size = f"{abs(top)}.0" if bottom == 1 else f"(/ {abs(top)}.0 {bottom}.0)"
    return lambda: f"(- {size})" if top < 0 else size


_PLAIN = {
    "true": z3.Z3_OP_TRUE,
    "false": z3.Z3_OP_FALSE,
    "not": z3.Z3_OP_NOT,
    "=>": z3.Z3_OP_IMPLIES,
    "=": z3.Z3_OP_EQ,
    "ite": z3.Z3_OP_ITE,
    "bvneg": z3.Z3_OP_BNEG,
    "bvnot": z3.Z3_OP_BNOT,
    "bvshl": z3.Z3_OP_BSHL,
    "bvlshr": z3.Z3_OP_BLSHR,
    "bvashr": z3.Z3_OP_BASHR,
    "bvult": z3.Z3_OP_ULT,
    "bvule": z3.Z3_OP_ULEQ,
    "bvugt": z3.Z3_OP_UGT,
    "bvuge": z3.Z3_OP_UGEQ,
    "bvslt": z3.Z3_OP_SLT,
    "bvsle": z3.Z3_OP_SLEQ,
    "bvsgt": z3.Z3_OP_SGT,
    "bvsge": z3.Z3_OP_SGEQ,
    "<": z3.Z3_OP_LT,
    "<=": z3.Z3_OP_LE,
    ">": z3.Z3_OP_GT,
    ">=": z3.Z3_OP_GE,
    "+": z3.Z3_OP_ADD,
    "-": z3.Z3_OP_SUB,
    "*": z3.Z3_OP_MUL,
}
_CHAINS = {
    "xor": z3.Z3_OP_XOR,
    "bvadd": z3.Z3_OP_BADD,
    "bvsub": z3.Z3_OP_BSUB,
    "bvmul": z3.Z3_OP_BMUL,
    "bvand": z3.Z3_OP_BAND,
    "bvor": z3.Z3_OP_BOR,
    "bvxor": z3.Z3_OP_BXOR,
    "concat": z3.Z3_OP_CONCAT,
}
_INDEXED = {
    "extract": z3.Z3_OP_EXTRACT,
    "zero_extend": z3.Z3_OP_ZERO_EXT,
    "sign_extend": z3.Z3_OP_SIGN_EXT,
}

SMTLIB: OperationTable = {
    **{kind: _plain(name) for name, kind in _PLAIN.items()},
    **{kind: _chain(name) for name, kind in _CHAINS.items()},
    **{kind: _indexed(name) for name, kind in _INDEXED.items()},
    z3.Z3_OP_AND: _some("and", "true"),
    z3.Z3_OP_OR: _some("or", "false"),
    z3.Z3_OP_DISTINCT: _distinct,
    z3.Z3_OP_BNUM: lambda node: lambda: f"(_ bv{node.value} {node.width})",
    z3.Z3_OP_ANUM: _rational,
    z3.Z3_OP_UMINUS: _plain("-"),
}
OPERATORS = {*_PLAIN, *_CHAINS, *_INDEXED, "and", "or", "distinct"}
RESERVED = {"_", "!", "as", "let", "exists", "forall", "match", "par"}


class Scripts:
    """Writes scripts; what it has prepared of a term serves all of them."""

    def __init__(self) -> None:
        self._heads: dict[bytes, Operation] = {}

    def script(self, formulas: Sequence[z3.BoolRef], comments: Sequence[str] = ()) -> str:
        """The script that asks whether the conjunction of `formulas` can be satisfied, with comments at its head.

        Raises `UnknownOperator`.
        """
        sorts = {sort(node) for node in order(formulas) if node.children or node.constant}
        lines = [*(f"; {comment}" for comment in comments), f"(set-logic {_logic(sorts)})"]
        texts = self.texts(formulas, lines)
        return "\n".join([*lines, *(f"(assert {text})" for text in texts), "(check-sat)", ""])

    def texts(self, formulas: Sequence[z3.BoolRef], lines: list[str]) -> list[str]:
        """The formulas' texts; the declarations and definitions that they need are added to `lines`."""
        roots = [node_of(formula) for formula in formulas]
        listed = order(roots)
        lines += [f"(declare-fun {symbol(node.name)} () {sort(node)})" for node in listed if node.constant]
        text = self._define(listed, roots, lines)
        return [text[root.digest] for root in roots]

    def _define(self, listed: Sequence[Node], roots: Sequence[Node], lines: list[str]) -> dict[bytes, str]:
        """How each node is referred to; what is used more than once is defined in `lines`."""
        uses = Counter(node.digest for node in (*roots, *(child for node in listed for child in node.children)))
        text: dict[bytes, str] = {}
        for node in listed:
            at = node.digest
            text[at] = self._head(node)(*[text[child.digest] for child in node.children])
            if node.children and uses[at] > 1:
                lines.append(f"(define-fun ?{len(lines)} () {sort(node)} {text[at]})")
                text[at] = f"?{len(lines) - 1}"
        return text

    def _head(self, node: Node) -> Operation:
        """The function from the texts of a node's children to its own."""
        if node.digest not in self._heads:
            self._heads[node.digest] = partial(symbol, node.name) if node.constant else step(SMTLIB, node)
        return self._heads[node.digest]


def _logic(sorts: Iterable[str]) -> str:
    """The smallest logic that has these sorts."""
    real, vector = "Real" in sorts, any("BitVec" in one for one in sorts)
    return "ALL" if real and vector else "QF_LRA" if real else "QF_BV"


def sort(node: Node) -> str:
    """The name of a node's sort."""
    return f"(_ BitVec {node.width})" if node.width else node.sort


def symbol(name: str) -> str:
    """A name as a symbol, quoted if it has to be."""
    plain = name.replace(".", "").replace("_", "").replace("-", "")
    simple = plain.isascii() and plain.isalnum() and not name[0].isdigit() and name not in RESERVED
    return name if simple else f"|{name}|"
