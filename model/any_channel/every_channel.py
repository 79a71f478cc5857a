"""The parts of a network in which both sides begin CLOSED, and in which fresh numbers are assumed.

Ghosts:
- `heard`: an incarnation of the other side has accepted a SYN of this side's current incarnation;
- `heard_by`: the other side's incarnation of ISS `other.any`, an arbitrary constant, has accepted such a SYN;
- `older`: this side's current incarnation was chosen before the other side's.

A fresh ISN is W+window away (or one more: `isns_apart`)
(a) from every ISN that a segment in the network was sent or acknowledged under, a RST apart, and
(b) from the IRS of the other side's TCB.
Once nothing carries a number any more it may be chosen again.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import combinations

from model.any_channel.network import Added, Occurrence, Pairs, Part, UnboundedNetwork
from model.core import z3fast as z3
from model.settings.config import Config
from model.settings.protocol import Protocol
from model.settings.setting import names_of, refuse
from model.tcp.event import FALSE, TRUE
from model.words.language import marked, phrased

WIDER = ("send_on_syn", "retransmission")
"""Fields of the protocol of which a proof with true speaks of searches with false, too.

A timer that never runs out is one that need not; a SEND in LISTEN that queues its text is an active OPEN and a SEND.
"""
TESTED = {
    "off": marked("nobody tests RFC 5961's range of SEG.ACK (MAY-12)"),
    "either": marked("each endpoint tests or does not test RFC 5961's range of SEG.ACK (MAY-12)"),
    "": marked("everybody tests RFC 5961's range of SEG.ACK (MAY-12)"),
}
"""Who tests it, by `ack_range`."""


def not_assumed(sentence: str) -> str:
    """That a proof does without an assumption."""
    return phrased("NOT assumed: {what}", what=sentence)


def every_channel(config: Config, segments: bool = True, peer: bool = True) -> UnboundedNetwork:
    """The network without time. segments, peer: whether freshness (a) and (b) are assumed."""
    return UnboundedNetwork(config, (incarnations, from_closed, partial(freshness, segments=segments, peer=peer)))


def incarnations(network: UnboundedNetwork) -> Part:
    """The ghosts: who has accepted whose SYN, and who was chosen first."""
    ghosts = [ghost for side in network.sides.values() for ghost in (side.heard, side.heard_by, side.older)]
    return Part(ghosts, event=lambda it: Added(update=dict(heard(it))))


def heard(it: Occurrence) -> Iterator[tuple[str, z3.BoolRef]]:
    """The ghosts after an event."""
    side, other, iss, heard_by = it.side, it.other, it.event.effect.tcb.iss, it.other.heard_by
    if it.event.effect.chooses_isn:
        heard_by = z3.And(heard_by, iss != side.any)
        yield from ((f"{side.name}.{ghost}", FALSE) for ghost in ("heard", "heard_by", "older"))
        yield f"{other.name}.older", TRUE
    if it.event.effect.accepts_syn:
        lives = z3.And(other.has_tcb, other.tcb.iss == it.x.iss)
        heard_by = z3.Or(heard_by, z3.And(lives, iss == side.any))
        yield f"{other.name}.heard", z3.Or(other.heard, lives)
    yield f"{other.name}.heard_by", z3.simplify(heard_by)


def from_closed(network: UnboundedNetwork) -> Part:
    """Both sides begin CLOSED. Raises `BadConfig` for what the proofs do not cover."""
    c = network.config
    refuse(
        (c.timed, "timed=true: a proof for every channel knows no time"),
        (c.syn_cookies, "syn_cookies=true: a proof for every channel does not cover cookies, which choose no ISN"),
        (
            c.ack_delay or c.start != "closed",
            f"start={c.start}: a proof for every channel begins with both sides CLOSED",
        ),
    )
    span, window = f"{c.span:,}", f"{c.window:,}"
    return Part(
        initial=z3.And(*(side.state_is("CLOSED") for side in network.sides.values())),
        coordinates=partial(distances, network),
        covers=partial(is_one, network),
        assumes=(
            phrased(
                "W: one incarnation uses at most {span} sequence numbers of {bits} bits; windows are {window}",
                span=span,
                bits=c.seq_bits,
                window=window,
            ),
        ),
    )


def is_one(network: UnboundedNetwork, one: Config) -> bool:
    """Whether a bounded configuration has the network's protocol, and all numbers that it chooses are fresh."""
    all_of, space = network.config, 1 << one.seq_bits
    distance = one.but(isns_apart=all_of.isns_apart).isn_distance
    chosen = [pair for name in ("isn_a", "isn_b") for pair in combinations(one.isns(name, 0)[: one.incarnations], 2)]
    fresh = all(min((m - n) % space, (n - m) % space) >= distance for m, n in chosen)
    return fresh and all(speaks_of(name, getattr(all_of, name), getattr(one, name)) for name in names_of(Protocol))


