"""The comparison notices mutants of the unbounded networks in real time: of rest and silence, and of the close."""

from __future__ import annotations

from dataclasses import replace

import pytest
import z3

from model.any_channel.closing import DELAY, NOW, RTO, TIME_WAIT, ClosingNetwork, Coming
from model.any_channel.closing_text import TextNetwork
from model.any_channel.network import End
from model.any_channel.timed import MSL, PAUSE, SILENCE, TimedNetwork, spoke
from model.engines.inductive.obligations import Transition
from model.tcp.event import FALSE, TRUE
from tests.network_mutants import (
    NO_STEP,
    NOT_SENT,
    Mutant,
    Wrapped,
    clock,
    conditions,
    differences,
    guard_as,
    halved,
    let_through,
    sends,
    stopped,
    without,
)
from tests.test_inclusion_mutants import long_but

REST, CLOSE, TEXT = "rest", "close", "close with text"
TIMED, CLOSING, TEXTED = TimedNetwork, ClosingNetwork, TextNetwork
A, B = (End(name, 4) for name in "AB")
THEN = z3.Real("then")


def time_goes(to: z3.ArithRef | None) -> Wrapped:
    """Time goes on to another point."""
    return lambda step, _: replace(step, update={} if to is None else {"now": to})


def both_rest(step: Transition, *_: object) -> Transition:
    """The other side's number has to rest, too."""
    return replace(step, guard=z3.And(step.guard, spoke(B) + PAUSE < NOW))


SURVIVORS = {"segments die after MSL / 2": Mutant(REST, TIMED, "time_passes", halved(MSL))}
"""Every proof of the claims survives it."""

