"""Claims into tasks, and tasks into rows: the one place that knows which kind of question each is.

A kind's module is loaded when it is asked, so that a story loads no engine. A question's time (`--max-seconds`) begins
here: building and compiling are part of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from model.core.grouped import grouped
from model.questions.task import OnSearch, Options, Task, TaskResult
from model.settings.server import AnyConfig
from model.settings.setting import show_field
from model.words.language import marked
from properties.claim import Claim, Knowledge, Question, Story, Study, quick_of


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


ALONE: Mapping[type[Question], str] = {
    Story: marked("none is looked for, as a scenario is one run, step by step"),
    Study: marked("none is looked for, as a study's runs are examples of what its tables say"),
    Knowledge: marked("none is looked for, as knowledge is about all runs"),
}
"""Why of some questions no other run is looked for."""


def answered(tasks: Sequence[Task], options: Options, progress: OnSearch) -> Iterator[list[TaskResult]]:
    """The rows of tasks, a list as soon as it is known; tasks on the same configuration share one search.

    Proofs are not among them: those are asked step by step (`proof`).
    """
    for task in tasks:
        if task.claim.scenario:
            from model.questions.story import answer_story

            yield [_alone(answer_story(task, options), options)]
        elif task.claim.study:
            from model.questions.study import answer_study

            progress(task.variant, None)
            yield [_alone(answer_study(task, _timed(options), progress), options)]
        elif task.claim.epistemic:
            from model.questions.knowing import answer_knowledge

            progress(task.variant, None)
            yield [_alone(answer_knowledge(task, _timed(options), progress), options)]
    for shared in searches(tasks):
        from model.questions.cell_search import answer_cells

        progress(shared[0].variant, None)
        yield answer_cells(shared, _timed(options), progress)


def _alone(row: TaskResult, options: Options) -> TaskResult:
    """The row with why no other run is looked for, if one is wanted."""
    return replace(row, another=ALONE[type(row.task.claim.question)]) if options.another else row


def searches(tasks: Sequence[Task]) -> list[list[Task]]:
    """Those of the tasks that are searched for, by configuration and engine."""
    searched = (task for task in tasks if task.claim.searched)
    return [*grouped(searched, lambda task: (task.config, task.engine)).values()]


def _timed(options: Options) -> Options:
    """The options for one question, whose time begins now."""
    return replace(options, limits=options.limits.started())
