"""RFC 9293, section 3.10.7 (SEGMENT ARRIVES), as a decision table that can be executed: an oracle for tests.

Idea: `TABLE` has one row per decision, in the order of the RFC. Rows with the same paragraph are one step. In each step
the first row whose states and check fit is taken, or none; its last column says to return, to go on, or where to go on.
The words in the columns are looked up in `CHECKS`, `REPLIES` and `CHANGES`. Sequence numbers are plain integers modulo
2**bits; text, lengths and windows are octets. Nothing is shared with the model that this judges but the RFC's text.

Source: RFC 9293, 3.10.7 and 3.5; RFC 5961, sections 3 to 5, as RFC 9293 gives them; RFC 1337, section 3 (F1).
Limits: no security, URG, timers or send window; RCV.WND is constant; segments out of order are not held (SHLD-31);
MAY-2 (a SYN in TIME-WAIT) is not taken, MAY-13 (an ACK for what is not at the left edge) is; at most one reply.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal


@dataclass(frozen=True)
class Options:
    """The choices that the RFC leaves open, and the sizes. `bits` is the width of a sequence number."""

    handshake: Literal["three-way", "two-way"]
    rst: Literal["rfc5961", "rfc793"]
    syn: Literal["rfc5961", "rfc793"]
    ack_range: Literal["rfc5961", "rfc5961-synchronized", "off"]
    rfc1337: bool
    data_on_syn: Literal["queued", "dropped", "accepted"]
    window: int
    max_snd_wnd: int
    bits: int = 32
    fin: Literal["in-order", "any"] = "in-order"
    half_close: Literal["delivers", "discards"] = "delivers"  # What the user gets: no TCB and no segment shows it.
    syn_cookies: bool = False


@dataclass(frozen=True)
class Tcb:
    """One endpoint. CLOSED and LISTEN have 0 and False in every other field.

    `syn_text`, `syn_fin`: held from a SYN. `ack_held`: SEGMENT ARRIVES itself delays no acknowledgment.
    """

    state: str
    snd_una: int = 0
    snd_nxt: int = 0
    iss: int = 0
    rcv_nxt: int = 0
    irs: int = 0
    passive_open: bool = False
    queued: int = 0
    close_queued: bool = False
    syn_text: int = 0
    syn_fin: bool = False
    ack_held: bool = False


@dataclass(frozen=True)
class Segment:
    """One segment; `text` is its number of octets. An unused field is 0."""

    syn: bool = False
    ack: bool = False
    fin: bool = False
    rst: bool = False
    seq: int = 0
    ackno: int = 0
    text: int = 0


@dataclass(frozen=True)
class Outcome:
    """`row`: the rows taken, in order, joined by " > "; the one reply, if any; and the TCB afterwards."""

    row: str
    reply: Segment | None
    tcb: Tcb


@dataclass(frozen=True)
class Case:
    """What a row sees: the TCB as it is now (`tcb`) and as it was on arrival (`first`), and what is owed so far."""

    options: Options
    tcb: Tcb
    first: Tcb
    segment: Segment
    isn: int
    reply: Segment | None = None
    due: bool = False

    def mod(self, number: int) -> int:
        return number % (1 << self.options.bits)

    def in_window(self, number: int, left: int) -> bool:
        """RCV.NXT =< number < RCV.NXT+RCV.WND, where `left` is RCV.NXT."""
        return self.mod(number - left) < self.options.window

    @property
    def length(self) -> int:
        """SEG.LEN: the octets of text, counting SYN and FIN (3.4)."""
        return self.segment.text + self.segment.syn + self.segment.fin

    @property
    def fin_number(self) -> int:
        """Where the FIN is: the number after the text."""
        return self.mod(self.segment.seq + self.segment.syn + self.segment.text)

    @property
    def left(self) -> int:
        """RCV.NXT when the segment's own text comes up: past its SYN, or past what was held from an earlier SYN."""
        if self.first.state in ("SYN-SENT", "LISTEN"):
            return self.mod(self.segment.seq + self.segment.syn)
        held = self.first.syn_text + self.first.syn_fin if self.first.state == "SYN-RECEIVED" else 0
        return self.mod(self.first.rcv_nxt + held)

    @property
    def fresh(self) -> int:
        """Octets of text that are new, in order and inside the window."""
        old = self.mod(self.left - self.segment.seq - self.segment.syn)
        return min(max(self.segment.text - old, 0), self.options.window)


