"""The format of recorded cases: a file has one case a line, in JSON, as the structs of this module say.

`name`, `event` and `state` (what the last segment is and where it arrives), `profile` (which manners the stack had),
and `steps`: calls, segments, and what the user or the system then sees. The peer's numbers count from a number of its
own, the endpoint's from its ISS, once it has chosen one. `cite` may say which paragraph of the RFC a case is about, and
`window` what RCV.WND is. A name that is not listed here is refused: it may be a misspelt one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

from msgspec import Meta, Struct, structs

from model.machine.printing import Mistake
from model.machine.reading import Unreadable, checked, json_of, opened, text_in

Number = Annotated[int, Meta(ge=0, lt=1 << 32)]
Window = Annotated[int, Meta(ge=0, lt=1 << 31)]
Bit = Literal[0, 1]


class BadCase(Mistake, ValueError):
    """A file of cases cannot be read; the text names file, line and field."""


class Manners(Struct, frozen=True, forbid_unknown_fields=True):
    """1 for RFC 793, 0 for RFC 5961."""

    insecure_rst: Bit = 0
    insecure_syn: Bit = 0


class RecordedSegment(Struct, frozen=True, forbid_unknown_fields=True):
    """A segment that arrives (in), or must be sent (out); len counts octets of text, win is not looked at."""

    dir: Literal["in", "out"]
    flags: Annotated[str, Meta(pattern="^[SAFR]*$")]
    seq: Number
    len: Number
    ack: Number | None = None
    win: Number | None = None

    def __post_init__(self) -> None:
        if self.ack is None and "A" in self.flags:
            raise ValueError("ack: wanted, as flags has A")


class SocketCall(Struct, frozen=True, forbid_unknown_fields=True):
    """A sockets call; args and result are for people."""

    call: Literal["listen", "connect", "close", "shutdown", "send", "accept"]
    args: str
    result: str


class ToldUser(Struct, frozen=True, forbid_unknown_fields=True):
    """What the user is told."""

    so_error: Literal["0", "ECONNRESET", "ECONNREFUSED"]


class Counted(Struct, frozen=True, forbid_unknown_fields=True):
    """How many connections the system counts in a state."""

    socket_state: Literal["SYN_RCVD", "TIME_WAIT"]
    count: Bit


Recorded = RecordedSegment | SocketCall | ToldUser | Counted
STEPS: Mapping[str, type[Recorded]] = {
    "dir": RecordedSegment,
    "call": SocketCall,
    "so_error": ToldUser,
    "socket_state": Counted,
}
"""The kinds of steps, each by a name that it has and no other."""


class _About(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    event: str
    state: str
    profile: Manners
    cite: str = ""
    window: Window | None = None


class Case(_About, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One recorded case (see the module's text)."""

    steps: Sequence[Recorded]


class _Line(_About, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A case whose steps are still to be checked: msgspec tells kinds apart by a tag, and these have none."""

    steps: list[dict[str, Any]]


def read_cases(path: Path) -> list[Case]:
    """The cases of a file. Raises `BadCase`, `OSError`."""
    with opened(path) as file:
        return cases_of(path, file)


def cases_of(path: Path, file: BinaryIO) -> list[Case]:
    """The same of a file that is open."""
    try:
        text = text_in(path, file)
    except Unreadable as error:
        what = "neither a capture (pcap, pcapng) nor recorded cases (a line of JSON each)"
        raise BadCase(f"{path}: {what}: {error}") from None
    cases = [_case_of(line, f"{path}:{at}") for at, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not cases:
        raise BadCase(f"{path}: no cases")
    return cases


def _case_of(text: str, where: str) -> Case:
    try:
        line = checked(json_of(text), _Line)
    except Unreadable as error:
        raise BadCase(f"{where}: {error}") from None
    steps = [_step(raw, f"{where}: steps[{number}]") for number, raw in enumerate(line.steps, 1)]
    return Case(**{**structs.asdict(line), "steps": steps})


def _step(raw: dict[str, Any], where: str) -> Recorded:
    try:
        return step_of(raw)
    except Unreadable as error:
        raise BadCase(f"{where}{error.within}") from None


def step_of(raw: dict[str, Any]) -> Recorded:
    """A step as JSON has it; raises `Unreadable`."""
    if (kind := next((kind for name, kind in STEPS.items() if name in raw), None)) is None:
        raise Unreadable(f"a step has one of {', '.join(STEPS)}")
    return checked(raw, kind)
