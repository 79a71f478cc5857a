"""Proof obligations to Z3: each is proved, fails with a counterexample to induction, or is left open by a limit.

An obligation is one question for each of its cases; only if one of them can be answered is each of its duties asked
alone, so that the failing ones can be named. What has been proved is not asked again: protocols that differ in one
event share the answers to all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import z3

from model.engines.ask import Asker, Unanswered
from model.engines.unbounded import Duty, Induction, Obligation, Soup, Step, substituted

Answer = Literal["proved", "fails", "unknown"]
Values = Mapping[str, int]
"""Constants of an obligation by name."""


@dataclass(frozen=True)
class Counterexample:
    """A counterexample to induction: values of the state and the messages, and of what the step changes and sends.

    The state need not be reachable. arrives: the lane of the arriving message, if there is one. times: what is real.
    """

    before: Values
    after: Values
    sent: Values
    arrives: str = ""
    times: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True)
class Discharged:
    """What became of an obligation.

    failing: the duties that can be broken (answer fails). limit: why nothing is known.
    """

    obligation: Obligation
    answer: Answer
    failing: tuple[Duty, ...] = ()
    counterexample: Counterexample | None = None
    limit: str = ""


@dataclass
class Prover:
    """Discharges obligations.

    known: the answers for a step, by the terms of the step and of the induction; cases: whether a case ever happens.
    Both keep the terms that their keys are made of.
    """

    ask: Asker = field(default_factory=Asker)
    known: dict[tuple[int, ...], tuple[Induction, Step, list[Discharged]]] = field(default_factory=dict)
    cases: dict[tuple[int, ...], tuple[tuple[z3.BoolRef, ...], bool]] = field(default_factory=dict)

    def prove(self, induction: Induction, progress: Callable[[], None] = lambda: None) -> list[Discharged]:
        """What became of every obligation; after Ctrl-C, or when time is up, of those asked until then."""
        found: list[Discharged] = []
        for one in self.answers(induction, progress):
            found.append(one)
            if one.limit:
                break
        return found

    def answers(self, induction: Induction, progress: Callable[[], None] = lambda: None) -> Iterator[Discharged]:
        """The same, one after the other. progress: called before each step."""
        for one in induction.of_start():
            yield self.discharge(induction.soup, one)
        for step in induction.soup.steps:
            progress()
            key = (*induction.key, *step.key)
            if key not in self.known:
                answers = []
                for one in induction.of_step(step):
                    answers.append(self.discharge(induction.soup, one, step))
                    yield answers[-1]
                if not any(one.limit for one in answers):
                    self.known[key] = induction, step, answers
            else:
                yield from self.known[key][2]
        for one in induction.of_goal():
            yield self.discharge(induction.soup, one)

    def happens(self, induction: Induction, step: Step) -> bool:
        """Whether the lemmas leave a state in which the step can be taken; raises `Unanswered`."""
        terms = induction.setting(step)
        return self._possible(induction.soup, terms)

    def discharge(self, soup: Soup, obligation: Obligation, step: Step | None = None) -> Discharged:
        """The answer to one obligation of `soup`."""
        try:
            model = self._counterexample(soup, obligation)
            if model is None:
                return Discharged(obligation, "proved")
            broken = [duty for duty in obligation.duties if self._counterexample(soup, obligation, [duty]) is not None]
        except Unanswered as stop:
            return Discharged(obligation, "unknown", limit=str(stop))
        return Discharged(obligation, "fails", tuple(broken), counterexample(soup, model, step))

    def _counterexample(
        self, soup: Soup, obligation: Obligation, duties: Sequence[Duty] | None = None
    ) -> z3.ModelRef | None:
        """A model of the first of the obligation's questions that has one."""
        *special, last = obligation.splits()
        for split in (*special, last):
            if split is last or not self._never(soup, obligation, split):
                model = self.ask(z3.simplify(substituted(obligation.question(split, duties), soup.coordinates)))
                if model is not None:
                    return model
        return None

    def _never(self, soup: Soup, obligation: Obligation, split: Sequence[z3.BoolRef]) -> bool:
        """The case never happens, whatever the obligation is about."""
        return not self._possible(soup, (*obligation.setting, *split))

    def _possible(self, soup: Soup, terms: tuple[z3.BoolRef, ...]) -> bool:
        key = tuple(term.get_id() for term in terms)
        if key not in self.cases:
            model = self.ask(z3.simplify(substituted(z3.And(*terms), soup.coordinates)))
            self.cases[key] = terms, model is not None
        return self.cases[key][1]


def counterexample(soup: Soup, model: z3.ModelRef, step: Step | None) -> Counterexample:
    """What a model over the system's coordinates says of the system."""

    def value(term: z3.ExprRef) -> int:
        found = model.eval(substituted(term, soup.coordinates), model_completion=True)
        return int(found.as_long()) if z3.is_bv(found) else int(z3.is_true(found))

    def values(terms: Mapping[str, z3.ExprRef]) -> dict[str, int]:
        return {name: value(term) for name, term in terms.items() if not z3.is_real(term)}

    messages = [m for lane in soup.lanes.values() for m in (lane.arriving, *lane.stored)]
    listed = [*soup.variables.values(), *(term for message in messages for term in message.values())]
    constants = {constant.decl().name(): constant for constant in listed}
    real = {name: model.eval(term, model_completion=True) for name, term in constants.items() if z3.is_real(term)}
    times = {name: found.as_fraction() for name, found in real.items()}
    if step is None:
        return Counterexample(values(constants), {}, {}, times=times)
    sent = step.sends[1] if step.sends is not None and value(step.sends_when) else {}
    return Counterexample(values(constants), values(step.update), values(sent), step.arrives, times)
