"""Proofs for every channel, step by step: each step of the protocol is a question of its own.

`plan` says which steps the proofs have; `prove` answers some of them, for all proofs that have them, so that no
question is asked twice; `shares.row_of` puts the answers of one proof together. The three may run in different
processes: what goes between them is plain data. A process keeps what it has built (`prepared`) and asked (`prover`).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from functools import lru_cache
from time import monotonic
from typing import Any

from model.any_channel.closing import has_text
from model.core.answer import INTERRUPTED, Limits
from model.engines.inductive.discharge import Discharged, Prover
from model.engines.inductive.obligations import Induction, Transition
from model.engines.symbolic.solver import BLASTED, LimitedSolver, Unanswered
from model.machine.crew import wanted_to_stop
from model.questions.certificates import Certificates
from model.questions.proof_words import Became, became
from model.questions.shares import Plan, Share
from model.questions.task import Options, Task, written
from model.questions.theorems import network_for, proof_of
from model.tcp.cause import Cause

StepCause = Hashable
"""A step's `cause`, or REST."""
REST = None
"""Instead of a step: what belongs to none (the initial state, the corollaries, the goal)."""
TOGETHER = 12
"""So many steps that change nothing but the state, which are proved quickly, are asked in one go."""


@lru_cache(maxsize=64)
def prepared(task: Task) -> tuple[Induction, ...]:
    """The inductions of a task's theorem."""
    return proof_of(task)


@lru_cache(maxsize=4)
def prover(limits: Limits, with_text: bool) -> Prover:
    """Who answers, within limits that hold for all questions together; of times and texts another solver is asked."""
    return Prover(LimitedSolver(limits, solver=BLASTED.solver) if with_text else LimitedSolver(limits))


def plan(tasks: Sequence[Task]) -> tuple[list[Plan], list[list[StepCause]]]:
    """The plan of each proof; and the events of their steps, in the portions in which they are to be asked.

    Those that probably take longest come first: where a segment arrives, one is sent, and more than the state changes.
    """
    steps: dict[StepCause, Transition | None] = {REST: None}
    for task in tasks:
        for layer in prepared(task):
            for step in layer.soup.steps:
                steps.setdefault(step.cause, step)
    long = [event for event, step in steps.items() if step is None or len(step.update) > 1]
    weights = {event: bool(step.arrives) + (step.sends is not None) if step else 2 for event, step in steps.items()}
    long.sort(key=lambda event: -weights[event])
    quick = [event for event in steps if event not in set(long)]
    portions = [[event] for event in long] + [quick[at : at + TOGETHER] for at in range(0, len(quick), TOGETHER)]
    return [_plan(task) for task in tasks], portions


def _plan(task: Task) -> Plan:
    network = network_for(task)
    times = ", all times" if network.timed else ""
    return Plan(f"every channel{times}, {network.bits} bits", network.assumptions, network.bits)


def prove(tasks: Sequence[Task], events: Sequence[StepCause], options: Options) -> Iterator[Share]:
    """What becomes of the steps of these events in each of the proofs."""
    for task in tasks:
        asking = PartialProof(task, options)
        inductions = prepared(task)
        for at, induction in enumerate(inductions):
            last = induction is inductions[-1]
            if REST in events:
                asking.ask(induction, None, (at, 0))
            for number, step in enumerate(induction.soup.steps, 1):
                if step.cause in events:
                    asking.ask(induction, step, (at, number), happens=last)
        yield asking.share


class PartialProof:
    """Some steps of one proof, asked one after the other; `share` is what became of them."""

    def __init__(self, task: Task, options: Options) -> None:
        self._task, self._options, self._begun = task, options, monotonic()
        self._prover = prover(options.limits, has_text(network_for(task)))
        self._certificates = Certificates(options.out / "certificates")
        self._found, self._never, self._limit = list[Became](), list[Cause](), ""

    def ask(self, induction: Induction, step: Transition | None, place: tuple[int, int], happens: bool = False) -> None:
        """Ask the obligations of a step; happens: and whether it can be taken at all. A limit ends it."""
        for number, one in enumerate(self._prover.of(induction, step) if not self._limit else ()):
            at = (place[0], place[1] if one.obligation.kind != "goal" else len(induction.soup.steps) + 1, number)
            self._found.append(became(one, at, self._listed(one)))
            self._limit = one.limit or (INTERRUPTED if wanted_to_stop() else "")
            if self._limit:
                return
        if happens and step is not None and not self._limit:
            try:
                assert isinstance(step.cause, Cause)
                self._never += [] if self._prover.happens(induction, step) else [step.cause]
            except Unanswered as stop:
                self._limit = stop.limit

    def _listed(self, one: Discharged) -> tuple[Mapping[str, Any], ...]:
        """The scripts that ask an obligation, if certificates are wanted."""
        if not self._options.certify or one.limit:
            return ()
        with written(self._options):
            return tuple(self._certificates.obligation(self._task.claim.name, one))
        return ()

    @property
    def share(self) -> Share:
        """What became of what was asked."""
        seconds = monotonic() - self._begun
        return Share(self._task, tuple(self._found), tuple(self._never), self._limit, seconds)
