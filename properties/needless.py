"""Why four segments to close, and not three (S9): a FIN whose ACK is held back is sent again and again."""

from __future__ import annotations

from dataclasses import replace

import z3

from model.core.property import Property, always, sometimes
from model.core.system import Var
from model.network.bounded import NO_TCB, Network, Side
from model.network.clocks import constant_times
from model.network.ghosts.segments import ACK_LOSSES
from model.settings.clocks import CLOCK_BITS
from model.settings.config import Config
from model.settings.setting import BadConfig
from properties.claim import Cell, Claim, Safety
from properties.configs import (
    FOUR_WAY_CLOSE,
)

APPLICATION_DELAY = Var("application_delay", CLOCK_BITS)


def no_needless_fin_retransmission(network: Network) -> Property:
    """No FIN is sent again that has arrived in order, unless its acknowledgment was lost."""
    parts = {
        f"{side.name} sends its FIN again although it has arrived and no ACK of it was lost": z3.Not(
            z3.And(fin_is_due(network, side), fin_has_arrived(network, side), z3.Not(ACK_LOSSES.ack_lost(side).term))
        )
        for side in network.sides.values()
    }
    return replace(always("no-needless-fin-retransmission", parts=parts), follows="RETRANSMISSION of FIN")


def fin_is_due(network: Network, side: Side) -> z3.BoolRef:
    """The retransmission timer of `side` goes off now, and its FIN alone is outstanding."""
    if network.clocks is None:
        raise BadConfig("this property needs timed=true")
    timer = next(timer for timer in network.clocks.timers(side) if timer.name == "retransmission")
    return z3.And(side.state_is("FIN-WAIT-1", "CLOSING", "LAST-ACK"), outstanding(side) == 1, timer.due)


def outstanding(side: Side) -> z3.BitVecRef:
    """How many numbers are not acknowledged."""
    return side.tcb.snd_nxt - side.tcb.snd_una


def fin_has_arrived(network: Network, side: Side) -> z3.BoolRef:
    """The other side has received everything that `side` has sent, in order."""
    peer = network.other(side)
    return z3.And(peer.tcb.irs == side.tcb.iss, peer.tcb.rcv_nxt == side.tcb.snd_nxt, z3.Not(peer.state_is(*NO_TCB)))


def fin_acknowledged_after_a_loss(network: Network) -> Property:
    """The witness: a segment was lost, and A's FIN has been acknowledged."""
    if (lost := network.losses) is None:
        raise BadConfig("this property needs losses=1")
    done = z3.And(network.sides["A"].state_is("FIN-WAIT-2"), lost.term == 1)
    return sometimes("a FIN acknowledged after a loss", done)


def any_application_delay(config: Config) -> Network:
    """A timed network whose application delay is a variable that no rule changes."""
    return Network(config, replace(constant_times(config), application_delay=APPLICATION_DELAY.term))


def sent_again(network: Network, delay: int, count: int) -> Property:
    """With this application delay A has retransmitted so often."""
    if (counter := network.sides["A"].budget("retransmissions")) is None:
        raise BadConfig("this property needs a bound on retransmissions")
    often = z3.And(APPLICATION_DELAY.term == delay, z3.UGE(counter.term, count))
    return sometimes(f"application delay {delay}: {count} retransmissions", often)


NEEDLESS = (
    Claim(
        name="no-needless-fin-retransmission",
        settles=("S9",),
        sentence=(
            "A FIN that has arrived in order, and of which no ACK is lost, is not sent again while the retransmission"
            " timeout exceeds two delays and the acknowledgment delay."
        ),
        cite="3.6; 3.8.6.3; 3.10.7.4, eighth",
        meaning=(
            "Why four segments to close: acknowledged at once, a FIN is sent again only if it or its ACK was lost,"
            " and RTO > 2 D + acknowledgment delay is exactly what that takes. Merged with the own FIN the ACK waits"
            " for the application, so the application's delay is added, and has no bound in practice."
            " needless-retransmissions counts them."
        ),
        question=Safety(no_needless_fin_retransmission, witness=(fin_acknowledged_after_a_loss,)),
        cells=(
            Cell("four-way", FOUR_WAY_CLOSE, "holds"),
            Cell("four-way, delayed ACK", FOUR_WAY_CLOSE.but(ack_delay=1, rto=4), "holds"),
            Cell("merged, application at once", FOUR_WAY_CLOSE.but(close="merged", application_delay=0), "holds"),
            Cell("RTO = 2 D", FOUR_WAY_CLOSE.but(rto=2), "fails"),
            Cell("RTO = 2 D + ACK delay", FOUR_WAY_CLOSE.but(ack_delay=1), "fails"),
            Cell("merged", FOUR_WAY_CLOSE.but(close="merged", application_delay=1), "fails"),
        ),
        not_checked="a window smaller than the text and FIN under way: an ACK outside of it is not looked at",
    ),
)
