"""Events: what one endpoint can do, written for its own TCB and the arriving segment only.

SEGMENT ARRIVES is a sequence of ordered checks. `Path` is how far the processing of a segment has got; `first_match`
splits it by the cases of one check, each excluding the earlier ones; `then` continues every path that is not done with
the next check, which reads what the earlier ones wrote. So the cases of an arriving segment are disjoint and
exhaustive by construction (and Z3 shows it in the tests).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Literal, TypeVar

from model.core import z3fast as z3
from model.core.system import Condition
from model.tcp.cause import Call, Cause, CauseKind, arrives
from model.tcp.segment import Segment
from model.tcp.state import Tcb
from model.words.language import marked

TRUE, FALSE = z3.BoolVal(True), z3.BoolVal(False)
Budget = Literal["", "octets", "retransmissions", "crashes"]
Change = Callable[[Cause, z3.BoolRef], z3.BoolRef]
"""What is tested instead of a condition of a check; it is also told which case it is, as `arrival` would have it."""
EARLIER = marked("no earlier check takes it: {about}")
TAKEN = marked("this check takes it: {about}")


def as_written(_case: Cause, condition: z3.BoolRef) -> z3.BoolRef:
    """The condition as it is."""
    return condition


@dataclass(frozen=True, eq=False)
class CaseAsked:
    """A case of a check: one that takes a segment, or an earlier one that does not; and what was asked before.

    raw: its condition as it is written; name and cite: what it is called and where the RFC says so.
    """

    before: CaseAsked | None
    takes: bool
    raw: z3.BoolRef
    name: str
    cite: str

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """What was asked up to here, in its order."""
        own = Condition(TAKEN, self.raw) if self.takes else Condition(EARLIER, z3.Not(self.raw))
        before = self.before.conditions if self.before else ()
        return (*before, own._replace(about=self.name, cite=self.cite))


@dataclass(frozen=True)
class Effect:
    """What an event does, or the processing of a segment so far.

    next: the state after it, tcb: the TCB after it. send: the segment sent where `send_when` holds. chooses_isn: ISS is
    set to the ISN on offer. offers_isn: it is sent, but not chosen yet. accepts_syn: IRS is set from the arriving SYN.
    orderly: the connection ends because both sides have closed. signal: what the user is told. restarts_2msl: where it
    holds, the 2 MSL timeout of TIME-WAIT starts again. delivered: octets of the arriving segment that the user gets;
    released: octets held since the SYN that the user gets (None: none).
    """

    next: str
    tcb: Tcb
    send: Segment | None = None
    send_when: z3.BoolRef = TRUE
    chooses_isn: bool = False
    offers_isn: bool = False
    accepts_syn: bool = False
    orderly: bool = False
    signal: str = ""
    restarts_2msl: z3.BoolRef = FALSE
    delivered: z3.BitVecRef | None = None
    released: z3.BitVecRef | None = None

    @property
    def acknowledges(self) -> z3.BoolRef:
        """A segment is sent that acknowledges everything received until then."""
        if self.send is None:
            return FALSE
        return z3.And(self.send_when, self.send.ack, z3.Not(self.send.rst), self.send.ackno == self.tcb.rcv_nxt)


EFFECTS = frozenset(field.name for field in fields(Effect))


@dataclass(frozen=True)
class Event:
    """One thing that an endpoint can do in one state.

    cause: its identity. guard: over the TCB, the arriving segment (kind "arrives") and the ISN on offer. budget: which
    of the bounded run's budgets it takes from. asked: the last of the cases that the guard is made of.
    """

    cause: Cause
    cite: str
    guard: z3.BoolRef
    effect: Effect
    budget: Budget = ""
    asked: CaseAsked | None = None

    def conditions(self) -> tuple[Condition, ...]:
        """What the guard is made of, in the order in which it is asked; none if it is asked as it is."""
        return self.asked.conditions if self.asked else ()

    @property
    def name(self) -> str:
        """For people."""
        return self.cause.name

    @property
    def kind(self) -> CauseKind:
        """What causes it: a call, a segment that arrives, a timeout, a crash."""
        return self.cause.kind

    @property
    def call(self) -> Call:
        """The user's call or the timer that causes it ("": a segment, or a crash)."""
        return self.cause.call

    @property
    def state(self) -> str:
        """The state in which it happens."""
        return self.cause.state

    def but(self, **changes: Any) -> Event:
        """The event with other values of these fields, its effect's among them."""
        return _changed(self, {"asked": None, **changes} if "guard" in changes else changes)


