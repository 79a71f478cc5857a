"""The command line: `python -m model.check`.

Exit status: 0 everything as claimed; 1 some verdict contradicts its claim or is vacuous (without an expectation:
violated); 2 unusable input; 3 inconclusive, also when nothing was checked; 70 internal error; 130 interrupted.
"""

from __future__ import annotations

from model.start import begin

if __name__ == "__main__":
    begin("model.check")

import argparse
import json
import os
import shlex
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.cli.arguments import fields_listed, parser, settings_given
from model.cli.endings import CONTRADICTED, INCONCLUSIVE, OK, UNUSABLE, Unusable, ended
from model.core.answer import NO_LIMITS, Limits, Progress
from model.machine.files import check_writable, write
from model.machine.interrupt import INTERRUPTED, at_interrupt, speaking
from model.machine.printing import complain, say
from model.machine.workers import processors
from model.questions.names import claims_named
from model.report.listing import description
from model.settings.config import Config
from model.settings.server import AnyConfig, ServerConfig, parse_setting
from model.words.language import _, can_show, speaking_in
from properties.claim import Claim
from properties.claims import CLAIMS

if TYPE_CHECKING:
    from model.questions.coverage import Coverage
    from model.questions.task import Options, Task, TaskResult

PROGRAM = "model.check"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    arguments = sys.argv[1:] if argv is None else list(argv)
    command = shlex.join(["python", "-m", "model.check", *arguments])
    return ended(PROGRAM, lambda: _in_language(parser().parse_args(arguments), command))


def _in_language(args: argparse.Namespace, command: str) -> int:
    """What the arguments ask for, in the language that they ask for; in English where Chinese cannot be shown."""
    with speaking_in(args.language or ("" if can_show(sys.stdout) else "en")):
        return run(args, command)


def run(args: argparse.Namespace, command: str) -> int:
    """What the arguments ask for."""
    if described := description(args.list, args.fields, args.explain or ()):
        say(described)
        return OK
    make_tasks = selection(args)
    _writable(args)
    if args.scenario is not None:
        return scenario(args, command)
    if args.coverage:
        return cover(args, command)
    return minimise(args, make_tasks) if args.minimise else check(args, command, make_tasks)


def selection(args: argparse.Namespace) -> Callable[[], list[Task]]:
    """What is to be checked: names and fields are looked at now, the rest when the engines are loaded."""
    return toured(args) if args.claims[:1] == ["why"] else _chosen(args)


def _chosen(args: argparse.Namespace) -> Callable[[], list[Task]]:
    """What is to be checked, if it is no tour."""
    if args.minimise and args.engine != "unbounded":
        raise Unusable("--minimise is about the lemmas of proofs: it needs --engine unbounded")
    if args.checkpoint is not None and args.store == "compact":
        raise Unusable("--checkpoint writes whole states: it does not go with --store compact")
    if args.property is not None and args.claims:
        raise Unusable("give either --property or claims, not both")
    against(args)
    settings = settings_given(args.set, parse_setting)
    if args.scenario is not None:
        if args.claims or args.property is not None or args.engine is not None or args.quick:
            raise Unusable("--scenario is about one file: of what chooses claims it goes with --set alone")
        return list
    if args.coverage and (settings or args.property is not None or args.engine is not None or args.minimise):
        raise Unusable(
            "--coverage is about claims as they are: it goes with no --set, --property, --engine, --minimise"
        )
    named = claims_named([args.property] if args.property is not None else args.claims)
    if settings or args.property is not None:
        if args.quick:
            raise Unusable("--quick chooses among what is claimed: it goes with neither --set nor --property")
        if stories := [claim.name for claim in named if claim.scenario]:
            raise Unusable(f"{stories[0]}: a scenario has its own settings; --set and --property are for properties")
        if args.engine == "unbounded":
            return _proofs_varied(named, settings)
        named = named or [claim for claim in CLAIMS if not claim.scenario]
        firsts = [claim.cells[0].config for claim in named]
        bases = [one if args.property is None or isinstance(one, ServerConfig) else Config() for one in firsts]
        for base in bases:
            base.vary(settings).check_searchable()
        return lambda: _varied(named, bases, settings, args.engine or "explicit")
    if args.engine == "unbounded":
        named = _with_proofs(named)
    return lambda: _claimed(named or CLAIMS, args.quick, args.engine or "")


