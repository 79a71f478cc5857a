"""Inclusion, one way: every transition of a bounded network is a step of the unbounded one.

The explicit engine enumerates the transitions. Of each, the state and the segments in its slots, before and after, are
seen as the unbounded network has them (`View`); then the step of the same name has to have its guard and what it
assumes of every segment, to lead to the state after it, and to send the segment that is in a slot then. An unbounded
network may lose a segment at any time: so its segments are those in the slots, and a loss changes nothing.

What is compared, with its exceptions:
- every variable; but ghosts of a side without a TCB are not (`View.defined`): a bounded network forgets them there, an
  unbounded one when the next TCB begins;
- every field of every segment; but of a reset not `iss` and `irs`, since it speaks for nobody, and without ACK not
  `irs`, since nothing is acknowledged. In what arrives they are zero, so that a step that reads them is noticed;
- what a step sends is there afterwards, unless the channel was full or the side keeps quiet time (`View.silent`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from itertools import product

import numpy as np
import z3

from model.engines.graph import StateGraph
from model.engines.unbounded import Message, Part, Step
from model.network.bounded import Network
from model.network.embedding import Embedding
from model.network.soup import UnboundedNetwork
from model.system import Rule, System
from model.terms import Fold
from tests.columns import Column, reader, unpacked

STUTTER = Step("stutter", "", z3.BoolVal(True), {})
"""What changes no variable and sends nothing."""
NONE_LEFT = "but no incarnation is left"
Slot = tuple[z3.BoolRef, Message]
"""Whether it is full, and the segment in it."""


class Transitions:
    """All transitions of a system, as columns; `states` has a column of all reachable states for each variable."""

    def __init__(self, system: System) -> None:
        self.system, self.graph = system, StateGraph(system)
        assert not self.graph.run(None), "the search is complete"
        self.states = unpacked(self.graph.code.layout, self.graph.store.states[: self.graph.states])

    def column(self, term: z3.ExprRef) -> Column:
        """The value of a term in each state."""
        return np.broadcast_to(reader(self.states.__getitem__)(term), (self.graph.states,))

    @cached_property
    def _by_rule(self) -> tuple[Column, Column]:
        """The edges in the order of their rules, and where those of each rule begin."""
        rules = self.graph.rules
        return np.argsort(rules, kind="stable"), np.searchsorted(np.sort(rules), np.arange(len(self.system.rules) + 1))

    def of(self, at: int) -> Edges:
        """The transitions of rule number `at`."""
        order, begin = self._by_rule
        edges, rule = order[begin[at] : begin[at + 1]], self.system.rules[at]
        choices = self.graph.numbers[edges].astype(np.int64) - self.graph.firings.offsets[at]
        tails, heads = (array[edges].astype(np.int64) for array in (self.graph.arcs.tail, self.graph.arcs.head))
        return Edges(self.states, tails, heads, inputs_of(rule, choices))

    def offered(self, rule: Rule) -> Edges:
        """The reachable states and choices under which a rule, which need not be one of the system's, may fire."""
        amount = int(np.prod([*rule.choose.values()], dtype=np.int64))
        tails, choices = (array.ravel() for array in np.indices((self.graph.states, amount)))
        every = Edges(self.states, tails, tails, inputs_of(rule, choices))
        fires = np.flatnonzero(every.column(rule.guard))
        return Edges(self.states, tails[fires], tails[fires], inputs_of(rule, choices[fires]))


def inputs_of(rule: Rule, choices: Column) -> dict[str, Column]:
    """The inputs as the digits of a choice; the last one varies fastest."""
    found = {}
    for name, count in reversed(rule.choose.items()):
        found[name] = (choices % count).astype(np.uint64)
        choices = choices // count
    return found


@dataclass(frozen=True)
class Edges:
    """Transitions of one rule: the numbers of the states before and after, and the inputs."""

    states: Mapping[str, Column]
    tails: Column
    heads: Column
    inputs: Mapping[str, Column]

    def column(self, term: z3.ExprRef) -> Column:
        """The value of one of the bounded network's terms before each transition."""

        def leaf(name: str) -> Column:
            return self.inputs[name] if name in self.inputs else self.states[name][self.tails]

        return np.broadcast_to(reader(leaf)(term), self.tails.shape)


