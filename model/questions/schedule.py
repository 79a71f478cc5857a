"""The same schedule under another protocol: the events of one run, done in another system as far as they are possible.

Step by step the event of the same side and kind: the same call, the same timer, the same crash; for a segment that
arrives, is duplicated or is lost, the same thing happens to what the corresponding step has sent. A segment is known by
the step that sent it, or by its place in what was under way at the start. What is not possible is *skipped*; what must
happen before is *inserted*: what is due before a tick, and what is ahead in a queue. Then comes the shortest way to
*rest*: nothing under way, and no timer that is due or runs; first without giving up, which is a user's patience.

Segments are followed by the contents of slots, so that equal ones of different age or author are told apart. Of those
that are equal in all respects the one is meant that the pictures mean (`flights`).
Limits: so many states are looked at on the way to rest (`REST`), and before a tick or an arrival (`FORCED`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from string import ascii_lowercase

from model.core.run import Run, Step, enabled, fire, replay
from model.core.system import Rule, State, System
from model.network.make import AnyNetwork
from model.pictures.flights import ARRIVES, SENDS, history
from model.pictures.two_ladders import Pair
from model.tcp.state import STATES
from model.words.language import marked, phrased

REST, FORCED = 1500, 60
GIVES_UP = ("USER TIMEOUT", "SYN-RECEIVED TIMEOUT")
Channel = tuple[str, str]
"""The source and the target of segments."""
Sent = tuple[Channel, int]
"""A segment: the step that sent it; 0, -1, …: its place among those under way at the start."""


@dataclass(frozen=True)
class NetworkSystem:
    """A system with the network that it is of."""

    network: AnyNetwork
    system: System

    @property
    def channels(self) -> dict[Channel, list[str]]:
        """The slots of each channel."""
        found = [self.network.channel(side) for side in self.network.sides.values()]
        return {(one.source, one.target): [slot.name for slot in one.slots] for one in found}


@dataclass(frozen=True)
class Compared:
    """Two runs, step by step. rest: why the second one does not come to rest, or ""; quiet: the first one has."""

    left: Run
    right: Run
    pairs: tuple[Pair, ...]
    rest: str
    quiet: bool

    @property
    def first(self) -> Pair | None:
        """The first step that differs."""
        return next((pair for pair in self.pairs if pair.differs), None)

    @property
    def differs_in(self) -> int:
        """The number of the first step that differs, or before which something is inserted; 0 if there is none."""
        begins = next((at for at, pair in enumerate(self.pairs) if pair.differs), len(self.pairs))
        return next((int(pair.number) for pair in self.pairs[begins:] if pair.mark != "inserted"), 0)


class UnderWay:
    """The segments under way in a run, each by who sent it, with the content of its slot."""

    def __init__(self, world: NetworkSystem, initial: State) -> None:
        self._channels, self._oldest_first = world.channels, world.network.fifo
        self.at: dict[Channel, list[tuple[int, Sent]]] = {
            channel: [(initial[slot], (channel, -at)) for at, slot in enumerate(slots) if initial[slot]]
            for channel, slots in self._channels.items()
        }

    def content(self, sent: Sent) -> int | None:
        """What is in the slot of a segment; None if it is not under way."""
        return next((content for content, one in self.at[sent[0]] if one == sent), None)

    def slots(self, channel: Channel, content: int, state: State) -> list[int]:
        """The slots with this content."""
        return [at for at, slot in enumerate(self._channels[channel]) if state[slot] == content]

    def taken(self, before: State, step: Step) -> Sent | None:
        """The segment that a step delivers, duplicates or loses."""
        channel = taken_from(step.rule)
        if channel is None or "slot" not in step.inputs:
            return None
        content = before[self._channels[channel][step.inputs["slot"]]]
        same = [sent for other, sent in self.at[channel] if other == content]
        return same[0 if self._oldest_first else -1]

    def follow(self, before: State, step: Step, number: int) -> None:
        """Go on to the state after a step."""
        gone = self.taken(before, step)
        for channel, slots in self._channels.items():
            old, new = ([state[slot] for slot in slots if state[slot]] for state in (before, step.state))
            if step.rule.kind == "time":  # All are older, and in the same order.
                older = dict(zip(sorted(old), sorted(new), strict=True))
                self.at[channel] = [(older[content], sent) for content, sent in self.at[channel]]
            elif len(new) < len(old):
                self.at[channel] = [one for one in self.at[channel] if one[1] != gone]
            for content in (Counter(new) - Counter(old)).elements() if step.rule.kind != "time" else ():
                self.at[channel].append((content, (channel, number)))


def taken_from(rule: Rule) -> Channel | None:
    """The channel of which a rule delivers or loses a segment."""
    return next(((w.source, w.target) for w in rule.wires if w.action in (*ARRIVES, "lose")), None)


def compared(one: NetworkSystem, run: Run, other: NetworkSystem, able: Sequence[System] = ()) -> Compared:
    """The same schedule in another world; its run is replayed under the Python meaning.

    able: for each step the system that it is taken from, if that is not the world's.
    """
    begin = {name: run.initial.get(name, value) for name, value in other.system.initial[0].items()}
    if begin not in other.system.initial:  # A study has many, and the run begins in one.
        other = replace(other, system=replace(other.system, initial=(begin,)))
    follows = _Follows(one, run, other, begin, able)
    for number in range(1, len(run.steps) + 1):
        follows.step(number)
    steps, rest = to_rest(other, follows.state)
    for step in steps:
        follows.do(step)
        follows.pairs.append(Pair(None, len(follows.steps), "continued"))
    found = Run(begin, tuple(follows.steps))
    replay(other.system, found)
    pairs = _numbered(len(run.steps), _with_differences(one, run, other, found, follows.pairs))
    return Compared(run, found, tuple(pairs), rest, at_rest(one, run.states[-1]))


def _numbered(last: int, pairs: Iterable[Pair]) -> Iterator[Pair]:
    """The pairs with numbers for readers: the first run's, and on from its last one; what is inserted after 5 is 5a."""
    before, inserted = 0, 0
    for pair in pairs:
        inserted = inserted + 1 if pair.mark == "inserted" else 0
        last += pair.mark == "continued"
        before = before if inserted else pair.left or last
        yield replace(pair, number=f"{before}{ascii_lowercase[(inserted - 1) % 26] if inserted else ''}")


