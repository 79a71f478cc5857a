"""The protocol with one thing changed: what the properties are worth is seen by whether they notice.

`endpoint_events` gives the events of an endpoint: those of tcp, or those of the mutant that a configuration names;
networks and the interpreter take events from there only. `derive` makes all mutants from the events mechanically, and
has some real bugs besides; `mutation` is what a mutant is, and its name.

A mutant is a change of terms over names, so it is applied alike on both sides, at every width, in searches, proofs and
recorded segments. Its name tells its place, so the results in benchmarks stay those of the same mutant. Only settings
and tcp are imported.
"""
