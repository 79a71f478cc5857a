"""From the frozen facts: the tables of the studies."""

from __future__ import annotations

from collections.abc import Sequence

from docs.facts import length, row
from docs.markdown import Sections, table
from properties.claims import find

LONG = "no ABORT, reset or give-up"
"""What a study calls an ending in order."""


def tables(claim: str, variant: str) -> list[Sequence[Sequence[str]]]:
    """The tables of a study's row."""
    found = find(claim)
    assert found is not None, claim
    listed: list[Sequence[Sequence[str]]] = row(found, variant)["tables"]
    return listed


def time_wait(variant: str) -> str:
    """The smallest safe TIME-WAIT in ticks, by delay bound and retransmission timeout; and what that says of 2 MSL."""
    lengths, enough = tables("time-wait-threshold", variant)
    timeouts = [f"RTO = {at}" for at in range(1, len(lengths[0]))]
    header = ("MSL", "2 MSL", "needed for RTO =< MSL, D < MSL", "so 2 MSL", "needed if D = MSL")
    return f"{table(('', *timeouts), lengths)}\n\n{table(header, enough)}"


def old_segments() -> str:
    """The sets of assumptions at the edge, for each length of the quiet time."""
    claim = find("sufficient-assumptions")
    assert claim is not None
    header = ("Set", "Assumptions", "An old segment is accepted in")
    parts = []
    for cell in claim.cells:
        sets, _ = tables(claim.name, cell.variant)
        said = [
            (kind, which.replace(LONG, "in order"), f"{steps} steps" if steps else "never")
            for kind, which, steps in sets
        ]
        parts.append(f"With a {cell.variant}:\n\n{table(header, said)}")
    return "\n\n".join(parts)


def quiet() -> str:
    """The smallest TIME-WAIT and quiet time that keep old segments out, in ticks."""
    claim = find("sufficient-assumptions")
    assert claim is not None
    config, (_, ticks) = claim.cells[0].config, tables(claim.name, claim.cells[0].variant)
    times = ", ".join(f"{name} = {getattr(config, field)}" for name, field in NAMES.items())
    return table(("Smallest", f"ticks, with {times}"), ticks)


NAMES = {"MSL": "msl", "D": "delay", "RTO": "rto"}


def needless() -> str:
    """How often a FIN that has arrived is sent again, by the application's delay in ticks."""
    rows = [(variant, *tables("needless-retransmissions", variant)[0][0][1:]) for variant in ("four-way", "merged")]
    return table(("The application closes within", *map(str, range(len(rows[0]) - 1))), rows)


def knowledge() -> str:
    """Who knows that who knows: a row for each variant, a column for each formula."""
    claim = find("segments-buy-knowledge")
    assert claim is not None
    found = {cell.variant: tables(claim.name, cell.variant)[0] for cell in claim.cells}
    header = ("", *(formula for formula, _ in next(iter(found.values()))))
    return table(header, [(variant, *(share for _, share in rows)) for variant, rows in found.items()])


def two_generals() -> str:
    """Where there is common knowledge."""
    claim = find("two-generals")
    assert claim is not None
    found = {cell.variant: row(claim, cell.variant) for cell in claim.cells}
    attained = {variant: f"after {length(one)} steps" for variant, one in found.items() if one["verdict"] != "holds"}
    return table(("Variant", "Common knowledge"), [(variant, attained.get(variant, "nowhere")) for variant in found])


SECTIONS: Sections = {
    "knowledge": knowledge,
    "two-generals": two_generals,
    "time-wait": lambda: time_wait("restarted"),
    "time-wait-letter": lambda: time_wait("not restarted"),
    "time-wait-text": lambda: time_wait("restarted, text before the FIN"),
    "old-segments": old_segments,
    "quiet-time": quiet,
    "needless": needless,
}
