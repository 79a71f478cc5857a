"""Whether a proof needs each of its lemmas: without it, which obligation fails first?

A lemma that no obligation misses says nothing that the others do not: it should go. The counterexample to induction
that appears without a lemma is the one that it excludes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from model.engines.ask import Asker
from model.engines.discharge import Discharged, Prover
from model.engines.unbounded import Induction, Lemma
from model.engines.verdict import INTERRUPTED
from model.network.soup_words import in_words
from model.proof import layers, lemmas_of, network_for
from model.proof_words import event_name
from model.row import Task
from properties.invariant import COROLLARIES


@dataclass(frozen=True)
class Need:
    """One lemma of one claim. fails: the first obligation that fails without it, or None: it is not needed.

    limit: why nothing is known.
    """

    claim: str
    lemma: Lemma
    fails: Discharged | None
    limit: str = ""


def needs(tasks: Sequence[Task], ask: Asker, say: Callable[[str], None]) -> Iterator[Need]:
    """What becomes of each proof without each of its lemmas; raises `KeyboardInterrupt`. say: told what is tried."""
    for task in tasks:
        network, name = network_for(task), task.claim.name
        for lemma in lemmas_of(name, network):
            say(f"{name} without {lemma.name}")
            prover = Prover(ask)
            using = [make for make in COROLLARIES if _follows(layers(name, network, lemma.name, [make]), prover)]
            need = _need(name, lemma, layers(name, network, lemma.name, using), prover)
            if need.limit == INTERRUPTED:
                raise KeyboardInterrupt
            yield need


def _follows(proof: Sequence[Induction], prover: Prover) -> bool:
    """Whether the corollaries follow from the lemmas that are left; what does not must not be used."""
    asked = [(one, obligation) for one in proof for obligation in one.of_corollaries()]
    found = [prover.discharge(one.soup, obligation) for one, obligation in asked]
    if any(one.limit == INTERRUPTED for one in found):
        raise KeyboardInterrupt
    return all(one.answer == "proved" for one in found)


def _need(claim: str, lemma: Lemma, proof: Sequence[Induction], prover: Prover) -> Need:
    for induction in proof:
        for one in prover.answers(induction):
            if one.answer != "proved":
                return Need(claim, lemma, one if one.answer == "fails" else None, one.limit)
    return Need(claim, lemma, None)


def lines(need: Need) -> Iterator[str]:
    """A need in words."""
    yield f"{need.claim} without {need.lemma.name}: {_outcome(need)}"
    yield from textwrap.wrap(f"why it holds: {need.lemma.why}", 110, initial_indent="  ", subsequent_indent="    ")
    excluded = f"what it excludes: {need.lemma.excludes}"
    yield from textwrap.wrap(excluded, 110, initial_indent="  ", subsequent_indent="    ")
    if need.fails:
        yield from textwrap.indent(in_words(need.fails), "  ").splitlines()
    yield ""


def _outcome(need: Need) -> str:
    if need.fails is None:
        return need.limit or "NOT NEEDED: everything is proved without it"
    failing = dict.fromkeys(duty.lemma or "the property" for duty in need.fails.failing)
    return f"{event_name(need.fails.obligation.event)} fails to keep {', '.join(failing)}"
