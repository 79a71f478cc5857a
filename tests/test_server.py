"""A server with a table: exact counts from both engines, stories, refusals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import z3

from model.core.property import always
from model.core.run import Run, enabled
from model.core.system import Rule, State
from model.engines import twin
from model.engines.explicit import search as explicit
from model.network.bounded import Network
from model.network.ghosts.endings import ENDINGS, HISTORY
from model.network.server import Server
from model.pictures.text import render_text
from model.settings.config import Config
from model.settings.server import ServerConfig
from model.settings.setting import BadConfig
from model.tcp.state import STATES
from properties.configs import ENDLESS_FLOOD, FORGED, FORGED_TEXT, FULL, GHOST
from properties.server_table import client_is_refused
from tests.test_ghosts import reads_a_ghost

TRUE = always("true", z3.BoolVal(True))
ALONE = Config(capacity=1, retransmission=False, closes="none", loss=False)
COOKIES = {"syn_cookies": True}

Row = tuple[ServerConfig, int, int, int]
COUNTS: dict[str, Row] = {
    # configuration, states, transitions, depth
    "one slot for two": (ServerConfig((ALONE, ALONE)), 22, 32, 7),
    "two slots for two": (ServerConfig((ALONE, ALONE), slots=2), 25, 40, 9),
    "a backlog of one": (ServerConfig((ALONE, ALONE), slots=2, backlog=1), 27, 36, 9),
    "a SYN left behind, a timeout": (ServerConfig((ALONE.but(closes="A", loss=True, gives_up_syn="B"),)), 27, 38, 8),
    "forged SYNs without end, with text": (FORGED_TEXT.but(attacks=None), 8, 18, 5),
    "cookies": (ServerConfig((ALONE.but(syn_cookies=True), ALONE.but(syn_cookies=True))), 26, 40, 9),
}


@pytest.mark.parametrize("name", COUNTS)
def test_exact_counts(name: str) -> None:
    """Both engines agree on everything."""
    config, *counts = COUNTS[name]
    made = Server(config).system(TRUE)
    fast, slow = explicit.explore(made)["true"], twin.explore(made)["true"]
    assert [fast.effort.states, fast.effort.transitions, fast.effort.depth] == counts
    assert fast.effort.touched == slow.effort.touched
    assert [slow.effort.states, slow.effort.transitions, slow.effort.depth] == counts


@pytest.mark.parametrize("slots", [1, 2, 3])
def test_a_table_with_room_for_all_refuses_nobody(slots: int) -> None:
    """Whether there is room is a conjunction of nothing if nothing limits the table; no engine minds."""
    server = Server(ServerConfig((ALONE, ALONE), slots=slots))
    made = server.system(client_is_refused(server))
    fast, slow = (next(iter(engine.explore(made).values())) for engine in (explicit, twin))
    assert fast.answer == slow.answer == ("reachable" if slots == 1 else "unreachable")
    assert (fast.effort.states, fast.effort.digest) == (slow.effort.states, slow.effort.digest)


def test_names_of_sides_make_no_difference() -> None:
    config = Config(capacity=1, incarnations=2, retransmission=False)
    found = [explicit.explore(network.system(TRUE))["true"].effort for network in (Network(config), *_renamed(config))]
    assert len({(effort.states, effort.transitions, effort.depth) for effort in found}) == 1


def _renamed(config: Config) -> Sequence[Network]:
    return [Network(config, names=("C1", "S1"))]


def test_one_connection_is_a_network() -> None:
    """A table with room for all: as many states as the two sides alone, if nobody ever returns to CLOSED."""
    config = Config(closes="none")
    alone = explicit.explore(Network(config).system(TRUE, starts=[{"B.state": STATES.index("LISTEN")}]))["true"]
    effort = explicit.explore(Server(ServerConfig((config,), timers="any")).system(TRUE))["true"].effort
    assert (effort.states, effort.transitions) == (alone.effort.states, alone.effort.transitions)


# -- stories --


def play(server: Server, *names: str) -> Run:
    """The run that fires these rules, the first choice of each."""
    system = server.system()
    trace = Run(system.initial[0], ())
    for name in names:
        step = next((step for step in enabled(system, trace.states[-1]) if step.rule.name == name), None)
        assert step, f"'{name}' cannot happen now"
        trace = Run(trace.initial, (*trace.steps, step))
    return trace


def states(state: State) -> list[str]:
    """The states of all ends, C1, S1, C2, ..."""
    return [STATES[value] for name, value in state.items() if name.endswith(".state")]


OPENS = ("C1: active OPEN", "S1: LISTEN, SYN arrives")


def test_a_full_table_drops_a_syn() -> None:
    trace = play(Server(FULL), *OPENS, "C2: active OPEN", "S2: LISTEN, SYN arrives, but the table is full")
    assert states(trace.states[-1]) == ["SYN-SENT", "SYN-RECEIVED", "SYN-SENT", "LISTEN"]
    assert trace.states[-1]["C2>S2.0"] == trace.states[-1]["S2>C2.0"] == 0
    rules = {rule.name: rule for rule in Server(FULL).rules}
    takes, drops = rules["S2: LISTEN, SYN arrives"], rules["S2: LISTEN, SYN arrives, but the table is full"]
    assert z3.Solver().check(takes.guard, drops.guard) == z3.unsat
    assert not drops.touches


def test_a_full_backlog_drops_a_syn_though_slots_are_free() -> None:
    server = Server(FULL.but(slots=2, backlog=1))
    play(server, *OPENS, "C2: active OPEN", "S2: LISTEN, SYN arrives, but the table is full")
    answered = "S1: SYN-RECEIVED, ACK of our SYN arrives"
    play(server, *OPENS, "C1: SYN-SENT, SYN,ACK arrives", answered, "C2: active OPEN", "S2: LISTEN, SYN arrives")


def test_a_cookie_opens_a_connection() -> None:
    """LISTEN until the ACK; the TCB is what three-way would have made of the same SYN with that number."""
    trace = play(Server(FULL.each(**COOKIES)), *OPENS, "C1: SYN-SENT, SYN,ACK arrives")
    assert states(trace.states[-1])[:2] == ["ESTABLISHED", "LISTEN"]
    server = Server(FULL.each(**COOKIES))
    last = play(server, *OPENS, "C1: SYN-SENT, SYN,ACK arrives", "S1: LISTEN, ACK of a cookie arrives").states[-1]
    assert states(last)[:2] == ["ESTABLISHED", "ESTABLISHED"]
    assert (last["S1.irs"], last["S1.rcv_nxt"]) == (last["C1.iss"], last["C1.snd_nxt"])
    assert (last["S1.iss"], last["S1.snd_una"], last["S1.snd_nxt"]) == (last["C1.irs"], *[last["C1.rcv_nxt"]] * 2)
    assert (last["S1.peer"], last["S1.heard"], last["C1.peer"], last["C1.heard"]) == (1, 1, 1, 1)


def test_a_cookie_needs_a_slot_when_it_comes_back() -> None:
    both = (*OPENS, "C2: active OPEN", "S2: LISTEN, SYN arrives")
    back = [f"{end}: SYN-SENT, SYN,ACK arrives" for end in ("C1", "C2")]
    full = "S2: LISTEN, ACK of a cookie arrives, but the table is full"
    play(Server(FULL.each(**COOKIES)), *both, *back, "S1: LISTEN, ACK of a cookie arrives", full)


def test_the_timeout_releases_the_attackers_slot() -> None:
    story = ("X1: a forged SYN", "S1: LISTEN, SYN arrives", "S1: RETRANSMISSION of SYN,ACK in SYN-RECEIVED")
    trace = play(Server(FORGED_TEXT), *story, "S1: SYN-RECEIVED TIMEOUT (passive OPEN)")
    assert [states(state)[1] for state in trace.states[2:]] == ["SYN-RECEIVED", "SYN-RECEIVED", "LISTEN"]
    assert [state["S1.syn_text"] for state in trace.states] == [0, 0, 1, 1, 0]
    assert [state["attacks"] for state in trace.states] == [0, 1, 1, 1, 1]
    assert not any(state["S1>X1.0"] for state in trace.states)
    assert "lost: no way leads there" in render_text(Server(FORGED_TEXT).system(), trace, prop=None)


def test_patient_timers_wait_until_nothing_is_on_its_way() -> None:
    def may_expire(config: ServerConfig) -> list[str]:
        server = Server(config)
        now = play(server, *OPENS).states[-1]
        return [step.rule.name for step in enabled(server.system(), now) if step.rule.kind == "timeout"]

    assert may_expire(GHOST) == []
    assert len(may_expire(GHOST.but(timers="any"))) == 3


def test_the_server_goes_on_listening() -> None:
    """No end of the server is ever CLOSED, and it does not crash."""
    server = Server(FULL.each(crashes=1))
    rules = [rule for rule in server.rules if rule.side.startswith("S")]
    assert rules
    assert not [rule for rule in rules if rule.kind == "crash" or leads_to(rule, server) == "CLOSED"]
    assert {rule.side for rule in server.rules if rule.kind == "crash"} == {"C1", "C2"}


def leads_to(rule: Rule, server: Server) -> str:
    """The state that a rule leads to; empty if it stays."""
    new = rule.update.get(server.sides[rule.side].state_var.name)
    return "" if new is None else STATES[z3.simplify(new).as_long()]


@pytest.mark.parametrize("config", [FULL, ENDLESS_FLOOD.each(**COOKIES), FORGED_TEXT])
def test_nothing_reads_a_ghost(config: ServerConfig) -> None:
    system = Server(config).system()
    assert not [rule.name for rule in system.rules if reads_a_ghost(system, rule)]


# -- refusals --


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: ServerConfig(()), "connections: 1 to 7, not 0"),
        (lambda: GHOST.but(slots=0), "slots=0: must be at least 1"),
        (lambda: GHOST.but(backlog=2), "backlog=2: must be 1 to slots=1"),
        (lambda: GHOST.but(attackers=(2,)), "attackers=.2,.: different 4-tuples from 1 to 1"),
        (lambda: FORGED.but(attackers=(1, 1)), "different 4-tuples"),
        (lambda: FORGED.but(attacks=256), "attacks=256: 0 to 255, or unlimited"),
        (lambda: FULL.but(connections=(ALONE, ALONE.but(handshake="two-way"))), "handshake: one server has one;"),
        (lambda: GHOST.each(timed=True), "timed=true: a server has no clocks yet"),
        (lambda: Server(GHOST, (ENDINGS,)).connections, "watches a side that closes"),
        (lambda: GHOST.each(open_b="both"), "start=closed and open_b=passive"),
        (lambda: FORGED.but(attack_text=2), "attack_text=2: must be 0 to what a SEND may put"),
        (lambda: FORGED.but(attack_text=1), "attack_text: data_on_syn=queued needs octets and send_on_syn=true"),
        (lambda: Config(syn_cookies=True, handshake="two-way"), "a cookie comes back with the third segment"),
        (lambda: Network(Config(recurring="B"), ghosts=(HISTORY,)), "recurring=B: this property remembers"),
    ],
)
def test_refusals(make: Callable[[], object], message: str) -> None:
    with pytest.raises(BadConfig, match=message):
        make()


def test_what_is_varied() -> None:
    assert ServerConfig((ALONE,)).varied() == {f"1.{name}": value for name, value in ALONE.varied().items()}
    both = ServerConfig((Config(), Config(octets=1)), attackers=(1,), attacks=None)
    assert both.varied() == {"attackers": (1,), "attacks": None, "2.octets": 1}
    assert both.as_dict()["connections"][1]["octets"] == 1
