"""A full disk loses no verdict, and neither checkpoints nor certificates are written where others may write."""

from __future__ import annotations

import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import z3

from model.check import main
from model.core.answer import Limits, Outcome
from model.core.property import always
from model.engines.explicit import search as explicit
from tests.test_checkpoints import figures
from tests.test_files import full_disk, mode
from tests.toys import writer

pytestmark = pytest.mark.usefixtures("in_this_process")
NEVER = always("never", z3.BitVec("v0", 64) != 9)
SMALL = ["--set=incarnations=2", "--set=crashes=1", "--set=capacity=1", "--jobs=1"]
FILES = ("lock", "states", "parents", "numbers", "checkpoint.json")


@pytest.fixture(autouse=True)
def every_level(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explicit, "BETWEEN_CHECKPOINTS", 0)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own with 64 KiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "none", place], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk")
    yield place
    subprocess.run(["umount", place], check=True)


def search(folder: Path | None) -> Outcome:
    """A search of a few thousand states."""
    return explicit.explore(writer(9, 5), limits=Limits(checkpoint=folder, workers=1), properties=(NEVER,))["never"]


# -- checkpoints ---------------------------------------------------------------------------------------------------


def test_a_checkpoint_is_for_its_owner(tmp_path: Path) -> None:
    search(tmp_path / "saved")
    (folder,) = (tmp_path / "saved").iterdir()
    assert {path.name: mode(path) for path in folder.iterdir()} == dict.fromkeys(FILES, 0o600)
    assert (mode(folder), mode(folder.parent)) == (0o700, 0o700)


def test_a_search_that_cannot_be_saved_goes_on(tmp_path: Path) -> None:
    whole = search(None)
    with full_disk(5000):
        found = search(tmp_path)
    assert (found.answer, found.run) == (whole.answer, whole.run)
    (problem,) = found.effort.problems
    assert problem.startswith(f"{tmp_path}{os.sep}")
    assert problem.endswith(": File too large; this search is not saved any further, its verdicts are not affected")
    assert figures(search(tmp_path).effort) == figures(whole.effort)


def test_a_checkpoint_that_cannot_be_begun_costs_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device", "saved")

    monkeypatch.setattr("model.engines.explicit.checkpoint.private_folder", full)
    found = search(tmp_path)
    assert found.effort.complete
    assert found.effort.problems[0].startswith("saved: No space left on device; ")


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("how", ["link", "dangling", "others"])
def test_a_file_of_a_checkpoint_that_is_not_private_is_refused(tmp_path: Path, name: str, how: str) -> None:
    search(tmp_path)
    (path,) = tmp_path.glob(f"*/{name}")
    target = tmp_path / "target"
    if how == "others":
        path.chmod(0o606)
    else:
        path.replace(target)
        path.symlink_to(target)
    content = target.read_bytes() if how == "link" else b""
    if how == "dangling":
        target.unlink()
    with pytest.raises(OSError, match=r"others may write to it|a symbolic link") as refused:
        search(tmp_path)
    assert refused.value.filename == str(path)
    assert target.exists() == (how == "link")
    assert how != "link" or target.read_bytes() == content


@pytest.mark.parametrize("how", ["link", "others", "another user"])
@pytest.mark.parametrize("inner", [False, True])
def test_a_checkpoint_in_a_folder_that_is_not_private_is_refused(
    tmp_path: Path, how: str, inner: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved, mine = tmp_path / "saved", os.geteuid()
    search(saved)
    folder = next(saved.iterdir()) if inner else saved
    if how == "link":
        folder.rename(tmp_path / "elsewhere")
        folder.symlink_to(tmp_path / "elsewhere")
    elif how == "others":
        folder.chmod(0o777)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    with pytest.raises(OSError, match=r"a symbolic link|others may write to it|belongs to another user") as refused:
        search(saved)
    assert refused.value.filename == str(saved if how == "another user" else folder)


def test_a_refused_checkpoint_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "saved").mkdir()
    (tmp_path / "saved").chmod(0o777)
    command = ["--property", "half-open", *SMALL, "--checkpoint", str(tmp_path / "saved"), "--out", str(tmp_path)]
    assert main(command) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"model.check: {tmp_path}/saved: others may write to it; forbid that (chmod go-w)")


def test_a_full_disk_is_told_after_the_verdict(small_disk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = small_disk.parent / "out"
    command = ["--property", "half-open", *SMALL, "--checkpoint", str(small_disk / "saved"), "--out", str(out)]
    assert main(command) == 2
    told = capsys.readouterr()
    assert "half-open holds." in told.out
    (line,) = told.err.splitlines()
    assert f"model.check: {small_disk}" in line
    assert "No space left on device; this search is not saved any further" in line


# -- certificates, pictures, traces --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["", "half-open", "half-open/incarnations-2-crashes-1-capacity-1.json"])
def test_certificates_that_others_may_change_are_not_written(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["--property", "half-open", *SMALL, "--certify", "--out", str(tmp_path)]
    assert main(command) == 0
    path = tmp_path / "certificates" / name
    if path.is_dir():
        path.chmod(stat.S_IMODE(path.stat().st_mode) | stat.S_IWOTH)
    else:
        path.replace(tmp_path / "target")
        path.symlink_to(tmp_path / "target")
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.json")}
    capsys.readouterr()
    assert main(command) == 2
    told = capsys.readouterr()
    assert "half-open holds." in told.out
    (line,) = told.err.splitlines()
    assert line.startswith(f"model.check: {path}: ")
    assert {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*.json")} == before


def test_a_full_disk_for_pictures_and_traces_loses_no_verdict(
    small_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (small_disk / "ballast").write_bytes(bytes(60 << 10))
    names = ["figure-6", "normal-close", "--jobs=1", "--write=pcap,itf,packetdrill"]
    assert main([*names, "--certify", "--out", str(small_disk)]) == 2
    told = capsys.readouterr()
    assert "Everything is as claimed: 4 verdicts." in told.out
    assert all(line.endswith("No space left on device") for line in told.err.splitlines())
    assert 0 < len(told.err.splitlines()) < 30
    assert not list(small_disk.glob(".*"))
    for path in small_disk.glob("*.svg"):
        assert "</svg>" in path.read_text()
