"""Certificates: what somebody else needs to check a verdict again, as files under out/certificates/CLAIM/.

Of a proof each obligation is a script in SMT-LIB (`obligations/`, named by its hash), as it is stated: in the system's
own constants, undivided. VARIANT.json lists them with the answers that are expected; an obligation that fails is there
as a whole, and once for each lemma that it has to keep. Of a search VARIANT.json has the count and the digest of the
states found, and the runs that show its answers. Scenarios, studies, bmc and induction have no certificates.

`obligation_scripts` makes scripts and what is said of each, for writer and checker alike; `scripts` are their files and
their language; `manifests` is the form of VARIANT.json; `solvers` asks solvers other than Z3, `confined`
takes all rights from the process that does. What a check is worth is said in `model.rechecks`. Whoever changes a format
or a script makes old certificates differ. Core, settings, machine, any_channel, export and `engines.inductive` are
imported.
"""
