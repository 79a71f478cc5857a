"""A digest of a set of packed states that does not depend on the order in which they were found.

Each state is hashed by itself; the digest is the sum of the hashes and the sum of their squares, modulo 2^64. It tells
sets apart that differ by mistake; it is no protection against somebody who looks for two sets with one digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numba import njit

from model.engines.table import FIRST, SECOND, Array, hash_state


@njit("UniTuple(uint64, 2)(uint64[:, ::1], int64)", cache=True, nogil=True)
def _sums(states: Array, count: int) -> Any:
    total, squares = np.uint64(0), np.uint64(0)
    for at in range(count):
        one = hash_state(states, at)
        total += one
        squares += one * one
    return total, squares


def digest_of(rows: Iterable[Sequence[int]]) -> str:
    """The digest of states given as lists of their words, in plain Python."""
    ones, first, second, total, squares = (1 << 64) - 1, int(FIRST), int(SECOND), 0, 0
    for row in rows:
        mixed = first
        for word in row:
            mixed = (mixed ^ word) * second & ones
            mixed ^= mixed >> 32
        mixed = mixed * first & ones
        mixed ^= mixed >> 32
        total, squares = total + mixed & ones, squares + mixed * mixed & ones
    return f"{total:016x}{squares:016x}"


def digest(states: Array, count: int) -> str:
    """The digest of the first `count` rows of `states` (64-bit words), as 32 hexadecimal digits."""
    total, squares = _sums(states, count)
    return f"{int(total):016x}{int(squares):016x}"
