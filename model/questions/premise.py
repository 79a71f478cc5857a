"""Whether the premise of a proof happens: a theorem about runs that there are not would hold of any protocol.

The witnesses of the proof's claim are searched for in small networks: those of the cells in which the claim must hold,
with the settings in which the proof's configuration differs from that of the claim's first proof. A premise that is
seen in one of them happens. Of one that is seen in none the proof says nothing that could be relied on, so its verdict
is open.

Limits: of the settings those of `FOLLOWED`; widths, windows, freshness and the bounds of a run are the cell's own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from model.core.answer import Answer, Limits, OnProgress, Outcome
from model.core.property import Property
from model.engines.explicit.search import explore
from model.mutants.derive import Unaffected
from model.network.ghosts.ghost import brought_by
from model.network.make import network_of
from model.questions.task import OnSearch, Task
from model.settings.config import Config
from model.settings.protocol import Protocol
from model.settings.runs import Users
from model.settings.setting import BadConfig, names_of
from model.words.language import phrased
from properties.claim import Makes

FOLLOWED = (*names_of(Protocol, Users), "crashes", "octets", "time_wait_restart")
"""The fields that say what endpoints and their users do."""

Reached = dict[Makes[Property], Outcome]
"""What a search says of each witness."""


def premises(tasks: Sequence[Task], limits: Limits, progress: OnSearch) -> dict[Task, str]:
    """Of each proof that may hold why its premise may never happen, in words; "" if it was seen to happen.

    Proofs of one claim with the same settings share the searches.
    """
    known: dict[tuple[str, tuple[Config, ...]], str] = {}
    found: dict[Task, str] = {}
    for task in tasks:
        if task.expected != "fails":
            key = task.claim.name, tuple(small(task))
            if key not in known:
                known[key] = _missing(task.claim.witness, key[1], limits, partial(progress, task.variant))
            found[task] = known[key]
    return found


def small(task: Task) -> Iterator[Config]:
    """The configurations of the small networks: the settings of a proof, in the cells of its claim that must hold."""
    assert isinstance(task.config, Config)
    base = task.claim.proofs[0].config
    values = [(name, getattr(task.config, name)) for name in FOLLOWED]
    changed = {name: value for name, value in values if value not in (getattr(base, name), "either")}
    for cell in task.claim.cells:
        if cell.expected == "holds" and isinstance(cell.config, Config):
            fewer = {"octets": min(changed["octets"], cell.config.octets)} if "octets" in changed else {}
            try:
                yield cell.config.but(**{**changed, **fewer})
            except BadConfig:
                continue


def _missing(wanted: Sequence[Makes[Property]], configs: Sequence[Config], limits: Limits, watch: OnProgress) -> str:
    """Why the witnesses may never happen: those that no small network has, and where its search ended early."""
    left, limit = list(wanted), ""
    for config in configs:
        verdicts = _searched(config, left, limits, watch)
        left = [one for one in left if one not in verdicts or verdicts[one].answer is not Answer.REACHABLE]
        limit = limit or next((verdicts[one].effort.limit for one in left if one in verdicts), "")
        if not left:
            return ""
    names = ", ".join(one.__name__.replace("_", " ") for one in left)
    unseen = phrased("its premise was not seen to happen with these settings: {names}", names=names)
    return phrased("{what} ({why})", what=unseen, why=limit) if limit else unseen


def _searched(config: Config, wanted: Sequence[Makes[Property]], limits: Limits, watch: OnProgress) -> Reached:
    """What a search says of the witnesses; nothing if there is no such network."""
    try:
        network = network_of(config, brought_by(*wanted))
        made = {one: one(network) for one in wanted}
        system = network.system(*made.values())
    except Unaffected:
        return _searched(config.but(mutant=""), wanted, limits, watch)  # Its runs are the mutant's, too.
    except BadConfig:
        return {}
    found = explore(system, limits=limits, progress=watch, cone=True)
    return {one: found[prop.name] for one, prop in made.items()}
