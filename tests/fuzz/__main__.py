"""The command line of the fuzzer: `python -m tests.fuzz [--seconds S] [--seed N] [READER ...]`.

Exit status: 0 nothing was found, 1 something was: each kind of fault once, made small, in the folder `--out`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import perf_counter

from tests.fuzz.minimise import minimised
from tests.fuzz.outcome import Input, Outcome
from tests.fuzz.readers import READERS, Reader
from tests.fuzz.worker import Worker

MINIMISING = 30.0
"""Seconds for each kind of fault."""


@dataclass
class Tally:
    """What came of one reader's inputs. faults: a line for each kind."""

    tried: int = 0
    passed: int = 0
    slowest: float = 0.0
    faults: dict[str, str] = field(default_factory=dict)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m tests.fuzz", description="Read altered inputs: what goes wrong?")
    made.add_argument("readers", metavar="READER", nargs="*", help=f"of {', '.join(READERS)} (default: all)")
    made.add_argument("--seconds", type=float, default=60, help="in all (default: 60)")
    made.add_argument("--seed", type=int, default=0, help="which inputs (default: 0)")
    made.add_argument("--out", type=Path, default=Path("out/fuzz"), help="where inputs that fail go")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    made = parser()
    args = made.parse_args(argv)
    if unknown := set(args.readers) - set(READERS):
        made.error(f"no such reader: {', '.join(sorted(unknown))}")
    chosen = [READERS[name] for name in args.readers or READERS]
    print(f"{'reader':14}{'tried':>9}{'passed':>9}{'share':>7}{'slowest':>9}  faults")
    found = [fuzz(reader, args.seconds / len(chosen), args.seed, args.out) for reader in chosen]
    tried, passed = sum(one.tried for one in found), sum(one.passed for one in found)
    print(f"{'all':14}{tried:9,}{passed:9,}{share(passed, tried):>7}")
    return 1 if any(one.faults for one in found) else 0


def fuzz(reader: Reader, seconds: float, seed: int, out: Path) -> Tally:
    """Give one reader inputs for so long; what it prints is a line, and one for each kind of fault."""
    tally, random, make = Tally(), Random(f"{seed} {reader.name}"), reader.prepare()
    with Worker(reader.command, reader.seconds) as worker:
        worker.read(make(random))  # What is built once is built here.
        begun = perf_counter()
        while perf_counter() < begun + seconds or not tally.tried:
            given = make(random)
            before = perf_counter()
            outcome = worker.read(given)
            tally.slowest = max(tally.slowest, perf_counter() - before)
            tally.tried += 1
            tally.passed += outcome.passed
            if outcome.fault and outcome.kind not in tally.faults:
                tally.faults[outcome.kind] = save(reader, given, outcome, worker, out / f"{reader.name}-{tally.tried}")
                begun += perf_counter() - before
    counts = f"{tally.tried:9,}{tally.passed:9,}{share(tally.passed, tally.tried):>7}{tally.slowest:7.1f} s"
    print(f"{reader.name:14}{counts}  {len(tally.faults) or 'none'}", flush=True)
    for line in tally.faults.values():
        print(f"    {line}", flush=True)
    return tally


def save(reader: Reader, given: Input, outcome: Outcome, worker: Worker, folder: Path) -> str:
    """Make an input that fails small, write it into a folder, and say in a line what is wrong with it."""
    small = minimised(given, lambda one: worker.read(one).kind == outcome.kind, MINIMISING)
    for name, content in small.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    folder.mkdir(parents=True, exist_ok=True)
    about = {"reader": reader.name, "arguments": small.arguments, "encoding": small.encoding}
    told = {"fault": outcome.fault, "raised": outcome.raised, "err": outcome.err}
    (folder / "about.json").write_text(json.dumps({**about, **told}, indent=1))
    return f"{outcome.fault!a}: {folder}"


def share(part: int, whole: int) -> str:
    """In percent."""
    return f"{100 * part / whole:.0f} %" if whole else "-"


if __name__ == "__main__":
    sys.exit(main())
