"""What a claim is: a property, configurations where it must hold and where it must fail, and a vacuity witness.

A question names functions: they make the property when it is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol, TypeVar

from model.core.answer import Limits, OnProgress, Outcome
from model.core.knowledge import Formula, Known
from model.core.property import Live, Property
from model.network.ghosts.ghost import brought_by
from model.network.make import AnyNetwork, network_of
from model.settings.config import Config
from model.settings.server import AnyConfig
from model.tcp.cause import Broken, Cause, arrives, caused

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
    lemmas that fail, and where; bounded: the cell whose search has a run that shows why. impossible: exactly the events
    that happen in no state of the invariant, so that nothing else is proved for want of trying. time: what a proof in
    real time assumes, by a name in `proofs.timed.TIMED`.
    """

    variant: str
    config: Config
    expected: Expected
    without: Literal["", "segments", "peer"] = ""
    fails: tuple[Broken, ...] = ()
    bounded: str = ""
    impossible: tuple[Cause, ...] = ()
    time: str = ""


CHOOSING = (
    *(caused("active OPEN", state) for state in ("CLOSED", "LISTEN")),
    *(caused("SEND", "LISTEN"), arrives("LISTEN", "SYN arrives")),
)
"""The events that choose an ISN."""


def at_every_choice(*lemmas: str) -> tuple[Broken, ...]:
    """The obligations of these lemmas at every event that chooses an ISN."""
    return tuple(Broken(event, lemma) for event in CHOOSING for lemma in lemmas)


Made_co = TypeVar("Made_co", covariant=True)


class Makes(Protocol[Made_co]):
    """A function from a network to what is said of it; one about servers takes servers only."""

    @property
    def __name__(self) -> str: ...

    def __call__(self, network: Any, /) -> Made_co: ...


@dataclass(frozen=True)
class Safety:
    """Does a property of finite runs hold (or is what should be reachable reached)?

    witness: *reachable* properties that show, wherever the claim must hold, that its premise happens.
    """

    make: Makes[Property]
    witness: tuple[Makes[Property], ...] = ()


@dataclass(frozen=True)
class Infinite:
    """Does a property of infinite runs hold, given what is promised? witness: as for `Safety`."""

    make: Makes[Live]
    witness: tuple[Makes[Property], ...] = ()


@dataclass(frozen=True)
class Story:
    """Is this scenario file a run?"""

    file: str


@dataclass(frozen=True)
class Study:
    """What do several searches say together?"""

    run: Callable[[Config, Limits, OnProgress], Outcome]


@dataclass(frozen=True)
class Knowledge:
    """Who knows what? witness: as for `Safety`, statements of the kind *somewhere*.

    beside: the formulas that are told beside each step of its runs.
    """

    make: Makes[Known]
    witness: tuple[Makes[Known], ...]
    beside: Makes[Sequence[Formula]]


Question = Safety | Infinite | Story | Study | Knowledge


@dataclass(frozen=True)
class Claim:
    """A statement that the checker settles.

    settles: the statements S1 to S9 of the explainer that it belongs to. sentence: what is claimed, in one sentence.
    cite: the paragraph of the RFC. meaning: what the answers mean, for `--explain`. not_checked: what it leaves open.
    question: what is asked of each variant. proofs: for every channel, by the lemmas in `proofs.theorems.THEOREMS`.
    """

    name: str
    settles: tuple[str, ...]
    sentence: str
    cite: str
    meaning: str
    question: Question
    cells: tuple[Cell, ...]
    not_checked: str = ""
    proofs: tuple[Proof, ...] = ()

    @property
    def quick(self) -> tuple[Cell, ...]:
        """For a first look: the first cell that must hold and the first that must fail, of those that are not slow."""
        return quick_of([cell for cell in self.cells if not cell.slow])

    @property
    def scenario(self) -> str:
        """The scenario file's name, if the claim is that it is a run."""
        return self.question.file if isinstance(self.question, Story) else ""

    def story(self, variant: str) -> str:
        """The scenario file of one of the cells."""
        return next((cell.story for cell in self.cells if cell.variant == variant and cell.story), self.scenario)

    @property
    def study(self) -> bool:
        """Whether the answer is computed from several searches."""
        return isinstance(self.question, Study)

    @property
    def epistemic(self) -> bool:
        """Whether the claim is about what somebody knows."""
        return isinstance(self.question, Knowledge)

    @property
    def several(self) -> bool:
        """Whether it may take several runs to show why it fails."""
        return self.study or self.epistemic

    @property
    def searched(self) -> bool:
        """Whether the claim is a property of a configuration."""
        return isinstance(self.question, (Safety, Infinite))

    @property
    def finite(self) -> bool:
        """Whether the claim is about the finite runs of a configuration, and one search answers it."""
        return isinstance(self.question, Safety)

    @property
    def witness(self) -> tuple[Makes[Property], ...]:
        """What shows that its premise happens."""
        return self.question.witness if isinstance(self.question, (Safety, Infinite)) else ()

    @property
    def functions(self) -> tuple[Makes[Property | Live], ...]:
        """What makes the properties that are asked of a network: that of the claim, and its witnesses."""
        return (self.question.make, *self.question.witness) if isinstance(self.question, (Safety, Infinite)) else ()

    def network(self, config: AnyConfig) -> AnyNetwork:
        """The network of a configuration of which this claim can be asked."""
        return network_of(config, brought_by(*self.functions))

    def asked_of(self, network: AnyNetwork) -> Property | Live:
        """The property that is searched for in a network."""
        assert isinstance(self.question, (Safety, Infinite)), self.name
        return self.question.make(network)

    def knows(self, network: AnyNetwork) -> Known:
        """The statement about knowledge that is asked of a network."""
        assert isinstance(self.question, Knowledge), self.name
        return self.question.make(network)

    def witnesses(self, network: AnyNetwork) -> list[Property]:
        """The properties that show that its premise happens."""
        return [make(network) for make in self.witness]


Expecting = TypeVar("Expecting", Cell, Proof)


def quick_of(cells: Sequence[Expecting]) -> tuple[Expecting, ...]:
    """The first of them that must hold and the first that must fail."""
    return tuple(cell for at, cell in enumerate(cells) if cell.expected not in {c.expected for c in cells[:at]})
