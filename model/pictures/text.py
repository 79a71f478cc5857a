"""A trace as plain text, and as data.

Every step gives its number, side, event and the paragraph that says so, what it does to segments, and what it changes.
The end says what the trace shows about the property and how to get the same trace again. Lines have at most 100
columns, unless a single word is longer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from model.core.property import Property
from model.core.run import Run, Step
from model.core.system import State, System
from model.core.terms import evaluate
from model.pictures.flights import SENDS, Happening, history
from model.words.columns import left, width, wrapped
from model.words.language import _, counted, marked

COLUMNS = 100
INDENT = " " * 6
NO_NOTES: Mapping[int, str] = {}
ACTIONS = {
    "send": (marked("sends"), ""),
    "send-lost": (marked("sends"), marked("lost: the channel is full")),
    "send-nowhere": (marked("sends"), marked("lost: no way leads there")),
    "arrive": (marked("arrives"), ""),
    "arrive-copy": (marked("arrives"), marked("a duplicate: the original stays in the network")),
    "lose": (marked("lost in the network"), ""),
}
"""What happens to a segment, and what is to be said of it."""
SHOWS = {
    ("step", False): marked("The last step violates '{name}'."),
    ("last", False): marked("The last state violates '{name}'."),
    ("initial", False): marked("The initial state violates '{name}'."),
    ("last", True): marked("The last state reaches '{name}'."),
    ("initial", True): marked("The initial state reaches '{name}'."),
}
"""What the end of a run shows of a property: by what decides it, and whether it is to be reached."""


def render_text(
    system: System,
    trace: Run,
    *,
    prop: Property | None,
    full_states: bool = False,
    command: str = "",
    shortest: bool = True,
    hidden: Collection[str] = (),
    oldest_first: bool = True,
    notes: Mapping[int, str] = NO_NOTES,
    then: Sequence[Step] = (),
) -> str:
    """The trace in words, ending with a newline.

    full_states: every variable after each step, not only what changed. command: what reproduces the trace.
    shortest: no run with fewer steps shows the same. hidden: variables left out unless `full_states`, besides those of
    symmetric groups: the segments already say what such slots hold. oldest_first: see `flights`.
    notes: further words for some steps, by their numbers, from 0 for the beginning. then: what its end is the cause of.
    """
    left_out = set() if full_states else set(hidden).union(*system.symmetric)
    lines = [*_heading(prop), _("Initially"), *state_lines(system, trace.initial, left_out, full_states)]
    whole = Run(trace.initial, (*trace.steps, *then))
    every = [[], *step_lines(system, whole, left_out, full_states, oldest_first)]
    steps = enumerate(every[: len(trace.steps) + 1])
    lines += [line for number, step in steps for line in (*step, *_note(notes, number))]
    lines += ["", *_ending(trace, prop, shortest)]
    lines += [line for step in every[len(trace.steps) + 1 :] for line in ("", _("Then"), *step[1:])]
    lines += again(command)
    return "\n".join(lines) + "\n"


def again(command: str) -> list[str]:
    """The line that says how to get the same run again, if there is a command."""
    return [_("Reproduce it: {command}").format(command=command)] if command else []


def steps_json(system: System, trace: Run) -> list[dict[str, Any]]:
    """One object for each step: event, side, segment (a string, or null if there is none), state after it.

    Where a step has several segments, arrivals come first and "; " is between them.
    """
    return [
        {
            "event": step.rule.event or step.rule.name,
            "side": step.rule.side,
            "segment": "; ".join(wire.text for wire in wires) or None,
            "state": {var.name: var.show(step.state[var.name]) for var in system.variables},
        }
        for step, wires in zip(trace.steps, history(trace), strict=True)
    ]


# -- the parts of the text -----------------------------------------------------------------------------------------


def _heading(prop: Property | None) -> list[str]:
    return heading(prop.name, prop.sentence) if prop else []


def heading(name: str, sentence: str) -> list[str]:
    """The name of a property, with its sentence if it has one."""
    return [*wrap(_("{kind}: {text}").format(kind=name, text=_(sentence)) if sentence else name), ""]


def step_lines(
    system: System, trace: Run, left_out: Collection[str], full_states: bool, oldest_first: bool
) -> Iterator[list[str]]:
    """The lines of each step: what happens, its segments, and what changes (full_states: every variable)."""
    happenings = history(trace, oldest_first)
    for number, (before, step, wires) in enumerate(zip(trace.states, trace.steps, happenings, strict=False), 1):
        changes = (
            state_lines(system, step.state, left_out, full_states)
            if full_states
            else change_lines(system, before, step.state, left_out)
        )
        yield ["", step_line(number, step), *(line for wire in wires for line in wire_lines(wire)), *changes]


def _note(notes: Mapping[int, str], number: int) -> list[str]:
    said = _("now: {words}").format(words=notes.get(number, ""))
    return wrap(said, INDENT, INDENT + "  ") if number in notes else []


def step_line(number: int, step: Step) -> str:
    side = f"{step.rule.side}: " if step.rule.side else ""
    cite = f"  [{step.rule.cite}]" if step.rule.cite else ""
    tick = counted("a tick", "{count} ticks", 1)
    event = tick if step.rule.kind == "time" else _(step.rule.event or step.rule.name)
    return f"{number:3}.  {side}{event}{cite}"


def wire_lines(wire: Happening) -> list[str]:
    verb, more = map(_, ACTIONS[wire.action])
    since = "" if wire.sent is None or wire.action in SENDS else _("sent in step {step}").format(step=wire.sent)
    note = _("; ").join(filter(None, (since, more)))
    line = f"{left(verb, 7)}  {wire.source} -> {wire.target}  {wire.text}"
    line += "  " + _("({words})").format(words=note) if note else ""
    return wrap(line, INDENT, INDENT + " " * 9)


def change_lines(system: System, before: State, after: State, left_out: Collection[str]) -> Iterator[str]:
    """What changed; bookkeeping in lines of its own."""
    changed = [v for v in system.variables if before[v.name] != after[v.name] and v.name not in left_out]
    for ghost in (False, True):
        items = [f"{v.name} {v.show(before[v.name])} -> {v.show(after[v.name])}" for v in changed if v.ghost == ghost]
        yield from _items(items, ghost)


def state_lines(system: System, state: State, left_out: Collection[str], everything: bool) -> Iterator[str]:
    """All variables; or, where only changes are shown, those with names or other than zero."""
    listed = [v for v in system.variables if v.name not in left_out]
    shown = [v for v in listed if everything or v.names or state[v.name]]
    for ghost in (False, True):
        yield from _items([f"{v.name} = {v.show(state[v.name])}" for v in shown if v.ghost == ghost], ghost)
    if len(shown) < len(listed):
        yield INDENT + _("everything else is 0")


def _items(items: Sequence[str], ghost: bool) -> Iterator[str]:
    """Items in lines of at most 100 columns; an item is not broken."""
    line = start = INDENT + (_("| bookkeeping: ") if ghost else "")
    for item in [*(f"{item};" for item in items[:-1]), *items[-1:]]:
        if line != start and width(line) + 1 + width(item) > COLUMNS:
            yield line
            line = start = INDENT + ("|   " if ghost else "  ")
        line += item if line == start else f" {item}"
    if items:
        yield line


def _ending(trace: Run, prop: Property | None, shortest: bool) -> Iterator[str]:
    if prop is not None:
        yield from _verdict(trace, prop)
    steps = counted("{count} step", "{count} steps", len(trace.steps))
    if not trace.steps:
        yield _("The trace has no step: this is an initial state.")
    elif shortest:
        yield _("The trace is a shortest one: {steps}, and no run with fewer shows this.").format(steps=steps)
    else:
        yield _("The trace has {steps}; a shorter one may exist.").format(steps=steps)


def _verdict(trace: Run, prop: Property) -> Iterator[str]:
    """What the end of the trace shows, in the words of the parts of the property that decide it."""
    end, reached = _end(trace, prop), prop.kind == "reachable"
    if bool(evaluate(prop.term, end)) != reached:
        yield from wrap(_("The end of this trace says nothing about '{name}'.").format(name=prop.name))
        return
    where = "step" if prop.kind == "step" else "last" if trace.steps else "initial"
    yield from wrap(_(SHOWS[where, reached]).format(name=prop.name))
    for part in decided(trace, prop):
        yield from wrap(_("here: {part}").format(part=_(part)), INDENT, INDENT + "  ")


def decided(trace: Run, prop: Property) -> list[str]:
    """The parts of the property that are false at the end of the trace; of a *reachable* one, those that are true."""
    end, reached = _end(trace, prop), prop.kind == "reachable"
    return [name for name, term in prop.parts.items() if bool(evaluate(term, end)) == reached]


def _end(trace: Run, prop: Property) -> Mapping[str, int]:
    """What decides the property: the last state; for a step property the last two, the later one with primes."""
    last = trace.states[-1]
    before = trace.states[-2] if prop.kind == "step" and trace.steps else last
    return {**before, **{name + "'": value for name, value in last.items()}}


def wrap(text: str, first: str = "", rest: str = "  ") -> list[str]:
    return wrapped(text, COLUMNS, first, rest)
