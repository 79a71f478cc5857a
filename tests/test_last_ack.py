"""S8's answer: the FIN that is sent again is acknowledged, and who has sent it ends; each would notice its want."""

from __future__ import annotations

from dataclasses import replace

import pytest

from model.engines.explicit.search import explore
from model.engines.inductive.discharge import Prover
from model.engines.infinite.liveness import check_each
from model.network.bounded import Network
from model.settings.config import Config
from model.settings.setting import BadConfig
from properties.configs import EVERY_CLOSE, LAST_ACK
from properties.proofs.timed import LONG_ENOUGH
from properties.time_wait import SILENT, last_ack_answered, last_ack_ends


def steps(config: Config) -> int | None:
    """The length of the shortest run that breaks the property of steps."""
    network = Network(config)
    (found,) = explore(network.system(last_ack_answered(network))).values()
    return len(found.run.steps) if found.run else None


@pytest.mark.parametrize(("capacity", "length"), [(3, 7), (1, 7)])
def test_a_time_wait_that_never_answers_is_refused_also_where_the_channel_is_full(capacity: int, length: int) -> None:
    """The reply that the event forms is looked at: what becomes of it in the channel is another matter."""
    assert steps(LAST_ACK.but(mutant=SILENT, capacity=capacity)) == length
    assert steps(LAST_ACK.but(capacity=capacity, loss=False, losses=None)) is None


def test_it_is_no_reset_by_which_a_silent_time_wait_is_noticed() -> None:
    """So that the old reading, B is never reset, would still hold of it."""
    network = Network(LAST_ACK.but(mutant=SILENT))
    prop = last_ack_answered(network)
    parts = {name: part for name, part in prop.parts.items() if name.startswith("a reset ends")}
    found = explore(network.system(*(replace(prop, name=name, term=part) for name, part in parts.items())))
    assert {verdict.answer for verdict in found.values()} == {"holds"}


@pytest.mark.parametrize(
    ("change", "lasso"),
    [
        ({}, None),
        ({"octets": 1, "time_wait": "8"}, None),
        ({"mutant": SILENT}, (8, 5)),
        ({"retransmission": False}, (2, 1)),
        ({"time_wait": "0"}, (10, 1)),
    ],
    ids=["2 MSL", "text", "silent", "nothing is sent again", "no TIME-WAIT"],
)
def test_the_passive_closer_ends_if_it_is_answered(change: dict[str, object], lasso: tuple[int, int] | None) -> None:
    network = Network(LAST_ACK.but(**change))
    live = last_ack_ends(network)
    (found,) = check_each(network.system(live), [(live.prop, live.fairness)]).values()
    assert (len(found.lasso.stem.steps), len(found.lasso.loop)) == lasso if found.lasso else lasso is None


def test_the_promise_is_about_time_and_the_claim_about_one_close() -> None:
    with pytest.raises(BadConfig, match="start=half-closed"):
        last_ack_ends(Network(Config(timed=True)))
    with pytest.raises(BadConfig, match="timed=true"):
        last_ack_ends(Network(LAST_ACK.but(**{**_untimed(), "losses": None})))


def _untimed() -> dict[str, object]:
    return {"timed": False, "msl": 2, "rto": 2, "delay": 1}


def test_for_all_times_a_silent_time_wait_fails_at_its_own_event() -> None:
    found = Prover().prove(LONG_ENOUGH.induction(LONG_ENOUGH.network(EVERY_CLOSE.but(mutant=SILENT))))
    failing = {f"{one.obligation.event}: {duty.lemma}" for one in found for duty in one.failing}
    assert failing == {"A: TIME-WAIT, unacceptable segment arrives: fin-acknowledged"}
