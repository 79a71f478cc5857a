"""Claims into rows: search once for each configuration, judge each cell, and put the evidence into files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from importlib.resources import as_file, files
from itertools import chain

import z3

from model.certificates import Certificates
from model.engines.bmc import bmc
from model.engines.explicit import explore
from model.engines.induction import induction
from model.engines.lasso import Lasso
from model.engines.liveness import LivenessVerdict, check_each
from model.engines.quotient import quotient
from model.engines.verdict import INTERRUPTED, Effort, Progress, Verdict
from model.evidence import Shows, with_counterexamples
from model.mutants.protocol import events
from model.network.make import AnyNetwork, network_of
from model.network.table import AnyConfig
from model.proof import judge_proofs, lemmas_for
from model.row import GOOD, Options, Row, Task, stem, written
from model.scenario import NoRun, Scenario, read_scenario, run_scenario
from model.study import find_study
from model.system import Property, System
from model.tcp.config import SCENARIO, Config, show_field
from model.tcp.event import Event
from model.tcp.segment import symbolic_segment
from model.tcp.state import STATES, endpoint, symbolic_tcb
from model.trace import Trace
from model.traces.diagram import Arc, quotient_diagram, state_diagram
from properties.claim import Claim, make_property, make_witness, quick_of
from properties.fair import Live
from properties.figure_5 import FIGURE_5

__all__ = ["Options", "Row", "Task"]

Report = Callable[[str, Progress], None]
"""Called with the variant that is being searched, and how far that is."""


def tasks_of(claims: Iterable[Claim], quick: bool = False, engine: str = "") -> list[Task]:
    """The cells of these claims, in order, and their proofs; with `quick` of each one that holds and one that fails.

    engine: only what it judges ("unbounded": the proofs, and the cells that they point to); "" for what each claim
    asks for.
    """
    by = engine if engine in ("bmc", "induction") else "explicit"
    found: list[Task] = []
    for claim in claims:
        proofs = [] if engine not in ("", "unbounded") else list(quick_of(claim.proofs) if quick else claim.proofs)
        needed = {proof.bounded for proof in proofs}
        cells = [cell for cell in claim.cells if cell.variant in needed or engine != "unbounded"]
        chosen = [cell for cell in cells if not quick or cell in claim.quick or cell.variant in needed]
        found += [Task(claim, cell.variant, cell.config, cell.expected, by) for cell in chosen]
        found += [Task(claim, one.variant, one.config, one.expected, "unbounded", one) for one in proofs]
    return found


def varied(claim: Claim, base: AnyConfig, settings: Mapping[str, object], engine: str = "explicit") -> Task:
    """The claim on `base` with some fields changed: nothing is expected of it."""
    variant = " ".join(f"{name}={show_field(value)}" for name, value in settings.items())
    return Task(claim, variant or "default", base.vary(settings), "", engine)


def judge(tasks: Sequence[Task], options: Options, progress: Report) -> Iterator[list[Row]]:
    """The rows of `tasks`, a list as soon as it is known; tasks on the same configuration share one search."""
    proofs = [task for task in tasks if task.engine == "unbounded"]
    tasks = [task for task in tasks if task.engine != "unbounded"]
    yield from judge_proofs(proofs, options, progress)
    for task in tasks:
        if task.claim.scenario:
            yield [judge_scenario(task, options)]
        elif task.claim.study:
            yield [judge_study(task, options, progress)]
    together: dict[tuple[AnyConfig, str], list[Task]] = {}
    for task in tasks:
        if task.claim.searched:
            together.setdefault((task.config, task.engine), []).append(task)
    for (config, _), shared in together.items():
        yield judge_shared(config, shared, options, progress)


def judge_shared(config: AnyConfig, tasks: Sequence[Task], options: Options, progress: Report) -> list[Row]:
    """One search for the finite runs of all tasks on one configuration, and one for the infinite runs."""
    network = network_of(config)
    made = {task: make_property(task.claim.make, network) for task in tasks}
    witnesses = {
        task: [make_witness(witness, network) for witness in task.claim.witness]
        for task in tasks
        if task.expected != "fails"
    }
    safe = [prop for prop in made.values() if isinstance(prop, Property)]
    wanted = {prop.name: prop for prop in (*safe, *chain(*witnesses.values()))}
    live = {prop.name: prop for prop in made.values() if isinstance(prop, Live)}
    system = network.system(*wanted.values())
    watch = partial(progress, tasks[0].variant)
    if tasks[0].engine == "explicit":
        found = _search(system, [*live.values()], options, watch)
    else:
        found = _symbolic(tasks[0].engine, network, system, options, watch)
    rows, shows = [], Shows(network, system, options)
    for task in tasks:
        verdict, reached = found[made[task].name], [found[witness.name] for witness in witnesses.get(task, [])]
        rows.append(_with_evidence(_row(task, verdict, reached), made[task], verdict, shows))
        if options.certify and task.engine == "explicit":
            with written(options):
                Certificates(options.out / "certificates").search(rows[-1], tasks, runs([verdict, *reached]))
    return rows


def runs(found: Iterable[Verdict | LivenessVerdict]) -> list[tuple[str, Trace, Lasso | None]]:
    """The runs that decide properties, by the property's name: finite ones, and lassos with their stems."""
    shown: list[tuple[str, Trace, Lasso | None]] = []
    for one in found:
        if isinstance(one, Verdict) and one.trace is not None:
            shown.append((one.property, one.trace, None))
        elif isinstance(one, LivenessVerdict) and one.lasso is not None:
            shown.append((one.property, one.lasso.stem, one.lasso))
    return shown


