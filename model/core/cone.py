"""The variables that matter: those that a guard, a bound, the constraint or a property reads, and what they come from.

A variable outside of this cone of influence changes no verdict: it enables nothing, and no property speaks of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import z3

from model.core.property import Property
from model.core.system import System, Var
from model.core.terms import constants


def relevant(system: System, properties: Sequence[Property], observed: Iterable[str] = ()) -> tuple[Var, ...]:
    """The variables in the cone of influence, in the order of the system. observed: further ones that somebody sees."""

    def read(terms: Iterable[z3.ExprRef]) -> set[str]:
        return {name.removesuffix("'") for name in constants(terms)}

    feeds: dict[str, set[str]] = {}
    for rule in system.rules:
        for name, term in rule.update.items():
            feeds.setdefault(name, set()).update(read([term]))
    conditions = [term for rule in system.rules for term in (rule.guard, *rule.touches.values())]
    constraint = [] if system.constraint is None else [system.constraint]
    waiting = read([*conditions, *constraint, *(prop.term for prop in properties)]) | set(observed)
    found: set[str] = set()
    while waiting:
        found |= waiting
        waiting = {source for name in waiting for source in feeds.get(name, ())} - found
    return tuple(var for var in system.variables if var.name in found)
