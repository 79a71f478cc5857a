"""The one way in which anything reads a term.

Guards, updates and properties are z3 terms over Booleans and bit-vectors of fixed width; there is no second
expression language. A reader of terms is a table with one entry for each z3 operator, and `Fold` walks the DAG with
it. The Python table below is the reference meaning; the native engine has another table with the same keys.

An entry is called with the term (for its widths and constants) and returns a function of the children's values, so
that a walk can be prepared once and run often. Walks are iterative: terms may be deeper than Python's stack.

Limits: the operators of `PYTHON`, no more; a term with another one raises `UnknownOperator`, which names it.
Shifts by the width or more give 0 (or copies of the sign), as in SMT-LIB.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, reduce
from typing import Any, TypeVar

import z3

Value = TypeVar("Value")
Step = Callable[..., Any]
Table = Mapping[int, Callable[[z3.ExprRef], Step]]


class UnknownOperator(ValueError):
    """A term uses an operator that a table does not have."""


def constant(term: z3.ExprRef) -> bool:
    """Whether the term is a free constant: a variable, an input, or a successor's variable."""
    return bool(z3.is_const(term) and term.decl().kind() == z3.Z3_OP_UNINTERPRETED)


def order(roots: Iterable[z3.ExprRef], known: Iterable[int] = ()) -> list[z3.ExprRef]:
    """All distinct subterms of `roots`, children before parents, each once; not those below the ids `known`."""
    seen = set(known)
    listed: list[z3.ExprRef] = []
    stack = [(root, False) for root in reversed(list(roots))]
    while stack:
        term, children_done = stack.pop()
        if children_done:
            listed.append(term)
        elif term.get_id() not in seen:
            seen.add(term.get_id())
            stack.append((term, True))
            stack.extend((child, False) for child in reversed(term.children()))
    return listed


def step(table: Table, term: z3.ExprRef) -> Step:
    """The table's function for the head of `term`."""
    kind = term.decl().kind()
    if kind not in table:
        raise UnknownOperator(f"operator '{term.decl().name()}' is not in this table (in {str(term)[:80]})")
    return table[kind](term)


class Fold:
    """The value of terms under a table, with `leaf` for free constants; z3 is asked about each distinct term once.

    `memo` maps the id of a term to its value; the caller may forget entries, and they are computed again when needed.
    All terms seen are kept alive, since z3 gives the id of a dead term to a new one.
    """

    def __init__(self, table: Table, leaf: Callable[[z3.ExprRef], Any]) -> None:
        self.memo: dict[int, Any] = {}
        self._table, self._leaf = table, leaf
        self._nodes: dict[int, tuple[z3.ExprRef, Step, tuple[int, ...]]] = {}

    def __call__(self, root: z3.ExprRef) -> Any:
        """The value of `root`."""
        top, memo = root.get_id(), self.memo
        self._learn(root)
        stack = [top]
        while stack:
            _, function, children = self._nodes[stack[-1]]
            missing = [child for child in children if child not in memo]
            if missing:
                stack.extend(reversed(missing))
            else:
                at = stack.pop()
                if at not in memo:
                    memo[at] = function(*[memo[child] for child in children])
        return memo[top]

    def _learn(self, root: z3.ExprRef) -> None:
        """Prepare the subterms of `root` that are new."""
        context, unknown = root.ctx.ref(), [root]
        while unknown:
            term = unknown.pop()
            if term.get_id() not in self._nodes:
                ast, count = term.as_ast(), term.num_args()
                arguments = [z3.Z3_get_ast_id(context, z3.Z3_get_app_arg(context, ast, at)) for at in range(count)]
                function = partial(self._leaf, term) if constant(term) else step(self._table, term)
                self._nodes[term.get_id()] = term, function, tuple(arguments)
                unknown.extend(term.arg(at) for at, known in enumerate(arguments) if known not in self._nodes)


Constant = tuple[str, int]
"""A free constant: its name and its width (0: Boolean)."""


def free_constants() -> Fold:
    """A reader whose value is the set of free constants (frozenset of `Constant`) in a term."""
    return Fold(_UNION, lambda term: frozenset([(term.decl().name(), term.size() if z3.is_bv(term) else 0)]))


def constants(roots: Iterable[z3.ExprRef]) -> set[str]:
    """Names of the free constants that occur in `roots`."""
    reader = free_constants()
    return {name for root in roots for name, _ in reader(root)}


# -- the reference meaning: Python integers and Booleans -----------------------------------------------------------


def mask(term: z3.ExprRef) -> int:
    """All ones, as wide as the bit-vector `term`."""
    return (1 << int(term.size())) - 1


