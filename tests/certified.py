"""Certificates to try things on: of a few events' obligations, and of small searches."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from model.certificates import Certificates, seal
from model.check import main as check
from model.engines.ask import Asker
from model.engines.discharge import Prover
from model.network.soup import UnboundedNetwork
from model.proof import layers
from model.proof_words import assumptions
from model.row import Task
from properties.claims import find
from properties.configs import EVERY_CHANNEL

TWO_WAY = EVERY_CHANNEL.but(handshake="two-way", seq_bits=5, window=4, octets=2)
SOME_EVENTS = ("A: LISTEN, SYN arrives", "A: SEND in ESTABLISHED", "A: ABORT in SYN-RECEIVED")
SEARCHES = (["half-open", "--set", "handshake=two-way"], ["open-completes", "--set", "retransmission=false"])


def prove(folder: Path) -> Path:
    """The certificate of a few events' obligations under two-way, of which one lemma fails at LISTEN."""
    network, claim = UnboundedNetwork(TWO_WAY), find("half-open")
    assert claim is not None
    prover = Prover(Asker())
    steps = [step for step in network.soup.steps if step.name in SOME_EVENTS]
    whole = layers("half-open", network)[-1]
    found = [prover.discharge(network.soup, one, step) for step in steps for one in whole.of_step(step)]
    assert {one.answer for one in found} == {"proved", "fails"}
    task, certificates = Task(claim, "some events", TWO_WAY, "fails", "unbounded"), Certificates(folder)
    listed = [entry for one in found for entry in certificates.obligation(claim.name, one)]
    certificates.proof(task, "fails", network.bits, assumptions(network), listed)
    return folder


def search(folder: Path) -> Path:
    """The certificates of small searches: finite runs, and an infinite one."""
    for settings in SEARCHES:
        assert check(["--property", *settings, "--certify", "--out", str(folder)]) == 1
    return folder / "certificates"


def forged(folder: Path, change: Callable[[dict[str, Any]], object], claim: str = "half-open") -> Path:
    """Change a manifest, and seal it anew; returns its file."""
    (path,) = (folder / claim).glob("*.json")
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps({**manifest, "seal": seal(manifest)}))
    return path
