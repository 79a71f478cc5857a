"""Wrong protocols, each with one thing changed, and what finds each of them out.

A mutant replaces one function by which rules are made. A detector is one of the
four ways in which this project would notice: the decision table of 3.10.7 (in which states it disagrees), the table of
calls and timeouts (which rows), a figure of the RFC that is no run any more (from which line on), a claim's property
whose answer changes on a small configuration. Each `expected` is the whole of what the detector says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import z3

from model.network import bounded
from model.tcp import arrives, calls, other_states, timeouts
from model.tcp.event import Event, Path
from model.tcp.segment import Segment, segment
from model.tcp.state import Endpoint, Tcb, no_tcb

AFTER_OPENING = ("ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2", "CLOSE-WAIT", "CLOSING", "LAST-ACK", "TIME-WAIT")
RECEIVING = ("ESTABLISHED", "FIN-WAIT-1", "FIN-WAIT-2")


WAITING = ("SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1", "CLOSE-WAIT", "CLOSING", "LAST-ACK")
OTHER_STATES = ("SYN-RECEIVED", *AFTER_OPENING)
Patch = tuple[object, str, Callable[..., Any]]
Wrapped = Callable[..., Any]


@dataclass(frozen=True)
class Mutant:
    """One wrong protocol.

    patch: module, attribute, and what takes its place. detector: "table" (states), "calls" (event and state),
    "figures" (file and line), "opening", "closing" or "data" (properties and answers). expected: everything that it
    finds.
    """

    name: str
    patch: Patch
    detector: str
    expected: tuple[str, ...]


def begins_in_window(x: Segment, rcv_nxt: z3.BitVecRef, rcv_wnd: z3.BitVecRef) -> z3.BoolRef:
    """Table 6 without its last row's second half."""
    return z3.ULT(x.seq - rcv_nxt, rcv_wnd)


def without_reply(original: Wrapped, *names: str) -> Wrapped:
    """A check whose cases with one of these names (all, if none are given) say nothing."""

    def silent(*arguments: Any) -> Sequence[Path]:
        paths: Sequence[Path] = original(*arguments)
        return [replace(p, reply=None) if not names or p.names[-1] in names else p for p in paths]

    return silent


def any_ack_opens(_: Segment, path: Path) -> Sequence[Path]:
    """SYN-RECEIVED takes any acknowledgment for one of its SYN."""
    after = path.tcb.but(snd_una=path.tcb.snd_nxt)
    return [path.goes_on(state="ESTABLISHED", tcb=after, opened=True, names=(*path.names, "ACK arrives"))]


def resets_only_open_connections(original: Wrapped) -> Wrapped:
    """SYN-RECEIVED ignores a reset."""

    def reset(endpoint: Endpoint, path: Path) -> Any:
        ignored = [("RST arrives", z3.BoolVal(True), path.returns())]
        return ignored if path.state == "SYN-RECEIVED" else original(endpoint, path)

    return reset


def fin_not_counted(original: Wrapped) -> Wrapped:
    """RCV.NXT does not advance over a FIN."""

    def fin_bit(endpoint: Endpoint, x: Segment, path: Path) -> list[Path]:
        paths = original(endpoint, x, path)
        return [replace(p, tcb=path.tcb) if p.names[-1] == "FIN" else p for p in paths]

    return fin_bit


def no_time_wait(original: Wrapped) -> Wrapped:
    """FIN-WAIT-2 goes to CLOSED when the FIN arrives."""

    def fin_bit(endpoint: Endpoint, x: Segment, path: Path) -> list[Path]:
        paths = original(endpoint, x, path)
        ends = path.returns(other_states.acknowledgment(path.tcb), state="CLOSED", tcb=no_tcb(endpoint.bits))
        return [replace(ends, when=p.when, names=p.names) if p.state == "TIME-WAIT" != path.state else p for p in paths]

    return fin_bit


def text_not_trimmed(endpoint: Endpoint, x: Segment, path: Path) -> list[Path]:
    """Text that has been delivered before is delivered again."""
    if path.state not in RECEIVING:
        return [path.goes_on(taken=endpoint.number(0))]
    tcb = path.tcb.but(rcv_nxt=path.tcb.rcv_nxt + x.text)
    return [path.goes_on(tcb=tcb, taken=x.text, ack_due=z3.Or(path.ack_due, x.text != 0))]


def established_at_once(original: Wrapped) -> Wrapped:
    """LISTEN as in the two-way handshake."""

    def listen_syn(endpoint: Endpoint, path: Path, x: Segment, isn: z3.BitVecRef) -> Path:
        two_way = replace(endpoint, config=endpoint.config.but(handshake="two-way"))
        listened: Path = original(two_way, path, x, isn)
        return listened

    return listen_syn


def crossing_opens(_: Endpoint, path: Path, x: Segment) -> Path:
    """SYN-SENT is ESTABLISHED by a SYN that acknowledges nothing."""
    tcb = path.tcb.but(rcv_nxt=x.seq + 1, irs=x.seq)
    reply = segment("SYN,ACK", tcb.iss, x.seq + 1)
    return path.returns(reply, state="ESTABLISHED", tcb=tcb, accepts_syn=True)


def delivered_at_once(original: Wrapped) -> Wrapped:
    """The text of a SYN is delivered when it arrives, and held nevertheless."""

    def syn_received(endpoint: Endpoint, path: Path, x: Segment) -> Path:
        held: Path = original(endpoint, path, x)
        return replace(held, delivered=held.tcb.syn_text)

    return syn_received


