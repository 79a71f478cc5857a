"""Why an event is not possible, and what became of a segment: the conditions of rules, and the page's words of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest
import z3

import model.page
from model.core.nodes import UnknownOperator, node_of
from model.core.run import enabled
from model.core.system import Condition, Rule, State, System
from model.core.terms import Meaning, constants
from model.export.formula import formula
from model.export.javascript import javascript
from model.export.javascript_conditions import Sight
from model.network.bounded import Network
from model.network.make import network_of
from model.settings.config import SCENARIO, Config
from model.settings.server import AnyConfig
from model.tcp.segment import Segment, acknowledges, beyond, segment, within
from model.tcp.state import STATES
from properties import configs, time_wait
from tests.test_javascript import needs_node, run

CONFIGS: dict[str, AnyConfig] = {
    "three-way": configs.HISTORY,
    "two-way": configs.TWO_WAY,
    "timed": configs.LAST_ACK,
    "a server": configs.GHOST,
    "a table of one slot": configs.FULL,
    "32 bits": SCENARIO.but(octets=20, segment_text=10, retransmissions=2),
    "data on SYN": configs.DATA_QUEUED,
}
RUN = (Path(model.page.__file__).parent / "run.js").read_text(encoding="utf-8")
IMPORTS = "import {model} from './model.mjs'; import {steps,choices} from './search.mjs';"
VALUES = "const read=(row)=>row.map((x)=>typeof x==='string'?BigInt(x):x);"


def system_of(name: str) -> System:
    return network_of(CONFIGS[name]).system()


@pytest.mark.parametrize("name", CONFIGS)
def test_the_conditions_of_a_rule_are_its_guard(name: str) -> None:
    for rule in system_of(name).rules:
        assert rule.asked, rule.name
        assert same(rule, rule.asked), rule.name


def same(rule: Rule, conditions: Sequence[Condition]) -> bool:
    """Whether Z3 says that the conditions together are the guard."""
    solver = z3.Solver()
    solver.add(z3.And(*(one.term for one in conditions)) != rule.guard)
    return bool(solver.check() == z3.unsat)


def test_a_condition_that_is_left_out_is_noticed() -> None:
    rule = next(rule for rule in system_of("timed").rules if rule.kind == "arrives")
    for left_out in range(3):
        assert not same(rule, [one for at, one in enumerate(rule.asked) if at != left_out])


def test_a_rule_of_an_ended_run_has_one_more_condition() -> None:
    network = time_wait.UntilItEnds(configs.LAST_ACK)
    assert all(same(rule, rule.asked) for rule in network.rules)


# -- in JavaScript --

WHY = (
    "const rows=%s.map(read);console.log(JSON.stringify(rows.map((state)=>model.rules.map((_,number)=>{"
    "const why=whyNot(model,state,number);return why&&[why.inputs,why.passed,why.values];}))));"
)


def walked(system: System, count: int, seed: int = 0) -> Iterator[State]:
    """States of random runs of 40 steps."""
    random = Random(seed)
    state = system.initial[0]
    for number in range(count):
        able = list(enabled(system, state))
        state = random.choice(able).state if able and number % 40 else system.initial[0]
        yield state


def literal(system: System, states: Iterable[State]) -> str:
    """States as JSON; a BigInt is a text there."""
    rows = [[(bool(s[v.name]) if not v.width else str(s[v.name]) if v.width > 32 else s[v.name])
             for v in system.variables] for s in states]  # fmt: skip
    return json.dumps(rows)


def in_page(system: System, program: str, folder: Path, model: str = "", script: str = RUN) -> Any:
    """What a program with the page's functions prints."""
    return run(f"{IMPORTS}{VALUES}{script}{program}", folder, model=model or javascript(system))


class Reasons:
    """Python's own reasons: the conditions of every rule, and their meaning."""

    def __init__(self, system: System) -> None:
        self._rules = system.rules
        self._names = {var.name: var.names for var in system.variables if var.names}
        self._asked = [rule.asked for rule in system.rules]
        terms = {node_of(one.term).digest: one.term for some in self._asked for one in some}
        self._places = {digest: at for at, digest in enumerate(terms)}
        self._meaning = Meaning([*terms.values()])
        self._orders = [[self._places[node_of(one.term).digest] for one in some] for some in self._asked]
        self._seen = {id(rule.sees): Meaning([*rule.sees.values()]) for rule in system.rules}
        sights = {id(rule.sees): Sight(rule.sees, system.variables) for rule in system.rules}
        self._formulas = [[written(one, sights[id(rule.sees)]) for one in some]
                          for rule, some in zip(system.rules, self._asked, strict=True)]  # fmt: skip

    def of(self, state: State) -> list[Any]:
        """What the page should say of each rule: None (it is possible); or inputs, how many are true, and values."""
        return [*self._of(state)]

    def _of(self, state: State) -> Iterator[Any]:
        every: dict[tuple[int, ...], State] = {
            key: {**state, "slot": key[0], "copy": key[1]} for key in product(range(4), range(2))
        }
        holds = {key: self._meaning(assignment) for key, assignment in every.items()}
        for number, rule in enumerate(self._rules):
            passed = {}
            for inputs in product(*map(range, rule.choose.values())):
                key = (*inputs, 0, 0)[:2]
                order = enumerate(self._orders[number])
                passed[inputs] = next((at for at, place in order if not holds[key][place]), len(self._orders[number]))
            furthest = max(passed, key=passed.__getitem__)
            if passed[furthest] == len(self._orders[number]):
                yield None
                continue
            text = self._formulas[number][passed[furthest]]
            values = self._values(rule, every[(*furthest, 0, 0)[:2]])
            yield [[*furthest], passed[furthest], re.sub("{(.*?)}", lambda found: values[found[1]], text)]  # noqa: B023

    def _values(self, rule: Rule, assignment: State) -> dict[str, str]:
        """What is seen, as a reader knows it."""
        found = zip(rule.sees.items(), self._seen[id(rule.sees)](assignment), strict=True)
        return {
            name: self._names[known][value] if (known := node_of(term).name) in self._names else str(int(value))
            for (name, term), value in found
        }


