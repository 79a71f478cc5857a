"""A counterexample to induction of an unbounded network, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from model.any_channel.network import NO_IRS
from model.engines.inductive.discharge import CounterexampleToInduction, Discharged
from model.engines.inductive.obligations import Obligation
from model.network.side import NO_TCB, SIDES
from model.tcp.cause import Cause, Where
from model.tcp.segment import show_segment
from model.tcp.state import STATES
from model.words.language import _, marked

GHOSTS = {
    "heard": marked("its SYN has been accepted by somebody"),
    "heard_by": marked("its SYN has been accepted by the incarnation in question"),
    "older": marked("its ISN was chosen before the other side's"),
}
"""What a ghost says where it is true; not every network has each."""


def event_of(obligation: Obligation) -> Where:
    """The event of an obligation; what is proved of A's holds of B's, with the names exchanged."""
    return obligation.cause if isinstance(obligation.cause, Cause) else obligation.event


def in_words(found: Discharged) -> str:
    """The state, the segments, what the event does, and what is broken after it."""
    assert found.counterexample is not None
    it, obligation = found.counterexample, found.obligation
    lines = [f"{obligation.event}" + (f"  [{obligation.cite}]" if obligation.cite else "")]
    before, after = _("before: {side} is {state}"), _("after:  {side} is {state}")
    lines += [f"  {before.format(side=side, state=_side(side, it.before))}" for side in SIDES]
    lines += [f"  {line}" for line in _segments(found, it)]
    if it.times:
        lines.append("  " + _("times:  {times}").format(times=_(", ").join(_times(found, it))))
    changed, concerned = {**it.before, **it.after}, {name.partition(".")[0] for name in it.after}
    lines += [f"  {after.format(side=side, state=_side(side, changed))}" for side in SIDES if side in concerned]
    for duty in found.failing:
        label = f" ({duty.label})" if duty.label else ""
        lines.append("  " + _("broken: {lemma}").format(lemma=(duty.lemma or _("the property")) + label))
    return "\n".join(lines) + "\n"


def _times(found: Discharged, it: CounterexampleToInduction) -> Iterator[str]:
    """The times of the state, and of the segments that the counterexample is about."""
    there = [f"x.{it.arrives}."] + [
        f"m.{side}." for side in SIDES if f"any segment of {side}" in found.obligation.about
    ]
    for name, time in it.times.items():
        if not name.startswith(("m.", "n.", "x.")) or name.startswith(tuple(there)):
            yield f"{name}={time}"


def _side(side: str, values: Mapping[str, int]) -> str:
    """The state of one side with what its TCB has."""
    state = STATES[values[f"{side}.state"]]
    if state in NO_TCB:
        return state
    names = ["iss", "snd_una", "snd_nxt"] + ([] if state in NO_IRS else ["irs", "rcv_nxt"])
    numbers = _(", ").join(f"{name.upper().replace('_', '.')}={values[f'{side}.{name}']}" for name in names)
    ghosts = _("; ").join(_(words) for name, words in GHOSTS.items() if values.get(f"{side}.{name}"))
    found = _(", ").join((state, numbers))
    return _("{what} ({why})").format(what=found, why=ghosts) if ghosts else found


def _segments(found: Discharged, it: CounterexampleToInduction) -> Iterator[str]:
    """The segments that the counterexample is about."""
    for side in SIDES:
        if it.arrives == side:
            yield _("arrives from {side}: {segment}").format(side=side, segment=_segment(f"x.{side}.", it.before))
        if f"any segment of {side}" in found.obligation.about:
            segment = _segment(f"m.{side}.", it.before)
            yield _("in the network, from {side}: {segment}").format(side=side, segment=segment)
    if it.sent:
        yield _("sends: {segment}").format(segment=_segment("", it.sent))


def _segment(prefix: str, values: Mapping[str, int]) -> str:
    fields = {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}
    under = _(", ").join([f"ISS {fields['iss']}", *([f"IRS {fields['irs']}"] if fields["ack"] else [])])
    shown = show_segment(fields)
    return shown if fields["rst"] else _("{segment}, sent under {numbers}").format(segment=shown, numbers=under)
