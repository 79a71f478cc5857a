"""Two places where the model is not the letter of 3.10.8, each with a setting that is: what the letter does there."""

from __future__ import annotations

import pytest

from model.engines.explicit.search import explore
from model.engines.infinite.liveness import check_each
from model.mutants.endpoint_events import events
from model.network.bounded import Network
from model.settings.config import Config
from model.tcp.segment import symbolic_segment
from model.tcp.state import STATES, endpoint, symbolic_tcb
from properties.configs import FAIR_CLOSE, LAST_ACK
from properties.progress import close_completes
from properties.time_wait import last_ack_answered


def names(config: Config) -> list[str]:
    """The events of an endpoint."""
    tcb, x = symbolic_tcb("", config.seq_bits), symbolic_segment("x.", config.seq_bits)
    return [event.name for event in events(endpoint(config), tcb, x, tcb.iss)]


def test_the_user_timeout_in_every_state_is_a_setting_of_its_own() -> None:
    given_up = {f"USER TIMEOUT in {state}" for state in STATES[1:]}
    assert given_up - set(names(Config())) == {"USER TIMEOUT in LISTEN", "USER TIMEOUT in TIME-WAIT"}
    assert given_up <= set(names(Config(gives_up_waiting="A")))
    rules = {rule.name for rule in Network(Config(gives_up="both", gives_up_waiting="A")).rules}
    assert "A: USER TIMEOUT in TIME-WAIT" in rules
    assert "B: USER TIMEOUT in TIME-WAIT" not in rules
    assert "B: USER TIMEOUT in LAST-ACK" in rules


def test_a_time_wait_that_is_given_up_has_its_peer_reset() -> None:
    network = Network(LAST_ACK.but(gives_up_waiting="A"))
    (found,) = explore(network.system(last_ack_answered(network))).values()
    assert found.run is not None
    assert len(found.run.steps) == 9
    assert "USER TIMEOUT in TIME-WAIT" in [step.rule.event for step in found.run.steps]


@pytest.mark.parametrize(("again", "lasso"), [("SYN,ACK", None), ("front", (6, 3))])
def test_the_bare_syn_that_is_sent_again_is_never_refused_in_a_way_that_is_believed(
    again: str, lasso: tuple[int, int] | None
) -> None:
    network = Network(FAIR_CLOSE.but(open_b="active", syn_again=again))
    live = close_completes(network)
    (found,) = check_each(network.system(), [(live.prop, live.fairness)]).values()
    assert (len(found.lasso.stem.steps), len(found.lasso.loop)) == lasso if found.lasso else lasso is None
