"""The engines: each takes a system, or obligations, and gives an answer with evidence. None knows of TCP.

`explicit` searches all states, in machine code that `native` makes; `infinite` answers questions about infinite runs on
its graph, `epistemic` who knows what in its states; `symbolic` asks Z3 about runs of so many steps and by k-induction;
`inductive` proves what holds for every channel. `twin`, here, is the search in plain Python.

`twin` is the definition: `explicit` has to give the same counts, verdicts and traces, and tests compare them. So
whatever changes in one changes in both. A trace is replayed under the Python meaning before anybody sees it. Core is
imported everywhere, machine where memory, threads or files are needed, and the engines below.
"""
