"""Who knows what (S4, and the two generals): the server cannot know, and common knowledge never comes.

The fact is one of history: a SYN has been accepted by somebody, whatever has become of either since.
"""

from __future__ import annotations

import z3

from model.core.knowledge import Common, Fact, Formula, Known, Knows, both, knows, where
from model.network.bounded import Network
from model.network.ghosts.syns import SYNS
from model.network.side import Side
from properties.claim import Cell, Claim, Knowledge
from properties.configs import IN_TIME, KNOWING, KNOWING_WITH_TEXT, UNDISTURBED

LEVELS = ("A", "B", "BA", "AB", "ABA", "BAB", "BABA", "ABAB")
"""Who knows that who knows: the first letter is the outermost side's."""


def accepted(network: Network, *sides: Side) -> Fact:
    """SYNs of these sides have been accepted by somebody (default: of both)."""
    whose = f"{sides[0].name}'s SYN has" if sides else "both SYNs have"
    terms = [SYNS.accepted(side).term for side in sides or network.sides.values()]
    return Fact(f"{whose} been accepted", z3.And(*terms))


def established(side: Side) -> Fact:
    """A side is ESTABLISHED."""
    return Fact(f"{side.name} is ESTABLISHED", side.state_is("ESTABLISHED"))


def chains(network: Network, fact: Fact, *levels: str) -> list[Formula]:
    """That who knows that who knows the fact, by the roles of the sides (as in `LEVELS`)."""
    role = dict(zip("AB", network.names, strict=True))
    return [knows("".join(role[letter] for letter in level), fact) for level in levels]


def server_knows(network: Network) -> Known:
    """S4: the server knows, wherever it is open, that both SYNs have been accepted."""
    server = network.sides[network.names[1]]
    formula = where(established(server), Knows(server.name, accepted(network)))
    return Known("server-knows", "always", formula, network.local_states)


def server_cannot_know(network: Network) -> Known:
    """S4: the server does not know it wherever it is open."""
    server = network.sides[network.names[1]]
    formula = both(established(server), Knows(server.name, accepted(network)))
    return Known("server-cannot-know", "nowhere", formula, network.local_states)


def common_knowledge(network: Network) -> Known:
    """The two generals: it never is common knowledge that the client's SYN has been accepted."""
    formula = Common(network.names, accepted(network, network.sides[network.names[0]]))
    return Known("two-generals", "nowhere", formula, network.local_states)


def both_open(network: Network) -> Known:
    """Both sides are ESTABLISHED, and both SYNs have been accepted."""
    formula = both(*map(established, network.sides.values()), accepted(network))
    return Known("both ESTABLISHED, both SYNs accepted", "somewhere", formula, network.local_states)


def second_level(network: Network) -> Known:
    """B knows, and A knows that B knows."""
    (formula,) = chains(network, accepted(network, network.sides[network.names[0]]), "AB")
    return Known("A knows that B knows", "somewhere", formula, network.local_states)


def levels_of_both(network: Network) -> list[Formula]:
    """Who knows of both SYNs."""
    return chains(network, accepted(network), *LEVELS[:6])


def levels_of_first(network: Network) -> list[Formula]:
    """Who knows of the client's SYN, up to common knowledge."""
    fact = accepted(network, network.sides[network.names[0]])
    return [*chains(network, fact, *LEVELS[:6]), Common(network.names, fact)]


TWO_WAY, TWO_WAY_TEXT = KNOWING.but(handshake="two-way"), KNOWING_WITH_TEXT.but(handshake="two-way")

KNOWN = (
    Claim(
        name="server-knows",
        settles=("S4",),
        sentence="Wherever the server is ESTABLISHED, it knows that both SYNs have been accepted.",
        cite="3.5; 3.10.7.4, fifth",
        meaning=(
            "S4 as what it is, a statement about knowledge: the server knows what holds in every reachable state that"
            " looks the same to it, that is in which its state and its TCB are the same. Three-way, the segment that"
            " opens the server tells it; two-way there is a second run, which it cannot tell from the first, and in"
            " which its SYN was never accepted."
        ),
        question=Knowledge(server_knows, (both_open,), levels_of_both),
        cells=(
            Cell("three-way", KNOWING, "holds"),
            Cell("three-way, text", KNOWING_WITH_TEXT, "holds"),
            Cell("two-way", TWO_WAY, "fails"),
            Cell("two-way, text", TWO_WAY_TEXT, "fails"),
        ),
        not_checked="a second incarnation of either side; what is known after a CLOSE",
    ),
    Claim(
        name="server-cannot-know",
        settles=("S4",),
        sentence="Wherever the server is ESTABLISHED, it does not know whether both SYNs have been accepted.",
        cite="3.5",
        meaning=(
            "The explainer's word: the server *cannot* know. Two-way, and as long as the client has nothing to send,"
            " there is no state at all in which it does. Text from the client (or its acknowledgment) tells it, as the"
            " third segment does: any segment that acknowledges the server's SYN is a third segment."
        ),
        question=Knowledge(server_cannot_know, (both_open,), levels_of_both),
        cells=(
            Cell("two-way", TWO_WAY, "holds"),
            Cell("two-way, text", TWO_WAY_TEXT, "fails"),
            Cell("three-way", KNOWING, "fails"),
        ),
    ),
    Claim(
        name="two-generals",
        settles=("S4",),
        sentence="That the client's SYN has been accepted is nowhere common knowledge of both sides.",
        cite="3.5",
        meaning=(
            "The two generals: no number of acknowledgments makes it common knowledge, neither where segments may be"
            " lost nor where nothing is lost but delays vary, since the last one to hear never knows when the other"
            " one knows. It becomes common knowledge if B is known to listen and each segment takes exactly two ticks,"
            " for then both see on their retransmission timers that it has arrived; and what is true from the start is"
            " common knowledge from the start. A claim that the handshake 'makes sure that both know that both know'"
            " is wrong."
        ),
        question=Knowledge(common_knowledge, (both_open, second_level), levels_of_first),
        cells=(
            Cell("three-way", KNOWING_WITH_TEXT, "holds"),
            Cell("two-way", TWO_WAY_TEXT, "holds"),
            Cell("no loss", UNDISTURBED, "holds"),
            Cell("up to two ticks, and timers", IN_TIME, "holds"),
            Cell("exactly two ticks, no timer", IN_TIME.but(least_delay=2, retransmission=False), "holds"),
            Cell("exactly two ticks, and timers", IN_TIME.but(least_delay=2), "fails"),
            Cell("true from the start", KNOWING.but(start="established"), "fails"),
        ),
    ),
)
