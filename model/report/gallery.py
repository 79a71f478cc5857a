"""An index of all pictures by statement: `pictures.html` beside them, for a browser.

A claim that helps to settle several statements stands under each; those that settle none come last. A picture's words
are its claim's sentence and, where something is violated, what has happened.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from model.core.grouped import grouped
from model.machine.files import write
from model.questions.task import Options, RunReport, TaskResult, written
from model.report.verdict_words import length
from model.words.language import _, language
from properties.statements import STATEMENTS

NAME = "pictures.html"
STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.45 sans-serif;max-width:62em;margin:2em auto;padding:0 1em}"
    "figure{margin:1.5em 0}img{max-width:100%}figcaption{margin-bottom:.5em}"
)


def write_gallery(rows: Sequence[TaskResult], options: Options) -> None:
    """Write the index beside the pictures, if there are any."""
    if any(_drawn(one) for row in rows for one in row.evidence):
        with written(options):
            write(options.out / NAME, gallery(rows, options.out))


def gallery(rows: Sequence[TaskResult], out: Path) -> str:
    """The index of the rows' pictures; out: where it will stand."""
    headings = {one.number: f"{one.number} {_(one.question)}" for one in STATEMENTS} | {"": _("Further claims")}
    parts = grouped(((number, row) for row in rows for number in row.task.claim.settles or ("",)), lambda one: one[0])
    found = [(heading, [row for _number, row in parts.get(number, ())]) for number, heading in headings.items()]
    shown = [(heading, [*_figures(some, out)]) for heading, some in found]
    body = [line for heading, figures in shown if figures for line in (f"<h2>{escape(heading)}</h2>", *figures)]
    name, title = _("Pictures"), _("All pictures, by statement")
    head = f'<html lang="{language()}"><meta charset="utf-8"><title>{name}</title><style>{STYLE}</style>'
    return "\n".join(["<!doctype html>", head, f"<h1>{title}</h1>", *body]) + "\n"


def _figures(rows: Sequence[TaskResult], out: Path) -> Iterator[str]:
    """The pictures of the rows, each with its words."""
    drawn = [(row, one) for row in rows for one in row.evidence if _drawn(one)]
    for row, one in drawn:
        claim, place = row.task.claim, Path(os.path.relpath(one.figure, out)).as_posix()
        name = _(", ").join(filter(None, (_(row.task.variant), _(one.label))))
        words = " ".join([_(claim.sentence), *(_("Here {part}.").format(part=part) for part in one.decides)])
        said = _("{claim} ({variant}), {length}. {words}")
        caption = {"variant": escape(name), "length": length(one), "words": escape(words)}
        yield "<figure>"
        yield f"<figcaption>{said.format(claim=f'<b>{escape(claim.name)}</b>', **caption)}</figcaption>"
        yield f'<a href="{escape(place)}"><img src="{escape(place)}" alt="{escape(words)}" loading="lazy"></a>'
        yield "</figure>"


def _drawn(one: RunReport) -> bool:
    return Path(one.figure).suffix == ".svg"
