"""Recorded cases of one endpoint: calls, arriving segments, and what it must send and tell, exactly.

A file has one case a line, as JSON: `name`, `event` and `state` (what the last segment is and where it arrives),
`profile` (`insecure_rst`, `insecure_syn`: 1 for RFC 793, 0 or absent for RFC 5961) and `steps`: calls, segments (dir
"in" or "out"), and what the user or the system then sees (`so_error`; `socket_state` with `count`). The peer's numbers
count from a number of its own, the endpoint's from its ISS, once it has chosen one. `cite` may say which paragraph of
the RFC a case is about, and `window` what RCV.WND is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from model.conform.interpreter import CLOSED, SPACE, Connection, Given, Interpreter, Seg, Step
from model.conform.stacks import Profile, behaviours, syn_fin

ISS, PEER = 0xFFFF_FFFE, 0x7FFF_FFF0
"""The endpoint's ISS, and what is added to the peer's numbers: both are chosen so that numbers wrap, or nearly so."""
WINDOW_AFTER = {"connect": 65_700, "listen": 65_535}
"""RCV.WND by the call that opened, as recorded."""
MAX_SND_WND = 65_535
ERRORS = {"": "0", "connection reset": "ECONNRESET", "connection refused": "ECONNREFUSED"}
SOCKET_STATES = {"SYN_RCVD": "SYN-RECEIVED", "TIME_WAIT": "TIME-WAIT"}
CALLS = {"listen": "passive OPEN", "connect": "active OPEN", "close": "CLOSE", "shutdown": "CLOSE", "send": "SEND"}


KNOWN: Mapping[str, str] = {
    "rcv-fin-ack-time-wait-using-shutdown-left-edge": "the stack takes no second FIN in TIME-WAIT; by the RFC's letter"
    " RCV.NXT is advanced over a FIN in every state (3.10.7.4, eighth)",
}
"""Cases that no behaviour of the stack accounts for, with the reason."""


class BadCase(ValueError):
    """A file of cases cannot be read; the text names file, line and field."""


class Case(NamedTuple):
    """One recorded case (see the module's text)."""

    name: str
    event: str
    state: str
    profile: Mapping[str, int]
    steps: Sequence[Mapping[str, Any]]
    cite: str = ""
    window: int | None = None


class Judged(NamedTuple):
    """What became of a case. difference: the first one, empty if there is none; steps: the events that happened."""

    case: Case
    difference: str
    steps: Sequence[Step]

    @property
    def own(self) -> list[str]:
        """The stack's own behaviours that took part."""
        return sorted({step.own for step in self.steps if step.own})


SEGMENT_STEP = {"dir": str, "flags": str, "seq": int, "len": int}
CALL_STEP = {"call": str, "args": str, "result": str}


def read_cases(path: Path) -> list[Case]:
    """The cases of a file. Raises `BadCase`, `OSError`."""
    try:
        lines = enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
    except UnicodeDecodeError:
        raise BadCase(f"{path}: neither a capture (pcap, pcapng) nor recorded cases (a line of JSON each)") from None
    cases = [_read_case(text, f"{path}:{number}") for number, text in lines if text.strip()]
    if not cases:
        raise BadCase(f"{path}: no cases")
    return cases


def _read_case(text: str, where: str) -> Case:
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadCase(f"{where}: not JSON: {error.msg} (column {error.colno})") from None
    if not isinstance(raw, dict):
        raise BadCase(f"{where}: a case is an object with name, event, state, profile and steps")
    for field, kind in {"name": str, "event": str, "state": str, "profile": dict, "steps": list}.items():
        _need(raw, field, kind, where)
    for name, value in raw["profile"].items():
        if name not in ("insecure_rst", "insecure_syn") or value not in (0, 1):
            raise BadCase(f"{where}: profile: {name}: only insecure_rst and insecure_syn, 0 or 1")
    if raw.get("window") is not None:
        _need(raw, "window", int, where)
        if not 0 <= raw["window"] < SPACE >> 1:
            raise BadCase(f"{where}: window: {raw['window']}: 0 to 2^31 - 1")
    for number, step in enumerate(raw["steps"], 1):
        _check_step(step, f"{where}: steps[{number}]")
    return Case(
        raw["name"],
        raw["event"],
        raw["state"],
        raw["profile"],
        raw["steps"],
        str(raw.get("cite", "")),
        raw.get("window"),
    )


def _need(raw: Mapping[str, Any], field: str, kind: type, where: str) -> None:
    if field not in raw:
        raise BadCase(f"{where}: {field} is missing")
    if not isinstance(raw[field], kind) or isinstance(raw[field], bool):
        raise BadCase(f"{where}: {field}: {raw[field]!r} is no {kind.__name__}")


def _check_step(step: Any, where: str) -> None:
    if not isinstance(step, dict):
        raise BadCase(f"{where}: a step is an object")
    kind = SEGMENT_STEP if "dir" in step else CALL_STEP if "call" in step else {}
    for field, of in kind.items():
        _need(step, field, of, where)
    if "dir" in step:
        if step["dir"] not in ("in", "out"):
            raise BadCase(f"{where}: dir: {step['dir']!r} is neither in nor out")
        if not set(step["flags"]) <= set("SAFR"):
            raise BadCase(f"{where}: flags: {step['flags']!r}: only S, A, F and R")
        if "A" in step["flags"]:
            _need(step, "ack", int, where)
        numbers = [step[field] for field in ("seq", "len", "ack") if isinstance(step.get(field), int)]
        if not all(0 <= number < SPACE for number in numbers):
            raise BadCase(f"{where}: numbers are 0 to 2^32 - 1")
    elif "call" in step:
        if step["call"] not in (*CALLS, "accept"):
            raise BadCase(f"{where}: call: {step['call']!r}: only {', '.join(CALLS)} and accept")
    elif "so_error" in step:
        if step["so_error"] not in ERRORS.values():
            raise BadCase(f"{where}: so_error: {step['so_error']!r}: only {', '.join(ERRORS.values())}")
    elif step.get("socket_state") not in SOCKET_STATES or step.get("count") not in (0, 1):
        raise BadCase(
            f"{where}: a step has dir, call, so_error, or socket_state ({', '.join(SOCKET_STATES)}) and count"
        )


LISTENING = Given(isn=ISS, rcv_wnd=WINDOW_AFTER["listen"], max_snd_wnd=MAX_SND_WND)


class Differs(Exception):
    """The recorded stack did something else than the model; the text says what."""


class Judge:
    """Cases under one profile; interpreters are made once for each pair of RFC 793 or 5961 manners.

    That FreeBSD drops a SYN with FIN is a switch of that system, which is on where a case's name says so.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._made: dict[tuple[str, str, bool], Interpreter] = {}

    def _interpreter(self, case: Case) -> Interpreter:
        rst, syn = ("rfc793" if case.profile.get(f"insecure_{name}") else "rfc5961" for name in ("rst", "syn"))
        dropping = self._profile.name == "freebsd" and case.name.endswith("dropping-enabled")
        key = rst, syn, dropping
        if key not in self._made:
            own = self._profile.behaviours + (behaviours(syn_fin) if dropping else ())
            config = self._profile.config.but(rst=rst, syn=syn)
            self._made[key] = Interpreter(Profile(self._profile.name, config, own))
        return self._made[key]

    def judge(self, case: Case) -> Judged:
        """Run the case; whatever differs first is what it is judged by."""
        run = _Run(self._interpreter(case), window=case.window)
        last = len(case.steps) - 1
        try:
            for number, step in enumerate(case.steps):
                if "dir" in step:
                    run.segment(step, number + 1)
                elif "call" in step:
                    run.call(step, number + 1, clean_up=number == last and step["call"] == "close")
                else:
                    run.seen(step, number + 1)
            run.nothing_due(len(case.steps))
        except Differs as difference:
            return Judged(case, str(difference), run.steps)
        return Judged(case, "", run.steps)


@dataclass
class _Run:
    """One case on its way. due: what the endpoint has to send next; told: what the user was told last."""

    interpreter: Interpreter
    connection: Connection = CLOSED
    due: Seg | None = None
    told: str = ""
    given: Given = LISTENING
    chosen: bool = False
    window: int | None = None

    def __post_init__(self) -> None:
        self.steps: list[Step] = []

    def _take(self, happens: Iterator[Step], what: str, number: int) -> None:
        step = next(happens, None)
        if step is None:
            raise Differs(f"step {number}: {what}: the model can do no such thing in {self.connection.state}")
        self.steps.append(step)
        self.connection, self.due = step.after, step.sent
        self.chosen |= step.event.chooses_isn
        self.told = step.event.signal if step.event.signal in ERRORS and step.event.signal else self.told

    def nothing_due(self, number: int) -> None:
        if self.due is not None:
            raise Differs(f"step {number}: recorded: nothing is sent | model: {self._shown(self.due)}")

    def segment(self, raw: Mapping[str, Any], number: int) -> None:
        """A segment that arrives, or one that must be sent."""
        ours, theirs = ISS if self.chosen else 0, PEER
        inward = raw["dir"] == "in"
        seq, ack = (theirs, ours) if inward else (ours, theirs)
        on = {name: name[0].upper() in raw["flags"] for name in ("syn", "ack", "fin", "rst")}
        number_of_ack = (raw["ack"] + ack) % SPACE if on["ack"] else 0
        x = Seg(**on, seq=(raw["seq"] + seq) % SPACE, ackno=number_of_ack, text=raw["len"])
        if inward:
            self.nothing_due(number)
            self._take(self.interpreter.arrives(self.connection, x, self.given), f"{x} arrives", number)
            return
        nobodys = x._replace(seq=raw["seq"])
        if x.rst and x.ack and (not self.chosen or (raw["seq"] == 0 and self.due == nobodys)):
            x = nobodys  # <SEQ=0>, from an endpoint without a TCB.
        if self.due is None:
            self._take(self.interpreter.does(self.connection, "RETRANSMISSION", self.given), f"{x} is sent", number)
        if self.due != x:
            recorded, sent = self._shown(x), "nothing" if self.due is None else self._shown(self.due)
            raise Differs(f"step {number}: recorded: {recorded} is sent | model: {sent}")
        self.due = None

    def _shown(self, x: Seg) -> str:
        """A segment that the endpoint sends, with the numbers of the recording."""
        nobodys = x.rst and x.ack and x.seq == 0
        seq = x.seq if nobodys or not self.chosen else (x.seq - ISS) % SPACE
        return str(x._replace(seq=seq, ackno=(x.ackno - PEER) % SPACE if x.ack else 0))

    def call(self, raw: Mapping[str, Any], number: int, clean_up: bool) -> None:
        """A sockets call; the last close of a script is its clean-up."""
        self.nothing_due(number)
        if raw["call"] == "accept":
            if self.connection.state in ("CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED"):
                raise Differs(f"step {number}: recorded: accept returns | model: {self.connection.state}")
        elif not clean_up:
            if raw["call"] in WINDOW_AFTER:
                window = WINDOW_AFTER[raw["call"]] if self.window is None else self.window
                self.given = self.given._replace(rcv_wnd=window)
            self._take(self.interpreter.does(self.connection, CALLS[raw["call"]], self.given), raw["args"], number)

    def seen(self, raw: Mapping[str, Any], number: int) -> None:
        """What the user is told, or the system's count of connections in a state."""
        self.nothing_due(number)
        if "so_error" in raw:
            if raw["so_error"] != ERRORS[self.told]:
                raise Differs(f"step {number}: recorded: {raw['so_error']} | model: {ERRORS[self.told]}")
            self.told = ""
        elif (self.connection.state == SOCKET_STATES[raw["socket_state"]]) != bool(raw["count"]):
            raise Differs(
                f"step {number}: recorded: {raw['count']} in {raw['socket_state']} | model: {self.connection.state}"
            )
