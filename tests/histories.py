"""Ghosts of the unbounded networks in real time that bounded ones lack: carried along as history.

They are written here for the rules of a bounded network, by what the ghosts are said to be, not by the steps of the
unbounded one. Points in time are kept as ages, in ticks; an age stops at `oldest`, from which on nothing tells it from
a greater one. What a rule of rest or silence, or a promise, forbids is left out of the walk.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import z3

from model.any_channel.embedding import Embedding
from model.any_channel.network import NO_IRS, UnboundedNetwork
from model.core.system import Rule, System, Var
from model.network.bounded import Network, Side
from model.network.freshness import near
from model.settings.clocks import TICKS
from model.settings.config import Config
from model.tcp.event import TRUE
from tests.views import NONE_LEFT, View, view_of

AGE_BITS = 4


def untimed(config: Config) -> Config:
    """The configuration without its clocks: what an unbounded network takes."""
    default = Config()
    return config.but(timed=False, **{name: getattr(default, name) for name in TICKS})


def ticks(count: int) -> z3.BitVecRef:
    """A number of ticks."""
    return z3.BitVecVal(count, AGE_BITS)


def ago(age: z3.BitVecRef) -> z3.ArithRef:
    """The point in time of this age, the present being 0."""
    return -z3.ToReal(z3.BV2Int(age))


def sent_by(rule: Rule) -> z3.BoolRef:
    """The rule sends a segment, a RST apart, whether or not there is room for it."""
    sends = [wire for wire in rule.wires if wire.action in ("send", "send-lost")]
    return z3.Or(*(z3.And(wire.when, z3.Not(wire.fields["rst"])) for wire in sends))


def after(rule: Rule, var: Var) -> z3.ExprRef:
    """A variable after the rule."""
    return rule.update.get(var.name, var.term)


@dataclass(frozen=True)
class Resting:
    """A timed network whose sides keep the rules of silence and rest by their own clocks.

    silence, pause: H and Q in ticks. sides: whether it is the side that rests, not the number.
    """

    network: Network
    silence: int
    pause: int
    sides: bool = False

    @property
    def oldest(self) -> int:
        """An age that is greater than H and Q."""
        return max(self.silence, self.pause) + 1

    def spoke(self, side: Side, number: int) -> Var:
        """How long ago the side has last sent a segment, a RST apart, under this number."""
        return Var(f"{side.name}.spoke_{number}", AGE_BITS, ghost=True)

    def last_sent(self, side: Side) -> Var:
        """How long ago the side has last sent a segment, a RST apart."""
        return Var(f"{side.name}.last_sent", AGE_BITS, ghost=True)

    def listened(self, side: Side) -> Var:
        """How long ago a segment, a RST apart, has last arrived of the incarnation that the side believes in."""
        return Var(f"{side.name}.listened", AGE_BITS, ghost=True)

    def numbers(self, side: Side) -> list[int]:
        """Every number that the side may choose, once."""
        return sorted(set(self.network.isns(side)))

    def ages(self, side: Side) -> list[Var]:
        """The history of a side."""
        spoke = [self.spoke(side, number) for number in self.numbers(side)]
        return [*spoke, self.last_sent(side), self.listened(side)]

    @cached_property
    def system(self) -> System:
        """The network with its history."""
        plain, sides = self.network.system(), self.network.sides.values()
        ages = [age for side in sides for age in self.ages(side)]
        rules = [replace(rule, guard=z3.And(rule.guard, self._kept(rule))) for rule in self.offered]
        initial = tuple({**state, **{age.name: self.oldest for age in ages}} for state in plain.initial)
        return System((*plain.variables, *ages), initial, tuple(rules), (), plain.symmetric)

    @cached_property
    def offered(self) -> list[Rule]:
        """The rules with the history, where nobody keeps the rules of silence and rest."""
        return [replace(rule, update={**rule.update, **self._update(rule)}) for rule in self.network.rules]

    def _update(self, rule: Rule) -> Mapping[str, z3.ExprRef]:
        if rule.kind == "time":
            return {
                age.name: older(age, self.oldest) for side in self.network.sides.values() for age in self.ages(side)
            }
        return dict(self._of(self.network.sides[rule.side], rule)) if rule.side else {}

    def _of(self, side: Side, rule: Rule) -> Iterator[tuple[str, z3.ExprRef]]:
        speaks, incarnation = sent_by(rule), after(rule, side.incarnation)
        for number in self.numbers(side):
            under = [incarnation == at for at, isn in enumerate(self.network.isns(side), 1) if isn == number]
            age = self.spoke(side, number)
            yield age.name, z3.If(z3.And(speaks, z3.Or(*under)), ticks(0), age.term)
        yield self.last_sent(side).name, z3.If(speaks, ticks(0), self.last_sent(side).term)
        if rule.kind == "arrives" and NONE_LEFT not in rule.event:
            _, x, sender = self.network.arriving(side)
            of_peer = z3.And(sender != 0, sender == after(rule, side.peer), z3.Not(x.rst))
            yield self.listened(side).name, z3.If(of_peer, ticks(0), self.listened(side).term)

    def _kept(self, rule: Rule) -> z3.BoolRef:
        """The rules of silence and rest."""
        if rule.kind == "time":
            return z3.And(*(self._heard_in_time(side) for side in self.network.sides.values()))
        if not rule.side or f"{rule.side}.incarnation" not in rule.update:
            return TRUE
        return self._rested(self.network.sides[rule.side])

    def _heard_in_time(self, side: Side) -> z3.BoolRef:
        return z3.Or(side.state_is(*NO_IRS), z3.ULT(self.listened(side).term, self.silence))

    def _rested(self, side: Side) -> z3.BoolRef:
        if self.sides:
            return z3.UGT(self.last_sent(side).term, self.pause)
        said = []
        for chosen in range(self.network.config.incarnations):
            ages = [self.spoke(side, number).term for number in near(self.network, side, chosen)]
            said.append(z3.Implies(side.incarnation.term == chosen, z3.And(*(z3.UGT(age, self.pause) for age in ages))))
        return z3.And(*said)

    def views(self, soup: UnboundedNetwork, incarnations: tuple[int, int] = (1, 1)) -> list[View]:
        """Both sides' events, and time, as steps of the network in real time; incarnations: whose number is `any`."""
        return [self._view(Embedding(self.network, incarnations, mirrored, soup)) for mirrored in (False, True)]

    def _view(self, embedding: Embedding) -> View:
        plain, soup = view_of(embedding), embedding.soup
        terms, defined = dict[str, z3.ExprRef](), dict[str, z3.BoolRef]()
        for at, name in enumerate(soup.sides):
            side = embedding.side(name)
            number = self.network.isns(side)[embedding.incarnations[at] - 1]
            known = {"spoke": self.spoke(side, number), "sent": self.last_sent(side), "listened": self.listened(side)}
            terms |= {f"{name}.{ghost}": ago(age.term) for ghost, age in known.items()}
            defined[f"{name}.listened"] = z3.Not(side.state_is(*NO_IRS))
        times = {"now": 0, "MSL": self.network.config.msl, "H": self.silence, "Q": self.pause}
        return replace(
            plain,
            terms={**plain.terms, **terms, **{name: z3.RealVal(count) for name, count in times.items()}},
            segments={lane: dated(embedding, lane, "sent") for lane in soup.sides},
            given={**plain.given, "then": z3.RealVal(1)},
            defined={**plain.defined, **defined},
            moments=frozenset(("now", *terms)),
            oldest=self.oldest,
        )


def older(age: Var, oldest: int) -> z3.BitVecRef:
    """An age one tick later."""
    return z3.If(age.term == oldest, age.term, age.term + 1)


def dated(embedding: Embedding, lane: str, name: str) -> list[tuple[z3.BoolRef, dict[str, z3.ExprRef]]]:
    """The slots of a lane, each segment with the time at which it was sent as one field more."""
    channel = embedding.network.channel(embedding.side(lane))
    ages = [ago(channel.layout.age(slot.term)) for slot in channel.slots]
    return [(full, {**m.message, name: age}) for age, (full, m) in zip(ages, embedding.segments(lane), strict=True)]
