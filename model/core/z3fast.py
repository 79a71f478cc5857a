"""z3's constructors by their names, without what takes the time in its Python layer.

`z3.And` of three arguments makes about ten objects to compare their sorts, and compares them in Python; z3 compares
them again itself. Here a term is passed on as it is, and z3 refuses what does not fit (`Z3Exception`); what is no term
yet (True, 3) goes the long way. Numbers, truth values and what was simplified are kept and made once in a process.

Modules that build many terms import this one as `z3`. Limits: terms of z3's main context.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any

import z3
from z3 import (
    UGE,
    UGT,
    ULE,
    ULT,
    ArithRef,
    BitVec,
    BitVecRef,
    Bool,
    BoolRef,
    Concat,
    ExprRef,
    Extract,
    Real,
    RealVal,
    ZeroExt,
    z3core,
)

__all__ = [
    "UGE",
    "UGT",
    "ULE",
    "ULT",
    "And",
    "ArithRef",
    "BitVec",
    "BitVecRef",
    "BitVecVal",
    "Bool",
    "BoolRef",
    "BoolVal",
    "Concat",
    "ExprRef",
    "Extract",
    "If",
    "Implies",
    "Not",
    "Or",
    "Real",
    "RealVal",
    "ZeroExt",
    "is_false",
    "is_true",
    "simplify",
    "substitute",
]
MOST = 30_000
"""Simplified terms that are kept."""
CONTEXT = z3.main_ctx()


def _array(terms: Sequence[ExprRef]) -> Any:
    made = (z3.Ast * len(terms))()
    for at, term in enumerate(terms):
        made[at] = term.ast
    return made


def _joined(terms: tuple[Any, ...], make: Callable[..., Any], slowly: Callable[..., Any]) -> BoolRef:
    """A connective of Boolean terms, given one by one or as a list."""
    listed = terms[0] if len(terms) == 1 and isinstance(terms[0], (list, tuple)) else terms
    if not all(isinstance(term, BoolRef) for term in listed):
        made: BoolRef = slowly(*listed)
        return made
    return BoolRef(make(CONTEXT.ref(), len(listed), _array(listed)), CONTEXT)


def And(*terms: Any) -> BoolRef:
    """The conjunction; true of nothing."""
    return _joined(terms, z3core.Z3_mk_and, z3.And)


def Or(*terms: Any) -> BoolRef:
    """The disjunction; false of nothing."""
    return _joined(terms, z3core.Z3_mk_or, z3.Or)


def Not(term: Any) -> BoolRef:
    """The negation."""
    if not isinstance(term, BoolRef):
        return z3.Not(term)
    return BoolRef(z3core.Z3_mk_not(CONTEXT.ref(), term.ast), CONTEXT)


def Implies(premise: Any, then: Any) -> BoolRef:
    """The second, if the first holds."""
    if not (isinstance(premise, BoolRef) and isinstance(then, BoolRef)):
        return z3.Implies(premise, then)
    return BoolRef(z3core.Z3_mk_implies(CONTEXT.ref(), premise.ast, then.ast), CONTEXT)


def If(condition: Any, then: Any, otherwise: Any) -> Any:
    """The first term where the condition holds, else the second."""
    for sort in (BitVecRef, BoolRef):
        if isinstance(then, sort) and isinstance(otherwise, sort) and isinstance(condition, BoolRef):
            return sort(z3core.Z3_mk_ite(CONTEXT.ref(), condition.ast, then.ast, otherwise.ast), CONTEXT)
    return z3.If(condition, then, otherwise)


@lru_cache(maxsize=MOST)
def BitVecVal(value: int, width: int) -> z3.BitVecNumRef:
    """A number as a bit-vector."""
    return z3.BitVecVal(value, width)


@cache
def BoolVal(value: bool) -> BoolRef:
    """A truth value."""
    return z3.BoolVal(value)


def is_true(term: ExprRef) -> bool:
    """Whether the term is the constant true."""
    return bool(term.ast.value == BoolVal(True).ast.value)


def is_false(term: ExprRef) -> bool:
    """Whether the term is the constant false."""
    return bool(term.ast.value == BoolVal(False).ast.value)


_simplified = cache(dict[int, tuple[ExprRef, Any]])
"""What has been simplified, with its result."""


def simplify(term: Any) -> Any:
    """The term as z3 simplifies it."""
    known = _simplified()
    if term.ast.value not in known:
        if len(known) >= MOST:
            known.clear()
        known[term.ast.value] = term, z3.simplify(term)
    return known[term.ast.value][1]


def substitute(term: Any, *pairs: tuple[ExprRef, ExprRef]) -> Any:
    """The term with what comes first in each pair replaced by what comes second, all at once."""
    if not (pairs and isinstance(term, BoolRef)):
        return z3.substitute(term, *pairs)
    old, new = (_array(side) for side in zip(*pairs, strict=True))
    return BoolRef(z3core.Z3_substitute(CONTEXT.ref(), term.ast, len(pairs), old, new), CONTEXT)
