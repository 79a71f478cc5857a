"""What a proof shows is what the search of the same name looks at, also where it fails: counted in states, or in steps.

Each theorem's goal is said of bounded networks in which the property is violated. Where both say the same, they are
false in the same states. Else the goal is the stronger, and why is said here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import pytest
import z3

from model.core.property import Property
from model.core.system import Rule
from model.network.bounded import Network
from model.network.ghosts.endings import ENDINGS
from model.network.ghosts.history import HISTORY
from model.settings.config import Config
from properties.claim import Safety
from properties.claims import find
from properties.configs import DATA_QUEUED, HALF_OPEN_PEER, LAST_ACK, REPEATED_ISNS, TWO_WAY, TWO_WAY_CRASHES
from properties.proofs.opening import THEOREMS
from properties.time_wait import SILENT
from tests.goals import ClosingSteps, Said, Steps, after, of_few_steps, of_states, of_steps, state_goal

BOTH, NEITHER, GOAL_ONLY, PROPERTY_ONLY = (True, True), (False, False), (True, False), (False, True)
"""What holds of a state or step: goal and property."""

TWICE = Config(incarnations=2, octets=1, capacity=1, crashes=1, handshake="two-way")
FAILING = {
    "two-way": TWICE,
    "two-way, duplication": TWO_WAY_CRASHES.but(capacity=1),
    "two-way, numbers used again": TWICE.but(
        isn_a="repeated", isn_b="repeated", isns_wait="segments-and-peer", seq_bits=5
    ),
}
"""Networks in which ISNs are fresh, and the properties fail."""


def network_for(name: str, config: Config) -> Network:
    """A network of which a claim can be asked."""
    claim = find(name)
    assert claim is not None
    made = claim.network(config)
    assert isinstance(made, Network)
    return made


def property_of(name: str, network: Network) -> Property:
    """The property of a claim."""
    claim = find(name)
    assert claim is not None
    made = claim.asked_of(network)
    assert isinstance(made, Property)
    return made


@cache
def in_states(name: str, config: Config, ended: bool = True) -> dict[Said, int]:
    """The states by what goal and property say. ended: S5's flag, which a proof leaves open, is what the search has."""
    network, asked = Network(config, ghosts=(HISTORY,)), name == "ghost-after-close"
    goal, prop = state_goal(name, network), property_of(name, network)
    pairs = [
        (z3.Bool(f"{side.name}.ended_in_order"), network.ended_in_order(side) if ended else z3.BoolVal(True))
        for side in (network.sides.values() if asked else ())
    ]
    return of_states(network.system(), z3.simplify(z3.substitute(goal, *pairs)), prop.term)


@pytest.mark.parametrize(
    ("name", "variant", "holds", "fails"),
    [
        ("half-open", "two-way", 152_792, 6_792),
        ("half-open", "two-way, duplication", 32_528, 3_784),
        ("half-open", "two-way, numbers used again", 121_630, 1_384),
        ("client-can-receive", "two-way", 144_000, 15_584),
        ("client-can-receive", "two-way, duplication", 30_000, 6_312),
        ("client-can-receive", "two-way, numbers used again", 119_750, 3_264),
        ("agreement", "two-way", 159_269, 315),
        ("agreement", "two-way, duplication", 36_174, 138),
    ],
)
def test_goal_and_property_are_false_in_the_same_states(name: str, variant: str, holds: int, fails: int) -> None:
    assert in_states(name, FAILING[variant]) == {BOTH: holds, NEITHER: fails}


@pytest.mark.long
def test_the_ghost_after_close_is_the_same_if_the_flag_is_what_the_search_has() -> None:
    assert in_states("ghost-after-close", TWO_WAY) == {BOTH: 12_849_559, NEITHER: 80_657}


def test_of_the_ghost_after_close_more_is_proved() -> None:
    """Whether the last connection has ended in order is left open: the goal is that there is no ghost at all."""
    assert in_states("ghost-after-close", TWICE, ended=False) == {BOTH: 152_792, PROPERTY_ONLY: 6_792}
    assert in_states("half-open", TWICE) == {BOTH: 152_792, NEITHER: 6_792}


def test_old_duplicates_need_fresh_isns_is_half_open() -> None:
    first, second = find("old-duplicates-need-fresh-isns"), find("half-open")
    assert first is not None
    assert second is not None
    assert isinstance(first.question, Safety)
    assert isinstance(second.question, Safety)
    assert first.question.make == second.question.make
    assert THEOREMS[first.name] == THEOREMS[second.name]
    assert in_states(first.name, REPEATED_ISNS) == {BOTH: 99_429, NEITHER: 6_304}


