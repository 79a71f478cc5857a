"""The events of an endpoint: the protocol's, or those of the mutant that its configuration names."""

from __future__ import annotations

import z3

from model.mutants.derive import mutated
from model.tcp import protocol
from model.tcp.event import Event
from model.tcp.segment import Segment
from model.tcp.state import Endpoint, Tcb


def events(endpoint: Endpoint, tcb: Tcb, x: Segment, isn: z3.BitVecRef) -> list[Event]:
    """As `model.tcp.protocol.events`; raises `BadConfig` if there is no such mutant."""
    return (mutated if endpoint.config.mutant else protocol.events)(endpoint, tcb, x, isn)
