"""Why three: a run, and beside it the same schedule under another protocol, in words, as a picture and as data.

What the other protocol is, `--against` says; or it is the counterpart of the configuration in which the claim fails.
`schedule` does the steps, `difference` finds the sentence, `pictures.two_ladders` draws.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from model.core.property import Live
from model.core.run import Run
from model.core.system import System
from model.core.terms import Meaning
from model.machine.files import write
from model.network.make import AnyNetwork
from model.pictures.text import decided, steps_json, wrap
from model.pictures.two_ladders import LadderRun, Two, two_ladders, two_ladders_text
from model.questions.counterpart import ACTS, Counterpart, counterpart, differing, flat
from model.questions.difference import Sentence, phrase
from model.questions.playable import drawn
from model.questions.schedule import Compared, NetworkSystem, compared
from model.questions.task import Beside, Options, Task, TaskResult, stem, written
from model.settings.server import AnyConfig
from model.settings.setting import BadConfig, show_field
from model.words.language import _, phrased, speaking_in

Able = Callable[[AnyConfig], Sequence[System]]
"""For each step of a story, the system of a configuration that it is taken from."""


def beside(
    row: TaskResult,
    one: NetworkSystem,
    run: Run,
    options: Options,
    *,
    loop: int | None = None,
    label: str = "",
    able: Able | None = None,
    then: int = 0,
) -> Beside | str:
    """What stands beside a run; or why nothing does. loop: the step that begins what comes again for ever.

    then: so many of its last steps are a consequence.
    """
    config = one.network.config
    if options.against:
        try:
            found: Counterpart | str = Counterpart(config.vary(options.against), options.against)
        except BadConfig as error:
            found = phrased("it cannot be compared: {error}", error=error)
    elif row.answer.bad and row.task.claim.cells:
        found = counterpart(row.task.claim, config)
    else:
        found = ""
    if isinstance(found, str):
        return found
    made = Comparison(row.task, one, run, found, loop, able, then=then)
    if not options.against and made.other[1].first is None:
        return phrased("'{variant}' does the same on this schedule, step by step", variant=found.cell)
    return made.written(options, label)


def beside_story(
    task: Task, one: NetworkSystem, run: Run, here: AnyConfig, options: Options, *, holding: str, able: Able, stops: int
) -> Beside:
    """Of a story that is no run in configuration `here`, what its run becomes there.

    holding: the variant in which it is a run. stops: the step that is none.
    """
    changes = {name: value for name, value in differing(one.network.config, here).items() if name in ACTS}
    return Comparison(task, one, run, Counterpart(here, changes, holding), None, able, stops).written(options, "")


def beside_lines(found: Beside | str) -> str:
    """What is said of it at the end of a run's text."""
    if isinstance(found, str):
        said = _("Nothing beside it: {why}.").format(why=_(found))
        return "\n".join(["", *wrap(said)]) + "\n" if found else ""
    return "\n".join(["", *wrap(found.told), "", *found.lines]) + "\n"


