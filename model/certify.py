"""The command line `python -m model.certify DIR`: checks certificates that `model.check --certify` has written.

The obligations of a proof are derived, compared, and go to solvers other than Z3; a search is run a second time, and
its runs are replayed. `model.rechecks` says what that is worth.

Exit status, as of `model.check`: 0 everything agrees; 1 something differs: a certificate of the right form is not what
its claim and configuration make, or a solver or a second run says something else; 2 unusable input: it has not the form
of a certificate, or names what is not known, a file was changed, is missing, or is listed nowhere, or a script is not
in the language of certificates; 3 something could not be answered; 70 internal error; 130 interrupted.
"""

from __future__ import annotations

from model.core.grouped import grouped
from model.start import begin

if __name__ == "__main__":
    begin("model.certify")

import argparse
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, as_completed, wait
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.table import Table

from model.certificates.manifests import Certificate, Damaged, ProofManifest, Script, read
from model.certificates.scripts import check_scripts, text_with_hash
from model.certificates.solvers import SOLVERS, ask, harmless, installed
from model.cli.arguments import Parser, place, positive_seconds, processes
from model.cli.endings import INCONCLUSIVE, OK, ended
from model.machine.crew import Crew, Died
from model.machine.interrupt import at_interrupt, speaking
from model.machine.printing import printable, say
from model.machine.screen import console, live_line
from model.machine.workers import processors
from model.questions.task import Task
from model.rechecks import derived, searched
from model.rechecks.tasks import OtherClaim, task_of, together

PROGRAM = "model.certify"
DIFFERS = 1
BETWEEN_LOOKS = 0.2
SLACK = 5.0
"""A solver that does not keep its time is ended so many seconds later."""


@dataclass
class Recheck:
    """What became of one certificate. problems: what differs; open: what could not be answered; a line each."""

    certificate: Certificate
    checked: str = ""
    problems: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """In a word or two."""
        if self.problems or self.open:
            return "DIFFERS" if self.problems else "not answered"
        return "agrees" if self.checked else "not checked"


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    made = Parser(
        prog=f"python -m {PROGRAM}",
        description="Check certificates: obligations are derived, compared and put to other solvers; searches are run"
        " again, and their runs replayed.",
        epilog="Exit status: 0 agreement, 1 something differs, 2 unusable input, 3 something was not answered,"
        " 70 internal error, 130 interrupted.",
    )
    add = made.add_argument
    add("folder", metavar="DIR", type=place, help="out/certificates, or the folder of one claim")
    add("--solver", choices=(*SOLVERS, "any"), default="any", help="who is asked (default: those that are installed;"
        " the second one only about what the first does not answer)")  # fmt: skip
    add("--jobs", metavar="N", type=processes, default=processors(), help="questions at once (default: one for"
        " each processor)")  # fmt: skip
    add("--max-seconds", metavar="S", type=positive_seconds, default=60.0, help="for one question (default: 60)")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    return ended(PROGRAM, lambda: run(parser().parse_args(argv)))


def run(args: argparse.Namespace) -> int:
    """Check the certificates of a folder."""
    certificates = read(args.folder)
    checking = Checking(certificates, _solvers(args.solver, certificates), args.max_seconds)
    with at_interrupt(lambda: say(checking.table)), live_line() as tell:
        checking.run(args.jobs, tell)
    with speaking():
        say(checking.table)
    if any(outcome.problems for outcome in checking.outcomes):
        return DIFFERS
    return INCONCLUSIVE if any(outcome.open for outcome in checking.outcomes) else OK


def _solvers(wanted: str, certificates: Sequence[Certificate]) -> list[str]:
    """The solvers to ask; raises `Damaged` if there is need of one and none is there."""
    found = [name for name in installed() if wanted in (name, "any")]
    if not found and any(certificate.scripts for certificate in certificates):
        names = " or ".join(SOLVERS) if wanted == "any" else wanted
        raise Damaged(f"{names} is not installed: pip install 'tcp-model-checker[certify]', or pip install {names}")
    return found


class Checking:
    """What becomes of certificates, as far as it is known. seconds: for one question."""

    def __init__(self, certificates: Sequence[Certificate], solvers: Sequence[str], seconds: float) -> None:
        self.outcomes = [Recheck(certificate) for certificate in certificates]
        self._solvers, self._seconds, self._begun = solvers, seconds, perf_counter()

    def run(self, jobs: int, say_so: Callable[[str], None] = lambda _: None) -> None:
        """Derive, search again and replay, `jobs` at once; then ask the solvers about what is as it was derived.

        Raises `Damaged` before any solver is asked.
        """
        with Crew(jobs) as crew:
            self._compare(crew, say_so)
        proofs = [one for one in self.outcomes if one.certificate.scripts and not (one.problems or one.open)]
        with Crew(jobs, prepare=harmless) as crew:
            SolverAnswers(crew, proofs, self._solvers, self._seconds).run(2 * jobs, say_so)

    def _compare(self, crew: Crew, say_so: Callable[[str], None]) -> None:
        """What needs no solver: scripts are read, proofs are derived, searches are run a second time."""
        tasks = {one.certificate.path: task for one in self.outcomes if (task := _task(one)) is not None}
        proofs = [one for one in self.outcomes if one.certificate.scripts]
        asked: dict[Future[Any], list[Recheck]] = {
            crew.submit(check_scripts, one.certificate.scripts): [one] for one in proofs
        }
        for one in proofs:
            if task := tasks.get(one.certificate.path):
                asked[crew.submit(derived.differences, one.certificate, task)] = [one]
        searches = [one for one in self.outcomes if one.certificate.path in tasks and not one.certificate.scripts]
        for some in grouped(searches, lambda one: one.certificate.search).values():
            certificates = [one.certificate for one in some]
            own = [tasks[one.path] for one in certificates]
            asked[crew.submit(searched.differences, certificates, own, together(certificates[0]))] = some
        for number, done in enumerate(as_completed(asked), 1):
            say_so(f"{number} of {len(asked)} comparisons")
            _compared(asked[done], done)

    @property
    def table(self) -> str:
        """What is known, as text."""
        return _table(self.outcomes, self._solvers, perf_counter() - self._begun)


