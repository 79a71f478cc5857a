"""From the code and the frozen texts: settings, scenario files, and what commands print."""

from __future__ import annotations

import ast
from functools import partial
from pathlib import Path

from docs.markdown import Sections, code, table
from model.report.listing import field_listing
from properties.claims import CLAIMS
from tests.facts.texts import FOLDER, PROMPT, read

ROOT = Path(__file__).parent.parent
SCENARIOS = ROOT / "properties" / "scenarios"


def settings() -> str:
    """What `--fields` lists, as tables."""
    parts: list[tuple[str, list[str]]] = []
    for line in field_listing().splitlines():
        if line.startswith("      "):
            parts[-1][1][-1] += f" {line.strip()}"
        elif line.startswith("  "):
            parts[-1][1].append(line.strip())
        elif line:
            parts.append((line, []))
    return "\n\n".join(f"{title}\n\n{table(('Field', 'Meaning'), map(_field, fields))}" for title, fields in parts)


def _field(listed: str) -> tuple[str, str]:
    name, _, text = listed.partition(": ")
    return code(name), text


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


def modules() -> str:
    """Every module with the first line of its text, by package."""
    parts = []
    for folder in sorted({path.parent for top in ("model", "properties") for path in (ROOT / top).rglob("*.py")}):
        paths = sorted(folder.glob("*.py"), key=lambda path: (path.stem != "__init__", path.stem))
        rows = [(_link(path), line) for path in paths if (line := _first_line(path))]
        parts.append(f"## {folder.relative_to(ROOT).as_posix()}/\n\n{table(('Module', 'What it is'), rows)}")
    return "\n\n".join(parts)


def _link(path: Path) -> str:
    shown = path.name.replace("_", r"\_") if path.stem.startswith("__") else path.name
    return f"[{shown}](../{path.relative_to(ROOT).as_posix()})"


def _first_line(path: Path) -> str:
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(said.split("\n\n")[0].split())


def printed(file: str, command: str) -> str:
    """A command and what it prints, from the frozen texts."""
    kept = read((FOLDER / f"{file}.txt").read_text(encoding="utf-8"))
    text = next(one.text for one in kept if one.command == command)
    return f"```\n{PROMPT}{command}\n{text.split(STATUS)[0].rstrip()}\n```"


def quick() -> str:
    """Some of what `--quick` prints: one answer, and the end."""
    head, *parts = printed("quick", QUICK).split("\n\n")
    shown = next(part for part in parts if part.startswith(SHOWN))
    return "\n".join([*head.splitlines()[:2], "...", shown, "...", parts[-1]])


def tour(file: str, command: str, next_one: str) -> str:
    """What a tour prints before the statement `next_one`, and its last line."""
    text = printed(file, command)
    return f"{text[: text.index(f'{chr(10)}{next_one}  ')].rstrip()}\n...\n{text.splitlines()[-2]}\n```"


QUICK, SHOWN = "python -m model.check --quick", "S5"
STATUS = "[status"
SECTIONS: Sections = {
    "settings": settings,
    "scenarios": scenarios,
    "modules": modules,
    "quick": quick,
    "tour": partial(tour, "why", "python -m model.check why S2 S9", "S9"),
    "tour-zh": partial(tour, "why-zh", "python -m model.check why S2 S8 --language zh --ladder ascii", "S8"),
    "figure-6": partial(printed, "answers", "python -m model.check figure-6"),
}
