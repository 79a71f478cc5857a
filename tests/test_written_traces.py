"""Runs written for other tools: captures, Apalache's format, packetdrill scripts."""

from __future__ import annotations

import io
import json
import re
import struct
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import dpkt
import pytest

from model.check import main
from model.cli.arguments import FORMATS as NAMES
from model.core.answer import Limits
from model.core.property import Live, Property
from model.core.run import Run, Step, enabled
from model.core.system import State, System
from model.engines.explicit.search import explore
from model.network.bounded import Network
from model.network.make import network_of
from model.pictures.flights import Happening, history
from model.pictures.formats.itf import itf, value
from model.pictures.formats.packetdrill import packetdrill
from model.pictures.formats.packets import moments, packets, placed, places, seen
from model.pictures.formats.pcap import RAW_IP, capture, hosts
from model.pictures.render import Drawings
from model.questions.evidence import FORMATS, Shows
from model.questions.scenario import read_scenario, run_scenario
from model.questions.task import Options
from model.settings.config import SCENARIO, Config
from model.settings.server import AnyConfig
from properties import configs
from properties.claims import find
from tests.infinite import check_liveness

FOLDER = Path(__file__).parent.parent / "properties" / "scenarios"
LANES = {"A": {"A": "A.state"}, "B": {"B": "B.state"}}
VIOLATIONS = [  # claim and variant, of narrow numbers: 4 and 5 bits, repeated ISNs, numbers that pass 0, ticks
    ("half-open", "two-way"),
    ("ghost-after-close", "two-way"),
    ("old-duplicates-need-fresh-isns", "server repeats its ISN"),
    ("old-text-in-fin-wait-1", "ISNs W+window apart"),
    ("no-deadlock", "numbers pass 0"),
    ("nothing-lost-in-orderly-close", "FIN taken out of order"),
    ("last-ack-answered", "one tick less"),
]


@cache
def violation(name: str, variant: str) -> tuple[Config, System, Run]:
    """The shortest run that a search finds against a claim."""
    claim = find(name)
    assert claim is not None
    config = next(cell.config for cell in claim.cells if cell.variant == variant)
    assert isinstance(config, Config)
    network = claim.network(config)
    prop = claim.asked_of(network)
    assert isinstance(prop, Property)
    system = network.system(prop)
    trace = explore(system)[prop.name].run
    assert trace is not None
    return config, system, trace


@cache
def figure(name: str) -> tuple[System, Run]:
    """The run of a scenario."""
    base = SCENARIO.but(rst="rfc793") if name == "rfc1337-figure-4" else SCENARIO
    return run_scenario(read_scenario(FOLDER / f"{name}.story", base))


def captured(system: System, trace: Run, at: tuple[str, ...] = ()) -> list[tuple[float, dpkt.ip.IP, bytes]]:
    """A capture as dpkt reads it, each packet also as it is."""
    content = capture(seen(packets(trace), at), moments(system, trace), hosts(LANES), window=1000)
    reader = dpkt.pcap.Reader(io.BytesIO(content))
    assert reader.datalink() == RAW_IP
    return [(when, dpkt.ip.IP(raw), raw) for when, raw in reader]


# -- numbers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("used", "bits", "shown"),
    [
        ([1, 2, 6, 7], 4, [1, 2, 6, 7]),
        ([14, 15, 0, 1], 4, [-2, -1, 0, 1]),  # Passing 0, as they do where they are counted.
        ([13, 14, 0], 4, [-3, -2, 0]),
        ([1, 2, 3, 6, 7, 8, 11, 12, 13], 4, [1, 2, 3, 6, 7, 8, 11, 12, 13]),  # Three incarnations, 5 apart.
        ([14, 15, 0, 3, 4, 5, 8, 9, 10], 4, [-2, -1, 0, 3, 4, 5, 8, 9, 10]),
        ([0xFFFF_FFFF, 0, 300], 32, [-1, 0, 300]),
        ([], 4, []),
    ],
)
def test_numbers_lie_around_zero(used: list[int], bits: int, shown: list[int]) -> None:
    place = placed(used, bits)
    assert [place(number) for number in used] == [number % 2**32 for number in shown]


