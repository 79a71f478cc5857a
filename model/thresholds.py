"""How long TIME-WAIT has to be: `python -m model.thresholds` searches for the smallest safe length and prints a table.

The times are variables that no rule changes, with an initial state for each case, so one search serves a whole table.
A length is safe if the passive closer is never reset although one segment may be lost (claim last-ack-answered).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from model.engines.explicit import explore
from model.engines.verdict import Effort
from model.tcp.config import Config
from properties.configs import LAST_ACK
from properties.time_wait import all_at_once, cases


class OutOfRange(Exception):
    """The searched lengths do not enclose the threshold, or the search was not complete."""


@dataclass(frozen=True)
class Thresholds:
    """The smallest safe TIME-WAIT, by delay bound and retransmission timeout, all in ticks."""

    smallest: dict[tuple[int, int], int]
    effort: Effort


def thresholds(longest: int, restart: bool, capacity: int = 8) -> Thresholds:
    """Search for delay bounds and timeouts up to `longest`. Raises `OutOfRange`."""
    wanted = list(cases(longest))
    found = explore(all_at_once(config(restart, capacity), wanted))
    effort = next(iter(found.values())).effort
    smallest = {}
    for delay, rto in dict.fromkeys(case[:2] for case in wanted):
        safe = {t: found[f"{d} {r} {t}"].answer == "holds" for d, r, t in wanted if (d, r) == (delay, rto)}
        least = min((t for t in safe if all(safe[s] for s in safe if s >= t)), default=None)
        if least is None or least == min(safe) or effort.limit or "channel full" in effort.touched:
            raise OutOfRange(f"delay {delay}, rto {rto}: safe lengths {safe}; {effort}")
        smallest[delay, rto] = least
    return Thresholds(smallest, effort)


def config(restart: bool, capacity: int) -> Config:
    """The configuration of the search; its own times are not used."""
    return LAST_ACK.but(time_wait_restart=restart, capacity=capacity)


def print_table(console: Console, longest: int, restart: bool) -> None:
    """One table: rows are delay bounds, columns retransmission timeouts."""
    found = thresholds(longest, restart)
    ticks = range(1, longest + 1)
    how = "restarted by a retransmitted FIN" if restart else "not restarted (the RFC's letter)"
    table = Table(
        "D \\ RTO",
        *(str(rto) for rto in ticks),
        title=f"Smallest safe TIME-WAIT, {how}",
        title_justify="left",
        min_width=70,
    )
    for delay in ticks:
        table.add_row(str(delay), *(str(found.smallest[delay, rto]) for rto in ticks))
    console.print(table)
    for msl in range(2, longest + 1):
        inside = {at: t for at, t in found.smallest.items() if at[0] < msl and at[1] <= msl}
        worst = max(inside, key=lambda at: inside[at])
        verdict = "suffices" if inside[worst] <= 2 * msl else "is not enough"
        console.print(
            f"MSL={msl}: 2 MSL = {2 * msl} {verdict} for RTO =< MSL, D < MSL: at most {inside[worst]} ticks are needed,"
            f" at D={worst[0]}, RTO={worst[1]}"
        )
    console.print(f"{found.effort.states:,} states, {found.effort.transitions:,} transitions\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Print both tables; returns the exit status: 0, or 3 if a threshold could not be enclosed."""
    parser = argparse.ArgumentParser(prog="python -m model.thresholds", description="The smallest safe TIME-WAIT.")
    parser.add_argument("--longest", type=int, choices=(2, 3, 4), default=3, help="largest MSL, in ticks (default: 3)")
    longest = parser.parse_args(argv).longest
    console = Console(width=110, highlight=False)
    try:
        for restart in (True, False):
            print_table(console, longest, restart)
    except OutOfRange as error:
        print(f"model.thresholds: inconclusive: {error}", file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
