"""From the text of the model: which function has which paragraph of RFC 9293, and where the RFC is unclear (`???`)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from docs.markdown import Sections, names, table

ROOT = Path(__file__).parent.parent
FOLDERS = ("model/tcp", "model/network")
"""The protocol, and what an endpoint cannot see: initial sequence numbers, time, the channel."""
CITATION = re.compile(
    r"RFC (?P<rfc>\d{3,4})(?:, (?P<part>\d+\.\d+(?:\.\d+)*))?"
    r"|(?<![\d.])(?P<ours>3\.\d{1,2}(?:\.\d+)*)(?P<check>, (?:first|second|third|fourth|fifth|sixth|seventh|eighth))?"
    r"|(?P<requirement>(?:MUST|SHLD|MAY)-\d+)"
)
FEW = 2
"""A function that more than so many call belongs to no paragraph."""
OTHER_STATES, CHECKED = "3.10.7.4", "tcp/other_states.py"
CHECKS = {
    "first": "sequence number",
    "second": "RST bit",
    "third": "security",
    "fourth": "SYN bit",
    "fifth": "ACK field",
    "sixth": "URG bit",
    "seventh": "segment text",
    "eighth": "FIN bit",
}
"""What the checks of 3.10.7.4 look at."""
CHECK = re.compile(rf'"""({"|".join(CHECKS)}), ', re.IGNORECASE)
"""How the text of a function begins that is one of them."""
TITLES = {
    "3.1": "Header Format",
    "3.3.1": "Key Connection State Variables",
    "3.3.2": "State Machine Overview (Figure 5)",
    "3.4": "Sequence Numbers",
    "3.4.1": "Initial Sequence Number Selection",
    "3.4.2": "Knowing When to Keep Quiet",
    "3.4.3": "The TCP Quiet Time Concept",
    "3.5": "Establishing a Connection",
    "3.5.1": "Half-Open Connections and Other Anomalies",
    "3.5.2": "Reset Generation",
    "3.5.3": "Reset Processing",
    "3.6": "Closing a Connection",
    "3.6.1": "Half-Closed Connections",
    "3.8.1": "Retransmission Timeout",
    "3.8.3": "TCP Connection Failures",
    "3.8.4": "TCP Keep-Alives",
    "3.8.6.3": "Delayed Acknowledgments",
    "3.10": "Event Processing",
    "3.10.1": "OPEN Call",
    "3.10.2": "SEND Call",
    "3.10.3": "RECEIVE Call",
    "3.10.4": "CLOSE Call",
    "3.10.5": "ABORT Call",
    "3.10.6": "STATUS Call",
    "3.10.7": "SEGMENT ARRIVES",
    "3.10.7.1": "CLOSED STATE",
    "3.10.7.2": "LISTEN STATE",
    "3.10.7.3": "SYN-SENT STATE",
    "3.10.7.4": "Other States",
    "3.10.8": "Timeouts",
}


@dataclass(frozen=True)
class Place:
    """A function, or the text at the head of a module (name is empty) or class, with its source."""

    file: str
    name: str
    text: str

    @property
    def cites(self) -> list[str]:
        """The paragraphs that it cites: "3.10.7.4, fifth", "RFC 4987, 3.6", "MAY-12"."""
        checks = CHECK.finditer(self.text) if self.file.endswith(CHECKED) else ()
        found = [f"{OTHER_STATES}, {one[1].lower()}" for one in checks]
        for one in CITATION.finditer(self.text):
            if one["rfc"] and one["rfc"] != "9293":
                found.append(f"RFC {one['rfc']}" + (f", {one['part']}" if one["part"] else ""))
            elif paragraph := one["part"] or one["ours"] or one["requirement"]:
                found.append(paragraph + (one["check"] or ""))
        return list(dict.fromkeys(found))

    def calls(self, other: Place) -> bool:
        """Whether a function of this file is called here."""
        named = other.name and other.file == self.file and other is not self
        return bool(named and re.search(rf"(?<![\w.]){other.name}\(", self.text))


