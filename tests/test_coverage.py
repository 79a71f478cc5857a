"""Coverage: exact counts, equal to the slow twin's; what cannot happen is proved; what is unexplained is an error."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import z3

from model.check import main
from model.core.answer import NO_LIMITS, Limits
from model.core.cone import relevant
from model.core.system import System
from model.engines.explicit.counts import firings
from model.engines.twin import TwinSearch as Twin
from model.network.bounded import Network
from model.network.make import network_of
from model.network.side import Side
from model.questions import coverage as under_test
from model.questions.coverage import (
    BOUNDS,
    Covering,
    Fired,
    configurations,
    count,
    events_of,
    explained,
    impossible,
    merged,
    told,
)
from model.questions.impossible import EndsUnderLemmas
from model.report.coverage_report import coverage_json, coverage_text
from model.settings.config import Config
from model.tcp.all_events import events
from model.tcp.cause import arrives, caused
from model.tcp.event import Effect, Event
from model.tcp.segment import SEGMENT_FIELDS, symbolic_segment
from model.tcp.state import FIELDS, endpoint, symbolic_tcb
from properties import configs
from properties.claims import CLAIMS, find
from properties.rare_events import COVERAGE
from properties.sent import KEPT, Kept
from tests.toys import counter

TINY = Config(isn_b="8", closes="none", retransmission=False, capacity=1, loss=False)
"""One connection is opened and nothing is lost or sent again."""


def by_twin(system: System) -> Counter[str]:
    """The transitions by rule, one by one, in plain Python."""
    counts = Counter({rule.name: 0 for rule in system.rules})

    class Counted(Twin):
        def take(self, state: dict[str, int], step: object) -> None:
            counts[step.rule.name] += 1  # type: ignore[attr-defined]
            super().take(state, step)  # type: ignore[arg-type]

    search = Counted(system, (), NO_LIMITS, True)
    search.run(lambda _: None)
    assert search.stored == relevant(system, ())
    return counts


# -- counts --------------------------------------------------------------------------------------------------------


def test_the_transitions_of_a_toy_are_counted() -> None:
    counts, effort = firings(counter(9))
    assert counts == {"up": 9, "back": 1}
    assert (effort.states, effort.transitions, effort.complete) == (10, 10, True)


def test_a_tiny_configuration_has_exact_counts() -> None:
    network = network_of(TINY)
    counts, effort = count(network, network.system(), NO_LIMITS)
    assert (effort.states, effort.transitions) == (11, 12)
    assert {event.name: times for event, times in counts.items() if times} == {
        "active OPEN": 2,
        "passive OPEN": 4,
        "CLOSED, segment without ACK arrives": 1,
        "SYN-SENT, RST with acceptable ACK arrives": 2,
        "LISTEN, SYN arrives": 1,
        "SYN-SENT, SYN,ACK arrives": 1,
        "SYN-RECEIVED, ACK of our SYN arrives": 1,
    }


@pytest.mark.parametrize(
    "config",
    [
        TINY,
        TINY.but(retransmission=True, loss=True),
        pytest.param(TINY.but(closes="both"), marks=pytest.mark.long),
        pytest.param(TINY.but(closes="A", duplications=1), marks=pytest.mark.long),
    ],
)
def test_the_counts_are_those_of_the_slow_twin(config: Config) -> None:
    system = Network(config).system()
    counts, effort = firings(system)
    assert counts == by_twin(system)
    assert sum(counts.values()) == effort.transitions


def test_a_search_that_is_cut_short_counts_what_it_has_done() -> None:
    system = Network(configs.FAIR_CLOSE).system()
    counts, effort = firings(system, limits=Limits(max_states=2_000, workers=1))
    assert effort.limit == "max-states 2000 reached"
    assert sum(counts.values()) == effort.transitions > 0


@pytest.mark.long
def test_a_segment_that_is_dropped_is_no_event() -> None:
    network = network_of(configs.FULL)
    system = network.system()
    counts, _ = count(network, system, Limits(max_states=2_000))
    assert any(rule.event.endswith("but the table is full") for rule in system.rules)
    assert not any(event.instead for event in counts)


def test_runs_of_scenarios_count() -> None:
    claim = find("figure-6")
    assert claim is not None
    (run,) = told([claim])
    assert run.counts[caused("SEND", "ESTABLISHED")] == 1
    assert sum(run.counts.values()) == 7


def test_events_of_several_protocols_are_in_one_order() -> None:
    a, b, c, d, e = (arrives(state) for state in "abcde")
    both = merged({a: "1", b: "2", d: "4"}, {a: "1", c: "3", d: "4", e: "5"})
    assert [*both] == [a, c, b, d, e]
    assert both[c] == "3"


# -- what cannot happen --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", [configs.DATA_QUEUED, configs.TWO_WAY, configs.FORGED_TEXT, configs.FOUR_WAY_CLOSE])
def test_the_lemmas_are_inductive(config: Config) -> None:
    assert EndsUnderLemmas(network_of(config)).inductive() == list(KEPT)


def test_what_is_not_inductive_is_not_used() -> None:
    wrong = Kept("no-acks", "nobody acknowledges", of_segment=lambda x: z3.Not(x.ack))
    waits = Kept("closed-first", "nothing is outstanding", of_tcb=lambda tcb: tcb.snd_una == tcb.snd_nxt)
    assert EndsUnderLemmas(Network(TINY)).inductive([*KEPT, wrong, waits]) == list(KEPT)


def test_an_attackers_segments_must_satisfy_the_lemmas() -> None:
    no_text = Kept("no-text", "no SYN carries text", of_segment=lambda x: z3.Implies(x.syn, x.text == 0))
    assert EndsUnderLemmas(network_of(configs.FORGED)).begins(no_text)
    assert not EndsUnderLemmas(network_of(configs.FORGED_TEXT)).begins(no_text)


def test_each_impossible_event_has_its_lemma() -> None:
    events = [
        arrives("ESTABLISHED", "RST before the window arrives"),
        arrives("SYN-RECEIVED", "ACK of our SYN arrives", "FIN of the SYN"),
        arrives("LISTEN", "segment without control arrives"),
        arrives("ESTABLISHED", "RST arrives"),
    ]
    nowhere = caused("CLOSE", "CLOSED")
    found, _, limit = impossible(configs.DATA_QUEUED, [*events, nowhere], NO_LIMITS)
    assert found == dict(zip(events, [("bare-reset",), ("syn-without-fin",), ("some-control",), None], strict=True))
    assert limit == ""


@pytest.mark.long
def test_no_event_depends_on_what_bounds_a_run() -> None:
    """So one proof serves all configurations that differ in these fields only."""
    base = Config(seq_bits=8, octets=2)
    others = {
        "open_a": "both", "open_b": "both", "closes": "A", "aborts": "both", "gives_up": "both", "gives_up_syn": "B",
        "capacity": 3, "loss": False, "reordering": False, "duplications": 1, "isn_a": "5", "isn_b": "7",
        "isns_apart": "W+window+1",
        "isns_wait": "segments", "incarnations": 2, "recurring": "A", "retransmissions": 1, "crashes": 1, "timed": True,
        "losses": 1,
    }  # fmt: skip
    times = {
        "msl": 3,
        "delay": 2,
        "least_delay": 1,
        "rto": 3,
        "time_wait": "5",
        "application_delay": 1,
        "quiet_time": 1,
    }
    timeouts = {"user_timeout": 2, "syn_received_timeout": 2}
    assert {*others, *times, *timeouts} == set(BOUNDS)
    timed = {"timed": True, "crashes": 1, "gives_up": "both", "gives_up_syn": "both", **times, **timeouts}
    before = listed(base)
    for changes in (*({name: value} for name, value in others.items()), timed):
        after = listed(base.but(**changes))
        assert [name for name, _ in after] == [name for name, _ in before]
        different = [name for (name, new), (_, old) in zip(after, before, strict=True) if not equal(new, old)]
        assert different == [], changes


def listed(config: Config) -> list[tuple[str, list[z3.ExprRef]]]:
    """All events over the same constants: their names, and what they are made of."""
    found = []
    for event in events(endpoint(config), TCB, X, ISN):
        sent = [] if event.effect.send is None else [getattr(event.effect.send, name) for name in SEGMENT_FIELDS]
        after = [getattr(event.effect.tcb, name) for name in FIELDS]
        found.append((f"{event.name} => {event.effect.next}", [event.guard, event.effect.send_when, *sent, *after]))
    return found


def equal(one: list[z3.ExprRef], two: list[z3.ExprRef]) -> bool:
    """Whether these are the same terms."""
    return len(one) == len(two) and all(new.eq(old) for new, old in zip(one, two, strict=True))


TCB, X, ISN = symbolic_tcb("", 8), symbolic_segment("x.", 8), z3.BitVec("isn", 8)


# -- what is unexplained -------------------------------------------------------------------------------------------


ARTIFICIAL = caused("SEND", "ESTABLISHED", "never")


@dataclass(frozen=True)
class Artificial(Network):
    """A network with one event more, which never happens, though its guard can be satisfied."""

    def events(self, side: Side, listed: list[Event]) -> list[Event]:
        """The events and one more."""
        tcb = side.tcb
        impossible = tcb.snd_una - tcb.iss == 7
        more = Event(ARTIFICIAL, "nowhere", impossible, Effect("ESTABLISHED", tcb))
        return [*listed, more]


def test_an_event_that_never_happens_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(under_test, "network_of", Artificial)
    network = Artificial(TINY)
    counts, effort = count(network, network.system(), NO_LIMITS)
    everything = Counter({event: 1 for event in events_of(network) if event != ARTIFICIAL})
    fired = [Fired("tiny", "", counts, effort), Fired("recorded", "", everything)]
    found = explained(events_of(network), fired, [TINY], NO_LIMITS)
    assert found.unexplained == [ARTIFICIAL.name]
    assert found.events[-1].excluded_by is None
    words = coverage_text(found, 200)
    assert ARTIFICIAL.name in words
    assert words.splitlines()[-1].endswith("; UNEXPLAINED: SEND in ESTABLISHED, never.")
    early = coverage_text(replace(found, why="interrupted"), 200)
    assert early.splitlines()[-1].endswith("; open: SEND in ESTABLISHED, never.")
    assert "UNEXPLAINED" not in early
    assert coverage_json(found, "", 1)["events"][-1] == {
        "event": ARTIFICIAL.name,
        "cite": "nowhere",
        "transitions": 0,
        "steps": 0,
        "where": [],
        "excluded_by": None,
        "explained": False,
    }


# -- the command line ----------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_coverage_of_named_claims(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = tmp_path / "coverage.json"
    command = ["--coverage", "open-completes", "figure-6", "--json", str(report), "--out", str(tmp_path), "--jobs", "1"]
    assert main(command) == 1  # Of these two claims alone most events are not explained.
    words = capsys.readouterr().out.splitlines()
    assert words[-1].startswith("159 events: 21 happen, 17 are proved impossible; UNEXPLAINED: active OPEN in LISTEN;")
    found = json.loads(report.read_text())
    assert [(one["variant"], one["states"], one["transitions"]) for one in found["searches"]] == [
        ("three-way", 227, 1261),
        ("two-way", 131, 582),
        ("duplication without bound", 265, 2242),
        ("nothing is sent again", 15, 19),
    ]
    opens = next(one for one in found["events"] if one["event"] == "SYN-RECEIVED, ACK of our SYN arrives")
    assert opens["where"][-1] == {"claim": "figure-6", "variant": "three-way", "count": 1}


@pytest.mark.parametrize("more", [["--set", "window=3"], ["--property", "half-open"], ["--engine", "bmc"]])
def test_coverage_is_about_claims_as_they_are(
    more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--coverage", *more, "--out", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.minutes
def test_every_event_happens_or_is_proved_impossible() -> None:
    found = Covering(CLAIMS, Limits(under_test.STATES), 2).run()
    assert found.unexplained == []
    assert len(found.fired) > len(configurations(CLAIMS)) + len(COVERAGE)
    never = {one.event: one.excluded_by for one in found.events if not one.happens}
    assert {by for lemmas in never.values() if lemmas for by in lemmas} == {lemma.name for lemma in KEPT}
    assert len(never) == 14
