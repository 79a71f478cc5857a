"""A store that keeps 64-bit hashes of states instead of states, for searches that would not fit otherwise.

Two states with one hash are taken for one: then a part of the states may be missed. The chance that any two of n states
have one hash is at most n (n - 1) / 2^65. What is found is real all the same: traces follow parents and firings, and
are replayed. Whole states are kept only of the level that is expanded and of the next one.

Limits: a quarter of the memory is for these two levels; a search with wider ones ends as with too many states.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from model.engines.explicit.hash_table import Array, resolve_fingerprints
from model.engines.explicit.store import FULLEST, Candidates, Store
from model.machine.memory import zeros
from model.machine.workers import Workers

SHARE = 4


def collision(states: int) -> float:
    """The most that the probability can be that two of so many states have one hash of 64 bits."""
    return states * (states - 1) / 2.0**65


class Fingerprints(Store):
    """States [0, count) as hashes in the table, with parent and firing each. Takes at most 8 + 16 bytes of a state."""

    keeps_states = False

    def __init__(self, words: int, max_bytes: int, most: int, at_once: int, workers: Workers) -> None:
        rows = max(1, max_bytes // SHARE // (16 * words))
        fits = max(1, int(max_bytes * (1 - 1 / SHARE) / (8 + 8 / FULLEST)))
        super().__init__(0, min(fits, most), at_once, workers)
        rows = min(rows, self.capacity)
        self._levels = [zeros((rows, words), np.uint64) for _ in range(2)]
        self._begins = [0, 0]

    def level(self) -> tuple[Array, int]:
        return self._levels[0], self._begins[0]

    def found(self) -> tuple[Array, int]:
        return self._levels[1], self._begins[1]

    def begin_level(self) -> None:
        self._levels.reverse()
        self._begins = [self._begins[1], self.count]

    def add(self, found: Candidates, active: int) -> list[tuple[int, int]]:
        ranges = super().add(found, active)
        last = self._begins[1] + len(self._levels[1])
        self.full |= ranges[-1][1] > last
        return [(min(begin, last), min(end, last)) for begin, end in ranges]

    def _resolve(self, found: Candidates, active: int, owner: int) -> None:
        listed: Any = found.hashes, found.lists, found.sizes
        resolve_fingerprints(owner, active, *listed, self.table, found.fresh)  # type: ignore[call-arg]  # mypy cannot count what is unpacked.
