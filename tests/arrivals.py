"""The model's SEGMENT ARRIVES as a function of concrete numbers, in the vocabulary of the decision table.

`Model(options).arrives(tcb, segment, isn)` is what `model.tcp.arrives` says; `decision_table.segment_arrives` is what
the independent oracle says. `disagreement` compares the two in words. `tcbs` and `segments` list the situations that
are compared: every kind of TCB that a state can have, and every kind of segment at every position of SEQ and ACK.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product

import z3

from model.core.terms import Meaning
from model.settings.config import Config
from model.settings.protocol import Protocol
from model.settings.setting import names_of
from model.tcp.arrives import segment_arrives_in
from model.tcp.event import Path
from model.tcp.segment import SEGMENT_FIELDS, symbolic_segment
from model.tcp.state import FIELDS, Endpoint, manners, symbolic_tcb
from tests.decision_table import Options, Outcome, Segment, Tcb, segment_arrives

BITS = 32
RFC = Options("three-way", "rfc5961", "rfc5961", "rfc5961", False, "queued", window=5, max_snd_wnd=7, bits=BITS)
"""The default options; RCV.WND and MAX.SND.WND differ, so that a test notices which of them a rule uses."""
VARIANTS: dict[str, Options] = {
    "default": RFC,
    "rst=rfc793": replace(RFC, rst="rfc793"),
    "syn=rfc793": replace(RFC, syn="rfc793"),
    "ack_range=rfc5961-synchronized": replace(RFC, ack_range="rfc5961-synchronized"),
    "ack_range=off": replace(RFC, ack_range="off"),
    "rfc793": replace(RFC, rst="rfc793", syn="rfc793", ack_range="off"),
    "rfc1337": replace(RFC, rfc1337=True),
    "data_on_syn=dropped": replace(RFC, data_on_syn="dropped"),
    "data_on_syn=accepted": replace(RFC, data_on_syn="accepted"),
    "fin=any": replace(RFC, fin="any"),
    "half_close=discards": replace(RFC, half_close="discards"),
    "two-way": replace(RFC, handshake="two-way"),
    "syn_cookies": replace(RFC, syn_cookies=True),
    "window=0": replace(RFC, window=0),
    "window=1": replace(RFC, window=1),
}
SHARED = tuple(field.name for field in fields(Options) if field.name in names_of(Protocol))
"""The settings that decide a case of the table."""
Answer = tuple[str, Segment | None, Tcb]
"""The names of the cases that a segment has taken, the reply, the TCB afterwards."""


def endpoint_of(options: Options) -> Endpoint:
    """The model's endpoint with these options."""
    window, most, text = (z3.BitVecVal(value, options.bits) for value in (options.window, options.max_snd_wnd, 1))
    config = Config(**{name: getattr(options, name) for name in SHARED})
    return Endpoint(config, options.bits, window, most, text, *manners(config))


class Model:
    """The model's cases under some options, each state prepared once."""

    def __init__(self, options: Options) -> None:
        self.options, self._prepared = options, dict[str, tuple[list[Path], Meaning, list[Meaning]]]()

    def _state(self, state: str) -> tuple[list[Path], Meaning, list[Meaning]]:
        if state not in self._prepared:
            tcb, x, isn = symbolic_tcb("", self.options.bits), symbolic_segment("x.", self.options.bits), "isn"
            offer = z3.BitVec(isn, self.options.bits)
            paths = list(segment_arrives_in(state, endpoint_of(self.options), tcb, x, offer))
            guards = Meaning([z3.And(True, *path.when) for path in paths])
            self._prepared[state] = paths, guards, [Meaning(list(_results(path))) for path in paths]
        return self._prepared[state]

    def arrives(self, tcb: Tcb, segment: Segment, isn: int) -> list[Answer]:
        """The answer of every case that applies (there should be one)."""
        paths, guards, results = self._state(tcb.state)
        fields = {f"x.{name}": getattr(segment, name) for name in SEGMENT_FIELDS}
        assignment = {**{name: getattr(tcb, name) for name in FIELDS}, **fields, "isn": isn}
        return [
            _answer(path, result(assignment))
            for path, applies, result in zip(paths, guards(assignment), results, strict=True)
            if applies
        ]


def _results(path: Path) -> Iterator[z3.ExprRef]:
    """The terms of an answer: the TCB; and, if there may be a reply, when, and its fields."""
    yield from (getattr(path.tcb, name) for name in FIELDS)
    if path.effect.send is not None:
        yield path.effect.send_when
        yield from (getattr(path.effect.send, name) for name in SEGMENT_FIELDS)


def _answer(path: Path, values: Sequence[int]) -> Answer:
    tcb = Tcb(path.state, **dict(zip(FIELDS, values, strict=False)))  # type: ignore[arg-type]
    sent = values[len(FIELDS) :]
    reply = Segment(**dict(zip(SEGMENT_FIELDS, sent[1:], strict=True))) if sent and sent[0] else None  # type: ignore[arg-type]
    return "; ".join(path.names), reply, tcb


def disagreement(model: Model, tcb: Tcb, segment: Segment, isn: int) -> str:
    """What the model and the oracle say, in words, if they differ; else the empty string."""
    answers, expected = model.arrives(tcb, segment, isn), segment_arrives(model.options, tcb, segment, isn)
    if len(answers) == 1 and answers[0][1:] == (expected.reply, expected.tcb):
        return ""
    return "\n".join((str(model.options), f"TCB {tcb}", f"arrives {segment}", *_said(answers, expected)))