class _Follows:
    """The run of the other world, as far as it goes."""

    def __init__(
        self, one: NetworkSystem, run: Run, other: NetworkSystem, initial: State, able: Sequence[System]
    ) -> None:
        self.run, self.other, self.state = run, other, initial
        self._systems, self._system = able, other.system
        self.steps: list[Step] = []
        self.pairs: list[Pair] = []
        self._theirs, self._ours = UnderWay(one, run.initial), UnderWay(other, initial)
        self._same: dict[int, int] = {}
        self._fate: dict[Sent, str] = {}
        self._states: Mapping[str, str] = {s: v for line in other.network.lanes.values() for s, v in line.items()}

    def do(self, step: Step) -> None:
        """Do a step."""
        number = len(self.steps) + 1
        if (taken := self._ours.taken(self.state, step)) and not step.inputs.get("copy"):
            self._fate[taken] = _LOST if step.rule.kind == "network" else _ARRIVED
        self._ours.follow(self.state, step, number)
        self.steps.append(step)
        self.state = step.state

    def step(self, number: int) -> None:
        """Do the counterpart of a step, if it is possible."""
        before, step = self.run.states[number - 1], self.run.steps[number - 1]
        self._system = self._systems[number - 1] if self._systems else self.other.system
        sent = self._theirs.taken(before, step)
        self._theirs.follow(before, step, number)
        own, reason = (self._own(sent) if sent else None), ""
        if isinstance(own, str):
            reason, able = own, None
        else:
            forced, able = self._possible(step, own)
            for one in forced:
                self.do(one)
                self.pairs.append(Pair(None, len(self.steps), "inserted"))
            reason = "" if able else self._why_not(step)
        if able is None:
            self.pairs.append(Pair(number, None, "skipped", reason))
            return
        self.do(able)
        self._same[number] = len(self.steps)
        self.pairs.append(Pair(number, len(self.steps)))

    def _own(self, sent: Sent) -> Sent | str:
        """The counterpart of a segment; or why it is not under way."""
        channel, by = sent
        if by > 0 and by not in self._same:
            return phrased("no such segment: step {step} was skipped", step=by)
        own = channel, (self._same[by] if by > 0 else by)
        if self._ours.content(own) is not None:
            return own
        if own in self._fate:
            return phrased(self._fate[own], step=by)
        happened = history(Run(self.other.system.initial[0], tuple(self.steps)))[own[1] - 1] if by > 0 else []
        lost = any(wire.action in SENDS and (wire.source, wire.target) == channel for wire in happened)
        if lost:
            return phrased("no such segment: that of step {step} is lost", step=by)
        return phrased("no such segment: step {step} sends none", step=by)

    def _possible(self, step: Step, own: Sent | None) -> tuple[list[Step], Step | None]:
        """What must happen first, and the counterpart of a step; None if it is not possible."""
        if able := self._able(step, own, self.state):
            return [], able
        if step.rule.kind == "time":
            ways = [("timeout",), ("timeout", "arrives"), ("timeout", "arrives", "call")]
        elif own is not None and self.other.network.fifo:
            ways = [("arrives",)]
        else:
            ways = []
        for kinds in ways:
            found, after = self._forced(step, own, kinds)
            if after is not None:
                return found, self._able(step, own, after)
        return [], None

    def _forced(self, step: Step, own: Sent | None, kinds: Sequence[str]) -> tuple[list[Step], State | None]:
        """What must happen before a step is possible, by events of these kinds."""

        def due(_: State, one: Step) -> bool:
            ahead = own is None or taken_from(one.rule) == own[0]
            return one.rule.kind in kinds and one.rule.call in _DUE and not one.inputs.get("copy") and ahead

        way, after, _seen = _shortest(self.other, self.state, lambda at: bool(self._able(step, own, at)), due, FORCED)
        return way, after

    def _able(self, step: Step, own: Sent | None, state: State) -> Step | None:
        """The counterpart of a step in a state, if it is possible there."""
        rule, choices = step.rule, [dict(step.inputs)]
        if own is not None:
            content = self._ours.content(own)
            assert content is not None
            slots = self._ours.slots(own[0], content, state)
            choices = [{**step.inputs, "slot": slot} for slot in slots]
        wanted = (rule.kind, rule.side, rule.call, taken_from(rule))
        rules = [r for r in self._system.rules if (r.kind, r.side, r.call, taken_from(r)) == wanted]
        for one in sorted(rules, key=lambda one: one.cause != rule.cause):
            for inputs in choices:
                own_inputs = {name: inputs.get(name, 0) for name in one.choose}
                offered = all(value < one.choose[name] for name, value in own_inputs.items())
                refused = inputs.get("copy") and "copy" not in one.choose
                if offered and not refused and (after := fire(one, own_inputs, state)):
                    return Step(one, own_inputs, after)
        return None

    def _why_not(self, step: Step) -> str:
        """Why the counterpart of a step is not possible, in few words."""
        rule = step.rule
        name = self._states.get(rule.side)
        where = STATES[self.state[name]] if name else ""
        if rule.kind == "time":
            return marked("something is due first")
        if rule.kind in ("arrives", "network"):
            copied = bool(step.inputs.get("copy"))
            return marked("no duplicate is left") if copied else marked("it cannot happen to this segment")
        if rule.kind == "timeout":
            known = rule.call in _called(self.other, rule.side, where)
            said = marked("the {timer} is not due") if known else marked("no {timer} in {state}")
            return phrased(said, timer=rule.call, state=where)
        said = marked("{event} is not possible in {state}") if where else marked("{event} is not possible")
        return phrased(said, event=(where and rule.call) or rule.kind, state=where)


