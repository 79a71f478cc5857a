"""Proof by induction of what holds in every reachable state of a system whose network is a set of messages.

A message may arrive at any time, any number of times, or never, and the network may lose it at any time: that covers
every channel, whatever its capacity, delay, loss, duplication or order. (That a message is lost needs no proof: what is
said of all messages still holds.) An invariant has parts about the state, about each message, and about any two
messages. It is inductive if, for each step, with x the arriving message:

1. the parts about the state hold after it;
2. the parts about a message hold after it for the message that it sends;
3. and for any other message that is there already, x itself included.

A step may also owe formulas about the state before it, x and messages that are there: they are to be shown of it.

The premises are the invariant before the step, for the state, x and the messages that the part is about, the step's
guard, and what the step assumes of every message in the network. All of it is free of quantifiers.

Source: induction over an unbounded set of messages as in Paulson's inductive method for protocols (1998).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import Literal

from model.core import z3fast as z3
from model.core.grouped import grouped
from model.words.language import marked

Message = Mapping[str, z3.ExprRef]
"""A message's fields, ghosts included, as terms."""


@dataclass(frozen=True)
class Transition:
    """One step of one side.

    update: variable to its new value; what it does not name stays. arrives: the lane of the arriving message, whose
    fields are the lane's `arriving` constants. sends: the lane and the message that is sent where `sends_when` holds.
    assumes: by lane, what is assumed of every message in it, over the lane's first `stored` constants.
    owes: what is to be shown of the step, given the invariant before it, its guard and x. cause: its identity, for who
    asks; the engine does not.
    """

    name: str
    cite: str
    guard: z3.BoolRef
    update: Mapping[str, z3.ExprRef]
    arrives: str = ""
    sends: tuple[str, Message] | None = None
    sends_when: z3.BoolRef = field(default_factory=lambda: z3.BoolVal(True))
    assumes: Mapping[str, z3.BoolRef] = field(default_factory=dict)
    owes: tuple[LemmaPart, ...] = ()
    cause: Hashable = None

    @property
    def key(self) -> tuple[int, ...]:
        """Equal for steps of the same name, lanes and terms, as long as one of them is kept."""
        lane, message = self.sends or ("", {})
        terms = (
            self.guard,
            self.sends_when,
            *self.update.values(),
            *message.values(),
            *self.assumes.values(),
            *(part.term for part in self.owes),
        )
        words = (self.name, lane, *self.update, *message, *self.assumes, *(part.about for part in self.owes))
        return (hash(words), *(term.get_id() for term in terms))


@dataclass(frozen=True)
class Lane:
    """A direction of the network: constants for the message that arrives, and for any two others."""

    name: str
    arriving: Message
    stored: tuple[Message, Message]


@dataclass(frozen=True)
class LemmaPart:
    """One formula of a lemma, about the state and so many messages: those of `about`, lane by lane.

    The messages are the lane's `stored` constants, the first for the first.
    """

    label: str
    term: z3.BoolRef
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lemma:
    """A named part of an invariant.

    why: why it holds. excludes: the counterexample to induction that it rules out.
    """

    name: str
    parts: tuple[LemmaPart, ...]
    why: str
    excludes: str


@dataclass(frozen=True)
class Corollary(Lemma):
    """What some lemmas, and corollaries before it, say of any state. by: their names."""

    by: tuple[str, ...]


@dataclass(frozen=True)
class Soup:
    """A system with an unbounded network. initial: holds of the initial states; no message is in the network then.

    domain: which values the variables have at all; it is shown with the lemmas, so that a counterexample is a state.
    coordinates: a one-to-one change of the constants, in which questions are asked.
    """

    variables: Mapping[str, z3.ExprRef]
    initial: z3.BoolRef
    lanes: Mapping[str, Lane]
    steps: tuple[Transition, ...]
    domain: Lemma
    coordinates: Sequence[tuple[z3.ExprRef, z3.ExprRef]] = ()


ObligationKind = Literal["initial", "follows", "state", "sent", "kept", "owed", "goal"]


@dataclass(frozen=True)
class Duty:
    """One part of one lemma that an obligation has to show."""

    lemma: str
    label: str
    term: z3.BoolRef


