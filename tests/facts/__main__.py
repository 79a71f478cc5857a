"""The command line: `python -m tests.facts [--promote] [--report FILE] [--texts | --results]`.

Exit status: 0 nothing has changed, or what has is promoted; 1 something has changed; 2 a command ends in an internal
error, which is never promoted.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from model.machine.printing import Mistake, complain, say
from tests.facts import results, texts


def main() -> int:
    """Compare or promote; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.facts", description=__doc__)
    parser.add_argument("--promote", action="store_true", help="keep what is found now")
    parser.add_argument("--report", metavar="FILE", type=Path, help="of a run (model.check --json FILE), of which"
                        " only the claims are looked at; default: run everything")  # fmt: skip
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--texts", action="store_true", help="the texts only")
    part.add_argument("--results", action="store_true", help="the results only")
    args = parser.parse_args()
    try:
        changed = 0 if args.results else changed_texts(args.promote)
    except Mistake as error:
        return complain(str(error), 2, "tests.facts")
    if not args.texts:
        changed += changed_results(args.report, args.promote)
    return 1 if changed and not args.promote else 0


def changed_results(report: Path | None, promote: bool) -> int:
    """Print how many rows have changed, and each difference; returns the number."""
    found = results.facts_of(json.loads(report.read_text(encoding="utf-8")) if report else results.full_run())
    old = results.frozen() if results.FILE.exists() else {}
    if report:  # Of the other claims nothing is known.
        claims = {name.split(", ")[0] for name in found}
        found = {name: row for name, row in old.items() if name.split(", ")[0] not in claims} | found
    lines = list(results.differences(old, found))
    say(results.report_on(lines, len(found)))
    if promote:
        results.FILE.write_text(results.written(found), encoding="utf-8")
    return len(lines)


def changed_texts(promote: bool) -> int:
    """Print which texts have changed; returns their number. Raises `Mistake` for a command that is broken."""
    changed = 0
    for path in sorted(texts.FOLDER.glob("*.txt")):
        old = path.read_text(encoding="utf-8")
        said = [texts.said(one.command) for one in texts.read(old)]
        if broken := next((one for one in said if one.broken), None):
            raise Mistake(f"{path.name}: {broken.command!r} ends in an internal error, which is no fact")
        new = texts.written(said)
        if new != old:
            changed += 1
            say(f"{path.name} has changed")
            if promote:
                path.write_text(new, encoding="utf-8")
    return changed


if __name__ == "__main__":
    sys.exit(main())
