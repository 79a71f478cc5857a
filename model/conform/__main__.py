"""The command line of the interpreter: `python -m model.conform FILE…`.

Exit status: 0 everything agreed or explained; 1 something differs or is not explained; 2 unusable input; 3 nothing
could be judged; 70 internal error; 130 interrupted.
"""

from __future__ import annotations

from model.start import begin

if __name__ == "__main__":
    begin("model.conform")

import argparse
import ipaddress
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from model.cli.arguments import Parser, place, settings_given
from model.cli.endings import INCONCLUSIVE, OK, Unusable, ended
from model.conform.capture import Capture, Conversation, capture_of, is_capture
from model.conform.cases import Replay
from model.conform.interpreter import Interpreter
from model.conform.on_the_way import between
from model.conform.own_host import Finding, exactly
from model.conform.recorded import Case, cases_of
from model.conform.results import Item, as_json, as_text, notes_on, of_case, of_conversation
from model.conform.stacks import FREEBSD, PROFILES, Profile
from model.machine.files import check_writable, write
from model.machine.printing import say
from model.machine.reading import opened
from model.settings.config import parse_field

PROGRAM = "model.conform"
DIFFERS = 1


def parser() -> argparse.ArgumentParser:
    """The command line's grammar."""
    made = Parser(
        prog=f"python -m {PROGRAM}",
        description="Is what a real TCP did a run of the model? FILE is a capture (pcap, pcapng), or has recorded cases"
        " of one endpoint, a line of JSON each.",
        epilog="Exit status: 0 everything agreed or explained, 1 something differs or is not explained, 2 unusable"
        " input, 3 nothing could be judged, 70 internal error, 130 interrupted.",
    )
    add = made.add_argument
    add("files", metavar="FILE", nargs="+", type=place)
    add("--profile", choices=PROFILES, default="rfc9293", help="whose behaviour is expected (default: rfc9293)")
    add("--set", metavar="FIELD=VALUE", action="append", default=[], help="vary the protocol, such as"
        " handshake=two-way (repeatable; the fields are those of python -m model.check --list)")  # fmt: skip
    add("--endpoint", metavar="ADDRESS", type=_address, help="the captures were made on this endpoint's own host: it is"
        " judged by when it heard what (default: both ends are judged, as seen from somewhere on the way)")  # fmt: skip
    add("--unknown", metavar="N", type=_count, default=0, help="without --endpoint: so many old duplicates that are not"
        " in the capture may have reached each end (default: 0)")  # fmt: skip
    add("--missed", metavar="N", type=_count, default=0, help="without --endpoint: so many segments of each end may"
        " have been lost or overtaken before the capture (default: 0)")  # fmt: skip
    add("--json", metavar="FILE", type=place, help="write the verdicts as JSON")
    add("--events", action="store_true", help="tell the events and states of what agrees or is explained, too")
    return made


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no IP address") from None


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or len(text) > 4:
        raise argparse.ArgumentTypeError(f"'{text}' is not a number from 0 to 9999")
    return int(text)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    return ended(PROGRAM, lambda: run(parser().parse_args(argv)))


def run(args: argparse.Namespace) -> int:
    """Judge every file; everything is read before anything is judged."""
    read = [(path, read_file(path)) for path in args.files]
    if args.json is not None:
        check_writable(args.json)
    profile = varied(PROFILES[args.profile], args.set)
    items, skipped, notes = list[Item](), dict[str, int](), list[str]()
    interpreter = Interpreter(profile)
    for path, what in read:
        if isinstance(what, Capture):
            notes += notes_on(str(path), what)
            skipped |= {why: skipped.get(why, 0) + n for why, n in what.skipped.items()}
            items += judged(path, what, interpreter, args)
        else:
            items += judged_cases(what, profile)
    say(as_text(items, notes, args.events))
    if args.json is not None:
        write(args.json, json.dumps(as_json(items, skipped, profile.name), indent=1) + "\n")
    verdicts = {item.verdict for item in items}
    if verdicts & {"differing", "not explained"}:
        return DIFFERS
    return OK if verdicts & {"agreed", "explained"} else INCONCLUSIVE


def read_file(path: Path) -> Capture | list[Case]:
    """What a file holds, a capture or recorded cases. Raises `BadCapture`, `BadCase`, `OSError`."""
    with opened(path) as file:
        return capture_of(path, file) if is_capture(file) else cases_of(path, file)


def varied(profile: Profile, items: Sequence[str]) -> Profile:
    """The profile with another protocol; raises `Unusable`, `BadConfig`."""
    settings = settings_given(items, parse_field)
    if "seq_bits" in settings:
        raise Unusable("seq_bits: what was recorded has 32 bits")
    config = profile.config.but(**settings)
    config.check_settled()
    return replace(profile, config=config)


def judged_cases(cases: Sequence[Case], profile: Profile) -> Iterator[Item]:
    """Recorded cases under a profile; what differs is tried with the behaviours of the recorded stack."""
    replay, recorded = Replay(profile), Replay(FREEBSD)
    for case in cases:
        found = replay.replay(case)
        own = recorded.replay(case) if found.difference else found
        yield of_case(found, profile, [] if own.difference or own is found else own.own)


def judged(path: Path, capture: Capture, interpreter: Interpreter, args: argparse.Namespace) -> Iterator[Item]:
    """Every conversation of a capture."""
    return (of_conversation(str(path), one, findings(one, interpreter, args)) for one in capture.conversations)


def findings(conversation: Conversation, interpreter: Interpreter, args: argparse.Namespace) -> list[Finding]:
    """What became of the ends that are to be judged."""
    if args.endpoint is None:
        return [between(interpreter, conversation, end, args.unknown, args.missed) for end in conversation.ends]
    if not (ends := [end for end in conversation.ends if end.address == args.endpoint]):
        return [Finding(conversation.ends[0], "not judged", f"no end has the address {args.endpoint}")]
    return [exactly(interpreter, conversation, end) for end in ends]


if __name__ == "__main__":
    sys.exit(main())
