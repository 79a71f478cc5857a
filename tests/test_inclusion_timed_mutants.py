"""The comparison notices mutants of the unbounded networks in real time: of rest and silence, and of the close."""

from __future__ import annotations

from dataclasses import replace

import pytest
import z3

from model.any_channel import closing, timed
from model.any_channel.closing import DELAY, RTO, TIME_WAIT, Coming
from model.any_channel.network import NOW, Added, End, Occurrence, UnboundedNetwork
from model.any_channel.timed import MSL, PAUSE, SILENCE, spoke
from model.tcp.event import FALSE, TRUE
from tests.network_mutants import (
    NO_STEP,
    NOT_SENT,
    Mutant,
    by_event,
    clock,
    differences,
    in_time,
    let_through,
    part,
    stopped,
    substituted,
    time_goes,
    without,
)
from tests.test_inclusion_mutants import long_but

REST, CLOSE, TEXT = "rest", "close", "close with text"
PLAIN = UnboundedNetwork
A, B = (End(name, 4) for name in "AB")
THEN = z3.Real("then")
SOONER = spoke(A) + PAUSE, spoke(A) + PAUSE - 1


def both_rest(added: Added, it: Occurrence) -> Added:
    """The other side's number has to rest, too."""
    return replace(added, guards=(*added.guards, spoke(B) + PAUSE < NOW)) if it.event.effect.chooses_isn else added


def unless(call: str, added: Added, it: Occurrence) -> Added:
    """No condition, if an event is of this call."""
    return replace(added, guards=()) if it.event.call == call else added


SURVIVORS = {"segments die after MSL / 2": Mutant(REST, timed, "lifetime", in_time((MSL, MSL / 2)))}
"""Every proof of the claims survives it."""

