"""The 159 recorded cases of a real stack: FreeBSD's replies are the model's, but for what is listed by name."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from model.conform.cases import KNOWN, CaseResult, Replay
from model.conform.interpreter import Interpreter
from model.conform.recorded import BadCase, Case, Manners, read_cases, step_of
from model.conform.stacks import FREEBSD, LINUX, RFC9293, Profile, behaviours
from model.tcp.event import Event

DATA = Path(__file__).parent / "data" / "state-event.jsonl"
CASES = {case.name: case for case in read_cases(DATA)}


@cache
def replay_of(profile: Profile) -> Replay:
    return Replay(profile)


def all_judged(profile: Profile) -> list[CaseResult]:
    return [replay_of(profile).replay(case) for case in CASES.values()]


@pytest.mark.parametrize("name", CASES)
def test_freebsd_replies_as_recorded(name: str) -> None:
    judged = replay_of(FREEBSD).replay(CASES[name])
    assert bool(judged.difference) == (name in KNOWN), judged.difference


def test_every_case_written_from_the_rfc_agrees() -> None:
    replay, cases = replay_of(RFC9293), read_cases(DATA.with_name("rfc9293.jsonl"))
    assert len({case.name for case in cases}) == len(cases) == 458
    assert {case.state for case in cases} == {case.state for case in CASES.values()}
    assert all(case.cite.startswith("3.10.") for case in cases)
    assert [replay.replay(case).difference for case in cases] == [""] * len(cases)


def test_what_is_known_to_differ_differs_so() -> None:
    differences = [judged.difference for judged in all_judged(FREEBSD) if judged.difference]
    assert differences == [
        "step 10: recorded: <SEQ=2><ACK=2><CTL=ACK> is sent | model: <SEQ=2><ACK=3><CTL=ACK>",
    ]
    assert all("3.10.7.4" in reason for reason in KNOWN.values())


def test_by_the_letter_118_agree_and_the_rest_are_the_stacks_own_behaviours() -> None:
    strict = all_judged(RFC9293)
    assert sum(not judged.difference for judged in strict) == 118
    own = Counter(name for judged in all_judged(FREEBSD) for name in judged.own)
    assert own == {
        "last-ack-left": 15,
        "time-wait": 12,
        "syn-reset": 8,
        "closing-fin": 5,
        "told-of-reset": 3,
        "syn-fin": 3,
        "listen-syn-ack": 2,
    }
    differing = {judged.case.name for judged in strict if judged.difference}
    assert {judged.case.name for judged in all_judged(FREEBSD) if judged.own} | set(KNOWN) >= differing


@pytest.mark.long
@pytest.mark.parametrize("behaviour", [b.name for b in FREEBSD.behaviours])
def test_every_behaviour_is_needed_by_several_cases(behaviour: str) -> None:
    without = tuple(b for b in FREEBSD.behaviours if b.name != behaviour)
    fewer = sum(not judged.difference for judged in all_judged(replace(FREEBSD, behaviours=without)))
    assert fewer <= 156


def test_profiles_are_short() -> None:
    assert len(FREEBSD.behaviours) == 6  # and SYN,FIN, which a switch of that stack drops
    assert len(LINUX.behaviours) == 4


def test_a_model_that_forgets_a_reply_is_found() -> None:
    config = FREEBSD.config.but(mutant="CLOSED, ACK arrives: sends nothing")
    replay = Replay(replace(FREEBSD, config=config))
    wrong = [case.name for case in CASES.values() if replay.replay(case).difference and case.name not in KNOWN]
    assert wrong == [
        "rcv-ack-without-data-closed",
        "rcv-fin-ack-with-data-closed",
        "rcv-syn-ack-without-data-closed",
    ]


OPENING: list[dict[str, object]] = [
    {"call": "connect", "args": "connect(3)", "result": "EINPROGRESS"},
    {"dir": "out", "flags": "S", "seq": 0, "len": 0, "ack": None},
]


def told(steps: list[dict[str, object]]) -> str:
    """What differs first in a case of our own."""
    recorded = [step_of(step) for step in [*OPENING, *steps]]
    case = Case(name="own", event="", state="", profile=Manners(), steps=recorded)
    return replay_of(RFC9293).replay(case).difference


@pytest.mark.parametrize(
    ("steps", "difference"),
    [
        ([], ""),
        ([{"socket_state": "TIME_WAIT", "count": 1}], "step 3: recorded: 1 in TIME_WAIT | model: SYN-SENT"),
        ([{"so_error": "ECONNRESET"}], "step 3: recorded: ECONNRESET | model: 0"),
        (
            [{"call": "accept", "args": "accept(3)", "result": "4"}],
            "step 3: recorded: accept returns | model: SYN-SENT",
        ),
        (
            [{"call": "listen", "args": "listen(3)", "result": "0"}],
            "step 3: listen(3): the model can do no such thing in SYN-SENT",
        ),
        (
            [{"dir": "out", "flags": "FA", "seq": 1, "len": 0, "ack": 1}],
            "step 3: recorded: <SEQ=1><ACK=1><CTL=FIN,ACK> is sent | model: <SEQ=0><CTL=SYN>",
        ),
        (
            [{"dir": "in", "flags": "SA", "seq": 0, "len": 0, "ack": 1}],
            "step 3: recorded: nothing is sent | model: <SEQ=1><ACK=1><CTL=ACK>",
        ),
    ],
)
def test_the_first_difference_is_told_side_by_side(steps: list[dict[str, object]], difference: str) -> None:
    assert told(steps) == difference


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{", "1: not JSON: .* .column 2."),
        ("[]", "1: expected object, got array"),
        ('{"name": "n"}', "1: it lacks the required field event"),
        ('{"name": 1, "event": "", "state": "", "profile": {}, "steps": []}', "1: name: expected str, got int"),
        ('{"name": "n", "event": "", "state": "", "profile": {"x": 1}, "steps": []}', "1: profile: it has .* field x"),
        (
            '{"name": "n", "event": "", "state": "", "profile": {}, "steps": [], "window": -1}',
            "1: window: expected .*0",
        ),
        ('{"name": "n", "event": "", "state": "", "profile": {}, "steps": [], "windw": 1}', "1: it has .* windw"),
        ("", "no cases"),
    ],
)
def test_malformed_cases_are_named(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(text)
    with pytest.raises(BadCase, match=complaint):
        read_cases(path)


@pytest.mark.parametrize(
    ("step", "complaint"),
    [
        ({"dir": "up", "flags": "S", "seq": 0, "len": 0}, ".dir: 'up' is none of in, out"),
        ({"dir": "in", "flags": "SX", "seq": 0, "len": 0}, ".flags: expected str matching"),
        ({"dir": "in", "flags": "A", "seq": 0, "len": 0, "ack": None}, ": ack: wanted, as flags has A"),
        ({"dir": "in", "flags": "S", "seq": -1, "len": 0}, ".seq: expected int >= 0"),
        ({"dir": "in", "flags": "S", "seq": 2**32, "len": 0}, ".seq: expected int <= 4294967295"),
        ({"dir": "in", "flags": "S", "seq": "0", "len": 0}, ".seq: expected int, got str"),
        ({"dir": "in", "flags": "S", "seq": True, "len": 0}, ".seq: expected int, got bool"),
        ({"dir": "in", "flags": "S", "seq": 0, "len": 1.0}, ".len: expected int, got float"),
        ({"call": "poll", "args": "", "result": ""}, ".call: 'poll' is none of accept, close, "),
        ({"so_error": "EPIPE"}, ".so_error: 'EPIPE' is none of 0, ECONNREFUSED, ECONNRESET"),
        ({"socket_state": "TIME_WAIT", "count": 2}, ".count: 2 is none of 0, 1"),
        ({"socket_state": "TIME_WAIT"}, ": it lacks the required field count"),
        ({"call": "close", "args": "", "result": "", "dir": "in"}, ": it has the unknown field call"),
        ({}, ": a step has one of dir, call"),
    ],
)
def test_malformed_steps_are_named_with_their_field(tmp_path: Path, step: object, complaint: str) -> None:
    path = tmp_path / "cases.jsonl"
    case = {"name": "n", "event": "", "state": "", "profile": {}, "steps": [OPENING[0], step]}
    path.write_text(json.dumps(case))
    with pytest.raises(BadCase, match=rf"cases.jsonl:1: steps\[2\]{complaint}"):
        read_cases(path)


def test_a_behaviour_that_is_about_no_event_is_refused() -> None:
    def nothing(*_: object) -> list[Event]:
        """About nothing."""
        return []

    with pytest.raises(LookupError, match="the behaviour nothing is about no event of this configuration"):
        Interpreter(replace(LINUX, behaviours=behaviours(nothing)))
