"""A run as a sequence diagram of Mermaid, the text that many Markdown viewers draw.

Mermaid has no slanted arrows: a segment that does not arrive in the very next step has a note where it is sent, which
says what becomes of it, and an arrow where it arrives. Segments have no angle brackets, which Mermaid would take for
HTML.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from model.core.run import Run, Step
from model.core.system import State, System
from model.pictures.flights import SENDS, Happening, history
from model.pictures.ladder import brief
from model.pictures.lifelines import Lanes, headings
from model.pictures.numbers import initial_numbers, relative
from model.words.language import _


def mermaid(
    system: System,
    trace: Run,
    lanes: Lanes,
    *,
    title: str,
    loop: Sequence[Step] | None = None,
    oldest_first: bool = True,
) -> str:
    """The diagram. lanes, loop, oldest_first: see `ladder.ladder`."""
    whole = Run(trace.initial, (*trace.steps, *(loop or ())))
    steps = relative(whole, history(whole, oldest_first))
    lines = ["---", f"title: {title!r}", "---", "sequenceDiagram"]
    sides = {side: at for line in lanes.values() for side, at in line.items()}
    named = dict(zip(lanes, headings(lanes, whole), strict=True))
    lines += [f"    participant {side} as {named.get(side, side)}" for side in sides]
    lines += [f"    Note over {side}: {_state(system, at, whole.initial)}" for side, at in sides.items() if at]
    for number, (before, step, wires) in enumerate(zip(whole.states, whole.steps, steps, strict=False), 1):
        if loop and number == len(trace.steps) + 1:
            lines.append("    loop " + _("for ever"))
        lines += [f"    {line}" for line in _step(number, step, wires, steps)]
        changed = [side for side, at in sides.items() if at and step.state[at] != before[at]]
        lines += [f"    Note over {side}: {_state(system, sides[side], step.state)}" for side in changed]
    numbers = ": ".join(filter(None, initial_numbers(whole)))
    ends = [
        *(["    end"] if loop else []),
        *([f"    Note over {','.join([*sides][:2])}: {_plain(numbers)}"] if numbers else []),
    ]
    return "\n".join([*lines, *ends]) + "\n"


def _step(number: int, step: Step, wires: Sequence[Happening], steps: Sequence[Sequence[Happening]]) -> Iterator[str]:
    """What happens, and the arrows of the segments that arrive."""
    for one in (one for one in wires if one.action not in SENDS):
        early = one.sent is not None and one.sent != number - 1
        sent = " " + _("(sent in step {step})").format(step=one.sent) if early else ""
        copy = " " + _("(a duplicate)") if one.action == "arrive-copy" else ""
        arrow = "-x" if one.action == "lose" else "->>"
        yield f"{one.source}{arrow}{one.target}: {_plain(one.text)}{copy}{sent}"
    if step.rule.side:
        yield f"Note over {step.rule.side}: {number}. {_plain(brief(step.rule))}"
    for one in (one for one in wires if one.action in SENDS):
        if one.action != "send":
            yield f"{one.source}-x{one.target}: {_plain(one.text)}"
        elif (ended := _next_seen(one, steps)) != number + 1:
            until = _("sends {segment}, under way until step {step}")
            said = until if ended else _("sends {segment}, still in the network")
            yield f"Note over {one.source}: {said.format(segment=_plain(one.text), step=ended)}"


def _next_seen(one: Happening, steps: Sequence[Sequence[Happening]]) -> int:
    """The step after the sending in which something happens to the segment; 0 if none does."""
    return next((other.step for step in steps[one.step :] for other in step if other.segment == one.segment), 0)


def _state(system: System, name: str, state: State) -> str:
    return system.var[name].show(state[name])


def _plain(words: str) -> str:
    """Without what has a meaning in Mermaid."""
    return words.replace("><", " ").replace("<", "").replace(">", "").replace(";", ",").replace("#", "")
