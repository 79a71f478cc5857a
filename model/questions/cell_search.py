"""Searches: the claims on one configuration, by one search for their finite runs and one for the infinite ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain

from model.core.answer import INTERRUPTED, Answer, Counterexample, OnProgress, Outcome
from model.core.property import Live, Property
from model.core.run import Lasso, Run
from model.core.system import System
from model.engines.explicit.search import explore
from model.engines.infinite.liveness import check_each
from model.network.ghosts.ghost import brought_by
from model.network.ghosts.handshakes import TURNS
from model.network.make import AnyNetwork, network_of
from model.pictures.order import in_order
from model.questions.another import another, another_lasso
from model.questions.certificates import Certificates
from model.questions.evidence import ANOTHER, Shows
from model.questions.task import OnSearch, Options, Task, TaskResult, written
from model.words.language import marked, phrased

NO_RUN = marked("what should happen never does, so no run shows it")
EXPLICIT_ONLY = marked("another run is looked for by explicit search only")


class Asked:
    """What tasks on one configuration ask, and the network and system of which they do.

    An induction is helped by lemmas, which read the ghost TURNS.
    """

    def __init__(self, tasks: Sequence[Task]) -> None:
        for_lemmas = (TURNS,) if tasks[0].engine == "induction" else ()
        ghosts = brought_by(*chain(*(task.claim.functions for task in tasks)))
        self.network = network_of(tasks[0].config, (*ghosts, *for_lemmas))
        self.made = {task: task.claim.asked_of(self.network) for task in tasks}
        self.witnesses = {task: task.claim.witnesses(self.network) for task in tasks if task.expected != "fails"}
        self.named = {prop.name: prop for prop in (*self.made.values(), *chain(*self.witnesses.values()))}
        self.system = self.network.system(*self.named.values())


def answer_cells(tasks: Sequence[Task], options: Options, progress: OnSearch) -> list[TaskResult]:
    """The rows of tasks on one configuration."""
    asked = Asked(tasks)
    watch = partial(progress, tasks[0].variant)
    if tasks[0].engine == "explicit":
        live = [prop for prop in asked.named.values() if isinstance(prop, Live)]
        found = _search(asked.system, live, options, watch)
    else:
        found = _symbolic(tasks[0].engine, asked.network, asked.system, options, watch)
    rows, shows = [], Shows(asked.network, asked.system, options)
    for task in tasks:
        verdict = _in_order(asked.system, asked.made[task], found[asked.made[task].name])
        reached = [found[witness.name] for witness in asked.witnesses.get(task, [])]
        row = _with_evidence(_row(task, verdict, reached), asked.made[task], verdict, shows)
        rows.append(_with_another(row, asked, verdict, shows, watch) if options.another else row)
        if options.certify and task.engine == "explicit":
            with written(options):
                Certificates(options.out / "certificates").search(rows[-1], tasks, runs([verdict, *reached]))
    return rows


def _in_order(system: System, prop: Property | Live, verdict: Outcome) -> Outcome:
    """The verdict with its run in the canonical order of steps."""
    if verdict.lasso:
        stem = in_order(system, None, verdict.lasso.stem)
        return replace(verdict, evidence=replace(verdict.lasso, stem=stem))
    run = verdict.run and in_order(system, prop if isinstance(prop, Property) else None, verdict.run)
    return replace(verdict, evidence=run)


def runs(found: Iterable[Outcome]) -> list[tuple[str, Run, Lasso | None]]:
    """The runs that decide properties, by the property's name: finite ones, and lassos with their stems."""
    shown = [(one.name, one.lasso.stem if one.lasso else one.run, one.lasso) for one in found]
    return [(name, run, lasso) for name, run, lasso in shown if run is not None]


