"""What properties see of a network's two sides: one property for search, bounded model checking, induction and proof.

A bounded network reads these words off its ghosts, an unbounded one off its own; a test compares the two readings in
every state of bounded networks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, TypeVar

import z3

from model.tcp.state import Tcb


class SideView(Protocol):
    """One side."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def tcb(self) -> Tcb:
        """Its TCB."""

    def state_is(self, *states: str) -> z3.BoolRef:
        """Whether the state is one of `states`."""


AnySide = TypeVar("AnySide", bound=SideView)


class NetworkView(Protocol[AnySide]):
    """Both sides, and what no endpoint knows: which incarnations live, and who has heard whom."""

    @property
    def sides(self) -> Mapping[str, AnySide]:
        """Both sides by name."""

    def peer_dead(self, side: AnySide) -> z3.BoolRef:
        """The incarnation that `side` believes it talks to is gone: closed, aborted, crashed or superseded."""

    def peer_has_heard(self, side: AnySide) -> z3.BoolRef:
        """The incarnation that `side` believes in has accepted a SYN of this incarnation of `side`."""

    def never_heard(self, side: AnySide) -> z3.BoolRef:
        """No incarnation of the other side has ever accepted a SYN of this incarnation of `side`."""

    def ended_in_order(self, side: AnySide) -> z3.BoolRef:
        """`side` believes in an incarnation with which it has exchanged data and closed in order, and that with it."""
