"""Proofs for every channel and all sequence numbers: the lemmas, each with why it is kept and what it excludes.

`invariant` has the lemmas that all proofs about opening rest on, and the corollaries; `opening` has those of each
property, and the theorems by claim; `old_segments` those of no-old-segment-accepted. In real time: `rest` shows that a
number which has rested is fresh, `closing` and `closing_text` that TIME-WAIT lasts long enough; `timed` says what each
of these assumes.

The last lemma of a theorem, or what its steps owe, is the property itself; a test compares it with the searched one. A
lemma that no obligation misses goes: `--minimise` finds it. A proof states which obligations fail where one must. Only
`properties`, tcp, settings, any_channel, `network.side` and `engines.inductive` are imported.
"""
