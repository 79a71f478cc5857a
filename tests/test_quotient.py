"""The quotient of a state graph counts what the twin counts one by one."""

from __future__ import annotations

from collections import Counter

import pytest
import z3

from model.core.run import enabled
from model.core.system import Rule, System, Var
from model.engines.explicit.quotient import quotient
from model.network.bounded import Network
from model.pictures.diagram import quotient_diagram
from model.settings.config import Config


def test_the_quotient_of_a_small_network_is_the_slow_count() -> None:
    system = Network(Config(capacity=1, loss=False, closes="none")).system()
    names = ["A.state", "B.state"]
    shown = {name: system.var[name] for name in names}
    states: Counter[tuple[str, ...]] = Counter()
    arcs: Counter[tuple[tuple[str, ...], tuple[str, ...]]] = Counter()
    reached, waiting = {str(system.initial[0])}, [system.initial[0]]
    while waiting:
        state = waiting.pop()
        node = tuple(shown[name].show(state[name]) for name in names)
        states[node] += 1
        for step in enabled(system, state):
            arcs[node, tuple(shown[name].show(step.state[name]) for name in names)] += 1
            if str(step.state) not in reached:
                reached.add(str(step.state))
                waiting.append(step.state)
    found = quotient(system, names)
    assert found.states == states
    assert found.arcs == arcs
    assert found.effort.states == sum(states.values())
    assert found.effort.transitions == sum(arcs.values())
    assert found.states["ESTABLISHED", "SYN-RECEIVED"] > 0


def test_a_node_has_at_most_32_bits() -> None:
    """Nodes of 32 bits are told apart by each of them."""
    variables = Var("v0", 16), Var("v1", 16), Var("one")
    ends = {"v0": 0x8001, "v1": 0xFFFF}
    start, update = dict.fromkeys([*ends, "one"], 0), {name: z3.BitVecVal(to, 16) for name, to in ends.items()}
    system = System(variables, (start,), (Rule("jump", z3.BoolVal(True), update),))
    try:
        found = quotient(system, [*ends])
    except ValueError:
        pytest.fail("it may have 32")
    first, second = ("0", "0"), (str(0x8001), str(0xFFFF))
    assert found.states == {first: 1, second: 1}
    assert found.arcs == {(first, second): 1, (second, second): 1}
    with pytest.raises(ValueError, match="at most 32 bits"):
        quotient(system, [*ends, "one"])


def test_the_diagram_has_a_node_for_each_pair_and_no_loops() -> None:
    states: dict[tuple[str, ...], int] = {("CLOSED", "LISTEN"): 3, ("SYN-SENT", "LISTEN"): 1200}
    a, b = states
    dot = quotient_diagram(states, [(a, b), (b, b)], "toy")
    assert '"SYN-SENT | LISTEN" [label="SYN-SENT\\nLISTEN\\n1,200"];' in dot
    assert dot.count("->") == 1