_LOST = marked("the segment of step {step} is lost already")
_ARRIVED = marked("the segment of step {step} has arrived already")
_DUE = ("", "CLOSE", "RETRANSMISSION TIMEOUT", "TIME-WAIT TIMEOUT", "delayed ACK", *GIVES_UP)
"""What may be due: a timer, or the CLOSE of a user who takes a bounded time."""


def _called(world: NetworkSystem, side: str, state: str) -> set[str]:
    """The calls and timers of a side in a state."""
    return {r.call for r in world.system.rules if r.side == side and getattr(r.cause, "state", "") == state}


def _shortest(
    world: NetworkSystem, begin: State, goal: Callable[[State], bool], allowed: Callable[[State, Step], bool], most: int
) -> tuple[list[Step], State | None, list[State]]:
    """The shortest way of allowed steps to a state, and that state; None if there is none among so many states.

    Last, those states: all that there are, if there are fewer.
    """
    came: dict[tuple[int, ...], tuple[tuple[int, ...], Step] | None] = {(key := tuple(begin.values())): None}
    waiting = [(key, begin)]
    for key, state in waiting:
        if goal(state):
            way, at = list[Step](), key
            while (last := came[at]) is not None:
                at = last[0]
                way.insert(0, last[1])
            return way, state, []
        for step in enabled(world.system, state) if len(came) < most else ():
            if allowed(state, step) and (after := tuple(step.state.values())) not in came:
                came[after] = key, step
                waiting.append((after, step.state))
    return [], None, [state for _key, state in waiting]


