"""The events of an endpoint: the protocol's, or those of the mutant that its configuration names."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import z3

from model.mutants.derive import mutated
from model.tcp import all_events
from model.tcp.event import Event
from model.tcp.segment import Segment
from model.tcp.state import Endpoint, Tcb

KEPT = 64
"""Lists of events: a network asks for those of its two sides, and so does what is said of it."""


def events(endpoint: Endpoint, tcb: Tcb, x: Segment, isn: z3.BitVecRef) -> list[Event]:
    """As `model.tcp.all_events.events`; raises `BadConfig` if there is no such mutant."""
    return list(_events(_Given(endpoint, tcb, x, isn)))


@dataclass(frozen=True, eq=False)
class _Given:
    """What the events are asked for; equal where the terms are the same ones, which are kept with it."""

    endpoint: Endpoint
    tcb: Tcb
    x: Segment
    isn: z3.BitVecRef
    key: tuple[object, ...] = field(init=False)

    def __post_init__(self) -> None:
        given = (*vars(self.endpoint).values(), *vars(self.tcb).values(), *vars(self.x).values(), self.isn)
        object.__setattr__(self, "key", tuple(t.get_id() if isinstance(t, z3.ExprRef) else t for t in given))

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Given) and self.key == other.key


@lru_cache(KEPT)
def _events(given: _Given) -> tuple[Event, ...]:
    made = mutated if given.endpoint.config.mutant else all_events.events
    return tuple(made(given.endpoint, given.tcb, given.x, given.isn))
