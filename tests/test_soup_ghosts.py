"""When each step of an unbounded network can be taken, and what it does to the ghosts and clocks, by what they are.

A proof can be no better than that: a step that is taken less often than the protocol says, a ghost that is set too
easily, or not taken back, makes lemmas easier. Nothing here uses how the network makes its steps.
"""

from __future__ import annotations

from functools import cache
from itertools import product

import pytest
import z3

from model.any_channel.closing import COST, DELAY, LOSSES, RTO, TIME_WAIT, WAITING, closing, fin
from model.any_channel.every_channel import every_channel, from_closed, incarnations
from model.any_channel.network import NOW, UnboundedNetwork
from model.any_channel.timed import MSL, PAUSE, SILENCE, Rest, last_sent, listened, resting, spoke
from model.engines.inductive.obligations import Transition
from model.network.side import NO_TCB
from model.tcp.state import STATES, manners
from properties.claim import CHOOSING
from properties.configs import EVERY_CHANNEL

CONFIG = EVERY_CHANNEL.but(seq_bits=5, window=4, octets=2)
ACCEPTING = ("LISTEN, SYN arrives", "SYN-SENT, SYN arrives", "SYN-SENT, SYN,ACK arrives")
"""Events that accept a SYN; those of SYN-SENT perhaps with more."""


@cache
def network() -> UnboundedNetwork:
    """The network of all tests."""
    return every_channel(CONFIG)


@cache
def timed() -> UnboundedNetwork:
    """The same in time."""
    return resting(CONFIG)


def steps(of: UnboundedNetwork) -> list[Transition]:
    """A's steps."""
    return [step for step in of.soup.steps if step.name.startswith("A: ")]


def chooses(step: Transition) -> bool:
    """Whether the step chooses an ISN."""
    return step.cause in CHOOSING


def accepts(step: Transition) -> bool:
    """Whether the step accepts a SYN."""
    return step.name.removeprefix("A: ").split(";")[0] in ACCEPTING


def is_so(step: Transition, name: str, term: z3.ExprRef, of: UnboundedNetwork) -> bool:
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
        before = network().sides["B"].older
        assert is_so(step, "B.older", z3.BoolVal(True) if chooses(step) else before, network()), step.name


def test_a_side_is_heard_when_its_syn_is_accepted_while_it_lives() -> None:
    a, b = network().sides.values()
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
    a, x = network().sides["A"], network().arriving["B"]
    for step in steps(network()):
        after = step.update.get("A.irs", a.tcb.irs)
        if accepts(step):
            assert is_so(step, "A.irs", x.x.seq, network()), step.name
        elif not chooses(step):
            lives = z3.Not(z3.Or(*(step.update.get("A.state", a.state) == STATES.index(none) for none in NO_TCB)))
            assert z3.Solver().check(step.guard, lives, after != a.tcb.irs) == z3.unsat, step.name


def test_a_side_speaks_when_it_sends_what_is_no_reset_and_never_else() -> None:
    a = timed().sides["A"]
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
    a, x = timed().sides["A"], timed().arriving["B"]
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
        soup = every_channel(config)
        for end in soup.sides.values():
            pairs = list(zip(soup._manners(end), manners(config), strict=True))
            assert len(pairs) == 3
            assert all(one.eq(other) for one, other in pairs), config.varied()
    free = [str(manner) for end in network().sides.values() for manner in network()._manners(end)]
    assert free == [f"{side}.{name}" for side in "AB" for name in ("rst", "syn", "ack_range")]


def test_no_two_parts_set_the_same() -> None:
    """Else one of them would have no effect."""
    with pytest.raises(AssertionError, match="each is set by one part"):
        _ = UnboundedNetwork(CONFIG, (incarnations, from_closed, incarnations)).soup


# -- when a step can be taken --


def written(of: UnboundedNetwork, name: str) -> dict[str, z3.BoolRef]:
    """When a side can take its steps, in the words of the protocol: its state, the event's own condition, and W.

    There is always some text to send, of at most W; a SEND leaves room for SYN, FIN and what is queued.
    """
    end, text, found = of.sides[name], z3.BitVec(f"{name}.segment_text", of.bits), dict[str, z3.BoolRef]()
    most = of.config.octets + 2
    for event in of.events(end):
        tcb = end.tcb
        used = z3.BitVecVal(0, of.bits) if event.state == "LISTEN" else tcb.snd_nxt - tcb.iss - 1 + tcb.queued
        room = z3.ULE(text, most - 2 - used) if event.budget == "octets" else z3.BoolVal(True)
        said = (end.state_is(event.state), event.guard, z3.UGE(text, 1), z3.ULE(text, most), room)
        found[f"{name}: {event.name}"] = z3.And(*said)
    return found


