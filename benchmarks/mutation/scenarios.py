"""Scenarios as killers: is the story still a run? They are run concretely, side by side, without a system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import as_file, files

from benchmarks.mutation.changes import as_written, changed
from model.mutants.mutation import Text, terms
from model.network.bounded import SIDES, Network
from model.scenario import Line, Scenario, read_scenario
from model.tcp.config import Config
from model.tcp.event import Event
from model.tcp.segment import SEGMENT_FIELDS, show_segment
from model.tcp.state import FIELDS
from model.terms import Meaning
from properties.claims import CLAIMS

Values = dict[str, int]
"""What an event depends on, by the names of `mutation`; or a segment, by its fields."""


@dataclass
class Endpoint:
    """One side of a scenario, concretely: its state, its TCB, and what it has sent that is still on its way."""

    config: Config
    isns: Sequence[int]
    mutant: Mapping[str, Event | None]
    state: str = "CLOSED"
    tcb: Values = field(default_factory=lambda: dict.fromkeys(FIELDS, 0))
    chosen: int = 0
    sent: list[Values] = field(default_factory=list)

    def takes(self, line: Line, x: Values | None) -> bool:
        """Take the step that a line says, with segment `x` arriving; whether there is one."""
        values = self._values(line, x or {})
        for event, meaning in self._events(x is not None, line.what):
            happens, *after = meaning(values)
            sent = dict(zip(SEGMENT_FIELDS, after[len(FIELDS) + 1 :], strict=False)) if event.send is not None else {}
            sent = sent if sent and after[len(FIELDS)] else {}
            shown = show_segment(sent) if sent else "nothing"
            if happens and line.state in ("", event.next) and line.sends in ("", shown):
                self.state, self.tcb = event.next, dict(zip(FIELDS, after, strict=False))
                self.chosen += event.chooses_isn
                self.sent += [sent] if sent and len(self.sent) < self.config.capacity else []
                return True
        return False

    def _events(self, arrives: bool, what: str) -> Iterator[tuple[Event, Meaning]]:
        text = as_written(self.config)
        for name, written in text.events.items():
            event = self.mutant.get(name, written)
            named = written.kind == "arrives" if arrives else written.kind != "arrives" and name.startswith(what)
            if written.state == self.state and named and event is not None:
                yield event, prepared(text, name) if event is written else Meaning(terms(event))

    def _values(self, line: Line, x: Values) -> Values:
        c = self.config
        text = c.segment_text if line.octets is None else line.octets
        sizes = {"rcv_wnd": c.window, "max_snd_wnd": c.window, "segment_text": text}
        manners = {"challenges_rst": c.rst == "rfc5961", "challenges_syn": c.syn == "rfc5961"}
        segment = {f"seg.{name}": x.get(name, 0) for name in SEGMENT_FIELDS}
        isn = self.isns[min(self.chosen, len(self.isns) - 1)]
        return {**sizes, **manners, "checks_ack": c.ack_range != "off", **self.tcb, **segment, "isn": isn}


@cache
def prepared(text: Text, name: str) -> Meaning:
    """The meaning of an event as it is written: its guard, the TCB after it, and what it sends."""
    return Meaning(terms(text.events[name]))


@dataclass(frozen=True)
class Story:
    """A scenario of the package that must be a run."""

    name: str
    scenario: Scenario

    def is_run(self, name: str) -> bool:
        """Whether it is a run of a mutant: what `scenario` says, without a system. Raises `Unaffected`."""
        config = self.scenario.config
        mutant = changed(as_written(config), name) if name else {}
        network = Network(config)
        ends = {side: Endpoint(config, network.isns(network.sides[side]), mutant) for side in SIDES}
        return all(self._takes(line, ends) for line in self.scenario.lines)

    def _takes(self, line: Line, ends: Mapping[str, Endpoint]) -> bool:
        if not line.what.startswith("<") and line.side:
            return ends[line.side].takes(line, None)
        sources = [end for side, end in ends.items() if side != line.side]
        shown = "<" + line.what.partition("<")[2].removesuffix(" again").removesuffix(" arrives")
        for source in sources:
            x = next((x for x in source.sent if show_segment(x) == shown), None)
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
