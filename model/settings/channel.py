"""The network between both sides: how many segments it holds, and what it may do to them."""

from __future__ import annotations

from dataclasses import dataclass

from model.settings.setting import Group, setting


@dataclass(frozen=True)
class Channel(Group):
    """What the network may do."""

    capacity: int = setting(2, "segments in the network in each direction", least=1, most=16, unit="segment")
    loss: bool = setting(True, "the network may lose a segment")
    reordering: bool = setting(True, "segments may overtake each other (otherwise FIFO)")
    duplications: int | None = setting(
        0,
        "how often the network may duplicate a segment in a run",
        least=0,
        most=255,
        unit="duplication",
        shared=True,
    )
