"""Who knows what: formulas about the reachable states of a system, and the runs that refute them.

A side *knows* f in a state if f holds in every reachable state that has the same local state of that side; `Knows` may
be nested. f is *common knowledge* of some sides if each knows f, each knows that each knows it, and so on: f holds in
every state that a chain of such states leads to. Source: Halpern and Moses, "Knowledge and common knowledge in a
distributed environment" (1990).

A refutation is a list of runs: the first one leads to a state where the formula fails; each further one to a state that
a side cannot tell from the end of the run before. `confirm_refuted` replays them, compares the local states, and finds
in plain Python why the formula fails; whatever formula this accepts fails, however many more states there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import z3

from model.core.run import ReplayError, Run, replay
from model.core.system import State, System, Var
from model.core.terms import evaluate

Views = Mapping[str, Sequence[Var]]
"""The local state of each side: the variables that it can look at."""
Always = Literal["always", "somewhere", "nowhere"]


@dataclass(frozen=True, eq=False)
class Fact:
    """A term over the variables, with its name in words."""

    name: str
    term: z3.BoolRef


@dataclass(frozen=True)
class Combined:
    """Other formulas, combined; *not* has one, *implies* two."""

    how: Literal["not", "and", "or", "implies"]
    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Knows:
    """A side knows it."""

    side: str
    what: Formula


@dataclass(frozen=True)
class Common:
    """It is common knowledge of these sides."""

    sides: tuple[str, ...]
    what: Formula


Formula = Fact | Combined | Knows | Common


def not_(formula: Formula) -> Formula:
    """It does not hold."""
    return Combined("not", (formula,))


def both(*formulas: Formula) -> Formula:
    """All of them hold."""
    return Combined("and", formulas)


def either(*formulas: Formula) -> Formula:
    """One of them holds, or several."""
    return Combined("or", formulas)


def where(premise: Formula, formula: Formula) -> Formula:
    """It holds wherever the premise does."""
    return Combined("implies", (premise, formula))


def knows(sides: str, formula: Formula) -> Formula:
    """Of sides "AB", that A knows that B knows it; sides of longer names are nested with `Knows`."""
    for side in reversed(sides):
        formula = Knows(side, formula)
    return formula


@dataclass(frozen=True)
class Known:
    """A named statement: a formula holds *always*, *somewhere* or *nowhere*, that is in all, some or no states."""

    name: str
    kind: Always
    formula: Formula
    views: Views = field(default_factory=dict)

    @property
    def terms(self) -> tuple[z3.ExprRef, ...]:
        """The terms of its facts."""
        return tuple(fact.term for fact in facts(self.formula))


@dataclass(frozen=True)
class Refutation:
    """Runs that refute a formula; sides: who cannot tell the end of each run but the first from the end before."""

    runs: tuple[Run, ...]
    sides: tuple[str, ...] = ()


def said(formula: Formula) -> str:
    """The formula in words."""
    match formula:
        case Fact():
            return formula.name
        case Knows():
            return f"{formula.side} knows that {said(formula.what)}"
        case Common():
            return f"{' and '.join(formula.sides)} commonly know that {said(formula.what)}"
    words = [said(part) for part in formula.parts]
    if formula.how == "not":
        return f"it is false that {words[0]}"
    return f"if {words[0]}, then {words[1]}" if formula.how == "implies" else f" {formula.how} ".join(words)


def facts(formula: Formula) -> Iterator[Fact]:
    """The facts in a formula."""
    match formula:
        case Fact():
            yield formula
        case Combined():
            for part in formula.parts:
                yield from facts(part)
        case Knows() | Common():
            yield from facts(formula.what)


def plain(formula: Formula) -> bool:
    """Whether nobody's knowledge is in a formula, so that a state alone decides it."""
    return isinstance(formula, Fact) or (isinstance(formula, Combined) and all(map(plain, formula.parts)))


def plainly(formula: Formula, state: State) -> bool:
    """The value of a plain formula in a state, by the Python meaning."""
    if isinstance(formula, Fact):
        return bool(evaluate(formula.term, state))
    assert isinstance(formula, Combined)
    values = [plainly(part, state) for part in formula.parts]
    if formula.how == "implies":
        return not values[0] or values[1]
    return not values[0] if formula.how == "not" else all(values) if formula.how == "and" else any(values)


def local(views: Views, side: str, state: State) -> tuple[int, ...]:
    """What a side sees of a state."""
    return tuple(int(state[var.name]) for var in views[side])


def confirm_refuted(system: System, views: Views, formula: Formula, found: Refutation) -> None:
    """Check that runs refute a formula; raises `ReplayError`."""
    for run in found.runs:
        replay(system, run)
    ends = [run.states[-1] for run in found.runs]
    for side, before, after in zip(found.sides, ends[:-1], ends[1:], strict=True):
        if local(views, side, before) != local(views, side, after):
            raise ReplayError(f"{side} can tell the runs apart")
    if not _fails(formula, ends, found.sides):
        raise ReplayError(f"the runs do not refute that {said(formula)}")


def _fails(formula: Formula, ends: Sequence[State], sides: Sequence[str]) -> bool:
    """Whether states, each of which a side cannot tell from the next, show that the formula fails in the first."""
    if plain(formula):
        return not plainly(formula, ends[0])
    if isinstance(formula, Knows):
        further = sides[:1] == (formula.side,) and _fails(formula.what, ends[1:], sides[1:])
        return further or _fails(formula.what, ends, sides)  # Nobody knows what is not so.
    if isinstance(formula, Common):
        further = bool(sides) and sides[0] in formula.sides and _fails(formula, ends[1:], sides[1:])
        return further or _fails(formula.what, ends, sides)
    assert isinstance(formula, Combined)
    if formula.how == "implies":
        premise, then = formula.parts
        return plain(premise) and plainly(premise, ends[0]) and _fails(then, ends, sides)
    failing = (_fails(part, ends, sides) for part in formula.parts)
    return formula.how != "not" and (any(failing) if formula.how == "and" else all(failing))
