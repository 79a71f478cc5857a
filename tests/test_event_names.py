"""Names of events are for people: every event is renamed at random, and every verdict, count and proof stays."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from model.conform.cases import Replay
from model.conform.interpreter import Interpreter
from model.conform.recorded import read_cases
from model.conform.stacks import FREEBSD, LINUX, Profile
from model.core.answer import Limits
from model.core.system import BadSystem
from model.mutants.derive import find as find_mutant
from model.mutants.mutation import _text_of, text_of
from model.network.bounded import Network, Side
from model.network.make import network_of
from model.pictures.render import Pictures
from model.questions import coverage, proof
from model.questions.answering import answered, tasks_of
from model.questions.scenario import read_scenario, run_scenario, system_of
from model.questions.shares import row_of
from model.questions.task import Options, Task, TaskResult
from model.settings.config import Config
from model.settings.server import AnyConfig
from model.tcp import cause as table
from model.tcp.cause import Cause, arrives, beginning, begun_by, caused
from model.tcp.event import Event
from properties import configs
from properties.claims import CLAIMS, find
from tests.facts.results import frozen

SCENARIOS = Path(__file__).parent.parent / "properties" / "scenarios"
DATA = Path(__file__).parent / "data" / "state-event.jsonl"
MISLEADING = ("LISTEN, ", "A: ", "B: ", "RETRANSMISSION of ", "USER TIMEOUT in ", "TIME-WAIT TIMEOUT", "SYN arrives: ")
"""What a new name begins with, so that who goes by the beginning of a name is misled."""
Names = dict[Cause, str]


@pytest.fixture
def names() -> Iterator[Names]:
    """The new names of all events that anybody has asked for; until the test's end they are their names."""
    found, chance = Names(), random.Random(1)

    def words(cause: Cause, in_state: bool = True) -> str:
        del in_state
        return found.setdefault(cause, f"{chance.choice(MISLEADING)}{chance.getrandbits(64):x}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "words", words)
        forget_names()
        yield found
    forget_names()  # Else later tests would see the new names.


def forget_names() -> None:
    """Drop what is kept with the names of events in it."""
    for kept in (system_of, proof.prepared, proof.prover, _text_of):
        kept.cache_clear()


def row(claim: str, config: AnyConfig, out: Path) -> TaskResult:
    """What a search finds."""
    asked = find(claim)
    assert asked is not None
    ((found,),) = answered([Task(asked, "test", config, "")], options(out), lambda *_: None)
    return found


def options(out: Path) -> Options:
    """Files go into `out`."""
    return Options(out, Limits(), Pictures(), [])


def facts(one: TaskResult) -> tuple[Any, ...]:
    """All that a row says but for names."""
    effort = one.effort
    counts = (effort.states, effort.transitions, effort.depth, effort.complete, effort.digest)
    return one.answer, *counts, [(len(run.steps), len(run.loop or ())) for run in one.evidence]


def proved(task: Task, out: Path) -> TaskResult:
    """What becomes of a proof, all its steps asked."""
    (about,), portions = proof.plan([task])
    shares = [share for events in portions for share in proof.prove([task], events, options(out))]
    return row_of(task, about, shares, options(out))


def claimed(claim: str, number: int, **settings: Any) -> Task:
    """One of the proofs of a claim, for other numbers."""
    asked = find(claim)
    assert asked is not None
    one = asked.proofs[number]
    one = replace(one, config=one.config.but(**settings))
    return Task(asked, one.variant, one.config, one.expected, "unbounded", one)


TIMED = configs.LAST_ACK.but(msl=1, delay=1, rto=1, time_wait="1")
SEARCHES: Mapping[str, tuple[str, AnyConfig, str]] = {
    "half-open": ("half-open", Config(handshake="two-way", capacity=1), "violated"),
    "open completes": ("open-completes", configs.FAIR_OPEN, "holds"),
    "it may not": ("open-completes", configs.FAIR_OPEN.but(retransmission=False), "violated"),
    "a table with one slot": ("live-client-is-served", configs.FULL, "holds"),
    "it may fill": ("live-client-is-served", configs.FULL.each(handshake="two-way"), "violated"),
    "in ticks": ("last-ack-answered", TIMED, "violated"),
}


@pytest.mark.parametrize("name", SEARCHES)
def test_verdicts_counts_and_runs_stay(name: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    claim, config, verdict = SEARCHES[name]
    before = row(claim, config, tmp_path)
    names: Names = request.getfixturevalue("names")
    after = row(claim, config, tmp_path)
    assert facts(after) == facts(before)
    assert after.answer == verdict
    assert {rule.event for rule in network_of(config).rules if rule.cause} <= {*names.values(), "a tick"}


SMALL: Mapping[str, Any] = {"seq_bits": 5, "window": 4, "octets": 2}
LONG = pytest.mark.long


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(partial(claimed, "half-open", 1, **SMALL), id="every channel"),
        pytest.param(partial(claimed, "last-ack-answered", 0, **SMALL), id="the close in time, proved"),
        pytest.param(partial(claimed, "last-ack-answered", 1, **SMALL), id="the close in time"),
        pytest.param(partial(claimed, "last-ack-answered", 4, **SMALL), id="with text", marks=LONG),
        pytest.param(partial(claimed, "no-old-segment-accepted", 5, **SMALL), id="all times", marks=LONG),
        pytest.param(partial(claimed, "old-duplicates-need-fresh-isns", 1, **SMALL), id="freshness", marks=LONG),
    ],
)
def test_proofs_stay(make: partial[Task], names: Names, tmp_path: Path) -> None:
    """Proved as claimed, or failing at exactly the events that are named; and the same events never happen."""
    task = make()
    assert task.proof is not None
    found = proved(task, tmp_path)
    assert found.proof is not None
    assert found.answer == ("holds" if task.expected == "holds" else "unknown"), found.why
    assert set(found.proof.failing) == set(task.proof.fails)
    assert set(found.proof.impossible) == set(task.proof.impossible) <= names.keys()
    assert found.proof.obligations > 200


