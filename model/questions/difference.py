"""What a difference between two runs of the same schedule does, in a sentence or two that are computed from the runs.

Where does the first one that can be seen lie: an endpoint's state, what is sent, or what is not possible? What does the
endpoint wait for there, what comes, and where does it end? What is the last step, which shows what is wrong, in the
other run? Words for states are the RFC's (3.3.2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.core.run import Run, Step
from model.core.system import State
from model.pictures.flights import SENDS, Happening, history
from model.pictures.two_ladders import Pair
from model.questions.schedule import Compared, NetworkSystem, different
from model.settings.setting import show_field
from model.tcp.segment import CONTROLS
from model.tcp.state import STATES

WAITS = {
    "LISTEN": "waits for a SYN",
    "SYN-SENT": "waits for a SYN",
    "SYN-RECEIVED": "waits for an acknowledgment of its SYN",
    "FIN-WAIT-1": "waits for an acknowledgment of its FIN",
    "FIN-WAIT-2": "waits for a FIN",
    "CLOSE-WAIT": "waits for the CLOSE of its user",
    "CLOSING": "waits for an acknowledgment of its FIN",
    "LAST-ACK": "waits for an acknowledgment of its FIN",
    "TIME-WAIT": "waits until 2 MSL have passed",
}
"""What an endpoint waits for, by its state."""
PHRASES: Mapping[tuple[str, object], str] = {
    ("handshake", "two-way"): "two-way",
    ("handshake", "three-way"): "three-way",
    ("close", "merged"): "with ACK and FIN merged",
    ("close", "four-way"): "with the ACK of a FIN sent at once",
    ("rst", "rfc793"): "with RST as in RFC 793",
    ("rst", "rfc5961"): "with RST as in RFC 5961",
    ("syn", "rfc793"): "with SYN as in RFC 793",
    ("syn", "rfc5961"): "with SYN as in RFC 5961",
    ("ack_range", "off"): "without RFC 5961's range of SEG.ACK",
    ("ack_range", "rfc5961"): "with RFC 5961's range of SEG.ACK",
    ("rfc1337", False): "without fix F1 of RFC 1337",
    ("rfc1337", True): "with fix F1 of RFC 1337",
    ("data_on_syn", "queued"): "with the text of a SYN queued",
    ("data_on_syn", "dropped"): "with the text of a SYN dropped",
    ("data_on_syn", "accepted"): "with the text of a SYN delivered at once",
    ("half_close", "delivers"): "with text after CLOSE delivered",
    ("half_close", "discards"): "with text after CLOSE thrown away",
    ("fin", "any"): "with FIN taken out of order",
    ("fin", "in-order"): "with FIN taken in order",
    ("syn_cookies", False): "with a TCB for each SYN",
    ("syn_cookies", True): "with SYN cookies",
    ("mutant", ""): "as the RFC has it",
    ("time_wait", "2msl"): "with a TIME-WAIT of 2 MSL",
    ("time_wait", "0"): "without TIME-WAIT",
    ("time_wait_restart", False): "where no FIN restarts TIME-WAIT",
    ("time_wait_restart", True): "where a FIN restarts TIME-WAIT",
    ("syn_again", "SYN,ACK"): "where SYN,ACK is sent again",
    ("syn_again", "front"): "where the bare SYN is sent again",
}
"""What is said of an endpoint that acts so, by field and value."""


def phrase(settings: Mapping[str, object]) -> str:
    """A protocol in words, by the fields in which it differs from another one."""
    return " and ".join(_said(name, value) for name, value in settings.items()) or "as it is"


def _said(name: str, value: object) -> str:
    if name == "time_wait":
        return PHRASES.get((name, value), f"with a TIME-WAIT of {value} tick{'s' * (value != '1')}")
    if name == "mutant" and value:
        return f"with one change ({value})"
    return PHRASES.get((name, value), f"with {name}={show_field(value)}")


@dataclass(frozen=True)
class Sentence:
    """Two runs, and what their protocols are called. loop: the step that begins what comes again for ever, or None."""

    one: NetworkSystem
    other: NetworkSystem
    compared: Compared
    names: tuple[str, str]
    loop: int | None = None

    def text(self) -> str:
        """What the difference does."""
        pairs = self.compared.pairs
        at = next((at for at, pair in enumerate(pairs) if self._seen(pair)), None)
        if at is None:
            return self._unseen()
        side = self._side(pairs[at])
        ends = self._last(at)
        last = len(pairs) if self.loop is not None or not ends else pairs.index(self._final)
        said = "; ".join(filter(None, (self._begins(at, side), self._comes(at, last, side))))
        return " ".join(filter(None, (f"{_capital(said)}.", ends, self._end())))

    def _unseen(self) -> str:
        """What differs where segments and states are the same."""
        first, (one, other) = self.compared.first, self.names
        if first is None:
            return f"Nothing differs: {other}, the same happens step by step."
        found = different(self.one, self._after(first, 0), self.other, self._after(first, 1))
        known = {name: values for name, values in found.items() if _octets(name)} or found
        said = [
            f"{_octets(name) or name} is {mine} {one}, and {theirs} {other}" for name, (mine, theirs) in known.items()
        ]
        return f"Segments and states are the same; but after step {first.number} {'; '.join(said)}."

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

    def _begins(self, at: int, side: str) -> str:
        pair, (one, other) = self.compared.pairs[at], self.names
        if pair.mark == "inserted":
            return f"{other}, {self._event(pair, 1)} before step {self.compared.differs_in}"
        where = f"in step {pair.left}"
        if pair.mark == "skipped":
            stays = f": {side} is {self._waits(side, pair)}" if side in self._states else ""
            moves = f", and {side} is {self._state(side, pair, 0)}" if self._moves(pair, side, 0) else ""
            return f"{one}, {self._event(pair, 0)} {where}{moves}; {self._other} it does not ({pair.reason}){stays}"
        if side in self._changed(pair):
            return (
                f"{one}, {side} is {self._state(side, pair, 0)} {where}; {self._other} it is {self._waits(side, pair)}"
            )
        sends = [" and ".join(self._sends(pair, run)) or "nothing" for run in (0, 1)]
        return f"{one}, {side} sends {sends[0]} {where}; {self._other} it sends {sends[1]}"

    @property
    def _other(self) -> str:
        """The second protocol at the beginning of a clause."""
        return self.names[1] + ("," if " " in self.names[1] else "")

    def _waits(self, side: str, pair: Pair) -> str:
        """The state of a side in the second run, and what it waits for there."""
        state = self._state(side, pair, 1)
        return f"in {state} and {WAITS[state]}" if state in WAITS else state

    # -- what comes of it --

    def _comes(self, at: int, last: int, side: str) -> str:
        """What next, before pair `last`, changes the state of the side in the second run, and not so in the first."""
        for later, pair in [*enumerate(self.compared.pairs)][at + 1 : last]:
            own = pair.mark == "continued" or self._seen(pair)
            if own and pair.right and self._moves(pair, side, 1):
                before, after = self._before(pair, side, 1), self._state(side, pair, 1)
                instead = " instead" if "ack" in WAITS.get(before, "") and self._arrived(pair, 1) == "a RST" else ""
                been = {self._before(p, side, 1) for p in self.compared.pairs[: later + 1] if p.right}
                back = "back in " if after in been else ""
                return f"{self._event(pair, 1, side)}{instead} (step {pair.number}), and {side} is {back}{after}"
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
        ends = (
            f"{one}, {self._event(last, 0)} in the last step ({last.left}), and {side} is {self._state(side, last, 0)}"
        )
        if last.mark == "skipped":
            return f"{ends}; {self._other} it does not ({last.reason})."
        if (self._event(last, 0), self._state(side, last, 0)) == (self._event(last, 1), self._state(side, last, 1)):
            return ""
        then = self._comes(pairs.index(last), len(pairs), side)
        waits = f"{self._event(last, 1)}, and {side} is {self._waits(side, last)}"
        return "; ".join(filter(None, (ends, f"{self.names[1]}, {waits}", then))) + "."

    def _forever(self) -> str:
        one, last = _capital(self.names[0]), len(self.compared.left.steps)
        if self.loop is None or self.loop > last:
            return ""
        span = f"step {last} comes" if self.loop == last else f"steps {self.loop} to {last} come"
        return f"{one}, {span} again for ever."

    def _end(self) -> str:
        """How both end."""
        one, other = (_capital(name) for name in self.names)
        runs = (self.compared.left, self.compared.right)
        mine, theirs = ({side: STATES[run.states[-1][name]] for side, name in self._states.items()} for run in runs)
        stays = ""
        if self.compared.quiet and self.loop in (None, len(self.compared.left.steps) + 1):
            stays = f"{one}, it stays so: nothing is under way, and no timer runs. "
        if self.compared.rest:
            return f"{stays}{other}, {self.compared.rest}."
        shown = " and ".join(", ".join(f"{side} {state}" for side, state in theirs.items()).rsplit(", ", 1))
        same = " too" if mine == theirs and self.compared.quiet else ""
        return f"{stays}{other}, all is at rest{same} with {shown}."

    # -- words --

    def _event(self, pair: Pair, run: int, about: str = "") -> str:
        """What happens in a step."""
        step = self._step(pair, run)
        assert step is not None
        rule, side = step.rule, step.rule.side
        if rule.kind == "call":
            return f"the user of {side} calls {rule.call}"
        if rule.kind == "timeout":
            return f"{side}'s {rule.call}{'' if rule.call.endswith('ACK') else ' expires'}"
        if rule.kind == "arrives":
            return f"{self._arrived(pair, run)} arrives{'' if side == about else f' at {side}'}"
        if rule.kind == "network":
            return f"the network loses {self._arrived(pair, run)}"
        return {"crash": f"{side} crashes", "time": "time passes"}.get(rule.kind, f"{side} sends {rule.event}")

    def _arrived(self, pair: Pair, run: int) -> str:
        """The segment that a step takes, by its controls."""
        return next((segment_words(w) for w in self._wires(pair, run) if w.action not in SENDS), "a segment")

    def _sends(self, pair: Pair, run: int) -> list[str]:
        return [wire.text for wire in self._wires(pair, run) if wire.action in SENDS]

    def _wires(self, pair: Pair, run: int) -> Sequence[Happening]:
        number = (pair.left, pair.right)[run]
        whole = (self.compared.left, self.compared.right)[run]
        assert number is not None
        return history(Run(whole.states[number - 1], whole.steps[number - 1 : number]))[0]

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


def segment_words(wire: Happening) -> str:
    """A segment by its controls, with an article."""
    on = [name.upper() for name in CONTROLS if wire.values.get(name)]
    rst = "RST" if "RST" in on else ""
    name = rst or ",".join(sorted(on, key=("SYN", "FIN", "ACK").index)) or "segment"
    name = "text" if wire.values.get("text") and name == "ACK" else name
    return name if name == "text" else f"{'an' if name[0] == 'A' else 'a'} {name}"


def _octets(name: str) -> str:
    """What a variable counts, if it counts octets."""
    side, _, what = name.partition(".")
    if what == "syn_text":
        return f"the number of octets of the SYN's text that {side} holds"
    return f"the number of octets that the user of {side} was given" if what.startswith("delivered_") else ""


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
