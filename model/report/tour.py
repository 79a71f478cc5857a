"""A tour of the nine statements: what the explainer says, what is true, a run to look at, and how sure that is.

Everything that is said to be true has been computed for this tour: `tour_tasks` are the variants and proofs that the
sentences need, and no more. The run is a ladder and a sentence for each step; the picture is in a file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

from model.machine.printing import meant
from model.pictures.rungs import rung_lines
from model.questions.answering import tasks_of
from model.questions.names import WILD, UnknownName, claims_named
from model.questions.task import RunReport, Task, TaskResult
from model.report.answer_text import WIDE, Printed, Screen, coloured, wrapped_line
from model.report.answers import Line, answered, by_claim, of_kind
from model.report.summary import summary
from model.report.verdict_words import length
from model.words.columns import wrapped
from model.words.language import _, counted, marked
from properties.claim import Claim
from properties.claims import CLAIMS
from properties.explainer import explained
from properties.statements import STATEMENTS, SentencePart, Statement, statement

PARTS = re.compile("; |\uff1b")
NEVER_CHECKED = marked(
    "Not checked at all: more connections, segments under way or losses than the bounds allow; options, flow control,"
    " congestion control."
)


def statements_named(names: Sequence[str]) -> list[Statement]:
    """The statements that are meant: by number, pattern ("S[2-4]"), or a claim of theirs. Raises `UnknownName`."""
    numbers = [number for name in names for number in _numbers(name)]
    return [one for one in STATEMENTS if one.number in numbers or not names]


def _numbers(name: str) -> list[str]:
    if any(char in name for char in WILD):
        if found := [one.number for one in STATEMENTS if fnmatchcase(one.number, name.upper())]:
            return found
    elif one := statement(name):
        return [one.number]
    elif name not in {claim.name for claim in CLAIMS}:
        known = [*(one.number for one in STATEMENTS), *(claim.name for claim in CLAIMS)]
        raise UnknownName(f"'{name}' is neither a statement nor a claim; {meant(name, known) or 'see --list'}")
    claims = claims_named([name])
    found = [number for claim in claims for number in claim.settles]
    if not found:
        raise UnknownName(f"{name} belongs to none of the statements; python -m model.check {claims[0].name} checks it")
    return found


def parts(one: Statement) -> tuple[SentencePart, ...]:
    """All that is said to be true of a statement."""
    return (*one.answer, *explained(one.number).more)


def tour_tasks(chosen: Sequence[Statement]) -> list[Task]:
    """What the sentences of these statements rest on: of each the first variant of its kind, and a proof that holds."""
    wanted = [part for one in chosen for part in parts(one)]
    wanted += [SentencePart("", about.claim, about.expected) for one in chosen for about in [explained(one.number)]]
    tasks = tasks_of(claims_named(list(dict.fromkeys(part.claim for part in wanted))))
    found = dict.fromkeys(task for part in wanted for task in _needed(part, tasks))
    return [task for task in tasks if task in found]


def _needed(part: SentencePart, tasks: Sequence[Task]) -> Iterator[Task]:
    of_part = [task for task in tasks if task.claim.name == part.claim and task.expected == part.expected]
    yield from [task for task in of_part if not task.proof][:1]
    yield from [task for task in of_part if task.variant == part.variant]
    yield from [task for task in of_part if task.proof and part.expected == "holds"][:1]


# -- the text --------------------------------------------------------------------------------------------------------


def tour_text(
    chosen: Sequence[Statement],
    rows: Sequence[TaskResult],
    expected: int,
    code: int,
    notes: Sequence[str],
    *,
    screen: Screen,
) -> str:
    """The tour in lines, ending without a newline. expected: how many verdicts were asked for."""
    lines = [line for one in chosen for line in (*_tour(one, rows, screen), Printed(""))]
    for note in notes:
        lines += wrapped_line(Line(note, look="aside"), screen)
    return coloured([*lines, Printed(summary(rows, expected, code))], screen)


def _tour(one: Statement, rows: Sequence[TaskResult], screen: Screen) -> Iterator[Printed]:
    """One statement."""
    about = explained(one.number)
    yield from wrapped_line(Line(f"{one.number}  {_(one.question)}", look="heading"), screen)
    yield from _section(_("What the explainer says"), [], screen)
    yield from _paragraph(_(about.says), screen)
    yield from _section(_("What is true"), [*truths(one.answer, rows)], screen)
    if about.more:
        yield from _section(_("What the explainer leaves out, or has wrong"), [*truths(about.more, rows)], screen)
    shown = of_kind(by_claim(rows).get(about.claim, ()), about.expected)
    for evidence in [row.evidence[0] for row in shown if row.evidence and not row.proof][:1]:
        yield from _section(_("A run to look at"), [], screen)
        yield from _paragraph(_heading(about.claim, shown[0], evidence), screen)
        yield from _run(evidence, screen)
        yield from wrapped_line(Line(_(about.watch), "plain", 2), screen)
        if shown[0].task.claim.finite:
            yield from wrapped_line(Line(_("No run with fewer steps shows this."), "plain", 2), screen)
    own = [row for part in parts(one) for row in of_kind(by_claim(rows).get(part.claim, ()), part.expected)]
    yield from _section(_("How sure is that"), [*how_sure(list({id(row): row for row in own}.values()))], screen)


def _section(title: str, lines: Sequence[Line], screen: Screen) -> Iterator[Printed]:
    yield Printed("")
    yield Printed(title, "bold")
    for line in lines:
        yield from wrapped_line(line, screen)


def _paragraph(text: str, screen: Screen, number: str = "  ") -> Iterator[Printed]:
    """A text in lines that begin below each other, the first one behind a number."""
    yield from map(Printed, wrapped(text, min(screen.width, WIDE), number, " " * len(number)))


def truths(said: Sequence[SentencePart], rows: Sequence[TaskResult]) -> Iterator[Line]:
    """The sentences that the verdicts make true; and what is wrong with the others."""
    claims = by_claim(rows)
    for part in said:
        about = of_kind(claims.get(part.claim, ()), part.expected)
        for entry in answered(part, about):
            assert isinstance(entry, Line)
            yield Line(entry.text, entry.mark, 2)


def _heading(claim: str, row: TaskResult, evidence: RunReport) -> str:
    words = {"claim": claim, "variant": _(row.task.variant), "length": length(evidence), "figure": evidence.figure}
    return _("{claim}, with {variant}: {length}; the picture is in {figure}").format(**words)


def _run(evidence: RunReport, screen: Screen) -> Iterator[Printed]:
    """A run as a ladder, and a sentence for each step."""
    yield Printed("")
    if evidence.ladder is not None:
        yield from (Printed(f"  {line}") for line in rung_lines(evidence.ladder, screen.width - 2, screen.strokes))
        yield Printed("")
    stem = len(evidence.steps)
    for number, sentence in evidence.told:
        if evidence.loop is not None and number.split("-")[0] == str(stem + 1):
            yield Printed("  " + _("From here on, for ever:"))
        yield from _paragraph(sentence, screen, f"{number:>5}. ")
    if evidence.loop == []:
        yield Printed("  " + _("From here on nothing more happens, for ever."))
    yield Printed("")


def how_sure(rows: Sequence[TaskResult]) -> Iterator[Line]:
    """What the verdicts rest on, in sentences, and what is not checked."""
    if searched := _searches([row for row in rows if not row.proof and row.engine != "replay"]):
        searches = counted("{count} search", "{count} searches", len(searched))
        states = f"{sum(row.effort.states for row in searched):,}"
        said = _("Searched: {searches} with {states} states, each to its end within the bounds, or until it had found"
                 " its run; and each run was replayed step by step.")  # fmt: skip
        yield Line(said.format(searches=searches, states=states), "plain", 2)
    if any(row.engine == "replay" for row in rows):
        said = _("Replayed: what is said to be a run was gone through step by step, with 32-bit numbers; it is one run,"
                 " and others like it were not looked for.")  # fmt: skip
        yield Line(said, "plain", 2)
    if proved := [row.proof for row in rows if row.proof and row.answer.good]:
        said = _("Proved for every channel, with 32-bit numbers: {count} obligations. What the proof assumes stands in"
                 " report.txt.")  # fmt: skip
        yield Line(said.format(count=f"{sum(one.obligations for one in proved):,}"), "plain", 2)
    yield from _open([row.task.claim for row in rows if row.engine != "replay"])


def _open(claims: Sequence[Claim]) -> Iterator[Line]:
    """What is not checked: of each claim what was not said of one before it, and what is checked of none."""
    said = set[str]()
    for claim in dict.fromkeys(claims):
        parts = [part for part in PARTS.split(_(claim.not_checked)) if part and part not in said]
        said |= set(parts)
        if parts:
            words = _("{claim} leaves open: {what}.").format(claim=claim.name, what=_("; ").join(parts))
            yield Line(words, "open", 2)
    yield Line(_(NEVER_CHECKED), "open", 2)


def _searches(rows: Sequence[TaskResult]) -> list[TaskResult]:
    """One row for each search: those of one configuration share it."""
    return list({(row.task.config, row.engine): row for row in rows}.values())
