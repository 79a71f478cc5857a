"""The two lines of a picture: which sides share them, what stands above them, and where nobody is there.

Client and server are named where the run tells them apart: one side alone sends a SYN of its own (it opens actively, or
sends in LISTEN), and the other one opens passively (RFC 9293, 3.10.1). At a server's table they are C1, S1 and so on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from model.core.run import Run
from model.core.system import State, System
from model.pictures.flights import SENDS, history
from model.words.language import _, marked

Lanes = Mapping[str, Mapping[str, str]]
"""The names of the lines, from left to right; of each the sides that share it, with the variable of their state, or
"" for a side that has none."""
LINES = (marked("clients"), marked("server"))
"""Names of lines that have several sides."""
CALLED = {"client": marked("client {name}"), "server": marked("server {name}")}
"""A side with its role."""
DEAD = "CLOSED"
"""The state of an end that is not there."""


def roles(lanes: Lanes, trace: Run) -> dict[str, str]:
    """The roles by side, client and server, where the run tells which is which; else nothing."""
    sides = [side for line in lanes.values() for side in line]
    sent = [one for step in history(trace) for one in step if one.action in SENDS]
    asking = {one.source for one in sent if one.values.get("syn") and not one.values["ack"]}
    listening = {step.rule.side for step in trace.steps if step.rule.call == "passive OPEN"} - asking
    if len(sides) == 2 and len(asking) == len(listening) == 1:
        return {side: marked("client") if side in asking else marked("server") for side in sides}
    return {}


def headings(lanes: Lanes, trace: Run) -> list[str]:
    """What stands above the lines: "A (client)" and "B (server)", or the names alone."""
    known = roles(lanes, trace)
    heading = _("{name} ({role})")
    return [heading.format(name=name, role=_(known[name])) if name in known else _(name) for name in lanes]


def with_roles(words: str, lanes: Lanes, trace: Run) -> str:
    """The words with "client" or "server" before the name of a side, where the run tells which is which."""
    for side, role in roles(lanes, trace).items():
        words = re.sub(rf"\b{re.escape(side)}\b", _(CALLED[role]).format(name=side), words, flags=re.ASCII)
    return words


def closed(system: System, line: Mapping[str, str], state: State) -> bool:
    """Whether the only side of a line is CLOSED."""
    return len(line) == 1 and all(name and system.var[name].show(state[name]) == DEAD for name in line.values())
