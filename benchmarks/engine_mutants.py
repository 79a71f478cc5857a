"""How well are the engines tested? An engine with one thing changed, many times: does a test notice?

    python -m benchmarks.engine_mutants [--sample N] [--only FILE] [--jobs N] [--list] [--measure]

Mutants are derived from the syntax trees of the engines' files (`engine_mutation.derive`), and so many are chosen,
evenly over the engines, by a fixed seed. Each is put into a copy of the project, in a process of its own, and the tests
that execute it are asked, the quick and relevant ones first, as far as the time goes. Only an answer that is found
wrong counts: a crash or an endless loop is told apart. The table and the survivors are printed. (`benchmarks.mutants`
changes the protocol instead.) What tests execute was measured once (`--measure` does it again; it takes minutes).

Limits: Linux and macOS. Exit status: 0 if no mutant survives but those of `engine_mutation.equivalent`, 1 otherwise,
2 unusable input, 70 a test that noticed something fails where nothing is changed, 130 interrupted.
"""

from __future__ import annotations

from model.start import begin

if __name__ == "__main__":
    begin("benchmarks.engine_mutants")

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from time import monotonic

from rich.table import Table

from benchmarks.engine_mutation.derive import Mutant
from benchmarks.engine_mutation.engines import ALL, chosen, engine_of, mutants
from benchmarks.engine_mutation.equivalent import WHY
from benchmarks.engine_mutation.fate import CRASHED, EQUIVALENT, NOTICED, SURVIVED, TIMED_OUT, Asking, Fate
from benchmarks.engine_mutation.measure import MEASURED, load, measure
from benchmarks.machine import describe
from model.machine.interrupt import at_interrupt
from model.machine.screen import console, live_line
from model.machine.workers import processors

RESULTS = Path(__file__).parent / "results" / "engine_mutants.json"
SAMPLE = 84
"""Four of each engine."""
ENDS = (NOTICED, CRASHED, TIMED_OUT, EQUIVALENT, SURVIVED)
WIDTH = 120
DEFECT = 70


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.engine_mutants", description="Who tests the engines?")
    made.add_argument("--only", metavar="FILE", default="", help="mutants whose names contain this, all of them")
    made.add_argument("--sample", metavar="N", type=_count, help=f"so many, evenly over all ({SAMPLE})")
    made.add_argument("--jobs", metavar="N", type=_count, help="processes (default: one for each processor)")
    made.add_argument("--list", action="store_true", help="print the names, and ask nobody")
    made.add_argument("--measure", action="store_true", help="instead: measure again which tests execute what")
    made.add_argument("--json", metavar="FILE", type=Path, help=f"default: {RESULTS.name}, if nothing else is chosen")
    return made


def _count(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 100_000:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 1 to 99999")
    return int(text)


def selected(only: str, sample: int | None) -> list[Mutant]:
    """The mutants that are asked about."""
    listed = {name: [one for one in some if only in one.name] for name, some in mutants().items()}
    count = sample or (sum(map(len, listed.values())) if only else SAMPLE)
    return chosen(listed, count)


def ask(some: Sequence[Mutant], jobs: int, asking: Asking) -> Iterator[Fate]:
    """What becomes of them, as it becomes known; those known to be equivalent are not asked."""
    for one in some:
        if one.name in WHY:
            yield Fate(one.name, engine_of(one.file).name, one.kind, EQUIVALENT, why=WHY[one.name])
    with ThreadPoolExecutor(jobs) as pool:
        for done in as_completed([pool.submit(asking.fate, one) for one in some if one.name not in WHY]):
            yield done.result()


def table(fates: Sequence[Fate]) -> Table:
    """By engine: how many, and what became of them."""
    made = Table("engine", "mutants", *ENDS, title="mutants of the engines, and what became of them")
    for name in (*(one.name for one in ALL if any(fate.engine == one.name for fate in fates)), ""):
        some = [fate for fate in fates if name in ("", fate.engine)]
        ends = Counter(fate.end for fate in some)
        made.add_row(name or "all", str(len(some)), *(str(ends[end]) for end in ENDS))
    return made


def complain(text: str, status: int = 2) -> int:
    """One line for the user; the exit status."""
    print(f"benchmarks.engine_mutants: {text}", file=sys.stderr)
    return status


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    args = parser().parse_args(argv)
    jobs = args.jobs or processors()
    if args.measure:
        measure(jobs, lambda module: print(module, flush=True))
        return 0
    some = selected(args.only, args.sample)
    if not some:
        return complain(f"--only {args.only}: no mutant's name contains that (see --list)")
    if args.list:
        print("\n".join(one.name for one in some))
        return 0
    if not MEASURED.is_file():
        return complain(f"{MEASURED.name} is missing; --measure makes it")
    target = args.json or (RESULTS if not args.only and args.sample is None else None)
    if target is not None and not target.parent.is_dir():
        return complain(f"--json {target}: there is no such folder")
    return run(some, jobs, target)


def run(some: Sequence[Mutant], jobs: int, target: Path | None) -> int:
    """Ask, print and write; returns the exit status."""
    screen, begun, found = console(), monotonic(), list[Fate]()
    if not screen.is_terminal:
        screen.width = WIDTH

    def interrupted() -> None:
        screen.print(table(found))
        asking.remove()

    with Asking(load()) as asking, at_interrupt(interrupted), live_line() as tell:
        for one in ask(some, jobs, asking):
            found.append(one)
            tell(f"{len(found)} of {len(some)}: {one.end}: {one.name}")
        killers = sorted({one.by for one in found if one.end == NOTICED})
        wrong = sorted(set(killers) - asking.passing(killers))
    order = {one.name: at for at, one in enumerate(some)}
    found.sort(key=lambda one: order[one.name])
    screen.print(table(found))
    for one in found:
        if one.end in (SURVIVED, CRASHED, TIMED_OUT):
            screen.print(f"{one.end}: {one.name}", soft_wrap=True)
    seconds = monotonic() - begun
    screen.print(f"{len(found)} mutants in {seconds:.0f} s with {jobs} processes")
    if target is not None:
        said = {"machine": describe(), "jobs": jobs, "seconds": round(seconds), "mutants": [*map(asdict, found)]}
        target.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")
    if wrong:
        return complain(f"{wrong[0]} fails where nothing is changed", DEFECT)
    return 1 if any(one.end == SURVIVED for one in found) else 0


if __name__ == "__main__":
    sys.exit(main())
