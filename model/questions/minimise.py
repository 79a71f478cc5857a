"""Whether a proof needs each of its lemmas: without it, which obligation fails first?

A lemma that no obligation misses says nothing that the others do not: it should go. The counterexample to induction
that appears without a lemma is the one that it excludes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, as_completed
from dataclasses import dataclass

from model.any_channel.words import event_of, in_words
from model.core.answer import Answer, Limits
from model.engines.inductive.discharge import Discharged, Prover
from model.engines.inductive.obligations import Induction, Lemma
from model.engines.symbolic.solver import LimitedSolver, Unanswered
from model.machine.crew import Crew, Died
from model.questions.task import Task
from model.questions.theorems import proof_of
from model.tcp.cause import named
from properties.proofs.invariant import COROLLARIES
from properties.proofs.lemma import CorollaryOf


@dataclass(frozen=True)
class Need:
    """What becomes of a claim's proof without one of its lemmas, in words. limit: why that is not known."""

    claim: str
    lemma: str
    needed: bool
    lines: tuple[str, ...]
    limit: str = ""


class Minimising:
    """The needs of some proofs, as far as they are known. say: told what is tried; show: told a need in words."""

    def __init__(
        self,
        tasks: Sequence[Task],
        limits: Limits,
        say: Callable[[str], None] = lambda _: None,
        show: Callable[[Sequence[str]], None] = lambda _: None,
    ) -> None:
        self._tasks, self._limits, self._say, self._show = tasks, limits.started(), say, show
        self.needs: list[Need] = []

    def run(self, jobs: int) -> list[Need]:
        """Do without each lemma of each proof, `jobs` at once."""
        with Crew(jobs) as crew:
            asked: dict[Future[Need], tuple[str, str]] = {}
            for task in self._tasks:
                for lemma in lemmas_of(task):
                    asked[crew.submit(need, task, lemma.name, self._limits)] = task.claim.name, lemma.name
            for answer in as_completed(asked):
                self._say(f"{len(self.needs)} of {len(asked)} lemmas")
                claim, lemma_name = asked[answer]
                try:
                    found = answer.result()
                except Died as death:
                    found = Need(claim, lemma_name, False, (f"{claim} without {lemma_name}: {death}", ""), str(death))
                self.needs.append(found)
                self._show(found.lines)
        return self.needs

    @property
    def summary(self) -> str:
        """How many lemmas are needed, of those that were tried."""
        return f"{sum(one.needed for one in self.needs)} of {len(self.needs)} lemmas are needed."


def lemmas_of(task: Task) -> list[Lemma]:
    """The lemmas of a proof."""
    return [lemma for induction in proof_of(task) for lemma in induction.lemmas]


def need(task: Task, name: str, limits: Limits) -> Need:
    """What becomes of a proof without the lemma of this name."""
    claim, prover = task.claim.name, Prover(LimitedSolver(limits))
    lemma = next(lemma for lemma in lemmas_of(task) if lemma.name == name)
    using: list[CorollaryOf] = []
    try:
        for make in COROLLARIES:
            if _follows(proof_of(task, name, [*using, make]), prover):
                using.append(make)
        fails, limit = _first_failure(proof_of(task, name, using), prover)
    except Unanswered as stop:
        fails, limit = None, stop.limit
    return Need(claim, name, fails is not None, tuple(_lines(claim, lemma, fails, limit)), limit)


def _follows(proof: Sequence[Induction], prover: Prover) -> bool:
    """Whether the corollaries follow from the lemmas that are left; what does not must not be used.

    Raises `Unanswered`: without one that may follow, others might seem to fail.
    """
    found = [prover.discharge(one.soup, obligation) for one in proof for obligation in one.of_corollaries()]
    for one in found:
        if one.limit:
            raise Unanswered(one.limit)
    return all(one.answer is Answer.HOLDS for one in found)


def _first_failure(proof: Sequence[Induction], prover: Prover) -> tuple[Discharged | None, str]:
    """The first obligation that fails, or None; and the limit that left it open."""
    for induction in proof:
        for one in prover.answers(induction):
            if one.answer is not Answer.HOLDS:
                return (one if one.answer is Answer.VIOLATED else None), one.limit
    return None, ""


def _lines(claim: str, lemma: Lemma, fails: Discharged | None, limit: str) -> Iterator[str]:
    """A need in words."""
    yield f"{claim} without {lemma.name}: {_outcome(fails, limit)}"
    for what, words in (("why it holds", lemma.why), ("what it excludes", lemma.excludes)):
        yield from textwrap.wrap(f"{what}: {words}", 110, initial_indent="  ", subsequent_indent="    ")
    if fails is not None:
        yield from textwrap.indent(in_words(fails), "  ").splitlines()
    yield ""


def _outcome(fails: Discharged | None, limit: str) -> str:
    if fails is None:
        return limit or "NOT NEEDED: everything is proved without it"
    failing = dict.fromkeys(duty.lemma or "the property" for duty in fails.failing)
    return f"{named(event_of(fails.obligation))} fails to keep {', '.join(failing)}"
