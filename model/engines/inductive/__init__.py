"""Proofs for every channel: induction over a state and an unbounded set of messages.

`obligations` states them: from lemmas, steps and what is assumed, one formula for each step, lemma and kind of
message, free of quantifiers. `discharge` asks Z3: each obligation is proved, fails with a counterexample to induction,
or is left open by a limit.

That the obligations are enough is an argument on paper, in the docstring of `obligations`; whoever changes how they are
made changes what a proof is worth, and the certificates too. Which lemmas there are is for `properties.proofs` to say.
Core and `engines.symbolic` are imported.
"""