@dataclass(frozen=True)
class View:
    """A bounded network as an unbounded one sees it.

    terms: its constants, over the bounded network's variables; `now` is 0. segments: by lane, the slots. given: a
    step's own constants, over variables and inputs. steps: by the name of a rule. defined: where a variable is
    compared, if not everywhere. silent: by lane, where nothing is sent although the step sends. moments: the variables
    that are points in time; from `oldest` ago on they are not told apart.
    """

    soup: UnboundedNetwork
    terms: Mapping[str, z3.ExprRef]
    segments: Mapping[str, Sequence[Slot]]
    given: Mapping[str, z3.ExprRef]
    steps: Mapping[str, Step]
    defined: Mapping[str, z3.BoolRef] = field(default_factory=dict)
    silent: Mapping[str, z3.BoolRef] = field(default_factory=dict)
    moments: frozenset[str] = frozenset()
    oldest: int = 0


def view_of(embedding: Embedding) -> View:
    """A bounded network as it is, seen by an embedding in an unbounded one."""
    network, soup, given, defined, silent = embedding.network, embedding.soup, dict[str, z3.ExprRef](), {}, {}
    text = z3.BitVecVal(network.config.segment_text, network.config.seq_bits)
    for name, end in soup.ends.items():
        given |= {f"{name}.isn": _isn_on_offer(embedding, name), f"{name}.segment_text": text}
        has_tcb = z3.substitute(end.has_tcb, *embedding.state)
        defined |= {f"{name}.{ghost}": has_tcb for ghost in ("heard", "heard_by")}
        if network.clocks:
            silent[name] = network.clocks.quiet(embedding.side(name))
    return View(
        soup=soup,
        terms={str(constant): term for constant, term in embedding.state},
        segments={name: [(full, m.message) for full, m in embedding.segments(name)] for name in soup.ends},
        given=given,
        steps={**_stutters(network.rules), **_steps(embedding, soup.soup.steps)},
        defined=defined,
        silent=silent,
    )


def _isn_on_offer(embedding: Embedding, name: str) -> z3.BitVecRef:
    """The initial sequence number that a side would choose: the one after those that it has chosen."""
    side, number = embedding.side(name), embedding.soup.number
    term = number(0)
    for chosen, isn in enumerate(embedding.network.isns(side)):
        term = z3.If(side.incarnation.term == chosen, number(isn), term)
    return term


def _stutters(rules: Sequence[Rule]) -> dict[str, Step]:
    """Losses, time where there is none, and what is left out for want of incarnations."""
    return {rule.name: STUTTER for rule in rules if rule.kind in ("network", "time") or NONE_LEFT in rule.event}


def _steps(embedding: Embedding, steps: Sequence[Step]) -> dict[str, Step]:
    """Steps by the names of the rules that they are: those of a side have its name there, time has none."""
    found = {}
    for step in steps:
        end, colon, event = step.name.partition(": ")
        found[f"{embedding.side(end).name}: {event}" if colon else step.name] = step
    return found


def both_ways(network: Network, soup: UnboundedNetwork, incarnations: tuple[int, int] = (1, 1)) -> list[View]:
    """Both sides' events as steps of A, the second time with the sides exchanged; incarnations: whose number is `any`.

    They are those of the unbounded network's A and B.
    """
    return [view_of(Embedding(network, incarnations, mirrored, soup)) for mirrored in (False, True)]


@dataclass(frozen=True)
class Segments:
    """The segments of a lane: columns for each slot, in each state; code: all that matters of one in a number, or 0."""

    full: Column
    fields: Mapping[str, Column]
    code: Column


class Seen:
    """The states of a walk in a view."""

    def __init__(self, walk: Transitions, view: View) -> None:
        self.walk, self.view, self._columns = walk, view, dict[str, Column]()

    def __getitem__(self, name: str) -> Column:
        """A constant of the unbounded network, in each state."""
        if name not in self._columns:
            self._columns[name] = self.walk.column(self.view.terms[name])
        return self._columns[name]

    @cached_property
    def segments(self) -> dict[str, Segments]:
        """By lane."""
        return {lane: self._segments(slots) for lane, slots in self.view.segments.items()}

    def _segments(self, slots: Sequence[Slot]) -> Segments:
        full = np.stack([self.walk.column(there) for there, _ in slots])
        raw = {name: np.stack([self.walk.column(m[name]) for _, m in slots]) for name in slots[0][1]}
        fields = what_matters(raw)
        return Segments(full, fields, np.where(full, self.code(fields), np.uint64(0)))

    @cached_property
    def defined(self) -> dict[str, Column]:
        """Where a variable is compared."""
        return {name: self.walk.column(term) for name, term in self.view.defined.items()}

    @cached_property
    def silent(self) -> dict[str, Column]:
        """Where a side sends nothing."""
        return {name: self.walk.column(term) for name, term in self.view.silent.items()}

    def code(self, fields: Mapping[str, Column]) -> Column:
        """A number for what matters of a segment; times, in half ticks, are some of it."""
        found, at = np.array([1], np.uint64), 1
        for name in sorted(fields):
            column, bits = fields[name], self.view.soup.bits
            if column.dtype == np.float64:
                column, bits = np.clip(2 * column + 64, 0, 127), 7
            elif column.dtype == np.bool_:
                bits = 1
            found, at = found | column.astype(np.uint64) << np.uint64(at), at + bits
        assert at <= 64, "a segment fits into a word"
        return found


