"""Certificates: what somebody else needs to check a verdict again, and the checker that does (`model.certify`).

What they are, as files under out/certificates/CLAIM/. Of a proof for every channel each obligation is a script in
SMT-LIB (`obligations/`, named by its hash), as it is stated: in the system's own constants, undivided, without what the
prover does to find its answer. VARIANT.json lists them with the answer that is expected; an obligation that fails is
there as a whole, and once for each lemma that it has to keep. Of a search VARIANT.json has the count and the digest of
the states found, and the runs that show its answers. Scenarios, studies, bmc and induction have no certificates.

What agreement means. The checker believes a certificate nothing. It takes the claim's name, the variant and the
configuration, looks up what this version claims under them (`tasks`), and says "agrees" only if
- of a proof: the obligations that it derives itself (`derived`) are those in the certificate, all of them, in order,
  byte for byte; and solvers other than Z3 (`model.certificates.solvers`, in processes that can open no file:
  `confined`) give each the answer that is expected;
- of a search: a second run has the same verdict and figures and needs the same runs, and each run is one of the system
  under the Python meaning of its rules, and decides its property (`searched`).
Before a solver sees a script it must be in a small fixed language (`grammar`), and what the checker has derived.

What has still to be trusted: that the events are RFC 9293 and the lemmas' last one is the property (`model.tcp`,
`model.network`, `properties`); that the obligations are enough (`engines.unbounded`, which states them, and
`model.questions.theorems`); the writer of SMT-LIB, with z3 as a library of terms; the solver that answers, and Python.
Nothing that looks for answers is: neither Z3 as a solver nor what divides and schedules its questions. The searches of
`explicit` are run by the same engine again; only their runs are checked by other code. A proof's certificate does not
say that its events can happen: `model.check` finds that out, and the searches show it.
"""
