"""Runs into files and data: a ladder diagram and a text for each, named after the claim, the variant and the label.

Of two equal segments the later one is taken to arrive first where segments may overtake each other, since it is the
delayed original that these stories are about. In each of `FORMATS` a run can be written for other tools.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Literal

from model.core.answer import Answer, Counterexample
from model.core.property import Live, Property
from model.core.run import Lasso, Run, Step
from model.core.system import State, System
from model.core.terms import evaluate
from model.machine.files import write
from model.network.make import AnyNetwork
from model.pictures.infinite_run import render_lasso
from model.pictures.ladder import ladder
from model.pictures.rungs import rungs
from model.pictures.text import decided, render_text, steps_json
from model.questions.plain import told
from model.questions.row import Evidence, Options, Row, stem, written
from model.words.language import _, marked

NAMES = {"rto": "RTO", "time_wait": "TIME-WAIT"}
TraceMark = Literal["violated", "reached"]
MARKED: Mapping[TraceMark, str] = {
    "violated": marked("VIOLATED: {sentence}"),
    "reached": marked("REACHED: {sentence}"),
}
Loop = tuple[Step, ...] | None
"""What follows a run again and again; None if it is finite."""


def with_counterexamples(row: Row, found: Sequence[Counterexample], options: Options) -> Row:
    """The row with the runs of a study."""
    return replace(
        row, evidence=tuple(Shows(one.network, one.system, options).counterexample(row, one) for one in found)
    )


@dataclass(frozen=True)
class Shows:
    """What shows the runs of one system."""

    network: AnyNetwork
    system: System
    options: Options

    def trace(self, row: Row, trace: Run, prop: Property | None) -> Row:
        """The row with its finite run."""
        mark: TraceMark = "violated" if row.answer is Answer.VIOLATED else "reached"
        said = _("NO RUN, as far as it goes: {sentence}") if row.answer is Answer.UNREACHABLE else _(MARKED[mark])
        caption = _caption(said, row.task.claim.sentence, trace, prop)
        shown = self._evidence(row, trace, self._words(row, trace, prop), caption, prop=prop, mark=mark)
        return replace(row, evidence=(shown,))

    def lasso(self, row: Row, lasso: Lasso, live: Live) -> Row:
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
        caption = f"{_(MARKED['violated']).format(sentence=_(row.task.claim.sentence))} {promised}"
        return replace(row, evidence=(self._evidence(row, lasso.stem, text, caption, loop=lasso.loop),))

    def counterexample(self, row: Row, found: Counterexample) -> Evidence:
        """One run of a study."""
        text = self._words(row, found.run, found.prop)
        caption = _caption(_(MARKED["violated"]), found.prop.sentence or found.prop.name, found.run, found.prop)
        return self._evidence(row, found.run, text, caption, prop=found.prop, label=found.label)

    def _words(self, row: Row, trace: Run, prop: Property | None) -> str:
        """A finite run as text."""
        return render_text(
            self.system,
            trace,
            prop=prop,
            full_states=self.options.full_states,
            command=row.task.command,
            shortest=prop is not None,
            hidden=self.network.slots,
            oldest_first=self.network.fifo,
        )

    def _evidence(
        self,
        row: Row,
        trace: Run,
        text: str,
        caption: str,
        *,
        prop: Property | None = None,
        mark: TraceMark = "violated",
        loop: Loop = None,
        label: str = "",
    ) -> Evidence:
        """Draw a run and write its words."""
        claim, variant = row.task.claim.name, row.task.variant
        path, title = self.options.out / stem(claim, variant, label), ": ".join(filter(None, (claim, _(variant))))
        dot = ladder(
            self.system,
            trace,
            loop=loop,
            oldest_first=self.network.fifo,
            title=title + (f" ({_(label)})" if label else ""),
            lanes=self.network.lanes,
            caption=" ".join(filter(None, (caption, _units(self.network, trace.initial)))),
            mark=mark,
        )
        self.options.pictures.draw(dot, path, "neato")
        words = path.with_name(path.name + ".txt")
        with written(self.options):
            write(words, text)
        whole = Run(trace.initial, (*trace.steps, *(loop or ())))
        for name in self.options.formats:
            with written(self.options):
                for ending, content in FORMATS[name](self, trace, loop, title).items():
                    write(path.with_name(path.name + ending), content)
        steps = steps_json(self.system, whole)
        again = None if loop is None else steps[len(trace.steps) :]
        lines = rungs(self.system, trace, self.network.lanes, loop=loop, oldest_first=self.network.fifo)
        false, sentences = _false(trace, prop), told(self.network, trace, loop)
        return Evidence(steps[: len(trace.steps)], again, text, str(path), label, lines, false, str(words), sentences)


def _false(trace: Run, prop: Property | None) -> tuple[str, ...]:
    """The parts of a property that are false at the end of a finite run."""
    return tuple(decided(trace, prop)) if prop is not None and prop.kind != "reachable" else ()


def _caption(words: str, sentence: str, trace: Run, prop: Property | None) -> str:
    """What a finite run shows; of a property that is violated also which parts are."""
    false = _false(trace, prop)
    broken = _(" Broken here: {parts}.").format(parts=_("; ").join(map(_, false))) if false else ""
    return words.format(sentence=_(sentence)) + broken


def _units(network: AnyNetwork, initial: State) -> str:
    """How to read a picture's numbers, and how long the times of the run are."""
    one = network.connections[0]
    modulo = _("Numbers are modulo {modulus}.").format(modulus=1 << one.config.seq_bits)
    words = [modulo] if one.config.seq_bits < 32 else []
    if one.clocks is not None:
        times = {"MSL": one.config.msl} | {
            NAMES.get(time.name, time.name.replace("_", " ")): evaluate(term, initial)
            for time in fields(one.clocks.times)
            if (term := getattr(one.clocks.times, time.name)) is not None
        }
        listed = _(", ").join(f"{_(name)} {ticks}" for name, ticks in times.items())
        words.append(_("In ticks: {times}.").format(times=listed))
    return " ".join(words)


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


FORMATS: Mapping[str, Callable[[Shows, Run, Loop, str], Files]] = {
    "pcap": as_pcap,
    "itf": as_itf,
    "packetdrill": as_packetdrill,
}
"""What makes the files of a run, by the name of the format (`arguments.FORMATS` has the same names)."""
