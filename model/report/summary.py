"""Rows as one line for people, as JSON for programs, and as an exit status."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from model.questions.task import Beside, ProofReport, TaskResult
from model.report.answers import by_claim, question, sentence, so
from model.report.verdict_words import verdict
from model.settings.server import AnyConfig, ServerConfig
from model.tcp.cause import named
from model.words.language import _, counted, marked, speaking_in
from properties.statements import STATEMENTS, Statement

SCHEMA_VERSION = 1
TOOLS = ("tcp-model-checker", "z3-solver", "llvmlite", "numba", "numpy", "rich", "graphviz", "graphviz-pure", "dpkt")
MOST = 2
"""So many names are in the last line; the answers have all."""
MEANINGS = {
    0: marked("as claimed"),
    1: marked("a claim is contradicted"),
    2: marked("something could not be written"),
    3: marked("inconclusive"),
    130: marked("interrupted"),
}
UNCLAIMED = {0: marked("it is so"), 1: marked("it is not so")}
"""What they mean where nothing is claimed: of a property, or a scenario of the user's own."""
NOT_CHECKED = marked(
    "Not checked: infinite runs but those of the claims that say what is fair, a server under time, flow control, more"
    " segments in the network or more incarnations than each scope says. --explain CLAIM says what a single claim"
    " leaves open."
)


def bounds(config: AnyConfig) -> dict[str, object]:
    """The fields that bound a run, and those that differ from the defaults; of a server the latter."""
    if isinstance(config, ServerConfig):
        return config.varied()
    numbers, channel = ("seq_bits", "window", "isns_apart"), ("capacity", "duplications")
    shown = (*numbers, *channel, "incarnations", "octets", "retransmissions", "crashes")
    return {name: getattr(config, name) for name in shown} | config.varied()


def summary(rows: Sequence[TaskResult], expected: int, code: int) -> str:
    """One line: whether everything is as claimed, and what the exit status says."""
    unclaimed = code in UNCLAIMED and rows and not any(row.task.expected for row in rows)
    meaning = _((UNCLAIMED if unclaimed else MEANINGS)[code])
    said = _("{sum} Exit status {code}: {meaning}.")
    return said.format(sum=_sum(rows, expected, code), code=code, meaning=meaning)


def _sum(rows: Sequence[TaskResult], expected: int, code: int) -> str:
    contradicted = [_named(r) for r in rows if r.standing == "contradicted"]
    unknown = [_named(r) for r in rows if r.standing == "inconclusive"]
    found = len(rows) - len(unknown)
    if code == 130:
        return counted("Interrupted: {found} of {count} verdict found.",
                       "Interrupted: {found} of {count} verdicts found.", expected, found=found)  # fmt: skip
    if contradicted:
        return _("CONTRADICTED: {claims}.").format(claims=_some(contradicted))
    if unknown or not rows:
        return _("Inconclusive: {claims}.").format(claims=_some(unknown) or _("nothing was checked"))
    if any(row.task.expected for row in rows):
        return counted("Everything is as claimed: {found} verdict.", "Everything is as claimed: {found} verdicts.",
                       expected, found=found)  # fmt: skip
    wrong = [row for row in rows if row.standing == "violated"]
    return f"{_some([f'{row.task.claim.name} {verdict(row)}' for row in wrong or rows])}."


def _named(row: TaskResult) -> str:
    return f"{row.task.claim.name} ({_(row.task.variant)})"


def _some(names: Sequence[str]) -> str:
    """The first few names, and how many more."""
    more = len(names) - MOST
    return _(", ").join(names[:MOST]) + (_(" and {count} more").format(count=more) if more > 0 else "")


def exit_status(rows: Sequence[TaskResult]) -> int:
    """0 as claimed (or holds), 1 contradicted (or violated), 3 inconclusive; 1 outranks 3."""
    outcomes = {row.standing for row in rows}
    return 1 if outcomes & {"contradicted", "violated"} else 3 if not rows or "inconclusive" in outcomes else 0


def as_json(rows: Sequence[TaskResult], command: str, code: int) -> dict[str, Any]:
    """The report for programs, in English."""
    with speaking_in("en"):
        return _as_json(rows, command, code)


def _as_json(rows: Sequence[TaskResult], command: str, code: int) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION,
        "command": command,
        "exit_code": code,
        "tools": tools(),
        "statements": [_statement_json(one, rows) for one in STATEMENTS],
        "claims": [_row_json(row) for row in rows],
        "not_checked": NOT_CHECKED,
    }


def _statement_json(one: Statement, rows: Sequence[TaskResult]) -> dict[str, Any]:
    """What a statement asks, the parts of the answer that these rows make true, and the claims that they are of."""
    about = [row for row in rows if one.number in row.task.claim.settles]
    return {"statement": one.number, "question": one.question, "answer": so(one, rows), "claims": [*by_claim(about)]}


def _row_json(row: TaskResult) -> dict[str, Any]:
    effort = row.effort
    return {
        "claim": row.task.claim.name,
        "variant": row.task.variant,
        "property": row.outcome.name,
        "settles": list(row.task.claim.settles),
        "statement": question(row.task.claim) or None,
        "sentence": sentence(row),
        "config": row.task.config.as_dict(),
        "engine": row.engine,
        "scope": row.outcome.scope,
        "expected": row.task.expected or None,
        "verdict": row.answer.value,
        "outcome": row.standing,
        "why": row.why,
        "states": effort.states,
        "transitions": effort.transitions,
        "depth": effort.depth,
        "complete": effort.complete,
        "digest": effort.digest or None,
        "left_out": list(effort.left_out),
        "collision": effort.collision,
        "seconds": round(effort.seconds, 3),
        "compile_seconds": round(effort.compile_seconds, 3),
        "fairness": row.fairness or None,
        "proof": _proof_json(row.proof) if row.proof else None,
        "trace": row.steps,
        "loop": row.loop,
        "then": row.evidence[0].then or None if row.evidence else None,
        "figure": row.figure or None,
        "tables": [asdict(table) for table in row.tables],
        "counterexamples": [
            {"label": one.label, "trace": one.steps, "loop": one.loop, "figure": one.figure or None}
            for one in row.evidence
            if row.task.claim.several or len(row.evidence) > 1
        ],
        "another": row.another or None,
        "against": [{"label": label, **_beside_json(one)} for label, one in row.besides],
        "bounds_touched": dict(effort.touched),
        "not_checked": row.task.claim.not_checked,
    }


def _beside_json(one: Beside | str) -> dict[str, Any]:
    """The same schedule under another protocol; or why there is none."""
    if isinstance(one, str):
        return {"none": one}
    return {
        "variant": one.name or None,
        "set": one.changes,
        "sentence": one.sentence,
        "first_difference": one.first or None,
        "kept": one.kept,
        "skipped": one.count("skipped"),
        "inserted": one.count("inserted"),
        "rest": one.rest or "reached",
        "steps": one.pairs,
        "trace": one.steps,
        "figure": one.figure or None,
    }


def _proof_json(proof: ProofReport) -> dict[str, Any]:
    return {
        "assumes": list(proof.assumes),
        "obligations": proof.obligations,
        "events": [
            {"event": named(event), "cite": cite, "obligations": count, "failing": list(failing)}
            for event, cite, count, failing in proof.events
        ],
        "failing": [one.name for one in proof.failing],
        "impossible": [cause.name for cause in proof.impossible],
    }


def tools() -> dict[str, str]:
    """Versions of Python and of the packages that the verdicts rest on."""
    found = {"python": platform.python_version()}
    for name in TOOLS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
