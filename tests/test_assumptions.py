"""What keeps old segments out (S8): the sets of assumptions, and the runs that show what is missing."""

from __future__ import annotations

import pytest

from model.core.answer import NO_LIMITS, Limits, Tables
from model.network.bounded import Network
from model.pictures.flights import history
from model.settings.setting import BadConfig
from properties.configs import OLD_SEGMENTS, OLD_WITH_TEXT
from properties.studies.assumptions import (
    ALL,
    ALONE,
    FRESH,
    IN_ORDER,
    LINGERS,
    QUIET,
    TIME_WAIT,
    all_together,
    maximal,
    minimal,
    old_segments,
    repeated,
    settled_by,
    smallest,
    subsets,
    untimed,
)

LONG = OLD_SEGMENTS.but(quiet_time=6)
"""RTO + 2 D + 1."""


def test_minimal_and_maximal_sets() -> None:
    sets = [frozenset(text) for text in ("a", "ab", "bc", "abc", "d")]
    assert minimal(sets) == [frozenset("a"), frozenset("bc"), frozenset("d")]
    assert maximal(sets) == [frozenset("abc"), frozenset("d")]
    assert len(list(subsets(ALL))) == 64


def test_where_nobody_aborts_it_does_not_matter_what_abort_enters() -> None:
    """The reason for which one search settles both sets: under IN_ORDER no rule of ABORT can fire."""
    assert settled_by(frozenset({IN_ORDER, LINGERS})) == {IN_ORDER}
    assert settled_by(frozenset({FRESH, LINGERS, QUIET})) == {FRESH, LINGERS}
    assert settled_by(frozenset({LINGERS, QUIET})) == {LINGERS, QUIET}


@pytest.mark.parametrize(
    ("ticks", "answer", "steps"),
    [
        (2, "violated", 9),
        pytest.param(4, "violated", 13, marks=pytest.mark.long),
        pytest.param(5, "violated", 14, marks=pytest.mark.long),
        pytest.param(6, "holds", None, marks=pytest.mark.long),
    ],
)
def test_without_fresh_numbers_the_quiet_time_must_exceed_two_delays_and_rto(
    ticks: int, answer: str, steps: int | None
) -> None:
    """That of a segment, the last answer's waiting for a retransmission, and its delay; D is 1 tick, MSL 2, RTO 3."""
    searches = repeated(OLD_SEGMENTS.but(quiet_time=ticks), NO_LIMITS, lambda _: None)
    verdict = next(search for search in searches).verdicts[frozenset({TIME_WAIT, QUIET, IN_ORDER, ALONE})]
    assert verdict.answer == answer
    assert (len(verdict.run.steps) if verdict.run else None) == steps


@pytest.mark.long
def test_each_assumption_of_the_large_minimal_set_is_needed() -> None:
    answers = {at: v for search in repeated(LONG, NO_LIMITS, lambda _: None) for at, v in search.verdicts.items()}
    enough = [assumed for assumed, verdict in answers.items() if verdict.answer == "holds"]
    assert enough == [frozenset({TIME_WAIT, QUIET, IN_ORDER}), frozenset({TIME_WAIT, QUIET, IN_ORDER, ALONE})]
    shown = {assumed: len(verdict.run.steps) for assumed, verdict in answers.items() if verdict.run}
    assert shown[frozenset({TIME_WAIT, IN_ORDER, ALONE})] == 6
    assert shown[frozenset({QUIET, IN_ORDER, ALONE})] == 14
    assert shown[frozenset({TIME_WAIT, QUIET, LINGERS, ALONE})] == 6


@pytest.mark.long
def test_more_room_in_the_network_changes_no_set() -> None:
    wide = LONG.but(capacity=3)
    found = {at: v.answer for search in repeated(wide, NO_LIMITS, lambda _: None) for at, v in search.verdicts.items()}
    assert [assumed for assumed, answer in found.items() if answer == "holds"] == [
        frozenset({TIME_WAIT, QUIET, IN_ORDER}),
        frozenset({TIME_WAIT, QUIET, IN_ORDER, ALONE}),
    ]


