"""Machine code on disk: it is used again, a damaged entry is as good as none, and nothing depends on it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from model.engines.explicit.search import explore
from model.engines.native import codecache
from model.engines.native import compile as native
from tests.toys import jugs


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("TCP_MODEL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def steps() -> int:
    """The length of the solution of the jugs."""
    trace = explore(jugs())["measured"].run
    assert trace
    return len(trace.steps)


def test_code_is_compiled_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert steps() == 6
    assert len(list(folder.iterdir())) == 1

    def refuse(*_: object) -> bytes:
        raise AssertionError

    monkeypatch.setattr(native, "machine_code", refuse)
    assert steps() == 6


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 1000])
def test_a_damaged_entry_is_replaced(folder: Path, content: bytes) -> None:
    steps()
    (entry,) = folder.iterdir()
    whole = entry.read_bytes()
    for damaged in (content, whole[:-1], whole[:100] + bytes([whole[100] ^ 1]) + whole[101:]):
        entry.write_bytes(damaged)
        assert steps() == 6
        assert entry.read_bytes() == whole


def test_an_entry_of_another_key_is_none(folder: Path) -> None:
    codecache.save("one", b"code")
    (entry,) = folder.iterdir()
    codecache.save("two", b"other")
    (other,) = (path for path in folder.iterdir() if path != entry)
    other.write_bytes(entry.read_bytes())
    assert (codecache.load("one"), codecache.load("two")) == (b"code", None)


def test_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("TCP_MODEL_CACHE", str(tmp_path / "file" / "cache"))
    assert steps() == 6


def test_the_entries_go_that_were_not_used_for_longest(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codecache, "MOST", 3)
    folder.mkdir(mode=0o700)
    (folder / "of the user").touch()
    for name in "abc":
        codecache.save(name, name.encode())
    assert codecache.load("a") == b"a"
    codecache.save("d", b"d")
    assert [codecache.load(name) for name in "abcd"] == [b"a", None, b"c", b"d"]
    assert len(list(folder.iterdir())) == 4, "what is not ours stays"


@pytest.mark.parametrize("used", [codecache.load, lambda _: None])
def test_a_use_counts_and_not_the_writing(folder: Path, used: Callable[[str], object]) -> None:
    codecache.save("a", b"code")
    (entry,) = folder.iterdir()
    os.utime(entry, (0, 0))
    used("a")
    assert (entry.stat().st_mtime > 0) == (used is codecache.load)


# -- what others may have written is not executed ------------------------------------------------------------------

owners = pytest.mark.skipif(not codecache.OWNERS, reason="files have no owner here")


def as_link(path: Path) -> None:
    """The same content behind a symbolic link."""
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


def foreign(path: Path) -> None:
    """Another user's."""
    if os.geteuid():
        pytest.skip("only root can give files away")
    os.chown(path, 12345, -1)


SPOIL: dict[str, Callable[[Path], None]] = {
    "link": as_link,
    "of another user": foreign,
    "for the group": lambda path: path.chmod(path.stat().st_mode | 0o020),
    "for all": lambda path: path.chmod(path.stat().st_mode | 0o002),
}


@owners
@pytest.mark.parametrize("how", SPOIL)
def test_a_folder_that_others_may_have_written_is_ignored(folder: Path, how: str) -> None:
    codecache.save("a", b"code")
    assert (codecache.load("a"), codecache.ignored()) == (b"code", "")
    SPOIL[how](folder)
    before = sorted(folder.iterdir())
    codecache.save("b", b"code")
    assert (codecache.load("a"), codecache.load("b"), sorted(folder.iterdir())) == (None, None, before)
    assert str(folder) in codecache.ignored()
    assert codecache.ignored().count("\n") == 0
    assert steps() == 6


@owners
@pytest.mark.parametrize("how", SPOIL)
def test_an_entry_that_others_may_have_written_is_ignored_and_replaced(folder: Path, how: str) -> None:
    codecache.save("a", b"code")
    codecache.save("b", b"other")
    SPOIL[how](folder / codecache._name("a"))
    assert (codecache.load("a"), codecache.load("b")) == (None, b"other")
    assert str(folder) in codecache.ignored()
    assert codecache.ignored().startswith("an entry ")
    codecache.save("a", b"code")
    assert (codecache.load("a"), codecache.ignored()) == (b"code", "")


@owners
def test_a_folder_of_another_user_is_ignored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    codecache.save("a", b"code")
    monkeypatch.setattr(os, "geteuid", lambda: folder.stat().st_uid + 1)
    assert codecache.load("a") is None
    assert "another user" in codecache.ignored()


@owners
def test_what_is_new_is_private(folder: Path) -> None:
    before = os.umask(0)
    try:
        codecache.save("a", b"code")
    finally:
        os.umask(before)
    (entry,) = folder.iterdir()
    assert [path.stat().st_mode & 0o777 for path in (folder, entry)] == [0o700, 0o600]


@owners
def test_a_pipe_in_the_place_of_an_entry_stops_nobody(folder: Path) -> None:
    codecache.save("a", b"code")
    (entry,) = folder.iterdir()
    entry.unlink()
    os.mkfifo(entry)
    assert codecache.load("a") is None


def test_without_owners_the_cache_works_as_well(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codecache, "OWNERS", False)
    monkeypatch.setattr(codecache, "MOST", 2)
    for name in "abc":
        codecache.save(name, name.encode())
        assert codecache.load(name) == name.encode()
    assert (len(list(folder.iterdir())), codecache.load("a"), codecache.ignored()) == (2, None, "")


def test_no_cache_is_no_reason_for_a_line(folder: Path) -> None:
    assert (codecache.load("a"), codecache.ignored(), folder.exists()) == (None, "", False)
