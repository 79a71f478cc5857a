"""The page is the model: one file without an address in it, with runs of the engine and the command line."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from zstandard import ZstdDecompressor

import properties
from model.check import main
from model.core.answer import NO_LIMITS, Outcome
from model.core.knowledge import facts
from model.core.run import Run, Step, enabled, fire
from model.core.system import State, System
from model.engines.epistemic.knowledge import LocalStates
from model.engines.explicit.search import explore
from model.network.make import AnyNetwork, network_of
from model.page import models, page
from model.pictures.flights import Flight, flights, history
from model.pictures.formats.packets import moments, packets, seen
from model.pictures.formats.pcap import capture, hosts
from model.pictures.numbers import relative
from model.pictures.render import Pictures
from model.questions.answering import answered, tasks_of
from model.questions.knowing import asked_of
from model.questions.scenario import read_scenario, run_scenario
from model.questions.task import Options, TaskResult
from model.report import for_page
from model.settings.config import Config
from model.tcp.state import NAMES
from properties.claim import Knowledge
from properties.claims import find

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no JavaScript (node) is installed")
SHOWN = {
    "half-open": ["two-way"],
    "figure-6": ["three-way"],
    "hazard-h1": ["RFC 9293"],
    "open-completes": ["nothing is sent again"],
    "last-ack-answered": ["one tick less"],
    "live-client-is-served": ["two-way"],
    "normal-close": ["three-way"],
    "server-knows": ["two-way, text"],
    "two-generals": ["exactly two ticks, and timers"],
}
"""Claims and variants whose runs are in the page of these tests: a search, stories, infinite runs, time, a server."""
HALF_OPEN = "opening,two-way"
BY_HAND = ("whole connection,three-way,merged,accepted,true,1", "32 bits,two-way,four-way,1000")


@cache
def rows() -> list[TaskResult]:
    """What a check of these variants has found."""
    found: list[TaskResult] = []
    for name, variants in SHOWN.items():
        claim = find(name)
        assert claim is not None
        tasks = [task for task in tasks_of([claim]) if task.variant in variants and task.proof is None] or tasks_of(
            [claim]
        )[-1:]
        options = Options(Path("/nowhere"), NO_LIMITS, Pictures(()), [])
        found += [row for some in answered(tasks, options, lambda *_: None) for row in some]
    return found


@cache
def content() -> tuple[dict[str, Any], str]:
    return for_page.content(rows())


@cache
def text() -> str:
    return page.page(*content())


def configs() -> dict[str, Any]:
    return {name: config for playground in models.PLAYGROUNDS for name, config in playground.configs()}


@cache
def system(name: str) -> System:
    return models.system_of(configs()[name])


@cache
def outcome(name: str, asked: str) -> Outcome:
    """What the engine says of a property of a playground."""
    (prop,) = (one for one in system(name).properties if one.name == asked)
    return explore(system(name), properties=[prop])[asked]


SHOW = "const show=(v)=>console.log(JSON.stringify(v,(_,x)=>typeof x==='bigint'?x.toString():x));"


def in_node(program: str, folder: Path) -> Any:
    """What a program prints as JSON that has all of the page but what shows it."""
    scripts = [(page.HERE / name).read_text() for name in ("words.js", "models.js", "session.js", "save.js")]
    library = "globalThis.self=globalThis;" + (page.HERE / "vendor" / "fzstd.js").read_text()
    whole = "\n".join([library, page.engine(), page.data(*content()), *scripts, SHOW, f"{{{program}}}"])
    (folder / "main.mjs").write_text(whole)
    done = subprocess.run(["node", folder / "main.mjs"], capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


# -- the file --


def without_namespaces(written: str) -> str:
    return re.sub(r"http://www\.w3\.org/[\w/]+", "", written)


def test_the_page_is_one_small_file_that_asks_for_nothing() -> None:
    found = without_namespaces(text())
    assert len(text().encode()) < 1_000_000
    for wanted in ("http:", "https:", "//www", "@import", "url(", "src=", '<link rel="stylesheet', "<!-- "):
        assert wanted not in found.replace("data:,", ""), wanted
    assert text().count("</script>") == text().count("<script") == 3


@pytest.mark.long
def test_the_page_of_all_claims_is_small_too(tmp_path: Path) -> None:
    assert main(["--out", str(tmp_path)]) == 0
    assert 300_000 < (tmp_path / page.NAME).stat().st_size < 1_000_000


def test_a_run_writes_the_page_with_what_it_has_found(tmp_path: Path) -> None:
    assert main(["figure-6", "--jobs", "1", "--out", str(tmp_path)]) == 0
    found = in_page(tmp_path)
    assert [one["id"] for one in found["runs"]] == ["figure-6-three-way"]


def test_a_scenario_of_ones_own_is_played_too(tmp_path: Path) -> None:
    story = Path(properties.__file__).parent / "scenarios" / "figure-8.story"
    assert main(["--scenario", str(story), "--out", str(tmp_path)]) == 0
    (run,) = in_page(tmp_path)["runs"]
    assert (run["claim"], run["settles"], len(run["steps"])) == ("figure-8", [], 10)


def in_page(folder: Path) -> Any:
    """What a page that was written shows."""
    written = (folder / page.NAME).read_text()
    packed = re.search(r'^const CONTENT_PACKED="([^"]*)";$', written, re.MULTILINE)
    assert packed is not None
    return json.loads(ZstdDecompressor().decompress(b64decode(packed[1])))


@pytest.mark.long
def test_the_models_for_runs_by_hand_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TCP_MODEL_CACHE", str(tmp_path / "cache"))
    page.hand_models.cache_clear()
    made = page.hand_models()
    monkeypatch.setattr(page, "by_hand", lambda: pytest.fail("they are in the cache"))
    page.hand_models.cache_clear()
    assert page.hand_models() == made


def test_the_statements_stand_there_in_both_languages() -> None:
    data, _ = content()
    assert [one["number"] for one in data["statements"]] == [f"S{n}" for n in range(1, 10)]
    second = data["statements"][1]["text"]
    assert second["en"]["question"].startswith("Why three segments?")
    assert second["zh"]["question"].startswith("为什么要三个报文段")
    assert ["good", "With two segments it can. half-open fails with two-way, as it must: 4 steps"] in second["en"][
        "true"
    ]
    assert any(mark == "open" for mark, _ in second["en"]["true"])  # The three-way variant was not checked.


def test_every_text_of_the_page_is_there_in_chinese() -> None:
    scripts = "".join(path.read_text() for path in page.HERE.glob("*.js"))
    said = set(re.findall(r'\bt\("((?:[^"\\]|\\.)*)"', scripts)) | set(
        re.findall(r'"((?:The|A step of the) address [^"]+)"', scripts)
    )
    said |= set(re.findall(r'\w+: "(The segment [^"]+)"', scripts))
    said |= {playground.name for playground in models.PLAYGROUNDS} | {"skipped", "inserted", "continued", "differs"}
    names = re.search(r"const NAMES = \{(.*?)\};", scripts, re.DOTALL)
    assert names is not None
    listed = {*re.findall(r': "([^"]+)"', names[1]), *NAMES.values()}
    said |= {name for name in listed if not name.isupper() and "." not in name}
    known = set(re.findall(r'^  "((?:[^"\\]|\\.)*)":', (page.HERE / "words.js").read_text(), re.MULTILINE))
    assert said - known == set()
    assert known - said <= {"yes", "no"}  # Values, which no text names.


# -- the models in it --


@needs_node
def test_a_pack_has_every_model_as_the_exporter_writes_it(tmp_path: Path) -> None:
    chosen = [HALF_OPEN, *BY_HAND]
    found = in_node(f"show({json.dumps(chosen)}.map(modelText));", tmp_path)
    assert found == [models.model_text(system(name), name) for name in chosen]


@needs_node
@pytest.mark.parametrize("count", [60, pytest.param(2500, marks=pytest.mark.long)])
@pytest.mark.parametrize("name", [*BY_HAND, HALF_OPEN, "32 bits,three-way,merged,1"])
def test_each_state_along_a_run_by_hand_has_the_successors_of_the_reference(
    name: str, count: int, tmp_path: Path
) -> None:
    """Of 10,000 steps in all: every rule that is possible, its inputs, and each variable of the state after it."""
    asked, random = system(name), Random(name)
    state, path, wanted = asked.initial[0], [], []
    for _ in range(count):
        able = list(enabled(asked, state))
        wanted.append(sorted([one.rule.name, [*one.inputs.values()], values(one.state)] for one in able))
        step = random.choice(able)
        path.append([asked.rules.index(step.rule), *step.inputs.values()])
        state = step.state
    program = (
        f"const model=modelNamed({json.dumps(name)}),path={json.dumps(path)};let s=model.initial[0];"
        "show(path.map(([rule,...inputs])=>{const all=[...steps(model,s)].map((one)=>[model.rules[one.rule].name,"
        "one.inputs,one.state.map(String)]);s=model.rules[rule].fire(s,...inputs);return all;}));"
    )
    found = [
        sorted([rule, inputs, numbers(after)] for rule, inputs, after in some) for some in in_node(program, tmp_path)
    ]
    assert found == wanted


def values(state: State) -> list[int]:
    return [int(value) for value in state.values()]


def numbers(written: list[str]) -> list[int]:
    """The values of a state as the page has them."""
    return [{"true": 1, "false": 0}[one] if one in ("true", "false") else int(one) for one in written]


FIND = (
    "const [id,name]=%s,model=modelNamed(id);searching(model,model.initial[0],name,(x)=>{"
    "if(!x.done)return;const run=x.run&&between(model,x.run);show({...x,run:run&&run.map((one)=>"
    "model.rules[one.rule].name),judged:run&&judged(model,run.at(-2)?.state,run.at(-1).state)})});"
)


@needs_node
@pytest.mark.parametrize(("name", "length"), [("half-open", 4), ("client-can-receive", 3)])
def test_the_shortest_runs_under_two_way_are_those_of_the_engine(name: str, length: int, tmp_path: Path) -> None:
    found = in_node(FIND % json.dumps([HALF_OPEN, name]), tmp_path)
    run = outcome(HALF_OPEN, name).run
    assert run is not None
    assert len(run.steps) == length
    assert found["run"] == [step.rule.name for step in run.steps]
    assert [one["holds"] for one in found["judged"] if one["name"] == name] == [False]
    assert [part["holds"] for one in found["judged"] if one["name"] == name for part in one["parts"]] == [True, False]


@needs_node
@pytest.mark.long
def test_three_way_is_searched_whole(tmp_path: Path) -> None:
    found = in_node(FIND % json.dumps(["opening,three-way", "half-open"]), tmp_path)
    effort = outcome("opening,three-way", "half-open").effort
    assert (found["complete"], found["run"]) == (True, None)
    assert (found["states"], found["transitions"]) == (effort.states, effort.transitions)


@needs_node
def test_a_property_of_steps_is_judged_of_two_states(tmp_path: Path) -> None:
    """The model of the claim about LAST-ACK asks something of steps: at the run's end, and only there, it is false."""
    program = (
        "const place=PLACES['last-ack-answered-one-tick-less'],model=modelNamed(place.model),"
        "all=states(firstState(place),recorded(place));"
        "show([model.properties.map((one)=>one.kind),all.slice(1).map((s,at)=>judged(model,all[at],s)[0].holds)]);"
    )
    kinds, holds = in_node(program, tmp_path)
    assert (kinds, holds) == (["step"], [True] * 11 + [False])


