"""A fuzzer for everything that reads what somebody else wrote: `python -m tests.fuzz [--seconds S] [READER ...]`.

`readers` has for each reader valid inputs, how they are altered, and how they are read: by its command line, in this
process. `mutations` alters them, as trees, lines, packets and arguments so that most of them pass the parser, and as
octets. `worker` reads in a process of its own, so that a hang or a crash is an outcome like any other. `outcome` says
what is wrong with one: an exception, a status that is not documented, more or less than one line for status 2, or what
is not printable on the terminal. `minimise` makes what was found small.

It is ours, and no framework's: the inputs that matter are valid ones with something changed, in six formats, read by
command lines with a time limit each; Hypothesis shrinks by drawing again, and coverage guidance needs instrumented
modules. Everything follows from a seed.
"""
