"""Terms as nodes: plain Python objects, for each of which z3 is asked once.

Guards, updates and properties are z3 terms. Whoever reads them (the checks of a system, operator tables, exporters)
reads nodes instead. Reading a term through z3's Python layer takes about ten calls for each subterm and makes an object
for every answer; here z3's C functions are called, once for each subterm in a process, and what several readers share
is read once.

Nodes are canonical. z3 may order the arguments of a sum by what was built before in the process; a node's children are
in an order that follows from what they are, and its `digest` is the same for equal terms in every process. Two nodes
with one digest mean the same.

Limits: a term that is not an application of an operator (a quantifier, a bound variable) raises `UnknownOperator`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from hashlib import blake2b
from typing import Any

import z3
from z3 import z3core

Constant = tuple[str, int]
"""A free constant: its name and its width (0: it is no bit-vector)."""
MOST = 200_000
"""Nodes that are kept for later readers; then reading begins afresh."""
COMMUTATIVE = frozenset((
    z3.Z3_OP_AND,
    z3.Z3_OP_OR,
    z3.Z3_OP_XOR,
    z3.Z3_OP_EQ,
    z3.Z3_OP_DISTINCT,
    z3.Z3_OP_BADD,
    z3.Z3_OP_BMUL,
    z3.Z3_OP_BAND,
    z3.Z3_OP_BOR,
    z3.Z3_OP_BXOR,
))  # fmt: skip


class UnknownOperator(ValueError):
    """A term uses what a reader does not know."""


class Node:
    """An operator and its children.

    kind: z3's number of the operator. name: the operator's, or the constant's. sort: "Bool", "BitVec", "Real" ...
    width: bits of a bit-vector, else 0. params: an operator's numbers, as those of an extraction.
    value: of a number, else None. children: in canonical order; given: as they are in the term.
    digest: 16 bytes; equal nodes have equal ones. constants: the free constants in the term.
    """

    __slots__ = ("children", "constants", "digest", "given", "kind", "name", "params", "sort", "value", "width")
    digest: bytes
    kind: int

    def __init__(self, operator: Operator, given: tuple[Node, ...]) -> None:
        self.kind, self.name, self.sort = operator.kind, operator.name, operator.sort
        self.width, self.params, self.value = operator.width, operator.params, operator.value
        self.given = self.children = given
        if len(given) > 1 and operator.kind in COMMUTATIVE:
            # Numbers come last.
            self.children = tuple(sorted(given, key=lambda node: (node.value is not None, node.digest)))
        self.digest = blake2b(operator.seed + b"".join([c.digest for c in self.children]), digest_size=16).digest()
        self.constants = _union(given) if given else operator.constants

    @property
    def constant(self) -> bool:
        """Whether it is a free constant: a variable, an input, or a successor's variable."""
        return bool(self.kind == z3.Z3_OP_UNINTERPRETED) and not self.given

    @property
    def bits(self) -> int:
        """Bits of the value; a Boolean has one."""
        return self.width or 1

    @property
    def true(self) -> bool:
        """Whether it is the constant true."""
        return bool(self.kind == z3.Z3_OP_TRUE)

    def __str__(self) -> str:
        """The term in prefix notation, two operators deep."""
        return self._shown(2)

    def _shown(self, depth: int) -> str:
        head = self.name if self.value is None else str(self.value)
        if not self.given:
            return head
        return f"{head}({', '.join(child._shown(depth - 1) for child in self.given) if depth else '...'})"


class Operator:
    """What nodes of one operator share; seed: what distinguishes it."""

    __slots__ = ("constants", "kind", "name", "params", "seed", "sort", "value", "width")

    def __init__(  # noqa: PLR0917  # The last ones have defaults.
        self,
        kind: int,
        name: str,
        sort: str = "Bool",
        width: int = 0,
        params: tuple[int, ...] = (),
        value: int | Fraction | None = None,
    ) -> None:
        self.kind, self.name, self.sort, self.width, self.params, self.value = kind, name, sort, width, params, value
        self.seed = repr((kind, name, sort, width, params, str(value))).encode()
        self.constants = frozenset([(name, width)] if kind == z3.Z3_OP_UNINTERPRETED else [])


def _union(nodes: Sequence[Node]) -> frozenset[Constant]:
    """The constants of all nodes; the set of one of them if that has them all."""
    largest = max((node.constants for node in nodes), key=len)
    more = [node.constants for node in nodes if not node.constants <= largest]
    return largest.union(*more) if more else largest


NOT = Operator(z3.Z3_OP_NOT, "not")


def negation(node: Node) -> Node:
    """Its negation."""
    return node.given[0] if node.kind == z3.Z3_OP_NOT else Node(NOT, (node,))


def conjuncts(node: Node) -> Iterator[Node]:
    """The nodes whose conjunction is `node`; none for true.

    They are in the order of the term; those of a negated disjunction, which z3 may have put in any order, in ours.
    """
    stack = [node]
    while stack:
        top = stack.pop()
        if top.kind == z3.Z3_OP_AND:
            stack += reversed(top.given)
        elif top.kind == z3.Z3_OP_NOT and top.given[0].kind == z3.Z3_OP_OR:
            stack += [negation(part) for part in reversed(top.given[0].children)]
        elif not top.true:
            yield top


