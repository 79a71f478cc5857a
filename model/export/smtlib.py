"""Formulas as an SMT-LIB 2.6 script: may all of them be true at once?

Every subterm that occurs more than once gets a definition, so that a script is as long as the DAG and can be read from
top to bottom. Besides Booleans and bit-vectors (the operators of `model.terms`) it knows linear arithmetic over reals.

Source: The SMT-LIB Standard, version 2.6; theories Core, FixedSizeBitVectors, Reals.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

import z3

from model.terms import Step, Table, constant, order, step


def _plain(name: str) -> Callable[[z3.ExprRef], Step]:
    return lambda _term: lambda *values: f"({name} {' '.join(values)})" if values else name


def _some(name: str, none: str) -> Callable[[z3.ExprRef], Step]:
    """and, or: of one formula it is the formula itself, of none a constant, which not every reader knows."""

    def joined(*values: str) -> str:
        return f"({name} {' '.join(values)})" if len(values) > 1 else values[0] if values else none

    return lambda _term: joined


def _chain(name: str) -> Callable[[z3.ExprRef], Step]:
    """An operation of two, applied from left to right."""
    return lambda _term: lambda *values: reduce(lambda a, b: f"({name} {a} {b})", values)


def _indexed(name: str) -> Callable[[z3.ExprRef], Step]:
    def prepare(term: z3.ExprRef) -> Step:
        indices = " ".join(str(index) for index in term.params())
        return lambda value: f"((_ {name} {indices}) {value})"

    return prepare


def _number(term: z3.ExprRef) -> Step:
    return lambda: f"(_ bv{term.as_long()} {term.size()})"


def _rational(term: z3.ExprRef) -> Step:
    top, bottom = term.numerator_as_long(), term.denominator_as_long()
    size = f"{abs(top)}.0" if bottom == 1 else f"(/ {abs(top)}.0 {bottom}.0)"
    return lambda: f"(- {size})" if top < 0 else size


_PLAIN = {
    "true": z3.Z3_OP_TRUE,
    "false": z3.Z3_OP_FALSE,
    "not": z3.Z3_OP_NOT,
    "=>": z3.Z3_OP_IMPLIES,
    "=": z3.Z3_OP_EQ,
    "distinct": z3.Z3_OP_DISTINCT,
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

SMTLIB: Table = {
    **{kind: _plain(name) for name, kind in _PLAIN.items()},
    **{kind: _chain(name) for name, kind in _CHAINS.items()},
    **{kind: _indexed(name) for name, kind in _INDEXED.items()},
    z3.Z3_OP_AND: _some("and", "true"),
    z3.Z3_OP_OR: _some("or", "false"),
    z3.Z3_OP_BNUM: _number,
    z3.Z3_OP_ANUM: _rational,
    z3.Z3_OP_UMINUS: _plain("-"),
}
OPERATORS = {*_PLAIN, *_CHAINS, *_INDEXED, "and", "or"}
RESERVED = {"_", "!", "as", "let", "exists", "forall", "match", "par"}


@dataclass(frozen=True)
class Node:
    """A term as scripts need it. head: its text, given its children's; children: their ids. sort is "" for a leaf."""

    term: z3.ExprRef
    head: Step
    children: tuple[int, ...]
    sort: str
    declared: str = ""


class Scripts:
    """Writes scripts; what it has learned of a term serves all of them, and keeps the term alive."""

    def __init__(self) -> None:
        self._nodes: dict[int, Node] = {}

    def script(self, formulas: Sequence[z3.BoolRef], comments: Sequence[str] = ()) -> str:
        """The script that asks whether the conjunction of `formulas` can be satisfied, with comments at its head.

        Raises `UnknownOperator`.
        """
        listed = self._learn(formulas)
        sorts = {self._nodes[at].sort for at in listed} | {self._nodes[at].declared for at in listed}
        lines = [*(f"; {comment}" for comment in comments), f"(set-logic {_logic(sorts)})"]
        texts = self.texts(formulas, lines)
        return "\n".join([*lines, *(f"(assert {text})" for text in texts), "(check-sat)", ""])

    def texts(self, formulas: Sequence[z3.BoolRef], lines: list[str]) -> list[str]:
        """The formulas' texts; the declarations and definitions that they need are added to `lines`."""
        listed, roots = self._learn(formulas), [formula.get_id() for formula in formulas]
        lines += [
            f"(declare-fun {self._nodes[at].head()} () {self._nodes[at].declared})"
            for at in listed
            if self._nodes[at].declared
        ]
        text = self._define(listed, roots, lines)
        return [text[at] for at in roots]

    def _learn(self, formulas: Sequence[z3.BoolRef]) -> list[int]:
        """The terms beneath the formulas, children before parents, each once; they are known from now on."""
        for term in order((formula for formula in formulas), self._nodes.keys()):
            self._nodes[term.get_id()] = _node(term)
        return self._order([formula.get_id() for formula in formulas])

    def _order(self, roots: Sequence[int]) -> list[int]:
        """The terms beneath `roots`, children before parents, each once."""
        listed: dict[int, None] = {}
        stack = [(root, False) for root in reversed(roots)]
        while stack:
            at, done = stack.pop()
            if done:
                listed[at] = None
            elif at not in listed:
                stack.append((at, True))
                stack += [(child, False) for child in reversed(self._nodes[at].children)]
        return list(listed)

    def _define(self, listed: Sequence[int], roots: Sequence[int], lines: list[str]) -> dict[int, str]:
        """How each term is referred to; what is used more than once is defined in `lines`."""
        uses = Counter(roots)
        for at in listed:
            uses.update(self._nodes[at].children)
        text: dict[int, str] = {}
        for at in listed:
            node = self._nodes[at]
            text[at] = node.head(*(text[child] for child in node.children))
            if node.children and uses[at] > 1:
                lines.append(f"(define-fun ?{len(lines)} () {node.sort} {text[at]})")
                text[at] = f"?{len(lines) - 1}"
        return text


def _node(term: z3.ExprRef) -> Node:
    if constant(term):
        name = symbol(term.decl().name())
        return Node(term, lambda: name, (), "", sort(term))
    children = tuple(child.get_id() for child in term.children())
    return Node(term, step(SMTLIB, term), children, sort(term) if children else "")


def _logic(sorts: Iterable[str]) -> str:
    """The smallest logic that has these sorts."""
    real, vector = "Real" in sorts, any("BitVec" in one for one in sorts)
    return "ALL" if real and vector else "QF_LRA" if real else "QF_BV"


def sort(term: z3.ExprRef) -> str:
    """The name of a term's sort."""
    return f"(_ BitVec {term.size()})" if z3.is_bv(term) else str(term.sort().name())


def symbol(name: str) -> str:
    """A name as a symbol, quoted if it has to be."""
    plain = name.replace(".", "").replace("_", "").replace("-", "")
    simple = plain.isascii() and plain.isalnum() and not name[0].isdigit() and name not in RESERVED
    return name if simple else f"|{name}|"
