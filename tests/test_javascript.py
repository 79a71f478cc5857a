"""The JavaScript table means what the Python table means; a model in JavaScript has the states of the engine."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import z3
from hypothesis import given
from hypothesis import strategies as st

import model.export
from model.core.nodes import node_of
from model.core.property import Property, always
from model.core.run import enabled
from model.core.system import State, System, Var
from model.core.terms import PYTHON, Meaning
from model.engines.explicit.digest import digest_of
from model.engines.explicit.search import explore
from model.export.javascript import javascript
from model.export.javascript_body import FunctionBody
from model.export.javascript_table import TABLE
from model.network.make import network_of
from model.settings.config import SCENARIO, Config
from model.settings.server import AnyConfig
from properties import configs
from properties.opening import no_half_open
from tests.strategies import exact, systems, terms
from tests.test_terms import every_operator, samples

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no JavaScript (node) is installed")
SEARCH = Path(model.export.__file__).parent / "search.js"
TRUE = always("true", z3.BoolVal(True))
SHOW = "const show=(v)=>JSON.stringify(v,(_,x)=>typeof x==='bigint'?x.toString():x===true?1:x===false?0:x);"


def run(program: str, folder: Path, **modules: str) -> Any:
    """What a program prints, as JSON; modules: texts that it may import."""
    shutil.copy(SEARCH, folder / "search.mjs")
    for name, text in {**modules, "main": program}.items():
        (folder / f"{name}.mjs").write_text(text)
    done = subprocess.run(["node", folder / "main.mjs"], capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def in_javascript(asked: Sequence[z3.ExprRef], states: Sequence[State], width: int, folder: Path) -> list[list[int]]:
    """The values of each term in each state."""
    names = {name: f"s[{at}]" for at, name in enumerate("abc")}
    body = FunctionBody([node_of(term) for term in asked], names)
    values = ",".join(body.operand(term) for term in asked)
    suffix = "n" if width > 32 else ""
    rows = ",".join("[" + ",".join(f"{int(state[name])}{suffix}" for name in "abc") + "]" for state in states)
    program = f"{SHOW}const f=(s)=>{{{body.text}return [{values}];}};console.log(show([{rows}].map(f)));"
    return [[int(value) for value in row] for row in run(program, folder)]


def test_the_table_has_the_operators_of_the_reference() -> None:
    assert TABLE.keys() == PYTHON.keys()


@needs_node
@pytest.mark.parametrize("width", [1, 5, 31, 32, 33, 64, 71])
def test_every_operator_means_what_it_means_in_python(width: int, tmp_path: Path) -> None:
    listed = every_operator(width)
    assert listed.keys() == PYTHON.keys()
    asked = [*{node_of(term).digest: term for some in listed.values() for term in some}.values()]
    states = samples(width)
    meaning = Meaning(asked)
    assert in_javascript(asked, states, width, tmp_path) == [[int(v) for v in meaning(state)] for state in states]


@needs_node
@exact(8)
@given(st.data())
def test_random_terms_mean_what_they_mean_in_python(data: st.DataObject) -> None:
    width = data.draw(st.sampled_from([3, 16, 32, 40]))
    asked = data.draw(terms(width, 20))
    states = samples(width)[:40]
    meaning = Meaning(asked)
    with TemporaryDirectory() as folder:
        found = in_javascript(asked, states, width, Path(folder))
    assert found == [[int(v) for v in meaning(state)] for state in states]


EXPLORE = (
    "import {model} from './model.mjs'; import {explore} from './search.mjs';"
    "const done=(wanted)=>{const g=explore(model,{wanted});let r;while(!(r=g.next()).done);return r.value;};"
    "const all=done(null), rows=[];"
    "for(let at=0;at<all.store.count;at++) rows.push(all.store.state(at).map((x)=>x.toString()));"
    "const runs=model.properties.map((p)=>{const r=done(p).run;return r&&r.length-1;});"
    "console.log(JSON.stringify({states:all.store.count,transitions:all.transitions,depth:all.depth,runs,rows}));"
)


def explored(system: System, properties: Sequence[Property], folder: Path) -> dict[str, Any]:
    """What the search in JavaScript finds; the digest of its states is computed here."""
    found = run(EXPLORE, folder, model=javascript(system, properties))
    value = {"true": 1, "false": 0}
    states = ({v.name: value[x] if x in value else int(x) for v, x in zip(system.variables, row, strict=True)}
              for row in found.pop("rows"))  # fmt: skip
    return {**found, "digest": digest_of(states)}


CONFIGS: dict[str, AnyConfig] = {
    "numbers pass 0": configs.PASSING_ZERO,
    "two-way": configs.TWO_WAY.but(capacity=1, incarnations=1),
    "timed": configs.LAST_ACK,
    "a server": configs.GHOST,
    "a table of one slot": configs.FULL,
    "as wide as the engine takes": Config(seq_bits=28, capacity=1, isn_b="8"),
    "duplicates without end": configs.KNOWING_WITH_TEXT,
}


@needs_node
@pytest.mark.parametrize("name", CONFIGS)
def test_the_state_graph_is_that_of_the_engine(name: str, tmp_path: Path) -> None:
    system = network_of(CONFIGS[name]).system(TRUE)
    effort = explore(system)["true"].effort
    found = explored(system, (), tmp_path)
    assert (found["states"], found["transitions"], found["depth"]) == (effort.states, effort.transitions, effort.depth)
    assert found["digest"] == effort.digest


@needs_node
@exact(8)
@given(systems())
def test_random_systems_have_the_same_states_and_shortest_runs(system: System) -> None:
    found = explore(system)
    with TemporaryDirectory() as folder:
        ours = explored(system, system.properties, Path(folder))
    runs = [None if one.run is None else len(one.run.steps) for one in found.values()]
    assert ours["runs"] == runs
    effort = explore(system, properties=[TRUE])["true"].effort
    assert (ours["states"], ours["transitions"], ours["digest"]) == (effort.states, effort.transitions, effort.digest)


@needs_node
def test_half_open_two_way_is_found_in_four_steps(tmp_path: Path) -> None:
    network = network_of(configs.TWO_WAY.but(incarnations=1, capacity=1))
    prop = no_half_open(network)  # type: ignore[arg-type]  # No server.
    assert explored(network.system(prop), [prop], tmp_path)["runs"] == [4]


WALK = (
    "import {model} from './model.mjs'; import {steps} from './search.mjs';"
    "const all=(s)=>[...steps(model,s)].map((one)=>[model.rules[one.rule].name,one.inputs,one.state]);"
)


@needs_node
@pytest.mark.parametrize("seed", [0, *(pytest.param(n, marks=pytest.mark.long) for n in (1, 2))])
def test_at_32_bits_each_state_along_a_random_run_has_the_successors_of_the_reference(
    seed: int, tmp_path: Path
) -> None:
    """A thousand steps in each of three runs: a rule, its inputs, and every variable of the next state."""
    system = network_of(SCENARIO.but(octets=20, segment_text=10, losses=None, retransmissions=None)).system()
    random, walked, wanted = Random(seed), list[State](), list[Any]()
    state = system.initial[0]
    while len(walked) < 1000:
        able = list(enabled(system, state))
        walked.append(state)
        wanted.append(sorted([s.rule.name, [*s.inputs.values()], _shown(system, s.state)] for s in able))
        state = random.choice(able).state if able else system.initial[0]
    rows = ",".join("[" + ",".join(_literal(var, one) for var in system.variables) + "]" for one in walked)
    found = run(f"{WALK}{SHOW}console.log(show([{rows}].map(all)));", tmp_path, model=javascript(system))
    ours = [sorted([name, inputs, [*map(int, after)]] for name, inputs, after in some) for some in found]
    assert ours == wanted


def _literal(var: Var, state: State) -> str:
    if not var.width:
        return "true" if state[var.name] else "false"
    return f"{int(state[var.name])}{'n' if var.width > 32 else ''}"


def _shown(system: System, state: State) -> list[int]:
    return [int(state[var.name]) for var in system.variables]
