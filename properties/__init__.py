"""What must hold of TCP, where, and what must fail: claims and the properties that they name.

`claims` lists all; `claims_opening`, `claims_table` and their like have them by theme, in the form of `claim`;
`configs` are their configurations. The properties in terms are in modules by subject: `opening`, `figure_5`, `table`,
`data`, `deadlock`, `old_segments`, `time_wait`, `rfc1337`, `resets`, `needless`, and for infinite runs `progress`, with
the promises of `fair` and `fair_server`; `predicates` are shared. `stories` are claims that a file in scenarios/ is a
run. `statements` are the nine questions, `answers` what each claim says in plain words. `sent` has lemmas about one
endpoint, `proofs` those for every channel, `studies` answers from several searches; `coverage` has configurations in
which rare events happen.

A claim needs a variant that holds and one that fails, and a witness that its premise happens. Core, settings, tcp,
mutants and network are imported; no engine is, so that listing claims takes no time.
"""