@dataclass(frozen=True)
class Comparison:
    """A run of a task, and what it is compared with.

    stops: the step at which a story is no run of the other. then: so many of its last steps are a consequence.
    """

    task: Task
    one: NetworkSystem
    run: Run
    found: Counterpart
    loop: int | None
    able: Able | None
    stops: int | None = None
    then: int = 0

    def world(self, config: AnyConfig) -> NetworkSystem:
        """The other system, with the claim's property if it has one."""
        network: AnyNetwork = replace(self.one.network, config=config)  # type: ignore[arg-type]  # Of the same kind.
        claim = self.task.claim
        return NetworkSystem(network, network.system(*([claim.asked_of(network)] if claim.searched else [])))

    @cached_property
    def other(self) -> tuple[NetworkSystem, Compared]:
        """The same schedule in the configuration that it is compared with."""
        return self.compared(self.found.config)

    def compared(self, config: AnyConfig) -> tuple[NetworkSystem, Compared]:
        """The same schedule in another configuration."""
        other = self.world(config)
        return other, compared(self.one, self.run, other, self.able(config) if self.able else ())

    def decisive(self, whole: Compared) -> dict[str, object]:
        """The changes without those that make no difference to this run."""
        kept = dict(self.found.changes)
        if whole.first is None:
            return kept
        for name in self.found.changes if len(kept) > 1 else ():
            fewer = {other: value for other, value in kept.items() if other != name}
            try:
                _, without = self.compared(self.one.network.config.vary(fewer))
            except BadConfig:
                continue
            if fewer and without.right.states == whole.right.states:
                kept = fewer
        return kept

    def written(self, options: Options, label: str) -> Beside:
        """The comparison in words, in files and as data."""
        other, found = self.other
        kept = self._kept(other, found)
        changes, mine = self.decisive(found), flat(self.one.network.config)
        theirs = {name: mine.get(name, mine.get(f"1.{name}")) for name in changes}

        def sentence() -> str:
            shows = _("; ").join(map(_, self._shown())) if kept else ""
            story = _(self.task.claim.sentence) if self.stops else ""
            names = phrase(theirs), phrase(changes)
            return Sentence(self.one, other, found, names, self.loop, shows, story, self.stops, bool(self.then)).text()

        told, two = sentence(), self._two(other, found, (phrase(theirs), phrase(changes)), sentence())
        path = options.out / (stem(self.task.claim.name, self.task.variant, label) + "-against")
        lines = two_ladders_text(two)
        options.pictures.draw(two_ladders(two), path, "neato")
        words = path.with_name(path.name + ".txt")
        with written(options):
            write(words, "\n".join([two.title, "", told, "", *lines]) + "\n")
        with speaking_in("en"):
            english, notes = sentence(), two.notes()
        with speaking_in("zh"):
            chinese = sentence()
        return Beside(
            self.found.cell,
            {name: show_field(value) for name, value in changes.items()},
            english,
            found.differs_in,
            kept,
            steps_json(other.system, found.right),
            [{"step": p.number, "left": p.left, "right": p.right, "mark": p.mark, "reason": p.reason,
              "differs": p.differs, "notes": said} for p, said in zip(found.pairs, notes, strict=True)],
            found.rest,
            tuple(lines),
            str(path),
            str(words),
            told,
            chinese,
            drawn(other.network, other.system, found.right),
        )  # fmt: skip

    def _two(self, other: NetworkSystem, found: Compared, names: tuple[str, str], sentence: str) -> Two:
        worlds = ((self.one, found.left), (other, found.right))
        both = [
            LadderRun(name[:1].upper() + name[1:], world.system, run, world.network.lanes, world.network.fifo)
            for name, (world, run) in zip(names, worlds, strict=True)
        ]
        said = _("{claim} ({variant}): the same schedule, {one} and {other}")
        words = {"claim": self.task.claim.name, "variant": _(self.task.variant)}
        title = said.format(**words, one=names[0], other=names[1])
        good, then = bool(self.task.claim.scenario), self.then
        return Two((both[0], both[1]), found.pairs, title, sentence, self.loop, self.stops, good, then)

    def _shown(self) -> Sequence[str]:
        """What the run shows that is wrong."""
        claim = self.task.claim
        prop = claim.asked_of(self.one.network) if claim.searched else None
        if isinstance(prop, Live):
            return (prop.broken,)
        run = replace(self.run, steps=self.run.steps[: len(self.run.steps) - self.then])
        return decided(run, prop) if prop and prop.kind != "reachable" else ()

    def _kept(self, other: NetworkSystem, found: Compared) -> bool | None:
        """Whether the claim's property holds all along the other run; of infinite runs, if it stays at rest."""
        claim, states = self.task.claim, found.right.states
        prop = claim.asked_of(other.network) if claim.searched else None
        if isinstance(prop, Live):
            from model.engines.infinite.liveness import violated  # A story loads no engine.

            return not found.rest and not violated(prop.prop, states, states[-1:])
        if prop is None or prop.kind == "reachable":
            return None
        steps = [{**a, **{name + "'": value for name, value in b.items()}} for a, b in pairwise(states)]
        meaning = Meaning((prop.term,))
        return all(meaning(state)[0] for state in (steps if prop.kind == "step" else states))
