"""Studies: answers computed from several searches, with tables.

`study` has what they share: how one searches, and how one ends. `time_wait` computes how long TIME-WAIT has to be,
`levels` who knows that who knows, `assumptions` which sets of assumptions keep old segments out, `retransmissions` how
often a FIN is sent again in vain.

A study varies what its tables vary by variables that no rule changes, one initial state for each case, so that one
search serves a table; each counterexample is a run like any other. A new study is a function here and a claim whose
question is a `Study` of it. What `properties` may import may be imported here.
"""
