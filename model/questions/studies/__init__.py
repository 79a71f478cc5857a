"""Studies: answers computed from several searches, with tables.

`study` is what a study returns, and finds one by its name. `time_wait` computes how long TIME-WAIT has to be,
`assumptions` which sets of assumptions keep old segments out, `retransmissions` how often a FIN is sent again in vain.

A study varies what its tables vary by variables that no rule changes, one initial state for each case, so that one
search serves a table; each counterexample is a run like any other. A new study is a function here and a claim with
`study=True`. The rooms that `model.questions` may import may be imported here.
"""
