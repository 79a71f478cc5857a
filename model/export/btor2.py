"""A system in BTOR2, the word-level format of hardware model checkers (btormc, AVR, Pono, rIC3).

Inputs say what happens in a step: the number of a rule, and the choices of its inputs. Where that rule may not fire
nothing changes, so a run may rest; it reaches what the system reaches, in as many steps. A successor outside the
constraint is not entered either. Each property is a `bad` line, in the order in which they are given: an *always* one
where it is false, a *reachable* one where it is true, a *step* one where the step to be made violates it.

Source: Niemetz, Preiner, Wolf, Biere, Btor2, BtorMC and Boolector 3.0 (CAV 2018). Limits: none for widths; names lose
their spaces.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import accumulate, combinations

import z3

from model.core.nodes import Node
from model.core.property import Property
from model.core.system import CHOICE_WIDTH, Rule, State, System
from model.core.terms import Fold, Operation, OperationTable, Translator
from model.engines.native.numbered_rules import changes

EmitNode = Callable[[str, int, str], int]
"""Writes a node with an operator, a width and arguments; returns its number."""


class Btor2Writer:
    """Numbered lines; equal nodes are written once."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._known: dict[str, int] = {}

    def line(self, text: str) -> int:
        """The number of the line `text`, which is written if it is new."""
        if text not in self._known:
            self._known[text] = len(self._known) + 1
            self.lines.append(f"{self._known[text]} {text}")
        return self._known[text]

    def sort(self, bits: int) -> int:
        """The number of a sort."""
        return self.line(f"sort bitvec {bits}")

    def node(self, operator: str, bits: int, arguments: str = "") -> int:
        """The number of a node of so many bits."""
        return self.line(f"{operator} {self.sort(bits)} {arguments}".rstrip())


class Btor2Operators:
    """The functions of the table: values are numbers of nodes, written by `emit`."""

    def __init__(self, emit: EmitNode) -> None:
        self.emit = emit

    def chain(self, name: str, none: str = "zero") -> Translator:
        """An operator on all children from left to right; the value of no children."""
        return lambda node: (
            lambda *values: reduce(
                lambda a, b: self.emit(name, node.bits, f"{a} {b}"), values or (self.emit(none, 1, ""),)
            )
        )

    def plain(self, name: str) -> Translator:
        """An operator on the children as they are."""
        return lambda node: lambda *values: self.emit(name, node.bits, " ".join(map(str, values)))

    def fixed(self, name: str) -> Translator:
        """A Boolean constant."""
        return lambda _node: lambda: self.emit(name, 1, "")

    def extend(self, name: str) -> Translator:
        """A bit-vector made wider."""

        def prepare(node: Node) -> Operation:
            more = node.bits - node.children[0].bits
            return lambda a: self.emit(name, node.bits, f"{a} {more}") if more else a

        return prepare

    def distinct(self, _node: Node) -> Operation:
        """All pairs differ."""
        return lambda *values: reduce(
            lambda a, b: self.emit("and", 1, f"{a} {b}"),
            [self.emit("neq", 1, f"{a} {b}") for a, b in combinations(values, 2)] or [self.emit("one", 1, "")],
        )

    def concat(self, node: Node) -> Operation:
        """The children side by side, the first one highest."""
        widths = [*accumulate(child.bits for child in node.children)][1:]
        return lambda first, *others: reduce(
            lambda whole, part: self.emit("concat", part[0], f"{whole} {part[1]}"),
            zip(widths, others, strict=True),
            first,
        )

    def extract(self, node: Node) -> Operation:
        """Some bits of a child."""
        high, low = node.params
        return lambda a: self.emit("slice", high - low + 1, f"{a} {high} {low}")


def operators(emit: EmitNode) -> OperationTable:
    """The table whose functions write nodes by `emit` and return their numbers."""
    to = Btor2Operators(emit)
    return {
        z3.Z3_OP_TRUE: to.fixed("one"),
        z3.Z3_OP_FALSE: to.fixed("zero"),
        z3.Z3_OP_BNUM: lambda node: lambda: emit("constd", node.bits, str(node.value)),
        z3.Z3_OP_NOT: to.plain("not"),
        z3.Z3_OP_AND: to.chain("and", "one"),
        z3.Z3_OP_OR: to.chain("or"),
        z3.Z3_OP_XOR: to.chain("xor"),
        z3.Z3_OP_IMPLIES: to.plain("implies"),
        z3.Z3_OP_EQ: to.plain("eq"),
        z3.Z3_OP_DISTINCT: to.distinct,
        z3.Z3_OP_ITE: to.plain("ite"),
        z3.Z3_OP_BADD: to.chain("add"),
        z3.Z3_OP_BSUB: to.chain("sub"),
        z3.Z3_OP_BMUL: to.chain("mul"),
        z3.Z3_OP_BNEG: to.plain("neg"),
        z3.Z3_OP_BNOT: to.plain("not"),
        z3.Z3_OP_BAND: to.chain("and"),
        z3.Z3_OP_BOR: to.chain("or"),
        z3.Z3_OP_BXOR: to.chain("xor"),
        z3.Z3_OP_BSHL: to.plain("sll"),
        z3.Z3_OP_BLSHR: to.plain("srl"),
        z3.Z3_OP_BASHR: to.plain("sra"),
        z3.Z3_OP_ULT: to.plain("ult"),
        z3.Z3_OP_ULEQ: to.plain("ulte"),
        z3.Z3_OP_UGT: to.plain("ugt"),
        z3.Z3_OP_UGEQ: to.plain("ugte"),
        z3.Z3_OP_SLT: to.plain("slt"),
        z3.Z3_OP_SLEQ: to.plain("slte"),
        z3.Z3_OP_SGT: to.plain("sgt"),
        z3.Z3_OP_SGEQ: to.plain("sgte"),
        z3.Z3_OP_CONCAT: to.concat,
        z3.Z3_OP_EXTRACT: to.extract,
        z3.Z3_OP_ZERO_EXT: to.extend("uext"),
        z3.Z3_OP_SIGN_EXT: to.extend("sext"),
    }


