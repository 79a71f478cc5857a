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
    given = (*vars(endpoint).values(), *vars(tcb).values(), *vars(x).values(), isn)
    key = tuple(term.get_id() if isinstance(term, z3.ExprRef) else term for term in given)
    return list(_events(_Given(key, endpoint, tcb, x, isn)))


@dataclass(frozen=True)
class _Given:
    """What the events are asked for; equal where the terms are the same ones, which are kept with it."""

    key: tuple[object, ...]
    endpoint: Endpoint = field(compare=False)
    tcb: Tcb = field(compare=False)
    x: Segment = field(compare=False)
    isn: z3.BitVecRef = field(compare=False)


@lru_cache(KEPT)
def _events(given: _Given) -> tuple[Event, ...]:
    made = mutated if given.endpoint.config.mutant else all_events.events
    return tuple(made(given.endpoint, given.tcb, given.x, given.isn))
