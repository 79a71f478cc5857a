"""The digests of the native text of claims' systems, made in a process with a past of its own.

python -m tests.text_digests SEED CLAIM ...: as JSON, by the number of the configuration. With a seed other than 0 the
systems are made in another order, after other terms over the same names, and between terms that come and go: so z3
numbers everything differently.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from hashlib import sha256
from random import Random

import z3

from model.core.cone import relevant
from model.core.system import System
from model.engines.native.codegen import Expand, PropertyCheck
from model.engines.native.packing import Layout
from model.questions.answering import tasks_of
from model.questions.cell_search import Asked
from model.questions.task import Task
from model.settings.server import AnyConfig
from properties.claims import CLAIMS

STATES = [f"{side}.{name}" for side in "AB" for name in ("state", "iss", "irs", "snd_una", "snd_nxt", "rcv_nxt")]
CHANNELS = [f"{way}.{slot}" for way in ("A>B", "B>A") for slot in range(3)]


def text(system: System) -> str:
    """What is compiled for a search of the system."""
    layout = Layout(relevant(system, system.properties))
    steps = [prop for prop in system.properties if prop.kind == "step"]
    states = [prop for prop in system.properties if prop.kind != "step"]
    return Expand(system, layout, steps).source + PropertyCheck(system, layout, states).source


def system_of(tasks: Sequence[Task]) -> System:
    """The system that is searched for some tasks of one configuration."""
    return Asked(tasks).system


class Past:
    """Terms that are made before and between: noise, from a seed that another process is given."""

    def __init__(self, seed: int) -> None:
        self.random, self.kept = Random(seed), list[z3.ExprRef]()
        for name in self.random.sample([*STATES, *CHANNELS], len(STATES) + len(CHANNELS)):
            for width in (0, 3, 4, 5, 12, 32):
                self.kept += [z3.BitVec(name, width), -z3.BitVec(name, width)] if width else [z3.Bool(name)]

    def goes_on(self) -> None:
        """Some terms are made, and others forgotten."""
        self.kept += [z3.BitVec(f"n{self.random.randrange(10**6)}", 8) + at for at in range(self.random.randrange(500))]
        self.kept = self.random.sample(self.kept, len(self.kept) // 2)


def digests(seed: int, claims: Sequence[str]) -> dict[int, str]:
    """The digests by the number of the configuration."""
    together: dict[AnyConfig, list[Task]] = {}
    for task in tasks_of([claim for claim in CLAIMS if claim.name in claims or not claims]):
        if task.claim.searched and task.engine == "explicit":
            together.setdefault(task.config, []).append(task)
    numbered = list(enumerate(together.items()))
    if seed:
        past = Past(seed)
        past.random.shuffle(numbered)
    found: dict[int, str] = {}
    for number, (_, tasks) in numbered:
        if seed:
            past.goes_on()
        found[number] = sha256(text(system_of(tasks)).encode()).hexdigest()
    return found


if __name__ == "__main__":
    json.dump(digests(int(sys.argv[1]), sys.argv[2:]), sys.stdout)
