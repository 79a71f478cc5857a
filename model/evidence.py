"""Runs into files and data: a ladder diagram and a text for each, named after the claim, the variant and the label.

Of two equal segments the later one is taken to arrive first where segments may overtake each other, since it is the
delayed original that these stories are about.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from model.engines.lasso import Lasso
from model.network.make import AnyNetwork
from model.row import Evidence, Options, Row, stem, written
from model.study import Counterexample
from model.system import Property, System
from model.trace import Step, Trace
from model.traces.ladder import ladder
from model.traces.lasso import render_lasso
from model.traces.text import render_text, steps_json
from properties.fair import Live

Mark = Literal["violated", "reached"]


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

    def trace(self, row: Row, trace: Trace, prop: Property | None) -> Row:
        """The row with its finite run."""
        mark: Mark = "violated" if row.verdict == "violated" else "reached"
        caption = f"{mark.upper()}: {row.task.claim.sentence}"
        return replace(row, evidence=(self._evidence(row, trace, self._words(row, trace, prop), caption, mark=mark),))

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
        caption = f"VIOLATED: {row.task.claim.sentence} This run keeps what is promised: {live.words}."
        return replace(row, evidence=(self._evidence(row, lasso.stem, text, caption, loop=lasso.loop),))

    def counterexample(self, row: Row, found: Counterexample) -> Evidence:
        """One run of a study."""
        text = self._words(row, found.trace, found.prop)
        caption = f"VIOLATED: {found.prop.sentence or found.prop.name}"
        return self._evidence(row, found.trace, text, caption, label=found.label)

    def _words(self, row: Row, trace: Trace, prop: Property | None) -> str:
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
        trace: Trace,
        text: str,
        caption: str,
        *,
        mark: Mark = "violated",
        loop: tuple[Step, ...] | None = None,
        label: str = "",
    ) -> Evidence:
        """Draw a run and write its words."""
        claim, variant = row.task.claim.name, row.task.variant
        path = self.options.out / stem(claim, variant, label)
        dot = ladder(
            self.system,
            trace,
            loop=loop,
            oldest_first=self.network.fifo,
            title=f"{claim}: {variant}" + (f" ({label})" if label else ""),
            lanes=self.network.lanes,
            caption=caption,
            mark=mark,
        )
        self.options.pictures.draw(dot, path, "neato")
        words = path.with_name(path.name + ".txt")
        with written(self.options):
            words.write_text(text, encoding="utf-8")
        steps = steps_json(self.system, Trace(trace.initial, (*trace.steps, *(loop or ()))))
        again = None if loop is None else steps[len(trace.steps) :]
        return Evidence(steps[: len(trace.steps)], again, text, str(path), label)
