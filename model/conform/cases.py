"""Recorded cases of one endpoint: calls, arriving segments, and what it must send and tell, exactly.

`recorded` has the format; here a case is run under a profile, and the first difference is what it is judged by. Where
nothing happens before the clean-up nothing is judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from model.conform.interpreter import CLOSED, SPACE, ConnectionState, EventTaken, Given, Interpreter, Seg
from model.conform.recorded import Case, Counted, RecordedSegment, SocketCall, ToldUser
from model.conform.stacks import Profile, behaviours, syn_fin
from model.tcp.cause import UserCall

ISS, PEER = 0xFFFF_FFFE, 0x7FFF_FFF0
"""The endpoint's ISS, and what is added to the peer's numbers: both are chosen so that numbers wrap, or nearly so."""
WINDOW_AFTER = {"connect": 65_700, "listen": 65_535}
"""RCV.WND by the call that opened, as recorded."""
MAX_SND_WND = 65_535
ERRORS = {"": "0", "connection reset": "ECONNRESET", "connection refused": "ECONNREFUSED"}
SOCKET_STATES = {"SYN_RCVD": "SYN-RECEIVED", "TIME_WAIT": "TIME-WAIT"}
CALLS: Mapping[str, UserCall] = {
    "listen": "passive OPEN",
    "connect": "active OPEN",
    "close": "CLOSE",
    "shutdown": "CLOSE",
    "send": "SEND",
}


KNOWN: Mapping[str, str] = {
    "rcv-fin-ack-time-wait-using-shutdown-left-edge": "the stack takes no second FIN in TIME-WAIT; by the RFC's letter"
    " RCV.NXT is advanced over a FIN in every state (3.10.7.4, eighth)",
}
"""Cases that no behaviour of the stack accounts for, with the reason."""


class CaseResult(NamedTuple):
    """What became of a case. difference: the first one, empty if there is none; steps: the events that happened."""

    case: Case
    difference: str
    steps: Sequence[EventTaken]

    @property
    def nothing(self) -> bool:
        """Whether the case has nothing that could differ."""
        return all(_cleans_up(self.case, number) for number in range(len(self.case.steps)))

    @property
    def own(self) -> list[str]:
        """The stack's own behaviours that took part."""
        return sorted({step.own for step in self.steps if step.own})


def _cleans_up(case: Case, number: int) -> bool:
    """Whether a step is the last close of a script, which is its clean-up."""
    step = case.steps[number]
    return number == len(case.steps) - 1 and isinstance(step, SocketCall) and step.call == "close"


LISTENING = Given(isn=ISS, rcv_wnd=WINDOW_AFTER["listen"], max_snd_wnd=MAX_SND_WND)


class StackDiffers(Exception):
    """The recorded stack did something else than the model; the text says what."""


class Replay:
    """Cases under one profile; interpreters are made once for each pair of RFC 793 or 5961 manners.

    That FreeBSD drops a SYN with FIN is a switch of that system, which is on where a case's name says so.
    """

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._made: dict[tuple[str, str, bool], Interpreter] = {}

    def _interpreter(self, case: Case) -> Interpreter:
        rst, syn = ("rfc793" if on else "rfc5961" for on in (case.profile.insecure_rst, case.profile.insecure_syn))
        dropping = self._profile.name == "freebsd" and case.name.endswith("dropping-enabled")
        key = rst, syn, dropping
        if key not in self._made:
            own = self._profile.behaviours + (behaviours(syn_fin) if dropping else ())
            config = self._profile.config.but(rst=rst, syn=syn)
            self._made[key] = Interpreter(Profile(self._profile.name, config, own))
        return self._made[key]

    def replay(self, case: Case) -> CaseResult:
        """Run the case; whatever differs first is what it is judged by."""
        run = _Run(self._interpreter(case), window=case.window)
        try:
            for number, step in enumerate(case.steps):
                if isinstance(step, RecordedSegment):
                    run.segment(step, number + 1)
                elif isinstance(step, SocketCall):
                    run.call(step, number + 1, _cleans_up(case, number))
                else:
                    run.seen(step, number + 1)
            run.nothing_due(len(case.steps))
        except StackDiffers as difference:
            return CaseResult(case, str(difference), run.steps)
        return CaseResult(case, "", run.steps)


