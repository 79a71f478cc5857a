"""The real protocol's counterpart of a weakened one: the same configuration with another way for an endpoint to act.

Of the cells of a claim that hold, those count first that undo a weakness, a field with which an endpoint acts otherwise
than by its default; of these the one whose configuration differs in the fewest fields. What an endpoint does is taken
from there, and everything else (numbers, users, channel, budgets, times) stays. Where no such field differs, what makes
the claim fail is an assumption, and there is no other protocol to compare with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from model.settings.config import Config
from model.settings.protocol import Protocol
from model.settings.server import AnyConfig, ServerConfig
from model.settings.setting import BadConfig, names_of, settings_of, show_field
from model.words.language import marked, phrased
from properties.claim import Cell, Claim

TIME_WAIT = ("time_wait", "time_wait_restart")
"""How an endpoint keeps TIME-WAIT, where time passes."""
ASSUMED = ("retransmission", "send_on_syn")
"""What an endpoint's user or a claim switches off or on to look at less, or more."""
ACTS = (*(name for name in names_of(Protocol) if name not in ASSUMED), *TIME_WAIT)
"""The fields that say how an endpoint acts."""
NO_CELL = marked("no variant of the claim holds")
KNOWLEDGE = marked("it is about what is known, and not about one run")
TOLD_OTHERWISE = marked("where it goes so, another scenario tells it: the story differs, not the protocol")


@dataclass(frozen=True)
class Counterpart:
    """What a run is compared with: a configuration, and the fields in which it differs.

    cell: the variant that holds with these fields ("": given by hand). same: that variant's whole configuration is it.
    """

    config: AnyConfig
    changes: Mapping[str, object]
    cell: str = ""
    same: bool = False


def flat(config: AnyConfig) -> dict[str, object]:
    """All fields; those of a server's 4-tuples as 1.FIELD, 2.FIELD, …"""
    if isinstance(config, Config):
        return config.as_dict()
    own = {name: value for name, value in config.as_dict().items() if name != "connections"}
    return own | {f"{i}.{name}": v for i, one in enumerate(config.connections, 1) for name, v in one.as_dict().items()}


def differing(one: AnyConfig, other: AnyConfig) -> dict[str, object]:
    """The fields in which `other` differs, with its values; of several 4-tuples the first that does."""
    a, b = flat(one), flat(other)
    found: dict[str, object] = {}
    for name in (name for name in {**a, **b} if a.get(name) != b.get(name)):
        found.setdefault(name.rpartition(".")[2], b.get(name))
    return found


def acting(one: AnyConfig, other: AnyConfig) -> dict[str, object]:
    """The fields in which endpoints act otherwise in `other`, with its values."""
    timed = isinstance(one, Config) and one.timed
    different = differing(one, other)
    return {name: value for name, value in different.items() if name in ACTS and (timed or name != "time_wait")}


def counterpart(claim: Claim, config: AnyConfig, story: str = "") -> Counterpart | str:
    """The counterpart of a configuration in which the claim fails; or why it has none.

    story: only cells with this scenario file count.
    """
    if claim.epistemic:
        return KNOWLEDGE
    cells = [cell for cell in claim.cells if cell.expected == "holds" and _alike(config, cell.config)]
    cells = [cell for cell in cells if not story or (cell.story or claim.scenario) == story]
    if not cells:
        return TOLD_OTHERWISE if story else NO_CELL
    undoing = [cell for cell in cells if undone(config, cell.config)]
    cell = min(undoing or cells, key=lambda cell: len(differing(config, cell.config)))
    if not (changes := acting(config, cell.config)):
        said = marked("an assumption differs from '{variant}', not the protocol: {fields}")
        return phrased(said, variant=cell.variant, fields=assumed(config, cell))
    return _made(claim.cells, config, changes, cell)


def _made(cells: Sequence[Cell], config: AnyConfig, changes: Mapping[str, object], holding: Cell) -> Counterpart | str:
    try:
        made = config.vary(changes)
    except BadConfig as error:
        return phrased("'{variant}' cannot be compared: {error}", variant=holding.variant, error=error)
    if failing := [cell.variant for cell in cells if cell.expected == "fails" and cell.config == made]:
        said = marked(
            "it fails under that protocol, too ('{failing}'); an assumption differs from '{variant}': {fields}"
        )
        return phrased(said, failing=failing[0], variant=holding.variant, fields=assumed(made, holding))
    return Counterpart(made, changes, holding.variant, made == holding.config)


def _alike(one: AnyConfig, other: AnyConfig) -> bool:
    """Whether two configurations have the same ends."""
    if isinstance(one, ServerConfig) and isinstance(other, ServerConfig):
        return len(one.connections) == len(other.connections) and one.attackers == other.attackers
    return isinstance(one, Config) and isinstance(other, Config)


def undone(config: AnyConfig, other: AnyConfig) -> bool:
    """Whether a field with which endpoints act otherwise than by default has its default in `other`."""
    known = settings_of(Config)
    return any(value == known[name].default for name, value in acting(config, other).items())


def assumed(config: AnyConfig, cell: Cell) -> str:
    """The fields in which a cell differs, as this configuration has them."""
    mine = differing(cell.config, config)
    return ", ".join(f"{name}={show_field(value)}" for name, value in mine.items())