def far(of: UnboundedNetwork, one: z3.BitVecRef, two: z3.BitVecRef) -> z3.BoolRef:
    """Not nearer than fresh numbers, either way."""
    return z3.And(*(z3.UGE(x, of.config.isn_distance) for x in (one - two, two - one)))


def same(one: z3.BoolRef, two: z3.BoolRef) -> bool:
    """Whether two conditions are one."""
    return bool(z3.Solver().check(one != two) == z3.unsat)


def test_a_step_can_be_taken_when_the_protocol_says_so_and_the_number_is_fresh() -> None:
    conditions = written(network(), "A")
    assert set(conditions) == {step.name for step in steps(network())}
    isn, b = z3.BitVec("A.isn", network().bits), network().sides["B"]
    for step in steps(network()):
        fresh = z3.Implies(b.has_irs, far(network(), isn, b.tcb.irs)) if chooses(step) else z3.BoolVal(True)
        assert same(step.guard, z3.And(conditions[step.name], fresh)), step.name
        if chooses(step):
            own, theirs = (network().stored[name][0] for name in "AB")
            acks = z3.And(theirs.x.ack, z3.Not(theirs.x.rst))
            assert same(step.assumes["A"], z3.Implies(z3.Not(own.x.rst), far(network(), isn, own.iss)))
            assert same(step.assumes["B"], z3.Implies(acks, far(network(), isn, theirs.irs)))
        else:
            assert not step.assumes, step.name


@pytest.mark.parametrize("sides", [False, True], ids=["numbers rest", "sides rest"])
def test_in_time_a_number_is_chosen_when_it_has_rested(sides: bool) -> None:
    of = resting(CONFIG, rest=Rest(sides=sides))
    conditions, a, isn = written(of, "A"), of.sides["A"], z3.BitVec("A.isn", of.bits)
    rested = z3.Implies(z3.Not(far(of, isn, a.any)), spoke(a) + PAUSE < NOW)
    rule = z3.And(PAUSE >= MSL + MSL + SILENCE, last_sent(a) + PAUSE < NOW if sides else rested)
    for step in steps(of):
        said = z3.And(conditions[step.name], rule) if chooses(step) else conditions[step.name]
        assert same(step.guard, said), step.name
        assert not step.assumes, step.name


def test_time_passes_until_a_tcb_must_be_deleted_and_what_is_older_than_msl_is_lost() -> None:
    (step,) = (step for step in timed().soup.steps if step.name == "time passes")
    then = z3.Real("then")
    silent = [z3.Implies(end.has_irs, then - listened(end) <= SILENCE) for end in timed().sides.values()]
    assert same(step.guard, z3.And(then >= NOW, *silent))
    assert set(step.update) == {"now"}
    assert step.update["now"].eq(then)
    dates = {name: m.more["sent"] for name, (m, _) in timed().stored.items()}
    assert {name: same(said, then - dates[name] <= MSL) for name, said in step.assumes.items()} == {
        "A": True,
        "B": True,
    }


@pytest.mark.parametrize("restart", [True, False], ids=["restarted", "by the letter"])
def test_the_close_goes_on_when_the_protocol_says_so_and_its_times_are_kept(restart: bool) -> None:
    """TIME-WAIT ends when it is over, and is long enough; no loss costs more than is left."""
    of = closing(CONFIG.but(start="half-closed", time_wait_restart=restart))
    conditions = {**written(of, "A"), **written(of, "B")}
    enough = TIME_WAIT > LOSSES + DELAY if restart else TIME_WAIT > LOSSES + DELAY + DELAY
    over, affordable = z3.And(enough, NOW >= WAITING + TIME_WAIT), COST + RTO <= LOSSES
    own = {step.name for step in of.soup.steps if step.name.startswith("B: ") and not step.arrives and step.sends}
    taken = [step for step in of.soup.steps if step.name != "time passes"]
    for step in taken:
        said = conditions[step.name]
        if step.name == "A: TIME-WAIT TIMEOUT":
            said = z3.And(said, over)
        elif step.name in own:
            said = z3.And(said, z3.Implies(z3.Bool("doomed"), affordable))
        if step.name == "B: CLOSE in CLOSE-WAIT":
            said = z3.And(said, of.sides["B"].tcb.snd_nxt == fin(of.sides["B"]))
        assert same(step.guard, said), step.name
    assert len(taken) == 56
    assert {"B: CLOSE in CLOSE-WAIT", "B: RETRANSMISSION of FIN in LAST-ACK"} < own
