"""How strict is the judge of captures? One segment of a capture is altered or hidden, and the rejections are counted.

    python -m benchmarks.alterations FOLDER --profile linux --json benchmarks/results/alterations.json

FOLDER has captures NAME.pcap, made on the hosts of the ends that are judged (tests/data/captures/index.tsv has them). A
judge that admits everything is worthless; some alterations are rightly admitted: a bare ACK may be left out, a
lone SYN may have another number, and what comes last has no consequences. Of a segment that was sent again no copy is
hidden: that would be a capture as good as this one.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from rich.table import Table

from model.conform.capture import BadCapture, Conversation, Seen, Socket, read_capture
from model.conform.interpreter import SPACE, Interpreter
from model.conform.own_host import exactly
from model.conform.stacks import PROFILES
from model.machine.screen import console

Alteration = Callable[[Seen], "Seen | None"]
"""What becomes of a segment: another one, or None if it is hidden."""


def _plus(field: str, by: int) -> Alteration:
    return lambda seen: replace_x(seen, **{field: (getattr(seen.x, field) + by) % SPACE})


def replace_x(seen: Seen, **changes: object) -> Seen:
    """The same packet with another segment."""
    return seen._replace(x=seen.x._replace(**changes))  # type: ignore[arg-type]


def _hide(_: Seen) -> None:
    return None


def rst_to_ack(seen: Seen) -> Seen:
    """An ACK where a RST was; without an ACK field it acknowledges 0."""
    return replace_x(seen, rst=False, ack=True)


def ack_to_rst(seen: Seen) -> Seen:
    """A RST where an ACK was, with the same numbers."""
    return replace_x(seen, rst=True)


SENT: Mapping[str, tuple[Callable[[Seen], bool], Alteration]] = {
    "SEG.ACK + 1": (lambda seen: seen.x.ack and not seen.x.rst, _plus("ackno", 1)),
    "SEG.ACK - 1 of SYN,ACK": (lambda seen: seen.x.syn and seen.x.ack, _plus("ackno", -1)),
    "SEG.SEQ + 1, without SYN": (lambda seen: not seen.x.syn, _plus("seq", 1)),
    "SEG.SEQ - 1, without SYN": (lambda seen: not seen.x.syn, _plus("seq", -1)),
    "SEG.SEQ + 1 of a SYN (another ISS)": (lambda seen: seen.x.syn, _plus("seq", 1)),
    "RST becomes ACK": (lambda seen: seen.x.rst, rst_to_ack),
    "bare ACK becomes RST": (lambda seen: seen.x.ack and seen.x.length == 0 and not seen.x.rst, ack_to_rst),
    "one octet more": (lambda seen: seen.x.text > 0, _plus("text", 1)),
}
"""Alterations of segments that the judged end has sent: to which they apply, and what they do."""
EITHER: Mapping[str, tuple[Callable[[Seen], bool], Alteration]] = {
    "SYN hidden": (lambda seen: seen.x.syn, _hide),
    "FIN hidden": (lambda seen: seen.x.fin, _hide),
    "RST hidden": (lambda seen: seen.x.rst, _hide),
    "text hidden": (lambda seen: seen.x.text > 0 and not seen.x.fin, _hide),
    "bare ACK hidden (rightly admitted)": (lambda seen: seen.x.ack and not seen.x.rst and seen.x.length == 0, _hide),
}
"""Alterations of any segment."""


def altered(conversation: Conversation, end: Socket) -> Iterator[tuple[str, Conversation]]:
    """Every conversation with one segment altered, and what was done."""
    for at, seen in enumerate(conversation.segments):
        again = sum((other.source, other.x) == (seen.source, seen.x) for other in conversation.segments) > 1
        for kind, (applies, alter) in ({**SENT, **EITHER} if seen.source == end else EITHER).items():
            if applies(seen) and (alter is not _hide or not again):
                other = alter(seen)
                rest = [] if other is None else [other]
                segments = [*conversation.segments[:at], *rest, *conversation.segments[at + 1 :]]
                if segments:
                    yield kind, replace(conversation, segments=segments)


def judged_end(path: Path, conversation: Conversation) -> Socket:
    """The end on whose host a capture of the collection was made (see its index)."""
    address = "10.77.0.2" if path.name.endswith(".B.pcap") else "10.77.0.1"
    found = next((end for end in conversation.ends if end.address == address), None)
    if found is None:
        raise BadCapture(f"{path}: no end has the address {address}, as those of the collection have")
    return found


def count(folder: Path, interpreter: Interpreter) -> dict[str, tuple[int, int]]:
    """By kind of alteration: how many were rejected, of how many. Raises `BadCapture`, `OSError`."""
    found = dict.fromkeys({**SENT, **EITHER}, (0, 0))
    paths = sorted(folder.glob("*.pcap"))
    if not paths:
        raise BadCapture(f"{folder}: no captures")
    for path in paths:
        for conversation in read_capture(path).conversations:
            end = judged_end(path, conversation)
            for kind, other in altered(conversation, end):
                rejected, of = found[kind]
                verdict = exactly(interpreter, other, end).verdict
                found[kind] = rejected + (verdict != "explained"), of + 1
    return found


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m benchmarks.alterations", description=__doc__)
    made.add_argument("folder", type=Path)
    made.add_argument("--profile", choices=PROFILES, default="linux")
    made.add_argument("--json", type=Path, metavar="FILE", help="write the counts, too")
    return made


def main(argv: list[str] | None = None) -> int:
    """Print the table."""
    args = parser().parse_args(argv)
    try:
        found = count(args.folder, Interpreter(PROFILES[args.profile]))
    except (BadCapture, OSError) as error:
        print(f"benchmarks.alterations: {error}", file=sys.stderr)
        return 2
    table = Table("altered, one segment at a time", "rejected", "of", "%", title=f"profile {args.profile}")
    for kind, (rejected, of) in found.items():
        table.add_row(kind, str(rejected), str(of), f"{100 * rejected / of:.0f}" if of else "-")
    console().print(table)
    if args.json is not None:
        report = {"profile": args.profile, "rejected": {kind: list(counts) for kind, counts in found.items()}}
        args.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
