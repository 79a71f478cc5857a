"""How fast it is found out who knows what, against the slow twin: `python -m benchmarks.knowledge`.

Seconds are of the answers alone, over states that are stored already: all levels of `properties.knowledge.LEVELS` and
common knowledge. The twin takes the smaller configurations. Its answers have to be identical, or the exit status is 1.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter

from benchmarks.machine import describe
from model.core.knowledge import Formula
from model.engines.epistemic import twin
from model.engines.epistemic.knowledge import LocalStates
from model.network.bounded import Network
from model.network.ghosts.syns import SYNS
from properties.configs import KNOWING_WITH_TEXT
from properties.knowledge import levels_of_first

RESULTS = Path(__file__).parent / "results"
CONFIGS = (
    KNOWING_WITH_TEXT,
    KNOWING_WITH_TEXT.but(capacity=3),
    KNOWING_WITH_TEXT.but(octets=2),
    KNOWING_WITH_TEXT.but(octets=2, closes="both"),
)
MOST = 100_000
"""The most states that the twin is asked about."""


@dataclass(frozen=True)
class Answered:
    """One configuration. twin: its seconds, if it was asked; search: seconds of the search before."""

    states: int
    formulas: int
    search: float
    seconds: float
    twin: float | None
    same: bool


def measure(number: int) -> Answered:
    """Both on one configuration."""
    network = Network(CONFIGS[number], ghosts=(SYNS,))
    asked = levels_of_first(network)
    found = LocalStates(network.system(), network.local_states, asked)
    begun = perf_counter()
    assert found.run() == ""
    searched = perf_counter()
    values = [found.holds(formula).tolist() for formula in asked]
    answered = perf_counter()
    took = searched - begun, answered - searched
    if len(found.states) > MOST:
        return Answered(len(found.states), len(asked), *took, None, same=True)
    slow, seconds = by_twin(found, asked)
    return Answered(len(found.states), len(asked), *took, seconds, same=slow == values)


def by_twin(found: LocalStates, asked: Sequence[Formula]) -> tuple[list[list[bool]], float]:
    """The twin's answers over the same states, and the seconds that they took."""
    states = [found.search.state(at) for at in range(len(found.states))]
    begun = perf_counter()
    values = [twin.holds(states, found.views, formula) for formula in asked]
    return values, perf_counter() - begun


def line(one: Answered) -> str:
    """A line of the table."""
    ratio = "" if one.twin is None else f"{one.twin:.2f} s by the twin: {one.twin / one.seconds:,.0f} times as long"
    return f"{one.states:>11,} states, {one.formulas} formulas: {one.seconds:.2f} s  {ratio}"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.knowledge", description="How fast knowledge is.")
    made.add_argument(
        "--largest", type=int, default=len(CONFIGS), metavar="N", help="only the N smallest configurations"
    )
    made.add_argument("--out", type=Path, default=RESULTS, help="where the results go (default: benchmarks/results)")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print and write; returns the exit status."""
    args = parser().parse_args(argv)
    found = []
    for number in range(args.largest):
        found.append(measure(number))
        print(line(found[-1]), flush=True)
    args.out.mkdir(parents=True, exist_ok=True)
    report = {"machine": describe(), "measured": [asdict(one) for one in found]}
    (args.out / "knowledge.json").write_text(json.dumps(report, indent=1) + "\n")
    return 0 if all(one.same for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
