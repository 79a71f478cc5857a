"""Runs into files and data: a ladder diagram and a text for each, named after the claim, the variant and the label.

Of two equal segments the later one is taken to arrive first where segments may overtake each other, since it is the
delayed original that these stories are about. In each of `FORMATS` a run can be written for other tools.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Literal

import z3

from model.core.answer import Answer, Counterexample
from model.core.property import Live, Property
from model.core.run import Lasso, Run, Step
from model.core.system import State, System
from model.core.terms import evaluate
from model.machine.files import write
from model.network.make import AnyNetwork
from model.page.models import About
from model.pictures.infinite_run import render_lasso
from model.pictures.ladder import ladder
from model.pictures.lifelines import with_roles
from model.pictures.order import consequence, in_order
from model.pictures.rungs import rungs, with_notes
from model.pictures.text import decided, render_text, steps_json
from model.questions.against import Able, beside, beside_lines
from model.questions.plain import told
from model.questions.playable import playable
from model.questions.schedule import NetworkSystem
from model.questions.task import Beside, Options, RunReport, Task, TaskResult, stem, written
from model.words.language import _, marked

NAMES = {"rto": "RTO", "time_wait": "TIME-WAIT"}
AGAINST = "Against the claim"
TraceMark = Literal["violated", "reached"]
SAYS: Mapping[TraceMark, str] = {
    "violated": marked("Against the claim: {sentence}"),
    "reached": marked("Reached: {sentence}"),
}
"""What the end of a run shows."""
Notes = Mapping[int, str]
"""What stands beside a step, by its number; 0 is the beginning."""
NO_NOTES: Notes = {}
ANOTHER = marked("another")
"""The label of a run that differs from the first one."""
Loop = tuple[Step, ...] | None
"""What follows a run again and again; None if it is finite."""


def with_counterexamples(row: TaskResult, found: Sequence[Counterexample], options: Options) -> TaskResult:
    """The row with the runs of a study."""
    return replace(
        row, evidence=tuple(Shows(one.network, one.system, options).counterexample(row, one) for one in found)
    )


@dataclass(frozen=True)
class Shows:
    """What shows the runs of one system. able: see `against`; about: see `playable`."""

    network: AnyNetwork
    system: System
    options: Options
    able: Able | None = None
    about: About | None = None

    def trace(self, row: TaskResult, trace: Run, prop: Property | None) -> TaskResult:
        """The row with its finite run."""
        mark: TraceMark = "violated" if row.answer is Answer.VIOLATED else "reached"
        said = _("No run, as far as it goes: {sentence}") if row.answer is Answer.UNREACHABLE else _(SAYS[mark])
        caption = said.format(sentence=_(row.task.claim.sentence))
        shown = self._evidence(row, trace, self._words(row, trace, prop), caption, prop=prop, mark=mark)
        return replace(row, evidence=(shown,))

    def lasso(self, row: TaskResult, lasso: Lasso, live: Live) -> TaskResult:
        """The row with its infinite run."""
        text = render_lasso(
            self.system,
            lasso.stem,
            lasso.loop,
            name=live.name,
            sentence=row.task.claim.sentence,
            fair=live.words,
            command=row.task.command,
            full_states=self.options.full_states,
            hidden=self.network.slots,
            oldest_first=self.network.fifo,
        )
        promised = _("This run keeps what is promised: {promises}.").format(promises=_(live.words))
        caption = f"{_(SAYS['violated']).format(sentence=_(row.task.claim.sentence))} {promised}"
        shown = self._evidence(row, lasso.stem, text, caption, loop=lasso.loop, broken=(live.broken,))
        return replace(row, evidence=(shown,))

    def counterexample(self, row: TaskResult, found: Counterexample) -> RunReport:
        """One run of a study."""
        run = in_order(found.system, found.prop, found.run)
        caption = _(SAYS["violated"]).format(sentence=_(found.prop.sentence or found.prop.name))
        text = self._words(row, run, found.prop, shortest=found.label != ANOTHER)
        return self._evidence(row, run, text, caption, prop=found.prop, label=found.label)

    def of_knowledge(self, row: TaskResult, run: Run, sentence: str, label: str, beside: Sequence[str]) -> RunReport:
        """One run of a claim about knowledge. beside: what has come to be known with each state, the first included."""
        said = _("{one} {other}").format(one=_(row.task.claim.sentence), other=sentence)
        prop = Property(row.task.claim.name, "reachable", z3.BoolVal(True), said)
        marks: dict[Answer, TraceMark] = {Answer.VIOLATED: "violated"}
        mark = marks.get(row.answer, "reached")
        notes = {number: words for number, words in enumerate(beside) if words}
        text = self._words(row, run, prop, notes=notes)
        caption = (_(SAYS["violated"]) if row.answer is Answer.VIOLATED else _("As claimed: {sentence}")).format(
            sentence=said
        )
        return self._evidence(row, run, text, caption, mark=mark, label=label, notes=notes)

    def _words(
        self, row: TaskResult, trace: Run, prop: Property | None, *, shortest: bool = True, notes: Notes = NO_NOTES
    ) -> str:
        """A finite run as text."""
        return render_text(
            self.system,
            trace,
            prop=prop,
            full_states=self.options.full_states,
            command=row.task.command,
            shortest=shortest and prop is not None,
            hidden=self.network.slots,
            oldest_first=self.network.fifo,
            notes=notes,
        )

    def _evidence(
        self,
        row: TaskResult,
        trace: Run,
        text: str,
        caption: str,
        *,
        prop: Property | None = None,
        mark: TraceMark = "violated",
        loop: Loop = None,
        label: str = "",
        broken: tuple[str, ...] = (),
        notes: Notes = NO_NOTES,
    ) -> RunReport:
        """Draw a run and write its words. broken: what it shows, where no part of a property says it."""
        path, title = self.options.out / stem(row.task.claim.name, row.task.variant, label), _titled(row.task)
        whole, last = Run(trace.initial, (*trace.steps, *(loop or ()))), len(trace.steps)
        broken = tuple(with_roles(_(one), self.network.lanes, whole) for one in (*broken, *_false(trace, prop)) if one)
        happened, times = _capital(broken), _times(self.network, trace.initial)
        drawing = partial(
            ladder,
            self.system,
            trace,
            loop=loop,
            oldest_first=self.network.fifo,
            title=_("{what} ({why})").format(what=title, why=_(label)) if label else title,
            lanes=self.network.lanes,
            caption=" ".join(filter(None, ("" if loop is None else happened, caption, times))),
            mark=mark,
            shows=happened,
            follows=consequence(self.system, prop, trace),
            notes=notes,
        )
        self._draw(drawing, path, len(whole.steps))
        other = self._beside(row, whole, None if loop is None else last + 1, label)
        words = self._write(path, trace, loop, title, text + beside_lines(other))
        steps, lanes = steps_json(self.system, whole), self.network.lanes
        again = None if loop is None else steps[last:]
        lines = with_notes(rungs(self.system, trace, lanes, loop=loop, oldest_first=self.network.fifo), notes)
        sentences = told(self.network, trace, loop)
        played = playable(self.network, self.system, whole, self.about)
        return RunReport(steps[:last], again, text, str(path), label, lines, broken, words, other, sentences, played,
                         notes)  # fmt: skip

    def _beside(self, row: TaskResult, run: Run, loop: int | None, label: str) -> Beside | str:
        """What stands beside a run; loop: the step that begins what comes again for ever."""
        world = NetworkSystem(self.network, self.system)
        return beside(row, world, run, self.options, loop=loop, label=label, able=self.able)

    def _draw(self, drawing: Callable[..., str], path: Path, count: int) -> None:
        """Draw a run of so many steps, and if wanted each beginning of it as a slide."""
        self.options.pictures.draw(drawing(), path, "neato")
        for until in [*range(count), None] if "slides" in self.options.formats else []:
            name = f"{count if until is None else until:02}"
            self.options.pictures.draw(drawing(until=until), path.with_name(f"{path.name}-slides") / name, "neato")

    def _write(self, path: Path, trace: Run, loop: Loop, title: str, text: str) -> str:
        """Write a run's text, and the run in the other formats that are wanted; returns the text's file."""
        words = path.with_name(path.name + ".txt")
        with written(self.options):
            write(words, text)
        for name in (name for name in self.options.formats if name in FORMATS):
            with written(self.options):
                for ending, content in FORMATS[name](self, trace, loop, title).items():
                    write(path.with_name(path.name + ending), content)
        return str(words)


def _titled(task: Task) -> str:
    """What stands above a run: the claim's name, and the variant's if it has one."""
    said = _("{kind}: {text}").format(kind=task.claim.name, text=_(task.variant))
    return said if task.variant else task.claim.name


def _false(trace: Run, prop: Property | None) -> tuple[str, ...]:
    """The parts of a property that are false at the end of a finite run."""
    return tuple(decided(trace, prop)) if prop is not None and prop.kind != "reachable" else ()


def _capital(broken: Sequence[str]) -> str:
    """What has happened, as a sentence."""
    words = _("; ").join(broken)
    return _("{cause}.").format(cause=f"{words[0].upper()}{words[1:]}") if words else ""


def _times(network: AnyNetwork, initial: State) -> str:
    """How long the times of a timed run are."""
    one = network.connections[0]
    if one.clocks is None:
        return ""
    times = {"MSL": one.config.msl} | {
        NAMES.get(time.name, time.name.replace("_", " ")): evaluate(term, initial)
        for time in fields(one.clocks.times)
        if (term := getattr(one.clocks.times, time.name)) is not None
    }
    listed = _(", ").join(f"{_(name)} {ticks}" for name, ticks in times.items())
    return _("In ticks: {times}.").format(times=listed)


Files = dict[str, bytes]
"""What is put into files, by the ending of the file's name."""


