"""k-induction: a property that holds in k states one after the other, all different, holds in the next one, too.

With the base case, that it holds in the first k states of every run (`bmc`), it holds for ever. Lemmas are proved
together with the properties: in the step all of them are premises, and all of them have to follow. That is one question
(twice as fast as one for each); what its answer breaks is left out, and the step is tried again with the rest. Paths
without a repeated state make the method complete for finite systems, though k may become large.

Source: Sheeran, Singh and Stalmarck, "Checking safety properties using induction and a SAT-solver" (2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import z3

from model.core.answer import INTERRUPTED, NO_LIMITS, Effort, Limits, OnProgress, Outcome, Progress, outcomes, reached
from model.core.property import Property
from model.core.system import System
from model.engines.symbolic.bmc import DEPTH, BoundedSearch, safe
from model.engines.symbolic.solver import LimitedSolver, Unanswered
from model.engines.symbolic.unrolled import Unrolled


def induction(
    system: System,
    *,
    depth: int | None = None,
    limits: Limits = NO_LIMITS,
    progress: OnProgress | None = None,
    properties: Sequence[Property] | None = None,
    lemmas: Sequence[Property] = (),
) -> dict[str, Outcome]:
    """The verdict of each property (default: the system's) by its name, by induction with k up to `depth` (10).

    A verdict that is proved has k as the depth of its effort. lemmas: *always* or *step* properties to help. progress:
    called before each k. Ctrl-C ends it with the limit "interrupted" and what was found.
    """
    wanted = tuple(system.properties if properties is None else properties)
    unrolled, ask = Unrolled(system), LimitedSolver(limits)
    search = BoundedSearch(unrolled, (*wanted, *(lemma for lemma in lemmas if lemma not in wanted)), ask)
    proved: dict[str, int] = {}
    depth = depth or DEPTH
    limit = reached(f"depth {depth}")
    try:
        for k in range(1, depth + 1):
            if progress is not None:
                progress(Progress(0, 0, k, 0, ask.seconds))
            longer = search.look(k - 1)
            proved |= dict.fromkeys((prop.name for prop in _inductive(unrolled, ask, search.open, proved, k)), k)
            if not longer:
                proved |= {prop.name: k for prop in search.open if prop.name not in proved}
            if all(prop.name in proved or prop.name in search.traces for prop in wanted):
                break
    except Unanswered as stop:
        limit = stop.limit
    except KeyboardInterrupt:
        limit = INTERRUPTED
    traces = {prop.name: search.traces[prop.name] for prop in wanted if prop.name in search.traces}
    unknown = Effort(0, 0, search.depth, complete=False, limit=limit, seconds=ask.seconds)
    found = outcomes(system, wanted, traces, "induction", unknown)
    for prop in wanted:
        if prop.name in proved:
            effort = replace(unknown, depth=proved[prop.name], complete=True, limit="")
            found |= outcomes(system, (prop,), {}, "induction", effort)
    return found


def _inductive(
    unrolled: Unrolled, ask: LimitedSolver, candidates: Sequence[Property], proved: dict[str, int], k: int
) -> list[Property]:
    """Those of the candidates that follow, together, from k different states in which they hold.

    What has been proved before is a premise.
    """
    path = [unrolled.distinct(k)]
    for frame in range(k):
        path += [unrolled.step(frame), unrolled.inside(frame) if frame else z3.BoolVal(True)]
    known = [prop for prop in candidates if prop.name in proved]
    left = [prop for prop in candidates if prop.name not in proved]
    while left:
        premises = [fact for prop in (*known, *left) for fact in _holds_before(unrolled, prop, k)]
        fails = {prop.name: z3.And(*_fails_after(unrolled, prop, k)) for prop in left}
        found = ask(*path, *premises, z3.Or(*fails.values()))
        if found is None:
            break
        left = [prop for prop in left if not z3.is_true(found.eval(fails[prop.name], model_completion=True))]
    return left


def _holds_before(unrolled: Unrolled, prop: Property, k: int) -> list[z3.BoolRef]:
    """The property in the first k states, or over the steps between them."""
    frames = range(k - 1) if prop.kind == "step" else range(k)
    return [unrolled.at(safe(prop), frame) for frame in frames]


def _fails_after(unrolled: Unrolled, prop: Property, k: int) -> list[z3.BoolRef]:
    """It fails in the next state, or over the step to it. (A step may lead out of the system's constraint.)"""
    if prop.kind == "step":
        return [z3.Not(unrolled.at(prop.term, k - 1))]
    return [unrolled.distinct(k + 1), unrolled.inside(k), z3.Not(unrolled.at(safe(prop), k))]
