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
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from model.core.run import Run
from model.pictures.flights import SENDS, Happening, history
from model.words.language import _, counted

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
    if (bits := number_bits(trace)) is None:
        return "", ""
    chosen = _from_before(trace)
    for one in (one for step in history(trace) for one in step):
        _note(chosen, one)
    sides = [side for side, numbers in chosen.items() if numbers]
    more = ", …" if len(sides) > 2 else ""
    later = [_name(side, at) for side in sides for at in range(1, len(chosen[side]))]
    said = [_("{names}: chosen later").format(names=_(", ").join(later))] if later else []
    said += [_("{name} is chosen twice").format(name=name) for name in _repeated(trace, chosen)]
    blind = {one.source for step in history(trace) for one in step if _blind(one)} & set(sides)
    said += [_("0 is {number}").format(number=_number(0, side, chosen, bits)) for side in sorted(blind)]
    first = counted("initial sequence number of {sides}", "initial sequence numbers of {sides}", len(sides),
                    sides=_(", ").join(sides))  # fmt: skip
    meaning = _("; ").join([first, *said])
    return ", ".join(map(str.lower, sides[:2])) + more, meaning


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


def _repeated(trace: Run, chosen: Chosen) -> Iterator[str]:
    """The names of the initial sequence numbers that two incarnations of a side have chosen."""
    owners: dict[tuple[str, int], set[int]] = defaultdict(set)
    for one in (one for step in history(trace) for one in step if one.action in SENDS and one.values["syn"]):
        owners[one.source, one.values["seq"]].add(trace.states[one.step].get(f"{one.source}.incarnation", 0))
    for (side, number), incarnations in owners.items():
        if len(incarnations) > 1:
            yield _name(side, chosen[side].index(number))


def _text(one: Happening, chosen: Chosen, bits: int) -> str:
    seq = "0" if _blind(one) else _number(one.values["seq"], one.source, chosen, bits)
    ack = _number(one.values["ackno"], one.target, chosen, bits)
    return re.sub(r"ACK=\d+", f"ACK={ack}", re.sub(r"SEQ=\d+", f"SEQ={seq}", one.text))


def _blind(one: Happening) -> bool:
    """Whether it is a reset that answers a segment without ACK."""
    return bool(one.values["rst"] and one.values["ack"] and not one.values["seq"])


def _number(number: int, side: str, chosen: Mapping[str, Sequence[int]], bits: int) -> str:
    distances = [(number - first) % (1 << bits) for first in chosen.get(side, ())]
    if not distances:
        return str(number)
    least = min(distances)
    return _name(side, distances.index(least)) + (f"+{least}" if least else "")


def _name(side: str, at: int) -> str:
    return side.lower() + "'" * at
