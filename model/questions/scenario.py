"""Scenarios: a readable list of calls, segments and states that must be a run of the model.

A file has a first line `# title`, settings, and one line for each step:

    set seq_bits=32 isn_a=100 isn_b=300
    A: active OPEN => SYN-SENT, sends <SEQ=100><CTL=SYN>
    B: <SEQ=100><CTL=SYN> arrives => SYN-RECEIVED, sends <SEQ=300><ACK=101><CTL=SYN,ACK>
    network loses <SEQ=300><ACK=101><CTL=SYN,ACK>

After the colon stands the beginning of an event's name (CLOSE, RETRANSMISSION, crash …) or a segment that arrives;
`arrives again` leaves the original in the network. `SEND 80` sends 80 octets (a SEND as many as segment_text says);
octets must be a multiple of them. `=> STATE`, `sends …` and `sends nothing` are checked where they are
given. Text after `#` is a comment. The run is made under the reference meaning of the terms; no search, no bounds but
those of the settings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from model.core.run import Run, Step, enabled
from model.core.system import Rule, State, System
from model.machine.printing import Mistake, meant, printable
from model.machine.reading import Unreadable, text_of
from model.network.bounded import SIDES, Network
from model.network.ghosts.ghost import Ghost
from model.settings.config import SCENARIO, Config, parse_field
from model.settings.setting import BadConfig
from model.tcp.cause import Cause, beginning
from model.tcp.state import STATES
from model.words.language import listed, marked, phrased

LINE = re.compile(
    r"(?:(?P<side>[AB]): *)?(?P<what>.+?)(?: *=> *(?P<state>[A-Z0-9-]+))?(?:,? +sends (?P<sends>nothing|<.*>))?$"
)

NAMED = ("call", "timeout", "crash")
"""Events that a line gives the name of."""
SEND = re.compile(r"SEND [0-9]{1,9}")
CONTROL = ("SYN", "ACK", "FIN", "RST")
SEGMENT = re.compile(
    r"<SEQ=(?P<seq>[0-9]+)>(?:<ACK=(?P<ack>[0-9]+)>)?(?:<DATA=(?P<data>[0-9]+)>)?<CTL=(?P<ctl>[A-Z]+(?:,[A-Z]+)*)>"
)
"""A segment in the RFC's notation."""


class BadScenario(Mistake, ValueError):
    """A scenario file cannot be read; the text names the file and the line."""


class NoRun(Exception):
    """The scenario is no run of the model; the text says where it stops and what could happen there.

    system, trace: the run as far as it goes.
    """

    def __init__(self, text: str, system: System, trace: Run) -> None:
        super().__init__(text)
        self.why, self.system, self.trace = text, system, trace


@dataclass(frozen=True)
class ScenarioStep:
    """One step of a scenario. side is empty for the network; state and sends are empty where nothing is claimed.

    octets: of a SEND that says how many.
    """

    number: int
    side: str
    what: str
    state: str
    sends: str
    octets: int | None = None

    @property
    def claimed(self) -> str:
        """The step as it is written."""
        octets = f" {self.octets}" if self.octets is not None else ""
        after, sends = f" => {self.state}" if self.state else "", f", sends {self.sends}" if self.sends else ""
        return f"{self.what}{octets}{after}{sends}"


@dataclass(frozen=True)
class Scenario:
    """A scenario: its title, the configuration that its settings make, and its steps."""

    title: str
    config: Config
    lines: tuple[ScenarioStep, ...]
    path: str = ""


def read_scenario(path: Path, base: Config = SCENARIO) -> Scenario:
    """Read a scenario file; its settings vary `base`.

    Raises `BadScenario` (its form), `BadConfig` (its settings), `OSError`.
    """
    title, config = printable(path.stem), base
    lines: list[ScenarioStep] = []
    for number, raw in enumerate(_text(path).split("\n"), 1):
        if raw.startswith("# ") and not lines and title == printable(path.stem):
            title = printable(raw[2:].strip()) or title
        text = _without_comment(raw, f"{path}:{number}")
        if text.startswith("set "):
            config = _settings(config, text[4:].split(), f"{path}:{number}")
        elif text:
            lines.append(_line(text, f"{path}:{number}", number))
    if not lines:
        raise BadScenario(f"{path}: no steps")
    config.check_runnable()
    for line in lines:
        _with_octets(config, line, str(path))
    return Scenario(title, config, tuple(lines), str(path))


