"""The command line: `python -m docs.write [--check]`.

Without --check the written sections of README.md and docs/*.md are brought up to date. Exit status: 0 they are; 1 with
--check: a document differs from what would be written; each one that does is named.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from docs import lemmas, lists, measured, rules, studies, verdicts
from docs.markdown import Sections, filled
from model.machine.printing import Mistake, complain
from model.words.language import speaking_in

ROOT = Path(__file__).parent.parent
SECTIONS: Sections = {
    name: cache(write)
    for module in (verdicts, lemmas, rules, studies, measured, lists)
    for name, write in module.SECTIONS.items()
}


def documents() -> list[Path]:
    """README.md and the essays."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def outdated() -> Iterator[tuple[Path, str]]:
    """The documents that differ from what would be written, with that."""
    for path in documents():
        old = path.read_text(encoding="utf-8")
        new = filled(old, SECTIONS)
        if new != old:
            yield path, new


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m docs.write", description="Write what documents say from results.")
    made.add_argument("--check", action="store_true", help="write nothing; name the documents that differ")
    return made


def main(argv: list[str] | None = None) -> int:
    """Write or check the documents; returns the exit status."""
    check = parser().parse_args(argv).check
    try:
        with speaking_in("en"):
            found = list(outdated())
    except Mistake as error:
        return complain(str(error), 2, "docs.write")
    for path, new in found:
        if not check:
            path.write_text(new, encoding="utf-8")
        print(f"{path.relative_to(ROOT)} {'differs from what python -m docs.write writes' if check else 'is written'}")
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main())
