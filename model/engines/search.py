"""The set of states found so far: whole packed states in order of discovery, and a hash table of their indices.

A table entry is the upper half of the hash as a tag beside the index + 1 (0 is free); collisions probe linearly.
Batches of candidates are hashed first, and the table entries and states that they lead to are read ahead, so that cache
misses overlap. The table doubles by insertion of the stored states after the old one is given back.

Limits: 2^32 - 2 states. Arrays are reserved for the capacity and take memory only as they fill.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from model.engines.memory import zeros

Array = np.ndarray[Any, Any]

BATCH = 512
INDEX = np.uint64(0xFFFF_FFFF)
HALF = np.uint64(32)
FREE = np.uint64(0)
ONE = np.uint64(1)
FIRST, SECOND = np.uint64(0x9E37_79B9_7F4A_7C15), np.uint64(0xD6E8_FEB8_6659_FD93)
FULLEST = 0.7
SMALLEST = 1 << 16
NO_PARENT = 0xFFFF_FFFF

_states = "uint64[:, ::1]"
_table = "uint64[::1]"
_numbers = "uint32[::1]"


@njit(inline="always")
def hash_state(states: Array, at: int) -> Any:
    mixed = FIRST
    for word in range(states.shape[1]):
        mixed = (mixed ^ states[at, word]) * SECOND
        mixed ^= mixed >> HALF
    mixed *= FIRST
    return mixed ^ mixed >> HALF


@njit(
    f"int64({_states}, {_numbers}, {_numbers}, int64, {_states}, {_numbers}, {_numbers}, int64, {_table}, {_table})",
    cache=True,
    nogil=True,
)
def insert(  # noqa: PLR0917
    candidates: Array,
    from_parents: Array,
    from_numbers: Array,
    amount: int,
    states: Array,
    parents: Array,
    numbers: Array,
    count: int,
    table: Array,
    scratch: Array,
) -> int:
    """Store each of `amount` candidates that is new after `count` states; returns the new count.

    It is the length of `states` + 1 if there was no room. The table needs a free entry; scratch: 2 BATCH + 1 words.
    """
    mask = np.uint64(table.size - 1)
    words = states.shape[1]
    for start in range(0, amount, BATCH):
        size = min(BATCH, amount - start)
        for i in range(size):
            scratch[i] = hash_state(candidates, start + i)
            scratch[BATCH + i] = table[scratch[i] & mask]
        touched = FREE
        for i in range(size):
            entry = scratch[BATCH + i]
            if entry >> HALF == scratch[i] >> HALF and entry != FREE:
                touched ^= states[(entry & INDEX) - ONE, 0]
        scratch[2 * BATCH] = touched
        for i in range(size):
            tag = scratch[i] >> HALF
            at = scratch[i] & mask
            new = True
            while table[at] != FREE:
                if table[at] >> HALF == tag:
                    known = (table[at] & INDEX) - ONE
                    same = True
                    for word in range(words):
                        same &= states[known, word] == candidates[start + i, word]
                    if same:
                        new = False
                        break
                at = (at + ONE) & mask
            if new:
                if count == states.shape[0]:
                    return count + 1
                for word in range(words):
                    states[count, word] = candidates[start + i, word]
                parents[count] = from_parents[start + i]
                numbers[count] = from_numbers[start + i]
                count += 1
                table[at] = tag << HALF | np.uint64(count)
    return count


@njit(f"void({_states}, int64, {_table})", cache=True, nogil=True)
def index(states: Array, count: int, table: Array) -> None:
    """Enter the first `count` states, all distinct, into an empty table."""
    mask = np.uint64(table.size - 1)
    for i in range(count):
        mixed = hash_state(states, i)
        at = mixed & mask
        while table[at] != FREE:
            at = (at + ONE) & mask
        table[at] = (mixed >> HALF) << HALF | np.uint64(i + 1)


def row_bytes(words: int) -> int:
    """Bytes stored for a state, without the table: its words, its parent, and the number of the firing."""
    return 8 * words + 8


def capacity(words: int, max_bytes: int) -> int:
    """The most states that fit into `max_bytes` together with the table that they need."""
    tables = [1 << power for power in range(SMALLEST.bit_length() - 1, 33)]
    fits = [min(int(FULLEST * size), (max_bytes - 8 * size) // row_bytes(words)) for size in tables]
    return max(*fits, 1)


class Store:
    """States [0, count) with parent (an index, or NO_PARENT) and firing number each."""

    def __init__(self, words: int, most: int) -> None:
        self.count = 0
        self.full = False
        self._scratch = np.zeros(2 * BATCH + 1, np.uint64)
        self.capacity = min(most, NO_PARENT - 1)
        while True:
            try:
                self.states = zeros((self.capacity, words), np.uint64)
                self.parents = zeros((self.capacity,), np.uint32)
                self.numbers = zeros((self.capacity,), np.uint32)
                break
            except MemoryError:
                if self.capacity <= SMALLEST:
                    raise
                self.capacity //= 2
        self.table = zeros((SMALLEST,), np.uint64)

    def add(self, candidates: Array, parents: Array, numbers: Array, amount: int) -> None:
        """Store the first `amount` candidates that are new; `full` says that one found no room."""
        self._grow(min(self.count + amount, self.capacity))
        rows = (self.states, self.parents, self.numbers)
        count = insert(candidates, parents, numbers, amount, *rows, self.count, self.table, self._scratch)
        self.full = count > self.capacity
        self.count = min(count, self.capacity)

    def _grow(self, states: int) -> None:
        size = self.table.size
        while states > FULLEST * size:
            size *= 2
        if size > self.table.size:
            self.table = np.zeros(0, np.uint64)
            self.table = zeros((size,), np.uint64)
            index(self.states, self.count, self.table)
