"""Claims proved for every channel and all sequence numbers: the network and the inductions of each theorem."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from model.any_channel.embedding import Embedding
from model.any_channel.every_channel import every_channel
from model.any_channel.network import UnboundedNetwork
from model.core.property import Property
from model.engines.inductive.obligations import Induction
from model.network.bounded import Network
from model.network.ghosts.handshakes import TURNS
from model.network.make import AnyNetwork
from model.questions.task import Task
from model.settings.config import Config
from model.settings.setting import BadConfig
from properties.proofs.invariant import BASE, COROLLARIES
from properties.proofs.lemma import CorollaryOf, Theorem
from properties.proofs.theorems import ACCEPTED, HEARD, IN_TURN, THEOREMS
from properties.proofs.timed import LONG_ENOUGH, TIMED, InTime


def time_of(task: Task) -> InTime | None:
    """The proof in real time that a task's proof rests on, or is; None if it knows no time."""
    if task.proof and task.proof.time:
        return TIMED[task.proof.time]
    assert isinstance(task.config, Config)
    return LONG_ENOUGH if task.config.start == "half-closed" else None


def network_for(task: Task) -> UnboundedNetwork:
    """The unbounded network of a task, with the assumptions that its proof makes.

    Raises `BadConfig` for one in which the claim has no theorem: what is proved there would be something else.
    """
    assert isinstance(task.config, Config)
    if (task.config.start == "half-closed") == (task.claim.name in THEOREMS):
        begins = "with both sides CLOSED" if task.claim.name in THEOREMS else "half-closed"
        raise BadConfig(f"start={task.config.start}: the proofs of {task.claim.name} begin {begins}")
    if time := time_of(task):
        return time.network(task.config)
    without = task.proof.without if task.proof else ""
    return every_channel(task.config, segments=without != "segments", peer=without != "peer")


def proof_of(task: Task, leave_out: str = "", using: Sequence[CorollaryOf] = COROLLARIES) -> tuple[Induction, ...]:
    """The inductions of a task's theorem, see `layers`."""
    return layers(task.claim.name, network_for(task), leave_out, using, time_of(task))


def layers(
    name: str,
    network: UnboundedNetwork,
    leave_out: str = "",
    using: Sequence[CorollaryOf] = COROLLARIES,
    time: InTime | None = None,
) -> tuple[Induction, ...]:
    """The inductions of a theorem: the invariant; with it, the property's own lemmas, which imply the property.

    In time the lemmas about time show what the others assume, or are all that is needed.
    leave_out: a lemma to do without. using: the corollaries of the invariant.
    """
    if time is not None:
        first = time.induction(network, leave_out)
        return (first, *layers(name, every_channel(network.config), leave_out, using)) if time.freshness else (first,)
    corollaries = [make(network) for make in using]
    first = Theorem(BASE).induction(network, (), corollaries, leave_out)
    return first, THEOREMS[name].induction(network, [*first.lemmas, *corollaries], leave_out=leave_out)


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
