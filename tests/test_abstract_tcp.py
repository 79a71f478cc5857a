"""The published counts of the abstract TCP, by both engines."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from model.core.answer import Effort, Outcome
from model.core.system import System
from model.engines import twin
from model.engines.explicit import search as explicit
from tests.abstract_tcp import bounded, published

Explore = Callable[[System], dict[str, Outcome]]
both = pytest.mark.parametrize("explore", [explicit.explore, twin.explore], ids=["explicit", "twin"])


def effort(explore: Explore, system: System) -> Effort:
    """The effort of a search that was complete, and in which the invariant held and no queue overflowed."""
    verdict = explore(system)["agreement"]
    assert verdict.answer == "holds"
    assert verdict.effort.complete
    assert not verdict.effort.touched
    return verdict.effort


@both
def test_queues_of_one(explore: Explore) -> None:
    found = effort(explore, bounded(1))
    assert (found.states, found.depth) == (765, 18)


def test_queues_of_two() -> None:
    found = effort(explicit.explore, bounded(2))
    assert (found.states, found.depth) == (10_932, 27)


@both
def test_published_configuration(explore: Explore) -> None:
    found = effort(explore, published())
    initial_states = 2
    assert (found.states, found.transitions + initial_states, found.depth) == (1_182, 6_322, 14)
