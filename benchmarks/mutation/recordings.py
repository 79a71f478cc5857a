"""Cases of one endpoint, recorded or written from the RFC, and captures, as killers.

A case or a capture that the protocol agrees with or explains must be one that the mutant does. Only those are asked in
which a changed event has happened, or in which the endpoint has been in its state.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks.alterations import judged_end
from benchmarks.mutation.changes import as_written, changed
from model.conform.capture import Conversation, Socket, read_capture
from model.conform.cases import Replay
from model.conform.interpreter import Interpreter
from model.conform.own_host import exactly
from model.conform.recorded import Case, read_cases
from model.conform.stacks import FREEBSD, RFC9293, Profile
from model.settings.config import Config
from model.tcp.cause import Cause

DATA = Path(__file__).parents[2] / "tests" / "data"
FILES: Mapping[Profile, str] = {FREEBSD: "state-event.jsonl", RFC9293: "rfc9293.jsonl"}
"""The files of cases, and the profiles that agree with them."""
PLAIN = as_written(Config(seq_bits=32))


def of_mutant(profile: Profile, name: str) -> Profile:
    """A profile of the mutant."""
    return Profile(profile.name, profile.config.but(mutant=name), profile.behaviours)


@cache
def cases(profile: Profile) -> tuple[tuple[Case, frozenset[Cause]], ...]:
    """The cases that agree, with the events that happen in each."""
    replay = Replay(profile)
    found = [replay.replay(case) for case in read_cases(DATA / FILES[profile])]
    return tuple(
        (one.case, frozenset(step.event.cause for step in one.steps if not step.own))
        for one in found
        if not one.difference
    )


def _first(profile: Profile, name: str) -> str | None:
    """The first case that the mutant does not agree with."""
    events, replay = changed(PLAIN, name).keys(), Replay(of_mutant(profile, name))
    wrong = (case for case, happens in cases(profile) if happens & events and replay.replay(case).difference)
    return next((case.name for case in wrong), None)


def recorded_cases(name: str) -> str | None:
    """The first recorded case that the mutant does not agree with."""
    return _first(FREEBSD, name)


def rfc_cases(name: str) -> str | None:
    """The first case written from the RFC that the mutant does not agree with."""
    return _first(RFC9293, name)


@dataclass(frozen=True)
class Recording:
    """One end of a connection in a capture that is explained, and the states that it was in."""

    name: str
    conversation: Conversation
    end: Socket
    states: Collection[str]


@cache
def captures() -> tuple[Recording, ...]:
    """All of them, those of few segments first."""
    interpreter, found = Interpreter(RFC9293), list[Recording]()
    for path in sorted((DATA / "captures").glob("*.pcap")):
        for conversation in read_capture(path).conversations:
            end = judged_end(path, conversation)
            finding = exactly(interpreter, conversation, end)
            if finding.verdict == "explained":
                found.append(Recording(path.stem, conversation, end, finding.states | {"CLOSED", "LISTEN"}))
    return tuple(sorted(found, key=lambda one: len(one.conversation.segments)))


def explained_captures(name: str) -> str | None:
    """The first capture that is no run of the mutant."""
    states = {PLAIN.events[event].state for event in changed(PLAIN, name)}
    interpreter = Interpreter(of_mutant(RFC9293, name))
    asked = (one for one in captures() if states.intersection(one.states))
    wrong = (one for one in asked if exactly(interpreter, one.conversation, one.end).verdict == "not explained")
    return next((one.name for one in wrong), None)
