"""What was judged, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table

from model.conform.capture import Capture, Conversation
from model.conform.cases import KNOWN, CaseResult
from model.conform.own_host import Finding
from model.conform.stacks import PROFILES, Profile
from model.machine.printing import printable
from model.machine.screen import console

VERDICTS = ("agreed", "differing", "explained", "not explained", "not judged")


@dataclass(frozen=True)
class Item:
    """One case of a file, or one conversation of a capture.

    verdict: one of `VERDICTS`. reason: why it is so. difference: the first one. events: what happened in the model.
    allowed: what could have been sent instead. state, event: of a case, what arrives where.
    """

    name: str
    verdict: str
    reason: str = ""
    difference: str = ""
    events: Sequence[str] = ()
    allowed: Sequence[str] = ()
    state: str = ""
    event: str = ""


def of_case(judged: CaseResult, profile: Profile, own: Sequence[str]) -> Item:
    """The item of a recorded case; own: the behaviours of its stack with which it agrees, if it does so only then."""
    case = judged.case
    known = KNOWN.get(case.name, "") if judged.difference and profile.name == "freebsd" else ""
    cited = f"RFC 9293, {case.cite}" if case.cite and judged.difference else ""
    if judged.nothing:
        return Item(case.name, "not judged", "it has no steps", state=case.state, event=case.event)
    reason = known or "; ".join(f"{name}: {_says(name)}" for name in own) or cited
    verdict = "agreed" if not judged.difference else "explained" if known else "differing"
    events = [f"{step.event.name} => {step.after.state}" for step in judged.steps]
    return Item(case.name, verdict, reason, judged.difference, events, (), case.state, case.event)


def _says(name: str) -> str:
    return next(b.says for profile in PROFILES.values() for b in profile.behaviours if b.name == name)


def of_conversation(where: str, conversation: Conversation, findings: Sequence[Finding]) -> Item:
    """The item of a conversation: explained if each judged end is, not explained if one is not."""
    name = f"{where}: {conversation.ends[0]} and {conversation.ends[1]}"
    worst = min(findings, key=lambda finding: ("not explained", "not judged", "explained").index(finding.verdict))
    own = sorted({behaviour for finding in findings for behaviour in finding.own})
    reason = worst.reason or "; ".join(f"{behaviour}: {_says(behaviour)}" for behaviour in own)
    events = [f"{finding.end}: {line}" for finding in findings for line in finding.events]
    difference = worst.reason if worst.verdict == "not explained" else ""
    told = [f"{worst.end}: {line}" for line in worst.events] if worst.verdict == "not explained" else events
    return Item(name, worst.verdict, reason, difference, told, worst.allowed)


def as_json(items: Sequence[Item], skipped: Mapping[str, int], profile: str) -> dict[str, Any]:
    """Counts by verdict, and each item."""
    counts = Counter(item.verdict for item in items)
    cases = [
        {
            "name": item.name,
            "verdict": item.verdict,
            "reason": item.reason,
            "first_difference": item.difference,
            "events": list(item.events),
            "allowed": list(item.allowed),
        }
        for item in items
    ]
    return {
        "profile": profile,
        **{verdict.replace(" ", "_"): counts[verdict] for verdict in VERDICTS},
        "packets_skipped": dict(skipped),
        "cases": cases,
    }


def as_text(items: Sequence[Item], notes: Sequence[str], events: bool) -> str:
    """A table of the cases by state and event, then what is not agreed or explained, then the sum.

    notes: lines about files; events: what happened is told of each item, not only of those that are not explained.
    """
    screen = console(width=140)
    with screen.capture() as text:
        if cases := [item for item in items if item.state]:
            screen.print(_by_state_and_event(cases))
    counts = Counter(item.verdict for item in items)
    lines = [printable(line) for line in (*notes, *(line for item in items for line in _lines(item, events)))]
    lines.append("; ".join(f"{counts[v]} {v}" for v in VERDICTS if counts[v]) or "nothing to judge")
    return text.get() + "\n".join(lines)


def _by_state_and_event(cases: Sequence[Item]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("state", "event", "agreed", "of"):
        table.add_column(column, justify="left" if column in ("state", "event") else "right")
    found = Counter((item.state, item.event) for item in cases)
    agreed = Counter((item.state, item.event) for item in cases if item.verdict == "agreed")
    for (state, event), count in sorted(found.items()):
        table.add_row(printable(state), printable(event), str(agreed[state, event]), str(count))
    return table


def _lines(item: Item, events: bool) -> list[str]:
    if item.verdict == "agreed" and not events:
        return []
    because = f" ({item.reason})" if item.reason and item.reason != item.difference else ""
    lines = [f"{item.name}: {item.verdict}{f': {item.difference}' if item.difference else ''}{because}"]
    if events or item.verdict == "not explained":
        lines += [f"    {line}" for line in item.events]
    if item.allowed:
        lines += [f"    possible then, in {line}" for line in item.allowed]
    return lines


def notes_on(where: str, capture: Capture) -> list[str]:
    """What was left out of a capture, and whether it is damaged."""
    lines = [f"{where}: {capture.damaged}"] if capture.damaged else []
    if capture.skipped:
        lines.append(f"{where}: left out: {', '.join(f'{n} {why}' for why, n in capture.skipped.items())}")
    return lines
