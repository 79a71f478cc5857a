"""What a ghost is: variables of each side, and what an event and a loss write to them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from model.core import z3fast as z3
from model.core.system import Var
from model.network.side import Side
from model.settings.config import Config
from model.tcp.event import Event
from model.tcp.segment import Segment

Update = Mapping[str, z3.ExprRef]
"""New values by the name of the variable."""
Function = TypeVar("Function", bound=Callable[..., object])


@dataclass(frozen=True)
class SideEvent:
    """An event of a side, with what a ghost may want to know of it.

    other: the other side. x: the segment that arrives, or None; sender, acknowledged: the incarnation that has sent it,
    and that which it acknowledges (0: none), where segments carry that. incarnation: this side's, after the event.
    next_of_other: the incarnation that the other side would begin next. isns_of_other: one for each incarnation.
    """

    side: Side
    other: Side
    event: Event
    x: Segment | None
    sender: z3.BitVecRef
    acknowledged: z3.BitVecRef | None
    incarnation: z3.BitVecRef
    next_of_other: z3.BitVecRef
    isns_of_other: Sequence[int]


class Ghost:
    """Something that is remembered of a run. on_segments: segments carry the incarnation that they acknowledge."""

    on_segments = False

    def check(self, config: Config) -> None:
        """Refuse a configuration of which it would remember nothing, or something wrong (`BadConfig`)."""

    def variables(self, side: Side) -> Sequence[Var]:
        """What is remembered of a side."""
        raise NotImplementedError

    def if_open(self, _side: Side, /) -> Sequence[str]:
        """The names of flags that are set where a run begins with an open connection."""
        return ()

    def after_event(self, _seen: SideEvent, /) -> Update:
        """What an event writes."""
        return {}

    def after_loss(self, _receiver: Side, _x: Segment, /) -> Update:
        """What the loss of a segment on its way to a side writes."""
        return {}


def brings(ghost: Ghost) -> Callable[[Function], Function]:
    """Mark a function that makes a property: it reads what this ghost writes onto segments."""

    def marked(function: Function) -> Function:
        function.__dict__["brings"] = ghost
        return function

    return marked


def brought_by(*functions: object) -> tuple[Ghost, ...]:
    """The ghosts that functions are marked with, each once."""
    return tuple(dict.fromkeys(f.__dict__["brings"] for f in functions if "brings" in getattr(f, "__dict__", {})))
