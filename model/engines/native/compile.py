"""Terms as LLVM IR: a writer of instructions, the operator table, and the compiler.

A value is an operand in text ("%v7", "3", "true") of type iN for a bit-vector of N bits and i1 for a Boolean. The text
is written directly: it is as short as builder calls and several times faster to make. The table has the keys of
`model.core.terms.PYTHON` and its meaning: LLVM leaves shifts by the width or more undefined, so these select 0 or the
sign.

Marks: answers rest on what is marked `sound`; what is marked `heuristic` only saves time or memory, or orders.
"""

from __future__ import annotations

from functools import reduce
from hashlib import sha256
from itertools import combinations
from typing import Any

import llvmlite
import llvmlite.binding as llvm
import z3

from model.core.nodes import Node
from model.core.terms import Operation, OperationTable, Translator
from model.engines.native import codecache

PASSES = ("sroa", "instruction_combine", "jump_threading", "simplify_cfg")  # heuristic: fast code in little time


class LlvmWriter:
    """Instructions in the order of writing; every value gets a fresh name."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._names = 0

    def name(self, stem: str) -> str:
        """A name that was not used before."""
        self._names += 1
        return f"{stem}{self._names}"

    def do(self, instruction: str) -> None:
        """An instruction without a value."""
        self.lines.append(instruction)

    def value(self, instruction: str) -> str:
        """The operand that holds the value of `instruction`."""
        self._names += 1  # sound: a name has one value
        name = f"%v{self._names}"
        self.lines.append(f"{name} = {instruction}")
        return name

    def label(self, name: str) -> None:
        """Begin the block `name`."""
        self.lines.append(f"{name}:")

    def bits(self, operand: str, width: int, low: int, taken: int) -> str:
        """Bits `low` to `low + taken - 1` of an operand of `width` bits."""
        moved = self.value(f"lshr i{width} {operand}, {low}") if low else operand
        return self.value(f"trunc i{width} {moved} to i{taken}") if taken < width else moved

    def widen(self, operand: str, width: int, wider: int, how: str = "zext") -> str:
        """An operand of `width` bits as one of `wider` bits."""
        return self.value(f"{how} i{width} {operand} to i{wider}") if wider > width else operand


def sort(node: Node) -> str:
    """The LLVM type of a node."""
    return f"i{node.bits}"


class LlvmOperators:
    """The functions of the table; they append to `writer` and return operands."""

    def __init__(self, writer: LlvmWriter) -> None:
        self.writer, self.emit = writer, writer.value

    def chain(self, instruction: str, none: str = "") -> Translator:
        """An instruction on all children from left to right; the value of no children, where there may be none."""

        def prepare(node: Node) -> Operation:
            head = f"{instruction} {sort(node)}"
            # sound: from left to right; of none the neutral value
            return lambda *values: reduce(lambda a, b: self.emit(f"{head} {a}, {b}"), values or (none,))

        return prepare

    def compare(self, relation: str) -> Translator:
        """A comparison of two children."""
        return lambda node: lambda a, b: self.emit(f"icmp {relation} {sort(node.children[0])} {a}, {b}")

    def unary(self, instruction: str) -> Translator:
        """An instruction with places for the type and the operand."""
        return lambda node: lambda a: self.emit(instruction.format(sort(node), a))

    def extend(self, how: str) -> Translator:
        """A bit-vector made wider."""
        return lambda node: lambda a: self.writer.widen(a, node.children[0].bits, node.bits, how)

    def shift(self, instruction: str) -> Translator:
        """A shift that gives 0 from the width on."""

        def prepare(node: Node) -> Operation:
            kind, size = sort(node), node.width

            def shifted(a: str, b: str) -> str:
                inside = self.emit(f"icmp ult {kind} {b}, {size}")
                moved = self.emit(f"{instruction} {kind} {a}, {b}")
                return self.emit(f"select i1 {inside}, {kind} {moved}, {kind} 0")  # sound: LLVM leaves it undefined

            return shifted

        return prepare

    def arithmetic_shift(self, node: Node) -> Operation:
        """A shift that gives copies of the sign from the width on."""
        kind, size = sort(node), node.width

        def shifted(a: str, b: str) -> str:
            inside = self.emit(f"icmp ult {kind} {b}, {size}")
            by = self.emit(f"select i1 {inside}, {kind} {b}, {kind} {size - 1}")  # sound: LLVM leaves more undefined
            return self.emit(f"ashr {kind} {a}, {by}")

        return shifted

    def distinct(self, node: Node) -> Operation:
        """All pairs differ."""
        kind = sort(node.children[0]) if node.children else ""

        def all_pairs(*values: str) -> str:
            # sound: all pairs, not neighbours alone
            different = [self.emit(f"icmp ne {kind} {a}, {b}") for a, b in combinations(values, 2)]
            return reduce(lambda a, b: self.emit(f"and i1 {a}, {b}"), different or ["true"])

        return all_pairs

    def concat(self, node: Node) -> Operation:
        """The children side by side, the first one highest."""
        total, widths = node.width, [child.width for child in node.children]
        lows = [sum(widths[at + 1 :]) for at in range(len(widths))]  # sound: the first one is highest

        def join(*values: str) -> str:
            parts = [self.writer.widen(value, size, total) for value, size in zip(values, widths, strict=True)]
            moved = [self.emit(f"shl i{total} {part}, {low}") for part, low in zip(parts, lows, strict=True)]
            return reduce(lambda a, b: self.emit(f"or i{total} {a}, {b}"), moved)

        return join

    def extract(self, node: Node) -> Operation:
        """Some bits of a child."""
        high, low = node.params
        return lambda a: self.writer.bits(a, node.children[0].width, low, high - low + 1)

    def select(self, node: Node) -> Operation:
        """The second child or the third."""
        kind = sort(node)
        return lambda a, b, c: self.emit(f"select i1 {a}, {kind} {b}, {kind} {c}")

    def implies(self, _node: Node) -> Operation:
        """The second child, or true where the first is false."""
        return lambda a, b: self.emit(f"select i1 {a}, i1 {b}, i1 true")


def fixed(value: str) -> Translator:
    """A constant."""
    return lambda _node: lambda: value


def operators(writer: LlvmWriter) -> OperationTable:
    """The table whose functions append to `writer` and return operands."""
    to = LlvmOperators(writer)  # sound: the whole table has the meaning of `model.core.terms.PYTHON`
    return {
        z3.Z3_OP_TRUE: fixed("true"),
        z3.Z3_OP_FALSE: fixed("false"),
        z3.Z3_OP_BNUM: lambda node: lambda: str(node.value),
        z3.Z3_OP_NOT: to.unary("xor {} {}, true"),
        z3.Z3_OP_AND: to.chain("and", "true"),
        z3.Z3_OP_OR: to.chain("or", "false"),
        z3.Z3_OP_XOR: to.chain("xor", "false"),
        z3.Z3_OP_IMPLIES: to.implies,
        z3.Z3_OP_EQ: to.compare("eq"),
        z3.Z3_OP_DISTINCT: to.distinct,
        z3.Z3_OP_ITE: to.select,
        z3.Z3_OP_BADD: to.chain("add"),
        z3.Z3_OP_BSUB: to.chain("sub"),
        z3.Z3_OP_BMUL: to.chain("mul"),
        z3.Z3_OP_BNEG: to.unary("sub {} 0, {}"),
        z3.Z3_OP_BNOT: to.unary("xor {} {}, -1"),
        z3.Z3_OP_BAND: to.chain("and"),
        z3.Z3_OP_BOR: to.chain("or"),
        z3.Z3_OP_BXOR: to.chain("xor"),
        z3.Z3_OP_BSHL: to.shift("shl"),
        z3.Z3_OP_BLSHR: to.shift("lshr"),
        z3.Z3_OP_BASHR: to.arithmetic_shift,
        z3.Z3_OP_ULT: to.compare("ult"),
        z3.Z3_OP_ULEQ: to.compare("ule"),
        z3.Z3_OP_UGT: to.compare("ugt"),
        z3.Z3_OP_UGEQ: to.compare("uge"),
        z3.Z3_OP_SLT: to.compare("slt"),
        z3.Z3_OP_SLEQ: to.compare("sle"),
        z3.Z3_OP_SGT: to.compare("sgt"),
        z3.Z3_OP_SGEQ: to.compare("sge"),
        z3.Z3_OP_CONCAT: to.concat,
        z3.Z3_OP_EXTRACT: to.extract,
        z3.Z3_OP_ZERO_EXT: to.extend("zext"),
        z3.Z3_OP_SIGN_EXT: to.extend("sext"),
    }


def target(careful: bool) -> Any:
    """What code is made for: this machine."""
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    return llvm.Target.from_default_triple().create_target_machine(
        cpu=llvm.get_host_cpu_name(),
        features=llvm.get_host_cpu_features().flatten(),
        opt=2 if careful else 0,  # heuristic: speed of the code for time to make it
        codemodel="jitdefault",
        jit=True,
    )


def compile_ir(text: str, careful: bool) -> Any:
    """Machine code of an LLVM module in text, for this machine; `careful` code takes four times as long to make.

    What was compiled before comes from `codecache`. Returns the execution engine, which owns the code: keep it as long
    as an address from it is used.
    """
    key = code_key(text, careful)
    code = codecache.load(key)
    if code is None:  # heuristic: what is known is not compiled again
        code = machine_code(text, careful)
        codecache.save(key, code)
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(""), target(careful))
    engine.add_object_file(llvm.ObjectFileRef.from_data(code))
    engine.finalize_object()
    return engine


def compiled(text: str, careful: bool) -> bool:
    """Whether `compile_ir` need not compile."""
    return codecache.load(code_key(text, careful)) is not None


def code_key(text: str, careful: bool) -> str:
    """What the machine code of a text depends on."""
    machine = f"{llvm.get_host_cpu_name()} {llvm.get_host_cpu_features().flatten()}"
    # sound: all that the code depends on
    made_by = f"{llvmlite.__version__} {llvm.llvm_version_info} {machine} {careful} {PASSES}"
    return f"{made_by} {sha256(text.encode()).hexdigest()}"


def machine_code(text: str, careful: bool) -> bytes:
    """An object file.

    The passes are few even for careful code: the text shares what can be shared, and for it LLVM's standard pipeline
    takes seven times as long for the same speed.
    """
    machine = target(careful)
    module = llvm.parse_assembly(text)
    module.verify()  # sound: LLVM would take malformed code for something else
    builder = llvm.create_pass_builder(machine, llvm.create_pipeline_tuning_options())
    passes = llvm.create_new_function_pass_manager()
    for name in PASSES if careful else PASSES[:1]:  # heuristic: speed of the code
        getattr(passes, f"add_{name}_pass")()
    for function in module.functions:
        passes.run(function, builder)
    return bytes(machine.emit_object(module))
