"""Z3 on bounded systems: bounded model checking and k-induction.

`unrolled` has the transition relation at step k as terms. `bmc` asks for runs of 0, 1, 2, ... steps that decide a
property; `induction` asks whether k good states in a row are followed by another one, with lemmas if they are given.
`solver` asks Z3 within limits of time and memory, here and for `engines.inductive`.

Where Z3 gives no answer the verdict is *unknown*, never *holds*. A run that Z3 finds is replayed before it is returned.
Core is imported, and machine for the memory that is free.
"""
