"""A bounded network as an unbounded one sees it: its states, the segments in its slots, and which step a rule is.

What is not compared, and why:
- a ghost of a side without a TCB (`View.defined`): a bounded network forgets it there, an unbounded one when the next
  TCB begins. Before a step it may be anything there (`Seen.other`), so that what does not forget it is noticed;
- of a reset `iss` and `irs`, since it speaks for nobody, and without ACK `irs`, since nothing is acknowledged
  (`what_matters`). In what arrives they are zero, so that a step that reads them is noticed;
- in quiet time, that what is sent is there afterwards (`View.silent`): the side sends nothing, an unbounded network
  loses it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import z3

from model.any_channel.embedding import Embedding
from model.any_channel.network import UnboundedNetwork
from model.core.system import Rule
from model.engines.inductive.obligations import Message, Transition
from model.network.bounded import Network
from tests.columns import Column
from tests.transitions import Transitions

STUTTER = Transition("stutter", "", z3.BoolVal(True), {})
"""What changes no variable and sends nothing."""
NONE_LEFT = "but no incarnation is left"
Slot = tuple[z3.BoolRef, Message]
"""Whether it is full, and the segment in it."""


@dataclass(frozen=True)
class View:
    """A bounded network as an unbounded one sees it.

    terms: its constants, over the bounded network's variables; `now` is 0. segments: by lane, the slots. given: a
    step's own constants, over variables and inputs. steps: by the name of a rule. defined: where a variable is
    compared, if not everywhere. silent: by lane, where nothing is sent although the step sends. moments: the variables
    that are points in time; from `oldest` ago on they are not told apart.
    """

    soup: UnboundedNetwork
    terms: Mapping[str, z3.ExprRef]
    segments: Mapping[str, Sequence[Slot]]
    given: Mapping[str, z3.ExprRef]
    steps: Mapping[str, Transition]
    defined: Mapping[str, z3.BoolRef] = field(default_factory=dict)
    silent: Mapping[str, z3.BoolRef] = field(default_factory=dict)
    moments: frozenset[str] = frozenset()
    oldest: int = 0


def view_of(embedding: Embedding) -> View:
    """A bounded network as it is, seen by an embedding in an unbounded one."""
    network, soup = embedding.network, embedding.soup
    given, defined, silent = dict[str, z3.ExprRef](), dict[str, z3.BoolRef](), dict[str, z3.BoolRef]()
    text = z3.BitVecVal(network.config.segment_text, network.config.seq_bits)
    for name, end in soup.sides.items():
        given |= {f"{name}.isn": _isn_on_offer(embedding, name), f"{name}.segment_text": text}
        has_tcb = z3.substitute(end.has_tcb, *embedding.state)
        defined |= {f"{name}.{ghost}": has_tcb for ghost in ("heard", "heard_by")}
        if network.clocks:
            silent[name] = network.clocks.quiet(embedding.side(name))
    return View(
        soup=soup,
        terms={str(constant): term for constant, term in embedding.state},
        segments={name: [(full, m.message) for full, m in embedding.segments(name)] for name in soup.sides},
        given=given,
        steps={**_stutters(network.rules), **_steps(embedding, soup.soup.steps)},
        defined=defined,
        silent=silent,
    )


def _isn_on_offer(embedding: Embedding, name: str) -> z3.BitVecRef:
    """The initial sequence number that a side would choose: the one after those that it has chosen."""
    side, number = embedding.side(name), embedding.soup.number
    term = number(0)
    for chosen, isn in enumerate(embedding.network.isns(side)):
        term = z3.If(side.incarnation.term == chosen, number(isn), term)
    return term


def _stutters(rules: Sequence[Rule]) -> dict[str, Transition]:
    """Losses, time where there is none, and what is left out for want of incarnations."""
    return {rule.name: STUTTER for rule in rules if rule.kind in ("network", "time") or NONE_LEFT in rule.event}


def _steps(embedding: Embedding, steps: Sequence[Transition]) -> dict[str, Transition]:
    """Steps by the names of the rules that they are: those of a side have its name there, time has none."""
    found = {}
    for step in steps:
        end, colon, event = step.name.partition(": ")
        found[f"{embedding.side(end).name}: {event}" if colon else step.name] = step
    return found


def both_ways(network: Network, soup: UnboundedNetwork, incarnations: tuple[int, int] = (1, 1)) -> list[View]:
    """Both sides' events as steps of A, the second time with the sides exchanged; incarnations: whose number is `any`.

    They are those of the unbounded network's A and B.
    """
    return [view_of(Embedding(network, incarnations, mirrored, soup)) for mirrored in (False, True)]


@dataclass(frozen=True)
class Segments:
    """The segments of a lane: columns for each slot, in each state; code: all that matters of one in a number, or 0."""

    full: Column
    fields: Mapping[str, Column]
    code: Column


class Seen:
    """The states of a walk in a view."""

    def __init__(self, walk: Transitions, view: View) -> None:
        self.walk, self.view, self._columns = walk, view, dict[str, Column]()

    def __getitem__(self, name: str) -> Column:
        """A constant of the unbounded network, in each state."""
        if name not in self._columns:
            self._columns[name] = self.walk.column(self.view.terms[name])
        return self._columns[name]

    def other(self, name: str) -> Column:
        """The same, but something else where it is not defined."""
        column = self[name]
        if name not in self.defined:
            return column
        else_ = ~column if column.dtype == np.bool_ else np.full(1, -float(self.view.oldest))
        return np.where(self.defined[name], column, else_)

    @cached_property
    def segments(self) -> dict[str, Segments]:
        """By lane."""
        return {lane: self._segments(slots) for lane, slots in self.view.segments.items()}

    def _segments(self, slots: Sequence[Slot]) -> Segments:
        full = np.stack([self.walk.column(there) for there, _ in slots])
        raw = {name: np.stack([self.walk.column(m[name]) for _, m in slots]) for name in slots[0][1]}
        fields = what_matters(raw)
        return Segments(full, fields, np.where(full, self.code(fields), np.uint64(0)))

    @cached_property
    def defined(self) -> dict[str, Column]:
        """Where a variable is compared."""
        return {name: self.walk.column(term) for name, term in self.view.defined.items()}

    @cached_property
    def silent(self) -> dict[str, Column]:
        """Where a side sends nothing."""
        return {name: self.walk.column(term) for name, term in self.view.silent.items()}

    def code(self, fields: Mapping[str, Column]) -> Column:
        """A number for what matters of a segment; times, in half ticks, are some of it."""
        found, at = np.array([1], np.uint64), 1
        for name in sorted(fields):
            column, bits = fields[name], self.view.soup.bits
            if column.dtype == np.float64:
                column, bits = np.clip(2 * column + 64, 0, 127), 7
            elif column.dtype == np.bool_:
                bits = 1
            found, at = found | column.astype(np.uint64) << np.uint64(at), at + bits
        assert at <= 64, "a segment fits into a word"
        return found


def what_matters(fields: Mapping[str, Column]) -> dict[str, Column]:
    """The fields of segments, zero where they do not matter."""
    zero, rst, ack = np.uint64(0), fields["rst"], fields["ack"]
    iss, irs = np.where(rst, zero, fields["iss"]), np.where(rst | ~ack, zero, fields["irs"])
    return {**fields, "iss": iss, "irs": irs}
