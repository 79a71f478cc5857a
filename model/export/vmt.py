"""A system in VMT, SMT-LIB with the parts of a transition system marked (nuXmv, ic3ia, Euforia, pono).

Which rule is next, and the choices of its inputs, are variables whose value after a step is free; so a property of
steps is one of states. A step fires the chosen rule into a state inside the constraint; where that cannot be there is
no step. Each property is an invariant: an *always* one itself, a *reachable* one that its negation holds, a *step* one
that the rule to be fired does not violate it. They are numbered in the order in which they are given.

Source: A. Cimatti, A. Griggio, S. Tonetta, The VMT-LIB Language and Tools (SMT Workshop 2022). Limits: none for widths.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import z3

from model.core.nodes import node_of
from model.core.property import Property
from model.core.system import Rule, System, Var, choice
from model.engines.native.numbered_rules import after
from model.export.refusal import CannotExport
from model.export.smtlib import OPERATORS, Scripts, sort, symbol

HEAD = "; A transition system in VMT: initial states, steps, and invariants to be proved."


def vmt(system: System, properties: Sequence[Property] = ()) -> str:
    """The model, with an `invar-property` for each of `properties`; raises `CannotExport` for a name that is taken."""
    return _VmtModel(system).text(properties)


class _VmtModel:
    """The formulas of one system. `free` are the variables that choose what is next."""

    def __init__(self, system: System) -> None:
        self.system = system
        names = sorted({name for rule in system.rules for name in rule.choose})
        if taken := [name for name in (*system.var, *names) if name in OPERATORS]:
            raise CannotExport(f"'{taken[0]}' is an operator of SMT-LIB, and no name for a variable")
        which = "which rule"
        while which in system.var or which in names:
            which += "?"
        self.which = Var(which, max((len(system.rules) - 1).bit_length(), 1))
        self.free = (self.which, *(Var(name, choice(name).size()) for name in names))

    def text(self, properties: Sequence[Property]) -> str:
        """The lines, with the properties."""
        initial = z3.Or([_equal(self.system, state) for state in self.system.initial])
        steps = z3.Or([self._step(at, rule) for at, rule in enumerate(self.system.rules)])
        variables = (*self.system.variables, *self.free)
        known = z3.And([z3.And(var.term == var.term, var.next == var.next) for var in variables])
        lines = [HEAD]
        _, first, step, *invariants = Scripts().texts([known, initial, steps, *map(self._invariant, properties)], lines)
        for at, var in enumerate(variables):
            named = f"(! {symbol(var.name)} :next {symbol(var.next.decl().name())})"
            lines.append(f"(define-fun .variable{at} () {sort(node_of(var.term))} {named})")
        lines += [
            f"(define-fun .initial () Bool (! {first} :init true))",
            f"(define-fun .step () Bool (! {step} :trans true))",
        ]
        for at, (prop, invariant) in enumerate(zip(properties, invariants, strict=True)):
            lines += [
                f"; {prop.name}, {prop.kind}: {prop.sentence}".rstrip(": "),
                f"(define-fun .property{at} () Bool (! {invariant} :invar-property {at}))",
            ]
        return "\n".join(lines) + "\n"

    def _fires(self, at: int, rule: Rule) -> list[z3.BoolRef]:
        """Conditions under which rule number `at` is chosen and may fire."""
        ranges = [z3.ULE(choice(name), count - 1) for name, count in rule.choose.items()]
        return [self.which.term == at, *ranges, rule.guard]

    def _step(self, at: int, rule: Rule) -> z3.BoolRef:
        inside = [] if self.system.constraint is None else [after(self.system, rule, self.system.constraint, "")]
        written = [var.next == rule.update.get(var.name, var.term) for var in self.system.variables]
        return z3.And(*self._fires(at, rule), *inside, *written)

    def _invariant(self, prop: Property) -> z3.BoolRef:
        if prop.kind == "step":
            kept = [
                z3.Implies(z3.And(self._fires(at, rule)), after(self.system, rule, prop.term, "'"))
                for at, rule in enumerate(self.system.rules)
            ]
            return z3.And(kept)
        return prop.term if prop.kind == "always" else z3.Not(prop.term)


def _equal(system: System, state: Mapping[str, int]) -> z3.BoolRef:
    """Whether the present state is `state`."""
    return z3.And(
        [
            v.term == (z3.BitVecVal(int(state[v.name]), v.width) if v.width else z3.BoolVal(bool(state[v.name])))
            for v in system.variables
        ]
    )
