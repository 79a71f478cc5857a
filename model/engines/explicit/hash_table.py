"""The inner loops of the search: a hash table of the indices of stored states, filled by several owners at once.

A table entry is the upper half of a state's hash as a tag beside its index + 1 (0 is free). The table has SEGMENTS
parts, chosen by the tag's upper bits; within a part the tag's other bits, scaled, give the place, and collisions probe
the places of one cache line, then those of the next, and wrap around. So an entry can be moved to a table of any other
size without a look at its state, and a worker that owns some parts needs no lock. What will be read is asked for ahead,
so that cache misses overlap. Helpers have to be inlined by LLVM: numba's own inlining counts references in every loop.

A round has three phases. `scatter`: hash one worker's candidates and list them by owner. `resolve`: an owner enters
the new ones of what it owns, from all workers in order, under provisional indices behind `count`; it leaves them at the
head of each list, fresh[worker, owner] of them, and their places in the table in `slots`. `commit`: once the new ones
have been counted, a worker copies its own to their final places, and puts their indices into the table.
States are thus numbered in the order of the candidates, however many workers there are.

Marks: answers rest on what is marked `sound`; what is marked `heuristic` only saves time or memory, or orders.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir

from model.engines.native.jit import cgutils, intrinsic, njit, types

Array = np.ndarray[Any, Any]

SEGMENTS = 64  # heuristic: so many workers at most, and so fine a growth
BATCH = 64  # heuristic: reads asked for at once, for fingerprints
AHEAD = 16  # heuristic: how far ahead reads are asked for
RECENT = 1 << 15  # heuristic: how many recent candidates are remembered
NEAR = np.uint64(RECENT - 1)  # sound: a mask within `recent`, for RECENT is a power of 2
INDEX = np.uint64(0xFFFF_FFFF)  # sound: a state's index + 1 has 32 bits beside the tag
HALF = np.uint64(32)
REST = np.uint64(26)  # sound: a tag's bits below those that choose among SEGMENTS parts
BELOW = np.uint64((1 << 26) - 1)
FREE = np.uint64(0)
ONE = np.uint64(1)
LINE, WITHIN = np.uint64(8), np.uint64(7)  # heuristic: collisions stay in one cache line as long as they can
FIRST, SECOND = np.uint64(0x9E37_79B9_7F4A_7C15), np.uint64(0xD6E8_FEB8_6659_FD93)

_states = "uint64[:, ::1]"
_words = "uint64[::1]"
_numbers = "uint32[::1]"
_sizes = "int64[:, ::1]"


def _prefetch(_context: Any, array: Any, at: Any) -> Any:
    """Have the processor fetch a one-dimensional array's element."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        data = context.make_array(signature.args[0])(context, builder, arguments[0]).data
        byte, number = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte, number, number, number])
        function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")  # type: ignore[no-untyped-call]  # It has no types.
        address = builder.bitcast(builder.gep(data, [arguments[1]]), byte)
        builder.call(function, [address, number(0), number(3), number(1)])
        return context.get_dummy_value()

    return types.void(array, at), generate


prefetch: Any = intrinsic(_prefetch)  # heuristic: all that is fetched ahead; it changes nothing


@njit(forceinline=True)
def hash_state(states: Array, at: int) -> Any:
    mixed = FIRST
    for word in range(states.shape[1]):
        # sound: fingerprints need every word; for whole states it only spreads
        mixed = (mixed ^ states[at, word]) * SECOND
        mixed ^= mixed >> HALF
    mixed *= FIRST
    return mixed ^ mixed >> HALF


@njit(forceinline=True)
def place(tag: Any, length: Any) -> Any:
    """Where the search for a tag begins in a table with `length` entries in each segment."""
    # sound: depends on the tag alone, and stays in its segment
    return (tag >> REST) * length + ((tag & BELOW) * length >> REST)


@njit(forceinline=True)
def following(at: Any, tag: Any, length: Any) -> Any:
    """The place after `at` in the search for a tag: around a line of LINE entries, then in the next one."""
    at = (at & ~WITHIN) | ((at + ONE) & WITHIN)
    if (at ^ place(tag, length)) & WITHIN:  # heuristic: the rest of a cache line first
        return at
    at += LINE
    # sound: around the segment, never out of it; every place in turn
    return at - length if at >= ((tag >> REST) + ONE) * length else at


@njit(forceinline=True)
def same(states: Array, known: Any, candidates: Array, at: Any) -> bool:
    """Whether a known state is a candidate; without a branch, for the processor would often guess wrong."""
    difference = FREE
    for word in range(candidates.shape[1]):
        # sound: every word is compared; heuristic: without a branch
        difference |= states[known, word] ^ candidates[at, word]
    return bool(difference == FREE)


