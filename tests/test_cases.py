"""The cases of an arriving segment at 32 bits: Z3 shows that exactly one applies, and that none is there in vain.

Disjoint and exhaustive need no assumption about the TCB. That a case can happen is shown for a sane TCB: as the state
has it, with a window of 1 to 65,535, and a segment that some TCP sends (ACK field 0 without ACK, text within 2,000).
"""

from __future__ import annotations

from dataclasses import replace

import pytest
import z3

from model.tcp.arrives import segment_arrives_in
from model.tcp.event import Path
from model.tcp.segment import symbolic_segment
from model.tcp.state import FIN_SENT, STATES, Endpoint, symbolic_tcb
from tests.arrivals import BITS, VARIANTS, endpoint_of

PROVED = (
    "default",
    "rst=rfc793",
    "syn=rfc793",
    "rfc793",
    "ack_range=off",
    "rfc1337",
    "data_on_syn=dropped",
    "data_on_syn=accepted",
    "fin=any",
    "half_close=discards",
    "two-way",
    "syn_cookies",
)
NOTHING_HELD = ("data_on_syn=dropped", "data_on_syn=accepted")
TCB, X, ISN = symbolic_tcb("", BITS), symbolic_segment("x.", BITS), z3.BitVec("isn", BITS)
SIZES = [z3.BitVec(name, BITS) for name in ("rcv_wnd", "max_snd_wnd", "segment_text")]

IN_VAIN = {
    **{(variant, "SYN-RECEIVED"): "FIN of the SYN" for variant in NOTHING_HELD},
    ("two-way", "SYN-RECEIVED"): "(passive OPEN)",
}
"""Cases that cannot happen, by a part of their names: nothing is held; LISTEN never leads to SYN-RECEIVED."""

variants = pytest.mark.parametrize("variant", PROVED)
states = pytest.mark.parametrize("state", STATES)


def endpoint(variant: str) -> Endpoint:
    """The endpoint of a variant with windows of any size."""
    rcv_wnd, max_snd_wnd, segment_text = SIZES
    found = endpoint_of(VARIANTS[variant])
    return replace(found, rcv_wnd=rcv_wnd, max_snd_wnd=max_snd_wnd, segment_text=segment_text)


def cases(variant: str, state: str) -> list[Path]:
    """All cases of a state."""
    return list(segment_arrives_in(state, endpoint(variant), TCB, X, ISN))


def sane(variant: str, state: str) -> z3.BoolRef:
    """What holds of a TCB of this state and of a segment on the wire."""
    sizes = [z3.And(z3.ULE(1, size), z3.ULE(size, 65_535)) for size in SIZES]
    segment = z3.And(z3.ULE(X.text, 2000), z3.Implies(z3.Not(X.ack), X.ackno == 0))
    if state in ("CLOSED", "LISTEN"):
        return z3.And(*sizes, segment)
    sent, acked = TCB.snd_nxt - TCB.iss, TCB.snd_una - TCB.iss
    numbers = [z3.ULE(sent, 4000), z3.ULE(acked, sent), z3.ULE(TCB.rcv_nxt - TCB.irs, 4000), z3.ULE(TCB.queued, 2000)]
    least = 2 if state in FIN_SENT else 1
    acknowledged = {
        **dict.fromkeys(("SYN-SENT", "SYN-RECEIVED"), acked == 0),
        **dict.fromkeys(("ESTABLISHED", "CLOSE-WAIT"), acked != 0),
        **dict.fromkeys(("FIN-WAIT-1", "CLOSING"), acked != sent),
        "LAST-ACK": z3.And(acked != 0, acked != sent),
    }.get(state, acked == sent)
    return z3.And(*sizes, segment, *numbers, z3.ULE(least, sent), acknowledged, *held(variant, state))


def held(variant: str, state: str) -> list[z3.BoolRef]:
    """What a TCB may have held back, and how it may have come to its state."""
    nothing = z3.And(TCB.syn_text == 0, z3.Not(TCB.syn_fin))
    fits = z3.And(z3.ULE(TCB.syn_text, SIZES[0]), z3.Implies(TCB.syn_fin, z3.ULT(TCB.syn_text, SIZES[0])))
    may_hold = state == "SYN-RECEIVED" and variant not in NOTHING_HELD
    active_only = state == "SYN-SENT" or (state == "SYN-RECEIVED" and variant == "two-way")
    return [fits if may_hold else nothing, *([z3.Not(TCB.passive_open)] if active_only else [])]


@variants
@states
def test_exactly_one_case_applies(variant: str, state: str) -> None:
    solver, guards = z3.Tactic("smt").solver(), [z3.And(True, *path.when) for path in cases(variant, state)]
    solver.push()
    solver.add(z3.Not(z3.Or(*guards)))
    assert solver.check() == z3.unsat, f"no case applies: {solver.model()}"
    solver.pop()
    for at, guard in enumerate(guards):
        assert solver.check(guard, z3.Or(*guards[:at])) == z3.unsat, f"two cases apply: {solver.model()}"


@variants
@states
def test_every_case_can_happen(variant: str, state: str) -> None:
    solver, listed = z3.Solver(), cases(variant, state)
    solver.add(sane(variant, state))
    assert solver.check() == z3.sat
    impossible = [path.names for path in listed if solver.check(*path.when) != z3.sat]
    in_vain = IN_VAIN.get((variant, state))
    assert impossible == [path.names for path in listed if in_vain and in_vain in "; ".join(path.names)]
