"""The budgets of a run: what each side may do a limited number of times."""

from __future__ import annotations

from dataclasses import dataclass

from model.settings.setting import Group, setting


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
