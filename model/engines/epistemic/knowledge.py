"""Questions about knowledge, answered over the stored states of one explicit search.

A formula becomes an array: whether it holds, for each state. A side knows a formula in the states of those groups (of
equal local states) in which it fails nowhere, so that is one pass over the groups' numbers; common knowledge is the
same with groups that are joined wherever a state lies in both. `twin` is the definition.

Limits: a system with a constraint, or a side that sees one of several slots whose order does not matter, is refused.

Marks: answers rest on what is marked `sound`; what is marked `heuristic` only saves time or memory, or orders.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from model.core.answer import NO_LIMITS, Answer, Effort, Limits, OnProgress, Outcome, answer_for
from model.core.cone import relevant
from model.core.knowledge import (
    Combined,
    Common,
    Fact,
    Formula,
    Known,
    Knows,
    Refutation,
    Views,
    confirm_refuted,
    facts,
    plain,
)
from model.core.run import ReplayError, Run
from model.core.system import System
from model.core.terms import constants
from model.engines.epistemic.grouping import flatten, join, number
from model.engines.explicit.hash_table import find
from model.engines.explicit.search import ExplicitSearch
from model.engines.explicit.store import Array
from model.engines.infinite.term_values import values

ENGINE = "knowledge"
LEAST = 1 << 10  # heuristic: the smallest table


def check(
    system: System,
    views: Views,
    wanted: Sequence[Known],
    further: Sequence[Formula] = (),
    *,
    limits: Limits = NO_LIMITS,
    progress: OnProgress | None = None,
) -> tuple[dict[str, Outcome], LocalStates]:
    """The outcome of each statement by its name; and who knows what. further: other formulas that will be asked about.

    Raises `ReplayError` if a run does not show what it should under the Python meaning.
    """
    known = LocalStates(system, views, [*(one.formula for one in wanted), *further], limits)
    limit = known.run(progress)
    effort = known.search.effort(limit)
    return {one.name: known.outcome(one, effort) for one in wanted}, known


class LocalStates:
    """Who knows what by the sides' local states, once `run` has returned "". formulas: those that will be asked about.

    Raises `ValueError` for a system that does not fit the engine.
    """

    def __init__(self, system: System, views: Views, formulas: Sequence[Formula], limits: Limits = NO_LIMITS) -> None:
        seen = {var.name for view in views.values() for var in view}
        if system.constraint is not None:  # sound: beyond it there may be states that refute what is known
            raise ValueError("knowledge in a system with a constraint is not checked")
        if strange := seen - set(system.var):
            raise ValueError(f"a local state has {min(strange)}, which is no variable of the system")
        if blind := seen & set(chain.from_iterable(system.symmetric)):  # sound: which slot it is would be lost
            raise ValueError(f"a local state has {min(blind)}, whose place among others does not matter")
        self.system, self.views = system, views
        # sound: what a side sees and what facts read is stored, and no property ends the search
        read = constants([fact.term for formula in formulas for fact in facts(formula)])
        roots = relevant(system, (), seen | read)
        self.search = ExplicitSearch(system, (), replace(limits, store="whole", checkpoint=None), roots)
        self._holds: dict[Formula, Array] = {}
        self._groups: dict[tuple[str, ...], Array] = {}

    def run(self, progress: OnProgress | None = None) -> str:
        """Search; returns the limit that ended it, or ""."""
        return self.search.run(progress)

    @property
    def states(self) -> Array:
        """The packed states."""
        return self.search.store.states[: self.search.store.count]

    # -- formulas --

    def holds(self, formula: Formula) -> Array:
        """Whether a formula holds, for each state."""
        if formula not in self._holds:
            self._holds[formula] = self._computed(formula)
        return self._holds[formula]

    def _computed(self, formula: Formula) -> Array:
        match formula:
            case Fact():
                rows = np.arange(len(self.states), dtype=np.uint32)
                layout, none = self.search.code.layout, np.zeros_like(rows)
                return values(self.system, layout, formula.term, {}, self.states, rows, none).astype(np.bool_)
            case Knows():
                return self._in_all(self.group((formula.side,)), self.holds(formula.what))
            case Common():
                return self._in_all(self.group(formula.sides), self.holds(formula.what))
        parts = [self.holds(part) for part in formula.parts]
        if formula.how == "implies":
            return ~parts[0] | parts[1]
        return ~parts[0] if formula.how == "not" else (np.all if formula.how == "and" else np.any)(parts, axis=0)

    @staticmethod
    def _in_all(group: Array, holds: Array) -> Array:
        """For each state whether all states of its group are so."""
        known = np.ones(int(group.max(initial=0)) + 1, np.bool_)
        known[group[~holds]] = False  # sound: one state of the group refutes it
        return np.asarray(known[group])

    def group(self, sides: tuple[str, ...]) -> Array:
        """The number of each state's group: states that a chain of states leads to, each like the last for a side."""
        if sides not in self._groups:
            self._groups[sides] = self._joined(sides) if len(sides) > 1 else self._grouped(*sides)
        return self._groups[sides]

    def _grouped(self, side: str) -> Array:
        place, mask = self.search.code.layout.place, np.zeros(self.search.code.layout.words, np.uint64)
        for var in self.views[side]:  # sound: the whole local state, and nothing else
            mask[place[var.name].word] |= np.uint64(place[var.name].mask)
        table = np.zeros(max(LEAST, 1 << (2 * len(self.states)).bit_length()), np.uint32)
        first, group = (np.empty(len(self.states), np.uint32) for _ in range(2))
        number(self.states, mask, table, first, group)
        return group

    def _joined(self, sides: tuple[str, ...]) -> Array:
        each = [self.group((side,)) for side in sides]
        ends = np.cumsum([int(group.max(initial=0)) + 1 for group in each]).astype(np.uint32)
        parent = np.arange(ends[-1], dtype=np.uint32)
        for group, offset in zip(each[1:], ends, strict=False):
            join(parent, each[0], group + offset)
        flatten(parent)
        return np.asarray(parent[each[0]])

    # -- answers --

    def outcome(self, one: Known, effort: Effort) -> Outcome:
        """What became of a statement, with the run (or the runs) that decide it."""
        # sound: unless the search was whole, nobody can say what is known
        holds = self.holds(one.formula) if effort.complete else np.zeros(0, np.bool_)
        at = np.flatnonzero(~holds if one.kind == "always" else holds)
        kind = "reachable" if one.kind == "somewhere" else "always"
        answer = answer_for(kind, len(at) > 0, complete=True) if effort.complete else Answer.UNKNOWN
        if not len(at):
            return Outcome(one.name, answer, effort, ENGINE)
        # heuristic: rather one where all facts hold, so that nothing but knowledge is missing
        first = int(at[np.argmax(np.all([self.holds(fact)[at] for fact in facts(one.formula)], axis=0))])
        refuted = self.refutation(one.formula, first) if one.kind == "always" else None
        return Outcome(one.name, answer, effort, ENGINE, refuted or self.search.trace(first))

    def refutation(self, formula: Formula, at: int) -> Refutation | None:
        """Runs that show that a formula fails in a state; None if no chain of states can show it."""
        path = self._chain(formula, at)
        if path is None:
            return None
        found = Refutation(tuple(self.search.trace(row) for _, row in path), tuple(side for side, _ in path[1:]))
        confirm_refuted(self.system, self.views, formula, found)
        return found

    def _chain(self, formula: Formula, at: int) -> list[tuple[str, int]] | None:
        """States from `at` on, each with the side that cannot tell it from the one before ("" for the first)."""
        if plain(formula):
            return [("", at)]
        if isinstance(formula, Knows) and not self.holds(formula.what)[at]:
            return self._chain(formula.what, at)
        if isinstance(formula, Knows):
            group = self.group((formula.side,))
            other = int(np.flatnonzero((group == group[at]) & ~self.holds(formula.what))[0])
            rest = self._chain(formula.what, other)
            return rest and [("", at), (formula.side, other), *rest[1:]]
        if isinstance(formula, Common):
            return self._chain(next(one for one in levels(formula) if not self.holds(one)[at]), at)
        assert isinstance(formula, Combined)
        failing = [part for part in formula.parts if not self.holds(part)[at]]
        if formula.how == "and":
            return next((path for path in (self._chain(part, at) for part in failing) if path), None)
        deep = [part for part in formula.parts if not plain(part)]
        shown = len(deep) == 1 and (formula.how == "or" or (formula.how == "implies" and plain(formula.parts[0])))
        return self._chain(deep[0], at) if shown else None

    # -- runs --

    def along(self, run: Run, formulas: Sequence[Formula]) -> list[list[bool]]:
        """For each state of a run, the first one included, which of the formulas hold."""
        layout, store = self.search.code.layout, self.search.store
        packed = np.array([layout.pack(state) for state in run.states], np.uint64)
        rows = np.empty(len(packed), np.uint32)
        if find(packed, len(packed), store.states, store.table, rows):  # sound: a state that was not found says nothing
            raise ReplayError("the run has a state that the search has not found")
        return [[bool(self.holds(formula)[row]) for formula in formulas] for row in rows]


def levels(common: Common) -> Iterator[Formula]:
    """What common knowledge consists of: the formula; that each side knows it; that each knows that each does; ..."""
    formula = common.what
    while True:
        yield formula
        formula = Combined("and", tuple(Knows(side, formula) for side in common.sides))
