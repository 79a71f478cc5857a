"""Unbounded networks, for proofs: every segment that was ever sent may arrive at any time, again and again, or never.

`network` runs the events of tcp over such a network, with any number of incarnations and octets, and a list of parts;
`every_channel` has the parts of a network without time, `timed` real time and the age limit of segments, `closing` the
end of a connection in real time, with text before the FIN or without it. `embedding` says of a bounded network what a
lemma says of an unbounded one, for tests that compare the two, and for induction. `words` puts a counterexample to
induction into words.

What a network assumes (of numbers, of times) each part says, and a proof prints: a part that assumes more must say so.
A new ghost, clock or promise is a part more. Core, settings, tcp, mutants, `engines.inductive` and of network the names
of sides are imported, by the embedding the bounded network too.
"""
