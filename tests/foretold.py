"""The close in ticks, with what the unbounded networks of the close know besides: which segments will be lost.

A segment of B is `doomed` when it is sent: it or the answer to it may be lost. In a bounded network a loss happens
later; so here an input foretells it, one bit of a slot keeps it, and only what no promise is made of may be lost: every
run is one of those in which this is foretold rightly (tested). Ghosts of segments that are promised (`coming`, `since`)
are history. With text the number of B's FIN, to which its user keeps, is a variable that no rule changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import z3

from model.any_channel.embedding import Embedding
from model.any_channel.network import UnboundedNetwork
from model.core.system import Rule, System, Var, Wire, choice
from model.network.bounded import Network, Side
from model.network.channel import Channel
from model.tcp.event import FALSE, TRUE
from model.tcp.segment import Segment
from tests.histories import AGE_BITS, after, ago, dated, older, ticks
from tests.views import NONE_LEFT, View, view_of

DOOMED = choice("doomed") == 1
COST = Var("cost", AGE_BITS, ghost=True)
OLDEST = (1 << AGE_BITS) - 1


@dataclass(frozen=True)
class Promised:
    """Whether a segment of one kind is under way that will arrive, and how long the first such one has been so."""

    kind: str

    @property
    def coming(self) -> Var:
        """There is one."""
        return Var(f"{self.kind}_coming", ghost=True)

    @property
    def since(self) -> Var:
        """Its age."""
        return Var(f"{self.kind}_since", AGE_BITS, ghost=True)

    def sent(self, when: z3.BoolRef) -> dict[str, z3.ExprRef]:
        """One is sent, where `when` holds."""
        waits = z3.And(when, z3.Not(self.coming.term))
        return {
            self.coming.name: z3.Or(self.coming.term, when),
            self.since.name: z3.If(waits, ticks(0), self.since.term),
        }

    def arrives(self, when: z3.BoolRef) -> dict[str, z3.ExprRef]:
        """One arrives, where `when` holds."""
        return {self.coming.name: z3.And(self.coming.term, z3.Not(when))}


FIN, ACK = Promised("fin"), Promised("ack")
SENT = Var("B.last_sent", AGE_BITS, ghost=True)
"""How long ago B has last sent text or FIN, or SND.UNA has moved."""


@dataclass(frozen=True)
class Marked(Network):
    """The network with one bit more in each slot, which says that nothing is promised of the segment."""

    @cached_property
    def _channels(self) -> dict[str, Channel]:
        plain = super()._channels
        return {name: replace(one, layout=replace(one.layout, acknowledged_bits=1)) for name, one in plain.items()}


@dataclass(frozen=True)
class Foretold:
    """The close with its history."""

    network: Marked

    @cached_property
    def last(self) -> Var:
        """The number of B's FIN."""
        return Var("B.last", self.network.config.seq_bits, ghost=False)

    @property
    def sides(self) -> tuple[Side, Side]:
        """A and B."""
        a, b = self.network.sides.values()
        return a, b

    @cached_property
    def first(self) -> int:
        """The number of what B sends first."""
        return self.network.start()["B.snd_nxt"]

    @cached_property
    def system(self) -> System:
        """The runs in which losses are foretold rightly, and in which B's user keeps to the number of its FIN."""
        plain = self.network.system()
        more = (COST, FIN.coming, FIN.since, ACK.coming, ACK.since, SENT, self.last)
        nothing = {var.name: 0 for var in more} | {SENT.name: OLDEST}
        lasts = [(self.first + octets) % (1 << self.last.width) for octets in range(self.network.config.octets + 1)]
        initial = tuple({**plain.initial[0], **nothing, self.last.name: last} for last in lasts)
        rules = tuple(replace(rule, guard=z3.And(rule.guard, self.kept(rule))) for rule in self.offered)
        return System((*plain.variables, *more), initial, rules, (), plain.symmetric)

    @cached_property
    def offered(self) -> tuple[Rule, ...]:
        """The rules with their history, and with inputs that foretell losses at random."""
        return tuple(self._foretelling(rule) for rule in self.network.rules)

    def _foretelling(self, rule: Rule) -> Rule:
        update = {**rule.update, **self._history(rule)}
        for wire in rule.wires:
            if wire.action == "send":
                channel = self.network.channel(self.network.sides[wire.source])
                marked = z3.If(self._unpromised(rule, wire), z3.BitVecVal(1, 1), z3.BitVecVal(0, 1))
                update |= channel.insert(Segment(**wire.fields), z3.BitVecVal(1, 1), marked, wire.when)
                if rule.kind == "arrives":
                    assert not update.keys().isdisjoint(rule.update)
        inputs = {"doomed": 2 if self._is_own(rule) else 1}
        return replace(rule, update=update, choose={**rule.choose, **inputs})

    @staticmethod
    def _is_own(rule: Rule) -> bool:
        """B sends text or FIN, by itself."""
        return rule.side == "B" and rule.kind != "arrives" and any(wire.action == "send" for wire in rule.wires)

    def _unpromised(self, rule: Rule, wire: Wire) -> z3.BoolRef:
        """The segment that is sent may be lost."""
        if rule.side == "B":
            return z3.And(self._is_own(rule), DOOMED)
        if rule.kind != "arrives":
            return TRUE
        late = z3.BoolVal(self.network.config.octets > 0) if not self._waits(rule) else FALSE
        return z3.Or(self._marked(self.sides[0]), wire.fields["rst"], late)

    def _waits(self, rule: Rule) -> bool:
        """A is in TIME-WAIT after the rule."""
        a, _ = self.sides
        waits = z3.substitute(a.state_is("TIME-WAIT"), (a.state_var.term, after(rule, a.state_var)))
        return bool(z3.is_true(z3.simplify(waits)))

    def _marked(self, target: Side) -> z3.BoolRef:
        """Nothing is promised of the segment that arrives."""
        inbox = self.network.channel(self.network.other(target))
        return inbox.layout.acknowledged(inbox.chosen(choice("slot"))) == 1

    def kept(self, rule: Rule) -> z3.BoolRef:
        """What is foretold comes true, as often as losses may cost; and B's user keeps to the number of its FIN."""
        a, b = self.sides
        if rule.kind == "network":
            target = next(side for side in (a, b) if rule.name.endswith(side.name))
            _, x, _ = self.network.arriving(target)
            return z3.Or(self._marked(target), x.rst)
        overflows = [z3.Implies(wire.when, self._unpromised(rule, wire)) for wire in rule.wires
                     if wire.action == "send-lost"]  # fmt: skip
        if not self._is_own(rule):
            return z3.And(*overflows)
        affordable = z3.Implies(DOOMED, z3.ULT(COST.term, self.network.config.losses))
        last, end = self.last.term - self.first, after(rule, self.sides[1].tcb_vars["snd_nxt"]) - self.first
        fits = {"SEND": z3.ULE(end, last), "CLOSE": end - 1 == last}.get(rule.event.split()[0], TRUE)
        return z3.And(*overflows, affordable, fits)

    def _history(self, rule: Rule) -> Mapping[str, z3.ExprRef]:
        if rule.kind == "time":
            return {age.name: older(age, OLDEST) for age in (FIN.since, ACK.since, SENT)}
        if rule.kind == "network" or NONE_LEFT in rule.event:
            return {}
        return dict(self._of_a(rule) if rule.side == "A" else self._of_b(rule))

    def _of_a(self, rule: Rule) -> Iterator[tuple[str, z3.ExprRef]]:
        if rule.kind == "arrives":
            a, _ = self.sides
            _, x, _ = self.network.arriving(a)
            text = z3.BoolVal(self.network.config.octets > 0)
            yield from FIN.arrives(z3.And(z3.Or(x.fin, text), z3.Not(x.rst), z3.Not(self._marked(a)))).items()
            answers = [z3.And(wire.when, z3.Not(self._unpromised(rule, wire))) for wire in rule.wires
                       if wire.action in ("send", "send-lost")]  # fmt: skip
            yield from ACK.sent(z3.Or(*answers)).items()

    def _of_b(self, rule: Rule) -> Iterator[tuple[str, z3.ExprRef]]:
        _, b = self.sides
        if rule.kind == "arrives":
            _, x, _ = self.network.arriving(b)
            full = x.ackno == self.last.term + 1 if self.network.config.octets else TRUE
            yield from ACK.arrives(z3.And(x.ack, z3.Not(x.rst), full)).items()
            moves = after(rule, b.tcb_vars["snd_una"]) != b.tcb_vars["snd_una"].term
            if self.network.config.octets:
                yield SENT.name, z3.If(moves, ticks(0), SENT.term)
        elif self._is_own(rule):
            yield from FIN.sent(z3.Not(DOOMED)).items()
            yield SENT.name, ticks(0)
            yield COST.name, z3.If(DOOMED, COST.term + 1, COST.term)

    def view(self, soup: UnboundedNetwork) -> View:
        """Both sides' events, and time, as steps of the network of the close."""
        embedding, c = Embedding(self.network, unbounded=soup), self.network.config
        plain, waits, clock = (
            view_of(embedding),
            self.sides[0].state_is("TIME-WAIT"),
            Var("A.time_wait_clock", AGE_BITS),
        )
        at = {"A.waiting": clock.term, "B.sent": SENT.term, "fin.since": FIN.since.term, "ack.since": ACK.since.term}
        times = {
            "now": 0,
            "D": c.delay,
            "RTO": c.rto,
            "TIME-WAIT": c.time_wait_ticks,
            "losses": (c.losses or 0) * c.rto,
        }
        numbers = {"A.fin": self.network.start()["A.snd_nxt"] - 1, "B.first": self.first}
        return replace(
            plain,
            terms={
                **plain.terms,
                **{name: ago(age) for name, age in at.items()},
                **{name: z3.RealVal(count) for name, count in times.items()},
                **{name: z3.BitVecVal(number, c.seq_bits) for name, number in numbers.items()},
                "B.fin": self.last.term,
                "cost": c.rto * z3.ToReal(z3.BV2Int(COST.term)),
                "fin.coming": FIN.coming.term,
                "ack.coming": ACK.coming.term,
            },
            segments={name: self._segments(embedding, name) for name in soup.sides},
            given={**plain.given, "then": z3.RealVal(1), "doomed": DOOMED},
            defined={
                **plain.defined,
                "A.waiting": waits,
                "fin.since": FIN.coming.term,
                "ack.since": ACK.coming.term,
            },
            moments=frozenset(("now", *at)),
            oldest=OLDEST,
        )

    def _segments(self, embedding: Embedding, name: str) -> list[tuple[z3.BoolRef, dict[str, z3.ExprRef]]]:
        """The slots of a lane; of A's segments none is doomed."""
        channel, found = self.network.channel(self.network.sides[name]), []
        for slot, (full, m) in zip(channel.slots, dated(embedding, name, "at"), strict=True):
            marked = channel.layout.acknowledged(slot.term) == 1
            fields = {**m, "doomed": marked if name == "B" else FALSE}
            wanted = embedding.soup.arriving[name].message
            found.append((full, {field: fields[field] for field in wanted}))
        return found
