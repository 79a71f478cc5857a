"""Systems whose infinite runs are known, and the liveness engine's slow twins."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from functools import partial
from itertools import combinations

import z3

from model.core.answer import NO_LIMITS, Limits, Outcome
from model.core.property import EventuallyAlways, Fairness, Liveness, RuleClass
from model.core.run import Step, choices, fire
from model.core.system import Rule, State, System, Var, enumeration
from model.core.terms import evaluate
from model.engines.infinite.liveness import check_each

YES, NO = z3.BoolVal(True), z3.BoolVal(False)
Key = tuple[int, ...]
Label = tuple[int, int]


def classes(*names: str) -> list[RuleClass]:
    """Each rule a class of its own."""
    return [RuleClass(frozenset([name])) for name in names]


def lossy(losses: int | None = None) -> System:
    """A sender repeats a message until it has arrived; the wire may lose it, `losses` times or without end."""
    wire, got, budget = Var("wire"), Var("got"), Var("budget", 3)
    lose = {"wire": NO} if losses is None else {"wire": NO, "budget": budget.term - 1}
    rules = (
        Rule("send", z3.Not(z3.Or(wire.term, got.term)), {"wire": YES}),
        Rule("lose", wire.term if losses is None else z3.And(wire.term, budget.term != 0), lose),
        Rule("deliver", wire.term, {"wire": NO, "got": YES}),
    )
    return System((wire, got, budget), ({"wire": 0, "got": 0, "budget": losses or 0},), rules)


def two_messages() -> System:
    """Messages 1 and 2 take turns on a wire that may lose them; `got1` remembers that 1 has arrived."""
    wire, following, got = Var("wire", 2), Var("following", 2), Var("got1")
    rules = (
        Rule("send", wire.term == 0, {"wire": following.term, "following": 3 - following.term}),
        Rule("lose", wire.term != 0, {"wire": z3.BitVecVal(0, 2)}),
        Rule("deliver", wire.term != 0, {"wire": z3.BitVecVal(0, 2), "got1": z3.Or(got.term, wire.term == 1)}),
    )
    return System((wire, following, got), ({"wire": 0, "following": 1, "got1": 0},), rules)


def scheduler() -> System:
    """A process that counts to 3 may step only in its time slice, and slices come and go."""
    n, slice_ = Var("n", 2), Var("slice")
    rules = (
        Rule("step", z3.And(slice_.term, n.term != 3), {"n": n.term + 1}),
        Rule("switch", YES, {"slice": z3.Not(slice_.term)}),
    )
    return System((n, slice_), ({"n": 0, "slice": 0},), rules)


def philosophers(count: int) -> System:
    """Each gets hungry when he likes, and takes both forks at once when neither neighbour eats."""
    each = [enumeration(f"p{i}", ("thinks", "hungry", "eats")) for i in range(count)]
    rules = []
    for i, p in enumerate(each):
        free = z3.And(p.term == 1, each[i - 1].term != 2, each[(i + 1) % count].term != 2)
        rules += [
            Rule(f"{p.name} hungers", p.term == 0, {p.name: z3.BitVecVal(1, 2)}),
            Rule(f"{p.name} eats", free, {p.name: z3.BitVecVal(2, 2)}),
            Rule(f"{p.name} leaves", p.term == 2, {p.name: z3.BitVecVal(0, 2)}),
        ]
    return System(tuple(each), ({p.name: 0 for p in each},), tuple(rules))


def forks(count: int) -> System:
    """Everyone takes the fork on the left and then the one on the right: they may all wait for ever."""
    left = [Var(f"left{i}") for i in range(count)]
    rules = []
    for i, own in enumerate(left):
        right = left[(i + 1) % count]
        rules += [
            Rule(f"p{i} takes left", z3.Not(own.term), {own.name: YES}),
            Rule(f"p{i} eats and leaves", z3.And(own.term, z3.Not(right.term)), {own.name: NO}),
        ]
    return System(tuple(left), ({own.name: 0 for own in left},), tuple(rules))


PETERSON = ("idle", "asking", "waiting", "critical")


def peterson() -> System:
    """G. L. Peterson, Myths about the mutual exclusion problem, 1981."""
    places = [enumeration(f"p{i}", PETERSON) for i in (0, 1)]
    turn = Var("turn", 1)
    rules = []
    for i, (own, other) in enumerate(zip(places, reversed(places), strict=True)):
        may = z3.And(own.term == 2, z3.Or(other.term == 0, turn.term == i))
        rules += [
            Rule(f"p{i} asks", own.term == 0, {own.name: z3.BitVecVal(1, 2)}),
            Rule(f"p{i} gives way", own.term == 1, {own.name: z3.BitVecVal(2, 2), "turn": z3.BitVecVal(1 - i, 1)}),
            Rule(f"p{i} enters", may, {own.name: z3.BitVecVal(3, 2)}),
            Rule(f"p{i} leaves", own.term == 3, {own.name: z3.BitVecVal(0, 2)}),
        ]
    return System((*places, turn), ({"p0": 0, "p1": 0, "turn": 0},), tuple(rules))


def peterson_class(i: int) -> RuleClass:
    """A process that goes on once it has asked."""
    return RuleClass(frozenset(f"p{i} {does}" for does in ("gives way", "enters", "leaves")))


# -- the twins -----------------------------------------------------------------------------------------------------


class Twin:
    """Whether properties hold, by dictionaries and sets.

    `edges`: for each state the steps from it, as the labels that fire (class and value) and the state after it.
    """

    def __init__(self, system: System, fairness: Fairness) -> None:
        self.system, self.owed = system, [*fairness.weak, *fairness.strong]
        self.weak = len(fairness.weak)
        self.states: dict[Key, State] = {}
        self.edges: dict[Key, list[tuple[frozenset[Label], Key]]] = {}
        self.initial = {self.key(state) for state in system.initial}
        waiting = list(system.initial)
        while waiting:
            state = waiting.pop()
            if self.key(state) not in self.states:
                self.states[self.key(state)] = state
                steps = list(self.steps(state))
                self.edges[self.key(state)] = [(self.labels(state, step), self.key(step.state)) for step in steps]
                waiting += [step.state for step in steps]

    def steps(self, state: State) -> Iterator[Step]:
        """Every step from a state."""
        for rule in self.system.rules:
            for inputs in choices(rule):
                after = fire(rule, inputs, state)
                if after is not None:
                    yield Step(rule, inputs, after)

    def key(self, state: State) -> Key:
        """The values of a state."""
        return tuple(int(state[v.name]) for v in self.system.variables)

    def labels(self, state: State, step: Step) -> frozenset[Label]:
        """The classes that a step pays."""
        return frozenset(
            (at, 0 if owed.by is None else evaluate(owed.by, {**state, **step.inputs}))
            for at, owed in enumerate(self.owed)
            if step.rule.name in owed.rules and (owed.when is None or evaluate(owed.when, {**state, **step.inputs}))
        )

    def reached(self, first: set[Key], inside: set[Key]) -> set[Key]:
        """What is reached from `first` without leaving `inside`."""
        found, waiting = set(first), list(first)
        while waiting:
            new = {to for _, to in self.edges[waiting.pop()]} & inside - found
            found |= new
            waiting += new
        return found

    def unfair(self, states: set[Key]) -> set[Key]:
        """The states of a set that a fair run, which visits just this set for ever, could not have in it."""
        fired = set().union(*(label for s in states for label, to in self.edges[s] if to in states))
        on = {s: set().union(*(label for label, _ in self.edges[s])) - fired for s in states}
        if any(label[0] < self.weak for label in set.intersection(*on.values())):
            return states
        return {s for s in states if any(label[0] >= self.weak for label in on[s])}

    def components(self, states: set[Key]) -> Iterator[set[Key]]:
        """The fair components, by taking out what is unfair."""
        reach = {s: self.reached({s}, states) for s in states}
        rest = set(states)
        while rest:
            at = min(rest)
            component = {s for s in reach[at] if at in reach[s]}
            unfair = self.unfair(component)
            if unfair:
                yield from self.components(component - unfair)
            else:
                yield component
            rest -= component

    def subsets(self, states: set[Key]) -> Iterator[set[Key]]:
        """Every set that some fair run visits infinitely often, by trying all: the definition."""
        for size in range(1, len(states) + 1):
            for chosen in map(set, combinations(sorted(states), size)):
                connected = all(self.reached({s}, chosen) == chosen for s in chosen)
                if connected and not self.unfair(chosen):
                    yield chosen

    def answer(self, prop: Liveness, definition: bool = False) -> str:
        """Holds or violated."""
        sets = self.subsets if definition else self.components
        everything = set(self.states)
        holds = partial(self.where, everything)
        if isinstance(prop, EventuallyAlways):
            violated = any(found - holds(prop.term) for found in sets(everything))
        else:
            missed = everything - holds(prop.goal)
            violated = any(True for _ in sets(self.reached(holds(prop.premise) & missed, missed)))
        return "violated" if violated else "holds"

    def where(self, states: set[Key], term: z3.BoolRef) -> set[Key]:
        """The states where a term holds."""
        return {s for s in states if evaluate(term, self.states[s])}


class Without(Twin):
    """Whether a property is violated by a fair run that does without something that these rules do.

    most: the run fires them so often at most; None: any number of times, but not for ever. By dictionaries and sets,
    with a number of firings beside each state.
    """

    def __init__(self, system: System, fairness: Fairness, names: Container[str], most: int | None) -> None:
        super().__init__(system, fairness)
        self.most, self.all = most, self.edges
        fires = {
            key: [(step.rule.name in names, self.key(step.state)) for step in self.steps(state)]
            for key, state in self.states.items()
        }
        self.fires = fires
        self.kept = {
            key: [edge for edge, (rare, _) in zip(self.edges[key], fires[key], strict=True) if not rare]
            for key in self.states
        }

    def unfair(self, states: set[Key]) -> set[Key]:
        """As the twin's, but only what is kept is fired; what is enabled is enabled all the same."""
        fired = set().union(*(label for s in states for label, to in self.kept[s] if to in states))
        on = {s: set().union(*(label for label, _ in self.all[s])) - fired for s in states}
        if any(label[0] < self.weak for label in set.intersection(*on.values())):
            return states
        return {s for s in states if any(label[0] >= self.weak for label in on[s])}

    def counted(self, first: set[tuple[Key, int]], inside: set[Key]) -> set[tuple[Key, int]]:
        """What is reached inside, with how often the rules have fired; not counted where any number will do."""
        found, waiting = set(first), list(first)
        while waiting:
            at, count = waiting.pop()
            for rare, to in self.fires[at]:
                after = to, count + (rare and self.most is not None)
                if to in inside and after not in found and (self.most is None or after[1] <= self.most):
                    found.add(after)
                    waiting.append(after)
        return found

    def violated(self, prop: Liveness) -> bool:
        """Whether there is such a run."""
        everything = set(self.states)
        before = self.counted({(key, 0) for key in self.initial}, everything)
        if isinstance(prop, EventuallyAlways):
            inside, again = everything, everything - self.where(everything, prop.term)
            begun = before
        else:
            inside = again = everything - self.where(everything, prop.goal)
            first = self.where(everything, prop.premise) & inside
            begun = self.counted({one for one in before if one[0] in first}, inside)
        self.edges = self.kept
        found = any(component & again for component in self.components({key for key, _ in begun}))
        self.edges = self.all
        return found


def check_liveness(
    system: System,
    properties: Sequence[Liveness],
    fairness: Fairness,
    *,
    limits: Limits = NO_LIMITS,
) -> dict[str, Outcome]:
    """The verdict of each property under one fairness; see `check_each`."""
    return check_each(system, [(prop, fairness) for prop in properties], limits=limits)
