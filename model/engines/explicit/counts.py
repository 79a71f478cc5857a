"""How often each rule fires: the transitions of an explicit search, counted by rule.

The search notes for each candidate the number of the firing that made it, before duplicates are dropped; these numbers
are counted batch by batch, so a search without counts is as fast as it was. The slow twin counts one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from model.core.answer import NO_LIMITS, Effort, Limits, Progress
from model.core.cone import relevant
from model.core.property import Property
from model.core.system import System, Var
from model.engines.explicit.search import Search


class Counting(Search):
    """A search that counts firings by their numbers."""

    def __init__(
        self, system: System, properties: Sequence[Property], limits: Limits, variables: Sequence[Var] | None = None
    ) -> None:
        super().__init__(system, properties, limits, variables)
        self.fired = np.zeros(self.code.fan_out, np.int64)

    def _add(self, active: int) -> str:
        if self.depth:  # Else these are the initial states.
            for worker in range(active):
                numbers = self.candidates.part(self.candidates.numbers, worker)[: self.candidates.amounts[worker]]
                self.fired += np.bincount(numbers, minlength=len(self.fired))
        return super()._add(active)


def firings(
    system: System, *, limits: Limits = NO_LIMITS, progress: Callable[[Progress], None] | None = None
) -> tuple[Counter[str], Effort]:
    """The transitions by the names of their rules, those of rules that never fire included, and what was searched.

    States that differ only in what no guard reads are one (see `cone`). A transition that the system's constraint
    forbids is not counted.
    """
    search = Counting(system, (), limits, relevant(system, ()))
    limit = search.run(progress)
    counts = Counter(dict.fromkeys((rule.name for rule in system.rules), 0))
    for number in np.flatnonzero(search.fired).tolist():
        counts[search.firings.of(number)[0].name] += int(search.fired[number])
    return counts, search.effort(limit)
