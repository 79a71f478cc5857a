"""Which mutants each claim refuses alone: each claim is asked by itself, whoever else has noticed the mutant.

A claim about finite or infinite runs is searched on its first cell that must hold and takes at most `STATES` states; a
scenario must be a run; a theorem's obligations are those of the changed events, at 32 bits.

Limits: a cell whose search is cut off refuses only what it sees violated until then; studies are not asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from benchmarks.mutation.proofs import PROOFS
from benchmarks.mutation.scenarios import Story, stories
from model.any_channel.every_channel import every_channel
from model.core.answer import Answer, Limits
from model.core.property import Property
from model.core.system import BadSystem
from model.engines.explicit.search import explore
from model.engines.inductive.discharge import Prover
from model.engines.infinite.liveness import check_each
from model.engines.symbolic.solver import LimitedSolver
from model.mutants.derive import Unaffected
from model.network.ghosts.ghost import brought_by
from model.network.make import network_of
from model.settings.server import AnyConfig, ServerConfig
from model.settings.setting import BadConfig
from properties.claim import Claim
from properties.claims import CLAIMS
from properties.configs import EVERY_CHANNEL
from properties.proofs.opening import THEOREMS

STATES = 300_000
LIMITS = Limits(max_states=STATES, max_seconds=20.0, workers=1)
ANSWERS = ("holds", "reachable")


def asked_alone() -> list[str]:
    """The names of all that are asked: stories, claims that are searched, and theorems."""
    searched_ones = {claim.name for claims in cells().values() for claim in claims}
    told = {story.name for story in stories()}
    named = [claim.name for claim in CLAIMS if claim.name in searched_ones | told]
    return [*named, *(f"{name} (proof)" for name in THEOREMS if name in PROOFS.inductions)]


def refusing(name: str) -> dict[str, str]:
    """The claims that refuse a mutant, and by what."""
    found = {story.name: "no run" for story in stories() if not _is_run(story, name)}
    for config, claims in cells().items():
        found |= dict(searched(config, claims, name))
    return found | dict(_proved(name))


def _is_run(story: Story, name: str) -> bool:
    try:
        return story.is_run(name)
    except Unaffected:
        return True


@cache
def cells() -> Mapping[AnyConfig, tuple[Claim, ...]]:
    """The claims that are searched, by the first configuration on which each must hold."""
    found: dict[AnyConfig, tuple[Claim, ...]] = {}
    for claim in CLAIMS:
        if claim.searched:
            config = next(cell.config for cell in claim.cells if cell.expected == "holds")
            found[config] = (*found.get(config, ()), claim)
    return found


def searched(config: AnyConfig, claims: tuple[Claim, ...], name: str) -> Iterator[tuple[str, str]]:
    """What one configuration's searches say: a property that is violated, or a witness that is gone."""
    mutant = config.each(mutant=name) if isinstance(config, ServerConfig) else config.but(mutant=name)
    try:
        network = network_of(mutant, brought_by(*(one for claim in claims for one in claim.functions)))
        made = {claim.name: claim.asked_of(network) for claim in claims}
        wanted = {claim.name: claim.witnesses(network) for claim in claims}
        safe = {prop.name: prop for prop in made.values() if isinstance(prop, Property)}
        system = network.system(*{p.name: p for some in wanted.values() for p in some}.values(), *safe.values())
    except (Unaffected, BadSystem, BadConfig):
        return
    verdicts = explore(system, limits=LIMITS, cone=True)
    for claim in claims:
        prop = made[claim.name]
        if isinstance(prop, Property):
            answer = verdicts[prop.name].answer
        else:
            answer = check_each(network.system(prop), [(prop.prop, prop.fairness)], limits=LIMITS)[prop.name].answer
        gone = [one.name for one in wanted[claim.name] if verdicts[one.name].answer is Answer.UNREACHABLE]
        if answer not in (*ANSWERS, "unknown") or gone:
            yield claim.name, answer if answer not in ANSWERS else f"{gone[0]}: unreachable"


def _proved(name: str) -> Iterator[tuple[str, str]]:
    """The theorems of which an obligation of a changed event fails."""
    try:
        network = every_channel(EVERY_CHANNEL.but(mutant=name))
        changed = [step for step in network.soup.steps if PROOFS.steps[step.name].key != step.key]
    except Unaffected:
        return
    prover = Prover(LimitedSolver(Limits(max_seconds=20.0)))
    for claim in (one for one in THEOREMS if one in PROOFS.inductions):
        for part in ("the invariant", claim):
            induction = PROOFS.inductions[part]
            obligations = [(step, o) for step in changed for o in induction.of_step(step)]
            if any(prover.discharge(induction.soup, o, step).answer is Answer.VIOLATED for step, o in obligations):
                yield f"{claim} (proof)", part
                break
