"""How a lemma is written: a function that says it of a side or a segment, with its sentence, and why it holds.

And what lemmas are for: a theorem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, TypeVar

import z3

from model.any_channel.network import Carried, UnboundedNetwork
from model.core.property import Property
from model.engines.inductive.obligations import Corollary, Induction, Lemma, LemmaPart, Transition

LemmaOf = Callable[[UnboundedNetwork], Lemma]
CorollaryOf = Callable[[UnboundedNetwork], Corollary]
Says = Callable[..., Any]
Kind = TypeVar("Kind", bound=Lemma)


@dataclass(frozen=True)
class Theorem:
    """A property of every run, and the lemmas that imply it.

    goal: the property that a search is asked about, too. owes: of a property of steps, what each step owes.
    """

    lemmas: tuple[LemmaOf, ...]
    goal: Callable[[UnboundedNetwork], Property] | None = None
    owes: Callable[[UnboundedNetwork, Transition], tuple[LemmaPart, ...]] = lambda *_: ()

    def induction(
        self,
        network: UnboundedNetwork,
        proved: Sequence[Lemma] = (),
        corollaries: Sequence[Corollary] = (),
        leave_out: str = "",
    ) -> Induction:
        """What is to be shown, given that `proved` are. leave_out: a lemma to do without."""
        lemmas = [lemma for lemma in (make(network) for make in self.lemmas) if lemma.name != leave_out]
        owing = (replace(step, owes=(*step.owes, *self.owes(network, step))) for step in network.soup.steps)
        said = self.goal(network) if self.goal else None
        goal = LemmaPart(said.name, said.term) if said else None
        return Induction(replace(network.soup, steps=tuple(owing)), proved, lemmas, goal, corollaries)


def stated(
    kind: Callable[..., Kind], of: Callable[[UnboundedNetwork, Says], Iterable[LemmaPart]], **reasons: Any
) -> Callable[[Says], Callable[[UnboundedNetwork], Kind]]:
    """Makes a lemma (or corollary) of a function: its name is the function's, and its sentence.

    of: what the function says it of. reasons: why, excludes and, of a corollary, by; see `Lemma`.
    """

    def made(says: Says) -> Callable[[UnboundedNetwork], Kind]:
        @wraps(says)
        def make(network: UnboundedNetwork) -> Kind:
            return kind(says.__name__.replace("_", "-"), tuple(of(network, says)), **reasons)

        return make

    return made


def parts(network: UnboundedNetwork, says: Says) -> Iterable[LemmaPart]:
    """The function makes the parts, of the network."""
    return list(says(network))


def sides(network: UnboundedNetwork, says: Says) -> Iterable[LemmaPart]:
    """It is said of each side, the other one, and the network."""
    return (LemmaPart(f"at {side.name}", says(side, network.other(side), network)) for side in network.sides.values())


def segments(network: UnboundedNetwork, says: Says) -> Iterable[LemmaPart]:
    """It is said of any segment, its sender's side, its receiver's, and the network."""
    return (
        of_any(side.name, says(network.stored[side.name][0], side, network.other(side), network))
        for side in network.sides.values()
    )


def two_segments(network: UnboundedNetwork, says: Says) -> Iterable[LemmaPart]:
    """It is said of any two segments of one side, and the network."""
    return (
        LemmaPart(f"two segments of {name}", says(m, n, network), (name, name))
        for name, (m, n) in network.stored.items()
    )


def of_any(name: str, said: z3.BoolRef) -> LemmaPart:
    """A part about any segment of a side."""
    return LemmaPart(f"a segment of {name}", said, (name,))


def is_ack(m: Carried) -> z3.BoolRef:
    """The segment acknowledges, and is no reset."""
    return z3.And(m.x.ack, z3.Not(m.x.rst))