@njit(f"void({_states}, int64, {_words}, uint32[:, ::1], int64[::1], int64)", cache=True, nogil=True)
def scatter(  # noqa: PLR0917  # Native code takes arrays one by one.
    candidates: Array, amount: int, hashes: Array, lists: Array, sizes: Array, owners: int
) -> None:
    """Hash the first `amount` candidates, and list for each owner those that it owns; sizes: how long each list is.

    A candidate that is equal to a recent one is not listed: breadth-first, the ways to a state often end side by side.
    """
    sizes[:] = 0  # sound: lists of the last batch are forgotten
    recent = np.zeros(RECENT, np.uint32)  # heuristic: what is seen to repeat is not looked up
    for i in range(amount):
        mixed = hash_state(candidates, i)
        hashes[i] = mixed
        near = mixed & NEAR
        # sound: equal in every word to an earlier candidate, not to itself
        repeats = same(candidates, recent[near], candidates, i) & (i > 0)
        recent[near] = i
        # sound: by segment, so that no two write to one place
        owner = np.int64(mixed >> (HALF + REST)) * owners // SEGMENTS
        lists[owner, sizes[owner]] = i  # sound: every candidate is listed that does not repeat an earlier one
        sizes[owner] += not repeats


@njit(forceinline=True)
def sought(  # noqa: PLR0917  # Native code takes arrays one by one.
    table: Array, at: Any, tag: Any, length: Any, states: Array, count: Any, candidates: Array, candidate: int
) -> Any:
    """The place, from `at` on, of an entry that is equal to a candidate, or else of the first free one."""
    while table[at] != FREE:  # sound: an equal entry is in front of the first free place
        if table[at] >> HALF == tag:  # heuristic: few other states are read
            known = (table[at] & INDEX) - ONE
            if known < count:  # sound: else it is provisional, and stands for a candidate
                if same(states, known, candidates, candidate):
                    return at
            elif same(candidates, known - count, candidates, candidate):
                return at
        at = following(at, tag, length)
    return at


