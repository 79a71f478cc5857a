"""Terms and systems as machine code: functions over packed states.

`packing` places variables in words. `numbered_rules` numbers the rules with their inputs; `codegen` writes the
functions of a system, `expressions` the inside of one that reads a state, `compile` the operators as LLVM IR, which it
compiles; `code` calls the result with arrays. `codecache` keeps machine code on disk. `jit` is numba, loaded without
linear algebra.

The table in `compile` has the keys and the meaning of `core.terms`; a wrong entry makes wrong verdicts, so tests
compare the two on random systems. The text that is compiled must be the same in every process, or the cache is of no
use. Only core is imported.
"""
