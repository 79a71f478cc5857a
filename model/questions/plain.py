"""A run in plain words, in the reader's language: a sentence for each step, and one for ticks that follow each other.

A sentence says what happens, and then what the side that it happens to does: what it sends, what it makes of data, and
which state it is in afterwards. A side is called client or server where the run makes it one.

Limits: what changes besides is left out (`pictures.text` has all of it).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from model.core.run import Run, Step
from model.core.system import Rule, State
from model.network.make import AnyNetwork
from model.network.server import Server
from model.pictures import lifelines
from model.pictures.flights import ARRIVES, SENDS, Happening, history
from model.pictures.numbers import relative
from model.tcp.cause import Cause
from model.words.columns import spaced
from model.words.language import _, counted, marked

CALLS = {
    "passive OPEN": marked("the application of {who} begins to listen (passive OPEN)"),
    "active OPEN": marked("the application of {who} opens the connection (active OPEN)"),
    "SEND": marked("the application of {who} hands over data (SEND)"),
    "CLOSE": marked("the application of {who} has no more data and closes (CLOSE)"),
    "ABORT": marked("the application of {who} breaks the connection off (ABORT)"),
    "USER TIMEOUT": marked("{who} has waited too long and gives the connection up (USER TIMEOUT)"),
    "SYN-RECEIVED TIMEOUT": marked("{who} has waited too long for the third segment (SYN-RECEIVED TIMEOUT)"),
    "RETRANSMISSION TIMEOUT": marked("the retransmission timer of {who} expires"),
    "TIME-WAIT TIMEOUT": marked("the time in TIME-WAIT is over for {who}"),
    "delayed ACK": marked("the delayed acknowledgment of {who} is due"),
}
GIVEN_UP = marked("the application of {who} gives the attempt up (CLOSE)")
QUEUED = marked("the application of {who} closes, but this has to wait until the connection is open (CLOSE)")
CRASH = marked("{who} crashes and forgets its connection")
FORGED = marked("the attacker {who} forges the address of a client")
NUMBERS_OUTSIDE = marked("its numbers lie outside the window")
NEVER_SENT = marked("it acknowledges what was never sent")
WHY = {
    "the table is full": marked("all slots are taken, so the segment is dropped"),
    "no incarnation is left": marked("the bounds of this search allow no further connection"),
    "unacceptable segment arrives": NUMBERS_OUTSIDE,
    "unacceptable RST arrives": NUMBERS_OUTSIDE,
    "unacceptable ACK arrives": NEVER_SENT,
    "RST with unacceptable ACK arrives": NEVER_SENT,
    "ACK of something not sent arrives": NEVER_SENT,
    "ACK out of RFC 5961's range arrives": marked("its acknowledgment is too old or too new"),
    "its text is thrown away": marked("its data is thrown away"),
}
"""Why a segment is treated as it is, by a check of its cause, or what happens instead."""
NO_CONNECTION = marked("there is no connection any more")
WAITING = marked("the application of {who} hands over data, which waits until the connection is open (SEND)")
ROLES = {
    "client": marked("client {name}"),
    "server": marked("server {name}"),
    "end": marked("the server (its end {name})"),
    "": "{name}",
}
OPENING = ("SYN-SENT", "SYN-RECEIVED")
Numbered = tuple[str, str]
"""The number of a step, or of several ("4-6"), and its sentence."""


def told(network: AnyNetwork, trace: Run, loop: Sequence[Step] | None) -> tuple[Numbered, ...]:
    """The sentences of a run, and of what follows it again and again."""
    return tuple(_Sentences(network, Run(trace.initial, (*trace.steps, *(loop or ()))), len(trace.steps)).sentences())


def roles(network: AnyNetwork, run: Run) -> Mapping[str, str]:
    """Who is the client and who the server in a run; at a server's table, who has a state at the left is a client."""
    if not isinstance(network, Server):
        return lifelines.roles(network.lanes, run)
    left, right = network.lanes.values()
    clients = (side for side, state in left.items() if state)
    return {**dict.fromkeys(clients, "client"), **dict.fromkeys(right, "end")}


def _shown(network: AnyNetwork, side: str, state: State) -> str:
    """The state that a side is in."""
    var = network.sides[side].state_var
    return var.show(state[var.name])


def cases_of(rule: Rule) -> tuple[str, ...]:
    """The checks of what causes a rule, and what happens instead."""
    return (*rule.cause.checks, rule.cause.instead) if isinstance(rule.cause, Cause) else ()


def segment_name(text: str) -> str:
    """A segment in words: "SYN,ACK (SEQ=14, ACK=2)"; with data: "ACK and data (SEQ=2, ACK=15)"."""
    parts = dict(re.findall(r"<(\w+)=([^>]*)>", text))
    control, data = parts.pop("CTL", ""), parts.pop("DATA", "")
    numbers = _(", ").join(f"{name}={value}" for name, value in parts.items())
    what = _("{control} and data").format(control=control) if data else control
    return _("{what} ({numbers})").format(what=what, numbers=numbers)