def test_without_freshness_numbers_say_less_than_incarnations() -> None:
    """Outside of what the proof assumes: two incarnations of one number have one ghost. So searches use no numbers."""
    found = in_states("client-can-receive", HALF_OPEN_PEER.but(capacity=2))
    assert found == {BOTH: 566_840, GOAL_ONLY: 27_104, PROPERTY_ONLY: 5_054, NEITHER: 252_389}


# -- steps --


@dataclass(frozen=True)
class Compared:
    """What goal and property say of the steps of a network. first: of those before which the property was kept."""

    every: dict[Said, int]
    first: dict[Said, int]


def in_steps(name: str, config: Config, kind: type[Steps]) -> Compared:
    """The transitions by what goal and property say; the property after the step, if it is one of states."""
    network = network_for(name, config)
    prop = property_of(name, network)
    system, embedding = network.system(prop), kind(network)
    sides = network.sides.values()
    kept = prop.term if prop.kind == "always" else z3.Not(z3.Or(*(ENDINGS.unanswered(side).term for side in sides)))

    def said(rule: Rule) -> z3.BoolRef:
        pairs = [(system.var[name].term, term) for name, term in rule.update.items()]
        return after(system, rule, prop.term) if prop.kind == "step" else z3.substitute(prop.term, *pairs)

    both = {rule.name: (embedding.goal(rule), said(rule)) for rule in system.rules}
    first = {name: (z3.Or(z3.Not(kept), goal), z3.Or(z3.Not(kept), term)) for name, (goal, term) in both.items()}
    counted = of_few_steps if kind is ClosingSteps else of_steps
    return Compared(counted(system, both), counted(system, first))


CONNECTIONS = DATA_QUEUED.but(ack_range="off")
ONE_TICK_LESS = {BOTH: 676, PROPERTY_ONLY: 7, NEITHER: 10}
NO_TIME_WAIT = {BOTH: 288, PROPERTY_ONLY: 101, NEITHER: 27}
LONELY = CONNECTIONS.but(handshake="two-way", duplications=0)


@pytest.mark.parametrize(
    ("config", "every", "first"),
    [
        (CONNECTIONS, {BOTH: 2_070_114, GOAL_ONLY: 83_862, NEITHER: 4_614}, {BOTH: 2_155_550, NEITHER: 3_040}),
        (LONELY, {BOTH: 935_150, GOAL_ONLY: 115_008, NEITHER: 4_632}, {BOTH: 1_051_676, NEITHER: 3_114}),
    ],
    ids=["ACK range not tested", "two-way too"],
)
def test_a_segment_of_another_connection_is_accepted_in_the_same_steps(
    config: Config, every: dict[Said, int], first: dict[Said, int]
) -> None:
    """The property is about a ghost that stays: after the first such step it is false whatever happens, while the goal
    is about the step alone. Of the steps up to the first one both say the same."""
    found = in_steps("no-old-segment-accepted", config, Steps)
    assert (found.every, found.first) == (every, first)


@pytest.mark.parametrize(
    ("config", "every", "first"),
    [
        (LAST_ACK, {BOTH: 637}, {BOTH: 637}),
        (LAST_ACK.but(time_wait="5"), ONE_TICK_LESS, ONE_TICK_LESS),
        (LAST_ACK.but(time_wait="0"), NO_TIME_WAIT, NO_TIME_WAIT),
        (LAST_ACK.but(mutant=SILENT), {BOTH: 264, GOAL_ONLY: 125, NEITHER: 60}, {BOTH: 398, NEITHER: 51}),
    ],
    ids=["2 MSL", "one tick less", "no TIME-WAIT", "TIME-WAIT does not answer"],
)
def test_that_the_last_ack_is_answered_more_is_proved_step_by_step(
    config: Config, every: dict[Said, int], first: dict[Said, int]
) -> None:
    """The goal is false as soon as A is gone while B is in LAST-ACK, or a reset arrives there; the property only when
    the reset is accepted. Of a FIN without answer the property keeps a ghost that stays."""
    found = in_steps("last-ack-answered", config, ClosingSteps)
    assert (found.every, found.first) == (every, first)
    assert GOAL_ONLY not in found.first


def test_every_theorem_is_compared() -> None:
    compared = {"half-open", "client-can-receive", "agreement", "ghost-after-close", "old-duplicates-need-fresh-isns"}
    steps = {"no-old-segment-accepted"}
    assert compared | steps == set(THEOREMS)