def order(roots: Iterable[z3.ExprRef | Node], known: Collection[bytes] = ()) -> list[Node]:
    """All distinct nodes beneath `roots`, children before parents, each once; not those with known digests."""
    seen: set[bytes] = set()
    listed: list[Node] = []
    stack: list[tuple[Node, bool]] = [(root, False) for root in reversed([node_of(root) for root in roots])]
    while stack:
        node, children_done = stack.pop()
        if children_done:
            listed.append(node)
        elif node.digest not in seen and node.digest not in known:
            seen.add(node.digest)
            stack.append((node, True))
            stack += [(child, False) for child in reversed(node.children)]
    return listed


# -- z3's side -----------------------------------------------------------------------------------------------------

POINTER, UNSIGNED, TEXT = ctypes.c_void_p, ctypes.c_uint, ctypes.c_char_p


def _c_function(name: str, result: Any, *more: Any) -> Callable[..., Any]:
    """z3's C function of this name, which takes a context, a pointer and `more`; it works on plain numbers."""
    address = ctypes.cast(getattr(z3core, name).__defaults__[0].f, POINTER).value
    assert address
    return ctypes.CFUNCTYPE(result, POINTER, POINTER, *more)(address)


_is_operation = _c_function("Z3_is_app", ctypes.c_bool)
_decl = _c_function("Z3_get_app_decl", POINTER)
_count = _c_function("Z3_get_app_num_args", UNSIGNED)
_argument = _c_function("Z3_get_app_arg", POINTER, UNSIGNED)
_kind = _c_function("Z3_get_decl_kind", UNSIGNED)
_symbol = _c_function("Z3_get_decl_name", POINTER)
_symbol_kind = _c_function("Z3_get_symbol_kind", UNSIGNED)
_symbol_text = _c_function("Z3_get_symbol_string", TEXT)
_symbol_number = _c_function("Z3_get_symbol_int", ctypes.c_int)
_params = _c_function("Z3_get_decl_num_parameters", UNSIGNED)
_param = _c_function("Z3_get_decl_int_parameter", ctypes.c_int, UNSIGNED)
_sort = _c_function("Z3_get_sort", POINTER)
_sort_kind = _c_function("Z3_get_sort_kind", UNSIGNED)
_sort_name = _c_function("Z3_get_sort_name", POINTER)
_width = _c_function("Z3_get_bv_sort_size", UNSIGNED)
_number = _c_function("Z3_get_numeral_string", TEXT)
NUMBERS = (z3.Z3_OP_BNUM, z3.Z3_OP_ANUM)
INDEXED = (z3.Z3_OP_EXTRACT, z3.Z3_OP_ZERO_EXT, z3.Z3_OP_SIGN_EXT)


class _Reader:
    """The nodes that were read, by the address of their term; it keeps the terms alive, since z3 reuses addresses."""

    def __init__(self) -> None:
        self._nodes: dict[int, Node] = {}
        self._operators: dict[int, Operator] = {}
        self._alive: list[z3.ExprRef] = []

    def __call__(self, root: z3.ExprRef) -> Node:
        top: int = root.ast.value
        if (found := self._nodes.get(top)) is not None:
            return found
        if len(self._nodes) > MOST:
            self._nodes.clear()
            self._operators.clear()
            self._alive.clear()
        self._alive.append(root)
        self._read(root.ctx.ref().value, top)
        return self._nodes[top]

    def _read(self, context: int, top: int) -> None:
        nodes, stack = self._nodes, [top]
        children: dict[int, list[int]] = {}
        while stack:
            at = stack[-1]
            if at in nodes:
                stack.pop()
            elif at in children:
                stack.pop()
                nodes[at] = Node(self._operator(context, at), tuple([nodes[child] for child in children[at]]))
            else:
                if not _is_operation(context, at):
                    raise UnknownOperator("a term is no application of an operator")
                children[at] = [_argument(context, at, number) for number in range(_count(context, at))]
                stack += [child for child in reversed(children[at]) if child not in nodes]

    def _operator(self, context: int, at: int) -> Operator:
        head = _decl(context, at)
        if head not in self._operators:
            self._operators[head] = _read_operator(context, head, at)
        return self._operators[head]


def _read_operator(context: int, head: int, at: int) -> Operator:
    """The operator `head` of the term `at`."""
    kind, sort = _kind(context, head), _sort(context, at)
    vector = _sort_kind(context, sort) == z3.Z3_BV_SORT
    params = tuple(_param(context, head, number) for number in range(_params(context, head))) if kind in INDEXED else ()
    value: int | Fraction | None = None
    if kind in NUMBERS:
        text = _number(context, at).decode()
        value = int(text) if vector else Fraction(text)
    name, sort_name = _text(context, _symbol(context, head)), _text(context, _sort_name(context, sort))
    return Operator(
        kind, name, "BitVec" if vector else sort_name, _width(context, sort) if vector else 0, params, value
    )


def _text(context: int, symbol: int) -> str:
    if _symbol_kind(context, symbol) == z3.Z3_INT_SYMBOL:
        return f"k!{_symbol_number(context, symbol)}"
    return str(_symbol_text(context, symbol), "utf-8")


_reader = cache(_Reader)
"""The one of this process."""


def node_of(term: z3.ExprRef | Node) -> Node:
    """The node of a term; of a node itself. Raises `UnknownOperator`."""
    return term if isinstance(term, Node) else _reader()(term)