@pytest.mark.long
@pytest.mark.parametrize(("name", "ticks"), [("time_wait", 3), ("quiet_time", 6)])
def test_both_times_have_to_be_a_tick_longer_than_two_delays_and_quiet_time_outlasts_rto(name: str, ticks: int) -> None:
    assert smallest(OLD_SEGMENTS, NO_LIMITS, name)[0] == ticks


@pytest.mark.long
@pytest.mark.parametrize(("name", "ticks"), [("time_wait", 5), ("quiet_time", 10)])
def test_both_times_for_a_longer_delay(name: str, ticks: int) -> None:
    """If nothing is sent again before an answer can come; else, with RTO = 3, no time is enough."""
    assert smallest(OLD_SEGMENTS.but(msl=3, delay=2, rto=5), NO_LIMITS, name)[0] == ticks
    assert smallest(OLD_SEGMENTS.but(msl=3, delay=2), NO_LIMITS, name)[0] is None


@pytest.mark.long
def test_the_study_and_its_table() -> None:
    found = old_segments(LONG, NO_LIMITS, lambda _: None)
    assert found.answer == "holds"
    assert isinstance(found.evidence, Tables)
    table, times = found.evidence.tables
    assert times.rows == (("TIME-WAIT", "3"), ("quiet time", "6"))
    assert times.notes[0].startswith("2 D + 1: a segment, and the answer to it; RTO more if")
    assert [row[:2] for row in table.rows] == [
        ("minimal sufficient", "fresh ISNs"),
        ("minimal sufficient", "TIME-WAIT 2 MSL; quiet time; no ABORT, reset or give-up"),
        ("maximal insufficient", "TIME-WAIT 2 MSL; quiet time; ABORT to TIME-WAIT; no half-open peer"),
        ("maximal insufficient", "TIME-WAIT 2 MSL; no ABORT, reset or give-up; ABORT to TIME-WAIT; no half-open peer"),
        ("maximal insufficient", "quiet time; no ABORT, reset or give-up; ABORT to TIME-WAIT; no half-open peer"),
    ]
    assert [len(one.run.steps) for one in found.evidence.counterexamples] == [6, 6, 14]


@pytest.mark.long
def test_a_limit_makes_the_study_unknown() -> None:
    found = old_segments(LONG, Limits(max_states=1000), lambda _: None)
    assert (found.answer, found.why) == ("unknown", "max-states 1000 reached")


@pytest.mark.long
@pytest.mark.parametrize("ticks", ["2msl", "5", "15"])
def test_with_a_loss_no_time_wait_is_long_enough(ticks: str) -> None:
    """The passive closer has none; nothing of the run is lost by want of room."""
    found = all_together(OLD_WITH_TEXT.but(time_wait=ticks), NO_LIMITS, lambda _: None)
    assert found.answer == "violated"
    assert isinstance(found.evidence, Tables)
    (one,) = found.evidence.counterexamples
    assert len(one.run.steps) == 17
    assert not any(happening.action == "send-lost" for step in history(one.run) for happening in step)


@pytest.mark.long
@pytest.mark.parametrize(("without", "answer"), [("octets", "violated"), ("losses", "holds")])
def test_text_alone_lets_nothing_in_and_a_loss_alone_does(without: str, answer: str) -> None:
    assert all_together(OLD_WITH_TEXT.but(**{without: 0}), NO_LIMITS, lambda _: None).answer == answer


def test_numbers_that_are_not_repeated_are_refused() -> None:
    with pytest.raises(BadConfig, match="isn_a=repeated"):
        old_segments(OLD_SEGMENTS.but(isn_a="fresh"), NO_LIMITS, lambda _: None)


def test_the_untimed_configuration_has_every_run_of_the_timed_ones() -> None:
    config = untimed(OLD_SEGMENTS)
    assert not config.timed
    assert config.losses is None
    assert config.isn_a == config.isn_b == "fresh"
    kept = (
        "crashes",
        "aborts",
        "gives_up",
        "retransmissions",
        "capacity",
        "incarnations",
        "closes",
        "open_a",
        "open_b",
    )
    assert all(getattr(config, name) == getattr(OLD_SEGMENTS, name) for name in kept)
    assert Network(config).clocks is None
