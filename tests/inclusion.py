"""Inclusion, one way: every transition of a bounded network is a step of the unbounded one.

Of each transition the state and the segments in the slots, before and after, are seen as the unbounded network has them
(`views`); then the step of the same name has to have its guard, what it assumes of every segment and what it owes, to
lead to the state after it, and to send the segment that is in a slot then. An unbounded network may lose a segment at
any time: so its segments are those in the slots. A loss, a duplicate's staying behind, and what is not sent since a
channel is full, are no steps of their own: what is left in the slots was there, or is sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from itertools import product

import numpy as np
import z3

from model.core.system import Rule
from model.core.terms import Fold, constants
from model.engines.inductive.obligations import LemmaPart, Transition
from tests.columns import Column, reader
from tests.transitions import Edges, Transitions
from tests.views import STUTTER, Seen, View, what_matters


@dataclass(frozen=True)
class Taken:
    """Some transitions of one rule, and the step that they are to be.

    Messages that are looked at besides the arriving one are given by `there`: a prefix of constants' names, with the
    lane and the number of its slot. other: what is not defined before the step is something else than it happens to be.
    """

    seen: Seen
    edges: Edges
    step: Transition
    there: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    other: bool = False

    @cached_property
    def read(self) -> Fold:
        """The values of the unbounded network's terms before each transition."""
        return reader(self._leaf)

    def column(self, term: z3.ExprRef) -> Column:
        """The value of a term of the unbounded network before each transition."""
        return np.broadcast_to(self.read(term), self.edges.tails.shape)

    def _leaf(self, name: str) -> Column:
        view = self.seen.view
        if name in view.given:
            return self.edges.column(view.given[name])
        prefix, _, of = name.rpartition(".")
        if prefix in self.there or prefix.startswith("x."):
            lane, slot = self.there.get(prefix) or (prefix.removeprefix("x."), self.edges.inputs["slot"])
            column: Column = self.seen.segments[lane].fields[of][slot, self.edges.tails]
            return column
        return (self.seen.other(name) if self.other else self.seen[name])[self.edges.tails]

    @property
    def elapsed(self) -> Column:
        """By how much time goes on; before the step it is zero."""
        return self.column(self.step.update["now"]) if "now" in self.step.update else np.zeros(len(self.edges.tails))

    @property
    def allowed(self) -> Column:
        """The guard holds, and what the step assumes of every segment in the network."""
        said = [LemmaPart("", term, (lane,)) for lane, term in self.step.assumes.items()]
        every: Column = reduce(np.logical_and, map(self._of_all, said), self.column(self.step.guard))
        return every

    def _of_all(self, part: LemmaPart) -> Column:
        """What is said of messages, of all that are in the slots."""
        slots = [range(len(self.seen.segments[lane].full)) for lane in part.about]
        holds = np.ones(self.edges.tails.shape, np.bool_)
        for chosen in product(*slots):
            there = {f"{'mn'[part.about[:at].count(lane)]}.{lane}": (lane, chosen[at])
                     for at, lane in enumerate(part.about)}  # fmt: skip
            full = [self.seen.segments[lane].full[slot, self.edges.tails] for lane, slot in there.values()]
            holds &= ~reduce(np.logical_and, full, holds) | replace(self, there=there).column(part.term)
        return holds

    def if_other(self) -> Iterator[tuple[str, Column]]:
        """As `differences`, if what is not defined before the step is something else.

        Nothing else would differ where what becomes defined is set, and no other term reads what is not.
        """
        step, tails, heads = self.step, self.edges.tails, self.edges.heads
        defined = self.seen.defined
        updates = [term for name, term in step.update.items() if name not in defined]
        read = constants([step.guard, *step.assumes.values(), *updates])
        if any((where[heads] | (name in read))[~where[tails]].any() for name, where in defined.items()):
            yield from replace(self, other=True).differences()

    def differences(self) -> Iterator[tuple[str, Column]]:
        """What is not as the step has it, and for which transitions."""
        yield "not allowed", ~self.allowed
        for part in self.step.owes:
            yield f"owes {part.label}", ~self._of_all(part)
        for name, variable in self.seen.view.soup.soup.variables.items():
            after = self.seen[name][self.edges.heads]
            differs = self._moved(name, self.column(self.step.update.get(name, variable))) != after
            yield name, differs & self.seen.defined.get(name, np.ones(1, np.bool_))[self._at(name)]
        for lane in self.seen.view.segments:
            yield from self._sent(lane)

    def _at(self, name: str) -> Column:
        return self.edges.heads if name in self.seen.defined else np.zeros_like(self.edges.heads)

    def _moved(self, name: str, column: Column) -> Column:
        """A point in time, as seen after the step."""
        if name not in self.seen.view.moments:
            return column
        moved: Column = np.maximum(column - self.elapsed, -self.seen.view.oldest)
        return moved

    def _sent(self, lane: str) -> Iterator[tuple[str, Column]]:
        """Every segment was there, or is sent; and what is sent is there, if there was room and no quiet time."""
        segments, (to, message) = self.seen.segments[lane], self.step.sends or ("", {})
        before, after = segments.code[:, self.edges.tails], segments.code[:, self.edges.heads]
        before = before if not self._ages(lane) else self._older(lane)
        new, sends = np.zeros((1, *self.edges.tails.shape), np.uint64), np.zeros(self.edges.tails.shape, np.bool_)
        if to == lane:
            sends = self.column(self.step.sends_when)
            code = self.seen.code(what_matters({name: self.column(term) for name, term in message.items()}))
            new = np.where(sends, code, np.uint64(0))[np.newaxis]
        known = np.concatenate([before, new])
        comes_from = [reduce(np.logical_or, (one == other for other in known)) for one in after]
        yield f"a segment of {lane} that nobody has sent", ~reduce(np.logical_and, comes_from)
        room = ~reduce(np.logical_and, segments.full[:, self.edges.tails])
        if lane in self.seen.silent:
            room &= ~self.seen.silent[lane][self.edges.tails]
        arrived = reduce(np.logical_or, (one == new[0] for one in after))
        yield f"what {lane} has sent is not there", sends & room & ~arrived

    def _ages(self, lane: str) -> list[str]:
        """The fields that are points in time, if it goes on."""
        fields = self.seen.segments[lane].fields if "now" in self.step.update else {}
        return [name for name, column in fields.items() if column.dtype == np.float64]

    def _older(self, lane: str) -> Column:
        """The codes of the segments that were there, as seen after time has gone on."""
        segments, tails = self.seen.segments[lane], self.edges.tails
        fields = {name: column[:, tails] for name, column in segments.fields.items()}
        fields |= {name: fields[name] - self.elapsed for name in self._ages(lane)}
        return np.where(segments.full[:, tails], self.seen.code(fields), np.uint64(0))


