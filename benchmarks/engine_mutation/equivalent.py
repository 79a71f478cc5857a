"""Mutants of the engines that change no answer, and why; those of the list are not asked about."""

from __future__ import annotations

from collections.abc import Mapping

WHY: Mapping[str, str] = {
    "model/machine/workers.py: Workers.each: 1 => 0": (
        "the case of one worker is a short way: without it nobody else is asked, and the first does the same work"
    ),
    "model/engines/explicit/checkpoint.py: _digest: 32 => 31": (
        "a seal, or a folder's name, of 124 bits instead of 128: it is written and compared by this function alone"
    ),
    "model/engines/native/compile.py: machine_code: 1 => 0": (
        "which passes of LLVM's run on code that is made quickly: the code does the same, slower or faster"
    ),
    "model/engines/native/compile.py: target: 0 => 1": (
        "LLVM's level of optimization of code that is made quickly: the code does the same, slower or faster"
    ),
    "model/engines/symbolic/induction.py: _fails_after: 1 => 0 (2)": (
        "that the last state differs from the others need not be said: the property is true there and false here"
    ),
    "model/network/ends.py: Ends.isns: 1 << self.config.seq_bits => (1 >> self.config.seq_bits)": (
        "B's first number is -2 instead of 2^n - 2, which is the same modulo 2^n, and Config.isns takes it modulo 2^n"
    ),
    'model/any_channel/timed.py: listens: it.event.kind == "arrives ... event.state not in NO_IRS'
    " => (it.event.kind == 'arrives')": (
        "when a TCB without IRS has listened is said by no lemma and read by no rule, and accepting a SYN sets it"
    ),
}