def places() -> Iterator[Place]:
    """Every function of the model's protocol and network, and what stands at the head of each module and class."""
    for folder in FOLDERS:
        for path in sorted(set((ROOT / folder).glob("*.py")) - {ROOT / folder / "__init__.py"}):
            source, file = path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()
            tree = ast.parse(source)
            yield Place(file, "", ast.get_docstring(tree) or "")
            yield from _within(tree, source, file, "")


def _within(node: ast.Module | ast.ClassDef, source: str, file: str, prefix: str) -> Iterator[Place]:
    for one in node.body:
        if isinstance(one, ast.FunctionDef):
            yield Place(file, prefix + one.name, ast.get_source_segment(source, one) or "")
        elif isinstance(one, ast.ClassDef):
            yield Place(file, one.name, ast.get_docstring(one) or "")
            yield from _within(one, source, file, f"{one.name}.")


def by_paragraph() -> dict[str, list[Place]]:
    """The functions that have a paragraph: those that cite it, and those without a paragraph that only such call.

    At most two may call it. The head of a module counts if no function in it cites the paragraph.
    """
    listed = list(places())
    cites = {place: place.cites for place in listed}
    for helper in [place for place in listed if not any(one[0].isdigit() for one in cites[place])]:
        callers = [place for place in listed if place.calls(helper)]
        if 1 <= len(callers) <= FEW:
            inherited = [one for caller in callers for one in cites[caller] if one[0].isdigit()]
            cites[helper] = list(dict.fromkeys([*inherited, *cites[helper]]))
    where: dict[str, list[Place]] = {}
    for place in sorted(listed, key=lambda place: cites[place] != place.cites):  # Those that cite it come first.
        for paragraph in cites[place]:
            where.setdefault(paragraph, []).append(place)
    for some in where.values():
        inner = {place.file for place in some if place.name}
        some[:] = [place for place in some if place.name or place.file not in inner]
    return where


def rules() -> str:
    """Each paragraph, and where it is in the model."""
    where = by_paragraph()
    rows = [(name, _title(name), links(where[name])) for name in sorted(where, key=_order)]
    return table(("Paragraph", "Title", "File and functions"), rows)


def links(listed: Iterable[Place]) -> str:
    """A link for each file, from a document in docs/, and the functions."""
    files: dict[str, list[str]] = {}
    for place in listed:
        files.setdefault(place.file, []).extend([place.name] if place.name else [])
    said = {f"[{file.removeprefix('model/')}](../{file})": names(some) for file, some in files.items()}
    return "; ".join(f"{link} {some}".strip() for link, some in said.items())


def _title(paragraph: str) -> str:
    section, _, check = paragraph.partition(", ")
    if check in CHECKS and section == OTHER_STATES:
        return CHECKS[check]
    return TITLES.get(paragraph, "")


def _order(paragraph: str) -> tuple[object, ...]:
    """Sections by their numbers, the checks of one in their order; then requirements, then other RFCs."""
    section, _, check = paragraph.partition(", ")
    if paragraph.startswith("RFC"):
        return 2, [], 0, paragraph
    if not section[0].isdigit():
        return 1, [], int(section.split("-")[1]), paragraph
    return 0, [int(part) for part in section.split(".")], [*CHECKS].index(check) if check else -1, paragraph


def unclear() -> str:
    """The places marked with `???`: each with its paragraph, what the RFC leaves unclear, and what was taken."""
    rows, by = [], by_paragraph()
    for place in places():
        for text in _marked(place.text):
            paragraphs = [one for one, where in by.items() if place in where and one[0].isdigit()]
            rows.append(("; ".join(sorted(paragraphs, key=_order)), links([place]), text))
    return table(("Paragraph", "Where", "What is unclear, and what the model takes"), rows)


def _marked(text: str) -> Iterator[str]:
    """What stands behind each `???`, to the end of its paragraph."""
    plain = re.sub(r"^ *#? ?", "", text, flags=re.MULTILINE)
    for part in plain.split("???")[1:]:
        yield " ".join(re.split(r'\n\n|\n"""|"""|\n(?=return |[a-z_]+ = )', part)[0].split())


SECTIONS: Sections = {"rules": rules, "unclear": unclear}
