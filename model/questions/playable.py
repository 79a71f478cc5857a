"""Runs for the page, which plays them with their own model.

A scenario in which a SEND says how many octets takes steps of several models, and is not played.
"""

from __future__ import annotations

from typing import Any
from zlib import compress

from model.core.knowledge import facts
from model.core.run import Run, fire
from model.core.system import State, System
from model.network.make import AnyNetwork
from model.page.models import About, bounds, model_text, story_settings
from model.pictures.flights import history
from model.pictures.numbers import relative
from model.questions.task import Playable
from model.settings.config import Config

_last: list[tuple[System, bytes]] = []
"""The system that was written last, with its text: a study has many runs of one."""


def playable(network: AnyNetwork, system: System, run: Run, about: About | None = None) -> Playable | None:
    """A run with its model; None if it takes steps of another one. about: what the page says of who knows what."""
    place = {rule.name: at for at, rule in enumerate(system.rules)}
    known = [system.rules[place[step.rule.name]] for step in run.steps if step.rule.name in place]
    again = [fire(rule, step.inputs, before) for rule, step, before in zip(known, run.steps, run.states, strict=False)]
    if again != [step.state for step in run.steps]:
        return None
    if not _last or _last[0][0] is not system:
        _last[:] = [(system, compress(model_text(system, knowledge=about).encode(), 1))]
    steps = tuple((place[step.rule.name], *step.inputs.values()) for step in run.steps)
    config = network.config
    begins = tuple(run.initial.values()) if run.initial != system.initial[0] else ()
    settings = story_settings(config) if isinstance(config, Config) else None
    names = [name for prop in system.properties for name in prop.parts]
    names += [fact.name for formula in (about or ((), ()))[1] for fact in facts(formula)]
    parts = tuple(dict.fromkeys(names))
    lanes = network.lanes
    return Playable(_last[0][1], begins, steps, settings, network.window, lanes, network.fifo, bounds(config), parts)


def drawn(network: AnyNetwork, system: System, run: Run) -> dict[str, Any]:
    """A run as a page draws it beside another one: of each step the event, the states after it, and the segments."""
    names = {side: at for line in network.lanes.values() for side, at in line.items() if at}
    steps = history(run, network.fifo)
    told = {one.segment: one.text for some in relative(run, steps) for one in some}

    def states(state: State) -> dict[str, str]:
        return {side: system.var[at].show(state[at]) for side, at in names.items()}

    return {
        "lanes": network.lanes,
        "fifo": network.fifo,
        "first": states(run.initial),
        "steps": [
            {
                "side": step.rule.side,
                "kind": step.rule.kind,
                "brief": step.rule.brief or step.rule.event,
                "states": states(step.state),
                "wires": [[one.action, one.source, one.target, str(one.segment), told[one.segment]] for one in some],
            }
            for step, some in zip(run.steps, steps, strict=True)
        ],
    }
