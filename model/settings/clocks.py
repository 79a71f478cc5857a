"""Time: whether it passes, how long things take, and how many losses may make them take longer."""

from __future__ import annotations

from dataclasses import dataclass

from model.settings.budgets import Budgets
from model.settings.protocol import Protocol
from model.settings.setting import TICK, BadConfig, Group, is_number, setting, settings_of, show_field
from model.settings.users import Users

CLOCK_BITS = 4
MOST_TICKS = (1 << CLOCK_BITS) - 1


@dataclass(frozen=True)
class Clocks(Group):
    """The times, in ticks; None: they are not bounded."""

    timed: bool = setting(False, "time passes in ticks; otherwise any timer may expire at any moment")
    msl: int = setting(
        2,
        "maximum segment lifetime, ticks: the most that delay may be, and half of TIME-WAIT",
        least=1,
        most=MOST_TICKS,
        unit=TICK,
    )
    delay: int = setting(
        1,
        "a segment that is not lost arrives within so many ticks, at most msl",
        least=0,
        most=MOST_TICKS,
        unit=TICK,
    )
    least_delay: int = setting(0, "and not before so many ticks have passed", least=0, most=MOST_TICKS, unit=TICK)
    rto: int = setting(2, "retransmission timeout, ticks", least=1, most=MOST_TICKS, unit=TICK)
    time_wait: str = setting("2msl", "length of TIME-WAIT in ticks, or 2msl", unit=TICK)
    time_wait_restart: bool = setting(
        True, "a retransmitted FIN restarts TIME-WAIT (what the RFC means), or not (its letter)", in_events=True
    )
    ack_delay: int = setting(
        0,
        "an acknowledgment of new text or FIN is sent within so many ticks (0: at once)",
        least=0,
        most=MOST_TICKS,
        unit=TICK,
        in_events=True,
    )
    application_delay: int | None = setting(
        None, "a user told of the peer's FIN calls CLOSE within so many ticks", least=0, most=MOST_TICKS, unit=TICK
    )
    quiet_time: int = setting(0, "ticks after a crash in which nothing is sent", least=0, most=MOST_TICKS, unit=TICK)
    user_timeout: int | None = setting(
        None,
        "ticks without progress after which the USER TIMEOUT expires (unlimited: at any moment)",
        least=1,
        most=MOST_TICKS,
        unit=TICK,
    )
    syn_received_timeout: int | None = setting(
        None,
        "ticks after which the SYN-RECEIVED timeout expires (unlimited: at any moment)",
        least=1,
        most=MOST_TICKS,
        unit=TICK,
    )
    losses: int | None = setting(
        None, "segments that the network may lose in a run", least=0, most=255, unit="segment", shared=True
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.time_wait != "2msl" and not is_number(self.time_wait):
            raise BadConfig(f"time_wait={self.time_wait}: must be a number of ticks, or 2msl")
        if self.delay > self.msl:
            raise BadConfig(f"delay={self.delay}: no segment outlives msl={self.msl}")
        if self.least_delay > self.delay:
            raise BadConfig(f"least_delay={self.least_delay}: more than delay={self.delay}")
        if self.time_wait_ticks > MOST_TICKS:
            raise BadConfig(f"time_wait={self.time_wait}: at most {MOST_TICKS} ticks")
        used = [name for name in TICKS if getattr(self, name) != settings_of(Clocks)[name].default]
        if used and not self.timed:
            raise BadConfig(f"{used[0]}={show_field(getattr(self, used[0]))}: needs timed=true")

    @property
    def time_wait_ticks(self) -> int:
        """The length of TIME-WAIT."""
        return 2 * self.msl if self.time_wait == "2msl" else int(self.time_wait)

    @property
    def ticks(self) -> dict[str, int]:
        """The times that are bounded, in ticks, by the field's name."""
        found = {name: getattr(self, name) for name in TICKS} | {"time_wait": self.time_wait_ticks}
        return {name: int(ticks) for name, ticks in found.items() if ticks is not None}


TICKS = tuple(name for name, known in settings_of(Clocks).items() if known.unit == TICK)
"""The fields that are times."""


def check_clocks(clocks: Clocks, protocol: Protocol, users: Users, budgets: Budgets) -> None:
    """Refuse times of what does not happen."""
    if clocks.ack_delay and protocol.close == "merged":
        raise BadConfig(f"close=merged, ack_delay={clocks.ack_delay}: the ACK of a FIN waits for one of them only")
    if clocks.application_delay is not None and users.closes != "both":
        raise BadConfig(f"application_delay={clocks.application_delay}, closes={users.closes}: both must CLOSE")
    for name, whose in (("user_timeout", "gives_up"), ("syn_received_timeout", "gives_up_syn")):
        if (ticks := getattr(clocks, name)) is not None and getattr(users, whose) == "none":
            raise BadConfig(f"{name}={ticks}: at least 1 tick, and {whose} must say whose it is")
    if clocks.quiet_time and budgets.crashes == 0:
        raise BadConfig(f"quiet_time={clocks.quiet_time}: nobody crashes, and quiet time follows a crash")
