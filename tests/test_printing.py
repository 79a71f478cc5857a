"""What goes to the terminal is printable, on as many lines as it should be, in any encoding."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from model.cli.arguments import Parser
from model.machine.printing import LONGEST, complain, printable, say, speak_any_encoding


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, größe → 😀", "plain, größe → 😀"),
        ("\x1b[2J\x07", r"\x1b[2J\x07"),
        ("a\nb\tc\r", r"a\nb\tc\r"),
        ("\u2028\u202e\u00a0\x85", r"\u2028\u202e\xa0\x85"),
        ("\udcff\ud800", r"\udcff\ud800"),
        ("\U000e0001", r"\U000e0001"),
    ],
)
def test_what_is_not_printable_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert shown.isprintable()


def test_a_complaint_is_one_line_and_not_too_long(capsys: pytest.CaptureFixture[str]) -> None:
    assert complain(f"begin\n\x1b[31m{'9' * 5000} end", 2, "program") == 2
    line = capsys.readouterr().err
    assert line.startswith("program: begin\\n\\x1b[31m999")
    assert line.endswith("999 end\n")
    assert line.count("\n") == 1
    assert len(line) < LONGEST + 50


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_what_an_encoding_does_not_have_is_escaped(encoding: str, monkeypatch: pytest.MonkeyPatch) -> None:
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2)]
    monkeypatch.setattr(sys, "stdout", streams[0])
    monkeypatch.setattr(sys, "stderr", streams[1])
    speak_any_encoding()
    say("größe → \udcff")
    complain("größe → \udcff", 2, "model.x")
    for stream in streams:
        buffer = stream.detach()
        assert isinstance(buffer, io.BytesIO)
        assert buffer.getvalue().decode(encoding).isprintable() or b"\n" in buffer.getvalue()


def test_no_standard_output_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    speak_any_encoding()
    say("nobody hears")
    assert complain("nor this", 3, "model.x") == 3


def test_a_bad_argument_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    parser = Parser(prog="python -m model.x")
    parser.add_argument("--depth", type=int)
    for words in (["--depth", "\x1b[31m"], ["--none\n\udcff"], ["--depth"]):
        with pytest.raises(SystemExit) as stop:
            parser.parse_args(words)
        assert stop.value.code == 2
        error = capsys.readouterr().err
        assert error.startswith("model.x: ")
        assert error.count("\n") == 1
        assert error.strip().isprintable()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8:strict"])
def test_names_of_others_on_a_terminal_that_does_not_know_their_letters(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "größe→\x1b[31m.jsonl"
    segment = '{"dir": "in", "flags": "A", "seq": 17, "len": 0, "ack": 34}'
    case = f'{{"name": "ö→\\u001b", "event": "[bold]", "state": "\\u001b[31m", "profile": {{}}, "steps": [{segment}]}}'
    path.write_text(f"{case}\n", encoding="utf-8")
    run = [sys.executable, "-m", "model.conform", str(path)]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run(run, env=environment, capture_output=True, check=False)
    out = done.stdout.decode(encoding.partition(":")[0])
    assert (done.returncode, done.stderr) == (1, b"")
    assert "[bold]" in out
    assert all(line.isprintable() for line in out.splitlines())
    assert out.splitlines()[-1] == "1 differing"
    gone = subprocess.run([*run[:3], f"{path}x"], env=environment, capture_output=True, check=False)
    assert (gone.returncode, gone.stdout) == (2, b"")
    (line,) = gone.stderr.decode(encoding.partition(":")[0]).splitlines()
    assert line.isprintable()