KNOWS = (
    "const place=PLACES[%s],of=modelNamed(place.model);let said=0;const ask=knowing(of,({states})=>{said=states;});"
    "show([of.knowledge.facts.map(([words])=>words),ask(states(firstState(place),recorded(place)))]);"
)


@needs_node
@pytest.mark.parametrize(
    ("claim", "variant", "run"),
    [
        ("server-knows", "two-way, text", "server-knows-two-way-text"),
        ("two-generals", "exactly two ticks, and timers", "two-generals-exactly-two-ticks-and-timers"),
    ],
)
def test_who_knows_what_is_what_the_engine_says(claim: str, variant: str, run: str, tmp_path: Path) -> None:
    """Of every state of a run and of every formula, common knowledge among them."""
    (row,) = (row for row in rows() if (row.task.claim.name, row.task.variant) == (claim, variant))
    network, asked, known, _witnesses, beside = asked_of(row.task)
    local = LocalStates(asked, known.views, beside)
    assert local.run() == ""
    words, holds = in_node(KNOWS % json.dumps(run), tmp_path)
    shown = row.evidence[0].playable
    assert shown is not None
    trace = played({"id": run})[2]
    assert words == list(dict.fromkeys(fact.name for formula in beside for fact in facts(formula)))
    assert holds == [[bool(one) for one in state] for state in local.along(trace, beside)]
    assert any(any(state) for state in holds)
    assert network.local_states


