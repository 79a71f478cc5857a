"""Proofs in real time: what is assumed of times, and which inductions show it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from model.any_channel.closing import DELAY, LOSSES, TIME_WAIT, ClosingNetwork
from model.any_channel.closing_text import TextNetwork
from model.any_channel.timed import MSL, SILENCE, Rest, TimedNetwork
from model.engines.inductive.obligations import Induction, Lemma
from model.settings.config import Config
from properties.proofs.closing import CLOSING, never_reset, outlasts
from properties.proofs.closing_text import CLOSING_TEXT
from properties.proofs.invariant import syn_at_iss
from properties.proofs.rest import REST

InTime = TimedNetwork | ClosingNetwork
TIMED: dict[str, Callable[[Config], InTime]] = {
    "numbers rest": TimedNetwork,
    "sides rest": lambda config: TimedNetwork(config, rest=Rest(sides=True)),
    "numbers rest for MSL + H": lambda config: TimedNetwork(config, rest=Rest(MSL + SILENCE)),
    "numbers rest for 2 MSL": lambda config: TimedNetwork(config, rest=Rest(2 * MSL)),
    "no end of silence": lambda config: TimedNetwork(config, rest=Rest(silence=False)),
    "losses + D": lambda config: ClosingNetwork(config, given=TIME_WAIT > LOSSES + DELAY),
    "an instant less": lambda config: ClosingNetwork(config, given=TIME_WAIT >= LOSSES + DELAY),
    "2 D": lambda config: ClosingNetwork(config, given=TIME_WAIT > 2 * DELAY),
    "text, losses + 3 D": TextNetwork,
    "text, losses + 2 D": lambda config: TextNetwork(config, given=TIME_WAIT > LOSSES + 2 * DELAY),
}
"""What is assumed, by the name that a claim's proof gives it."""


def lemmas_in_time(network: InTime) -> list[Lemma]:
    """The lemmas about time."""
    if isinstance(network, TimedNetwork):
        return [make(network) for make in REST]
    if isinstance(network, TextNetwork):
        return [make(network) for make in CLOSING_TEXT]
    return [make(network) for make in CLOSING]


def in_time(network: InTime, leave_out: str = "") -> Induction:
    """The lemmas about time; in a `TimedNetwork` every choice of an ISN owes freshness.

    There they rest on `syn_at_iss`, which `invariant` proves from freshness. That is no circle: freshness is owed of a
    step before it is taken, by what was proved of the steps before. leave_out: a lemma to do without.
    """
    lemmas = [lemma for lemma in lemmas_in_time(network) if lemma.name != leave_out]
    if isinstance(network, TimedNetwork):
        return Induction(network.soup, [syn_at_iss(network)], lemmas)
    soup = network.soup
    owing = replace(soup, steps=tuple(replace(step, owes=never_reset(network, step)) for step in soup.steps))
    return Induction(owing, (), lemmas, outlasts(network))
