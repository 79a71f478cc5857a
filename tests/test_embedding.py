"""What is said of an unbounded network holds in every state of bounded ones: the invariant says nothing false.

A lemma that the explicit engine finds violated would be a proof of nothing; a premise that no reachable state satisfies
would be one for want of trying.
"""

from __future__ import annotations

import pytest
import z3

from model.any_channel.embedding import Embedding
from model.core.property import Property, sometimes, step
from model.engines.explicit.search import explore
from model.network.bounded import Network
from model.network.freshness import no_peer_carries, no_segment_carries
from model.settings.config import Config
from properties.configs import REPEATED_ISNS
from properties.proofs.invariant import BASE
from properties.proofs.theorems import THEOREMS
from tests import included

LEMMAS = dict.fromkeys((*BASE, *(make for theorem in THEOREMS.values() for make in theorem.lemmas)))
"""Every lemma of every proof, once."""

EVERYBODY = Config(incarnations=2, capacity=1, octets=1, seq_bits=4, crashes=1, aborts="both", gives_up="both")
BOTH_OPEN = Config(incarnations=2, open_a="both", open_b="both", isn_b="8,12", capacity=2, gives_up="A")
AGAIN = included.AGAIN


def fresh(network: Network) -> Property:
    """Every number that is chosen is fresh."""
    said = []
    for side in network.sides.values():
        both = z3.And(no_segment_carries(network, side), no_peer_carries(network, side))
        said.append(z3.Implies(side.incarnation.next != side.incarnation.term, both))
    return step("freshness", z3.And(*said))


@pytest.mark.parametrize(
    ("config", "incarnations", "states"),
    [
        pytest.param(EVERYBODY, (1, 1), 246_474, id="crashes and resets"),
        pytest.param(EVERYBODY, (2, 1), 246_474, id="the second incarnation", marks=pytest.mark.long),
        pytest.param(BOTH_OPEN, (1, 2), 3_637_455, id="simultaneous open", marks=pytest.mark.long),
        pytest.param(AGAIN, (1, 1), 148_580, id="numbers used again"),
    ],
)
def test_the_invariant_holds_in_every_state(config: Config, incarnations: tuple[int, int], states: int) -> None:
    network = Network(config)
    embedding = Embedding(network, incarnations)
    said = [embedding.always(make(embedding.soup)) for make in LEMMAS]
    found = explore(network.system(*said, fresh(network)))
    assert {name: verdict.answer for name, verdict in found.items()} == dict.fromkeys(found, "holds")
    effort = found["freshness"].effort
    assert (effort.complete, effort.states) == (True, states)
    assert effort.states > 100_000


def test_a_number_is_used_again_after_its_death_and_a_connection_opens_under_it() -> None:
    """Two incarnations of both sides under the same numbers, both times open: the invariant is about such runs, too."""
    network = Network(AGAIN)
    a, b = network.sides.values()
    open_again = z3.And(*(z3.And(s.state_is("ESTABLISHED"), s.incarnation.term == 2) for s in (a, b)))
    agreed = z3.And(open_again, a.tcb.irs == b.tcb.iss, b.tcb.irs == a.tcb.iss)
    found = explore(network.system(sometimes("again", agreed)))["again"]
    assert found.run is not None
    numbers = {step.state["A.iss"] for step in found.run.steps if step.state["A.state"]}
    assert numbers - {0} == {1}
    assert max(step.state["A.incarnation"] for step in found.run.steps) == 2


def test_without_freshness_the_lemmas_are_false_somewhere() -> None:
    """So that they say something: a number used again while something still has it breaks them."""
    network = Network(REPEATED_ISNS)
    embedding = Embedding(network)
    said = [embedding.always(make(embedding.soup)) for make in LEMMAS]
    found = explore(network.system(*said, fresh(network)))
    assert {name for name, verdict in found.items() if verdict.answer == "violated"} == {
        "freshness",
        "accepted",
        "acknowledgment-tells",
        "counts-only-if-accepted",
        "accepted-by-some",
        "acknowledgment-tells-of-some",
        "counts-only-if-heard",
        "only-the-older-has-heard",
        "open-only-to-the-older",
        "own-acknowledgments",
        "one-peer",
        "acknowledged-by-peer",
        "peer-knows",
    }