@needs_node
def test_who_knows_what_by_hand(tmp_path: Path) -> None:
    """Along three random runs, three-way with text: states, and who knows what in each, are those of the engine."""
    name = "who knows what,three-way"
    asked, (views, formulas) = models.knowing(configs()[name])
    local = LocalStates(asked, views, formulas)
    assert local.run() == ""
    runs = []
    for seed in range(3):
        random, steps, state = Random(seed), list[Step](), asked.initial[0]
        while len(steps) < 20 and (able := list(enabled(asked, state))):
            steps.append(random.choice(able))
            state = steps[-1].state
        runs.append(Run(asked.initial[0], tuple(steps)))
    paths = [[[asked.rules.index(s.rule), *s.inputs.values()] for s in run.steps] for run in runs]
    program = (
        f"const of=modelNamed({json.dumps(name)}),ask=knowing(of,()=>0),first_=of.initial[0];"
        f"show({json.dumps(paths)}.map((path)=>{{let s=first_;return ask([s,...path.map(([rule,...inputs])=>"
        "(s=of.rules[rule].fire(s,...inputs)))]);}));"
    )
    wanted = [[[bool(one) for one in state] for state in local.along(run, formulas)] for run in runs]
    assert in_node(program, tmp_path) == wanted
    assert sum(any(state) for run in wanted for state in run) > 5


