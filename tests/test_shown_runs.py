"""What a reader meets first: client and server, relative numbers, the order of steps, what has happened, slides."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from model.check import main
from model.core.answer import Limits
from model.core.property import Property
from model.core.run import Run, choices, confirm, fire
from model.core.system import System
from model.engines.explicit.search import explore
from model.network.make import AnyNetwork, network_of
from model.pictures import numbers
from model.pictures.dark import TWINS, for_light_and_dark
from model.pictures.dot import text
from model.pictures.flights import history
from model.pictures.formats.mermaid import mermaid
from model.pictures.ladder import ladder
from model.pictures.lifelines import headings, with_roles
from model.pictures.numbers import initial_numbers, relative
from model.pictures.order import in_order
from model.pictures.render import RENDERERS, Pictures, draw
from model.pictures.rungs import rung_lines, rungs
from model.questions.answering import answered
from model.questions.scenario import read_scenario, run_scenario
from model.questions.task import Options, Task, TaskResult
from properties.claim import Claim, Knowledge
from properties.claims import CLAIMS, find
from tests.greeting import COPY, OLD, STAYS, greeting, story
from tests.imports import ROOT

FOLDER = Path(__file__).parent.parent / "properties" / "scenarios"
Found = tuple[AnyNetwork, System, Property, Run]


@cache
def found(name: str, variant: str) -> Found:
    """The run that a search finds for a variant of a claim, as it comes."""
    claim = find(name)
    assert claim is not None
    network = network_of(next(cell.config for cell in claim.cells if cell.variant == variant))
    prop = claim.asked_of(network)
    assert isinstance(prop, Property)
    system = network.system(prop)
    run = explore(system, limits=Limits(), cone=True)[prop.name].run
    assert run is not None
    return network, system, prop, run


def shown(name: str, variant: str) -> Found:
    """The same in canonical order."""
    network, system, prop, run = found(name, variant)
    return network, system, prop, in_order(system, prop, run)


def events(trace: Run) -> list[str]:
    """The names of the rules that fire."""
    return [step.rule.name for step in trace.steps]


# -- the canonical order -------------------------------------------------------------------------------------------


def rank(trace: Run, at: int) -> int:
    """0 for a passive OPEN, 1 for another call, else 2."""
    rule = trace.steps[at].rule
    return 0 if rule.call == "passive OPEN" else 1 if rule.kind == "call" else 2


def could_change_places(trace: Run, at: int) -> bool:
    """Whether the steps `at` and `at + 1` are possible in the other order, with the same state after them."""
    one, two, state = trace.steps[at], trace.steps[at + 1], trace.states[at]
    between = [after for choice in choices(two.rule) if (after := fire(two.rule, choice, state)) is not None]
    return any(fire(one.rule, choice, after) == two.state for after in between for choice in choices(one.rule))


def test_the_server_listens_before_the_client_opens() -> None:
    _, _, _, trace = shown("half-open", "two-way")
    assert events(trace) == [
        "B: passive OPEN",
        "A: active OPEN",
        "A: CLOSE in SYN-SENT",
        "B: LISTEN, SYN arrives",
    ]


@pytest.mark.parametrize(
    ("name", "variant"),
    [
        ("half-open", "two-way"),
        ("client-can-receive", "two-way"),
        ("data-on-syn-held", "accepted"),
        ("figure-5", "two-way"),
    ],
)
def test_no_step_stands_behind_one_that_it_should_precede(name: str, variant: str) -> None:
    _, system, prop, before = found(name, variant)
    _, _, _, trace = shown(name, variant)
    confirm(system, prop, trace)
    assert len(trace.steps) == len(before.steps)
    assert trace.states[-1] == before.states[-1]
    assert sorted(events(trace)) == sorted(events(before))
    late = [at for at in range(len(trace.steps) - 1) if rank(trace, at) > rank(trace, at + 1)]
    last = len(trace.steps) - 2
    assert not [at for at in late if could_change_places(trace, at) and (prop.kind != "step" or at != last)]


def test_a_call_moves_before_what_it_need_not_wait_for_and_a_copy_may_have_another_slot() -> None:
    toy = greeting()
    trace = story(toy, ["A: greet", "A: greet again", COPY, "A: WELCOME arrives", "B: HELLO arrives", "A: end"])
    assert events(in_order(toy, None, trace)) == [*events(trace)[:4], "A: end", "B: HELLO arrives"]
    assert in_order(toy, STAYS, trace) == trace, "the last step is what shows it"


# -- relative numbers ----------------------------------------------------------------------------------------------


def segments(trace: Run) -> list[str]:
    """The texts of what is sent, as they are shown."""
    return [one.text for step in relative(trace, history(trace)) for one in step if one.action == "send"]


def test_the_numbers_of_figure_6_are_those_of_the_rfc_and_relative_if_they_were_narrow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, trace = run_scenario(read_scenario(FOLDER / "figure-6.story"))
    assert segments(trace)[:3] == [
        "<SEQ=100><CTL=SYN>",
        "<SEQ=300><ACK=101><CTL=SYN,ACK>",
        "<SEQ=101><ACK=301><CTL=ACK>",
    ]
    assert initial_numbers(trace) == ("", "")
    monkeypatch.setattr(numbers, "number_bits", lambda _: 32)
    assert segments(trace)[:3] == ["<SEQ=a><CTL=SYN>", "<SEQ=b><ACK=a+1><CTL=SYN,ACK>", "<SEQ=a+1><ACK=b+1><CTL=ACK>"]
    assert initial_numbers(trace) == ("a, b", "initial sequence numbers of A, B")


def test_half_open_is_read_from_its_ladder() -> None:
    network, system, _, trace = shown("half-open", "two-way")
    assert rung_lines(rungs(system, trace, network.lanes), 90) == [
        "step  A (client)                                        B (server)",
        "      CLOSED                                            CLOSED",
        "   1                                 (passive OPEN)     LISTEN",
        "   2  SYN-SENT    --> <SEQ=a><CTL=SYN>              ...              active OPEN",
        "   3  CLOSED          (CLOSE)",
        "   4  (sent in 2) ... <SEQ=a><CTL=SYN>              --> ESTABLISHED",
        "                  ... <SEQ=b><ACK=a+1><CTL=SYN,ACK> <-- ESTABLISHED",
        "      (a, b: initial sequence numbers of A, B)",
    ]


def test_numbers_of_a_later_incarnation_have_a_prime_and_old_segments_keep_their_names() -> None:
    _, _, _, trace = shown("agreement", "two-way, ABORT")
    old = [one for step in relative(trace, history(trace)) for one in step if one.action.startswith("arrive")]
    assert segments(trace) == [
        "<SEQ=a><CTL=SYN>",
        "<SEQ=b><ACK=a+1><CTL=SYN,ACK>",
        "<SEQ=b+1><CTL=RST>",
        "<SEQ=b'><ACK=a+1><CTL=SYN,ACK>",
    ]
    assert {one.text for one in old} <= set(segments(trace))
    assert initial_numbers(trace) == ("a, b", "initial sequence numbers of A, B; b': chosen later")


@pytest.mark.parametrize(
    ("name", "variant", "said"),
    [
        ("old-duplicates-need-fresh-isns", "server repeats its ISN", "b is chosen twice"),
        ("stray-reset", "numbers pass 0", "0 is b+2"),
    ],
)
def test_the_legend_says_which_numbers_are_the_same(name: str, variant: str, said: str) -> None:
    _, _, _, trace = shown(name, variant)
    assert initial_numbers(trace) == ("a, b", f"initial sequence numbers of A, B; {said}")


# -- client and server ---------------------------------------------------------------------------------------------


def test_client_and_server_are_named_where_they_differ() -> None:
    system, trace = run_scenario(read_scenario(FOLDER / "figure-6.story"))
    lanes = {"A": {"A": "A.state"}, "B": {"B": "B.state"}}
    assert headings(lanes, trace) == ["A (client)", "B (server)"]
    assert (
        with_roles("B is open, and A's peer is gone", lanes, trace) == "server B is open, and client A's peer is gone"
    )
    _, both = run_scenario(read_scenario(FOLDER / "figure-8.story"))
    assert headings(lanes, Run(both.initial, ())) == ["A", "B"]
    assert system.var["A.state"]


# -- other forms ---------------------------------------------------------------------------------------------------


def test_mermaid_has_participants_notes_and_arrows() -> None:
    network, system, _, trace = shown("half-open", "two-way")
    assert mermaid(system, trace, network.lanes, title="half-open: two-way").splitlines() == [
        "---",
        "title: 'half-open: two-way'",
        "---",
        "sequenceDiagram",
        "    participant A as A (client)",
        "    participant B as B (server)",
        "    Note over A: CLOSED",
        "    Note over B: CLOSED",
        "    Note over B: 1. passive OPEN",
        "    Note over B: LISTEN",
        "    Note over A: 2. active OPEN",
        "    Note over A: sends SEQ=a CTL=SYN, under way until step 4",
        "    Note over A: SYN-SENT",
        "    Note over A: 3. CLOSE",
        "    Note over A: CLOSED",
        "    A->>B: SEQ=a CTL=SYN (sent in step 2)",
        "    Note over B: 4. SYN arrives",
        "    Note over B: sends SEQ=b ACK=a+1 CTL=SYN,ACK, still in the network",
        "    Note over B: ESTABLISHED",
        "    Note over A,B: a, b: initial sequence numbers of A, B",
    ]


@pytest.mark.usefixtures("in_this_process")
def test_slides_png_and_the_index(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["half-open", "--engine", "explicit", "--out", str(tmp_path), "--write", "png,slides,mermaid"]
    assert main([*command, "--json", str(tmp_path / "report.json")]) == 0
    capsys.readouterr()
    claims = json.loads((tmp_path / "report.json").read_text())["claims"]
    (row,) = [one for one in claims if one["variant"] == "two-way"]
    slides = sorted((tmp_path / "half-open-two-way-slides").glob("*.svg"))
    assert [slide.name for slide in slides] == [f"{n:02}.svg" for n in range(len(row["trace"]) + 1)]
    assert len({re.search('viewBox="[^"]*"', slide.read_text())[0] for slide in slides}) == 1  # type: ignore[index]
    assert [slide.read_text().count(">SYN arrives<") for slide in slides] == [0, 0, 0, 0, 1]
    assert slides[-1].read_bytes() == (tmp_path / "half-open-two-way.svg").read_bytes()
    assert (tmp_path / "half-open-two-way.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "half-open-two-way.mmd").read_text().startswith("---\ntitle: ")
    index = (tmp_path / "pictures.html").read_text()
    assert index.index("<h2>S2 ") < index.index("half-open-two-way.svg")
    assert "Here server B is open, its peer is gone, and nobody has ever accepted its SYN." in index
    pictures = re.findall('img src="([^"]*)"', index)
    assert len(pictures) >= 1
    assert all((tmp_path / picture).exists() for picture in pictures)


def test_without_a_renderer_there_is_a_reason_and_no_png(tmp_path: Path) -> None:
    pictures = Pictures([], png=True)
    pictures.draw("digraph {}", tmp_path / "toy", "neato")
    ((picture,), problems) = [*pictures.finish()[0].values()], pictures.finish()[1]
    assert problems == []
    assert picture.svg is None
    assert picture.reason.startswith("no picture; ")
    assert [path.name for path in tmp_path.iterdir()] == ["toy.dot"]


# -- colours, and room for everything ------------------------------------------------------------------------------


def test_every_colour_has_one_for_the_dark() -> None:
    toy = greeting()
    lanes = {"A": {"A": "A.state"}, "B": {"B": "B.state"}}
    dot = ladder(toy, story(toy, OLD), title="A toy", lanes=lanes, caption="It is so.", shows="It has happened.")
    named = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "model" / "pictures").glob("*.py"))
    light = set(re.findall(r"#[0-9a-f]{6}", named)) - {*TWINS.values()}
    assert light == {colour for colour in TWINS if colour.startswith("#")}
    assert set(re.findall(r"#[0-9a-f]{6}", dot)) <= light
    for name in RENDERERS if shutil.which("dot") else ["graphviz-pure"]:
        svg = draw(name, dot, "neato")
        ElementTree.fromstring(svg)
        assert svg.count(b"prefers-color-scheme:dark") == 1
        used = re.findall(rb'(?:fill|stroke)="(#\w{6}|black|white)"', svg)
        assert {one.decode() for one in used} <= set(TWINS)


def test_the_style_comes_first_in_the_picture() -> None:
    assert for_light_and_dark(b'<?xml?><svg width="1"><g/></svg>').startswith(b'<?xml?><svg width="1">\n<style>@media')


Box = tuple[str, float, float, float, float]
TEXT = r'^ *"(.*?)" \[pos="(.*?),(.*?)!", label="((?:[^"\\]|\\.)+)", width=([\d.]+), .*?fontsize=([\d.]+)(.*)'


def boxes(dot: str) -> Iterator[Box]:
    """What the words of each text cover: its name; left, right, top and bottom, in points."""
    for name, x, y, label, width, size, look in re.findall(TEXT, dot, re.MULTILINE):
        lines, char = (
            re.split(r"\\[nlr]", label.removesuffix("\\l").removesuffix("\\r")),
            0.6 if "Mono" in look else 0.5,
        )
        half, reach = 36 * float(width), max(map(len, lines)) * char * float(size)
        middle, centre, high = 72 * float(x), -72 * float(y), len(lines) * 0.55 * float(size)
        left = middle - half if label.endswith("\\l") else middle + half - reach if label.endswith("\\r") else None
        start = middle - reach / 2 if left is None else left
        yield name, start, start + reach, centre - high, centre + high


def overlaps(dot: str) -> list[tuple[str, str]]:
    """Pairs of texts that overlap by more than a point."""
    found = [*boxes(dot)]
    return [
        (one[0], two[0])
        for at, one in enumerate(found)
        for two in found[at + 1 :]
        if min(one[2], two[2]) - max(one[1], two[1]) > 1 and min(one[4], two[4]) - max(one[3], two[3]) > 1
    ]


def test_texts_that_overlap_are_found() -> None:
    one = text("one", (0, 0), ["some words"], 100)
    assert overlaps("\n".join([one, text("two", (30, 5), ["others"], 100)])) == [("one", "two")]
    assert overlaps("\n".join([one, text("two", (30, 15), ["others"], 100)])) == []
    assert overlaps("\n".join([one, text("two", (80, 0), ["others"], 200, align="l")])) == []


def rows_of(claims: list[Claim], out: Path) -> list[TaskResult]:
    """The rows of all variants that have runs: what must fail, and stories."""
    tasks = [
        Task(claim, cell.variant, cell.config, cell.expected)
        for claim in claims
        for cell in claim.cells
        if cell.expected == ("holds" if claim.scenario else "fails")
    ]
    options = Options(out, Limits(), Pictures([]), [])
    rows = [row for batch in answered(tasks, options, lambda *_: None) for row in batch]
    options.pictures.finish()
    return rows


def check_pictures(out: Path) -> None:
    """No text on another, no number modulo 16, no double negation."""
    found = sorted(out.glob("*.dot"))
    assert found
    for path in found:
        dot = path.read_text()
        assert overlaps(dot) == [], path.name
        assert "modulo" not in dot
        assert "Broken here" not in dot


SEVERAL = ("half-open", "data-on-syn-held", "figure-5", "live-client-is-served", "dead-peer-releases-slot")


@pytest.mark.parametrize("every", [pytest.param(1, marks=pytest.mark.long), 7])
def test_nothing_overlaps_in_stories_and_in_some_counterexamples(every: int, tmp_path: Path) -> None:
    rows_of([claim for claim in CLAIMS if claim.scenario or claim.name in SEVERAL][::every], tmp_path)
    check_pictures(tmp_path)


@pytest.mark.minutes
def test_nothing_overlaps_in_any_counterexample_and_each_says_what_has_happened(tmp_path: Path) -> None:
    for row in rows_of(list(CLAIMS), tmp_path):
        claim = row.task.claim
        shows = not claim.scenario and not claim.study and not isinstance(claim.question, Knowledge)
        if shows and row.answer.bad and row.evidence:  # Of knowledge the caption says what is false.
            assert row.evidence[0].decides, (claim.name, row.task.variant)
    check_pictures(tmp_path)


def test_what_the_end_of_a_run_only_causes_is_drawn_and_is_no_step(tmp_path: Path) -> None:
    claim = find("fin-restarts-nothing")
    assert claim is not None
    (row,) = rows_of([claim], tmp_path)
    assert row.evidence[0].steps[-1]["event"] == "RETRANSMISSION of FIN in LAST-ACK"
    dot = (tmp_path / "fin-restarts-nothing-as-the-rfc-means-it.dot").read_text()
    found = {name: (label, y) for name, _, y, label, *_ in re.findall(TEXT, dot, re.MULTILINE)}
    assert [found[f"number {n}"][0] for n in range(1, 5)] == ["1.", "2.", "3.", "then"]
    assert found["event 4"][0] == "unacceptable segment arrives\\r"
    assert float(found["what has happened"][1]) < float(found["number 4"][1]), "it stands below"
