"""All mutants of the protocol, derived from its events mechanically; and some real bugs.

The kinds: a condition, or a part of it, negated or dropped; a bound, an update or a number sent off by one; a wrong
next state; nothing sent, or a control bit or the text missing; a field of the TCB not updated; fields read, or sent, in
place of each other. What is obviously no change is left out; whether the rest is one, Z3 may say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import z3

from model.mutants.mutation import Mutant, MutationKind, Text, rewritten, text_of
from model.settings.config import Config
from model.settings.setting import BadConfig
from model.tcp.all_events import events
from model.tcp.cause import Cause, arrives, begun_by, caused
from model.tcp.event import FALSE, TRUE, Event
from model.tcp.segment import CONTROLS, SEGMENT_FIELDS, Segment, segment
from model.tcp.state import FIELDS, FLAGS, STATES, Endpoint, Tcb, no_tcb

NO_TCB = ("CLOSED", "LISTEN")
PAIRS = (("snd_una", "snd_nxt"), ("rcv_nxt", "irs"), ("seg.seq", "seg.ackno"), ("iss", "irs"), ("snd_nxt", "rcv_nxt"))
"""What is read in place of each other."""
INEQUALITIES = (z3.Z3_OP_ULT, z3.Z3_OP_ULEQ, z3.Z3_OP_UGT, z3.Z3_OP_UGEQ, z3.Z3_OP_SLT, z3.Z3_OP_SGT)
EQUALITIES = (z3.Z3_OP_EQ, z3.Z3_OP_DISTINCT)


class Unaffected(BadConfig):
    """The configuration has nothing that the mutant changes."""


def mutated(endpoint: Endpoint, tcb: Tcb, x: Segment, isn: z3.BitVecRef) -> list[Event]:
    """The events of an endpoint whose configuration names a mutant; unchanged ones are as they were."""
    text = text_of(endpoint.config, endpoint.bits)
    same = {event.cause: event for event in events(endpoint, tcb, x, isn)}
    put_in = text.into(endpoint, tcb, x, isn)
    listed = text.listed(find(endpoint.config.mutant, text))
    changed = text.changed(listed)
    return [
        rewritten(event, lambda term: z3.substitute(term, *put_in)) if event.cause in changed else same[event.cause]
        for event in listed
        if event.cause in changed or event.cause in same
    ]


def find(name: str, text: Text) -> Mutant:
    """The mutant of this name. Raises `BadConfig`."""
    if (found := _named(name, text)) is None:
        if _named(name, text_of(Config())) is None:
            raise BadConfig(f"mutant={name}: there is none of this name (python -m benchmarks.mutants --list)")
        raise Unaffected(f"mutant={name}: this configuration has nothing that it changes")
    return found


def _named(name: str, text: Text) -> Mutant | None:
    """The mutant of this name among those of a text; only those of its place are made."""
    return next((one for one in mutants(text, begun_by(name, places(text))) if one.name == name), None)


def places(text: Text) -> list[Cause]:
    """Every event and case, in the order of the protocol."""
    return list(dict.fromkeys((*text.conditions, *text.events)))


def mutants(text: Text, where: Iterable[Cause] | None = None) -> Iterator[Mutant]:
    """All mutants, or those of some events or cases and the real bugs, in the order of the protocol."""
    for cause in places(text) if where is None else where:
        taken = dict[str, int]()
        for mutant in _at(text, cause):
            taken[mutant.what] = times = taken.get(mutant.what, 0) + 1
            yield mutant if times == 1 else replace(mutant, what=f"{mutant.what} ({times})")
    yield from literature(text)


def _at(text: Text, cause: Cause) -> Iterator[Mutant]:
    """The mutants of one event or case; what they change may have the same words."""
    event = text.events.get(cause)
    if cause in text.conditions:
        for kind, what, term in _of_condition(text, text.conditions[cause]):
            yield Mutant(cause, what, kind, conditions={cause: term})
    if event is not None and event.kind != "crash":
        for kind, what, changed in _of_event(text, event):
            yield Mutant(cause, what, kind, events={cause: changed})


def _of_condition(text: Text, c: z3.BoolRef) -> Iterator[tuple[MutationKind, str, z3.BoolRef]]:
    """A condition changed, where that is not obviously the same."""
    known = z3.simplify(c)
    if not z3.is_true(known) and not z3.is_false(known):
        yield from (one for one in _conditions(text, c) if not z3.simplify(one[2]).eq(known))


def _conditions(text: Text, c: z3.BoolRef) -> Iterator[tuple[MutationKind, str, z3.BoolRef]]:
    """A condition negated, never or always true; the same of its parts; off by one; with fields swapped."""
    yield "negated condition", "if not", z3.Not(c)
    yield "dropped condition", "never", FALSE
    yield "dropped condition", "always", TRUE
    nodes = list(_conditions_in(c))
    for node in nodes:
        for part in node.children() if z3.is_and(node) or z3.is_or(node) else ():
            if others := [one for one in node.children() if not one.eq(part)]:
                yield "dropped condition", f"without {text.show(part)}", _put(c, node, node.decl()(*others))
    for node in nodes[1:]:
        if not (z3.is_and(node) or z3.is_or(node) or z3.is_not(node) or z3.is_false(node)):
            yield "negated condition", f"not {text.show(node)}", _put(c, node, z3.Not(node))
    for node in nodes:
        kind = node.decl().kind()
        if kind in (*INEQUALITIES, *EQUALITIES) and z3.is_bv(node.arg(0)):
            one, bound = node.children()
            for by in (1, -1) if kind in INEQUALITIES else (1,):
                yield "off by one", f"{by:+d} in {text.show(node)}", _put(c, node, node.decl()(one, bound + by))
    for what, (term,) in _swapped([c], text.config.seq_bits):
        yield "swapped fields", what, term


def _conditions_in(c: z3.BoolRef) -> Iterator[z3.BoolRef]:
    """The condition and the conditions that it is made of, each once."""
    found, left = list[z3.BoolRef](), [c]
    while left:
        node = left.pop(0)
        if z3.is_bool(node) and not any(node.eq(one) for one in found):
            found.append(node)
            yield node
            if not z3.is_eq(node) and not z3.is_distinct(node):
                left += node.children()


def _put(c: z3.BoolRef, old: z3.BoolRef, new: z3.BoolRef) -> z3.BoolRef:
    return z3.substitute(c, (old, new))


def _swapped(terms: Sequence[z3.ExprRef], bits: int) -> Iterator[tuple[str, list[z3.ExprRef]]]:
    """The terms with two fields read in place of each other, where that makes a difference."""
    for a, b in PAIRS:
        one, two = z3.BitVec(a, bits), z3.BitVec(b, bits)
        changed = [z3.substitute(term, (one, two), (two, one)) for term in terms]
        if not all(old.eq(new) for old, new in zip(terms, changed, strict=True)):
            yield f"reads {a} and {b} in place of each other", changed


def _of_event(text: Text, event: Event) -> Iterator[tuple[MutationKind, str, Event]]:
    """An event with another guard (if no segment arrives), next state, segment or update."""
    if event.kind != "arrives":
        if z3.is_true(event.guard):
            yield "dropped condition", "never", event.but(guard=FALSE)
        for kind, what, guard in _of_condition(text, event.guard):
            yield kind, what, event.but(guard=guard)
    for state in _wrong_states(event):
        yield "wrong state", f"{'stays in' if state == event.state else 'goes to'} {state}", event.but(next=state)
    if event.effect.send is not None:
        yield from _of_send(event, event.effect.send, text.config.seq_bits)
    yield from _of_update(text, event)


def _wrong_states(event: Event) -> Iterator[str]:
    """The state that it leaves, or CLOSED; and the one that is listed after the right one."""
    first = "CLOSED" if event.effect.next == event.state else event.state
    second = STATES[(STATES.index(event.effect.next) + 1) % len(STATES)]
    yield from (state for state in dict.fromkeys((first, second)) if state != event.effect.next)


def _of_send(event: Event, send: Segment, bits: int) -> Iterator[tuple[MutationKind, str, Event]]:
    """Nothing is sent, or too often, or a segment with one thing wrong."""
    acks = not z3.is_false(send.ack)
    yield "dropped send", "sends nothing", event.but(send=None, send_when=TRUE)
    if not z3.is_true(event.effect.send_when):
        yield "dropped condition", "sends always", event.but(send_when=TRUE)
        yield "negated condition", "sends if not", event.but(send_when=z3.Not(event.effect.send_when))
    for bit in CONTROLS:
        if not z3.is_false(getattr(send, bit)):
            yield "dropped send", f"sends without {bit.upper()}", event.but(send=replace(send, **{bit: FALSE}))
    no_text = z3.is_bv_value(send.text)
    for name in ("seq", *(["ackno"] if acks else []), *([] if no_text else ["text"])):
        yield "off by one", f"sends with {name} + 1", event.but(send=replace(send, **{name: getattr(send, name) + 1}))
    if not no_text:
        yield "dropped send", "sends without text", event.but(send=replace(send, text=send.text - send.text))
    if acks:
        swapped = replace(send, seq=send.ackno, ackno=send.seq)
        yield "swapped fields", "sends with seq and ackno exchanged", event.but(send=swapped)
    for what, terms in _swapped([getattr(send, name) for name in SEGMENT_FIELDS], bits):
        changed = Segment(**dict(zip(SEGMENT_FIELDS, terms, strict=True)))
        yield "swapped fields", f"what it sends {what}", event.but(send=changed)


def _of_update(text: Text, event: Event) -> Iterator[tuple[MutationKind, str, Event]]:
    """A field of the TCB is not updated, or wrongly; so for what the user gets and for the 2 MSL timeout."""
    before, after, gone = text.tcb, event.effect.tcb, no_tcb(text.config.seq_bits)
    if all(getattr(after, name).eq(getattr(gone, name)) for name in FIELDS):
        if event.state not in NO_TCB:
            yield "dropped update", "the TCB stays", event.but(tcb=before)
    else:
        names = [name for name in FIELDS if not getattr(after, name).eq(getattr(before, name))]
        for name in names:
            yield "dropped update", f"{name} stays", event.but(tcb=after.but(**{name: getattr(before, name)}))
            if name not in FLAGS:
                yield "off by one", f"{name} + 1", event.but(tcb=after.but(**{name: getattr(after, name) + 1}))
        for what, terms in _swapped([getattr(after, name) for name in names], text.config.seq_bits):
            yield (
                "swapped fields",
                f"what it sets {what}",
                event.but(tcb=after.but(**dict(zip(names, terms, strict=True)))),
            )
    if event.effect.delivered is not None:
        yield "dropped update", "nothing is delivered", event.but(delivered=None)
    if event.effect.released is not None:
        yield "dropped update", "nothing is released", event.but(released=None)
    if not z3.is_false(event.effect.restarts_2msl):
        yield "dropped update", "2 MSL are not restarted", event.but(restarts_2msl=FALSE)


# -- real bugs --


def literature(text: Text) -> Iterator[Mutant]:
    """Bugs of real implementations, and of the RFC's readers, that differ from the rest by more than one change."""
    events, conditions, x = text.events, text.conditions, text.x
    where, again = "SYN-RECEIVED", arrives("SYN-RECEIVED", "unacceptable segment arrives")

    def bug(place: str, what: str, *changed: Event) -> Mutant:
        return Mutant(place, what, "literature", events={event.cause: event for event in changed})

    resets = [arrives(where, f"RST arrives ({by} OPEN)") for by in ("passive", "active")]
    with_ack = {case: z3.And(conditions[case], x.ack) for case in resets}
    yield Mutant(where, "a RST without ACK is ignored", "literature", with_ack)

    silent = events[caused("CLOSE", where)].but(next="CLOSED", send=None, tcb=no_tcb(text.config.seq_bits))
    yield bug(where, "CLOSE drops the connection silently", silent)

    refused = segment("RST", x.ackno)
    by_reset = _instead(events[again], z3.And(x.syn, x.ack), refused)
    yield bug(where, "the SYN,ACK of a simultaneous open is refused", by_reset)

    refused = segment("RST,ACK", text.endpoint.number(0), x.seq + x.length)
    by_reset = _instead(events[again], z3.And(x.syn, z3.Not(x.ack)), refused)
    yield bug(where, "a duplicate SYN is answered by RST", by_reset)

    bad = [arrives(where, f"{ack} arrives") for ack in ("ACK out of RFC 5961's range", "unacceptable ACK")]
    yield bug(where, "a bad ACK is not answered", *(events[e].but(send=None) for e in bad if e in events))

    syn, old = (events[arrives("ESTABLISHED", f"{what} arrives")] for what in ("SYN", "unacceptable segment"))
    yield bug("ESTABLISHED", "a SYN is ignored", syn.but(send=None), old.but(send_when=z3.Not(x.syn)))


def _instead(event: Event, when: z3.BoolRef, other: Segment) -> Event:
    """The event with another segment sent where `when` holds."""
    assert event.effect.send is not None
    fields = {name: z3.If(when, getattr(other, name), getattr(event.effect.send, name)) for name in SEGMENT_FIELDS}
    return event.but(send=Segment(**fields))
