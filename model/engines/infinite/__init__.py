"""Infinite runs: *leads-to* and *eventually always* under fairness, over the whole state graph.

`graph` is the explicit search that keeps every transition. `fairness` says which runs count, and finds the components
in which fair ones end; `term_values` computes terms at all states; `liveness` asks the questions; `lasso` stitches a
loop for the answer and confirms it in plain Python.

A class of rules that is fair is named by its rules; a promise that matches no rule is an error. The definition of all
this, by sets and dictionaries, is the twin in `tests.infinite`. Core, `engines.explicit` and `engines.native` are
imported.
"""