def against(args: argparse.Namespace) -> dict[str, Any]:
    """What `--against` varies, by field."""
    if (args.against or args.another) and (args.coverage or args.minimise):
        raise Unusable("--against and --another are about runs: they go with neither --coverage nor --minimise")
    return settings_given(fields_listed(args.against), parse_setting, "--against")


def toured(args: argparse.Namespace) -> Callable[[], list[Task]]:
    """What a tour is to show; its statements are looked up now."""
    chosen = (args.list, args.set, args.property, args.scenario, args.engine, args.quick, args.coverage, args.minimise)
    if any(chosen):
        raise Unusable("why is a tour of what is claimed: it goes with nothing that chooses other questions")
    from model.report.tour import statements_named, tour_tasks

    args.why = statements_named(args.claims[1:])
    return lambda: tour_tasks(args.why)


def _claimed(claims: Sequence[Claim], quick: bool, engine: str) -> list[Task]:
    from model.questions.answering import tasks_of

    return tasks_of(_finite(claims, engine), quick, engine)


def _finite(named: Sequence[Claim], engine: str) -> list[Claim]:
    """The claims named, or all, that are about the finite runs of a configuration."""
    from model.questions.task import SYMBOLIC

    if engine not in SYMBOLIC:
        return list(named)
    other = [claim.name for claim in named if not claim.finite]
    if other and named is not CLAIMS:
        raise Unusable(f"{other[0]} is not about the finite runs of one configuration, as --engine {engine} needs")
    return [claim for claim in named if claim.finite]


def _with_proofs(named: Sequence[Claim]) -> list[Claim]:
    """The claims named, or all, that have a proof for every channel."""
    having = [claim for claim in CLAIMS if claim.proofs]
    if without := [claim for claim in named if claim not in having]:
        names = ", ".join(one.name for one in having)
        raise Unusable(f"{without[0].name} has no proof for every channel; those that have one: {names}")
    return list(named or having)


def _proofs_varied(named: Sequence[Claim], settings: Mapping[str, object]) -> Callable[[], list[Task]]:
    """Proofs on varied configurations, of which nothing is expected."""
    named = _with_proofs(named)

    def tasks() -> list[Task]:
        from model.questions.answering import varied
        from model.questions.theorems import network_for

        found = [varied(claim, claim.proofs[0].config, settings, "unbounded") for claim in named]
        for task in found:
            network_for(task)
        return found

    return tasks


def _varied(
    claims: Sequence[Claim], bases: Sequence[AnyConfig], settings: Mapping[str, object], engine: str
) -> list[Task]:
    from model.questions.answering import varied

    _finite(claims, engine)
    return [varied(claim, base, settings, engine) for claim, base in zip(claims, bases, strict=True)]


def _writable(args: argparse.Namespace) -> None:
    """Find out before the search that the results can be written."""
    try:
        args.out.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise Unusable(f"--out {args.out}: a folder is wanted, and there is a file in its place") from error
    for path in [args.out / "any name", *([args.json] if args.json is not None else [])]:
        check_writable(path)


def check(args: argparse.Namespace, command: str, make_tasks: Callable[[], list[Task]]) -> int:
    """Judge the tasks, write the files and print the table. What cannot be written is told, and loses nothing else."""
    from model.machine.screen import live_line
    from model.page.page import beforehand
    from model.pictures.render import Pictures
    from model.questions.jobs import Answering, diagrams
    from model.questions.task import Options

    tasks = make_tasks()
    how = {"workers": args.workers, "checkpoint": args.checkpoint, "store": args.store}
    limits = Limits(args.max_states, args.max_memory, args.max_seconds, **how)
    options = Options(
        args.out,
        limits,
        Pictures(png="png" in args.write),
        [],
        args.full_states,
        args.depth,
        args.certify,
        args.write,
        against(args),
        args.another,
    )

    def watch(searches: Sequence[tuple[str, Progress | None]]) -> None:
        done = f"{len(judging.rows)} of {len(tasks)} verdicts"
        tell("; ".join([done, *(how_far(name, at, len(searches) == 1) for name, at in searches)]))

    further = diagrams(tasks, args.graph)
    if not all(task.claim.scenario for task in tasks):
        further += beforehand()
    judging = Answering(tasks, options, args.jobs or processors(), watch, further, meanwhile=load_what_reports)
    with (
        at_interrupt(lambda: judged(args, command, options, tasks, judging.stop(), interrupted=True)),
        live_line("compiling") as tell,
    ):
        judging.run()
    with speaking():
        return judged(args, command, options, tasks, judging.rows)


