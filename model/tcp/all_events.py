"""All events of one endpoint, in the RFC's order: calls, crash, SEGMENT ARRIVES, timeouts."""

from __future__ import annotations

from model.core import z3fast as z3
from model.tcp import calls, timeouts
from model.tcp.acknowledgments import timed_acknowledgment
from model.tcp.arrives import segment_arrives
from model.tcp.event import Change, Event, as_written
from model.tcp.segment import Segment
from model.tcp.state import Endpoint, Tcb


def events(endpoint: Endpoint, tcb: Tcb, x: Segment, isn: z3.BitVecRef, change: Change = as_written) -> list[Event]:
    """Every event of an endpoint with TCB `tcb`; `x` is the segment that may arrive, `isn` the ISN on offer.

    change: of the conditions of SEGMENT ARRIVES, for mutants (`model.mutants`).
    """
    listed = [
        *calls.passive_open(tcb),
        *calls.active_open(endpoint, isn),
        *calls.send(endpoint, tcb, isn),
        *calls.close(endpoint, tcb),
        *calls.abort(endpoint, tcb),
        *calls.crash(endpoint),
        *segment_arrives(endpoint, tcb, x, isn, change=change),
        *timeouts.user_timeout(endpoint),
        *timeouts.syn_received_timeout(endpoint, tcb),
        *timeouts.time_wait_timeout(endpoint),
        *timeouts.acknowledgment_timeout(endpoint, tcb),
    ]
    if endpoint.config.retransmission:
        listed += timeouts.retransmission_timeout(endpoint, tcb)
    return [timed_acknowledgment(endpoint, tcb, event) for event in listed]
