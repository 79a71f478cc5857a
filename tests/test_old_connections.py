"""What a segment of an old connection is: by incarnations in searches, by numbers in proofs, and that both are one."""

from __future__ import annotations

import pytest
import z3

from model.any_channel.embedding import Embedding
from model.any_channel.every_channel import every_channel
from model.core.answer import Answer, Effort, Outcome
from model.core.property import Property, always
from model.engines.explicit.search import explore
from model.engines.inductive.discharge import Prover
from model.network.bounded import Network
from model.network.ghosts.segments import ORIGINS
from model.questions.combine import combined
from model.questions.proof_words import became, report_on
from model.questions.task import ProofReport, RunReport, Task, TaskResult
from model.questions.theorems import layers
from model.report.listing import explanation
from model.report.summary import bounds
from model.settings.config import Config
from model.tcp.cause import Broken
from properties import configs
from properties.claims import find
from properties.old_segments import UNCONFIRMED, no_old_segment_accepted
from properties.proofs.theorems import CONNECTION

WITH_TEXT = configs.DATA_QUEUED.but(crashes=0, aborts="both", duplications=1)
ONE_SLOT = configs.OLD_CONNECTION.but(capacity=1)
TOY = configs.EVERY_CONNECTION.but(seq_bits=5, window=4, octets=2)
NARROW = configs.EVERY_CONNECTION.but(seq_bits=8, window=8, octets=6)
OUTER = [
    pytest.param({}, (), id="fresh"),
    pytest.param({"isns_apart": "W+window"}, UNCONFIRMED, id="W+window apart"),
    pytest.param({"ack_range": "off"}, UNCONFIRMED, id="range not tested"),
]


def steps_to_an_old_segment(config: Config) -> int | None:
    """The length of the shortest run in which one is accepted."""
    network = Network(config, ghosts=(ORIGINS,))
    (found,) = explore(network.system(no_old_segment_accepted(network)), cone=True).values()
    assert found.answer != "unknown"
    return len(found.run.steps) if found.run else None


@pytest.mark.parametrize(
    ("config", "steps"),
    [
        pytest.param(configs.OLD_CONNECTION, None, marks=pytest.mark.long, id="fresh"),
        pytest.param(configs.OLD_CONNECTION.but(isns_apart="W+window"), 12, id="W+window apart"),
        pytest.param(configs.OLD_CONNECTION.but(ack_range="off"), 10, id="range not tested"),
        pytest.param(configs.TWO_SEGMENTS, None, marks=pytest.mark.minutes, id="text, fresh"),
        pytest.param(configs.TWO_SEGMENTS.but(isns_apart="W+window"), 14, marks=pytest.mark.long, id="text, W+window"),
        pytest.param(configs.OLD_CONNECTION.but(isn_b="repeated"), 8, id="repeated"),
    ],
)
def test_a_segment_to_the_last_incarnation_is_of_another_connection_though_its_peer_is_the_same(
    config: Config, steps: int | None
) -> None:
    assert steps_to_an_old_segment(config) == steps


def told_alike(network: Network) -> Property:
    """Of every segment under way numbers say what incarnations say: whose it is, and whom it acknowledges."""
    embedding, said = Embedding(network), []
    for side in network.sides.values():
        other = network.other(side)
        channel = network.channel(other)
        for slot, (present, m) in zip(channel.slots, embedding.segments(other.name), strict=True):
            _, x, sender = channel.layout.unpack(slot.term)
            live, acknowledged = z3.And(present, z3.Not(x.rst)), channel.layout.acknowledged(slot.term)
            here = z3.And(live, z3.Not(side.state_is("CLOSED", "LISTEN")))
            by_peer = (sender == side.peer.term) == (m.iss == side.tcb.irs)
            to_this = (acknowledged == side.incarnation.term) == (m.irs == side.tcb.iss)
            in_range = m.irs == embedding.irs_by_range(side, x.ackno)
            said += [
                z3.Implies(z3.And(here, side.peer.term != 0), by_peer),
                z3.Implies(z3.And(here, x.ack), to_this),
                z3.Implies(z3.And(live, x.ack), z3.And(acknowledged != 0, in_range)),
                z3.Implies(z3.And(present, z3.Or(x.rst, z3.Not(x.ack))), acknowledged == 0),
            ]
    return always("told alike", z3.And(*said))


@pytest.mark.parametrize(
    ("config", "states"),
    [
        (ONE_SLOT, 42_796),
        pytest.param(
            configs.DATA_QUEUED.but(crashes=0, aborts="both", duplications=1), 255_705, marks=pytest.mark.long
        ),
        (ONE_SLOT.but(isn_b="repeated"), None),
    ],
    ids=["fresh", "with text", "repeated"],
)
def test_where_numbers_are_fresh_they_tell_connections_as_incarnations_do(config: Config, states: int | None) -> None:
    network = Network(config, ghosts=(ORIGINS,))
    (found,) = explore(network.system(told_alike(network))).values()
    assert found.answer == ("violated" if states is None else "holds")
    assert states in (None, found.effort.states)