@pytest.mark.parametrize(
    ("name", "variant"),
    [VIOLATIONS[1], *(pytest.param(*one, marks=pytest.mark.long) for one in VIOLATIONS if one != VIOLATIONS[1])],
)
def test_with_the_numbers_that_an_observer_sees_the_run_is_a_run_at_32_bits(name: str, variant: str) -> None:
    """The same events happen in the same order, with exactly these segments."""
    config, _, trace = violation(name, variant)
    place, narrow = places(trace, [h for step in history(trace) for h in step]), Network(config)
    isns = {
        f"isn_{side.lower()}": ",".join(str(place[side](number)) for number in narrow.isns(narrow.sides[side]))
        for side in "AB"
    }
    wide = Network(config.but(seq_bits=32, **isns)).system(starts=[_widened(config, trace, place)])
    state = wide.initial[0]
    for number, step in enumerate(trace.steps, 1):
        wanted = [_shown(p.happening, p.seq, p.ack) for p in packets(trace) if p.happening.step == number]
        able = (one for one in enabled(wide, state) if one.rule.name == step.rule.name)
        state = next(one.state for one in able if _segments(one, state) == wanted)
        assert [state[f"{side}.state"] for side in "AB"] == [step.state[f"{side}.state"] for side in "AB"]


def _widened(config: Config, trace: Run, place: Any) -> dict[str, int]:
    """The initial state at 32 bits."""
    own, other = ("snd_una", "snd_nxt", "iss"), ("rcv_nxt", "irs")
    wide = {name: value for name, value in trace.initial.items() if value}
    for side, peer in ("AB", "BA"):
        for names, whose in ((own, side), (other, peer)):
            wide |= {f"{side}.{n}": place[whose](wide[f"{side}.{n}"]) for n in names if f"{side}.{n}" in wide}
    return wide if config.start != "closed" else {}


def _shown(one: Happening, seq: int, ack: int) -> dict[str, object]:
    return {**one.values, "seq": seq, "ackno": ack, "action": one.action}


def _segments(step: Step, before: State) -> list[dict[str, object]]:
    return [_shown(one, one.values["seq"], one.values["ackno"]) for one in history(Run(before, (step,)))[0]]


# -- captures ------------------------------------------------------------------------------------------------------


def checksum(content: bytes) -> int:
    """The Internet checksum (RFC 1071): 0 if the sum that the content carries is right."""
    total = sum(int.from_bytes(content[at : at + 2].ljust(2, b"\0"), "big") for at in range(0, len(content), 2))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


@pytest.mark.parametrize("name", ["figure-6", "figure-10", "hazard-h1", "rfc1337-figure-4"])
def test_both_checksums_are_right(name: str) -> None:
    for _, _, raw in captured(*figure(name)):
        header, tcp = raw[:20], raw[20:]
        pseudo = raw[12:20] + struct.pack("!BBH", 0, 6, len(tcp))
        assert struct.unpack("!H", raw[2:4]) == (len(raw),)
        assert (checksum(header), checksum(pseudo + tcp)) == (0, 0)
        assert header[10:12] != b"\0\0"
        assert tcp[16:18] != b"\0\0"


def test_a_capture_has_the_figures_numbers() -> None:
    found = captured(*figure("figure-6"))
    lines = [(ip.data.flags, ip.data.seq, ip.data.ack, len(ip.data.data), ip.data.win) for _, ip, _ in found]
    assert lines == [
        (dpkt.tcp.TH_SYN, 100, 0, 0, 1000),
        (dpkt.tcp.TH_SYN | dpkt.tcp.TH_ACK, 300, 101, 0, 1000),
        (dpkt.tcp.TH_ACK, 101, 301, 0, 1000),
        (dpkt.tcp.TH_ACK, 101, 301, 1, 1000),
        (dpkt.tcp.TH_ACK, 301, 102, 0, 1000),
    ]
    a, b = (b"\xc0\x00\x02\x01", 49152), (b"\xc0\x00\x02\x02", 80)
    ends = [((ip.src, ip.data.sport), (ip.dst, ip.data.dport)) for _, ip, _ in found]
    assert ends == [(a, b), (b, a), (a, b), (a, b), (b, a)]
    assert [when for when, _, _ in found] == [2, 3, 4, 6, 7]


