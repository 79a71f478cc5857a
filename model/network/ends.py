"""The two ends of a bounded network, and what lies between them: sides, channels, clocks, initial sequence numbers.

Everything that a rule is made of is here; the rules themselves are `bounded`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from model.core import z3fast as z3
from model.core.system import Condition, Var, choice
from model.network.channel import Channel, layout
from model.network.clocks import Clocks, Times, constant_times
from model.network.ghosts.endings import HISTORY
from model.network.ghosts.ghost import Ghost
from model.network.ghosts.handshakes import BELIEFS
from model.network.side import NO_TCB, SIDES, Side
from model.settings.config import Config
from model.settings.runs import Sides
from model.tcp.event import TRUE, Event
from model.tcp.segment import CONTROLS, SEGMENT_NAMES, Segment
from model.tcp.state import NAMES, STATES
from model.words.language import marked


@dataclass(frozen=True)
class Assumptions:
    """Variables that no rule changes, and the condition under which an event of a side may happen, given these."""

    variables: Sequence[Var]
    allows: Callable[[Ends, Side, Event], z3.BoolRef]


@dataclass(frozen=True)
class Ends:
    """The ends of one configuration, and the network between them.

    times: the times as terms, if they are not the configuration's.
    assumptions: what a run may be assumed not to do.
    names: of the two sides; the first has the role of A in the configuration, the second that of B.
    ghosts: what is remembered besides `BELIEFS`; a system adds those that its properties read.
    """

    config: Config
    times: Times | None = None
    assumptions: Assumptions | None = None
    names: tuple[str, str] = SIDES
    ghosts: tuple[Ghost, ...] = ()

    def __post_init__(self) -> None:
        for ghost in self.ghosts:
            ghost.check(self.config)

    @cached_property
    def sides(self) -> dict[str, Side]:
        """Both sides by name."""
        return {name: Side(name, self.config) for name in self.names}

    def variables(self, side: Side) -> list[Var]:
        """All variables of a side, those of its ghosts last."""
        return [*side.variables, *(var for ghost in (BELIEFS, *self.ghosts) for var in ghost.variables(side))]

    @property
    def lanes(self) -> dict[str, dict[str, str]]:
        """For pictures: two lines from left to right, and of each its sides with the variable of their state."""
        return {side.name: {side.name: side.state_var.name} for side in self.sides.values()}

    @property
    def slots(self) -> list[str]:
        """The variables that hold segments under way; pictures and texts show these as segments."""
        return [slot.name for side in self.sides.values() for slot in self.channel(side).slots]

    @property
    def fifo(self) -> bool:
        """Of equal segments the one sent first arrives first."""
        return not self.config.reordering

    @property
    def window(self) -> int:
        """RCV.WND of every endpoint, octets."""
        return self.config.window

    def other(self, side: Side) -> Side:
        """The other side."""
        return self.sides[self.names[1 - self.names.index(side.name)]]

    @property
    def pairs(self) -> list[tuple[Side, Side]]:
        """Each side with the other one."""
        return [(side, self.other(side)) for side in self.sides.values()]

    def has_role(self, side: Side, roles: Sides) -> bool:
        """Whether a field of the configuration that names sides names this one."""
        return roles in ("both", SIDES[self.names.index(side.name)])

    @property
    def acknowledging(self) -> bool:
        """Segments carry the incarnation that they acknowledge."""
        return any(ghost.on_segments for ghost in self.ghosts)

    def channel(self, source: Side) -> Channel:
        """What `source` has sent."""
        return self._channels[source.name]

    def under_way_to(self, side: Side) -> list[tuple[z3.BoolRef, Segment, z3.BitVecRef]]:
        """For each slot whether it has a segment for the side, the segment, and its sender's incarnation."""
        return self.channel(self.other(side)).contents

    @cached_property
    def _channels(self) -> dict[str, Channel]:
        c, (a, b) = self.config, self.names
        slots = layout(c, self.acknowledging)
        return {x: Channel(x, y, slots, c.capacity, c.reordering) for x, y in ((a, b), (b, a))}

    @cached_property
    def clocks(self) -> Clocks | None:
        """The clocks, if the network is timed."""
        return Clocks(self.times or constant_times(self.config)) if self.config.timed else None

    @property
    def local_states(self) -> dict[str, list[Var]]:
        """What each side sees: its state, its TCB and its timers; no ghost, no budget, no count of incarnations."""
        timers = {name: self.clocks.variables(side) if self.clocks else [] for name, side in self.sides.items()}
        return {n: [side.state_var, *side.tcb_vars.values(), *timers[n]] for n, side in self.sides.items()}

    def sees(self, side: Side) -> Mapping[str, z3.ExprRef]:
        """What is known at a side where an event happens, by the names that readers know; nothing of the other side."""
        return self._sees[side.name]

    @cached_property
    def _sees(self) -> dict[str, Mapping[str, z3.ExprRef]]:
        return {name: dict(self._seen(side)) for name, side in self.sides.items()}

    def _seen(self, side: Side) -> Iterator[tuple[str, z3.ExprRef]]:
        inbox, x = self.channel(self.other(side)), self.arriving(side)[1]
        yield "state", side.state_var.term
        yield from ((NAMES[field], getattr(side.tcb, field)) for field in side.tcb_vars)
        yield from ((name, getattr(x, field)) for field, name in SEGMENT_NAMES.items())
        if self.config.syn_cookies:
            yield "ISN", self._isn(side)
        if self.config.timed:
            yield "age", inbox.layout.age(inbox.chosen(choice("slot")))
        counters = [side.incarnation, side.budget("retransmissions"), side.budget("crashes"), self.duplications]
        clocks = self.clocks.variables(side) if self.clocks else []
        yield from ((var.name.split(".")[-1], var.term) for var in (*counters, *clocks) if var)

    def old_enough(self, side: Side) -> z3.BoolRef:
        """The chosen segment on its way to a side has been under way for the least delay."""
        inbox = self.channel(self.other(side))
        return z3.UGE(inbox.layout.age(inbox.chosen(choice("slot"))), self.config.least_delay)

    @property
    def losses(self) -> Var | None:
        """The counter of losses, if they are bounded."""
        limit = self.config.losses
        return Var("losses", limit.bit_length()) if limit else None

    @property
    def duplications(self) -> Var | None:
        """The counter of duplications, if they are bounded."""
        limit = self.config.duplications
        return Var("duplications", limit.bit_length()) if limit else None

    def start(self) -> dict[str, int]:
        """The configured start: both CLOSED; B in LISTEN; both ESTABLISHED; or A has closed and B has not."""
        if self.config.start == "closed":
            return {}
        a, b = self.names
        if self.config.start == "listening":
            return {f"{b}.state": STATES.index("LISTEN"), f"{b}.passive_open": 1}
        start: dict[str, int] = {}
        first = {side.name: self.isns(side)[0] for side in self.sides.values()}
        begun = {
            "established": ((a, b, "ESTABLISHED", 1, 1), (b, a, "ESTABLISHED", 1, 1)),
            "half-closed": ((a, b, "FIN-WAIT-2", 2, 1), (b, a, "CLOSE-WAIT", 1, 2)),
        }
        for side, other, state, sent, received in begun[self.config.start]:
            iss, irs = first[side], first[other]
            numbers = {"iss": iss, "irs": irs, "snd_una": iss + sent, "snd_nxt": iss + sent, "rcv_nxt": irs + received}
            start |= {f"{side}.{name}": number % (1 << self.config.seq_bits) for name, number in numbers.items()}
            start |= {
                f"{side}.state": STATES.index(state),
                f"{side}.incarnation": 1,
                f"{side}.peer": 1,
                f"{side}.heard": 1,
            }
            start |= {name: 1 for ghost in self.ghosts for name in ghost.if_open(self.sides[side])}
        return start | {f"{b}.passive_open": 1}

    @property
    def opening(self) -> tuple[tuple[str, str, dict[str, int]], ...]:
        """The segments that lead to the configured start (3.5, Figures 6 and 12): source, target, and fields."""
        (a, x), (b, y) = ((side.name, self.isns(side)[0]) for side in self.sides.values())
        opened = (a, b, "syn", x, 0), (b, a, "syn,ack", y, x + 1), (a, b, "ack", x + 1, y + 1)
        closed = (a, b, "fin,ack", x + 1, y + 1), (b, a, "ack", y + 1, x + 2)
        sent = {"closed": (), "listening": (), "established": opened, "half-closed": opened + closed}[self.config.start]
        return tuple(
            (source, target, {"seq": seq, "ackno": ackno, "text": 0, **{c: c in on.split(",") for c in CONTROLS}})
            for source, target, on, seq, ackno in sent
        )

    def arriving(self, side: Side) -> tuple[z3.BoolRef, Segment, z3.BitVecRef]:
        """Whether the chosen slot of what is on its way to a side is full, its segment, and that one's sender."""
        inbox = self.channel(self.other(side))
        return inbox.layout.unpack(inbox.chosen(choice("slot")))

    @cached_property
    def original(self) -> z3.BoolRef:
        """The chosen segment itself arrives, not a duplicate of it."""
        return choice("copy") == 0 if self.config.duplications != 0 else TRUE

    @cached_property
    def may_copy(self) -> Condition | None:
        """That the chosen segment arrives, or that a copy of it still may, if copies are bounded."""
        if (counter := self.duplications) is None:
            return None
        allowed = z3.Or(self.original, z3.ULT(counter.term, self.config.duplications))
        return Condition(marked("a copy may still be made"), allowed)

    def taken_out(self, side: Side) -> Mapping[str, z3.ExprRef]:
        """What is on its way to a side without the chosen segment, unless a duplicate of that arrives."""
        return self._taken_out[side.name]

    @cached_property
    def _taken_out(self) -> dict[str, Mapping[str, z3.ExprRef]]:
        inboxes = {side.name: self.channel(self.other(side)) for side in self.sides.values()}
        return {name: inbox.remove(choice("slot"), self.original) for name, inbox in inboxes.items()}

    def _recurs(self, side: Side) -> bool:
        return self.has_role(side, self.config.recurring)

    def isn_left(self, side: Side) -> z3.BoolRef:
        """Whether this side may choose another initial sequence number."""
        return TRUE if self._recurs(side) else z3.ULT(side.incarnation.term, self.config.incarnations)

    def next_incarnation(self, side: Side) -> z3.BitVecRef:
        """The number of the incarnation that the initial sequence number on offer begins."""
        number = side.incarnation.term
        if not self._recurs(side):
            return number + 1
        return z3.If(number == self.config.incarnations, z3.BitVecVal(1, number.size()), number + 1)

    def _isn(self, side: Side) -> z3.BitVecRef:
        """The initial sequence number on offer: the one that follows those already chosen."""
        isns = [z3.BitVecVal(n, self.config.seq_bits) for n in self.isns(side)]
        term = isns[0] if self._recurs(side) else isns[-1]
        for chosen in range(self.config.incarnations - 1, -1, -1):
            term = z3.If(side.incarnation.term == chosen, isns[chosen], term)
        return term

    def isns(self, side: Side) -> list[int]:
        """The initial sequence numbers of a side, one for each incarnation."""
        is_a = self.has_role(side, "A")
        first = 1 if is_a else (1 << self.config.seq_bits) - 2  # B's numbers wrap around.
        return self.config.isns("isn_a" if is_a else "isn_b", first)

    # -- the words that properties are written in (`view`) --

    def peer_dead(self, side: Side) -> z3.BoolRef:
        """The incarnation that `side` believes it talks to is gone: closed, aborted, crashed or superseded."""
        other = self.other(side)
        return z3.Or(other.incarnation.term != side.peer.term, other.state_is(*NO_TCB))

    def peer_has_heard(self, side: Side) -> z3.BoolRef:
        """The incarnation that `side` believes in has accepted a SYN of this incarnation of `side`."""
        each = range(1, self.config.incarnations + 1)
        return z3.Or(*(z3.And(side.peer.term == k, z3.Extract(k - 1, k - 1, side.heard.term) == 1) for k in each))

    def never_heard(self, side: Side) -> z3.BoolRef:
        """No incarnation of the other side has ever accepted a SYN of this incarnation of `side`."""
        return side.heard.term == 0

    def ended_in_order(self, side: Side) -> z3.BoolRef:
        """`side` believes in an incarnation with which it has exchanged data and closed in order.

        That incarnation has done the same with the previous incarnation of `side`.
        """
        previous = HISTORY.finished(self.other(side)).term + 1 == side.incarnation.term
        return z3.And(side.peer.term != 0, HISTORY.finished(side).term == side.peer.term, previous)