@needs_node
def test_only_what_a_claim_asks_is_judged_where_its_run_began(tmp_path: Path) -> None:
    """Claims that share a search share a model; by hand all that is asked of a playground counts."""
    program = (
        "const names=(id)=>{const place=PLACES[id];enter({place,run:[],at:0});"
        "model.properties.push({...model.properties[0]??{kind:'always',parts:[],holds:()=>true},name:'another'});"
        "return asked(first,first).map((one)=>one.name);};show(['half-open-two-way','opening,two-way'].map(names));"
    )
    assert in_node(program, tmp_path) == [["half-open"], ["half-open", "client-can-receive", "another"]]


# -- the runs in it --


def played(one: Mapping[str, Any]) -> tuple[AnyNetwork, System, Run]:
    """The run of a claim in the page, under the reference meaning."""
    (row,) = (row for row in rows() if any(one["id"] == _id(row, run.label) for run in row.evidence))
    (run,) = (run for run in row.evidence if one["id"] == _id(row, run.label))
    network = row.task.claim.network(row.task.config)
    if row.task.claim.scenario:
        assert isinstance(row.task.config, Config)
        story = row.task.claim.story(row.task.variant)
        scenario = read_scenario(Path(properties.__file__).parent / "scenarios" / story, row.task.config)
        return network_of(scenario.config), *run_scenario(scenario)
    asked = network.system(*([row.task.claim.asked_of(network)] if row.task.claim.searched else []))
    if isinstance(row.task.claim.question, Knowledge):
        asked = asked_of(row.task).system
    assert run.playable is not None
    state = dict(zip(asked.var, run.playable.begins, strict=True)) if run.playable.begins else asked.initial[0]
    steps = []
    begin = state
    for place, *inputs in run.playable.steps:
        rule = asked.rules[place]
        chosen = dict(zip(rule.choose, inputs, strict=True))
        after = fire(rule, chosen, state)
        assert after is not None
        state = after
        steps.append(Step(rule, chosen, state))
    return network, asked, Run(begin, tuple(steps))


def _id(row: TaskResult, label: str) -> str:
    from model.questions.task import stem

    return stem(row.task.claim.name, row.task.variant, label)


RUNS = (
    "show(CONTENT.runs.map((place)=>{enter({place,run:recorded(place),at:place.steps.length});"
    "const f=segments().flights;return {id:place.id,names:now.run.map((one)=>model.rules[one.rule].name),"
    "last:state().map(String),flights:f.map((f)=>[f.source,f.target,f.text,f.sent,f.copies,"
    "f.end==='send'?null:f.end,f.ended]),told:f.map((f)=>f.told??f.text),pcap:[...saved.pcap()],story:saved.scenario()};}));"
)


@needs_node
def test_the_runs_of_the_check_are_replayed_and_their_files_are_those_of_the_command_line(tmp_path: Path) -> None:
    """Of every run: its rules and last state, which segment arrives where and its name, the capture, the scenario."""
    found = in_node(RUNS, tmp_path)
    assert len(found) >= len(SHOWN)
    assert any(not one["story"] for one in found)  # Of time and servers there is no scenario.
    for one in found:
        network, asked, run = played(one)
        steps = history(run, network.fifo)
        assert one["names"] == [step.rule.name for step in run.steps]
        assert numbers(one["last"]) == values(run.states[-1])
        assert one["flights"] == [listed(flight) for flight in flights(steps)]
        named = {h.segment: h.text for step in relative(run, steps) for h in step}
        assert one["told"] == [named[number] for number in sorted(named)]
        whole = seen(packets(run, network.fifo))
        assert bytes(one["pcap"]) == capture(whole, moments(asked, run), hosts(network.lanes), network.window)
        if one["story"]:
            assert told_again(one["story"], tmp_path) == one["names"]


