"""The end of a connection in real time: A has closed and waits for B's FIN; segments may be lost.

One connection from the half-closed start on, in an unbounded network: a segment may come late, out of order and again
and again. What is promised is that each FIN of B, and A's answer to it, arrives within D, unless one of the two is
lost: then the FIN is `doomed`. All times are real constants of any value: D; RTO, after which B at the latest sends its
FIN again (it may do so at any time); the length of TIME-WAIT; and what losses cost: each costs one RTO, and all
together at most `losses`, which is RTO for one loss, twice RTO for two, and so on.

B may send text before its FIN (`text`). What is promised of B's FIN is promised then of all that B sends with text or
FIN. B's timer starts again when SND.UNA moves (RFC 6298, 5.3), so it matters when an acknowledgment of text arrives: no
segment of A is older than D.

Variables besides the TCBs: `now`; `waiting`, when TIME-WAIT was started or restarted; `sent`, when B's timer was last
started; `cost`, of the losses so far; and for FIN and ACK whether one is under way that will arrive (`coming`), and
since when (`since`). The first such one is all that time waits for: fewer promises than are made, but all that are
needed.

Source: RFC 9293, 3.6 (MUST-13), 3.8.1, 3.10.7.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from model.any_channel.every_channel import distance, incarnations
from model.any_channel.network import NOW, Added, End, Occurrence, Pairs, Part, UnboundedNetwork
from model.core import z3fast as z3
from model.settings.config import Config
from model.settings.setting import BadConfig
from model.tcp.event import FALSE, TRUE, Event
from model.words.language import marked, phrased

WAITING, SENT, COST = (z3.Real(name) for name in ("A.waiting", "B.sent", "cost"))
DELAY, RTO, TIME_WAIT, LOSSES = (z3.Real(name) for name in ("D", "RTO", "TIME-WAIT", "losses"))
CALLS = ("", "CLOSE", "RETRANSMISSION TIMEOUT", "TIME-WAIT TIMEOUT", "delayed ACK")
"""Calls and timers that may happen; nobody opens, sends, aborts or gives up."""
STATES = {"A": ("FIN-WAIT-2", "TIME-WAIT", "CLOSED"), "B": ("CLOSE-WAIT", "LAST-ACK", "CLOSED")}
"""The states of each side; that there are no others is shown. What happens in others is left out."""


@dataclass(frozen=True)
class Coming:
    """A segment of one kind that will arrive within D."""

    kind: str

    @property
    def coming(self) -> z3.BoolRef:
        """There is one."""
        return z3.Bool(f"{self.kind}.coming")

    @property
    def since(self) -> z3.ArithRef:
        """When it was sent."""
        return z3.Real(f"{self.kind}.since")

    def arrives_by(self, then: z3.ArithRef) -> z3.BoolRef:
        """Time may go on until `then`."""
        return z3.Implies(self.coming, then <= self.since + DELAY)

    def sent(self, when: z3.BoolRef) -> dict[str, z3.ExprRef]:
        """One more is sent; the first is the one that is looked at."""
        first = z3.And(when, z3.Not(self.coming))
        return {
            f"{self.kind}.coming": z3.Or(self.coming, when),
            f"{self.kind}.since": z3.If(first, NOW, self.since),
        }

    def arrived(self, when: z3.BoolRef) -> dict[str, z3.ExprRef]:
        """One has arrived; it may be that one, so it is no longer counted on."""
        return {f"{self.kind}.coming": z3.And(self.coming, z3.Not(when))}


FIN, ACK = Coming("fin"), Coming("ack")
DOOMED = z3.Bool("doomed")
"""What B sends, or the answer to it, will be lost."""


def closing(config: Config, given: z3.BoolRef | None = None, text: bool = False) -> UnboundedNetwork:
    """The network. given: what is assumed of the length of TIME-WAIT, `enough` if it is None."""
    length = enough(config.time_wait_restart, text) if given is None else given
    kept = partial(waiting, length=length), partial(promises, text=text), partial(timer, text=text), losses
    makers = (incarnations, *kept, partial(users, text=text))
    return UnboundedNetwork(config, (*makers, young) if text else makers, tuple(STATES))


def enough(restart: bool, text: bool = False) -> z3.BoolRef:
    """How long TIME-WAIT has to be, if a retransmitted FIN restarts it or, by the RFC's letter, does not."""
    if text:
        return TIME_WAIT > LOSSES + 3 * DELAY
    return TIME_WAIT > LOSSES + DELAY if restart else TIME_WAIT > LOSSES + 2 * DELAY


def fin(side: End) -> z3.BitVecRef:
    """The number of the side's FIN: a constant."""
    return side.number("fin")


def first(side: End) -> z3.BitVecRef:
    """The number of what the side sends first after its SYN and what is acknowledged: a constant."""
    return side.number("first")


