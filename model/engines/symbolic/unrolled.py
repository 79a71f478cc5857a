"""A system's transition relation, unrolled: frame k has a constant `name@k` for every variable.

Between two frames one rule fires, the one whose bit is set in `rule@k`, with inputs `input@k`. What a rule does not
write stays. A step may lead out of the system's constraint, but no path goes on from there.

A bit for each rule was measured against its number in binary, with which bmc takes 1.1 to 2.9 times as long (geometric
mean 1.5; induction a tenth less). One disjunct or one implication for each rule, nested Ifs over the binary digits,
and Z3's cardinality constraints take longer still.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import combinations

import z3

from model.core.run import Run, Step, fire
from model.core.system import CHOICE_WIDTH, Rule, State, System, Var


class Unrolled:
    """The formulas of a system's paths."""

    def __init__(self, system: System) -> None:
        self.system = system
        self._rule = z3.BitVec("rule", max(len(system.rules), 1))
        self._inputs: dict[str, int] = {}
        for rule in system.rules:
            self._inputs |= {name: max(count, self._inputs.get(name, 0)) for name, count in rule.choose.items()}

    @cached_property
    def initial(self) -> z3.BoolRef:
        """Frame 0 is an initial state."""
        return self.at(z3.Or(*map(self._is, self.system.initial)), 0)

    def _is(self, state: State) -> z3.BoolRef:
        return z3.And(*(v.term == (state[v.name] if v.width else bool(state[v.name])) for v in self.system.variables))

    @cached_property
    def _relation(self) -> z3.BoolRef:
        """One step, from the variables to their primed twins."""
        numbered = list(enumerate(self.system.rules))
        conditions = [*self._one_fires]
        conditions += [z3.Implies(self._fires(number), self._enabled(rule)) for number, rule in numbered]
        for var in self.system.variables:
            new: z3.ExprRef = var.term
            writers: dict[int, tuple[z3.ExprRef, list[int]]] = {}
            for number, rule in numbered:
                if var.name in rule.update:
                    term = rule.update[var.name]
                    writers.setdefault(term.get_id(), (term, []))[1].append(number)
            for term, numbers in writers.values():
                new = z3.If(self._any_fires(numbers), term, new)
            conditions.append(var.next == new)
        return z3.simplify(z3.And(*conditions))

    def _fires(self, number: int) -> z3.BoolRef:
        return z3.Extract(number, number, self._rule) == 1

    def _any_fires(self, numbers: Iterable[int]) -> z3.BoolRef:
        return z3.Or(*map(self._fires, numbers))

    @property
    def _one_fires(self) -> Iterator[z3.BoolRef]:
        """Exactly one rule fires: the numbers of any two would differ in a binary digit."""
        rules = range(len(self.system.rules))
        yield self._any_fires(rules)
        for digit in range(len(rules).bit_length()):
            with_it = [number for number in rules if number >> digit & 1]
            without = [number for number in rules if not number >> digit & 1]
            yield z3.Not(z3.And(self._any_fires(with_it), self._any_fires(without)))

    def _enabled(self, rule: Rule) -> z3.BoolRef:
        in_range = [z3.ULT(z3.BitVec(name, CHOICE_WIDTH), count) for name, count in rule.choose.items()]
        return z3.And(rule.guard, *in_range)

    def at(self, term: z3.BoolRef, frame: int) -> z3.BoolRef:
        """A term over the variables, and perhaps their primed twins, at a frame (and the next)."""
        pairs = [(v.term, self._frame(v, frame)) for v in self.system.variables]
        pairs += [(v.next, self._frame(v, frame + 1)) for v in self.system.variables]
        pairs += [(self._rule, self._rule_at(frame))]
        pairs += [(z3.BitVec(name, CHOICE_WIDTH), self._input_at(name, frame)) for name in self._inputs]
        made: z3.BoolRef = z3.substitute(term, *pairs)
        return made

    def step(self, frame: int) -> z3.BoolRef:
        """A rule leads from a frame to the next."""
        return self.at(self._relation, frame)

    def inside(self, frame: int) -> z3.BoolRef:
        """A frame satisfies the system's constraint."""
        constraint = self.system.constraint
        return z3.BoolVal(True) if constraint is None else self.at(constraint, frame)

    def distinct(self, frames: int) -> z3.BoolRef:
        """No state occurs twice in the first so many frames."""
        pairs = combinations(range(frames), 2)
        return z3.And(
            *(z3.Or(*(self._frame(v, a) != self._frame(v, b) for v in self.system.variables)) for a, b in pairs)
        )

    def trace(self, model: z3.ModelRef, steps: int) -> Run:
        """The path of a model, its states computed by the Python meaning of the rules."""
        initial = {v.name: self._value(model, self._frame(v, 0)) for v in self.system.variables}
        made: list[Step] = []
        for frame in range(steps):
            rule = self.system.rules[self._value(model, self._rule_at(frame)).bit_length() - 1]
            inputs = {name: self._value(model, self._input_at(name, frame)) for name in rule.choose}
            after = fire(rule, inputs, made[-1].state if made else initial)
            assert after is not None, f"Z3 fires '{rule.name}' where its guard is false"
            made.append(Step(rule, inputs, after))
        return Run(initial, tuple(made))

    def _frame(self, var: Var, frame: int) -> z3.ExprRef:
        name = f"{var.name}@{frame}"
        return z3.BitVec(name, var.width) if var.width else z3.Bool(name)

    def _rule_at(self, frame: int) -> z3.BitVecRef:
        return z3.BitVec(f"rule@{frame}", self._rule.size())

    def _input_at(self, name: str, frame: int) -> z3.BitVecRef:
        return z3.BitVec(f"{name}@{frame}", CHOICE_WIDTH)

    @staticmethod
    def _value(model: z3.ModelRef, term: z3.ExprRef) -> int:
        value = model.eval(term, model_completion=True)
        return int(value.as_long()) if z3.is_bv(value) else bool(z3.is_true(value))
