"""From benchmarks and recorded cases: how fast, how strong the properties are, and how real stacks compare."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.alterations import judged_end
from docs.facts import number
from docs.markdown import Sections, code, names, table
from model.conform.capture import read_capture
from model.conform.cases import Replay
from model.conform.interpreter import Interpreter
from model.conform.own_host import exactly
from model.conform.recorded import read_cases
from model.conform.stacks import FREEBSD, LINUX, PROFILES, RFC9293, Profile

ROOT = Path(__file__).parent.parent
RESULTS, DATA = ROOT / "benchmarks" / "results", ROOT / "tests" / "data"
OURS = "explicit"
"""Our engine's name in the results."""


@cache
def results(name: str) -> Any:
    """One file of results."""
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


# -- how fast --------------------------------------------------------------------------------------------------------


def speed() -> str:
    """Seconds of every tool, by configuration."""
    measured = results("engines")["measured"]
    scales = list(dict.fromkeys(one["scale"] for one in measured))
    who = list(dict.fromkeys((one["tool"], one["workers"]) for one in measured))
    seconds = {(one["scale"], one["tool"], one["workers"]): one["seconds"] for one in measured}
    states = {one["scale"]: number(one["states"]) for one in measured}
    rows = [
        (_tool(tool), str(workers), *(_seconds(seconds.get((scale, tool, workers))) for scale in scales))
        for tool, workers in who
    ]
    return f"{machine('engines')}\n\n{table(('States', 'workers', *(states[one] for one in scales)), rows)}"


def _tool(tool: str) -> str:
    return "**our engine**" if tool == OURS else tool


def _seconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{seconds:.2f}" if seconds < 10 else f"{seconds:.0f}"


def machine(name: str) -> str:
    """What results were measured on."""
    known = results(name)["machine"]
    return f"In seconds, on {known['processors']} processors ({known['processor']}), with Python {known['python']}:"


def largest() -> str:
    """The largest configuration that SPIN searched: everybody against one of our workers; and our largest."""
    measured = results("engines")["measured"]
    compared = {one["scale"] for one in measured if one["tool"].startswith("SPIN")}
    scale = max((one for one in measured if one["scale"] in compared), key=lambda one: one["states"])["scale"]
    here = sorted((one for one in measured if one["scale"] == scale), key=lambda one: one["seconds"])
    base = next(one["seconds"] for one in here if one["tool"] == OURS and one["workers"] == 1)
    rows = [
        (_tool(one["tool"]), str(one["workers"]), _seconds(one["seconds"]), f"{one['seconds'] / base:.1f}")
        for one in here
    ]
    most = max(measured, key=lambda one: one["states"])
    return (
        f"{number(here[0]['states'])} states, {number(here[0]['transitions'])} transitions ({scale}):\n\n"
        f"{table(('Tool', 'workers', 'seconds', 'against one of our workers'), rows)}\n\n"
        f"The largest of ours has {number(most['states'])} states and {number(most['transitions'])} transitions:"
        f" {most['seconds']:.0f} s with {most['workers']} workers, and {most['peak_bytes'] / 1e9:.1f} GB."
    )


# -- how strong the properties are -----------------------------------------------------------------------------------


def mutants() -> str:
    """Mutants of the protocol by kind, and who noticed them first."""
    found = results("mutants")
    ends = list(found["ends"])
    kinds = list(dict.fromkeys(one["kind"] for one in found["mutants"]))
    counts = Counter((one["kind"], one["end"]) for one in found["mutants"])
    rows = [(kind, *_line([counts[kind, end] for end in ends])) for kind in kinds]
    rows.append(("all", *_line(list(found["ends"].values()))))
    survivors = "\n".join(f"- {one['name']}" for one in found["mutants"] if one["end"] == "survived")
    return (
        f"Of {number(found['derived'])} mutants {number(found['asked'])} are asked about; of those that are not"
        f" equivalent {found['noticed']:.1%} are noticed.\n\n{table(('Kind', 'mutants', *ends), rows)}\n\n"
        f"The survivors:\n\n{survivors}"
    )