def sends(it: Occurrence) -> bool:
    """B sends text or FIN, by itself."""
    return it.side.name == "B" and it.event.kind != "arrives" and it.event.effect.send is not None


def waiting(network: UnboundedNetwork, length: z3.BoolRef) -> Part:
    """A's TIME-WAIT: it is long enough, ends when it is over, and a FIN may restart it."""
    if network.config.time_wait_restart:
        said = marked("{length}, for real D, RTO and losses of any value; a retransmitted FIN restarts TIME-WAIT")
    else:
        said = marked(
            "{length}, for real D, RTO and losses of any value; a retransmitted FIN does not restart TIME-WAIT"
        )

    def event(it: Occurrence) -> Added:
        update = dict[str, z3.ExprRef]()
        if it.side.name == "A" and it.event.effect.next == "TIME-WAIT":
            again = it.event.effect.restarts_2msl if it.event.state == "TIME-WAIT" else TRUE
            update["A.waiting"] = z3.If(again, NOW, WAITING)
        over = (length, NOW >= WAITING + TIME_WAIT)
        return Added(over if it.event.call == "TIME-WAIT TIMEOUT" else (), update)

    return Part(
        [WAITING, TIME_WAIT],
        event=event,
        time=lambda then: Added((z3.Implies(network.sides["A"].state_is("TIME-WAIT"), then <= WAITING + TIME_WAIT),)),
        covers=partial(is_long_enough, network, length),
        assumes=(phrased(said, length=length),),
    )


def is_long_enough(network: UnboundedNetwork, length: z3.BoolRef, one: Config) -> bool:
    """Whether the TIME-WAIT of a bounded configuration is as long, and restarted or not."""
    if one.losses is None or one.time_wait_restart != network.config.time_wait_restart:
        return False
    times = {DELAY: one.delay, RTO: one.rto, LOSSES: one.losses * one.rto, TIME_WAIT: one.time_wait_ticks}
    given = z3.substitute(length, *((time, z3.RealVal(ticks)) for time, ticks in times.items()))
    return bool(z3.is_true(z3.simplify(given)))


def promises(_: UnboundedNetwork, text: bool) -> Part:
    """What is not doomed arrives within D; the answer to it, in TIME-WAIT, too."""

    def event(it: Occurrence) -> Added:
        x, update = it.x.x, dict[str, z3.ExprRef]()
        if it.event.kind == "arrives" and it.side.name == "A":
            arrived = z3.And(z3.Not(x.rst), z3.Not(it.x.more["doomed"]))
            answered = it.speaks if it.event.effect.next == "TIME-WAIT" else FALSE
            update = FIN.arrived(arrived) | ACK.sent(z3.And(arrived, answered))
        elif it.event.kind == "arrives":
            update = ACK.arrived(z3.And(x.ack, z3.Not(x.rst), x.ackno == fin(it.side) + 1))
        elif sends(it):
            update = FIN.sent(z3.Not(DOOMED))
        return Added(update=update, sent={"doomed": DOOMED if it.side.name == "B" else FALSE})

    if text:
        said = marked(
            "each text or FIN of B, and the answer of TIME-WAIT to it, arrive within D, unless one of them is lost; no"
            " segment of A is older than D"
        )
    else:
        said = marked("each FIN of B and the answer to it arrive within D, unless one of them is lost")
    return Part(
        [DELAY, *(term for one in (FIN, ACK) for term in (one.coming, one.since))],
        z3.And(z3.Not(FIN.coming), z3.Not(ACK.coming)),
        DELAY >= 0,
        {"doomed": z3.Bool},
        event,
        lambda then: Added((FIN.arrives_by(then), ACK.arrives_by(then))),
        assumes=(said,),
    )


def has_text(network: UnboundedNetwork) -> bool:
    """Whether B may send text before its FIN: then segments have a date."""
    return "at" in network.arriving["A"].more


def young(network: UnboundedNetwork) -> Part:
    """Segments have a date; A's are lost when they are older than D (`promises` says so)."""
    return Part(
        fields={"at": z3.Real},
        event=lambda _: Added(sent={"at": NOW}),
        time=lambda then: Added(assumes={"A": then <= network.stored["A"][0].more["at"] + DELAY}),
    )


def timer(network: UnboundedNetwork, text: bool) -> Part:
    """B's timer: started when text or FIN is sent and, where there is text, when SND.UNA moves."""
    b = network.sides["B"]

    def event(it: Occurrence) -> Added:
        if it.side.name != "B" or not (sends(it) or (text and it.event.kind == "arrives")):
            return Added()
        moved = z3.If(it.event.effect.tcb.snd_una != b.tcb.snd_una, NOW, SENT)
        return Added(update={"B.sent": NOW if sends(it) else moved})

    return Part(
        [SENT, RTO],
        domain=RTO > 0,
        event=event,
        time=lambda then: Added((z3.Implies(b.state_is("LAST-ACK"), then <= SENT + RTO),)),
        assumes=(
            marked(
                "until B is CLOSED its timer runs out RTO after it has sent, or after SND.UNA has moved, at the latest"
            )
            if text
            else marked(
                "until B is CLOSED it sends its FIN again at any time, but at the latest RTO after it did so last"
            ),
        ),
    )


