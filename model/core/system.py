"""What an engine checks: variables, initial states, named rules, named properties.

A rule is a guarded command: where its guard holds it may fire, and it writes all its updates at once; what it does not
name stays. A rule may have *inputs*, each with a small range: it may fire once for each choice of their values (which
slot of a channel delivers, for instance). A successor's variable is written with a prime, for *step* properties.

Everything is checked when the `System` is built, so that a misspelt name or a wrong width never reaches an engine.
The bit-vectors of a symmetric group are kept sorted (largest first) by every rule: states that differ only in their
order are one state.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from itertools import pairwise
from typing import Literal, NamedTuple

import z3

from model.core import z3fast
from model.core.nodes import Constant, conjuncts, node_of
from model.core.property import Property
from model.core.terms import PYTHON, Fold, Meaning

State = dict[str, int]
"""An assignment: variable name to int (bit-vector, enumeration) or bool."""


class BadSystem(ValueError):
    """The parts of a system do not fit together."""


@dataclass(frozen=True)
class Var:
    """A variable: Boolean (width 0), bit-vector, or enumeration (a bit-vector whose values have names).

    A *ghost* is bookkeeping for properties that no guard may read.
    """

    name: str
    width: int = 0
    names: tuple[str, ...] = ()
    ghost: bool = False

    @cached_property
    def term(self) -> z3.ExprRef:
        """The variable in the present state."""
        return self._constant(self.name)

    @cached_property
    def next(self) -> z3.ExprRef:
        """The variable in the successor, for step properties."""
        return self._constant(self.name + "'")

    @property
    def bits(self) -> int:
        """Bits that the variable takes in a packed state."""
        return max(self.width, 1)

    def _constant(self, name: str) -> z3.ExprRef:
        return _constant(name, self.width)

    def show(self, value: int) -> str:
        """A value as a reader knows it."""
        return self.names[value] if self.names else str(int(value))


@cache
def _constant(name: str, width: int) -> z3.ExprRef:
    """The constant of this name and width; kept, since making one is slow."""
    return z3.BitVec(name, width) if width else z3.Bool(name)


def enumeration(name: str, names: Sequence[str], ghost: bool = False) -> Var:
    """A variable whose values are `names`, in that order."""
    return Var(name, max(len(names) - 1, 1).bit_length(), tuple(names), ghost)


WireAction = Literal["send", "send-lost", "send-nowhere", "arrive", "arrive-copy", "lose"]


@dataclass(frozen=True)
class Wire:
    """What a rule does to one segment, for pictures: the segment's fields as terms and a function that prints them.

    `action`: *send*, *send-lost* (into a full channel), *send-nowhere* (no channel leads there), *arrive*,
    *arrive-copy* (a duplicate arrives, the original stays in the network), *lose*. It happens only where `when` holds.
    """

    action: WireAction
    source: str
    target: str
    fields: Mapping[str, z3.ExprRef]
    show: Callable[[Mapping[str, int]], str]
    when: z3.BoolRef

    @cached_property
    def meaning(self) -> Meaning:
        """The Python meaning of `when` and then of the fields, prepared once."""
        return Meaning([self.when, *self.fields.values()])


class Condition(NamedTuple):
    """One of the things that must be so for a rule to fire.

    says: a sentence for readers, with `{about}` where `about` belongs. cite: the paragraph that asks for it.
    parts: makes what the term is the conjunction of, in the order in which they are asked; none: it is asked as it is.
    """

    says: str
    term: z3.BoolRef
    about: str = ""
    cite: str = ""
    parts: Callable[[], tuple[Condition, ...]] = tuple

    def each(self) -> Iterator[Condition]:
        """What is asked, one thing after the other; of conjunctions each part, and nothing that is true of itself."""
        if parts := self.parts():
            yield from (one for part in parts for one in part.each())
        elif z3.is_and(self.term):
            yield from (one for term in self.term.children() for one in self._replace(term=term).each())
        elif not z3.is_true(z3fast.simplify(self.term)):
            yield self


@dataclass(frozen=True)
class Rule:
    """A guarded command.

    kind: who decides that it happens: "call", "arrives", "timeout", "network", "crash" for a protocol.
    side, event, cite: for readers: who does it, what it is, and the paragraph that says so.
    choose: input name to number of choices; the input occurs in terms as `choice(name)`, a bit-vector of 8 bits.
    touches: bound name to the condition under which firing the rule lets that bound cut behaviour off.
    brief: the event for readers who know the state. cause, call: its identity and the call or timer, for whoever asks
    which event it is; no engine does. conditions: what the guard is made of, in the order in which it is asked.
    sees: what readers know by a name where it happens; conditions are told in these names.
    """

    name: str
    guard: z3.BoolRef
    update: Mapping[str, z3.ExprRef]
    kind: str = ""
    side: str = ""
    event: str = ""
    cite: str = ""
    choose: Mapping[str, int] = field(default_factory=dict)
    wires: tuple[Wire, ...] = ()
    touches: Mapping[str, z3.BoolRef] = field(default_factory=dict)
    brief: str = ""
    cause: Hashable = None
    call: str = ""
    conditions: tuple[Condition, ...] = ()
    sees: Mapping[str, z3.ExprRef] = field(default_factory=dict)

    def if_also(self, condition: Condition) -> Rule:
        """The rule that may fire only where this holds too."""
        return replace(self, guard=z3.And(self.guard, condition.term), conditions=(*self.conditions, condition))

    @property
    def asked(self) -> list[Condition]:
        """What is asked for it to fire, one thing after the other."""
        return [one for condition in self.conditions for one in condition.each()]

    @cached_property
    def guard_meaning(self) -> Meaning:
        """The Python meaning of the guard, prepared once."""
        return Meaning([self.guard])

    @cached_property
    def update_meaning(self) -> Meaning:
        """The Python meaning of the updates, in the order of `update`, prepared once."""
        return Meaning(list(self.update.values()))


CHOICE_WIDTH = 8


@cache
def choice(name: str) -> z3.BitVecRef:
    """The term for a rule's input."""
    return z3.BitVec(name, CHOICE_WIDTH)