# --- What the words in the table mean --------------------------------------------------------------------------------
def acceptable(c: Case) -> bool:
    """Table 6, its four cases."""
    seq, nxt = c.segment.seq, c.tcb.rcv_nxt
    if c.options.window == 0:
        return c.length == 0 and seq == nxt
    return c.in_window(seq, nxt) or (c.length > 0 and c.in_window(seq + c.length - 1, nxt))


def new_ack(c: Case) -> bool:
    """SND.UNA < SEG.ACK =< SND.NXT."""
    return c.mod(c.segment.ackno - c.tcb.snd_una - 1) < c.mod(c.tcb.snd_nxt - c.tcb.snd_una)


CHECKS: dict[str, Callable[[Case], bool]] = {
    "SYN": lambda c: c.segment.syn,
    "ACK": lambda c: c.segment.ack,
    "RST": lambda c: c.segment.rst,
    "FIN": lambda c: c.segment.fin,
    "text": lambda c: c.segment.text > 0,
    "acceptable": acceptable,
    "at IRS": lambda c: c.segment.seq == c.tcb.irs,
    "at RCV.NXT": lambda c: c.segment.seq == c.tcb.rcv_nxt,
    "in window": lambda c: c.in_window(c.segment.seq, c.tcb.rcv_nxt),
    # RFC 5961, section 5: (SND.UNA - MAX.SND.WND) =< SEG.ACK =< SND.NXT
    "in range": lambda c: (
        c.mod(c.segment.ackno - c.tcb.snd_una + c.options.max_snd_wnd)
        <= c.mod(c.tcb.snd_nxt - c.tcb.snd_una) + c.options.max_snd_wnd
    ),
    "new ACK": new_ack,
    "beyond": lambda c: 0 < c.mod(c.segment.ackno - c.tcb.snd_nxt) < 1 << (c.options.bits - 1),  # unless it is new
    "all acked": lambda c: acked(c).snd_una == c.tcb.snd_nxt,  # the last number sent is our FIN's
    "new text": lambda c: c.fresh > 0,
    "next": lambda c: (
        c.in_window(c.fin_number, c.left)
        and (c.fin_number == c.tcb.rcv_nxt or (c.options.fin == "any" and c.in_window(c.fin_number, c.tcb.rcv_nxt)))
    ),
    "opening": lambda c: c.first.state == "SYN-SENT",
    "entered": lambda c: c.first.state in ("SYN-SENT", "SYN-RECEIVED"),  # ESTABLISHED, by this segment
    "FIN held": lambda c: c.tcb.syn_fin,
    "text held": lambda c: c.tcb.syn_text > 0,
    "SEND queued": lambda c: c.tcb.queued > 0,
    "CLOSE queued": lambda c: c.tcb.close_queued,
    "passive": lambda c: c.tcb.passive_open,
    "two-way": lambda c: c.options.handshake == "two-way",
    "rst=rfc5961": lambda c: c.options.rst == "rfc5961",
    "syn=rfc5961": lambda c: c.options.syn == "rfc5961",
    "ack_range=rfc5961": lambda c: c.options.ack_range == "rfc5961",
    "ack_range=off": lambda c: c.options.ack_range == "off",
    "rfc1337": lambda c: c.options.rfc1337,
    "cookies": lambda c: c.options.syn_cookies,
    # RFC 4987, 3.6; the cookie is the number on offer and the SYN's own, added up.
    "of cookie": lambda c: c.segment.ackno == c.mod(c.isn + c.segment.seq - 1 + 1),
    "dropped": lambda c: c.options.data_on_syn == "dropped",
}


def ack(c: Case) -> Segment:
    """<SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>."""
    return Segment(ack=True, seq=c.tcb.snd_nxt, ackno=c.tcb.rcv_nxt)


def rst(c: Case) -> Segment:
    """3.5.2: <SEQ=SEG.ACK><CTL=RST>, or without an ACK <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>."""
    if c.segment.ack:
        return Segment(rst=True, seq=c.segment.ackno)
    return Segment(rst=True, ack=True, ackno=c.mod(c.segment.seq + c.length))


def syn_ack(c: Case) -> Segment:
    """<SEQ=ISS><ACK=IRS+1><CTL=SYN,ACK>; in LISTEN the ISS is only now selected."""
    iss = c.isn if c.tcb.state == "LISTEN" else c.tcb.iss
    return Segment(syn=True, ack=True, seq=iss, ackno=c.mod(c.segment.seq + 1 + accepted(c)))


def accepted(c: Case) -> int:
    """Octets taken from a SYN at once, as far as they fit into the window (data_on_syn=accepted, not in the RFC)."""
    return min(c.segment.text, c.options.window) if c.options.data_on_syn == "accepted" else 0


