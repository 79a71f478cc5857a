"""Whether a mutant is the protocol itself, in other words: Z3 shows that nobody can tell the difference.

For every state that satisfies the proved invariant (`properties.proofs.invariant`, at 32 bits, for every channel) and
every segment that may be in the network then, the mutant does what the protocol does: it goes to the same state, sends
the same, gives the user the same octets, and leaves the same TCB. Of the TCB only those fields count that are *live* in
the next state: those that some event reads there, or copies to where they are live. Conversely the mutant may start
with anything in the fields that are not live: it is not told what earlier steps of its own have left there.

Limits: fresh initial sequence numbers and open windows, as the invariant has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, reduce

import z3

from benchmarks.mutation.changes import as_written
from benchmarks.mutation.proofs import PROOFS
from model.any_channel.every_channel import every_channel
from model.any_channel.network import Carried, End, UnboundedNetwork
from model.core.answer import Limits
from model.core.nodes import node_of
from model.engines.inductive.discharge import question
from model.engines.inductive.obligations import Induction, Lemma, Transition
from model.engines.symbolic.solver import LimitedSolver, Unanswered
from model.mutants.mutation import equal, rewritten
from model.network.side import NO_TCB
from model.tcp.event import FALSE, Event
from model.tcp.segment import CONTROLS, SEGMENT_FIELDS
from model.tcp.state import FIELDS, STATES, Tcb, no_tcb
from properties.configs import EVERY_CHANNEL
from properties.proofs.lemma import segments, sides, stated
from properties.sent import KEPT, Kept

SECONDS = 5.0
Events = Mapping[str, Event]
Effect = dict[str, z3.ExprRef]


@stated(
    Lemma,
    sides,
    why="the acknowledgment of the FIN leads there, and nothing is sent after it",
    excludes="an acknowledgment of something new in FIN-WAIT-2",
)
def all_acknowledged(end: End, *_: object) -> z3.BoolRef:
    """In FIN-WAIT-2 and TIME-WAIT nothing is outstanding."""
    return z3.Implies(end.state_is("FIN-WAIT-2", "TIME-WAIT"), end.tcb.snd_una == end.tcb.snd_nxt)


@stated(Lemma, segments, why="so they are sent", excludes="text that SYN-SENT would deliver")
def bare_syn_acks(m: Carried, *_: object) -> z3.BoolRef:
    """A SYN,ACK carries no text."""
    return z3.Implies(z3.And(m.x.syn, m.x.ack), m.x.text == 0)


def of_endpoint(network: UnboundedNetwork, kept: Kept) -> Lemma:
    """What every endpoint sends and keeps, whatever arrives, as a lemma."""
    sent = segments(network, lambda m, *_: kept.of_segment(m.x))
    held = sides(network, lambda end, *_: z3.Implies(end.has_tcb, kept.of_tcb(end.tcb)))
    return Lemma(kept.name, (*sent, *held), kept.sentence, excludes="an endpoint that is none")


@cache
def invariant() -> Induction:
    """What is known of the protocol: the proved invariant, and a few more lemmas, which it shows."""
    proved, network = PROOFS.inductions["half-open"], every_channel(EVERY_CHANNEL)
    known = [*proved.proved, *proved.lemmas]
    more = [all_acknowledged(network), bare_syn_acks(network), *(of_endpoint(network, kept) for kept in KEPT)]
    return Induction(network.soup, known, more)


def equivalent(name: str) -> bool:
    """Whether the mutant is shown to be the same. Raises `Unaffected`."""
    written, mutant = every_channel(EVERY_CHANNEL), every_channel(EVERY_CHANNEL.but(mutant=name))
    end = written.sides["A"]
    was, now = ({e.name: e for e in network.events(end)} for network in (written, mutant))
    differing = [name for name in was if name not in now or not equal(was[name], now[name])]
    ask = LimitedSolver(Limits(max_seconds=SECONDS))
    try:
        return all(ask(one) is None for one in _differences(written, differing, was, now))
    except Unanswered:
        return False


def _differences(network: UnboundedNetwork, names: Iterable[str], was: Events, now: Events) -> Iterator[z3.BoolRef]:
    """Formulas that a difference satisfies: one for each call, and one for each state in which a segment arrives."""
    together: dict[str, list[str]] = {}
    for name in names:
        together.setdefault(was[name].state if was[name].kind == "arrives" else name, []).append(name)
    for group in together.values():
        event, end = was[group[0]], network.sides["A"]
        happens = [end.state_is(event.state), *network.assumed_of(end, event)]
        step = Transition(event.name, "", z3.And(*happens), {}, arrives="B" if event.kind == "arrives" else "")
        before = invariant().setting(step)
        old = effect(was[name] for name in group)
        new = effect(_forgetful(network, now[name], now.values()) for name in group if name in now)
        yield question(network.soup, z3.And(*before, z3.Not(_same(old, new))))


def _forgetful(network: UnboundedNetwork, event: Event, now: Iterable[Event]) -> Event:
    """The event with anything in the fields that are not live before it.

    Where there is no TCB, nothing is in them if every event of the mutant that leads there deletes it.
    """
    tcb, nothing = network.sides["A"].tcb, no_tcb(network.bits)
    dead = [name for name in FIELDS if name not in live()[event.state]]
    anything = {name: z3.Const(f"any {name}", getattr(tcb, name).sort()) for name in dead}
    if event.state in NO_TCB and all(_deletes(one, tcb, nothing) for one in now if one.effect.next in NO_TCB):
        anything = {name: getattr(nothing, name) for name in dead}
    put = [(getattr(tcb, name), term) for name, term in anything.items()]
    return rewritten(event, lambda term: z3.substitute(term, *put))


def _deletes(event: Event, tcb: Tcb, nothing: Tcb) -> bool:
    stays = event.state in NO_TCB and all(getattr(event.effect.tcb, name).eq(getattr(tcb, name)) for name in FIELDS)
    return stays or all(getattr(event.effect.tcb, name).eq(getattr(nothing, name)) for name in FIELDS)


def effect(events: Iterable[Event]) -> Effect:
    """What happens if one of these events does, of which at most one applies."""
    cases = [_effect(event) for event in events]
    if not cases:
        return {"applies": FALSE}
    return reduce(lambda rest, one: {n: z3.If(one["applies"], one[n], rest[n]) for n in one}, cases)


def _effect(event: Event) -> Effect:
    zero = z3.BitVecVal(0, event.effect.tcb.snd_una.size())
    sent = {} if event.effect.send is None else {name: getattr(event.effect.send, name) for name in SEGMENT_FIELDS}
    return {
        "applies": event.guard,
        "next": z3.BitVecVal(STATES.index(event.effect.next), 4),
        "sends": event.effect.send_when if event.effect.send is not None else FALSE,
        **{f"sent {name}": sent.get(name, FALSE if name in CONTROLS else zero) for name in SEGMENT_FIELDS},
        "delivered": zero if event.effect.delivered is None else event.effect.delivered,
        "released": zero if event.effect.released is None else event.effect.released,
        "restarts": event.effect.restarts_2msl,
        **{name: getattr(event.effect.tcb, name) for name in FIELDS},
    }


def _same(old: Effect, new: Effect) -> z3.BoolRef:
    """The same effect, as far as anybody can tell."""
    if new.keys() != old.keys():
        return z3.Not(old["applies"])
    segment = z3.And(*(old[f"sent {name}"] == new[f"sent {name}"] for name in SEGMENT_FIELDS))
    same = z3.And(
        *(old[name] == new[name] for name in ("next", "sends", "delivered", "released")),
        z3.Implies(old["sends"], segment),
        z3.Implies(_leads_to(old, "TIME-WAIT"), old["restarts"] == new["restarts"]),
        *(z3.Implies(_leads_to(old, *_where(name)), old[name] == new[name]) for name in FIELDS),
    )
    return z3.And(old["applies"] == new["applies"], z3.Implies(old["applies"], same))


def _leads_to(found: Effect, *states: str) -> z3.BoolRef:
    return z3.Or(*(found["next"] == STATES.index(state) for state in states))


def _where(name: str) -> Iterator[str]:
    return (state for state, fields in live().items() if name in fields)


@cache
def live() -> Mapping[str, frozenset[str]]:
    """The fields of the TCB that matter in each state: the least solution, as for a compiler's variables."""
    found = {state: frozenset[str]() for state in STATES}

    def of(*terms: z3.ExprRef | None) -> frozenset[str]:
        names = {name for term in terms if term is not None for name, _ in node_of(z3.simplify(term)).constants}
        return frozenset(names.intersection(FIELDS))

    while True:
        more = dict(found)
        for event in as_written(EVERY_CHANNEL).events.values():
            does = event.effect
            sent = [does.send_when, *(getattr(does.send, f) for f in SEGMENT_FIELDS)] if does.send else []
            copied = [getattr(does.tcb, name) for name in found[does.next]]
            more[event.state] |= of(event.guard, *sent, does.delivered, does.released, does.restarts_2msl, *copied)
        if more == found:
            return found
        found = more