@dataclass(frozen=True)
class System:
    """A transition system; see the module's text.

    constraint: if given, a successor that violates it is generated (and counted as a transition) but is neither
    stored nor expanded.
    symmetric: groups of names of equally wide bit-vectors whose order does not matter.
    Raises `BadSystem` if the parts do not fit together.
    """

    variables: tuple[Var, ...]
    initial: tuple[State, ...]
    rules: tuple[Rule, ...]
    properties: tuple[Property, ...] = ()
    symmetric: tuple[tuple[str, ...], ...] = ()
    constraint: z3.BoolRef | None = None

    def __post_init__(self) -> None:
        _unique("variable", [v.name for v in self.variables])
        _unique("rule", [r.name for r in self.rules])
        _unique("property", [p.name for p in self.properties])
        self._check_initial()
        for group in self.symmetric:
            self._check_group(group)
        object.__setattr__(self, "rules", tuple(self._canonical(rule) for rule in self.rules))
        _in_one_line(self)
        for rule in self.rules:
            self._check_rule(rule)
        for prop in self.properties:
            self._check_property(prop)
        if self.constraint is not None:
            self._condition(self.constraint, {}, "the constraint")

    @cached_property
    def _sorted(self) -> dict[tuple[bytes, ...], list[z3.ExprRef]]:
        """Terms sorted, by the digests of the terms: rules that write the same to a group share the work."""
        return {}

    @cached_property
    def _read(self) -> set[tuple[frozenset[Constant], tuple[tuple[str, int], ...]]]:
        """Sets of constants that were checked, with what else was known there."""
        return set()

    @cached_property
    def var(self) -> dict[str, Var]:
        """Variables by name."""
        return {v.name: v for v in self.variables}

    def _check_initial(self) -> None:
        if not self.initial:
            raise BadSystem("a system needs an initial state")
        for state in self.initial:
            if state.keys() != self.var.keys():
                wrong = sorted(state.keys() ^ self.var.keys())
                raise BadSystem(f"an initial state must give every variable a value, and no other: {wrong}")
            for name, value in state.items():
                if not 0 <= value < 1 << self.var[name].bits:
                    raise BadSystem(f"initial value {value} does not fit '{name}'")

    def _check_group(self, group: Sequence[str]) -> None:
        if unknown := [name for name in group if name not in self.var]:
            raise BadSystem(f"unknown variable in a symmetric group: {unknown}")
        if len({self.var[name].width for name in group}) != 1 or not self.var[group[0]].width:
            raise BadSystem(f"a symmetric group needs bit-vectors of one width: {list(group)}")
        if any(state[a] < state[b] for state in self.initial for a, b in pairwise(group)):
            raise BadSystem("an initial state must have its symmetric groups sorted, largest first")

    def _check_rule(self, rule: Rule) -> None:
        inputs = dict.fromkeys(rule.choose, CHOICE_WIDTH)
        where = f"rule '{rule.name}'"
        for name, choices in rule.choose.items():
            if name in self.var or not 0 < choices <= 1 << CHOICE_WIDTH:
                raise BadSystem(f"{where}: bad input '{name}'")
        self._condition(rule.guard, inputs, f"the guard of {where}")
        for name, term in rule.update.items():
            if name not in self.var:
                raise BadSystem(f"{where} updates an unknown variable '{name}'")
            wanted, given = node_of(self.var[name].term), node_of(term)
            if (given.sort, given.width) != (wanted.sort, wanted.width):
                raise BadSystem(f"{where} gives '{name}' a {term.sort()}, not a {self.var[name].term.sort()}")
            self._known(term, inputs, f"{where}, update of '{name}'")
        for bound, when in rule.touches.items():
            self._condition(when, inputs, f"{where}, bound '{bound}'")

    def _check_property(self, prop: Property) -> None:
        primed = {v.name + "'": v.width for v in self.variables} if prop.kind == "step" else {}
        for term in (prop.term, *prop.parts.values()):
            self._condition(term, primed, f"property '{prop.name}'")

    def _condition(self, term: z3.BoolRef, more: Mapping[str, int], where: str) -> None:
        if node_of(term).sort != "Bool":
            raise BadSystem(f"{where} must be a Boolean, not a {term.sort()}")
        self._known(term, more, where)

    def _known(self, term: z3.ExprRef, more: Mapping[str, int], where: str) -> None:
        """Every constant in `term` is a variable or one of `more` (name to width), and as wide."""
        constants = node_of(term).constants
        if (constants, key := tuple(more.items())) in self._read:
            return
        for name, width in sorted(constants):
            known = self.var[name].width if name in self.var else more.get(name)
            if known is None:
                raise BadSystem(f"{where} reads an unknown name: {name}")
            if known != width:
                raise BadSystem(f"{where} reads '{name}' as {width} bits wide; it has {known} (0 is a Boolean)")
        self._read.add((constants, key))

    def _canonical(self, rule: Rule) -> Rule:
        """The rule with every symmetric group that it writes sorted again."""
        update = dict(rule.update)
        for group in self.symmetric:
            if any(name in update for name in group):
                new = [update.get(name, self.var[name].term) for name in group]
                key = tuple(node_of(term).digest for term in new)
                if key not in self._sorted:
                    self._sorted[key] = sort_descending(new)
                update.update(zip(group, self._sorted[key], strict=True))
        return replace(rule, update=update)

    @cached_property
    def guards(self) -> Guards:
        """The Python meaning of the guards."""
        return Guards(self.rules)

    @cached_property
    def ghosts(self) -> set[str]:
        """Names of the ghost variables."""
        return {v.name for v in self.variables if v.ghost}


