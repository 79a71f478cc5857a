"""Claims proved for every channel and all sequence numbers: the network and the inductions of each theorem."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import product

from model.any_channel.closing import ClosingNetwork
from model.any_channel.embedding import Embedding
from model.any_channel.network import Assumed, UnboundedNetwork
from model.any_channel.timed import TimedNetwork
from model.core.property import Property
from model.engines.inductive.obligations import Induction, Lemma
from model.network.bounded import Network
from model.network.ghosts.turns import TURNS
from model.network.make import AnyNetwork
from model.questions.row import Task
from model.settings.config import Config
from model.settings.setting import BadConfig
from properties.proofs.invariant import BASE, COROLLARIES, CorollaryOf
from properties.proofs.opening import ACCEPTED, HEARD, IN_TURN, THEOREMS
from properties.proofs.timed import TIMED, in_time, lemmas_in_time


def network_for(task: Task) -> UnboundedNetwork:
    """The unbounded network of a task, with the assumptions that its proof makes.

    Raises `BadConfig` for one in which the claim has no theorem: what is proved there would be something else.
    """
    assert isinstance(task.config, Config)
    if (task.config.start == "half-closed") == (task.claim.name in THEOREMS):
        begins = "with both sides CLOSED" if task.claim.name in THEOREMS else "half-closed"
        raise BadConfig(f"start={task.config.start}: the proofs of {task.claim.name} begin {begins}")
    if task.proof and task.proof.time:
        return TIMED[task.proof.time](task.config)
    if task.config.start == "half-closed":
        return ClosingNetwork(task.config)
    without = task.proof.without if task.proof else ""
    return UnboundedNetwork(task.config, Assumed(segments=without != "segments", peer=without != "peer"))


def layers(
    name: str, network: UnboundedNetwork, leave_out: str = "", using: Sequence[CorollaryOf] = COROLLARIES
) -> tuple[Induction, ...]:
    """The inductions of a theorem: the invariant; with it, the property's own lemmas, which imply the property.

    In time the lemmas about time show what the others assume, or are all that is needed.
    leave_out: a lemma to do without. using: the corollaries of the invariant.
    """
    if isinstance(network, ClosingNetwork):
        return (in_time(network, leave_out),)
    if isinstance(network, TimedNetwork):
        return (in_time(network, leave_out), *layers(name, network.untimed, leave_out, using))
    theorem = THEOREMS[name]
    base, own = (
        [lemma for lemma in (make(network) for make in some) if lemma.name != leave_out]
        for some in (BASE, theorem.lemmas)
    )
    steps = tuple(replace(step, owes=theorem.owes(network, step)) for step in network.soup.steps)
    goal = theorem.goal and theorem.goal(network)
    corollaries = [make(network) for make in using]
    first = Induction(network.soup, (), base, corollaries=corollaries)
    return first, Induction(replace(network.soup, steps=steps), [*base, *corollaries], own, goal)


def lemmas_of(name: str, network: UnboundedNetwork) -> list[Lemma]:
    """The lemmas of a theorem."""
    if isinstance(network, ClosingNetwork):
        return lemmas_in_time(network)
    if isinstance(network, TimedNetwork):
        return [*lemmas_in_time(network), *lemmas_of(name, network.untimed)]
    return [make(network) for make in (*BASE, *THEOREMS[name].lemmas)]


def lemmas_for(network: AnyNetwork) -> list[Property]:
    """The invariant, said of a bounded network: lemmas for its induction. A server's network has none.

    Those of whose turn it was need the ghost `TURNS`.
    """
    if not isinstance(network, Network) or network.config.syn_cookies or network.config.timed:
        return []
    embedding = Embedding(network)
    makers = (*BASE, *HEARD, *(IN_TURN if TURNS in network.ghosts else ()))
    found = [embedding.bookkeeping, *(embedding.always(make(embedding.soup)) for make in makers)]
    for a, b in product(range(1, network.config.incarnations + 1), repeat=2):
        embedding = Embedding(network, (a, b))
        found += [embedding.always(make(embedding.soup), f" ({a}, {b})") for make in ACCEPTED]
    return found
