"""One side's variables in a bounded network; what ghosts remember of it besides is in `ghosts`.

Two ghosts are on every side, as so much is said with them: `peer`, the incarnation of the other side whose SYN this TCB
has accepted; and `heard`, a bit for each incarnation of the other side that has accepted a SYN of this side's current
incarnation (with `syn_cookies`, in LISTEN: of the one that the cookies on offer speak for).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from model.core import z3fast as z3
from model.core.system import Condition, Var, enumeration
from model.settings.config import Config
from model.tcp.state import FIELDS, FLAGS, STATES, Tcb
from model.words.language import marked

SIDES = ("A", "B")
NO_TCB = ("CLOSED", "LISTEN")


@dataclass(frozen=True)
class Side:
    """One side's variables, as terms."""

    name: str
    config: Config

    def var(self, field: str, width: int = 0, ghost: bool = False) -> Var:
        """A variable of this side; width 0: a Boolean."""
        return Var(f"{self.name}.{field}", width, ghost=ghost)

    @cached_property
    def state_var(self) -> Var:
        """The state of the connection."""
        return enumeration(f"{self.name}.state", STATES)

    @cached_property
    def tcb_vars(self) -> dict[str, Var]:
        """The TCB's fields, those left out that no event of this configuration can set."""
        c, octets = self.config, self.config.octets.bit_length()
        widths = dict.fromkeys(FIELDS, c.seq_bits) | dict.fromkeys(FLAGS, 0) | {"queued": octets, "syn_text": octets}
        absent = set() if c.octets else {"queued", "close_queued"}
        absent |= set() if c.holds_text else {"syn_text", "syn_fin"}
        absent |= set() if c.ack_delay else {"ack_held"}
        return {name: self.var(name, widths[name]) for name in FIELDS if name not in absent}

    @cached_property
    def tcb(self) -> Tcb:
        """The TCB, every number as wide as a sequence number."""
        return Tcb(**{name: self._field(name) for name in FIELDS})

    def _field(self, name: str) -> z3.ExprRef:
        var = self.tcb_vars.get(name)
        if name in FLAGS:
            return var.term if var else z3.BoolVal(False)
        return z3.ZeroExt(self.config.seq_bits - var.width, var.term) if var else z3.BitVecVal(0, self.config.seq_bits)

    @cached_property
    def incarnation(self) -> Var:
        """Initial sequence numbers chosen so far: the number of the current incarnation."""
        return self.var("incarnation", self.config.incarnation_bits)

    @cached_property
    def peer(self) -> Var:
        """Ghost: the incarnation of the other side that this TCB believes it talks to."""
        return self.var("peer", self.config.incarnation_bits, ghost=True)

    @cached_property
    def heard(self) -> Var:
        """Ghost: bit k-1 says that incarnation k of the other side has accepted a SYN of this incarnation."""
        return self.var("heard", self.config.incarnations, ghost=True)

    def budget(self, name: str) -> Var | None:
        """The counter of a bounded budget, if this configuration bounds it."""
        limit = getattr(self.config, name)
        return self.var(name, limit.bit_length()) if limit else None

    def state_is(self, *states: str) -> z3.BoolRef:
        """Whether the state is one of `states`."""
        return z3.Or(*(self.state_var.term == STATES.index(state) for state in states))

    @cached_property
    def in_state(self) -> Mapping[str, Condition]:
        """That the state is a certain one, for each."""
        return {state: Condition(marked("the state is {about}"), self.state_is(state), state) for state in STATES}

    @property
    def variables(self) -> list[Var]:
        """All variables of this side, ghosts apart."""
        counters = [self.budget("retransmissions"), self.budget("crashes")]
        return [
            self.state_var,
            *self.tcb_vars.values(),
            self.incarnation,
            *(counter for counter in counters if counter),
        ]