def listed(flight: Flight) -> list[Any]:
    return [flight.source, flight.target, flight.text, flight.sent, [*flight.copies], flight.end, flight.ended]


def told_again(story: str, folder: Path) -> list[str]:
    """The rules of the run that --scenario makes of a saved scenario."""
    (folder / "saved.story").write_text(story)
    _, run = run_scenario(read_scenario(folder / "saved.story"))
    return [step.rule.name for step in run.steps]


WALK = (
    "const show_=(f)=>[f.source,f.target,f.text,f.sent,f.copies,f.end==='send'?null:f.end,f.ended];"
    "const known=%s;show(known.map((path)=>{const {place,run,at,problem}=addressed(path);enter({place,run,at});"
    "const f=segments().flights;return [problem,address(now),run.map((one)=>model.rules[one.rule].name),"
    "saved.scenario(),[...saved.pcap()],f.map(show_),f.map((f)=>f.told??f.text)];}));"
)


@needs_node
@pytest.mark.parametrize("name", [HALF_OPEN, *BY_HAND])
def test_runs_by_hand_are_in_their_address_and_their_files_tell_them(name: str, tmp_path: Path) -> None:
    """Four random runs of 30 steps: address, scenario and capture have the run, as the command line tells it."""
    version, asked, known = models.digest(page.hand_models()), system(name), []
    for seed in range(4):
        random, steps, state = Random(seed), [], asked.initial[0]
        for _ in range(30):
            steps.append(random.choice(list(enabled(asked, state))))
            state = steps[-1].state
        known.append(Run(asked.initial[0], tuple(steps)))
    paths = [
        f"{name}/{version}/30/"
        + "-".join(".".join(map(str, [asked.rules.index(s.rule), *s.inputs.values()])) for s in run.steps)
        for run in known
    ]
    network = network_of(configs()[name])
    for run, path, (problem, again, names, story, pcap, flown, told) in zip(
        known, paths, in_node(WALK % json.dumps(paths), tmp_path), strict=True
    ):
        assert (problem, again) == ("", path)
        assert names == [step.rule.name for step in run.steps]
        assert told_again(story, tmp_path) == names
        happened = history(run, network.fifo)
        assert flown == [listed(flight) for flight in flights(happened)]
        named = {h.segment: h.text for step in relative(run, happened) for h in step}
        assert told == [named[number] for number in sorted(named)]
        whole = seen(packets(run, network.fifo))
        assert bytes(pcap) == capture(whole, moments(asked, run), hosts(network.lanes), network.window)


@needs_node
@pytest.mark.parametrize(
    ("path", "problem", "length"),
    [
        ("", "", 0),
        ("four-way/1/0/", "The address names no run.", 0),
        ("constructor/1/0/", "The address names no run.", 0),
        ("opening,two-way/1/1/0", "The address is of another version of this page; its run may differ.", 1),
        ("opening,two-way/1/9/0-0-0", "A step of the address is not possible; the run ends before it.", 1),
        ("half-open-two-way/1/9/<script>", "A step of the address is not possible; the run ends before it.", 0),
    ],
)
def test_an_address_that_is_no_run_is_told(path: str, problem: str, length: int, tmp_path: Path) -> None:
    found = in_node(f"show(addressed({json.dumps(path)}));", tmp_path)
    assert (found["problem"], len(found["run"]), found["at"]) == (problem, length, length)


@needs_node
def test_what_is_possible_is_a_segment_or_an_event(tmp_path: Path) -> None:
    """After a SYN: it can be delivered, copied and lost; nothing that is possible is left out."""
    program = (
        "const {place,run}=addressed('opening,three-way//1/0'),model=modelNamed(place.model),now_=run[0].state,"
        "p=possible(model,now_);show([p.segments.map((one)=>[one.key,one.text,Object.keys(one.steps)]),"
        "p.events.length+p.segments.flatMap((one)=>Object.keys(one.steps)).length,[...steps(model,now_)].length]);"
    )
    segments, shown, able = in_node(program, tmp_path)
    assert segments == [["A>B.0", "<SEQ=1><CTL=SYN>", ["arrive", "arrive-copy", "lose"]]]
    assert shown == able


@needs_node
def test_another_protocol_has_the_same_schedule_as_far_as_it_goes(tmp_path: Path) -> None:
    """The four steps to half-open, three-way: the SYN that arrives makes SYN-RECEIVED."""
    program = (
        "const place=PLACES['half-open-two-way'],run=recorded(place),to=modelNamed('opening,three-way');"
        "show(again(modelNamed(place.model),firstState(place),run,to,to.initial[0]).map((one)=>to.rules[one.rule].name));"
    )
    assert in_node(program, tmp_path) == [
        "B: passive OPEN", "A: active OPEN", "A: CLOSE in SYN-SENT", "B: LISTEN, SYN arrives",
    ]  # fmt: skip


