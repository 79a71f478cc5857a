"""One side's variables in a bounded network, and the ghosts among them.

Ghosts are written by `firing` only, and nothing but properties reads them:
- `peer`: the incarnation of the other side whose SYN this TCB has accepted;
- `heard`: a bit for each incarnation of the other side that has accepted a SYN of this side's current incarnation
  (with `syn_cookies`, in LISTEN: of the one that the cookies on offer speak for);
- `finished` (with `history`): the peer of the last connection of this side that carried data and ended in order;
- `ended` (with `endings`): how the last connection of this side ended;
- `unanswered` (with `endings`): a FIN has arrived in TIME-WAIT, and no acknowledgment of it was formed;
- `deceived` (with `origins`): this side has accepted a segment of another connection: one that another incarnation
  than its peer has sent, or that acknowledges another incarnation of this side;
- `ack_lost` (with `ack_losses`): the network has lost an acknowledgment of everything that this side has sent.
- `older` (with `turns`): this side's current incarnation was chosen before the other side's;
- `accepted` (with `syns`): somebody has accepted a SYN of this side, whatever has become of either since;
- `sent`, `delivered`, `fed`, `disordered` (with `accounts`): octets sent and delivered, see `accounts`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from model.core import z3fast as z3
from model.core.system import Var, enumeration
from model.settings.config import Config
from model.tcp.state import FIELDS, FLAGS, STATES, Tcb

SIDES = ("A", "B")
NO_TCB = ("CLOSED", "LISTEN")
ENDINGS = ("not", "in order", "reset", "given up", "aborted", "crashed")


@dataclass(frozen=True)
class Side:
    """One side's variables, as terms."""

    name: str
    config: Config

    def _var(self, field: str, width: int = 0, ghost: bool = False) -> Var:
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
        return {name: self._var(name, widths[name]) for name in FIELDS if name not in absent}

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
        return self._var("incarnation", self.config.incarnation_bits)

    @cached_property
    def peer(self) -> Var:
        """Ghost: the incarnation of the other side that this TCB believes it talks to."""
        return self._var("peer", self.config.incarnation_bits, ghost=True)

    @cached_property
    def heard(self) -> Var:
        """Ghost: bit k-1 says that incarnation k of the other side has accepted a SYN of this incarnation."""
        return self._var("heard", self.config.incarnations, ghost=True)

    @cached_property
    def finished(self) -> Var:
        """Ghost: the other side's incarnation with which this side last exchanged data and closed in order."""
        return self._var("finished", self.config.incarnation_bits, ghost=True)

    @cached_property
    def ended(self) -> Var:
        """Ghost: how the last connection of this side ended."""
        return replace(enumeration(f"{self.name}.ended", ENDINGS), ghost=True)

    @cached_property
    def unanswered(self) -> Var:
        """Ghost: a FIN has arrived in TIME-WAIT and no acknowledgment of it was formed, whatever the channel did."""
        return self._var("unanswered", ghost=True)

    @cached_property
    def ack_lost(self) -> Var:
        """Ghost: an acknowledgment of all that this side had sent has been lost on its way."""
        return self._var("ack_lost", ghost=True)

    @cached_property
    def deceived(self) -> Var:
        """Ghost: a segment of another connection has changed the state, SND.UNA or RCV.NXT."""
        return self._var("deceived", ghost=True)

    @cached_property
    def older(self) -> Var:
        """Ghost: the other side has chosen its initial sequence number later than this side."""
        return self._var("older", ghost=True)

    @cached_property
    def accepted(self) -> Var:
        """Ghost: somebody has accepted a SYN of this side; nothing takes that back."""
        return self._var("accepted", ghost=True)

    def ended_as(self, how: str) -> z3.BitVecRef:
        """The value of `ended` with this name."""
        return z3.BitVecVal(ENDINGS.index(how), self.ended.width)

    @cached_property
    def sent(self) -> list[Var]:
        """Ghosts: for each incarnation of this side, the octets that its user has sent."""
        return self._counters("sent", self.config.octets)

    @cached_property
    def delivered(self) -> list[Var]:
        """Ghosts: for each incarnation of the other side, its octets delivered here; they stop at octets + 1."""
        return self._counters("delivered", self.config.octets + 1)

    def _counters(self, name: str, most: int) -> list[Var]:
        numbers = range(1, self.config.incarnations + 1)
        return [self._var(f"{name}_{k}", most.bit_length(), ghost=True) for k in numbers]

    @cached_property
    def fed(self) -> Var:
        """Ghost: this connection has delivered text to its user."""
        return self._var("fed", ghost=True)

    @cached_property
    def disordered(self) -> Var:
        """Ghost: an octet has been delivered that is not the next one of its incarnation."""
        return self._var("disordered", ghost=True)

    def budget(self, name: str) -> Var | None:
        """The counter of a bounded budget, if this configuration bounds it."""
        limit = getattr(self.config, name)
        return self._var(name, limit.bit_length()) if limit else None

    def state_is(self, *states: str) -> z3.BoolRef:
        """Whether the state is one of `states`."""
        return z3.Or(*(self.state_var.term == STATES.index(state) for state in states))

    @property
    def variables(self) -> list[Var]:
        """All variables of this side."""
        counters = [self.budget("retransmissions"), self.budget("crashes")]
        history = [self.finished] if self.config.history else []
        history += [self.ended, self.unanswered] if self.config.endings else []
        history += [self.ack_lost] if self.config.ack_losses else []
        history += [self.deceived] if self.config.origins else []
        history += [self.older] if self.config.turns else []
        history += [self.accepted] if self.config.syns else []
        history += [*self.sent, *self.delivered, self.fed, self.disordered] if self.config.accounts else []
        return [
            self.state_var,
            *self.tcb_vars.values(),
            self.incarnation,
            *(counter for counter in counters if counter),
            self.peer,
            self.heard,
            *history,
        ]
