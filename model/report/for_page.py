"""What the page shows of this run: the statements with what is true of them, and every run with its model.

Texts are there in all languages. Which runs belong to a statement is said by their claims (`Claim.settles`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from typing import Any
from zlib import decompress

from model.page.models import Pack, conditions_in, digest, hand_parts
from model.page.page import hand_models
from model.questions.task import Beside, Playable, RunReport, TaskResult, stem
from model.report.answers import by_claim, of_kind
from model.report.answers import sentence as verdict_sentence
from model.report.tour import how_sure, parts, truths
from model.report.verdict_words import length
from model.words.language import LANGUAGES, _, language, speaking_in
from properties.explainer import explained
from properties.statements import STATEMENTS, Statement

InLanguages = dict[str, Any]
"""Something said, by language."""


def content(rows: Sequence[TaskResult]) -> tuple[dict[str, Any], str]:
    """What the page shows, as data, and the models of the runs, packed."""
    pack = Pack()
    runs = [run for row in rows for run in _runs(row, pack)]
    statements = [_statement(one, rows) for one in STATEMENTS]
    played = [one.playable for row in rows for one in row.evidence if one.playable]
    parts = dict.fromkeys(name for one in played for name in one.parts)
    found = {
        "language": language(),
        "statements": statements,
        "runs": runs,
        "parts": _in_chinese([*parts, *hand_parts(), *pack.conditions, *conditions_in(hand_models())]),
    }
    return found, pack.written


def _in_chinese(names: Sequence[str]) -> dict[str, str]:
    """What parts of properties are called in Chinese."""
    with speaking_in("zh"):
        return {name: _(name) for name in names}


def both(make: Callable[[], Any]) -> InLanguages:
    """What is said, in each language."""
    found: InLanguages = {}
    for one in LANGUAGES:
        with speaking_in(one):
            found[one] = make()
    return found


def _statement(one: Statement, rows: Sequence[TaskResult]) -> dict[str, Any]:
    rows = [replace(row, evidence=tuple(replace(run, figure="") for run in row.evidence)) for row in rows]
    about, claims = explained(one.number), by_claim(rows)
    own = [row for part in parts(one) for row in of_kind(claims.get(part.claim, ()), part.expected)]

    def text() -> dict[str, Any]:
        return {
            "question": _(one.question),
            "short": _(one.short),
            "says": _(about.says),
            "true": [[line.mark, line.text] for line in truths(one.answer, rows)],
            "more": [[line.mark, line.text] for line in truths(about.more, rows)],
            "sure": [[line.mark, line.text] for line in how_sure(list({id(row): row for row in own}.values()))],
        }

    return {"number": one.number, "text": both(text)}


def _runs(row: TaskResult, pack: Pack) -> Iterator[dict[str, Any]]:
    """The runs of a verdict, for who can play them."""
    for one in row.evidence:
        if one.playable is not None:
            yield _run(row, one, one.playable, pack)


def _run(row: TaskResult, one: RunReport, played: Playable, pack: Pack) -> dict[str, Any]:
    claim = row.task.claim

    def text() -> dict[str, Any]:
        return {
            "variant": _(row.task.variant),
            "label": _(one.label),
            "length": length(one),
            "verdict": verdict_sentence(replace(row, evidence=())),
            "sentence": _(claim.sentence),
        }

    return {
        "id": stem(claim.name, row.task.variant, one.label),
        "claim": claim.name,
        "settles": claim.settles,
        "standing": row.standing,
        "expected": row.task.expected,
        "text": both(text),
        "loop": None if one.loop is None else len(one.steps),
        "notes": dict(one.notes),
        "against": one.beside if isinstance(one.beside, str) else _beside(one.beside),
        **_played(played, pack),
    }


def _beside(other: Beside) -> dict[str, Any]:
    """What stands beside a run."""
    pairs = [{name: pair[name] for name in ("left", "right", "mark", "differs")} for pair in other.pairs]
    texts = {"en": other.sentence, "zh": other.chinese}
    return {"text": texts, "changes": other.changes, "pairs": pairs, **other.drawn}


def _played(played: Playable, pack: Pack) -> dict[str, Any]:
    text = decompress(played.model).decode()
    name = digest(text)
    pack.add(name, text)
    data = {name: value for name, value in asdict(played).items() if name not in ("model", "parts")}
    return {**data, "model": name, "begins": list(map(str, played.begins))}
