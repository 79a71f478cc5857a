"""The explicit-state engine: breadth-first search over packed states, with all processors.

`search` is the main loop. `store` keeps whole states in order of discovery, with the hash table whose loops are in
`hash_table`; `fingerprints` keeps hashes only. `checkpoint` has a search on disk, `digest` a number for the set of
states found, `counts` how often each rule fires, `quotient` the graph of states by a few variables.

Counts, verdicts and traces must not depend on the number of workers, on the order in which they finish, or on a
restart. Who wants to see each transition observes the search (`counts`, `quotient`). Core, machine and
`engines.native` are imported; `engines.twin` is the same search in plain Python.
"""
