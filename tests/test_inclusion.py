"""Every transition of bounded networks is a step of the unbounded ones, and what these assume is refused."""

from __future__ import annotations

import numpy as np
import pytest
import z3

from model.network.bounded import Network
from model.network.clocks import Timer
from model.network.ghosts import handshakes
from model.network.ghosts.ghost import SideEvent
from model.settings.config import Config
from tests.foretold import Marked
from tests.included import CLOSE, SMALL, WITH_TEXT, included
from tests.inclusion import Choices, choices, compare
from tests.transitions import Transitions
from tests.views import STUTTER, Seen

LONG = pytest.mark.long


@pytest.mark.parametrize(
    ("name", "states", "transitions", "stutters", "steps"),
    [
        ("numbers used again", 8_681, 44_389, 11_402, 72),
        ("rest", 67_330, 308_290, 78_162, 53),
        ("close", 4_350, 7_643, 1_563, 10),
        pytest.param("numbers near each other", 9_672, 49_728, 12_786, 77, marks=LONG),
        pytest.param("any open", 31_848, 189_096, 45_546, 71, marks=LONG),
        pytest.param("crashes, no text", 13_654, 73_005, 18_786, 82, marks=LONG),
        pytest.param("one text on the SYN", 30_316, 168_750, 41_334, 79, marks=LONG),
        pytest.param("close with text", 63_985, 158_459, 28_505, 21, marks=LONG),
        pytest.param("crashes", 241_030, 2_178_491, 379_452, 113, marks=LONG),
        pytest.param("crashes, the second incarnation", 241_030, 2_178_491, 379_452, 113, marks=LONG),
        pytest.param("crashes, duplication", 321_756, 3_516_942, 541_700, 113, marks=LONG),
        pytest.param("numbers used again, with text", 148_580, 1_087_013, 225_364, 101, marks=LONG),
        pytest.param("two-way", 254_288, 2_292_982, 403_972, 98, marks=LONG),
        pytest.param("text on the SYN", 1_714_402, 12_467_564, 2_558_250, 101, marks=LONG),
        pytest.param("rest, crashes", 879_070, 5_165_786, 1_068_178, 92, marks=LONG),
        pytest.param("sides rest", 217_560, 786_695, 203_409, 53, marks=LONG),
        pytest.param("rest, 2 MSL", 816_181, 3_413_671, 838_860, 70, marks=LONG),
    ],
)
def test_every_transition_is_a_step(name: str, states: int, transitions: int, stutters: int, steps: int) -> None:
    one = included(name)
    found = compare(one.walk, one.views(one.make()))
    assert found.differences == {}
    assert (one.walk.graph.states, found.transitions) == (states, transitions)
    assert (found.stutters, len(found.taken)) == (stutters, steps)


@pytest.mark.parametrize(
    ("name", "accepted", "refused"),
    [
        ("numbers used again", 146, 995),
        ("rest", 29_317, 20_995),
        ("close", 288, 92),
        pytest.param("numbers near each other", 234, 1_055, marks=LONG),
        pytest.param("close with text", 11_620, 6_260, marks=LONG),
        pytest.param("numbers used again, with text", 740, 17_956, marks=LONG),
        pytest.param("sides rest", 107_228, 51_066, marks=LONG),
        pytest.param("rest, 2 MSL", 447_762, 206_172, marks=LONG),
    ],
)
def test_what_the_assumptions_forbid_is_refused_and_nothing_else(name: str, accepted: int, refused: int) -> None:
    """A number that is not fresh, or has not rested; time that goes on in silence; losses that cost too much."""
    one = included(name)
    found = choices(one.walk, one.views(one.make()), one.offered)
    assert found == Choices(accepted, refused, only_bounded=0, only_unbounded=0)


def visible(walk: Transitions, network: Network) -> set[tuple[int, ...]]:
    """The walked states as somebody sees them who does not know what will be lost: without what only ghosts say."""
    columns = [walk.states[var.name] for var in network.system().variables if not var.ghost and ">" not in var.name]
    for side in network.sides.values():
        channel = network.channel(side)
        segments = [walk.states[slot.name] >> np.uint64(channel.layout.ghost_bits) for slot in channel.slots]
        columns += [*np.sort(np.stack(segments), axis=0)]
    return {tuple(row) for row in np.stack([column.astype(np.uint64) for column in columns], axis=1).tolist()}


@pytest.mark.parametrize(
    ("name", "config", "states"),
    [("close", CLOSE, 230), pytest.param("close with text", WITH_TEXT, 1_738, marks=LONG)],
)
def test_to_foretell_losses_leaves_no_state_out(name: str, config: Config, states: int) -> None:
    network, marked = Network(config), Marked(config)
    plain = visible(Transitions(network.system()), network)
    assert visible(included(name).walk, marked) == plain
    assert len(plain) == states


@pytest.mark.long
def test_an_extra_guard_would_be_noticed_wherever_a_step_is_taken() -> None:
    """Of so many pairs of a step and a state of the other side a transition is compared."""
    pairs = set[tuple[str, int]]()
    for name in ("numbers used again", "any open", "one text on the SYN", "crashes, duplication", "two-way"):
        one = included(name)
        for view in one.views(one.make()):
            seen = Seen(one.walk, view)
            for at, rule in enumerate(one.walk.system.rules):
                if (step := view.steps.get(rule.name)) not in (None, STUTTER):
                    states = np.unique(seen["B.state"][one.walk.of(at).tails])
                    pairs |= {(step.name, state) for state in states.tolist()}
    assert (len(pairs), len({step for step, _ in pairs})) == (888, 124)


def heard_by_anybody(_seen: SideEvent) -> z3.BoolRef:
    """The sender of every SYN lives."""
    return z3.BoolVal(True)


def never_due(_timer: Timer) -> z3.BoolRef:
    """No clock has reached its time."""
    return z3.BoolVal(False)


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "fault", "noticed"),
    [
        ("crashes, no text", (handshakes, "sender_lives", heard_by_anybody), "B: LISTEN, SYN arrives: B.heard"),
        ("close", (Timer, "due", property(never_due)), "time passes: not allowed"),
    ],
)
def test_a_fault_of_a_bounded_network_is_noticed_too(
    name: str, fault: tuple[object, str, object], noticed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, attribute, instead = fault
    monkeypatch.setattr(owner, attribute, instead)
    one = SMALL[name]()
    assert noticed in compare(one.walk, one.views(one.make())).differences
