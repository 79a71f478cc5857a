"""The command line of the exporters: `python -m model.export TARGET CLAIM`.

Exit status: 0 written; 2 unusable input, or something that the target cannot say; 70 internal error; 130 interrupted.
"""

from __future__ import annotations

from model.start import begin

if __name__ == "__main__":
    begin("model.export")

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence

from model.cli.arguments import Parser, place, settings_given
from model.cli.endings import OK, Unusable, ended
from model.core.near import meant
from model.core.property import Property
from model.core.system import System
from model.export.btor2 import btor2
from model.export.javascript import javascript
from model.export.promela import promela
from model.export.tla import MODULE, tla
from model.export.vmt import vmt
from model.machine.files import write
from model.machine.printing import say
from model.questions.names import claim_named
from model.settings.server import AnyConfig, parse_setting
from properties.claim import Claim

PROGRAM = "model.export"
Texts = tuple[str, ...]
"""A model, and for TLA+ its configuration: a second file."""
TARGETS: Mapping[str, Callable[[System, Sequence[Property], str], Texts]] = {
    "promela": lambda system, properties, _name: (promela(system, properties),),
    "btor2": lambda system, properties, _name: (btor2(system, properties),),
    "tla": tla,
    "vmt": lambda system, properties, _name: (vmt(system, properties),),
    "javascript": lambda system, properties, _name: (javascript(system, properties),),
}
COMMENT: Mapping[str, str] = {
    "promela": "/* {} */",
    "btor2": "; {}",
    "tla": "\\* {}",
    "vmt": "; {}",
    "javascript": "// {}",
}
"""A line that says what the model is of."""


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    made = Parser(
        prog=f"python -m {PROGRAM}",
        description="Write the bounded system of a claim, with its property, in the language of another model checker.",
        epilog="Exit status: 0 written, 2 unusable input, or something that the target cannot say, 70 internal error,"
        " 130 interrupted.",
    )
    add = made.add_argument
    add(
        "target",
        choices=TARGETS,
        help="promela: for SPIN; tla: for TLC; btor2, vmt: for symbolic model checkers;"
        " javascript: a module that runs the model",
    )
    add("claim", metavar="CLAIM", help="a claim about finite runs (see python -m model.check --list)")
    add("--variant", metavar="NAME", help="one of the claim's variants (default: the first)")
    add("--set", metavar="FIELD=VALUE", action="append", default=[], help="vary the configuration (repeatable)")
    add("-o", "--output", metavar="FILE", type=place, help="where the model goes (default: standard output)")
    return made


def chosen(name: str, variant: str | None, items: Sequence[str]) -> tuple[Claim, AnyConfig]:
    """The claim and its configuration; raises `Unusable`, `UnknownName` or `BadConfig`."""
    claim = claim_named(name)
    if not claim.finite:
        raise Unusable(
            f"{claim.name} is not about the finite runs of one configuration; only such claims can be exported"
        )
    cells = {cell.variant: cell.config for cell in claim.cells}
    if variant is not None and variant not in cells:
        near = meant(variant, cells) or f"its variants are: {', '.join(cells)}"
        raise Unusable(f"{claim.name} has no variant '{variant}'; {near}")
    config = cells[variant or claim.cells[0].variant].vary(settings_given(items, parse_setting))
    config.check_searchable()
    return claim, config


def exported(args: argparse.Namespace) -> Texts:
    """What the arguments ask for."""
    claim, config = chosen(args.claim, args.variant, args.set)
    network = claim.network(config)
    prop = claim.asked_of(network)
    assert isinstance(prop, Property)
    what = f"{claim.name}: {args.variant or claim.cells[0].variant}"
    said = COMMENT[args.target].format("; ".join([what, *args.set]))
    name = MODULE if args.output is None else args.output.stem
    if args.target == "tla" and args.output is not None and args.output.suffix != ".tla":
        raise Unusable(f"{args.output}: TLC wants a file that ends with .tla")
    model, *more = TARGETS[args.target](network.system(prop), [prop], name)
    return (f"{said}\n{model}", *more)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    return ended(PROGRAM, lambda: run(parser().parse_args(argv)))


def run(args: argparse.Namespace) -> int:
    """Print a system's text, or write it into files."""
    texts = exported(args)
    if args.output is None:
        say("\n".join(texts).rstrip("\n"))
    for at, text in enumerate(texts if args.output is not None else ()):
        write(args.output.with_suffix(".cfg") if at else args.output, text)
    return OK


if __name__ == "__main__":
    sys.exit(main())
