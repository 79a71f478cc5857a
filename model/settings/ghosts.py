"""The switches of ghosts: what is remembered of a run for the properties that read it."""

from __future__ import annotations

from dataclasses import dataclass

from model.settings.budgets import Budgets
from model.settings.numbers import Numbers
from model.settings.protocol import Protocol
from model.settings.setting import BadConfig, Group, setting


@dataclass(frozen=True)
class Ghosts(Group):
    """What ghosts remember."""

    endings: bool = setting(False, "ghosts remember how each side's last connection ended")
    ack_losses: bool = setting(False, "ghosts remember that an acknowledgment of all that a side had sent was lost")
    origins: bool = setting(False, "ghosts remember that a side accepted a segment of another connection")
    history: bool = setting(False, "ghosts remember connections that ended in order (for ghost-after-close)")
    accounts: bool = setting(
        False, "ghosts count the octets that each incarnation has sent, and those delivered (needs octets)"
    )
    turns: bool = setting(False, "ghost: whose current incarnation was chosen first")
    syns: bool = setting(False, "ghosts remember for ever that a SYN of a side has been accepted")


def check_ghosts(ghosts: Ghosts, protocol: Protocol, numbers: Numbers, budgets: Budgets) -> None:
    """Refuse ghosts that have nothing to remember, or would remember it wrongly."""
    if ghosts.accounts and not budgets.octets:
        raise BadConfig("accounts=true, octets=0: there is nothing to count")
    if ghosts.history and protocol.abort_to == "TIME-WAIT":
        raise BadConfig("history=true, abort_to=TIME-WAIT: TIME-WAIT must mean that both sides have closed")
    if ghosts.history and numbers.recurring != "none":
        raise BadConfig(f"history=true, recurring={numbers.recurring}: history counts incarnations")
