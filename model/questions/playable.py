"""Runs for the page, which plays them with their own model."""

from __future__ import annotations

from zlib import compress

from model.core.run import Run
from model.core.system import System
from model.network.make import AnyNetwork
from model.page.models import bounds, model_text, story_settings
from model.questions.task import Playable
from model.settings.config import Config

_last: list[tuple[System, bytes]] = []
"""The system that was written last, with its text: a study has many runs of one."""


def playable(network: AnyNetwork, system: System, run: Run) -> Playable:
    """A run with its model."""
    if not _last or _last[0][0] is not system:
        _last[:] = [(system, compress(model_text(system).encode(), 1))]
    place = {id(rule): at for at, rule in enumerate(system.rules)}
    names = {rule.name: at for at, rule in enumerate(system.rules)}
    steps = tuple((place.get(id(step.rule), names[step.rule.name]), *step.inputs.values()) for step in run.steps)
    config = network.config
    begins = tuple(run.initial.values()) if run.initial != system.initial[0] else ()
    settings = story_settings(config) if isinstance(config, Config) else None
    parts = tuple(dict.fromkeys(name for prop in system.properties for name in prop.parts))
    lanes = network.lanes
    return Playable(_last[0][1], begins, steps, settings, network.window, lanes, network.fifo, bounds(config), parts)
