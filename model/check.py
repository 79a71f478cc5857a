"""The command line: `python -m model.check`.

Exit status: 0 everything as claimed; 1 some verdict contradicts its claim or is vacuous (without an expectation:
violated); 2 unusable input; 3 inconclusive, also when nothing was checked; 70 internal error; 130 interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import textwrap
import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from model.network.table import ABOUT_SERVER, OWN, AnyConfig, ServerConfig, parse_setting
from model.tcp.about import ABOUT
from model.tcp.config import BadConfig, Config, show_field
from properties.claim import Claim
from properties.claims import CLAIMS, find

if TYPE_CHECKING:
    from rich.console import Console

    from model.engines.verdict import Progress
    from model.judge import Options, Row, Task

OK, CONTRADICTED, UNUSABLE, INCONCLUSIVE, INTERNAL, INTERRUPTED = 0, 1, 2, 3, 70, 130
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


class Unusable(Exception):
    """The user asked for something that cannot be done; the text is one clear line."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    try:
        return run(parser().parse_args(arguments), shlex.join(["python", "-m", "model.check", *arguments]))
    except KeyboardInterrupt:
        return complain("interrupted", INTERRUPTED)
    except Exception as error:
        return explain_failure(error)


def say(text: str) -> None:
    """Text to standard output; that nobody reads it (a closed pipe) is no error."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(line: str, code: int) -> int:
    """One line to standard error."""
    print(f"model.check: {line}", file=sys.stderr)
    return code


def explain_failure(error: Exception) -> int:
    """One line for what a user can mend; a traceback only for what is our mistake."""
    if isinstance(error, (Unusable, BadConfig)):
        return complain(str(error), UNUSABLE)
    if isinstance(error, OSError):
        return complain(f"{error.filename or 'output'}: {error.strerror or error}", UNUSABLE)
    if isinstance(error, MemoryError):
        return complain("out of memory: try --max-memory, or a smaller configuration", INCONCLUSIVE)
    traceback.print_exception(error)
    return complain("internal error: this is a defect of the checker, please report the text above", INTERNAL)


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    made = argparse.ArgumentParser(
        prog="python -m model.check",
        description="Settle by machine why TCP opens with three segments: check every claim, or those named.",
        epilog="Exit status: 0 as claimed, 1 contradicted or violated, 2 unusable input, 3 inconclusive, 70 internal"
        " error, 130 interrupted.",
    )
    add = made.add_argument
    add("claims", nargs="*", metavar="CLAIM", help="claims to check (default: all; see --list)")
    add("--list", action="store_true", help="describe the claims and the fields of the configuration")
    add("--explain", metavar="CLAIM", help="say what a claim means, where it must hold and where it must fail")
    add("--property", metavar="NAME", help="check one claim's property without an expectation, on the default"
        " configuration as varied by --set")  # fmt: skip
    add("--set", metavar="FIELD=VALUE", action="append", default=[], help="vary the configuration (repeatable)")
    add("--json", metavar="FILE", type=Path, help="write the verdicts and their evidence as JSON")
    add("--out", metavar="DIR", type=Path, default=Path("out"), help="where figures and traces go (default: out)")
    add("--full-states", action="store_true", help="show every variable after each step of a trace")
    add("--graph", action="store_true", help="draw the states that each search reaches, by the endpoints' states")
    add("--max-states", metavar="N", type=_count, help="give up a search beyond this many states")
    add("--max-memory", metavar="BYTES", type=_bytes, help="give up a search beyond this much memory, such as 4G")
    add("--max-seconds", metavar="S", type=_seconds, help="give up a search after this long")
    return made


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number")
    return int(text)


def _bytes(text: str) -> int:
    unit = text[-1:].upper() if text[-1:].isalpha() else ""
    if unit not in UNITS:
        raise argparse.ArgumentTypeError(f"'{text}' is not an amount of memory such as 500M or 4G")
    return _count(text[: len(text) - len(unit)]) * UNITS[unit]


def _seconds(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number of seconds")
    return value


def run(args: argparse.Namespace, command: str) -> int:
    """What the arguments ask for."""
    if args.list:
        say(listing())
        return OK
    if args.explain is not None:
        say(explanation(_claim(args.explain)))
        return OK
    make_tasks = selection(args)
    _writable(args)
    return check(args, command, make_tasks)


def _claim(name: str) -> Claim:
    claim = find(name)
    if claim is None:
        raise Unusable(f"unknown claim '{name}'; the claims are: {', '.join(c.name for c in CLAIMS)}")
    return claim


def selection(args: argparse.Namespace) -> Callable[[], list[Task]]:
    """What is to be checked: names and fields are looked at now, the rest when the engines are loaded."""
    if args.property is not None and args.claims:
        raise Unusable("give either --property or claims, not both")
    if any("=" not in item for item in args.set):
        raise Unusable("--set wants FIELD=VALUE")
    settings = {name: parse_setting(name, value) for name, value in (item.split("=", 1) for item in args.set)}
    named = [_claim(name) for name in ([args.property] if args.property is not None else args.claims)]
    if settings or args.property is not None:
        if any(claim.scenario for claim in named):
            raise Unusable("a scenario has its own settings: --set and --property are for properties")
        named = named or [claim for claim in CLAIMS if not claim.scenario]
        firsts = [claim.cells[0].config for claim in named]
        default = args.property is not None and not isinstance(firsts[0], ServerConfig)
        bases = [Config()] if default else firsts
        for base in bases:
            base.vary(settings).check_searchable()
        return lambda: _varied(named, bases, settings)
    return lambda: _claimed(named or CLAIMS)


def _claimed(claims: Sequence[Claim]) -> list[Task]:
    from model.judge import tasks_of

    return tasks_of(claims)


def _varied(claims: Sequence[Claim], bases: Sequence[AnyConfig], settings: Mapping[str, object]) -> list[Task]:
    from model.judge import varied

    return [varied(claim, base, settings) for claim, base in zip(claims, bases, strict=True)]


def _writable(args: argparse.Namespace) -> None:
    """Find out before the search that the results can be written."""
    args.out.mkdir(parents=True, exist_ok=True)
    for path in [args.out / ".writable", *([args.json] if args.json is not None else [])]:
        existed = path.exists()
        with path.open("a", encoding="utf-8"):
            pass
        if not existed:
            path.unlink()


def check(args: argparse.Namespace, command: str, make_tasks: Callable[[], list[Task]]) -> int:
    """Judge the tasks, write the files and print the table. What cannot be written is told, and loses nothing else."""
    from rich.console import Console

    from model.engines.verdict import Limits
    from model.judge import Options, with_figures
    from model.report import as_json, exit_status, summary, table_text, traces_in_words
    from model.traces.render import Pictures

    tasks = make_tasks()
    limits = Limits(args.max_states, args.max_memory, args.max_seconds)
    options = Options(args.out, limits, Pictures(), [], args.full_states)
    found, interrupted = judge_all(tasks, options, Console(stderr=True), args.graph)
    rows, notes = with_figures(sorted(found, key=lambda row: tasks.index(row.task)), options)
    code = INTERRUPTED if interrupted else exit_status(rows)
    if code in (OK, INCONCLUSIVE) and options.problems:
        code = UNUSABLE
    if args.json is not None:
        try:
            args.json.write_text(json.dumps(as_json(rows, command, code), indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            options.problems.append(f"{args.json}: {error.strerror}")
            code = UNUSABLE
    with_traces = bool(args.claims or args.set) or args.property is not None
    width = None if sys.stdout is not None and sys.stdout.isatty() else 200
    notes = [f"figures and traces are in {args.out}{os.sep}", *notes]
    traces = traces_in_words(rows) if with_traces else ""
    say(traces + table_text(rows, notes, width) + summary(rows, len(tasks), code))
    for problem in dict.fromkeys(options.problems):
        complain(problem, code)
    return code


def judge_all(tasks: Sequence[Task], options: Options, screen: Console, graphs: bool) -> tuple[list[Row], bool]:
    """All rows, and whether Ctrl-C cut them short; a live line tells how far it is, if somebody is watching."""
    from model.engines.verdict import INTERRUPTED as CTRL_C
    from model.judge import judge, state_diagrams, state_graphs

    rows: list[Row] = []
    try:
        with screen.status("compiling") as status:

            def progress(name: str, p: Progress) -> None:
                rate = p.transitions / max(p.seconds, 1e-9) / 1e6
                status.update(
                    f"{name}: {p.states:,} states, {rate:.1f} M transitions/s, depth {p.depth},"
                    f" {p.frontier:,} in the frontier, {p.seconds:.0f} s"
                )

            for batch in judge(tasks, options, progress):
                rows += batch
                if any(row.effort.limit == CTRL_C for row in batch):
                    return rows, True
                status.update(f"{len(rows)} of {len(tasks)} verdicts; compiling")
            state_diagrams(options)
            if graphs:
                status.update("drawing state graphs")
                state_graphs(tasks, options)
    except KeyboardInterrupt:
        return rows, True
    return rows, False


def listing() -> str:
    """The claims with their statements, and the fields."""
    lines = ["Claims:"]
    for claim in CLAIMS:
        settles = ", ".join(claim.settles) or "a finding"
        lines.append(f"  {claim.name} ({settles}): must hold: {_variants(claim, 'holds')}; must fail: "
                     f"{_variants(claim, 'fails')}")  # fmt: skip
        lines += textwrap.wrap(claim.sentence, 110, initial_indent="      ", subsequent_indent="      ")
    lines += ["", "The explainer's statements:"]
    for statement in sorted({one for claim in CLAIMS for one in claim.settles}):
        names = ", ".join(claim.name for claim in CLAIMS if statement in claim.settles)
        lines += textwrap.wrap(
            f"{statement}: {names}", 110, initial_indent="  ", subsequent_indent="      ", break_on_hyphens=False
        )
    lines += ["", "Fields for --set, with their defaults:"]
    lines += [f"  {name}={show_field(value)}: {ABOUT[name]}" for name, value in Config().as_dict().items()]
    lines += ["", "Further fields of the claims about a server:"]
    lines += [f"  {name}: {ABOUT_SERVER[name]}" for name in OWN]
    return "\n".join(lines)


def _variants(claim: Claim, expected: str) -> str:
    return ", ".join(cell.variant for cell in claim.cells if cell.expected == expected) or "-"


def explanation(claim: Claim) -> str:
    """What a claim says, where it says so, and what the answers mean."""
    lines = [f"{claim.name} ({', '.join(claim.settles) or 'a finding'})", "", *textwrap.wrap(claim.sentence, 100)]
    lines += [f"RFC 9293: {claim.cite}", "", *textwrap.wrap(claim.meaning, 100), ""]
    for cell in claim.cells:
        fields = " ".join(f"{name}={show_field(value)}" for name, value in cell.config.varied().items())
        lines.append(f"{cell.variant}: {cell.expected}, on {fields or 'the default configuration'}")
    lines += ["", *textwrap.wrap(f"Not checked: {claim.not_checked}", 100)] if claim.not_checked else []
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
