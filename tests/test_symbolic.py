"""bmc and k-induction on toy systems and on TCP; and no two engines contradict each other, wherever both apply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
import z3
from hypothesis import given

from model.any_channel.every_channel import every_channel
from model.core.answer import Answer, Limits, Outcome, Progress
from model.core.property import Property, always, sometimes, step
from model.core.system import Rule, System, Var
from model.engines import twin
from model.engines.explicit import search as explicit
from model.engines.inductive.discharge import Prover
from model.engines.symbolic.bmc import bmc
from model.engines.symbolic.induction import induction
from model.engines.symbolic.solver import LimitedSolver
from model.network.bounded import Network
from model.questions.theorems import layers, lemmas_for
from model.settings.config import Config
from properties.configs import EVERY_CHANNEL, TWO_WAY
from properties.opening import agreement, client_can_receive, no_half_open
from tests.strategies import exact, systems
from tests.toys import bag, counter, jugs, mutex, writer

N = z3.BitVec("n", 8)


def length(verdict: Outcome) -> int:
    """Steps of the verdict's trace."""
    assert verdict.run
    return len(verdict.run.steps)


# -- bounded model checking --


def test_bmc_finds_the_shortest_solution_of_the_jugs() -> None:
    verdict = bmc(jugs())["measured"]
    assert (verdict.answer, length(verdict), verdict.engine) == ("reachable", 6, "bmc")


def test_bmc_says_unknown_where_its_depth_ends_and_holds_where_the_runs_do() -> None:
    small = always("small", z3.ULT(N, 8))
    assert bmc(counter(9, small), depth=7)["small"].answer == "unknown"
    assert bmc(counter(9, small), depth=7)["small"].effort.limit == "depth 7 reached"
    assert length(bmc(counter(9, small), depth=8)["small"]) == 8
    ends = bmc(counter(5, small, wraps=False), depth=9)["small"]
    assert (ends.answer, ends.effort.complete, ends.effort.depth) == ("holds", True, 6)


def test_bmc_of_a_step_property_ends_with_the_step_that_breaks_it() -> None:
    grows = step("grows", z3.UGT(z3.BitVec("n'", 8), N))
    assert length(bmc(counter(3, grows))["grows"]) == 4
    outside = replace(counter(5, step("small", z3.ULT(z3.BitVec("n'", 8), 3))), constraint=z3.ULT(N, 3))
    assert length(bmc(outside)["small"]) == 3


def test_limits_and_ctrl_c_keep_what_was_found() -> None:
    def interrupt(at: Progress) -> None:
        if at.depth == 3:
            raise KeyboardInterrupt

    one, never = sometimes("one", N == 1), sometimes("never", N == 8)
    for engine in (bmc, induction):
        found = engine(counter(9, one, never), progress=interrupt)
        assert (found["one"].answer, found["never"].answer) == ("reachable", "unknown")
        assert found["never"].effort.limit == "interrupted"
    assert bmc(counter(9, never), limits=Limits(max_seconds=0))["never"].effort.limit == "max-seconds 0 reached"


def test_bmc_finds_the_two_way_ghost_as_short_as_the_explicit_engine_does() -> None:
    network = Network(TWO_WAY)
    system = network.system(no_half_open(network))
    found = bmc(system)["half-open"]
    assert found.answer == "violated"
    assert length(found) == length(explicit.explore(system)["half-open"]) == 4
    assert found.run is not None
    assert "B: LISTEN, SYN arrives" in [step.rule.name for step in found.run.steps]


# -- k-induction --


def test_mutual_exclusion_needs_a_lemma() -> None:
    """A process inside without the lock lets another one enter: the lemma excludes that."""
    system = mutex(3)
    alone = induction(system, depth=1)["exclusion"]
    assert (alone.answer, alone.effort.limit) == ("unknown", "depth 1 reached")
    held = [z3.Implies(z3.BitVec(f"p{i}", 2) == 2, z3.Bool("lock")) for i in range(3)]
    helped = induction(system, depth=1, lemmas=[always("held", z3.And(*held))])["exclusion"]
    assert (helped.answer, helped.effort.depth, helped.effort.complete) == ("holds", 1, True)


def test_a_lemma_that_is_false_proves_nothing() -> None:
    wrong = always("wrong", z3.BoolVal(False))
    found = induction(mutex(3, safe=False), depth=6, lemmas=[wrong])["exclusion"]
    assert found.answer == "violated"
    assert found.effort.depth == length(found) + 1 < 6, "then it ends"


def test_paths_without_a_repeated_state_make_induction_complete() -> None:
    """Nothing reaches the numbers from 240 on, which lead to 246, but only after five other states that do as well."""
    n = z3.BitVec("n", 8)
    up = Rule("up", z3.Or(z3.ULT(n, 5), z3.UGE(n, 240)), {"n": n + 1})
    stay = Rule("stay", z3.BoolVal(True), {"n": n})
    system = System((Var("n", 8),), ({"n": 0},), (up, stay), (always("not 246", n != 246),))
    assert induction(system, depth=6)["not 246"].answer == "unknown"
    found = induction(system, depth=7)["not 246"]
    assert (found.answer, found.engine, found.effort.depth) == ("holds", "induction", 7)


