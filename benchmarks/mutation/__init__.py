"""What may notice a mutant: a module for each killer, and the proof that nobody can.

A killer is told the mutant's name and says what has noticed it, or None. What a mutant does not change is not asked
again: a scenario's events, the obligations of other events, a system whose rules are the same. Each raises `Unaffected`
where its configuration has nothing that the mutant changes.
"""
