"""The command line `python -m model.certify DIR`: checks certificates that `model.check --certify` has written.

The obligations of a proof go to solvers other than Z3; a search is run a second time, and its runs are replayed. Exit
status, as of `model.check`: 0 everything agrees; 1 something differs; 2 unusable input, also a file that was changed or
is missing; 3 something could not be answered; 70 internal error; 130 interrupted.
"""

from __future__ import annotations

from model.start import begin

if __name__ == "__main__":
    begin("model.certify")

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

from rich.table import Table

from model.arguments import Parser, positive_seconds, processes
from model.cli import INCONCLUSIVE, OK, UNUSABLE, explain_failure
from model.crew import Crew, Died
from model.engines.workers import processors
from model.interrupt import speaking, telling
from model.printing import complain, printable, say, speak_any_encoding
from model.recheck import Answered, Certificate, Damaged, ask, compare, read
from model.screen import console, live_line
from model.solvers import SOLVERS, installed

PROGRAM = "model.certify"
DIFFERS = 1
BETWEEN_LOOKS = 0.2
SLACK = 5.0
"""A solver that does not keep its time is ended so many seconds later."""


@dataclass
class Outcome:
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
        description="Check certificates: obligations by other solvers, searches by a second run and replay.",
        epilog="Exit status: 0 agreement, 1 something differs, 2 unusable input, 3 something was not answered,"
        " 70 internal error, 130 interrupted.",
    )
    add = made.add_argument
    add("folder", metavar="DIR", type=Path, help="out/certificates, or the folder of one claim")
    add("--solver", choices=(*SOLVERS, "any"), default="any", help="who is asked (default: those that are installed;"
        " the second one only about what the first does not answer)")  # fmt: skip
    add("--jobs", metavar="N", type=processes, default=processors(), help="questions at once (default: one for"
        " each processor)")  # fmt: skip
    add("--max-seconds", metavar="S", type=positive_seconds, default=60.0, help="for one question (default: 60)")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    speak_any_encoding()
    try:
        args = parser().parse_args(argv)
        certificates = read(args.folder)
        solvers = _solvers(args.solver, certificates)
        for certificate in certificates:
            certificate.check_files()
        return report(certificates, solvers, args)
    except Damaged as error:
        return complain(str(error), UNUSABLE, PROGRAM)
    except (KeyboardInterrupt, Exception) as error:
        return explain_failure(error, PROGRAM)


def _solvers(wanted: str, certificates: Sequence[Certificate]) -> list[str]:
    """The solvers to ask; raises `Damaged` if there is need of one and none is there."""
    found = [name for name in installed() if wanted in (name, "any")]
    if not found and any(certificate.scripts for certificate in certificates):
        names = " or ".join(SOLVERS) if wanted == "any" else wanted
        raise Damaged(f"{names} is not installed: pip install 'tcp-model-checker[certify]', or pip install {names}")
    return found


def report(certificates: Sequence[Certificate], solvers: Sequence[str], args: argparse.Namespace) -> int:
    """Check everything and print the table; Ctrl-C prints what was found."""
    checking = Checking(certificates, solvers, args.max_seconds)
    with telling(lambda: say(checking.table)), live_line() as tell:
        checking.run(args.jobs, tell)
    with speaking():
        say(checking.table)
    if any(outcome.problems for outcome in checking.outcomes):
        return DIFFERS
    return INCONCLUSIVE if any(outcome.open for outcome in checking.outcomes) else OK


