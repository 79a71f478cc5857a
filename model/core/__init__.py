"""Terms, systems, runs and answers: what every other room is made of.

`system` has variables and rules, and checks them when a `System` is built; `property` is what can be asked of one:
always, sometimes, at every step, leads to, and what is promised. `terms` says what z3's operators mean, as a table, and
reads terms with such tables; `nodes` asks z3 for each term once; `z3fast` builds terms without z3's checks in Python.
`run` fires rules under that meaning, and replays and confirms traces; `knowledge` has formulas of who knows what.
`answer` is what engines give back, with the effort and the evidence. `cone` finds the variables that matter to a
property; `grouped` groups things by a key; `near` guesses what a misspelt name was meant to be.

The meaning in `terms` is the reference for all engines and exporters. A new operator goes there first, and then into
every table with the same keys. No room is imported here, only z3; nothing here knows of TCP.
"""
