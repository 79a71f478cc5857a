"""Runs written as captures are read back and explained; with one altered segment they are not, and it is pointed at."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from benchmarks.alterations import replace_x
from model.conform.capture import Conversation, read_capture
from model.conform.interpreter import SPACE, Interpreter
from model.conform.on_the_way import between
from model.conform.own_host import Finding, exactly
from model.conform.stacks import RFC9293
from model.core.run import Run
from model.network.make import network_of
from model.pictures.formats.packets import moments, packets, seen
from model.pictures.formats.pcap import capture, hosts
from model.questions.scenario import system_of
from model.settings.config import Config
from model.tcp.state import STATES
from tests.random_runs import CONFIG, random_run
from tests.test_written_traces import LANES, VIOLATIONS, figure, violation

FIGURES = (
    "figure-6",
    "figure-7-as-it-goes",
    "figure-8",
    "figure-9",
    "figure-10",
    "figure-11",
    "figure-12",
    "figure-13",
)


@cache
def interpreter(handshake: str, fin: str) -> Interpreter:
    settings = {"handshake": handshake, "fin": fin}
    return Interpreter(replace(RFC9293, config=RFC9293.config.but(**settings)))


def written(folder: Path, name: str, variant: str = "") -> tuple[Interpreter, list[Conversation]]:
    """A run as a capture in the middle, read back, and an interpreter of its protocol."""
    config, system, trace = violation(name, variant) if variant else (Config(window=1000, seq_bits=32), *figure(name))
    opening = network_of(config).opening
    found, when = packets(trace, opening=opening), moments(system, trace, opening)
    path = folder / "run.pcap"
    path.write_bytes(capture(seen(found), when, hosts(LANES), config.window))
    return interpreter(config.handshake, config.fin), read_capture(path).conversations


def judged(made: Interpreter, conversation: Conversation) -> list[Finding]:
    return [between(made, conversation, end) for end in conversation.ends]


def check_written(folder: Path, name: str, variant: str = "") -> None:
    made, conversations = written(folder, name, variant)
    verdicts = [finding.verdict for conversation in conversations for finding in judged(made, conversation)]
    assert set(verdicts) <= {"explained", "not judged"}
    assert "explained" in verdicts


@pytest.mark.parametrize("name", FIGURES)
def test_a_written_figure_is_explained(tmp_path: Path, name: str) -> None:
    check_written(tmp_path, name)


@pytest.mark.long
@pytest.mark.parametrize(("name", "variant"), VIOLATIONS)
def test_a_written_counterexample_is_explained(tmp_path: Path, name: str, variant: str) -> None:
    check_written(tmp_path, name, variant)


@pytest.mark.parametrize("name", FIGURES)
def test_one_altered_segment_is_pointed_at(tmp_path: Path, name: str) -> None:
    made, (conversation,) = written(tmp_path, name)
    found = 0
    for at, packet in enumerate(conversation.segments):
        if not packet.x.ack or packet.x.rst:
            continue
        other = replace_x(packet, ackno=(packet.x.ackno + 500) % SPACE)  # Nobody has sent so much.
        segments = [*conversation.segments[:at], other, *conversation.segments[at + 1 :]]
        wrong = next(f for f in judged(made, replace(conversation, segments=segments)) if f.end == packet.source)
        assert (wrong.verdict, wrong.at) in (("not explained", packet.number), ("not judged", packet.number))
        found += wrong.verdict == "not explained"
    assert found >= 1


def test_each_side_is_explained_by_what_its_own_host_saw(tmp_path: Path) -> None:
    config, system, trace = violation("last-ack-answered", "one tick less")
    opening = network_of(config).opening
    found, when = packets(trace, opening=opening), moments(system, trace, opening)
    for side in ("A", "B"):
        path = tmp_path / f"{side}.pcap"
        path.write_bytes(capture(seen(found, (side,)), when, hosts(LANES), config.window))
        (conversation,) = read_capture(path).conversations
        end = next(end for end in conversation.ends if end.address == {"A": "192.0.2.1", "B": "192.0.2.2"}[side])
        assert exactly(interpreter("three-way", "in-order"), conversation, end).verdict == "explained"


def seen_by(folder: Path, trace: Run, at: tuple[str, ...]) -> Conversation:
    """What an observer of a run has captured: on the host of a side, or in the middle."""
    path = folder / "random.pcap"
    path.write_bytes(capture(seen(packets(trace), at), moments(system_of(CONFIG), trace), hosts(LANES), CONFIG.window))
    (conversation,) = read_capture(path).conversations
    return conversation


def check_random_runs(folder: Path, seeds: range) -> None:
    made = interpreter("three-way", "in-order")
    for seed in seeds:
        trace = random_run(seed)
        middle = seen_by(folder, trace, ())
        a, b = middle.ends
        assert {between(made, middle, end).verdict for end in (a, b)} == {"explained"}, seed
        for side, end in (("A", a), ("B", b)):
            assert exactly(made, seen_by(folder, trace, (side,)), end).verdict == "explained", (seed, side)


@pytest.mark.long
def test_random_runs_are_explained(tmp_path: Path) -> None:
    check_random_runs(tmp_path, range(6))
    walked = [state for seed in range(6) for state in random_run(seed).states]
    states = {STATES[state[f"{side}.state"]] for state in walked for side in ("A", "B")}
    assert states >= {"ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "LAST-ACK", "TIME-WAIT", "SYN-RECEIVED"}


@pytest.mark.minutes
def test_many_random_runs_are_explained(tmp_path: Path) -> None:
    check_random_runs(tmp_path, range(6, 40))


@pytest.mark.long
def test_random_runs_with_an_ack_of_what_nobody_has_sent_are_not_explained(tmp_path: Path) -> None:
    made, found = interpreter("three-way", "in-order"), 0
    for seed in range(6):
        middle = seen_by(tmp_path, random_run(seed), ())
        for at, packet in enumerate(middle.segments):
            if packet.x.ack and not packet.x.rst:
                other = replace_x(packet, ackno=(packet.x.ackno + 1_000_000) % SPACE)
                segments = [*middle.segments[:at], other, *middle.segments[at + 1 :]]
                finding = between(made, replace(middle, segments=segments), packet.source)
                assert (finding.verdict, finding.at) == ("not explained", packet.number)
                found += 1
    assert found > 30
