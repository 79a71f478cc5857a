"""Proofs and searches of one claim together: what one says of the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from model.core.answer import Answer
from model.questions.task import TaskResult
from model.settings.config import Config
from model.tcp.cause import named
from model.words.language import marked, phrased


def combined(rows: Sequence[TaskResult]) -> list[TaskResult]:
    """The rows, each proof together with the search that its claim points to.

    A proof that fails where it must, in exactly the obligations that are named, and whose search has found a run, is a
    violation with that run as its evidence. A proof that goes through where a search has found a run is a
    contradiction between engines.
    """
    searched = {(row.task.claim.name, row.task.variant): row for row in rows if row.task.proof is None}
    return [_with_search(row, searched) if row.proof and row.task.proof else row for row in rows]


def _with_search(row: TaskResult, searched: dict[tuple[str, str], TaskResult]) -> TaskResult:
    assert row.task.proof is not None
    assert row.proof is not None
    proof, name = row.task.proof, row.task.claim.name
    bounded = searched.get((name, proof.bounded))
    if row.answer is Answer.HOLDS:
        if wrong := [one for one in searched.values() if one.task.claim.name == name and _refutes(one, row)]:
            said = marked("proved for every channel, but a search found a run that violates it ({variant})")
            return row.but(Answer.CONTRADICTION, phrased(said, variant=wrong[0].task.variant))
        return row
    if row.effort.limit or row.answer is Answer.VACUOUS or proof.expected != "fails":
        return row
    if set(row.proof.failing) != set(proof.fails):
        names = ", ".join(sorted(one.name for one in proof.fails))
        return row.but(row.answer, phrased("{why}; expected was: {names}", why=row.why, names=names))
    if bounded is None or bounded.answer is not Answer.VIOLATED:
        return row.but(row.answer, phrased("{why}; no run was found ({variant})", why=row.why, variant=proof.bounded))
    events = sorted({named(one.event) for one in proof.fails})
    said = marked("fails at {events}; the run is that of {variant}")
    why = phrased(said, events=", ".join(events), variant=proof.bounded)
    return replace(row.but(Answer.VIOLATED, why), evidence=bounded.evidence)


def _refutes(bounded: TaskResult, proved: TaskResult) -> bool:
    """A search has found a run of the protocol and under the assumptions of the proof, at which the property fails."""
    one = bounded.task.config
    if bounded.answer is not Answer.VIOLATED or not isinstance(one, Config):
        return False
    from model.questions.theorems import network_for

    return network_for(proved.task).covers(one)
