"""Writes certificates: the obligations of proofs as they are asked, manifests when all is known."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import to_builtins

from model.certificates.manifests import FOLDER, FORMAT, ExpectedAnswer, Figures, script_name, seal, sha256
from model.certificates.obligation_scripts import Scribe, entry
from model.core.answer import Answer
from model.core.run import Lasso, Run, Step
from model.engines.inductive.discharge import Discharged
from model.engines.inductive.obligations import Duty
from model.machine.files import private_folder, write
from model.questions.task import Task, TaskResult, stem


class Certificates:
    """Writes certificates into a folder that nobody else may write into; raises `OSError`."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._scribe = folder, Scribe()

    def obligation(self, claim: str, found: Discharged) -> Iterator[dict[str, Any]]:
        """Write the scripts that ask an obligation of a claim's proof; what the proof's certificate says of each."""
        folder = self._private(claim) / FOLDER
        private_folder(folder)
        for duties, expected in questions(found):
            text = self._scribe.text(found.obligation, duties, expected)
            sha = sha256(text)
            write(folder / script_name(sha), text, private=True)
            yield to_builtins(entry(found.obligation, duties, expected, sha))

    def proof(
        self, task: Task, verdict: str, bits: int, assumes: Sequence[str], listed: Sequence[Mapping[str, Any]]
    ) -> Path:
        """The certificate of a proof, given what was written of its obligations."""
        more = {"width": bits, "assumptions": list(assumes), "obligations": list(listed)}
        return self._write(task, {"kind": "proof", "verdict": verdict, **more})

    def search(self, row: TaskResult, together: Sequence[Task], shown: Sequence[tuple[str, Run, Lasso | None]]) -> Path:
        """The certificate of a search: its figures, and the runs that decide a property, by the property's name.

        together: the tasks that were judged by this search, on which its end depends.
        """
        figures = {name: getattr(row.effort, name) for name in Figures.__struct_fields__}
        runs = [
            {"property": name, "initial": trace.initial, "steps": _steps(trace.steps)}
            | ({"loop": _steps(lasso.loop)} if lasso else {})
            for name, trace, lasso in shown
        ]
        others = [{"claim": task.claim.name, "variant": task.variant, "expected": task.expected} for task in together]
        more = {"together": others, "figures": figures, "runs": runs}
        return self._write(row.task, {"kind": "search", "verdict": row.answer.value, **more})

    def _write(self, task: Task, more: Mapping[str, Any]) -> Path:
        manifest = {
            "format": FORMAT,
            "claim": task.claim.name,
            "variant": task.variant,
            "sentence": task.claim.sentence,
            "expected": task.expected,
            "config": task.config.as_dict(),
            **more,
        }
        path = self._private(task.claim.name) / f"{stem(task.variant)}.json"
        write(path, json.dumps({**manifest, "seal": seal(manifest)}, indent=1) + "\n", private=True)
        return path

    def _private(self, claim: str) -> Path:
        """The folder of a claim's certificates, for its owner alone; raises `OSError` if somebody else may write it."""
        folder = self._folder / claim
        private_folder(self._folder)
        private_folder(folder)
        return folder


def questions(found: Discharged) -> Iterator[tuple[Sequence[Duty], ExpectedAnswer]]:
    """What an obligation has to show, with the answer: "unsat" where it holds, "sat" where it fails; then in parts."""
    duties = found.obligation.duties
    yield duties, "sat" if found.answer is Answer.VIOLATED else "unsat"
    if found.answer is Answer.VIOLATED:
        for duty in duties:
            yield [duty], "sat" if duty in found.failing else "unsat"


def _steps(steps: Sequence[Step]) -> list[dict[str, Any]]:
    return [{"rule": step.rule.name, "inputs": dict(step.inputs), "state": step.state} for step in steps]
