"""Runs: where one begins, what the users may call and whose timeouts may expire, what the network may do; budgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from model.settings.setting import BadConfig, Group, setting

Sides = Literal["both", "A", "B", "none"]
Opens = Literal["active", "passive", "both", "none"]


@dataclass(frozen=True)
class Users(Group):
    """What the users may do."""

    open_a: Opens = setting("active", "how the user of A opens")
    open_b: Opens = setting("passive", "how the user of B opens")
    closes: Sides = setting("both", "whose users may CLOSE")
    aborts: Sides = setting("none", "whose users may ABORT")
    gives_up: Sides = setting("none", "whose USER TIMEOUT may expire")
    gives_up_syn: Sides = setting("none", "whose SYN-RECEIVED timeout may expire (R2 of the SYN,ACK)")
    gives_up_waiting: Sides = setting(
        "none",
        "whose USER TIMEOUT may expire in LISTEN and TIME-WAIT",
        "3.10.8, by its letter: for any state",
        in_events=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.open_a == self.open_b == "none":
            raise BadConfig("open_a=none, open_b=none: nobody opens a connection")


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


@dataclass(frozen=True)
class Budgets(Group):
    """The budgets; None: no bound."""

    octets: int = setting(0, "octets that each incarnation may SEND", least=0, unit="octet", in_events=True)
    retransmissions: int | None = setting(
        None, "retransmissions of each side in a run", least=0, most=255, unit="retransmission"
    )
    crashes: int | None = setting(0, "crashes of each side in a run", least=0, most=255, unit="crash")

    @property
    def span(self) -> int:
        """W: sequence numbers that one incarnation uses at most: SYN, octets, FIN."""
        return self.octets + 2


@dataclass(frozen=True)
class Start(Group):
    """The first state."""

    start: Literal["closed", "listening", "established", "half-closed"] = setting(
        "closed",
        "both sides CLOSED; or B in LISTEN; or at rest, established, or half-closed: A in FIN-WAIT-2, B in CLOSE-WAIT",
    )
