"""Proof obligations to Z3: each is proved, fails with a counterexample to induction, or is left open by a limit.

An obligation is one question; only if it can be answered is each of its duties asked alone, so that the failing ones
can be named. No question is asked twice: protocols that differ in one event, or assume something else, share the
answers to all others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from z3 import ModelRef, is_bv, is_real

from model.core import z3fast as z3
from model.core.answer import Answer
from model.core.nodes import node_of
from model.engines.inductive.obligations import Duty, Induction, Obligation, Soup, Transition, substituted
from model.engines.symbolic.solver import LimitedSolver, Unanswered

SMALL = 5
"""Bits of small numbers."""
NumbersByName = Mapping[str, int]
"""Constants of an obligation by name."""


@dataclass(frozen=True)
class CounterexampleToInduction:
    """A counterexample to induction: values of the state and the messages, and of what the step changes and sends.

    The state need not be reachable. arrives: the lane of the arriving message, if there is one. times: what is real.
    """

    before: NumbersByName
    after: NumbersByName
    sent: NumbersByName
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
    counterexample: CounterexampleToInduction | None = None
    limit: str = ""


@dataclass
class Prover:
    """Discharges obligations.

    known: the answers for a step, or for the corollaries, by their terms and those of the induction, which are kept;
    answered: those to questions, by their ids, with the questions, which are kept; said: formulas as they are asked,
    by the system and their ids, likewise; witnesses: by step, states with small numbers in which it can be taken.
    """

    ask: LimitedSolver = field(default_factory=LimitedSolver)
    answered: dict[int, tuple[z3.BoolRef, ModelRef | None]] = field(default_factory=dict)
    said: dict[tuple[int, int], tuple[Soup, z3.BoolRef, z3.BoolRef]] = field(default_factory=dict)
    known: dict[tuple[int, ...], tuple[Induction, Transition | None, list[Discharged]]] = field(default_factory=dict)
    witnesses: dict[str, list[ModelRef]] = field(default_factory=dict)

    def prove(self, induction: Induction, progress: Callable[[], None] = lambda: None) -> list[Discharged]:
        """What became of every obligation; after Ctrl-C, or when time is up, of those asked until then."""
        found: list[Discharged] = []
        for one in self.answers(induction, progress):
            found.append(one)
            if one.limit:
                break
        return found

    def answers(self, induction: Induction, progress: Callable[[], None] = lambda: None) -> Iterator[Discharged]:
        """What became of each obligation, one after the other. progress: called before each step."""
        for step in (None, *induction.soup.steps):
            progress()
            yield from self.of(induction, step)

    def of(self, induction: Induction, step: Transition | None) -> Iterator[Discharged]:
        """What became of the obligations of one step; None: of those that belong to no step."""
        if step is not None:
            yield from self._once(induction, step, induction.of_step(step))
            return
        yield from (self.discharge(induction.soup, one) for one in induction.of_start())
        yield from self._once(induction, None, induction.of_corollaries())
        yield from (self.discharge(induction.soup, one) for one in induction.of_goal())

    def _once(
        self, induction: Induction, step: Transition | None, obligations: Iterable[Obligation]
    ) -> Iterator[Discharged]:
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

    def happens(self, induction: Induction, step: Transition) -> bool:
        """Whether the lemmas leave a state in which the step can be taken; raises `Unanswered`."""
        possible = self._all(induction.soup, induction.setting(step))
        small = with_small_numbers(possible)
        known = self.witnesses.setdefault(step.name, [])
        if any(z3.is_true(model.eval(small, model_completion=True)) for model in known):
            return True
        if (model := self._answer(small)) is not None:
            known.append(model)
        return model is not None or self._answer(possible) is not None

    def discharge(self, soup: Soup, obligation: Obligation, step: Transition | None = None) -> Discharged:
        """The answer to one obligation of `soup`."""
        try:
            model = self._breaks(soup, obligation, obligation.duties)
            if model is None:
                return Discharged(obligation, Answer.HOLDS)
            broken = tuple(d for d in obligation.duties if self._breaks(soup, obligation, [d]) is not None)
        except Unanswered as stop:
            return Discharged(obligation, Answer.UNKNOWN, limit=stop.limit)
        return Discharged(obligation, Answer.VIOLATED, broken, counterexample(soup, model, step))

    def _breaks(self, soup: Soup, obligation: Obligation, duties: Sequence[Duty]) -> ModelRef | None:
        """A model of the premises in which not all of these duties hold; raises `Unanswered`."""
        wrong = z3.Not(z3.And(*(duty.term for duty in duties)))
        return self._answer(self._all(soup, (*obligation.premises, wrong)))

    def _all(self, soup: Soup, terms: Iterable[z3.BoolRef]) -> z3.BoolRef:
        """The conjunction of formulas as they are asked; each is made once: steps share most of their premises."""
        made = [self._asked(soup, term) for term in terms]
        if any(map(z3.is_false, made)):
            return z3.BoolVal(False)
        return z3.And(*(term for term in made if not z3.is_true(term)))

    def _asked(self, soup: Soup, term: z3.BoolRef) -> z3.BoolRef:
        key = id(soup.coordinates), term.get_id()
        if key not in self.said:
            self.said[key] = soup, term, question(soup, term)
        return self.said[key][2]

    def _answer(self, asked: z3.BoolRef) -> ModelRef | None:
        """A model of a formula, or None; what was answered is not asked again. Raises `Unanswered`."""
        if z3.is_false(asked):
            return None
        if asked.get_id() not in self.answered:
            self.answered[asked.get_id()] = asked, self.ask(asked)
        return self.answered[asked.get_id()][1]


def with_small_numbers(term: z3.BoolRef) -> z3.BoolRef:
    """The formula for numbers below 2^SMALL only: quickly answered where they suffice, as they mostly do."""
    wide = sorted((name, width) for name, width in node_of(term).constants if width > SMALL)
    pairs = [(z3.BitVec(name, width), z3.ZeroExt(width - SMALL, z3.BitVec(f"{name}'", SMALL))) for name, width in wide]
    return z3.simplify(substituted(term, pairs))


def question(soup: Soup, term: z3.BoolRef) -> z3.BoolRef:
    """A formula as it is asked: over the system's coordinates."""
    return z3.simplify(substituted(term, soup.coordinates))


def counterexample(soup: Soup, model: ModelRef, step: Transition | None) -> CounterexampleToInduction:
    """What a model over the system's coordinates says of the system."""

    def value(term: z3.ExprRef) -> int:
        found = model.eval(substituted(term, soup.coordinates), model_completion=True)
        return int(found.as_long()) if is_bv(found) else int(z3.is_true(found))

    def values(terms: Mapping[str, z3.ExprRef]) -> dict[str, int]:
        return {name: value(term) for name, term in terms.items() if not is_real(term)}

    messages = [m for lane in soup.lanes.values() for m in (lane.arriving, *lane.stored)]
    listed = [*soup.variables.values(), *(term for message in messages for term in message.values())]
    constants = {constant.decl().name(): constant for constant in listed}
    real = {name: model.eval(term, model_completion=True) for name, term in constants.items() if is_real(term)}
    times = {name: found.as_fraction() for name, found in real.items()}
    if step is None:
        return CounterexampleToInduction(values(constants), {}, {}, times=times)
    sent = step.sends[1] if step.sends is not None and value(step.sends_when) else {}
    return CounterexampleToInduction(values(constants), values(step.update), values(sent), step.arrives, times)