IN_TIME = {
    "silence of H / 2": Mutant(REST, timed, "silence", in_time((SILENCE, SILENCE / 2))),
    "time passes twice as fast": Mutant(REST, PLAIN, "time_passes", time_goes(2 * THEN), "A.spoke"),
    "time stands still": Mutant(REST, PLAIN, "time_passes", time_goes(None), "A.spoke"),
    "a number rests for Q + 1": Mutant(
        REST, timed, "numbers_rest", by_event(lambda added, _: substituted(added, (PAUSE, PAUSE + 1)))
    ),
    "both sides' numbers rest": Mutant(REST, timed, "numbers_rest", by_event(both_rest)),
    "Q is at least 2 MSL + 2 H": Mutant(
        REST, timed, "numbers_rest", by_event(lambda added, _: substituted(added, (SILENCE, 2 * SILENCE)))
    ),
    "only the SYN is listened to": Mutant(
        REST, timed, "silence", clock("listened", lambda e: NOW if e.effect.accepts_syn else None), "A.listened"
    ),
    "everybody is listened to": Mutant(REST, timed, "silence", clock("listened", lambda _: NOW), "A.listened"),
    "nobody is listened to": Mutant(REST, timed, "silence", clock("listened", lambda _: None), "A.listened"),
    "a RST speaks": Mutant(REST, timed, "numbers_rest", clock("spoke", lambda _: NOW), "A.spoke"),
    "nobody speaks": Mutant(REST, timed, "numbers_rest", clock("spoke", lambda _: None), "A.spoke"),
    "nobody has sent last": Mutant(REST, timed, "numbers_rest", clock("sent", lambda _: None), "A.sent"),
    "segments are older": Mutant(
        REST, timed, "lifetime", by_event(lambda added, _: replace(added, sent={"sent": NOW - 1})), NOT_SENT
    ),
}
IN_THE_CLOSE = {
    "a promise of D / 2": Mutant(CLOSE, Coming, "arrives_by", lambda said, *_: z3.substitute(said, (DELAY, DELAY / 2))),
    "what has arrived is expected": Mutant(CLOSE, Coming, "arrived", lambda *_: {}, "coming"),
    "all that is sent is promised": Mutant(
        CLOSE, Coming, "sent", lambda _, its, _when: {f"{its.kind}.coming": TRUE, f"{its.kind}.since": NOW}, "coming"
    ),
    "a loss costs 2 RTO": Mutant(
        CLOSE, closing, "losses", by_event(lambda added, _: substituted(added, (RTO, 2 * RTO)))
    ),
    "a loss costs nothing": Mutant(CLOSE, closing, "losses", stopped("cost"), "cost"),
    "B's timer does not start": Mutant(CLOSE, closing, "timer", stopped("B.sent"), "B.sent"),
    "B's timer runs out after RTO / 2": Mutant(CLOSE, closing, "timer", in_time((RTO, RTO / 2))),
    "TIME-WAIT ends early": Mutant(CLOSE, closing, "waiting", in_time((TIME_WAIT, TIME_WAIT / 2))),
    "TIME-WAIT ends late": Mutant(
        CLOSE, closing, "waiting", by_event(lambda added, _: substituted(added, (NOW, NOW - 1)))
    ),
    "a FIN restarts no TIME-WAIT": Mutant(
        CLOSE, closing, "waiting", stopped("A.waiting", when=lambda event: event.state == "TIME-WAIT"), "A.waiting"
    ),
    "every FIN of B is doomed": Mutant(
        CLOSE, closing, "promises", by_event(lambda added, _: replace(added, sent={"doomed": TRUE})), NOT_SENT
    ),
    "nobody closes": Mutant(CLOSE, closing, "users", without("CLOSE"), NO_STEP),
}
WITH_TEXT = {
    "A's segments die after D / 2": Mutant(TEXT, closing, "young", in_time((DELAY, DELAY / 2))),
    "A's segments are older": Mutant(
        TEXT, closing, "young", by_event(lambda added, _: replace(added, sent={"at": NOW - 1})), NOT_SENT
    ),
    "progress starts no timer": Mutant(
        TEXT, closing, "timer", stopped("B.sent", when=lambda event: event.kind == "arrives"), "B.sent"
    ),
    "text is not promised": Mutant(
        TEXT, closing, "promises", stopped("fin.coming", when=lambda event: event.call == "SEND"), "fin.coming"
    ),
    "no answer is promised": Mutant(TEXT, closing, "promises", stopped("ack.coming"), "ack.coming"),
    "no room": Mutant(
        TEXT,
        closing,
        "users",
        by_event(lambda added, it: replace(added, guards=(FALSE,)) if it.event.call == "SEND" else added),
    ),
}
STRICT = {**SURVIVORS, **IN_TIME, **IN_THE_CLOSE, **WITH_TEXT}
WEAK = {
    "a number rests for Q - 1": Mutant(
        REST,
        timed,
        "numbers_rest",
        by_event(lambda added, _: substituted(added, SOONER)),
    ),
    "no number rests": Mutant(
        REST, timed, "numbers_rest", by_event(lambda added, _: replace(added, guards=(), owes=()))
    ),
    "silence without end": Mutant(REST, timed, "silence", part(time=lambda *_: Added())),
    "silence of H + 1": Mutant(REST, timed, "silence", in_time((SILENCE, SILENCE + 1))),
    "losses without end": Mutant(CLOSE, closing, "losses", by_event(lambda added, _: replace(added, guards=()))),
    "text beyond the FIN": Mutant(TEXT, closing, "users", by_event(lambda added, it: unless("SEND", added, it))),
    "a FIN at any number": Mutant(TEXT, closing, "users", by_event(lambda added, it: unless("CLOSE", added, it))),
}


@pytest.mark.parametrize("name", long_but(SURVIVORS.__contains__, STRICT))
def test_a_mutant_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert any(what.endswith(STRICT[name].notices) for what in differences(STRICT[name], monkeypatch))


@pytest.mark.parametrize("name", long_but(lambda name: "Q" in name, WEAK))
def test_what_is_no_longer_refused_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert let_through(WEAK[name], monkeypatch) > 0