def written(condition: Condition, sight: Sight) -> str:
    """Its formula, "" if it reads what has no name."""
    term = sight.told(condition.term)
    return formula(term, sight.names) if constants([term]) <= sight.terms.keys() else ""


def compared(name: str, count: int, folder: Path, script: str = RUN) -> int:
    """How many of the page's reasons, in so many states of random runs, are not Python's."""
    system = system_of(name)
    states = [*walked(system, count)]
    found = in_page(system, WHY % literal(system, states), folder, script=script)
    reasons = Reasons(system)
    assert sum(why is not None for row in found for why in row) > count * len(system.rules) / 2
    return sum(ours != theirs for state, row in zip(states, found, strict=True)
               for ours, theirs in zip(row, reasons.of(state), strict=True))  # fmt: skip


@needs_node
@pytest.mark.parametrize("count", [40, pytest.param(400, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", ["three-way", "timed", "a table of one slot", "32 bits", "data on SYN"])
def test_the_reason_of_every_rule_in_random_states_is_that_of_python(name: str, count: int, tmp_path: Path) -> None:
    assert compared(name, count, tmp_path) == 0


@needs_node
@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("passed > found.passed", "passed < found.passed"),
        ("!condition.holds(", "condition.holds("),
        pytest.param(
            "of(state, slot, copy), slot, copy }",
            "of(model.initial[0], slot, copy), slot, copy }",
            marks=pytest.mark.long,
        ),
        pytest.param("String(Number(e[name]))", "String(Number(e[name]) + 1)", marks=pytest.mark.long),
    ],
)
def test_a_wrong_reason_is_noticed(right: str, wrong: str, tmp_path: Path) -> None:
    assert RUN.count(right) == 1
    assert compared("three-way", 40, tmp_path, RUN.replace(right, wrong)) > 0


# -- what became of a segment --

STORIES = {
    "an old duplicate SYN in ESTABLISHED": (
        {"state": "ESTABLISHED", "iss": 14, "snd_una": 15, "snd_nxt": 15, "irs": 5, "rcv_nxt": 6},
        segment("SYN", z3.BitVecVal(1, 4)),
        "answered",
        "unacceptable segment arrives",
        "3.10.7.4, first",
        ["not ({window} if SEG.LEN = 0, else {window} or RCV.NXT =< SEG.SEQ+SEG.LEN-1 < RCV.NXT+2)".format(
            window="RCV.NXT =< SEG.SEQ < RCV.NXT+2"
        )],
        ["not (6 =< 1 < 6+2 if 1 = 0, else 6 =< 1 < 6+2 or 6 =< 1+1-1 < 6+2)"],
    ),
    "a RST out of the window": (
        {"state": "ESTABLISHED", "iss": 14, "snd_una": 15, "snd_nxt": 15, "irs": 1, "rcv_nxt": 2},
        segment("RST", z3.BitVecVal(9, 4)),
        "dropped",
        "unacceptable RST arrives",
        "3.10.7.4, first",
        ["not ({window} if SEG.LEN = 0, else {window} or RCV.NXT =< SEG.SEQ+SEG.LEN-1 < RCV.NXT+2)".format(
            window="RCV.NXT =< SEG.SEQ < RCV.NXT+2"
        ), "RST"],
        ["not (2 =< 9 < 2+2 if 0 = 0, else 2 =< 9 < 2+2 or 2 =< 9+0-1 < 2+2)", "1"],
    ),
    "an ACK of something never sent in SYN-RECEIVED": (
        {"state": "SYN-RECEIVED", "iss": 14, "snd_una": 14, "snd_nxt": 15, "irs": 1, "rcv_nxt": 2, "passive_open": 1},
        segment("ACK", z3.BitVecVal(2, 4), z3.BitVecVal(3, 4)),
        "answered",
        "unacceptable ACK arrives",
        "3.10.7.4, fifth",
        ["not (SND.UNA < SEG.ACK =< SND.NXT)"],
        ["not (14 < 3 =< 15)"],
    ),
    "the ACK that opens": (
        {"state": "SYN-RECEIVED", "iss": 14, "snd_una": 14, "snd_nxt": 15, "irs": 1, "rcv_nxt": 2, "passive_open": 1},
        segment("ACK", z3.BitVecVal(2, 4), z3.BitVecVal(15, 4)),
        "accepted",
        "ACK of our SYN arrives",
        "3.10.7.4, fifth, seventh",
        ["SND.UNA < SEG.ACK =< SND.NXT"],
        ["14 < 15 =< 15"],
    ),
    "an ACK again": (
        {"state": "CLOSE-WAIT", "iss": 14, "snd_una": 15, "snd_nxt": 15, "irs": 1, "rcv_nxt": 3},
        segment("ACK", z3.BitVecVal(3, 4), z3.BitVecVal(15, 4)),
        "ignored",
        "ACK arrives",
        "3.10.7.4, fifth",
        [],
        [],
    ),
}  # fmt: skip
BECAME = (
    "const state=read(%s);const step=[...steps(model,state)].find((one)=>model.rules[one.rule].kind==='arrives');"
    "const {became:what,check,cite,decided}=became(model,state,step);"
    "console.log(JSON.stringify([what,check,cite,decided.map((one)=>one.formula),decided.map((one)=>one.values)]));"
)


def arriving(network: Network, side: str, known: dict[str, Any], x: Segment) -> State:
    """The initial state, but for what is known of a side, to which a segment is under way."""
    inbox, c = network.channel(network.other(network.sides[side])), network.config
    nobody = z3.BitVecVal(0, c.incarnation_bits)
    slot = z3.simplify(inbox.layout.pack(x, nobody, nobody)).as_long()
    told = {f"{side}.{name}": STATES.index(value) if name == "state" else value for name, value in known.items()}
    return {**network.system().initial[0], **told, f"{side}.incarnation": 1, inbox.slots[0].name: slot}


@needs_node
@pytest.mark.parametrize("name", STORIES)
def test_what_became_of_a_segment(name: str, tmp_path: Path) -> None:
    known, x, *wanted = STORIES[name]
    network = Network(Config(octets=0, window=2, rst="rfc793", syn="rfc793", ack_range="off"))
    system = network.system()
    (row,) = json.loads(literal(system, [arriving(network, "B", known, x)]))
    assert in_page(system, BECAME % json.dumps(row), tmp_path) == wanted


def test_formulas_are_written_as_the_rfc_writes_them() -> None:
    una, nxt, ack, wnd = (z3.BitVec(name, 8) for name in ("UNA", "NXT", "ACK", "WND"))
    p, q = z3.Bools("p q")
    known = {
        acknowledges(ack, una, nxt): "{UNA} < {ACK} =< {NXT}",
        within(ack, una, wnd): "{UNA} =< {ACK} < {UNA}+{WND}",
        within(ack, una, nxt - una): "{UNA} =< {ACK} < {NXT}",
        z3.ULE(ack - una, nxt - una): "{UNA} =< {ACK} =< {NXT}",
        z3.ULT(ack - una, nxt - wnd): "{UNA} =< {ACK} < {UNA}+({NXT}-{WND})",
        beyond(ack, nxt): "{ACK} > {NXT}",
        z3.UGT(ack - una + wnd, nxt - una + wnd): "not ({UNA}-{WND} =< {ACK} =< {NXT})",
        z3.Not(z3.And(p, z3.BoolVal(True), z3.Not(q))): "not ({p} and not {q})",
        z3.And(z3.Or(p, q), z3.Or(z3.BoolVal(False), q)): "({p} or {q}) and {q}",
        z3.Not(una - (nxt - 0) == 1): "{UNA}-({NXT}-0) ≠ 1",
        una == z3.If(p, z3.BitVecVal(1, 8), z3.BitVecVal(0, 8)) + nxt: "{UNA} = {p}+{NXT}",
        z3.If(p, una, nxt) == 1: "({UNA} if {p}, else {NXT}) = 1",
        z3.BitVec("state", 4) == 2: "{state} = c",
        z3.Not(z3.BitVec("state", 4) == 1): "{state} ≠ b",
    }
    assert {term: formula(term, {"state": ("a", "b", "c")}) for term in known} == known
    with pytest.raises(UnknownOperator, match="in no formula"):
        formula(una * nxt == 1, {})


def test_a_mutants_guard_may_have_no_formula_and_is_told_nevertheless() -> None:
    """Its guard is known only as z3 has simplified it, with a product, which stands in no formula."""
    silent = network_of(configs.LAST_ACK.but(mutant=time_wait.SILENT)).system()
    untold = '"formula": "", "reads": ["'
    assert untold in javascript(silent)
    assert untold not in javascript(system_of("timed"))
    assert all(same(rule, rule.asked) for rule in silent.rules)