def test_coverage_stays(request: pytest.FixtureRequest) -> None:
    tiny = Config(isn_b="8", capacity=1, loss=False, retransmission=False)
    events, counts, _ = coverage.search(tiny, Limits())
    never = [event for event in events if not counts[event]]
    before = coverage.impossible(tiny, never, Limits())
    request.getfixturevalue("names")
    again, counted, _ = coverage.search(tiny, Limits())
    assert ([*again], counted) == ([*events], counts)
    assert coverage.impossible(tiny, never, Limits()) == before
    assert len(set(before[0].values())) > 3


@pytest.mark.parametrize("profile", [FREEBSD, LINUX])
def test_profiles_stay(profile: Profile, request: pytest.FixtureRequest) -> None:
    """Every behaviour is about as many events as before; and FreeBSD's cases are judged as before."""
    cases = read_cases(DATA)[::4] if profile is FREEBSD else []
    variants = [replace(profile, config=profile.config.but(syn=syn)) for syn in ("rfc793", "rfc5961")]
    before = [Interpreter(one).own for one in variants], [Replay(profile).replay(case).difference for case in cases]
    request.getfixturevalue("names")
    after = [Interpreter(one).own for one in variants], [Replay(profile).replay(case).difference for case in cases]
    assert after == before
    assert [own.count("syn-reset") > 0 for own in after[0]] == [profile is FREEBSD, False]
    assert profile is not FREEBSD or {"closing-fin", "told-of-reset"} < {*after[0][0]}


# -- what people write -----------------------------------------------------------------------------------------------


def test_a_story_and_a_mutant_are_looked_up_in_the_table(names: Names, tmp_path: Path) -> None:
    config = Config(octets=1)
    text = text_of(config)
    fin = next(one for one in text.events if one == caused("CLOSE", "ESTABLISHED"))
    mutant = find_mutant(f"{fin.name}: sends nothing", text)
    assert mutant.events.keys() == {fin}
    story = (SCENARIOS / "figure-6.story").read_text(encoding="utf-8")
    for written, cause in (
        ("active OPEN", caused("active OPEN", "CLOSED")),
        ("passive OPEN", caused("passive OPEN", "CLOSED")),
        ("SEND", caused("SEND", "ESTABLISHED")),
    ):
        story = story.replace(f": {written} ", f": {cause.name} ")
    path = tmp_path / "renamed.story"
    path.write_text(story, encoding="utf-8")
    _, trace = run_scenario(read_scenario(path))
    assert sum(step.rule.event in names.values() for step in trace.steps) == len(trace.steps) == 7