def speaks_of(name: str, proved: object, searched: object) -> bool:
    """Whether a proof with one value of a field of the protocol speaks of a search with another."""
    return proved in ("either", searched) or (name in WIDER and proved is True)


def distances(network: UnboundedNetwork) -> Pairs:
    """Every number as a distance from the ISN that it belongs to, and every ISN from the ISS of its side.

    Of the text that SYN-RECEIVED holds it is the number after it.

    A change of variables, one to one, in which the solver has short numbers and small sums.
    """
    found: Pairs = []
    for side in network.sides.values():
        tcb, peer = side.tcb, network.other(side).tcb.iss
        irs = peer + distance(tcb.irs)
        found += [(number, tcb.iss + distance(number)) for number in (tcb.snd_una, tcb.snd_nxt, side.any)]
        found += [(tcb.irs, irs), (tcb.rcv_nxt, irs + distance(tcb.rcv_nxt))]
        found.append((tcb.syn_text, distance(tcb.syn_text) - distance(tcb.rcv_nxt)))
        for m in (*network.stored[side.name], network.arriving[side.name]):
            iss, irs = tcb.iss + distance(m.iss), peer + distance(m.irs)
            found += [(m.iss, iss), (m.x.seq, iss + distance(m.x.seq))]
            found += [(m.irs, irs), (m.x.ackno, irs + distance(m.x.ackno))]
    return found


def distance(number: z3.BitVecRef) -> z3.BitVecRef:
    """The constant that says how far a number is from another."""
    return z3.BitVec(f"{number.decl().name()}-", number.size())


def freshness(network: UnboundedNetwork, segments: bool, peer: bool) -> Part:
    """What is assumed of every choice of an ISN."""
    c, far = network.config, f"{network.config.isn_distance:,}"
    of_segment = marked(
        "freshness (a): an ISN is chosen at least {far} from every ISN under which a segment in the network was sent or"
        " acknowledged (a RST apart)"
    )
    of_peer = marked("freshness (b): and at least {far} from the IRS of the other side's TCB, if it has one")
    said = {phrased(of_segment, far=far): segments, phrased(of_peer, far=far): peer}

    def event(it: Occurrence) -> Added:
        if not it.event.effect.chooses_isn:
            return Added()
        known = z3.Implies(it.other.has_irs, network.apart(it.isn, it.other.tcb.irs))
        return Added((known,) if peer else (), assumes=of_segments(network, it) if segments else {})

    return Part(
        event=event,
        assumes=(
            *(sentence if made else not_assumed(sentence) for sentence, made in said.items()),
            TESTED.get(c.ack_range, TESTED[""]),
        ),
    )


def of_segments(network: UnboundedNetwork, it: Occurrence) -> dict[str, z3.BoolRef]:
    """Freshness (a), of any segment of either side."""
    own, theirs = network.stored[it.side.name][0], network.stored[it.other.name][0]
    return {
        it.side.name: z3.Implies(z3.Not(own.x.rst), network.apart(it.isn, own.iss)),
        it.other.name: z3.Implies(z3.And(theirs.x.ack, z3.Not(theirs.x.rst)), network.apart(it.isn, theirs.irs)),
    }
