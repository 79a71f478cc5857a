"""The native code of one system: what `codegen` writes, compiled, as functions over arrays of packed states."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence

from model.core.property import Property
from model.core.system import System, Var
from model.engines.native.codegen import Expand, PropertyCheck
from model.engines.native.compile import compile_ir, compiled
from model.engines.native.packing import Layout


class Code:
    """The native functions of a system, called with arrays. `steps` and `states` are its properties of each sort."""

    def __init__(self, system: System, properties: Sequence[Property], variables: Sequence[Var] | None = None) -> None:
        self.layout = Layout(system.variables if variables is None else variables)
        self.steps = [p for p in properties if p.kind == "step"]
        self.states = [p for p in properties if p.kind != "step"]
        expand, check = Expand(system, self.layout, self.steps), PropertyCheck(system, self.layout, self.states)
        self.bounds, self.fan_out = expand.bounds, expand.fan_out
        self._source = expand.source + "\n" + check.source
        self.compile(careful=compiled(self._source, careful=True))

    def compile(self, careful: bool) -> None:
        """Make the machine code: quickly, or carefully for a search that lasts."""
        self.careful = careful
        self._engine = compile_ir(self._source, careful)
        pointer, number = ctypes.c_void_p, ctypes.c_int64
        kind = ctypes.CFUNCTYPE(number, pointer, number, number, *[pointer] * 3, number, pointer, pointer)
        self.expand = kind(self._engine.get_function_address("expand"))
        self.check = ctypes.CFUNCTYPE(None, pointer, number, number, pointer)(
            self._engine.get_function_address("check")
        )