def test_the_table_gives_every_event_a_name_of_its_own() -> None:
    listed = {event.cause for one in (configs.DATA_QUEUED, configs.FOUR_WAY_CLOSE.but(ack_delay=1))
              for event in text_of(one).events.values()}  # fmt: skip
    listed |= {replace(cause, side="B") for cause in listed}
    listed |= {replace(cause, instead="the table is full") for cause in listed if cause.kind == "arrives"}
    assert len({cause.name for cause in listed}) == len(listed) > 400
    queued, syn = caused("CLOSE", "SYN-RECEIVED", "queued"), arrives("LISTEN", "SYN arrives")
    assert (queued.name, queued.brief) == ("CLOSE in SYN-RECEIVED, queued", "CLOSE, queued")
    assert (syn.name, syn.brief) == ("LISTEN, SYN arrives", "SYN arrives")
    assert beginning("CLOSE in SYN-R", [queued, syn]) == {queued}
    assert begun_by("LISTEN, SYN arrives: never", [queued, syn, arrives("LISTEN", "SYN")]) == {syn}


# -- what matches no event -------------------------------------------------------------------------------------------


class Unnamed(Network):
    """A network in which no timer causes anything: its events say that something else does."""

    def events(self, _side: Side, listed: list[Event]) -> list[Event]:
        """Each time another call."""
        return [e.but(cause=replace(e.cause, call="delayed ACK", checks=(e.cause.call,))) for e in listed]


def test_a_timer_that_no_event_waits_for_is_an_error() -> None:
    assert Network(TIMED).rules
    with pytest.raises(BadSystem, match="no event of A is caused by RETRANSMISSION TIMEOUT"):
        assert Unnamed(TIMED).rules


# -- all claims ------------------------------------------------------------------------------------------------------


def with_mutant_renamed(config: AnyConfig, before: Mapping[str, Cause]) -> AnyConfig:
    """The configuration with its mutant's name as it is now."""
    if not isinstance(config, Config) or not config.mutant:
        return config
    (place,) = (name for name in before if config.mutant.startswith(f"{name}: "))
    return config.but(mutant=before[place].name + config.mutant.removeprefix(place))


@pytest.mark.long
def test_all_quick_searches_stay(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """Stories apart, which are written in names."""
    tasks = [task for task in tasks_of([one for one in CLAIMS if one.searched], quick=True) if task.proof is None]
    rows = [one for batch in answered(tasks, options(tmp_path), lambda *_: None) for one in batch]
    causes = {cause.name: cause for cause in text_of(configs.LAST_ACK).events}
    request.getfixturevalue("names")
    tasks = [replace(task, config=with_mutant_renamed(task.config, causes)) for task in tasks]
    again = [one for batch in answered(tasks, options(tmp_path), lambda *_: None) for one in batch]
    assert [
        (one.task.claim.name, one.task.variant, one.standing) for one in again if one.standing != "as claimed"
    ] == []
    assert [*map(facts, again)] == [*map(facts, rows)]
    assert sum(bool(isinstance(task.config, Config) and task.config.mutant) for task in tasks) == 1


@pytest.mark.long
@pytest.mark.usefixtures("names")
def test_all_quick_proofs_stay(tmp_path: Path) -> None:
    tasks = [task for task in tasks_of(CLAIMS, quick=True, engine="unbounded") if task.proof]
    rows = [proved(task, tmp_path) for task in tasks]
    was = frozen()
    for new in rows:
        assert new.proof is not None
        assert new.task.proof is not None
        old = was[f"{new.task.claim.name}, {new.task.variant}"]
        assert set(new.proof.failing) == set(new.task.proof.fails)
        assert [len(new.proof.failing), len(new.proof.impossible)] == [
            len(old.get(n, ())) for n in ("failing", "impossible")
        ]
        assert [count for _, _, count, _ in new.proof.events] == [*old["events"].values()]
    assert len(rows) > 10