@dataclass(frozen=True)
class Obligation:
    """premises => all duties, for one event and certain messages.

    kind: that the initial state satisfies the parts; that a corollary follows from the lemmas; that the parts hold of
    the state, of the message sent, or of messages that stay; that a step does what it owes; that the invariant implies
    the property. about: the messages, for a reader. event, cause: the step's name and its identity, or what it is that
    belongs to no step, and None.
    """

    event: str
    cite: str
    kind: ObligationKind
    about: str
    premises: tuple[z3.BoolRef, ...]
    duties: tuple[Duty, ...]
    cause: Hashable = None

    @property
    def name(self) -> str:
        """The obligation in one line."""
        return " ".join(filter(None, (f"{self.event}:", self.kind, self.about)))

    def question(self, duties: Sequence[Duty] | None = None) -> z3.BoolRef:
        """A formula that nothing satisfies if the obligation holds. duties: those asked for (all)."""
        return z3.And(*self.premises, z3.Not(z3.And(*(duty.term for duty in duties or self.duties))))


def substituted(term: z3.BoolRef, pairs: Iterable[tuple[z3.ExprRef, z3.ExprRef]]) -> z3.BoolRef:
    """`term` with constants replaced, all at once."""
    made: z3.BoolRef = z3.substitute(term, *pairs)
    return made


def renamed(old: Message, new: Message) -> list[tuple[z3.ExprRef, z3.ExprRef]]:
    """The replacement of one message by another."""
    return [(old[name], new[name]) for name in old]


