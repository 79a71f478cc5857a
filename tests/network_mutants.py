"""Mutants of the unbounded networks: a method or property of a class gives something else while a test runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import pytest
import z3

from model.any_channel.network import End, UnboundedNetwork
from model.engines.inductive.obligations import Transition
from model.tcp.event import Event
from tests.included import included
from tests.inclusion import choices, compare
from tests.views import View

Wrapped = Callable[..., Any]
"""Called with what an attribute gives, the object that has it, and the arguments."""
NOT_ALLOWED, NOT_SENT, NOT_THERE = "not allowed", "that nobody has sent", "has sent is not there"
NO_STEP = "no such step"


@dataclass(frozen=True)
class Mutant:
    """A change of `owner`'s `attribute`. notices: how what differs is called then, or the end of that.

    network: the bounded one whose transitions notice it.
    """

    network: str
    owner: type
    attribute: str
    wrap: Wrapped
    notices: str = NOT_ALLOWED

    def put_in(self, patch: pytest.MonkeyPatch) -> None:
        """Change the class."""
        plain, wrap = self.owner.__dict__[self.attribute], self.wrap
        get = getattr(plain, "fget", None) or getattr(plain, "func", None)
        if isinstance(plain, (property, cached_property)):
            assert get is not None
            patch.setattr(self.owner, self.attribute, property(lambda its: wrap(get(its), its)))
        else:
            patch.setattr(self.owner, self.attribute, lambda its, *given: wrap(plain(its, *given), its, *given))


@cache
def _unchanged(name: str) -> list[View]:
    """How the unbounded network that was not changed sees a bounded one."""
    one = included(name)
    return one.views(one.make())


def differences(mutant: Mutant, patch: pytest.MonkeyPatch) -> list[str]:
    """What differs from the bounded network in the steps that the mutant changes."""
    one, known = included(mutant.network), _unchanged(mutant.network)
    mutant.put_in(patch)
    found = compare(one.walk, one.views(one.make()), unlike=known)
    assert found.transitions > 0, "a transition is one of the changed steps"
    return list(found.differences)


def let_through(mutant: Mutant, patch: pytest.MonkeyPatch) -> int:
    """How much of what is offered the mutant allows, which the walk leaves out."""
    one, known = included(mutant.network), _unchanged(mutant.network)
    before = choices(one.walk, known, one.offered).only_unbounded
    assert before == 0
    mutant.put_in(patch)
    return choices(one.walk, one.views(one.make()), one.offered).only_unbounded


# -- ways to change what an attribute gives --


def guarded(condition: Callable[[UnboundedNetwork, End], z3.BoolRef]) -> Wrapped:
    """What chooses an ISN has a further guard."""

    def wrap(step: Transition, its: UnboundedNetwork, end: End, event: Event, *_: object) -> Transition:
        return replace(step, guard=z3.And(step.guard, condition(its, end))) if event.effect.chooses_isn else step

    return wrap


def guard_as(*pairs: tuple[z3.ExprRef, z3.ExprRef]) -> Wrapped:
    """The guard of a step with something in the place of something else."""
    return lambda step, *_: replace(step, guard=z3.substitute(step.guard, *pairs))


def ghost(name: str, by: str, value: z3.BoolRef, own: bool = False) -> Wrapped:
    """A ghost gets another value by some events: that of the other side, or of the event's side (own)."""

    def wrap(found: Iterable[Any], _its: object, end: End, _other: End, event: Event, *_: object) -> list[Any]:
        changed = getattr(event.effect, by)
        return [
            (side, of, value if changed and of == name and (side is end) == own else term) for side, of, term in found
        ]

    return wrap


def kept(*names: str) -> Wrapped:
    """A step leaves some variables as they were."""
    return lambda step, *_: replace(step, update={of: term for of, term in step.update.items() if of not in names})


def sends(change: Callable[[End, dict[str, Any]], Mapping[str, z3.ExprRef]]) -> Wrapped:
    """The segment that is sent has something else in it."""

    def wrap(step: Transition, _its: object, end: End, *_: object) -> Transition:
        if step.sends is None:
            return step
        lane, message = step.sends
        return replace(step, sends=(lane, {**message, **change(end, dict(message))}))

    return wrap


def without(call: str | None = None, kind: str = "") -> Wrapped:
    """Some events are left out."""
    return lambda allowed, _its, _end, event: allowed and event.call != call and event.kind != kind


def halved(time: z3.ArithRef) -> Wrapped:
    """A time is half as long in what a step assumes of segments."""

    def wrap(step: Transition, *_: object) -> Transition:
        assumes = {lane: z3.substitute(term, (time, time / 2)) for lane, term in step.assumes.items()}
        return replace(step, assumes=assumes)

    return wrap


def clock(name: str, value: Callable[[Event], z3.ArithRef | None]) -> Wrapped:
    """A clock of the event's side is set to something else, or kept (None)."""

    def wrap(found: Iterable[tuple[str, Any]], _its: object, end: End, event: Event, *_: object) -> list[Any]:
        changed = [(of, value(event) if of == f"{end.name}.{name}" else term) for of, term in found]
        return [(of, term) for of, term in changed if term is not None]

    return wrap


def conditions(change: Callable[[Event, list[z3.BoolRef]], list[z3.BoolRef]]) -> Wrapped:
    """Of conditions and changes of clocks, other conditions."""
    return lambda found, _its, event, *_: (change(event, found[0]), found[1])


def stopped(*clocks: str, when: Callable[[Event], bool] = lambda _: True) -> Wrapped:
    """Of conditions and changes of clocks, some changes left out."""

    def wrap(found: tuple[Any, dict[str, Any]], _its: object, event: Event, *_: object) -> tuple[Any, dict[str, Any]]:
        return found[0], {of: term for of, term in found[1].items() if of not in clocks or not when(event)}

    return wrap
