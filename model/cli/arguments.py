"""What the command line understands. A mistake in it is one line that says what may have been meant, and status 2."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from model.cli.endings import Unusable
from model.machine.printing import complain, meant, say
from model.words.language import LANGUAGES

ENGINES = ("explicit", "bmc", "induction", "unbounded")
FORMATS = ("png", "slides", "mermaid", "pcap", "itf", "packetdrill")
STYLES = ("rfc", "ascii", "box")
"""Of ladders; `strokes.STYLES` has the same."""
Add = Callable[..., object]
"""Adds an argument to a parser."""
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
MOST_DIGITS = 18
MOST_PROCESSES = 1024
MOST_SECONDS = 4_000_000
"""In milliseconds they fit into the 32 bits that solvers have for them."""
MOST_WORKERS = 64
"""As many as there are parts of the table of states."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line: what is wrong, and what may have been meant."""

    def parse_args(  # type: ignore[override]  # argparse has overloads.
        self, args: Sequence[str] | None = None, namespace: None = None
    ) -> argparse.Namespace:
        """The arguments; of an unknown option it says which one is like it."""
        found, unknown = self.parse_known_args(args, namespace)
        if unknown:
            option = unknown[0].split("=")[0]
            known = [name for action in self._actions for name in action.option_strings]
            self.error(f"unknown option {option}; {meant(option, known) or 'see --help'}")
        return found

    def print_help(self, _file: object = None) -> None:
        """The help to standard output; raises `OSError` if it cannot be written."""
        say(self.format_help().rstrip("\n"))

    def error(self, message: str) -> NoReturn:
        """End with one line to standard error, and status 2."""
        if wrong := re.search(r"argument (\S+?): invalid choice: '(.*?)' \(choose from (.*)\)", message):
            choices = [choice.strip(" '") for choice in wrong[3].split(",")]
            hint = meant(wrong[2], choices) or f"it is one of {', '.join(choices)}"
            message = f"{wrong[1].split('/')[-1]} {wrong[2]}: {hint}"
        raise SystemExit(complain(message, 2, self.prog.removeprefix("python -m ")))


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    made = Parser(
        prog="python -m model.check",
        description="Settle by machine why TCP opens with three segments: check every claim, or those named.",
        epilog="Exit status: 0 as claimed, 1 contradicted, or it fails, 2 unusable input, 3 inconclusive, 70 internal"
        " error, 130 interrupted.",
    )
    made.set_defaults(why=[])
    _claims(made.add_argument)
    _looks(made.add_argument)
    _files(made.add_argument)
    _means(made.add_argument)
    _other_tasks(made.add_argument)
    _limits(made.add_argument)
    return made


def _claims(add: Add) -> None:
    """Claims, and what else may be asked."""
    add("claims", nargs="*", metavar="CLAIM", help="claims to check, by name, statement (S2) or pattern ('figure-*');"
        " default: all; see --list. After 'why': a tour of the explainer's statements (why S2 S5)")  # fmt: skip
    add("--list", action="store_true", help="list the nine statements and their claims")
    add("--fields", action="store_true", help="describe the fields of the configuration, for --set")
    add("--explain", metavar="CLAIM", nargs="+", help="say what a claim, or each of several, means, where it must hold"
        " and where it must fail")  # fmt: skip
    add("-v", "--verbose", action="store_true", help="print the whole report too, with what each verdict rests on"
        " (DIR/report.txt has it always)")  # fmt: skip
    add("--property", metavar="CLAIM", help="check a claim's property without an expectation, on the default"
        " configuration as varied by --set")  # fmt: skip
    add("--scenario", metavar="FILE", type=place, help="say whether a scenario is a run (exit status 0), or where it"
        " stops (1), on what a scenario may use as varied by --set")  # fmt: skip
    add("--engine", choices=ENGINES, help="explicit: only searches within bounds; unbounded: only proofs for every"
        " channel, and the searches that they point to; bmc: Z3 looks for short runs; induction: Z3 proves what its k"
        " steps can (default: what each claim asks for)")  # fmt: skip
    add("--depth", metavar="N", type=positive_count, help="bmc: the longest run (default: 10); induction: the largest k"
        " (default: 10)")  # fmt: skip
    add("--set", metavar="FIELD=VALUE", action="append", default=[], help="vary the configuration (repeatable)")
    add("--against", metavar="FIELD=VALUE,...", action="append", default=[], help="beside every run the same schedule"
        " with these fields (default: beside what fails, the real protocol, if that is what differs)")  # fmt: skip
    add("--another", action="store_true", help="beside a counterexample also the next shortest one that differs in more"
        " than order: that does without a step of the first")  # fmt: skip


def _looks(add: Add) -> None:
    """In which language, and how ladders are drawn."""
    add(
        "--language",
        choices=LANGUAGES,
        help="English or Chinese (default: as LANGUAGE, LC_ALL, LC_MESSAGES or LANG says)",
    )
    add("--ladder", choices=STYLES, help="how runs are drawn in text: rfc (as RFC 9293 does; the default), ascii or box"
        " (with lifelines; the default of 'why')")  # fmt: skip


