"""Diagrams of states: the endpoint's, as the events make it, and of a search what it reaches."""

from __future__ import annotations

import z3

from model.engines.explicit.quotient import quotient
from model.mutants.endpoint_events import events
from model.network.make import network_of
from model.pictures.diagram import Arc, quotient_diagram, state_diagram
from model.questions.task import Options, Task, stem
from model.settings.config import SCENARIO
from model.tcp.event import Event
from model.tcp.segment import symbolic_segment
from model.tcp.state import STATES, endpoint, symbolic_tcb
from model.words.language import _, together
from properties.figure_5 import FIGURE_5


def state_diagram_of_events(options: Options) -> None:
    """The endpoint's state diagram, computed from the events; what Figure 5 does not draw is marked."""
    bits = 32
    tcb, x, isn = symbolic_tcb("", bits), symbolic_segment("seg.", bits), z3.BitVec("isn", bits)
    moves = [(e, e.state, e.effect.next) for e in events(endpoint(SCENARIO), tcb, x, isn) if e.state != e.effect.next]
    arcs = [Arc(state, then, (short(e),), then not in FIGURE_5[state]) for e, state, then in moves]
    title = _("RFC 9293, Figure 5, computed from the events")
    dot = state_diagram(STATES, arcs, title, twice="CLOSED", legend=(_("drawn in Figure 5"), _("in the text only")))
    options.pictures.draw(dot, options.out / "state-diagram", "dot")


def state_graph(task: Task, options: Options) -> None:
    """The states that the search of a task reaches, as pairs of the endpoints' states."""
    network = network_of(task.config)
    states = [name for sides in network.lanes.values() for name in sides.values() if name]
    found = quotient(network.system(), states, options.limits)
    said = _("{variant}: {count} states by the states of {sides}")
    count, sides = f"{found.effort.states:,}", together([*network.lanes])
    title = said.format(variant=_(task.variant), count=count, sides=sides)
    path = options.out / stem("state graph", task.variant)
    options.pictures.draw(quotient_diagram(found.states, found.arcs, title), path, "dot")


def short(event: Event) -> str:
    """An event's name without the states."""
    return event.cause.brief.replace(" arrives", "").replace("; ", " and ")
