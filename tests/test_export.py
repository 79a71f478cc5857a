"""`python -m model.export`: a file for each target, and one line for what cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.cli.endings import OK, UNUSABLE
from model.export.__main__ import TARGETS, main

HEADS = {
    "promela": "/* half-open: two-way; capacity=1 */\n/* Compile with -DSAFETY -DNOREDUCE. SPIN counts 0 states",
    "btor2": "; half-open: two-way; capacity=1\n1 sort bitvec 4",
    "tla": f"\\* half-open: two-way; capacity=1\n{' MODULE half_open ':-^100}",
    "vmt": "; half-open: two-way; capacity=1\n; A transition system in VMT",
    "javascript": "// half-open: two-way; capacity=1\nexport const model={",
}


@pytest.mark.long
@pytest.mark.parametrize("target", TARGETS)
def test_each_target_gets_its_file(target: str, tmp_path: Path) -> None:
    path = tmp_path / f"half_open.{target}"
    assert main([target, "half-open", "--variant", "two-way", "--set", "capacity=1", "-o", str(path)]) == OK
    assert path.read_text().startswith(HEADS[target])
    more = {"half_open.cfg"} if target == "tla" else set()
    assert {found.name for found in tmp_path.iterdir()} == {path.name, *more}


@pytest.mark.long
@pytest.mark.parametrize("target", TARGETS)
def test_a_server_can_be_exported(target: str, tmp_path: Path) -> None:
    path = tmp_path / "forged.tla"
    assert main([target, "forged-text-held", "-o", str(path)]) == OK
    assert path.stat().st_size > 10_000


@pytest.mark.long
def test_without_a_file_all_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tla", "half-open", "--set", "capacity=1"]) == OK
    out = capsys.readouterr().out
    assert f"{' MODULE Exported ':-^100}" in out
    assert out.endswith("SPECIFICATION Spec\nINVARIANT half_open\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["half-opem"], "unknown claim 'half-opem'; is it half-open?"),
        (["half-open", "--variant", "one"], "half-open has no variant 'one'; its variants are: three-way, "),
        (["half-open", "--variant", "two ways"], "half-open has no variant 'two ways'; is it two-way?"),
        (["S2"], "'S2' stands for 3 claims, and one is wanted: half-open, old-duplicates-need-fresh-isns"),
        (["half-open", "--set", "capacity"], "--set wants FIELD=VALUE"),
        (["half-open", "--set", "capacity=none"], "capacity"),
        (["ghosts-release-slots"], "ghosts-release-slots is not about the finite runs of one configuration"),
        (["half-open", "-o", "half-open.tla"], "'half-open' is no name for a TLA+ module"),
        (["half-open", "-o", "Integers.tla"], "'Integers' is no name for a TLA+ module: it has a meaning already"),
        (["half-open", "-o", "half_open.cfg"], "half_open.cfg: TLC wants a file that ends with .tla"),
        (["half-open", "-o", "/no/such/folder/half_open.tla"], "/no/such/folder/half_open.tla: No such file"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["tla", *arguments]) == UNUSABLE
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("model.export: ")
    assert said in lines[0]
    assert not [*tmp_path.iterdir()]
