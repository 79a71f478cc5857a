"""A system as a TLA+ module for TLC: one action for each rule, with the rule's inputs as parameters.

An action asks its guard by IF, so that a disjunction in it is not taken for a choice: TLC generates a state for each
firing, and counts what we count, with the initial states among the generated ones. A term that an action uses more than
once has a name. TLC looks for deadlocks unless it is told not to (`-deadlock`).

An *always* property is an invariant, a *reachable* one the invariant that its negation holds, a *step* property a
formula of actions. A state outside the constraint is generated and no more: properties of states are asked inside.

Source: L. Lamport, Specifying Systems (2002), chapters 14 and 15. Limits: those of `tla_table`; a *step* property that
a step without change violates is refused, since TLA+ cannot see such steps.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import z3

from model.core.nodes import Node, conjuncts, node_of, order
from model.core.property import Property
from model.core.system import Rule, State, System, Var
from model.core.terms import evaluate, step
from model.engines.native.numbered_rules import changes
from model.export.refusal import CannotExport
from model.export.tla_table import DEFINITIONS, MOST_BITS, TLA

MODULE = "Exported"
LINE = 100
WORDS = (
    "ACTION ASSUME ASSUMPTION AXIOM BOOLEAN BY CASE CHOOSE CONSTANT CONSTANTS COROLLARY DEF DEFINE DEFS DOMAIN ELSE "
    "ENABLED EXCEPT EXTENDS FALSE HAVE HIDE IF IN INSTANCE Int LAMBDA LEMMA LET LOCAL MODULE NEW Nat OBVIOUS OMITTED "
    "ONLY OTHER PICK PROOF PROPOSITION PROVE QED RECURSIVE STATE STRING SUBSET SUFFICES TAKE TEMPORAL THEN THEOREM "
    "TRUE UNCHANGED UNION USE VARIABLE VARIABLES WITH WITNESS"
)
CONFIGURATION = (
    "ACTION_CONSTRAINT ACTION_CONSTRAINTS ALIAS CHECK_DEADLOCK CONSTRAINT CONSTRAINTS INIT INVARIANT INVARIANTS NEXT "
    "POSTCONDITION PROPERTIES PROPERTY SPECIFICATION SYMMETRY TYPE TYPE_CONSTRAINT VIEW"
)
STANDARD = "Bags FiniteSets Integers Json Naturals Randomization RealTime Reals Sequences TLC TLCExt Toolbox"
OURS = "Init Inside Next Spec variables BitAnd BitOr BitXor Signed a b top"


def tla(system: System, properties: Sequence[Property] = (), module: str = MODULE) -> tuple[str, str]:
    """The module, which has to be in a file of its name, and TLC's configuration for `properties`.

    Raises `CannotExport` for what TLC cannot say.
    """
    if re.fullmatch(r"[A-Za-z]\w*", module, re.ASCII) is None:
        raise CannotExport(f"'{module}' is no name for a TLA+ module: it wants letters, digits and _, a letter first")
    if module in {*WORDS.split(), *STANDARD.split()} or module[:3] in {"WF_", "SF_"}:
        raise CannotExport(f"'{module}' is no name for a TLA+ module: it has a meaning already")
    if not system.variables:
        raise CannotExport("a system without variables; TLA+ wants one")
    made = _Module(system, properties)
    text = "\n".join([f"{f' MODULE {module} ':-^{LINE}}", *made.lines(), "=" * LINE, ""])
    return text, "\n".join([*made.configuration, ""])


class _Names:
    """Identifiers, each given out once; none is a letter t and a number, as the terms' names are."""

    def __init__(self) -> None:
        self._taken = {*WORDS.split(), *CONFIGURATION.split(), *OURS.split()}

    def new(self, name: str) -> str:
        """An identifier that is as near to `name` as may be."""
        plain = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_") or "x"
        plain = f"x{plain}" if not plain[0].isalpha() or plain[:3] in {"WF_", "SF_"} else plain
        found, more = plain, 2
        while found in self._taken or re.fullmatch(r"t\d+", found):
            found, more = f"{plain}_{more}", more + 1
        self._taken.add(found)
        return found


class _Texts:
    """The texts of some terms; what is used more than once has a name, defined by `definitions` in their order."""

    def __init__(self, roots: Sequence[Node], leaves: Mapping[str, str]) -> None:
        self.definitions: list[str] = []
        self._known: dict[bytes, str] = {}
        listed = order(roots)
        uses = Counter(node.digest for node in (*roots, *(child for node in listed for child in node.children)))
        for node in listed:
            at = node.digest
            known = [self._known[child.digest] for child in node.children]
            self._known[at] = leaves[node.name] if node.constant else step(TLA, node)(*known)
            if node.children and uses[at] > 1:
                name = f"t{len(self.definitions) + 1}"
                self.definitions.append(f"{name} == {self._known[at]}")
                self._known[at] = name

    def of(self, node: Node) -> str:
        """The text of one of the roots."""
        return self._known[node.digest]


