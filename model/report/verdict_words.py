"""Verdicts in words: where a claim holds, where it fails as it must, with the length of its run and the picture.

A verdict that is as claimed is no bad news: "fails with two-way, as it must". Only what contradicts its claim is called
so. Words are for people; `report.as_json` has the same for programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from model.core.answer import Answer
from model.questions.task import RunReport, TaskResult
from model.tcp.cause import named
from model.words.language import _, counted, marked

STORY = (marked("is a run"), marked("is no run"))
EVENT = (marked("happens"), marked("never happens"))
PLAIN = (marked("holds"), marked("fails"))
UNDECIDED = {
    "unknown": marked("is unknown"),
    "vacuous": marked("is vacuous"),
    "contradiction": marked("is contradicted"),
}
FAILS = {
    "fails": marked("fails with {variant}, as it must"),
    "is no run": marked("is no run with {variant}, as expected"),
    "happens": marked("happens with {variant}, as expected"),
    "never happens": marked("never happens with {variant}, as expected"),
}
HOLDS = {
    "holds": marked("holds with {variants}"),
    "is a run": marked("is a run with {variants}"),
    "happens": marked("happens with {variants}"),
    "never happens": marked("never happens with {variants}"),
}
SCOPES = (
    marked("bounded"),
    marked("this run, 32 bits"),
    marked("every channel, 32 bits"),
    marked("every channel, 8 bits"),
    marked("every channel, all times, 32 bits"),
)
"""What answers are about."""
MOST_LOCATIONS = 2
PLAIN_WORDS = 3
"""A variant's name of more words stands in quotes."""


def verbs(row: TaskResult) -> tuple[str, str]:
    """What a claim does where it holds, and where it fails: a scenario is a run, an event happens."""
    if row.engine == "replay":
        return STORY
    return EVENT if row.answer in (Answer.REACHABLE, Answer.UNREACHABLE) else PLAIN


def verdict(row: TaskResult) -> str:
    """The verdict as a verb: "holds", "is no run"; or "is vacuous"."""
    decided = row.answer.good or row.answer.bad
    return _(verbs(row)[0 if row.answer.good else 1] if decided else UNDECIDED[row.answer.value])


def variant(row: TaskResult) -> str:
    """The variant's name, of a proof without its scope; in quotes if it is half a sentence."""
    name = row.task.variant.split(": ", 1)[-1] if row.task.proof else row.task.variant
    plain = _(name) == name and len(name.split()) <= PLAIN_WORDS and not set(name) & set(",:")
    return name if plain or not row.task.expected else _('"{name}"').format(name=_(name))


def length(one: RunReport) -> str:
    """How long a run is: "4 steps", "6 steps, then 2 for ever"."""
    count = counted("{count} step", "{count} steps", len(one.steps))
    if one.loop is None:
        return count
    if not one.loop:
        return _("{steps}, then nothing for ever").format(steps=count)
    return _("{steps}, then {count} for ever").format(steps=count, count=len(one.loop))


def picture(one: RunReport) -> str:
    """Where the picture is; its source, if it could not be drawn."""
    if not one.figure:
        return ""
    said = _("picture {file}") if Path(one.figure).suffix == ".svg" else _("source of its picture {file}")
    return said.format(file=one.figure)


def run_of(row: TaskResult, brief: bool = False) -> str:
    """The length of the row's first run and its picture, and how many runs more; empty if there is none."""
    if not row.evidence:
        return ""
    first, count = row.evidence[0], len(row.evidence) - 1
    more = _("; {more}").format(more=counted("{count} more run", "{count} more runs", count)) if not brief else ""
    more = more if count else ""
    drawn = first.figure if brief and Path(first.figure).suffix == ".svg" else picture(first)
    return _(", ").join(filter(None, (length(first), drawn))) + more


def together(rows: Sequence[TaskResult], brief: bool) -> str:
    """The variants' names; if `brief` the first, and how many more."""
    names = [variant(row) for row in rows]
    if brief and len(names) > 1:
        return _("{variant} and {more}").format(variant=names[0], more=_more(len(names) - 1))
    return _("; ").join(names)


