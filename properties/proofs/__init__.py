"""Proofs for every channel and all sequence numbers: the lemmas, each with why it is kept and what it excludes.

`lemma` says how a lemma is written, and what a theorem is. `invariant` has the lemmas that all proofs about opening
rest on, and the corollaries; `opening` has those of each property, and the theorems by claim; `old_segments` those of
no-old-segment-accepted. In real time: `rest` shows that a number which has rested is fresh, `closing` that TIME-WAIT
lasts long enough; `timed` says what each of these assumes.

A theorem's goal is the searched property itself, in the words of `model.network.view`; a test compares how a bounded
and an unbounded network read these words. What the steps of a theorem owe is compared with the searched property, too.
A lemma that no obligation misses goes: `--minimise` finds it. A proof states which obligations fail where one must.
Only core, `properties`, tcp, settings, any_channel and `engines.inductive` are imported.
"""
