"""The fuzzer itself: it finds what it is for, makes it small, and gets its inputs past the parsers."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from tests.fuzz import __main__ as program
from tests.fuzz.commands import Command
from tests.fuzz.minimise import minimised
from tests.fuzz.mutations import Trees, octets, spoken
from tests.fuzz.outcome import Input, Outcome
from tests.fuzz.readers import READERS, Reader
from tests.fuzz.worker import Worker


@pytest.mark.parametrize(
    ("outcome", "fault"),
    [
        (Outcome(0, "fine\n"), ""),
        (Outcome(2, "", "program: one line\n"), ""),
        (Outcome(2, "", ""), "status 2 with ''"),
        (Outcome(2, "", "usage: x\nprogram: line\n"), "status 2 with 'usage"),
        (Outcome(70), "status 70"),
        (Outcome(0, "\x1b[31m"), r"not printable: '\x1b'"),
        (Outcome(0, "a\u2028"), r"not printable: '\u2028'"),
        (Outcome(raised="Traceback\n  File\nKeyError: 3\n"), "KeyError: 3"),
        (Outcome(70, "", "Traceback\n  File\nKeyError: 3\nmodel.check: internal error"), "KeyError: 3"),
        (Outcome(3, "", "model.check: out of memory: try\n"), "out of memory"),
        (Outcome(died="no end"), "no end"),
    ],
)
def test_what_is_a_fault(outcome: Outcome, fault: str) -> None:
    assert outcome.fault.startswith(fault)
    assert bool(outcome.fault) == bool(fault)


def test_a_kind_of_fault_does_not_depend_on_numbers() -> None:
    assert Outcome(died="no end in 12").kind == Outcome(died="no end in 7").kind != Outcome(70).kind


def test_a_kind_of_exception_is_where_it_was_raised() -> None:
    here, there = 'File "a.py", line 3, in f\n', 'File "a.py", line 7, in g\n'
    kinds = [Outcome(raised=f"Traceback\n{where}{what}").kind for where in (here, there) for what in ("E: a", "E: b")]
    assert kinds[0] == kinds[1] != kinds[2] == kinds[3]


def nonsense(argv: Sequence[str]) -> int:
    """Fails in the way that the one file says."""
    what = Path(argv[0], "x").read_text()
    if "hang" in what:
        time.sleep(60)
    if "die" in what:
        os._exit(9)
    if "chatter" in what:
        os.write(2, b"native")
    if "raise" in what:
        raise KeyError(what)
    return len(what)


def reads() -> Command:
    """As a command of the fuzzer's."""
    return nonsense


def test_hangs_and_crashes_are_outcomes_and_the_next_input_is_read() -> None:
    def fault(what: str) -> str:
        return worker.read(Input({"x": what.encode()}, ("{}",))).fault

    with Worker(reads, 1.0) as worker:
        assert fault("ok") == "status 2 with ''"
        assert fault("hang") == "no end within 1 s"
        assert fault("die") == "the process ended with 9"
        assert fault("chatter") == "native code says: 'native'"
        assert fault("raise") == "KeyError: 'raise'"
        assert fault("") == ""


def test_what_fails_is_made_small() -> None:
    big = Input({"x": b"abc" * 100 + b"needle" + b"abc" * 100, "y": b"no matter"}, ("-a", "FOLDER", "-b"))
    small = minimised(big, lambda one: b"needle" in one.files.get("x", b"") and "-b" in one.arguments, 10)
    assert small == Input({"x": b"needle"}, ("-b",))


def test_inputs_follow_from_the_seed() -> None:
    for name in ("cases", "pcap", "pcapng", "stories", "settings", "check", "conform"):
        make = READERS[name].prepare()
        one, same, other = (([make(random) for _ in range(20)]) for random in (Random(1), Random(1), Random(2)))
        assert one == same != other


def test_mutations_change_something() -> None:
    random, tree = Random(0), {"a": [1, 2, 3], "b": {"c": "d"}}
    trees = Trees([tree, {"a": [4], "b": {"c": "e"}}])
    for change in (trees.gently, trees.roughly):
        made = [json.dumps(change(random, tree)) for _ in range(50)]
        assert len(set(made)) >= 8
    assert tree == {"a": [1, 2, 3], "b": {"c": "d"}}
    assert len({octets(random, b"some octets") for _ in range(50)}) > 40
    assert spoken("a\0b\udcff") == "ab\udcff"
    spoken("\ud800é").encode("utf-8", "surrogateescape")


@pytest.mark.long
@pytest.mark.parametrize("name", READERS)
def test_a_third_of_the_inputs_pass_the_parser_and_none_fails(name: str, tmp_path: Path) -> None:
    tally = program.fuzz(READERS[name], 4, 1, tmp_path)
    assert tally.faults == {}
    assert 3 * tally.passed >= tally.tried > 0


def test_what_is_found_is_kept(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = Input({"x": b"please raise"}, ("{}",))
    monkeypatch.setitem(READERS, "nonsense", Reader("nonsense", lambda: lambda _: made, reads))
    assert program.main(["nonsense", "--seconds", "1", "--out", str(tmp_path)]) == 1
    assert "KeyError: 'please raise'" in capsys.readouterr().out
    (folder,) = tmp_path.iterdir()
    assert (folder / "x").read_bytes() == b"raise"
    assert json.loads((folder / "about.json").read_text())["reader"] == "nonsense"
