"""What a proof's row says it assumes is what the proof rests on: with any of it weakened in the code, the proof fails.

`TABLE` has a line for each assumption and each way to make less of it: how the printed sentence begins, how the code is
changed, which events are asked ("" is what belongs to no event), and exactly what fails then. With nothing changed
nothing fails, and every sentence that is printed is in the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import pytest
import z3

from model.any_channel.closing import LOSSES, NOW, STATES, ClosingNetwork
from model.any_channel.closing_text import TextNetwork
from model.any_channel.network import Assumed, UnboundedNetwork
from model.any_channel.timed import Rest, TimedNetwork
from model.any_channel.words import event_of
from model.engines.explicit.search import explore
from model.engines.inductive.discharge import Prover
from model.engines.inductive.obligations import Transition
from model.engines.symbolic.solver import BLASTED, LimitedSolver
from model.network import firing
from model.network.bounded import Network
from model.questions.proof_words import assumptions
from model.questions.theorems import layers
from model.report.summary import bounds
from model.settings.config import Config
from model.tcp.cause import Cause
from model.tcp.cause import named as name_of
from properties import claim
from properties.configs import EVERY_CHANNEL, EVERY_CLOSE, EVERY_CONNECTION, HALF_OPEN_PEER, REPEATED_ISNS
from properties.opening import no_half_open

SMALL: dict[str, Any] = {"seq_bits": 5, "window": 4, "octets": 2}
CHANNEL, CONNECTION, CLOSE = (one.but(**SMALL) for one in (EVERY_CHANNEL, EVERY_CONNECTION, EVERY_CLOSE))
NETWORKS: dict[str, tuple[str, Callable[[], UnboundedNetwork]]] = {
    "channel": ("no-old-segment-accepted", lambda: UnboundedNetwork(CONNECTION)),
    "rest": ("half-open", lambda: TimedNetwork(CHANNEL)),
    "sides": ("half-open", lambda: TimedNetwork(CHANNEL, rest=Rest(sides=True))),
    "close": ("last-ack-answered", lambda: ClosingNetwork(CLOSE)),
    "letter": ("last-ack-answered", lambda: ClosingNetwork(CLOSE.but(time_wait_restart=False))),
    "text": ("last-ack-answered", lambda: TextNetwork(CLOSE)),
}
"""The proofs by what they assume: a claim, and its network with few numbers."""

Patch = Callable[[pytest.MonkeyPatch], None]
THEN = z3.Real("then")


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


def failing(kind: str, events: Sequence[str]) -> list[str]:
    """What fails of these events in a proof, as "event: lemma"."""
    (claim, make), found = NETWORKS[kind], list[str]()
    prover = Prover(LimitedSolver(solver=BLASTED.solver) if kind == "text" else LimitedSolver())
    for induction in layers(claim, make()):
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


def wrapped(where: type, name: str, change: Callable[..., Any]) -> Patch:
    """A method whose result is changed, given the result and its arguments; a property likewise."""
    was: Any = where.__dict__[name]
    if isinstance(was, property):
        read: Any = was.fget
        made: Any = property(lambda self: change(read(self), self))
    else:

        def made(*args: Any, **more: Any) -> Any:
            return change(was(*args, **more), *args)

    return lambda patch: patch.setattr(where, name, made)


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


def no_rule_of_rest(step: Transition, *_: object) -> Transition:
    """An ISN is chosen at any time: the guard's last part is the rule."""
    return replace(step, guard=z3.And(*step.guard.children()[:-1]))


def no_least_pause(step: Transition, *_: object) -> Transition:
    """Q is anything: the guard's last part but one says how long it is."""
    *rest, _long_enough, rule = step.guard.children()
    return replace(step, guard=z3.And(*rest, rule))


def any_age(step: Transition, *_: object) -> Transition:
    """No segment is lost for its age."""
    return replace(step, assumes={})


def no_end_of_silence(step: Transition, *_: object) -> Transition:
    """Time passes, whoever has heard nothing for how long."""
    return replace(step, guard=z3.Real("now") <= THEN)


def never_due(at: int) -> Callable[..., Transition]:
    """Time passes whatever is due at this place: TIME-WAIT's end, B's timer, a FIN, an ACK."""

    def change(step: Transition, *_: object) -> Transition:
        due = [part for part in step.guard.children() if not part.eq(THEN >= NOW)]
        assert len(due) == 4
        return replace(step, guard=z3.And(THEN >= NOW, *(part for place, part in enumerate(due) if place != at)))

    return change


