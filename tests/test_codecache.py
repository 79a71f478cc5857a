"""Machine code on disk: it is used again, a damaged entry is as good as none, and nothing depends on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.engines import codecache, native
from model.engines.explicit import explore
from tests.toys import jugs


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    monkeypatch.setenv("TCP_MODEL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def steps() -> int:
    """The length of the solution of the jugs."""
    trace = explore(jugs())["measured"].trace
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


def test_the_oldest_entries_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codecache, "MOST", 3)
    for number in range(5):
        codecache.save(str(number), b"")
    assert len(list(folder.iterdir())) == 3
    assert codecache.load("4") == b""