@njit(
    f"void(int64, int64, {_states}, {_words}, uint32[:, :, ::1], {_sizes}, {_states}, int64, {_words}, {_words}, "
    f"{_sizes})",
    cache=True,
    nogil=True,
)
def resolve(  # noqa: PLR0917  # Native code takes arrays one by one.
    owner: int,
    workers: int,
    candidates: Array,
    hashes: Array,
    lists: Array,
    sizes: Array,
    states: Array,
    count: int,
    table: Array,
    slots: Array,
    fresh: Array,
) -> None:
    """Enter what is new among the candidates of `owner`, those of worker 0 first."""
    length = np.uint64(table.size // SEGMENTS)
    words, room, known_states = states.shape[1], hashes.size // lists.shape[0], np.uint64(count)
    flat, places = states.reshape(-1), np.empty(4 * AHEAD, np.uint64)  # sound: a place is kept for two stages
    for worker in range(workers):
        new, first, amount = 0, worker * room, sizes[worker, owner]
        for step in range(amount + 2 * AHEAD):  # sound: the last ones, too, come through all three stages
            if step < amount:
                at = place(hashes[first + lists[worker, owner, step]] >> HALF, length)
                places[step % (4 * AHEAD)] = at
                prefetch(table, np.int64(at))  # heuristic: stage 1
            i = step - AHEAD
            if 0 <= i < amount:
                tag, at = hashes[first + lists[worker, owner, i]] >> HALF, places[i % (4 * AHEAD)]
                while table[at] != FREE and table[at] >> HALF != tag:  # sound: only other tags are skipped
                    at = following(at, tag, length)
                places[i % (4 * AHEAD)] = at
                known = (table[at] & INDEX) - ONE
                if table[at] != FREE and known < known_states:
                    prefetch(flat, np.int64(known) * words)  # heuristic: stage 2
                    prefetch(flat, np.int64(known) * words + words - 1)
            i -= AHEAD
            if i >= 0:
                candidate = first + np.int64(lists[worker, owner, i])
                tag, at = hashes[candidate] >> HALF, places[i % (4 * AHEAD)]
                at = sought(table, at, tag, length, states, known_states, candidates, candidate)
                if table[at] == FREE:  # sound: nothing equal was entered before
                    table[at] = tag << HALF | (known_states + np.uint64(candidate) + ONE)  # sound: equal ones find it
                    slots[candidate] = at
                    lists[worker, owner, new] = candidate - first
                    new += 1
        fresh[worker, owner] = new


@njit(f"void(int64, int64, {_words}, uint32[:, :, ::1], {_sizes}, {_words}, {_sizes})", cache=True, nogil=True)
def resolve_fingerprints(  # noqa: PLR0917  # Native code takes arrays one by one.
    owner: int, workers: int, hashes: Array, lists: Array, sizes: Array, table: Array, fresh: Array
) -> None:
    """As `resolve`, for a table of whole hashes: equal hashes are taken for equal states."""
    length = np.uint64(table.size // SEGMENTS)
    for worker in range(workers):
        new, first = 0, worker * (hashes.size // lists.shape[0])
        for start in range(0, sizes[worker, owner], BATCH):
            size = min(BATCH, sizes[worker, owner] - start)
            for i in range(size):
                # heuristic: a batch of reads at once
                prefetch(table, np.int64(place(hashes[first + lists[worker, owner, start + i]] >> HALF, length)))
            for i in range(size):
                candidate = first + np.int64(lists[worker, owner, start + i])
                entry = max(hashes[candidate], ONE)  # sound: 0 is for free places
                at, tag = place(entry >> HALF, length), entry >> HALF
                # sound: but for equal hashes, and the verdict says how likely they are
                while table[at] != FREE and table[at] != entry:
                    at = following(at, tag, length)
                if table[at] == FREE:
                    table[at] = entry
                    lists[worker, owner, new] = candidate - first
                    new += 1
        fresh[worker, owner] = new


@njit(
    f"int64({_states}, {_numbers}, {_numbers}, {_words}, {_words}, uint32[:, ::1], int64[::1], int64, {_states}, "
    f"{_numbers}, {_numbers}, int64, int64, {_words})",
    cache=True,
    nogil=True,
)
def commit(  # noqa: PLR0917  # Native code takes arrays one by one.
    candidates: Array,
    from_parents: Array,
    from_numbers: Array,
    hashes: Array,
    slots: Array,
    lists: Array,
    fresh: Array,
    parent_offset: int,
    states: Array,
    parents: Array,
    numbers: Array,
    index: int,
    offset: int,
    table: Array,
) -> int:
    """Store the new ones among a worker's candidates from `index` on; returns the index after the last one.

    lists: the new ones of each owner in order, `fresh` of them; offset: the index of the first row of `states`; table:
    empty if it has no indices. What finds no room is left out, with its provisional entry in the table: the search ends
    there.
    """
    heads = np.zeros(fresh.size, np.int64)
    for _ in range(fresh.sum()):
        owner = -1
        for other in range(fresh.size):
            # heuristic: order; states are numbered as by one worker
            if heads[other] < fresh[other] and (owner < 0 or lists[other, heads[other]] < lists[owner, heads[owner]]):
                owner = other
        i = lists[owner, heads[owner]]
        heads[owner] += 1
        if index >= parents.size or index - offset >= states.shape[0]:  # sound: the store says that it is full
            return index
        for word in range(states.shape[1]):
            states[index - offset, word] = candidates[i, word]  # sound: what was entered is what is stored
        parents[index] = from_parents[i] + parent_offset  # sound: tells initial states; traces are replayed besides
        numbers[index] = from_numbers[i]
        index += 1
        if table.size:
            if heads[owner] + AHEAD < fresh[owner]:
                # heuristic: the entry of a later one
                prefetch(table, np.int64(slots[lists[owner, heads[owner] + AHEAD]]))
            # sound: the final index for the provisional one
            table[slots[i]] = (hashes[i] >> HALF) << HALF | np.uint64(index)
    return index


@njit(f"void({_states}, int64, {_words})", cache=True, nogil=True)
def index(states: Array, count: int, table: Array) -> None:
    """Enter the first `count` states, all different, into an empty table."""
    length = np.uint64(table.size // SEGMENTS)
    for i in range(count):
        tag = hash_state(states, i) >> HALF
        at = place(tag, length)
        while table[at] != FREE:
            at = following(at, tag, length)
        table[at] = tag << HALF | np.uint64(i + 1)  # sound: every state is entered


@njit(f"void({_words}, {_words})", cache=True, nogil=True)
def move(segment: Array, table: Array) -> None:
    """Enter one segment of another table into its empty segment of `table`."""
    length = np.uint64(table.size // SEGMENTS)
    for i in range(segment.size):
        entry = segment[i]
        if entry != FREE:  # sound: every entry goes on, by its tag alone
            at, tag = place(entry >> HALF, length), entry >> HALF
            while table[at] != FREE:
                at = following(at, tag, length)
            table[at] = entry


@njit(f"int64({_states}, int64, {_states}, {_words}, {_numbers})", cache=True, nogil=True)
def find(wanted: Array, amount: int, states: Array, table: Array, out: Array) -> int:
    """The index of each of the first `amount` states in a store; returns how many are not there."""
    length, missing = np.uint64(table.size // SEGMENTS), 0
    for i in range(amount):
        tag = hash_state(wanted, i) >> HALF
        at, found = place(tag, length), False
        while table[at] != FREE and not found:
            if table[at] >> HALF == tag:
                known = (table[at] & INDEX) - ONE
                found = same(states, known, wanted, i)  # sound: by the state, not by its tag alone
                out[i] = known
            at = following(at, tag, length)
        missing += not found  # sound: what is not there is told
    return missing
