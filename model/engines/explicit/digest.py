"""A digest of a set of states that depends on what they are: not on their order, nor on how they are packed.

A state is its variables that are not zero (or false), each with its name. Each pair of name and value is hashed by
itself, a state's hash is made of the sum of those, and the digest is the sum of the states' hashes and the sum of their
squares, modulo 2^64. It tells sets apart that differ by mistake; it is no protection against somebody who looks for two
sets with one digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import Any

import numpy as np

from model.core.system import State
from model.engines.explicit.hash_table import FIRST, HALF, SECOND, Array
from model.engines.native.jit import njit
from model.engines.native.packing import BitField, Layout
from model.machine.workers import Workers

ONES = (1 << 64) - 1
LEAST = 1 << 16
"""Fewer states are not shared among threads."""
TOGETHER = 11
"""Variables that lie beside each other in so many bits are looked up together."""
PLACES = "uint64[:, ::1]"


@njit(forceinline=True)
def _pair(value: Any, seed: Any) -> Any:
    """The hash of a name, given as its seed, and a value that is not zero."""
    mixed = (value ^ seed) * SECOND
    mixed = (mixed ^ mixed >> HALF) * FIRST
    return mixed ^ mixed >> HALF


@njit(f"UniTuple(uint64, 2)(uint64[:, ::1], int64, int64, {PLACES}, uint64[::1], {PLACES})", cache=True, nogil=True)
def _sums(states: Array, begin: int, end: int, groups: Array, tables: Array, wide: Array) -> Any:  # noqa: PLR0917  # Native code takes arrays one by one.
    """The sums over states [begin, end). groups, wide: word, shift, mask (shifted), the table's begin or the seed."""
    total, squares = np.uint64(0), np.uint64(0)
    for at in range(begin, end):
        pairs = np.uint64(0)
        for number in range(groups.shape[0]):
            value = states[at, groups[number, 0]] >> groups[number, 1] & groups[number, 2]
            pairs += tables[groups[number, 3] + value]
        for number in range(wide.shape[0]):
            value = states[at, wide[number, 0]] >> wide[number, 1] & wide[number, 2]
            if value != 0:
                pairs += _pair(value, wide[number, 3])
        mixed = (pairs ^ FIRST) * SECOND
        mixed ^= mixed >> HALF
        total += mixed
        squares += mixed * mixed
    return total, squares


def seed(name: str) -> int:
    """What stands for a variable's name: 64 bits."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "little")


def pair(name: str, value: int) -> int:
    """The hash of a name and a value that is not zero, in plain Python."""
    mixed = (value ^ seed(name)) * int(SECOND) & ONES
    mixed = (mixed ^ mixed >> 32) * int(FIRST) & ONES
    return mixed ^ mixed >> 32


def digest_of(states: Iterable[State]) -> str:
    """The digest of states, in plain Python."""
    total, squares = 0, 0
    for state in states:
        pairs = sum(pair(name, int(value)) for name, value in state.items() if value) & ONES
        mixed = (pairs ^ int(FIRST)) * int(SECOND) & ONES
        mixed ^= mixed >> 32
        total, squares = total + mixed & ONES, squares + mixed * mixed & ONES
    return f"{total:016x}{squares:016x}"


def digest(states: Array, count: int, layout: Layout, workers: Workers) -> str:
    """The digest of the first `count` rows of `states`, packed as `layout` says, as 32 hexadecimal digits."""
    groups, tables, wide = _places(layout)
    shares = workers.count if count >= LEAST else 1
    ends = [count * share // shares for share in range(shares + 1)]
    found = workers.each(shares, lambda share: _sums(states, ends[share], ends[share + 1], groups, tables, wide))
    total, squares = (sum(int(one[at]) for one in found) & ONES for at in range(2))
    return f"{total:016x}{squares:016x}"


def _places(layout: Layout) -> tuple[Array, Array, Array]:
    """Groups of small variables, with a table for each of the sums of their pairs; and the wide variables."""
    groups, wide, tables = list[list[int]](), list[list[int]](), list[Array]()
    waiting: list[tuple[str, BitField]] = []

    def close() -> None:
        if waiting:
            begin, last = waiting[0][1], waiting[-1][1]
            bits = last.shift + last.bits - begin.shift
            groups.append([begin.word, begin.shift, (1 << bits) - 1, sum(map(len, tables))])
            tables.append(_table(waiting, bits))
            waiting.clear()

    for name, place in sorted(layout.place.items(), key=lambda one: (one[1].word, one[1].shift)):
        if place.bits > TOGETHER:
            close()
            wide.append([place.word, place.shift, place.mask >> place.shift, seed(name)])
            continue
        first = waiting[0][1] if waiting else place
        if place.word != first.word or place.shift + place.bits - first.shift > TOGETHER:
            close()
        waiting.append((name, place))
    close()
    shaped = [np.array(some, np.uint64).reshape(-1, 4) for some in (groups, wide)]
    return shaped[0], np.concatenate(tables or [np.zeros(1, np.uint64)]), shaped[1]


def _table(variables: Sequence[tuple[str, BitField]], bits: int) -> Array:
    """For each value of so many bits the sum of the pairs of the variables in it."""
    values, found = np.arange(1 << bits, dtype=np.uint64), np.zeros(1 << bits, np.uint64)
    for name, place in variables:
        shift, mask = place.shift - variables[0][1].shift, place.mask >> place.shift
        of_value = np.array([0, *(pair(name, value) for value in range(1, mask + 1))], np.uint64)
        found += of_value[values >> np.uint64(shift) & np.uint64(mask)]
    return found
