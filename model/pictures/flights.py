"""What happens to segments along a trace, and which arrival belongs to which sending.

A rule says of each segment what it does to it (`Wire`); this evaluates that, step by step, under the reference meaning.
A segment that was sent is *outstanding* until it arrives or is lost; an arrival is matched with an outstanding segment
of the same source, target and text, while the arrival of a duplicate leaves the original outstanding.

Limits: segments that look the same cannot be told apart, so which of them arrives is the reader's choice: the oldest,
or the latest, so that an early one shows as delayed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from model.core.grouped import grouped
from model.core.run import Run, Step
from model.core.system import State, Wire, WireAction

SENDS = ("send", "send-lost", "send-nowhere")
ARRIVES = ("arrive", "arrive-copy")
TURNS = 4
"""So many turns of a loop are followed to see what becomes of the segments of its first turn."""


@dataclass(frozen=True)
class Happening:
    """What a step (the first is 1) does to one segment, its text, and the values of its fields.

    segment: the number of the segment, one for each sent. sent: the step that sent it, or None if it was in the network
    from the start.
    """

    step: int
    action: WireAction
    source: str
    target: str
    text: str
    values: Mapping[str, int] = field(default_factory=dict)
    segment: int = 0
    sent: int | None = None


@dataclass(frozen=True)
class Flight:
    """One segment: where it was sent, the duplicates of it that arrived, and its end, if the trace shows it.

    later: it ends in a later turn of a loop; `ended` is that step in the first turn.
    """

    source: str
    target: str
    text: str
    sent: int | None
    copies: tuple[int, ...]
    end: WireAction | None
    ended: int | None
    later: bool = False


def history(trace: Run, oldest_first: bool = True) -> list[list[Happening]]:
    """What each step does to segments, arrivals before sendings."""
    outstanding: dict[tuple[str, str, str], list[Happening]] = defaultdict(list)
    steps: list[list[Happening]] = []
    count = 0
    for number, (before, step) in enumerate(zip(trace.states, trace.steps, strict=False), 1):
        steps.append([])
        for wire, values in _active(before, step):
            text = wire.show(values)
            same = outstanding[wire.source, wire.target, text]
            known = same[0 if oldest_first else -1] if same and wire.action not in SENDS else None
            count += known is None
            segment, sent = (known.segment, known.sent) if known else (count, None)
            sent = number if wire.action in SENDS else sent
            steps[-1].append(Happening(number, wire.action, wire.source, wire.target, text, values, segment, sent))
            if wire.action == "send":
                same.append(steps[-1][-1])
            elif known and wire.action != "arrive-copy":
                same.remove(known)
    return steps


def _active(before: State, step: Step) -> Iterator[tuple[Wire, dict[str, int]]]:
    """The wires whose condition holds where the step begins, and their segment's values; arrivals come first."""
    assignment = {**before, **step.inputs}
    for wire in sorted(step.rule.wires, key=lambda wire: wire.action in SENDS):
        happens, *values = wire.meaning(assignment)
        if happens:
            yield wire, dict(zip(wire.fields, map(int, values), strict=True))


def flights(steps: Sequence[Sequence[Happening]]) -> list[Flight]:
    """The segments of a history, in the order in which they were sent (or first seen)."""
    segments = grouped((h for step in steps for h in step), lambda happening: happening.segment)
    return [_flight(known) for known in segments.values()]


def _flight(known: Sequence[Happening]) -> Flight:
    first, last = known[0], known[-1]
    ends = last.action in ("arrive", "lose", "send-lost", "send-nowhere")
    copies = tuple(h.step for h in known if h.action == "arrive-copy")
    return Flight(
        first.source,
        first.target,
        first.text,
        first.sent,
        copies,
        last.action if ends else None,
        last.step if ends else None,
    )


def unrolled(trace: Run, loop: tuple[Step, ...]) -> Run:
    """The run `trace`, `loop`, `loop`, ..., as far as it is followed."""
    return Run(trace.initial, trace.steps + loop * TURNS)


def flights_of_loop(steps: Sequence[Sequence[Happening]], stem: int, loop: int) -> list[Flight]:
    """The segments of an unrolled run, as far as the first turn of its loop shows them.

    stem, loop: the numbers of steps before the loop, and of a turn of it.
    """
    last = stem + loop
    return [_first_turn(flight, stem, last) for flight in flights(steps) if not flight.sent or flight.sent <= last]


def _first_turn(flight: Flight, stem: int, last: int) -> Flight:
    """A segment of an unrolled run as the first turn shows it: what happens later is moved into that turn."""
    flight = replace(flight, copies=tuple(copy for copy in flight.copies if copy <= last))
    if flight.ended is None or flight.ended <= last:
        return flight
    return replace(flight, ended=stem + 1 + (flight.ended - stem - 1) % (last - stem), later=True)
