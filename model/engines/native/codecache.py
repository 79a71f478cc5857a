"""Machine code on disk, so that a second run starts at once.

An entry is a file named by the hash of its key (what was compiled, how, and for what machine); it begins with the hash
of key and code. An entry that is damaged or not to be read is as good as none; that one cannot be written is no error.
The folder is TCP_MODEL_CACHE, or tcp-model-checker in the user's cache. Limits: MOST entries are kept, and those go
first that have not been used for longest.

What lies in the cache is executed. So a folder or an entry is ignored if it is a symbolic link, if it belongs to
another user, or if others may write it; `ignored` says so in a line. New folders are the user's alone (0700), and
entries, too (0600). What was opened is what is checked, and entries are opened in the folder that was checked; so it
does not matter who may write the folders above it: they can put another folder in its place, and that one is checked.
Where files have no owner in this sense (Windows) nothing is checked: there the user's folders are private by default.
"""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from secrets import token_hex

MOST = 2000
DIGEST = sha256().digest_size
SUFFIX = ".code"
OURS = re.compile(r"[0-9a-f]{64}\.code(\.[0-9a-f]+)?$")
OWNERS = hasattr(os, "geteuid") and os.open in os.supports_dir_fd
"""Whether files have an owner, and can be opened in a folder that is open."""
NOT_A_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def folder() -> Path:
    """Where the entries are."""
    if named := os.environ.get("TCP_MODEL_CACHE"):
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tcp-model-checker"


class NotOurs(OSError):
    """A folder or an entry that is ignored; the text says why."""


def load(key: str) -> bytes | None:
    """The code saved under a key, or None."""
    with suppress(OSError, RuntimeError), _opened(folder()) as place, _entry(place, _name(key)) as entry:
        with os.fdopen(os.dup(entry), "rb") as file:
            content = file.read()
        if content[:DIGEST] == _digest(key, content[DIGEST:]):
            with suppress(OSError):
                os.utime(entry if OWNERS else place.path / _name(key))  # It was used now.
            return content[DIGEST:]
    return None


def save(key: str, code: bytes) -> None:
    """Keep code under a key; whoever reads at the same time finds all of it or nothing."""
    with suppress(OSError, RuntimeError):
        folder().mkdir(mode=0o700, parents=True, exist_ok=True)
        with _opened(folder()) as place:
            begun = f"{_name(key)}.{token_hex(8)}"
            try:
                place.write(begun, _digest(key, code) + code)
                os.replace(place.at(begun), place.at(_name(key)), src_dir_fd=place.number, dst_dir_fd=place.number)
            except BaseException:
                place.remove(begun)
                raise
            for old in place.by_use()[:-MOST]:
                place.remove(old)


def ignored() -> str:
    """A line that says what of the cache is ignored because others may have written it; empty if nothing is."""
    try:
        with _opened(folder()) as place:
            refused = sum(_is_refused(place, name) for name in place.names() if name.endswith(SUFFIX))
    except NotOurs as reason:
        return f"the code cache {folder()} is ignored: {reason}; remove it, or name another one by TCP_MODEL_CACHE"
    except (OSError, RuntimeError):
        return ""
    entries = f"{refused} entries" if refused > 1 else "an entry"
    return f"{entries} of the code cache {folder()} ignored: links, or others may have written them" if refused else ""


class _Place:
    """An open folder: names in it are looked up by its number, or where that cannot be by its path."""

    def __init__(self, path: Path, number: int | None) -> None:
        self.path, self.number = path, number

    def at(self, name: str) -> str:
        """What to call a file in it by."""
        return name if self.number is not None else str(self.path / name)

    def open(self, name: str, flags: int) -> int:
        """An open file of the folder; links are not followed."""
        return os.open(self.at(name), flags | NOT_A_LINK, 0o600, dir_fd=self.number)

    def names(self) -> list[str]:
        """The entries in it, those included that were begun and never finished."""
        return [name for name in os.listdir(self.path if self.number is None else self.number) if OURS.match(name)]

    def by_use(self) -> list[str]:
        """The entries in it, the one first that has not been used for longest."""
        used: dict[str, int] = {}
        for name in self.names():
            with suppress(FileNotFoundError):
                used[name] = os.stat(self.at(name), dir_fd=self.number, follow_symlinks=False).st_mtime_ns
        return sorted(used, key=lambda name: (used[name], name))

    def write(self, name: str, content: bytes) -> None:
        """Write a new file."""
        with os.fdopen(self.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
            file.write(content)

    def remove(self, name: str) -> None:
        """Remove a file, if it can be."""
        with suppress(OSError):
            os.unlink(self.at(name), dir_fd=self.number)


@contextmanager
def _opened(path: Path) -> Iterator[_Place]:
    """The folder, open and checked; raises `NotOurs`, or another `OSError` if there is none."""
    if not OWNERS:
        yield _Place(path, None)
        return
    if path.is_symlink():
        raise NotOurs("it is a symbolic link")
    number = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | NOT_A_LINK)
    try:
        _check(number)
        yield _Place(path, number)
    finally:
        os.close(number)


@contextmanager
def _entry(place: _Place, name: str) -> Iterator[int]:
    """A file of the folder, open and checked; raises as `_opened`."""
    number = place.open(name, os.O_RDONLY)
    try:
        if OWNERS:
            _check(number)
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise NotOurs("it is no file")
        yield number
    finally:
        os.close(number)


def _check(number: int) -> None:
    """Raise `NotOurs` if an open file or folder may be what somebody else has written."""
    status = os.fstat(number)
    if sys.platform != "win32" and status.st_uid != os.geteuid():
        raise NotOurs("it belongs to another user")
    if status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise NotOurs("other users may write to it")


def _is_refused(place: _Place, name: str) -> bool:
    """Whether an entry is ignored because of who may have written it."""
    try:
        with _entry(place, name):
            return False
    except FileNotFoundError:
        return False  # Another process has removed it.
    except OSError:
        return True


def _name(key: str) -> str:
    return f"{sha256(key.encode()).hexdigest()}{SUFFIX}"


def _digest(key: str, code: bytes) -> bytes:
    return sha256(key.encode() + b"\0" + code).digest()
