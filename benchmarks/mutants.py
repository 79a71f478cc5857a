"""How strong are the properties? The protocol with one thing changed, many times: who notices?

    python -m benchmarks.mutants [--only TEXT] [--sample N] [--jobs N] [--by-claim]

Of the mutants that `model.mutants` derives from the events every k-th of its kind is taken, and so many that each
event and each case is represented; the real bugs always. Each is put before the killers of `benchmarks.mutation` in
turn. The table and the survivors are printed, and everything is written as JSON.

Exit status: 0 if at least 95 % of those not shown equivalent are noticed (with --by-claim: if each claim refuses
some), 1 otherwise, 2 unusable input, 70 a process
has died, 130 interrupted (what is known until then is printed, and not written).
"""

from __future__ import annotations

from model.start import begin

if __name__ == "__main__":
    begin("benchmarks.mutants")

import argparse
import json
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from dataclasses import asdict
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import TypeVar

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from benchmarks.machine import describe
from benchmarks.mutation.by_claim import asked_alone, refusing
from benchmarks.mutation.changes import as_written
from benchmarks.mutation.fate import EQUIVALENT, KILLERS, SURVIVED, Fate, fate
from model.machine.crew import Crew, Died
from model.machine.interrupt import at_interrupt
from model.machine.screen import console
from model.machine.workers import processors
from model.mutants.derive import mutants
from model.mutants.mutation import Mutant
from model.settings.config import Config

RESULTS = Path(__file__).parent / "results" / "mutants.json"
WANTED = 0.95
ENDS = (*(name for name in KILLERS if name != EQUIVALENT), EQUIVALENT, SURVIVED)
REAL = "literature"
Answer = TypeVar("Answer")
WIDTH = 150
"""Columns of the report, if it goes into a file."""


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description="Who notices a changed protocol?")
    made.add_argument("--only", metavar="TEXT", default="", help="mutants whose names contain TEXT, all of them")
    made.add_argument("--sample", metavar="N", type=_count, help="about N of the others (default: 600; 0: all)")
    made.add_argument("--jobs", metavar="N", type=_count, help="processes (default: one for each processor)")
    made.add_argument(
        "--by-claim", action="store_true", help="instead: which of them each claim refuses alone (15 s for each)"
    )
    made.add_argument("--list", action="store_true", help="print the names, and ask nobody")
    made.add_argument(
        "--json", metavar="FILE", type=Path, default=None, help=f"default: {RESULTS.name} if all are asked"
    )
    return made


def _count(text: str) -> int:
    if not text.isdecimal() or len(text) > 5:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 0 to 99999")
    return int(text)


@cache
def all_mutants() -> Sequence[Mutant]:
    """All mutants of RFC 9293 as it is written."""
    return tuple(mutants(as_written(Config(seq_bits=32))))


def sample(listed: Sequence[Mutant], about: int, everywhere: bool = True) -> list[Mutant]:
    """About so many: of each kind every k-th, k the same for all; all real bugs; everywhere: one of each place, too."""
    mechanical = [one for one in listed if one.kind != REAL]
    step = max(1.0, len(mechanical) / about) if about else 1.0
    chosen, kinds = set[str](), dict[str, list[Mutant]]()
    for one in mechanical:
        kinds.setdefault(one.kind, []).append(one)
    for some in kinds.values():
        chosen |= {some[int((at + 0.5) * step)].name for at in range(int(len(some) / step))}
    places = {one.where for one in mechanical if one.name in chosen}
    for one in mechanical if everywhere else ():
        if one.where not in places:
            places.add(one.where)
            chosen.add(one.name)
    return [one for one in listed if one.kind == REAL or one.name in chosen]


def ask(chosen: Sequence[Mutant], jobs: int, screen: Console) -> Iterator[Fate]:
    """What becomes of them, as it becomes known."""
    kinds = {one.name: one.kind for one in chosen}
    for _, found in each(fate, [*kinds], jobs, screen, kinds.values()):
        yield found


def each(
    function: Callable[..., Answer], names: Sequence[str], jobs: int, screen: Console, *more: Iterable[str]
) -> Iterator[tuple[str, Answer]]:
    """The name of each mutant, and what a function of it and of more returns, as it becomes known."""
    columns = SpinnerColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}", markup=False)
    with (
        TemporaryDirectory() as os.environ["TCP_MODEL_CACHE"],  # The machine code of mutants is not kept.
        Crew(jobs) as crew,
        Progress(*columns, console=screen, transient=True) as progress,
    ):
        bar = progress.add_task("", total=len(names))
        asked = {crew.submit(function, *given): given[0] for given in zip(names, *more, strict=True)}
        for one in as_completed(asked):
            found = one.result()
            progress.update(bar, advance=1, description=asked[one][:70])
            yield asked[one], found


def table(fates: Sequence[Fate]) -> Table:
    """By kind: how many, and what became of them."""
    used = [end for end in ENDS if any(one.end == end for one in fates)]
    made = Table("kind", "mutants", *used, "noticed", title="mutants by kind, and what noticed them first")
    for kind in (*dict.fromkeys(one.kind for one in fates), ""):
        some = [one for one in fates if kind in ("", one.kind)]
        ends = Counter(one.end for one in some)
        made.add_row(kind or "all", str(len(some)), *(str(ends[end]) for end in used), f"{100 * noticed(some):.1f} %")
    return made


