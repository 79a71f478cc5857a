"""Promises are found by what causes an event, say what they are, and can be kept from every state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import z3

from model.core.property import Fairness, LeadsTo, Live, RuleClass
from model.core.system import BadSystem, Rule, System, Var, choice
from model.engines.infinite.fairness import NOWHERE, classes_of, fair_components
from model.engines.infinite.graph import StateGraph
from model.engines.infinite.liveness import check_each
from model.network.bounded import Network, Side
from model.network.make import network_of
from model.network.server import Server
from model.settings.config import Config
from model.tcp.event import Event
from properties import configs, fair
from properties.closing import progress
from properties.fair import protocol
from properties.progress import close_completes, open_completes
from tests.infinite import Twin

COPIES = {"duplications": None}


class Uncaused(Network):
    """A network whose events do not say what causes them."""

    def events(self, _side: Side, listed: list[Event]) -> list[Event]:
        """All but the segments that arrive."""
        return [event.but(cause=replace(event.cause, call="")) for event in listed]


def answer(network: Network, make: Callable[[Network], Live]) -> str:
    """The verdict."""
    live = make(network)
    (found,) = check_each(network.system(), [(live.prop, live.fairness)]).values()
    return found.answer


@pytest.mark.parametrize(
    ("make", "config"),
    [
        (open_completes, configs.FAIR_OPEN),
        (open_completes, configs.FAIR_OPEN.but(**COPIES)),
        (close_completes, configs.FAIR_CLOSE.but(**COPIES)),
        pytest.param(close_completes, configs.FAIR_CLOSE.but(octets=1), marks=pytest.mark.long),
    ],
    ids=["open", "open, copies", "close, copies", "close, text"],
)
def test_what_comes_about_comes_about_also_with_copies_for_ever_and_with_text(
    make: Callable[[Network], Live], config: Config
) -> None:
    assert answer(Network(config), make) == "holds"


def test_if_copies_counted_as_arrivals_two_originals_could_fill_the_channel_for_ever() -> None:
    """The promise as it was: what the finding rests on."""
    network = Network(configs.FAIR_OPEN.but(**COPIES))
    live = open_completes(network)
    paid_by_copies = Fairness(live.fairness.weak, [replace(owed, when=None) for owed in live.fairness.strong])
    (found,) = check_each(network.system(), [(live.prop, paid_by_copies)]).values()
    assert found.answer == "violated"


def test_a_promise_a_timer_and_a_slot_rule_that_match_no_event_are_errors() -> None:
    network = Uncaused(configs.FAIR_CLOSE)
    for promise in (fair.retransmission, fair.time_wait, lambda one: fair.users(one, "CLOSE"), progress):
        with pytest.raises(BadSystem, match="no event of A is caused by"):
            promise(network)
    with pytest.raises(BadSystem, match="caused by CLOSE in SYN-SENT, nobody"):
        Network(configs.FAIR_CLOSE).caused_by(Network(configs.FAIR_CLOSE).sides["A"], "CLOSE", state="SYN-SENT, nobody")
    assert fair.retransmission(Network(configs.FAIR_CLOSE.but(retransmission=False))).strong == []
    server = network_of(configs.GHOST)
    assert isinstance(server, Server)
    assert all(owed.rules for owed in (*protocol(server).weak, *protocol(server).strong))


def test_a_promise_says_when_it_binds_and_of_what() -> None:
    network, copies = Network(configs.FAIR_CLOSE), Network(configs.FAIR_CLOSE.but(**COPIES))
    said = fair.arrivals(network).text
    assert said == (
        "a segment arrives (whenever it can again and again, each segment for itself, and apart when there is room for"
        " an answer and when there is not)"
    )
    assert fair.arrivals(copies).text == said[:-1] + ", itself, not a copy of it)"
    assert fair.time_wait(network).text == "TIME-WAIT ends (once it can without end)"
    assert close_completes(network).words.count("; ") == 3


@pytest.mark.parametrize(
    "config",
    [
        configs.FAIR_OPEN,
        configs.FAIR_OPEN.but(**COPIES),
        configs.FAIR_CLOSE.but(**COPIES),
        configs.FAIR_CLOSE.but(timed=True),
        configs.PASSING_ZERO,
    ],
    ids=["open", "open, copies", "close, copies", "in ticks", "past 0"],
)
def test_from_every_state_some_run_keeps_every_promise(config: Config) -> None:
    """So that no property holds for want of fair runs."""
    network = Network(config)
    graph = StateGraph(network.system())
    assert graph.run(None) == ""
    owed = classes_of(graph, close_completes(network).fairness)
    fair_states = fair_components(graph, owed, np.ones(graph.states, np.bool_)) != NOWHERE
    assert fair_states.any()
    tail, head, reaches = graph.arcs.tail, graph.arcs.head, fair_states.copy()
    while True:
        before = reaches.sum()
        reaches[tail[reaches[head]]] = True
        if reaches.sum() == before:
            break
    assert reaches.all()


def test_a_class_of_some_firings_alone_is_paid_by_these_alone() -> None:
    """A rule with a choice: only what is chosen as 1 counts, in the engine, in its twin, and in plain Python."""
    n, i = Var("n", 2), choice("i")
    go = Rule("go", n.term == 0, {"n": z3.If(i == 1, z3.BitVecVal(1, 2), n.term)}, choose={"i": 2})
    system = System((n,), ({"n": 0},), (go, Rule("stay", n.term == 1, {})))
    moves = LeadsTo("moves", n.term == 0, n.term == 1)
    for when, wanted in ((i == 1, "holds"), (i == 0, "violated"), (None, "violated")):
        fairness = Fairness(strong=[RuleClass(frozenset(["go"]), when=when)])
        assert check_each(system, [(moves, fairness)])["moves"].answer == wanted == Twin(system, fairness).answer(moves)
    with pytest.raises(BadSystem, match="reads what rule 'stay' does not have"):
        check_each(system, [(moves, Fairness(strong=[RuleClass(frozenset(["stay"]), when=i == 1)]))])
