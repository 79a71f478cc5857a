"""Shares of a proof: plain data that goes between processes, and the row that the shares of one proof make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.core.answer import Answer, Effort, Outcome
from model.machine.files import write
from model.questions.proof_words import Became, proof_text, report_on
from model.questions.task import Options, Task, TaskResult, stem, written
from model.tcp.cause import Cause
from model.words.language import marked, phrased


@dataclass(frozen=True)
class Plan:
    """What all shares of a proof have in common: its scope and its assumptions in words, and the width of numbers."""

    scope: str
    assumes: tuple[str, ...]
    bits: int


@dataclass(frozen=True)
class Share:
    """What became of some steps of one proof.

    impossible: those that no state of the invariant allows. limit: see `Effort`. seconds: spent on it by one process.
    """

    task: Task
    found: tuple[Became, ...]
    impossible: tuple[Cause, ...]
    limit: str
    seconds: float


def row_of(
    task: Task, about: Plan, shares: Sequence[Share], options: Options, limit: str = "", *, premise: str = ""
) -> TaskResult:
    """The theorem of one claim: it holds if every obligation is proved; otherwise it is unknown, and says what fails.

    limit: why there are no more shares. premise: why the premise may never happen; then nothing holds.
    The proof's words, and its certificate if one is wanted, are put into files.
    """
    found = sorted((one for share in shares for one in share.found), key=lambda one: one.place)
    limit = next((share.limit for share in shares if share.limit), limit)
    impossible = [] if limit else [cause for share in shares for cause in share.impossible]
    effort = Effort(0, 0, 0, complete=not limit, limit=limit, seconds=sum(share.seconds for share in shares))
    report = report_on(about.assumes, found, in_order(impossible, found))
    answer = Answer.HOLDS if found and not report.failing and not limit else Answer.UNKNOWN
    names = ", ".join(one.name for one in report.failing)
    broken = phrased("not inductive: {names}", names=names) if names else ""
    why = limit or broken or ("" if found else marked("no obligation was asked"))
    if answer is Answer.HOLDS and premise:
        answer, why = Answer.UNKNOWN, phrased("every obligation is proved, but {why}", why=premise)
    if task.proof and not limit and set(impossible) != set(task.proof.impossible):
        events = ", ".join(cause.name for cause in impossible) or marked("none")
        said = marked("the events that never happen are not those expected: {events}")
        answer, why = Answer.VACUOUS, phrased(said, events=events)
    row = TaskResult(
        task, Outcome(task.claim.name, answer, effort, "unbounded", scope=about.scope, why=why), proof=report
    )
    with written(options):
        write(options.out / (stem(task.claim.name, task.variant) + ".txt"), proof_text(row))
        if options.certify and not limit:
            from model.questions.certificates import Certificates

            says = "fails" if any(one.answer is Answer.VIOLATED for one in found) else "proved"
            listed = [one for each in found for one in each.listed]
            Certificates(options.out / "certificates").proof(task, says, about.bits, about.assumes, listed)
    return row


def in_order(events: Sequence[Cause], found: Sequence[Became]) -> list[Cause]:
    """Events in the order of their obligations."""
    order = {one.event: at for at, one in enumerate(reversed(found))}
    return sorted(events, key=lambda event: -order.get(event, 0))
