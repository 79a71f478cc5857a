"""Each wrong protocol of `mutants` is found out, by exactly what is listed there; the right one passes the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import product

import pytest

from model.engines import explicit
from model.network.bounded import Network
from model.scenario import NoRun, run_scenario, system_of
from model.system import Property
from model.tcp.config import Config
from model.tcp.state import STATES
from properties.data import at_most_once, data_on_syn_delivered, nothing_lost, text_on_its_way_again
from properties.deadlock import no_deadlock
from properties.figure_5 import both_established, end_of_four_segments, figure_5
from properties.opening import agreement, client_can_receive, no_half_open
from tests.arrivals import BITS, CONTROLS, ORIGINS, RFC, Model, disagreement, tcbs
from tests.call_table import AT, CALLS, FRONTS, USER_CALLS, happens, prepared
from tests.decision_table import Segment, Tcb
from tests.mutants import MUTANTS, Mutant
from tests.test_scenarios import ENDS, story

OPENING = Config(incarnations=2, retransmissions=1, crashes=1, closes="A", ack_range="off")
CLOSING = Config(capacity=1)
DATA = Config(
    octets=1, send_on_syn=True, open_a="both", incarnations=2, accounts=True, endings=True, capacity=1, crashes=1
)


def near(tcb: Tcb) -> list[Segment]:
    """Segments at the edges of the window and of what was sent."""
    seq = [tcb.rcv_nxt + at for at in (-1, 0, 1, RFC.window)]
    ack = [tcb.snd_una, tcb.snd_nxt, tcb.snd_nxt + 1, tcb.snd_una - RFC.max_snd_wnd - 1]
    return [
        Segment(*controls, number % 2**BITS, ackno % 2**BITS, text)
        for controls in CONTROLS
        for number, ackno, text in product(seq, ack if controls[1] else [0], (0, 1, 3))
    ]


def table() -> Iterator[str]:
    """The states in which the decision table disagrees."""
    model = Model(RFC)
    for state in STATES:
        listed = tcbs(state, ORIGINS[1:2])
        if any(disagreement(model, tcb, x, 5) for tcb in (listed[0], listed[-1]) for x in near(tcb)):
            yield state


def rows() -> Iterator[str]:
    """The rows of the table of calls and timeouts that differ."""
    prepared.cache_clear()
    for call in CALLS:
        for state in STATES:
            expected = USER_CALLS.get((call, state))
            if happens(AT[state], call) != ([expected] if expected else []):
                yield f"{call} in {state}"
    wrong = {tcb.state for tcb, sent in FRONTS if happens(tcb, "RETRANSMISSION") != [(tcb, sent)]}
    yield from (f"RETRANSMISSION in {state}" for state in STATES if state in wrong)
    prepared.cache_clear()


def figures(names: Iterable[str] = ENDS) -> Iterator[str]:
    """The figures that are no runs, and the line at which they stop."""
    system_of.cache_clear()
    for name in sorted(names):
        try:
            run_scenario(story(name))
        except NoRun as refused:
            yield f"{name}:{str(refused).split(':')[0].removeprefix('line ')}"
    system_of.cache_clear()


def claims(config: Config, *properties: Callable[[Network], Property]) -> Iterator[str]:
    """The properties that are violated, or cannot be reached, on a small configuration."""
    network = Network(config)
    found = explicit.explore(network.system(*(make(network) for make in properties)))
    yield from (f"{name}: {verdict.answer}" for name, verdict in found.items() if verdict.answer not in GOOD)


GOOD = ("holds", "reachable")
DETECTORS: dict[str, Callable[[], Iterator[str]]] = {
    "table": table,
    "calls": rows,
    "opening": lambda: claims(OPENING, figure_5, client_can_receive, no_half_open, agreement, both_established),
    "closing": lambda: claims(CLOSING, figure_5, end_of_four_segments, no_deadlock),
    "data": lambda: claims(DATA, data_on_syn_delivered, at_most_once, nothing_lost, text_on_its_way_again),
}


def apply(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the protocol wrong."""
    module, name, replacement = mutant.patch
    monkeypatch.setattr(module, name, replacement)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_mutant_is_found_out(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(mutant, monkeypatch)
    stories = {stopped.split(":")[0] for stopped in mutant.expected}
    found = figures(stories) if mutant.detector == "figures" else DETECTORS[mutant.detector]()
    assert tuple(found) == mutant.expected


@pytest.mark.long
@pytest.mark.long
@pytest.mark.parametrize("mutant", [m for m in MUTANTS if m.detector == "figures"], ids=lambda mutant: mutant.name)
def test_the_other_figures_do_not_notice(mutant: Mutant, monkeypatch: pytest.MonkeyPatch) -> None:
    apply(mutant, monkeypatch)
    assert tuple(figures()) == mutant.expected


@pytest.mark.long
@pytest.mark.parametrize("name", DETECTORS)
def test_the_protocol_passes_the_same(name: str) -> None:
    """And so it does for the figures: see test_scenarios."""
    assert list(DETECTORS[name]()) == []


def test_mutants_differ() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= 12
    assert all(mutant.expected for mutant in MUTANTS)
    assert {mutant.detector for mutant in MUTANTS} == {*DETECTORS, "figures"}
