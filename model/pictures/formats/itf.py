"""A trace in the Informal Run Format of Apalache (ITF, its ADR 015), for readers of TLA+ counterexamples.

A state has every variable but those that hold segments under way, which `network` has as records instead; and what led
to it: `event`, `side` and `cite`, all empty in the initial state. Names are identifiers of TLA+ (A.state is A_state).
Enumerations are strings, Booleans Booleans; a number is written as #bigint only where JSON readers would lose digits.
The loop of an infinite run goes back to the state with the index `loop`.

Source: https://apalache-mc.org/docs/adr/015adr-trace.html
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from typing import Any

from model.core.run import Run, Step
from model.core.system import State, System, Var
from model.pictures.flights import Happening, history

EXACT = 1 << 53
"""Below this every JSON reader has integers exactly."""
HOW = ("event", "side", "cite")


def itf(
    system: System, trace: Run, *, loop: tuple[Step, ...] | None = None, hidden: Collection[str] = (), about: str = ""
) -> str:
    """The trace, and the loop that follows it if it is a lasso, as JSON text.

    hidden: variables that hold segments under way. about: a line that says what the trace is.
    """
    whole = Run(trace.initial, trace.steps + (loop or ()))
    shown = [var for var in system.variables if var.name not in hidden]
    states = list(_states(whole, shown))
    if loop:
        states.pop()  # It is the state where the loop begins.
    meta = {"format": "ITF", "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html"}
    document: dict[str, Any] = {"#meta": meta | ({"description": about} if about else {})}
    document["vars"] = [*HOW, *(identifier(var.name) for var in shown), "network"]
    if loop is not None:
        document["loop"] = len(trace.steps)
    return json.dumps(document | {"states": states}, indent=1) + "\n"


def identifier(name: str) -> str:
    """A variable's name as TLA+ allows it."""
    return name.replace(".", "_").replace(">", "_to_")


def _states(trace: Run, shown: Collection[Var]) -> Iterator[dict[str, Any]]:
    """Each state, with what led to it."""
    network: list[Happening] = []
    yield _state(0, trace.initial, shown, network, "", "", "")
    for index, (step, happens) in enumerate(zip(trace.steps, history(trace), strict=True), 1):
        for one in happens:
            if one.action == "send":
                network.append(one)
            elif one.action in ("arrive", "lose"):
                network = [other for other in network if other.segment != one.segment]
        rule = step.rule
        yield _state(index, step.state, shown, network, rule.event or rule.name, rule.side, rule.cite)


def _state(
    index: int, state: State, shown: Collection[Var], network: Collection[Happening], *how: str
) -> dict[str, Any]:
    values = {identifier(var.name): value(var, state[var.name]) for var in shown}
    under_way = [{"source": one.source, "target": one.target, "segment": one.text} for one in network]
    return {"#meta": {"index": index}} | dict(zip(HOW, how, strict=True)) | values | {"network": under_way}


def value(var: Var, number: int) -> str | bool | int | dict[str, str]:
    """A variable's value as ITF has it."""
    if var.names:
        return var.show(number)
    if not var.width:
        return bool(number)
    return int(number) if number < EXACT else {"#bigint": str(int(number))}
