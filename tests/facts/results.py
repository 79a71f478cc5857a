"""The rows of a full run as facts, and what has become of them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

FILE = Path(__file__).parent / "results.json"
ROOT = Path(__file__).parent.parent.parent
SAME = ("engine", "scope", "expected", "verdict", "states", "transitions", "depth", "complete", "digest")
PROMOTE = "if this is meant: python -m tests.facts --promote (or --texts --promote)"
Facts = dict[str, dict[str, Any]]
"""By claim and variant."""


def full_run() -> dict[str, Any]:
    """The report of a run of everything; raises `CalledProcessError` if not all is as claimed."""
    with TemporaryDirectory() as place:
        report = Path(place) / "report.json"
        command = [sys.executable, "-m", "model.check", "--out", place, "--json", str(report)]
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        found: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))
        return found


def facts_of(report: Mapping[str, Any]) -> Facts:
    """The facts of each row."""
    return {f"{row['claim']}, {row['variant']}": _facts(row) for row in report["claims"]}


def _facts(row: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: row[name] for name in SAME}
    found["steps"] = None if row["trace"] is None else len(row["trace"])
    found["loop"] = None if row["loop"] is None else len(row["loop"])
    found["runs"] = [[len(one["trace"]), len(one["loop"] or ())] for one in row["counterexamples"]]
    found["touched"] = row["bounds_touched"]
    found["tables"] = [table["rows"] for table in row["tables"]]
    if row["proof"]:
        found |= {name: row["proof"][name] for name in ("obligations", "failing", "impossible", "assumes")}
        found["events"] = {one["event"]: one["obligations"] for one in row["proof"]["events"]}
    return {name: value for name, value in found.items() if value not in (None, [], {}, "", ())}


def frozen() -> Facts:
    """The facts as they are kept."""
    found: Facts = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def differences(old: Facts, new: Facts) -> Iterator[str]:
    """Each difference in a line."""
    for name in old:
        if name not in new:
            yield f"{name}: is gone"
    for name, row in new.items():
        if name not in old:
            yield f"{name}: is new"
            continue
        for field in dict.fromkeys((*old[name], *row)):
            was, now = old[name].get(field), row.get(field)
            if was != now:
                yield f"{name}: {field} was {_short(was)}, is {_short(now)}"


def _short(value: object) -> str:
    text = json.dumps(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def written(facts: Facts) -> str:
    """The file: a line for each field that is short, so that a change is seen in a comparison of files."""
    return json.dumps(facts, indent=1) + "\n"


def report_on(lines: Sequence[str], count: int) -> str:
    """All differences, and how many."""
    said = "nothing has changed" if not lines else f"{len(lines)} differences"
    return "\n".join([*lines, f"{count} rows: {said}"])
