"""Scenarios as killers: is the story still a run? They are run concretely, side by side, without a system."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib.resources import as_file, files

from benchmarks.mutation.changes import as_written, changed
from model.conform.interpreter import CLOSED, ConnectionState, Given, Interpreter, Seg
from model.conform.stacks import Profile
from model.network.bounded import SIDES, Network
from model.questions.scenario import Scenario, ScenarioStep, read_scenario
from model.settings.config import Config
from model.tcp.cause import Cause, beginning
from properties.claims import CLAIMS


@lru_cache(maxsize=8)
def interpreter(config: Config) -> Interpreter:
    """The endpoint of a configuration that has nothing but what events depend on."""
    return Interpreter(Profile("scenario", config))


@dataclass
class Endpoint:
    """One side of a scenario: its connection, how many ISNs it has chosen, what it has sent that is on its way, and
    what has happened there."""

    interpreter: Interpreter
    config: Config
    isns: Sequence[int]
    connection: ConnectionState = CLOSED
    chosen: int = 0
    sent: list[Seg] = field(default_factory=list)
    events: set[Cause] = field(default_factory=set)

    def takes(self, line: ScenarioStep, x: Seg | None) -> bool:
        """Take the step that a line says, with segment `x` arriving; whether there is one."""
        c = self.config
        isn = self.isns[min(self.chosen, len(self.isns) - 1)]
        given = Given(isn, c.window, c.window, c.segment_text if line.octets is None else line.octets)
        steps = (
            (step for step in self.interpreter.acts(self.connection, given) if beginning(line.what, [step.event.cause]))
            if x is None
            else self.interpreter.arrives(self.connection, x, given)
        )
        for step in steps:
            sent = str(step.sent) if step.sent else "nothing"
            if line.state in ("", step.after.state) and line.sends in ("", sent):
                self.connection = step.after
                self.chosen += step.event.effect.chooses_isn
                self.events.add(step.event.cause)
                self.sent += [step.sent] if step.sent and len(self.sent) < c.capacity else []
                return True
        return False


@dataclass(frozen=True)
class Story:
    """A scenario of the package that must be a run."""

    name: str
    scenario: Scenario

    @cached_property
    def events(self) -> frozenset[Cause]:
        """The events that happen in it."""
        ends = self._ends("")
        assert all(self._takes(line, ends) for line in self.scenario.lines), self.name
        return frozenset[Cause]().union(*(end.events for end in ends.values()))

    def is_run(self, name: str) -> bool:
        """Whether it is a run of a mutant: what `scenario` says, without a system. Raises `Unaffected`."""
        if not self.events & changed(as_written(self.scenario.config), name).keys():
            return True
        ends = self._ends(name)
        return all(self._takes(line, ends) for line in self.scenario.lines)

    def _ends(self, name: str) -> dict[str, Endpoint]:
        config = self.scenario.config
        network, wording = Network(config), as_written(config).config
        made = interpreter(wording.but(rst=config.rst, syn=config.syn, mutant=name))
        return {side: Endpoint(made, config, network.isns(network.sides[side])) for side in SIDES}

    def _takes(self, line: ScenarioStep, ends: Mapping[str, Endpoint]) -> bool:
        if not line.what.startswith("<") and line.side:
            return ends[line.side].takes(line, None)
        sources = [end for side, end in ends.items() if side != line.side]
        shown = "<" + line.what.partition("<")[2].removesuffix(" again").removesuffix(" arrives")
        for source in sources:
            x = next((x for x in source.sent if str(x) == shown), None)
            if x is not None:
                source.sent.remove(x) if not line.what.endswith(" again") else None
                return not line.side or ends[line.side].takes(line, x)
        return False


@cache
def stories() -> tuple[Story, ...]:
    """All scenarios that must be runs."""
    found = []
    for claim in CLAIMS:
        for cell in claim.cells:
            if claim.scenario and cell.expected == "holds" and isinstance(cell.config, Config):
                with as_file(files("properties") / "scenarios" / claim.story(cell.variant)) as path:
                    found.append(Story(claim.name, read_scenario(path, cell.config)))
    return tuple(found)


def scenarios(name: str) -> str | None:
    """The first scenario that is no run of the mutant."""
    return next((story.name for story in stories() if not story.is_run(name)), None)
