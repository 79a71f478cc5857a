"""The unbounded network in real time: no segment outlives MSL, and a number rests before it is chosen again.

Here nothing is assumed of the network but its age limit; what the untimed network assumes of every choice of an ISN
(freshness) is owed instead, and shown. Time is a real number, MSL and the other times are constants of any value:
- `now`, and `sent` of every segment. Time passes by any amount; then the network loses what has become older than MSL.
- `spoke`, of each side: when its incarnation of ISS `any`, an arbitrary constant, has last sent a segment.
- `listened`, of each TCB: when the last segment of its peer's incarnation arrived, its SYN at first.
- `sent`, of each side: when it has last sent a segment.

Two rules that an endpoint keeps by its own clock alone (`Rest`):
- silence: a TCB that has heard nothing of its peer for H is deleted (user timeout, keep-alive, the end of TIME-WAIT);
- rest: an ISN nearer to another than fresh ones are is chosen only when nothing was sent under that one for Q; or,
  simpler, any ISN at all is chosen only when the side has sent nothing for Q.
A reset counts as no segment of anybody, as it does for freshness.

That an endpoint can tell its peer's segments from others is `no-old-segment-accepted`: those that it accepts are its
peer's. H is at least the length of TIME-WAIT, whose TCB believes in its peer, too.

Source: RFC 9293, 3.4.1 to 3.4.3, whose MSL and quiet time are the case without H.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial

from model.any_channel.every_channel import from_closed, incarnations, not_assumed
from model.any_channel.network import NO_IRS, NOW, Added, End, Occurrence, Part, UnboundedNetwork
from model.core import z3fast as z3
from model.engines.inductive.obligations import LemmaPart
from model.settings.config import Config
from model.words.language import marked, phrased

MSL, SILENCE, PAUSE = (z3.Real(name) for name in ("MSL", "H", "Q"))


@dataclass(frozen=True)
class Rest:
    """How long a number rests: Q is at least `least`.

    2 MSL + H is for the segment, the TCB that it keeps alive, and the answer. silence: whether the rule of silence is
    kept; sides: whether it is the side that rests, not the number.
    """

    least: z3.ArithRef = field(default_factory=lambda: 2 * MSL + SILENCE)
    silence: bool = True
    sides: bool = False

    @property
    def rule(self) -> str:
        """The rule of rest in words."""
        if self.sides:
            return marked("a side chooses an ISN only when it has sent nothing, a RST apart, for Q")
        return marked("an ISN near another one is chosen only when nothing, a RST apart, was sent under that one for Q")


def resting(config: Config, rest: Rest | None = None) -> UnboundedNetwork:
    """The unbounded network with time."""
    rest = rest or Rest()
    rules = partial(silence, kept=rest.silence), partial(numbers_rest, rest=rest)
    return UnboundedNetwork(config, (incarnations, from_closed, lifetime, *rules))


def spoke(side: End) -> z3.ArithRef:
    """When the side's incarnation of ISS `any` has last sent a segment; a long time ago if never."""
    return z3.Real(f"{side.name}.spoke")


def listened(side: End) -> z3.ArithRef:
    """When a segment of the incarnation that the side believes in has last arrived."""
    return z3.Real(f"{side.name}.listened")


def last_sent(side: End) -> z3.ArithRef:
    """When the side has last sent a segment."""
    return z3.Real(f"{side.name}.sent")


def lifetime(network: UnboundedNetwork) -> Part:
    """Segments have a date, and no segment outlives MSL."""
    return Part(
        variables=[MSL],
        domain=MSL > 0,
        fields={"sent": z3.Real},
        event=lambda _: Added(sent={"sent": NOW}),
        time=lambda then: Added(
            assumes={name: then <= m.more["sent"] + MSL for name, (m, _) in network.stored.items()}
        ),
        assumes=(marked("no segment outlives MSL; times are real numbers of any value"),),
    )


def silence(network: UnboundedNetwork, kept: bool) -> Part:
    """The rule of silence, if it is kept."""
    sides, said = (
        network.sides.values(),
        marked("a TCB is deleted at the latest H after the last segment of its peer has arrived"),
    )

    def time(then: z3.ArithRef) -> Added:
        return Added(tuple(z3.Implies(side.has_irs, then <= listened(side) + SILENCE) for side in sides if kept))

    return Part(
        variables=[SILENCE, *map(listened, sides)],
        domain=SILENCE >= 0,
        event=lambda it: Added(update=dict(listens(it))),
        time=time,
        assumes=(said if kept else not_assumed(said),),
    )


def listens(it: Occurrence) -> Iterator[tuple[str, z3.ArithRef]]:
    """When the side has last heard of its peer, after an event."""
    if it.event.effect.accepts_syn:
        yield f"{it.side.name}.listened", NOW
    elif it.event.kind == "arrives" and it.event.state not in NO_IRS:
        peers = z3.And(z3.Not(it.x.x.rst), it.x.iss == it.side.tcb.irs)
        yield f"{it.side.name}.listened", z3.If(peers, NOW, listened(it.side))


def numbers_rest(network: UnboundedNetwork, rest: Rest) -> Part:
    """The rule of rest. What the network without time assumes of an ISN is owed."""
    sides, far = network.sides.values(), f"{network.config.isn_distance:,}"
    rested = [z3.And(last_sent(side) + PAUSE < NOW, last_sent(side) == spoke(side)) for side in sides]

    def event(it: Occurrence) -> Added:
        rules = chosen(network, rest, it) if it.event.effect.chooses_isn else Added()
        return replace(rules, update=dict(speaks(it)))

    return Part(
        variables=[PAUSE, *(clock(side) for side in sides for clock in (spoke, last_sent))],
        domain=PAUSE >= 0,
        initial=z3.And(*rested),
        event=event,
        assumes=(
            phrased(
                "{rule}: near is less than {far} away, and Q >= {least}", rule=rest.rule, far=far, least=rest.least
            ),
        ),
    )


def speaks(it: Occurrence) -> Iterator[tuple[str, z3.ArithRef]]:
    """When the side has last sent a segment, and when its incarnation `any` has, after an event."""
    if it.event.effect.send is not None:
        under_any = z3.And(it.speaks, it.event.effect.tcb.iss == it.side.any)
        yield f"{it.side.name}.spoke", z3.If(under_any, NOW, spoke(it.side))
        yield f"{it.side.name}.sent", z3.If(it.speaks, NOW, last_sent(it.side))


def chosen(network: UnboundedNetwork, rest: Rest, it: Occurrence) -> Added:
    """The rule of rest, said of the number `any`; freshness (a) and (b) of that number are owed."""
    side, other, far = it.side, it.other, network.apart(it.isn, it.side.any)
    rule = last_sent(side) + PAUSE < NOW if rest.sides else z3.Implies(z3.Not(far), spoke(side) + PAUSE < NOW)
    own, theirs = network.stored[side.name][0], network.stored[other.name][0]
    of = {
        side.name: z3.And(z3.Not(own.x.rst), own.iss == side.any),
        other.name: z3.And(theirs.x.ack, z3.Not(theirs.x.rst), theirs.irs == side.any),
    }
    fresh = [LemmaPart("freshness (a)", z3.Implies(has, far), (name,)) for name, has in of.items()]
    known = z3.And(other.has_irs, other.tcb.irs == side.any)
    fresh.append(LemmaPart("freshness (b)", z3.Implies(known, far)))
    return Added((rest.least <= PAUSE, rule), owes=tuple(fresh))
