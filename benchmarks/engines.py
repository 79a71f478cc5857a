"""Our engines beside SPIN and TLC, on the same configurations and in one run: `python -m benchmarks.engines`.

Each search has a process of its own and nothing runs beside it. Seconds are of the search alone, without making the
code, which is a column of its own; TLC's are of its whole process. SPIN runs the exported model in all its modes; the
form *functions* is what one would write by hand, *table* is faster (see `model.export.promela`). TLC runs the small
configurations. All counts have to be identical, or the exit status is 1.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.machine import describe
from benchmarks.plot import plot
from benchmarks.process import Failed, run
from benchmarks.scales import SCALES, Scale
from benchmarks.spin import MODES, Mode, Model, missing
from benchmarks.tlc import missing as tlc_missing
from benchmarks.tlc import search
from model.export.promela import Form
from model.machine.workers import processors

RESULTS = Path(__file__).parent / "results"
STACK = 5_000_000
SHORTEST = 0.05
"""No ratio is shown of a time below."""
COLUMNS = "{:46} {:>7} {:>11} {:>13} {:>9} {:>9} {:>8} {:>7} {:>8} {:>7}"


@dataclass(frozen=True)
class Measured:
    """One search of one configuration."""

    scale: str
    tool: str
    workers: int
    states: int
    transitions: int
    seconds: float
    processor_seconds: float
    compile_seconds: float
    peak_bytes: int


def ours(number: int, engine: str, workers: int) -> Measured:
    """One of our engines."""
    done = run([sys.executable, "-m", "benchmarks.ours", str(number), engine, str(workers)])
    found = json.loads(done.output.splitlines()[-1])
    if not found["complete"]:
        raise Failed("our search is not complete")
    tool = "slow twin" if engine == "twin" else "explicit"
    counts = found["states"], found["transitions"]
    times = found["seconds"], done.processor_seconds, found["compile_seconds"]
    return Measured(SCALES[number].name, tool, workers, *counts, *times, found["peak_bytes"])


def spin(scale: Scale, model: Model, mode: Mode, states: int, megabytes: int) -> Measured:
    """SPIN, with a hash table of twice as many entries as there are states."""
    bits = max(20, states.bit_length() + 1)
    found = model.search(mode, table_bits=bits, depth=min(STACK, states + 2), megabytes=megabytes)
    if found.errors or not found.complete:
        raise Failed(f"SPIN, {mode.name}: {found.errors} errors, complete: {found.complete}")
    times = found.seconds, found.processor_seconds, found.compile_seconds
    tool = f"SPIN, {mode.name} ({model.form})"
    return Measured(scale.name, tool, mode.workers, found.states, found.transitions, *times, found.peak_bytes)


def measure(number: int, directory: Path, megabytes: int, by_hand: bool) -> Iterator[Measured]:
    """Every tool on one configuration."""
    scale, count = SCALES[number], processors()
    if scale.huge:
        yield ours(number, "explicit", count)
        return
    first = ours(number, "explicit", 1)
    yield first
    if count > 1:
        yield ours(number, "explicit", count)
    if scale.toy:
        yield ours(number, "twin", 1)
    system = scale.system()
    if scale.small and not tlc_missing():
        done = search(system, directory / f"{number}-tlc", system.properties, count)
        times = done.seconds, done.processor_seconds, 0.0
        yield Measured(scale.name, "TLC", count, done.states, done.transitions, *times, done.peak_bytes)
    if missing():
        return
    forms: dict[Form, Sequence[Mode]] = {"table": MODES, **({"functions": MODES} if by_hand else {})}
    for form, modes in forms.items():
        model = Model(system, directory / f"{number}-{form}", system.properties, form)
        for mode in modes:
            yield spin(scale, model, mode, first.states, megabytes)


def row(one: Measured, all_of_scale: Sequence[Measured]) -> str:
    """A line of the table; the ratio is to our engine with as many workers, or with one."""
    mine = [m for m in all_of_scale if m.tool == "explicit"]
    base = next((m for m in mine if m.workers == one.workers), mine[0])
    short = min(one.seconds, base.seconds) < SHORTEST
    return COLUMNS.format(
        one.tool,
        one.workers,
        f"{one.states:,}",
        f"{one.transitions:,}",
        f"{one.seconds:.2f}",
        f"{one.processor_seconds:.2f}",
        f"{one.compile_seconds:.1f}",
        "-" if one.seconds < SHORTEST else f"{one.transitions / one.seconds / 1e6:.2f}",
        f"{one.peak_bytes / 1e6:,.0f}",
        "-" if short else f"{one.seconds / base.seconds:.1f}",
    )


HEAD = COLUMNS.format("", "workers", "states", "transitions", "seconds", "cpu s", "compile", "M tr/s", "MB", "ratio")


def summary(found: Sequence[Measured]) -> list[str]:
    """For the largest configurations that they searched: our engine against TLC and against SPIN's best modes."""
    return [*_with_tlc(found), *_with_spin(found)]


