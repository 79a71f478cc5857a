"""Stories: whether a scenario is a run of the model."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import as_file, files
from pathlib import Path

from model.core.answer import Answer, Effort, Outcome
from model.network.make import network_of
from model.questions.evidence import Shows
from model.questions.row import Options, Row, Task
from model.questions.scenario import NoRun, Scenario, read_scenario, run_scenario
from model.settings.config import SCENARIO, Config
from model.settings.setting import show_field
from properties.claim import Claim, Story


def answer_story(task: Task, options: Options) -> Row:
    """Whether a scenario of the package is a run."""
    assert isinstance(task.config, Config)
    with as_file(files("properties") / "scenarios" / task.claim.story(task.variant)) as path:
        scenario = read_scenario(path, task.config)
    return replay_scenario(task, scenario, options)


def replay_scenario(task: Task, scenario: Scenario, options: Options) -> Row:
    """Run a scenario under the Python meaning; its row says "reachable", or "unreachable" and where it stops.

    The evidence is the run, as far as it goes; but not where it is claimed to be none.
    """
    try:
        system, trace = run_scenario(scenario)
        answer, why = Answer.REACHABLE, ""
    except NoRun as stop:
        system, trace, answer, why = stop.system, stop.trace, Answer.UNREACHABLE, str(stop)
    count = len(trace.steps)
    effort = Effort(states=count + 1, transitions=count, depth=count + 1, complete=True)
    row = Row(task, Outcome(task.claim.name, answer, effort, "replay", scope="this run, 32 bits", why=why))
    return row if why and task.expected else Shows(network_of(task.config), system, options).trace(row, trace, None)


def tell(path: Path, settings: Mapping[str, object], options: Options) -> Row:
    """The row of a scenario of the user's own, "reachable" or "unreachable", with its run as far as it goes.

    settings: what is varied before the file's own. Raises `BadScenario`, `BadConfig`, `OSError`.
    """
    scenario = read_scenario(path, SCENARIO.vary(settings))
    claim = Claim(path.stem, (), scenario.title, "", scenario.title, Story(str(path)), ())
    variant = " ".join(f"{name}={show_field(value)}" for name, value in settings.items())
    return replay_scenario(Task(claim, variant, scenario.config, ""), scenario, options)
