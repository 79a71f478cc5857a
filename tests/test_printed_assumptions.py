"""What a proof's row says it assumes is what the proof rests on: with any of it weakened in the code, the proof fails.

`TABLE` has a line for each assumption and each way to make less of it: how the printed sentence begins, how the code is
changed, which events are asked ("" is what belongs to no event), and exactly what fails then. With nothing changed
nothing fails, and every sentence that is printed is in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from types import ModuleType
from typing import Any

import pytest
import z3

from model.any_channel import closing as closing_parts
from model.any_channel import every_channel as channel_parts
from model.any_channel import timed
from model.any_channel.closing import LOSSES, STATES, closing
from model.any_channel.every_channel import every_channel
from model.any_channel.network import Added, Part, UnboundedNetwork
from model.any_channel.timed import Rest, resting
from model.any_channel.words import event_of
from model.engines.explicit.search import explore
from model.engines.inductive.discharge import Prover
from model.engines.inductive.obligations import Transition
from model.engines.symbolic.solver import BLASTED, LimitedSolver
from model.network import firing
from model.network.bounded import Network
from model.questions.theorems import layers
from model.report.summary import bounds
from model.settings.config import Config
from model.tcp.cause import Cause
from model.tcp.cause import named as name_of
from properties import claim
from properties.configs import EVERY_CHANNEL, EVERY_CLOSE, EVERY_CONNECTION, HALF_OPEN_PEER, REPEATED_ISNS
from properties.opening import no_half_open
from properties.proofs.timed import LONG_ENOUGH, TIMED, InTime
from tests.network_mutants import Mutant, Wrapped, by_event, part, stopped

SMALL: dict[str, Any] = {"seq_bits": 5, "window": 4, "octets": 2}
CHANNEL, CONNECTION, CLOSE = (one.but(**SMALL) for one in (EVERY_CHANNEL, EVERY_CONNECTION, EVERY_CLOSE))
PROOFS: dict[str, tuple[str, Config, InTime | None]] = {
    "channel": ("no-old-segment-accepted", CONNECTION, None),
    "rest": ("half-open", CHANNEL, TIMED["numbers rest"]),
    "sides": ("half-open", CHANNEL, TIMED["sides rest"]),
    "close": ("last-ack-answered", CLOSE, LONG_ENOUGH),
    "letter": ("last-ack-answered", CLOSE.but(time_wait_restart=False), LONG_ENOUGH),
    "text": ("last-ack-answered", CLOSE, TIMED["text, losses + 3 D"]),
}
"""The proofs by what they assume: a claim, few numbers, and what is assumed of time."""

Patch = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True)
class Weaker:
    """A line of the table; fails: as "event: lemma"."""

    sentence: str
    how: str
    patch: Patch
    events: Sequence[str]
    fails: Sequence[str]


def name(step: Transition) -> str:
    """The event of a step."""
    assert isinstance(step.cause, Cause)
    return step.cause.name


def network_of(kind: str) -> UnboundedNetwork:
    """The network of a proof."""
    _, config, time = PROOFS[kind]
    return time.network(config) if time else every_channel(config)


def failing(kind: str, events: Sequence[str]) -> list[str]:
    """What fails of these events in a proof, as "event: lemma"."""
    (claim, _, time), found = PROOFS[kind], list[str]()
    prover = Prover(LimitedSolver(solver=BLASTED.solver) if kind == "text" else LimitedSolver())
    for induction in layers(claim, network_of(kind), time=time):
        asked: list[Transition | None] = [step for step in induction.soup.steps if name(step) in events]
        for step in [*asked, *([None] if "" in events else [])]:
            for one in prover.of(induction, step):
                assert not one.limit
                found += [f"{name_of(event_of(one.obligation))}: {duty.lemma}" for duty in one.failing]
    return sorted(set(found))


@cache
def failing_unchanged(kind: str, events: tuple[str, ...]) -> list[str]:
    """What fails where nothing is changed: as many lines of the table ask about the same events."""
    return failing(kind, events)


# -- how the code is changed --


def wrapped(where: type | ModuleType, name: str, change: Wrapped) -> Patch:
    """A method, property or part that is changed, given what it was and its arguments."""
    return Mutant("", where, name, change).put_in


def one_more(conditions: list[z3.BoolRef], network: UnboundedNetwork, end: Any, event: Any) -> list[z3.BoolRef]:
    """A SEND leaves no room for the FIN among the W numbers."""
    if event.budget != "octets":
        return conditions
    text, tcb = z3.BitVec(f"{end.name}.segment_text", network.bits), end.tcb
    used = network.number(0) if event.state == "LISTEN" else tcb.snd_nxt - tcb.iss - 1 + tcb.queued
    return [conditions[0], z3.ULE(text, network.most - 1 - used)]


def larger(window: z3.BitVecRef, network: UnboundedNetwork) -> z3.BitVecRef:
    """Windows are larger than what is printed."""
    return window + network.number(4)


def nearer(far: z3.BoolRef, network: UnboundedNetwork, one: z3.BitVecRef, two: z3.BitVecRef) -> z3.BoolRef:
    """A number that is chosen may be nearer by one; what lemmas say is what it was."""
    if not any(str(number).endswith(".isn") for number in (one, two)):
        return far
    distance = network.number(network.config.isn_distance - 1)
    return z3.And(z3.UGE(one - two, distance), z3.UGE(two - one, distance))


def without(lane: str) -> Callable[..., dict[str, z3.BoolRef]]:
    """Freshness (a) of the segments of the other lane only."""
    return lambda fresh, *_: {name: term for name, term in fresh.items() if name != lane}


def any_range(manners: tuple[z3.BoolRef, ...], _: object, end: Any) -> tuple[z3.BoolRef, ...]:
    """RFC 5961's range of SEG.ACK is tested or not."""
    return (*manners[:2], z3.Bool(f"{end.name}.ack_range"))


