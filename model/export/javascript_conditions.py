"""What the guards of rules are made of, in JavaScript: so that a page can say why a rule is not possible.

`sees` lists what is known where a rule happens: each entry's `of` gives it by the names that readers know, as a
function of a state and the rule's inputs; `names` says which variable's values have names. `conditions` maps a key, a
digest of the text, to a condition: `says` (with `about` for its `{about}`), `cite`, the `formula` with what it reads in
braces ("" if that has no name), `reads`, and `holds`, a function of what is seen, the state and the inputs. A rule has
the number of what is seen and the keys of its conditions in the order in which they are asked. One condition of two
sides is one text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b

from model.core import z3fast as z3
from model.core.nodes import UnknownOperator, node_of
from model.core.system import Condition, Rule, System, Var
from model.core.terms import constants
from model.export.formula import ValueNames, formula
from model.export.javascript_body import FunctionBody

INPUTS = ("slot", "copy")
"""The inputs that rules have, in their order."""
ConditionKey = tuple[str, str, str, bytes]


@dataclass(frozen=True)
class Sight:
    """What is known where a rule happens, by the names that readers know."""

    terms: Mapping[str, z3.ExprRef]
    variables: tuple[Var, ...]
    keys: dict[ConditionKey, str] = field(default_factory=dict)

    @cached_property
    def _pairs(self) -> list[tuple[z3.ExprRef, z3.ExprRef]]:
        return [(form, _named(name, term)) for name, term in self.terms.items() for form in (term, z3.simplify(term))]

    def told(self, term: z3.BoolRef) -> z3.BoolRef:
        """The term over these names, where it is made of them."""
        named: z3.BoolRef = z3.substitute(term, *self._pairs)
        return named

    @cached_property
    def listed(self) -> dict[str, int]:
        """Of what has values with names: the number of a variable that has these."""
        at = {var.name: number for number, var in enumerate(self.variables) if var.names}
        return {name: at[node_of(term).name] for name, term in self.terms.items() if node_of(term).name in at}

    @property
    def names(self) -> ValueNames:
        """These names."""
        return {name: self.variables[at].names for name, at in self.listed.items()}


def _named(name: str, like: z3.ExprRef) -> z3.ExprRef:
    return z3.BitVec(name, like.size()) if isinstance(like, z3.BitVecRef) else z3.Bool(name)


class ConditionsTable:
    """The conditions of a system's rules, each text once."""

    def __init__(self, system: System, places: Mapping[str, str]) -> None:
        self._variables, self._places = system.variables, {**places, **{name: name for name in INPUTS}}
        self._sights: dict[tuple[tuple[str, bytes], ...], Sight] = {}
        self._rows: dict[str, str] = {}
        self._known: dict[tuple[int, str, str, str, int], tuple[Condition, list[str]]] = {}

    def of(self, rule: Rule) -> str:
        """The fields of a rule; what they refer to is kept."""
        seen = tuple((name, node_of(term).digest) for name, term in rule.sees.items())
        sight = self._sights.setdefault(seen, Sight(rule.sees, self._variables))
        whole = (part for one in rule.conditions for part in one.parts() or (one,))
        keys = [key for condition in whole for key in self._keys(condition, sight)]
        replies = any(wire.action.startswith("send") for wire in rule.wires)
        return f"sees:{[*self._sights].index(seen)},replies:{json.dumps(replies)},conditions:{json.dumps(keys)}"

    @property
    def text(self) -> str:
        """What the rules refer to."""
        rows = "\n,".join(f"[{json.dumps(key)},{row}]" for key, row in self._rows.items())
        return f"sees:[{','.join(map(self._seeing, self._sights.values()))}],\nconditions:new Map([\n{rows}\n])"

    def _seeing(self, sight: Sight) -> str:
        body = FunctionBody([node_of(term) for term in sight.terms.values()], self._places)
        fields = ",".join(f"{json.dumps(name)}:{body.operand(term)}" for name, term in sight.terms.items())
        inputs, names = ",".join(INPUTS), json.dumps(sight.listed)
        return f"{{of:(s,{inputs})=>{{{body.text}return {{{fields}}};}},names:{names}}}"

    def _keys(self, condition: Condition, sight: Sight) -> list[str]:
        """The keys of what a condition asks, one thing after the other; kept, with the condition, for other rules."""
        asked = (id(sight), condition.says, condition.about, condition.cite, condition.term.get_id())
        if asked not in self._known:
            self._known[asked] = condition, [self._key(one, sight) for one in condition.each()]
        return self._known[asked][1]

    def _key(self, condition: Condition, sight: Sight) -> str:
        """The key of a condition, whose text is kept."""
        asked = (condition.says, condition.about, condition.cite, node_of(condition.term).digest)
        if asked not in sight.keys:
            row = self._row(condition, sight)
            sight.keys[asked] = key = blake2b(row.encode(), digest_size=4).hexdigest()
            assert self._rows.setdefault(key, row) == row, "two conditions have one key"
        return sight.keys[asked]

    def _row(self, condition: Condition, sight: Sight) -> str:
        term = sight.told(condition.term)
        reads = sorted(constants([term]))
        known = all(name in sight.terms for name in reads)
        told = {
            "says": condition.says, "about": condition.about, "cite": condition.cite,
            "formula": _formula(term, sight.names) if known else "", "reads": reads if known else [],
        }  # fmt: skip
        body = FunctionBody(
            [node_of(term)], {**self._places, **{name: f"e[{json.dumps(name)}]" for name in sight.terms}}
        )
        value = body.operand(term)
        said = json.dumps(told, ensure_ascii=False)
        return f"{{...{said},holds:(e,s,{','.join(INPUTS)})=>{{{body.text}return {value};}}}}"


def _formula(term: z3.BoolRef, names: ValueNames) -> str:
    """The formula of a term; "" if it has operators that formulas have not, as a mutant's guard may."""
    try:
        return formula(term, names)
    except UnknownOperator:
        return ""
