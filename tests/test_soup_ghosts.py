"""What each step of an unbounded network does to the ghosts and clocks, by what they are, apart from how they are made.

A proof can be no better than its ghosts: one that is set too easily, or not taken back, makes its lemmas easier.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest
import z3

from model.engines.unbounded import Step
from model.network.side import NO_TCB
from model.network.soup import UnboundedNetwork
from model.network.timed_soup import NOW, TimedNetwork, last_sent, listened, spoke
from model.tcp.state import STATES, manners
from properties.claim import CHOOSING
from properties.configs import EVERY_CHANNEL

CONFIG = EVERY_CHANNEL.but(seq_bits=5, window=4, octets=2)
ACCEPTING = ("LISTEN, SYN arrives", "SYN-SENT, SYN arrives", "SYN-SENT, SYN,ACK arrives")
"""Events that accept a SYN; those of SYN-SENT perhaps with more."""


@cache
def network() -> UnboundedNetwork:
    """The network of all tests."""
    return UnboundedNetwork(CONFIG)


@cache
def timed() -> TimedNetwork:
    """The same in time."""
    return TimedNetwork(CONFIG)


def steps(of: UnboundedNetwork) -> list[Step]:
    """A's steps."""
    return [step for step in of.soup.steps if step.name.startswith("A: ")]


def chooses(step: Step) -> bool:
    """Whether the step chooses an ISN."""
    return step.name.removeprefix("A: ") in CHOOSING


def accepts(step: Step) -> bool:
    """Whether the step accepts a SYN."""
    return step.name.removeprefix("A: ").split(";")[0] in ACCEPTING


def is_so(step: Step, name: str, term: z3.ExprRef, of: UnboundedNetwork) -> bool:
    """Whether a variable is this after the step, wherever that can be taken."""
    after, solver = step.update.get(name, of.soup.variables[name]), z3.Solver()
    return bool(solver.check(step.guard, after != term) == z3.unsat)


def test_there_are_steps_of_every_kind() -> None:
    listed = steps(network())
    assert sum(chooses(step) for step in listed) == len(CHOOSING) == 4
    assert {step.name.removeprefix("A: ").split(";")[0] for step in listed if accepts(step)} == set(ACCEPTING)
    assert len(listed) > 150


@pytest.mark.parametrize("ghost", ["heard", "heard_by", "older"])
def test_a_new_incarnation_has_been_heard_by_nobody_and_is_the_newer_one(ghost: str) -> None:
    for step in steps(network()):
        before = network().soup.variables[f"A.{ghost}"]
        assert is_so(step, f"A.{ghost}", z3.BoolVal(False) if chooses(step) else before, network()), step.name
    for step in steps(network()):
        before = network().ends["B"].older
        assert is_so(step, "B.older", z3.BoolVal(True) if chooses(step) else before, network()), step.name


def test_a_side_is_heard_when_its_syn_is_accepted_while_it_lives() -> None:
    a, b = network().ends.values()
    lives = z3.And(b.has_tcb, network().arriving["B"].iss == b.tcb.iss)
    for step in steps(network()):
        iss = step.update.get("A.iss", a.tcb.iss)
        heard = z3.Or(b.heard, lives) if accepts(step) else b.heard
        assert is_so(step, "B.heard", heard, network()), step.name
        kept = z3.And(b.heard_by, iss != a.any) if chooses(step) else b.heard_by
        by = z3.Or(kept, z3.And(lives, iss == a.any)) if accepts(step) else kept
        assert is_so(step, "B.heard_by", by, network()), step.name


def test_a_segment_carries_the_numbers_of_the_tcb_that_has_sent_it() -> None:
    for step in steps(network()):
        if step.sends is not None:
            lane, message = step.sends
            assert lane == "A"
            for ghost in ("iss", "irs"):
                after = step.update.get(f"A.{ghost}", network().soup.variables[f"A.{ghost}"])
                wrong = (step.guard, step.sends_when, z3.Not(message["rst"]), message[ghost] != after)
                assert z3.Solver().check(*wrong) == z3.unsat, step.name


def test_an_irs_changes_only_where_a_syn_is_accepted_and_is_its_number() -> None:
    a, x = network().ends["A"], network().arriving["B"]
    for step in steps(network()):
        after = step.update.get("A.irs", a.tcb.irs)
        if accepts(step):
            assert is_so(step, "A.irs", x.x.seq, network()), step.name
        elif not chooses(step):
            lives = z3.Not(z3.Or(*(step.update.get("A.state", a.state) == STATES.index(none) for none in NO_TCB)))
            assert z3.Solver().check(step.guard, lives, after != a.tcb.irs) == z3.unsat, step.name


def test_a_side_speaks_when_it_sends_what_is_no_reset_and_never_else() -> None:
    a = timed().ends["A"]
    for step in steps(timed()):
        sent, number = z3.BoolVal(False), step.update.get("A.iss", a.tcb.iss)
        if step.sends is not None:
            sent = z3.And(step.sends_when, z3.Not(step.sends[1]["rst"]))
            assert step.sends[1]["sent"].eq(NOW), step.name
        assert is_so(step, "A.sent", z3.If(sent, NOW, last_sent(a)), timed()), step.name
        under_any = z3.And(sent, number == a.any)
        assert is_so(step, "A.spoke", z3.If(under_any, NOW, spoke(a)), timed()), step.name
        assert "now" not in step.update


def test_a_side_that_has_a_peer_has_listened_when_a_segment_of_it_arrives() -> None:
    """Before there is a peer the clock means nothing: accepting a SYN sets it."""
    a, x = timed().ends["A"], timed().arriving["B"]
    for step in steps(timed()):
        arrived = z3.And(z3.Not(x.x.rst), x.iss == a.tcb.irs) if step.arrives else z3.BoolVal(False)
        heard = z3.BoolVal(True) if accepts(step) else arrived
        after, solver = step.update.get("A.listened", listened(a)), z3.Solver()
        known = z3.BoolVal(True) if accepts(step) else a.has_irs
        assert solver.check(step.guard, known, after != z3.If(heard, NOW, listened(a))) == z3.unsat, step.name


def test_endpoints_behave_as_the_settings_say() -> None:
    """As in a bounded network where they are settled, and either way where they are not."""
    for rst, syn, ack in product(("rfc5961", "rfc793"), ("rfc5961", "rfc793"), ("rfc5961", "off")):
        config = CONFIG.but(rst=rst, syn=syn, ack_range=ack)
        soup = UnboundedNetwork(config)
        for end in soup.ends.values():
            pairs = list(zip(soup._manners(end), manners(config), strict=True))
            assert len(pairs) == 3
            assert all(one.eq(other) for one, other in pairs), config.varied()
    free = [str(manner) for end in network().ends.values() for manner in network()._manners(end)]
    assert free == [f"{side}.{name}" for side in "AB" for name in ("rst", "syn", "ack_range")]
