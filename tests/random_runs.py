"""Random runs of the model at 32 bits, seeded: any OPEN, text, ABORT, crashes, loss and duplication.

They are no strategy of hypothesis: each is made once and read by several tests as a capture, the events are weighted,
and of a run of 60 steps that a test fails with, the first packet that differs says more than a shorter run.
"""

from __future__ import annotations

from functools import cache
from random import Random

from model.core.run import Run, Step, enabled
from model.questions.scenario import system_of
from model.settings.config import SCENARIO

CONFIG = SCENARIO.but(octets=30, segment_text=10, incarnations=7)
STEPS = 60
RARE = ("crash", "TIMEOUT", "ABORT", "CLOSE in LISTEN", "CLOSE in SYN-SENT")


def weight(step: Step) -> float:
    """How likely a step is, beside the others that are possible."""
    if any(word in step.rule.name for word in RARE) and "RETRANSMISSION" not in step.rule.name:
        return 0.03
    if "RETRANSMISSION" in step.rule.name or step.rule.kind == "network":
        return 0.4
    return 3 if step.rule.kind == "arrives" else 1


@cache
def random_run(seed: int) -> Run:
    """A run without a SYN that is dropped because no incarnation is left."""
    chance, system = Random(seed), system_of(CONFIG)
    state, steps = system.initial[0], list[Step]()
    while len(steps) < STEPS:
        possible = [step for step in enabled(system, state) if "no incarnation" not in step.rule.name]
        steps += chance.choices(possible, [weight(step) for step in possible])
        state = steps[-1].state
    return Run(system.initial[0], tuple(steps))
