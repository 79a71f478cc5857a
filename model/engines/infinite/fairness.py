"""Which infinite runs count: fairness to classes of rules, and the components of a state graph where fair runs end.

A class is a set of rules, all arrivals in one direction for instance; it is enabled where some rule of it is, under
any choice of its inputs, and it fires when one of them does, even if the state stays the same. *Weak*: if it is enabled
from some point on for ever, it fires infinitely often. *Strong*: if it is enabled infinitely often, it does. A class
may be split by the value of a term: each value is then a class of its own; and it may consist of the firings alone of
which a term holds. A run may stay where it is for ever if no class is enabled there.

A run visits some states infinitely often, and these are strongly connected. So a component is fair if each class fires
inside it, or is disabled somewhere in it (weak) or everywhere (strong); and where a strong class is enabled but cannot
fire inside, no fair run comes back infinitely often, so that state is taken out and what is left is looked at again.

Source: L. Lamport, The Temporal Logic of Actions, 1994, 5.3 (weak and strong); O. Lichtenstein and A. Pnueli, Checking
that finite state concurrent programs satisfy their linear specification, 1985 (the components).
Limits: each round costs time for all edges that are left, and there are as many rounds as states at worst.

Marks: answers rest on what is marked `sound`; what is marked `heuristic` only saves time or memory, or orders.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import z3

from model.core.nodes import Constant, node_of
from model.core.property import Fairness, RuleClass
from model.core.system import CHOICE_WIDTH, BadSystem, System
from model.engines.explicit.store import Array
from model.engines.infinite.graph import StateGraph, offsets

NOWHERE = -1


def check_fairness(system: System, fairness: Fairness) -> None:
    """Raises `BadSystem` for an empty class, an unknown rule, or a term that reads what a rule does not have."""
    rules, variables = {rule.name: rule for rule in system.rules}, {(v.name, v.width) for v in system.variables}
    for owed in (*fairness.weak, *fairness.strong):
        unknown = sorted(owed.rules - rules.keys())
        if unknown or not owed.rules:  # sound: a class that no rule has would owe nothing
            raise BadSystem(
                f"a fairness class has unknown rules: {unknown}" if unknown else "a fairness class is empty"
            )
        read = frozenset[Constant]().union(*(node_of(term).constants for term in owed.terms))
        for name in sorted(owed.rules):
            strange = read - variables - {(given, CHOICE_WIDTH) for given in rules[name].choose}
            if strange:  # sound: a term of what is not there would have no meaning
                raise BadSystem(f"a fairness class reads what rule '{name}' does not have: {sorted(strange)}")


@dataclass(frozen=True)
class ClassEdges:
    """A class in a state graph, one for each value if it is split: its edges, in order."""

    strong: bool
    edges: Array


def classes_of(graph: StateGraph, fairness: Fairness) -> list[ClassEdges]:
    """All classes that are ever enabled; the weak ones first."""
    listed = [(False, owed) for owed in fairness.weak] + [(True, owed) for owed in fairness.strong]
    # sound: only what is never enabled is left out
    return [ClassEdges(strong, edges) for strong, owed in listed for edges in _split(graph, owed) if edges.size]


def _split(graph: StateGraph, owed: RuleClass) -> Iterator[Array]:
    """The edges of a class, or of each value of it."""
    inside = np.array([rule.name in owed.rules for rule in graph.system.rules])
    edges = np.flatnonzero(inside[graph.rules])  # sound: an edge wherever the class is enabled, even to the same state
    if owed.when is not None:
        here = z3.If(owed.when, z3.BitVecVal(1, 1), z3.BitVecVal(0, 1))
        edges = edges[graph.edge_values(here, edges) != 0]
    if owed.by is None:
        yield edges
    else:
        _, value, counts = np.unique(graph.edge_values(owed.by, edges), return_inverse=True, return_counts=True)
        # sound: each value is owed by itself, its edges in order
        yield from np.split(edges[np.argsort(value, kind="stable")], np.cumsum(counts)[:-1])


def fair_components(
    graph: StateGraph, owed: Sequence[ClassEdges], inside: Array, shunned: Array | None = None
) -> Array:
    """For each state the number of its fair component, or NOWHERE; components lie in `inside` and are maximal.

    A state without a cycle is a component if a run may stay there. shunned: edges that a component does without.
    """
    tail, head, alive = graph.arcs.tail, graph.arcs.head, inside.copy()
    taken = np.ones(len(tail), np.bool_) if shunned is None else ~shunned
    edges = np.flatnonzero(alive[tail] & alive[head] & taken)  # sound: a run inside takes no other edge
    while True:
        component = _components(len(alive), tail[edges], head[edges])
        component[~alive] = NOWHERE  # sound: a run that stays there would not be fair, or not inside
        # sound: by the tail alone, for a class is enabled also where it leads out
        owed = [replace(one, edges=one.edges[alive[tail[one.edges]]]) for one in owed]
        starved = np.zeros(len(alive), np.bool_)
        for one in owed:
            starved |= _starved(graph, one, component, taken)
        if not starved.any():  # sound: every component that is left owes nothing
            return component
        alive &= ~starved  # sound: takes out only what no fair run visits infinitely often
        # heuristic: edges between components are on no cycle
        edges = edges[alive[tail[edges]] & alive[head[edges]] & (component[tail[edges]] == component[head[edges]])]


def _components(count: int, tail: Array, head: Array) -> Array:
    """The number of the strongly connected component of each of `count` nodes; the tails are sorted."""
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    begin = offsets(tail, count)  # sound: the tails are sorted
    matrix = csr_matrix((np.ones(len(head), np.float64), head.astype(np.int32), begin), shape=(count, count))
    matrix.sum_duplicates()  # Else scipy's search may never end.
    _, component = connected_components(matrix, directed=True, connection="strong")
    return np.asarray(component, np.int32)


def _starved(graph: StateGraph, one: ClassEdges, component: Array, taken: Array) -> Array:
    """The states that no fair run of the edges `taken` visits infinitely often on account of one class."""
    tail, head = graph.arcs.tail[one.edges], graph.arcs.head[one.edges]
    place, size = component[tail], int(component.max(initial=NOWHERE)) + 2  # The last one is for NOWHERE.
    fires, enabled = np.zeros(size, np.bool_), np.zeros(len(component), np.bool_)
    # sound: a class that fires only on the way out, or where no run goes, is not served
    fires[place[(place == component[head]) & taken[one.edges]]] = True
    enabled[tail[~fires[place]]] = True  # sound: enabled, and never served in its component
    if one.strong:  # sound: strong: that state is not visited for ever
        return enabled
    lives = component != NOWHERE
    # sound: weak: only where it is enabled in all states of a component
    stuck = np.bincount(component[enabled], minlength=size) == np.bincount(component[lives], minlength=size)
    return np.asarray(lives & stuck[component] & ~fires[component])
