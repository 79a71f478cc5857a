"""What a claim is: a property, configurations where it must hold and where it must fail, and a vacuity witness."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from model.network.bounded import Network
from model.system import Property
from model.tcp.config import Config

Expected = Literal["holds", "fails"]
MakeProperty = Callable[[Network], Property]


@dataclass(frozen=True)
class Cell:
    """One row of a claim: under this variant the property must hold, or must fail (if *reachable*: be unreachable)."""

    variant: str
    config: Config
    expected: Expected


@dataclass(frozen=True)
class Claim:
    """A statement that the checker settles.

    settles: the statements S1 to S9 of the explainer that it belongs to. sentence: what is claimed, in one sentence.
    cite: the paragraph of the RFC. meaning: what the answers mean, for `--explain`. not_checked: what the claim leaves
    open. witness: a *reachable* property that shows, wherever the claim must hold, that its premise happens.
    """

    name: str
    settles: tuple[str, ...]
    sentence: str
    cite: str
    meaning: str
    make: MakeProperty
    cells: tuple[Cell, ...]
    witness: MakeProperty | None = None
    not_checked: str = ""
