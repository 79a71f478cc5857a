"""Runs of an unbounded network in real time, with times that are terms: one run for all values of them."""

from __future__ import annotations

from dataclasses import dataclass, field

import z3

from model.any_channel.network import UnboundedNetwork
from model.engines.inductive.obligations import Message, Transition, substituted


@dataclass
class Run:
    """A run so far: what every variable is, what was sent and when, and what has to hold for it to be a run."""

    network: UnboundedNetwork
    state: dict[str, z3.ExprRef] = field(default_factory=dict)
    sent: list[tuple[str, Message, z3.ArithRef]] = field(default_factory=list)
    conditions: list[z3.BoolRef] = field(default_factory=list)
    steps: dict[str, Transition] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.state = dict(self.network.soup.variables)
        listed = [one for end in self.network.sides.values() for one in self.network.steps(end)]
        self.steps = {one.name: one for one in (*listed, self.network.time_passes)}

    @property
    def now(self) -> z3.ArithRef:
        """The time."""
        return self.state["now"]

    def take(self, name: str, arrives: int | None = None, **given: z3.ExprRef | bool) -> int:
        """Take a step; what it sends gets the number that is returned. given: constants of the step by name."""
        step = self.steps[name]
        pairs = [(term, self.state[name]) for name, term in self.network.soup.variables.items()]
        if arrives is not None:
            lane, message, _ = self.sent[arrives]
            assert lane == step.arrives, "it goes the other way"
            pairs += [(self.network.arriving[lane].message[name], term) for name, term in message.items()]
        pairs += [(_constant(name, value), _value(value)) for name, value in given.items()]

        def here(term: z3.ExprRef) -> z3.ExprRef:
            return substituted(term, pairs)

        self.conditions.append(here(step.guard))
        if step.sends:
            lane, message = step.sends
            self.conditions.append(here(step.sends_when))
            self.sent.append((lane, {name: here(term) for name, term in message.items()}, self.now))
        self.state |= {name: here(term) for name, term in step.update.items()}
        return len(self.sent) - 1

    def until(self, then: z3.ArithRef) -> None:
        """Time passes."""
        self.take("time passes", then=then)

    def is_one(self, *given: z3.BoolRef) -> bool:
        """Whether this is a run for all values of the times and numbers of which `given` holds; some must be."""
        assumed = z3.And(self.network.soup.initial, *given)
        possible, wrong = z3.Solver(), z3.Solver()
        possible.add(assumed)
        wrong.add(assumed, z3.Not(z3.And(*self.conditions)))
        return bool(possible.check() == z3.sat and wrong.check() == z3.unsat)

    def always(self, said: z3.BoolRef, *given: z3.BoolRef) -> bool:
        """Whether something said of the variables holds at the end of the run, under the same conditions."""
        pairs = [(term, self.state[name]) for name, term in self.network.soup.variables.items()]
        wrong = z3.Solver()
        wrong.add(self.network.soup.initial, *given, z3.Not(substituted(said, pairs)))
        return bool(wrong.check() == z3.unsat)


def _constant(name: str, value: z3.ExprRef | bool) -> z3.ExprRef:
    name = name.replace("_", ".", 1) if name[:2] in ("A_", "B_") else name
    return z3.Bool(name) if isinstance(value, bool) else z3.Const(name, value.sort())


def _value(value: z3.ExprRef | bool) -> z3.ExprRef:
    return z3.BoolVal(value) if isinstance(value, bool) else value
