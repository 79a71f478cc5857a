"""A scenario of the user's own: whether it is a run, with its ladder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from model.questions.row import Options, Row, Task
from model.questions.scenario import read_scenario
from model.questions.story import replay_scenario
from model.settings.config import SCENARIO
from model.settings.setting import show_field
from properties.claim import Claim, Story


def tell(path: Path, settings: Mapping[str, object], options: Options) -> Row:
    """The scenario's row, "reachable" or "unreachable", with its run as far as it goes.

    settings: what is varied before the file's own. Raises `BadScenario`, `BadConfig`, `OSError`.
    """
    scenario = read_scenario(path, SCENARIO.vary(settings))
    claim = Claim(path.stem, (), scenario.title, "", scenario.title, Story(str(path)), ())
    variant = " ".join(f"{name}={show_field(value)}" for name, value in settings.items())
    return replay_scenario(Task(claim, variant, scenario.config, ""), scenario, options)
