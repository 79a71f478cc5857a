"""Coverage: how often each event of the protocol happens, where, and that the others cannot.

Events happen as transitions of explicit searches (of the claims' cells and of `properties.rare_events`, each as far as
the limits reach), and as steps of scenarios. An event that happens nowhere must be proved impossible in every
configuration that has it (`impossible`); if it is not, it is unexplained, and that is an error.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial, reduce
from importlib.resources import as_file, files

from model.core.answer import Effort, Limits
from model.core.system import System
from model.engines.explicit.counts import firings
from model.engines.symbolic.solver import LimitedSolver, Unanswered
from model.machine.crew import Crew, Died
from model.network.make import AnyNetwork, network_of
from model.questions.impossible import EndsUnderLemmas
from model.questions.scenario import read_scenario, run_scenario
from model.settings.config import IN_EVENTS, Config
from model.settings.runs import Start
from model.settings.server import AnyConfig, ServerConfig
from model.settings.setting import names_of
from model.tcp.cause import Cause
from properties.claim import Claim
from properties.rare_events import COVERAGE

STATES = 500_000
"""A search for coverage gives up beyond so many states, unless told otherwise."""
BOUNDS = tuple(name for name in names_of(Config) if name not in (*IN_EVENTS, *names_of(Start)))
"""Fields that say what users and network do, and that bound a run: no event depends on them."""

Events = Mapping[Cause, str]
"""Events, in the RFC's order, with their paragraphs."""


@dataclass(frozen=True)
class Fired:
    """The events that happened in one search (effort says how far it went), or in one run of something."""

    claim: str
    variant: str
    counts: Mapping[Cause, int]
    effort: Effort | None = None


@dataclass(frozen=True)
class Covered:
    """An event: how often it happens, by claim and variant; or the lemmas by which it cannot (None: not known)."""

    event: Cause
    cite: str
    transitions: Mapping[tuple[str, str], int]
    steps: Mapping[tuple[str, str], int]
    excluded_by: tuple[str, ...] | None = None

    @property
    def happens(self) -> bool:
        """Whether it happens anywhere."""
        return bool(self.transitions or self.steps)

    @property
    def explained(self) -> bool:
        """Whether it happens, or is proved to be impossible."""
        return self.happens or self.excluded_by is not None


@dataclass(frozen=True)
class Coverage:
    """All events, all searches and runs, and the proofs that were needed. why: what proofs could not answer."""

    events: tuple[Covered, ...]
    fired: tuple[Fired, ...]
    obligations: int = 0
    protocols: int = 0
    why: str = ""

    @property
    def unexplained(self) -> list[str]:
        """The events that neither happen nor are proved impossible."""
        return [one.event.name for one in self.events if not one.explained]

    @property
    def exit_status(self) -> int:
        """1 if an event is unexplained; 3 if a search or a proof is missing, as its process has died."""
        return 3 if self.lost or (self.why and self.unexplained) else 1 if self.unexplained else 0

    @property
    def lost(self) -> list[Fired]:
        """The searches whose processes have died."""
        return [one for one in self.fired if one.effort is not None and one.effort.states == 0]


def configurations(claims: Sequence[Claim]) -> dict[AnyConfig, tuple[str, str]]:
    """The configurations to be searched, with the first claim and variant that have each; those of COVERAGE for all."""
    cells = [(claim.name, cell.variant, cell.config) for claim in claims if claim.searched for cell in claim.cells]
    found: dict[AnyConfig, tuple[str, str]] = {}
    for name, variant, config in cells:
        found.setdefault(config, (name, variant))
    return found


class Covering:
    """The coverage by all cells of the claims that are searched or told, as far as it is known.

    further: by COVERAGE as well. jobs: processes that search and prove. A process that dies loses its search, which
    then counts as cut short by that.
    """

    def __init__(
        self,
        claims: Sequence[Claim],
        limits: Limits,
        jobs: int,
        progress: Callable[[str], None] = lambda _: None,
        further: bool = True,
    ) -> None:
        self._claims, self._jobs, self._progress = claims, jobs, progress
        self._limits = replace(limits, sharers=jobs, workers=1)
        self._wanted = configurations(claims)
        if further:
            self._wanted |= {config: ("coverage", variant) for variant, config in COVERAGE.items()}
        self._listed: dict[Cause, str] = {}
        self._fired: list[Fired] = []

    def run(self) -> Coverage:
        """All of it."""
        with Crew(self._jobs) as crew:
            asked = [crew.submit(search, config, self._limits) for config in self._wanted]
            for number, (answer, (claim, variant)) in enumerate(zip(asked, self._wanted.values(), strict=True)):
                self._progress(f"{number} of {len(self._wanted)} searches")
                self._fired.append(self._of_search(answer, claim, variant))
            self._progress("scenarios")
            self._fired += told(self._claims)
            return explained(
                self._listed, self._fired, [*self._wanted], self._limits, crew=crew, progress=self._progress
            )

    def _of_search(self, answer: Future[tuple[Events, Counter[Cause], Effort]], claim: str, variant: str) -> Fired:
        try:
            events, counts, effort = answer.result()
        except Died as death:
            return Fired(claim, variant, Counter(), Effort(0, 0, 0, complete=False, limit=death.how))
        self._listed = merged(self._listed, events)
        return Fired(claim, variant, counts, effort)

    def so_far(self) -> Coverage:
        """What has been found until now; nothing is proved impossible."""
        return happened(self._listed, self._fired, {})


