"""Tables of two and three slots: also one that nothing can fill, where there is no condition at all on a slot."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import z3

from model.check import main
from model.core.property import Live
from model.engines.infinite.liveness import check_each
from model.network.make import network_of
from model.network.server import Server
from model.settings.server import ServerConfig
from properties.configs import FLOOD_OF_THREE, FULL, FULL_OF_TWO
from properties.server_table import flood, live_client_is_served


def test_a_table_that_nothing_can_fill_always_has_room() -> None:
    for slots in (2, 3):
        server = network_of(FULL.but(slots=slots))
        assert isinstance(server, Server)
        assert z3.is_true(server.room("SYN-RECEIVED"))
        assert not [rule.name for rule in server.rules if "table is full" in rule.name]


@pytest.mark.parametrize(
    ("make", "config", "answer"),
    [
        (live_client_is_served, FULL.but(slots=2), "holds"),
        (flood, FLOOD_OF_THREE, "holds"),
        (flood, FLOOD_OF_THREE.each(gives_up_syn="none"), "violated"),
        pytest.param(live_client_is_served, FULL_OF_TWO, "holds", marks=pytest.mark.long),
        pytest.param(live_client_is_served, FULL_OF_TWO.each(handshake="two-way"), "violated", marks=pytest.mark.long),
    ],
    ids=["room for all", "three forged", "three forged for ever", "two stale", "two stale, two-way"],
)
def test_two_and_three_slots(make: Callable[[Server], Live], config: ServerConfig, answer: str) -> None:
    server = network_of(config)
    assert isinstance(server, Server)
    live = make(server)
    (found,) = check_each(server.system(), [(live.prop, live.fairness)]).values()
    assert found.answer == answer


@pytest.mark.usefixtures("in_this_process")
def test_that_no_client_is_refused_is_told_and_is_no_internal_error(
    capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    assert main(["live-client-is-served", "--set", "slots=2", "--out", str(tmp_path)]) == 1
    assert "its premise never happens: the SYN of a live client meets a full table" in " ".join(
        capsys.readouterr().out.split()
    )