def noticed(fates: Sequence[Fate]) -> float:
    """The share that was noticed of those not shown equivalent."""
    ends = Counter(one.end for one in fates)
    different = len(fates) - ends[EQUIVALENT]
    return (different - ends[SURVIVED]) / different if different else 1.0


def report(fates: Sequence[Fate], seconds: float, jobs: int, of: int) -> dict[str, object]:
    """Everything, as JSON can hold it."""
    counts = Counter(one.end for one in fates)
    return {
        "machine": describe(),
        "jobs": jobs,
        "seconds": round(seconds),
        "derived": of,
        "asked": len(fates),
        "ends": {end: counts[end] for end in ENDS},
        "noticed": round(noticed(fates), 4),
        "by": dict(
            Counter(f"{one.end}: {_group(one)}" for one in fates if one.end not in (EQUIVALENT, SURVIVED)).most_common()
        ),
        "mutants": [asdict(one) | {"seconds": round(one.seconds, 1)} for one in fates],
    }


def _group(one: Fate) -> str:
    return one.by.split(": ", maxsplit=1)[0]


def complain(text: str, status: int = 2) -> int:
    """One line for the user; the exit status."""
    print(f"benchmarks.mutants: {text}", file=sys.stderr)
    return status


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    args = parser().parse_args(argv)
    if args.jobs == 0:
        return complain("--jobs 0: at least one process")
    target = args.json or (None if args.only or args.sample is not None else RESULTS)
    if target is not None and not target.parent.is_dir():
        return complain(f"--json {target}: there is no such folder")
    listed = all_mutants()
    chosen = [one for one in listed if args.only in one.name]
    if not chosen:
        return complain(f"--only {args.only}: no mutant's name contains that (see --list)")
    if not args.only or args.sample is not None:
        chosen = sample(chosen, 600 if args.sample is None else args.sample, everywhere=not args.by_claim)
    if args.list:
        print("\n".join(one.name for one in chosen))
        return 0
    if args.by_claim:
        without = by_claim(chosen, args.jobs or processors(), args.json)
        return 1 if without and not args.only else 0
    return run(chosen, args.jobs or processors(), target, len(listed))


def by_claim(chosen: Sequence[Mutant], jobs: int, target: Path | None) -> int:
    """Print what each claim refuses alone, and write it; returns how many refuse nothing."""
    screen, begun = console(), monotonic()
    if not screen.is_terminal:
        screen.width = WIDTH
    refused: dict[str, dict[str, str]] = {name: {} for name in asked_alone()}
    with at_interrupt(lambda: screen.print(claim_table(refused, len(chosen)))):
        for mutant, found in each(refusing, [one.name for one in chosen], jobs, screen):
            for claim, how in found.items():
                refused[claim][mutant] = how
    order = {one.name: at for at, one in enumerate(chosen)}
    refused = {claim: dict(sorted(mine.items(), key=lambda one: order[one[0]])) for claim, mine in refused.items()}
    screen.print(claim_table(refused, len(chosen)))
    seconds = monotonic() - begun
    screen.print(f"{len(chosen)} mutants in {seconds:.0f} s with {jobs} processes")
    if target is not None:
        about = {"machine": describe(), "jobs": jobs, "seconds": round(seconds), "asked": len(chosen)}
        target.write_text(json.dumps({**about, "refused": refused}, indent=1) + "\n", encoding="utf-8")
    return list(refused.values()).count({})


def claim_table(refused: Mapping[str, Mapping[str, str]], count: int) -> Table:
    """A line for each claim."""
    made = Table("claim", "refused", "such as", "by", title=f"what each claim refuses alone, of {count} mutants")
    for claim, mine in refused.items():
        made.add_row(claim, str(len(mine)), *next(iter(mine.items()), ("-", "")))
    return made


def run(chosen: Sequence[Mutant], jobs: int, target: Path | None, of: int) -> int:
    """Ask, print and write; returns the exit status."""
    screen, begun, found = console(), monotonic(), list[Fate]()
    if not screen.is_terminal:
        screen.width = WIDTH
    try:
        with at_interrupt(lambda: screen.print(table(found))):
            for one in ask(chosen, jobs, screen):
                found.append(one)
    except Died as death:
        return complain(str(death), 70)
    order = {one.name: at for at, one in enumerate(chosen)}
    found.sort(key=lambda one: order[one.name])
    screen.print(table(found))
    for one in _survivors(found):
        screen.print(f"survived: {one.name}", soft_wrap=True)
    seconds = monotonic() - begun
    screen.print(f"{len(found)} of {of} mutants in {seconds:.0f} s with {jobs} processes")
    if target is not None:
        target.write_text(json.dumps(report(found, seconds, jobs, of), indent=1) + "\n", encoding="utf-8")
    return 0 if noticed(found) >= WANTED else 1


def _survivors(fates: Iterable[Fate]) -> list[Fate]:
    return [one for one in fates if one.end == SURVIVED]


if __name__ == "__main__":
    sys.exit(main())
