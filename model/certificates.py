"""Certificates: what somebody else needs to check a verdict again, as files under out/certificates/CLAIM/.

Of a proof for every channel each obligation is a script in SMT-LIB (`obligations/`, named by its hash), as it is
stated: in the system's own constants, undivided, without what the prover does to find its answer. VARIANT.json lists
them with the answer that is expected; an obligation that fails is there as a whole, and once for each lemma that it has
to keep.
Of a search VARIANT.json has the count and the digest of the states found, and the runs that show its answers.
`model.certify` checks both kinds. Scenarios, studies, bmc and induction have no certificates.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import z3

from model.engines.discharge import Discharged
from model.engines.unbounded import Duty, Obligation
from model.export.smtlib import Scripts
from model.files import private_folder, write
from model.proof_words import event_name
from model.row import Row, Task, stem
from model.trace import Step, Trace

if TYPE_CHECKING:
    from model.engines.lasso import Lasso

FORMAT = 1
Questions = Iterator[tuple[Obligation, Sequence[Duty], str]]


def sha256(text: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def seal(manifest: Mapping[str, Any]) -> str:
    """The hash of a manifest's other entries."""
    rest = {name: value for name, value in manifest.items() if name != "seal"}
    return sha256(json.dumps(rest, sort_keys=True))


class Certificates:
    """Writes certificates into a folder that nobody else may write into; raises `OSError`."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._scripts = folder, Scripts()

    def obligation(self, claim: str, found: Discharged) -> Iterator[dict[str, Any]]:
        """Write the scripts that ask an obligation of a claim's proof; what the proof's certificate says of each."""
        folder = self._private(claim) / "obligations"
        private_folder(folder)
        for obligation, duties, expected in questions([found]):
            wrong = z3.Not(z3.And(*(duty.term for duty in duties)))
            words = [f"{event_name(obligation.event)}: {obligation.kind} {obligation.about}", f"expected: {expected}"]
            text = self._scripts.script([*obligation.premises, wrong], words)
            path = folder / f"{sha256(text)[:20]}.smt2"
            write(path, text, private=True)
            yield {
                "file": f"obligations/{path.name}",
                "sha256": sha256(text),
                "expected": expected,
                "event": event_name(obligation.event),
                "cite": obligation.cite,
                "kind": obligation.kind,
                "about": obligation.about,
                "lemmas": list(dict.fromkeys(duty.lemma for duty in duties)),
            }

    def proof(
        self, task: Task, verdict: str, bits: int, assumes: Sequence[str], listed: Sequence[Mapping[str, Any]]
    ) -> Path:
        """The certificate of a proof, given what was written of its obligations."""
        more = {"width": bits, "assumptions": list(assumes), "obligations": list(listed)}
        return self._write(task, {"kind": "proof", "verdict": verdict, **more})

    def search(self, row: Row, together: Sequence[Task], shown: Sequence[tuple[str, Trace, Lasso | None]]) -> Path:
        """The certificate of a search: its figures, and the runs that decide a property, by the property's name.

        together: the tasks that were judged by this search, on which its end depends.
        """
        effort = row.effort
        figures = {
            "states": effort.states,
            "transitions": effort.transitions,
            "depth": effort.depth,
            "complete": effort.complete,
            "limit": effort.limit,
            "digest": effort.digest,
        }
        runs = [
            {"property": name, "initial": trace.initial, "steps": _steps(trace.steps), "loop": _steps(lasso.loop)}
            if lasso
            else {"property": name, "initial": trace.initial, "steps": _steps(trace.steps)}
            for name, trace, lasso in shown
        ]
        others = [{"claim": task.claim.name, "variant": task.variant, "expected": task.expected} for task in together]
        more = {"together": others, "figures": figures, "runs": runs}
        return self._write(row.task, {"kind": "search", "verdict": row.verdict, **more})

    def _write(self, task: Task, more: Mapping[str, Any]) -> Path:
        about = {
            "format": FORMAT,
            "claim": task.claim.name,
            "variant": task.variant,
            "sentence": task.claim.sentence,
            "expected": task.expected,
            "config": task.config.as_dict(),
        }
        manifest = {**about, **more}
        path = self._private(task.claim.name) / f"{stem(task.variant)}.json"
        write(path, json.dumps({**manifest, "seal": seal(manifest)}, indent=1) + "\n", private=True)
        return path

    def _private(self, claim: str) -> Path:
        """The folder of a claim's certificates, for its owner alone; raises `OSError` if somebody else may write it."""
        folder = self._folder / claim
        private_folder(self._folder)
        private_folder(folder)
        return folder


def questions(found: Sequence[Discharged]) -> Questions:
    """Each obligation with what it has to show, and the answer: "unsat" where it holds, "sat" where it fails.

    What is unknown is expected to hold.
    """
    for one in found:
        obligation = one.obligation
        yield obligation, obligation.duties, "sat" if one.answer == "fails" else "unsat"
        if one.answer == "fails":
            for duty in obligation.duties:
                yield obligation, [duty], "sat" if duty in one.failing else "unsat"


def _steps(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [{"rule": step.rule.name, "inputs": dict(step.inputs), "state": step.state} for step in steps]
