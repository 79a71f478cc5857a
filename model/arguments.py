"""What the command line understands, and what it says about claims and fields."""

from __future__ import annotations

import argparse
import textwrap
from pathlib import Path

from model.network.table import ABOUT_SERVER, OWN
from model.tcp.about import ABOUT
from model.tcp.config import Config, show_field
from properties.claim import Claim
from properties.claims import CLAIMS

ENGINES = ("explicit", "bmc", "induction", "unbounded")
FORMATS = ("pcap", "itf", "packetdrill")
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
MOST_WORKERS = 64
"""As many as there are parts of the table of states."""


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
    add("--scenario", metavar="FILE", type=Path, help="say whether a scenario is a run (exit status 0), or where it"
        " stops (1), on what a scenario may use as varied by --set")  # fmt: skip
    add("--engine", choices=ENGINES, help="explicit: only searches within bounds; unbounded: only proofs for every"
        " channel, and the searches that they point to; bmc: Z3 looks for short runs; induction: Z3 proves what its k"
        " steps can (default: what each claim asks for)")  # fmt: skip
    add("--depth", metavar="N", type=positive_count, help="bmc: the longest run (default: 10); induction: the largest k"
        " (default: 10)")  # fmt: skip
    add("--set", metavar="FIELD=VALUE", action="append", default=[], help="vary the configuration (repeatable)")
    add("--json", metavar="FILE", type=Path, help="write the verdicts and their evidence as JSON")
    add("--out", metavar="DIR", type=Path, default=Path("out"), help="where figures and traces go (default: out)")
    add("--write", metavar="FORMAT,...", type=_formats, default=(), help="write every run also as pcap (captures in the"
        " middle and at either side), itf (Apalache's JSON) or packetdrill (a script for each side)")  # fmt: skip
    add("--certify", action="store_true", help="write certificates into DIR/certificates: every obligation of a proof"
        " as SMT-LIB, the figures and the runs of a search; python -m model.certify checks them")  # fmt: skip
    add("--full-states", action="store_true", help="show every variable after each step of a trace")
    add("--jobs", metavar="N", type=positive_count, help="search in so many processes at once (default: one for each"
        " processor that may be used; 1: in this one)")  # fmt: skip
    add("--workers", metavar="N", type=_workers, help="threads of one search, at most 64 (default: the processors,"
        " shared by the searches at once); the answers are the same")  # fmt: skip
    add("--store", choices=("whole", "compact"), default="whole", help="compact: searches for finite runs keep 64-bit"
        " hashes of states; the verdict has the probability that one is missed (default: whole)")  # fmt: skip
    add("--checkpoint", metavar="DIR", type=Path, help="write what searches for finite runs have found into DIR now and"
        " then, and go on from there if they were cut short")  # fmt: skip
    add(
        "--quick",
        action="store_true",
        help="of each claim one variant that holds and one that fails, none of the slowest",
    )
    add("--minimise", action="store_true", help="with --engine unbounded: do without each lemma in turn, and say where"
        " the proof fails then; takes minutes")  # fmt: skip
    add("--coverage", action="store_true", help="instead of verdicts: how often each event of the protocol happens in"
        " the claims' searches and scenarios; exit status 1: one neither happens nor is proved impossible")  # fmt: skip
    add("--graph", action="store_true", help="draw the states that each search reaches, by the endpoints' states")
    add("--max-states", metavar="N", type=positive_count, help="give up a search beyond this many states")
    add("--max-memory", metavar="BYTES", type=_bytes, help="give up a search whose states would take more memory,"
        " such as 4G; each of those at once may take as much (default: most of what is free, shared)")  # fmt: skip
    add("--max-seconds", metavar="S", type=positive_seconds, help="give up a search after this long")
    return made


def positive_count(text: str) -> int:
    """A positive number; raises `ArgumentTypeError`."""
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number")
    return int(text)


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
    wrong = [name for name in named if name not in FORMATS]
    if wrong:
        raise argparse.ArgumentTypeError(f"'{wrong[0]}' is not one of {', '.join(FORMATS)}")
    return named


def positive_seconds(text: str) -> float:
    """A positive number of seconds; raises `ArgumentTypeError`."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is not a positive number of seconds")
    return value


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
    if claim.searched:
        lines.append(f"Fresh ISNs are {Config().isns_apart} apart where isns_apart does not say more.")
    lines += ["", *textwrap.wrap(f"Not checked: {claim.not_checked}", 100)] if claim.not_checked else []
    return "\n".join(lines)
