"""What is printed by default: the answer first, its verdicts, the picture, few lines; and nothing that is not so."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from model.check import main
from model.core.answer import Answer, Effort, Outcome
from model.pictures.rungs import Ladder, Rung
from model.questions.task import ProofReport, RunReport, Task, TaskResult
from model.report.answer_text import ALL, ONE, Screen, answer_text, screen_of
from model.report.answers import by_claim
from model.report.details import details
from model.report.listing import field_listing, listing
from model.report.summary import as_json, exit_status
from properties.claim import Cell, Claim
from properties.claims import CLAIMS, find
from properties.plain_words import ANSWERS
from properties.statements import STATEMENTS

EFFORT = Effort(states=1000, transitions=2000, depth=9, complete=True)
RED = "\x1b[1;31m"


def evidence(name: str, variant: str, steps: int, loop: bool = False) -> RunReport:
    """A run of so many steps with its ladder."""
    rung = Rung("1-2", "SYN-RECEIVED", "-->", "<SEQ=14><ACK=2><CTL=SYN,ACK>", "-->", "ESTABLISHED", "active OPEN")
    lines = tuple(replace(rung, step=str(at + 1)) for at in range(steps))
    ladder = Ladder(("A", "B"), ("CLOSED", "CLOSED"), lines, (1, 2) if loop else None)
    path = f"out/{name}-{re.sub('[^a-z0-9]+', '-', variant.lower())}"
    return RunReport([{}] * steps, [{}] if loop else None, "", f"{path}.svg", "", ladder, ("it is so",), f"{path}.txt")


def row_of(claim: Claim, cell: Cell, steps: int = 12) -> TaskResult:
    """A cell as claimed."""
    task, holds = Task(claim, cell.variant, cell.config, cell.expected), cell.expected == "holds"
    if claim.scenario:
        row = TaskResult(task, Outcome(claim.name, Answer.REACHABLE if holds else Answer.UNREACHABLE, EFFORT, "replay"))
        return replace(row, evidence=(evidence(claim.name, cell.variant, steps),)) if holds else row
    row = TaskResult(task, Outcome(claim.name, Answer.HOLDS if holds else Answer.VIOLATED, EFFORT, "explicit"))
    live = not claim.study and not claim.finite
    return row if holds else replace(row, evidence=(evidence(claim.name, cell.variant, steps, live),))


def rows_of(claims: Sequence[Claim], quick: bool = False, steps: int = 12) -> list[TaskResult]:
    """All verdicts of these claims, as claimed."""
    found = []
    for claim in claims:
        found += [row_of(claim, cell, steps) for cell in (claim.quick if quick else claim.cells)]
        for proof in claim.proofs:
            answer = Answer.HOLDS if proof.expected == "holds" else Answer.VIOLATED
            task = Task(claim, proof.variant, proof.config, proof.expected, "unbounded", proof)
            report = ProofReport((), (("LISTEN, SYN arrives", "", 1366, ()),), proof.fails, (), "")
            found.append(
                TaskResult(
                    task, Outcome(claim.name, answer, EFFORT, "unbounded", scope="every channel, 32 bits"), proof=report
                )
            )
    return found


def printed(rows: Sequence[TaskResult], screen: Screen | None = None) -> str:
    """What is printed of these rows."""
    notes = [
        "Pictures, whole runs, and report.txt with the bounds of each search: out/",
        "--quick leaves out 48 variants, and slow studies; all: x",
    ]
    return answer_text(rows, len(rows), exit_status(rows), notes, screen=screen or Screen())


def claim(name: str) -> Claim:
    """A claim by its name."""
    found = find(name)
    assert found is not None
    return found


# -- how much ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("steps", [3, 60])
def test_one_claim_has_at_most_60_lines_and_all_have_80(width: int, quick: bool, steps: int) -> None:
    for one in CLAIMS:
        lines = printed(rows_of([one], quick, steps), Screen(width)).splitlines()
        assert len(lines) <= ONE == 60, one.name
        assert too_wide(lines, width) == [], one.name
    groups = [CLAIMS, *([one for one in CLAIMS if about.number in one.settles] for about in STATEMENTS)]
    for claims in groups:
        lines = printed(rows_of(claims, quick, steps), Screen(width)).splitlines()
        assert len(lines) <= ALL == 80
        assert too_wide(lines, width) == []


def too_wide(lines: Sequence[str], width: int) -> list[str]:
    """The lines with more columns, but for a path, which is not broken."""
    return [line for line in lines if len(line) > width and len(line.split()) > 1]


def test_the_list_has_at_most_80_lines_of_80_columns() -> None:
    lines = listing().splitlines()
    assert len(lines) <= 80
    assert max(map(len, lines)) <= 80
    assert "--fields" in lines[-1]
    assert max(map(len, field_listing().splitlines())) <= 80
    for one in STATEMENTS:
        assert any(line.startswith(f"{one.number}  {one.question[:40]}") for line in lines)


def test_a_long_run_is_shortened_and_says_where_it_is_whole() -> None:
    text = printed(rows_of([claim("half-open")], steps=90))
    assert "the whole run is in out/half-open-two-way.txt)" in " ".join(text.split())
    assert "\n    90  " in text
    assert "\n    40  " not in text


# -- what comes first ----------------------------------------------------------------------------------------------


def test_the_first_screen_has_question_answer_and_picture() -> None:
    screen = "\n".join(printed(rows_of([claim("half-open")], steps=4)).splitlines()[:24])
    assert "May a delayed SYN leave the server waiting for nobody?" in screen
    assert "With three segments no delayed SYN leaves anybody open towards a peer that is gone." in " ".join(
        screen.split()
    )
    assert "With two it does" in screen
    assert "Holds with three-way; crashes and resets; simultaneous open" in screen
    assert "Proved for every channel, 32 bits: 1,366 obligations" in screen
    assert "Fails with two-way, as it must: 4 steps, picture out/half-open-two-way.svg" in screen


def test_for_all_claims_each_statement_is_asked_and_answered() -> None:
    text = " ".join(printed(rows_of(CLAIMS)).split())
    places = [text.index(f"{one.number} {one.question}") for one in STATEMENTS]
    assert places == sorted(places)
    for one in STATEMENTS:
        for part in one.answer:
            assert part.text in text
    assert (
        "With two segments it can. half-open fails with two-way, as it must: 12 steps, out/half-open-two-way.svg"
        in text
    )
    assert text.endswith("verdicts. Exit status 0: as claimed.")


def test_several_claims_stand_under_the_statement_that_all_are_about_or_each_under_its_first() -> None:
    about_closing = printed(rows_of([one for one in CLAIMS if "S7" in one.settles])).splitlines()
    assert about_closing[0] == f"S7  {STATEMENTS[6].question}"
    assert not any(line.startswith("S1") for line in about_closing)
    mixed = [claim(name) for name in ("no-deadlock", "stray-reset", "half-open", "figure-6")]
    headings = [line.split("  ")[0] for line in printed(rows_of(mixed)).splitlines() if line[:1] in ("S", "B")]
    assert headings == ["S1", "S2", "Beyond the explainer"]


def test_no_obligation_is_listed_but_they_are_counted() -> None:
    text = printed(rows_of([claim("half-open")]))
    assert "1,366 obligations" in text
    assert "[3.10" not in text


# -- nothing that is not so ----------------------------------------------------------------------------------------


def test_parts_and_needs_name_claims_and_variants_that_exist() -> None:
    for one in STATEMENTS:
        for part in one.answer:
            cells = {cell.variant for cell in claim(part.claim).cells if cell.expected == part.expected}
            assert cells
            assert not part.variant or part.variant in cells
            assert one.number in claim(part.claim).settles
    assert ANSWERS.keys() == {one.name for one in CLAIMS}
    for name, known in ANSWERS.items():
        assert len(known.title) <= 46
        assert set(known.needs) <= {cell.variant for cell in claim(name).cells}
        assert known.holds.endswith(".")
        assert known.fails.endswith(".")


@pytest.mark.parametrize("name", [one.name for one in CLAIMS])
def test_a_sentence_is_said_only_if_its_verdicts_are_as_claimed(name: str) -> None:
    rows, known = rows_of([claim(name)]), ANSWERS[name]
    text = " ".join(printed(rows).split())
    assert known.holds in text
    assert known.fails in text
    for at, row in enumerate(rows):
        other = "unknown" if at % 2 else {"holds": "violated", "fails": "holds"}[row.task.expected]
        changed = " ".join(printed([*rows[:at], row.but(Answer(other), ""), *rows[at + 1 :]]).split())
        said, still = (known.holds, known.fails) if row.task.expected == "holds" else (known.fails, known.holds)
        assert said not in changed, row.task.variant
        assert still in changed
        assert ("CONTRADICTED: " in changed) == (other != "unknown")
        assert f"{name} had to" in changed or f"open: {name} with " in changed


def test_a_sentence_about_several_variants_is_not_said_of_the_first_alone() -> None:
    rows = rows_of([claim("data-on-syn-delivered")], quick=True)
    text = printed(rows)
    assert "Dropped or queued" not in text
    assert "Holds with dropped" in text
    everything = " ".join(printed(rows_of(CLAIMS, quick=True)).split())
    assert "But none of it is delivered too early." not in everything
    assert "But none of it is delivered too early." in " ".join(printed(rows_of(CLAIMS)).split())


def test_what_contradicts_or_is_open_is_said_in_every_form() -> None:
    for claims in (CLAIMS, [one for one in CLAIMS if "S8" in one.settles], [claim("hazard-h3")]):
        rows = rows_of(claims)
        at = next(at for at, row in enumerate(rows) if row.task.claim.name == "hazard-h3")
        wrong = [*rows[:at], rows[at].but(Answer.UNREACHABLE, ""), *rows[at + 1 :]]
        assert "CONTRADICTED: hazard-h3 had to hold with RST as in RFC 793, but is no run" in " ".join(
            printed(wrong).split()
        )
        assert "CONTRADICTED: hazard-h3 (RST as in RFC 793). Exit status 1" in printed(wrong).splitlines()[-1]
        late = [*rows[:at], rows[at].but(Answer.UNKNOWN, "max-states 9 reached"), *rows[at + 1 :]]
        assert "open: hazard-h3 with RST as in RFC 793: max-states 9 reached" in " ".join(printed(late).split())
        assert "Exit status 3: inconclusive." in printed(late)


def test_proofs_without_searches_are_said_so() -> None:
    rows = [row for row in rows_of(CLAIMS) if row.proof or row.task.claim.name != "half-open"]
    text = " ".join(printed(rows).split())
    assert "With three segments it cannot happen. half-open is proved for every channel, 32 bits: 1,366" in text


def test_what_was_not_checked_is_not_answered() -> None:
    rows = [row for row in rows_of(CLAIMS) if row.task.claim.name != "half-open"]
    text = printed(rows)
    assert "With three segments it cannot happen." not in text
    assert "not checked: whether half-open holds where it must" in text


# -- marks and colours ---------------------------------------------------------------------------------------------


def test_what_fails_as_it_must_is_no_bad_news() -> None:
    for claims in (CLAIMS, [claim("half-open")], [one for one in CLAIMS if "S3" in one.settles]):
        text = printed(rows_of(claims), Screen(colour=True))
        assert RED not in text
        assert "\x1b[3" in text
        assert "violated" not in text
    rows = rows_of([claim("half-open")])
    wrong = printed([rows[0].but(Answer.VIOLATED, ""), *rows[1:]], Screen(colour=True))
    assert "CONTRADICTED: half-open had" in wrong
    assert all(RED in line for line in wrong.splitlines() if "CONTRADICTED" in line)
    assert RED not in wrong.replace(f"{RED}CONTRADICTED", "").replace(f"{RED}\N{BALLOT X} ", "").replace(f"{RED}  ", "")


def test_marks_degrade_to_ascii_and_no_character_is_lost() -> None:
    rows = rows_of(CLAIMS)
    plain = printed(rows, Screen(encoding="ascii"))
    assert plain.isascii()
    assert plain.replace("+ ", "\N{CHECK MARK} ").count("\N{CHECK MARK}") >= printed(rows).count("\N{CHECK MARK}")
    wrong = printed([rows[0].but(Answer.UNREACHABLE, ""), *rows[1:]], Screen(encoding="cp1252"))
    assert "! CONTRADICTED" in wrong
    wrong.encode("cp1252")


def test_colours_are_for_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert screen_of(Terminal()).colour
    assert not screen_of(io.StringIO()).colour
    assert screen_of(None).encoding == "utf-8"
    monkeypatch.setenv("NO_COLOR", "1")
    assert not screen_of(Terminal()).colour
    monkeypatch.setenv("COLUMNS", "132")
    assert screen_of(io.StringIO()).width == 132
    monkeypatch.setenv("COLUMNS", "many")
    assert screen_of(io.StringIO()).width == 80


def test_text_from_outside_is_neither_markup_nor_control() -> None:
    nasty = "out/[bold]x[/bold]\x1b[31m\u2028\udcff.svg"
    (row,) = rows_of([claim("half-open")], quick=True)[1:2]
    row = replace(row, evidence=(replace(row.evidence[0], figure=nasty),))
    for colour in (False, True):
        text = printed([row], Screen(400, colour=colour))
        assert "out/[bold]x[/bold]\\x1b[31m\\u2028\\udcff.svg" in text
    assert "[red]" in details([replace(row, task=replace(row.task, variant="[red]x"))], 200)


# -- files ---------------------------------------------------------------------------------------------------------


def test_the_whole_report_says_what_each_verdict_rests_on_once() -> None:
    rows = rows_of(CLAIMS)
    for width in (80, 200):
        text = details(rows, width)
        for name in by_claim(rows):
            assert f"\n{name}:\n" in text
    assert "bounds as for figure-5 (three-way)" in " ".join(details(rows, 200).split())
    assert "violated" not in details(rows, 200)


def test_the_json_has_the_statements_and_a_sentence_for_each_row() -> None:
    found = as_json(rows_of(CLAIMS), "", 0)
    json.dumps(found["statements"])
    assert [one["statement"] for one in found["statements"]] == [f"S{n}" for n in range(1, 10)]
    assert found["statements"][1]["answer"] == ["With three segments it cannot happen.", "With two segments it can."]
    assert "half-open" in found["statements"][1]["claims"]
    row = next(one for one in found["claims"] if (one["claim"], one["variant"]) == ("half-open", "two-way"))
    assert row["sentence"] == "half-open: fails with two-way, as it must: 12 steps, picture out/half-open-two-way.svg"
    assert row["statement"] == STATEMENTS[1].question


def test_a_figure_is_printed_as_a_ladder_and_the_whole_report_on_demand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["figure-6", "--out", str(tmp_path), "--jobs", "1", "-v"]) == 0
    verbose = capsys.readouterr().out
    first = verbose.splitlines()[:24]
    assert "  3-4  ESTABLISHED <-- <SEQ=300><ACK=101><CTL=SYN,ACK>     <-- SYN-RECEIVED" in [line[1:] for line in first]
    assert not any("transitions" in line for line in first)
    assert "Not checked: infinite runs" in verbose
    assert verbose.splitlines()[-1] == "Everything is as claimed: 2 verdicts. Exit status 0: as claimed."
    assert "transitions" in (tmp_path / "report.txt").read_text()


@pytest.mark.long
def test_the_first_screen_of_half_open_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["half-open", "--quick", "--engine", "explicit", "--out", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    screen = " ".join(" ".join(lines[:24]).split())
    assert "May a delayed SYN leave the server waiting for nobody?" in screen
    assert "With two it does" in screen
    assert "half-open-two-way." in screen
    assert "(sent in 2) ... <SEQ=a><CTL=SYN> --> ESTABLISHED" in screen
    assert len(lines) <= ONE


@pytest.mark.long
@pytest.mark.parametrize("name", [one.name for one in CLAIMS if one.scenario or "S3" in one.settles])
def test_real_runs_keep_to_the_lines_and_columns(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    assert main([name, "--jobs", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= ONE
    assert too_wide(lines, 80) == []
    assert sum("<SEQ=" in line for line in lines) >= 2
