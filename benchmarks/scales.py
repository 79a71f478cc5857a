"""The configurations that are measured: *half-open*, three-way, with growing bounds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.core.property import Property
from model.core.system import System
from properties.claims import find

CLAIM = "half-open"


@dataclass(frozen=True)
class Scale:
    """A configuration: the claim's first one with some fields changed.

    toy: small enough for the slow twin; small: also for TLC; huge: for our engine with all workers only.
    """

    name: str
    settings: Mapping[str, object] = field(default_factory=dict)
    toy: bool = False
    small: bool = False
    huge: bool = False

    def system(self) -> System:
        """The bounded network with the claim's property, which holds."""
        claim = find(CLAIM)
        assert claim is not None
        network = claim.network(claim.cells[0].config.vary(self.settings))
        made = claim.asked_of(network)
        assert isinstance(made, Property)
        return network.system(made)


SCALES = (
    Scale("1 incarnation, no text, room for 1", {"incarnations": 1, "octets": 0, "capacity": 1}, toy=True, small=True),
    Scale("2 incarnations, no text, room for 1", {"octets": 0, "capacity": 1}, toy=True, small=True),
    Scale("1 incarnation, no text, room for 2", {"incarnations": 1, "octets": 0}, small=True),
    Scale("2 incarnations, text, room for 1", {"capacity": 1}, small=True),
    Scale("2 incarnations, no text, room for 2", {"octets": 0}, small=True),
    Scale("1 incarnation, text, room for 2", {"incarnations": 1}),
    Scale("2 incarnations, no text, room for 2, a crash", {"octets": 0, "crashes": 1}),
    Scale("2 incarnations, text, room for 2"),
    Scale("2 incarnations, text, room for 2, a crash, ABORT by A", {"crashes": 1, "aborts": "A"}, huge=True),
)
