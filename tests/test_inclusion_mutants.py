"""The comparison notices mutants of the unbounded network.

A mutant that is too strict, or leads somewhere else, contradicts a transition of a bounded network. One that allows
more contradicts none: inclusion is one way, and a proof about more runs is a proof. But the freshness that a network
assumes is compared the other way round, too, among all choices that are offered.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
import z3

from model.any_channel import every_channel
from model.any_channel.network import End, Occurrence, UnboundedNetwork
from model.tcp.event import FALSE, TRUE
from tests.network_mutants import (
    NO_STEP,
    NOT_SENT,
    NOT_THERE,
    Mutant,
    Wrapped,
    differences,
    ghost,
    guarded,
    kept,
    let_through,
    sends,
    without,
)

AGAIN, OPEN, CRASHES = "numbers used again", "any open", "crashes, no text"
ON_SYN, NEAR = "one text on the SYN", "numbers near each other"
PLAIN = UnboundedNetwork
A, B = (End(name, 5) for name in "AB")


def elsewhere(its: UnboundedNetwork, end: End) -> z3.BoolRef:
    """The other side is not in FIN-WAIT-2 or CLOSE-WAIT."""
    return z3.Not(its.other(end).state_is("FIN-WAIT-2", "CLOSE-WAIT"))


def far(more: int) -> Wrapped:
    """Fresh numbers are further apart by so many."""

    def wrap(_: object, its: UnboundedNetwork, one: z3.BitVecRef, two: z3.BitVecRef) -> z3.BoolRef:
        distance = its.number(its.config.isn_distance + more)
        return z3.And(z3.UGE(one - two, distance), z3.UGE(two - one, distance))

    return wrap


def one_way(_: object, its: UnboundedNetwork, one: z3.BitVecRef, two: z3.BitVecRef) -> z3.BoolRef:
    """Fresh numbers are far from each other one way round."""
    return z3.UGE(one - two, its.config.isn_distance)


def every_segment(_: object, its: UnboundedNetwork, it: Occurrence) -> dict[str, z3.BoolRef]:
    """No exception is made of resets, and of segments without ACK."""
    own, theirs = its.stored[it.side.name][0], its.stored[it.other.name][0]
    return {it.side.name: its.apart(it.isn, own.iss), it.other.name: its.apart(it.isn, theirs.irs)}


def of_lane(name: str) -> Wrapped:
    """What is assumed of the segments of one lane only."""
    return lambda fresh, *_: {lane: term for lane, term in fresh.items() if lane == name}


def two_octets(said: list[z3.BoolRef], its: UnboundedNetwork, end: End, *_: object) -> list[z3.BoolRef]:
    """A text has two octets at least."""
    return [*said, z3.UGE(z3.BitVec(f"{end.name}.segment_text", its.bits), 2)]


def step_with(**changes: object) -> Wrapped:
    """A step with something else."""
    return lambda step, *_: type(step)(**{**vars(step), **changes})


def by_the_other(step: object, *_: object) -> object:
    """A step that sends does so in the other direction."""
    sent = getattr(step, "sends", None)
    return type(step)(**{**vars(step), "sends": ("B", sent[1])}) if sent else step


def ghosts(*what: object) -> Mutant:
    """A mutant of the ghosts, noticed by crashes: ghost, events, value; own; and what differs."""
    name, by, value, own = what
    assert isinstance(name, str)
    changed = f"{'A' if own else 'B'}.{name}"
    return Mutant(CRASHES, every_channel, "heard", ghost(name, str(by), value, bool(own)), changed)


SURVIVORS = {
    "no ISN if the other side is in FIN-WAIT-2 or CLOSE-WAIT": Mutant(CRASHES, PLAIN, "_step", guarded(elsewhere)),
    "heard, although the sender of the SYN is gone": ghosts("heard", "accepts_syn", TRUE, False),
}
"""Every proof of the claims survives them."""

GUARDS = {
    "fresh is one number further away": Mutant(OPEN, PLAIN, "apart", far(1)),
    "freshness makes no exceptions": Mutant(AGAIN, every_channel, "of_segments", every_segment),
    "an IRS in SYN-SENT": Mutant(AGAIN, End, "has_irs", lambda _, its: its.has_tcb),
    "room for one octet less": Mutant(ON_SYN, PLAIN, "most", lambda most, _: most - 1),
    "two octets at least": Mutant(ON_SYN, PLAIN, "assumed_of", two_octets),
    "a smaller window": Mutant(ON_SYN, PLAIN, "window", lambda window, _: window - 1),
    "RFC 793 for RFC 5961": Mutant(AGAIN, PLAIN, "_manners", lambda them, *_: (FALSE, *them[1:]), NO_STEP),
    "nobody crashes": Mutant(AGAIN, every_channel, "from_closed", without(kind="crash"), NO_STEP),
    "nobody sends again": Mutant(AGAIN, every_channel, "from_closed", without("RETRANSMISSION TIMEOUT"), NO_STEP),
    "the segment of the other lane arrives": Mutant(
        AGAIN, PLAIN, "arriving", lambda found, _: {"A": found["B"], "B": found["A"]}
    ),
}
GHOSTS = {
    "never heard": ghosts("heard", "accepts_syn", FALSE, False),
    "heard when it is chosen": ghosts("heard", "chooses_isn", TRUE, True),
    "heard from the last one on": ghosts("heard", "chooses_isn", A.heard, True),
    "heard by all": ghosts("heard_by", "accepts_syn", TRUE, False),
    "heard by none": ghosts("heard_by", "accepts_syn", FALSE, False),
    "heard by the last one": ghosts("heard_by", "chooses_isn", A.heard_by, True),
    "nobody is older": ghosts("older", "chooses_isn", FALSE, False),
    "the younger is older": ghosts("older", "chooses_isn", TRUE, True),
    "heard by the last one of its number": Mutant(
        AGAIN, every_channel, "heard", ghost("heard_by", "chooses_isn", B.heard_by), "B.heard_by"
    ),
}
SENDS = {
    "the ISS before": Mutant(AGAIN, PLAIN, "_step", sends(lambda end, _: {"iss": end.tcb.iss}), NOT_SENT),
    "the IRS before": Mutant(AGAIN, PLAIN, "_step", sends(lambda end, _: {"irs": end.tcb.irs}), NOT_SENT),
    "the IRS of the other side": Mutant(AGAIN, PLAIN, "_step", sends(lambda *_: {"irs": B.tcb.irs}), NOT_SENT),
    "without ACK": Mutant(AGAIN, PLAIN, "_step", sends(lambda *_: {"ack": FALSE}), NOT_SENT),
    "one number later": Mutant(AGAIN, PLAIN, "_step", sends(lambda _, old: {"seq": old["seq"] + 1}), NOT_SENT),
    "nothing": Mutant(AGAIN, PLAIN, "_step", step_with(sends=None), NOT_SENT),
    "always": Mutant(AGAIN, PLAIN, "_step", step_with(sends_when=TRUE), NOT_THERE),
    "in the other direction": Mutant(AGAIN, PLAIN, "_step", by_the_other, NOT_SENT),
}
FIELDS = {
    "state": AGAIN,
    "snd_una": AGAIN,
    "snd_nxt": AGAIN,
    "iss": AGAIN,
    "rcv_nxt": AGAIN,
    "irs": AGAIN,
    "passive_open": AGAIN,
    "queued": ON_SYN,
    "close_queued": ON_SYN,
    "syn_text": ON_SYN,
}
"""The variables, with a network in which each changes. syn_fin never does: no SYN has a FIN."""
UPDATES = {
    f"{name} is kept": Mutant(network, PLAIN, "_step", kept(f"A.{name}"), f"A.{name}")
    for name, network in FIELDS.items()
}
STRICT = {
    **SURVIVORS,
    **GUARDS,
    **GHOSTS,
    **{f"sent: {name}": mutant for name, mutant in SENDS.items()},
    **UPDATES,
}
WEAK = {
    "an ISN may be the other side's IRS": Mutant(AGAIN, End, "has_irs", lambda *_: FALSE),
    "an ISN may be that of any segment": Mutant(AGAIN, every_channel, "of_segments", lambda *_: {}),
    "an ISN may be that of an own segment": Mutant(AGAIN, every_channel, "of_segments", of_lane("B")),
    "an ISN may be acknowledged": Mutant(AGAIN, every_channel, "of_segments", of_lane("A")),
    "fresh is one number nearer": Mutant(NEAR, PLAIN, "apart", far(-1)),
    "fresh is far one way round": Mutant(NEAR, PLAIN, "apart", one_way),
    "fresh is any other number": Mutant(NEAR, PLAIN, "apart", lambda _, _its, one, two: one != two),
}


def long_but(short: Callable[[str], bool], names: dict[str, Mutant]) -> list[object]:
    """The names, those that the default run leaves out marked."""
    return [name if short(name) else pytest.param(name, marks=pytest.mark.long) for name in names]


@pytest.mark.parametrize("name", long_but(SURVIVORS.__contains__, STRICT))
def test_a_mutant_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert any(what.endswith(STRICT[name].notices) for what in differences(STRICT[name], monkeypatch))


@pytest.mark.parametrize("name", long_but(lambda name: "IRS" in name, WEAK))
def test_a_number_that_is_no_longer_refused_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert let_through(WEAK[name], monkeypatch) > 0