class _Module:
    """The lines of one system between a module's begin and end; `configuration` is complete when they are."""

    def __init__(self, system: System, properties: Sequence[Property]) -> None:
        self.system, self.properties, self.names = system, properties, _Names()
        self.configuration = ["SPECIFICATION Spec"]
        for var in system.variables:
            if var.bits > MOST_BITS:
                raise CannotExport(
                    f"variable '{var.name}' has {var.bits} bits; TLC's integers have room for {MOST_BITS}"
                )
        if system.constraint is not None and not all(evaluate(system.constraint, state) for state in system.initial):
            raise CannotExport("an initial state is outside the constraint; TLC does not look at such states")
        self.variables = {v.name: self.names.new(v.name) for v in system.variables}
        named = dict.fromkeys(given for rule in system.rules for given in rule.choose)
        self.inputs = {given: self.names.new(given) for given in named}

    def lines(self) -> Iterator[str]:
        """All of them."""
        yield "\\* Run TLC with -deadlock: what has no successor is an end, and a property says which ends are wrong."
        yield "\\* TLC counts the initial states among the states generated; the others are the transitions."
        yield "EXTENDS Integers\n"
        yield DEFINITIONS
        yield "VARIABLES"
        for at, var in enumerate(self.system.variables):
            comma = "," if at + 1 < len(self.system.variables) else ""
            yield f"  {self.variables[var.name]}{comma}{_values(var)}"
        yield from _wrapped("variables == <<", self.variables.values(), ">>")
        yield "\nInit =="
        for state in self.system.initial:
            yield from self._initial(state)
        actions: list[str] = []
        for rule in self.system.rules:
            name = self.names.new(rule.name)
            parameters = _in_parentheses(self.inputs[given] for given in rule.choose)
            yield f"\n\\* {rule.name}" + (f" [{rule.cite}]" if rule.cite else "")
            yield f"{name}{parameters} =="
            yield from self._action(rule)
            ranges = ", ".join(f"{self.inputs[given]} \\in 0..{count - 1}" for given, count in rule.choose.items())
            actions.append((f"\\E {ranges} : " if ranges else "") + name + parameters)
        yield "\nNext =="
        yield from (f"  \\/ {action}" for action in actions or ["FALSE"])
        yield "\nSpec == Init /\\ [][Next]_variables"
        yield from self._end()

    def _initial(self, state: State) -> Iterator[str]:
        values = {v: int(state[v.name]) if v.width else str(bool(state[v.name])).upper() for v in self.system.variables}
        yield from _conjunction("  \\/ ", (f"{self.variables[var.name]} = {value}" for var, value in values.items()))

    def _action(self, rule: Rule) -> Iterator[str]:
        guard = [*conjuncts(node_of(rule.guard))] or [node_of(z3.BoolVal(True))]
        changed = changes(rule)
        texts = _Texts([*guard, *changed.values()], {**self.variables, **self.inputs})
        yield from _let(texts)
        yield from _conjunction("  IF ", map(texts.of, guard))
        written = [f"{self.variables[name]}' = {texts.of(node)}" for name, node in changed.items()]
        yield from _conjunction("  THEN ", written)
        if kept := [self.variables[name] for name in self.system.var if name not in changed]:
            yield from _wrapped(f"{' ' * 7 if written else '  THEN '}/\\ UNCHANGED <<", kept, ">>")
        yield "  ELSE FALSE"

    def _end(self) -> Iterator[str]:
        """Constraint and properties."""
        inside = self.system.constraint
        if inside is not None:
            yield from self._formula("Inside", inside)
            self.configuration.append("CONSTRAINT Inside")
        for prop in self.properties:
            name = self.names.new(prop.name)
            yield f"\n\\* {prop.name}, {prop.kind}" + (f": {prop.sentence}" if prop.sentence else "")
            if prop.kind == "step":
                self._see_all_steps(prop)
                yield from self._formula(name, prop.term, " [][", "]_variables")
            else:
                holds = prop.term if prop.kind == "always" else z3.Not(prop.term)
                yield from self._formula(name, holds if inside is None else z3.Implies(inside, holds))
            self.configuration.append(f"{'PROPERTY' if prop.kind == 'step' else 'INVARIANT'} {name}")

    def _formula(self, name: str, term: z3.BoolRef, before: str = "", behind: str = "") -> Iterator[str]:
        primed = {name + "'": text + "'" for name, text in self.variables.items()}
        root = node_of(term)
        texts = _Texts([root], {**self.variables, **primed})
        yield f"{name} =={before}"
        yield from _let(texts)
        yield f"  {texts.of(root)}{behind}"

    def _see_all_steps(self, prop: Property) -> None:
        """Raise `CannotExport` if a step that changes nothing may violate the property."""
        pairs = [(var.next, var.term) for var in self.system.variables]
        solver = z3.Solver()
        solver.add(z3.Not(z3.substitute(prop.term, *pairs)))
        if solver.check() != z3.unsat:
            raise CannotExport(
                f"a step that changes nothing may violate '{prop.name}'; TLA+ does not look at such steps"
            )


def _values(var: Var) -> str:
    """A comment that names a variable's values."""
    return "  \\* " + ", ".join(f"{at} {name}" for at, name in enumerate(var.names)) if var.names else ""


def _in_parentheses(names: Iterable[str]) -> str:
    listed = ", ".join(names)
    return f"({listed})" if listed else ""


def _conjunction(head: str, parts: Iterable[str]) -> Iterator[str]:
    """Conjuncts in a line each; the first one stands behind `head`."""
    for at, part in enumerate(parts):
        yield f"{' ' * len(head) if at else head}/\\ {part}"


def _let(texts: _Texts) -> Iterator[str]:
    if texts.definitions:
        yield "  LET " + "\n      ".join(texts.definitions)
        yield "  IN"


def _wrapped(head: str, words: Iterable[str], tail: str) -> Iterator[str]:
    """A list in lines of at most `LINE` characters where it can be."""
    line = head
    for at, word in enumerate(words):
        line += "," if at else ""
        if len(line) + len(word) + 2 > LINE:
            yield line
            line = " " * len(head)
        elif at:
            line += " "
        line += word
    yield line + tail