def cookie(c: Case) -> Segment:
    return Segment(syn=True, ack=True, seq=c.mod(c.isn + c.segment.seq), ackno=c.mod(c.segment.seq + 1))


# "due": an acknowledgment is owed; one ACK for all that are owed is formed after the last step (MUST-58).
REPLIES: dict[str, Callable[[Case], Segment | None]] = {
    "-": lambda _: None,
    "due": lambda _: None,
    "ACK": ack,
    "RST": rst,
    "SYN,ACK": syn_ack,
    "cookie": cookie,
    "text, FIN": lambda c: replace(ack(c), text=c.tcb.queued, fin=c.tcb.close_queued),
}


def synchronized(c: Case, tcb: Tcb) -> Tcb:
    """`tcb` with RCV.NXT and IRS taken from the SYN."""
    return replace(tcb, irs=c.segment.seq, rcv_nxt=c.mod(c.segment.seq + 1))


def received(c: Case, tcb: Tcb) -> Tcb:
    """SYN-RECEIVED: other text and control on the SYN is queued, as far as it fits into the window."""
    tcb = synchronized(c, replace(tcb, state="SYN-RECEIVED"))
    if c.options.data_on_syn != "queued":
        return replace(tcb, rcv_nxt=c.mod(tcb.rcv_nxt + accepted(c)))
    fits = c.segment.text + 1 <= c.options.window
    return replace(tcb, syn_text=min(c.segment.text, c.options.window), syn_fin=c.segment.fin and fits)


def opened(c: Case, snd_una: int) -> Tcb:
    return synchronized(c, Tcb("ESTABLISHED", c.mod(snd_una), c.mod(c.isn + 1), c.isn, passive_open=True))


def rebuilt(c: Case) -> Tcb:
    """The TCB that the ACK of a cookie tells of."""
    number, irs = c.segment.ackno, c.mod(c.segment.seq - 1)
    return Tcb("ESTABLISHED", number, number, c.mod(number - 1), c.segment.seq, irs, passive_open=True)


def acked(c: Case) -> Tcb:
    """SND.UNA <- SEG.ACK if that is new; an old acknowledgment "can be ignored"."""
    return replace(c.tcb, snd_una=c.segment.ackno) if new_ack(c) else c.tcb


def advanced(c: Case, octets: int) -> Tcb:
    return replace(c.tcb, rcv_nxt=c.mod(c.tcb.rcv_nxt + octets))


# The change of the TCB apart from its state, which is the column after it.
CHANGES: dict[str, Callable[[Case], Tcb]] = {
    "-": lambda c: c.tcb,
    "reset": lambda c: Tcb(c.tcb.state),
    "ISS, IRS": lambda c: received(c, opened(c, c.isn)),
    "ISS, IRS, acked": lambda c: opened(c, c.isn + 1),
    "IRS": lambda c: received(c, replace(c.tcb, passive_open=False)),
    "IRS, SND.UNA": lambda c: synchronized(c, replace(c.tcb, snd_una=c.segment.ackno)),
    "rebuilt": rebuilt,
    "SND.UNA": acked,
    "held": lambda c: replace(advanced(c, c.tcb.syn_text + c.tcb.syn_fin), syn_text=0, syn_fin=False),
    "text": lambda c: advanced(c, c.fresh),
    "FIN": lambda c: replace(c.tcb, rcv_nxt=c.mod(c.fin_number + 1)),
    "SND.NXT": lambda c: replace(
        c.tcb, snd_nxt=c.mod(c.tcb.snd_nxt + c.tcb.queued + c.tcb.close_queued), queued=0, close_queued=False
    ),
}


@dataclass(frozen=True)
class Row:
    """One decision. A check is a conjunction; "" always holds. `to` is the next state, "" the same."""

    paragraph: str
    states: str
    check: str
    reply: str
    change: str
    to: str
    then: str

    def fits(self, c: Case) -> bool:
        parts = self.check.split(" & ") if self.check else []
        holds = all(CHECKS[part.removeprefix("not ")](c) != part.startswith("not ") for part in parts)
        return c.tcb.state in self.states.split() and holds

    def apply(self, c: Case) -> Case:
        tcb, reply = CHANGES[self.change](c), REPLIES[self.reply](c) or c.reply
        return replace(c, tcb=replace(tcb, state=self.to or tcb.state), reply=reply, due=c.due or self.reply == "due")