@dataclass(frozen=True)
class Path:
    """How far the processing of an arriving segment has got.

    arrived_in: the state in which it arrived. when: the condition of the cases taken, asked: the same as it is written;
    names and cite: what they are called and where the RFC says so. effect: what the processing amounts to so far.
    ack_due: an acknowledgment has to be sent when all checks are done; taken: octets of text taken so far.
    opened: ESTABLISHED has been entered while processing this segment. change: of the conditions, see `mutation`.
    """

    arrived_in: str
    effect: Effect
    when: tuple[z3.BoolRef, ...] = ()
    asked: CaseAsked | None = None
    names: tuple[str, ...] = ()
    cite: str = ""
    done: bool = False
    ack_due: z3.BoolRef = FALSE
    taken: z3.BitVecRef | None = None
    opened: bool = False
    change: Change = as_written

    @property
    def state(self) -> str:
        """The state now."""
        return self.effect.next

    @property
    def tcb(self) -> Tcb:
        """The TCB now."""
        return self.effect.tcb

    def named(self, case_name: str) -> tuple[str, ...]:
        """The cases taken so far and this one."""
        return (*self.names, case_name) if case_name else self.names

    def goes_on(self, **changes: Any) -> Path:
        """The next check applies ("continue processing")."""
        return _changed(self, changes)

    def returns(self, reply: Segment | None = None, **changes: Any) -> Path:
        """Processing ends here, with at most one segment in reply ("drop the segment and return")."""
        return _changed(self, {"done": True, "send": reply, **changes})


Affecting = TypeVar("Affecting", Event, Path)


def _changed(one: Affecting, changes: Mapping[str, Any]) -> Affecting:
    """With other values of these fields, or of its effect's."""
    own = {name: value for name, value in changes.items() if name not in EFFECTS}
    effect = replace(one.effect, **{name: value for name, value in changes.items() if name in EFFECTS})
    return replace(one, effect=effect, **own)


Branch = tuple[str, z3.BoolRef, Path]
"""Name (empty: not worth one), condition, and the path that it leads to."""
Check = Callable[[Path], Sequence[Path]]


def first_match(path: Path, *cases: Branch, otherwise: Path | None = None, name: str = "") -> list[Path]:
    """Split `path`: the first case whose condition holds applies, else `otherwise` (default: go on unchanged)."""
    paths: list[Path] = []
    when, asked = path.when, path.asked
    changed = [(of, path.change(arrives(path.arrived_in, *path.named(of)), raw), target) for of, raw, target in cases]
    for case_name, raw, target in (*changed, (name, TRUE, otherwise or path)):
        condition = z3.simplify(raw)
        if not z3.is_false(condition):
            taken = CaseAsked(asked, True, raw, case_name, target.cite)
            paths.append(replace(target, when=(*when, condition), asked=taken, names=path.named(case_name)))
        if z3.is_true(condition):
            break
        when = (*when, z3.simplify(z3.Not(condition)))
        asked = CaseAsked(asked, False, raw, case_name, target.cite)
    return paths


def then(paths: Sequence[Path], *checks: Check) -> list[Path]:
    """Continue processing: every path that is not done goes through the checks, in order."""
    out = list(paths)
    for check in checks:
        out = [after for path in out for after in ([path] if path.done else check(path))]
    return out


def arrival(path: Path) -> Event:
    """The event that a path through the checks of SEGMENT ARRIVES amounts to."""
    guard = z3.And(*(condition for condition in path.when if not z3.is_true(condition)))
    return Event(arrives(path.arrived_in, *path.names), path.cite, guard, path.effect, asked=path.asked)