def signed(value: int, width: int) -> int:
    """The two's complement reading of `value`."""
    return value - (1 << width) if value >> (width - 1) else value


def _modular(function: Callable[[int, int], int]) -> Callable[[z3.ExprRef], Step]:
    def prepare(term: z3.ExprRef) -> Step:
        ones = mask(term)
        return lambda *values: reduce(function, values) & ones

    return prepare


def _compare(function: Callable[[int, int], bool], sign: bool = False) -> Callable[[z3.ExprRef], Step]:
    def prepare(term: z3.ExprRef) -> Step:
        width = term.arg(0).size()
        if sign:
            return lambda a, b: function(signed(a, width), signed(b, width))
        return function

    return prepare


def _always(function: Step) -> Callable[[z3.ExprRef], Step]:
    return lambda _term: function


def _number(term: z3.ExprRef) -> Step:
    value = term.as_long()
    return lambda: value


def _concat(term: z3.ExprRef) -> Step:
    widths = [child.size() for child in term.children()]

    def join(*values: int) -> int:
        return reduce(lambda high, low: high << low[0] | low[1], zip(widths, values, strict=True), 0)

    return join


def _extract(term: z3.ExprRef) -> Step:
    high, low = term.params()
    ones = (1 << (high - low + 1)) - 1
    return lambda a: a >> low & ones


def _sign_extend(term: z3.ExprRef) -> Step:
    ones, width = mask(term), term.arg(0).size()
    return lambda a: signed(a, width) & ones


def _arithmetic_shift(term: z3.ExprRef) -> Step:
    ones, width = mask(term), term.size()
    return lambda a, b: (signed(a, width) >> min(b, width)) & ones


def _shift_left(term: z3.ExprRef) -> Step:
    ones, width = mask(term), term.size()
    return lambda a, b: a << min(b, width) & ones


def _unary(function: Callable[[int], int]) -> Callable[[z3.ExprRef], Step]:
    def prepare(term: z3.ExprRef) -> Step:
        ones = mask(term)
        return lambda a: function(a) & ones

    return prepare


PYTHON: Table = {
    z3.Z3_OP_TRUE: _always(lambda: True),
    z3.Z3_OP_FALSE: _always(lambda: False),
    z3.Z3_OP_BNUM: _number,
    z3.Z3_OP_NOT: _always(operator.not_),
    z3.Z3_OP_AND: _always(lambda *values: all(values)),
    z3.Z3_OP_OR: _always(lambda *values: any(values)),
    z3.Z3_OP_XOR: _always(lambda *values: reduce(operator.xor, values)),
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
    z3.Z3_OP_ULT: _compare(operator.lt),
    z3.Z3_OP_ULEQ: _compare(operator.le),
    z3.Z3_OP_UGT: _compare(operator.gt),
    z3.Z3_OP_UGEQ: _compare(operator.ge),
    z3.Z3_OP_SLT: _compare(operator.lt, sign=True),
    z3.Z3_OP_SLEQ: _compare(operator.le, sign=True),
    z3.Z3_OP_SGT: _compare(operator.gt, sign=True),
    z3.Z3_OP_SGEQ: _compare(operator.ge, sign=True),
    z3.Z3_OP_CONCAT: _concat,
    z3.Z3_OP_EXTRACT: _extract,
    z3.Z3_OP_ZERO_EXT: _always(lambda a: a),
    z3.Z3_OP_SIGN_EXT: _sign_extend,
}


_UNION: Table = dict.fromkeys(PYTHON, _always(lambda *sets: frozenset().union(*sets)))


class Meaning:
    """The Python meaning of some terms, prepared once: call it with an assignment, get the list of their values.

    An assignment maps the name of each free constant to an int (bit-vector) or a bool (Boolean).
    """

    def __init__(self, roots: Sequence[z3.ExprRef]) -> None:
        self._terms = order(roots)
        position = {term.get_id(): at for at, term in enumerate(self._terms)}
        self._steps: list[tuple[str, Step, list[int]]] = [
            (term.decl().name(), lambda: None, [])
            if constant(term)
            else ("", step(PYTHON, term), [position[child.get_id()] for child in term.children()])
            for term in self._terms
        ]
        self._roots = [position[root.get_id()] for root in roots]

    def __call__(self, assignment: Mapping[str, int]) -> list[Any]:
        values: list[Any] = []
        for name, function, children in self._steps:
            values.append(assignment[name] if name else function(*[values[child] for child in children]))
        return [values[root] for root in self._roots]


def evaluate(term: z3.ExprRef, assignment: Mapping[str, int]) -> Any:
    """The value of one term under one assignment (see `Meaning`)."""
    return Meaning([term])(assignment)[0]
