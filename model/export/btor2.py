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
from itertools import combinations

import z3

from model.core.nodes import Node
from model.core.property import Property
from model.core.system import CHOICE_WIDTH, Rule, State, System
from model.core.terms import Fold, Step, Table
from model.engines.native.firing import changes

Emit = Callable[[str, int, str], int]
"""Writes a node with an operator, a width and arguments; returns its number."""
Prepared = Callable[[Node], Step]


class Writer:
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


def operators(emit: Emit) -> Table:
    """The table: values are numbers of nodes, written by `emit`."""

    def chain(name: str, none: str = "zero") -> Prepared:
        def prepare(node: Node) -> Step:
            def join(*values: int) -> int:
                first, *others = values or [emit(none, 1, "")]
                return reduce(lambda a, b: emit(name, node.bits, f"{a} {b}"), others, first)

            return join

        return prepare

    def plain(name: str) -> Prepared:
        return lambda node: lambda *values: emit(name, node.bits, " ".join(map(str, values)))

    def fixed(name: str) -> Prepared:
        return lambda _node: lambda: emit(name, 1, "")

    def extend(name: str) -> Prepared:
        def prepare(node: Node) -> Step:
            more = node.bits - node.children[0].bits
            return lambda a: emit(name, node.bits, f"{a} {more}") if more else a

        return prepare

    def distinct(_node: Node) -> Step:
        def all_pairs(*values: int) -> int:
            different = [emit("neq", 1, f"{a} {b}") for a, b in combinations(values, 2)]
            return reduce(lambda a, b: emit("and", 1, f"{a} {b}"), different) if different else emit("one", 1, "")

        return all_pairs

    def concat(node: Node) -> Step:
        widths = [child.bits for child in node.children]

        def join(*values: int) -> int:
            whole, bits = values[0], widths[0]
            for value, more in zip(values[1:], widths[1:], strict=True):
                bits += more
                whole = emit("concat", bits, f"{whole} {value}")
            return whole

        return join

    def extract(node: Node) -> Step:
        high, low = node.params
        return lambda a: emit("slice", high - low + 1, f"{a} {high} {low}")

    return {
        z3.Z3_OP_TRUE: fixed("one"),
        z3.Z3_OP_FALSE: fixed("zero"),
        z3.Z3_OP_BNUM: lambda node: lambda: emit("constd", node.bits, str(node.value)),
        z3.Z3_OP_NOT: plain("not"),
        z3.Z3_OP_AND: chain("and", "one"),
        z3.Z3_OP_OR: chain("or"),
        z3.Z3_OP_XOR: chain("xor"),
        z3.Z3_OP_IMPLIES: plain("implies"),
        z3.Z3_OP_EQ: plain("eq"),
        z3.Z3_OP_DISTINCT: distinct,
        z3.Z3_OP_ITE: plain("ite"),
        z3.Z3_OP_BADD: chain("add"),
        z3.Z3_OP_BSUB: chain("sub"),
        z3.Z3_OP_BMUL: chain("mul"),
        z3.Z3_OP_BNEG: plain("neg"),
        z3.Z3_OP_BNOT: plain("not"),
        z3.Z3_OP_BAND: chain("and"),
        z3.Z3_OP_BOR: chain("or"),
        z3.Z3_OP_BXOR: chain("xor"),
        z3.Z3_OP_BSHL: plain("sll"),
        z3.Z3_OP_BLSHR: plain("srl"),
        z3.Z3_OP_BASHR: plain("sra"),
        z3.Z3_OP_ULT: plain("ult"),
        z3.Z3_OP_ULEQ: plain("ulte"),
        z3.Z3_OP_UGT: plain("ugt"),
        z3.Z3_OP_UGEQ: plain("ugte"),
        z3.Z3_OP_SLT: plain("slt"),
        z3.Z3_OP_SLEQ: plain("slte"),
        z3.Z3_OP_SGT: plain("sgt"),
        z3.Z3_OP_SGEQ: plain("sgte"),
        z3.Z3_OP_CONCAT: concat,
        z3.Z3_OP_EXTRACT: extract,
        z3.Z3_OP_ZERO_EXT: extend("uext"),
        z3.Z3_OP_SIGN_EXT: extend("sext"),
    }


def btor2(system: System, properties: Sequence[Property] = ()) -> str:
    """The model, with a `bad` line for each of `properties`."""
    return _Model(system).text(properties)


class _Model:
    """The lines of one system. `now` and `later` are the nodes of each variable before and after a step."""

    def __init__(self, system: System) -> None:
        self.system, self.writer = system, Writer()
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
            last = node("constd", CHOICE_WIDTH, str(count - 1))
            parts.append(node("ulte", 1, f"{self.inputs[name]} {last}"))
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
            value = self.later[var.name]
            if inside is not None:
                value = self.writer.node("ite", var.bits, f"{inside} {value} {self.now[var.name]}")
            self.writer.line(f"next {self.writer.sort(var.bits)} {self.now[var.name]} {value}")

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