def _with_tlc(found: Sequence[Measured]) -> list[str]:
    largest = max((m for m in found if m.tool == "TLC"), key=lambda m: m.states, default=None)
    if largest is None:
        return []
    here = [m for m in found if m.scale == largest.scale and m.tool == "explicit"]
    return [_against(one, largest) for one in here if one.workers == largest.workers]


def _with_spin(found: Sequence[Measured]) -> list[str]:
    compared = {m.scale for m in found if m.tool.startswith("SPIN")}
    largest = max((m for m in found if m.scale in compared), key=lambda m: m.states, default=None)
    if largest is None:
        return []
    here = [m for m in found if m.scale == largest.scale]
    single = [m for m in here if m.tool.startswith("SPIN") and m.workers == 1]
    multi = [m for m in here if m.tool.startswith("SPIN") and m.workers > 1]
    lines = []
    for form in ("table", "functions"):
        rivals = [m for m in single if m.tool.endswith(f"({form})")]
        if rivals:
            best = min(rivals, key=lambda m: m.seconds)
            lines += [_against(one, best) for one in here if one.tool == "explicit"]
    if multi:
        best = min(multi, key=lambda m: m.seconds)
        lines += [_against(one, best) for one in here if one.tool == "explicit" and one.workers > 1]
    return lines


def _against(one: Measured, rival: Measured) -> str:
    workers = f"{one.workers} worker{'s' if one.workers > 1 else ''}"
    return f"{one.states:,} states: {workers}, {rival.seconds / one.seconds:.1f} times as fast as {rival.tool}"


def disagreement(found: Sequence[Measured]) -> list[str]:
    """Configurations whose counts are not all identical."""
    counts: dict[str, set[tuple[int, int]]] = {}
    for one in found:
        counts.setdefault(one.scale, set()).add((one.states, one.transitions))
    return [scale for scale, pairs in counts.items() if len(pairs) > 1]


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.engines", description="Our engines beside SPIN and TLC.")
    add = made.add_argument
    add("--largest", type=int, default=len(SCALES), metavar="N", help="only the N smallest configurations")
    add("--only", type=int, metavar="N", help="only configuration number N (1 is the smallest)")
    add("--by-hand", action="store_true", help="also SPIN with a guard and an update function for each firing")
    add("--megabytes", type=int, default=12_000, help="the most memory that SPIN may take (default: 12000)")
    add("--out", type=Path, default=RESULTS, help="where the results go (default: benchmarks/results)")
    return made


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments; what does not fit ends the program."""
    args = parser().parse_args(argv)
    if not all(1 <= number <= len(SCALES) for number in (args.largest, args.only or 1)) or args.only == 0:
        parser().error(f"there are configurations 1 to {len(SCALES)}")
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print and write; returns the exit status."""
    args = arguments(argv)
    numbers = range(args.largest) if args.only is None else [args.only - 1]
    lines = [f"{name}: {value}" for name, value in describe().items()]
    lines += [f"{tool} is left out; {why}" for tool, why in (("SPIN", missing()), ("TLC", tlc_missing())) if why]
    print("\n".join(lines))
    found: list[Measured] = []
    with tempfile.TemporaryDirectory() as directory:
        for number in numbers:
            lines += ["", SCALES[number].name, HEAD]
            print("\n".join(lines[-3:]))
            here: list[Measured] = []
            for one in measure(number, Path(directory), args.megabytes, args.by_hand):
                here.append(one)
                lines.append(row(one, here))
                print(lines[-1], flush=True)
            found += here
    wrong = [f"counts differ: {scale}" for scale in disagreement(found)]
    last = ["", *summary(found), *(wrong or ["all counts are identical"])]
    print("\n".join(last))
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "engines.txt").write_text("\n".join([*lines, *last]) + "\n")
    report = {"machine": describe(), "measured": [asdict(one) for one in found]}
    (args.out / "engines.json").write_text(json.dumps(report, indent=1) + "\n")
    series = [
        (m.tool + (f", workers: {m.workers}" if m.tool == "explicit" else ""), m.states, m.seconds) for m in found
    ]
    plot(series, args.out / "engines.svg")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
