"""Who knows what: a claim about knowledge on one configuration, with its runs, and beside each step who knows what.

A statement that fails everywhere has two runs or more: one to a state where it fails, and one to each state that a side
cannot tell from the end of the run before. One that holds shows the run to its first witness.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import NamedTuple

from model.core.answer import Answer, Outcome
from model.core.knowledge import Common, Fact, Formula, Known, Knows, Refutation, facts
from model.core.run import Run
from model.core.system import System
from model.engines.epistemic.knowledge import LocalStates, check
from model.network.bounded import Network
from model.pictures.order import in_order
from model.questions.certificates import Certificates
from model.questions.evidence import Shows
from model.questions.task import OnSearch, Options, Task, TaskResult, written
from model.settings.config import Config
from model.words.language import _, marked, phrased, together
from properties.claim import Knowledge

ALIKE = "the same to "
COMBINED = {"and": marked("{this} and {that}"), "or": marked("{this} or {that}")}
CUT = marked("where nothing more may be lost, something was: raise the bounds that were touched")


class AboutKnowledge(NamedTuple):
    """What a task asks, and the network and system of which it does; beside: what is told beside the steps of runs."""

    network: Network
    system: System
    known: Known
    witnesses: list[Known]
    beside: Sequence[Formula]


def asked_of(task: Task) -> AboutKnowledge:
    """What a claim about knowledge asks of its configuration."""
    question = task.claim.question
    assert isinstance(task.config, Config)
    assert isinstance(question, Knowledge)
    network = Network(task.config)
    known = question.make(network)
    witnesses = [make(network) for make in question.witness] if task.expected != "fails" else []
    return AboutKnowledge(network, network.system(known, *witnesses), known, witnesses, question.beside(network))


def answer_knowledge(task: Task, options: Options, progress: OnSearch) -> TaskResult:
    """The row of a task."""
    network, system, known, witnesses, beside = asked_of(task)
    watch = partial(progress, task.variant)
    found, states = check(system, known.views, [known, *witnesses], beside, limits=options.limits, progress=watch)
    row = _row(task, found[known.name], [found[one.name] for one in witnesses])
    runs_shown = [] if row.answer is Answer.UNKNOWN else _shown(known, found, witnesses)
    shown = [replace(one, run=in_order(system, None, one.run)) for one in runs_shown]
    if options.certify:
        with written(options):
            runs = [(one.name, one.run, None) for one in shown]
            Certificates(options.out / "certificates").search(row, [task], runs)
    shows, about = Shows(network, system, options, about=(known.views, beside)), legend(beside)
    told = [(one, who_knows(states, one.run, beside)) for one in shown]
    evidence = (shows.of_knowledge(row, one.run, f"{one.says} {about}", one.label, news) for one, news in told)
    return replace(row, evidence=tuple(evidence))


def _row(task: Task, found: Outcome, witnesses: Sequence[Outcome]) -> TaskResult:
    """What was found, as a row: vacuous if a witness never happens, open if a bound has cut what should not be cut."""
    assert isinstance(task.config, Config)
    row = TaskResult(task, replace(found, evidence=None))
    if found.answer is Answer.UNKNOWN:
        return row.but(Answer.UNKNOWN, found.effort.limit)
    if found.effort.touched and not (task.config.loss and task.config.losses is None):
        return row.but(Answer.UNKNOWN, CUT)
    missing = [one.name for one in witnesses if one.answer is Answer.UNREACHABLE]
    if missing and found.answer.good:
        return row.but(Answer.VACUOUS, phrased("its premise never happens: {names}", names=", ".join(missing)))
    return row


@dataclass(frozen=True)
class KnownRun:
    """A run. name: of the statement that it is about; says: a sentence about its end; label: if it is not the first."""

    name: str
    run: Run
    says: str
    label: str = ""


def _shown(known: Known, found: Mapping[str, Outcome], witnesses: Sequence[Known]) -> Iterator[KnownRun]:
    """The runs that decide a statement; of one that holds the run to its last witness."""
    evidence = found[known.name].evidence
    if isinstance(evidence, Refutation):
        yield KnownRun(
            known.name,
            evidence.runs[0],
            _("At its end it is false that {formula}.").format(formula=in_words(known.formula)),
        )
        for run, side in zip(evidence.runs[1:], evidence.sides, strict=True):
            label = phrased("the same to {side}", side=side)
            told = _("Its end is the same to {side} as that of the run before.").format(side=side)
            yield KnownRun(f"{ALIKE}{side}", run, told, label)
    elif isinstance(evidence, Run):
        yield KnownRun(known.name, evidence, _("At its end {formula}.").format(formula=in_words(known.formula)))
    else:
        for one in witnesses[-1:]:
            reached = found[one.name].run
            if reached is not None:
                told = _("At its end {formula}.").format(formula=in_words(one.formula))
                yield KnownRun(one.name, reached, told, marked("who knows what"))


# -- beside a run --


def who_knows(states: LocalStates, run: Run, formulas: Sequence[Formula]) -> list[str]:
    """For each state of a run, the first one included, what has come to be known with it, and what is not any more."""
    along = states.along(run, formulas)
    before = [[False] * len(formulas), *along]
    return [_news(formulas, was, now) for was, now in zip(before, along, strict=False)]


def _news(formulas: Sequence[Formula], was: Sequence[bool], now: Sequence[bool]) -> str:
    """The difference between two states in words."""
    gained = [one for one, a, b in zip(formulas, was, now, strict=True) if b and not a]
    lost = [one for one, a, b in zip(formulas, was, now, strict=True) if a and not b]
    told = [one for one in gained if isinstance(one, Common)] or gained  # All the rest follows from it.
    return _("; ").join([*map(in_short, told), *(_("no longer: {what}").format(what=in_short(one)) for one in lost)])


def in_words(formula: Formula) -> str:
    """The formula in the reader's words, as `said` has it in English."""
    match formula:
        case Fact():
            return _(formula.name)
        case Knows():
            return _("{side} knows that {what}").format(side=formula.side, what=in_words(formula.what))
        case Common():
            return _("{sides} commonly know that {what}").format(
                sides=together(formula.sides), what=in_words(formula.what)
            )
    first, *rest = (in_words(part) for part in formula.parts)
    if formula.how == "implies":
        return _("if {one}, then {other}").format(one=first, other=rest[0])
    if formula.how == "not":
        return _("it is false that {what}").format(what=first)
    return reduce(lambda one, other: _(COMBINED[formula.how]).format(this=one, that=other), rest, first)


def in_short(formula: Formula) -> str:
    """Who knows that who knows, without the fact."""
    if isinstance(formula, Common):
        return _("common knowledge")
    assert isinstance(formula, Knows)
    if not isinstance(formula.what, (Knows, Common)):
        return _("{side} knows").format(side=formula.side)
    return _("{side} knows that {what}").format(side=formula.side, what=in_short(formula.what))


def legend(formulas: Sequence[Formula]) -> str:
    """What is known, where it is told in short."""
    fact = _(next(facts(formulas[0])).name)
    return _("Beside a step: who knows from then on that {fact}.").format(fact=fact)
