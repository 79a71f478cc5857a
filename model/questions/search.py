"""Searches: the claims on one configuration, by one search for their finite runs and one for the infinite ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from model.core.answer import INTERRUPTED, Progress, Verdict
from model.core.run import Trace
from model.core.system import Property, System
from model.engines.explicit.search import explore
from model.engines.infinite.lasso import Lasso
from model.engines.infinite.liveness import LivenessVerdict, check_each
from model.network.make import AnyNetwork, network_of
from model.questions.certificates import Certificates
from model.questions.evidence import Shows
from model.questions.row import GOOD, Options, Report, Row, Task, written
from properties.claim import make_property, make_witness
from properties.fair import Live


def judge_search(tasks: Sequence[Task], options: Options, progress: Report) -> list[Row]:
    """The rows of tasks on one configuration."""
    network = network_of(tasks[0].config)
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
    from model.engines.symbolic.bmc import bmc
    from model.engines.symbolic.induction import induction
    from model.questions.theorems import lemmas_for

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