def _task(outcome: Recheck) -> Task | None:
    """The task of a certificate; None, and noted, if it is of something else. Raises `Damaged`."""
    try:
        if not isinstance(outcome.certificate.form, ProofManifest):
            together(outcome.certificate)
        return task_of(outcome.certificate)
    except OtherClaim as error:
        outcome.problems.append(str(error))
        return None


def _compared(outcomes: Sequence[Recheck], done: Future[Any]) -> None:
    """Note how certificates differ from what was derived, or from a second run."""
    try:
        differences = done.result()
    except Died as death:
        for outcome in outcomes:
            outcome.open.append(str(death))
        return
    for outcome, lines in zip(outcomes, differences, strict=True):
        outcome.problems += lines
        form = outcome.certificate.form
        if not isinstance(form, ProofManifest):
            states, runs = form.figures.states, len(form.runs)
            outcome.checked = f"{states:,} states searched again, {runs} run{'' if runs == 1 else 's'} replayed"


class SolverAnswers:
    """What solvers say of the scripts of proofs, each of which is asked once: claims share obligations."""

    def __init__(self, crew: Crew, outcomes: Sequence[Recheck], solvers: Sequence[str], seconds: float) -> None:
        self._crew, self._solvers, self._seconds = crew, solvers, seconds
        self._asked: dict[str, list[tuple[Recheck, Path, Script]]] = {}
        for outcome in outcomes:
            for path, script in outcome.certificate.scripts:
                self._asked.setdefault(script.sha256, []).append((outcome, path, script))
        self._left = {id(one): len({script.sha256 for _, script in one.certificate.scripts}) for one in outcomes}
        self._begun: dict[Future[Any], float] = {}

    def run(self, at_once: int, say_so: Callable[[str], None]) -> None:
        """Ask all; so many scripts are read ahead."""
        waiting, going, count = deque(self._asked), dict[Future[Any], str](), len(self._asked)
        while waiting or going:
            while waiting and len(going) < at_once:
                sha = waiting.popleft()
                text = text_with_hash(self._asked[sha][0][1], sha)
                going[self._crew.submit(ask, text, self._solvers, self._seconds)] = sha
            done, _ = wait(going, BETWEEN_LOOKS, FIRST_COMPLETED)
            for future in done:
                self._take(going.pop(future), *_answer(future))
            say_so(f"{count - len(waiting) - len(going):,} of {count:,} questions")
            self._end_late(going)

    def _take(self, sha: str, answer: str, whose: str) -> None:
        """Note an answer with everyone who has asked for it."""
        for outcome, path, script in self._asked[sha]:
            if answer == "unknown":
                outcome.open.append(f"{path}: {whose or 'no answer'}")
            elif answer != script.expected:
                outcome.problems.append(f"{path}: {answer}, expected {script.expected} ({whose})")
        for outcome in {id(outcome): outcome for outcome, _, _ in self._asked[sha]}.values():
            self._left[id(outcome)] -= 1
            if not self._left[id(outcome)]:
                outcome.checked = f"{len(outcome.certificate.scripts):,} questions"

    def _end_late(self, going: Iterable[Future[Any]]) -> None:
        """A solver that goes on after its time is ended."""
        for future in going:
            if future.running():
                over = perf_counter() - self._begun.setdefault(future, perf_counter())
                if over > len(self._solvers) * self._seconds + SLACK:
                    self._crew.end(future, "it took too long")


def _answer(done: Future[tuple[str, str]]) -> tuple[str, str]:
    """What the solvers said, and who; a solver that died has not answered."""
    try:
        return done.result()
    except Died as death:
        return "unknown", f"no answer: {death}"


def _table(outcomes: Sequence[Recheck], solvers: Sequence[str], seconds: float) -> str:
    """A line for each certificate, then what differs or was not answered, then the sum."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("certificate", "says", "checked", "outcome"):
        table.add_column(column, overflow="fold")
    for outcome in outcomes:
        checked = outcome.checked or "-"
        says = printable(outcome.certificate.form.verdict)
        table.add_row(printable(outcome.certificate.name), says, checked, outcome.verdict)
    screen = console(width=160)
    with screen.capture() as text:
        screen.print(table)
    lines = [
        f"{outcome.certificate.name}: {line}" for outcome in outcomes for line in (*outcome.problems, *outcome.open)
    ]
    agreed = sum(1 for outcome in outcomes if outcome.verdict == "agrees")
    asked = f" by {', then '.join(solvers)}" if solvers else ""
    lines.append(f"{agreed} of {len(outcomes)} certificates agree{asked}; {seconds:.0f} s.")
    return text.get() + "\n".join(map(printable, lines))


if __name__ == "__main__":
    sys.exit(main())
