"""The set of states found so far: whole packed states in order of discovery, and a hash table of their indices.

`hash_table` has the inner loops. A state takes its words, 8 bytes for its parent and its firing, and 8 / FULLEST to
8 GROWTH / FULLEST bytes of the table: at most 16. The table grows in place, a few of its segments at a time, the last
ones first: where they go, only segments lie that have been moved already.

Limits: about 2^32 states. Arrays are reserved for the capacity and take memory only as they fill.

Marks: answers rest on what is marked `sound`; what is marked `heuristic` only saves time or memory, or orders.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from model.engines.explicit.hash_table import SEGMENTS, Array, commit, index, move, resolve, scatter
from model.machine.memory import zeros
from model.machine.workers import Workers

__all__ = ["NO_PARENT", "Array", "Candidates", "Store", "capacity", "row_bytes"]

FULLEST = 0.75  # heuristic: short probes for little memory; below 1, so that they end
GROWTH = 1.45  # heuristic: seldom moved for little memory
SMALLEST = 1 << 16  # heuristic: the first table, not worth growing; its segments are whole lines
NO_PARENT = 0xFFFF_FFFF  # sound: the index of no state, see `Store.capacity`


def row_bytes(words: int) -> int:
    """Bytes stored for a state, without the table: its words, its parent, and the number of the firing."""
    return 8 * words + 8


def capacity(words: int, max_bytes: int) -> int:
    """The most states that fit into `max_bytes` together with the table that they need; at least 1."""
    # heuristic: memory; a store that is full says so
    small = min(int(FULLEST * SMALLEST), (max_bytes - 8 * SMALLEST) // row_bytes(words))
    large = int((max_bytes - 64 * SEGMENTS) / (row_bytes(words) + 8 / FULLEST))
    return max(small, large if large > FULLEST * SMALLEST else 1, 1)


class Candidates:
    """Successors on their way to the store, in the order of finding: `room` places for each worker, worker 0 first.

    amounts: how many each worker has. The other arrays are described in `hash_table`.
    """

    def __init__(self, words: int, workers: int, room: int) -> None:
        self.workers, self.room = workers, room
        self.states = zeros((workers * room, words), np.uint64)
        self.parents, self.numbers = (zeros((workers * room,), np.uint32) for _ in range(2))
        self.hashes, self.slots = (zeros((workers * room,), np.uint64) for _ in range(2))
        self.lists = zeros((workers, workers, room), np.uint32)
        self.sizes, self.fresh = (np.zeros((workers, workers), np.int64) for _ in range(2))
        self.amounts = [0] * workers

    def part(self, array: Array, worker: int) -> Array:
        """What belongs to one worker."""
        return array[worker * self.room : (worker + 1) * self.room]

    def new(self, worker: int) -> tuple[Array, Array]:
        """What a worker found that is new: lists of its candidates by owner, and how long each list is."""
        return self.lists[worker], self.fresh[worker]

    def forget(self, used: int) -> None:
        """Leave out all candidates but those of workers 0 to used - 1."""
        # sound: they are expanded again, and edges have to come sorted by parents
        self.amounts[used:] = [0] * (self.workers - used)
        self.sizes[used:] = 0  # sound: so none of them is stored either


class Store:
    """States [0, count) with parent (an index, or NO_PARENT) and firing number each.

    most: states that may be stored; at_once: candidates that are added at once, for all of which the table has places,
    also where they are too many to be stored.
    """

    def __init__(self, words: int, most: int, at_once: int, workers: Workers) -> None:
        self.count = 0
        self.full = False
        self.workers = workers
        self.capacity = min(most, NO_PARENT - (1 << 28))  # sound: indices, provisional ones included, fit into 32 bits
        while True:
            try:
                self.states = zeros((self.capacity, words), np.uint64)
                self.parents = zeros((self.capacity,), np.uint32)
                self.numbers = zeros((self.capacity,), np.uint32)
                break
            except MemoryError:
                if self.capacity <= SMALLEST:
                    raise
                self.capacity //= 2  # heuristic: takes what memory there is
        # sound: all free at first, and places for whatever may come
        self._places = zeros((max(SMALLEST, self._length(self.capacity + at_once) * SEGMENTS),), np.uint64)
        self.table = self._places[:SMALLEST]

    keeps_states = True

    def level(self) -> tuple[Array, int]:
        """The states that are being expanded, and the index of the first one in the array."""
        return self.states, 0

    def found(self) -> tuple[Array, int]:
        """The states found last, and the index of the first one in the array."""
        return self.states, 0

    def begin_level(self) -> None:
        """All states found so far have been expanded but those of the last level, which is next."""

    def _resolve(self, found: Candidates, active: int, owner: int) -> None:
        arrays: Any = found.states, found.hashes, found.lists, found.sizes
        stored: Any = self.states, self.count, self.table, found.slots, found.fresh
        resolve(owner, active, *arrays, *stored)

    @staticmethod
    def _length(states: float) -> int:
        """Entries in a segment of a table for so many states."""
        # sound: whole lines of 8, so that probes stay in the segment
        return (int(states / FULLEST) // SEGMENTS // 8 + 1) * 8

    def scatter(self, found: Candidates, worker: int, active: int) -> None:
        """Prepare one worker's candidates for `add`."""
        arrays: Any = found.part(found.states, worker), found.amounts[worker], found.part(found.hashes, worker)
        scatter(*arrays, found.lists[worker], found.sizes[worker], active)  # type: ignore[call-arg]  # mypy cannot count what is unpacked.

    def add(self, found: Candidates, active: int) -> list[tuple[int, int]]:
        """Store the scattered candidates of workers 0 to active - 1 that are new; `full` says that one found no room.

        Returns the range of new indices for each worker, which has still to `commit`.
        """
        self._grow(self.count + sum(found.amounts[:active]))  # sound: a place for every candidate
        # sound: all owners have ended before one commits
        self.workers.each(active, partial(self._resolve, found, active))
        found.fresh[:, active:] = 0  # sound: what others found in an earlier batch is not taken for new
        new = found.fresh[:active].sum(axis=1)
        ends = self.count + np.cumsum(new)
        self.full = int(ends[-1]) > self.capacity  # sound: what is left out makes the search incomplete
        begins = np.minimum(ends - new, self.capacity).tolist()
        return list(zip(begins, np.minimum(ends, self.capacity).tolist(), strict=True))

    def commit(self, found: Candidates, worker: int, begin: int) -> None:
        """Store the new candidates of one worker from index `begin` on."""
        arrays = found.states, found.parents, found.numbers, found.hashes, found.slots
        own: Any = [found.part(array, worker) for array in arrays]
        (_, parent_offset), (states, offset) = self.level(), self.found()
        rows: Any = states, self.parents, self.numbers, begin, offset, self.table[: self.table.size * self.keeps_states]
        commit(*own, *found.new(worker), parent_offset, *rows)  # type: ignore[call-arg]  # mypy cannot count what is unpacked.

    @property
    def rows(self) -> dict[str, Array]:
        """What is stored of states, by name."""
        return {"states": self.states, "parents": self.parents, "numbers": self.numbers}

    def restore(self, count: int) -> None:
        """Take the first `count` rows, which have been filled in, for the states found so far."""
        self._grow(count)
        index(self.states, count, self.table)  # sound: what was stored before is found again
        self.count = count

    def _grow(self, states: int) -> None:
        """Have a table with room for so many."""
        if states <= FULLEST * self.table.size:
            return
        used = self.table.size
        before = used // SEGMENTS
        # heuristic: more than is needed now
        length = self._length(max(states, min(GROWTH * FULLEST * self.table.size, self.capacity)))
        self.table = self._places[: length * SEGMENTS]
        step = self.workers.count
        for end in range(SEGMENTS, 0, -step):  # sound: the last ones first, which overwrite none that has still to move
            begin = max(0, end - step)
            # sound: a copy, for they may overwrite themselves
            old = self._places[begin * before : end * before].copy().reshape(-1, before)
            self.workers.each(end - begin, partial(_enter, old, self.table, begin, used))


def _enter(segments: Array, table: Array, first: int, used: int, number: int) -> None:
    """Move one of the segments, of which the first has number `first`; `used`: places that may have entries."""
    length = table.size // SEGMENTS
    begin = (first + number) * length
    table[begin : min(begin + length, used)] = 0  # sound: nothing old stays; heuristic: what is zero is not written
    move(segments[number], table)
