"""Claims into rows: search once for each configuration, judge each cell, and put the evidence into files.

A row holds plain data only (no terms), so that reports need nothing of the engines.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import as_file, files
from itertools import chain
from pathlib import Path
from typing import Any

import z3

from model.engines.explicit import explore
from model.engines.quotient import quotient
from model.engines.verdict import Effort, Limits, Progress, Verdict
from model.network.bounded import SIDES, Network
from model.scenario import NoRun, Scenario, read_scenario, run_scenario
from model.system import Property, System
from model.tcp.config import SCENARIO, Config, show_field
from model.tcp.event import Event
from model.tcp.protocol import events
from model.tcp.segment import symbolic_segment
from model.tcp.state import STATES, endpoint, symbolic_tcb
from model.trace import Trace
from model.traces.diagram import Arc, quotient_diagram, state_diagram
from model.traces.ladder import ladder
from model.traces.render import Pictures
from model.traces.text import render_text, steps_json
from properties.claim import Claim, make_property
from properties.figure_5 import FIGURE_5

Report = Callable[[str, Progress], None]
"""Called with the variant that is being searched, and how far that is."""
GOOD = {"holds": ("holds", "reachable"), "fails": ("violated", "unreachable")}


@dataclass(frozen=True)
class Task:
    """One cell to be judged. expected is empty where nothing is claimed: a property asked for, or a varied claim."""

    claim: Claim
    variant: str
    config: Config
    expected: str


@dataclass(frozen=True)
class Row:
    """What became of a task. `why` explains an unknown, vacuous or unreplayable verdict in words."""

    task: Task
    checked: str
    engine: str
    verdict: str
    effort: Effort
    scope: str = "bounded"
    why: str = ""
    steps: list[dict[str, Any]] | None = None
    text: str = ""
    figure: str = ""

    @property
    def outcome(self) -> str:
        """One of: as claimed, contradicted, inconclusive; without an expectation: holds, violated, inconclusive."""
        if self.verdict == "unknown":
            return "inconclusive"
        if not self.task.expected:
            return "holds" if self.verdict in GOOD["holds"] else "violated"
        return "as claimed" if self.verdict in GOOD[self.task.expected] else "contradicted"


@dataclass(frozen=True)
class Options:
    """What the user asked of the search and of the evidence.

    A row's figure is a path without suffix until drawn. problems: files that could not be written, a line each.
    """

    out: Path
    limits: Limits
    pictures: Pictures
    problems: list[str]
    full_states: bool = False


def tasks_of(claims: Iterable[Claim]) -> list[Task]:
    """The cells of these claims, in order."""
    return [Task(claim, cell.variant, cell.config, cell.expected) for claim in claims for cell in claim.cells]


def varied(claim: Claim, base: Config, settings: Mapping[str, object]) -> Task:
    """The claim on `base` with some fields changed: nothing is expected of it."""
    variant = " ".join(f"{name}={show_field(value)}" for name, value in settings.items())
    return Task(claim, variant or "default", base.but(**settings), "")


def judge(tasks: Sequence[Task], options: Options, progress: Report) -> Iterator[list[Row]]:
    """The rows of `tasks`, a list as soon as it is known; tasks on the same configuration share one search."""
    for task in tasks:
        if task.claim.scenario:
            yield [judge_scenario(task, options)]
    by_config: dict[Config, list[Task]] = {}
    for task in tasks:
        if not task.claim.scenario:
            by_config.setdefault(task.config, []).append(task)
    for config, shared in by_config.items():
        yield judge_shared(config, shared, options, progress)


def judge_shared(config: Config, tasks: Sequence[Task], options: Options, progress: Report) -> list[Row]:
    """One search for all tasks on one configuration."""
    network = Network(config)
    made = {task: make_property(task.claim.make, network) for task in tasks}
    witnesses = {
        task: [make_property(witness, network) for witness in task.claim.witness]
        for task in tasks
        if task.expected != "fails"
    }
    wanted = {prop.name: prop for prop in (*made.values(), *chain(*witnesses.values()))}
    system = network.system(*wanted.values())
    name = tasks[0].variant
    found = explore(system, limits=options.limits, progress=lambda p: progress(name, p))
    rows = []
    for task in tasks:
        row = _row(task, found[made[task].name], [found[witness.name] for witness in witnesses.get(task, [])])
        trace = found[made[task].name].trace
        prop = replace(made[task], sentence=task.claim.sentence)
        rows.append(row if trace is None else _with_evidence(row, system, trace, prop, options))
    return rows


def _row(task: Task, verdict: Verdict, witnesses: Sequence[Verdict]) -> Row:
    """The verdict as a row; it is vacuous if the property holds but its premise never happens."""
    why = verdict.effort.limit if verdict.answer == "unknown" else ""
    row = Row(task, verdict.property, verdict.engine, verdict.answer, verdict.effort, verdict.scope, why)
    missing = [witness.property for witness in witnesses if witness.answer == "unreachable"]
    if missing and verdict.answer in GOOD["holds"]:
        return replace(row, verdict="vacuous", why=f"its premise never happens: {', '.join(missing)}")
    return row


def judge_scenario(task: Task, options: Options) -> Row:
    """Whether a scenario of the package is a run."""
    with as_file(files("properties") / "scenarios" / task.claim.scenario) as path:
        scenario = read_scenario(path, task.config)
    return replay_scenario(task, scenario, options)


def replay_scenario(task: Task, scenario: Scenario, options: Options) -> Row:
    """Run a scenario under the Python meaning; its row says "reachable", or "unreachable" and where it stops."""
    nothing = Effort(states=0, transitions=0, depth=0, complete=True)
    row = Row(task, task.claim.name, "replay", "unreachable", nothing, scope="this run, 32 bits")
    try:
        system, trace = run_scenario(scenario)
    except NoRun as stop:
        return replace(row, why=str(stop))
    count = len(trace.steps)
    effort = Effort(states=count + 1, transitions=count, depth=count + 1, complete=True)
    row = replace(row, verdict="reachable", effort=effort)
    return _with_evidence(row, system, trace, None, options)


def _with_evidence(row: Row, system: System, trace: Trace, prop: Property | None, options: Options) -> Row:
    """The row with its trace as text, data and figure; both files are named after the claim and the variant.

    Of two equal segments the later one is taken to arrive first where segments may overtake each other, since it is
    the delayed original that these stories are about.
    """
    task = row.task
    path = options.out / _stem(task.claim.name, task.variant)
    fifo = not task.config.reordering
    dot = ladder(
        system,
        trace,
        oldest_first=fifo,
        title=f"{row.task.claim.name}: {row.task.variant}",
        left=SIDES[0],
        right=SIDES[1],
        left_state=f"{SIDES[0]}.state",
        right_state=f"{SIDES[1]}.state",
        caption=_caption(row),
        mark="violated" if row.verdict == "violated" else "reached",
    )
    options.pictures.draw(dot, path, "neato")
    slots = [name for name in trace.initial if ">" in name]
    text = render_text(
        system,
        trace,
        prop=prop,
        full_states=options.full_states,
        command=command_of(task),
        shortest=prop is not None,
        hidden=slots,
        oldest_first=fifo,
    )
    words = path.with_name(path.name + ".txt")
    try:
        words.write_text(text, encoding="utf-8")
    except OSError as error:
        options.problems.append(f"{words}: {error.strerror}")
    return replace(row, steps=steps_json(system, trace), text=text, figure=str(path))


def with_figures(rows: Sequence[Row], options: Options) -> tuple[list[Row], list[str]]:
    """The rows with the figures that were drawn (or their sources), and why some could not be, each reason once."""
    drawn, problems = options.pictures.finish()
    options.problems.extend(problems)
    files = {path: str(picture.svg or picture.dot) for path, picture in drawn.items()}
    reasons = dict.fromkeys(picture.reason for picture in drawn.values() if picture.reason)
    return [replace(row, figure=files.get(row.figure, "")) for row in rows], list(reasons)


def state_diagrams(options: Options) -> None:
    """The endpoint's state diagram, computed from the events; what Figure 5 does not draw is marked."""
    bits = 32
    tcb, x, isn = symbolic_tcb("", bits), symbolic_segment("seg.", bits), z3.BitVec("isn", bits)
    found = events(endpoint(SCENARIO), tcb, x, isn)
    arcs = [Arc(e.state, e.next, (short(e),), e.next not in FIGURE_5[e.state]) for e in found if e.state != e.next]
    title = "RFC 9293, Figure 5, computed from the events"
    dot = state_diagram(STATES, arcs, title, twice="CLOSED", legend=("drawn in Figure 5", "in the text only"))
    options.pictures.draw(dot, options.out / "state-diagram", "dot")


