"""Certificates to try things on: of proofs, true ones and lies; of a few obligations; and of small searches."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from model.certificates.manifests import script_name, seal, sha256
from model.check import main as check
from model.core.answer import Answer
from model.engines.inductive.discharge import Discharged, Prover
from model.engines.symbolic.solver import LimitedSolver
from model.questions.answering import varied
from model.questions.certificates import Certificates
from model.questions.task import Task
from model.questions.theorems import network_for, proof_of
from model.settings.config import parse_field
from properties.claims import find
from tests.inline import searching_here

SETTINGS = {"handshake": "two-way", "seq_bits": "5", "window": "4", "octets": "2"}
BROKEN = "A: LISTEN, SYN arrives"
"""Under two-way one lemma fails there, and nowhere else."""
SOME_EVENTS = (BROKEN, "A: SEND in ESTABLISHED", "A: ABORT in SYN-RECEIVED")
SEARCHES = (["half-open", "--set", "handshake=two-way"], ["open-completes", "--set", "retransmission=false"])


def two_way(name: str = "half-open") -> Task:
    """The proof of a claim under two-way, with small numbers."""
    claim = find(name)
    assert claim is not None
    settings = {name: parse_field(name, value) for name, value in SETTINGS.items()}
    return varied(claim, claim.proofs[0].config, settings, "unbounded")


def claimed(name: str, number: int = 0) -> Task:
    """One of a claim's proofs."""
    claim = find(name)
    assert claim is not None
    proof = claim.proofs[number]
    return Task(claim, proof.variant, proof.config, proof.expected, "unbounded", proof)


def prove(folder: Path, task: Task | None = None, asked: Sequence[str] = (BROKEN,), only: Sequence[str] = ()) -> Path:
    """The certificate of a task's proof (`two_way`).

    Z3 is asked about some events only; of the others it is said that they are proved. only: the events that are there
    at all (all).
    """
    task = task or two_way()
    network, certificates = network_for(task), Certificates(folder)
    found = list(_found(task, asked, only))
    listed = [entry for one in found for entry in certificates.obligation(task.claim.name, one)]
    verdict = "fails" if any(one.answer is Answer.VIOLATED for one in found) else "proved"
    certificates.proof(task, verdict, network.bits, network.assumptions, listed)
    return folder


def _found(task: Task, asked: Sequence[str], only: Sequence[str]) -> Iterator[Discharged]:
    prover = Prover(LimitedSolver())
    for layer in proof_of(task):
        steps = {step.name: step for step in layer.soup.steps}
        for one in layer.obligations():
            if only and one.event not in only:
                continue
            if one.event in asked:
                yield prover.discharge(layer.soup, one, steps[one.event])
            else:
                yield Discharged(one, Answer.HOLDS)


def search(folder: Path) -> Path:
    """The certificates of small searches: finite runs, and an infinite one."""
    with pytest.MonkeyPatch.context() as patch:
        searching_here(patch)
        for settings in SEARCHES:
            assert check(["--property", *settings, "--certify", "--out", str(folder)]) == 1
    return folder / "certificates"


def copied(folder: Path, to: Path) -> Path:
    """A copy that a test may spoil; scripts, which are many, are the same files: to be replaced, not written into."""
    for path in folder.rglob("*"):
        target = to / path.relative_to(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".smt2":
            target.hardlink_to(path)
        elif path.is_file():
            target.write_bytes(path.read_bytes())
    return to


def forged(folder: Path, change: Callable[[dict[str, Any]], object], claim: str = "*") -> Path:
    """Change the one manifest of a claim (of any), and seal it anew; returns its file."""
    (path,) = folder.glob(f"{claim}/*.json")
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps({**manifest, "seal": seal(manifest)}))
    return path


def rewritten(folder: Path, change: Callable[[str], str | bytes], at: int = 0) -> Path:
    """Change a script, and its hash and name wherever they are; returns its file."""
    made = list[Path]()

    def change_script(manifest: dict[str, Any]) -> None:
        place = manifest["obligations"][at]["file"]
        old = folder / manifest["claim"] / place
        changed = change(old.read_bytes().decode())
        octets = changed if isinstance(changed, bytes) else changed.encode()
        old.unlink()
        sha = sha256(octets)
        made.append(old.with_name(script_name(sha)))
        made[0].write_bytes(octets)
        for other in manifest["obligations"]:
            if other["file"] == place:
                other.update(file=f"obligations/{script_name(sha)}", sha256=sha)

    forged(folder, change_script)
    return made[0]
