"""A digest of a set of states that depends on what they are: not on their order, nor on how they are packed.

A state is its variables that are not zero (or false), each with its name. Each pair of name and value is hashed by
itself, a state's hash is made of the sum of those, and the digest is the sum of the states' hashes and the sum of their
squares, modulo 2^64. It tells sets apart that differ by mistake; it is no protection against somebody who looks for two
sets with one digest.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import Any

import numpy as np
from numba import njit

from model.engines.packing import Layout
from model.engines.table import FIRST, HALF, SECOND, Array
from model.engines.workers import Workers
from model.system import State

ONES = (1 << 64) - 1
LEAST = 1 << 16
"""Fewer states are not shared among threads."""


@njit("UniTuple(uint64, 2)(uint64[:, ::1], int64, int64, uint64[:, ::1])", cache=True, nogil=True)
def _sums(states: Array, begin: int, end: int, places: Array) -> Any:
    """The sums over states [begin, end). places: of each variable its word, shift, mask (shifted) and seed."""
    total, squares = np.uint64(0), np.uint64(0)
    for at in range(begin, end):
        pairs = np.uint64(0)
        for number in range(places.shape[0]):
            value = states[at, places[number, 0]] >> places[number, 1] & places[number, 2]
            if value != 0:
                mixed = (value ^ places[number, 3]) * SECOND
                mixed = (mixed ^ mixed >> HALF) * FIRST
                pairs += mixed ^ mixed >> HALF
        mixed = (pairs ^ FIRST) * SECOND
        mixed ^= mixed >> HALF
        total += mixed
        squares += mixed * mixed
    return total, squares


def seed(name: str) -> int:
    """What stands for a variable's name: 64 bits."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


def digest_of(states: Iterable[State]) -> str:
    """The digest of states, in plain Python."""
    first, second, total, squares = int(FIRST), int(SECOND), 0, 0
    for state in states:
        pairs = 0
        for name, value in state.items():
            if value:
                mixed = (int(value) ^ seed(name)) * second & ONES
                mixed = (mixed ^ mixed >> 32) * first & ONES
                pairs = pairs + (mixed ^ mixed >> 32) & ONES
        mixed = (pairs ^ first) * second & ONES
        mixed ^= mixed >> 32
        total, squares = total + mixed & ONES, squares + mixed * mixed & ONES
    return f"{total:016x}{squares:016x}"


def digest(states: Array, count: int, layout: Layout, workers: Workers) -> str:
    """The digest of the first `count` rows of `states`, packed as `layout` says, as 32 hexadecimal digits."""
    listed = [(at.word, at.shift, at.mask >> at.shift, seed(name)) for name, at in layout.place.items()]
    places = np.array(listed or np.zeros((0, 4)), np.uint64)
    shares = workers.count if count >= LEAST else 1
    ends = [count * share // shares for share in range(shares + 1)]
    found = workers.each(shares, lambda share: _sums(states, ends[share], ends[share + 1], places))
    total, squares = (sum(int(one[at]) for one in found) & ONES for at in range(2))
    return f"{total:016x}{squares:016x}"
