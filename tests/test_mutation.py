"""Mutants: what there is to change, that it is changed everywhere alike, who notices, and what nobody can notice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import z3

from benchmarks.mutants import REAL, all_mutants, main, noticed, sample
from benchmarks.mutation.changes import as_written, changed
from benchmarks.mutation.equivalence import equivalent, invariant, live
from benchmarks.mutation.fate import EQUIVALENT, SURVIVED, Fate
from benchmarks.mutation.proofs import obligations
from benchmarks.mutation.recordings import explained_captures, recorded_cases, rfc_cases
from benchmarks.mutation.scenarios import scenarios, stories
from model import check
from model.engines.inductive.discharge import Prover
from model.mutants.derive import Unaffected, find, mutants
from model.mutants.endpoint_events import events
from model.mutants.mutation import equal
from model.questions.scenario import NoRun, run_scenario
from model.settings.config import Config
from model.settings.setting import BadConfig
from model.tcp.cause import caused
from model.tcp.event import Event
from model.tcp.segment import symbolic_segment
from model.tcp.state import FIELDS, STATES, endpoint, symbolic_tcb

NO_FIN = "CLOSE in ESTABLISHED: sends nothing"
KINDS = {
    "negated condition": 473,
    "dropped condition": 548,
    "off by one": 558,
    "wrong state": 312,
    "dropped send": 238,
    "dropped update": 211,
    "swapped fields": 683,
    "literature": 6,
}
KILLS: list[tuple[Callable[[str], str | None], str, str]] = [
    (scenarios, NO_FIN, "normal-close"),
    (scenarios, "SYN-SENT, unacceptable ACK arrives: never", "figure-8"),
    (scenarios, "ABORT in FIN-WAIT-2: goes to LISTEN", "aborts"),
    (scenarios, "SYN-RECEIVED: CLOSE drops the connection silently", "retransmissions"),
    (recorded_cases, "FIN-WAIT-1, SYN arrives: goes to CLOSED", "rcv-syn-fin-wait-1-left-edge-secure"),
    (explained_captures, "SYN-RECEIVED: a duplicate SYN is answered by RST", "c3_new_syn_below_while_synrecv"),
    (obligations, "SYN-SENT, SYN arrives: irs stays", "the invariant: receive-sequence"),
    (obligations, "CLOSING, RST beyond RCV.NXT arrives: goes to LAST-ACK", "client-can-receive: counts-only-if-"),
    (rfc_cases, "TIME-WAIT, ACK arrives; FIN: never", "time-wait: another FIN that is next in sequence moves RCV.NXT"),
]
"""A killer, a mutant, and what notices it."""
EQUIVALENTS = (
    "ESTABLISHED, RST before the window arrives: +1 in ULT(seg.seq - rcv_nxt, rcv_wnd)",
    "FIN-WAIT-2, ACK arrives; FIN: snd_una stays",
    "CLOSE-WAIT, SYN in the window arrives: the TCB stays",
)


def listed(config: Config) -> dict[str, Event]:
    """The events of a configuration, over an endpoint's own constants."""
    tcb, x = symbolic_tcb("own.", config.seq_bits), symbolic_segment("x.", config.seq_bits)
    return {e.name: e for e in events(endpoint(config), tcb, x, z3.BitVec("isn", config.seq_bits))}


def test_what_there_is_to_change() -> None:
    found = all_mutants()
    assert Counter(one.kind for one in found) == KINDS
    assert len({one.name for one in found}) == len(found)
    assert {one.name for one in mutants(as_written(Config(seq_bits=5)))} == {one.name for one in found}


def test_a_sample_has_every_kind_every_place_and_all_real_bugs() -> None:
    found = all_mutants()
    some = sample(found, 300)
    assert 300 <= len(some) < 400
    assert {one.where for one in some} == {one.where for one in found}
    assert sum(one.kind == REAL for one in some) == KINDS[REAL]
    assert sample(found, 0) == list(found)
    assert sample(found, 300) == some


@pytest.mark.parametrize(
    ("name", "differing"),
    [
        (NO_FIN, {"CLOSE in ESTABLISHED"}),
        ("FIN-WAIT-1, ACK of our FIN arrives; FIN: rcv_nxt stays", {"FIN-WAIT-1, ACK of our FIN arrives; FIN"}),
        (
            "LISTEN, ACK arrives: if not",
            {f"LISTEN, {what} arrives" for what in ("ACK", "SYN", "segment without control")},
        ),
    ],
)
def test_one_thing_is_changed(name: str, differing: set[str]) -> None:
    """In a configuration's own terms: nothing else differs. A condition is one for the later cases, too."""
    was, now = listed(Config(octets=1)), listed(Config(octets=1, mutant=name))
    assert {e for e in was if e not in now or not equal(was[e], now[e])} == differing
    assert was.keys() == now.keys()


