"""Ghosts are invisible: no guard, no update of anything else, no segment and no bound depends on one.

Ghost variables are found in the terms by name. The ghost at the bottom of a channel's slot is a part of a bit-vector
that rules do read; so Z3 shows for each rule that two states that differ in nothing but ghosts (both with the slots as
every rule leaves them: sorted, empty ones last) enable the same firings, which lead to states that differ in nothing
but ghosts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import pytest
import z3

from model.core.system import BadSystem, Rule, System
from model.core.terms import constants
from model.network.bounded import Network
from model.network.channel import layout
from model.network.ghosts.accounts import ACCOUNTS
from model.network.ghosts.endings import HISTORY
from model.network.ghosts.ghost import Ghost, brought_by
from model.network.ghosts.handshakes import BELIEFS
from model.network.ghosts.known import KNOWN
from model.network.ghosts.segments import ORIGINS
from model.settings.config import Config
from properties.old_segments import no_old_segment_accepted, old_connection_of_the_same_peer

SMALL = Config(incarnations=2, octets=1, capacity=2, seq_bits=4, retransmissions=1)
CONFIGS = {
    "reordering": SMALL.but(octets=0),
    "FIFO": SMALL.but(reordering=False, capacity=3, crashes=1),
    "duplication": SMALL.but(capacity=1, duplications=1, aborts="both", open_a="both", open_b="both"),
    "two-way": SMALL.but(capacity=1, handshake="two-way", seq_bits=5, send_on_syn=True),
    "accounts": SMALL.but(capacity=1, open_a="both", send_on_syn=True),
}
named = pytest.mark.parametrize("name", CONFIGS)
proved = pytest.mark.parametrize(
    "name", ["FIFO", "duplication", *(pytest.param(n, marks=pytest.mark.long) for n in ("reordering", "two-way"))]
)


GHOSTS: dict[str, tuple[Ghost, ...]] = {
    "FIFO": tuple(ghost for ghost in KNOWN if not ghost.on_segments),
    "accounts": (HISTORY, ACCOUNTS),
}
"""What is remembered in each, `HISTORY` if nothing is said; all somewhere, but for what is written onto segments."""


@pytest.fixture(scope="module")
def systems() -> dict[str, System]:
    """The system of each configuration."""
    return {name: Network(config, ghosts=GHOSTS.get(name, (HISTORY,))).system() for name, config in CONFIGS.items()}


def reads_a_ghost(system: System, rule: Rule) -> set[str]:
    """The ghost variables that occur where none may."""
    visible = [term for name, term in rule.update.items() if name not in system.ghosts]
    wires = [term for wire in rule.wires for term in (*wire.fields.values(), wire.when)]
    return constants([rule.guard, *visible, *wires, *rule.touches.values()]) & system.ghosts


@dataclass(frozen=True)
class Slots:
    """The slots of both channels, and their twins, which differ in their ghosts only."""

    system: System
    config: Config

    @cached_property
    def channels(self) -> list[list[z3.BitVecRef]]:
        """The slots of each direction."""
        names = [[v.name for v in self.system.variables if v.name.startswith(way)] for way in ("A>B.", "B>A.")]
        return [[self.system.var[name].term for name in group] for group in names]

    def visible(self, term: z3.ExprRef) -> z3.ExprRef:
        """What of a value is not a ghost: all of it; of a slot, what lies above its lowest bits."""
        width = layout(self.config).width
        is_slot = z3.is_bv(term) and term.size() == width
        return z3.Extract(width - 1, layout(self.config).ghost_bits, term) if is_slot else term

    def twin(self, slot: z3.BitVecRef) -> z3.BitVecRef:
        """A slot with the same segment and any ghost."""
        ghost = z3.BitVec(f"ghost of {slot}", layout(self.config).ghost_bits)
        return z3.If(slot == 0, slot, z3.Concat(self.visible(slot), ghost))

    @cached_property
    def twins(self) -> list[tuple[z3.BitVecRef, z3.BitVecRef]]:
        """Every slot with its twin."""
        return [(slot, self.twin(slot)) for group in self.channels for slot in group]

    def renamed(self, term: z3.ExprRef) -> z3.ExprRef:
        """A term over the twins."""
        return z3.substitute(term, *self.twins)

    def kept(self, update: Mapping[str, z3.ExprRef]) -> z3.BoolRef:
        """How every rule leaves the slots, given what it writes: a full one has its top bit set; sorted, or a queue."""
        parts = []
        for group in self.channels:
            after = [update.get(str(slot), slot) for slot in group]
            parts += [z3.Or(slot == 0, slot < 0) for slot in after]
            for first, second in pairwise(after):
                parts.append(z3.UGE(first, second) if self.config.reordering else z3.Implies(first == 0, second == 0))
        return z3.And(*parts)

    def differ(self, rule: Rule) -> z3.BoolRef:
        """Whether the rule treats two states differently that differ in nothing but ghosts."""
        visible = [self.visible(term) for name, term in rule.update.items() if name not in self.system.ghosts]
        wires = [term for wire in rule.wires for term in (*wire.fields.values(), wire.when)]
        effects = z3.Or(*(term != self.renamed(term) for term in (*visible, *wires, *rule.touches.values())))
        return z3.Or(rule.guard != self.renamed(rule.guard), z3.And(rule.guard, effects))


def sees_ghosts(slots: Slots, rule: Rule) -> bool:
    """Whether the rule tells two states apart that differ in ghosts only, both with the slots as rules leave them."""
    twins = {str(slot): twin for slot, twin in slots.twins}
    solver = z3.Solver()
    solver.add(slots.kept({}), slots.kept(twins), slots.differ(rule))
    return bool(solver.check() == z3.sat)


@named
def test_no_rule_reads_a_ghost_variable(systems: dict[str, System], name: str) -> None:
    system, sides = systems[name], Network(CONFIGS[name]).sides.values()
    kept = (BELIEFS, *GHOSTS.get(name, (HISTORY,)))
    assert system.ghosts == {var.name for ghost in kept for side in sides for var in ghost.variables(side)}
    assert {rule.name: reads_a_ghost(system, rule) for rule in system.rules if reads_a_ghost(system, rule)} == {}


@proved
def test_no_rule_sees_the_ghost_in_a_slot(systems: dict[str, System], name: str) -> None:
    slots = Slots(systems[name], CONFIGS[name])
    assert [rule.name for rule in slots.system.rules if sees_ghosts(slots, rule)] == []


@proved
def test_every_rule_leaves_the_slots_in_order(systems: dict[str, System], name: str) -> None:
    slots, solver = Slots(systems[name], CONFIGS[name]), z3.Solver()
    solver.add(slots.kept({}))
    for rule in slots.system.rules:
        assert solver.check(rule.guard, z3.Not(slots.kept(rule.update))) == z3.unsat, rule.name


def spoiled(system: System, **changes: object) -> Rule:
    """The rule by which B takes a segment in LISTEN, with something else in it."""
    rule = next(rule for rule in system.rules if rule.name == "B: LISTEN, SYN arrives")
    return replace(rule, **changes)  # type: ignore[arg-type]


def test_a_rule_that_reads_a_ghost_variable_is_caught(systems: dict[str, System]) -> None:
    system = systems["reordering"]
    heard, rule = system.var["B.heard"].term, spoiled(system)
    assert not reads_a_ghost(system, rule)
    assert reads_a_ghost(system, spoiled(system, guard=z3.And(rule.guard, heard == 0))) == {"B.heard"}
    assert reads_a_ghost(system, spoiled(system, touches={"b": heard == 0})) == {"B.heard"}
    update = {**rule.update, "B.irs": z3.ZeroExt(2, heard)}
    assert reads_a_ghost(system, spoiled(system, update=update)) == {"B.heard"}
    fields = {**rule.wires[0].fields, "seq": z3.ZeroExt(2, heard)}
    assert reads_a_ghost(system, spoiled(system, wires=(replace(rule.wires[0], fields=fields),))) == {"B.heard"}


@named
def test_a_rule_that_sees_the_ghost_in_a_slot_is_caught(systems: dict[str, System], name: str) -> None:
    slots = Slots(systems[name], CONFIGS[name])
    sender, rule = z3.Extract(1, 0, slots.channels[0][0]), spoiled(slots.system)
    assert not sees_ghosts(slots, rule)
    assert sees_ghosts(slots, spoiled(slots.system, guard=z3.And(rule.guard, sender == 1)))
    assert sees_ghosts(slots, spoiled(slots.system, update={**rule.update, "B.passive_open": sender == 1}))
    shifted = {name: z3.RotateLeft(term, 1) if ">" in name else term for name, term in rule.update.items()}
    assert sees_ghosts(slots, spoiled(slots.system, update=shifted))
    assert sees_ghosts(slots, spoiled(slots.system, touches={"b": sender == 1}))


def test_a_property_that_reads_what_segments_do_not_carry_is_refused() -> None:
    """Its slots would be too narrow; `claim.network` makes networks with the ghosts that functions are marked with."""
    network = Network(SMALL)
    with pytest.raises(BadSystem, match="Origins writes onto segments"):
        network.system(no_old_segment_accepted(network))
    with pytest.raises(BadSystem, match="segments do not carry whom they acknowledge"):
        old_connection_of_the_same_peer(network)
    assert brought_by(no_old_segment_accepted, no_old_segment_accepted, old_connection_of_the_same_peer) == (ORIGINS,)