def _with_octets(config: Config, line: ScenarioStep, path: str) -> Config:
    """The configuration in which a SEND sends so many octets."""
    if line.octets is None:
        return config
    if not 0 < line.octets <= config.octets or config.octets % line.octets:
        raise BadScenario(f"{path}:{line.number}: octets={config.octets} must be a multiple of those of a SEND")
    return config.but(segment_text=line.octets)


def _text(path: Path) -> str:
    try:
        return text_of(path)
    except Unreadable as error:
        raise BadScenario(f"{path}: {error}") from None


def _without_comment(raw: str, where: str) -> str:
    """A line's step or setting; what is not printable has no place there."""
    text = raw.split("#", maxsplit=1)[0].replace("\t", " ").strip()
    if not text.isprintable():
        raise BadScenario(f"{where}: a control character or the like: {text}")
    return text


def _settings(config: Config, items: list[str], where: str) -> Config:
    if any("=" not in item for item in items):
        raise BadScenario(f"{where}: settings are written FIELD=VALUE")
    try:
        return config.but(**{name: parse_field(name, value) for name, value in (item.split("=", 1) for item in items)})
    except BadConfig as error:
        raise BadScenario(f"{where}: {error}") from None


def _line(text: str, where: str, number: int) -> ScenarioStep:
    match = LINE.match(text)
    if match is None or not (match["side"] or text.startswith("network loses <")):
        raise BadScenario(f"{where}: a step begins with 'A: ', 'B: ' or 'network loses <'")
    if not match["side"] and (match["state"] or match["sends"]):
        raise BadScenario(f"{where}: a loss has no state and sends nothing")
    if match["state"] and match["state"] not in STATES:
        raise BadScenario(f"{where}: unknown state {match['state']}")
    what, _, octets = match["what"].partition(" ") if SEND.fullmatch(match["what"]) else (match["what"], "", "")
    claimed = match["state"] or "", match["sends"] or ""
    _check_segments(what, claimed[1], where)
    return ScenarioStep(number, match["side"] or "", what, *claimed, int(octets) if octets else None)


def _check_segments(what: str, sends: str, where: str) -> None:
    """What arrives, is lost or is sent has to be a segment; raises `BadScenario`."""
    segments = [sends] if sends not in ("", "nothing") else []
    if "<" in what:
        if (happens := re.fullmatch(r"network loses (<.*>)|(<.*>) arrives(?: again)?", what)) is None:
            raise BadScenario(f"{where}: a segment '... arrives', '... arrives again', or 'network loses ...': {what}")
        segments.append(happens[1] or happens[2])
    for segment in segments:
        parts = SEGMENT.fullmatch(segment)
        numbers = [int(number[:20]) for number in parts.group("seq", "ack", "data") if number] if parts else []
        if parts is None or not set(parts["ctl"].split(",")) <= set(CONTROL) or any(n >> 32 for n in numbers):
            raise BadScenario(f"{where}: no segment such as <SEQ=300><ACK=101><CTL=SYN,ACK>: {segment}")


@lru_cache(maxsize=4)
def system_of(config: Config, ghosts: tuple[Ghost, ...] = ()) -> System:
    """The system of a configuration; scenarios that share one share the work of building it."""
    return Network(config, ghosts=ghosts).system()


def systems_of(scenario: Scenario) -> list[System]:
    """For each line the system that its step is taken from."""
    return [system_of(_with_octets(scenario.config, line, "")) for line in scenario.lines]


