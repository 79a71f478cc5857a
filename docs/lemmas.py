"""From the proofs: what each theorem assumes and how many obligations it has, and every lemma with its reason."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

from docs.facts import length, number, row
from docs.markdown import Sections, code, names, table
from model.any_channel.network import UnboundedNetwork
from model.engines.inductive.obligations import Lemma
from model.questions.task import Task
from model.questions.theorems import network_for
from properties.claim import Claim, Proof
from properties.claims import CLAIMS
from properties.proofs.closing import CLOSING
from properties.proofs.invariant import BASE, COROLLARIES
from properties.proofs.theorems import THEOREMS
from properties.proofs.timed import REST

Makers = Sequence[Callable[[Any], Lemma]]
GENERAL = next(claim for claim in CLAIMS if claim.name in THEOREMS and not claim.proofs[0].time)
CLOSE = next(claim for claim in CLAIMS if claim.proofs and claim.name not in THEOREMS)


def theorems() -> str:
    """Each proof: what became of it, its obligations, and those that fail."""
    listed = [(claim, proof) for claim in CLAIMS for proof in claim.proofs]
    rows = [(code(claim.name), proof.variant, *outcome(claim, proof)) for claim, proof in listed]
    return table(("Claim", "Proof", "Obligations", "Fail", "Where"), rows)


def outcome(claim: Claim, proof: Proof) -> tuple[str, str, str]:
    """How many obligations there are, how many fail, and which."""
    found = row(claim, proof.variant)
    bad = found.get("failing", [])
    where = f" (a run of {length(row(claim, proof.bounded))} steps)" if proof.bounded else ""
    return number(found["obligations"]), str(len(bad) or ""), names(grouped(bad)) + where


def grouped(failing: Sequence[str]) -> dict[str, list[str]]:
    """Failing obligations ("event: lemma") by lemma."""
    found: dict[str, list[str]] = {}
    for one in failing:
        event, lemma = one.rsplit(": ", 1)
        found.setdefault(lemma, []).append(event)
    return found


def groups() -> Iterator[tuple[str, str, Makers, UnboundedNetwork]]:
    """The lemmas: a title, a sentence, what makes them, and a network to say them of."""
    general = network(GENERAL)
    yield "The invariant", f"All of {names(THEOREMS)} rest on it.", BASE, general
    yield "Its corollaries", "They follow from it in any state.", COROLLARIES, general
    own: dict[Makers, list[str]] = {}
    for name, theorem in THEOREMS.items():
        own.setdefault(theorem.lemmas, []).append(name)
    for makers, claims in own.items():
        yield f"For {names(claims)}", "", makers, general
    timed = next(proof for claim in CLAIMS for proof in claim.proofs if proof.time and claim.name in THEOREMS)
    claim = next(claim for claim in CLAIMS if timed in claim.proofs)
    yield "In real time: a number rests", "", REST, network(claim, timed)
    yield f"In real time: {code(CLOSE.name)}", "With text before the FIN and without.", CLOSING, network(CLOSE)


def network(claim: Claim, proof: Proof | None = None) -> Any:
    """The unbounded network of a proof, or of the claim's first."""
    one = proof or claim.proofs[0]
    return network_for(Task(claim, one.variant, one.config, one.expected, "unbounded", one))


@cache
def lemmas() -> str:
    """Every lemma: its sentence, why an event keeps it, and which counterexample to induction it excludes."""
    parts = []
    for title, about, makers, of in groups():
        rows = [(code(made.name), sentence(make), made.why, made.excludes) for make in makers for made in [make(of)]]
        head = f"### {title}" + (f"\n\n{about}" if about else "")
        parts.append(f"{head}\n\n{table(('Lemma', 'It says', 'Why', 'It excludes'), rows)}")
    return "\n\n".join(parts)


def sentence(make: Callable[..., object]) -> str:
    """The first paragraph of what a function's text says."""
    return " ".join((inspect.getdoc(make) or "").split("\n\n")[0].split())


SECTIONS: Sections = {"theorems": theorems, "lemmas": lemmas}
