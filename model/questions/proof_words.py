"""A proof for every channel in words: what it assumes, what became of its obligations by event, and where it fails."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from model.core.answer import Answer
from model.core.grouped import grouped
from model.questions.task import ProofReport, Task, TaskResult
from model.tcp.cause import Broken, Cause, Where, named
from model.words.columns import left
from model.words.language import _

if TYPE_CHECKING:
    from model.engines.inductive.discharge import Discharged


@dataclass(frozen=True)
class Became:
    """What became of an obligation, as plain data: its event, the lemmas that fail, a counterexample in words.

    place: where it stands among those of its proof. listed: the scripts that ask it, for a certificate.
    """

    place: tuple[int, ...]
    event: Where
    cite: str
    answer: Answer
    failing: tuple[str, ...]
    words: str = ""
    listed: tuple[Mapping[str, Any], ...] = ()


def became(one: Discharged, place: tuple[int, ...] = (), listed: Sequence[Mapping[str, Any]] = ()) -> Became:
    """What became of an obligation, as plain data."""
    from model.any_channel.words import event_of, in_words

    event, cite = event_of(one.obligation), one.obligation.cite
    lemmas = tuple(dict.fromkeys(duty.lemma for duty in one.failing))
    words = in_words(one) if one.answer is Answer.VIOLATED else ""
    return Became(place, event, cite, one.answer, lemmas, words, tuple(listed))


def report_on(assumes: Sequence[str], found: Sequence[Became], impossible: Sequence[Cause] = ()) -> ProofReport:
    """What became of the obligations, by event. impossible: the events that cannot happen."""
    events = grouped(found, lambda one: (one.event, one.cite))
    failing = {Broken(one.event, lemma) for one in found for lemma in one.failing}
    first: dict[Where, str] = {}
    for one in found:
        if one.words:
            first.setdefault(one.event, one.words)
    return ProofReport(
        assumes=tuple(assumes),
        events=tuple(
            (event, cite, len(of_event), tuple(dict.fromkeys(lemma for one in of_event for lemma in one.failing)))
            for (event, cite), of_event in events.items()
        ),
        failing=tuple(sorted(failing, key=lambda one: one.name)),
        impossible=tuple(impossible),
        words="\n".join(first.values()),
    )


def proof_text(row: TaskResult) -> str:
    """A proof in words: what it assumes, its obligations by event, and where it fails."""
    assert row.proof is not None
    report, claim = row.proof, row.task.claim
    lines = [_("{kind}: {text}").format(kind=claim.name, text=_(claim.sentence)), "", _("Assumed:")]
    lines += [f"  {_(sentence)}" for sentence in report.assumes]
    said = _("{count} obligations, by the event that must keep the lemmas (of either side):")
    lines += ["", said.format(count=f"{report.obligations:,}"), ""]
    for event, cite, count, failing in report.events:
        lemmas = ", ".join(filter(None, failing)) or _("the property")
        became = _("FAILS: {lemmas}").format(lemmas=lemmas) if failing else _("proved")
        became = _("never") if event in report.impossible else became
        lines.append(f"  {count:3}  {left(became, 8)} {_(named(event))}" + (f"  [{cite}]" if cite else ""))
    if report.impossible:
        lines += ["", _("never: proved, since no state that satisfies the lemmas lets the event happen.")]
    if report.words:
        lines += ["", _("Counterexamples to induction. A state like this need not be reachable."), "", report.words]
    lines += ["", _("Reproduce it: {command}").format(command=_command(row.task)), ""]
    return "\n".join(lines)


def _command(task: Task) -> str:
    """The command that proves this again."""
    command = ["python", "-m", "model.check", "--engine", "unbounded"]
    if not task.expected:
        command += [f"--set={item}" for item in task.variant.split() if "=" in item]
    return shlex.join([*command, task.claim.name])
