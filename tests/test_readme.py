"""The README names every claim, and its commands are understood."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from model.check import main, selection
from model.cli.arguments import parser
from properties.claims import CLAIMS
from properties.statements import STATEMENTS

README = (Path(__file__).parent.parent / "README.md").read_text()


def test_every_claim_is_in_the_table() -> None:
    rows = [line for line in README.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([a-z0-9-]+)`", row.split("|")[1])}
    assert named == {claim.name for claim in CLAIMS}


def test_every_command_is_understood() -> None:
    commands = re.findall(r"python -m model\.check( [^`\n#]*)?", README)
    assert len(commands) >= 6
    for arguments in commands:
        selection(parser().parse_args(shlex.split(arguments)))


def test_every_statement_is_there_once() -> None:
    assert re.findall(r"^- \*\*(S\d)\*\*", README, re.MULTILINE) == [one.number for one in STATEMENTS]


def test_the_output_shown_is_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """But for the picture, whose source is named where nothing can draw it."""
    command, *shown = re.findall(r"```\n\$ (python -m model.check .*?)\n```", README, re.DOTALL)[0].splitlines()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*shlex.split(command)[3:], "--jobs", "1"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in shown if line not in printed and "picture out/" not in line] == []
    assert [line for line in printed if "<SEQ=" in line] == [line for line in shown if "<SEQ=" in line]
