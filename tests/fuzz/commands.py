"""What reads: the four command lines, without the work that comes after reading, and what has no command line."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest import mock

from model.cli.arguments import place
from model.core.property import always, sometimes
from model.machine.printing import complain, say
from model.settings.config import Config
from model.settings.server import OWN
from model.settings.setting import settings_of, show_field
from properties.claims import CLAIMS

Command = Callable[[Sequence[str]], int]
SECONDS = 1.0
"""For a question to a solver."""


def claims() -> list[str]:
    """The names of claims that may be varied."""
    return [claim.name for claim in CLAIMS if not claim.scenario]


def varied(claim: str) -> list[list[str]]:
    """What the variants of a claim vary, as settings."""
    cells = [cell for one in CLAIMS if one.name == claim for cell in one.cells]
    return [[f"{name}={show_field(value)}" for name, value in cell.config.varied().items()] for cell in cells]


def variants() -> list[str]:
    """The names of variants."""
    return [cell.variant for claim in CLAIMS for cell in claim.cells]


def fields() -> dict[str, Sequence[str]]:
    """The fields of a configuration, each with values that may be allowed."""
    found: dict[str, Sequence[str]] = {}
    for name, known in settings_of(Config).items():
        used = {show_field(getattr(cell.config, name)) for claim in CLAIMS for cell in claim.cells
                if isinstance(cell.config, Config)}  # fmt: skip
        found[name] = known.choices or [*sorted(used), "1", "2", "3"]
    return found | dict.fromkeys(OWN, ("1", "2", "unlimited", "patient"))


WANTED: dict[str, str | Sequence[str]] = {
    "CLAIM": "claim",
    "NAME": "variant",
    "FIELD=VALUE": "set",
    "FIELD=VALUE,...": "set",
    "FORMAT,...": ("pcap", "itf", "packetdrill", "pcap,itf"),
    "ADDRESS": ("10.77.0.1", "::1"),
    "N": "number",
    "S": "number",
    "BYTES": "number",
}
"""What an option wants, by its name in --help."""


def options(program: str) -> dict[str, str | Sequence[str]]:
    """The names and options of a command line, each with what it wants: see `readers.command_line`."""
    found: dict[str, str | Sequence[str]] = {}
    for action in parsers()[program]()._actions:
        name = max(action.option_strings, key=len, default=action.dest)
        if action.nargs == 0:
            found[name] = "flag"
        elif action.choices is not None:
            found[name] = [*map(str, action.choices)]
        elif action.type is place:
            found[name] = "path" if action.option_strings else "file"
        else:
            found[name] = WANTED[str(action.metavar)] if name != "--property" else "claim"
    return found


def parsers() -> dict[str, Callable[[], argparse.ArgumentParser]]:
    """The grammars, by program."""
    from model import certify
    from model.cli import arguments
    from model.conform.__main__ import parser as conform
    from model.export.__main__ import parser as export

    return {"check": arguments.parser, "certify": certify.parser, "conform": conform, "export": export}


def check() -> Command:
    """`model.check`, which parses and looks whether it can write, and judges nothing."""
    from model import check as program

    def read(*_: object) -> int:
        say("read")
        return 0

    for name in ("check", "scenario", "cover", "minimise"):
        vars(program)[name] = read
    return program.main


def scenario() -> Command:
    """`model.check --scenario`, which draws nothing."""
    from model import check as program
    from model.pictures import render
    from model.questions import scenario as stories

    render.Pictures = render.Drawings  # type: ignore[misc]
    stories.system_of = lru_cache(maxsize=64)(stories.system_of.__wrapped__)
    return program.main


def conform() -> Command:
    """`model.conform`, whose interpreters are made once."""
    from model.conform import __main__ as program
    from model.conform import cases
    from model.conform.interpreter import Interpreter

    cached: Any = lru_cache(maxsize=64)(Interpreter)
    for module in (program, cases):
        vars(module)["Interpreter"] = cached
    return program.main


def certify() -> Command:
    """`model.certify`, for which every folder has certificates, and which checks none."""
    from model import certify as program
    from model.certificates.manifests import read as manifests_read

    def read(*_: object) -> int:
        say("read")
        return 0

    vars(program)["read"] = lambda folder: [] if folder.is_dir() else manifests_read(folder)
    vars(program)["report"] = read
    return program.main


def export() -> Command:
    """`model.export`, which writes a model one time in twenty; else it only looks whether it could."""
    from model.export import __main__ as program

    whole, count = program.exported, iter(range(10**9))

    def exported(args: argparse.Namespace) -> tuple[str, ...]:
        if next(count) % 20 == 0:
            return whole(args)
        program.chosen(args.claim, args.variant, args.set)
        return ("read",)

    vars(program)["exported"] = exported
    return program.main


def recheck() -> Command:
    """What `model.certify` does with certificates, but without a second search, and without solvers."""
    from model.certificates.manifests import Damaged, ProofManifest, read
    from model.certificates.scripts import check_scripts
    from model.rechecks import derived, searched, tasks

    def differences(folder: Path) -> list[str]:
        wrong = list[str]()
        for one in read(folder):
            check_scripts(one.scripts)
            if isinstance(one.form, ProofManifest):
                wrong += derived.differences(one, tasks.task_of(one))[0]
            else:
                wrong += searched.Replays(tasks.task_of(one), tasks.together(one)).wrong(one.form.runs)
        return wrong

    def check(argv: Sequence[str]) -> int:
        try:
            return 1 if differences(Path(argv[0])) else 0
        except Damaged as error:
            return complain(str(error), 2, "recheck")
        except tasks.OtherClaim as error:
            return complain(str(error), 1, "recheck")

    return check


def solve() -> Command:
    """The language of scripts, and the solvers; status 2 if it is none, or none can read it."""
    from model.certificates.scripts import check
    from model.certificates.solvers import SOLVERS, ask
    from model.machine.reading import Unreadable, text_of

    def read(argv: Sequence[str]) -> int:
        try:
            text = text_of(Path(argv[0]))
            check(text)
        except Unreadable as error:
            return complain(str(error), 2, "solve")
        return complain("unknown", 2, "solve") if ask(text, [*SOLVERS], SECONDS)[0] == "unknown" else 0

    return read


def stopped_search(folder: Path) -> None:
    """Leave the checkpoint of a search that was interrupted."""
    from model.core.answer import Progress
    from model.engines.explicit import search as explicit

    def progress(at: Progress) -> None:
        if at.depth == 4:
            raise KeyboardInterrupt

    with mock.patch.object(explicit, "BETWEEN_CHECKPOINTS", 0), mock.patch.object(explicit, "BETWEEN_REPORTS", 0):
        _search(folder, progress)


def _search(folder: Path, progress: Callable[[Any], None] | None = None) -> None:
    import z3

    from model.core.answer import Limits
    from model.engines.explicit import search as explicit
    from tests.toys import writer

    goal = sometimes("goal", z3.BitVec("v0", 64) == 8)
    never = always("never", z3.BitVec("v0", 64) != 9)
    limits = Limits(checkpoint=folder, workers=1, max_states=100_000)
    explicit.explore(writer(9, 5), limits=limits, progress=progress, properties=(goal, never))


def resume() -> Command:
    """A search that goes on from a checkpoint."""

    def read(argv: Sequence[str]) -> int:
        try:
            _search(Path(argv[0]))
        except OSError as error:
            return complain(f"{error.filename}: {error.strerror}", 2, "resume")
        return 0

    return read