def noticed() -> str:
    """In a sentence: how many mutants of the protocol are noticed."""
    found = results("mutants")
    share = f"{found['noticed']:.1%} of those that make a difference are noticed"
    return f"Of {number(found['asked'])} mutants of the protocol {share}"


def _line(counts: list[int]) -> list[str]:
    return [str(sum(counts)), *map(str, counts)]


def engine_mutants() -> str:
    """Mutants of the engines, and what became of them."""
    found = results("engine_mutants")["mutants"]
    ends = list(dict.fromkeys(one["end"] for one in found))
    engines = list(dict.fromkeys(one["engine"] for one in found))
    counts = Counter((one["engine"], one["end"]) for one in found)
    rows = [(engine, *_line([counts[engine, end] for end in ends])) for engine in engines]
    rows.append(("all", *_line([sum(one["end"] == end for one in found) for end in ends])))
    return table(("Engine", "mutants", *ends), rows)


# -- real stacks -----------------------------------------------------------------------------------------------------


def cases() -> str:
    """How many recorded cases agree, by profile."""
    rows = []
    for file, profile in (("state-event", RFC9293), ("state-event", FREEBSD), ("rfc9293", RFC9293)):
        listed, replay = read_cases(DATA / f"{file}.jsonl"), Replay(profile)
        agreed = sum(not replay.replay(case).difference for case in listed)
        rows.append((f"`tests/data/{file}.jsonl`", code(profile.name), str(len(listed)), str(agreed)))
    return table(("Cases", "Profile", "all", "agree"), rows)


def captures() -> str:
    """How many recorded connections are explained, by profile, and which are not."""
    rows = [(code(profile.name), *_explained(profile)) for profile in (LINUX, RFC9293)]
    return table(("Profile", "captures", "connections", "explained", "not explained"), rows)


def _explained(profile: Profile) -> Iterator[str]:
    interpreter = Interpreter(profile)
    paths = sorted((DATA / "captures").glob("*.pcap"))
    judged = [
        (path.stem, exactly(interpreter, one, judged_end(path, one)).verdict)
        for path in paths
        for one in read_capture(path).conversations
    ]
    bad = [name for name, verdict in judged if verdict != "explained"]
    return iter((str(len(paths)), str(len(judged)), str(len(judged) - len(bad)), names(dict.fromkeys(bad))))


def behaviours() -> str:
    """What stacks do of their own, by profile."""
    using: dict[str, tuple[str, list[str]]] = {}
    for profile in PROFILES.values():
        for one in profile.behaviours:
            using.setdefault(one.name, (one.says, []))[1].append(profile.name)
    rows = [(code(name), says, names(profiles)) for name, (says, profiles) in using.items()]
    return table(("Behaviour", "What it is", "Profile"), rows)


def alterations() -> str:
    """How many altered captures are rejected, by the kind of alteration."""
    found: Mapping[str, list[int]] = results("alterations")["rejected"]
    rows = [(kind, f"{rejected} of {of}") for kind, (rejected, of) in found.items()]
    return table(("Altered, one segment at a time", "rejected"), rows)


def knowledge_speed() -> str:
    """How long answers about knowledge take, by the number of states."""
    measured = results("knowledge")["measured"]
    rows = [
        (
            number(one["states"]),
            str(one["formulas"]),
            _seconds(one["seconds"]),
            _seconds(one["twin"]),
            number(round(one["twin"] / one["seconds"])) if one["twin"] else "",
        )
        for one in measured
    ]
    most = max(measured, key=lambda one: one["states"])
    million = most["seconds"] / most["states"] * 1e6
    header = ("States", "formulas", "seconds", "slow twin", "ratio")
    return f"{machine('knowledge')}\n\n{table(header, rows)}\n\nThat is {million:.1f} s for a million states."


SECTIONS: Sections = {
    "knowledge-speed": knowledge_speed,
    "speed": speed,
    "largest": largest,
    "mutants": mutants,
    "engine-mutants": engine_mutants,
    "cases": cases,
    "captures": captures,
    "behaviours": behaviours,
    "alterations": alterations,
}
