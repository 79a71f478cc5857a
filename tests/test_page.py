"""The page is the model: one file without an address in it, whose runs are those of the engine."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from model.check import main
from model.core.answer import Outcome
from model.core.run import Run, enabled
from model.core.system import System
from model.engines.explicit.search import explore
from model.page import page
from model.pictures.flights import Flight, flights, history

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no JavaScript (node) is installed")


@cache
def text() -> str:
    return page.page()


@cache
def system(handshake: str) -> System:
    return page.system_of(page.HANDSHAKES[handshake])


@cache
def outcome(handshake: str, name: str) -> Outcome:
    """What the engine says of a property."""
    asked = system(handshake)
    (prop,) = (one for one in asked.properties if one.name == name)
    return explore(asked, properties=[prop])[name]


def in_node(program: str, folder: Path) -> Any:
    """What a program prints as JSON that has all of the page but what shows it."""
    (folder / "main.js").write_text(f"{page.engine()}\n{program}")
    done = subprocess.run(["node", folder / "main.js"], capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_page_is_one_small_file_that_asks_for_nothing() -> None:
    assert len(text().encode()) < 1_000_000
    for wanted in (
        "http:",
        "https:",
        "//www",
        "@import",
        "url(",
        "src=",
        '<link rel="stylesheet',
        "<!-- STYLE",
        "<!-- PAGE",
    ):
        assert wanted not in text()
    assert text().count("</script>") == text().count("<script") == 2
    assert all(f"{json.dumps(name)}:{{about:" in text() for name in page.HANDSHAKES)


def test_a_page_that_is_there_is_left_and_another_one_is_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TCP_MODEL_CACHE", str(tmp_path / "cache"))
    path = tmp_path / page.NAME
    path.write_text("<!doctype html>\n<!-- of another version -->\n")
    page.write_page(tmp_path)
    assert path.read_text() == text()
    before = path.stat()
    page.write_page(tmp_path)
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    monkeypatch.setattr(page, "page", lambda: pytest.fail("it is in the cache"))
    path.unlink()
    page.write_page(tmp_path)
    assert path.read_text() == text()


def test_a_run_writes_the_page(tmp_path: Path) -> None:
    assert main(["figure-6", "--jobs", "1", "--out", str(tmp_path)]) == 0
    assert (tmp_path / page.NAME).read_text() == text()


FIND = (
    "const [handshake,name]=%s,model=MODELS[handshake];searching(handshake,model.initial[0],name,(x)=>{"
    "if(!x.done)return;const run=x.run&&between(model,x.run);console.log(JSON.stringify({...x,run:run&&run.map((one)=>"
    "model.rules[one.rule].name),judged:run&&judged(model,run.at(-1).state)}))});"
)


@needs_node
@pytest.mark.parametrize(("name", "length"), [("half-open", 4), ("client-can-receive", 3)])
def test_the_shortest_runs_under_two_way_are_those_of_the_engine(name: str, length: int, tmp_path: Path) -> None:
    found = in_node(FIND % json.dumps(["two-way", name]), tmp_path)
    run = outcome("two-way", name).run
    assert run is not None
    assert len(run.steps) == length
    assert found["run"] == [step.rule.name for step in run.steps]
    assert [one["holds"] for one in found["judged"] if one["name"] == name] == [False]
    assert [part["holds"] for one in found["judged"] if one["name"] == name for part in one["parts"]] == [True, False]


@needs_node
@pytest.mark.long
def test_three_way_is_searched_whole(tmp_path: Path) -> None:
    found = in_node(FIND % json.dumps(["three-way", "half-open"]), tmp_path)
    effort = outcome("three-way", "half-open").effort
    assert (found["complete"], found["run"]) == (True, None)
    assert (found["states"], found["transitions"]) == (effort.states, effort.transitions)


WALK = (
    "const known=%s,show=(f)=>[f.source,f.target,f.text,f.sent,f.copies,f.end==='send'?null:f.end,f.ended];"
    "console.log(JSON.stringify(known.map((path)=>{const {run,problem}=addressed(path);"
    "const model=MODELS[path.split('/')[0]];return [problem,address(path.split('/')[0],run,run.length),"
    "run.map((one)=>model.rules[one.rule].name),flights(model,run).map(show)];})));"
)


def walked(handshake: str, seed: int) -> tuple[Run, str]:
    """A random run of 30 steps, and its address without the version."""
    asked, random, steps, written = system(handshake), Random(seed), [], []
    state = asked.initial[0]
    for _ in range(30):
        step = random.choice(list(enabled(asked, state)))
        steps.append(step)
        written.append(".".join(map(str, [asked.rules.index(step.rule), *step.inputs.values()])))
        state = step.state
    return Run(asked.initial[0], tuple(steps)), "-".join(written)


def listed(flight: Flight) -> list[Any]:
    return [flight.source, flight.target, flight.text, flight.sent, [*flight.copies], flight.end, flight.ended]


@needs_node
@pytest.mark.parametrize("handshake", page.HANDSHAKES)
def test_an_address_has_the_run_and_its_ladder_the_flights_of_the_pictures(handshake: str, tmp_path: Path) -> None:
    runs = [walked(handshake, seed) for seed in range(4)]
    version = in_node("console.log(JSON.stringify(VERSION));", tmp_path)
    paths = [f"{handshake}/{version}/30/{written}" for _, written in runs]
    for (run, _), path, (problem, again, names, flown) in zip(
        runs, paths, in_node(WALK % json.dumps(paths), tmp_path), strict=True
    ):
        assert (problem, again) == ("", path)
        assert names == [step.rule.name for step in run.steps]
        assert flown == [listed(one) for one in flights(history(run, oldest_first=False))]


@needs_node
@pytest.mark.parametrize(
    ("path", "problem", "length"),
    [
        ("", "", 0),
        ("four-way/1/0/", "The address names no run.", 0),
        ("constructor/1/0/", "The address names no run.", 0),
        ("two-way/1/1/0", "The address is of another version of this page; its run may differ.", 1),
        ("two-way/1/9/0-0-0", "Step 2 of the address is not possible; the run ends before it.", 1),
        ("two-way/1/9/<script>", "Step 1 of the address is not possible; the run ends before it.", 0),
    ],
)
def test_an_address_that_is_no_run_is_told(path: str, problem: str, length: int, tmp_path: Path) -> None:
    found = in_node(f"console.log(JSON.stringify(addressed({json.dumps(path)})));", tmp_path)
    assert (found["problem"], len(found["run"]), found["at"]) == (problem, length, length)


@needs_node
def test_what_is_possible_is_a_segment_or_an_event(tmp_path: Path) -> None:
    """After a SYN: it can be delivered, copied and lost; nothing that is possible is left out."""
    program = (
        "const model=MODELS['three-way'],{run}=addressed('three-way//1/0'),now=run[0].state,p=possible(model,now);"
        "console.log(JSON.stringify([p.segments.map((one)=>[one.key,one.text,Object.keys(one.steps)]),"
        "p.events.length+p.segments.flatMap((one)=>Object.keys(one.steps)).length,[...steps(model,now)].length]));"
    )
    segments, shown, able = in_node(program, tmp_path)
    assert segments == [["A>B.0", "<SEQ=1><CTL=SYN>", ["arrive", "arrive-copy", "lose"]]]
    assert shown == able


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
    yield browser
    asked = browser.execute_script("return performance.getEntriesByType('resource').map((one)=>one.name)")
    assert [name for name in asked if not name.startswith(("blob:", "data:"))] == []
    assert browser.get_log("browser") == []


def names(browser: Any) -> list[str]:
    """The rules of the run that the page shows."""
    found: list[str] = browser.execute_script("return run.map((step)=>model.rules[step.rule].name)")
    return found


def until(browser: Any, condition: str) -> None:
    from selenium.webdriver.support.wait import WebDriverWait

    WebDriverWait(browser, 20, 0.05).until(lambda one: one.execute_script(f"return {condition}"))


def press(browser: Any, *keys: str) -> None:
    for key in keys:
        browser.switch_to.active_element.send_keys(key)


def parts(opened: Any) -> list[Any]:
    """What is said of the parts of the properties now."""
    return list(opened.find_elements("css selector", "#properties .parts li"))


def test_half_open_is_found_in_the_page_with_the_keyboard_alone_and_a_link_shows_it(opened: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    run = outcome("two-way", "half-open").run
    assert run is not None
    assert {one.text.split(":")[0] for one in parts(opened)} == {"✓ has not happened"}
    opened.find_element("tag name", "body").send_keys(Keys.TAB)
    press(opened, Keys.ARROW_RIGHT)  # Of the two handshakes the other one.
    assert opened.execute_script("return handshake") == "two-way"
    for _ in range(60):
        if opened.switch_to.active_element.get_attribute("data-key") == "find half-open":
            break
        press(opened, Keys.TAB)
    press(opened, Keys.ENTER)
    until(opened, "run.length > 0")
    assert names(opened) == [step.rule.name for step in run.steps]
    said = opened.find_element("id", "said").text
    assert "✗ HAS HAPPENED: B is open, its peer is gone, and nobody has ever accepted its SYN" in [
        one.text for one in parts(opened)
    ]
    assert said.startswith("half-open is violated after 4 more steps")
    link, ladder = opened.current_url, opened.find_element("id", "ladder").get_attribute("innerHTML")
    opened.get("about:blank")
    opened.get(link)
    assert names(opened) == [step.rule.name for step in run.steps]
    assert opened.find_element("id", "ladder").get_attribute("innerHTML") == ladder
    press(opened, Keys.ARROW_LEFT)
    assert opened.find_element("id", "where").text == "step 3 of 4"


def test_buttons_make_a_run_and_a_search_can_be_stopped(opened: Any) -> None:
    for words in ("active OPEN", "passive OPEN", "Deliver: LISTEN, SYN", "Deliver: SYN-SENT, SYN,ACK", "Lose"):
        (one, *_) = [b for b in opened.find_elements("css selector", "#happen button") if b.text.startswith(words)]
        one.click()
    assert opened.find_element("css selector", "#tcbs tbody tr").text.split()[1:] == ["ESTABLISHED", "SYN-RECEIVED"]
    opened.find_element("css selector", "[data-key='find half-open']").click()
    until(opened, "$('progress').textContent.includes('states')")
    opened.find_element("id", "stop").click()
    assert opened.find_element("id", "said").text == "The search is stopped; nothing is known."
    assert opened.execute_script("return worker") is None
    opened.find_element("id", "first").click()
    assert opened.find_element("id", "where").text == "step 0 of 5"


@pytest.mark.parametrize("width", [360, 1024, 1920])
def test_the_page_is_as_wide_as_the_window(opened: Any, width: int) -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    opened.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    opened.refresh()
    wide, room = opened.execute_script(
        "const {scrollWidth,clientWidth}=document.documentElement;return [scrollWidth,clientWidth]"
    )
    assert room > width - 20
    assert wide == room