def test_observers_differ_in_what_the_network_does() -> None:
    """In H1 an octet range arrives twice, the second time 16 steps late; the middle sees it once, B twice."""
    system, trace = figure("hazard-h1")

    def text(at: tuple[str, ...]) -> list[tuple[int, int]]:
        return [(int(when), ip.id) for when, ip, _ in captured(system, trace, at) if ip.data.data]

    ((sent, number),) = text(())
    assert text(("A",)) == [(sent, number)]
    assert text(("B",)) == [(sent + 1, number), (23, number)]


def test_a_retransmission_has_the_same_text() -> None:
    _, system, trace = violation("nothing-lost-in-orderly-close", "FIN taken out of order")
    octets: dict[tuple[bytes, int], set[bytes]] = {}
    for _, ip, _ in captured(system, trace):
        octets.setdefault((ip.src, ip.data.seq), set()).add(ip.data.data[:1])
    assert any(octets.values())
    assert all(len(found - {b""}) <= 1 for found in octets.values())


def test_a_timed_run_has_its_ticks_as_seconds() -> None:
    _, system, trace = violation("last-ack-answered", "one tick less")
    when = moments(system, trace)
    assert int(when[-1]) == sum(step.rule.kind == "time" for step in trace.steps) == 5
    assert all(early < late for early, late in pairwise(when))


def test_a_server_is_one_host_and_each_client_another() -> None:
    where = hosts(network_of(configs.FLOOD).lanes)
    assert [(name, address[-1], port) for name, (address, port) in where.items()] == [
        *(("X1", 1, 49152), ("X2", 2, 49152), ("C3", 3, 49152)),
        *(("S1", 4, 80), ("S2", 4, 80), ("S3", 4, 80)),
    ]


# -- ITF -----------------------------------------------------------------------------------------------------------


def check_itf(content: str) -> dict[str, Any]:
    """The document, if it is as Apalache's ADR 015 says; every state has every variable."""
    document: dict[str, Any] = json.loads(content)
    assert set(document) <= {"#meta", "params", "vars", "states", "loop"}
    assert document["#meta"]["format"] == "ITF"
    names = document["vars"]
    assert names
    assert all(re.fullmatch(r"[A-Za-z_]\w*", name) for name in names)
    assert len(set(names)) == len(names)
    assert 0 <= document.get("loop", 0) < len(document["states"])
    for index, state in enumerate(document["states"]):
        assert state["#meta"] == {"index": index}
        assert set(state) == {"#meta", *names}
        for name in names:
            _check_expression(state[name])
    return document


def _check_expression(found: Any) -> None:
    if isinstance(found, list):
        for one in found:
            _check_expression(one)
    elif isinstance(found, dict) and "#bigint" not in found:
        assert all(re.fullmatch(r"[A-Za-z_]\w*", name) for name in found)
        for one in found.values():
            _check_expression(one)
    elif isinstance(found, dict):
        assert re.fullmatch(r"-?\d+", found["#bigint"])
    else:
        assert isinstance(found, (str, bool)) or (isinstance(found, int) and abs(found) < 2**53)


def test_a_run_in_apalaches_format() -> None:
    config, system, trace = violation("half-open", "two-way")
    document = check_itf(itf(system, trace, hidden=Network(config).slots, about="half-open"))
    assert len(document["states"]) == 5
    assert "loop" not in document
    assert [state["event"] for state in document["states"]] == [
        *("", "active OPEN", "CLOSE in SYN-SENT", "passive OPEN", "LISTEN, SYN arrives")
    ]
    last = document["states"][-1]
    assert (last["B_state"], last["B_passive_open"], last["B_iss"]) == ("ESTABLISHED", True, 14)
    assert last["network"] == [{"source": "B", "target": "A", "segment": "<SEQ=14><ACK=2><CTL=SYN,ACK>"}]
    assert [len(state["network"]) for state in document["states"]] == [0, 1, 1, 1, 1]
    assert not any(">" in name or "_to_" in name for name in document["vars"])


def test_what_is_in_the_network_is_what_the_slots_hold() -> None:
    config, system, trace = violation("ghost-after-close", "two-way")
    document = check_itf(itf(system, trace, hidden=Network(config).slots))
    full = [sum(1 for slot in Network(config).slots if state[slot]) for state in trace.states]
    assert [len(state["network"]) for state in document["states"]] == full


