"""Terms as formulas for readers, in the RFC's notation: `{SND.UNA} < {SEG.ACK} =< {SND.NXT}`.

What is read stands in braces, so that a page can put the name there, or the value (of a control bit 1 or 0). The
standard's comparisons of sequence numbers, which terms have as differences modulo the number space, are written as the
RFC writes them.

Source: RFC 9293, 3.4. Limits: the operators of conditions; a term with another one raises `UnknownOperator`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import z3

from model.core.nodes import Node, UnknownOperator, negation, node_of
from model.core.terms import Meaning

ValueNames = Mapping[str, Sequence[str]]
"""Of what has values with names: these."""
CHOICE, CONNECTED, COMPARED, SUM, ATOM = range(5)
"""How closely the parts of a formula belong together; a part that is looser than its place is in parentheses."""
INFIX = {
    z3.Z3_OP_IMPLIES: (" implies ", CONNECTED),
    z3.Z3_OP_AND: (" and ", CONNECTED),
    z3.Z3_OP_OR: (" or ", CONNECTED),
    z3.Z3_OP_EQ: (" = ", COMPARED),
    z3.Z3_OP_DISTINCT: (" ≠ ", COMPARED),
    z3.Z3_OP_ULT: (" < ", COMPARED),
    z3.Z3_OP_ULEQ: (" =< ", COMPARED),
    z3.Z3_OP_UGT: (" > ", COMPARED),
    z3.Z3_OP_UGEQ: (" >= ", COMPARED),
    z3.Z3_OP_SGT: (" > ", COMPARED),
    z3.Z3_OP_BADD: ("+", SUM),
    z3.Z3_OP_BSUB: ("-", SUM),
}
NOTHING: Mapping[int, int] = {z3.Z3_OP_AND: True, z3.Z3_OP_OR: False, z3.Z3_OP_BADD: 0}
"""What adds nothing."""
NOT = {z3.Z3_OP_EQ: " ≠ ", z3.Z3_OP_DISTINCT: " = "}


class Written(NamedTuple):
    """A formula, and how closely its parts belong together."""

    text: str
    level: int


def formula(term: z3.ExprRef | Node, names: ValueNames) -> str:
    """The formula of a term."""
    return Printer(names).written(node_of(term)).text


def fixed(node: Node) -> int | None:
    """The value of a term that reads nothing, or None."""
    return None if node.constants else int(Meaning([node])({})[0])


class Printer(NamedTuple):
    """What writes formulas."""

    names: ValueNames

    def written(self, node: Node) -> Written:
        """The formula of a node."""
        if (value := fixed(node)) is not None:
            return Written(str(value) if node.width else str(bool(value)).lower(), ATOM)
        if node.kind not in OPERATORS:
            raise UnknownOperator(f"operator '{node.name}' is in no formula (in {str(node)[:80]})")
        if found := self._in_number_space(node):
            return Written(found, COMPARED)
        return OPERATORS[node.kind](self, node)

    def _name(self, node: Node) -> Written:
        return Written(f"{{{node.name}}}", ATOM)

    def _same(self, node: Node) -> Written:
        return self.written(node.given[0])

    def _not(self, node: Node) -> Written:
        return self._negated(node.given[0])

    def part(self, node: Node, least: int) -> str:
        """The formula as a part of another one."""
        text, level = self.written(node)
        return text if level >= least else f"({text})"

    def _negated(self, node: Node) -> Written:
        if node.kind == z3.Z3_OP_NOT:
            return self.written(negation(node))
        if node.kind in NOT:
            return self._infix(node, NOT[node.kind])
        return Written(f"not {self.part(node, ATOM)}", COMPARED)

    def _choice(self, node: Node) -> Written:
        condition, then, otherwise = node.given
        if (known := fixed(condition)) is not None:
            return self.written(then if known else otherwise)
        if (fixed(then), fixed(otherwise)) == (1, 0):
            return self.written(condition)
        if condition.kind == z3.Z3_OP_ULT and condition.given == (then, otherwise):
            return Written(f"min({self.part(then, CHOICE)}, {self.part(otherwise, CHOICE)})", ATOM)
        told = [self.part(one, CONNECTED) for one in (then, condition, otherwise)]
        return Written("{} if {}, else {}".format(*told), CHOICE)

    def _infix(self, node: Node, sign: str = "") -> Written:
        """An operator between its parts, without those that add nothing, and numbers last in an equation."""
        own, level = INFIX[node.kind]
        sign = sign or own
        parts = list(_parts(node))
        if node.kind in NOT:
            parts.sort(key=lambda one: fixed(one) is not None)
            if (listed := self.names.get(parts[0].name)) and (value := fixed(parts[1])) is not None:
                return Written(f"{{{parts[0].name}}}{sign}{listed[value]}", level)
        if len(parts) == 1:
            return self.written(parts[0])
        first, *others = parts
        told = [self.part(first, level if level == SUM else level + 1), *(self.part(one, level + 1) for one in others)]
        return Written(sign.join(told), level)

    def _in_number_space(self, node: Node) -> str:
        """A comparison of sequence numbers: of a difference with another one, or with a number of octets; or ""."""
        if node.kind == z3.Z3_OP_UGT:
            return self._outside(*node.given)
        if node.kind not in (z3.Z3_OP_SGT, z3.Z3_OP_ULT, z3.Z3_OP_ULEQ) or node.given[0].kind != z3.Z3_OP_BSUB:
            return ""
        (number, start), bound = node.given[0].given, node.given[1]
        said, low = self.part(number, SUM), self.part(start, SUM)
        if node.kind == z3.Z3_OP_SGT:
            return f"{said} > {low}" if bound.value == 0 else ""  # The number space is halved there (`beyond`).
        sign, between = INFIX[node.kind][0], bound.kind == z3.Z3_OP_BSUB
        if between and node.kind == z3.Z3_OP_ULT and _follows(start, bound.given[1]):
            return f"{self.part(bound.given[1], SUM)} < {said} =< {self.part(bound.given[0], SUM)}"
        end = self.part(bound.given[0], SUM) if between and bound.given[1].digest == start.digest else ""
        return f"{low} =< {said}{sign}{end or f'{low}+{self.part(bound, ATOM)}'}"

    def _outside(self, one: Node, other: Node) -> str:
        """A number that is not among those up to the last, nor one of some octets before the first of them; or ""."""
        if not one.kind == other.kind == z3.Z3_OP_BADD or one.given[1].digest != other.given[1].digest:
            return ""
        inner = (one.given[0], other.given[0])
        if any(part.kind != z3.Z3_OP_BSUB for part in inner) or inner[0].given[1].digest != inner[1].given[1].digest:
            return ""
        number, first, last = (self.part(part, SUM) for part in (*inner[0].given, inner[1].given[0]))
        return f"not ({first}-{self.part(one.given[1], ATOM)} =< {number} =< {last})"


def _parts(node: Node) -> Iterator[Node]:
    """What a node's operator connects, also through the same operator beneath it, without what adds nothing."""
    for one in node.given:
        if node.kind in NOTHING and one.kind == node.kind:
            yield from _parts(one)
        elif node.kind not in NOTHING or fixed(one) != NOTHING[node.kind]:
            yield one


def _follows(node: Node, other: Node) -> bool:
    """Whether one number is the next after the other."""
    return node.kind == z3.Z3_OP_BADD and node.given[0].digest == other.digest and node.given[1].value == 1


OPERATORS = {
    z3.Z3_OP_UNINTERPRETED: Printer._name,
    z3.Z3_OP_NOT: Printer._not,
    z3.Z3_OP_ZERO_EXT: Printer._same,
    z3.Z3_OP_ITE: Printer._choice,
    **dict.fromkeys(INFIX, Printer._infix),
}