@pytest.mark.parametrize("settings", [{"gives_up_waiting": "both"}, {"syn_again": "front"}, {"ack_delay": 1}])
def test_the_rest_of_a_configuration_keeps_its_events(settings: dict[str, object]) -> None:
    """A mutant changes what it names, in the protocol of its configuration and not in that of the default one."""
    config = Config(octets=1, timed="ack_delay" in settings).but(**settings)
    was, now = listed(config), listed(config.but(mutant=NO_FIN))
    assert [e for e in was if e not in now or not equal(was[e], now[e])] == ["CLOSE in ESTABLISHED"]
    assert was.keys() == now.keys()


def test_a_changed_condition_leaves_the_cases_disjoint_and_exhaustive() -> None:
    """What a case no longer takes goes to the later ones."""
    solver = z3.Solver()
    for name in ("LISTEN, ACK arrives: if not", "SYN-SENT, SYN,ACK arrives: without seg.ack"):
        state = name.split(",")[0]
        guards = [e.guard for e in listed(Config(mutant=name)).values() if (e.kind, e.state) == ("arrives", state)]
        assert solver.check(z3.Not(z3.Or(*guards))) == z3.unsat
        assert all(solver.check(guard, z3.Or(*guards[:at])) == z3.unsat for at, guard in enumerate(guards))


@pytest.mark.usefixtures("in_this_process")
def test_there_is_none_of_this_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(BadConfig, match="mutant=LISTEN: nonsense: there is none of this name"):
        find("LISTEN: nonsense", as_written(Config()))
    with pytest.raises(Unaffected, match="this configuration has nothing that it changes"):
        find("RETRANSMISSION of SYN in SYN-SENT: never", as_written(Config(retransmission=False)))
    assert check.main(["--property", "half-open", "--set", "mutant=LISTEN: nonsense"]) == 2
    assert "mutant=LISTEN: nonsense" in capsys.readouterr().err


@pytest.mark.long
def test_stories_are_told_as_the_scenarios_are() -> None:
    """Without a system: all that must be runs are; and of a mutant, exactly those that are runs by `scenario`."""
    assert all(story.events for story in stories())
    by_name = {story.name: story for story in stories()}
    for name, story in ((NO_FIN, "normal-close"), (NO_FIN, "figure-6"), ("LISTEN, SYN arrives: irs + 1", "figure-11")):
        scenario = by_name[story].scenario
        try:
            run_scenario(replace(scenario, config=scenario.config.but(mutant=name)))
            runs = True
        except NoRun:
            runs = False
        assert by_name[story].is_run(name) == runs


@pytest.mark.parametrize(("killer", "name", "by"), KILLS, ids=lambda value: value if isinstance(value, str) else None)
def test_who_notices(killer: Callable[[str], str | None], name: str, by: str) -> None:
    found = killer(name)
    assert found is not None
    assert found.startswith(by)


@pytest.mark.minutes
@pytest.mark.parametrize("name", EQUIVALENTS)
def test_nobody_can_notice(name: str) -> None:
    assert equivalent(name)
    assert scenarios(name) is recorded_cases(name) is None


def test_what_somebody_notices_is_not_equivalent() -> None:
    for name in (NO_FIN, "SYN-SENT, SYN arrives: goes to ESTABLISHED", "RETRANSMISSION of text in LAST-ACK: never"):
        assert not equivalent(name)


def test_the_lemmas_that_equivalence_adds_are_proved() -> None:
    assert {found.answer for found in Prover().prove(invariant())} == {"holds"}


def test_which_fields_are_live() -> None:
    """Those of a TCB that is not there are not; IRS is read by no event; nothing is held or queued once it is open."""
    assert set(live()) == set(STATES)
    assert not live()["CLOSED"] | live()["LISTEN"]
    assert not any("irs" in fields for fields in live().values())
    assert live()["ESTABLISHED"] == {"snd_una", "snd_nxt", "iss", "rcv_nxt"}
    assert live()["SYN-RECEIVED"] == set(FIELDS) - {"irs", "ack_held"}


def test_the_share_that_is_noticed() -> None:
    fates = [Fate("", "", end, "", 0.0) for end in ("scenario", "proof", "proof", SURVIVED, EQUIVALENT)]
    assert noticed(fates) == 0.75
    assert noticed([]) == 1.0


def test_what_a_mutant_does_not_change_is_not_asked() -> None:
    assert set(changed(as_written(Config()), NO_FIN)) == {caused("CLOSE", "ESTABLISHED")}


@pytest.mark.long
def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "mutants.json"
    assert main(["--only", NO_FIN, "--jobs", "1", "--json", str(target)]) == 0
    (one,) = json.loads(target.read_text())["mutants"]
    assert (one["name"], one["end"], one["by"]) == (NO_FIN, "scenario", "normal-close")
    assert main(["--only", "ABORT in CLOSING", "--list"]) == 0
    assert "ABORT in CLOSING: goes to LISTEN" in capsys.readouterr().out.splitlines()


def test_exit_status_2_for_unusable_input(capsys: pytest.CaptureFixture[str]) -> None:
    for wrong in (["--only", "no such mutant"], ["--jobs", "0"], ["--json", "/no/such/folder/x.json"]):
        assert main(wrong) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    with pytest.raises(SystemExit) as status:
        main(["--sample", "many"])
    assert status.value.code == 2