@dataclass(frozen=True)
class Induction:
    """The obligations that make `lemmas` inductive in `soup`, given that `proved` are, and `goal` a consequence.

    corollaries: shown once; they add nothing to the lemmas, and make the other proofs short.
    """

    soup: Soup
    proved: Sequence[Lemma]
    lemmas: Sequence[Lemma]
    goal: LemmaPart | None = None
    corollaries: Sequence[Corollary] = ()

    @cached_property
    def parts(self) -> list[LemmaPart]:
        """Every part that may be a premise of a step."""
        known = (self.soup.domain, *self.proved, *self.lemmas, *self.corollaries)
        return [part for lemma in known for part in lemma.parts]

    @cached_property
    def about_state(self) -> tuple[z3.BoolRef, ...]:
        """The parts about the state alone."""
        return tuple(part.term for part in self.parts if not part.about)

    @cached_property
    def wanted(self) -> dict[tuple[str, ...], list[tuple[Lemma, LemmaPart]]]:
        """What is to be shown, by the lanes of the messages that it is about."""
        lemmas = self.lemmas if self.proved else (self.soup.domain, *self.lemmas)
        return grouped(((lemma, part) for lemma in lemmas for part in lemma.parts), lambda one: one[1].about)

    @property
    def key(self) -> tuple[int, ...]:
        """Equal for inductions that show the same lemmas by the same ones, as long as one of them is kept."""
        return (len(self.proved), len(self.corollaries), *(part.term.get_id() for part in self.parts))

    def obligations(self) -> Iterator[Obligation]:
        """All of them: the initial state, the corollaries, each step, and the goal."""
        yield from self.of_start()
        yield from self.of_corollaries()
        for step in self.soup.steps:
            yield from self.of_step(step)
        yield from self.of_goal()

    def of_start(self) -> Iterator[Obligation]:
        """The initial state satisfies what is said about the state; there is no message yet."""
        initial = tuple(Duty(lemma.name, part.label, part.term) for lemma, part in self.wanted.get((), []))
        if initial:
            yield Obligation(marked("initial state"), "", "initial", "", (self.soup.initial,), initial)

    def of_corollaries(self) -> Iterator[Obligation]:
        """Each corollary follows in any state from its lemmas."""
        for at, corollary in enumerate(self.corollaries):
            known = (*self.lemmas, *self.corollaries[:at])
            by = [part for lemma in known if lemma.name in corollary.by for part in lemma.parts]
            for part in corollary.parts:
                premises, duty = tuple(self._said(by, self._there(part))), Duty(corollary.name, part.label, part.term)
                yield Obligation(marked("any state"), "", "follows", _any_of(part.about), premises, (duty,))

    def of_step(self, step: Transition) -> Iterator[Obligation]:
        """The obligations of one step."""
        for about, parts in self.wanted.items():
            for sent in product((False, True), repeat=len(about)):
                found = self._of_step(step, about, sent, parts)
                if found.duties:
                    yield found
        yield from (self._of_owed(step, part) for part in step.owes)

    def of_goal(self) -> Iterator[Obligation]:
        """The lemmas imply the property."""
        if self.goal is not None:
            goal = Duty("", self.goal.label, self.goal.term)
            yield Obligation(marked("the lemmas suffice"), "", "goal", "", self.about_state, (goal,))

    def _of_step(
        self, step: Transition, about: tuple[str, ...], sent: Sequence[bool], parts: Sequence[tuple[Lemma, LemmaPart]]
    ) -> Obligation:
        """The obligation of one step for messages of these lanes, of which some are the one that the step sends."""
        kind: ObligationKind = "state" if not about else "sent" if any(sent) else "kept"
        words = " and ".join(
            f"{'the' if new else 'any'} segment of {lane}" for lane, new in zip(about, sent, strict=True)
        )
        if any(new and (step.sends is None or step.sends[0] != lane) for lane, new in zip(about, sent, strict=True)):
            return Obligation(step.name, step.cite, kind, words, (), (), step.cause)
        stored = [self.soup.lanes[lane].stored[about[:at].count(lane)] for at, lane in enumerate(about)]
        messages = [step.sends[1] if new and step.sends else old for old, new in zip(stored, sent, strict=True)]
        changed = [(self.soup.variables[name], term) for name, term in step.update.items()]
        duties = []
        for lemma, part in parts:
            after = self._instance(LemmaPart(part.label, substituted(part.term, changed), about), messages)
            if any(sent) or not after.eq(part.term):
                duties.append(Duty(lemma.name, part.label, after))
        there = [(lane, old) for lane, old, new in zip(about, stored, sent, strict=True) if not new]
        premises = list(self._premises(step, [*self._arriving(step), *there])) if duties else []
        if any(sent) and duties:
            premises += [step.sends_when, *(substituted(term, changed) for term in self.about_state)]
        return Obligation(step.name, step.cite, kind, words, tuple(premises), tuple(duties), step.cause)

    def _of_owed(self, step: Transition, part: LemmaPart) -> Obligation:
        """The obligation of one formula that a step owes."""
        premises = tuple(self._premises(step, [*self._arriving(step), *self._there(part)]))
        duty = Duty(part.label, "", part.term)
        return Obligation(step.name, step.cite, "owed", _any_of(part.about), premises, (duty,), step.cause)

    def setting(self, step: Transition) -> tuple[z3.BoolRef, ...]:
        """What the lemmas say of the state and the arriving message, if there is one, before the step; its guard."""
        return tuple(self._premises(step, self._arriving(step)))

    def _arriving(self, step: Transition) -> list[tuple[str, Message]]:
        """The arriving message, if there is one, with its lane."""
        return [(step.arrives, self.soup.lanes[step.arrives].arriving)] if step.arrives else []

    def _there(self, part: LemmaPart) -> list[tuple[str, Message]]:
        """The messages that a part is about, with their lanes."""
        return [(lane, self.soup.lanes[lane].stored[part.about[:at].count(lane)]) for at, lane in enumerate(part.about)]

    def _premises(self, step: Transition, there: Sequence[tuple[str, Message]]) -> Iterator[z3.BoolRef]:
        """The invariant before the step, the guard, and what the step assumes."""
        yield from self._said(self.parts, there)
        yield step.guard
        for lane, message in there:
            if lane in step.assumes:
                yield substituted(step.assumes[lane], renamed(self.soup.lanes[lane].stored[0], message))

    def _said(self, parts: Sequence[LemmaPart], there: Sequence[tuple[str, Message]]) -> Iterator[z3.BoolRef]:
        """What the parts say of the state, and of the messages that are there."""
        yield from (part.term for part in parts if not part.about)
        for part in parts:
            for chosen in product(there, repeat=len(part.about)):
                if part.about and tuple(lane for lane, _ in chosen) == part.about:
                    yield self._known_instance(part, [message for _, message in chosen])

    @cached_property
    def _instances(self) -> dict[tuple[int, ...], z3.BoolRef]:
        """Parts said of messages that may be there: every step has the same ones among its premises."""
        return {}

    def _known_instance(self, part: LemmaPart, messages: Sequence[Message]) -> z3.BoolRef:
        """As `_instance`, for messages of the lanes (which are kept), made once."""
        key = (part.term.get_id(), *map(id, messages))
        if key not in self._instances:
            self._instances[key] = self._instance(part, messages)
        return self._instances[key]

    def _instance(self, part: LemmaPart, messages: Sequence[Message]) -> z3.BoolRef:
        """The part said of these messages."""
        pairs: list[tuple[z3.ExprRef, z3.ExprRef]] = []
        for at, (lane, new) in enumerate(zip(part.about, messages, strict=True)):
            old = self.soup.lanes[lane].stored[part.about[:at].count(lane)]
            if old is not new:
                pairs += renamed(old, new)
        return substituted(part.term, pairs) if pairs else part.term


def _any_of(about: Sequence[str]) -> str:
    """Any messages of these lanes, in words."""
    return " and ".join(f"any segment of {lane}" for lane in about)
