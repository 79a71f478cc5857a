"""Why TIME-WAIT lasts 2 MSL (S8): the passive closer's FIN must find somebody who acknowledges it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product

import z3

from model.core.property import LeadsTo, Live, Property, always, sometimes, sometimes_one, step
from model.core.system import Condition, Rule, System, Var
from model.network.bounded import Network, Side
from model.network.clocks import Times
from model.network.ghosts.endings import ENDINGS
from model.network.ghosts.ghost import Ghost
from model.settings.clocks import CLOCK_BITS
from model.settings.setting import BadConfig
from model.tcp.cause import Broken, arrives, caused
from model.words.language import marked
from properties.claim import Cell, Claim, Infinite, Proof, Safety
from properties.configs import (
    EVERY_CLOSE,
    LAST_ACK,
)
from properties.fair import nothing_stops

DELAY, RTO, TIME_WAIT = (Var(name, CLOCK_BITS) for name in ("delay", "rto", "time_wait"))

TIMES = Times(DELAY.term, RTO.term, TIME_WAIT.term)
"""Variables that no rule changes."""

TimingCase = tuple[int, int, int]
"""Delay bound, retransmission timeout, length of TIME-WAIT, in ticks."""


def last_ack_answered(network: Network) -> Property:
    """A FIN that arrives in TIME-WAIT is acknowledged, and the passive closer is never reset."""
    parts = {
        f"a reset ends {side.name}'s LAST-ACK": z3.Not(
            z3.And(side.state_is("LAST-ACK"), ENDINGS.ended_as(side, "reset", after=True))
        )
        for side in network.sides.values()
    }
    parts |= {
        f"{side.name} is in TIME-WAIT and leaves a FIN that arrives unanswered": z3.Not(ENDINGS.unanswered(side).next)
        for side in network.sides.values()
    }
    return step("last-ack-answered", parts=parts)


def last_ack_ends(network: Network) -> Live:
    """Whoever is in LAST-ACK ends in order."""
    goal = z3.Or(*(ENDINGS.ended_as(side, "in order") for side in _passive_closers(network)))
    premise = z3.Or(*(side.state_is("LAST-ACK") for side in _passive_closers(network)))
    broken = "the passive closer's FIN stays unacknowledged for ever"
    return Live(LeadsTo("last-ack-ends", premise, goal), [nothing_stops(network)], broken)


def _passive_closers(network: Network) -> list[Side]:
    """From the half-closed start: B."""
    if network.config.start != "half-closed" or network.config.incarnations != 1:
        raise BadConfig("this property needs start=half-closed and incarnations=1")
    return [network.sides[network.names[1]]]


def fin_again_in_time_wait(network: Network) -> Property:
    """The witness: B's FIN is on its way to an A in TIME-WAIT once more."""
    a, b = network.sides.values()
    return sometimes_one(
        "a FIN on its way to TIME-WAIT",
        [
            z3.And(present, x.fin, a.state_is("TIME-WAIT"), b.state_is("LAST-ACK"))
            for present, x, _ in network.under_way_to(a)
        ],
    )


def closed_after_a_loss(network: Network) -> Property:
    """The witness: a segment was lost, B's FIN was answered from TIME-WAIT, and both sides ended in order."""
    if (lost := network.losses) is None:
        raise BadConfig("this property needs losses=1")
    in_order = [ENDINGS.ended_as(side, "in order") for side in network.sides.values()]
    return sometimes("closed in order after a loss", z3.And(*in_order, lost.term == 1))


def cases(longest: int) -> Iterator[TimingCase]:
    """Delay bounds and retransmission timeouts up to `longest`, each with the lengths of TIME-WAIT worth a search."""
    for delay, rto in product(range(1, longest + 1), repeat=2):
        yield from ((delay, rto, time_wait) for time_wait in range(rto + delay - 1, rto + 2 * delay + 3))


