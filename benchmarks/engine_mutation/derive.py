"""Mutants of a module, derived from its syntax tree: one place is written otherwise, by one of the rules below.

What is said to readers stays: types, decorators, docstrings, texts with braces, assertions, what is raised, and what
`zip` shall insist on.
A mutant's name says where it is and what is changed, and not in which line, so that it outlives other changes.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace

SWAPPED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
EXCHANGED = {"ULT": "ULE", "ULE": "ULT", "UGT": "UGE", "UGE": "UGT", "And": "Or", "Or": "And", "Implies": "And"}
FUNCTIONS = {"any": "all", "all": "any", "min": "max", "max": "min"}
SYMMETRIC = ("min", "max")
"""Functions whose arguments may stand in any order."""
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr,
}
MOST = 50
"""So long may what is changed be in a name."""


@dataclass(frozen=True)
class Mutant:
    """One changed place: the text from `begin` to `end` (in bytes) of a file is `now` instead of `was`.

    function: which one it is in, as "Class.method"; "" outside of all. kind: the rule. number: of those that would
    have the same name.
    """

    file: str
    function: str
    kind: str
    was: str
    now: str
    begin: int
    end: int
    number: int = 1

    @property
    def name(self) -> str:
        """Where and what, in one line."""
        more = f" ({self.number})" if self.number > 1 else ""
        return f"{self.file}: {self.function}: {_short(self.was)} => {_short(self.now)}{more}"

    def put_into(self, source: bytes) -> bytes:
        """The file with the mutant in it."""
        return source[: self.begin] + self.now.encode() + source[self.end :]


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST else f"{line[: MOST // 2]} ... {line[-MOST // 2 :]}"


def derive(file: str, source: str) -> list[Mutant]:
    """All mutants of a file, in the order of their places."""
    deriving, names, found = _Deriving(file, source), Counter[str](), list[Mutant]()
    for one in deriving.visit(ast.parse(source), ""):
        names[one.name] += 1
        found.append(replace(one, number=names[one.name]))
    return found


class _Deriving:
    """Walks through a tree. What it finds has number 1."""

    def __init__(self, file: str, source: str) -> None:
        self._file, self._source = file, source.encode()
        lines = source.encode().splitlines(keepends=True)
        self._starts = [sum(map(len, lines[:at])) for at in range(len(lines) + 1)]

    def visit(self, node: ast.AST, function: str) -> Iterator[Mutant]:
        """The mutants of a node and those beneath it."""
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            function = f"{function}.{node.name}".removeprefix(".")
        for kind, changed in _changes(node):
            yield self._mutant(function, kind, node, changed)
        if isinstance(node, (ast.If, ast.While)) and not _for_types(node):
            yield self._mutant(function, "negated condition", node.test, ast.UnaryOp(ast.Not(), node.test))
        for child in _beneath(node):
            yield from self.visit(child, function)

    def _mutant(self, function: str, kind: str, node: ast.AST, changed: ast.AST) -> Mutant:
        assert isinstance(node, (ast.expr, ast.stmt))
        begin, end = (
            self._starts[line - 1] + column
            for line, column in ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
        )
        was, now = self._source[begin:end].decode(), ast.unparse(ast.fix_missing_locations(changed))
        if isinstance(node, ast.stmt):
            now = now.replace("\n", "\n" + " " * node.col_offset)
        elif not isinstance(changed, (ast.Name, ast.Constant, ast.Call, ast.Attribute)):
            now = f"({now})"
        return Mutant(self._file, function, kind, was, now, begin, end)


def _beneath(node: ast.AST) -> Iterator[ast.AST]:
    """What of a node's parts is looked at."""
    if isinstance(node, (ast.JoinedStr, ast.Assert, ast.Raise, ast.Import, ast.ImportFrom, ast.match_case)):
        return
    left_out: list[ast.AST | None] = []
    if isinstance(node, ast.FunctionDef):
        left_out = [*node.decorator_list, node.returns]
    elif isinstance(node, ast.ClassDef):
        left_out = [*node.decorator_list, *node.bases]
    elif isinstance(node, (ast.AnnAssign, ast.arg)):
        left_out = [node.annotation]
    elif isinstance(node, ast.Compare) and isinstance(node.ops[0], (ast.In, ast.NotIn)):
        left_out = [one for one in node.comparators if isinstance(one, ast.Tuple)]  # In any order.
    elif _says_types(node):
        return
    for child in ast.iter_child_nodes(node):
        if child not in left_out:
            yield child


def _says_types(node: ast.AST) -> bool:
    """Whether it is a type, there for type checkers alone, or what `zip` insists on."""
    literal = isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal"
    return literal or _for_types(node) or (isinstance(node, ast.keyword) and node.arg == "strict")


