"""The ghosts that count octets (with `accounts`): who has sent how many, and whose were delivered.

- `sent_k`: octets that the user of this side's incarnation k has sent, also those that are still queued;
- `delivered_k`: octets of the other side's incarnation k that this side's users have got, over all incarnations of this
  side; octets + 1 stands for more than were ever sent;
- `fed`: the connection that this side is in has delivered text to its user;
- `disordered`: this side has delivered an octet that was not the next one: octets have names, the first that an
  incarnation sends is number ISS + 1, and `delivered_k` of them have been got before.

Whose an octet is, the ghost of its segment's slot says; of text held since the SYN, the ghost `peer`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from model.core import z3fast as z3
from model.network.side import NO_TCB, Side
from model.tcp.event import Event
from model.tcp.segment import Segment


@dataclass(frozen=True)
class Arrival:
    """What a side receives: the segment, if one arrives, its sender, and the other side's ISNs by incarnation."""

    x: Segment | None
    sender: z3.BitVecRef
    isns: Sequence[int]


def account(side: Side, event: Event, arrival: Arrival, incarnation: z3.BitVecRef) -> dict[str, z3.ExprRef]:
    """The ghosts after an event of `side`; incarnation: of `side`, after the event."""
    config, update = side.config, dict[str, z3.ExprRef]()
    if event.budget == "octets":
        for k, var in enumerate(side.sent, 1):
            update[var.name] = z3.If(incarnation == k, var.term + config.segment_text, var.term)
    zero = z3.BitVecVal(0, config.seq_bits)
    new, held = (zero if n is None else n for n in (event.effect.delivered, event.effect.released))
    for k, var in enumerate(side.delivered, 1):
        more = z3.If(arrival.sender == k, new, zero) + z3.If(side.peer.term == k, held, zero)
        total = z3.ZeroExt(config.seq_bits - var.width, var.term) + more
        most = z3.If(z3.UGT(total, config.octets), z3.BitVecVal(config.octets + 1, config.seq_bits), total)
        update[var.name] = z3.Extract(var.width - 1, 0, most)
    if event.effect.delivered is not None or event.effect.released is not None:
        update[side.disordered.name] = z3.Or(side.disordered.term, *_out_of_turn(side, event, arrival))
    begins = event.effect.chooses_isn or event.effect.next in NO_TCB
    update[side.fed.name] = z3.Or(z3.BoolVal(False) if begins else side.fed.term, new + held != 0)
    return update


def _out_of_turn(side: Side, event: Event, arrival: Arrival) -> Iterator[z3.BoolRef]:
    """For each incarnation of the other side: one of its octets is delivered that is not the next one.

    What was held since the SYN begins at IRS + 1. Of the segment's text what is new begins at RCV.NXT, after that, and
    has to be in the segment; where there is no RCV.NXT yet, it begins at its first octet.
    """
    zero, tcb = z3.BitVecVal(0, side.config.seq_bits), side.tcb
    new, held = (zero if n is None else n for n in (event.effect.delivered, event.effect.released))
    synchronized = event.state not in (*NO_TCB, "SYN-SENT")
    first = tcb.rcv_nxt + held if synchronized or arrival.x is None else arrival.x.text_seq
    if arrival.x is not None:
        offset, text = first - arrival.x.text_seq, arrival.x.text
        yield z3.And(new != 0, z3.Not(z3.And(z3.ULE(offset, text), z3.ULE(new, text - offset))))
    for k, (var, isn) in enumerate(zip(side.delivered, arrival.isns, strict=True), 1):
        got = z3.ZeroExt(side.config.seq_bits - var.width, var.term)
        before = got + z3.If(side.peer.term == k, held, zero)
        yield z3.And(side.peer.term == k, held != 0, tcb.irs - isn != got)
        yield z3.And(arrival.sender == k, new != 0, first - isn - 1 != before)