def _search(system: System, live: Sequence[Live], options: Options, progress: OnProgress) -> dict[str, Outcome]:
    """The verdicts of all properties by name; Ctrl-C during one search leaves out the next."""
    found: dict[str, Outcome] = {}
    if system.properties:
        found |= explore(system, limits=options.limits, progress=progress, cone=True)
    if stopped := [verdict.effort for verdict in found.values() if verdict.effort.limit == INTERRUPTED]:
        return found | {one.name: Outcome(one.name, Answer.UNKNOWN, stopped[0], "liveness") for one in live}
    if live:
        questions = [(one.prop, one.fairness) for one in live]
        found |= check_each(system, questions, limits=options.limits, progress=progress)
    return found


def _symbolic(
    engine: str, network: AnyNetwork, system: System, options: Options, progress: OnProgress
) -> dict[str, Outcome]:
    """The verdicts of all properties by Z3 (engine "bmc" or "induction"), by name."""
    from model.engines.symbolic.bmc import bmc
    from model.engines.symbolic.induction import induction
    from model.questions.theorems import lemmas_for

    if engine == "bmc":
        return bmc(system, depth=options.depth, limits=options.limits, progress=progress)
    lemmas = lemmas_for(network)
    return induction(system, depth=options.depth, limits=options.limits, progress=progress, lemmas=lemmas)


def _row(task: Task, verdict: Outcome, witnesses: Sequence[Outcome]) -> TaskResult:
    """The verdict as a row; what holds is vacuous if its premise never happens, and open if it was not seen to."""
    why = verdict.effort.limit if verdict.answer is Answer.UNKNOWN else ""
    row = TaskResult(task, replace(verdict, evidence=None, why=why))
    missing = [witness.name for witness in witnesses if witness.answer is Answer.UNREACHABLE]
    if missing and verdict.answer.good:
        return row.but(Answer.VACUOUS, phrased("its premise never happens: {names}", names=", ".join(missing)))
    open_ones = [witness for witness in witnesses if witness.answer is Answer.UNKNOWN]
    if open_ones and verdict.answer.good:
        names = ", ".join(witness.name for witness in open_ones)
        said = marked("it holds, but its premise was not seen to happen: {names} ({why})")
        return row.but(Answer.UNKNOWN, phrased(said, names=names, why=open_ones[0].effort.limit))
    return row


def _with_evidence(row: TaskResult, prop: Property | Live, verdict: Outcome, shows: Shows) -> TaskResult:
    """The row with what the search has found; a live one also says what was promised."""
    if isinstance(prop, Live):
        row = replace(row, fairness=prop.words)
        return replace(row, evidence=(shows.lasso(row, verdict.lasso, prop),)) if verdict.lasso else row
    prop = replace(prop, sentence=row.task.claim.sentence)
    return shows.trace(row, verdict.run, prop) if verdict.run else replace(row, beside=NO_RUN if row.answer.bad else "")


def _with_another(row: TaskResult, asked: Asked, verdict: Outcome, shows: Shows, progress: OnProgress) -> TaskResult:
    """The row with another run that shows the same, or why there is none."""
    prop, limits = asked.made[row.task], shows.options.limits
    if not (verdict.run or verdict.lasso):
        return replace(row, another=NO_RUN if verdict.answer.bad else "")
    if row.engine not in ("explicit", "liveness"):
        return replace(row, another=EXPLICIT_ONLY)
    if isinstance(prop, Live):
        assert verdict.lasso
        lasso = another_lasso(asked.system, prop, verdict.lasso, limits, progress)
        if isinstance(lasso, str):
            return replace(row, another=lasso)
        lasso = replace(lasso, stem=in_order(asked.system, None, lasso.stem))
        return replace(row, evidence=(*row.evidence, shows.lasso(row, lasso, prop, ANOTHER)))
    assert verdict.run
    found = another(asked.system, prop, verdict.run, limits, progress)
    if isinstance(found, str):
        return replace(row, another=found)
    shown = shows.counterexample(row, Counterexample(ANOTHER, shows.network, asked.system, found, prop))
    return replace(row, evidence=(*row.evidence, shown))
