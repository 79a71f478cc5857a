"""README and docs: claims are named, commands understood, links and functions exist, written sections up to date."""

from __future__ import annotations

import argparse
import ast
import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from docs import write
from docs.markdown import by_hand, filled, marks
from docs.write import ROOT, SECTIONS, documents
from model.check import main, selection
from model.questions.scenario import read_scenario, run_scenario
from properties.claims import CLAIMS
from properties.statements import STATEMENTS

TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in documents()}
FENCED = re.compile(r"^```\n(.*?)^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(([^)#]*)(?:#([^)]*))?\)")
COUNTED = re.compile(
    r"\b\d[\d,.]*\d? (?:%|steps|states|transitions|obligations|verdicts|variants|claims|lemmas|mutants|captures|cases"
    r"|connections|seconds|minutes|s\b|MB|GB)|\b\d{1,3},\d{3}\b"
)
"""A figure that something counts or measures."""


def commands(text: str) -> Iterator[list[str]]:
    """The words of every command `python -m ...` in a document, without comments."""
    for line in "\n".join(FENCED.findall(text)).splitlines():
        if found := re.search(r"python -m [^#]*", line):
            yield shlex.split(found[0])[2:]
    for found in re.finditer(r"`(python -m [^`]*)`", FENCED.sub("", text)):
        yield shlex.split(found[1])[2:]


def parser_of(module: str) -> argparse.ArgumentParser:
    """The parser of a command line."""
    where = {"model.check": "model.cli.arguments"}.get(module, module)
    package = (ROOT / where.replace(".", "/")).is_dir()
    made: argparse.ArgumentParser = import_module(f"{where}.__main__" if package else where).parser()
    return made


def test_what_is_written_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    status = write.main(["--check"])
    assert (status, capsys.readouterr().out) == (0, ""), "python -m docs.write"


def test_a_document_that_differs_is_named_and_then_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "docs").mkdir()
    right = TEXTS["docs/closing.md"]
    (tmp_path / "README.md").write_text("No sections.\n", encoding="utf-8")
    (tmp_path / "docs" / "closing.md").write_text(right.replace("| merged | 0 |", "| merged | 1 |"), encoding="utf-8")
    monkeypatch.setattr(write, "ROOT", tmp_path)
    assert write.main(["--check"]) == 1
    assert capsys.readouterr().out == "docs/closing.md differs from what python -m docs.write writes\n"
    assert write.main([]) == 0
    assert (tmp_path / "docs" / "closing.md").read_text(encoding="utf-8") == right


def test_a_section_that_nothing_writes_is_an_error() -> None:
    with pytest.raises(KeyError):
        filled("<!-- written: nothing -->\n<!-- end -->", SECTIONS)


def test_every_section_is_in_one_document() -> None:
    assert sorted(name for text in TEXTS.values() for name in marks(text)) == sorted(SECTIONS)


@pytest.mark.parametrize("document", TEXTS)
def test_no_figure_is_copied_by_hand(document: str) -> None:
    assert COUNTED.findall(by_hand(TEXTS[document])) == []


def test_every_claim_is_in_a_table_of_the_questions() -> None:
    rows = [line for line in TEXTS["docs/questions.md"].splitlines() if line.startswith("| `")]
    assert sorted(row.split("`")[1] for row in rows) == sorted(claim.name for claim in CLAIMS)


def test_every_statement_is_there_once_with_an_answer_in_few_words() -> None:
    assert re.findall(r"^## (S\d)$", TEXTS["docs/questions.md"], re.MULTILINE) == [one.number for one in STATEMENTS]
    assert all(len(one.short.split()) <= 6 for one in STATEMENTS)


@pytest.mark.parametrize("document", TEXTS)
def test_every_command_is_understood(document: str) -> None:
    for module, *arguments in commands(by_hand(TEXTS[document])):
        args = parser_of(module).parse_args(arguments)
        if module == "model.check":
            selection(args)
        for word in arguments:
            assert not word.startswith(("tests/", "properties/")) or (ROOT / word).exists(), word


def test_there_are_commands() -> None:
    assert len([command for text in TEXTS.values() for command in commands(by_hand(text))]) >= 40


def headings(text: str) -> set[str]:
    """What a link to a heading of a document may say behind its #."""
    found = re.findall(r"^#+ (.*)$", FENCED.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("document", TEXTS)
def test_every_link_leads_somewhere(document: str) -> None:
    place = (ROOT / document).parent
    for target, heading in LINK.findall(FENCED.sub("", TEXTS[document])):
        path = (place / target).resolve() if target else ROOT / document
        assert path.exists(), target
        assert not heading or heading in headings(path.read_text(encoding="utf-8")), f"{target}#{heading}"


def defined(path: Path) -> set[str]:
    """The functions, classes, methods and constants of a module."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


@pytest.mark.parametrize("document", TEXTS)
def test_every_function_named_beside_a_link_is_in_that_file(document: str) -> None:
    for target, names in re.findall(r"\]\(([^)]*\.py)\)[: |]+((?:`[\w.]+`(?:, )?)+)", TEXTS[document]):
        here = defined((ROOT / document).parent / target)
        for name in re.findall(r"`([\w.]+)`", names):
            assert set(name.split(".")) <= here, f"{target}: {name}"


def test_the_output_shown_is_what_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """But for the picture, whose source is named where nothing can draw it."""
    (block,) = [one for one in FENCED.findall(TEXTS["docs/questions.md"]) if one.startswith("$ ")]
    command, *shown = block.splitlines()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    assert main([*shlex.split(command)[4:], "--jobs", "1"]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in shown if "picture out/" not in line] == [
        one for one in printed if "picture out/" not in one
    ]


def test_the_scenario_shown_is_a_run(tmp_path: Path) -> None:
    (block,) = FENCED.findall(TEXTS["docs/scenarios.md"])
    path = tmp_path / "shown.story"
    path.write_text(block, encoding="utf-8")
    run_scenario(read_scenario(path))
