"""What can be asked of a system: always, sometimes, at every step; and of infinite runs, given what is promised.

*always*: a term holds in every reachable state; *sometimes*: in some; *step*: over every transition. Infinite runs:
*leads to* and *eventually always*, of those runs that keep the promises, which are fairness to classes of rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import z3

PropertyKind = Literal["always", "reachable", "step"]


@dataclass(frozen=True)
class Property:
    """A named property.

    kind: *always* (`term` holds in every reachable state), *reachable* (in some), *step* (over every transition; `term`
    may name successor variables). `parts` are named pieces of `term` that are shown when it is false.
    """

    name: str
    kind: PropertyKind
    term: z3.BoolRef
    sentence: str = ""
    parts: Mapping[str, z3.BoolRef] = field(default_factory=dict)

    @property
    def terms(self) -> tuple[z3.ExprRef, ...]:
        """The terms that it has."""
        return (self.term, *self.parts.values())


def always(
    name: str, term: z3.BoolRef | None = None, sentence: str = "", parts: Mapping[str, z3.BoolRef] | None = None
) -> Property:
    """That a term holds in every reachable state; without one, that all parts do."""
    return _made(name, "always", term, sentence, parts)


def sometimes(
    name: str, term: z3.BoolRef | None = None, sentence: str = "", parts: Mapping[str, z3.BoolRef] | None = None
) -> Property:
    """That a term holds in some reachable state."""
    return _made(name, "reachable", term, sentence, parts)


def sometimes_one(name: str, cases: Iterable[z3.BoolRef]) -> Property:
    """As `sometimes`: a state in which one of these cases holds."""
    return sometimes(name, z3.Or(*cases))


def step(
    name: str, term: z3.BoolRef | None = None, sentence: str = "", parts: Mapping[str, z3.BoolRef] | None = None
) -> Property:
    """That a term holds over every transition; it may name successor variables (`Var.next`)."""
    return _made(name, "step", term, sentence, parts)


def _made(
    name: str, kind: PropertyKind, term: z3.BoolRef | None, sentence: str, parts: Mapping[str, z3.BoolRef] | None
) -> Property:
    return Property(name, kind, z3.And(*(parts or {}).values()) if term is None else term, sentence, parts or {})


# -- infinite runs --


@dataclass(frozen=True)
class LeadsTo:
    """Whenever `premise` holds, `goal` holds then or later."""

    name: str
    premise: z3.BoolRef
    goal: z3.BoolRef
    sentence: str = ""

    @property
    def terms(self) -> tuple[z3.ExprRef, ...]:
        """The terms that it has."""
        return self.premise, self.goal


@dataclass(frozen=True)
class EventuallyAlways:
    """From some point on, `term` holds for ever."""

    name: str
    term: z3.BoolRef
    sentence: str = ""

    @property
    def terms(self) -> tuple[z3.ExprRef, ...]:
        """The terms that it has."""
        return (self.term,)


Liveness = LeadsTo | EventuallyAlways


@dataclass(frozen=True)
class RuleClass:
    """Names of rules that are one class; with `by`, a term over variables and inputs, one class for each value.

    when: another such term, of what firings the class consists (None: of all).
    """

    rules: frozenset[str]
    by: z3.ExprRef | None = None
    when: z3.BoolRef | None = None

    @property
    def terms(self) -> tuple[z3.ExprRef, ...]:
        """The terms that it has."""
        return tuple(term for term in (self.by, self.when) if term is not None)


@dataclass(frozen=True)
class Fairness:
    """What a run owes: weak fairness to some classes, strong fairness to others. A rule in none is owed nothing."""

    weak: Sequence[RuleClass] = ()
    strong: Sequence[RuleClass] = ()

    @property
    def key(self) -> object:
        """Equal for equal promises (terms themselves do not compare)."""
        classes = [(False, owed) for owed in self.weak] + [(True, owed) for owed in self.strong]
        terms = [tuple(None if t is None else t.sexpr() for t in (owed.by, owed.when)) for _, owed in classes]
        return tuple((strong, owed.rules, *said) for (strong, owed), said in zip(classes, terms, strict=True))


@dataclass(frozen=True)
class Promise:
    """What is promised, in words; weak and strong as in `Fairness`. split: how its classes are, in words."""

    words: str
    weak: Sequence[RuleClass] = ()
    strong: Sequence[RuleClass] = ()
    split: str = ""

    @property
    def scope(self) -> str:
        """When it binds, in words, as its classes have it."""
        classes = (*self.weak, *self.strong)
        said = [
            "whenever it can again and again" if self.strong else "",
            "once it can without end" if self.weak else "",
            self.split if any(owed.by is not None for owed in classes) else "",
            "itself, not a copy of it" if any(owed.when is not None for owed in classes) else "",
        ]
        return ", ".join(filter(None, said))

    @property
    def text(self) -> str:
        """The promise with its scope."""
        return f"{self.words} ({self.scope})"


@dataclass(frozen=True)
class Live:
    """A property of infinite runs, and the promises that it needs."""

    prop: Liveness
    promises: Sequence[Promise] = ()

    @property
    def name(self) -> str:
        """The property's name."""
        return self.prop.name

    @property
    def terms(self) -> tuple[z3.ExprRef, ...]:
        """The terms that it and its promises have."""
        classes = (*self.fairness.weak, *self.fairness.strong)
        return (*self.prop.terms, *(term for owed in classes for term in owed.terms))

    @property
    def fairness(self) -> Fairness:
        """All promises."""
        weak = [owed for promise in self.promises for owed in promise.weak]
        return Fairness(weak, [owed for promise in self.promises for owed in promise.strong])

    @property
    def words(self) -> str:
        """All promises in one line; those that concern nothing are left out."""
        kept = [promise.text for promise in self.promises if promise.weak or promise.strong]
        return "; ".join(kept) or "nobody promises anything"


class Reads(Protocol):
    """What can be asked of a network: it reads some terms."""

    @property
    def terms(self) -> tuple[z3.ExprRef, ...]:
        """The terms that it has."""


def finite(*asked: Reads) -> tuple[Property, ...]:
    """Those of the properties that are about finite runs."""
    return tuple(one for one in asked if isinstance(one, Property))
