"""What a server's table does for ever: the claims about ghosts, floods and dead peers, with the lengths of lassos."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import z3

from model.core.property import Live, Property, always, sometimes_one, step
from model.engines.explicit import search as explicit
from model.network.bounded import Network
from model.network.connection import Connection
from model.network.server import Server
from model.network.side import NO_TCB
from model.settings.config import Config
from model.settings.server import ServerConfig
from model.tcp.state import STATES
from properties import server_table as table
from properties.configs import DEAD_PEER, DEAD_PEER_TOLD, ENDLESS_FLOOD, FLOOD, FORGED, FORGED_TEXT, FULL, GHOST
from properties.opening import agreement, client_can_receive
from properties.predicates import counts_syn_acknowledged
from tests.infinite import check_liveness

TWO_WAY, COOKIES, NO_TIMEOUT = {"handshake": "two-way"}, {"syn_cookies": True}, {"gives_up_syn": "none"}
Make = Callable[[Server], Live]
GHOSTS, SERVED = table.ghosts_release_slots, table.live_client_is_served
DEAD = table.dead_peer_releases_slot
SENT = partial(table.outlives_peer, unsent_only=False)  # Not so: the server's text may have been acknowledged.
CRASH = GHOST.each(crashes=1)
SILENT_COOKIE = ServerConfig((FULL.connections[1].but(octets=0, **COOKIES),))
ANSWERS: dict[str, tuple[Make, ServerConfig, tuple[int, int] | None]] = {
    # property, configuration, length of the lasso's stem and loop
    "ghosts: three-way": (GHOSTS, GHOST, None),
    "ghosts: crashes": (GHOSTS, CRASH, None),
    "ghosts: a host that answers needs no timeout": (GHOSTS, GHOST.each(**NO_TIMEOUT), None),
    "ghosts: two-way": (GHOSTS, GHOST.each(**TWO_WAY), (4, 0)),
    "ghosts: forged": (GHOSTS, FORGED, None),
    "ghosts: forged for ever": (GHOSTS, FORGED.but(attacks=None), None),
    "ghosts: a host that answers nothing needs the timeout": (GHOSTS, FORGED.each(**NO_TIMEOUT), (2, 1)),
    "ghosts: forged, two-way": (GHOSTS, FORGED.each(**TWO_WAY), (2, 0)),
    "served: three-way": (SERVED, FULL, None),
    "served: two-way": (SERVED, FULL.each(**TWO_WAY), (6, 2)),
    "served: flood": (SERVED, FLOOD, None),
    "served: flood without timeout": (SERVED, FLOOD.each(**NO_TIMEOUT), (6, 4)),
    "served: endless flood": (SERVED, ENDLESS_FLOOD, (6, 10)),
    "served: endless flood, cookies": (SERVED, ENDLESS_FLOOD.each(**COOKIES), None),
    "dead: nothing to send": (DEAD, DEAD_PEER, (5, 0)),
    "dead: something to send": (DEAD, DEAD_PEER_TOLD, None),
    "dead: sent before": (SENT, DEAD_PEER_TOLD, (8, 0)),
    "dead: nothing to send, two-way": (DEAD, DEAD_PEER.each(**TWO_WAY), (4, 0)),
    "dead: something to send, two-way": (DEAD, DEAD_PEER_TOLD.each(**TWO_WAY), None),
    "dead: sent before, two-way": (SENT, DEAD_PEER_TOLD.each(**TWO_WAY), (7, 0)),
}


FIRST = (
    "ghosts: three-way",
    "ghosts: two-way",
    "served: three-way",
    "served: two-way",
    "served: endless flood, cookies",
    "dead: sent before",
)
"""What the default test run looks at; the long one and the default run of the checker look at all."""


IMPATIENT: dict[str, tuple[Make, ServerConfig, tuple[int, int] | None]] = {
    "ghosts": (GHOSTS, GHOST.but(timers="any").each(capacity=2), (20, 6)),
}
"""Not the protocol's doing: the resets that would free the slot meet a channel that retransmission keeps full."""


@pytest.mark.long
@pytest.mark.parametrize("name", IMPATIENT)
def test_answers_if_any_timer_may_expire_at_any_time(name: str) -> None:
    answers(*IMPATIENT[name])


@pytest.mark.parametrize("name", [n if n in FIRST else pytest.param(n, marks=pytest.mark.long) for n in ANSWERS])
def test_answers(name: str) -> None:
    answers(*ANSWERS[name])


def answers(make: Make, config: ServerConfig, expected: tuple[int, int] | None) -> None:
    """The property holds, or the lasso is so long."""
    server = Server(config)
    live = make(server)
    verdict = check_liveness(server.system(), [live.prop], live.fairness)[live.prop.name]
    lasso = verdict.lasso and (len(verdict.lasso.stem.steps), len(verdict.lasso.loop))
    assert (verdict.answer, lasso) == ("violated" if expected else "holds", expected)


def forged_text_is_held(server: Server) -> Property:
    """The text of a forged SYN waits in the table."""
    return sometimes_one(
        "the table holds text of a forged SYN",
        [c.server.tcb.syn_text != 0 for c in server.connections if c.client.name.startswith("X")],
    )