def guards(keep: Callable[[tuple[z3.BoolRef, ...]], tuple[z3.BoolRef, ...]]) -> Wrapped:
    """A part whose events have only some of their conditions."""
    return by_event(lambda added, _: replace(added, guards=keep(added.guards)))


NO_TIME = part(time=lambda *_: Added())
"""A part by which nothing is ever due, and no segment lost for its age."""
NO_GUARDS = guards(lambda _: ())


def never_due(at: int) -> Wrapped:
    """Of what a part says is due, one thing is not."""
    return part(time=lambda was, then: replace(due := was(then), guards=due.guards[:at] + due.guards[at + 1 :]))


def also(*calls: str) -> Wrapped:
    """A part by which a user may make these calls, too."""
    return part(
        allows=lambda was, side, event: was(side, event) or (event.call in calls and event.state in STATES[side.name])
    )


def any_text(users: Part, *_: object) -> Part:
    """B sends text, as much as it likes."""
    sends: Part = also("SEND")(users)
    free: Part = NO_GUARDS(sends)
    return free


def outstanding(users: Part, *_: object) -> Part:
    """At the start something may be outstanding: of its parts the first two are the states."""
    start = users.initial.children()
    return replace(users, initial=z3.And(*start[:2], *start[4:]))


# -- the table --

CHOOSING = tuple(cause.name for cause in claim.CHOOSING)
W = "W: one incarnation uses at most 4 sequence numbers of 5 bits; windows are 4"
START, SEND, TIME, ENDS = ("",), ("SEND in ESTABLISHED",), ("time passes",), ("TIME-WAIT TIMEOUT",)
FINS = ("B: CLOSE in CLOSE-WAIT", "B: RETRANSMISSION of FIN in LAST-ACK")
GIVES_UP = ("ABORT in TIME-WAIT", *(f"{what} in LAST-ACK" for what in ("B: ABORT", "B: USER TIMEOUT")))
LEAVES = ("ABORT in FIN-WAIT-2", "B: ABORT in CLOSE-WAIT")


def at_all(events: Sequence[str], *lemmas: str) -> tuple[str, ...]:
    """These lemmas fail at all of the events."""
    return tuple(f"{event}: {lemma}" for event in events for lemma in lemmas)