def as_pcap(shows: Shows, trace: Run, loop: Loop, _title: str) -> Files:
    """Captures: in the middle, and at the hosts of either line. A run from an open connection on has its opening."""
    from model.pictures.formats.packets import moments, packets, seen
    from model.pictures.formats.pcap import capture, hosts

    whole = Run(trace.initial, (*trace.steps, *(loop or ())))
    opening = shows.network.opening
    found, when = packets(whole, shows.network.fifo, opening), moments(shows.system, whole, opening)
    where, window = hosts(shows.network.lanes), shows.network.window
    observers = {"": (), **{f"-at-{stem(name)}": tuple(line) for name, line in shows.network.lanes.items()}}
    return {f"{name}.pcap": capture(seen(found, at), when, where, window) for name, at in observers.items()}


def as_itf(shows: Shows, trace: Run, loop: Loop, title: str) -> Files:
    """Apalache's format."""
    from model.pictures.formats.itf import itf

    return {".itf.json": itf(shows.system, trace, loop=loop, hidden=shows.network.slots, about=title).encode()}


def as_packetdrill(shows: Shows, trace: Run, loop: Loop, title: str) -> Files:
    """A script for each side that has a state and does something."""
    from model.pictures.formats.packetdrill import packetdrill

    whole = Run(trace.initial, (*trace.steps, *(loop or ())))
    network, who = shows.network, {step.rule.side for step in whole.steps}
    how = partial(packetdrill, shows.system, whole, window=network.window, title=title, oldest_first=network.fifo)
    sides = [side for line in network.lanes.values() for side, state in line.items() if state and side in who]
    return {f"-{stem(side)}.pkt": how(side=side).encode() for side in sides}


def as_mermaid(shows: Shows, trace: Run, loop: Loop, title: str) -> Files:
    """A sequence diagram for Markdown."""
    from model.pictures.formats.mermaid import mermaid

    network = shows.network
    text = mermaid(shows.system, trace, network.lanes, loop=loop, oldest_first=network.fifo, title=title)
    return {".mmd": text.encode()}


FORMATS: Mapping[str, Callable[[Shows, Run, Loop, str], Files]] = {
    "mermaid": as_mermaid,
    "pcap": as_pcap,
    "itf": as_itf,
    "packetdrill": as_packetdrill,
}
"""What makes the files of a run, by the name of the format. (`arguments.FORMATS` also has those that are pictures.)"""