def _for_types(node: ast.AST) -> bool:
    """Whether it is there for type checkers alone."""
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What may stand in the place of a node, with the kind of the change."""
    if isinstance(node, ast.Compare):
        yield from _comparison(node)
    elif isinstance(node, ast.BoolOp):
        yield from _connective(node)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "negated condition", node.operand
    elif isinstance(node, ast.IfExp):
        yield "negated condition", ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.Constant):
        yield from _constant(node)
    elif isinstance(node, ast.Attribute) and ast.unparse(node) == "Answer.UNKNOWN":
        yield "unknown taken for an answer", ast.Attribute(node.value, "HOLDS", node.ctx)
    elif isinstance(node, ast.BinOp):
        yield from _operation(node)
    elif isinstance(node, ast.Call):
        yield from _call(node)
    elif isinstance(node, ast.Dict):
        yield from _dictionary(node)
    elif isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) == 2 and _alike(*node.elts):
        yield "exchanged pair", ast.Tuple([node.elts[1], node.elts[0]], node.ctx)
    elif isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.SetComp)):
        yield from _comprehension(node)
    elif isinstance(node, ast.stmt):
        yield from _statement(node)


def _comparison(node: ast.Compare) -> Iterator[tuple[str, ast.AST]]:
    if len(node.ops) == 1 and type(node.ops[0]) in SWAPPED:
        kind = "negated condition" if isinstance(node.ops[0], (ast.Eq, ast.NotEq, ast.In, ast.Is)) else "off by one"
        yield kind, ast.Compare(node.left, [SWAPPED[type(node.ops[0])]()], node.comparators)


def _connective(node: ast.BoolOp) -> Iterator[tuple[str, ast.AST]]:
    other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    yield "exchanged connective", ast.BoolOp(other, node.values)
    for at in range(len(node.values)):
        rest = node.values[:at] + node.values[at + 1 :]
        yield "dropped part", rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _constant(node: ast.Constant) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.value, bool):
        yield "negated condition", ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield "off by one", ast.Constant(node.value + 1)
        if node.value:
            yield "off by one", ast.Constant(node.value - 1)


def _operation(node: ast.BinOp) -> Iterator[tuple[str, ast.AST]]:
    if type(node.op) in OPERATORS:
        yield "another operator", ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)
    if isinstance(node.op, ast.Sub):
        yield "exchanged pair", ast.BinOp(node.right, node.op, node.left)
    if isinstance(node.op, ast.BitOr):
        yield "dropped update", node.left
        yield "dropped update", node.right


def _call(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    function, args = node.func, node.args
    if isinstance(function, ast.Name) and function.id in FUNCTIONS:
        yield "exchanged connective", ast.Call(ast.Name(FUNCTIONS[function.id]), args, node.keywords)
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == "z3":
        if function.attr in EXCHANGED:
            other = ast.Attribute(function.value, EXCHANGED[function.attr])
            yield "exchanged connective", ast.Call(other, args, node.keywords)
        if function.attr in ("And", "Or") and len(args) > 1:
            for at in range(len(args)):
                yield "dropped part", ast.Call(function, args[:at] + args[at + 1 :], [])
        if function.attr == "Not" and len(args) == 1:
            yield "negated condition", args[0]
        if function.attr == "If" and len(args) == 3:
            yield "exchanged pair", ast.Call(function, [args[0], args[2], args[1]], [])
        return
    if len(args) == 2 and not node.keywords and _alike(*args) and ast.unparse(function) not in SYMMETRIC:
        yield "exchanged pair", ast.Call(function, [args[1], args[0]], [])


def _alike(one: ast.expr, other: ast.expr) -> bool:
    """Whether two terms may well be of one type, and are not the same."""
    if isinstance(one, (ast.Starred, ast.Slice)):
        return False
    return type(one) is type(other) and ast.dump(one) != ast.dump(other)


def _dictionary(node: ast.Dict) -> Iterator[tuple[str, ast.AST]]:
    for at in range(len(node.keys) if len(node.keys) > 1 else 0):
        yield "dropped update", ast.Dict(node.keys[:at] + node.keys[at + 1 :], node.values[:at] + node.values[at + 1 :])


def _comprehension(node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> Iterator[tuple[str, ast.AST]]:
    for at, loop in enumerate(node.generators):
        if loop.ifs:
            plain = ast.comprehension(loop.target, loop.iter, [], loop.is_async)
            yield "dropped part", type(node)(node.elt, [*node.generators[:at], plain, *node.generators[at + 1 :]])


def _statement(node: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, (ast.For, ast.While)):
        yield "early end", _with_body(node, [*node.body, ast.Break()])
    elif isinstance(node, ast.Continue):
        yield "early end", ast.Break()
    elif isinstance(node, ast.Raise):
        yield "unknown taken for an answer", ast.Return(ast.Constant(None))
    elif _updates(node):
        yield "dropped update", ast.Pass()


def _with_body(node: ast.For | ast.While, body: list[ast.stmt]) -> ast.stmt:
    if isinstance(node, ast.While):
        return ast.While(node.test, body, node.orelse)
    return ast.For(node.target, node.iter, body, node.orelse)


def _updates(node: ast.stmt) -> bool:
    """Whether a statement writes to something that was there, yields or is a call for its effect."""
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign):
        return all(isinstance(target, (ast.Attribute, ast.Subscript)) for target in node.targets)
    return isinstance(node, ast.AugAssign)
