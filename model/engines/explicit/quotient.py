"""The state graph as its quotient: all states with the same values of some variables are one node.

It is the explicit search, which looks at every transition that passes; the quotient is exact for what was searched.
A state graph itself has millions of nodes; its quotient by both endpoints' states can be drawn.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from model.core.answer import NO_LIMITS, Effort, Limits
from model.core.system import System
from model.engines.explicit.search import ExplicitSearch, Observer
from model.engines.explicit.store import Array

QuotientNode = tuple[str, ...]
BLOCK = 1 << 20


@dataclass(frozen=True)
class Quotient:
    """states: how many states each node stands for; arcs: how many transitions lead from a node to another."""

    states: Mapping[QuotientNode, int]
    arcs: Mapping[tuple[QuotientNode, QuotientNode], int]
    effort: Effort


def quotient(system: System, names: Sequence[str], limits: Limits = NO_LIMITS) -> Quotient:
    """The quotient of the reachable states by the variables `names`; a node is their values as they are shown."""
    codes = _Codes(system, names)
    search = ExplicitSearch(system, (), replace(limits, store="whole", checkpoint=None), observer=codes)
    limit = search.run(None)
    states: Counter[int] = Counter()
    for at in range(0, search.store.count, BLOCK):
        _count(states, codes.of(search, search.store.states[at : min(at + BLOCK, search.store.count)]))
    return Quotient(
        {codes.node(code): count for code, count in sorted(states.items())},
        {(codes.node(c >> 32), codes.node(c & 0xFFFF_FFFF)): count for c, count in sorted(codes.arcs.items())},
        search.effort(limit),
    )


class _Codes(Observer):
    """Observes a search: counts arcs between codes.

    A code is the values of the variables side by side, at most 32 bits.
    """

    def __init__(self, system: System, names: Sequence[str]) -> None:
        self.variables = [system.var[name] for name in names]
        if sum(var.bits for var in self.variables) > 32:
            raise ValueError("a quotient has at most 32 bits")
        self.arcs: Counter[int] = Counter()

    def of(self, search: ExplicitSearch, states: Array) -> Array:
        """The code of each packed state."""
        code = np.zeros(len(states), np.uint64)
        for var in self.variables:
            place = search.code.layout.place[var.name]
            value = states[:, place.word] >> np.uint64(place.shift) & np.uint64((1 << place.bits) - 1)
            code = code << np.uint64(place.bits) | value
        return code

    def node(self, code: int) -> QuotientNode:
        """A code's values as they are shown."""
        shown, rest = list[str](), code
        for var in reversed(self.variables):
            shown.append(var.show(rest & ((1 << var.bits) - 1)))
            rest >>= var.bits
        return tuple(reversed(shown))

    def stored(self, search: ExplicitSearch, used: int) -> str:
        """Count the arcs of a batch."""
        found = search.candidates
        for worker in range(used):
            states, parents = (found.part(a, worker)[: found.amounts[worker]] for a in (found.states, found.parents))
            before = self.of(search, search.store.states[parents])
            _count(self.arcs, before << np.uint64(32) | self.of(search, states))
        return ""


def _count(counter: Counter[int], codes: Array) -> None:
    values, counts = np.unique(codes, return_counts=True)
    counter.update(dict(zip(values.tolist(), counts.tolist(), strict=True)))