def never_restarted(changes: Any, _: object, event: Any) -> Any:
    """A FIN in TIME-WAIT does not restart it."""
    conditions, update = changes
    return conditions, {n: term for n, term in update.items() if n != "A.waiting" or event.state != "TIME-WAIT"}


def no_length(changes: Any, *_: object) -> Any:
    """TIME-WAIT is of any length: the first condition says of which."""
    conditions, update = changes
    return conditions[1:], update


def free_losses(changes: Any, *_: object) -> Any:
    """A loss costs nothing."""
    conditions, update = changes
    return conditions, {name: term for name, term in update.items() if name != "cost"}


def endless_losses(changes: Any, *_: object) -> Any:
    """Losses cost as much as they like."""
    conditions, update = changes
    return [part for part in conditions if str(LOSSES) not in str(part)], update


def also(*calls: str) -> Callable[..., bool]:
    """A user may make these calls, too."""
    return lambda allowed, _, end, event: allowed or (event.call in calls and event.state in STATES[end.name])


def outstanding(start: z3.BoolRef, _: object) -> z3.BoolRef:
    """At the start something may be outstanding: of its parts the first two are the states."""
    return z3.And(*start.children()[:2], *start.children()[4:])


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
    yield "channel", Weaker("freshness (a)", "of the other side's", change("_fresh", without("A")), CHOOSING, own)
    acks = at_all(CHOOSING, "acks-apart")
    yield "channel", Weaker("freshness (a)", "of its own segments", change("_fresh", without("B")), CHOOSING, acks)
    yield "channel", Weaker("freshness (b)", "and (a): nearer by one", change("apart", nearer), CHOOSING, near)
    tested = "everybody tests RFC 5961's range"
    yield "channel", Weaker(tested, "or does not", change("_manners", any_range), ranged, unknown)


def of_the_rest() -> Iterator[tuple[str, Weaker]]:
    """The lines of the proofs in which numbers, or sides, rest."""
    fresh = at_all(CHOOSING, "freshness (a)", "freshness (b)")
    passes, rested = partial(wrapped, TimedNetwork, "time_passes"), partial(wrapped, TimedNetwork, "_rested")
    rules = {"rest": "an ISN near another one is chosen only when", "sides": "a side chooses an ISN only when"}
    young, silent = (at_all(TIME, lemma) for lemma in ("young", "silence-kept"))
    for name, rule in rules.items():
        yield name, Weaker("no segment outlives MSL", "segments of any age", passes(any_age), TIME, young)
        yield name, Weaker("a TCB is deleted", "it need not be", passes(no_end_of_silence), TIME, silent)
        yield name, Weaker(rule, "or at any time", rested(no_rule_of_rest), CHOOSING, fresh)
        yield name, Weaker(rule, "and Q is anything", rested(no_least_pause), CHOOSING, fresh)


def of_the_close() -> Iterator[tuple[str, Weaker]]:
    """The lines of the proofs of the close."""
    for name, owner in (("close", ClosingNetwork), ("letter", ClosingNetwork), ("text", TextNetwork)):
        arrive = "each text or FIN of B, and the answer" if name == "text" else "each FIN of B and the answer"
        waits, sends, passes = (partial(wrapped, owner, part) for part in ("_waits_for", "_sends_fin", "time_passes"))
        late, last, ended = at_all(TIME, "in-time"), "A has closed before", at_all(ENDS, "in-turn")
        lost = at_all(FINS, "in-time")
        away = (*GIVES_UP, *LEAVES)
        gone = at_all(away, "in-turn") + (at_all(away[1:], "numbers") if name == "text" else ())
        give_up, begun = wrapped(owner, "allows", also("ABORT", "USER TIMEOUT")), ("initial state: numbers",)
        yield name, Weaker("TIME-WAIT > ", "of any length", waits(no_length), ENDS, ended)
        yield name, Weaker("until B is CLOSED", "its timer need not run out", passes(never_due(1)), TIME, late)
        yield name, Weaker(arrive, "the FIN takes any time", passes(never_due(2)), TIME, late)
        yield name, Weaker(arrive, "the ACK takes any time", passes(never_due(3)), TIME, late)
        free = (*lost, f"{FINS[1]}: answer-comes")
        yield name, Weaker("each loss costs one RTO", "nothing", sends(free_losses), FINS, free)
        yield name, Weaker("each loss costs one RTO", "any number of them", sends(endless_losses), FINS, lost)
        yield name, Weaker(last, "somebody gives up", give_up, away, gone)
        yield name, Weaker(last, "it is not at rest", wrapped(owner, "half_closed", outstanding), START, begun)
    answer, text = ("TIME-WAIT, unacceptable segment arrives",), ("B: SEND in CLOSE-WAIT",)
    again = wrapped(ClosingNetwork, "_waits_for", never_restarted)
    yield "close", Weaker("TIME-WAIT > ", "a FIN restarts nothing", again, answer, at_all(answer, "answer-comes"))
    sends_text = wrapped(ClosingNetwork, "allows", also("SEND"))
    yield "close", Weaker("A has closed before", "B sends text", sends_text, text, at_all(text, "numbers"))
    old = wrapped(TextNetwork, "time_passes", any_age)
    yield "text", Weaker("each text or FIN of B", "A's segments are old", old, TIME, at_all(TIME, "in-time"))


