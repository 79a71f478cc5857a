"""Coverage as a table for people and as JSON for programs."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from rich.table import Table

from model.machine.screen import console
from model.questions.coverage import Coverage, Covered
from model.report.summary import SCHEMA_VERSION, tools
from model.words.language import _, marked
from properties.sent import KEPT

COLUMNS = (
    *(marked("event"), "RFC 9293", marked("transitions"), marked("searches")),
    *(marked("steps"), marked("runs"), marked("where")),
)
MOST = 5
"""So many unexplained events are named in the last line; the table has all."""
RIGHT = ("transitions", "searches", "steps", "runs")


def coverage_text(found: Coverage, width: int | None) -> str:
    """The table and its notes. width: columns, or None for a terminal's own (and its colours)."""
    written = io.StringIO()
    screen = console(file=written, width=width or console().width, force_terminal=width is None)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in COLUMNS:
        table.add_column(_(column), justify="right" if column in RIGHT else "left", overflow="fold")
    for one in found.events:
        table.add_row(
            *cells(one, unexplained(found)), style="" if one.happens else "dim" if one.explained else "bold red"
        )
    screen.print(table)
    screen.print()
    for note in notes(found):
        screen.print(note, style="dim")
    return written.getvalue() + verdict(found)


def unexplained(found: Coverage) -> str:
    """What an event is that neither happens nor is proved impossible; if not all was looked at, it is open."""
    return _("open") if found.why or found.lost else _("UNEXPLAINED")


def cells(one: Covered, open_word: str) -> tuple[str, ...]:
    """One row. open_word: see `unexplained`."""
    if not one.happens:
        lemmas = _(", ").join(one.excluded_by or ()) or _("its guard is false")
        by = open_word if one.excluded_by is None else _("never: {lemmas}").format(lemmas=lemmas)
        return one.event.name, one.cite, "0", "", "", "", by
    counts = [f"{sum(found.values()):,}" if found else "" for found in (one.transitions, one.steps)]
    places = [str(len(found)) if found else "" for found in (one.transitions, one.steps)]
    claim, variant = next(iter(one.transitions or one.steps))
    return one.event.name, one.cite, counts[0], places[0], counts[1], places[1], f"{claim} ({_(variant)})"


def notes(found: Coverage) -> Iterator[str]:
    """What was searched, told and proved."""
    searches = [one for one in found.fired if one.effort and one not in found.lost]
    cut = sum(1 for one in searches if one.effort and not one.effort.complete)
    total = sum(one.effort.transitions for one in searches if one.effort)
    said = _("searched: {count} configurations, {transitions} transitions, {cut} of them cut short; runs of scenarios:"
             " {runs}; 'where' is the first of them")  # fmt: skip
    told = sum(1 for one in found.fired if not one.effort)
    yield said.format(count=len(searches), transitions=f"{total:,}", cut=cut, runs=told)
    used = {name for one in found.events if not one.happens for name in one.excluded_by or ()}
    lemma_said = _("{kind}: {text}")
    yield from (lemma_said.format(kind=one.name, text=_(one.sentence)) for one in KEPT if one.name in used)
    if used:
        said = _("These are proved by induction, for every channel and {count} protocols: {obligations} obligations")
        yield said.format(count=found.protocols, obligations=f"{found.obligations:,}")
    for one in found.lost:
        words = {"claim": one.claim, "variant": _(one.variant), "why": _(one.effort.limit) if one.effort else ""}
        yield _("{claim} ({variant}) was not searched: {why}").format(**words)
    if found.why:
        yield _("not every proof was finished: {why}").format(why=_(found.why))


def verdict(found: Coverage) -> str:
    """One line."""
    never = sum(1 for one in found.events if not one.happens and one.explained)
    happen = sum(1 for one in found.events if one.happens)
    said = _("{count} events: {happen} happen, {never} are proved impossible")
    parts = [said.format(count=len(found.events), happen=happen, never=never)]
    if found.lost:
        parts.append(_("INCOMPLETE: {count} of the searches died").format(count=len(found.lost)))
    if found.unexplained:
        more = len(found.unexplained) - MOST
        names = "; ".join(found.unexplained[:MOST]) + (_(" and {count} more").format(count=more) if more > 0 else "")
        parts.append(_("{kind}: {text}").format(kind=unexplained(found), text=names))
    return _("{cause}.").format(cause=_("; ").join(parts))


def coverage_json(found: Coverage, command: str, code: int) -> dict[str, Any]:
    """The report for programs."""
    return {
        "schema_version": SCHEMA_VERSION,
        "command": command,
        "exit_code": code,
        "tools": tools(),
        "events": [
            {
                "event": one.event.name,
                "cite": one.cite,
                "transitions": sum(one.transitions.values()),
                "steps": sum(one.steps.values()),
                "where": [
                    {"claim": claim, "variant": variant, "count": count}
                    for (claim, variant), count in (*one.transitions.items(), *one.steps.items())
                ],
                "excluded_by": None if one.happens or one.excluded_by is None else list(one.excluded_by),
                "explained": one.explained,
            }
            for one in found.events
        ],
        "searches": [
            {
                "claim": one.claim,
                "variant": one.variant,
                "states": one.effort.states,
                "transitions": one.effort.transitions,
                "complete": one.effort.complete,
            }
            for one in found.fired
            if one.effort
        ],
        "obligations": found.obligations,
    }
