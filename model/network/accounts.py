"""The ghosts that count octets (with `accounts`): who has sent how many, and whose were delivered.

- `sent_k`: octets that the user of this side's incarnation k has sent, also those that are still queued;
- `delivered_k`: octets of the other side's incarnation k that this side's users have got, over all incarnations of this
  side; octets + 1 stands for more than were ever sent;
- `fed`: the connection that this side is in has delivered text to its user.

Whose an octet is, the ghost of its segment's slot says; of text held since the SYN, the ghost `peer`.
"""

from __future__ import annotations

from model import z3fast as z3
from model.network.side import NO_TCB, Side
from model.tcp.event import Event


def account(side: Side, event: Event, sender: z3.BitVecRef, incarnation: z3.BitVecRef) -> dict[str, z3.ExprRef]:
    """The ghosts after an event of `side`; incarnation: of `side`, after the event."""
    config, update = side.config, dict[str, z3.ExprRef]()
    if event.budget == "octets":
        for k, var in enumerate(side.sent, 1):
            update[var.name] = z3.If(incarnation == k, var.term + config.segment_text, var.term)
    zero = z3.BitVecVal(0, config.seq_bits)
    new, held = event.delivered, event.released
    new, held = zero if new is None else new, zero if held is None else held
    for k, var in enumerate(side.delivered, 1):
        more = z3.If(sender == k, new, zero) + z3.If(side.peer.term == k, held, zero)
        total = z3.ZeroExt(config.seq_bits - var.width, var.term) + more
        most = z3.If(z3.UGT(total, config.octets), z3.BitVecVal(config.octets + 1, config.seq_bits), total)
        update[var.name] = z3.Extract(var.width - 1, 0, most)
    begins = event.chooses_isn or event.next in NO_TCB
    update[side.fed.name] = z3.Or(z3.BoolVal(False) if begins else side.fed.term, new + held != 0)
    return update
