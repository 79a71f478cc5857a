"""Proof obligations to Z3: each is proved, fails with a counterexample to induction, or is left open by a limit.

An obligation is one question; only if it can be answered is each of its duties asked alone, so that the failing ones
can be named. What has been proved is not asked again: protocols that differ in one event share the answers to all
others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
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

    known: the answers for a step, or for the corollaries, by their terms and those of the induction, which are kept;
    witnesses: by step, states in which it can be taken.
    """

    ask: Asker = field(default_factory=Asker)
    known: dict[tuple[int, ...], tuple[Induction, Step | None, list[Discharged]]] = field(default_factory=dict)
    witnesses: dict[str, list[z3.ModelRef]] = field(default_factory=dict)

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
        yield from self._once(induction, None, induction.of_corollaries())
        for step in induction.soup.steps:
            progress()
            yield from self._once(induction, step, induction.of_step(step))
        for one in induction.of_goal():
            yield self.discharge(induction.soup, one)

    def _once(self, induction: Induction, step: Step | None, obligations: Iterable[Obligation]) -> Iterator[Discharged]:
        """The answers to obligations that other inductions may share."""
        key = (*induction.key, *(step.key if step else ()))
        if key in self.known:
            yield from self.known[key][2]
            return
        answers = []
        for one in obligations:
            answers.append(self.discharge(induction.soup, one, step))
            yield answers[-1]
        if not any(one.limit for one in answers):
            self.known[key] = induction, step, answers

    def happens(self, induction: Induction, step: Step) -> bool:
        """Whether the lemmas leave a state in which the step can be taken; raises `Unanswered`."""
        possible = question(induction.soup, z3.And(*induction.setting(step)))
        known = self.witnesses.setdefault(step.name, [])
        if any(z3.is_true(model.eval(possible, model_completion=True)) for model in known):
            return True
        model = self.ask(possible)
        if model is not None:
            known.append(model)
        return model is not None

    def discharge(self, soup: Soup, obligation: Obligation, step: Step | None = None) -> Discharged:
        """The answer to one obligation of `soup`."""
        try:
            model = self.ask(question(soup, obligation.question()))
            if model is None:
                return Discharged(obligation, "proved")
            alone = ((duty, self.ask(question(soup, obligation.question([duty])))) for duty in obligation.duties)
            broken = tuple(duty for duty, found in alone if found is not None)
        except Unanswered as stop:
            return Discharged(obligation, "unknown", limit=str(stop))
        return Discharged(obligation, "fails", broken, counterexample(soup, model, step))


def question(soup: Soup, term: z3.BoolRef) -> z3.BoolRef:
    """A formula as it is asked: over the system's coordinates."""
    return z3.simplify(substituted(term, soup.coordinates))


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
