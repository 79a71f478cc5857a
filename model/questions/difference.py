"""What a difference between two runs of the same schedule does, in a sentence or two that are computed from the runs.

Where does the first one that can be seen lie: an endpoint's state, what is sent, or what is not possible? What does the
endpoint wait for there, what comes, and where does it end? What is the last step, which shows what is wrong, in the
other run? Words for states are the RFC's (3.3.2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from model.core.run import Run, Step
from model.core.system import State
from model.pictures.flights import SENDS, Happening, history
from model.pictures.numbers import number_bits, relative
from model.pictures.two_ladders import Pair
from model.questions.schedule import Compared, NetworkSystem, different
from model.settings.setting import show_field
from model.tcp.segment import CONTROLS
from model.tcp.state import STATES
from model.words.columns import spaced
from model.words.language import _, counted, marked, together

WAITS = {
    "LISTEN": marked("waits for a SYN"),
    "SYN-SENT": marked("waits for a SYN"),
    "SYN-RECEIVED": marked("waits for an acknowledgment of its SYN"),
    "FIN-WAIT-1": marked("waits for an acknowledgment of its FIN"),
    "FIN-WAIT-2": marked("waits for a FIN"),
    "CLOSE-WAIT": marked("waits for the CLOSE of its user"),
    "CLOSING": marked("waits for an acknowledgment of its FIN"),
    "LAST-ACK": marked("waits for an acknowledgment of its FIN"),
    "TIME-WAIT": marked("waits until 2 MSL have passed"),
}
"""What an endpoint waits for, by its state."""
UNACKNOWLEDGED = ("SYN-RECEIVED", "FIN-WAIT-1", "CLOSING", "LAST-ACK")
"""States in which an endpoint waits for an acknowledgment."""
NAMED = {"text": marked("text"), "segment": marked("a segment")}
"""Segments that are not called by their controls."""
PHRASES: Mapping[tuple[str, object], str] = {
    ("handshake", "two-way"): marked("two-way"),
    ("handshake", "three-way"): marked("three-way"),
    ("close", "merged"): marked("with ACK and FIN merged"),
    ("close", "four-way"): marked("with the ACK of a FIN sent at once"),
    ("rst", "rfc793"): marked("with RST as in RFC 793"),
    ("rst", "rfc5961"): marked("with RST as in RFC 5961"),
    ("syn", "rfc793"): marked("with SYN as in RFC 793"),
    ("syn", "rfc5961"): marked("with SYN as in RFC 5961"),
    ("ack_range", "off"): marked("without RFC 5961's range of SEG.ACK"),
    ("ack_range", "rfc5961"): marked("with RFC 5961's range of SEG.ACK"),
    ("rfc1337", False): marked("without fix F1 of RFC 1337"),
    ("rfc1337", True): marked("with fix F1 of RFC 1337"),
    ("data_on_syn", "queued"): marked("with the text of a SYN queued"),
    ("data_on_syn", "dropped"): marked("with the text of a SYN dropped"),
    ("data_on_syn", "accepted"): marked("with the text of a SYN delivered at once"),
    ("half_close", "delivers"): marked("with text after CLOSE delivered"),
    ("half_close", "discards"): marked("with text after CLOSE thrown away"),
    ("fin", "any"): marked("with FIN taken out of order"),
    ("fin", "in-order"): marked("with FIN taken in order"),
    ("syn_cookies", False): marked("with a TCB for each SYN"),
    ("syn_cookies", True): marked("with SYN cookies"),
    ("mutant", ""): marked("as the RFC has it"),
    ("abort_to", "CLOSED"): marked("with CLOSED after ABORT"),
    ("abort_to", "TIME-WAIT"): marked("with TIME-WAIT after ABORT"),
    ("time_wait", "2msl"): marked("with a TIME-WAIT of 2 MSL"),
    ("time_wait", "0"): marked("without TIME-WAIT"),
    ("time_wait_restart", False): marked("where no FIN restarts TIME-WAIT"),
    ("time_wait_restart", True): marked("where a FIN restarts TIME-WAIT"),
    ("syn_again", "SYN,ACK"): marked("where SYN,ACK is sent again"),
    ("syn_again", "front"): marked("where the bare SYN is sent again"),
}
"""What is said of an endpoint that acts so, by field and value."""


def phrase(settings: Mapping[str, object]) -> str:
    """A protocol in words, by the fields in which it differs from another one."""
    return together([_said(name, value) for name, value in settings.items()]) or _("as it is")


def _said(name: str, value: object) -> str:
    if known := PHRASES.get((name, value)):
        return _(known)
    if name == "time_wait":
        return counted("with a TIME-WAIT of {count} tick", "with a TIME-WAIT of {count} ticks", int(str(value)))
    if name == "mutant":
        return _("with one change ({mutant})").format(mutant=value)
    return _("with {name}={value}").format(name=name, value=show_field(value))


@dataclass(frozen=True)
class Sentence:
    """Two runs, and what their protocols are called.

    loop: the step that begins what comes again for ever, or None. shows: what the first run shows and the second one
    does not ("": nothing, or nobody has looked). story: what a story says that is no run of the second. stops: the step
    that stops it. then: whether the last step is what the one before it is the cause of.
    """

    one: NetworkSystem
    other: NetworkSystem
    compared: Compared
    names: tuple[str, str]
    loop: int | None = None
    shows: str = ""
    story: str = ""
    stops: int | None = None
    then: bool = False

    def text(self) -> str:
        """What the difference does."""
        pairs = self.compared.pairs
        at = next((at for at, pair in enumerate(pairs) if self._seen(pair)), None)
        if at is None:
            return spaced(" ".join(filter(None, (self._unseen(), self._so()))))
        side = self._side(pairs[at])
        ends = self._last(at)
        last = len(pairs) if self.loop is not None or not ends else pairs.index(self._final)
        said = _("; ").join(filter(None, (self._begins(at, side, last), self._comes(at, last, side))))
        parts = (_("{cause}.").format(cause=_capital(said)), ends, self._stays(), self._so(), self._end())
        return spaced(" ".join(filter(None, parts)))

    def _unseen(self) -> str:
        """What differs where segments and states are the same."""
        first, (one, other) = self.compared.first, self.names
        if first is None:
            return _("Nothing differs: {protocol}, the same happens step by step.").format(protocol=other)
        found = different(self.one, self._after(first, 0), self.other, self._after(first, 1))
        known = {name: values for name, values in found.items() if _octets(name)} or found
        values = _("{what} is {mine} {one}, and {theirs} {other}")
        said = [
            values.format(what=_octets(name) or name, mine=mine, one=one, theirs=theirs, other=other)
            for name, (mine, theirs) in known.items()
        ]
        all_in_all = _("Segments and states are the same; but after step {step} {differences}.")
        return all_in_all.format(step=first.number, differences=_("; ").join(said))

    # -- where it begins --

    def _seen(self, pair: Pair) -> bool:
        """Whether a pair differs in what pictures show."""
        if pair.mark in ("skipped", "inserted"):
            return True
        return bool(pair.left and pair.right) and bool(
            self._changed(pair) or self._sends(pair, 0) != self._sends(pair, 1)
        )

    def _changed(self, pair: Pair) -> list[str]:
        """The sides whose states differ after a pair."""
        return [side for side in self._states if self._state(side, pair, 0) != self._state(side, pair, 1)]

    def _side(self, pair: Pair) -> str:
        """Whom a pair is about: whose state differs, or who acts."""
        step = self._step(pair, 0) or self._step(pair, 1)
        assert step is not None
        changed = self._changed(pair) if pair.left and pair.right else []
        return step.rule.side if step.rule.side in changed or not changed else changed[0]

    def _begins(self, at: int, side: str, last: int) -> str:
        pair, (one, other) = self.compared.pairs[at], self.names
        if pair.mark == "inserted":
            said = _("{protocol}, {event} before step {step}")
            return said.format(protocol=other, event=self._event(pair, 1), step=self.compared.differs_in)
        words = {"one": one, "other": self._other, "step": pair.left, "event": self._event(pair, 0)}
        if pair.mark == "skipped":
            said = _("{one}, {event} in step {step}{moves}; {other} this does not happen ({reason}){stays}")
            stays, moves = _(": {clause}"), _(", and {clause}")
            return said.format(
                **words,
                moves=moves.format(clause=self._is(side, pair, 0)) if self._moves(pair, side, 0) else "",
                reason=_(pair.reason),
                stays=stays.format(clause=self._is(side, pair, 1, waits=True)) if side in self._states else "",
            )
        if side not in self._changed(pair):
            mine, theirs = self._sending(side, pair, 0) + self._more(pair), self._sending(_("it"), pair, 1)
            said = _("{one}, {event} in step {step}, and {mine}; {other} {theirs}")
            return said.format(**words, mine=mine, theirs=theirs)
        waits = (self._state(side, pair, 0) in UNACKNOWLEDGED) > (self._state(side, pair, 1) in UNACKNOWLEDGED)
        comes = self._comes(at, last, side, 0) if waits else ""
        mine = _("; ").join(filter(None, (self._is(side, pair, 0, waits=waits), comes)))
        said = _("{one}, {event} in step {step}, and {mine}; {other} {theirs}")
        return said.format(**words, mine=mine, theirs=self._is(side, pair, 1, _("it"), waits=True))

    def _sending(self, side: str, pair: Pair, run: int) -> str:
        """What a side sends in a step."""
        sends = together(self._sends(pair, run))
        return (_("{side} sends {what}") if sends else _("{side} sends nothing")).format(side=side, what=sends)

    def _more(self, pair: Pair) -> str:
        """How many octets of text the first run's segment acknowledges beyond the second one's, if it does."""
        mine, theirs = ([wire for wire in self._wires(pair, run) if wire.action in SENDS] for run in (0, 1))
        if len(mine) != 1 or [*map(controls_of, mine)] != [*map(controls_of, theirs)]:
            return ""
        bits = number_bits(self.compared.left) or 32
        more = (mine[0].values["ackno"] - theirs[0].values["ackno"]) % (1 << bits)
        said = counted(", which acknowledges {count} octet more", ", which acknowledges {count} octets more", more)
        return said if 0 < more < 1 << (bits - 1) else ""

    @property
    def _other(self) -> str:
        """The second protocol at the beginning of a clause."""
        name = self.names[1]
        return _("{protocol},").format(protocol=name) if " " in name else name

    def _is(self, side: str, pair: Pair, run: int, who: str = "", *, waits: bool = False) -> str:
        """The state of a side after a pair, and if wanted what it waits for there. who: what the side is called."""
        state, elsewhere = self._state(side, pair, run), self._state(side, pair, 1 - run)
        stays = not (pair.left, pair.right)[run] or not self._moves(pair, side, run)
        if waits and state in WAITS:
            said = _("{side} stays in {state} and {waits}") if stays else _("{side} is in {state} and {waits}")
        elif (state, elsewhere) == ("ESTABLISHED", "SYN-RECEIVED") and not stays:
            said = _("{side} is {state} at once")
        else:
            said = _("{side} stays in {state}") if stays else _("{side} is {state}")
        return said.format(side=who or side, state=state, waits=_(WAITS.get(state, "")))

    # -- what comes of it --

    def _comes(self, at: int, last: int, side: str, run: int = 1) -> str:
        """What next, before pair `last`, changes the state of the side in a run, and not so in the other."""
        for later, pair in [*enumerate(self.compared.pairs)][at + 1 : last]:
            there, elsewhere = ((pair.left, pair.right)[one] for one in (run, 1 - run))
            moves = bool(there) and self._moves(pair, side, run)
            if moves and (self._seen(pair) or not elsewhere or not self._moves(pair, side, 1 - run)):
                before, after = self._before(pair, side, run), self._state(side, pair, run)
                instead = before in UNACKNOWLEDGED and self._controls(pair, run) == "RST"
                earlier = self.compared.pairs[: later + 1]
                been = {self._before(p, side, run) for p in earlier if (p.left, p.right)[run]}
                said = _("{event} instead (step {step})") if instead else _("{event} (step {step})")
                now = (
                    _("{happens}, and {side} is back in {state}")
                    if after in been
                    else _("{happens}, and {side} is {state}")
                )
                happens = said.format(event=self._event(pair, run, side), step=pair.number)
                return now.format(happens=happens, side=side, state=after)
        return ""

    @property
    def _final(self) -> Pair:
        """The last step of the first run, which shows what is wrong."""
        return next(pair for pair in self.compared.pairs if pair.left == len(self.compared.left.steps))

    def _last(self, at: int) -> str:
        """The last step of the first run, and what becomes of it in the second."""
        pairs, last, one = self.compared.pairs, self._final, _capital(self.names[0])
        if self.loop is not None:
            return self._forever()
        step = self._step(last, 0)
        assert step is not None
        side = step.rule.side if step.rule.side in self._states else self._side(last)
        if last == pairs[at] or side not in self._states:
            return ""
        said = (
            _("{protocol}, {event} then, and {clause}")
            if self.then
            else _("{protocol}, {event} in the last step ({step}), and {clause}")
        )
        words = {"protocol": one, "event": self._event(last, 0), "clause": self._is(side, last, 0)}
        ends = said.format(**words, step=last.left)
        if last.mark == "skipped":
            said = _("{ends}; {other} this does not happen ({reason}).")
            return said.format(ends=ends, other=self._other, reason=_(last.reason))
        same = self._event(last, 0) == self._event(last, 1)
        if same and self._state(side, last, 0) == self._state(side, last, 1):
            return ""
        then = self._comes(pairs.index(last), len(pairs), side)
        clause = self._is(side, last, 1, _("it") if same else "", waits=True)
        waits = _("{protocol}, {event}, and {clause}").format(
            protocol=self.names[1], event=self._event(last, 1), clause=clause
        )
        waits = _("{other} {clause}").format(other=self._other, clause=clause) if same else waits
        return _("{cause}.").format(cause=_("; ").join(filter(None, (ends, waits, then))))

    def _forever(self) -> str:
        one, last = _capital(self.names[0]), len(self.compared.left.steps)
        if self.loop is None or self.loop > last:
            return ""
        if self.loop == last:
            return _("{protocol}, step {last} comes again for ever.").format(protocol=one, last=last)
        said = _("{protocol}, steps {first} to {last} come again for ever.")
        return said.format(protocol=one, first=self.loop, last=last)

    def _stays(self) -> str:
        """That the first run stays in its last state for ever, if it is infinite and does."""
        if self.loop is None or self.loop <= len(self.compared.left.steps):
            return ""
        said = _("{protocol}, all stays so for ever, with {states}: nothing is under way, and no timer runs.")
        return said.format(protocol=_capital(self.names[0]), states=self._ends(self.compared.left))

    def _so(self) -> str:
        """What that is good for: what does not happen in the second run; of a story, what it no longer tells."""
        other = self._other
        if self.story:
            said = _("So {other} the story stops in step {step}, and does not show this: {story}")
            return said.format(other=other, step=self.stops, story=self.story)
        said = _("So {other} this does not happen: {shows}.")
        return said.format(other=other, shows=self.shows) if self.shows else ""

    def _end(self) -> str:
        """How the second run ends."""
        other, states = _capital(self.names[1]), self._ends(self.compared.right)
        if self.compared.rest:
            return _("{protocol}, {why}.").format(protocol=other, why=_(self.compared.rest))
        if self.shows:
            return _("In the end all is at rest there with {states}.").format(states=states)
        same = self.compared.quiet and states == self._ends(self.compared.left)
        rests = (
            _("{protocol}, all is at rest too with {states}.")
            if same
            else _("{protocol}, all is at rest with {states}.")
        )
        return rests.format(protocol=other, states=states)

    def _ends(self, run: Run) -> str:
        """The states of all sides at the end of a run."""
        ends = [f"{side} {STATES[run.states[-1][name]]}" for side, name in self._states.items()]
        return together([*([_(", ").join(ends[:-1])] if ends[1:] else []), ends[-1]])

    # -- words --

    def _event(self, pair: Pair, run: int, about: str = "") -> str:
        """What happens in a step."""
        step = self._step(pair, run)
        assert step is not None
        rule, side = step.rule, step.rule.side
        if rule.kind == "call":
            said = _("the user of {side} calls {what}")
        elif rule.kind == "timeout":
            said = _("{side}'s {what}") if rule.call.endswith("ACK") else _("{side}'s {what} expires")
        elif rule.kind == "arrives":
            said = _("{segment} arrives") if side == about else _("{segment} arrives at {side}")
        elif rule.kind == "network":
            said = _("the network loses {segment}")
        else:
            others = {"crash": _("{side} crashes"), "time": _("time passes")}
            said = others.get(rule.kind, _("{side} sends {what}"))
        wired = rule.kind in ("arrives", "network")
        segment = self._arrived(pair, run) if wired else ""
        return said.format(side=side, what=rule.call or rule.event, segment=segment)

    def _arrived(self, pair: Pair, run: int) -> str:
        """The segment that a step takes, by its controls, with an article."""
        name = self._controls(pair, run)
        if name in NAMED:
            return _(NAMED[name])
        return (_("an {segment}") if name[0] == "A" else _("a {segment}")).format(segment=name)

    def _controls(self, pair: Pair, run: int) -> str:
        """The controls of the segment that a step takes."""
        return next((controls_of(wire) for wire in self._wires(pair, run) if wire.action not in SENDS), "segment")

    def _sends(self, pair: Pair, run: int) -> list[str]:
        return [wire.text for wire in self._wires(pair, run) if wire.action in SENDS]

    def _wires(self, pair: Pair, run: int) -> Sequence[Happening]:
        number = (pair.left, pair.right)[run]
        assert number is not None
        return self._histories[run][number - 1]

    @cached_property
    def _histories(self) -> tuple[Sequence[Sequence[Happening]], ...]:
        """What each step of either run does to segments, with numbers as the ladders have them."""
        both = ((self.one, self.compared.left), (self.other, self.compared.right))
        return tuple(relative(run, history(run, world.network.fifo)) for world, run in both)

    # -- states --

    @property
    def _states(self) -> dict[str, str]:
        lanes = self.one.network.lanes
        return {side: name for sides in lanes.values() for side, name in sides.items() if name}

    def _step(self, pair: Pair, run: int) -> Step | None:
        number = (pair.left, pair.right)[run]
        return (self.compared.left, self.compared.right)[run].steps[number - 1] if number else None

    def _after(self, pair: Pair, run: int) -> State:
        """The state after a pair; of a run that has no step there, the one before."""
        at = self.compared.pairs.index(pair)
        numbers = [p.left if run == 0 else p.right for p in self.compared.pairs[: at + 1]]
        return (self.compared.left, self.compared.right)[run].states[max((n for n in numbers if n), default=0)]

    def _state(self, side: str, pair: Pair, run: int) -> str:
        return STATES[self._after(pair, run)[self._states[side]]] if side in self._states else ""

    def _before(self, pair: Pair, side: str, run: int) -> str:
        number = (pair.left, pair.right)[run]
        assert number is not None
        return STATES[(self.compared.left, self.compared.right)[run].states[number - 1][self._states[side]]]

    def _moves(self, pair: Pair, side: str, run: int) -> bool:
        """Whether the step changes the state of a side."""
        return side in self._states and self._before(pair, side, run) != self._state(side, pair, run)


def controls_of(wire: Happening) -> str:
    """A segment by its controls: "SYN,ACK"; or "text", or "segment"."""
    on = [name.upper() for name in CONTROLS if wire.values.get(name)]
    rst = "RST" if "RST" in on else ""
    name = rst or ",".join(sorted(on, key=("SYN", "FIN", "ACK").index)) or "segment"
    return "text" if wire.values.get("text") and name == "ACK" else name


def _octets(name: str) -> str:
    """What a variable counts, if it counts octets."""
    side, _dot, what = name.partition(".")
    if what == "syn_text":
        return _("the number of octets of the SYN's text that {side} holds").format(side=side)
    given = _("the number of octets that the user of {side} was given").format(side=side)
    return given if what.startswith("delivered_") else ""


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