def what_matters(fields: Mapping[str, Column]) -> dict[str, Column]:
    """The fields of segments, zero where they do not matter."""
    zero, rst, ack = np.uint64(0), fields["rst"], fields["ack"]
    iss, irs = np.where(rst, zero, fields["iss"]), np.where(rst | ~ack, zero, fields["irs"])
    return {**fields, "iss": iss, "irs": irs}


@dataclass(frozen=True)
class Taken:
    """Some transitions of one rule, and the step that they are to be.

    Messages that are looked at besides the arriving one are given by `there`: a prefix of constants' names, with the
    lane and the number of its slot.
    """

    seen: Seen
    edges: Edges
    step: Step
    there: Mapping[str, tuple[str, int]] = field(default_factory=dict)

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
            found: Column = self.seen.segments[lane].fields[of][slot, self.edges.tails]
            return found
        return self.seen[name][self.edges.tails]

    @property
    def elapsed(self) -> Column:
        """By how much time goes on; before the step it is zero."""
        return self.column(self.step.update["now"]) if "now" in self.step.update else np.zeros(len(self.edges.tails))

    @property
    def allowed(self) -> Column:
        """The guard holds, and what the step assumes of every segment in the network."""
        said = [Part("", term, (lane,)) for lane, term in self.step.assumes.items()]
        return reduce(np.logical_and, (self._of_all(part) for part in said), self.column(self.step.guard))

    def _of_all(self, part: Part) -> Column:
        """What is said of messages, of all that are in the slots."""
        slots = [range(len(self.seen.segments[lane].full)) for lane in part.about]
        holds = np.ones(self.edges.tails.shape, np.bool_)
        for chosen in product(*slots):
            there = {f"{'mn'[part.about[:at].count(lane)]}.{lane}": (lane, chosen[at])
                     for at, lane in enumerate(part.about)}  # fmt: skip
            full = [self.seen.segments[lane].full[slot, self.edges.tails] for lane, slot in there.values()]
            holds &= ~reduce(np.logical_and, full, holds) | replace(self, there=there).column(part.term)
        return holds

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
        return np.maximum(column - self.elapsed, -self.seen.view.oldest)

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
        fields = self.seen.segments[lane].fields
        return [name for name, column in fields.items() if column.dtype == np.float64] if "now" in self.step.update else []

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


def compare(walk: Transitions, views: Sequence[View]) -> Compared:
    """Compare every transition with the step that it is to be, in each view that has one of its name."""
    seen = [Seen(walk, view) for view in views]
    transitions = stutters = 0
    taken, differences = set[str](), Counter[str]()
    for at, rule in enumerate(walk.system.rules):
        edges, amount = (found := walk.of(at)), len(found.tails)
        steps = [Taken(one, edges, one.view.steps[rule.name]) for one in seen if rule.name in one.view.steps]
        transitions += amount
        if not amount:
            continue
        if not steps:
            differences[f"{rule.name}: no such step"] += amount
        stutters += amount * any(one.step is STUTTER for one in steps)
        for one in steps:
            taken.add(one.step.name)
            for what, where in one.differences():
                differences[f"{rule.name}: {what}"] += int(np.count_nonzero(where))
    return Compared(transitions, stutters, frozenset(taken), +differences)


@dataclass(frozen=True)
class Choices:
    """What was offered: how many are allowed by both networks, refused by both, or by one of them alone."""

    accepted: int
    refused: int
    only_bounded: int
    only_unbounded: int


def choices(walk: Transitions, views: Sequence[View], offered: Network) -> Choices:
    """Every choice of an ISN that `offered` has in the walked states; the walked network leaves some of them out."""
    counts, known = Counter[tuple[bool, bool]](), {rule.name: rule for rule in walk.system.rules}
    seen = [Seen(walk, view) for view in views]
    for rule in offered.rules:
        if rule.side and f"{rule.side}.incarnation" in rule.update:
            edges = walk.offered(rule)
            bounded = edges.column(known[rule.name].guard)
            for one in seen:
                if (step := one.view.steps.get(rule.name)) is not None:
                    counts.update(zip(bounded.tolist(), Taken(one, edges, step).allowed.tolist(), strict=True))
    return Choices(*(counts[at] for at in ((True, True), (False, False), (True, False), (False, True))))
