"""Where a run begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from model.settings.setting import Group, setting


@dataclass(frozen=True)
class Start(Group):
    """The first state."""

    start: Literal["closed", "listening", "established", "half-closed"] = setting(
        "closed",
        "both sides CLOSED; or B in LISTEN; or at rest, established, or half-closed: A in FIN-WAIT-2, B in CLOSE-WAIT",
    )