def _more(count: int) -> str:
    return counted("{count} more variant", "{count} more variants", count)


def holding(rows: Sequence[TaskResult], brief: bool) -> list[str]:
    """That these rows, of one claim and all as claimed, hold: the searches together, then each proof."""
    searched, proved = [row for row in rows if not row.proof], [row for row in rows if row.proof]
    said = []
    if searched and not any(row.evidence for row in searched):
        said.append(_(HOLDS[verbs(searched[0])[0]]).format(variants=together(searched, brief)))
    elif searched:
        shown = searched[:1] if brief else searched
        said += [_joined(_(HOLDS[verbs(row)[0]]).format(variants=variant(row)), run_of(row, brief)) for row in shown]
    for row in proved[:1] if brief else proved:
        more = counted("{count} more proof", "{count} more proofs", len(proved) - 1)
        added = _(" (and {more})").format(more=more) if brief and len(proved) > 1 else ""
        said.append((_("is ") if brief and not searched else "") + _proved(row, named=len(proved) > 1) + added)
    return said


def _joined(said: str, rest: str) -> str:
    """What is said, and behind a colon the rest, if there is any."""
    return _("{said}: {rest}").format(said=said, rest=rest) if rest else said


def _proved(row: TaskResult, named: bool) -> str:
    assert row.proof is not None
    said = _("proved with {variant} for {scope}: {count} obligations") if named else ""
    said = said or _("proved for {scope}: {count} obligations")
    return said.format(variant=variant(row), scope=_(row.outcome.scope), count=f"{row.proof.obligations:,}")


def failing(rows: Sequence[TaskResult], brief: bool) -> list[str]:
    """That these rows, of one claim and all as claimed, fail as they must: each search, then each proof."""
    searched, unproved = [row for row in rows if not row.proof], [row for row in rows if row.proof]
    if brief:
        first, count = (searched or unproved)[0], len(rows) - 1
        more = _(" (and {more})").format(more=_more(count)) if count else ""
        return [failure(first, first.proof is not None, brief) + more]
    return [failure(row, row in unproved) for row in (*searched, *unproved)]


def failure(row: TaskResult, proof: bool, brief: bool = False) -> str:
    """That one row fails, as it must."""
    if proof:
        return _unproved(row)
    return _joined(_(FAILS[verbs(row)[1]]).format(variant=variant(row)), run_of(row, brief))


def _unproved(row: TaskResult) -> str:
    """At which events the proof fails, as it must."""
    assert row.proof is not None
    events = list(dict.fromkeys(named(one.event) for one in row.proof.failing))
    more = len(events) - MOST_LOCATIONS
    at = _("; ").join(events[:MOST_LOCATIONS]) + (_(" and {count} more").format(count=more) if more > 0 else "")
    said = _("the proof fails with {variant}, as it must, at {events} ({count} obligations)")
    return said.format(variant=variant(row), events=at, count=f"{row.proof.obligations:,}")


def against(row: TaskResult) -> str:
    """What contradicts its claim."""
    if row.task.expected == "holds":
        said = _("CONTRADICTED: {claim} had to hold with {variant}, but {verdict}")
    else:
        said = _("CONTRADICTED: {claim} had to fail with {variant}, but {verdict}")
    words = {"claim": row.task.claim.name, "variant": _(row.task.variant), "verdict": verdict(row)}
    return _joined(_joined(said.format(**words), _(row.why)), run_of(row))


def unsettled(row: TaskResult) -> str:
    """Why a verdict is open."""
    words = {"claim": row.task.claim.name, "variant": _(row.task.variant), "why": _(row.why) or _("unknown")}
    return _("open: {claim} with {variant}: {why}").format(**words)


def asked(row: TaskResult) -> str:
    """A verdict of which nothing was expected."""
    if row.answer is Answer.UNKNOWN:
        return unsettled(row)
    if row.proof and row.answer.good:
        return _proved(row, named=True)
    said, where = verdict(row), row.task.variant
    found = _("{verdict} with {variant}").format(verdict=said, variant=where) if where else said
    return _joined(found, run_of(row) if row.answer.good or row.answer.bad else _(row.why))
