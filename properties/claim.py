"""What a claim is: a property, configurations where it must hold and where it must fail, and a vacuity witness.

Nothing here needs z3: a property is named by its module and function, and made when it is checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from model.settings.config import Config
from model.settings.server import AnyConfig
from model.tcp.cause import Broken, Cause, arrives, caused

if TYPE_CHECKING:
    from model.core.property import Live, Property
    from model.network.make import AnyNetwork

Expected = Literal["holds", "fails"]


@dataclass(frozen=True)
class Cell:
    """One row of a claim: under this variant the property must hold, or must fail (if *reachable*: be unreachable).

    slow: it takes among the longest, and `--quick` leaves it out. story: the scenario file, if it is not the claim's.
    """

    variant: str
    config: AnyConfig
    expected: Expected
    slow: bool = False
    story: str = ""


@dataclass(frozen=True)
class Proof:
    """One proof for every channel and all sequence numbers: under this variant it must go through, or must fail.

    without: the part of the freshness assumption that is not made: "segments" is (a), "peer" is (b). fails: exactly the
    lemmas that fail, and where; bounded: the cell whose search has a run that shows why. never: exactly
    the events that happen in no state of the invariant, so that nothing else is proved for want of trying. time: what a
    proof in real time assumes, by a name in `timed_proofs.TIMED`.
    """

    variant: str
    config: Config
    expected: Expected
    without: Literal["", "segments", "peer"] = ""
    fails: tuple[Broken, ...] = ()
    bounded: str = ""
    never: tuple[Cause, ...] = ()
    time: str = ""


CHOOSING = (
    *(caused("active OPEN", state) for state in ("CLOSED", "LISTEN")),
    *(caused("SEND", "LISTEN"), arrives("LISTEN", "SYN arrives")),
)
"""The events that choose an ISN."""


def at_every_choice(*lemmas: str) -> tuple[Broken, ...]:
    """The obligations of these lemmas at every event that chooses an ISN."""
    return tuple(Broken(event, lemma) for event in CHOOSING for lemma in lemmas)


@dataclass(frozen=True)
class Claim:
    """A statement that the checker settles.

    settles: the statements S1 to S9 of the explainer that it belongs to. sentence: what is claimed, in one sentence.
    cite: the paragraph of the RFC. meaning: what the answers mean, for `--explain`. not_checked: what it leaves open.
    make: the property of finite or infinite runs (`Property`, `Live`), as "module.function" of this package; or the
    name of a scenario file; or, for a study, "module.function" of `model.studies`, which computes the answer from
    several searches. proofs: for every channel, by the lemmas in `opening_proofs.THEOREMS`. witness: *reachable*
    properties that show, wherever the claim must hold, that its premise happens.
    """

    name: str
    settles: tuple[str, ...]
    sentence: str
    cite: str
    meaning: str
    make: str
    cells: tuple[Cell, ...]
    witness: tuple[str, ...] = ()
    not_checked: str = ""
    study: bool = False
    proofs: tuple[Proof, ...] = ()

    @property
    def quick(self) -> tuple[Cell, ...]:
        """For a first look: the first cell that must hold and the first that must fail, of those that are not slow."""
        return quick_of([cell for cell in self.cells if not cell.slow])

    @property
    def scenario(self) -> str:
        """The scenario file's name, if the claim is that it is a run."""
        return self.make if self.make.endswith(".story") else ""

    def story(self, variant: str) -> str:
        """The scenario file of one of the cells."""
        return next((cell.story for cell in self.cells if cell.variant == variant and cell.story), self.scenario)

    @property
    def searched(self) -> bool:
        """Whether the claim is a property of a configuration."""
        return not self.scenario and not self.study

    @property
    def finite(self) -> bool:
        """Whether the claim is about the finite runs of a configuration, and one search answers it."""
        return self.searched and _function(self.make).__annotations__["return"] == "Property"


Expecting = TypeVar("Expecting", Cell, Proof)


def quick_of(cells: Sequence[Expecting]) -> tuple[Expecting, ...]:
    """The first of them that must hold and the first that must fail."""
    return tuple(cell for at, cell in enumerate(cells) if cell.expected not in {c.expected for c in cells[:at]})


def _function(reference: str) -> Any:
    module, function = reference.split(".")
    return getattr(import_module(f"properties.{module}"), function)


def make_property(reference: str, network: AnyNetwork) -> Property | Live:
    """The property that `reference` ("module.function") names, for this network."""
    made: Property | Live = _made(reference, network)
    return made


def make_witness(reference: str, network: AnyNetwork) -> Property:
    """Likewise a witness."""
    made: Property = _made(reference, network)
    return made


def _made(reference: str, network: AnyNetwork) -> Any:
    return _function(reference)(network)
