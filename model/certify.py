"""The command line `python -m model.certify DIR`: checks certificates that `model.check --certify` has written.

The obligations of a proof go to solvers other than Z3; a search is run a second time, and its runs are replayed. Exit
status, as of `model.check`: 0 everything agrees; 1 something differs; 2 unusable input, also a file that was changed or
is missing; 3 something could not be answered; 70 internal error; 130 interrupted.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from rich.table import Table

from model.arguments import positive_count, positive_seconds
from model.check import INCONCLUSIVE, INTERRUPTED, OK, UNUSABLE, complain, explain_failure, say
from model.engines.workers import processors
from model.jobs import stop
from model.recheck import Answered, Certificate, Damaged, SecondRuns, ask, read
from model.screen import console, live_line
from model.solvers import SOLVERS, installed

PROGRAM = "model.certify"
DIFFERS = 1


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
    made = argparse.ArgumentParser(
        prog=f"python -m {PROGRAM}",
        description="Check certificates: obligations by other solvers, searches by a second run and replay.",
        epilog="Exit status: 0 agreement, 1 something differs, 2 unusable input, 3 something was not answered,"
        " 70 internal error, 130 interrupted.",
    )
    add = made.add_argument
    add("folder", metavar="DIR", type=Path, help="out/certificates, or the folder of one claim")
    add("--solver", choices=(*SOLVERS, "any"), default="any", help="who is asked (default: those that are installed;"
        " the second one only about what the first does not answer)")  # fmt: skip
    add("--jobs", metavar="N", type=positive_count, default=processors(), help="questions at once (default: one for"
        " each processor)")  # fmt: skip
    add("--max-seconds", metavar="S", type=positive_seconds, default=60.0, help="for one question (default: 60)")
    return made


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    args = parser().parse_args(argv)
    try:
        certificates = read(args.folder)
        solvers = _solvers(args.solver, certificates)
        for certificate in certificates:
            certificate.check_files()
        return report(certificates, solvers, args)
    except Damaged as error:
        return complain(str(error), UNUSABLE, PROGRAM)
    except KeyboardInterrupt:
        return complain("interrupted", INTERRUPTED, PROGRAM)
    except Exception as error:
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
    outcomes, begun = [Outcome(certificate) for certificate in certificates], perf_counter()
    interrupted = False
    with live_line() as tell:
        try:
            answers: dict[str, Answered] = {}  # By the script's name, which is its hash: claims share obligations.
            paths = list({path.name: path for one in certificates for path, _ in one.scripts}.values())
            for number, answered in enumerate(_ask_all(paths, solvers, args), 1):
                answers[answered.path.name] = answered
                tell(f"{number} of {len(paths)} obligations")
            second = SecondRuns()
            for outcome in outcomes:
                tell(outcome.certificate.name)
                _judge(outcome, answers, second)
        except KeyboardInterrupt:
            interrupted = True
    say(_table(outcomes, solvers, perf_counter() - begun))
    if interrupted:
        return complain("interrupted", INTERRUPTED, PROGRAM)
    if any(outcome.problems for outcome in outcomes):
        return DIFFERS
    return INCONCLUSIVE if any(outcome.open for outcome in outcomes) else OK


def _ask_all(paths: Sequence[Path], solvers: Sequence[str], args: argparse.Namespace) -> Iterator[Answered]:
    """What the solvers say, as it comes."""
    with ProcessPoolExecutor(args.jobs) as pool:
        waiting = [pool.submit(ask, path, solvers, args.max_seconds) for path in paths]
        try:
            for done in as_completed(waiting):
                yield done.result()
        except BaseException:
            stop(pool)
            raise


def _judge(outcome: Outcome, answers: dict[str, Answered], second: SecondRuns) -> None:
    certificate = outcome.certificate
    if certificate.manifest["kind"] == "search":
        difference = second.differs(certificate)
        outcome.problems += [difference] if difference else []
        figures, runs = certificate.manifest["figures"], len(certificate.manifest["runs"])
        outcome.checked = f"{figures['states']:,} states searched again, {runs} run{'' if runs == 1 else 's'} replayed"
        return
    for path, expected in certificate.scripts:
        answer = answers[path.name].answer
        if answer == "unknown":
            outcome.open.append(f"{path}: no answer")
        elif answer != expected:
            outcome.problems.append(f"{path}: {answer}, expected {expected} ({answers[path.name].solver})")
    outcome.checked = f"{len(certificate.scripts):,} questions"


def _table(outcomes: Sequence[Outcome], solvers: Sequence[str], seconds: float) -> str:
    """A line for each certificate, then what differs or was not answered, then the sum."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("certificate", "says", "checked", "outcome"):
        table.add_column(column, overflow="fold")
    for outcome in outcomes:
        checked = outcome.checked or "-"
        table.add_row(outcome.certificate.name, outcome.certificate.manifest["verdict"], checked, outcome.verdict)
    screen = console(width=160)
    with screen.capture() as text:
        screen.print(table)
    lines = [
        f"{outcome.certificate.name}: {line}" for outcome in outcomes for line in (*outcome.problems, *outcome.open)
    ]
    agreed = sum(1 for outcome in outcomes if outcome.verdict == "agrees")
    asked = f" by {', then '.join(solvers)}" if solvers else ""
    lines.append(f"{agreed} of {len(outcomes)} certificates agree{asked}; {seconds:.0f} s.")
    return text.get() + "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
