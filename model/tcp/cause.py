"""What makes an event happen: its identity; and the one table of names, which are for people.

Promises, timers, slots, profiles and proofs go by the identity. What people write (a story, the name of a mutant) is
looked up among the names that `words` gives, and nothing else reads a name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

CauseKind = Literal["call", "arrives", "timeout", "crash", "time"]
UserCall = Literal["passive OPEN", "active OPEN", "SEND", "CLOSE", "ABORT"]
TimeoutCall = Literal[
    "USER TIMEOUT", "SYN-RECEIVED TIMEOUT", "RETRANSMISSION TIMEOUT", "TIME-WAIT TIMEOUT", "delayed ACK"
]  # fmt: skip
Call = Literal["", UserCall, TimeoutCall]
Instead = Literal["", "no incarnation is left", "the table is full"]


@dataclass(frozen=True)
class Cause:
    """What happens, and in which state: the user's call or the timer, or a segment that arrives, a crash, time.

    checks: which case of it this is; for a segment, the cases of the ordered checks of 3.10.7 that it comes through.
    side: in a proof, B's events ("": A's, or any side's). instead: why the segment is dropped and nothing else happens.
    """

    kind: CauseKind
    state: str = ""
    call: Call = ""
    checks: tuple[str, ...] = ()
    side: str = ""
    instead: Instead = ""

    @property
    def name(self) -> str:
        """What people call it."""
        return words(self)

    @property
    def brief(self) -> str:
        """What people call it where the state is known."""
        return words(self, in_state=False)


TIME_PASSES = Cause("time")


def arrives(state: str, *checks: str, side: str = "") -> Cause:
    """A segment arrives in `state`, and these cases of the checks apply."""
    return Cause("arrives", state, checks=checks, side=side)


def caused(call: Call, state: str, *case: str, side: str = "") -> Cause:
    """A call or a timer; case: which of those that it has in this state."""
    return Cause("call" if call in get_args(UserCall) else "timeout", state, call, case, side)


Where = Cause | str
"""An event; or the obligation of a proof that belongs to none, as the proof calls it ("initial state")."""


@dataclass(frozen=True)
class Broken:
    """A lemma that a proof cannot show of an event ("": the property itself)."""

    event: Where
    lemma: str

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{named(self.event)}: {self.lemma or 'the property'}"


# -- the table of names --


def named(event: Where) -> str:
    """What people call an event, or an obligation that belongs to none."""
    return event if isinstance(event, str) else event.name


def words(cause: Cause, in_state: bool = True) -> str:
    """The name of an event: no two have the same. in_state: it says the state."""
    case = "; ".join(cause.checks)
    where = f" in {cause.state}" if in_state else ""
    if cause.kind == "arrives":
        said = f"{cause.state}, {case}" if in_state else case
    elif cause.kind in ("crash", "time"):
        said = f"crash{where}" if cause.kind == "crash" else "time passes"
    elif cause.call == "RETRANSMISSION TIMEOUT":
        said = f"RETRANSMISSION of {case}{where}"
    elif cause.call in ("SYN-RECEIVED TIMEOUT", "TIME-WAIT TIMEOUT"):
        said = f"{cause.call} ({case})" if case else cause.call
    else:
        said = cause.call + ("" if cause.state == "CLOSED" else where) + (case and f", {case}")
    return (cause.side and f"{cause.side}: ") + said + (cause.instead and f", but {cause.instead}")


def beginning(text: str, causes: Iterable[Cause]) -> frozenset[Cause]:
    """Those whose names begin like this, as a line of a story does."""
    return frozenset(cause for cause in causes if cause.name.startswith(text))


def begun_by(text: str, causes: Iterable[Cause]) -> frozenset[Cause]:
    """Those whose name, and a colon, this begins with, as the name of a mutant does."""
    return frozenset(cause for cause in causes if text.startswith(f"{cause.name}: "))