def test_a_loop_goes_back_to_its_first_state() -> None:
    claim = find("server-timer-repairs")
    assert claim is not None
    (config,) = (cell.config for cell in claim.cells if cell.expected == "fails")
    network = network_of(config)
    live = claim.asked_of(network)
    assert isinstance(live, Live)
    system = network.system()
    lasso = check_liveness(system, [live.prop], live.fairness)[live.name].lasso
    assert lasso is not None
    document = check_itf(itf(system, lasso.stem, loop=lasso.loop, hidden=network.slots))
    assert document["loop"] == len(lasso.stem.steps)
    assert len(document["states"]) == len(lasso.stem.steps) + len(lasso.loop)
    stays = check_itf(itf(system, lasso.stem, loop=(), hidden=network.slots))
    assert stays["loop"] == len(stays["states"]) - 1


def test_large_numbers_keep_their_digits() -> None:
    var = replace(network_of(Config()).system().variables[1], width=64)
    assert value(var, 2**53 - 1) == 2**53 - 1
    assert value(var, 2**53) == {"#bigint": "9007199254740992"}


# -- packetdrill ---------------------------------------------------------------------------------------------------

HALF_OPEN_B = """\
// half-open: two-way, B's side; numbers are relative
// 1. A: active OPEN [3.10.1]
// 2. A: CLOSE in SYN-SENT [3.10.4]
// 3. B: passive OPEN [3.10.1] => LISTEN
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 setsockopt(3, SOL_SOCKET, SO_REUSEADDR, [1], 4) = 0
+0 bind(3, ..., ...) = 0
+0 listen(3, 1) = 0
// 4. B: LISTEN, SYN arrives [3.10.7.2] => ESTABLISHED
+0 < S 0:0(0) win 2
+0 > S. 0:0(0) ack 1 <...>
+0 accept(3, ..., ...) = 4
"""
HALF_OPEN_A = """\
// half-open: two-way, A's side; numbers are relative
// 1. A: active OPEN [3.10.1] => SYN-SENT
0 socket(..., SOCK_STREAM, IPPROTO_TCP) = 3
+0 fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0
+0 connect(3, ..., ...) = -1 EINPROGRESS (Operation now in progress)
+0 > S 0:0(0) <...>
// 2. A: CLOSE in SYN-SENT [3.10.4] => CLOSED
+0 close(3) = 0
// 3. B: passive OPEN [3.10.1]
// 4. B: LISTEN, SYN arrives [3.10.7.2]
"""
EVENT = re.compile(
    r"(0|\+\d+|\*) (\w+\(.*\) = -?\d+( E\w+ \([\w ]+\))?"
    r"|[<>] [SFRP]*\.? \d+:\d+\(\d+\)( ack \d+)?( win \d+)?( <\.\.\.>)?)"
)


def test_the_scripts_of_the_half_open_connection() -> None:
    config, system, trace = violation("half-open", "two-way")
    scripts = {
        side: packetdrill(system, trace, side, window=config.window, title="half-open: two-way") for side in "AB"
    }
    assert scripts == {"A": HALF_OPEN_A, "B": HALF_OPEN_B}


def test_calls_are_calls_of_sockets() -> None:
    system, trace = figure("figure-12")
    events = [line for line in packetdrill(system, trace, "A", window=1000).splitlines() if line[0] != "/"]
    assert events[4:] == [
        "+0 < S. 0:0(0) ack 1 win 1000",
        "+0 > . 1:1(0) ack 1",
        "+0 shutdown(3, SHUT_WR) = 0",
        "+0 > F. 1:1(0) ack 1",
        "+0 < . 1:1(0) ack 2 win 1000",
        "+0 < F. 1:1(0) ack 2 win 1000",
        "+0 > . 2:2(0) ack 2",
    ]
    aborted = packetdrill(*figure("rfc1337-figure-4"), "A", window=1000).splitlines()
    assert "+0 setsockopt(3, SOL_SOCKET, SO_LINGER, {onoff=1, linger=0}, 8) = 0" in aborted
    assert aborted[aborted.index("+0 write(3, ..., 10) = 10") + 1] == "+0 > P. 1:11(10) ack 1"


