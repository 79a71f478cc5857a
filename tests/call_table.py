"""User calls and timeouts of RFC 9293, 3.10.1 to 3.10.5 and 3.10.8, by hand; and what the model does with numbers.

A call that the RFC answers with an error is no event: what is not in the tables must not happen. ISS is 100, IRS 300,
a SEND issues 10 octets, and the initial sequence number on offer is 7000.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import z3

from model.core.terms import Meaning
from model.mutants.endpoint_events import events
from model.settings.config import Config
from model.tcp.event import Event
from model.tcp.segment import SEGMENT_FIELDS, show_segment, symbolic_segment
from model.tcp.state import FIELDS, Endpoint, manners, symbolic_tcb
from tests.decision_table import Tcb

BITS = 32
CALLS = ("passive OPEN", "active OPEN", "SEND", "CLOSE", "ABORT")
CLOSED = Tcb("CLOSED")
AT = {
    "CLOSED": CLOSED,
    "LISTEN": Tcb("LISTEN"),
    "SYN-SENT": Tcb("SYN-SENT", 100, 101, 100),
    "SYN-RECEIVED": Tcb("SYN-RECEIVED", 100, 101, 100, 301, 300, passive_open=True),
    "ESTABLISHED": Tcb("ESTABLISHED", 101, 105, 100, 301, 300),
    "FIN-WAIT-1": Tcb("FIN-WAIT-1", 105, 106, 100, 301, 300),
    "FIN-WAIT-2": Tcb("FIN-WAIT-2", 106, 106, 100, 301, 300),
    "CLOSE-WAIT": Tcb("CLOSE-WAIT", 101, 105, 100, 302, 300),
    "CLOSING": Tcb("CLOSING", 105, 106, 100, 302, 300),
    "LAST-ACK": Tcb("LAST-ACK", 105, 106, 100, 302, 300),
    "TIME-WAIT": Tcb("TIME-WAIT", 106, 106, 100, 302, 300),
}
"""A typical TCB of each state."""
OPENED = Tcb("SYN-SENT", 7000, 7001, 7000)
Row = tuple[Tcb, str]
"""The TCB after an event, and what is sent."""


def after(state: str, to: str, **changes: object) -> Tcb:
    """The typical TCB of a state, moved to another one."""
    return replace(AT[state], state=to, **changes)  # type: ignore[arg-type]


USER_CALLS: dict[tuple[str, str], Row] = {
    ("passive OPEN", "CLOSED"): (Tcb("LISTEN"), ""),  # 3.10.1
    ("active OPEN", "CLOSED"): (OPENED, "<SEQ=7000><CTL=SYN>"),
    ("active OPEN", "LISTEN"): (OPENED, "<SEQ=7000><CTL=SYN>"),
    ("SEND", "LISTEN"): (replace(OPENED, queued=10), "<SEQ=7000><CTL=SYN>"),  # 3.10.2
    ("SEND", "SYN-SENT"): (after("SYN-SENT", "SYN-SENT", queued=10), ""),
    ("SEND", "SYN-RECEIVED"): (after("SYN-RECEIVED", "SYN-RECEIVED", queued=10), ""),
    ("SEND", "ESTABLISHED"): (after("ESTABLISHED", "ESTABLISHED", snd_nxt=115), "<SEQ=105><ACK=301><DATA=10><CTL=ACK>"),
    ("SEND", "CLOSE-WAIT"): (after("CLOSE-WAIT", "CLOSE-WAIT", snd_nxt=115), "<SEQ=105><ACK=302><DATA=10><CTL=ACK>"),
    ("CLOSE", "LISTEN"): (CLOSED, ""),  # 3.10.4
    ("CLOSE", "SYN-SENT"): (CLOSED, ""),
    ("CLOSE", "SYN-RECEIVED"): (after("SYN-RECEIVED", "FIN-WAIT-1", snd_nxt=102), "<SEQ=101><ACK=301><CTL=FIN,ACK>"),
    ("CLOSE", "ESTABLISHED"): (after("ESTABLISHED", "FIN-WAIT-1", snd_nxt=106), "<SEQ=105><ACK=301><CTL=FIN,ACK>"),
    ("CLOSE", "CLOSE-WAIT"): (after("CLOSE-WAIT", "LAST-ACK", snd_nxt=106), "<SEQ=105><ACK=302><CTL=FIN,ACK>"),
    ("ABORT", "LISTEN"): (CLOSED, ""),  # 3.10.5
    ("ABORT", "SYN-SENT"): (CLOSED, ""),
    ("ABORT", "SYN-RECEIVED"): (CLOSED, "<SEQ=101><CTL=RST>"),
    ("ABORT", "ESTABLISHED"): (CLOSED, "<SEQ=105><CTL=RST>"),
    ("ABORT", "FIN-WAIT-1"): (CLOSED, "<SEQ=106><CTL=RST>"),
    ("ABORT", "FIN-WAIT-2"): (CLOSED, "<SEQ=106><CTL=RST>"),
    ("ABORT", "CLOSE-WAIT"): (CLOSED, "<SEQ=105><CTL=RST>"),
    ("ABORT", "CLOSING"): (CLOSED, ""),
    ("ABORT", "LAST-ACK"): (CLOSED, ""),
    ("ABORT", "TIME-WAIT"): (CLOSED, ""),
}
FRONTS: list[tuple[Tcb, str]] = [
    (AT["SYN-SENT"], "<SEQ=100><CTL=SYN>"),  # 3.10.8: the segment at the front of the queue
    (replace(AT["SYN-SENT"], snd_nxt=105), "<SEQ=100><DATA=4><CTL=SYN>"),
    (replace(AT["SYN-SENT"], snd_nxt=121), "<SEQ=100><DATA=10><CTL=SYN>"),
    (replace(AT["SYN-SENT"], queued=10), "<SEQ=100><CTL=SYN>"),
    (AT["SYN-RECEIVED"], "<SEQ=100><ACK=301><CTL=SYN,ACK>"),
    (AT["ESTABLISHED"], "<SEQ=101><ACK=301><DATA=4><CTL=ACK>"),
    (replace(AT["ESTABLISHED"], snd_nxt=121), "<SEQ=101><ACK=301><DATA=10><CTL=ACK>"),
    (AT["CLOSE-WAIT"], "<SEQ=101><ACK=302><DATA=4><CTL=ACK>"),
    (Tcb("FIN-WAIT-1", 100, 102, 100, 301, 300), "<SEQ=100><ACK=301><CTL=SYN,ACK>"),  # CLOSE in SYN-RECEIVED
    (Tcb("FIN-WAIT-1", 100, 102, 100, 100, 99), "<SEQ=100><ACK=100><CTL=SYN,ACK>"),  # both sides' numbers coincide
    (Tcb("FIN-WAIT-1", 101, 102, 100, 301, 300), "<SEQ=101><ACK=301><CTL=FIN,ACK>"),  # its SYN is acknowledged
    (Tcb("FIN-WAIT-1", 101, 106, 100, 301, 300), "<SEQ=101><ACK=301><DATA=4><CTL=ACK>"),  # the FIN comes after text
    (Tcb("FIN-WAIT-1", 101, 112, 100, 301, 300), "<SEQ=101><ACK=301><DATA=10><CTL=ACK>"),
    (AT["FIN-WAIT-1"], "<SEQ=105><ACK=301><CTL=FIN,ACK>"),
    (Tcb("CLOSING", 100, 102, 100, 302, 300), "<SEQ=100><ACK=302><CTL=SYN,ACK>"),
    (Tcb("CLOSING", 101, 106, 100, 302, 300), "<SEQ=101><ACK=302><DATA=4><CTL=ACK>"),
    (AT["CLOSING"], "<SEQ=105><ACK=302><CTL=FIN,ACK>"),
    (Tcb("LAST-ACK", 101, 106, 100, 302, 300), "<SEQ=101><ACK=302><DATA=4><CTL=ACK>"),
    (AT["LAST-ACK"], "<SEQ=105><ACK=302><CTL=FIN,ACK>"),
    *((Tcb(s, 101, 106, 100, 101, 99), "<SEQ=101><ACK=101><DATA=4><CTL=ACK>") for s in ("CLOSING", "LAST-ACK")),
    (Tcb("LAST-ACK", 2**32 - 1, 1, 2**32 - 9, 302, 300), f"<SEQ={2**32 - 1}><ACK=302><DATA=1><CTL=ACK>"),
]
NOTHING_TO_SEND_AGAIN = [
    *(AT[state] for state in ("CLOSED", "LISTEN", "FIN-WAIT-2", "TIME-WAIT")),
    *(replace(AT[state], snd_una=105) for state in ("ESTABLISHED", "CLOSE-WAIT")),
    replace(AT["TIME-WAIT"], snd_una=101),  # After ABORT the queue has been flushed (abort_to=TIME-WAIT).
]


RFC = Config()


@cache
def prepared(config: Config) -> list[tuple[Event, Meaning]]:
    """Every event that needs no segment to arrive; the meaning is of: guard, TCB, whether something is sent, what."""
    window, text = z3.BitVecVal(1000, BITS), z3.BitVecVal(10, BITS)
    tcb, x, isn = symbolic_tcb("", BITS), symbolic_segment("x.", BITS), z3.BitVec("isn", BITS)
    endpoint = Endpoint(config, BITS, window, window, text, *manners(config))
    listed = [event for event in events(endpoint, tcb, x, isn) if event.kind != "arrives"]
    return [(event, Meaning([event.guard, *_fields(event)])) for event in listed]


def _fields(event: Event) -> Iterator[z3.ExprRef]:
    yield from (getattr(event.effect.tcb, field) for field in FIELDS)
    if event.effect.send is not None:
        yield event.effect.send_when
        yield from (getattr(event.effect.send, field) for field in SEGMENT_FIELDS)


def happens(tcb: Tcb, name: str, config: Config = RFC) -> list[Row]:
    """What the events whose names begin with `name` do at a TCB."""
    assignment = {field: getattr(tcb, field) for field in FIELDS} | {"isn": 7000}
    rows = []
    for event, meaning in prepared(config):
        if event.state == tcb.state and event.name.startswith(name):
            guard, *values = meaning(assignment)
            sent = dict(zip(SEGMENT_FIELDS, values[len(FIELDS) + 1 :], strict=False))
            shown = show_segment(sent) if sent and values[len(FIELDS)] else ""
            rows += [(Tcb(event.effect.next, *values[: len(FIELDS)]), shown)] if guard else []
    return rows