def search(config: AnyConfig, limits: Limits) -> tuple[Events, Counter[Cause], Effort]:
    """One configuration: its events, the transitions by event, and how far the search went."""
    network = network_of(config)
    counts, effort = count(network, network.system(), limits)
    return events_of(network), counts, effort


def events_of(network: AnyNetwork) -> dict[Cause, str]:
    """The events of all ends of a network, in the RFC's order."""
    listed = [connection.listed(side) for connection in network.connections for side in connection.sides.values()]
    return reduce(merged, ({event.cause: event.cite for event in events} for events in listed), {})


def count(network: AnyNetwork, system: System, limits: Limits) -> tuple[Counter[Cause], Effort]:
    """The transitions of a search by event; a rule that drops what an event would take is none."""
    events, (counts, effort) = events_of(network), firings(system, limits=limits)
    found: Counter[Cause] = Counter()
    for rule in system.rules:
        if isinstance(rule.cause, Cause) and rule.cause in events:
            found[rule.cause] += counts[rule.name]
    return found, effort


def told(claims: Sequence[Claim]) -> Iterator[Fired]:
    """The runs of scenarios."""
    for claim in claims:
        for cell in claim.cells:
            if claim.scenario and cell.expected == "holds":
                assert isinstance(cell.config, Config)
                with as_file(files("properties") / "scenarios" / claim.story(cell.variant)) as path:
                    _, trace = run_scenario(read_scenario(path, cell.config))
                causes = (step.rule.cause for step in trace.steps)
                yield Fired(claim.name, cell.variant, Counter(one for one in causes if isinstance(one, Cause)))


def merged(known: Events, more: Events) -> dict[Cause, str]:
    """Both, in an order that keeps each: what is new comes after what it follows."""
    order, at = [*known], 0
    for event in more:
        if event in known:
            at = order.index(event) + 1
        else:
            order.insert(at, event)
            at += 1
    cites = {**more, **known}
    return {event: cites[event] for event in order}


def explained(
    listed: Events,
    fired: Sequence[Fired],
    configs: Sequence[AnyConfig],
    limits: Limits,
    *,
    crew: Crew | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Coverage:
    """The coverage by what has happened, the rest proved impossible where it is. crew: who proves (None: we do)."""
    did = {event for one in fired for event, times in one.counts.items() if times}
    rest = [event for event in listed if event not in did]
    protocols = {protocol(config): config for config in reversed(configs)} if rest else {}
    progress(f"{len(rest)} events that never happened, in {len(protocols)} protocols")
    asked = [partial(impossible, config, rest, limits) for config in protocols.values()]
    answers = [crew.submit(one).result for one in asked] if crew else asked
    lemmas, obligations, why = dict[Cause, tuple[str, ...] | None](), 0, ""
    for answer in answers:
        try:
            proved, number, limit = answer()
        except Died as death:
            proved, number, limit = dict.fromkeys(rest), 0, death.how
        obligations, why = obligations + number, why or limit
        for event, by in proved.items():
            before = lemmas.get(event, ())
            lemmas[event] = None if by is None or before is None else tuple(dict.fromkeys((*before, *by)))
    return replace(happened(listed, fired, lemmas), obligations=obligations, protocols=len(protocols), why=why)


def happened(listed: Events, fired: Sequence[Fired], impossible: Mapping[Cause, tuple[str, ...] | None]) -> Coverage:
    """The coverage by what has happened. impossible: by event, the lemmas by which it cannot."""
    events = tuple(
        Covered(event, cite, _where(fired, event, True), _where(fired, event, False), impossible.get(event))
        for event, cite in listed.items()
    )
    return Coverage(events, tuple(fired))


def _where(fired: Sequence[Fired], event: Cause, searched: bool) -> dict[tuple[str, str], int]:
    """How often an event happens in searches, or in runs, by claim and variant."""
    those = [one for one in fired if (one.effort is not None) == searched]
    return {(one.claim, one.variant): one.counts[event] for one in those if one.counts.get(event)}


def protocol(config: AnyConfig) -> object:
    """What the events of a configuration depend on: equal for configurations that differ in BOUNDS only."""
    if isinstance(config, ServerConfig):
        return tuple(map(protocol, config.connections)), config.attackers, config.attack_text, config.attacks == 0
    return tuple((name, getattr(config, name)) for name in names_of(Config) if name not in BOUNDS)


def impossible(
    config: AnyConfig, events: Sequence[Cause], limits: Limits
) -> tuple[dict[Cause, tuple[str, ...] | None], int, str]:
    """For those of the events that a configuration has, the lemmas by which they are impossible, or None.

    Also the number of obligations, and the limit that left something open.
    """
    network = network_of(config)
    ends, listed = EndsUnderLemmas(network, LimitedSolver(limits)), events_of(network)
    here = [event for event in events if event in listed]
    try:
        kept = ends.inductive() if here else []
        return {event: ends.impossible(event, kept) for event in here}, ends.obligations, ""
    except Unanswered as stop:
        return dict.fromkeys(here), ends.obligations, stop.limit
