"""The state diagram: Figure 5 of the RFC, with the exceptions that its own text adds (S1, S7)."""

from __future__ import annotations

from collections.abc import Mapping

import z3

from model.core.property import Property, sometimes, sometimes_one, step
from model.network.bounded import Network, Side
from model.tcp.segment import acknowledges
from model.tcp.state import STATES
from properties.predicates import both, counts_syn_acknowledged
from properties.under_way import arriving, pairs

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
    return step(
        "figure-5",
        parts={f"{side.name} moves along an arc": along_arc(network, side) for side in network.sides.values()},
    )


def along_arc(network: Network, side: Side) -> z3.BoolRef:
    """The side stays in its state or moves along an arc; to CLOSED against Figure 5 only for a reason that is there."""
    var, free = side.state_var, z3.BoolVal(True)
    moves = [
        z3.And(
            var.term == STATES.index(a),
            var.next == STATES.index(b),
            may_die(network, side) if b == "CLOSED" and (a, b) in EXCEPTIONS else free,
        )
        for a, b in sorted(arcs(network))
    ]
    return z3.Or(var.term == var.next, *moves)


def may_die(network: Network, side: Side) -> z3.BoolRef:
    """This configuration has ABORT, USER TIMEOUT or crashes, or a RST (RFC 793: or a SYN) is on its way to the side."""
    c = network.config
    if side.name in (c.aborts, c.gives_up) or "both" in (c.aborts, c.gives_up) or c.crashes != 0:
        return z3.BoolVal(True)
    resets = [z3.And(full, z3.Or(x.rst, z3.And(x.syn, c.syn == "rfc793"))) for full, x, _ in arriving(network, side)]
    return z3.Or(*resets)


def opening_paths(network: Network) -> Property:
    """A SYN is acknowledged by the three-way exchange only."""
    return step(
        "opening-paths",
        parts={
            f"{side.name} is acknowledged in SYN-SENT, or after LISTEN in SYN-RECEIVED": confirmed(side, passive=True)
            for side in network.sides.values()
        },
    )


def opening_paths_simultaneous(network: Network) -> Property:
    """A SYN is acknowledged by the three-way exchange or by simultaneous open."""
    return step(
        "opening-paths-simultaneous",
        parts={
            f"{side.name} is acknowledged in SYN-SENT or SYN-RECEIVED": confirmed(side, passive=False)
            for side in network.sides.values()
        },
    )


def confirmed(side: Side, passive: bool) -> z3.BoolRef:
    """Where the side comes to count its SYN as acknowledged, it was opening, and SND.UNA passes ISS at that moment.

    ISS stays, and from SYN-RECEIVED on IRS does. passive: SYN-RECEIVED counts only if a passive OPEN led there.
    """
    before, counts, looked_at = side.tcb, counts_syn_acknowledged(side), [side.state_var, *side.tcb_vars.values()]
    una, iss, irs, nxt = (side.tcb_vars[name].next for name in ("snd_una", "iss", "irs", "snd_nxt"))
    comes = z3.And(z3.Not(counts), z3.substitute(counts, *((var.term, var.next) for var in looked_at)))
    after_syn_received = z3.And(
        side.state_is("SYN-RECEIVED", "FIN-WAIT-1", "CLOSING"),
        irs == before.irs,
        before.passive_open if passive else z3.BoolVal(True),
    )
    acknowledged = z3.And(iss == before.iss, before.snd_una == before.iss, acknowledges(una, iss, nxt))
    return z3.Implies(comes, z3.And(acknowledged, z3.Or(side.state_is("SYN-SENT"), after_syn_received)))


def end_of_four_segments(network: Network) -> Property:
    """The diagram is walked to its end: one side in TIME-WAIT, the other in LAST-ACK."""
    return sometimes_one(
        "TIME-WAIT and LAST-ACK",
        [z3.And(side.state_is("TIME-WAIT"), other.state_is("LAST-ACK")) for side, other in pairs(network)],
    )


def end_of_simultaneous_close(network: Network) -> Property:
    """The other branch: both sides in CLOSING."""
    return sometimes("both CLOSING", both(network, "CLOSING"))


def both_established_simultaneously(network: Network) -> Property:
    """Both ends are open, and neither was opened passively."""
    crossing = [z3.Not(side.tcb.passive_open) for side in network.sides.values()]
    return sometimes("both ESTABLISHED, both active", z3.And(both(network, "ESTABLISHED"), *crossing))


def both_established(network: Network) -> Property:
    """Both ends are open."""
    return sometimes("both ESTABLISHED", both(network, "ESTABLISHED"))