@needs_node
@pytest.mark.parametrize(
    ("steps", "possible"),
    [
        (("B: SYN-RECEIVED, ACK of our SYN arrives", "A: CLOSE in ESTABLISHED"), 0),
        (("B: RETRANSMISSION of SYN,ACK in SYN-RECEIVED",), 0),
        (("A: CLOSE in ESTABLISHED",), 1),
    ],
)
def test_a_schedule_ends_where_a_step_is_not_possible(steps: tuple[str, ...], possible: int, tmp_path: Path) -> None:
    """Two-way no third segment is sent, so none arrives, and what comes later is not done; nor is it the other side's.

    B retransmits its SYN,ACK before A has it; two-way A alone could.
    """
    begins = ["B: passive OPEN", "A: active OPEN", "B: LISTEN, SYN arrives", "A: SYN-SENT, SYN,ACK arrives"]
    begins = begins[: 3 if "RETRANSMISSION" in steps[0] else 4]
    program = (
        "const from=modelNamed('opening,three-way'),to=modelNamed('opening,two-way');let state_=from.initial[0];"
        f"const run={json.dumps([*begins, *steps])}.map((name)=>{{const step=[...steps(from,state_)].find((one)=>"
        "from.rules[one.rule].name===name);state_=step.state;return step;});"
        "show(again(from,from.initial[0],run,to,to.initial[0]).map((one)=>to.rules[one.rule].name));"
    )
    assert len(in_node(program, tmp_path)) == len(begins) + possible


@needs_node
def test_common_knowledge_joins_what_looks_the_same_to_one_of_the_sides(tmp_path: Path) -> None:
    """To A the first two states look the same, to B the second and third: a chain; the fourth stands apart."""
    joined = in_node("show([...joined([Int32Array.of(0,0,1,2),Int32Array.of(0,1,1,2)])]);", tmp_path)
    assert len(set(joined[:3])) == 1
    assert joined[3] not in joined[:3]


def test_a_story_whose_sends_differ_in_size_is_not_played() -> None:
    claim = find("rfc1337-figure-3")
    assert claim is not None
    options = Options(Path("/nowhere"), NO_LIMITS, Pictures(()), [])
    (row,) = (row for some in answered(tasks_of([claim])[:1], options, lambda *_: None) for row in some)
    assert row.evidence
    assert row.evidence[0].playable is None


def test_what_conditions_say_is_there_in_chinese() -> None:
    """Of the playgrounds and of the runs: those have timers and a table, which playgrounds have not."""
    data, packed = content()
    of_runs, by_hand = models.conditions_in(packed), models.conditions_in(page.hand_models())
    assert set(of_runs) - set(by_hand)
    assert {*of_runs, *by_hand} <= data["parts"].keys()
    assert all(data["parts"][says] != says for says in {*of_runs, *by_hand})