def state_graphs(tasks: Sequence[Task], options: Options) -> None:
    """For each configuration that was searched, the states reached as pairs of the endpoints' states."""
    for task in {task.config: task for task in tasks if not task.claim.scenario}.values():
        names = [f"{side}.state" for side in SIDES]
        found = quotient(Network(task.config).system(), names, options.limits)
        title = f"{task.variant}: {found.effort.states:,} states by the states of {' and '.join(SIDES)}"
        path = options.out / _stem("state graph", task.variant)
        options.pictures.draw(quotient_diagram(found.states, found.arcs, title), path, "dot")


def _stem(*words: str) -> str:
    """A file's name made of words."""
    return re.sub(r"[^a-z0-9]+", "-", " ".join(words).lower()).strip("-")


def short(event: Event) -> str:
    """An event's name without the states."""
    name = event.name.removeprefix(f"{event.state}, ").removesuffix(f" in {event.state}")
    return name.replace(" arrives", "").replace("; ", " and ")


def _caption(row: Row) -> str:
    begin = "VIOLATED" if row.verdict == "violated" else "REACHED"
    return f"{begin}: {row.task.claim.sentence}"


def command_of(task: Task) -> str:
    """The command that gives this verdict again."""
    if task.expected:
        return f"python -m model.check {task.claim.name}"
    command = ["python", "-m", "model.check", "--property", task.claim.name]
    for name, value in task.config.varied().items():
        command += ["--set", f"{name}={show_field(value)}"]
    return shlex.join(command)