def of_the_channel() -> Iterator[tuple[str, Weaker]]:
    """The lines of the proofs for every channel."""
    change, (listen,) = partial(wrapped, UnboundedNetwork), CHOOSING[3:]
    own = (*at_all(CHOOSING, "own-acknowledgments", "segments-apart"), f"{listen}: one-peer")
    near, ranged = at_all(CHOOSING, "acks-apart", "apart", "segments-apart"), ("FIN-WAIT-1, ACK arrives",)
    unknown = at_all(ranged, "no acknowledgment of another connection accepted")
    for name in ("channel", "rest", "sides"):
        yield name, Weaker(W, "room for one more", change("assumed_of", one_more), SEND, at_all(SEND, "within-w"))
        yield name, Weaker(W, "a larger window", change("window", larger), START, ("any state: within-window",))
    of, acks = partial(wrapped, channel_parts, "of_segments"), at_all(CHOOSING, "acks-apart")
    yield "channel", Weaker("freshness (a)", "of the other side's", of(without("A")), CHOOSING, own)
    yield "channel", Weaker("freshness (a)", "of its own segments", of(without("B")), CHOOSING, acks)
    yield "channel", Weaker("freshness (b)", "and (a): nearer by one", change("apart", nearer), CHOOSING, near)
    tested = "everybody tests RFC 5961's range"
    yield "channel", Weaker(tested, "or does not", change("_manners", any_range), ranged, unknown)


def of_the_rest() -> Iterator[tuple[str, Weaker]]:
    """The lines of the proofs in which numbers, or sides, rest."""
    fresh, rests = at_all(CHOOSING, "freshness (a)", "freshness (b)"), partial(wrapped, timed, "numbers_rest")
    rules = {"rest": "an ISN near another one is chosen only when", "sides": "a side chooses an ISN only when"}
    young, silent = (at_all(TIME, lemma) for lemma in ("young", "silence-kept"))
    no_rule, no_pause = rests(guards(lambda both: both[:1])), rests(guards(lambda both: both[1:]))
    for name, rule in rules.items():
        yield name, Weaker("no segment outlives MSL", "any age", wrapped(timed, "lifetime", NO_TIME), TIME, young)
        yield name, Weaker("a TCB is deleted", "it need not be", wrapped(timed, "silence", NO_TIME), TIME, silent)
        yield name, Weaker(rule, "or at any time", no_rule, CHOOSING, fresh)
        yield name, Weaker(rule, "and Q is anything", no_pause, CHOOSING, fresh)


def of_the_close() -> Iterator[tuple[str, Weaker]]:
    """The lines of the proofs of the close."""
    made = partial(wrapped, closing_parts)
    for name in ("close", "letter", "text"):
        arrive = "each text or FIN of B, and the answer" if name == "text" else "each FIN of B and the answer"
        late, last, ended = at_all(TIME, "in-time"), "A has closed before", at_all(ENDS, "in-turn")
        lost = at_all(FINS, "in-time")
        away = (*GIVES_UP, *LEAVES)
        gone = at_all(away, "in-turn") + at_all(away[1:], "numbers")
        give_up, begun = made("users", also("ABORT", "USER TIMEOUT")), ("initial state: numbers",)
        no_length, no_timer = made("waiting", guards(lambda both: both[1:])), made("timer", NO_TIME)
        yield name, Weaker("TIME-WAIT > ", "of any length", no_length, ENDS, ended)
        yield name, Weaker("until B is CLOSED", "its timer need not run out", no_timer, TIME, late)
        yield name, Weaker(arrive, "the FIN takes any time", made("promises", never_due(0)), TIME, late)
        yield name, Weaker(arrive, "the ACK takes any time", made("promises", never_due(1)), TIME, late)
        free = (*lost, f"{FINS[1]}: answer-comes")
        yield name, Weaker("each loss costs one RTO", "nothing", made("losses", stopped("cost")), FINS, free)
        yield name, Weaker("each loss costs one RTO", "any number of them", made("losses", NO_GUARDS), FINS, lost)
        yield name, Weaker(last, "somebody gives up", give_up, away, gone)
        yield name, Weaker(last, "it is not at rest", made("users", outstanding), START, begun)
    answer, text = ("TIME-WAIT, unacceptable segment arrives",), ("B: SEND in CLOSE-WAIT",)
    again = made("waiting", stopped("A.waiting", when=lambda event: event.state == "TIME-WAIT"))
    yield "close", Weaker("TIME-WAIT > ", "a FIN restarts nothing", again, answer, at_all(answer, "answer-comes"))
    sends_text = made("users", any_text)
    yield "close", Weaker("A has closed before", "B sends text", sends_text, text, at_all(text, "numbers"))
    old = made("young", NO_TIME)
    yield "text", Weaker("each text or FIN of B", "A's segments are old", old, TIME, at_all(TIME, "in-time"))


