"""Mutants of the unbounded networks: a method, a property or a part gives something else while a test runs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache, cached_property
from types import ModuleType
from typing import Any

import pytest
import z3

from model.any_channel.network import Added, End, Occurrence, Part, UnboundedNetwork
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
    """A change of `owner`'s `attribute`: of a class, or of a module that makes parts. notices: how what differs is
    called then, or the end of that.

    network: the bounded one whose transitions notice it.
    """

    network: str
    owner: type | ModuleType
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
            patch.setattr(self.owner, self.attribute, lambda its, *a, **b: wrap(plain(its, *a, **b), its, *a))


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


def time_goes(to: z3.ArithRef | None) -> Wrapped:
    """Time goes on to another point."""
    return lambda step, _: replace(step, update={} if to is None else {"now": to})


def guarded(condition: Callable[[UnboundedNetwork, End], z3.BoolRef]) -> Wrapped:
    """What chooses an ISN has a further guard."""

    def wrap(step: Transition, its: UnboundedNetwork, end: End, event: Event, *_: object) -> Transition:
        return replace(step, guard=z3.And(step.guard, condition(its, end))) if event.effect.chooses_isn else step

    return wrap


def ghost(name: str, by: str, value: z3.BoolRef, own: bool = False) -> Wrapped:
    """A ghost gets another value by some events: that of the other side, or of the event's side (own)."""

    def wrap(found: Iterable[tuple[str, Any]], it: Occurrence) -> list[tuple[str, Any]]:
        changed = f"{(it.side if own else it.other).name}.{name}" if getattr(it.event.effect, by) else ""
        return [(of, value if of == changed else term) for of, term in found]

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
    """A network without some events: what a part allows."""
    return part(allows=lambda was, side, event: was(side, event) and event.call != call and event.kind != kind)


def part(**changes: Callable[..., Any]) -> Wrapped:
    """A part some of whose functions give something else: each is told the function as it was, and its arguments."""

    def changed(was: Part, name: str) -> Callable[..., Any]:
        return lambda *given: changes[name](getattr(was, name), *given)

    return lambda was, *_: replace(was, **{name: changed(was, name) for name in changes})


def by_event(change: Callable[[Added, Occurrence], Added]) -> Wrapped:
    """A part that adds something else to events."""
    return part(event=lambda was, it: change(was(it), it))


def in_time(*pairs: tuple[z3.ExprRef, z3.ExprRef]) -> Wrapped:
    """A part that has something in the place of something else where time goes on."""
    return part(time=lambda was, then: substituted(was(then), *pairs))


def substituted(added: Added, *pairs: tuple[z3.ExprRef, z3.ExprRef]) -> Added:
    """What is added, with something in the place of something else, its changes apart."""
    guards = tuple(z3.substitute(guard, *pairs) for guard in added.guards)
    return replace(added, guards=guards, assumes={of: z3.substitute(t, *pairs) for of, t in added.assumes.items()})


def stopped(*clocks: str, when: Callable[[Event], bool] = lambda _: True) -> Wrapped:
    """A part of which some changes are left out."""

    def change(added: Added, it: Occurrence) -> Added:
        stays = clocks if when(it.event) else ()
        return replace(added, update={of: term for of, term in added.update.items() if of not in stays})

    return by_event(change)


def clock(name: str, value: Callable[[Event], z3.ArithRef | None]) -> Wrapped:
    """A clock of the event's side is set to something else, or kept (None)."""

    def change(added: Added, it: Occurrence) -> Added:
        given, of = value(it.event), f"{it.side.name}.{name}"
        others = {clock: term for clock, term in added.update.items() if clock != of}
        return replace(added, update=others if given is None or of not in added.update else {**others, of: given})

    return by_event(change)