def _search(
    system: System, live: Sequence[Live], options: Options, progress: Callable[[Progress], None]
) -> dict[str, Verdict | LivenessVerdict]:
    """The verdicts of all properties by name; Ctrl-C during one search leaves out the next."""
    found: dict[str, Verdict | LivenessVerdict] = {}
    if system.properties:
        found |= explore(system, limits=options.limits, progress=progress, cone=True)
    stopped = [verdict.effort for verdict in found.values() if verdict.effort.limit == INTERRUPTED]
    if stopped:
        return found | {one.name: LivenessVerdict(one.name, "unknown", stopped[0]) for one in live}
    if live:
        questions = [(one.prop, one.fairness) for one in live]
        found |= check_each(system, questions, limits=options.limits, progress=progress)
    return found


def _symbolic(
    engine: str, network: AnyNetwork, system: System, options: Options, progress: Callable[[Progress], None]
) -> dict[str, Verdict | LivenessVerdict]:
    """The verdicts of all properties by Z3 (engine "bmc" or "induction"), by name."""
    if engine == "bmc":
        return {**bmc(system, depth=options.depth, limits=options.limits, progress=progress)}
    lemmas = lemmas_for(network)
    return {**induction(system, depth=options.depth, limits=options.limits, progress=progress, lemmas=lemmas)}


def _row(task: Task, verdict: Verdict | LivenessVerdict, witnesses: Sequence[Verdict | LivenessVerdict]) -> Row:
    """The verdict as a row; what holds is vacuous if its premise never happens, and open if it was not seen to."""
    why = verdict.effort.limit if verdict.answer == "unknown" else ""
    row = Row(task, verdict.property, verdict.engine, verdict.answer, verdict.effort, verdict.scope, why)
    missing = [witness.property for witness in witnesses if witness.answer == "unreachable"]
    if missing and verdict.answer in GOOD["holds"]:
        return replace(row, verdict="vacuous", why=f"its premise never happens: {', '.join(missing)}")
    open_ones = [witness for witness in witnesses if witness.answer == "unknown"]
    if open_ones and verdict.answer in GOOD["holds"]:
        names = ", ".join(witness.property for witness in open_ones)
        why = f"it holds, but its premise was not seen to happen: {names} ({open_ones[0].effort.limit})"
        return replace(row, verdict="unknown", why=why)
    return row


def _with_evidence(row: Row, prop: Property | Live, verdict: Verdict | LivenessVerdict, shows: Shows) -> Row:
    """The row with what the search has found; a live one also says what was promised."""
    if isinstance(prop, Live):
        row = replace(row, fairness=prop.words)
        lasso = verdict.lasso if isinstance(verdict, LivenessVerdict) else None
        return shows.lasso(row, lasso, prop) if lasso else row
    trace = verdict.trace if isinstance(verdict, Verdict) else None
    return shows.trace(row, trace, replace(prop, sentence=row.task.claim.sentence)) if trace else row


def judge_study(task: Task, options: Options, progress: Report) -> Row:
    """The answer of a study with its tables and pictures."""
    assert isinstance(task.config, Config)
    result = find_study(task.claim.make)(task.config, options.limits, partial(progress, task.variant))
    row = Row(task, task.claim.name, "study", result.answer, result.effort, why=result.why, tables=result.tables)
    return with_counterexamples(row, result.counterexamples, options)


def judge_scenario(task: Task, options: Options) -> Row:
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
        verdict, why = "reachable", ""
    except NoRun as stop:
        system, trace, verdict, why = stop.system, stop.trace, "unreachable", str(stop)
    count = len(trace.steps)
    effort = Effort(states=count + 1, transitions=count, depth=count + 1, complete=True)
    row = Row(task, task.claim.name, "replay", verdict, effort, "this run, 32 bits", why)
    return row if why and task.expected else Shows(network_of(task.config), system, options).trace(row, trace, None)


def with_figures(rows: Sequence[Row], options: Options) -> tuple[list[Row], list[str]]:
    """The rows with the figures that were drawn (or their sources), and why some could not be, each reason once.

    What went wrong beside the searches, and files that could not be written, are among the options' problems then.
    """
    drawn, problems = options.pictures.finish()
    options.problems.extend(problem for row in rows for problem in row.effort.problems)
    options.problems.extend(problems)
    files = {path: str(picture.svg or picture.dot) for path, picture in drawn.items()}
    reasons = dict.fromkeys(picture.reason for picture in drawn.values() if picture.reason)
    drawn_rows = [
        replace(row, evidence=tuple(replace(one, figure=files.get(one.figure, "")) for one in row.evidence))
        for row in rows
    ]
    return drawn_rows, list(reasons)


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
    for task in {task.config: task for task in tasks if task.claim.searched}.values():
        network = network_of(task.config)
        states = [name for sides in network.lanes.values() for name in sides.values() if name]
        found = quotient(network.system(), states, options.limits)
        title = f"{task.variant}: {found.effort.states:,} states by the states of {' and '.join(network.lanes)}"
        path = options.out / stem("state graph", task.variant)
        options.pictures.draw(quotient_diagram(found.states, found.arcs, title), path, "dot")


def short(event: Event) -> str:
    """An event's name without the states."""
    name = event.name.removeprefix(f"{event.state}, ").removesuffix(f" in {event.state}")
    return name.replace(" arrives", "").replace("; ", " and ")
