"""The segments of a trace as an observer sees them: packets with 32-bit numbers, at moments of a clock.

Numbers. A bounded run counts modulo 2^n with n of 4 or 5, and an observer of TCP modulo 2^32. Each side's numbers (SEQ
of what it sends, ACK of what it receives) are laid on the 32-bit circle around 0: a number is itself, or itself - 2^n,
so that 0 stays 0 and 15 + 1 = 0 becomes (2^32 - 1) + 1 = 0. Which of the two is said by a cut, in the widest gap of the
numbers that the trace uses. So one number is one number (a repeated ISN is repeated), consecutive numbers stay
consecutive, and a number is in a window after it as it was before, if the gap is at least as wide as the window. It is
where initial sequence numbers are W + window apart, as fresh ones are. At 32 bits nothing changes.

Observers. One in the middle, before anything happens to a segment, sees each segment once, when it is sent, whatever
becomes of it. One at a side sees what that side sends and what arrives there: late, twice, or never.

Time. A step takes a second; in a timed run a tick does, and its steps follow each other in microseconds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from model.core.run import Run
from model.core.system import System, WireAction
from model.pictures.flights import ARRIVES, SENDS, Happening, history

Opening = Sequence[tuple[str, str, Mapping[str, int]]]
"""Segments in order: source, target, and their fields as a wire has them."""
BOTH: tuple[WireAction, WireAction] = ("send", "arrive")
SPACE = 1 << 32
"""The number space of TCP (RFC 9293, 3.4)."""


@dataclass(frozen=True)
class Packet:
    """What happens to a segment: `happening`, with the numbers seq and ack as an observer has them (3.1)."""

    happening: Happening
    seq: int
    ack: int

    @property
    def controls(self) -> tuple[str, ...]:
        """The control bits that are on."""
        return tuple(name for name in ("syn", "fin", "rst", "ack") if self.happening.values[name])

    @property
    def text(self) -> int:
        """Octets of text."""
        return self.happening.values["text"]


def packets(trace: Run, oldest_first: bool = True, opening: Opening = ()) -> list[Packet]:
    """What the trace does to segments, in order; raises `KeyError` if they are no TCP segments.

    opening: segments that have led to the first state. Each is a step of its own, sent and arrived, before the trace's.
    """
    first = len(opening)
    steps = [
        Happening(step, action, source, target, "", values, -step, step)
        for step, (source, target, values) in enumerate(opening, 1)
        for action in BOTH
    ]
    steps += [
        replace(happening, step=happening.step + first) for step in history(trace, oldest_first) for happening in step
    ]
    place = places(trace, steps)
    return [
        Packet(
            one,
            place[one.source](one.values["seq"]),
            place[one.target](one.values["ackno"]) if one.values["ack"] else 0,
        )
        for one in steps
    ]


def places(trace: Run, steps: Iterable[Happening]) -> dict[str, Callable[[int], int]]:
    """For each side where its numbers lie among those of 32 bits; steps: what the trace does to segments."""
    bits = next((wire.fields["seq"].size() for step in trace.steps for wire in step.rule.wires), 32)
    return {side: placed(numbers, bits) for side, numbers in _numbers(steps).items()}


def seen(found: Iterable[Packet], at: Collection[str] = ()) -> list[Packet]:
    """What an observer at these sides sees, or (none) one in the middle."""

    def passes(one: Happening) -> bool:
        sent = one.action in SENDS and (not at or one.source in at)
        return sent or (one.action in ARRIVES and one.target in at)

    return [packet for packet in found if passes(packet.happening)]


def _numbers(steps: Iterable[Happening]) -> dict[str, set[int]]:
    """The numbers of each side: every one that its segments occupy or end before, and those acknowledged."""
    used: dict[str, set[int]] = defaultdict(set)
    for one in steps:
        length = one.values["text"] + one.values["syn"] + one.values["fin"]
        used[one.source] |= {one.values["seq"] + k for k in range(length + 1)}
        used[one.target] |= {one.values["ackno"]} if one.values["ack"] else set()
    return used


def placed(used: Iterable[int], bits: int) -> Callable[[int], int]:
    """Where numbers of so many bits lie among those of 32: the cut is in the widest gap between those used."""
    space = 1 << bits
    numbers = sorted({number % space for number in used}) or [0]
    gaps = [(numbers[0] + space - numbers[-1], space), *((after - at, after) for at, after in pairwise(numbers))]
    cut = max(gaps, key=lambda gap: gap[0])[1]  # At 2^n, if that is as wide as any.
    return lambda number: (number if number < cut else number - space) % SPACE


def moments(system: System, trace: Run, opening: Opening = ()) -> list[Decimal]:
    """When each step happens, in seconds from the start; an opening comes first, and takes microseconds."""
    timed = any(rule.kind == "time" for rule in system.rules)
    ticks, found = 0, list[Decimal]()
    for number, step in enumerate(trace.steps, len(opening) + 1):
        ticks += step.rule.kind == "time"
        found.append(Decimal(ticks) + Decimal(number).scaleb(-6) if timed else Decimal(number - len(opening)))
    return [*(Decimal(at).scaleb(-6) for at in range(len(opening))), *found]