@dataclass
class _Run:
    """One case on its way. due: what the endpoint has to send next; told: what the user was told last."""

    interpreter: Interpreter
    connection: ConnectionState = CLOSED
    due: Seg | None = None
    told: str = ""
    given: Given = LISTENING
    chosen: bool = False
    window: int | None = None

    def __post_init__(self) -> None:
        self.steps: list[EventTaken] = []

    def _take(self, happens: Iterator[EventTaken], what: str, number: int) -> None:
        if (step := next(happens, None)) is None:
            raise StackDiffers(f"step {number}: {what}: the model can do no such thing in {self.connection.state}")
        self.steps.append(step)
        self.connection, self.due = step.after, step.sent
        self.chosen |= step.event.effect.chooses_isn
        signal = step.event.effect.signal
        self.told = signal if signal in ERRORS and signal else self.told

    def nothing_due(self, number: int) -> None:
        if self.due is not None:
            raise StackDiffers(f"step {number}: recorded: nothing is sent | model: {self._shown(self.due)}")

    def segment(self, step: RecordedSegment, number: int) -> None:
        """A segment that arrives, or one that must be sent."""
        ours, theirs = ISS if self.chosen else 0, PEER
        inward = step.dir == "in"
        seq, ack = (theirs, ours) if inward else (ours, theirs)
        on = {name: name[0].upper() in step.flags for name in ("syn", "ack", "fin", "rst")}
        number_of_ack = 0 if step.ack is None or not on["ack"] else (step.ack + ack) % SPACE
        x = Seg(**on, seq=(step.seq + seq) % SPACE, ackno=number_of_ack, text=step.len)
        if inward:
            self.nothing_due(number)
            self._take(self.interpreter.arrives(self.connection, x, self.given), f"{x} arrives", number)
            return
        nobodys = x._replace(seq=step.seq)
        if x.rst and x.ack and (not self.chosen or (step.seq == 0 and self.due == nobodys)):
            x = nobodys  # <SEQ=0>, from an endpoint without a TCB.
        if self.due is None:
            again = self.interpreter.does(self.connection, ["RETRANSMISSION TIMEOUT"], self.given)
            self._take(again, f"{x} is sent", number)
        if self.due != x:
            recorded, sent = self._shown(x), "nothing" if self.due is None else self._shown(self.due)
            raise StackDiffers(f"step {number}: recorded: {recorded} is sent | model: {sent}")
        self.due = None

    def _shown(self, x: Seg) -> str:
        """A segment that the endpoint sends, with the numbers of the recording."""
        seq = x.seq if (x.rst and x.ack and x.seq == 0) or not self.chosen else (x.seq - ISS) % SPACE
        return str(x._replace(seq=seq, ackno=(x.ackno - PEER) % SPACE if x.ack else 0))

    def call(self, step: SocketCall, number: int, clean_up: bool) -> None:
        """A sockets call; the last close of a script is its clean-up."""
        self.nothing_due(number)
        if step.call == "accept":
            if self.connection.state in ("CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED"):
                raise StackDiffers(f"step {number}: recorded: accept returns | model: {self.connection.state}")
        elif not clean_up:
            if step.call in WINDOW_AFTER:
                window = WINDOW_AFTER[step.call] if self.window is None else self.window
                self.given = self.given._replace(rcv_wnd=window)
            self._take(self.interpreter.does(self.connection, [CALLS[step.call]], self.given), step.args, number)

    def seen(self, step: ToldUser | Counted, number: int) -> None:
        """What the user is told, or the system's count of connections in a state."""
        self.nothing_due(number)
        if isinstance(step, ToldUser):
            if step.so_error != ERRORS[self.told]:
                raise StackDiffers(f"step {number}: recorded: {step.so_error} | model: {ERRORS[self.told]}")
            self.told = ""
        elif (self.connection.state == SOCKET_STATES[step.socket_state]) != bool(step.count):
            raise StackDiffers(
                f"step {number}: recorded: {step.count} in {step.socket_state} | model: {self.connection.state}"
            )