class Checking:
    """What becomes of certificates, as far as it is known. seconds: for one question."""

    def __init__(self, certificates: Sequence[Certificate], solvers: Sequence[str], seconds: float) -> None:
        self.outcomes = [Outcome(certificate) for certificate in certificates]
        self._solvers, self._seconds, self._begun = solvers, seconds, perf_counter()

    def run(self, jobs: int, say_so: Callable[[str], None] = lambda _: None) -> None:
        """Ask the solvers, search again, and replay, `jobs` at once."""
        scripts = {path.name: path for one in self.outcomes for path, _ in one.certificate.scripts}
        with Crew(jobs) as crew:
            asked: dict[Future[Any], str] = {
                crew.submit(ask, path, self._solvers, self._seconds): name for name, path in scripts.items()
            }
            again: dict[Future[Any], list[Outcome]] = {
                crew.submit(compare, [one.certificate for one in some]): some for some in self._searches()
            }
            answers: dict[str, Answered] = {}  # By the script's name, which is its hash: claims share obligations.
            for number, done in enumerate(self._completed(crew, [*asked, *again], set(asked)), 1):
                say_so(f"{number} of {len(asked) + len(again)} questions")
                if done in again:
                    _compared(again[done], done)
                else:
                    answers[asked[done]] = _answered(scripts[asked[done]], done)
                    self._judge(answers)

    def _completed(
        self, crew: Crew, futures: Sequence[Future[Any]], limited: set[Future[Any]]
    ) -> Iterator[Future[Any]]:
        """The futures as they are done; a solver that goes on after its time is ended."""
        waiting, begun = set(futures), dict[Future[Any], float]()
        while waiting:
            done, waiting = wait(waiting, BETWEEN_LOOKS, FIRST_COMPLETED)
            yield from done
            for future in waiting & limited:
                if future.running():
                    over = perf_counter() - begun.setdefault(future, perf_counter())
                    if over > len(self._solvers) * self._seconds + SLACK:
                        crew.end(future, "it took too long")

    def _searches(self) -> Iterable[list[Outcome]]:
        """The certificates of searches, those together that were found by one search."""
        found: dict[str, list[Outcome]] = {}
        for one in self.outcomes:
            if one.certificate.manifest["kind"] == "search":
                found.setdefault(one.certificate.search, []).append(one)
        return found.values()

    def _judge(self, answers: dict[str, Answered]) -> None:
        """The outcomes of those proofs whose scripts have all been answered."""
        for outcome in self.outcomes:
            scripts = outcome.certificate.scripts
            if scripts and not outcome.checked and all(path.name in answers for path, _ in scripts):
                for path, expected in scripts:
                    answer = answers[path.name].answer
                    if answer == "unknown":
                        outcome.open.append(f"{path}: {answers[path.name].solver or 'no answer'}")
                    elif answer != expected:
                        outcome.problems.append(f"{path}: {answer}, expected {expected} ({answers[path.name].solver})")
                outcome.checked = f"{len(scripts):,} questions"

    @property
    def table(self) -> str:
        """What is known, as text."""
        return _table(self.outcomes, self._solvers, perf_counter() - self._begun)


def _answered(path: Path, done: Future[Any]) -> Answered:
    """What the solvers said; a solver that died has not answered."""
    try:
        answered: Answered = done.result()
    except Died as death:
        return Answered(path, "unknown", f"no answer: {death}")
    return answered


def _compared(outcomes: Sequence[Outcome], done: Future[Any]) -> None:
    """Note how a second run differs from the certificates."""
    try:
        differences = done.result()
    except Died as death:
        for outcome in outcomes:
            outcome.open.append(str(death))
        return
    for outcome, difference in zip(outcomes, differences, strict=True):
        manifest = outcome.certificate.manifest
        figures, runs = manifest["figures"], len(manifest["runs"])
        outcome.problems += [difference] if difference else []
        outcome.checked = f"{figures['states']:,} states searched again, {runs} run{'' if runs == 1 else 's'} replayed"


def _table(outcomes: Sequence[Outcome], solvers: Sequence[str], seconds: float) -> str:
    """A line for each certificate, then what differs or was not answered, then the sum."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("certificate", "says", "checked", "outcome"):
        table.add_column(column, overflow="fold")
    for outcome in outcomes:
        checked = outcome.checked or "-"
        says = printable(outcome.certificate.manifest["verdict"])
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
