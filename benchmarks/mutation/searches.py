"""Searches as killers: the claims' own cells, the small ones. A property or a witness has another answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from time import process_time

import z3

from model.core.answer import Limits, Outcome
from model.core.property import Property
from model.core.system import BadSystem, System
from model.engines.explicit.search import explore
from model.mutants.derive import Unaffected
from model.network.bounded import Network
from model.network.ghosts.ghost import brought_by
from model.settings.config import Config
from properties.claim import Makes, Safety
from properties.claims import CLAIMS
from properties.configs import FOUR_WAY_CLOSE, IGNORING_RST, LAST_ACK, ORDERLY, SIMULTANEOUS

SECONDS = 6.0
"""After so much of the processor's time no further cell is searched."""


@dataclass(frozen=True)
class Cell:
    """One configuration of the claims, and what a search says of all properties and witnesses that they have there."""

    config: Config
    properties: tuple[Makes[Property], ...]
    witnesses: tuple[Makes[Property], ...]

    def system(self, name: str = "") -> System:
        """The system of the protocol, or of a mutant. Raises `BadConfig`, `BadSystem`."""
        network = Network(self.config.but(mutant=name), ghosts=brought_by(*self.properties, *self.witnesses))
        made = [
            *(one(network) for one in self.properties),
            *(one(network) for one in self.witnesses),
        ]
        wanted = {prop.name: prop for prop in made if isinstance(prop, Property)}
        return network.system(*wanted.values())

    @cached_property
    def written(self) -> System:
        """The system of the protocol as it is written."""
        return self.system()

    @cached_property
    def answers(self) -> Mapping[str, Outcome]:
        """What the search says of it."""
        return explore(self.written, limits=Limits(workers=1), cone=True)

    def notices(self, name: str) -> str | None:
        """The first property whose answer is another one."""
        try:
            system = self.system(name)
        except (Unaffected, BadSystem):
            return None
        if same(system, self.written):
            return None
        most = 2 * next(iter(self.answers.values())).effort.states + 100_000
        limits = Limits(max_states=most, max_seconds=SECONDS, workers=1)
        found = explore(system, limits=limits, cone=True)
        for prop, verdict in found.items():
            if verdict.answer not in ("unknown", self.answers[prop].answer):
                return f"{prop}: {verdict.answer}"
        return None


def same(one: System, other: System) -> bool:
    """Whether two systems have the same rules and properties (which may speak of the events)."""
    if not all(a.term.eq(b.term) for a, b in zip(one.properties, other.properties, strict=True)):
        return False
    if [rule.name for rule in one.rules] != [rule.name for rule in other.rules]:
        return False
    pairs = zip(one.rules, other.rules, strict=True)
    return all(a.guard.eq(b.guard) and _equal(a.update, b.update) for a, b in pairs)


def _equal(one: Mapping[str, z3.ExprRef], other: Mapping[str, z3.ExprRef]) -> bool:
    return one.keys() == other.keys() and all(term.eq(other[name]) for name, term in one.items())


def cell(config: Config, like: Config | None = None) -> Cell:
    """All finite claims that must hold on a configuration, or on one that is `like` it and larger, with witnesses."""
    claims = [
        claim
        for claim in CLAIMS
        if claim.finite
        for one in claim.cells
        if one.config == (like or config) and one.expected == "holds"
    ]
    assert claims, config
    witnesses = dict.fromkeys(chain(*(claim.witness for claim in claims)))
    made = tuple(claim.question.make for claim in claims if isinstance(claim.question, Safety))
    return Cell(config, made, tuple(witnesses))


CELLS = (
    cell(LAST_ACK),
    cell(ORDERLY.but(send_on_syn=True, open_a="both", capacity=1), ORDERLY),
    cell(IGNORING_RST.but(incarnations=1), IGNORING_RST),
    cell(SIMULTANEOUS.but(capacity=1), SIMULTANEOUS),
    cell(FOUR_WAY_CLOSE),
)
"""Small cells of claims."""


def searches(name: str) -> str | None:
    """The first cell in which a property or a witness has another answer."""
    begun = process_time()
    for one in CELLS:
        found = one.notices(name) if process_time() - begun < SECONDS else None
        if found is not None:
            return found
    return None