def test_step_properties_are_inductive_over_the_step_and_what_was_before_it() -> None:
    """That it counts needs nothing. That it goes back from small numbers only, needs two steps before the third."""
    after = z3.BitVec("n'", 8)
    counts = step("counts", z3.Or(after == N + 1, after == 0))
    up, back = Rule("up", N != 200, {"n": N + 1}), Rule("back", N == 200, {"n": z3.BitVecVal(0, 8)})
    found = induction(System((Var("n", 8),), ({"n": 0},), (up, back), (counts,)), depth=1)["counts"]
    assert (found.answer, found.effort.depth) == ("holds", 1)
    again, ends = Rule("again", N == 7, {"n": N - 7}), Rule("ends", N == 9, {"n": N - 9})
    three = System(
        (Var("n", 8),),
        ({"n": 0},),
        (*(Rule(f"to {at + 1}", at == N, {"n": N + 1}) for at in (0, 1, 7, 8)), again, ends),
        (step("never back", z3.UGT(after, N)),),
    )
    assert [induction(three, depth=k)["never back"].answer for k in (1, 2)] == ["unknown", "unknown"]
    found = induction(three, depth=4)["never back"]
    assert (found.answer, found.effort.depth) == ("holds", 3)


@pytest.mark.parametrize("capacity", [1, pytest.param(2, marks=pytest.mark.long)])
def test_the_lemmas_for_every_channel_make_a_bounded_one_inductive_at_once(capacity: int) -> None:
    """k = 1, without a search: what needs 14,953,742 states otherwise, at capacity 2 and with one octet."""
    network = Network(Config(incarnations=2, capacity=capacity))
    system = network.system(no_half_open(network), client_can_receive(network))
    found = induction(system, depth=1, lemmas=lemmas_for(network))
    assert {(v.answer, v.effort.depth) for v in found.values()} == {("holds", 1)}
    assert {v.answer for v in induction(system, depth=1).values()} == {"unknown"}


# -- no two engines contradict each other --

SYSTEMS: Mapping[str, System] = {
    "counter": counter(9, always("p", z3.ULT(N, 8)), sometimes("q", N == 3)),
    "stops": counter(4, always("p", z3.ULE(N, 4)), sometimes("q", N == 5), wraps=False),
    "jugs": jugs(),
    "no jugs": jugs(7),
    "mutex": mutex(3),
    "no mutex": mutex(3, safe=False),
    "writer": replace(writer(2, 2), properties=(sometimes("p", z3.BitVec("v1", 64) == 1),)),
    "bag": replace(bag(2, 2), properties=(always("p", z3.BitVec("v0", 4) == 0),)),
}


def answers(system: System, lemmas: list[Property], depth: int) -> dict[str, dict[str, Outcome]]:
    """The verdicts of all engines for any `System`."""
    return {
        "explicit": explicit.explore(system),
        "twin": twin.explore(system),
        "bmc": bmc(system, depth=depth),
        "induction": induction(system, depth=depth, lemmas=lemmas),
    }


def check_agreement(found: Mapping[str, dict[str, Outcome]]) -> None:
    """Whoever has an answer has that of the explicit engine, and a trace as short."""
    for name, settled in found["explicit"].items():
        assert settled.answer != "unknown"
        for engine in ("twin", "bmc", "induction"):
            one = found[engine][name]
            assert one.answer in (settled.answer, "unknown"), (engine, name)
            if one.run is not None:
                assert length(one) == length(settled), (engine, name)


@pytest.mark.parametrize("name", SYSTEMS)
def test_engines_agree_on_toys(name: str) -> None:
    found = answers(SYSTEMS[name], [], depth=12)
    check_agreement(found)
    assert settled(found) or name in ("mutex", "no jugs")  # Their runs go on for ever, and they need a lemma.


@exact(8)
@given(systems())
def test_engines_agree_on_random_systems(system: System) -> None:
    found = answers(system, [], depth=12)
    check_agreement(found)
    assert settled(found)


def settled(found: Mapping[str, dict[str, Outcome]]) -> bool:
    """Whether an engine that asks Z3 has answered anything."""
    return any(v.answer != "unknown" for engine in ("bmc", "induction") for v in found[engine].values())


TCP = {
    "three-way": Config(capacity=1),
    "two-way": Config(capacity=1, handshake="two-way"),
    "crashes, two-way": Config(capacity=1, incarnations=2, crashes=1, handshake="two-way"),
    "crashes": Config(capacity=1, crashes=1),
}


@pytest.mark.minutes
@pytest.mark.parametrize("name", TCP)
def test_engines_agree_on_tcp_and_so_does_the_proof_for_every_channel(name: str) -> None:
    network = Network(TCP[name])
    properties = {p.name: p for p in (make(network) for make in (no_half_open, client_can_receive, agreement))}
    found = answers(network.system(*properties.values()), lemmas_for(network), depth=6)
    check_agreement(found)
    prover = Prover(LimitedSolver())
    for claim in ("half-open", "client-can-receive"):
        toy = EVERY_CHANNEL.but(seq_bits=5, window=4, octets=2, handshake=TCP[name].handshake)
        proof = layers(claim, every_channel(toy))
        proved = all(one.answer is Answer.HOLDS for layer in proof for one in prover.prove(layer))
        assert proved == (found["explicit"][claim].answer == "holds")