TABLE = [*of_the_channel(), *of_the_rest(), *of_the_close()]
named = pytest.mark.parametrize(
    ("kind", "weaker"), TABLE, ids=[f"{kind}, {one.sentence[:16]}: {one.how}" for kind, one in TABLE]
)


@named
def test_with_less_than_is_printed_the_proof_fails(monkeypatch: pytest.MonkeyPatch, kind: str, weaker: Weaker) -> None:
    said = [sentence for sentence in assumptions(NETWORKS[kind][1]()) if sentence.startswith(weaker.sentence)]
    assert len(said) == 1
    assert failing_unchanged(kind, tuple(weaker.events)) == []
    weaker.patch(monkeypatch)
    assert failing(kind, weaker.events) == sorted(weaker.fails)
    assert weaker.fails


def test_every_sentence_that_is_printed_is_in_the_table() -> None:
    for kind, (_, make) in NETWORKS.items():
        weakened = tuple(one.sentence for name, one in TABLE if name == kind)
        assert [sentence for sentence in assumptions(make()) if not sentence.startswith(weakened)] == []


# -- what a setting weakens changes the text --


@pytest.mark.parametrize(
    ("was", "now", "changes"),
    [
        (UnboundedNetwork(CONNECTION), UnboundedNetwork(CONNECTION, Assumed(segments=False)), {"freshness (a)"}),
        (UnboundedNetwork(CONNECTION), UnboundedNetwork(CONNECTION, Assumed(peer=False)), {"freshness (b)"}),
        (
            UnboundedNetwork(CONNECTION),
            UnboundedNetwork(CONNECTION.but(isns_apart="W+window")),
            {"freshness (a)", "freshness (b)"},
        ),
        (UnboundedNetwork(CONNECTION), UnboundedNetwork(CONNECTION.but(ack_range="off")), {"everybody tests"}),
        (UnboundedNetwork(CONNECTION), UnboundedNetwork(CONNECTION.but(ack_range="either")), {"everybody tests"}),
        (
            UnboundedNetwork(CONNECTION),
            UnboundedNetwork(CONNECTION.but(octets=3)),
            {"W: one incarnation", "freshness (a)", "freshness (b)"},
        ),
        (TimedNetwork(CHANNEL), TimedNetwork(CHANNEL, rest=Rest(silence=False)), {"a TCB is deleted"}),
        (TimedNetwork(CHANNEL), TimedNetwork(CHANNEL, rest=Rest(z3.Real("MSL"))), {"an ISN near another one"}),
        (TimedNetwork(CHANNEL), TimedNetwork(CHANNEL, rest=Rest(sides=True)), {"an ISN near another one"}),
        (ClosingNetwork(CLOSE), ClosingNetwork(CLOSE, given=LOSSES >= 0), {"TIME-WAIT > "}),
        (TextNetwork(CLOSE), TextNetwork(CLOSE, given=LOSSES >= 0), {"TIME-WAIT > "}),
    ],
)
def test_what_a_setting_assumes_is_printed(was: UnboundedNetwork, now: UnboundedNetwork, changes: set[str]) -> None:
    pairs = zip(assumptions(was), assumptions(now), strict=True)
    differing = [before for before, after in pairs if before != after]
    assert len(differing) == len(changes)
    assert all(before.startswith(tuple(changes)) for before in differing)
    for left_out in [before for before in differing if now.assumed != was.assumed]:
        assert f"NOT assumed: {left_out}" in assumptions(now)


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
