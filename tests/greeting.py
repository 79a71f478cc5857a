"""A toy for the tests of traces: A greets B over a channel that loses, duplicates and reorders, and B answers.

A>B holds two greetings, B>A one answer. A greeting carries how often A had been idle, modulo 4: <HELLO=0>, <HELLO=1>.
B opens for any greeting, so an old one opens it in vain. A story is a list of rule names, each with its inputs if any.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import z3

from model.core.property import always, sometimes, step
from model.core.run import Run, Step, fire
from model.core.system import Rule, System, Var, Wire, choice, enumeration

STATES = ("IDLE", "ASKING", "OPEN")
A, B = enumeration("A.state", STATES), enumeration("B.state", STATES)
ROUND, COPIES = Var("A.round", 2), Var("B.greetings", 2, ghost=True)
SLOTS = (Var("A>B.0", 3), Var("A>B.1", 3))
ANSWER = Var("B>A.0", 3)
NONE = z3.BitVecVal(0, 3)
Story = Sequence[str | tuple[str, Mapping[str, int]]]


def state(name: str) -> z3.BitVecRef:
    """The value of a state's name."""
    return z3.BitVecVal(STATES.index(name), A.width)


def full(slot: Var) -> z3.BoolRef:
    """A slot holds a segment: its highest bit."""
    return z3.Extract(2, 2, slot.term) == 1


def show(word: str, values: Mapping[str, int]) -> str:
    """<HELLO=1>."""
    return f"<{word}={values['round']}>"


def wire(action: str, source: str, slot: z3.BitVecRef, when: z3.BoolRef) -> Wire:
    """What a rule does to the greeting (from A) or answer (from B) in `slot`."""
    word, target = ("HELLO", "B") if source == "A" else ("WELCOME", "A")
    fields = {"round": z3.Extract(1, 0, slot)}
    return Wire(action, source, target, fields, lambda values: show(word, values), when)  # type: ignore[arg-type]


def greet(name: str, kind: str, guard: z3.BoolRef, cite: str) -> Rule:
    """A rule by which A sends a greeting."""
    greeting, last = z3.Concat(z3.BitVecVal(1, 1), ROUND.term), SLOTS[1]
    wires = (wire("send", "A", greeting, z3.Not(full(last))), wire("send-lost", "A", greeting, full(last)))
    update = {A.name: state("ASKING"), last.name: z3.If(full(last), last.term, greeting)}
    return Rule(f"A: {name}", guard, update, kind, "A", name, cite, wires=wires)


def chosen() -> z3.BitVecRef:
    """The greeting in the chosen slot."""
    return z3.If(choice("slot") == 0, SLOTS[0].term, SLOTS[1].term)


def remove(original: z3.BoolRef) -> dict[str, z3.ExprRef]:
    """The chosen slot becomes empty if it is the original that goes."""
    return {v.name: z3.If(z3.And(original, choice("slot") == at), NONE, v.term) for at, v in enumerate(SLOTS)}


def rules() -> tuple[Rule, ...]:
    """Everything that can happen."""
    original, present = choice("copy") == 0, z3.Extract(2, 2, chosen()) == 1
    answer = z3.If(full(ANSWER), ANSWER.term, chosen())
    answers = {B.name: state("OPEN"), ANSWER.name: answer, COPIES.name: COPIES.term + 1, **remove(original)}
    wires = (
        wire("send", "B", chosen(), z3.Not(full(ANSWER))),
        wire("send-lost", "B", chosen(), full(ANSWER)),
        wire("arrive", "A", chosen(), original),
        wire("arrive-copy", "A", chosen(), z3.Not(original)),
    )
    ends = {A.name: state("IDLE"), ROUND.name: ROUND.term + 1}
    welcome = {A.name: state("OPEN"), ANSWER.name: NONE}
    taken = (wire("arrive", "B", ANSWER.term, z3.BoolVal(True)),)
    lost = (wire("lose", "A", chosen(), z3.BoolVal(True)),)
    both = {"slot": 2, "copy": 2}
    return (
        greet("greet", "call", A.term == state("IDLE"), "1.1"),
        greet("greet again", "timeout", A.term == state("ASKING"), "1.2"),
        Rule("B: HELLO arrives", present, answers, "arrives", "B", "HELLO arrives", "2.1", both, wires),
        Rule("A: WELCOME arrives", full(ANSWER), welcome, "arrives", "A", "WELCOME arrives", "2.2", wires=taken),
        Rule("A: end", A.term == state("OPEN"), ends, "call", "A", "end in OPEN", "3", brief="end"),
        Rule("B: end", B.term == state("OPEN"), {B.name: state("IDLE")}, "call", "B", "end in OPEN", "3", brief="end"),
        Rule("loss", present, remove(z3.BoolVal(True)), "network", "", "the network loses one", "", {"slot": 2}, lost),
    )


COPY = ("B: HELLO arrives", {"copy": 1})
OLD: Story = ["A: greet", "A: greet again", COPY, "A: WELCOME arrives", "A: end", "B: end", "B: HELLO arrives"]
"""A greeting is repeated, and one of the two arrives when all is over."""
LOST: Story = ["A: greet", "A: greet again", "A: greet again", "loss", "B: HELLO arrives"]
"""Two greetings fill the channel, a third is lost there, and one of the others on its way."""

BOTH_OPEN = sometimes("both-open", z3.And(A.term == state("OPEN"), B.term == state("OPEN")), "Both are open.")
MEANT = always(
    "meant",
    z3.Implies(B.term == state("OPEN"), z3.And(A.term != state("IDLE"), COPIES.term < 2)),
    "When B is open, A is not idle, and one greeting has arrived.",
    {"A is idle": A.term != state("IDLE"), "a second greeting has arrived": COPIES.term < 2},
)
STAYS = step("stays", z3.Implies(A.term == state("OPEN"), A.next == state("OPEN")), "A stays open.")


def greeting() -> System:
    """The toy."""
    variables = (A, ROUND, B, COPIES, *SLOTS, ANSWER)
    initial = {variable.name: 0 for variable in variables}
    groups = (tuple(slot.name for slot in SLOTS),)
    return System(variables, (initial,), rules(), (BOTH_OPEN, MEANT, STAYS), groups)


def story(system: System, entries: Story) -> Run:
    """The run that an author has in mind; inputs not given are 0."""
    named = {rule.name: rule for rule in system.rules}
    steps: list[Step] = []
    for entry in entries:
        name, given = (entry, {}) if isinstance(entry, str) else entry
        inputs = {**dict.fromkeys(named[name].choose, 0), **given}
        after = fire(named[name], inputs, steps[-1].state if steps else system.initial[0])
        if after is None:
            raise ValueError(f"step {len(steps) + 1}, '{name}', is not possible here")
        steps.append(Step(named[name], inputs, after))
    return Run(system.initial[0], tuple(steps))