IN_TIME = {
    "silence of H / 2": Mutant(REST, TIMED, "time_passes", guard_as((SILENCE, SILENCE / 2))),
    "time passes twice as fast": Mutant(REST, TIMED, "time_passes", time_goes(2 * THEN), "A.spoke"),
    "time stands still": Mutant(REST, TIMED, "time_passes", time_goes(None), "A.spoke"),
    "a number rests for Q + 1": Mutant(REST, TIMED, "_rested", guard_as((PAUSE, PAUSE + 1))),
    "both sides' numbers rest": Mutant(REST, TIMED, "_rested", both_rest),
    "Q is at least 2 MSL + 2 H": Mutant(REST, TIMED, "_rested", guard_as((SILENCE, 2 * SILENCE))),
    "only the SYN is listened to": Mutant(
        REST, TIMED, "_clocks", clock("listened", lambda e: NOW if e.effect.accepts_syn else None), "A.listened"
    ),
    "everybody is listened to": Mutant(REST, TIMED, "_clocks", clock("listened", lambda _: NOW), "A.listened"),
    "nobody is listened to": Mutant(REST, TIMED, "_clocks", clock("listened", lambda _: None), "A.listened"),
    "a RST speaks": Mutant(REST, TIMED, "_clocks", clock("spoke", lambda _: NOW), "A.spoke"),
    "nobody speaks": Mutant(REST, TIMED, "_clocks", clock("spoke", lambda _: None), "A.spoke"),
    "nobody has sent last": Mutant(REST, TIMED, "_clocks", clock("sent", lambda _: None), "A.sent"),
    "segments are older": Mutant(REST, TIMED, "_step", sends(lambda *_: {"sent": NOW - 1}), NOT_SENT),
}
IN_THE_CLOSE = {
    "a promise of D / 2": Mutant(CLOSE, Coming, "arrives_by", lambda said, *_: z3.substitute(said, (DELAY, DELAY / 2))),
    "what has arrived is expected": Mutant(CLOSE, Coming, "arrived", lambda *_: {}, "coming"),
    "all that is sent is promised": Mutant(
        CLOSE, Coming, "sent", lambda _, its, _when: {f"{its.kind}.coming": TRUE, f"{its.kind}.since": NOW}, "coming"
    ),
    "a loss costs 2 RTO": Mutant(
        CLOSE, CLOSING, "_sends_fin", conditions(lambda _, said: [z3.substitute(c, (RTO, 2 * RTO)) for c in said])
    ),
    "a loss costs nothing": Mutant(CLOSE, CLOSING, "_sends_fin", stopped("cost"), "cost"),
    "B's timer does not start": Mutant(CLOSE, CLOSING, "_sends_fin", stopped("B.sent"), "B.sent"),
    "B's timer runs out after RTO / 2": Mutant(CLOSE, CLOSING, "time_passes", guard_as((RTO, RTO / 2))),
    "TIME-WAIT ends early": Mutant(CLOSE, CLOSING, "time_passes", guard_as((TIME_WAIT, TIME_WAIT / 2))),
    "TIME-WAIT ends late": Mutant(
        CLOSE, CLOSING, "_waits_for", conditions(lambda _, said: [z3.substitute(c, (NOW, NOW - 1)) for c in said])
    ),
    "a FIN restarts no TIME-WAIT": Mutant(
        CLOSE, CLOSING, "_waits_for", stopped("A.waiting", when=lambda event: event.state == "TIME-WAIT"), "A.waiting"
    ),
    "every FIN of B is doomed": Mutant(CLOSE, CLOSING, "_step", sends(lambda *_: {"doomed": TRUE}), NOT_SENT),
    "nobody closes": Mutant(CLOSE, CLOSING, "allows", without("CLOSE"), NO_STEP),
}
WITH_TEXT = {
    "A's segments die after D / 2": Mutant(TEXT, TEXTED, "time_passes", halved(DELAY)),
    "A's segments are older": Mutant(TEXT, TEXTED, "_step", sends(lambda *_: {"at": NOW - 1}), NOT_SENT),
    "progress starts no timer": Mutant(
        TEXT, TEXTED, "_sends_fin", stopped("B.sent", when=lambda event: event.kind == "arrives"), "B.sent"
    ),
    "text is not promised": Mutant(
        TEXT, TEXTED, "_sends_fin", stopped("fin.coming", when=lambda event: event.call == "SEND"), "fin.coming"
    ),
    "no answer is promised": Mutant(TEXT, TEXTED, "_waits_for", stopped("ack.coming"), "ack.coming"),
    "no room": Mutant(
        TEXT, TEXTED, "_sends_fin", conditions(lambda e, said: [*said, FALSE] if e.call == "SEND" else said)
    ),
}
STRICT = {**SURVIVORS, **IN_TIME, **IN_THE_CLOSE, **WITH_TEXT}
WEAK = {
    "a number rests for Q - 1": Mutant(REST, TIMED, "_rested", guard_as((spoke(A) + PAUSE, spoke(A) + PAUSE - 1))),
    "no number rests": Mutant(REST, TIMED, "_rested", lambda _, _its, step, *_rest: replace(step, assumes={})),
    "silence without end": Mutant(REST, TIMED, "time_passes", lambda step, _: replace(step, guard=THEN >= NOW)),
    "silence of H + 1": Mutant(REST, TIMED, "time_passes", guard_as((SILENCE, SILENCE + 1))),
    "losses without end": Mutant(
        CLOSE, CLOSING, "_sends_fin", conditions(lambda event, said: said if event.kind == "arrives" else [])
    ),
    "text beyond the FIN": Mutant(
        TEXT, TEXTED, "_sends_fin", conditions(lambda event, said: said[:1] if event.call == "SEND" else said)
    ),
    "a FIN at any number": Mutant(
        TEXT, TEXTED, "_sends_fin", conditions(lambda event, said: said[:1] if event.call == "CLOSE" else said)
    ),
}


@pytest.mark.parametrize("name", long_but(SURVIVORS.__contains__, STRICT))
def test_a_mutant_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert any(what.endswith(STRICT[name].notices) for what in differences(STRICT[name], monkeypatch))


@pytest.mark.parametrize("name", long_but(lambda name: "Q" in name, WEAK))
def test_what_is_no_longer_refused_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert let_through(WEAK[name], monkeypatch) > 0
