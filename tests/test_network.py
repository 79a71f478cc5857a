"""The bounded network: exact counts, the same from both engines; its initial sequence numbers; its bounds.

A count that changes means that the protocol or the network has changed: find out which before writing a new one.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import pytest
import z3

from model.core.answer import Effort, Outcome
from model.core.property import always
from model.core.system import System
from model.engines import twin
from model.engines.explicit import search as explicit
from model.network.bounded import Network
from model.settings.config import Config, parse_field
from model.settings.setting import BadConfig, show_field
from properties.figure_5 import both_established, figure_5
from properties.opening import client_can_receive

TINY = Config(capacity=1, retransmission=False)
"""One incarnation of each side, one segment each way, nothing sent again."""
SEND_AGAIN = TINY.but(retransmission=True)
Row = tuple[Config, int, int, int, dict[str, int]]
SHIFTED = Config(retransmissions=1, isn_a="1", isn_b="8")
COUNTS: dict[str, Row] = {
    # configuration, states, transitions, depth, bounds touched
    "nothing lost": (TINY.but(loss=False, closes="none", capacity=3), 11, 12, 6, {}),
    "one segment": (TINY, 113, 219, 13, {"channel full": 16}),
    "FIFO": (TINY.but(capacity=2, reordering=False), 125, 249, 14, {"channel full": 2}),
    "duplication": (TINY.but(duplications=1, closes="A"), 99, 235, 9, {"channel full": 22}),
    "crash": (TINY.but(crashes=1, closes="none"), 77, 163, 9, {}),
    "two-way": (TINY.but(handshake="two-way", closes="A"), 27, 45, 8, {}),
    "octets": (TINY.but(octets=1, closes="none"), 71, 125, 11, {"channel full": 6}),
}
LARGER: dict[str, Row] = {
    "text on the SYN": (
        TINY.but(octets=1, closes="none", open_b="both", send_on_syn=True),
        278,
        593,
        12,
        {"channel full": 37, "incarnations exhausted": 2},
    ),
    "reordering": (TINY.but(capacity=2), 368, 1311, 17, {"channel full": 13}),
    "two-way, two incarnations": (
        TINY.but(handshake="two-way", incarnations=2),
        377,
        888,
        19,
        {"channel full": 69},
    ),
    "retransmission": (SEND_AGAIN, 461, 2001, 16, {"channel full": 638}),
    "one retransmission, FIFO": (
        SEND_AGAIN.but(capacity=2, reordering=False, retransmissions=1),
        2346,
        8041,
        19,
        {"channel full": 490},
    ),
    "crashes, two incarnations": (TINY.but(crashes=1, incarnations=2), 3026, 10535, 20, {"channel full": 956}),
    "RFC 793, ABORT": (
        SEND_AGAIN.but(rst="rfc793", syn="rfc793", ack_range="off", aborts="both", gives_up="both"),
        1108,
        7666,
        16,
        {"channel full": 1871, "incarnations exhausted": 35},
    ),
}
FIRST = ("crash", "two-way")
SIMPLE = ("nothing lost", "one segment")
SLOW = ("crashes, two incarnations", "one retransmission, FIFO", "RFC 793, ABORT", "reordering")
"""Those that take the twin half a minute and more."""


def system(config: Config) -> System:
    """The system of a configuration, with a property of each kind, and one that makes a search go on to its end."""
    network = Network(config)
    checked = figure_5(network), client_can_receive(network), both_established(network)
    return network.system(*checked, always("true", z3.BoolVal(True)))


def effort(config: Config) -> Effort:
    """What a complete search of the configuration found."""
    found = explicit.explore(system(config))["true"].effort
    assert found.complete
    return found


def answers(verdicts: dict[str, Outcome]) -> dict[str, object]:
    """Everything that an engine says but its name and the time it took."""
    return {
        name: (verdict.answer, verdict.run, replace(verdict.effort, seconds=0, compile_seconds=0))
        for name, verdict in verdicts.items()
    }


def both_engines(row: Row) -> None:
    """Both engines give the counts of the row, and agree on everything else."""
    config, *counts = row
    made = system(config)
    fast, slow = explicit.explore(made), twin.explore(made)
    found = fast["true"].effort
    assert [found.states, found.transitions, found.depth, found.touched] == counts
    assert answers(fast) == answers(slow)
    two_way = config.handshake == "two-way"
    said = [fast[name].answer for name in ("figure-5", "client-can-receive", "both ESTABLISHED")]
    assert said == (["violated", "violated", "reachable"] if two_way else ["holds", "holds", "reachable"])


@pytest.mark.parametrize(
    "name",
    [n if n in FIRST else pytest.param(n, marks=pytest.mark.long) for n in COUNTS if n not in SIMPLE],
)
def test_exact_counts(name: str) -> None:
    both_engines(COUNTS[name])


@pytest.mark.parametrize("name", [*SIMPLE, *(pytest.param(name, marks=pytest.mark.long) for name in LARGER)])
def test_exact_counts_by_the_explicit_engine(name: str) -> None:
    config, *counts = {**COUNTS, **LARGER}[name]
    found = effort(config)
    assert [found.states, found.transitions, found.depth, found.touched] == counts


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=pytest.mark.minutes if n in SLOW else pytest.mark.long) for n in (*SIMPLE, *LARGER)],
)
def test_larger_ones_by_both_engines(name: str) -> None:
    both_engines({**COUNTS, **LARGER}[name])


@pytest.mark.parametrize("changes", [{"isn_a": "70", "isn_b": "300", "seq_bits": 9}])
def test_shifted_numbers_make_no_difference(changes: dict[str, object]) -> None:
    """Nothing depends on where in the number space a connection lies, nor on its width."""
    found = effort(SHIFTED.but(**changes))
    assert (found.states, found.transitions, found.depth) == (7748, 41_113, 21)


def test_but_zero_is_special() -> None:
    """3.5.2: a reset without an ACK to answer has SEQ=0, so a window that meets 0 lets it in."""
    assert effort(SHIFTED.but(isn_b="15")).states == 8023


# -- initial sequence numbers --


def test_fresh_numbers_are_far_apart() -> None:
    """All pairs, in both directions around the number space: at least W+window."""
    accepted = 0
    for bits, window, octets, incarnations in product(range(3, 9), range(5), range(4), range(1, 8)):
        try:
            config = Config(seq_bits=bits, window=window, octets=octets, incarnations=incarnations)
        except BadConfig:
            continue
        accepted += 1
        space, far = 1 << bits, octets + 2 + window
        for first in (1, space - 2):
            isns = config.isns("isn_a", first)
            assert len(isns) == incarnations
            assert all(far <= (a - b) % space <= space - far for a, b in combinations(isns, 2))
    assert accepted > 300


def test_other_numbers() -> None:
    assert Config(incarnations=3, isn_a="repeated").isns("isn_a", 9) == [9, 9, 9]
    assert Config(incarnations=2, isn_b="3, 9").isns("isn_b", 0) == [3, 9]
    assert Config(seq_bits=32, incarnations=2).isns("isn_b", 2**32 - 2) == [2**32 - 2, 2]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"window": -1}, "window=-1: must be at least 0"),
        ({"capacity": 0}, "capacity=0: must be 1 to 16"),
        ({"incarnations": 0}, "incarnations=0: must be 1 to 7"),
        ({"octets": -1}, "octets=-1: must be at least 0"),
        ({"segment_text": 0}, "segment_text=0: must be at least 1"),
        ({"duplications": 256}, "duplications=256: 0 to 255, or unlimited"),
        ({"retransmissions": -1}, "retransmissions=-1: 0 to 255, or unlimited"),
        ({"crashes": 300}, "crashes=300: 0 to 255, or unlimited"),
        ({"incarnations": 8, "seq_bits": 8}, "incarnations=8: must be 1 to 7"),
        ({"capacity": 17}, "capacity=17: must be 1 to 16"),
        ({"seq_bits": 2}, "seq_bits=2: must be 3 to 32"),
        ({"seq_bits": 33}, "seq_bits=33: must be 3 to 32"),
        ({"window": 6}, r"2\(W\+window\)\+1 must fit into the number space: 2\(2\+6\)\+1 > 2\^4"),
        ({"incarnations": 5}, r"5 fresh initial sequence numbers, W\+window = 4 apart, do not fit into 2\^4 numbers"),
        ({"isn_a": "old"}, "isn_a=old: must be fresh, repeated, or 1 numbers"),
        ({"isn_b": "1,,2"}, "isn_b=1,,2: must be fresh"),
        ({"isn_b": "1", "incarnations": 2}, "isn_b=1: must be fresh, repeated, or 2 numbers such as 100,400"),
        ({"isn_a": "16"}, r"isn_a=16: numbers must be below 2\^4"),
        ({"octets": 3, "segment_text": 2}, "octets=3: must be a multiple of segment_text=2"),
        ({"data_on_syn": "accepted", "handshake": "two-way"}, "the two-way LISTEN drops what comes with a SYN"),
        ({"open_a": "none", "open_b": "none"}, "open_a=none, open_b=none: nobody opens a connection"),
    ],
)
def test_impossible_configurations(changes: dict[str, object], message: str) -> None:
    with pytest.raises(BadConfig, match=message):
        Config().but(**changes)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("windw", "2", "unknown field 'windw'; is it window?"),
        ("handshake", "one-way", "handshake=one-way: must be one of three-way, two-way"),
        ("loss", "yes", "loss=yes: must be true or false"),
        ("window", "-1", "window=-1: must not be negative$"),
        ("crashes", "many", "crashes=many: must be a number or unlimited"),
        ("capacity", "unlimited", "capacity=unlimited: must be a number$"),
    ],
)
def test_fields_that_cannot_be_read(name: str, text: str, message: str) -> None:
    with pytest.raises(BadConfig, match=message):
        parse_field(name, text)


def test_every_field_is_read_as_it_is_shown() -> None:
    config = Config(crashes=None, isn_a="1,9", incarnations=2, rfc1337=True, handshake="two-way", retransmissions=3)
    shown = {name: show_field(value) for name, value in config.as_dict().items()}
    assert {name: parse_field(name, text) for name, text in shown.items()} == config.as_dict()
    assert Config().but(**config.varied()) == config


# -- bounds --


def test_a_full_channel_loses_what_is_sent_even_without_loss() -> None:
    """A send into a full channel is counted; with room enough ("nothing lost", above) nothing is cut off."""
    assert effort(TINY.but(loss=False)).touched == {"channel full": 13}


def test_listen_drops_a_syn_when_no_number_is_left() -> None:
    """The segment is gone, the bound is touched, and nothing else happens."""
    rules = {rule.name: rule for rule in Network(TINY).rules}
    takes, drops = rules["B: LISTEN, SYN arrives"], rules["B: LISTEN, SYN arrives, but no incarnation is left"]
    assert drops.update.keys() == {"A>B.0"}
    assert drops.touches.keys() == {"incarnations exhausted"}
    solver = z3.Solver()
    assert solver.check(takes.guard, drops.guard) == z3.unsat
    assert solver.check(drops.guard, z3.BitVec("B.incarnation", 1) == 0) == z3.unsat


def test_a_start_in_the_middle_has_numbers_that_wrap_around() -> None:
    """B has sent the last number of all, or is about to."""
    for isn, sent, una in ((15, 0, 0), (14, 15, 15)):
        start = Network(Config(start="half-closed", isn_b=str(isn))).start()
        assert (start["B.iss"], start["B.snd_nxt"], start["B.snd_una"], start["A.rcv_nxt"]) == (isn, sent, una, sent)
        assert start["A.snd_nxt"] == start["B.rcv_nxt"] == start["A.iss"] + 2


def test_who_opens_actively_has_been_heard_by_nobody_also_where_cookies_are_sent() -> None:
    """In LISTEN a cookie may have been answered, which speaks for an incarnation that has not begun."""
    for cookies in (False, True):
        rules = {rule.name: rule for rule in Network(Config(syn_cookies=cookies, open_b="both")).rules}
        update = rules["B: active OPEN in LISTEN"].update
        after = [z3.simplify(update.get(f"B.{ghost}", z3.BitVec("as before", 1))) for ghost in ("heard", "peer")]
        assert [str(term) for term in after] == ["0", "0"]