def close_without_fin(original: Wrapped) -> Wrapped:
    """CLOSE changes the state and sends nothing."""

    def close(endpoint: Endpoint, tcb: Tcb) -> list[Event]:
        return [replace(e, send=None, tcb=tcb if e.send else e.tcb) for e in original(endpoint, tcb)]

    return close


def sends_next_again(original: Wrapped) -> Wrapped:
    """What is sent again has SEQ=SND.NXT."""

    def front_of_queue(endpoint: Endpoint, tcb: Tcb, state: str) -> list[Event]:
        listed = original(endpoint, tcb, state)
        return [replace(e, send=replace(e.send, seq=tcb.snd_nxt)) for e in listed]

    return front_of_queue


def never_again(original: Wrapped, what: str) -> Wrapped:
    """One kind of segment is never sent again."""

    def front_of_queue(endpoint: Endpoint, tcb: Tcb, state: str) -> list[Event]:
        return [e for e in original(endpoint, tcb, state) if not e.name.startswith(f"RETRANSMISSION of {what} ")]

    return front_of_queue


def same_isn(network: bounded.Network, side: bounded.Side) -> z3.BitVecRef:
    """The same initial sequence number again and again."""
    return z3.BitVecVal({"A": 1, "B": 8}[side.name], network.config.seq_bits)


def always(*_: object) -> z3.BoolRef:
    """No test at all."""
    return z3.BoolVal(True)


def wrap(module: object, attribute: str, wrapper: Callable[..., Wrapped], *arguments: str) -> Patch:
    """The patch that wraps a function of the protocol."""
    return module, attribute, wrapper(getattr(module, attribute), *arguments)


MUTANTS = (
    Mutant("Table 6: first octet only", (other_states, "acceptable", begins_in_window), "table", OTHER_STATES),
    Mutant("no sequence number check", (other_states, "acceptable", always), "table", OTHER_STATES),
    Mutant(
        "SYN-SENT takes any SEG.ACK",
        (arrives, "acknowledges", always),
        "figures",
        ("figure-8:8", "figure-8-in-window:9", "figure-9:11", "new-syn-in-time-wait:16", "rfc1337-figure-4:15"),
    ),
    Mutant("SYN-SENT is ESTABLISHED by a SYN", (arrives, "syn_sent_crossing", crossing_opens), "table", ("SYN-SENT",)),
    Mutant(
        "SYN-RECEIVED ignores RST",
        wrap(other_states, "reset", resets_only_open_connections),
        "figures",
        ("figure-11:9", "figure-8:9", "rfc1337-figure-4:16"),
    ),
    Mutant(
        "SYN-RECEIVED resets no unacceptable ACK",
        wrap(other_states, "syn_received_ack", without_reply),
        "table",
        ("SYN-RECEIVED",),
    ),
    Mutant(
        "SYN-RECEIVED is ESTABLISHED by any ACK",
        (other_states, "syn_received_ack", any_ack_opens),
        "opening",
        ("client-can-receive: violated", "half-open: violated", "agreement: violated"),
    ),
    Mutant(
        "text is delivered by the SYN and again behind the ACK",
        wrap(arrives, "syn_received", delivered_at_once),
        "data",
        ("data-on-syn-delivered: violated", "at-most-once: violated", "nothing-lost-in-orderly-close: violated"),
    ),
    Mutant(
        "an ISS is used again",
        (bounded.Network, "_isn", same_isn),
        "opening",
        ("client-can-receive: violated", "half-open: violated"),
    ),
    Mutant(
        "LISTEN is ESTABLISHED by a SYN",
        wrap(arrives, "listen_syn", established_at_once),
        "opening",
        ("figure-5: violated", "client-can-receive: violated", "half-open: violated", "agreement: violated"),
    ),
    Mutant("LISTEN answers no ACK", wrap(arrives, "listen", without_reply, "ACK arrives"), "table", ("LISTEN",)),
    Mutant(
        "CLOSED sends no RST",
        wrap(arrives, "closed", without_reply),
        "figures",
        ("figure-10:10", "hazard-h1:18", "rfc1337-figure-1:23"),
    ),
    Mutant(
        "an unacceptable segment draws no ACK",
        wrap(other_states, "sequence_number", without_reply),
        "table",
        OTHER_STATES,
    ),
    Mutant(
        "text is delivered twice",
        (other_states, "segment_text", text_not_trimmed),
        "table",
        ("SYN-RECEIVED", *RECEIVING),
    ),
    Mutant("the FIN is not counted in RCV.NXT", wrap(other_states, "fin_bit", fin_not_counted), "table", OTHER_STATES),
    Mutant(
        "TIME-WAIT is skipped",
        wrap(other_states, "fin_bit", no_time_wait),
        "table",
        ("FIN-WAIT-1", "FIN-WAIT-2"),
    ),
    Mutant(
        "CLOSE sends no FIN",
        wrap(calls, "close", close_without_fin),
        "calls",
        ("CLOSE in SYN-RECEIVED", "CLOSE in ESTABLISHED", "CLOSE in CLOSE-WAIT"),
    ),
    Mutant(
        "SND.NXT is sent again",
        wrap(timeouts, "front_of_queue", sends_next_again),
        "calls",
        tuple(f"RETRANSMISSION in {state}" for state in WAITING),
    ),
    Mutant(
        "a FIN is never sent again",
        wrap(timeouts, "front_of_queue", never_again, "FIN"),
        "closing",
        ("no-deadlock: violated",),
    ),
)