def losses(_: UnboundedNetwork) -> Part:
    """Each loss costs one RTO."""

    def event(it: Occurrence) -> Added:
        if not sends(it):
            return Added()
        return Added((z3.Implies(DOOMED, COST + RTO <= LOSSES),), {"cost": z3.If(DOOMED, COST + RTO, COST)})

    return Part(
        [COST, LOSSES],
        COST == 0,
        LOSSES >= 0,
        event=event,
        assumes=(
            marked("each loss costs one RTO; together they cost at most losses (RTO for one loss, 2 RTO for two, ...)"),
        ),
    )


def users(network: UnboundedNetwork, text: bool) -> Part:
    """A has closed, and B's user closes, after text or without it, and keeps to the number of its FIN."""
    c = network.config
    if c.start != "half-closed":
        raise BadConfig(f"start={c.start}: this proof begins half-closed")

    def covers(one: Config) -> bool:
        same = one.start == "half-closed" and (one.handshake, one.mutant) == (c.handshake, c.mutant)
        leaves = (one.gives_up, one.gives_up_waiting, one.aborts, one.crashes) != ("none", "none", "none", 0)
        return same and not leaves and (text or not one.octets)

    if text:
        said = marked("A has closed before; B sends text and its FIN; nobody opens, aborts or gives up")
    else:
        said = marked("A has closed before; B sends nothing but its FIN; nobody opens, aborts or gives up")
    b = network.sides["B"]
    return Part(
        initial=half_closed(network),
        domain=TRUE if text else fin(b) == first(b),
        event=keeps_to_the_fin,
        allows=partial(allowed, text),
        covers=covers,
        coordinates=partial(places, network),
        assumes=(said,),
    )


def allowed(text: bool, side: End, event: Event) -> bool:
    """Nobody opens, sends, aborts, gives up or crashes; but B may send text."""
    sends_text = text and event.call == "SEND" and event.state == "CLOSE-WAIT" and side.name == "B"
    return sends_text or (event.call in CALLS and event.kind != "crash" and event.state in STATES[side.name])


def half_closed(network: UnboundedNetwork) -> z3.BoolRef:
    """A's FIN is acknowledged, B has sent neither text nor FIN yet; nothing is outstanding or under way."""
    a, b = network.sides.values()
    return z3.And(
        a.state_is("FIN-WAIT-2"),
        b.state_is("CLOSE-WAIT"),
        *(side.tcb.snd_una == side.tcb.snd_nxt for side in (a, b)),
        *(side.tcb.rcv_nxt == network.other(side).tcb.snd_nxt for side in (a, b)),
        a.tcb.snd_nxt == fin(a) + 1,
        b.tcb.snd_nxt == first(b),
        fits(network),
    )


def fits(network: UnboundedNetwork) -> z3.BoolRef:
    """B's numbers are of one incarnation: fewer than W, and the ISS is none of them."""
    b = network.sides["B"]
    last = fin(b) - first(b)
    return z3.And(z3.ULE(last, network.most - 2), z3.UGT(b.tcb.iss - first(b), last))


def keeps_to_the_fin(it: Occurrence) -> Added:
    """B sends text up to its FIN, and closes when all is sent."""
    send, nxt, last = it.event.effect.send, it.side.tcb.snd_nxt, fin(it.side)
    if send is None or not sends(it):
        return Added()
    rule = {"SEND": z3.ULE(send.text, last - nxt), "CLOSE": nxt == last}
    return Added((rule[it.event.call],) if it.event.call in rule else ())


def places(network: UnboundedNetwork) -> Pairs:
    """B's numbers as distances from the first, and A's from its FIN."""
    a, b = network.sides.values()
    from_first = [a.tcb.rcv_nxt, b.tcb.snd_una, b.tcb.snd_nxt, fin(b)]
    from_last = [a.tcb.snd_una, a.tcb.snd_nxt, b.tcb.rcv_nxt]
    for ours, theirs in zip(*((*network.stored[name], network.arriving[name]) for name in "AB"), strict=True):
        from_first += [ours.x.ackno, theirs.x.seq]
        from_last += [ours.x.seq, theirs.x.ackno]
    pairs = [(number, first(b) + distance(number)) for number in from_first]
    return [
        *pairs,
        *((number, fin(a) + distance(number)) for number in from_last),
        (b.tcb.iss, first(b) - distance(b.tcb.iss)),
    ]