# -- in a browser --


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium without a window."""
    webdriver = pytest.importorskip("selenium.webdriver")
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.skip("no chromium with chromedriver is installed")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    made = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield made
    made.quit()


@pytest.fixture
def opened(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """The page opened from disk; after the test: it has asked for nothing, and nothing has gone wrong."""
    (tmp_path / page.NAME).write_text(text())
    browser.get((tmp_path / page.NAME).as_uri())
    ready(browser)
    yield browser
    asked = browser.execute_script("return performance.getEntriesByType('resource').map((one)=>one.name)")
    assert [name for name in asked if not name.startswith(("blob:", "data:"))] == []
    assert browser.get_log("browser") == []


def ready(browser: Any) -> None:
    until(browser, "document.getElementById('where') !== null")


def names(browser: Any) -> list[str]:
    """The rules of the run that the page shows."""
    found: list[str] = browser.execute_script("return now.run.map((step)=>model.rules[step.rule].name)")
    return found


def until(browser: Any, condition: str) -> None:
    from selenium.webdriver.support.wait import WebDriverWait

    WebDriverWait(browser, 30, 0.05).until(lambda one: one.execute_script(f"return {condition}"))


def press(browser: Any, *keys: str) -> None:
    for key in keys:
        browser.switch_to.active_element.send_keys(key)


def keyed(browser: Any, key: str) -> Any:
    """The button of this name."""
    return browser.find_element("css selector", f'[data-key="{key}"]')


def click(browser: Any, key: str) -> None:
    browser.execute_script("arguments[0].click()", keyed(browser, key))


def tab_to(browser: Any, key: str) -> None:
    """Go by Tab until this button has the focus."""
    from selenium.webdriver.common.keys import Keys

    for _ in range(90):
        if browser.switch_to.active_element.get_attribute("data-key") == key:
            return
        press(browser, Keys.TAB)
    raise AssertionError(f"{key} cannot be reached")


def parts(opened: Any) -> list[Any]:
    """What is said of the parts of the properties now."""
    return list(opened.find_elements("css selector", "#properties-section .parts li"))


def test_half_open_is_found_in_the_page_with_the_keyboard_alone_and_a_link_shows_it(opened: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    run = outcome(HALF_OPEN, "half-open").run
    assert run is not None
    assert {one.text.split(":")[0] for one in parts(opened)} == {"✓ has not happened"}
    opened.find_element("tag name", "body").send_keys(Keys.TAB)
    tab_to(opened, "handshake=three-way")
    press(opened, Keys.ARROW_RIGHT)  # Of the two handshakes the other one.
    assert opened.execute_script("return now.place.id") == HALF_OPEN
    tab_to(opened, "find half-open")
    press(opened, Keys.ENTER)
    until(opened, "now.run.length > 0")
    assert names(opened) == [step.rule.name for step in run.steps]
    said = opened.find_element("id", "said").text
    happened = "✗ HAS HAPPENED: B is open, its peer is gone, and nobody has ever accepted its SYN"
    assert happened in [one.text for one in parts(opened)]
    assert said.startswith("half-open is violated after 4 more steps")
    link, ladder = opened.current_url, opened.find_element("id", "ladder").get_attribute("innerHTML")
    opened.get("about:blank")
    opened.get(link)
    ready(opened)
    assert names(opened) == [step.rule.name for step in run.steps]
    assert opened.find_element("id", "ladder").get_attribute("innerHTML") == ladder
    press(opened, Keys.ARROW_LEFT)
    assert opened.find_element("id", "where").text == "step 3 of 4"


def test_buttons_make_a_run_and_a_search_can_be_stopped(opened: Any) -> None:
    for words in ("active OPEN", "passive OPEN", "Deliver: LISTEN, SYN", "Deliver: SYN-SENT, SYN,ACK", "Lose"):
        (one, *_) = [b for b in opened.find_elements("css selector", "#happen button") if b.text.startswith(words)]
        opened.execute_script("arguments[0].click()", one)
    row = opened.find_element("css selector", "#tcb-section tbody tr").text
    assert row.split()[1:] == ["ESTABLISHED", "SYN-RECEIVED"]
    click(opened, "find half-open")
    until(opened, "document.getElementById('progress')?.textContent.includes('states')")
    click(opened, "stop")
    assert opened.find_element("id", "said").text == "The search is stopped; nothing is known."
    assert opened.execute_script("return now.search") is None
    assert opened.switch_to.active_element.get_attribute("data-key") == "find half-open"
    click(opened, "first")
    assert opened.find_element("id", "where").text == "step 0 of 5"


def test_the_end_of_a_segment_is_dragged_to_where_it_shall_go(opened: Any) -> None:
    """A's SYN: to the other side it is delivered, out of the lines it is lost, a little way off it stays."""
    from selenium.webdriver.common.action_chains import ActionChains

    click(opened, "0")
    for far, wanted in ((20, 1), (0, 2), (-200, 2)):
        handle = opened.find_element("css selector", "circle.handle")
        opened.execute_script("arguments[0].scrollIntoView({block: 'center'})", handle)
        target = opened.execute_script(
            "const c=arguments[0],s=c.ownerSVGElement,b=s.getBoundingClientRect(),v=s.viewBox.baseVal.width;"
            "return [(v-112-Number(c.getAttribute('cx')))*b.width/v,b.width]",
            handle,
        )
        to = round(target[0]) if far == 0 else far
        ActionChains(opened).click_and_hold(handle).move_by_offset(to, 4).release().perform()
        assert len(names(opened)) == wanted
        if far == 0:
            assert names(opened)[-1] == "B: CLOSED, segment without ACK arrives"
            click(opened, "back")
    assert names(opened)[-1] == "network loses a segment for B"