def _files(add: Add) -> None:
    """Files, and what stands in them."""
    add("--json", metavar="FILE", type=place, help="write the verdicts and their evidence as JSON")
    add("--out", metavar="DIR", type=place, default=Path("out"), help="where figures and traces go (default: out)")
    add("--write", metavar="FORMAT,...", type=_formats, default=(), help="write every run also as png, slides (a"
        " picture for each step), mermaid, pcap (captures in the middle and at either side), itf (Apalache's JSON) or"
        " packetdrill (a script for each side)")  # fmt: skip
    add("--certify", action="store_true", help="write certificates into DIR/certificates: every obligation of a proof"
        " as SMT-LIB, the figures and the runs of a search; python -m model.certify checks them")  # fmt: skip
    add("--full-states", action="store_true", help="show every variable after each step of a trace")


def _means(add: Add) -> None:
    """Processes, threads, and what is kept of states."""
    add("--jobs", metavar="N", type=processes, help="search and prove in so many processes at once (default: one"
        " for each processor that may be used)")  # fmt: skip
    add("--workers", metavar="N", type=_workers, help="threads of one search, at most 64 (default: the processors,"
        " shared by the searches at once); the answers are the same")  # fmt: skip
    add("--store", choices=("whole", "compact"), default="whole", help="compact: searches for finite runs keep 64-bit"
        " hashes of states; the verdict has the probability that one is missed (default: whole)")  # fmt: skip
    add("--checkpoint", metavar="DIR", type=place, help="write what searches for finite runs have found into DIR now"
        " and then, and go on from there if they were cut short")  # fmt: skip


def _other_tasks(add: Add) -> None:
    """Fewer claims, or something other than verdicts."""
    add("--quick", action="store_true", help="of each claim one variant that holds and one that fails, none of the"
        " slowest")  # fmt: skip
    add("--minimise", action="store_true", help="with --engine unbounded: do without each lemma in turn, and say where"
        " the proof fails then; takes minutes")  # fmt: skip
    add("--coverage", action="store_true", help="instead of verdicts: how often each event of the protocol happens in"
        " the claims' searches and scenarios; exit status 1: one neither happens nor is proved impossible")  # fmt: skip
    add("--graph", action="store_true", help="draw the states that each search reaches, by the endpoints' states")


def _limits(add: Add) -> None:
    """When to give up a search."""
    add("--max-states", metavar="N", type=positive_count, help="give up a search beyond this many states")
    add("--max-memory", metavar="BYTES", type=_bytes, help="give up a search whose states would take more memory,"
        " such as 4G; each of those at once may take as much (default: most of what is free, shared)")  # fmt: skip
    add("--max-seconds", metavar="S", type=positive_seconds, help="give up a search after this long")


def fields_listed(items: Sequence[str]) -> list[str]:
    """Every FIELD=VALUE of some lists of them; a value may have commas."""
    return [one for item in items for one in re.split(r",(?=[a-z_0-9]+=)", item)]


def settings_given(items: Sequence[str], parse: Callable[[str, str], Any], option: str = "--set") -> dict[str, Any]:
    """What an option varies, by field; raises `Unusable`, and what `parse` raises."""
    if any("=" not in item for item in items):
        raise Unusable(f"{option} wants FIELD=VALUE")
    return {name: parse(name, value) for name, value in (item.split("=", 1) for item in items)}


def place(text: str) -> Path:
    """A file or folder; raises `ArgumentTypeError` for an empty name, which would be the current folder."""
    if not text:
        raise argparse.ArgumentTypeError("the name of a file or folder must not be empty")
    return Path(text)


def positive_count(text: str) -> int:
    """A positive number; raises `ArgumentTypeError`."""
    if not (text.isascii() and text.isdecimal()) or not text.strip("0"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number")
    if len(text) > MOST_DIGITS:
        raise argparse.ArgumentTypeError(f"'{text}' has more than {MOST_DIGITS} digits")
    return int(text)


def processes(text: str) -> int:
    """So many processes as one machine may have; raises `ArgumentTypeError`."""
    number = positive_count(text)
    if number > MOST_PROCESSES:
        raise argparse.ArgumentTypeError(f"{number} processes are more than the {MOST_PROCESSES} that are allowed")
    return number


def _workers(text: str) -> int:
    number = positive_count(text)
    if number > MOST_WORKERS:
        raise argparse.ArgumentTypeError(f"{number} threads are more than the {MOST_WORKERS} that a search can use")
    return number


def _bytes(text: str) -> int:
    unit = text[-1:].upper() if text[-1:].isalpha() else ""
    if unit not in UNITS:
        raise argparse.ArgumentTypeError(f"'{text}' is not an amount of memory such as 500M or 4G")
    return positive_count(text[: len(text) - len(unit)]) * UNITS[unit]


def _formats(text: str) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(text.split(",")))
    if wrong := [name for name in named if name not in FORMATS]:
        raise argparse.ArgumentTypeError(f"'{wrong[0]}' is not one of {', '.join(FORMATS)}")
    return named


def positive_seconds(text: str) -> float:
    """A positive number of seconds; raises `ArgumentTypeError`."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not value > 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number of seconds")
    if value > MOST_SECONDS:
        raise argparse.ArgumentTypeError(f"'{text}' is more than {MOST_SECONDS:,} seconds: leave it out for no limit")
    return value
