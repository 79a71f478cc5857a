"""From the code and the frozen texts: settings, scenario files, and what commands print."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from docs.markdown import Sections, code, table
from model.report.listing import field_listing
from properties.claims import CLAIMS
from tests.facts.texts import FOLDER, PROMPT, read

SCENARIOS = Path(__file__).parent.parent / "properties" / "scenarios"


def settings() -> str:
    """What `--fields` lists, as tables."""
    parts: list[tuple[str, list[tuple[str, str]]]] = []
    for line in field_listing().splitlines():
        if line.startswith("      "):
            name, text = parts[-1][1][-1]
            parts[-1][1][-1] = name, f"{text} {line.strip()}"
        elif line.startswith("  "):
            name, _, text = line.strip().partition(": ")
            parts[-1][1].append((code(name), text))
        elif line:
            parts.append((line, []))
    return "\n\n".join(f"{title}\n\n{table(('Field', 'Meaning'), rows)}" for title, rows in parts)


def scenarios() -> str:
    """Each scenario file: its title, and the claims whose variants it makes."""
    using: dict[str, list[str]] = {}
    for claim in CLAIMS:
        for cell in claim.cells:
            if claim.scenario and code(claim.name) not in using.setdefault(claim.story(cell.variant), []):
                using[claim.story(cell.variant)].append(code(claim.name))
    rows = []
    for path in sorted(SCENARIOS.glob("*.story")):
        title = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        link = f"[{path.name}](../properties/scenarios/{path.name})"
        rows.append((link, title, ", ".join(using.get(path.name, ()))))
    return table(("File", "What it tells", "Claim"), rows)


def printed(file: str, command: str) -> str:
    """A command and what it prints, from the frozen texts."""
    kept = read((FOLDER / f"{file}.txt").read_text(encoding="utf-8"))
    text = next(one.text for one in kept if one.command == command)
    return f"```\n{PROMPT}{command}\n{text.split(STATUS)[0].rstrip()}\n```"


def quick() -> str:
    """Some of what `--quick` prints: the answers that are `SHOWN`, and the end."""
    head, *parts = printed("quick", "python -m model.check --quick").split("\n\n")
    shown = [part for part in parts if part.startswith(SHOWN)]
    return "\n\n".join([head.splitlines()[0] + "\n" + head.splitlines()[1] + "\n...", *shown, "...", parts[-1]])


SHOWN = ("S2", "S5")
STATUS = "[status"
SECTIONS: Sections = {
    "settings": settings,
    "scenarios": scenarios,
    "quick": quick,
    "figure-6": partial(printed, "answers", "python -m model.check figure-6"),
    "own": partial(printed, "answers", "python -m model.check --property half-open --set handshake=two-way"),
}
