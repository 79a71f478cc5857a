"""The two tables that were written independently from the RFC, of 3.10.7 and of calls and timeouts, as killers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import product

from benchmarks.mutation.changes import as_written, changed
from model.conform.interpreter import Connection, Given, Interpreter, Seg
from model.conform.stacks import Profile
from model.tcp.config import Config
from model.tcp.segment import SEGMENT_FIELDS
from model.tcp.state import FIELDS
from tests.arrivals import ORIGINS, SHARED, VARIANTS, segments, tcbs
from tests.call_table import AT, CALLS, FRONTS, NOTHING_TO_SEND_AGAIN, USER_CALLS, happens
from tests.decision_table import Segment, Tcb, segment_arrives

ISN = 2**32 - 1
MANNERS = ("default", "rfc793", "window=0")
TCBS = 2
"""So many TCBs of a state meet all segments; if there are more, each meets a part of them."""
PLAIN = as_written(Config())
CLOSING = replace(AT["SYN-RECEIVED"], queued=10, close_queued=True)
"""Here neither SEND nor CLOSE is an event (3.10.2, 3.10.4)."""


def decision_table(name: str) -> str | None:
    """The first row that the mutant does not keep to."""
    states = {PLAIN.events[e].state for e in changed(PLAIN, name) if PLAIN.events[e].kind == "arrives"}
    rows = ((variant, state) for variant, state in product(MANNERS, sorted(states)))
    return next((f"{state} ({variant}): {x}" for variant, state in rows for x in _wrong(name, variant, state)), None)


def _wrong(name: str, variant: str, state: str) -> Iterator[str]:
    """The rows of a state that are not kept to."""
    options = VARIANTS[variant]
    config = Config(mutant=name, **{field: getattr(options, field) for field in SHARED})
    model = Interpreter(Profile("table", config))
    given = Given(ISN, options.window, options.max_snd_wnd)
    listed = tcbs(state, ORIGINS[1:2])
    step = max(1, len(listed) // TCBS)
    for at, tcb in enumerate(listed):
        for x in segments(options, tcb)[at % step :: step]:
            steps = model.arrives(Connection(**asdict(tcb)), Seg(*(getattr(x, f) for f in SEGMENT_FIELDS)), given)
            expected = segment_arrives(options, tcb, x, ISN)
            if [(step.after, step.sent) for step in steps] != [_outcome(expected.tcb, expected.reply)]:
                yield expected.row


def _outcome(tcb: Tcb, reply: Segment | None) -> tuple[Connection, Seg | None]:
    sent = None if reply is None else Seg(*(getattr(reply, field) for field in SEGMENT_FIELDS))
    return Connection(tcb.state, *(getattr(tcb, field) for field in FIELDS)), sent


def call_table(name: str) -> str | None:
    """The first call or timeout that the mutant does not do as the table says."""
    config, events = Config(mutant=name), [PLAIN.events[event] for event in changed(PLAIN, name)]
    states = {event.state for event in events if event.kind != "arrives"}
    for state, call in product(sorted(states), CALLS):
        expected = USER_CALLS.get((call, state))
        if happens(AT[state], call, config) != ([expected] if expected else []):
            return f"{call} in {state}"
    if any(happens(CLOSING, call, config) for call in ("SEND", "CLOSE") if CLOSING.state in states):
        return "a call after CLOSE in SYN-RECEIVED"
    if any(happens(tcb, "RETRANSMISSION", config) for tcb in NOTHING_TO_SEND_AGAIN if tcb.state in states):
        return "RETRANSMISSION of nothing"
    fronts = [(tcb, sent) for tcb, sent in FRONTS if tcb.state in states]
    wrong = (tcb for tcb, sent in fronts if happens(tcb, "RETRANSMISSION", config) != [(tcb, sent)])
    return next((f"RETRANSMISSION in {tcb.state}" for tcb in wrong), None)
