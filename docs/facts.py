"""The frozen facts of a full run, by claim and variant; and how one says them."""

from __future__ import annotations

from functools import cache
from typing import Any

from model.machine.printing import Mistake
from properties.claim import Cell, Claim, Expected, Proof
from tests.facts.results import Facts, frozen

Row = dict[str, Any]
GOOD: dict[Expected, tuple[str, ...]] = {"holds": ("holds", "reachable"), "fails": ("violated", "unreachable")}
"""The verdicts that make a claim's variant as claimed."""


@cache
def facts() -> Facts:
    """All rows."""
    return frozen()


def row(claim: Claim, variant: str) -> Row:
    """One row; raises `Mistake` if there is none, and `ValueError` if its verdict is not what the claim says."""
    found = facts().get(f"{claim.name}, {variant}")
    if found is None:
        raise Mistake(f"tests/facts has no '{claim.name}, {variant}': first run python -m tests.facts --promote")
    if found["verdict"] not in GOOD[found["expected"]]:
        raise ValueError(f"{claim.name}, {variant}: {found['verdict']}, where {found['expected']} is claimed")
    return found


def variants(claim: Claim, expected: Expected) -> list[Cell]:
    """The variants that are searched or replayed and must hold, or must fail."""
    return [cell for cell in claim.cells if cell.expected == expected]


def proofs(claim: Claim, expected: Expected) -> list[Proof]:
    """The proofs that must go through, or must fail."""
    return [proof for proof in claim.proofs if proof.expected == expected]


def every_variant(claim: Claim) -> list[Cell | Proof]:
    """All variants of a claim, proofs last."""
    return [*claim.cells, *claim.proofs]


def length(found: Row) -> str:
    """How long a run is: "4", "4, then 3 for ever"; empty if there is none."""
    if "steps" not in found:
        return ""
    loop = f", then {found['loop'] or 'nothing'} for ever" if "loop" in found else ""
    return f"{found['steps']}{loop}"


def failing(claim: Claim, cell: Cell) -> str:
    """A variant that must fail, with its shortest run in steps."""
    found = row(claim, cell.variant)
    unreachable = "not a run" if claim.scenario else "unreachable"
    return f"{cell.variant} ({unreachable if found['verdict'] == 'unreachable' else length(found)})"


def number(count: int) -> str:
    """With commas."""
    return f"{count:,}"
