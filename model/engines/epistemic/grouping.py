"""Packed states grouped by some of their bits, and groups of several sides joined: the inner loops of `knowledge`.

Marks: answers rest on what is marked `sound`; what is marked `heuristic` only saves time or memory, or orders.
"""

from __future__ import annotations

import numpy as np

from model.engines.explicit.store import Array
from model.engines.native.jit import njit

SPREAD = np.uint64(0x9E37_79B9_7F4A_7C15)  # heuristic: any odd number spreads
HALF = np.uint64(32)


@njit("int64(uint64[:, ::1], uint64[::1], uint32[::1], uint32[::1], uint32[::1])", cache=True, nogil=True)
def number(states: Array, mask: Array, table: Array, first: Array, group: Array) -> int:
    """Number the groups of states that are equal under a mask, in order; returns how many there are.

    group[k]: of state k. first: a state of each group. table: zeros, a power of two of them, more than states.
    """
    count, last = 0, np.uint64(table.size - 1)
    for k in range(states.shape[0]):
        key = np.uint64(0)
        for word in range(mask.size):
            key = (key ^ (states[k, word] & mask[word])) * SPREAD
            key ^= key >> HALF
        at = key & last
        while True:
            known = np.int64(table[at]) - 1
            if known < 0:  # sound: a free place ends the search, for nothing is ever taken out
                table[at], first[count], group[k] = count + 1, k, count
                count += 1
                break
            same = True
            for word in range(mask.size):  # sound: by the bits, not by their hash
                same &= (states[k, word] ^ states[first[known], word]) & mask[word] == 0
            if same:
                group[k] = known
                break
            at = (at + np.uint64(1)) & last
    return count


@njit("void(uint32[::1], uint32[::1], uint32[::1])", cache=True, nogil=True)
def join(parent: Array, one: Array, other: Array) -> None:
    """Join the groups one[k] and other[k] of each state k, in a forest with path halving; a root is its own parent."""
    for k in range(one.size):
        a, b = one[k], other[k]
        while parent[a] != a:
            parent[a] = parent[parent[a]]
            a = parent[a]
        while parent[b] != b:
            parent[b] = parent[parent[b]]
            b = parent[b]
        parent[max(a, b)] = min(a, b)  # sound: the root of every group joined is the same


@njit("void(uint32[::1])", cache=True, nogil=True)
def flatten(parent: Array) -> None:
    """Let each point to its root; parents have lower numbers."""
    for k in range(parent.size):
        parent[k] = parent[parent[k]]  # sound: the parent's own parent is its root already
