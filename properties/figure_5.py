"""The state diagram: Figure 5 of the RFC, with the exceptions that its own text adds (S1, S7)."""

from __future__ import annotations

from collections.abc import Mapping

import z3

from model.network.bounded import Network, Side
from model.system import Property
from model.tcp.state import STATES
from properties.predicates import both

FIGURE_5: Mapping[str, tuple[str, ...]] = {
    "CLOSED": ("LISTEN", "SYN-SENT"),
    "LISTEN": ("CLOSED", "SYN-SENT", "SYN-RECEIVED"),
    "SYN-SENT": ("CLOSED", "SYN-RECEIVED", "ESTABLISHED"),
    "SYN-RECEIVED": ("LISTEN", "ESTABLISHED", "FIN-WAIT-1"),
    "ESTABLISHED": ("FIN-WAIT-1", "CLOSE-WAIT"),
    "FIN-WAIT-1": ("FIN-WAIT-2", "CLOSING"),
    "FIN-WAIT-2": ("TIME-WAIT",),
    "CLOSE-WAIT": ("LAST-ACK",),
    "CLOSING": ("TIME-WAIT",),
    "LAST-ACK": ("CLOSED",),
    "TIME-WAIT": ("CLOSED",),
}
"""The arcs that Figure 5 draws."""

SYNCHRONIZED = STATES[STATES.index("SYN-RECEIVED") :]

EXCEPTIONS: Mapping[tuple[str, str], str] = {
    ("FIN-WAIT-1", "TIME-WAIT"): "Figure 5, note 2: FIN and the acknowledgment of our FIN in one segment",
    **{
        (state, "CLOSED"): "Figure 5, note 3: RST; 3.10.5: ABORT; 3.10.8: USER TIMEOUT; 3.5.1: crash"
        for state in SYNCHRONIZED
        if "CLOSED" not in FIGURE_5[state]
    },
    ("SYN-SENT", "CLOSE-WAIT"): "3.10.7.3, fourth, goes on to 3.10.7.4, eighth: FIN on the SYN,ACK",
    ("SYN-RECEIVED", "CLOSE-WAIT"): "3.10.7.4, fifth and eighth: ACK of our SYN and FIN in one segment",
    ("SYN-RECEIVED", "LAST-ACK"): "the same, and a CLOSE that was queued in SYN-RECEIVED (3.10.4)",
}
"""The arcs that the text adds to the figure, each with the paragraph that does."""

ABORT_TO_TIME_WAIT: Mapping[tuple[str, str], str] = {
    (state, "TIME-WAIT"): "Figure 5, note 3, and 3.5.2: the side that sends a RST enters TIME-WAIT"
    for state in ("SYN-RECEIVED", "ESTABLISHED", "CLOSE-WAIT")
}
"""Only with abort_to=TIME-WAIT."""


def arcs(network: Network) -> set[tuple[str, str]]:
    """The arcs that Figure 5 and the exceptions allow."""
    drawn = {(source, target) for source, targets in FIGURE_5.items() for target in targets}
    return drawn | EXCEPTIONS.keys() | (ABORT_TO_TIME_WAIT.keys() if network.config.abort_to == "TIME-WAIT" else set())


def figure_5(network: Network) -> Property:
    """Every change of state is an arc."""
    parts = {f"{side.name} moves along an arc": along_arc(side, arcs(network)) for side in network.sides.values()}
    return Property("figure-5", "step", z3.And(*parts.values()), parts=parts)


def along_arc(side: Side, allowed: set[tuple[str, str]]) -> z3.BoolRef:
    """The side stays in its state or moves along one of the arcs."""
    var = side.state_var
    number = STATES.index
    moves = [z3.And(var.term == number(a), var.next == number(b)) for a, b in sorted(allowed)]
    return z3.Or(var.term == var.next, *moves)


def opening_paths(network: Network) -> Property:
    """ESTABLISHED is entered by the three-way exchange only."""
    parts = {
        f"{side.name} enters ESTABLISHED from SYN-SENT, or from LISTEN through SYN-RECEIVED": enters(side, passive=True)
        for side in network.sides.values()
    }
    return Property("opening-paths", "step", z3.And(*parts.values()), parts=parts)


def opening_paths_simultaneous(network: Network) -> Property:
    """ESTABLISHED is entered by the three-way exchange or by simultaneous open."""
    parts = {
        f"{side.name} enters ESTABLISHED from SYN-SENT or SYN-RECEIVED": enters(side, passive=False)
        for side in network.sides.values()
    }
    return Property("opening-paths-simultaneous", "step", z3.And(*parts.values()), parts=parts)


def enters(side: Side, passive: bool) -> z3.BoolRef:
    """ESTABLISHED is entered from an opening state, our SYN acknowledged at that moment, ISS and IRS as they were.

    passive: from SYN-RECEIVED only if a passive OPEN led there.
    """
    state, numbers = side.state_var, {name: side.tcb_vars[name] for name in ("snd_una", "iss", "irs")}
    number = STATES.index
    from_syn_received = z3.And(
        state.term == number("SYN-RECEIVED"),
        numbers["irs"].next == numbers["irs"].term,
        side.tcb.passive_open if passive else z3.BoolVal(True),
    )
    entering = z3.And(state.term != number("ESTABLISHED"), state.next == number("ESTABLISHED"))
    confirmed = z3.And(
        numbers["iss"].next == numbers["iss"].term,
        numbers["snd_una"].term == numbers["iss"].term,
        numbers["snd_una"].next == numbers["iss"].next + 1,
    )
    return z3.Implies(entering, z3.And(confirmed, z3.Or(state.term == number("SYN-SENT"), from_syn_received)))


def all_states(network: Network) -> Property:
    """The diagram is walked to its end: one side in TIME-WAIT, the other in LAST-ACK."""
    ends = [
        z3.And(side.state_is("TIME-WAIT"), network.other(side).state_is("LAST-ACK")) for side in network.sides.values()
    ]
    return Property("TIME-WAIT and LAST-ACK", "reachable", z3.Or(*ends))


def both_established_simultaneously(network: Network) -> Property:
    """Both ends are open, and neither was opened passively."""
    crossing = [z3.Not(side.tcb.passive_open) for side in network.sides.values()]
    return Property("both ESTABLISHED, both active", "reachable", z3.And(both(network, "ESTABLISHED"), *crossing))


def both_established(network: Network) -> Property:
    """Both ends are open."""
    return Property("both ESTABLISHED", "reachable", both(network, "ESTABLISHED"))