def test_what_cannot_be_said_is_a_comment() -> None:
    crashed = packetdrill(*figure("figure-10"), "A", window=100).splitlines()
    at = crashed.index("// 6. A: crash in ESTABLISHED [3.5.1] => CLOSED: cannot be said here")
    assert crashed[at + 1] == "// 7. B: SEND in ESTABLISHED [3.10.2]"
    assert crashed[-3:-1] == ["+0 < P. 1:11(10) ack 1 win 100", "+0 > R 1:1(0)"]
    config, system, trace = violation("last-ack-answered", "one tick less")
    lost = packetdrill(system, trace, "B", window=config.window)
    assert re.search(r"^// \d+\. the network loses a segment: <SEQ=.*>$", lost, re.MULTILINE)
    assert re.search(r"^\* > F\. ", lost, re.MULTILINE)  # Sent again by a timer.


def test_an_old_incarnations_numbers_are_kept_apart() -> None:
    """The old duplicate of H3 is 13 below the new SYN: <SEQ=100> follows 112, and SEG.ACK is 22 above ISS."""
    script = packetdrill(*figure("rfc1337-figure-4"), "A", window=1000).splitlines()
    assert "+0 < . 1:1(0) ack 23 win 1000" in script
    assert "+0 > R 23:23(0)" in script


@pytest.mark.parametrize(("name", "variant"), VIOLATIONS)
def test_every_line_of_a_script_has_packetdrills_form(name: str, variant: str) -> None:
    config, system, trace = violation(name, variant)
    for side in "AB":
        lines = packetdrill(system, trace, side, window=config.window).splitlines()
        assert [line for line in lines if not line.startswith("// ") and not EVENT.fullmatch(line)] == []


# -- the command line ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("in_this_process")
def test_files_lie_beside_the_figure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = ["--out", str(tmp_path), "--jobs", "1"]
    assert main(["client-can-receive", "--set", "handshake=two-way", "--write", "itf,pcap,packetdrill", *out]) == 1
    assert capsys.readouterr().err == ""
    base = "client-can-receive-handshake-two-way"
    endings = ("-a.pkt", "-at-a.pcap", "-at-b.pcap", "-b.pkt", ".dot", ".itf.json", ".pcap", ".svg", ".txt")
    beside = tuple(f"-against{ending}" for ending in (".dot", ".svg", ".txt"))
    assert {path.name for path in tmp_path.glob(f"{base}*")} == {base + ending for ending in endings + beside}
    check_itf((tmp_path / f"{base}.itf.json").read_text())


def test_an_unknown_format_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(["half-open", "--write", "pcap,pdf", "--out", str(tmp_path)])
    assert stop.value.code == 2
    assert (
        capsys.readouterr()
        .err.splitlines()[-1]
        .endswith("'pdf' is not one of png, slides, mermaid, pcap, itf, packetdrill")
    )


def test_the_formats_that_are_named_are_those_that_there_are() -> None:
    assert ["png", "slides", *FORMATS] == list(NAMES)


@pytest.mark.long
def test_a_servers_loop_is_written_in_every_format(tmp_path: Path) -> None:
    claim = find("ghosts-release-slots")
    assert claim is not None
    config: AnyConfig = next(cell.config for cell in claim.cells if cell.variant == "two-way")
    network = network_of(config)
    live = claim.asked_of(network)
    assert isinstance(live, Live)
    system = network.system()
    lasso = check_liveness(system, [live.prop], live.fairness)[live.name].lasso
    assert lasso is not None
    shows = Shows(network, system, Options(tmp_path, Limits(), Drawings(), []))
    files = {name: FORMATS[name](shows, lasso.stem, lasso.loop, "title") for name in FORMATS}
    assert {name: [*found] for name, found in files.items()} == {
        "mermaid": [".mmd"],
        "pcap": [".pcap", "-at-c1.pcap", "-at-s1.pcap"],
        "itf": [".itf.json"],
        "packetdrill": ["-c1.pkt", "-s1.pkt"],
    }
    assert files["packetdrill"]["-s1.pkt"].decode().splitlines()[1].startswith("0 socket(")
