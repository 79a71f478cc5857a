"""Rows into answers: what was asked, one sentence for what is so, and the verdicts that make it true.

One claim is answered whole, with its runs; several with a few lines each; many by the explainer's statements. A
sentence of `properties.plain_words` or `properties.statements` is said only where all the verdicts that it rests on are
as claimed. What contradicts its claim, and what is open, is always said. `answer_text` puts the entries into lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from model.core.answer import Table
from model.core.grouped import grouped
from model.questions.task import Beside, RunReport, TaskResult
from model.report.verdict_words import against, asked, failing, failure, holding, unsettled
from model.words.language import _, counted, marked
from properties.claim import Claim
from properties.plain_words import PlainWords, answer
from properties.statements import STATEMENTS, SentencePart, Statement, statement

FEW, MANY = 3, 15
"""Up to `FEW` claims are answered whole, more than `MANY` by statements."""
BEYOND = marked("Beyond the explainer")
Mark = Literal["good", "bad", "open", "plain", ""]


@dataclass(frozen=True)
class Line:
    """One sentence, to be wrapped: its mark, its indentation in columns, and whether it is a heading or an aside."""

    text: str
    mark: Mark = ""
    indent: int = 0
    look: Literal["", "heading", "aside"] = ""


@dataclass(frozen=True)
class ShownRun:
    """A run to be shown where there is room for it."""

    evidence: RunReport


@dataclass(frozen=True)
class ShownTable:
    """Likewise a table of a study."""

    table: Table


Entry = Line | ShownRun | ShownTable


def entries(rows: Sequence[TaskResult]) -> Iterator[Entry]:
    """The answers of these rows, in their order."""
    claims = by_claim(rows)
    if len(claims) <= FEW:
        for at, of_claim in enumerate(claims.values()):
            yield from [Line("")] if at else []
            yield from whole(of_claim)
    elif len(claims) > MANY and all(row.task.expected for row in rows):
        yield from by_statement(rows)
    else:
        yield from several(claims)


def by_claim(rows: Iterable[TaskResult]) -> dict[str, list[TaskResult]]:
    """The rows of each claim, by its name."""
    return grouped(rows, lambda row: row.task.claim.name)


def settled(rows: Iterable[TaskResult], *needs: str) -> bool:
    """Whether rows of one kind make its sentence true: all are as claimed, the first variant or its proof among them.

    needs: variants of either kind that have to be among them, too, if they are of this one.
    """
    found = list(rows)
    if not found or not all(row.standing == "as claimed" for row in found):
        return False
    claim, kind = found[0].task.claim, found[0].task.expected
    have = {row.task.variant for row in found}
    cells = [cell.variant for cell in claim.cells if cell.expected == kind]
    firsts = {*cells[:1], *[proof.variant for proof in claim.proofs if proof.expected == kind][:1]}
    return bool(firsts & have) and {need for need in needs if need in cells} <= have


def of_kind(rows: Iterable[TaskResult], expected: str) -> list[TaskResult]:
    """The rows of which this is expected."""
    return [row for row in rows if row.task.expected == expected]


# -- one claim, whole ----------------------------------------------------------------------------------------------


def whole(rows: Sequence[TaskResult]) -> Iterator[Entry]:
    """One claim: its question, and for each kind of variants a sentence, every verdict, and every run."""
    claim = rows[0].task.claim
    known, settles = answer(claim), f" ({', '.join(claim.settles)})" if claim.settles else ""
    title = f": {_(known.title)}" if known.title != claim.name else ""
    yield Line(f"{claim.name}{settles}{title}", look="heading")
    asks = question(claim)
    yield from [Line(asks)] if asks else []
    yield Line("")
    if not rows[0].task.expected:
        yield Line(_("Exactly: {sentence}").format(sentence=_(claim.sentence)) if title else _(claim.sentence))
        for row in rows:
            yield Line(asked(row), _mark(row))
            yield from shown(row)
    else:
        yield from _half(of_kind(rows, "holds"), known.holds, known.needs)
        yield from _half(of_kind(rows, "fails"), known.fails, known.needs)
    promised = dict.fromkeys(row.fairness for row in rows if row.fairness)
    yield from (
        Line(_("Of every infinite run is promised: {promises}.").format(promises=_(words)), look="aside")
        for words in promised
    )


def question(claim: Claim) -> str:
    """What the first statement that the claim belongs to asks; empty if it belongs to none."""
    found = statement(claim.settles[0]) if claim.settles else None
    return _(found.question) if found else ""


def _mark(row: TaskResult) -> Mark:
    return "open" if row.standing == "inconclusive" else "good" if row.answer.good else "plain"


def _half(rows: Sequence[TaskResult], sentence: str, needs: Sequence[str]) -> Iterator[Entry]:
    """The variants of one kind: their sentence, if they make it true, and each verdict with its run."""
    good = [row for row in rows if row.standing == "as claimed"]
    true = settled(rows, *needs)
    if true:
        yield Line(_(sentence), "good")
    mark: Mark = "" if true else "good"
    if good and good[0].task.expected == "holds":
        yield from (Line(capital(words), mark, 2 if true else 0) for words in holding(good, brief=False))
        yield from (entry for row in good for entry in shown(row))
    elif good:
        for row in sorted(good, key=lambda row: row.proof is not None):
            yield Line(capital(failure(row, row.proof is not None)), mark, 2 if true else 0)
            yield from shown(row) if not row.proof else []
    yield from wrong(rows, runs=True)


def shown(row: TaskResult) -> Iterator[Entry]:
    """What a row has to show: tables, runs, why a scenario is none, and what is false at a run's end."""
    yield from map(ShownTable, row.tables)
    if row.engine == "replay" and row.why:
        yield Line(_("It stops at {where}.").format(where=_(row.why)), indent=4, look="aside")
    for one in row.evidence:
        yield ShownRun(one)
        yield from _beside(one.beside)
    yield from _beside(row.beside)
    if row.another:
        yield Line(_("Another run: {why}.").format(why=_(row.another)), indent=4, look="aside")


