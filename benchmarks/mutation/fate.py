"""What becomes of a mutant: the first killer that notices it, else whether it is equivalent; else it survives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import process_time

from benchmarks.mutation.equivalence import equivalent
from benchmarks.mutation.proofs import obligations
from benchmarks.mutation.recordings import explained_captures, recorded_cases, rfc_cases
from benchmarks.mutation.scenarios import scenarios
from benchmarks.mutation.searches import searches
from model.mutants.derive import Unaffected

Killer = Callable[[str], str | None]
SECONDS = 10.0
"""After so much of the processor's time no further killer is asked; whether it is equivalent always is."""
EQUIVALENT, SURVIVED = "equivalent", "survived"


def same(name: str) -> str | None:
    """Not a killer: that the mutant is the protocol in other words ends the search for one."""
    return "Z3" if equivalent(name) else None


KILLERS: Mapping[str, Killer] = {
    "scenario": scenarios,
    "recorded case": recorded_cases,
    "RFC case": rfc_cases,
    "capture": explained_captures,
    "proof": obligations,
    EQUIVALENT: same,
    "search": searches,
}
"""In the order in which they are asked: the cheap ones first.

Only what none of them has noticed is asked for equivalence, so that nothing is excused that somebody notices, even if
it takes segments that no peer sends.
"""


@dataclass(frozen=True)
class Fate:
    """What became of a mutant. end: a killer's name, "equivalent" or "survived"; by: what has noticed it, in words;
    seconds: of the processor."""

    name: str
    kind: str
    end: str
    by: str
    seconds: float


def fate(name: str, kind: str) -> Fate:
    """Ask the killers in turn."""
    begun = process_time()
    for end, killer in KILLERS.items():
        if process_time() - begun > SECONDS and end != EQUIVALENT:
            continue
        try:
            by = killer(name)
        except Unaffected:
            continue
        if by is not None:
            return Fate(name, kind, end, by, process_time() - begun)
    return Fate(name, kind, SURVIVED, "", process_time() - begun)
