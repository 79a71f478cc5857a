"""Stories: whether a scenario is a run of the model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib.resources import as_file, files
from pathlib import Path

from model.core.answer import Answer, Effort, Outcome
from model.core.system import System
from model.network.make import network_of
from model.questions.against import beside_story
from model.questions.counterpart import counterpart
from model.questions.evidence import Shows
from model.questions.scenario import NoRun, Scenario, read_scenario, run_scenario, systems_of
from model.questions.schedule import NetworkSystem
from model.questions.task import Beside, Options, Task, TaskResult
from model.settings.config import SCENARIO, Config
from model.settings.server import AnyConfig
from model.settings.setting import show_field
from properties.claim import Claim, Story


def answer_story(task: Task, options: Options) -> TaskResult:
    """Whether a scenario of the package is a run."""
    assert isinstance(task.config, Config)
    with as_file(files("properties") / "scenarios" / task.claim.story(task.variant)) as path:
        row = replay_scenario(task, scenario := read_scenario(path, task.config), options)
        stops = row.effort.states  # Of its steps so many are steps of the model but this one.
        return replace(row, beside=_beside(task, scenario, path, options, stops)) if row.why and task.expected else row


def _beside(task: Task, here: Scenario, path: Path, options: Options, stops: int) -> Beside | str:
    """The scenario where it is a run, and beside it what becomes of it here."""
    found = counterpart(task.claim, task.config, task.claim.story(task.variant))
    if isinstance(found, str):
        return found
    assert isinstance(found.config, Config)
    scenario = read_scenario(path, found.config)
    try:
        system, run = run_scenario(scenario)
    except NoRun as stop:
        return stop.why
    one = NetworkSystem(network_of(scenario.config), system)
    able = systems_of(here)
    return beside_story(task, one, run, here.config, options, holding=found.cell, able=lambda _: able, stops=stops)


def replay_scenario(task: Task, scenario: Scenario, options: Options) -> TaskResult:
    """Run a scenario under the Python meaning; its row says "reachable", or "unreachable" and where it stops.

    The evidence is the run, as far as it goes; but not where it is claimed to be none.
    """
    try:
        system, trace = run_scenario(scenario)
        answer, why = Answer.REACHABLE, ""
    except NoRun as stop:
        system, trace, answer, why = stop.system, stop.trace, Answer.UNREACHABLE, stop.why
    count = len(trace.steps)
    effort = Effort(states=count + 1, transitions=count, depth=count + 1, complete=True)
    row = TaskResult(task, Outcome(task.claim.name, answer, effort, "replay", scope="this run, 32 bits", why=why))
    if why and task.expected:
        return row

    def able(config: AnyConfig) -> list[System]:
        assert isinstance(config, Config)
        return systems_of(replace(scenario, config=config))

    return Shows(network_of(scenario.config), system, options, able).trace(row, trace, None)


def tell(path: Path, settings: Mapping[str, object], options: Options) -> TaskResult:
    """The row of a scenario of the user's own, "reachable" or "unreachable", with its run as far as it goes.

    settings: what is varied before the file's own. Raises `BadScenario`, `BadConfig`, `OSError`.
    """
    scenario = read_scenario(path, SCENARIO.vary(settings))
    claim = Claim(path.stem, (), scenario.title, "", scenario.title, Story(str(path)), ())
    variant = " ".join(f"{name}={show_field(value)}" for name, value in settings.items())
    return replay_scenario(Task(claim, variant, scenario.config, ""), scenario, options)
