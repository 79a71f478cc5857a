"""Proofs in real time: what is assumed of times, and what is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from model.any_channel.closing import DELAY, LOSSES, TIME_WAIT, closing
from model.any_channel.network import UnboundedNetwork
from model.any_channel.timed import MSL, SILENCE, Rest, resting
from model.engines.inductive.obligations import Induction
from model.settings.config import Config
from properties.proofs.closing import CLOSING, never_reset, outlasts
from properties.proofs.invariant import syn_at_iss
from properties.proofs.lemma import LemmaOf, Theorem
from properties.proofs.rest import REST


@dataclass(frozen=True)
class InTime:
    """A proof in real time: its network, which says what it assumes, and what is shown of that.

    proved: lemmas that it rests on. freshness: whether every choice of an ISN owes it, so that the claim's proof for
    every channel, which assumes it, is to follow. That is no circle, although `proved` are shown there: freshness is
    owed of a step before it is taken, by what was proved of the steps before.
    """

    network: Callable[[Config], UnboundedNetwork]
    theorem: Theorem
    proved: tuple[LemmaOf, ...] = ()
    freshness: bool = False

    def induction(self, network: UnboundedNetwork, leave_out: str = "") -> Induction:
        """The lemmas about time. leave_out: a lemma to do without."""
        return self.theorem.induction(network, [make(network) for make in self.proved], leave_out=leave_out)


RESTING = partial(InTime, theorem=Theorem(REST), proved=(syn_at_iss,), freshness=True)
CLOSE = partial(InTime, theorem=Theorem(CLOSING, outlasts, never_reset))
LONG_ENOUGH = CLOSE(closing)
"""What is assumed of a half-closed connection where nothing else is said."""
TIMED: dict[str, InTime] = {
    "numbers rest": RESTING(resting),
    "sides rest": RESTING(partial(resting, rest=Rest(sides=True))),
    "numbers rest for MSL + H": RESTING(partial(resting, rest=Rest(MSL + SILENCE))),
    "numbers rest for 2 MSL": RESTING(partial(resting, rest=Rest(2 * MSL))),
    "no end of silence": RESTING(partial(resting, rest=Rest(silence=False))),
    "losses + D": CLOSE(partial(closing, given=TIME_WAIT > LOSSES + DELAY)),
    "an instant less": CLOSE(partial(closing, given=TIME_WAIT >= LOSSES + DELAY)),
    "2 D": CLOSE(partial(closing, given=TIME_WAIT > 2 * DELAY)),
    "text, losses + 3 D": CLOSE(partial(closing, text=True)),
    "text, losses + 2 D": CLOSE(partial(closing, given=TIME_WAIT > LOSSES + 2 * DELAY, text=True)),
}
"""What is assumed, by the name that a claim's proof gives it."""
