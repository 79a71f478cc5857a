"""Claims that a scenario is a run of the protocol, and that under another configuration the same steps are none."""

from __future__ import annotations

from properties.claim import Cell, Claim, Story
from properties.configs import SCENARIO

IS_A_RUN = Cell("three-way", SCENARIO, "holds")
NO_RUN = Cell("two-way", SCENARIO.but(handshake="two-way"), "fails")
ONE_RUN = "anything but this one run: a scenario is replayed step by step at 32 bits, not searched for"


def story(
    name: str,
    sentence: str,
    meaning: str,
    *,
    settles: tuple[str, ...],
    cite: str,
    cells: tuple[Cell, ...] = (IS_A_RUN, NO_RUN),
    file: str = "",
) -> Claim:
    """The claim that a scenario is a run where `cells` say so. file: its name, if it is not the claim's."""
    return Claim(name, settles, sentence, cite, meaning, Story(f"{file or name}.story"), cells, not_checked=ONE_RUN)


def figure(name: str, sentence: str, meaning: str) -> Claim:
    """The claim that a figure of 3.5 is a run of the protocol; under two-way the same steps are none."""
    return story(name, sentence, meaning, settles=("S1",), cite=f"3.5, {name.replace('figure-', 'Figure ')}")
