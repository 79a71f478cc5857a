"""Mutants of the engines: how they are derived and chosen, which tests execute what they change, and who notices."""
