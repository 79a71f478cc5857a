"""The bounded networks whose transitions are compared with those of unbounded ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from model.any_channel.closing import closing
from model.any_channel.every_channel import every_channel
from model.any_channel.network import UnboundedNetwork
from model.any_channel.timed import Rest, resting
from model.core.system import Rule
from model.network.bounded import Network
from model.network.ghosts.origins import ORIGINS
from model.network.ghosts.turns import TURNS
from model.settings.config import Config
from properties.configs import LAST_ACK
from tests.foretold import Foretold, Marked
from tests.histories import Resting, untimed
from tests.inclusion import choosing
from tests.transitions import Transitions
from tests.views import View, both_ways

WATCHED = (ORIGINS, TURNS)
AGAIN = Config(
    incarnations=2,
    isn_a="repeated",
    isn_b="repeated",
    isns_wait="segments-and-peer",
    aborts="both",
    crashes=1,
    octets=1,
    seq_bits=5,
    capacity=1,
)
"""Both sides use their number a second time, as soon as nothing has it."""
CRASHES = AGAIN.but(isn_a="fresh", isn_b="fresh", isns_wait="no", gives_up="both", seq_bits=4)
ANY_OPEN = Config(
    incarnations=2,
    capacity=1,
    open_a="both",
    open_b="both",
    gives_up_syn="both",
    gives_up_waiting="both",
)
ON_SYN = ANY_OPEN.but(octets=1, send_on_syn=True, seq_bits=5, rst="rfc793", syn="rfc793", ack_range="off", crashes=1)
RESTING = Config(
    timed=True,
    msl=1,
    delay=1,
    rto=2,
    incarnations=2,
    isn_a="repeated",
    isn_b="repeated",
    aborts="both",
    gives_up="both",
    closes="A",
    capacity=1,
    retransmissions=1,
)
"""Both sides use their number a second time, as soon as it has rested for 2 MSL + H; H is 2 MSL, as TIME-WAIT lasts."""
CLOSE = LAST_ACK.but(losses=2, time_wait="9", open_b="active")
"""From the half-closed start to the end; nobody opens again, since one incarnation is all there is."""
WITH_TEXT = CLOSE.but(octets=1, losses=1, time_wait="10")


@dataclass(frozen=True)
class Included:
    """A walk through a bounded network, the unbounded network of its kind, and how that sees it.

    offered: rules from which the walk leaves out what an assumption of the unbounded network forbids.
    """

    walk: Transitions
    make: Callable[[], UnboundedNetwork]
    views: Callable[[Any], list[View]]
    offered: tuple[Rule, ...]


def without_time(config: Config, incarnations: tuple[int, int] = (1, 1)) -> Included:
    """A network without time; offered: what it would choose if it did not wait until nothing has the number."""
    network = Network(config, ghosts=WATCHED)
    return Included(
        Transitions(network.system()),
        lambda: every_channel(config),
        lambda soup: both_ways(network, soup, incarnations),
        choosing(Network(config.but(isns_wait="no"), ghosts=WATCHED).rules),
    )


def in_time(config: Config, pause: int, sides: bool = False) -> Included:
    """A timed network whose sides keep the rules of rest and silence."""
    rests = Resting(Network(config, ghosts=WATCHED), silence=2 * config.msl, pause=pause, sides=sides)
    return Included(
        Transitions(rests.system),
        lambda: resting(untimed(config), rest=Rest(sides=sides)),
        rests.views,
        (*choosing(rests.offered), *(rule for rule in rests.offered if rule.kind == "time")),
    )


def the_close(config: Config) -> Included:
    """A network of the close, its losses foretold."""
    foretold = Foretold(Marked(config, ghosts=(TURNS,)))
    own = tuple(rule for rule in foretold.offered if rule.choose["doomed"] == 2)
    return Included(
        Transitions(foretold.system),
        lambda: closing(untimed(config), text=config.octets > 0),
        lambda soup: [foretold.view(soup)],
        own,
    )


SMALL: dict[str, Callable[[], Included]] = {
    "numbers used again": lambda: without_time(AGAIN.but(octets=0, aborts="none")),
    "numbers near each other": lambda: without_time(AGAIN.but(octets=0, aborts="none", isn_a="7,4", isn_b="20,24")),
    "any open": lambda: without_time(ANY_OPEN),
    "crashes, no text": lambda: without_time(CRASHES.but(octets=0, aborts="none", gives_up="none")),
    "one text on the SYN": lambda: without_time(ON_SYN.but(incarnations=1, crashes=0)),
    "rest": lambda: in_time(RESTING, 4),
    "close": lambda: the_close(CLOSE),
    "close with text": lambda: the_close(WITH_TEXT),
}
"""Bounded networks by name; walks through these are kept."""

LARGE: dict[str, Callable[[], Included]] = {
    "crashes": lambda: without_time(CRASHES),
    "crashes, the second incarnation": lambda: without_time(CRASHES, (2, 2)),
    "crashes, duplication": lambda: without_time(CRASHES.but(duplications=None)),
    "numbers used again, with text": lambda: without_time(AGAIN),
    "two-way": lambda: without_time(CRASHES.but(handshake="two-way")),
    "text on the SYN": lambda: without_time(ON_SYN),
    "rest, crashes": lambda: in_time(RESTING.but(crashes=1, closes="both"), 4),
    "sides rest": lambda: in_time(RESTING.but(crashes=1, quiet_time=1, aborts="A", gives_up="B"), 4, sides=True),
    "rest, 2 MSL": lambda: in_time(RESTING.but(msl=2, delay=2, aborts="none", closes="both"), 8),
}
"""Further ones."""


def included(name: str) -> Included:
    """The walk through a network."""
    return _kept(name) if name in SMALL else LARGE[name]()


@cache
def _kept(name: str) -> Included:
    return SMALL[name]()
