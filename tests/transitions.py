"""All transitions of a system, as columns: the explicit engine enumerates them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import z3

from model.core.system import Rule, System
from model.engines.infinite.graph import StateGraph
from tests.columns import Column, reader, unpacked


class Transitions:
    """All transitions of a system, as columns; `states` has a column of all reachable states for each variable."""

    def __init__(self, system: System) -> None:
        self.system, self.graph = system, StateGraph(system)
        assert not self.graph.run(None), "the search is complete"
        self.states = unpacked(self.graph.search.code.layout, self.graph.search.store.states[: self.graph.states])

    def column(self, term: z3.ExprRef) -> Column:
        """The value of a term in each state."""
        return np.broadcast_to(reader(self.states.__getitem__)(term), (self.graph.states,))

    @cached_property
    def _by_rule(self) -> tuple[Column, Column]:
        """The edges in the order of their rules, and where those of each rule begin."""
        rules = self.graph.rules
        return np.argsort(rules, kind="stable"), np.searchsorted(np.sort(rules), np.arange(len(self.system.rules) + 1))

    def of(self, at: int) -> Edges:
        """The transitions of rule number `at`."""
        order, begin = self._by_rule
        edges, rule = order[begin[at] : begin[at + 1]], self.system.rules[at]
        choices = self.graph.numbers[edges].astype(np.int64) - self.graph.search.firings.offsets[at]
        tails, heads = (array[edges].astype(np.int64) for array in (self.graph.arcs.tail, self.graph.arcs.head))
        return Edges(self.states, tails, heads, inputs_of(rule, choices))

    def offered(self, rule: Rule) -> Edges:
        """The reachable states and choices under which a rule, which need not be one of the system's, may fire."""
        amount = int(np.prod([*rule.choose.values()], dtype=np.int64))
        tails, choices = (array.ravel() for array in np.indices((self.graph.states, amount)))
        every = Edges(self.states, tails, tails, inputs_of(rule, choices))
        fires = np.flatnonzero(every.column(rule.guard))
        return Edges(self.states, tails[fires], tails[fires], inputs_of(rule, choices[fires]))


def inputs_of(rule: Rule, choices: Column) -> dict[str, Column]:
    """The inputs as the digits of a choice; the last one varies fastest."""
    found = {}
    for name, count in reversed([*rule.choose.items()]):
        found[name] = (choices % count).astype(np.uint64)
        choices = choices // count
    return found


@dataclass(frozen=True)
class Edges:
    """Transitions of one rule: the numbers of the states before and after, and the inputs."""

    states: Mapping[str, Column]
    tails: Column
    heads: Column
    inputs: Mapping[str, Column]

    def column(self, term: z3.ExprRef) -> Column:
        """The value of one of the bounded network's terms before each transition."""

        def leaf(name: str) -> Column:
            return self.inputs[name] if name in self.inputs else self.states[name][self.tails]

        return np.broadcast_to(reader(leaf)(term), self.tails.shape)
