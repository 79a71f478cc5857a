"""Verdicts in words: where a claim holds, where it fails as it must, with the length of its run and the picture.

A verdict that is as claimed is no bad news: "fails with two-way, as it must". Only what contradicts its claim is called
so. Words are for people; `report.as_json` has the same for programs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from model.core.answer import Answer
from model.questions.row import Evidence, Row
from model.tcp.cause import named

STORY, EVENT, PLAIN = ("is a run", "is no run"), ("happens", "never happens"), ("holds", "fails")
AS_IT_MUST = {"fails": "as it must"}
MOST_LOCATIONS = 2
PLAIN_WORDS = 3
"""A variant's name of more words stands in quotes."""


def verbs(row: Row) -> tuple[str, str]:
    """What a claim does where it holds, and where it fails: a scenario is a run, an event happens."""
    if row.engine == "replay":
        return STORY
    return EVENT if row.answer in (Answer.REACHABLE, Answer.UNREACHABLE) else PLAIN


def verdict(row: Row) -> str:
    """The verdict as a verb: "holds", "is no run"; or "is vacuous"."""
    decided = row.answer.good or row.answer.bad
    return verbs(row)[0 if row.answer.good else 1] if decided else f"is {row.answer}"


def variant(row: Row) -> str:
    """The variant's name, of a proof without its scope; in quotes if it is half a sentence."""
    name = row.task.variant.split(": ", 1)[-1] if row.task.proof else row.task.variant
    plain = len(name.split()) <= PLAIN_WORDS and not set(name) & set(",:")
    return name if plain or not row.task.expected else f'"{name}"'


def length(one: Evidence) -> str:
    """How long a run is: "4 steps", "6 steps, then 2 for ever"."""
    count = f"{len(one.steps)} step{'' if len(one.steps) == 1 else 's'}"
    return count if one.loop is None else f"{count}, then {len(one.loop) or 'nothing'} for ever"


def picture(one: Evidence) -> str:
    """Where the picture is; its source, if it could not be drawn."""
    if not one.figure:
        return ""
    return f"{'picture' if Path(one.figure).suffix == '.svg' else 'source of its picture'} {one.figure}"


def run_of(row: Row, brief: bool = False) -> str:
    """The length of the row's first run and its picture, and how many runs more; empty if there is none."""
    if not row.evidence:
        return ""
    first, count = row.evidence[0], len(row.evidence) - 1
    more = f"; {count} run{'s' if count > 1 else ''} more" if count and not brief else ""
    drawn = first.figure if brief and Path(first.figure).suffix == ".svg" else picture(first)
    return ", ".join(filter(None, (length(first), drawn))) + more


def together(rows: Sequence[Row], brief: bool) -> str:
    """The variants' names; if `brief` the first, and how many more."""
    names = [variant(row) for row in rows]
    more = brief and len(names) > 1
    return f"{names[0]} and {_more(len(names) - 1, 'variant')}" if more else "; ".join(names)


def _more(count: int, what: str) -> str:
    return f"{count} more {what}{'' if count == 1 else 's'}"


def holding(rows: Sequence[Row], brief: bool) -> list[str]:
    """That these rows, of one claim and all as claimed, hold: the searches together, then each proof."""
    searched, proved = [row for row in rows if not row.proof], [row for row in rows if row.proof]
    said = []
    if searched and not any(row.evidence for row in searched):
        said.append(f"{verbs(searched[0])[0]} with {together(searched, brief)}")
    elif searched:
        shown = searched[:1] if brief else searched
        said += [f"{verbs(row)[0]} with {variant(row)}: {run_of(row, brief)}".removesuffix(": ") for row in shown]
    for row in proved[:1] if brief else proved:
        more = f" (and {_more(len(proved) - 1, 'proof')})" if brief and len(proved) > 1 else ""
        said.append(("is " if brief and not searched else "") + _proved(row, named=len(proved) > 1) + more)
    return said


def _proved(row: Row, named: bool) -> str:
    assert row.proof is not None
    which = f" with {variant(row)}" if named else ""
    return f"proved{which} for {row.outcome.scope}: {row.proof.obligations:,} obligations"


def failing(rows: Sequence[Row], brief: bool) -> list[str]:
    """That these rows, of one claim and all as claimed, fail as they must: each search, then each proof."""
    searched, unproved = [row for row in rows if not row.proof], [row for row in rows if row.proof]
    if brief:
        first, more = (searched or unproved)[0], len(rows) - 1
        return [failure(first, first.proof is not None, brief) + (f" (and {_more(more, 'variant')})" if more else "")]
    return [failure(row, row in unproved) for row in (*searched, *unproved)]


def failure(row: Row, proof: bool, brief: bool = False) -> str:
    """That one row fails, as it must."""
    if proof:
        return _unproved(row)
    verb = verbs(row)[1]
    found = f"{verb} with {variant(row)}, {AS_IT_MUST.get(verb, 'as expected')}"
    return ": ".join(filter(None, (found, run_of(row, brief))))


def _unproved(row: Row) -> str:
    """At which events the proof fails, as it must."""
    assert row.proof is not None
    events = list(dict.fromkeys(named(one.event) for one in row.proof.failing))
    at = "; ".join(events[:MOST_LOCATIONS]) + (
        f" and {len(events) - MOST_LOCATIONS} more" if len(events) > MOST_LOCATIONS else ""
    )
    return f"the proof fails with {variant(row)}, as it must, at {at} ({row.proof.obligations:,} obligations)"


def against(row: Row) -> str:
    """What contradicts its claim."""
    wanted = "hold" if row.task.expected == "holds" else "fail"
    rest = ": ".join(filter(None, (row.why, run_of(row))))
    said = f"CONTRADICTED: {row.task.claim.name} had to {wanted} with {row.task.variant}, but {verdict(row)}"
    return ": ".join(filter(None, (said, rest)))


def unsettled(row: Row) -> str:
    """Why a verdict is open."""
    return f"open: {row.task.claim.name} with {row.task.variant}: {row.why or 'unknown'}"


def asked(row: Row) -> str:
    """A verdict of which nothing was expected."""
    if row.answer is Answer.UNKNOWN:
        return unsettled(row)
    if row.proof and row.answer.good:
        return _proved(row, named=True)
    where = f" with {row.task.variant}" if row.task.variant else ""
    if not row.answer.good and not row.answer.bad:
        return f"is {row.answer}{where}: {row.why}".removesuffix(": ")
    found = f"{verdict(row)}{where}"
    return ": ".join(filter(None, (found, run_of(row))))