def btor2(system: System, properties: Sequence[Property] = ()) -> str:
    """The model, with a `bad` line for each of `properties`."""
    return _Btor2Model(system).text(properties)


class _Btor2Model:
    """The lines of one system. `now` and `later` are the nodes of each variable before and after a step."""

    def __init__(self, system: System) -> None:
        self.system, self.writer = system, Btor2Writer()
        node = self.writer.node
        self.now = {v.name: node("state", v.bits, symbol(v.name)) for v in system.variables}
        names = sorted({name for rule in system.rules for name in rule.choose})
        self.rule_bits = max(len(system.rules).bit_length(), 1)
        self.rule = node("input", self.rule_bits, "which-rule")
        self.inputs = {name: node("input", CHOICE_WIDTH, symbol("choice-" + name)) for name in names}
        self.here = self._reader({**self.now, **self.inputs})
        self._start()
        self.fires = [self._fires(at, rule) for at, rule in enumerate(system.rules)]
        self.changes = [changes(rule) for rule in system.rules]
        self.later = {v.name: self._later(v.name, v.bits) for v in system.variables}
        self._next()

    def _reader(self, leaves: Mapping[str, int]) -> Fold:
        return Fold(operators(self.writer.node), lambda node: leaves[node.name])

    def _start(self) -> None:
        """The initial state; of several, a constraint on the first step says which they are."""
        node, line = self.writer.node, self.writer.line
        if len(self.system.initial) == 1:
            for var in self.system.variables:
                value = node("constd", var.bits, str(int(self.system.initial[0][var.name])))
                line(f"init {self.writer.sort(var.bits)} {self.now[var.name]} {value}")
            return
        first, true = node("state", 1, "first"), node("one", 1)
        line(f"init {self.writer.sort(1)} {first} {true}")
        line(f"next {self.writer.sort(1)} {first} {node('zero', 1)}")
        known = reduce(lambda a, b: node("or", 1, f"{a} {b}"), map(self._is, self.system.initial))
        line(f"constraint {node('implies', 1, f'{first} {known}')}")

    def _is(self, state: State) -> int:
        """Whether the present state is `state`."""
        node = self.writer.node
        equal = [
            node("eq", 1, f"{self.now[v.name]} {node('constd', v.bits, str(int(state[v.name])))}")
            for v in self.system.variables
        ]
        return reduce(lambda a, b: node("and", 1, f"{a} {b}"), equal, node("one", 1))

    def _fires(self, at: int, rule: Rule) -> int:
        """Whether rule number `at` is the chosen one and may fire with the choices."""
        node = self.writer.node
        parts = [node("eq", 1, f"{self.rule} {node('constd', self.rule_bits, str(at))}"), int(self.here(rule.guard))]
        for name, count in rule.choose.items():
            parts.append(node("ulte", 1, f"{self.inputs[name]} {node('constd', CHOICE_WIDTH, str(count - 1))}"))
        return reduce(lambda a, b: node("and", 1, f"{a} {b}"), parts)

    def _later(self, name: str, bits: int) -> int:
        value = self.now[name]
        for fires, changed in zip(self.fires, self.changes, strict=True):
            if name in changed:
                value = self.writer.node("ite", bits, f"{fires} {self.here(changed[name])} {value}")
        return value

    def _next(self) -> None:
        constraint = self.system.constraint
        inside = None if constraint is None else self._reader(self.later)(constraint)
        for var in self.system.variables:
            value, now = self.later[var.name], self.now[var.name]
            value = value if inside is None else self.writer.node("ite", var.bits, f"{inside} {value} {now}")
            self.writer.line(f"next {self.writer.sort(var.bits)} {now} {value}")

    def text(self, properties: Sequence[Property]) -> str:
        """The lines, with the properties."""
        for prop in properties:
            self.writer.line(f"bad {self._bad(prop)} {symbol(prop.name)}")
        return "\n".join(self.writer.lines) + "\n"

    def _bad(self, prop: Property) -> int:
        node = self.writer.node
        if prop.kind == "reachable":
            return int(self.here(prop.term))
        if prop.kind == "always":
            return node("not", 1, str(self.here(prop.term)))
        primed = {name + "'": value for name, value in self.later.items()}
        broken = node("not", 1, str(self._reader({**self.now, **primed})(prop.term)))
        some = reduce(lambda a, b: node("or", 1, f"{a} {b}"), self.fires, node("zero", 1))
        return node("and", 1, f"{some} {broken}")


def symbol(name: str) -> str:
    """A name as one word."""
    return re.sub(r"[\s;]+", "-", name)
