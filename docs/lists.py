"""From the code: every setting, and every scenario file."""

from __future__ import annotations

from pathlib import Path

from docs.markdown import Sections, code, table
from model.report.listing import field_listing
from properties.claims import CLAIMS

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


SECTIONS: Sections = {"settings": settings, "scenarios": scenarios}
