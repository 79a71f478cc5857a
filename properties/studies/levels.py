"""What each segment buys: who knows that who knows of both SYNs, in how many of the ESTABLISHED states."""

from __future__ import annotations

from model.core.answer import Limits, OnProgress, Outcome, Table
from model.core.knowledge import Common, Knows, facts, where
from model.network.bounded import Network
from model.network.ghosts.handshakes import SYNS
from model.settings.config import Config
from model.words.language import marked, phrased
from properties.claim import Cell, Claim, Study
from properties.configs import KNOWING, KNOWING_WITH_TEXT
from properties.knowledge import LEVELS, TWO_WAY, TWO_WAY_TEXT, accepted, chains, established
from properties.studies.study import concluded, unsettled

NOWHERE = marked("nowhere")


def segments_buy(config: Config, limits: Limits, progress: OnProgress) -> Outcome:
    """Whether the server, wherever it is open, knows that the client knows; and the table of all levels."""
    from model.engines.epistemic.knowledge import LocalStates

    network, name = Network(config, ghosts=(SYNS,)), "segments-buy-knowledge"
    fact = accepted(network)
    formulas = chains(network, fact, *LEVELS)
    common = Common(network.names, fact)
    open_ = {side.name: established(side) for side in network.sides.values()}
    states = LocalStates(network.system(), network.local_states, [*formulas, *open_.values()], limits)
    effort = states.search.effort(states.run(progress))
    if not effort.complete:
        return unsettled(name, effort)
    rows = []
    for level, formula in zip(LEVELS, formulas, strict=True):
        assert isinstance(formula, Knows)
        here = states.holds(open_[formula.side])
        rows.append((symbols(level), share(int((states.holds(formula) & here).sum()), int(here.sum()))))
    # Each deeper one says that A knows that B knows that A knows that B knows.
    deeper = marked("not asked") if states.holds(formulas[-1]).any() else NOWHERE
    rows.append((marked("every deeper one"), deeper))
    rows.append((marked("common knowledge"), marked("somewhere") if states.holds(common).any() else NOWHERE))
    table = Table(
        phrased(
            "Where {fact}: who knows it, in so many of the ESTABLISHED states of the one named first",
            fact=next(facts(fact)).name,
        ),
        (marked("Formula"), marked("Holds")),
        tuple(rows),
        (
            marked(
                "K_B K_A f: B knows that A knows that f. Each share is of distinct states, within the bounds of the"
                " search."
            ),
        ),
    )
    violated = not states.holds(where(open_[network.names[1]], formulas[LEVELS.index("BA")])).all()
    return concluded(name, violated, effort, (table,))


def symbols(level: str) -> str:
    """The formula as the literature writes it."""
    return " ".join(f"K_{side}" for side in level) + " f"


def share(count: int, of: int) -> str:
    """How many of how many, in words and per cent."""
    if count in (0, of):
        return marked("always") if count else NOWHERE
    percent, some, every = f"{100 * count / of:.0f}", f"{count:,}", f"{of:,}"
    return phrased("{percent} % ({count} of {every})", percent=percent, count=some, every=every)


SHARES = (
    Claim(
        name="segments-buy-knowledge",
        settles=("S4",),
        sentence="Wherever the server is ESTABLISHED, it knows that the client knows that both SYNs were accepted.",
        cite="3.5",
        meaning=(
            "A study: who knows that who knows that both SYNs have been accepted, as shares of the ESTABLISHED states."
            " Each segment that gets through buys one level: three-way, the server knows that the client knows; only"
            " a segment back (an acknowledgment of text) lets the client know that the server does; and so on. Common"
            " knowledge, which is all levels at once, never comes."
        ),
        question=Study(segments_buy),
        cells=(
            Cell("three-way, text", KNOWING_WITH_TEXT, "holds"),
            Cell("three-way", KNOWING, "holds"),
            Cell("two-way, text", TWO_WAY_TEXT, "fails"),
            Cell("two-way", TWO_WAY, "fails"),
        ),
    ),
)