def load_what_reports() -> None:
    """Load what `judged` needs, so that after Ctrl-C it is there."""
    import model.page.page
    import model.questions.combine
    import model.questions.figures
    import model.questions.shares
    import model.report.answer_text
    import model.report.details
    import model.report.gallery
    import model.report.summary  # noqa: F401  # It is loaded for later.


def judged(
    args: argparse.Namespace,
    command: str,
    options: Options,
    tasks: Sequence[Task],
    found: Sequence[TaskResult],
    *,
    interrupted: bool = False,
) -> int:
    """Write the report and print what was found; returns the exit status."""
    from model.questions.combine import combined
    from model.questions.figures import with_figures
    from model.report.answer_text import answer_text, screen_of
    from model.report.details import details, write_details
    from model.report.summary import as_json, exit_status

    rows, notes = with_figures(combined(sorted(found, key=lambda row: tasks.index(row.task))), options)
    if not interrupted:
        write_files(rows, options)
    code = INTERRUPTED if interrupted else exit_status(rows)
    if code in (OK, INCONCLUSIVE) and options.problems:
        code = UNUSABLE
    screen = screen_of(sys.stdout, args.ladder or ("" if args.why else "rfc"))
    everything = _("Try it in index.html; pictures.html, whole runs and report.txt: {folder}")
    files = _("Whole runs and report.txt: {folder}") if interrupted else everything
    notes = [
        files.format(folder=f"{args.out}{os.sep}"),
        *notes,
        *cache_notes(rows),
        *(left_out(args) if args.quick else ()),
    ]
    whole = details(rows, screen.width) if args.verbose else ""
    if args.why:
        from model.report.tour import tour_text

        say(tour_text(args.why, rows, len(tasks), code, notes, screen=screen))
    else:
        say(answer_text(rows, len(tasks), code, notes, screen=screen, details=whole))
    if interrupted:  # There is time for one thing surely.
        write_details(rows, options)
    code = written(args.json, as_json(rows, command, code), code)
    for problem in dict.fromkeys(options.problems):
        complain(problem, code, PROGRAM)
    return code


def write_files(rows: Sequence[TaskResult], options: Options) -> None:
    """Write what a run leaves beside its pictures: the report, the index of the pictures, and the page."""
    from model.report.details import write_details
    from model.report.gallery import write_gallery

    write_details(rows, options)
    write_gallery(rows, options)
    write_the_page(rows, options)


def write_the_page(rows: Sequence[TaskResult], options: Options) -> None:
    """Write the page with the runs of these rows."""
    from model.page.page import write_page
    from model.questions.task import written as told
    from model.report.for_page import content

    with told(options):
        write_page(options.out, *content(rows))


def cache_notes(rows: Sequence[TaskResult]) -> list[str]:
    """A line if machine code was compiled again since others may have written the cache."""
    from model.engines.native.codecache import ignored

    return [line for line in [ignored()] if line and any(row.engine not in ("replay", "unbounded") for row in rows)]


def written(path: Path | None, report: dict[str, Any], code: int) -> int:
    """Write the report for programs, if one is wanted; returns the exit status. That it cannot be loses nothing."""
    if path is not None:
        try:
            write(path, json.dumps(report, indent=1) + "\n")
        except OSError as error:
            return complain(f"{path}: {error.strerror}", code if code == INTERRUPTED else UNUSABLE, PROGRAM)
    return code


