"""Properties of infinite fair runs: *leads-to* and *eventually always*, over the whole state graph.

A violation is a lasso whose loop is fair (`fairness`) and bad. A run breaks *premise leads to goal* if it comes to a
state with the premise and from there on never to the goal: among the states that are reached from such a state without
meeting the goal, there is a fair component. It breaks *eventually always* if it leaves the term for ever again: a fair
component of all states has one without it. Both are one question with other sets of states (`_Question`).

A run may end where nothing is enabled, or stay where only rules are enabled that no class has: nobody forces a user to
act. Every lasso is confirmed in plain Python before it is returned.

Limits: those of `graph`; a search that a limit ends answers nothing but *unknown*, and `max_seconds` bounds the search,
not the questions after it.

Marks: answers rest on what is marked `sound`; what is marked `heuristic` only saves time or memory, or orders.
A lasso is confirmed before it is shown, so only *holds* rests on the search.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np
import z3

from model.core.answer import INTERRUPTED, NO_LIMITS, OUT_OF_MEMORY, Answer, Limits, OnProgress, Outcome
from model.core.nodes import node_of
from model.core.property import EventuallyAlways, Fairness, LeadsTo, Liveness
from model.core.run import Lasso, ReplayError, Run
from model.core.system import BadSystem, State, System
from model.core.terms import Meaning
from model.engines.explicit.store import Array
from model.engines.infinite.fairness import NOWHERE, ClassEdges, check_fairness, classes_of, fair_components
from model.engines.infinite.graph import Arcs, StateGraph
from model.engines.infinite.lasso import Loops, confirm_fair

TRIED = 32  # heuristic: time for shorter lassos
CROSSING = -1
ENGINE = "liveness"


LivenessQuestion = tuple[Liveness, Fairness]


def check_each(
    system: System,
    questions: Sequence[LivenessQuestion],
    *,
    limits: Limits = NO_LIMITS,
    progress: OnProgress | None = None,
) -> dict[str, Outcome]:
    """The verdict of each property, under its fairness, by its name, from one search; all have the same effort.

    Ctrl-C and want of memory answer *unknown*. Raises `BadSystem` for a property or fairness that does not fit the
    system, `ReplayError` if the Python meaning disagrees, `ValueError` for a system that does not fit the engine.
    """
    # sound: one verdict for each name, of terms that mean something
    _check_properties(system, [prop for prop, _ in questions])
    for _, fairness in questions:
        check_fairness(system, fairness)
    graph = StateGraph(system, limits)
    effort = graph.effort(graph.run(progress))
    lassos: dict[str, Lasso | None] = {}
    if effort.complete:  # sound: without all states and edges a lasso may be overlooked
        begun = perf_counter()
        try:
            lassos = {prop.name: find_lasso(graph, owed, prop) for prop, owed in _with_classes(graph, questions)}
        except (KeyboardInterrupt, MemoryError) as stop:
            limit = INTERRUPTED if isinstance(stop, KeyboardInterrupt) else OUT_OF_MEMORY
            effort = replace(
                effort, complete=False, limit=limit
            )  # sound: an interrupted search for a lasso is *unknown*
        effort = replace(effort, seconds=effort.seconds + perf_counter() - begun)
    if not effort.complete:
        return {prop.name: Outcome(prop.name, Answer.UNKNOWN, effort, ENGINE) for prop, _ in questions}
    for prop, fairness in questions:
        if found := lassos[prop.name]:
            confirm_lasso(system, prop, fairness, found)  # sound: no violation without a run in plain Python
    return {
        name: Outcome(name, Answer.VIOLATED if lasso else Answer.HOLDS, effort, ENGINE, lasso)
        for name, lasso in lassos.items()
    }


def _with_classes(
    graph: StateGraph, questions: Sequence[LivenessQuestion]
) -> Iterator[tuple[Liveness, Sequence[ClassEdges]]]:
    """Each property with what is owed, which is found once for all that ask for the same."""
    known: dict[object, Sequence[ClassEdges]] = {}
    for prop, fairness in questions:
        if fairness.key not in known:  # heuristic: what is owed is found once
            known[fairness.key] = classes_of(graph, fairness)
        yield prop, known[fairness.key]


def _check_properties(system: System, properties: Sequence[Liveness]) -> None:
    known = {(v.name, v.width) for v in system.variables}
    if len({prop.name for prop in properties}) < len(properties):
        raise BadSystem("two properties have one name")
    for prop in properties:
        for term in _terms(prop):
            strange = node_of(term).constants - known
            if strange or not z3.is_bool(term):
                raise BadSystem(f"property '{prop.name}' reads what the system does not have: {sorted(strange)}")


def _terms(prop: Liveness) -> tuple[z3.BoolRef, ...]:
    return (prop.premise, prop.goal) if isinstance(prop, LeadsTo) else (prop.term,)


# -- the search for a lasso ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Question:
    """Is there a fair run that comes to a state of `first`, then stays `inside`, and meets `again` for ever again?"""

    first: Array
    inside: Array
    again: Array


def _question(graph: StateGraph, prop: Liveness) -> _Question:
    if isinstance(prop, LeadsTo):
        missed = ~graph.holds(prop.goal)
        # sound: the premise, and then never the goal
        return _Question(graph.holds(prop.premise) & missed, missed, missed)
    start = np.zeros(graph.states, np.bool_)
    start[graph.initial] = True  # sound: a run begins in any of them
    return _Question(start, np.ones_like(start), ~graph.holds(prop.term))  # sound: the term fails again and again


@dataclass(frozen=True)
class Rare:
    """Edges that a run takes so often at most; None: any number of times, but not for ever."""

    edges: Array
    most: int | None = None


def find_lasso(graph: StateGraph, owed: Sequence[ClassEdges], prop: Liveness, rare: Rare | None = None) -> Lasso | None:
    """A fair run that violates a property, or None if there is none; `graph` is complete."""
    question = _question(graph, prop)
    stems = _stems(graph, question) if rare is None or rare.most is None else _counted_stems(graph, question, rare)
    order, via, _ = stems.walk(graph.initial)
    late = order[order >= stems.nodes // 2]
    inside = np.zeros(graph.states, np.bool_)
    inside[late % graph.states] = True
    shunned = None if rare is None else rare.edges
    # sound: among all states that are reached so
    component = fair_components(graph, owed, inside, shunned)
    # sound: if there is none, no fair run is bad
    bad = late[(component[late % graph.states] != NOWHERE) & question.again[late % graph.states]]
    # heuristic: from here on, which lasso is shown; it is confirmed later
    loops = Loops(graph, owed, component, shunned)
    found: list[_Edges] = []
    for node in _few(bad, component[bad % graph.states]):
        start = node % graph.states
        stem = [edge for edge in stems.edge[stems.path(via, node)].tolist() if edge != CROSSING]
        if found and len(stem) >= min(edges.length for edges in found):
            break  # heuristic: stems only get longer
        found.append(_Edges(start, stem, loops.loop(start)))
    return _lasso(graph, min(found, key=lambda edges: edges.length)) if found else None


@dataclass(frozen=True)
class _Edges:
    """A lasso as edges of the state graph; `start` is where its loop begins."""

    start: int
    stem: Sequence[int]
    loop: Sequence[int]

    @property
    def length(self) -> int:
        return len(self.stem) + len(self.loop)


def _lasso(graph: StateGraph, edges: _Edges) -> Lasso:
    initial = int(graph.arcs.tail[edges.stem[0]]) if edges.stem else edges.start
    stem = Run(graph.state(initial), tuple(map(graph.step, edges.stem)))
    return Lasso(stem, tuple(map(graph.step, edges.loop)))


def _few(candidates: Array, component: Array) -> Iterator[int]:
    """The first candidates, and the first ones of the first components. component: that of each."""
    _, firsts = np.unique(component, return_index=True)
    # sound: at least one, if there is any; heuristic: few
    yield from candidates[np.union1d(np.arange(min(TRIED, len(candidates))), np.sort(firsts)[:TRIED])].tolist()


def _stems(graph: StateGraph, question: _Question) -> Arcs:
    """Two copies of the states: a breadth-first tree; from each `first` state an arc to the other copy, which has the
    edges `inside`. A shortest path to the other copy is a shortest run through a first state."""
    arcs, count = graph.arcs, graph.states
    crossing = np.flatnonzero(question.first).astype(np.uint32)  # sound: from every first state
    inner = np.flatnonzero(question.inside[arcs.tail] & question.inside[arcs.head])  # sound: every edge inside
    tail = np.concatenate([arcs.tail[graph.tree], crossing])
    head = np.concatenate([arcs.head[graph.tree], crossing + np.uint32(count)])
    edge = np.concatenate([graph.tree, np.full(len(crossing), CROSSING)])
    order = np.argsort(tail, kind="stable")  # sound: `Arcs` are sorted by their tails
    return Arcs(
        2 * count,
        np.concatenate([tail[order], arcs.tail[inner] + np.uint32(count)]),
        np.concatenate([head[order], arcs.head[inner] + np.uint32(count)]),
        np.concatenate([edge[order], inner]),
    )


def _counted_stems(graph: StateGraph, question: _Question, rare: Rare) -> Arcs:
    """As `_stems`, with all edges, and 2 `most` + 2 copies of the states: in each half, one for each number of times
    that the run has taken rare edges."""
    arcs, count, most = graph.arcs, graph.states, rare.most or 0
    crossing = np.flatnonzero(question.first).astype(np.uint32)  # sound: from every first state
    inner = np.flatnonzero(question.inside[arcs.tail] & question.inside[arcs.head])  # sound: every edge inside
    every, parts = np.arange(len(arcs.tail)), list[tuple[Array, Array, Array]]()
    for taken in range(most + 1):
        here, late = count * taken, count * (most + 1 + taken)
        parts.append((crossing + here, crossing + late, np.full(len(crossing), CROSSING)))
        for edges, begin in ((every, here), (inner, late)):
            kept = edges if taken < most else edges[~rare.edges[edges]]  # sound: no rare edge after so many
            after = begin + count * rare.edges[kept].astype(np.int64)
            parts.append((arcs.tail[kept] + begin, arcs.head[kept] + after, kept))
    tail, head, edge = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(tail, kind="stable")  # sound: `Arcs` are sorted by their tails
    return Arcs(2 * count * (most + 1), tail[order], head[order].astype(np.uint32), edge[order])


# -- in plain Python -----------------------------------------------------------------------------------------------


def confirm_lasso(system: System, prop: Liveness, fairness: Fairness, lasso: Lasso) -> None:
    """Check under the Python meaning that a lasso is a fair run that violates a property; raises `ReplayError`."""
    confirm_fair(system, fairness, lasso)  # sound: a run, and fair
    if not violated(prop, lasso.stem.states, lasso.recurrent):
        raise ReplayError(f"the lasso does not violate property '{prop.name}'")


def violated(prop: Liveness, stem: Sequence[State], recurrent: Sequence[State]) -> bool:
    """Whether a run through the states of `stem` that then meets those of `recurrent` for ever violates a property."""
    meaning = Meaning(_terms(prop))
    before, again = ([meaning(state) for state in states] for states in (stem, recurrent))
    if isinstance(prop, EventuallyAlways):
        return not all(term for (term,) in again)  # sound: the loop leaves the term
    met = [at for at, (_, goal) in enumerate(before) if goal]
    since = before[met[-1] + 1 if met else 0 :]  # sound: the premise after the last goal, and none in the loop
    return any(premise for premise, _ in since) and not any(goal for _, goal in again)
