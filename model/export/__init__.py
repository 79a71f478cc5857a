"""Systems in the languages of other model checkers: one file for each target, an operator table and a small frame.

`promela` is for SPIN, with C functions by `c_code` (in two ways) and `c_table`; `tla` with `tla_table` is for TLC;
`btor2` and `vmt` are for hardware and symbolic model checkers; `smtlib` writes formulas, and certificates are made of
these. `javascript` with `javascript_table` is for pages: search.js runs and explores what it writes; it has functions
of `javascript_body`, and what guards are made of in `javascript_conditions`, with a `formula` in the RFC's notation.

An exporter refuses before it emits: what the target cannot say is named in a `refusal`. A table has the
keys and the meaning of `core.terms`; other tools have to count the same states and find the same violations, and tests
see to it. Core, machine and `engines.native` (packing, and rules as the code generator reads them) are imported.
"""
