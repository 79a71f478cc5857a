"""The users of both sides: which calls they may make, and whose timeouts may expire."""

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