def test_a_run_stands_beside_the_same_schedule_and_both_are_played(opened: Any) -> None:
    click(opened, "begin half-open-two-way")
    click(opened, "beside")
    said = opened.find_element("css selector", "#beside p").text
    assert said.startswith("Two-way, a SYN arrives at B in step 4, and B is ESTABLISHED at once; three-way")
    both = opened.find_elements("css selector", "#beside svg")
    assert ["ESTABLISHED" in one.text for one in both] == [True, False]
    assert both[1].text.count("continued") == 2


def test_each_playground_says_what_it_is_for_and_how_to_begin(opened: Any) -> None:
    lines = []
    for playground in models.PLAYGROUNDS:
        click(opened, f"playground {playground.name}")
        lines.append(opened.find_element("css selector", "#protocol > .note").text)
        legends = [one.text for one in opened.find_elements("css selector", "#protocol legend")][1:]
        assert all("undefined" not in one and " " in one for one in legends)
    assert len({one.split(".")[0] for one in lines}) == len(models.PLAYGROUNDS)
    assert all("To begin, " in one for one in lines)
    click(opened, "0")
    assert "To begin, " not in opened.find_element("css selector", "#protocol > .note").text


def test_a_property_of_a_run_has_its_own_sentence_and_the_run_is_in_view(opened: Any) -> None:
    click(opened, "begin half-open-two-way")
    assert opened.execute_script("return document.getElementById('bar').getBoundingClientRect().top") < 150
    opened.execute_script("now.place.text.en.sentence='That of another property.';show()")
    assert opened.find_element("css selector", ".property > .note").text.startswith("No endpoint counts its SYN")


def test_reasons_that_many_events_share_are_folded_and_segments_have_the_names_of_the_ladder(opened: Any) -> None:
    click(opened, "0")
    opened.find_element("css selector", "#impossible > summary").click()
    until(opened, "document.querySelectorAll('#impossible details').length > 1")
    folds = [one.text for one in opened.find_elements("css selector", "#impossible details summary")]
    assert "It is false that a segment is under way to A: " in folds[0] + folds[1]
    assert len([one for one in opened.find_elements("css selector", "#impossible li") if one.is_displayed()]) < 15
    told = opened.find_element("id", "impossible").get_attribute("textContent")
    assert "of <SEQ=a><CTL=SYN>" in told
    assert "of <SEQ=1>" not in told


def test_a_saved_scenario_is_named_with_what_checks_it(opened: Any) -> None:
    click(opened, "0")
    click(opened, "save story")
    said = opened.find_element("id", "said").text
    assert said == "Saved as run.story. Check it with: python -m model.check --scenario run.story"


@pytest.mark.parametrize("width", [360, 1100, 1500])
def test_the_ladder_is_as_wide_as_its_column_and_no_text_shrinks(opened: Any, width: int) -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    opened.refresh()
    ready(opened)
    drawn, shown, column = opened.execute_script(
        "const s=document.querySelector('#ladder svg');"
        "return [s.viewBox.baseVal.width,s.getBoundingClientRect().width,s.parentNode.clientWidth]"
    )
    assert shown > drawn * 0.95
    assert shown > column * 0.9


def test_the_page_speaks_chinese_and_a_link_does_too(opened: Any) -> None:
    click(opened, "speak zh")
    assert opened.title == "为什么要三个报文段，而不是两个？"
    assert opened.execute_script("return document.documentElement.lang") == "zh"
    link = opened.current_url
    opened.get("about:blank")
    opened.get(link)
    ready(opened)
    assert opened.title == "为什么要三个报文段，而不是两个？"


@pytest.mark.parametrize(
    ("scheme", "language"),
    [
        ("light", "en"),
        ("dark", "zh"),
        *(pytest.param(*one, marks=pytest.mark.long) for one in (("light", "zh"), ("dark", "en"))),
    ],
)
def test_a_checker_of_accessibility_finds_nothing(opened: Any, scheme: str, language: str) -> None:
    axe = pytest.importorskip("axe_core_python.selenium")
    scheme_now = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme_now)
    click(opened, f"speak {language}")
    click(opened, "begin half-open-two-way")
    click(opened, "last")
    click(opened, "beside")
    opened.execute_script("document.querySelectorAll('details').forEach((one)=>{one.open=true})")
    found = axe.Axe().run(opened)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []


@pytest.mark.parametrize("width", [360, 1024, 1920])
def test_the_page_is_as_wide_as_the_window(opened: Any, width: int) -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    opened.refresh()
    ready(opened)
    click(opened, "begin half-open-two-way")
    click(opened, "beside")
    wide, room = opened.execute_script(
        "const {scrollWidth,clientWidth}=document.documentElement;return [scrollWidth,clientWidth]"
    )
    assert room > width - 20
    assert wide == room
