"""Files that are whole or not there, folders that are private, and links that nobody follows."""

from __future__ import annotations

import errno
import os
import re
import resource
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from model.machine.files import check_private, check_writable, open_private, private_folder, write


@contextmanager
def full_disk(octets: int = 0) -> Iterator[None]:
    """Within, no file can grow beyond so many octets."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def mode(path: Path) -> int:
    """The permissions of a file or folder."""
    return stat.S_IMODE(os.lstat(path).st_mode)


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_what_is_written_is_there(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write(path, "one\n\N{EURO SIGN}")
    assert (path.read_bytes(), mode(path)) == ("one\n\N{EURO SIGN}".encode(), 0o644)
    path.chmod(0o640)
    write(path, b"two")
    assert (path.read_bytes(), mode(path)) == (b"two", 0o640)
    write(path, "three\ud800", private=True, durable=True)
    assert (path.read_bytes(), mode(path)) == (b"three\\ud800", 0o600)
    assert [*tmp_path.iterdir()] == [path]


LINKS: dict[str, Callable[[Path], None]] = {
    "write": lambda path: write(path, "ours"),
    "check_writable": check_writable,
    "check_private": lambda path: [check_private(path)].clear(),
    "rb": lambda path: open_private(path, "rb").close(),
    "r+b": lambda path: open_private(path, "r+b").close(),
    "ab": lambda path: open_private(path, "ab").close(),
    "private_folder": private_folder,
}


@pytest.mark.parametrize("how", LINKS)
@pytest.mark.parametrize("dangling", [False, True])
def test_no_link_is_followed(tmp_path: Path, how: str, dangling: bool) -> None:
    target, link = tmp_path / "theirs", tmp_path / "link"
    if not dangling:
        target.write_text("theirs")
    link.symlink_to(target)
    with pytest.raises(OSError, match="a symbolic link, which is not followed; ") as refused:
        LINKS[how](link)
    assert refused.value.filename == str(link)
    assert link.is_symlink()
    assert target.exists() != dangling
    assert dangling or target.read_text() == "theirs"
    assert len([*tmp_path.iterdir()]) == 2 - dangling


@pytest.mark.parametrize("how", ["write", "check_writable"])
def test_a_folder_is_no_place_for_a_file(tmp_path: Path, how: str) -> None:
    for place in (tmp_path, tmp_path / "none" / "report.json"):
        with pytest.raises(OSError, match=r"Is a directory|No such file") as refused:
            LINKS[how](place)
        assert refused.value.filename == str(place)
    assert [*tmp_path.iterdir()] == []


def test_a_device_stays_one() -> None:
    write(Path(os.devnull), "nothing")
    check_writable(Path(os.devnull))
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_device_is_named() -> None:
    with pytest.raises(OSError, match="No space left") as full:
        write(Path("/dev/full"), "too much")
    assert (full.value.errno, full.value.filename) == (errno.ENOSPC, "/dev/full")
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode)


def test_a_full_disk_leaves_the_old_file_and_no_half_one(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    write(path, "old")
    with full_disk(2000), pytest.raises(OSError, match="File too large") as full:
        write(path, "x" * 5000)
    assert full.value.filename == str(path)
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_a_trial_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    check_writable(path)
    assert [*tmp_path.iterdir()] == []
    path.write_text("old")
    check_writable(path)
    assert path.read_text() == "old"
    assert [*tmp_path.iterdir()] == [path]


def test_names_of_unfinished_files_cannot_be_guessed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    replace = Path.replace

    def noted(begun: Path, target: Path) -> Path:
        seen.append(begun.name)
        return replace(begun, target)

    monkeypatch.setattr(Path, "replace", noted)
    for _ in range(3):
        write(tmp_path / "report.json", "same")
    assert len(set(seen)) == 3
    assert all(re.fullmatch(r"\.[0-9a-f]{16}\.new", name) for name in seen)


def test_two_that_write_the_same_file_leave_one_of_both(tmp_path: Path) -> None:
    path, contents = tmp_path / "picture.svg", {letter * 100_000 for letter in "ab"}
    write(path, "a" * 100_000)

    def often(text: str) -> None:
        for _ in range(100):
            write(path, text)

    writers = [Thread(target=often, args=(text,)) for text in contents]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert path.read_text() in contents
    assert [*tmp_path.iterdir()] == [path]


def test_a_private_folder_is_for_its_owner(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    private_folder(folder)
    private_folder(folder)
    assert mode(folder) == 0o700
    with open_private(folder / "rows", "ab") as file:
        file.write(b"rows")
    assert mode(folder / "rows") == 0o600
    assert check_private(folder / "rows")
    assert not check_private(folder / "none")
    with pytest.raises(OSError, match=r"File exists|Not a directory"):
        private_folder(folder / "rows")
    with pytest.raises(OSError, match="not a file"):
        check_private(folder)


@pytest.mark.parametrize("permissions", [0o770, 0o702, 0o777])
def test_what_others_may_write_is_refused(tmp_path: Path, permissions: int) -> None:
    folder, file = tmp_path / "folder", tmp_path / "file"
    folder.mkdir()
    file.write_text("")
    folder.chmod(permissions)
    file.chmod(permissions & 0o666)
    for refuse in (lambda: private_folder(folder), lambda: check_private(file), lambda: open_private(file, "rb")):
        with pytest.raises(OSError, match=r"others may write to it; forbid that \(chmod go-w\)"):
            refuse()


def test_what_belongs_to_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, file = tmp_path / "folder", tmp_path / "file"
    private_folder(folder)
    file.write_text("")
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    for refuse in (lambda: private_folder(folder), lambda: check_private(file), lambda: open_private(file, "rb")):
        with pytest.raises(OSError, match="it belongs to another user"):
            refuse()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="a pipe, which might keep us waiting"):
        write(pipe, "text")
    with pytest.raises(OSError, match="a pipe, which might keep us waiting"):
        check_writable(pipe)
