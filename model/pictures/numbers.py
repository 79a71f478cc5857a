"""Sequence numbers as a textbook has them: relative to the initial one (`a`, `a+1`), for runs of narrow numbers.

A bounded run counts modulo a small power of two. A reader wants to know how far a number is from an initial sequence
number, so that is what stands in pictures and ladders: `a` is A's first one, `a'` that of its next incarnation; `b`,
`c1` and `s1` are those of B, C1 and S1. A segment has its name from when it is sent, however late it arrives.

A number is named after the nearest initial one before it that its owner had chosen by then. One that is chosen again
has its old name, as nobody can tell the two apart. A reset in answer to a segment without ACK has SEQ=0 (3.10.7.1).
At 32 bits nothing changes: there the numbers are those of the RFC's figures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from model.core.run import Run
from model.pictures.flights import SENDS, Happening, history

Chosen = dict[str, list[int]]
"""The initial sequence numbers that each side has chosen, in order, each once."""


def relative(trace: Run, steps: Sequence[Sequence[Happening]]) -> list[list[Happening]]:
    """What each step does to segments, with their texts' numbers relative; of segments of TCP with narrow numbers."""
    bits = number_bits(trace)
    if bits is None:
        return [list(step) for step in steps]
    chosen, names = _from_before(trace), dict[int, str]()
    for one in (one for step in steps for one in step):
        _note(chosen, one)
        if one.segment not in names:
            names[one.segment] = _text(one, chosen, bits)
    return [[replace(one, text=names[one.segment]) for one in step] for step in steps]


def number_bits(trace: Run) -> int | None:
    """How wide the run's sequence numbers are; None if they are of 32 bits, or there are none."""
    wires = (wire for step in trace.steps for wire in step.rule.wires)
    return next((bits for wire in wires if "seq" in wire.fields and (bits := wire.fields["seq"].size()) < 32), None)


def initial_numbers(trace: Run) -> tuple[str, str]:
    """The names of the initial sequence numbers in a run with relative ones ("a, b"), and what they mean."""
    if number_bits(trace) is None:
        return "", ""
    chosen = _from_before(trace)
    for one in (one for step in history(trace) for one in step):
        _note(chosen, one)
    sides = [side for side, numbers in chosen.items() if numbers]
    plural = "s" if len(sides) > 1 else ""
    again = [_name(side, at) for side in sides for at in range(1, len(chosen[side]))]
    later = f"; {', '.join(again)}: chosen later" if again else ""
    return ", ".join(map(str.lower, sides)), f"initial sequence number{plural} of {', '.join(sides)}{later}"


def _from_before(trace: Run) -> Chosen:
    """The initial sequence numbers of connections that are there when the run begins."""
    counts = {name: value for name, value in trace.initial.items() if name.endswith(".incarnation") and value}
    ends = [name.removesuffix(".incarnation") for name in counts]
    return {side: [trace.initial[f"{side}.iss"]] for side in ends}


def _note(chosen: Chosen, one: Happening) -> None:
    """A SYN that is sent, or was there from the start, tells its sender's initial sequence number."""
    numbers = chosen.setdefault(one.source, [])
    if one.values["syn"] and one.values["seq"] not in numbers and (one.action in SENDS or one.sent is None):
        numbers.append(one.values["seq"])


def _text(one: Happening, chosen: Chosen, bits: int) -> str:
    values = one.values
    blind = values["rst"] and values["ack"] and not values["seq"]
    seq = "0" if blind else _number(values["seq"], one.source, chosen, bits)
    ack = _number(values["ackno"], one.target, chosen, bits)
    return re.sub(r"ACK=\d+", f"ACK={ack}", re.sub(r"SEQ=\d+", f"SEQ={seq}", one.text))


def _number(number: int, side: str, chosen: Mapping[str, Sequence[int]], bits: int) -> str:
    distances = [(number - first) % (1 << bits) for first in chosen.get(side, ())]
    if not distances:
        return str(number)
    least = min(distances)
    return _name(side, distances.index(least)) + (f"+{least}" if least else "")


def _name(side: str, at: int) -> str:
    return side.lower() + "'" * at