@dataclass(frozen=True)
class UntilItEnds(Network):
    """The runs up to where B's connection ends: with one incarnation it never has a TCB again (tested)."""

    ghosts: tuple[Ghost, ...] = (ENDINGS,)

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Those of the network, while the connection lasts."""
        lasts = ENDINGS.ended_as(self.sides["B"], "not")
        also = Condition(marked("the connection of B has not ended"), lasts)
        return tuple(
            replace(rule, guard=z3.And(lasts, rule.guard), conditions=(also, *rule.conditions))
            for rule in super().rules
        )


def all_at_once(network: Network, wanted: Iterable[TimingCase]) -> System:
    """One system for a network with the times TIMES: an initial state and a property for each case.

    A property is named by its case, as "delay rto time_wait". It says of a state that B, which closes last, has not
    been reset: from the half-closed start that is `last_ack_answered`, and cheaper to check than a step.
    """
    answered = z3.Not(ENDINGS.ended_as(network.sides["B"], "reset"))
    properties, starts = [], []
    for delay, rto, time_wait in wanted:
        here = z3.And(DELAY.term == delay, RTO.term == rto, TIME_WAIT.term == time_wait)
        properties.append(always(f"{delay} {rto} {time_wait}", z3.Implies(here, answered)))
        starts.append({**network.start(), "delay": delay, "rto": rto, "time_wait": time_wait})
    return network.system(*properties, starts=starts)


SILENT = "TIME-WAIT, unacceptable segment arrives: sends nothing"
"""The mutant in which TIME-WAIT hears a retransmitted FIN and says nothing."""

OUTLASTS = (Broken(caused("TIME-WAIT TIMEOUT", "TIME-WAIT"), "in-turn"),)
"""What fails if TIME-WAIT is too short: A is gone before B."""

ARRIVALS = (
    *(("unacceptable RST arrives",), ("unacceptable segment arrives",), ("RST before the window arrives",)),
    *(("RST beyond RCV.NXT arrives",), ("RST arrives",), ("SYN arrives",), ("SYN in the window arrives",)),
    *(("segment without ACK arrives",), ("ACK out of RFC 5961's range arrives",), ("ACK arrives",)),
    ("ACK arrives", "FIN"),
)
IMPOSSIBLE_IN_THE_CLOSE = (
    *(arrives("FIN-WAIT-2", *checks) for checks in ARRIVALS[:-1]),
    *(arrives("TIME-WAIT", *checks) for checks in ARRIVALS[5:]),
    *(arrives(state, *checks, side="B") for state in ("CLOSE-WAIT", "LAST-ACK") for checks in ARRIVALS),
    *(arrives("CLOSED", "segment without ACK arrives", side=side) for side in ("", "B")),
    *(caused("RETRANSMISSION TIMEOUT", state, "text", side="B") for state in ("CLOSE-WAIT", "LAST-ACK")),
)
"""All but the two FINs, their acknowledgments, and the resets of who is CLOSED, which meet B never."""

WITH_TEXT = (
    *(arrives("FIN-WAIT-2", "unacceptable segment arrives"), arrives("FIN-WAIT-2", "ACK arrives")),
    arrives("TIME-WAIT", "ACK arrives"),
    *(arrives(state, "ACK arrives", side="B") for state in ("CLOSE-WAIT", "LAST-ACK")),
    *(caused("RETRANSMISSION TIMEOUT", state, "text", side="B") for state in ("CLOSE-WAIT", "LAST-ACK")),
)
"""Of these, what happens if B sends text before its FIN."""

LAST_ACKS = (
    Claim(
        name="last-ack-answered",
        settles=("S8",),
        sentence=(
            "A FIN that arrives in TIME-WAIT is acknowledged; and if at most one segment is lost, the passive closer,"
            " which sends nothing but its FIN, is never reset."
        ),
        cite="3.6 (MUST-13); 3.10.8",
        meaning=(
            "What S8 says of the retransmitted FIN: it is answered by an ACK, whatever becomes of that; and there is"
            " somebody to answer it. That B's connection ends then is last-ack-ends."
            " B's FIN must find A still in TIME-WAIT when it has to be sent again. The longest wait is RTO + D: B"
            " sends its FIN, the ACK is lost, B sends it again after RTO, and it travels for D. At the instant RTO +"
            " D either may happen first, so TIME-WAIT needs RTO + D + 1 ticks; 2 MSL suffices for RTO =< MSL, D <"
            " MSL, and is tight for RTO = MSL, D = MSL - 1. By the RFC's letter a retransmitted FIN does not restart"
            " TIME-WAIT (it fails the sequence number check); then 2 MSL is not enough. A finding: nor is it if B"
            " sends text before its FIN. The late ACK of the text moves SND.UNA and starts the timer again (RFC 6298,"
            " 5.3), so the FIN is sent again up to D later, and it takes RTO + 2 D + 1. The claim time-wait-threshold"
            " has the tables. The proof is for real times of any value and any number of losses: longer than RTO for"
            " each loss + D is long enough if a retransmitted FIN restarts TIME-WAIT, + 2 D if it does not. B may"
            " double its timeout, or not; RTO is the longest. If B sends text before its FIN, longer than RTO for each"
            " loss + 3 D is long enough (the searches need + 2 D only, which is not shown). The proof states both"
            " parts of the sentence, each of a step, and"
            " nothing about infinite runs: that B ends is not proved for all times."
        ),
        question=Safety(last_ack_answered, witness=(closed_after_a_loss, fin_again_in_time_wait)),
        cells=(
            Cell("2 MSL", LAST_ACK, "holds"),
            Cell("text before the FIN, RTO + 2 D + 1", LAST_ACK.but(octets=1, time_wait="8"), "holds"),
            Cell("one tick less", LAST_ACK.but(time_wait="5"), "fails"),
            Cell("no TIME-WAIT", LAST_ACK.but(time_wait="0"), "fails"),
            Cell("2 MSL, not restarted", LAST_ACK.but(time_wait_restart=False), "fails"),
            Cell("2 MSL, text before the FIN", LAST_ACK.but(octets=1), "fails"),
            Cell("TIME-WAIT does not answer", LAST_ACK.but(mutant=SILENT), "fails"),
            Cell("USER TIMEOUT in TIME-WAIT", LAST_ACK.but(gives_up_waiting="A"), "fails"),
        ),
        not_checked=(
            "the opening and A's half of the close, which lie before the start; more than one loss (searches);"
            " whether B ends at all (proofs)"
        ),
        proofs=(
            Proof("all times: longer than RTO a loss + D", EVERY_CLOSE, "holds", impossible=IMPOSSIBLE_IN_THE_CLOSE),
            Proof(
                "all times: an instant less",
                EVERY_CLOSE,
                "fails",
                fails=OUTLASTS,
                bounded="one tick less",
                time="an instant less",
                impossible=IMPOSSIBLE_IN_THE_CLOSE,
            ),
            Proof(
                "all times: not restarted, longer than RTO a loss + 2 D",
                EVERY_CLOSE.but(time_wait_restart=False),
                "holds",
                impossible=IMPOSSIBLE_IN_THE_CLOSE,
            ),
            Proof(
                "all times: not restarted, longer than RTO a loss + D",
                EVERY_CLOSE.but(time_wait_restart=False),
                "fails",
                fails=OUTLASTS,
                bounded="2 MSL, not restarted",
                time="losses + D",
                impossible=IMPOSSIBLE_IN_THE_CLOSE,
            ),
            Proof(
                "all times: text before the FIN, longer than RTO a loss + 3 D",
                EVERY_CLOSE,
                "holds",
                time="text, losses + 3 D",
                impossible=tuple(event for event in IMPOSSIBLE_IN_THE_CLOSE if event not in WITH_TEXT),
            ),
        ),
    ),
    Claim(
        name="last-ack-ends",
        settles=("S8",),
        sentence="If at most one segment is lost, the passive closer's connection ends, and in order.",
        cite="3.6 (MUST-13); 3.10.7.4, first and fifth; 3.10.8",
        meaning=(
            "What the answers of last-ack-answered are for. It is about infinite runs, in which time goes on: B sends"
            " its FIN until one is acknowledged. If TIME-WAIT does not answer, or B sends nothing again, B waits in"
            " LAST-ACK for ever; if TIME-WAIT is too short, B is reset."
        ),
        question=Infinite(last_ack_ends, witness=(closed_after_a_loss, fin_again_in_time_wait)),
        cells=(
            Cell("2 MSL", LAST_ACK, "holds"),
            Cell("text before the FIN, RTO + 2 D + 1", LAST_ACK.but(octets=1, time_wait="8"), "holds"),
            Cell("TIME-WAIT does not answer", LAST_ACK.but(mutant=SILENT), "fails"),
            Cell("nothing is sent again", LAST_ACK.but(retransmission=False), "fails"),
            Cell("no TIME-WAIT", LAST_ACK.but(time_wait="0"), "fails"),
        ),
        not_checked="more than one loss; how long it takes; the opening and A's half of the close",
    ),
)