def run_scenario(scenario: Scenario, ghosts: tuple[Ghost, ...] = ()) -> tuple[System, Run]:
    """The run that the scenario describes, with what ghosts remember of it. Raises `NoRun`."""
    system = system_of(scenario.config, ghosts)
    state, steps = system.initial[0], list[Step]()
    for line in scenario.lines:
        able = system_of(_with_octets(scenario.config, line, ""), ghosts)
        if not (happens := [step for step in _enabled(able, line.side, state) if _matches(step, line, state)]):
            _check_name(able, line, scenario.path)
            raise NoRun(_what_happens_instead(able, line, state), system, Run(system.initial[0], tuple(steps)))
        steps.append(happens[0])
        state = happens[0].state
    return system, Run(system.initial[0], tuple(steps))


def _check_name(system: System, line: ScenarioStep, path: str) -> None:
    """A call or a timeout has to be one that the protocol has, here or under other settings; raises `BadScenario`."""
    every = causes(system) | causes(system_of(SCENARIO))
    if line.side and "<" not in line.what and not beginning(line.what, every):
        hint = meant(line.what, {cause.brief for cause in every}) or "see --coverage for the events"
        raise BadScenario(f"{path}:{line.number}: no event begins with '{line.what}'; {hint}")


def causes(system: System) -> set[Cause]:
    """The calls, the timeouts and the crash of a system."""
    return {rule.cause for rule in system.rules if isinstance(rule.cause, Cause) and rule.kind in NAMED}


def _enabled(system: System, side: str, state: State) -> Iterator[Step]:
    """Every step that `side` (empty: the network) can take, the same segment in two slots once."""
    seen: list[tuple[str, str, State]] = []
    for step in enabled(system, state, side):
        key = (step.rule.name, _wire(step, state, "arrive", "arrive-copy", "lose"), step.state)
        if key not in seen:
            seen.append(key)
            yield step


def _wire(step: Step, state: State, *actions: str) -> str:
    """The segment with which the step does one of `actions`, in the RFC's notation; empty if there is none."""
    assignment = {**state, **step.inputs}
    for wire in step.rule.wires:
        if wire.action in actions and (values := wire.meaning(assignment))[0]:
            return wire.show(dict(zip(wire.fields, map(int, values[1:]), strict=True)))
    return ""


def _matches(step: Step, line: ScenarioStep, state: State) -> bool:
    rule: Rule = step.rule
    if not line.side:
        return rule.kind == "network" and line.what == f"network loses {_wire(step, state, 'lose')}"
    if line.what.startswith("<"):
        original, copy = _wire(step, state, "arrive"), _wire(step, state, "arrive-copy")
        named = line.what in (f"{original} arrives", f"{copy} arrives again")
    else:
        named = isinstance(rule.cause, Cause) and rule.kind in NAMED and bool(beginning(line.what, [rule.cause]))
    sent = _wire(step, state, "send", "send-lost") or "nothing"
    stays_or_moves = not line.state or STATES[step.state[f"{line.side}.state"]] == line.state
    return named and stays_or_moves and line.sends in ("", sent)


def _what_happens_instead(system: System, line: ScenarioStep, state: State) -> str:
    where = listed(phrased("{side} is {state}", side=side, state=STATES[state[f"{side}.state"]]) for side in SIDES)
    possible = []
    for step in _enabled(system, line.side, state):
        arriving = _wire(step, state, "arrive", "lose")
        if arriving or not step.rule.wires or step.rule.kind != "arrives":
            after = f" => {STATES[step.state[f'{line.side}.state']]}" if line.side else ""
            sent = _wire(step, state, "send", "send-lost")
            lost = f"network loses {arriving}" if step.rule.kind == "network" else step.rule.event
            what = f"{arriving} arrives" if step.rule.kind == "arrives" else lost
            possible.append(f"{what}{after}" + (f", sends {sent}" if sent else ""))
    possible = [text for text in possible if text.startswith(line.what)] or possible
    said = marked("line {line}: '{claimed}' is no step of the model ({where}); possible: {possible}")
    what = "; ".join(possible) or marked("nothing")
    return phrased(said, line=line.number, claimed=line.claimed, where=where, possible=what)
