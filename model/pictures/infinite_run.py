"""An infinite run as plain text: the steps to its loop as any trace, and then the loop.

Limits: the loop is shown once, so a segment that it sends and leaves to its next round has no arrival.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from model.core.run import Run, Step
from model.core.system import System
from model.pictures.text import state_lines, step_lines, wrap

FOR_EVER = "From here on, for ever:"


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
    heading = [*wrap(": ".join(filter(None, (name, sentence)))), ""] if name else []
    lines = [*heading, "Initially", *state_lines(system, stem.initial, left_out, full_states)]
    lines += [line for step in steps[: len(stem.steps)] for line in step]
    lines += ["", FOR_EVER, *(line for step in steps[len(stem.steps) :] for line in step)]
    lines += _ending(len(stem.steps), len(loop), name, fair)
    return "\n".join([*lines, *([f"Reproduce it: {command}"] if command else [])]) + "\n"


def _ending(stem: int, loop: int, name: str, fair: str) -> Iterator[str]:
    """How the loop closes, and what it shows."""
    yield ""
    if loop:
        again = f"step {stem + 1}" if loop == 1 else f"steps {stem + 1} to {stem + loop}"
        yield (
            f"This is the state after step {stem} again: {again} repeat."
            if stem
            else f"Initially again: {again} repeat."
        )
    else:
        yield "Nothing more happens, and nothing has to."
    if name:
        yield from wrap(f"The run is fair{f' ({fair})' if fair else ''}, and it violates '{name}'.")