def failing(config: Config) -> list[str]:
    """What of the theorem fails; its own lemmas hold."""
    network, prover = every_channel(config), Prover()
    found = [one for layer in layers("no-old-segment-accepted", network) for one in prover.prove(layer)]
    assert not any(one.limit for one in found)
    assert len(found) > 2000
    return [one.name for one in report_on((), [became(one) for one in found]).failing]


@pytest.mark.long
@pytest.mark.parametrize(("change", "fails"), OUTER)
def test_exactly_three_obligations_fail_if_an_old_acknowledgment_can_look_new(
    change: dict[str, object], fails: tuple[Broken, ...]
) -> None:
    assert failing(TOY.but(**change)) == sorted(one.name for one in fails)


@pytest.mark.minutes
@pytest.mark.parametrize(("change", "fails"), OUTER)
@pytest.mark.parametrize("base", [NARROW, configs.EVERY_CONNECTION], ids=["8 bits", "32 bits"])
def test_the_same_at_8_and_32_bits(base: Config, change: dict[str, object], fails: tuple[Broken, ...]) -> None:
    assert failing(base.but(**change)) == sorted(one.name for one in fails)


def failing_without(lemma: str, config: Config) -> int:
    """How many of the theorem's own obligations fail without a lemma."""
    *_, own = layers("no-old-segment-accepted", every_channel(config), leave_out=lemma)
    return sum(one.answer is Answer.VIOLATED for one in Prover().prove(own))


@pytest.mark.minutes
def test_each_lemma_about_connections_is_needed_one_only_where_less_is_assumed() -> None:
    """Without `acknowledged-by-peer` the theorem is proved, but of its weaker neighbours more is left open."""
    needed = {make(every_channel(TOY)).name: 0 for make in CONNECTION}
    assert {name: failing_without(name, TOY) for name in needed} == {
        "own-acknowledgments": 167,
        "one-peer": 17,
        "acknowledged-by-peer": 0,
        "peer-knows": 75,
    }
    assert len(UNCONFIRMED) == 3
    assert failing_without("acknowledged-by-peer", TOY.but(isns_apart="W+window")) > 3
    assert failing_without("acknowledged-by-peer", TOY.but(ack_range="off")) > 3


def test_how_far_fresh_numbers_are_apart_is_said_in_scopes_explanations_and_proofs() -> None:
    assert (Config().isn_distance, Config(isns_apart="W+window+1").isn_distance) == (4, 5)
    assert Network(ONE_SLOT).isns(Network(ONE_SLOT).sides["A"]) == [1, 6]
    assert bounds(Config())["isns_apart"] == "W+window"
    assert bounds(configs.OLD_CONNECTION)["isns_apart"] == "W+window+1"
    claim = find("no-old-segment-accepted")
    assert claim is not None
    words = " ".join(explanation(claim).split())
    assert "fresh ISNs: holds, on aborts=both gives_up=both duplications=unlimited isns_apart=W+window+1" in words
    assert "Fresh ISNs are W+window apart where isns_apart does not say more." in words
    said = every_channel(configs.EVERY_CONNECTION).assumptions
    assert "an ISN is chosen at least 131,073 from" in said[1]
    assert said[-1] == "everybody tests RFC 5961's range of SEG.ACK (MAY-12)"


def test_a_run_with_numbers_that_are_closer_than_the_proof_assumes_is_no_contradiction() -> None:
    claim = find("no-old-segment-accepted")
    assert claim is not None
    proof, shown = claim.proofs[0], (RunReport([], None, "a run", ""),)
    report, effort = ProofReport((), (), (), proof.impossible, ""), Effort(1, 0, 1, complete=True)

    def outcome(name: str, answer: Answer, engine: str) -> Outcome:
        return Outcome(name, answer, effort, engine)

    proved = TaskResult(
        Task(claim, proof.variant, proof.config, "holds", "unbounded", proof),
        outcome(claim.name, Answer.HOLDS, "unbounded"),
        proof=report,
    )
    for cell in claim.cells:
        if cell.expected == "fails":
            bounded = TaskResult(
                Task(claim, cell.variant, cell.config, "fails"),
                outcome(claim.name, Answer.VIOLATED, "explicit"),
                evidence=shown,
            )
            assert combined([bounded, proved])[1].answer == "holds", cell.variant
    fresh = TaskResult(
        Task(claim, "x", configs.OLD_CONNECTION, "fails"),
        outcome(claim.name, Answer.VIOLATED, "explicit"),
        evidence=shown,
    )
    assert combined([fresh, proved])[1].answer == "contradiction"
