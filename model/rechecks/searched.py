"""Searches once more: whether a second run agrees with the certificate of the first, and whether its runs are runs.

The second run writes a certificate of its own: the verdict, the figures, and for which properties there is a run, are
compared with the one that is given. Its runs are not believed either: each is replayed under the Python meaning of the
rules, and has to decide its property; one that is infinite has to keep all promises.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from model.certificates.manifests import Certificate, Damaged, Figures, SearchManifest, Shown, Taken, read
from model.core.answer import NO_LIMITS
from model.core.knowledge import Refutation, confirm_refuted
from model.core.property import Live, Property
from model.core.run import Lasso, ReplayError, Run, Step, confirm, replay
from model.core.system import Rule, State, System
from model.engines.infinite.liveness import confirm_lasso
from model.pictures.render import Drawings
from model.questions.answering import answered
from model.questions.cell_search import Asked
from model.questions.knowing import ALIKE, asked_of
from model.questions.task import Options, Task
from model.settings.setting import BadConfig


def differences(
    certificates: Sequence[Certificate], tasks: Sequence[Task], together: Sequence[Task]
) -> list[list[str]]:
    """How a second run and the replays differ from the certificates of tasks, for each a list of lines.

    together: all tasks that were judged by their search. Raises `Damaged`.
    """
    try:
        again = searched_again(together)
        return [_differences(*both, again, together) for both in zip(certificates, tasks, strict=True)]
    except BadConfig as error:
        raise Damaged(f"{certificates[0].path}: is not a certificate: {error}") from error


def _differences(
    certificate: Certificate, task: Task, found: Sequence[SearchManifest], together: Sequence[Task]
) -> list[str]:
    form = certificate.form
    assert isinstance(form, SearchManifest)
    again = next(one for one in found if (one.claim, one.variant) == (form.claim, form.variant))
    was, is_now = _figures(form), _figures(again)
    return [
        *(f"{name} is {is_now[name]}, was {was[name]}" for name in was if is_now[name] != was[name]),
        *_other_runs(form.runs, again.runs),
        *Replays(task, together).wrong(form.runs),
    ]


def _figures(form: SearchManifest) -> dict[str, object]:
    return {"verdict": form.verdict, **{name: getattr(form.figures, name) for name in Figures.__struct_fields__}}


def _other_runs(given: Sequence[Shown], wanted: Sequence[Shown]) -> Iterator[str]:
    """Which runs are missing or too many: for each property the same number of steps; of loops any, if there is one."""
    shown = [sorted((run.property, len(run.steps), run.loop is None) if run.loop is None else (run.property, 0, False)
             for run in runs) for runs in (given, wanted)]  # fmt: skip
    if shown[0] != shown[1]:
        yield f"its runs are {_named(given)}, should be {_named(wanted)}"


def _named(runs: Sequence[Shown]) -> str:
    named = (f"'{one.property}' ({len(one.steps)}{'' if one.loop is None else f'+{len(one.loop)}'})" for one in runs)
    return ", ".join(named) or "none"


def searched_again(tasks: Sequence[Task]) -> list[SearchManifest]:
    """The certificates that a second run of one search makes."""
    with tempfile.TemporaryDirectory() as folder:
        options = Options(Path(folder), NO_LIMITS, Drawings(), [], certify=True)
        list(answered(tasks, options, lambda *_: None))
        return [one.form for one in read(Path(folder) / "certificates") if isinstance(one.form, SearchManifest)]


@dataclass(frozen=True)
class Replays:
    """The runs of a search's certificate, replayed. together: all tasks that were judged by the search."""

    task: Task
    together: Sequence[Task]

    def wrong(self, runs: Sequence[Shown]) -> Iterator[str]:
        """What is wrong with them, in words."""
        if self.task.claim.epistemic:
            yield from self._unrefuted(runs)
        for run in runs:
            try:
                self._replay(run)
            except (ReplayError, KeyError) as error:
                yield f"the run for '{run.property}' is none: {error}"

    def _unrefuted(self, runs: Sequence[Shown]) -> Iterator[str]:
        """That the runs of a claim about knowledge, which a side should not be able to tell apart, do not refute it."""
        known = asked_of(self.task).known
        if known.kind != "always" or known.name not in [run.property for run in runs]:
            return
        sides = tuple(run.property.removeprefix(ALIKE) for run in runs[1:])
        try:
            found = Refutation(tuple(Run(run.initial, self._steps(run.steps)) for run in runs), sides)
            confirm_refuted(self._system, known.views, known.formula, found)
        except (ReplayError, KeyError) as error:
            yield f"its runs do not refute the claim: {error}"

    @cached_property
    def _asked(self) -> Asked:
        return Asked(self.together)

    @cached_property
    def _system(self) -> System:
        return asked_of(self.task).system if self.task.claim.epistemic else self._asked.system

    @cached_property
    def _rules(self) -> dict[str, Rule]:
        return {rule.name: rule for rule in self._system.rules}

    def _steps(self, listed: Sequence[Taken]) -> tuple[Step, ...]:
        return tuple(Step(self._rules[one.rule], one.inputs, one.state) for one in listed)

    @cached_property
    def _properties(self) -> dict[str, Property | Live]:
        """The properties of the claim and its witnesses, by name."""
        made = [self._asked.made[self.task], *self.task.claim.witnesses(self._asked.network)]
        return {prop.name: prop for prop in made}

    def _replay(self, run: Shown) -> None:
        initial: State = run.initial
        trace = Run(initial, self._steps(run.steps))
        if self.task.claim.epistemic:
            replay(self._system, trace)
            return
        prop = self._properties[run.property]
        if isinstance(prop, Property):
            if run.loop is not None:
                raise ReplayError("it has a loop")
            confirm(self._system, prop, trace)
        elif run.loop is None:
            raise ReplayError("it has no loop")
        else:
            confirm_lasso(self._system, prop.prop, prop.fairness, Lasso(trace, self._steps(run.loop)))