WITNESSES: list[tuple[Callable[[Server], Property], ServerConfig, int]] = [
    (table.ghost_in_the_table, GHOST, 3),
    (table.ghost_in_the_table, FORGED, 2),
    (table.client_is_refused, FULL, 3),
    (table.client_is_refused, FLOOD, 5),
    (table.dead_peer_in_the_table, DEAD_PEER, 5),
    (table.dead_peer_in_the_table, DEAD_PEER_TOLD, 5),
    (forged_text_is_held, FORGED_TEXT, 2),
]


@pytest.mark.long
@pytest.mark.parametrize(("make", "config", "steps"), WITNESSES)
def test_premises_happen(make: Callable[[Server], Property], config: ServerConfig, steps: int) -> None:
    server = Server(config)
    verdict = next(iter(explicit.explore(server.system(make(server))).values()))
    assert verdict.answer == "reachable"
    assert verdict.run
    assert len(verdict.run.steps) == steps


def test_cookies_leave_nothing_to_be_full() -> None:
    server = Server(ENDLESS_FLOOD.each(**COOKIES))
    found = explicit.explore(server.system(table.client_is_refused(server), table.ghost_in_the_table(server)))
    assert {verdict.answer for verdict in found.values()} == {"unreachable"}


def test_a_silent_client_and_a_lost_ack_defeat_cookies() -> None:
    """The SYN,ACK of a cookie is not sent again: only what the client sends next can open the connection."""
    server = Server(SILENT_COOKIE)
    live = table.live_client_is_served(server)
    verdict = check_liveness(server.system(), [live.prop], live.fairness)[live.prop.name]
    assert verdict.lasso
    assert (len(verdict.lasso.stem.steps), len(verdict.lasso.loop)) == (4, 0)


def cookie_confirms_the_client(network: Network) -> Property:
    """S4 with SYN cookies, for the listening side only: when it is open, its peer has accepted its SYN.

    The client's side of it fails by intention: it is ESTABLISHED while the server keeps nothing.
    """
    side = network.sides[network.names[1]]
    term = z3.Implies(counts_syn_acknowledged(side), network.peer_has_heard(side))
    return always("cookie-confirms-the-client", term)


def test_what_cookies_keep_and_what_they_give_up() -> None:
    """The server still knows that its client can receive; the client is open towards a server that has no TCB, and a
    late ACK of a client's last incarnation opens the server at odds with the present one."""
    network = Network(Config(incarnations=2, crashes=1, closes="A", syn_cookies=True))
    made = cookie_confirms_the_client(network), client_can_receive(network), agreement(network)
    found = {name: verdict.answer for name, verdict in explicit.explore(network.system(*made)).items()}
    assert found == {
        "cookie-confirms-the-client": "holds",
        "client-can-receive": "violated",
        "agreement": "violated",
    }


def recurring_numbers_are_fresh(server: Server) -> Property:
    """No client's connection begins with a number that a segment on its way carries as SEQ or ACK, or that the other
    side's TCB goes by: none is within W after it or a window before it. (A cookie is on its way before it is chosen.)
    """
    return step(
        "recurring-numbers-are-fresh",
        parts={
            f"{name} chooses a number that is not in use": chosen_afresh(connection, name)
            for connection in server.connections
            for name, side in connection.sides.items()
            if connection.has_role(side, connection.config.recurring) and connection.client.name.startswith("C")
        },
    )


def chosen_afresh(connection: Connection, name: str) -> z3.BoolRef:
    """If the side leaves NO_TCB, the number that it has then is not in use."""
    side = connection.sides[name]
    other, iss, c = connection.other(side), side.tcb_vars["iss"].next, connection.config
    used = [(z3.Not(other.state_is("CLOSED", "LISTEN", "SYN-SENT")), other.tcb.rcv_nxt)]
    for channel in connection.channels:
        own = channel.source == name
        used += [(z3.And(p, True if own else x.ack), x.seq if own else x.ackno) for p, x, _ in channel.contents]
    near = [z3.And(meant, z3.ULT(number - iss + c.window - 1, c.isn_distance + c.window - 1)) for meant, number in used]
    chosen = z3.And(side.state_is(*NO_TCB), *(side.state_var.next != STATES.index(state) for state in NO_TCB))
    return z3.Implies(chosen, z3.Not(z3.Or(*near)))


EAGER = ServerConfig(FULL.connections[1:])
LARGER = [
    *(pytest.param(config, marks=pytest.mark.long) for config in (DEAD_PEER_TOLD, EAGER)),
    *(pytest.param(config, marks=pytest.mark.minutes) for config in (FULL, FULL.each(**TWO_WAY), ENDLESS_FLOOD)),
]


@pytest.mark.parametrize("config", [GHOST, *LARGER])
def test_recurring_numbers_are_fresh(config: ServerConfig) -> None:
    server = Server(config)
    (verdict,) = explicit.explore(server.system(recurring_numbers_are_fresh(server))).values()
    assert verdict.answer == "holds"


def test_two_numbers_are_too_few_if_timers_expire_at_any_time() -> None:
    """So the test above can fail."""
    server = Server(GHOST.but(timers="any").each(capacity=2))
    (verdict,) = explicit.explore(server.system(recurring_numbers_are_fresh(server))).values()
    assert verdict.answer == "violated"
