"""Unbounded networks, for proofs: every segment that was ever sent may arrive at any time, again and again, or never.

`network` runs the events of tcp over such a network, with any number of incarnations and octets. `timed` adds real time
and the age limit of segments; `closing` is the end of a connection in real time, `closing_text` the same with text
before the FIN. `embedding` says of a bounded network what a lemma says of an unbounded one, for tests that compare the
two, and for induction. `words` puts a counterexample to induction into words.

What a network assumes (of numbers, of times) is what its proofs print as assumed: an assumption that is added must be
printed, too. Core, settings, tcp, mutants, `engines.inductive` and of network the names of sides are imported, by the
embedding the bounded network too.
"""