@dataclass(frozen=True)
class Compared:
    """What became of a comparison.

    transitions, stutters: how many were compared, and how many of these change nothing. taken: the steps that were
    taken. differences: how often what of which rule differs.
    """

    transitions: int
    stutters: int
    taken: frozenset[str]
    differences: Counter[str]


def begins(seen: Seen) -> bool:
    """The initial states are initial states of the unbounded network, without a segment."""
    first = seen.walk.graph.initial
    every, soup = Taken(seen, Edges(seen.walk.states, first, first, {}), STUTTER), seen.view.soup.soup
    nothing = not any(lane.full[:, first].any() for lane in seen.segments.values())
    return nothing and all(every.column(term).all() for term in (soup.initial, *(p.term for p in soup.domain.parts)))


def compare(walk: Transitions, views: Sequence[View], unlike: Sequence[View] = ()) -> Compared:
    """Compare every transition with the step that it is to be, in each view that has one of its name.

    unlike: views whose steps are known; only what differs from them is compared.
    """
    seen = [Seen(walk, view) for view in views]
    known = [{name: step.key for name, step in view.steps.items()} for view in unlike]
    transitions = stutters = 0
    taken, differences = set[str](), Counter({"initial state": sum(not begins(one) for one in seen)})
    for at, rule in enumerate(walk.system.rules):
        edges, here = walk.of(at), [one.view.steps.get(rule.name) for one in seen]
        steps = [Taken(one, edges, step) for one, step in zip(seen, here, strict=True) if step is not None]
        if known and [step and step.key for step in here] == [view.get(rule.name) for view in known]:
            continue
        transitions += (amount := len(edges.tails))
        if not amount:
            continue
        if not steps:
            differences[f"{rule.name}: no such step"] += amount
        stutters += amount * any(one.step is STUTTER for one in steps)
        for one in steps:
            taken.add(one.step.name)
            for what, where in (*one.differences(), *one.if_other()):
                differences[f"{rule.name}: {what}"] += int(np.count_nonzero(where))
    return Compared(transitions, stutters, frozenset(taken), +differences)


@dataclass(frozen=True)
class Choices:
    """What was offered: how many are allowed by both networks, refused by both, or by one of them alone."""

    accepted: int
    refused: int
    only_bounded: int
    only_unbounded: int


def choosing(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules that choose an initial sequence number."""
    return tuple(rule for rule in rules if rule.side and f"{rule.side}.incarnation" in rule.update)


def choices(walk: Transitions, views: Sequence[View], offered: Sequence[Rule]) -> Choices:
    """Whatever is offered in the walked states: does the step allow what the walk has, and that alone?"""
    counts, known = Counter[tuple[bool, bool]](), {rule.name: rule for rule in walk.system.rules}
    seen = [Seen(walk, view) for view in views]
    for rule in offered:
        edges = walk.offered(rule)
        if not len(edges.tails):
            continue
        bounded = edges.column(known[rule.name].guard)
        steps = [Taken(one, edges, one.view.steps[rule.name]).allowed for one in seen if rule.name in one.view.steps]
        unbounded = reduce(np.logical_and, steps)
        counts.update(zip(bounded.tolist(), unbounded.tolist(), strict=True))
    return Choices(*(counts[at] for at in ((True, True), (False, False), (True, False), (False, True))))