class _Sentences:
    """The sentences of one run, whose first `stem` steps come before its loop."""

    def __init__(self, network: AnyNetwork, run: Run, stem: int) -> None:
        self.network, self.run, self.stem = network, run, stem
        self.roles = roles(network, run)
        self.wires = relative(run, history(run, network.fifo))
        self.stateful = [side for sides in network.lanes.values() for side, state in sides.items() if state]

    def sentences(self) -> Iterator[Numbered]:
        """All of them."""
        at = 0
        while at < len(self.run.steps):
            until = at + 1
            while self._ticks(at) and until not in (self.stem, len(self.run.steps)) and self._ticks(until):
                until += 1
            text = self._time(until - at) if self._ticks(at) else self._sentence(at)
            yield str(at + 1) if until == at + 1 else f"{at + 1}-{until}", spaced(text[:1].upper() + text[1:])
            at = until

    def _ticks(self, at: int) -> bool:
        return self.run.steps[at].rule.kind == "time"

    def _time(self, count: int) -> str:
        return counted("one tick of the clocks passes.", "{count} ticks of the clocks pass.", count)

    def _sentence(self, at: int) -> str:
        rule = self.run.steps[at].rule
        does = self._effects(at)
        cause = self._cause(at)
        if not does:
            return _("{cause}.").format(cause=cause)
        return _("{cause}: {name} {does}.").format(cause=cause, name=rule.side, does=does)

    def who(self, side: str) -> str:
        """A side with its role."""
        return _(ROLES[self.roles.get(side, "")]).format(name=side)

    def _cause(self, at: int) -> str:
        rule = self.run.steps[at].rule
        if rule.kind in ("arrives", "network"):
            wire = next(one for one in self.wires[at] if one.action not in SENDS)
            return self._traveller(wire)
        if rule.kind in ("crash", "attack"):
            return _(CRASH if rule.kind == "crash" else FORGED).format(who=self.who(rule.side))
        said, state = CALLS[rule.call], self._state(rule.side, at)
        if rule.call == "CLOSE" and state in OPENING:
            said = GIVEN_UP if state == "SYN-SENT" else QUEUED if "queued" in cases_of(rule) else said
        elif rule.call == "SEND" and state in OPENING:
            said = WAITING
        return _(said).format(who=self.who(rule.side))

    def _traveller(self, wire: Happening) -> str:
        """What becomes of a segment that was under way."""
        words = {"segment": segment_name(wire.text), "source": self.who(wire.source), "who": self.who(wire.target)}
        if wire.action == "lose":
            return _("the network loses {segment} from {source}").format(**words)
        if wire.sent is None:
            return _("{segment}, which was under way from the start, arrives at {who}").format(**words)
        if wire.action == "arrive-copy":
            said = _("a copy of {segment}, which {source} sent in step {step}, arrives at {who}")
        else:
            said = _("{segment}, which {source} sent in step {step}, arrives at {who}")
        return said.format(**words, step=wire.sent)

    def _effects(self, at: int) -> str:
        """What the side does then, as verbs; empty if nothing is to be said."""
        rule, parts = self.run.steps[at].rule, [*self._why(at)]
        arrives = rule.kind == "arrives"
        sent = [segment_name(one.text) for one in self.wires[at] if one.action in SENDS]
        if sent:
            said = (_("answers with {segments}") if arrives else _("sends {segments}")).format(
                segments=_(", ").join(sent)
            )
            lost = any(one.action in ("send-lost", "send-nowhere") for one in self.wires[at])
            parts.append(said + _(" (which nobody receives)") if lost else said)
        if rule.side in self.stateful:
            before, after = self._state(rule.side, at), self._state(rule.side, at + 1)
            if before != after:
                parts.append(_("is now {state}").format(state=after))
            elif arrives and not parts:
                parts.append(_("stays {state}").format(state=after))
        return parts[0] if len(parts) == 1 else _(" and ").join([_(", ").join(parts[:-1]), parts[-1]]) if parts else ""

    def _why(self, at: int) -> Iterator[str]:
        """What the side makes of a segment, before it does anything."""
        rule = self.run.steps[at].rule
        if rule.kind != "arrives":
            return
        if why := next((WHY[case] for case in cases_of(rule) if case in WHY), ""):
            yield _("finds that {why}").format(why=_(why))
        elif self._resets(at) and self._state(rule.side, at) != self._state(rule.side, at + 1):
            yield _("believes this reset")
        elif self._state(rule.side, at) == "CLOSED":
            yield _("finds that {why}").format(why=_(NO_CONNECTION))
        yield from self._data(at)

    def _resets(self, at: int) -> bool:
        """Whether the segment that arrives is a reset."""
        return any(one.values.get("rst") for one in self.wires[at] if one.action in ARRIVES)

    def _data(self, at: int) -> Iterator[str]:
        """What becomes of the data that arrives."""
        wire = next(one for one in self.wires[at] if one.action not in SENDS)
        if not wire.values.get("text"):
            return
        before, after = self.run.states[at], self.run.states[at + 1]
        kept, taken = (f"{wire.target}.{name}" for name in ("syn_text", "rcv_nxt"))
        if after.get(kept, 0) and not before.get(kept, 0):
            yield _("keeps its data until the connection is open")
        elif wire.values["syn"]:
            yield _("drops its data")
        elif before[taken] != after[taken] and self._state(wire.target, at + 1) != "CLOSED":
            yield _("accepts its data")
        else:
            yield _("has no use for its data")

    def _state(self, side: str, at: int) -> str:
        return _shown(self.network, side, self.run.states[at])