def _said(answers: list[Answer], expected: Outcome) -> Iterator[str]:
    yield from (f"model: {name}: replies {reply}\n       {after}" for name, reply, after in answers)
    yield f"table: {expected.row}: replies {expected.reply}\n       {expected.tcb}"


# --- What is compared ------------------------------------------------------------------------------------------------
ORIGINS = ((1000, 5000), (2**BITS - 3, 2**BITS - 4), (0, 2**BITS - 1))
"""ISS and IRS: somewhere, and where numbers wrap around: between the SYN and the text, or within the text."""


def _numbers(state: str) -> list[tuple[int, int, int]]:
    """SND.UNA-ISS, SND.NXT-ISS and RCV.NXT-IRS that a state can have."""
    return {
        "SYN-SENT": [(0, 1, 0), (0, 5, 0)],  # Text on the SYN is outstanding in the second.
        "SYN-RECEIVED": [(0, 1, 1), (0, 5, 1)],
        "ESTABLISHED": [(1, 1, 1), (3, 8, 6)],
        "CLOSE-WAIT": [(1, 1, 2), (3, 8, 6)],
        "FIN-WAIT-1": [(0, 2, 1), (1, 2, 1), (3, 8, 6)],  # The first is reached from SYN-RECEIVED.
        "CLOSING": [(0, 2, 2), (1, 2, 2), (3, 8, 6)],
        "FIN-WAIT-2": [(2, 2, 1), (8, 8, 6)],
        "LAST-ACK": [(1, 2, 2), (3, 8, 6)],
        "TIME-WAIT": [(2, 2, 2), (3, 8, 6)],  # The second after ABORT, with abort_to=TIME-WAIT.
    }.get(state, [])


def tcbs(state: str, origins: Sequence[tuple[int, int]] = ORIGINS) -> list[Tcb]:
    """The TCBs of a state that are compared."""
    if state in ("CLOSED", "LISTEN"):
        return [Tcb(state)]
    listed = []
    for (iss, irs), (una, nxt, rcv) in product(origins, _numbers(state)):
        numbers = [(iss + una) % 2**BITS, (iss + nxt) % 2**BITS, iss, (irs + rcv) % 2**BITS, irs]
        if state == "SYN-SENT":
            numbers[3:] = [0, 0]
        for passive in (False, True) if state != "SYN-SENT" else (False,):
            listed += [replace(Tcb(state, *numbers, passive), **held) for held in _held(state, una)]  # type: ignore[arg-type, call-arg]
    return listed


def _held(state: str, una: int) -> list[dict[str, object]]:
    """What a TCB may remember besides its numbers."""
    syn: list[dict[str, object]] = [{}, {"syn_text": 2}, {"syn_fin": True}, {"syn_text": 3, "syn_fin": True}]
    calls: list[dict[str, object]] = [{}, {"queued": 3}, {"close_queued": True}, {"queued": 4, "close_queued": True}]
    if state == "SYN-SENT":
        return calls[:2]
    if state == "SYN-RECEIVED":
        return [{**call, **held} for call, held in product(calls, syn)]
    return syn if una == 0 and state in ("FIN-WAIT-1", "CLOSING") else [{}]


def positions(options: Options, tcb: Tcb) -> tuple[list[int], list[int]]:
    """Numbers for SEQ (about RCV.NXT and the window) and for ACK (about what was sent and its opposite)."""
    window, most = options.window, options.max_snd_wnd
    una, nxt, half = tcb.snd_una, tcb.snd_nxt, tcb.snd_nxt + 2 ** (BITS - 1)
    seq = {tcb.irs} | {tcb.rcv_nxt + at for at in (-2, -1, 0, 1, window // 2, window - 1, window, window + 1, FAR)}
    ack = {tcb.iss, una - most - 1, una - most, una - 1, una, una + 2, nxt - 1, nxt, nxt + 1, half - 1, half, half + 1}
    return sorted({number % 2**BITS for number in seq}), sorted({number % 2**BITS for number in ack})


Controls = tuple[bool, bool, bool, bool]
CONTROLS: list[Controls] = [(a, b, c, d) for a, b, c, d in product((False, True), repeat=4)]
FAR = 2 ** (BITS - 1)


def _segment(controls: Controls, numbers: tuple[int, int, int]) -> Segment:
    return Segment(*controls, *numbers)


def segments(options: Options, tcb: Tcb) -> list[Segment]:
    """Every combination of SYN, ACK, FIN and RST with no, one or more octets, at every position."""
    seq, ack = positions(options, tcb)
    return [
        _segment(controls, numbers)
        for controls in CONTROLS
        for numbers in product(seq, ack if controls[1] else [0], (0, 1, 3, options.window + 2))
    ]


@dataclass(frozen=True)
class Drawn:
    """One of `segments`, whatever the TCB: its controls, and which of the numbers that there are."""

    controls: Controls
    seq: int
    ack: int
    text: int

    def at(self, options: Options, tcb: Tcb) -> Segment:
        """The segment for this TCB."""
        seq, ack = positions(options, tcb)
        acks, texts = ack if self.controls[1] else [0], (0, 1, 3, options.window + 2)
        chosen = [listed[at % len(listed)] for listed, at in ((seq, self.seq), (acks, self.ack), (texts, self.text))]
        return _segment(self.controls, (chosen[0], chosen[1], chosen[2]))