class Guards:
    """The guards of some rules, asked one after the other of one assignment.

    What they share is evaluated once, and of each no more than its conjuncts up to the first false one.
    """

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._conjuncts = [list(conjuncts(node_of(rule.guard))) for rule in rules]
        self._assignment: Mapping[str, int] = {}
        self._fold = Fold(PYTHON, lambda node: self._assignment[node.name])

    def under(self, assignment: Mapping[str, int]) -> Callable[[int], bool]:
        """Whether the rule of this number may fire under the assignment, until another one is given."""
        self._assignment = assignment
        self._fold.memo.clear()
        return lambda number: all(self._fold(conjunct) for conjunct in self._conjuncts[number])


def sort_descending(terms: Sequence[z3.BitVecRef]) -> list[z3.BitVecRef]:
    """A sorting network (insertion order) over unsigned bit-vectors."""
    out = list(terms)
    for end in range(len(out) - 1, 0, -1):
        for at in range(end):
            high, low, swap = out[at], out[at + 1], z3.ULT(out[at], out[at + 1])
            out[at], out[at + 1] = z3.If(swap, low, high), z3.If(swap, high, low)
    return out


def _in_one_line(system: System) -> None:
    """Names and sentences are for readers and for other tools, in which a line is a line and a prime is a prime."""
    for name in [*system.var, *(name for rule in system.rules for name in rule.choose)]:
        if re.fullmatch(r"[^'|\\\n.?][^'|\\\n]*", name) is None:
            raise BadSystem(f"{name!r} is no name: it has one of ' | \\ or a line's end, or begins with . or ?")
    said = [text for rule in system.rules for text in (rule.name, rule.cite)]
    said += [text for prop in system.properties for text in (prop.name, prop.sentence)]
    if broken := [text for text in said if "\n" in text]:
        raise BadSystem(f"{broken[0]!r} has more than one line")


def _unique(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise BadSystem(f"two {'properties' if what == 'property' else what + 's'} are named '{name}'")
        seen.add(name)