def at_rest(world: NetworkSystem, state: State) -> bool:
    """Nothing is under way, and no timer is due or runs; but a user may give up at any moment, and need not."""
    if any(state[slot] for slot in world.network.slots):
        return False
    due = [rule for rule in world.system.rules if rule.kind == "timeout" and rule.call != "USER TIMEOUT"]
    ticks = [rule for rule in world.system.rules if rule.kind == "time"]
    return not any(fire(rule, {}, state) for rule in due) and all(fire(rule, {}, state) == state for rule in ticks)


def to_rest(world: NetworkSystem, state: State) -> tuple[list[Step], str]:
    """The shortest way to rest, or why there is none: by what arrives, by timers and time; last also by giving up."""
    ticks = [rule for rule in world.system.rules if rule.kind == "time"]

    def due(at: State, step: Step) -> bool:
        """Whether a step is an arrival, time, a timer that goes off, or the CLOSE for which time waits."""
        if step.rule.call == "CLOSE":
            return bool(ticks) and not any(fire(rule, {}, at) for rule in ticks)
        return step.rule.kind in ("arrives", "timeout", "time") and not step.inputs.get("copy")

    def patient(at: State, step: Step) -> bool:
        return step.rule.call not in GIVES_UP and due(at, step)

    seen = list[State]()
    for allowed in (patient, due):
        way, end, seen = _shortest(world, state, lambda at: at_rest(world, at), allowed, REST)
        if end is not None:
            return way, ""
    return [], _restless(world, seen)


def _restless(world: NetworkSystem, seen: Sequence[State]) -> str:
    """Why there is no rest in these states, which are all that arrivals, timers and time lead to, if they are few."""
    again = [rule for rule in world.system.rules if rule.call == "RETRANSMISSION TIMEOUT"]
    sending = [{rule.side for rule in again if fire(rule, {}, state)} for state in seen]
    always, count = sorted(set.intersection(*sending)), f"{len(seen):,}"
    if len(seen) >= REST:
        return phrased("no rest was found among {count} states", count=count)
    if not always:
        said = marked("there is no rest: {count} states can follow, and in each a segment is under way or a timer runs")
        return phrased(said, count=count)
    said = marked(
        "there is no rest: {count} states can follow, and in each one {sides} must send again what is not acknowledged;"
        " only a user who gives up could end it, and here none does"
    )
    both = phrased("{one} and {other}", one=always[0], other=always[-1]) if always[1:] else always[0]
    return phrased(said, count=count, sides=both)


def different(one: NetworkSystem, mine: State, other: NetworkSystem, theirs: State) -> dict[str, tuple[str, str]]:
    """The variables, slots apart, that differ in two states, with their values.

    What a system leaves out is 0 there; but of ghosts it has those only that are read.
    """
    out = {*one.network.slots, *other.network.slots, *(one.system.ghosts ^ other.system.ghosts)}
    variables = {**other.system.var, **one.system.var}
    values = {name: (mine.get(name, 0), theirs.get(name, 0)) for name in variables if name not in out}
    return {name: (variables[name].show(a), variables[name].show(b)) for name, (a, b) in values.items() if a != b}


def _with_differences(
    one: NetworkSystem, run: Run, other: NetworkSystem, found: Run, pairs: Sequence[Pair]
) -> Iterator[Pair]:
    """The pairs, each with whether it differs."""
    sends = [[[(w.action, w.text) for w in step if w.action in SENDS] for step in history(of)] for of in (run, found)]
    for pair in pairs:
        differs = pair.mark in ("skipped", "inserted")
        if pair.left and pair.right:
            mine, theirs = run.steps[pair.left - 1].state, found.steps[pair.right - 1].state
            differs = bool(different(one, mine, other, theirs))
            differs = differs or sends[0][pair.left - 1] != sends[1][pair.right - 1]
        yield replace(pair, differs=differs)
