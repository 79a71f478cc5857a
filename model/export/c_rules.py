"""A system as C functions, three for each rule: its guard, its update, and whether it violates a step property.

This is how one would write the model by hand; `c_code` computes all successors of a state at once, which is faster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from model.core.property import Property
from model.core.system import System
from model.engines.native.numbered_rules import NumberedRule, after, changes, firings
from model.engines.native.packing import Layout
from model.export.c_code import Function, changed_word, plain


def rule_functions(system: System, layout: Layout, steps: Sequence[Property]) -> Iterator[str]:
    """For rule number k guard_k(s, inputs), fire_k(s, inputs), and breaks_k_j(s, inputs) for step property j.

    A successor outside the constraint is the state itself.
    """
    for at, firing in enumerate(firings(system.rules)):
        yield _guard(system, layout, at, firing)
        yield _fire(system, layout, at, firing)
        for number, prop in enumerate(steps):
            yield _breaks(system, layout, f"breaks_{at}_{number}", firing, prop)


def _begun(system: System, layout: Layout, head: str, firing: NumberedRule) -> Function:
    parameters = "".join(f", word input{at}" for at in range(len(firing.rule.choose)))
    function = Function(system, layout, head + parameters + ")")
    function.inputs = {name: f"input{at}" for at, name in enumerate(firing.rule.choose)}
    return function


def _guard(system: System, layout: Layout, at: int, firing: NumberedRule) -> str:
    function = _begun(system, layout, f"static inline int guard_{at}(const word *s", firing)
    function.do(f"/* {plain(firing.rule.name)} */")
    for conjunct in firing.guard:
        function.do(f"if (!{function.operand(conjunct)}) return 0;")
    function.do("return 1;")
    return function.text


def _fire(system: System, layout: Layout, at: int, firing: NumberedRule) -> str:
    function = _begun(system, layout, f"static inline void fire_{at}(word *s", firing)
    if system.constraint is not None:
        function.do(f"if (!{function.operand(after(system, firing.rule, system.constraint, ''))}) return;")
    changed = changes(firing.rule)
    words = [changed_word(function, changed, word) for word in range(layout.words)]
    new = [function.value(word) for word in words]
    for word, value in enumerate(new):
        function.do(f"s[{word}] = {value};")
    return function.text


def _breaks(system: System, layout: Layout, name: str, firing: NumberedRule, prop: Property) -> str:
    function = _begun(system, layout, f"static inline int {name}(const word *s", firing)
    for conjunct in firing.guard:
        function.do(f"if (!{function.operand(conjunct)}) return 0;")
    holds = after(system, firing.rule, prop.term, "'")
    function.do(f"return !{function.operand(holds)};")
    return function.text