RETURN, GO_ON, TEXT = "return", "go on", "3.10.7.4 seventh"
RECEIVING = "ESTABLISHED FIN-WAIT-1 FIN-WAIT-2"
CLOSED_BY_PEER = "CLOSE-WAIT CLOSING LAST-ACK TIME-WAIT"
SYNCHRONIZED = f"{RECEIVING} {CLOSED_BY_PEER}"
OTHER = f"SYN-RECEIVED {SYNCHRONIZED}"

# fmt: off
TABLE = tuple(Row(*columns) for columns in (
    # paragraph, states, check, reply, change, next state, then
    ("3.10.7.1", "CLOSED", "RST", "-", "-", "", RETURN),
    ("3.10.7.1", "CLOSED", "", "RST", "-", "", RETURN),

    ("3.10.7.2 first", "LISTEN", "RST", "-", "-", "", RETURN),
    ("3.10.7.2 second", "LISTEN", "cookies & ACK & not SYN & of cookie", "-", "rebuilt", "ESTABLISHED", TEXT),
    ("3.10.7.2 second", "LISTEN", "ACK", "RST", "-", "", RETURN),
    ("3.10.7.2 third", "LISTEN", "SYN & cookies", "cookie", "-", "", RETURN),
    ("3.10.7.2 third", "LISTEN", "SYN & two-way", "SYN,ACK", "ISS, IRS, acked", "ESTABLISHED", RETURN),
    ("3.10.7.2 third", "LISTEN", "SYN", "SYN,ACK", "ISS, IRS", "SYN-RECEIVED", RETURN),
    ("3.10.7.2 fourth", "LISTEN", "", "-", "-", "", RETURN),

    ("3.10.7.3 first", "SYN-SENT", "ACK & not new ACK & RST", "-", "-", "", RETURN),
    ("3.10.7.3 first", "SYN-SENT", "ACK & not new ACK", "RST", "-", "", RETURN),
    ("3.10.7.3 second", "SYN-SENT", "RST & ACK", "-", "reset", "CLOSED", RETURN),
    ("3.10.7.3 second", "SYN-SENT", "RST", "-", "-", "", RETURN),
    ("3.10.7.3 fourth", "SYN-SENT", "SYN & ACK & two-way", "-", "IRS, SND.UNA", "ESTABLISHED", TEXT),
    ("3.10.7.3 fourth", "SYN-SENT", "SYN & ACK", "due", "IRS, SND.UNA", "ESTABLISHED", TEXT),
    ("3.10.7.3 fourth", "SYN-SENT", "SYN", "SYN,ACK", "IRS", "SYN-RECEIVED", RETURN),
    ("3.10.7.3 fifth", "SYN-SENT", "", "-", "-", "", RETURN),

    # Not in the RFC: the passive side of the two-way handshake repeats its answer to the same SYN.
    ("two-way", "ESTABLISHED", "two-way & passive & SYN & not ACK & not RST & at IRS", "SYN,ACK", "-", "", RETURN),

    ("3.10.7.4 first", OTHER, "not acceptable & RST", "-", "-", "", RETURN),
    ("3.10.7.4 first", OTHER, "not acceptable", "ACK", "-", "", RETURN),

    ("3.10.7.4 second", "TIME-WAIT", "RST & rfc1337", "-", "-", "", RETURN),
    ("3.10.7.4 second", OTHER, "RST & rst=rfc5961 & not at RCV.NXT & not in window", "-", "-", "", RETURN),
    ("3.10.7.4 second", OTHER, "RST & rst=rfc5961 & not at RCV.NXT", "ACK", "-", "", RETURN),
    ("3.10.7.4 second", "SYN-RECEIVED", "RST & passive", "-", "reset", "LISTEN", RETURN),
    ("3.10.7.4 second", OTHER, "RST", "-", "reset", "CLOSED", RETURN),

    ("3.10.7.4 fourth", "SYN-RECEIVED", "SYN & passive & in window", "-", "reset", "LISTEN", RETURN),
    ("3.10.7.4 fourth", "SYN-RECEIVED", "SYN & passive", "-", "-", "", GO_ON),  # the SYN has been trimmed off
    ("3.10.7.4 fourth", OTHER, "SYN & syn=rfc5961", "ACK", "-", "", RETURN),
    ("3.10.7.4 fourth", OTHER, "SYN & in window", "RST", "reset", "CLOSED", RETURN),

    ("3.10.7.4 fifth", OTHER, "not ACK", "-", "-", "", RETURN),
    ("3.10.7.4 fifth", "SYN-RECEIVED", "ack_range=rfc5961 & not in range", "ACK", "-", "", RETURN),
    ("3.10.7.4 fifth", SYNCHRONIZED, "not ack_range=off & not in range", "ACK", "-", "", RETURN),
    ("3.10.7.4 fifth", "SYN-RECEIVED", "new ACK", "-", "SND.UNA", "ESTABLISHED", GO_ON),
    ("3.10.7.4 fifth", "SYN-RECEIVED", "", "RST", "-", "", RETURN),
    ("3.10.7.4 fifth", "TIME-WAIT", "", "due", "-", "", GO_ON),
    ("3.10.7.4 fifth", SYNCHRONIZED, "beyond & not new ACK", "ACK", "-", "", RETURN),
    ("3.10.7.4 fifth", "FIN-WAIT-1", "all acked", "-", "SND.UNA", "FIN-WAIT-2", GO_ON),
    ("3.10.7.4 fifth", "CLOSING", "all acked", "-", "SND.UNA", "TIME-WAIT", GO_ON),
    ("3.10.7.4 fifth", "CLOSING", "", "-", "SND.UNA", "", RETURN),
    ("3.10.7.4 fifth", "LAST-ACK", "all acked", "-", "reset", "CLOSED", RETURN),
    ("3.10.7.4 fifth", SYNCHRONIZED, "", "-", "SND.UNA", "", GO_ON),

    # 3.10.7.2 third and 3.10.7.3 fourth: what came on the SYN was queued until ESTABLISHED is reached.
    ("3.10.7.2 queue", "ESTABLISHED", "entered & FIN held", "due", "held", "CLOSE-WAIT", GO_ON),
    ("3.10.7.2 queue", "ESTABLISHED", "entered & text held", "due", "held", "", GO_ON),

    # 3.10.7.3 fourth goes on here, since URG is not modelled. Two-way: only what is processed is acknowledged.
    (TEXT, RECEIVING, "opening & dropped", "-", "-", "", "3.10.2, 3.10.4"),
    (TEXT, RECEIVING, "new text", "due", "text", "", GO_ON),
    (TEXT, RECEIVING, "text & opening & two-way", "-", "-", "", GO_ON),
    (TEXT, RECEIVING, "text", "due", "-", "", GO_ON),
    (TEXT, CLOSED_BY_PEER, "text", "-", "-", "", GO_ON),

    ("3.10.7.4 eighth", "ESTABLISHED", "FIN & next", "due", "FIN", "CLOSE-WAIT", GO_ON),
    ("3.10.7.4 eighth", "FIN-WAIT-1", "FIN & next", "due", "FIN", "CLOSING", GO_ON),
    ("3.10.7.4 eighth", "FIN-WAIT-2", "FIN & next", "due", "FIN", "TIME-WAIT", GO_ON),
    ("3.10.7.4 eighth", CLOSED_BY_PEER, "FIN & next", "due", "FIN", "", GO_ON),
    ("3.10.7.4 eighth", SYNCHRONIZED, "FIN & opening & two-way", "-", "-", "", GO_ON),
    ("3.10.7.4 eighth", SYNCHRONIZED, "FIN", "due", "-", "", GO_ON),  # MAY-13, as for text

    # SEND and CLOSE calls that were queued until ESTABLISHED is entered.
    ("3.10.2, 3.10.4", "ESTABLISHED", "entered & CLOSE queued", "text, FIN", "SND.NXT", "FIN-WAIT-1", GO_ON),
    ("3.10.2, 3.10.4", "CLOSE-WAIT", "entered & CLOSE queued", "text, FIN", "SND.NXT", "LAST-ACK", GO_ON),
    ("3.10.2, 3.10.4", "ESTABLISHED CLOSE-WAIT", "entered & SEND queued", "text, FIN", "SND.NXT", "", GO_ON),
))
# fmt: on
STEPS = tuple((paragraph, tuple(rows)) for paragraph, rows in groupby(TABLE, lambda row: row.paragraph))


def segment_arrives(options: Options, tcb: Tcb, segment: Segment, isn: int) -> Outcome:
    """What the table says when `segment` arrives at `tcb`; `isn` is the ISS in case one has to be selected."""
    case, then, taken = Case(options, tcb, tcb, segment, isn), GO_ON, list[str]()
    for paragraph, rows in STEPS:
        row = next((row for row in rows if then in (GO_ON, paragraph) and row.fits(case)), None)
        then = GO_ON if then == paragraph else then
        if row is not None:
            taken.append(f"{paragraph} {case.tcb.state}: {row.check or 'otherwise'}")
            case, then = row.apply(case), row.then
    return Outcome(" > ".join(taken), case.reply or (ack(case) if case.due else None), case.tcb)
