"""The ghosts that a property may bring, in the order of their variables in a state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from model.core.property import Reads
from model.core.system import BadSystem
from model.core.terms import constants
from model.network.ghosts.accounts import ACCOUNTS
from model.network.ghosts.ack_losses import ACK_LOSSES
from model.network.ghosts.endings import ENDINGS
from model.network.ghosts.ghost import Ghost
from model.network.ghosts.history import HISTORY
from model.network.ghosts.origins import ORIGINS
from model.network.ghosts.syns import SYNS
from model.network.ghosts.turns import TURNS
from model.network.side import Side

KNOWN: tuple[Ghost, ...] = (HISTORY, ENDINGS, ACK_LOSSES, ORIGINS, TURNS, SYNS, ACCOUNTS)


def with_those_read(given: Sequence[Ghost], sides: Iterable[Side], asked: Iterable[Reads]) -> tuple[Ghost, ...]:
    """The ghosts given, and those of whose variables something that is asked reads one.

    Raises `BadSystem` if one of these writes onto segments: then the slots that were read are too narrow.
    """
    read = {name.removesuffix("'") for name in constants(term for one in asked for term in one.terms)}
    ends = [*sides]
    found = [g for g in KNOWN if g in given or read & {var.name for end in ends for var in g.variables(end)}]
    for ghost in found:
        if ghost.on_segments and ghost not in given:
            raise BadSystem(f"{type(ghost).__name__} writes onto segments: the property's function must say @brings")
    return (*found, *(ghost for ghost in given if ghost not in KNOWN))
