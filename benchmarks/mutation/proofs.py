"""Proof obligations as killers: the proofs for every channel at 32 bits, those of the changed events."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from model.any_channel.every_channel import every_channel
from model.core.answer import Answer, Limits
from model.engines.inductive.discharge import Prover
from model.engines.inductive.obligations import Induction, Transition
from model.engines.symbolic.solver import LimitedSolver
from model.questions.theorems import layers
from properties.configs import EVERY_CHANNEL
from properties.proofs.opening import THEOREMS

SECONDS = 4.0


@dataclass(frozen=True)
class Proofs:
    """The proofs for every channel, at 32 bits: the invariant, and what rests on it."""

    @cached_property
    def inductions(self) -> dict[str, Induction]:
        """By the claim's name; the invariant first."""
        network = every_channel(EVERY_CHANNEL)
        both = {name: layers(name, network) for name in THEOREMS if name != "old-duplicates-need-fresh-isns"}
        first = next(iter(both.values()))[0]
        return {"the invariant": first} | {name: own for name, (_, own) in both.items()}

    @cached_property
    def steps(self) -> dict[str, Transition]:
        """The steps of A by name."""
        return {step.name: step for step in self.inductions["the invariant"].soup.steps}

    def fails(self, name: str) -> str | None:
        """The first obligation of a changed event that fails, or an event that cannot happen any more."""
        network = every_channel(EVERY_CHANNEL.but(mutant=name))
        prover = Prover(LimitedSolver(Limits(max_seconds=SECONDS)))
        listed = {step.name: step for step in network.soup.steps}
        differing = [step for step in listed.values() if self.steps[step.name].key != step.key]
        for claim, induction in self.inductions.items():
            for step in differing:
                owing = replace(step, owes=THEOREMS[claim].owes(network, step)) if claim in THEOREMS else step
                for obligation in induction.of_step(owing):
                    found = prover.discharge(induction.soup, obligation, owing)
                    if found.answer is Answer.VIOLATED:
                        return f"{claim}: {found.failing[0].lemma if found.failing else obligation.name}"
                    if found.answer is Answer.UNKNOWN:
                        return None
        return None


PROOFS = Proofs()


def obligations(name: str) -> str | None:
    """The first obligation that fails."""
    return PROOFS.fails(name)
