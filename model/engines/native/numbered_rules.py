"""Rules as code generators read them: numbered firings, guards as one decision tree, terms over the successor.

Marks: answers rest on what is marked `sound`; what is marked `heuristic` only saves time or memory, or orders.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from math import prod

import z3

from model.core.nodes import Node, conjuncts, node_of
from model.core.system import Rule, System
from model.core.terms import constants


@dataclass(frozen=True)
class NumberedRule:
    """A rule in a block: the number of its first choice among all firings, and the conjuncts of its guard."""

    rule: Rule
    offset: int
    guard: list[Node]


def firings(rules: Sequence[Rule]) -> list[NumberedRule]:
    """The rules with their numbers: choice c of a rule (in the order of `model.core.run.choices`) is `offset + c`."""
    return [
        NumberedRule(rule, offset, list(conjuncts(node_of(rule.guard))))  # sound: all conjuncts, and no other
        for rule, offset in zip(rules, offsets(rules), strict=True)
    ]


def offsets(rules: Sequence[Rule]) -> list[int]:
    """The number of each rule's first choice."""
    # sound: no two firings have one number
    return [0, *accumulate(prod(rule.choose.values()) for rule in rules)][: len(rules)]


class Firings:
    """What the numbers of firings stand for."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules, self.offsets = rules, offsets(rules)

    def of(self, number: int) -> tuple[Rule, dict[str, int]]:
        """The rule and its inputs."""
        at = bisect_right(self.offsets, number) - 1
        rule, rest, inputs = self.rules[at], number - self.offsets[at], dict[str, int]()
        for name, count in reversed(list(rule.choose.items())):  # sound: the last input varies fastest, as in the code
            rest, inputs[name] = divmod(rest, count)
        return rule, {name: inputs[name] for name in rule.choose}


def comparison(node: Node) -> tuple[Node, int] | None:
    """The subject and the value if `node` is `subject == value`."""
    if node.kind == z3.Z3_OP_EQ:
        subject, number = node.children  # A number comes last.
        if isinstance(number.value, int) and subject.value is None:  # sound: a switch has numbers, each once
            return subject, number.value
    return None


@dataclass(frozen=True)
class Fire:
    """A leaf of the decision tree: the rule may fire."""

    firing: NumberedRule


@dataclass(frozen=True)
class If:
    """What is beneath, where a condition holds."""

    condition: Node
    beneath: Sequence[Tree]


@dataclass(frozen=True)
class Switch:
    """What is beneath each value of a subject; nothing for any other value."""

    subject: Node
    beneath: Mapping[int, Sequence[Tree]]


Tree = Fire | If | Switch
"""A decision tree over the conjuncts of guards; each target (machine code, C) prints it."""


def decision_tree(rules: Iterable[NumberedRule], depth: int = 0) -> list[Tree]:
    """The trees of some rules in their order, below `depth` conjuncts that they share.

    What neighbours share is tested once, and neighbours that compare one term with different values become one switch.
    """
    found: list[Tree] = []
    # heuristic: what neighbours share is tested once
    for _, run in groupby(rules, lambda firing: _branch(firing, depth)):
        some = list(run)
        if depth == len(some[0].guard):  # sound: fires when all conjuncts are tested, and not before
            found += map(Fire, some)
        elif comparison(some[0].guard[depth]):
            found.append(_switch(some, depth))
        else:
            found.append(If(some[0].guard[depth], decision_tree(some, depth + 1)))
    return found


def _branch(firing: NumberedRule, depth: int) -> tuple[bool, bytes]:
    """Equal for neighbours that belong to one tree."""
    if depth == len(firing.guard):
        return False, b""
    compared = comparison(firing.guard[depth])
    # sound: equal digests are equal terms
    return bool(compared), (compared[0] if compared else firing.guard[depth]).digest


def _switch(rules: Sequence[NumberedRule], depth: int) -> Switch:
    """The switch among rules whose next conjuncts compare one subject with values."""
    wanted: dict[int, list[NumberedRule]] = {}
    compared = [comparison(firing.guard[depth]) or (firing.guard[depth], 0) for firing in rules]
    for firing, (_, value) in zip(rules, compared, strict=True):
        wanted.setdefault(value, []).append(firing)  # sound: every rule is in the case of its value
    return Switch(compared[0][0], {value: decision_tree(some, depth + 1) for value, some in wanted.items()})


def changes(rule: Rule) -> dict[str, Node]:
    """What the rule writes, by the variable's name, but for what it leaves as it is."""
    written = {name: node_of(term) for name, term in rule.update.items()}
    # heuristic: no code for what stays as it is
    return {name: node for name, node in written.items() if not (node.constant and node.name == name)}


def after(system: System, rule: Rule, term: z3.BoolRef, prime: str) -> z3.BoolRef:
    """`term` with the constants for the successor's variables (name + `prime`) replaced by what `rule` gives them."""
    used = constants([term])
    named = [v for v in system.variables if v.name + prime in used]
    # sound: what a rule does not write stays
    pairs = [(v.next if prime else v.term, rule.update.get(v.name, v.term)) for v in named]
    return z3.simplify(z3.substitute(term, *pairs))  # heuristic: most terms vanish
