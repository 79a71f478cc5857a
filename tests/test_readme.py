"""The README names every claim, and its commands are understood."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from model.arguments import parser
from model.check import selection
from properties.claims import CLAIMS

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