def scenario(args: argparse.Namespace, command: str) -> int:
    """Tell whether the user's own scenario is a run, and draw it."""
    from model.pictures.render import Pictures
    from model.questions.figures import with_figures
    from model.questions.story import tell
    from model.questions.task import Options
    from model.report.answer_text import answer_text, screen_of
    from model.report.summary import as_json, exit_status

    options = Options(
        args.out,
        NO_LIMITS,
        Pictures(png="png" in args.write),
        [],
        args.full_states,
        formats=args.write,
        against=against(args),
    )
    rows, notes = with_figures([tell(args.scenario, settings_given(args.set, parse_setting), options)], options)
    code = exit_status(rows)
    write_the_page(rows, options)
    notes = [_("The whole run: {file}").format(file=rows[0].evidence[0].words), *notes]
    say(answer_text(rows, 1, code, notes, screen=screen_of(sys.stdout, args.ladder or "rfc")))
    code = written(args.json, as_json(rows, command, code), code)
    for problem in options.problems:
        code = complain(problem, UNUSABLE, PROGRAM)
    return code


def cover(args: argparse.Namespace, command: str) -> int:
    """Count how often each event happens: by the claims named, or by all and by what exists for coverage."""
    from model.machine.screen import live_line
    from model.questions.coverage import STATES, Covering

    claims = claims_named(args.claims) or CLAIMS
    if not any(claim.searched for claim in claims):
        raise Unusable("--coverage wants a claim that is searched; scenarios are counted beside it")
    limits = Limits(args.max_states or STATES, args.max_memory, args.max_seconds)

    with (
        at_interrupt(lambda: covered(args, command, covering.so_far(), INTERRUPTED)),
        live_line() as tell,
    ):
        covering = Covering(claims, limits, args.jobs or processors(), tell, further=not args.claims)
        found = covering.run()
    with speaking():
        return covered(args, command, found, found.exit_status)


def covered(args: argparse.Namespace, command: str, found: Coverage, code: int) -> int:
    """Write the report on coverage and print it; returns the exit status."""
    from model.report.coverage_report import coverage_json, coverage_text
    from model.report.details import WIDE

    say(coverage_text(found, None if sys.stdout is not None and sys.stdout.isatty() else WIDE))
    return written(args.json, coverage_json(found, command, code), code)


def minimise(args: argparse.Namespace, make_tasks: Callable[[], list[Task]]) -> int:
    """Do without each lemma of the proofs that must hold: is it needed?"""
    from model.machine.screen import live_line
    from model.questions.minimise import Minimising

    if not (proofs := [task for task in make_tasks() if task.proof and task.expected != "fails"]):
        raise Unusable("--minimise wants a claim with a proof that goes through, and no --set")
    with live_line() as tell:
        minimising = Minimising(proofs, Limits(max_seconds=args.max_seconds), tell, lambda lines: say("\n".join(lines)))
        with at_interrupt(lambda: say(minimising.summary)):
            needs = minimising.run(args.jobs or processors())
    with speaking():
        say(minimising.summary)
    if any(need.limit for need in needs):
        return INCONCLUSIVE
    return OK if needs and all(need.needed for need in needs) else CONTRADICTED


def left_out(args: argparse.Namespace) -> list[str]:
    """A line about what --quick has left out, if that is anything."""
    count = sum(len(claim.cells) - len(claim.quick) for claim in claims_named(args.claims) or CLAIMS)
    every = shlex.join(["python", "-m", "model.check", *args.claims])
    said = _("--quick leaves out {count} variants, and slow studies; all: {command}")
    return [said.format(count=count, command=every)] if count else []


def how_far(name: str, at: Progress | None, alone: bool) -> str:
    """One search of the live line; one of several says less."""
    if at is None:
        return f"{name}: compiling"
    rate = at.transitions / max(at.seconds, 1e-9) / 1e6
    more = f", depth {at.depth}, {at.frontier:,} in the frontier" if alone else ""
    return f"{name}: {at.states:,} states, {rate:.1f} M transitions/s{more}, {at.seconds:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
