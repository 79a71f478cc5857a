"""The state graph with every transition, for questions about infinite runs.

It is the explicit search, which looks at every transition that passes: after a chunk of successors has been stored,
each is looked up again, and the number of its state is noted beside its parent and its firing. Parents are expanded in
the order of their numbers, so the edges come out sorted by their tails: what leaves a state is a slice of them.

Limits: 2^31 states; about EDGE_BYTES of memory for an edge, questions included. Systems with a constraint are refused:
a run that leaves the constraint would seem to be stuck.

Marks: answers rest on what is marked `sound`; what is marked `heuristic` only saves time or memory, or orders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import z3

from model.core.answer import NO_LIMITS, OUT_OF_MEMORY, Effort, Limits, OnProgress, reached
from model.core.run import Step
from model.core.system import State, System
from model.engines.explicit.hash_table import find
from model.engines.explicit.search import ExplicitSearch, Observer, allowed
from model.engines.explicit.store import NO_PARENT, Array, row_bytes
from model.engines.infinite.term_values import values
from model.engines.native.jit import njit

EDGE_BYTES = 128  # heuristic: memory, for the limit
UNSEEN, START = -2, -1


@dataclass(frozen=True)
class Arcs:
    """Arcs between the nodes [0, nodes), in the order of their tails.

    edge: the edge of the state graph that each arc stands for, or -1.
    """

    nodes: int
    tail: Array
    head: Array
    edge: Array

    @cached_property
    def begin(self) -> Array:
        """The arcs from node v are [begin[v], begin[v + 1])."""
        return offsets(self.tail, self.nodes)

    def walk(self, starts: Array, good: Array | None = None) -> tuple[Array, Array, int]:
        """Breadth first from `starts` until an arc that is `good`: the nodes in order, `via`, and that arc or -1.

        via: for each node the arc by which it was reached, START, or UNSEEN.
        """
        via, queue = np.full(self.nodes, UNSEEN, np.int64), np.empty(self.nodes, np.int64)
        via[starts], queue[: len(starts)] = START, starts
        wanted = np.zeros(0, np.bool_) if good is None else good
        reached, arc = _walk(self.begin, self.head, wanted, queue, len(starts), via)
        return queue[:reached], via, int(arc)

    def path(self, via: Array, node: int) -> list[int]:
        """The arcs of a walk from its start to `node`."""
        taken = []
        while via[node] != START:
            taken.append(int(via[node]))
            node = int(self.tail[taken[-1]])
        return taken[::-1]


def offsets(tail: Array, nodes: int) -> Array:
    """Where the arcs from each node begin, and the end of all, given their sorted tails."""
    return np.concatenate([[0], np.cumsum(np.bincount(tail, minlength=nodes))]).astype(np.int64)


@njit("UniTuple(int64, 2)(int64[::1], uint32[::1], boolean[::1], int64[::1], int64, int64[::1])", cache=True)
def _walk(  # noqa: PLR0917  # Native code takes arrays one by one.
    begin: Array, head: Array, good: Array, queue: Array, filled: int, via: Array
) -> tuple[int, int]:
    """See `Arcs.walk`; `queue` holds `filled` starts. Returns how many nodes were reached, and the good arc or -1."""
    at = 0
    while at < filled:
        node = queue[at]
        at += 1
        for arc in range(begin[node], begin[node + 1]):
            if good.size and good[arc]:  # heuristic: order; the nearest one is enough
                return filled, arc
            if via[head[arc]] == UNSEEN:  # sound: every arc of every node reached is looked at
                via[head[arc]] = arc
                queue[filled] = head[arc]
                filled += 1
    return filled, -1


class StateGraph(Observer):
    """The reachable states and all transitions between them, once `run` has returned.

    Raises `ValueError` for a system that does not fit the engine.
    """

    def __init__(self, system: System, limits: Limits = NO_LIMITS) -> None:
        if system.constraint is not None:  # sound: what leaves it would seem to rest for ever
            raise ValueError("infinite runs of a system with a constraint are not checked")
        self.system, self._limits, self._bytes = system, limits, allowed(limits)
        # sound: no property ends it, all variables are stored, no edge is from a former run
        self.search = ExplicitSearch(system, (), replace(limits, store="whole", checkpoint=None), observer=self)
        self._chunks: list[tuple[Array, Array, Array]] = []

    def run(self, progress: OnProgress | None = None) -> str:
        """Search; returns the limit that ended it, or ""."""
        return self.search.run(progress)

    def effort(self, limit: str) -> Effort:
        """What was searched; call it once, after `run`."""
        return self.search.effort(limit)

    def stored(self, search: ExplicitSearch, used: int) -> str:
        """Note the edges of a batch."""
        # sound: every transition, in the order of its tail, once its head is stored
        self._chunks += search.workers.each(used, self._edges)
        return self._heavy()

    def _edges(self, worker: int) -> tuple[Array, Array, Array]:
        """Tail, head and firing of each candidate of a worker."""
        found, store = self.search.candidates, self.search.store
        amount = found.amounts[worker]
        heads = np.empty(amount, np.uint32)
        # sound: an edge without its head would be lost
        if find(found.part(found.states, worker), amount, store.states, store.table, heads):
            raise AssertionError("a stored state is not found again; delete stale caches of numba")
        # sound: a copy, for the next batch overwrites them
        tails, numbers = (found.part(array, worker)[:amount].copy() for array in (found.parents, found.numbers))
        return tails, heads, numbers

    def _heavy(self) -> str:
        store = self.search.store
        # heuristic: memory; beyond it the answer is *unknown*
        rows = row_bytes(self.search.code.layout.words) * store.count
        if rows + store.table.nbytes + EDGE_BYTES * self.search.transitions <= self._bytes:
            return ""
        return OUT_OF_MEMORY if self._limits.max_bytes is None else reached(f"max-memory {self._limits.max_bytes}")

    @property
    def states(self) -> int:
        """How many states there are."""
        return self.search.store.count

    @cached_property
    def initial(self) -> Array:
        """The initial states; they come first."""
        # sound: all of them, for they are stored first
        return np.flatnonzero(self.search.store.parents[: len(self.system.initial)] == NO_PARENT)

    @cached_property
    def numbers(self) -> Array:
        """The firing of each edge, as `numbered_rules.firings` counts them."""
        return np.concatenate([np.zeros(0, np.uint32), *(chunk[2] for chunk in self._chunks)])

    @cached_property
    def arcs(self) -> Arcs:
        """All edges."""
        tail, head = (np.concatenate([np.zeros(0, np.uint32), *(chunk[at] for chunk in self._chunks)]) for at in (0, 1))
        return Arcs(self.states, tail, head, np.arange(len(tail)))

    @cached_property
    def tree(self) -> Array:
        """The edges of a breadth-first tree, in the order of their tails."""
        _, via, _ = self.arcs.walk(self.initial)
        return np.sort(via[via >= 0])  # heuristic: fewer edges for stems; sound: they reach every state

    @cached_property
    def rules(self) -> Array:
        """The rule of each edge, as its number in the system."""
        # sound: a firing belongs to the last rule that begins before it
        found = np.searchsorted(self._offsets, self.numbers, side="right") - 1
        return np.asarray(found, np.min_scalar_type(len(self.system.rules)))

    @cached_property
    def _offsets(self) -> Array:
        return np.array(self.search.firings.offsets, np.uint32)

    def holds(self, term: z3.BoolRef) -> Array:
        """Whether a term over the variables holds, for each state."""
        rows = np.arange(self.states, dtype=np.uint32)
        return np.asarray(self._values(term, {}, rows, np.zeros_like(rows)), np.bool_)

    def edge_values(self, term: z3.ExprRef, edges: Array) -> Array:
        """The value of a term over variables and inputs, where each of `edges` begins."""
        out, rules = np.zeros(len(edges), np.uint64), self.rules[edges]
        for at in np.unique(rules).tolist():
            chosen = np.flatnonzero(rules == at)
            # sound: where the edge begins, with the inputs that it fired with
            rows, choices = self.arcs.tail[edges[chosen]], self.numbers[edges[chosen]] - self._offsets[at]
            out[chosen] = self._values(term, self.system.rules[at].choose, rows, choices)
        return out

    def _values(self, term: z3.ExprRef, choose: Mapping[str, int], rows: Array, choices: Array) -> Array:
        search = self.search
        return values(self.system, search.code.layout, term, choose, search.store.states, rows, choices)

    def state(self, node: int) -> State:
        """A state in full."""
        return self.search.state(node)

    def step(self, edge: int) -> Step:
        """An edge as a step."""
        rule, inputs = self.search.firings.of(int(self.numbers[edge]))
        return Step(rule, inputs, self.search.state(int(self.arcs.head[edge])))
