"""How often each rule fires: the transitions of an explicit search, counted by rule.

The search notes for each candidate the number of the firing that made it, before duplicates are dropped; these numbers
are counted batch by batch, so a search without counts is as fast as it was. The slow twin counts one by one.
"""

from __future__ import annotations

from collections import Counter

import numpy as np

from model.core.answer import NO_LIMITS, Effort, Limits, OnProgress
from model.core.cone import relevant
from model.core.system import System
from model.engines.explicit.search import ExplicitSearch, Observer


class Counts(Observer):
    """Observes a search: how often each firing was taken, by its number."""

    def __init__(self) -> None:
        self.fired = np.zeros(0, np.int64)

    def expanded(self, search: ExplicitSearch, used: int) -> None:
        """Count the candidates of a batch."""
        found, most = search.candidates, search.code.fan_out
        if not len(self.fired):
            self.fired = np.zeros(most, np.int64)
        for worker in range(used):
            numbers = found.part(found.numbers, worker)[: found.amounts[worker]]
            self.fired += np.bincount(numbers, minlength=most)

    def by_rule(self, search: ExplicitSearch) -> Counter[str]:
        """The counts by the rules' names, those included that never fire."""
        counts = Counter(dict.fromkeys((rule.name for rule in search.system.rules), 0))
        for number in np.flatnonzero(self.fired).tolist():
            counts[search.firings.of(number)[0].name] += int(self.fired[number])
        return counts


def firings(
    system: System, *, limits: Limits = NO_LIMITS, progress: OnProgress | None = None
) -> tuple[Counter[str], Effort]:
    """The transitions by the names of their rules, those of rules that never fire included, and what was searched.

    States that differ only in what no guard reads are one (see `cone`). A transition that the system's constraint
    forbids is not counted.
    """
    counts = Counts()
    search = ExplicitSearch(system, (), limits, relevant(system, ()), counts)
    limit = search.run(progress)
    return counts.by_rule(search), search.effort(limit)
