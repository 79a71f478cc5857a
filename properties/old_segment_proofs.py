"""No old segment is accepted, for every channel: what a step that takes a segment owes."""

from __future__ import annotations

import z3

from model.engines.unbounded import Part, Step
from model.network.side import SIDES
from model.network.soup import UnboundedNetwork
from properties.invariant import is_ack


def nothing_of_another(network: UnboundedNetwork, step: Step) -> tuple[Part, ...]:
    """No segment of another incarnation than the one believed in changes the state, SND.UNA or RCV.NXT (a RST apart).

    Nor does an acknowledgment of another incarnation than the current one move SND.UNA, whoever sent it.
    The obligations of one step; a step that takes no segment has none.
    """
    if not step.arrives:
        return ()
    end = network.ends[SIDES[1 - SIDES.index(step.arrives)]]
    x = network.arriving[step.arrives]
    looked_at = {"state": end.state, "snd_una": end.tcb.snd_una, "rcv_nxt": end.tcb.rcv_nxt}
    after = {name: step.update.get(f"{end.name}.{name}", term) for name, term in looked_at.items()}
    strange = z3.And(z3.Not(x.x.rst), end.has_irs, x.iss != end.tcb.irs)
    changed = z3.Or(*(after[name] != term for name, term in looked_at.items()))
    owed = [Part("no old segment accepted", z3.Implies(strange, z3.Not(changed)))]
    if f"{end.name}.snd_una" in step.update:
        strange = z3.And(is_ack(x), end.has_tcb, x.irs != end.tcb.iss)
        owed.append(Part("no old acknowledgment accepted", z3.Implies(strange, after["snd_una"] == end.tcb.snd_una)))
    return tuple(owed)
