"""`--another` for infinite runs: known figures, and agreement with a slow way of finding the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from model.core.answer import NO_LIMITS, Limits
from model.core.property import Fairness, Live, Liveness, Promise
from model.core.run import Lasso
from model.core.system import System
from model.engines.infinite.liveness import check_each, confirm_lasso
from model.pictures.render import Pictures
from model.questions.another import FOR_EVER, NONE, another_lasso, event, occurrences
from model.questions.answering import ALONE, answered
from model.questions.cell_search import Asked as AskedOf
from model.questions.task import Options, Task
from properties.claim import Question, Story, Study
from properties.claims import CLAIMS
from tests.infinite import Without
from tests.strategies import Asked, asked, exact, graphs, systems
from tests.test_liveness import KNOWN

FIGURES = {
    ("ghosts-release-slots", "two-way"): ((4, 0), (5, 0)),
    ("live-client-is-served", "two-way"): ((6, 2), (7, 2)),
    ("cookies-withstand-a-flood", "a TCB for each SYN"): ((6, 10), None),
    ("dead-peer-releases-slot", "two-way, nothing to send"): ((4, 0), None),
    ("server-timer-repairs", "three-way"): ((4, 3), (7, 0)),
    ("close-completes", "nothing is sent again"): ((7, 0), (7, 0)),
    ("text-arrives", "text after CLOSE discarded"): ((3, 0), (6, 0)),
    ("last-ack-ends", "TIME-WAIT does not answer"): ((8, 5), None),
    ("last-ack-ends", "no TIME-WAIT"): ((10, 1), (11, 1)),
}
"""Of infinite counterexamples how long stem and loop are, and those of another one."""
CELLS = {(claim.name, cell.variant): (claim, cell) for claim in CLAIMS for cell in claim.cells}


def ignored(_: object) -> None:
    """No progress is shown."""


def another(system: System, prop: Liveness, fairness: Fairness, first: Lasso) -> Lasso | str:
    """Another lasso, by the engine; it is confirmed, and does without a step of the first."""
    live = Live(prop, [Promise("", fairness.weak, fairness.strong)])
    found = another_lasso(system, live, first, NO_LIMITS, ignored)
    if isinstance(found, Lasso):
        confirm_lasso(system, prop, fairness, found)
        mine, theirs = occurrences(first), occurrences(found)
        assert any(theirs.get(name, 0) < times for name, times in mine.items())
    return found


def there_is(system: System, prop: Liveness, fairness: Fairness, first: Lasso) -> bool:
    """Whether there is another one, by the twin."""
    for name, times in occurrences(first).items():
        rules = {rule.name for rule in system.rules if event(rule) == name}
        most = None if times == FOR_EVER else int(times) - 1
        if Without(system, fairness, rules, most).violated(prop):
            return True
    return False


def agreed(system: System, fairness: Fairness, properties: Sequence[Liveness]) -> int:
    """Asserts that the engine finds another run where the twin says that there is one; of how many properties."""
    verdicts = check_each(system, [(prop, fairness) for prop in properties])
    violated = [(prop, first) for prop in properties if (first := verdicts[prop.name].lasso)]
    for prop, first in violated:
        found = another(system, prop, fairness, first)
        assert (found != NONE) == there_is(system, prop, fairness, first)
    return len(violated)


@pytest.mark.parametrize("known", [name for name, (*_, lasso) in KNOWN.items() if lasso])
def test_toys_as_the_twin_says(known: str) -> None:
    system, prop, fairness, _ = KNOWN[known]
    assert agreed(system, fairness, [prop]) == 1


@given(asked(graphs()))
@exact(60)
def test_random_graphs_as_the_twin_says(one: Asked) -> None:
    agreed(*one)


@given(asked(systems().map(lambda system: replace(system, constraint=None))))
@exact(20)
def test_random_systems_as_the_twin_says(one: Asked) -> None:
    agreed(*one)


def test_a_step_of_the_loop_may_happen_before_another_loop() -> None:
    system, prop, fairness, _ = KNOWN["weak-deliver-is-not-enough"]
    first = check_each(system, [(prop, fairness)])[prop.name].lasso
    assert first
    assert {rule: times for (_, rule), times in occurrences(first).items()} == {"send": FOR_EVER, "lose": FOR_EVER}
    assert another(system, prop, fairness, first) == NONE


@pytest.mark.parametrize(("name", "variant"), FIGURES)
def test_figures(name: str, variant: str) -> None:
    claim, cell = CELLS[name, variant]
    asked_of = AskedOf([Task(claim, variant, cell.config, "fails")])
    (live,) = asked_of.made.values()
    assert isinstance(live, Live)
    first = check_each(asked_of.system, [(live.prop, live.fairness)])[live.name].lasso
    assert first
    found = another(asked_of.system, live.prop, live.fairness, first)
    lengths = [(len(one.stem.steps), len(one.loop)) if isinstance(one, Lasso) else None for one in (first, found)]
    assert tuple(lengths) == FIGURES[name, variant]
    limited = another_lasso(asked_of.system, live, first, Limits(max_states=2), ignored)
    assert isinstance(limited, str)
    assert limited.startswith("unknown whether another run")


@pytest.mark.parametrize(
    ("name", "variant", "kind"),
    [("figure-8", "two-way", Story), ("needless-retransmissions", "merged", Study)],
)
def test_of_some_questions_it_is_said_why_there_is_none(
    name: str, variant: str, kind: type[Question], tmp_path: Path
) -> None:
    claim, cell = CELLS[name, variant]
    options = Options(tmp_path, NO_LIMITS, Pictures([]), [], another=True)
    ((row,),) = answered([Task(claim, variant, cell.config, "fails")], options, lambda *_: None)
    assert row.another == ALONE[kind]
