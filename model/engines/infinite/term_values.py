"""The value of one term at many places, in native code: a place is a stored state, and a choice of inputs.

The operators are the explicit engine's (`native`), so terms have one native meaning.
Limits: values of at most 64 bits.

Marks: answers rest on what is marked `sound`; what is marked `heuristic` only saves time or memory, or orders.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping

import numpy as np
import z3

from model.core.nodes import node_of
from model.core.system import System
from model.engines.explicit.store import Array
from model.engines.native.compile import compile_ir
from model.engines.native.expressions import StateExpressions
from model.engines.native.packing import WORD_BITS, Layout


class TermValues(StateExpressions):
    """The function `values`; `source` is its text.

    values(states, rows, choices, count, out): out[k] (i64) is the term's value in the state rows[k] (i32) under the
    choice choices[k] (i32) of the inputs, counted as in `numbered_rules.firings`.
    """

    def __init__(self, system: System, layout: Layout, term: z3.ExprRef, choose: Mapping[str, int]) -> None:
        super().__init__(system, layout)
        do, value = self.writer.do, self.writer.value
        arrays = "ptr noalias %states, ptr noalias %rows, ptr noalias %choices"
        do(f"define void @values({arrays}, i64 %count, ptr noalias %out) {{\nentry:\nbr label %head")
        do("head:\n%at = phi i64 [ 0, %entry ], [ %next, %state ]")
        do(f"br i1 {value('icmp ult i64 %at, %count')}, label %state, label %exit\nstate:")
        row = value(f"load i32, ptr {self.slot('%rows', '%at', 'i32')}")
        self.load("%states", value(f"zext i32 {row} to i64"))
        self.choose(value(f"load i32, ptr {self.slot('%choices', '%at', 'i32')}"), choose)
        # sound: the operators of the search itself
        result = self.writer.widen(self.operand(term), node_of(term).bits, WORD_BITS)
        do(f"store i64 {result}, ptr {self.slot('%out', '%at')}")
        do("%next = add i64 %at, 1\nbr label %head\nexit:\nret void\n}")
        self.source = "\n".join(self.writer.lines)


def values(  # noqa: PLR0917  # A value depends on all of them.
    system: System,
    layout: Layout,
    term: z3.ExprRef,
    choose: Mapping[str, int],
    states: Array,
    rows: Array,
    choices: Array,
) -> Array:
    """The term's value (uint64) in states[rows[k]] under choices[k], for each k; `choose` are the inputs it may read.

    Raises `ValueError` for a term of more than 64 bits.
    """
    if (width := node_of(term).bits) > WORD_BITS:  # sound: more bits would be cut off
        raise ValueError(f"a term of {width} bits; at most {WORD_BITS} are allowed")
    # heuristic: compiled in little time, for it runs once
    engine = compile_ir(TermValues(system, layout, term, choose).source, careful=False)
    pointer = ctypes.c_void_p
    kind = ctypes.CFUNCTYPE(None, pointer, pointer, pointer, ctypes.c_int64, pointer)
    out = np.zeros(len(rows), np.uint64)
    # sound: native code reads them as they lie
    rows, choices = np.ascontiguousarray(rows, np.uint32), np.ascontiguousarray(choices, np.uint32)
    arrays = states.ctypes.data, rows.ctypes.data, choices.ctypes.data
    kind(engine.get_function_address("values"))(*arrays, len(rows), out.ctypes.data)
    return out
