"""An infinite run as plain text: the steps to its loop as any trace, and then the loop.

Limits: the loop is shown once, so a segment that it sends and leaves to its next round has no arrival.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from model.core.run import Run, Step
from model.core.system import System
from model.pictures.text import again, heading, state_lines, step_lines, wrap
from model.words.language import _, counted, marked

FOR_EVER = marked("From here on, for ever:")


def render_lasso(
    system: System,
    stem: Run,
    loop: Sequence[Step],
    *,
    name: str = "",
    sentence: str = "",
    fair: str = "",
    command: str = "",
    full_states: bool = False,
    hidden: Collection[str] = (),
    oldest_first: bool = True,
) -> str:
    """The run `stem`, `loop`, `loop`, ... in words, ending with a newline; an empty loop stays where the stem ends.

    name, sentence: the property that it violates. fair: what was promised, in words. The rest: see `text.render_text`.
    """
    left_out = set() if full_states else set(hidden).union(*system.symmetric)
    whole = Run(stem.initial, (*stem.steps, *loop))
    steps = list(step_lines(system, whole, left_out, full_states, oldest_first))
    lines = [
        *(heading(name, sentence) if name else []),
        _("Initially"),
        *state_lines(system, stem.initial, left_out, full_states),
    ]
    lines += [line for step in steps[: len(stem.steps)] for line in step]
    lines += ["", _(FOR_EVER), *(line for step in steps[len(stem.steps) :] for line in step)]
    lines += _ending(len(stem.steps), len(loop), name, fair)
    return "\n".join([*lines, *again(command)]) + "\n"


def _ending(stem: int, loop: int, name: str, fair: str) -> Iterator[str]:
    """How the loop closes, and what it shows."""
    yield ""
    if loop:
        said = _("This is the state after step {stem} again: {steps}.") if stem else _("Initially again: {steps}.")
        first, last = stem + 1, stem + loop
        repeat = counted("step {first} repeats", "steps {first} to {last} repeat", loop, first=first, last=last)
        yield said.format(stem=stem, steps=repeat)
    else:
        yield _("Nothing more happens, and nothing has to.")
    if name and fair:
        yield from wrap(_("The run is fair ({fair}), and it violates '{name}'.").format(fair=_(fair), name=name))
    elif name:
        yield from wrap(_("The run is fair, and it violates '{name}'.").format(name=name))