TABLE = [*of_the_channel(), *of_the_rest(), *of_the_close()]
named = pytest.mark.parametrize(
    ("kind", "weaker"), TABLE, ids=[f"{kind}, {one.sentence[:16]}: {one.how}" for kind, one in TABLE]
)


@named
def test_with_less_than_is_printed_the_proof_fails(monkeypatch: pytest.MonkeyPatch, kind: str, weaker: Weaker) -> None:
    said = [sentence for sentence in network_of(kind).assumptions if sentence.startswith(weaker.sentence)]
    assert len(said) == 1
    assert failing_unchanged(kind, tuple(weaker.events)) == []
    weaker.patch(monkeypatch)
    assert failing(kind, weaker.events) == sorted(weaker.fails)
    assert weaker.fails


def test_every_sentence_that_is_printed_is_in_the_table() -> None:
    for kind in PROOFS:
        weakened = tuple(one.sentence for name, one in TABLE if name == kind)
        assert [sentence for sentence in network_of(kind).assumptions if not sentence.startswith(weakened)] == []


# -- what a setting weakens changes the text --


@pytest.mark.parametrize(
    ("was", "now", "changes"),
    [
        (every_channel(CONNECTION), every_channel(CONNECTION, segments=False), {"freshness (a)"}),
        (every_channel(CONNECTION), every_channel(CONNECTION, peer=False), {"freshness (b)"}),
        (
            every_channel(CONNECTION),
            every_channel(CONNECTION.but(isns_apart="W+window")),
            {"freshness (a)", "freshness (b)"},
        ),
        (every_channel(CONNECTION), every_channel(CONNECTION.but(ack_range="off")), {"everybody tests"}),
        (every_channel(CONNECTION), every_channel(CONNECTION.but(ack_range="either")), {"everybody tests"}),
        (
            every_channel(CONNECTION),
            every_channel(CONNECTION.but(octets=3)),
            {"W: one incarnation", "freshness (a)", "freshness (b)"},
        ),
        (resting(CHANNEL), resting(CHANNEL, rest=Rest(silence=False)), {"a TCB is deleted"}),
        (resting(CHANNEL), resting(CHANNEL, rest=Rest(z3.Real("MSL"))), {"an ISN near another one"}),
        (resting(CHANNEL), resting(CHANNEL, rest=Rest(sides=True)), {"an ISN near another one"}),
        (closing(CLOSE), closing(CLOSE, given=LOSSES >= 0), {"TIME-WAIT > "}),
        (closing(CLOSE, text=True), closing(CLOSE, given=LOSSES >= 0, text=True), {"TIME-WAIT > "}),
    ],
)
def test_what_a_setting_assumes_is_printed(was: UnboundedNetwork, now: UnboundedNetwork, changes: set[str]) -> None:
    pairs = zip(was.assumptions, now.assumptions, strict=True)
    differing = [before for before, after in pairs if before != after]
    assert len(differing) == len(changes)
    assert all(before.startswith(tuple(changes)) for before in differing)
    if was.config == now.config and changes <= {"freshness (a)", "freshness (b)", "a TCB is deleted"}:
        assert all(f"NOT assumed: {left_out}" in now.assumptions for left_out in differing)


# -- bounded networks --

WAITING = {
    "no_segment_carries": REPEATED_ISNS.but(isns_wait="segments-and-peer"),
    "no_peer_carries": HALF_OPEN_PEER.but(isns_wait="segments-and-peer"),
}
"""Numbers are used again, as soon as they are fresh: by what is looked at."""


@pytest.mark.parametrize("looked_at", ["no_segment_carries", pytest.param("no_peer_carries", marks=pytest.mark.long)])
def test_numbers_that_are_used_again_wait_as_the_settings_say(monkeypatch: pytest.MonkeyPatch, looked_at: str) -> None:
    config = WAITING[looked_at]
    assert bounds(config)["isns_wait"] == config.isns_wait
    assert half_open(config) == "holds"
    monkeypatch.setattr(firing, looked_at, lambda *_: z3.BoolVal(True))
    assert half_open(config) == "violated"


def half_open(config: Config) -> str:
    """What a search says of half-open."""
    network = Network(config)
    return explore(network.system(no_half_open(network)), cone=True)["half-open"].answer
