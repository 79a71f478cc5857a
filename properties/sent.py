"""What every endpoint sends and keeps, whatever arrives: lemmas that hold of each variant of the protocol.

Each is about a TCB, or about a segment. If it holds of a TCB and of what arrives, it holds of the TCB after any event
and of what the event sends; so it holds in every run of endpoints that are such, whatever the network does.
`model.questions.impossible` shows that, and which events cannot happen for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import z3

from model.tcp.event import TRUE
from model.tcp.segment import Segment
from model.tcp.state import Tcb


@dataclass(frozen=True)
class Kept:
    """A lemma, in a sentence, about any segment and about any TCB."""

    name: str
    sentence: str
    of_segment: Callable[[Segment], z3.BoolRef] = lambda _: TRUE
    of_tcb: Callable[[Tcb], z3.BoolRef] = lambda _: TRUE


KEPT = (
    Kept(
        "bare-reset",
        "a RST carries neither SYN nor FIN nor text (3.10.5; 3.5.2)",
        of_segment=lambda x: z3.Implies(x.rst, z3.And(z3.Not(x.syn), z3.Not(x.fin), x.text == 0)),
    ),
    Kept(
        "syn-without-fin",
        "a SYN carries no FIN, and none waits for ESTABLISHED (3.10.4: CLOSE in SYN-SENT sends nothing)",
        of_segment=lambda x: z3.Implies(x.syn, z3.Not(x.fin)),
        of_tcb=lambda tcb: z3.Not(tcb.syn_fin),
    ),
    Kept(
        "some-control",
        "a segment has SYN, RST or ACK (3.5.2; 3.10)",
        of_segment=lambda x: z3.Or(x.syn, x.rst, x.ack),
    ),
)
"""All that is needed."""
