"""Two endpoints, or a server and its clients, and a bounded network between them: a system that engines can search.

`make` makes the network of a configuration. `bounded` is that of two endpoints: `ends` has its parts, which are `side`
(a TCB and budgets), `channel` (the segments under way) and `clocks` (time in ticks). `firing` makes the rules of an
event, `freshness` says when an initial sequence number is fresh, `ghosts` remember what properties read.
`view` has the words in which a property is written for this network and for the unbounded one.
`server` is the product of one `connection` for each client, with a table that they share.

Ghosts are read by properties only, and must never enable or change an event. The order of variables and rules decides
which shortest trace is shown, and the facts in tests pin it. Core, settings, tcp and mutants are imported; no property
is.
"""
