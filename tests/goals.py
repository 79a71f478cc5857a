"""Goals of proofs beside the searched properties of the same names: in how many states, or steps, each is false.

Of states: each rule also writes two flags, what the goal and what the property say of the successor, and the states are
counted by the flags, of which the others are a function. Of steps: each rule becomes four, by what the goal and the
property say of the step, and the firings are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import z3

from model.any_channel.closing import closing
from model.any_channel.embedding import Embedding
from model.any_channel.network import UnboundedNetwork
from model.core.answer import NO_LIMITS
from model.core.property import Property
from model.core.run import Step
from model.core.system import Rule, State, System, Var, choice
from model.core.terms import Meaning, evaluate
from model.engines.explicit.counts import Counts
from model.engines.explicit.quotient import quotient
from model.engines.explicit.search import ExplicitSearch
from model.engines.inductive.obligations import LemmaPart, Transition
from model.engines.twin import TwinSearch
from model.network.bounded import Network
from properties.proofs.closing import never_reset, outlasts
from properties.proofs.old_segments import nothing_of_another
from properties.proofs.opening import THEOREMS

Said = tuple[bool, bool]
"""What the goal and the property say."""
GOAL, PROPERTY = Var("goal", ghost=True), Var("property", ghost=True)
EACH: tuple[Said, ...] = ((True, True), (True, False), (False, True), (False, False))


def of_states(system: System, goal: z3.BoolRef, prop: z3.BoolRef) -> dict[Said, int]:
    """How many reachable states there are, by what the two say of them."""
    said, rules = {GOAL: goal, PROPERTY: prop}, []
    for rule in system.rules:
        pairs = [(system.var[name].term, term) for name, term in rule.update.items()]
        after = {var.name: z3.substitute(term, *pairs) for var, term in said.items()}
        rules.append(replace(rule, update={**rule.update, **after}))
    initial = tuple({**s, **{v.name: bool(evaluate(t, s)) for v, t in said.items()}} for s in system.initial)
    variables = (*system.variables, *said)
    found = quotient(
        replace(system, variables=variables, initial=initial, rules=tuple(rules)), [GOAL.name, PROPERTY.name]
    )
    assert found.effort.complete
    return {(node[0] == "1", node[1] == "1"): count for node, count in found.states.items()}


def of_steps(system: System, said: Mapping[str, tuple[z3.BoolRef, z3.BoolRef]]) -> dict[Said, int]:
    """How many transitions there are, by what the two say of them; said: by rule, over the state before it."""
    rules = list[Rule]()
    for rule in system.rules:
        for at, values in enumerate(EACH):
            here = [z3.simplify(term == value) for term, value in zip(said[rule.name], values, strict=True)]
            guard = z3.And(rule.guard, *here)
            rules.append(replace(rule, name=f"{at} {rule.name}", guard=guard, touches={}, wires=()))
    fired = Counts()
    search = ExplicitSearch(replace(system, rules=tuple(rules)), (), NO_LIMITS, observer=fired)
    assert not search.run(None)
    counts: Counter[Said] = Counter()
    for name, count in fired.by_rule(search).items():
        counts[EACH[int(name[0])]] += count
    return {said: count for said, count in counts.items() if count}


class Judged(TwinSearch):
    """A search by the slow twin that judges each step; `counts` are the steps, by what the two say of them."""

    def __init__(self, system: System, said: Mapping[str, tuple[z3.BoolRef, z3.BoolRef]]) -> None:
        super().__init__(system, (), NO_LIMITS, cone=False)
        self.said = {name: Meaning(terms) for name, terms in said.items()}
        self.counts: Counter[Said] = Counter()

    def take(self, state: State, step: Step) -> None:
        """Judge the step, and take it."""
        goal, prop = self.said[step.rule.name]({**state, **step.inputs})
        self.counts[bool(goal), bool(prop)] += 1
        super().take(state, step)


def of_few_steps(system: System, said: Mapping[str, tuple[z3.BoolRef, z3.BoolRef]]) -> dict[Said, int]:
    """As `of_steps`, without machine code, which takes longer to make than some hundred steps."""
    search = Judged(system, said)
    search.run(lambda _: None)
    return dict(search.counts)


def after(system: System, rule: Rule, term: z3.BoolRef) -> z3.BoolRef:
    """A step property, over the state before the rule."""
    pairs = [(var.next, rule.update.get(var.name, var.term)) for var in system.variables]
    made: z3.BoolRef = z3.substitute(term, *pairs)
    return made


def state_goal(name: str, network: Network) -> z3.BoolRef:
    """The goal of a theorem about states, said of a bounded network, for every incarnation that `any` may be."""
    each, said = range(1, network.config.incarnations + 1), []
    for a, b in product(each, each):
        embedding, goal = Embedding(network, (a, b)), THEOREMS[name].goal
        assert goal is not None
        said.append(z3.substitute(goal(embedding.soup).term, *embedding.state))
    return z3.simplify(z3.And(*said))


@dataclass(frozen=True)
class Steps(Embedding):
    """What the steps of a proof owe, said of the rules of a bounded network."""

    @cached_property
    def listed(self) -> dict[str, Transition]:
        """The steps of both sides."""
        return {step.name: step for end in self.soup.sides.values() for step in self.soup.steps(end)}

    def goal(self, rule: Rule) -> z3.BoolRef:
        """What the proof shows of a step, over the bounded network's state and the chosen slot.

        What is no event of the proof (a loss, or what a bound cuts off) owes nothing.
        """
        step = self.listed.get(rule.name)
        return self._said(step, () if step is None else nothing_of_another(self.soup, step))

    def _said(self, step: Transition | None, parts: Sequence[LemmaPart | Property]) -> z3.BoolRef:
        said = z3.And(*(part.term for part in parts))
        numbers = [(z3.BitVec(f"{n}.isn", self.soup.bits), self.network._isn(s)) for n, s in self.network.sides.items()]
        pairs = [*self.state, *numbers, *([] if step is None else self._arriving(step))]
        return z3.simplify(z3.substitute(said, *pairs))

    def _arriving(self, step: Transition) -> Iterator[tuple[z3.ExprRef, z3.ExprRef]]:
        if not step.arrives:
            return
        slots = [carried.message for _, carried in self.segments(step.arrives)]
        for field, constant in self.soup.arriving[step.arrives].message.items():
            if field not in slots[0]:
                continue
            chosen = slots[-1][field]
            for at, slot in enumerate(slots[:-1]):
                chosen = z3.If(choice("slot") == at, slot[field], chosen)
            yield constant, chosen


@dataclass(frozen=True)
class ClosingSteps(Steps):
    """The same of the close: what a step owes, and the goal in the state before it."""

    @cached_property
    def soup(self) -> UnboundedNetwork:
        """The unbounded network with the same numbers."""
        return closing(self.network.config)

    def goal(self, rule: Rule) -> z3.BoolRef:
        """See `Steps`."""
        step = self.listed.get(rule.name)
        owed = () if step is None else never_reset(self.soup, step)
        return self._said(step, [*owed, outlasts(self.soup)])
