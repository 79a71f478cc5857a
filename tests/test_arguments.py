"""Arguments that are absurd: one line and status 2, whatever their letters and their size."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from model import certify, check
from model.certificates.solvers import SOLVERS
from model.cli import arguments
from model.conform.__main__ import main as conform_main
from model.conform.__main__ import parser as conform
from model.export.__main__ import main as export_main
from model.export.__main__ import parser as export
from model.settings.config import MOST_TEXT, Config
from model.settings.server import parse_setting
from model.settings.setting import BadConfig


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--depth", "²"], "'²' is not a positive number"),
        (["--depth", "\u0663"], "'\u0663' is not a positive number"),
        (["--depth", "00"], "'00' is not a positive number"),
        (["--depth", "9" * 5000], "999' has more than 18 digits"),
        (["--depth", "\x1b[31m"], r"'\x1b[31m' is not a positive number"),
        (["--jobs", "99999999999"], "99999999999 processes are more than the 1024 that are allowed"),
        (["--workers", "65"], "65 threads are more than the 64"),
        (["--max-seconds", "1e300"], "'1e300' is more than 4,000,000 seconds"),
        (["--max-seconds", "inf"], "'inf' is more than 4,000,000 seconds"),
        (["--max-seconds", "nan"], "'nan' is not a positive number of seconds"),
        (["--max-memory", "\u0663G"], "'\u0663' is not a positive number"),
        (["--out", ""], "argument --out: the name of a file or folder must not be empty"),
        (["--json", ""], "argument --json: the name of a file or folder must not be empty"),
        (["--engine", "\x1b[31m"], r"--engine \x1b[31m: it is one of"),
        (["--\x1b[31m"], r"unknown option --\x1b[31m"),
    ],
)
def test_a_bad_argument_is_one_printable_line(words: list[str], says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        arguments.parser().parse_args(words)
    error = capsys.readouterr().err
    assert stop.value.code == 2
    assert says in error
    assert error.startswith("model.check: ")
    assert error.endswith("\n")
    assert error[:-1].isprintable()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("main", [check.main, certify.main, conform_main, export_main])
def test_help_that_cannot_be_printed_is_a_mistake(
    main: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open("/dev/full", "w", encoding="utf-8") as full:
        monkeypatch.setattr("sys.stdout", full)
        assert main(["--help"]) == 2
        with suppress(OSError):
            full.close()
    assert capsys.readouterr().err.endswith(": output: No space left on device\n")


def test_where_a_file_is_no_folder_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert check.main(["figure-6", "--out", str(tmp_path / "file")]) == 2
    assert capsys.readouterr().err.endswith("/file: a folder is wanted, and there is a file in its place\n")


@pytest.mark.parametrize(
    ("parser", "words"),
    [(export, ["tla", "half-open", "-o", ""]), (conform, ["x.pcap", "--json", ""]), (certify.parser, [""])],
)
def test_a_name_of_a_file_is_not_empty(
    parser: type[argparse.ArgumentParser], words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        parser().parse_args(words)
    assert stop.value.code == 2
    assert "the name of a file or folder must not be empty" in capsys.readouterr().err


@pytest.mark.parametrize("parser", [conform, export])
def test_so_it_is_in_the_other_command_lines(
    parser: type[argparse.ArgumentParser], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        parser().parse_args(["x", "\x1b[31m", "--\udcff"])
    assert stop.value.code == 2
    assert capsys.readouterr().err[:-1].isprintable()


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("window", "9" * 5000, "must be a number of at most 10 digits"),
        ("window", "²", "window=²: must be a number"),
        ("window", "\u0663", "window=\u0663: must be a number"),
        ("octets", "1e9", "octets=1e9: must be a number"),
        ("octets", "-1", "octets=-1: must not be negative"),
        ("octets", "", "octets=: must be a number"),
        ("duplications", "\u0663", "must be a number or unlimited"),
        ("slots", "9" * 11, "slots=99999999999: must be a number of at most 10 digits"),
        ("", "", "unknown field ''"),
        ("connections", "1", "unknown field 'connections'"),
    ],
)
def test_a_field_is_given_a_number_in_the_digits_of_ascii(name: str, text: str, says: str) -> None:
    with pytest.raises(BadConfig, match=says):
        parse_setting(name, text)


@pytest.mark.parametrize("changes", [{"isn_a": "\u0663"}, {"isn_a": "1\x1c"}, {"time_wait": "\u0663", "timed": True}])
def test_so_are_numbers_in_texts(changes: dict[str, object]) -> None:
    with pytest.raises(BadConfig, match=r"must be"):
        Config().but(**changes)


def test_text_that_fits_into_no_datagram_is_for_proofs_only() -> None:
    large = Config(seq_bits=20, octets=MOST_TEXT + 1)
    with pytest.raises(BadConfig, match="one datagram takes at most 65,495"):
        large.check_runnable()
    with pytest.raises(BadConfig, match="one datagram takes at most 65,495"):
        large.check_searchable()
    large.but(octets=MOST_TEXT).check_runnable()


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_limit_of_less_than_a_millisecond_is_a_limit(solver: str) -> None:
    """To the solvers 0 means none: they would go on with this product of two primes."""
    product = (
        "(= (bvmul ((_ zero_extend 64) x) ((_ zero_extend 64) y)) (_ bv340282366762482138490183786379439063213 128))"
    )
    script = "\n".join(
        ["(set-logic QF_BV)"]
        + [f"(declare-const {name} (_ BitVec 64))(assert (bvugt {name} (_ bv1 64)))" for name in "xy"]
        + [f"(assert {product})", "(check-sat)"]
    )
    assert SOLVERS[solver](script, 1e-6) == "unknown"
