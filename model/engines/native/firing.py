"""Rules as the code generator reads them: numbered firings, guards as conjuncts, terms over the successor."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from math import prod
from typing import Literal

import z3

from model.core.nodes import Node, conjuncts, node_of
from model.core.system import Rule, System
from model.core.terms import constants


@dataclass(frozen=True)
class Firing:
    """A rule in a block: the number of its first choice among all firings, and the conjuncts of its guard."""

    rule: Rule
    offset: int
    guard: list[Node]


def firings(rules: Sequence[Rule]) -> list[Firing]:
    """The rules with their numbers: choice c of a rule (in the order of `model.core.run.choices`) is `offset + c`."""
    return [
        Firing(rule, offset, list(conjuncts(node_of(rule.guard))))
        for rule, offset in zip(rules, offsets(rules), strict=True)
    ]


def offsets(rules: Sequence[Rule]) -> list[int]:
    """The number of each rule's first choice."""
    return [0, *accumulate(prod(rule.choose.values()) for rule in rules)][: len(rules)]


class Firings:
    """What the numbers of firings stand for."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules, self.offsets = rules, offsets(rules)

    def of(self, number: int) -> tuple[Rule, dict[str, int]]:
        """The rule and its inputs."""
        at = bisect_right(self.offsets, number) - 1
        rule, rest, inputs = self.rules[at], number - self.offsets[at], dict[str, int]()
        for name, count in reversed(list(rule.choose.items())):
            rest, inputs[name] = divmod(rest, count)
        return rule, {name: inputs[name] for name in rule.choose}


def comparison(node: Node) -> tuple[Node, int] | None:
    """The subject and the value if `node` is `subject == value`."""
    if node.kind == z3.Z3_OP_EQ:
        subject, number = node.children  # A number comes last.
        if isinstance(number.value, int) and subject.value is None:
            return subject, number.value
    return None


def branches(rules: Iterable[Firing], depth: int) -> Iterator[tuple[Literal["fire", "test", "switch"], list[Firing]]]:
    """Runs of neighbours that go on alike below `depth` conjuncts, and how.

    fire: there is no conjunct left; test: all have the same one; switch: all compare one subject with a value.
    """

    def branch(firing: Firing) -> tuple[Literal["fire", "test", "switch"], bytes]:
        if depth == len(firing.guard):
            return "fire", b""
        compared = comparison(firing.guard[depth])
        return ("switch", compared[0].digest) if compared else ("test", firing.guard[depth].digest)

    for (how, _), run in groupby(rules, branch):
        yield how, list(run)


def cases(rules: Sequence[Firing], depth: int) -> tuple[Node, dict[int, list[Firing]]]:
    """Of rules to switch among: the subject, and the rules by the value that they want."""
    found: dict[int, list[Firing]] = {}
    for firing in rules:
        compared = comparison(firing.guard[depth])
        assert compared
        subject, value = compared
        found.setdefault(value, []).append(firing)
    return subject, found


def changes(rule: Rule) -> dict[str, Node]:
    """What the rule writes, by the variable's name, but for what it leaves as it is."""
    written = {name: node_of(term) for name, term in rule.update.items()}
    return {name: node for name, node in written.items() if not (node.constant and node.name == name)}


def after(system: System, rule: Rule, term: z3.BoolRef, prime: str) -> z3.BoolRef:
    """`term` with the constants for the successor's variables (name + `prime`) replaced by what `rule` gives them."""
    used = constants([term])
    named = [v for v in system.variables if v.name + prime in used]
    pairs = [(v.next if prime else v.term, rule.update.get(v.name, v.term)) for v in named]
    return z3.simplify(z3.substitute(term, *pairs))
