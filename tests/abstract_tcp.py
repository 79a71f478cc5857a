"""An abstract TCP without sequence numbers and without loss, whose state counts are public: a test of the engines.

It is the model of `specifications/tcp` in tlaplus/Examples, in our own terms. Each of two peers has a flag *tcb*, a
state, and a FIFO queue of the messages sent to it. An action takes messages from the head of the peer's own queue and
appends to the other's. Slot 0 is the head; empty slots are at the end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import z3

from model.core.property import always
from model.core.system import Rule, State, System, Var, enumeration

STATES = [
    "CLOSED",
    "LISTEN",
    "SYN-SENT",
    "SYN-RECEIVED",
    "ESTABLISHED",
    "FIN-WAIT-1",
    "FIN-WAIT-2",
    "CLOSE-WAIT",
    "CLOSING",
    "LAST-ACK",
    "TIME-WAIT",
]
MESSAGES = ["none", "SYN", "SYN-ACK", "ACK", "RST", "FIN", "ACK-of-FIN"]
PEERS = "A", "B"
OPENINGS = ("active open", "passive open", "user sends")


@dataclass(frozen=True)
class Action:
    """One line of the table. tcb: None leaves the flag; `needs_tcb`: only with a tcb."""

    name: str
    states: str
    next: str
    takes: tuple[str, ...] = ()
    sends: str = ""
    tcb: bool | None = None
    needs_tcb: bool = False


ANY = " ".join(STATES)
ACTIONS = (
    Action("passive open", "CLOSED", "LISTEN", tcb=True),
    Action("active open", "CLOSED", "SYN-SENT", sends="SYN", tcb=True),
    Action("user sends", "LISTEN", "SYN-SENT", sends="SYN"),
    Action("close unopened", "LISTEN SYN-SENT", "CLOSED", tcb=False),
    Action("close", "SYN-RECEIVED ESTABLISHED", "FIN-WAIT-1", sends="FIN"),
    Action("close second", "CLOSE-WAIT", "LAST-ACK", sends="FIN"),
    Action("listen takes SYN", "LISTEN", "SYN-RECEIVED", ("SYN",), "SYN-ACK"),
    Action("simultaneous open", "SYN-SENT", "SYN-RECEIVED", ("SYN",), "SYN-ACK"),
    Action("takes SYN-ACK", "SYN-SENT", "ESTABLISHED", ("SYN-ACK",), "ACK"),
    Action("back to listen", "SYN-RECEIVED", "LISTEN", ("RST",)),
    Action("takes ACK", "SYN-RECEIVED", "ESTABLISHED", ("ACK",)),
    Action("takes FIN", "ESTABLISHED", "CLOSE-WAIT", ("FIN",), "ACK-of-FIN"),
    Action("simultaneous close", "FIN-WAIT-1", "CLOSING", ("FIN",), "ACK-of-FIN"),
    Action("FIN acknowledged", "FIN-WAIT-1", "FIN-WAIT-2", ("ACK-of-FIN",)),
    Action("FIN and ACK-of-FIN", "FIN-WAIT-1", "TIME-WAIT", ("FIN", "ACK-of-FIN"), "ACK-of-FIN"),
    Action("last FIN", "FIN-WAIT-2", "TIME-WAIT", ("FIN",), "ACK-of-FIN"),
    Action("closing acknowledged", "CLOSING", "TIME-WAIT", ("ACK-of-FIN",)),
    Action("last ACK", "LAST-ACK", "CLOSED", ("ACK-of-FIN",)),
    Action("timeout", "TIME-WAIT", "CLOSED", tcb=False, needs_tcb=True),
    Action("resets", ANY, "TIME-WAIT", sends="RST", needs_tcb=True),
    Action("reset to listen", ANY, "LISTEN", ("RST",)),
    Action("reset to closed", ANY, "CLOSED", ("RST",)),
)


class Peer:
    """The variables of one peer."""

    def __init__(self, name: str, slots: int) -> None:
        self.name = name
        self.tcb = Var(f"{name}.tcb")
        self.state = enumeration(f"{name}.state", STATES)
        self.slots = [enumeration(f"{name}.queue{i}", MESSAGES) for i in range(slots)]

    @property
    def variables(self) -> list[Var]:
        """All of them."""
        return [self.tcb, self.state, *self.slots]

    @property
    def queue(self) -> list[z3.ExprRef]:
        """The slots as terms."""
        return [slot.term for slot in self.slots]

    def initial(self, tcb: bool, state: str, queue: Sequence[str] = ()) -> State:
        """Values of the variables."""
        messages = [*queue, *["none"] * (len(self.slots) - len(queue))]
        values = [int(tcb), STATES.index(state), *map(MESSAGES.index, messages)]
        return dict(zip([v.name for v in self.variables], values, strict=True))


def message(name: str) -> z3.BitVecRef:
    """A message as a term."""
    return z3.BitVecVal(MESSAGES.index(name), 3)


def rule(action: Action, local: Peer, remote: Peer) -> Rule:
    """The action as one peer does it; a queue too short for a message touches the bound *queue*."""
    guard = [z3.Or([local.state.term == STATES.index(state) for state in action.states.split()])]
    guard += [slot == message(taken) for slot, taken in zip(local.queue, action.takes, strict=False)]
    guard += [local.tcb.term] if action.needs_tcb else []
    update = {local.state.name: z3.BitVecVal(STATES.index(action.next), 4)}
    update |= {} if action.tcb is None else {local.tcb.name: z3.BoolVal(action.tcb)}
    rest = [*local.queue[len(action.takes) :], *[message("none")] * len(action.takes)]
    update |= {slot.name: value for slot, value in zip(local.slots, rest, strict=True)} if action.takes else {}
    touches = {}
    if action.sends:
        first = [True, *[slot != message("none") for slot in remote.queue]]
        for at, slot in enumerate(remote.slots):
            free = z3.And(first[at], slot.term == message("none"))
            update[slot.name] = z3.If(free, message(action.sends), slot.term)
        touches = {"queue": first[-1]}
    return Rule(f"{local.name}: {action.name}", z3.And(guard), update, side=local.name, touches=touches)


def agreement(one: Peer, other: Peer) -> z3.BoolRef:
    """When both queues are empty, both peers are ESTABLISHED or neither is."""
    empty = z3.And(one.queue[0] == message("none"), other.queue[0] == message("none"))
    established = STATES.index("ESTABLISHED")
    return z3.Implies(empty, (one.state.term == established) == (other.state.term == established))


def _rules(peers: Sequence[Peer]) -> tuple[Rule, ...]:
    one, other = peers
    return tuple(rule(action, *pair) for pair in ((one, other), (other, one)) for action in ACTIONS)


def bounded(longest: int) -> System:
    """All actions; no queue may hold more than `longest` messages."""
    one, other = peers = [Peer(name, longest + 1) for name in PEERS]
    short = z3.And([peer.queue[longest] == message("none") for peer in peers])
    initial = one.initial(False, "CLOSED") | other.initial(False, "CLOSED")
    prop = always("agreement", agreement(one, other))
    return System((*one.variables, *other.variables), (initial,), _rules(peers), (prop,), constraint=short)


def published(slots: int = 8) -> System:
    """The configuration `MCtcp`: one peer listens, the other's SYN is on its way, and nobody opens anew.

    TLC generates the forbidden openings and then discards them, so here they lead outside the constraint.
    """
    one, other = peers = [Peer(name, slots) for name in PEERS]
    opened = Var("opened")
    initial = tuple(
        {**client.initial(True, "SYN-SENT"), **server.initial(True, "LISTEN", ["SYN"]), "opened": 0}
        for client, server in ((one, other), (other, one))
    )
    rules = tuple(
        replace(r, update={**r.update, "opened": z3.BoolVal(True)}) if r.name.endswith(OPENINGS) else r
        for r in _rules(peers)
    )
    pairs = [pair for peer in peers for pair in zip(peer.queue, peer.queue[1:], strict=False)]
    distinct = [z3.Or(first == message("none"), first != second) for first, second in pairs]
    constraint = z3.And(z3.Not(opened.term), *distinct)
    prop = always("agreement", agreement(one, other))
    return System((*one.variables, *other.variables, opened), initial, rules, (prop,), constraint=constraint)