def _beside(one: Beside | str) -> Iterator[Entry]:
    """What the other protocol does on the same schedule, or why nobody has looked."""
    if isinstance(one, Beside):
        yield Line(one.told, indent=4)
    elif one:
        yield Line(_("Nothing beside it: {why}.").format(why=_(one)), indent=4, look="aside")


def wrong(rows: Iterable[TaskResult], runs: bool = False) -> Iterator[Entry]:
    """What contradicts its claim, and what is open."""
    for row in rows:
        if row.standing == "contradicted":
            yield Line(against(row), "bad")
            yield from shown(row) if runs else []
        elif row.standing == "inconclusive":
            yield Line(unsettled(row), "open")


# -- several claims ------------------------------------------------------------------------------------------------


def several(claims: dict[str, list[TaskResult]]) -> Iterator[Entry]:
    """A few lines for each claim, under the statement that all of them are about, or the first of each."""
    common = set[str].intersection(*(set(rows[0].task.claim.settles) for rows in claims.values()))
    groups: dict[str, list[list[TaskResult]]] = {}
    for rows in claims.values():
        settles = [one for one in rows[0].task.claim.settles if one in common or not common]
        groups.setdefault(settles[0] if settles else BEYOND, []).append(rows)
    for at, name in enumerate(sorted(groups, key=lambda name: (name == BEYOND, name))):
        yield from [Line("")] if at else []
        yield from _heading(name, [row for rows in groups[name] for row in rows])
        for rows in groups[name]:
            yield from brief(rows, answer(rows[0].task.claim))


def _heading(name: str, rows: Sequence[TaskResult]) -> Iterator[Entry]:
    """What a statement asks, and the parts of its answer that these rows make true."""
    about = statement(name)
    yield Line(f"{name}  {_(about.question)}" if about else _(name), look="heading")
    said = so(about, rows) if about else []
    yield from [Line(" ".join(said), indent=2)] if said else []


def brief(rows: Sequence[TaskResult], known: PlainWords) -> Iterator[Entry]:
    """One claim in a few lines."""
    claim = rows[0].task.claim
    if not rows[0].task.expected:
        yield from (Line(f"{claim.name}: {asked(row)}", _mark(row)) for row in rows)
        return
    good = [row for row in rows if row.standing == "as claimed"]
    yield Line(f"{claim.name}: {_(known.title)}", "good" if len(good) == len(rows) else "")
    holds, fails = of_kind(good, "holds"), of_kind(good, "fails")
    yield from [Line(_("; ").join(holding(holds, brief=True)), indent=2)] if holds else []
    yield from [Line(_("; ").join(failing(fails, brief=True)), indent=2)] if fails else []
    yield from wrong(rows)


# -- many claims: the statements -----------------------------------------------------------------------------------


def by_statement(rows: Sequence[TaskResult]) -> Iterator[Entry]:
    """For each statement its question and the parts of its answer, and what became of all other verdicts."""
    claims, rest = by_claim(rows), list(rows)
    for at, one in enumerate(STATEMENTS):
        yield from [Line("")] if at else []
        yield Line(f"{one.number}  {_(one.question)}", look="heading")
        for part in one.answer:
            about = of_kind(claims.get(part.claim, ()), part.expected)
            yield from answered(part, about)
            rest = [row for row in rest if row not in about]
        others = [row for row in rest if row.task.claim.settles[:1] == (one.number,)]
        yield from wrong(others)
    yield Line("")
    yield from wrong(row for row in rest if not row.task.claim.settles)
    if good := [row for row in rest if row.standing == "as claimed"]:
        said = counted(
            "{verdicts} further verdicts of {count} claim are as claimed.",
            "{verdicts} further verdicts of {count} claims are as claimed.",
            len(by_claim(good)),
            verdicts=len(good),
        )
        yield Line(said, "good")


def answered(part: SentencePart, rows: Sequence[TaskResult]) -> Iterator[Entry]:
    """One part of an answer with the verdicts that make it true; or what is wrong with them."""
    if settled(rows, part.variant):
        about = [row for row in rows if row.task.variant == part.variant] or rows
        words = holding(about, brief=True) if part.expected == "holds" else failing(about, brief=True)
        said = {"sentence": _(part.text), "claim": part.claim, "verdicts": _("; ").join(words)}
        yield Line(_("{sentence} {claim} {verdicts}").format(**said), "good")
    elif not rows:
        unchecked = _("not checked: whether {claim} {verdict} where it must")
        yield Line(unchecked.format(claim=part.claim, verdict=_(part.expected)), "open")
    yield from wrong(rows)


def so(one: Statement, rows: Sequence[TaskResult]) -> list[str]:
    """The parts of the statement's answer that these rows make true."""
    claims = by_claim(rows)
    about = [(part, of_kind(claims.get(part.claim, ()), part.expected)) for part in one.answer]
    return [_(part.text) for part, rows in about if settled(rows, part.variant)]


def sentence(row: TaskResult) -> str:
    """One verdict in words."""
    name = row.task.claim.name
    if row.standing == "contradicted":
        return against(row)
    if row.standing == "inconclusive":
        return unsettled(row)
    if not row.task.expected:
        return f"{name} {asked(row)}"
    return f"{name}: {(holding if row.task.expected == 'holds' else failing)([row], brief=False)[0]}"


def capital(words: str) -> str:
    """The words with a capital at their beginning."""
    return words[:1].upper() + words[1:]
