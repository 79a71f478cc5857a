"""Files that are whole or not there, and folders into which nobody else may write.

`write` puts a file's content beside its place, under a name that cannot be guessed, and moves it there in one step: who
reads at the same time, or a second run that writes the same files, meets the old one or the new one, and a full disk
leaves no half file. Nothing is written through a symbolic link. `private_folder`, `check_private` and `open_private`
are for what a later run will trust: they refuse what somebody else owns or may write.

Every error is an `OSError` with the path as its filename and one line as its text.
Limits: owners and permissions are looked at where a system has them (not on Windows), access control lists nowhere.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedIOBase
from pathlib import Path
from typing import Literal, cast

OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


def write(path: Path, content: str | bytes, *, private: bool = False, durable: bool = False) -> None:
    """Put `content` (text in UTF-8, as it is) into a file, whatever was there before; its folder has to exist.

    private: only the owner may read it; else its permissions stay, or are those of a new file. durable: after a
    loss of power the old file or the new one is there. A device is written to where it stands; a pipe is refused.
    """
    data = content.encode("utf-8", "backslashreplace") if isinstance(content, str) else content
    with naming(path):
        about = _not_a_link(path)
        _no_pipe(about)
        if about is not None and not stat.S_ISREG(about.st_mode):
            with _open(path, "wb", 0) as file:
                file.write(data)
            return
        mode = 0o600 if private else 0o666 if about is None else stat.S_IMODE(about.st_mode)
        begun = path.with_name(f".{secrets.token_hex(8)}.new")
        try:
            with _open(begun, "xb", mode) as file:
                file.write(data)
                file.flush()
                if durable:
                    os.fsync(file.fileno())
            begun.replace(path)
        except BaseException:
            with suppress(OSError):
                begun.unlink()
            raise


def check_writable(path: Path) -> None:
    """Find out whether `write` could put a file here, and leave no trace. Raises `OSError` if not."""
    with naming(path):
        about = _not_a_link(path)
        _no_pipe(about)
        if about is not None and stat.S_ISDIR(about.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if about is None or stat.S_ISREG(about.st_mode):
            trial = path.with_name(f".{secrets.token_hex(8)}.new")
            with _open(trial, "xb", 0o600):
                pass
            trial.unlink()


def private_folder(path: Path) -> None:
    """Make a folder for its owner alone, if it is not there; raises `OSError` if it is, and is not private."""
    with naming(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            path.mkdir(mode=0o700)
        _private(os.lstat(path))
        if not path.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))


def check_private(path: Path) -> bool:
    """Whether there is such a file; raises `OSError` if it is not this user's own, or a link."""
    with naming(path):
        try:
            about = os.lstat(path)
        except FileNotFoundError:
            return False
        _private(about)
        if not stat.S_ISREG(about.st_mode):
            raise OSError(errno.EINVAL, "not a file")
        return True


def open_private(path: Path, mode: Literal["rb", "r+b", "ab"]) -> BufferedIOBase:
    """Open a file of this user's own; a new one is for its owner alone. Raises `OSError` as `check_private`."""
    check_private(path)
    with naming(path):
        file = _open(path, mode, 0o600)
        try:
            _private(os.fstat(file.fileno()))
        except OSError:
            file.close()
            raise
        return file


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Within, every `OSError` gets this path as its filename."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno or errno.EIO, error.strerror or str(error), str(path)) from error


def _open(path: Path, mode: str, permissions: int) -> BufferedIOBase:
    return cast(  # The caller closes it.
        BufferedIOBase,
        open(path, mode, opener=lambda name, flags: os.open(name, flags | NO_FOLLOW, permissions)),
    )


def _not_a_link(path: Path) -> os.stat_result | None:
    """What is at this place, or None; raises `OSError` for a symbolic link."""
    try:
        about = os.lstat(path)
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(about.st_mode):
        raise OSError(errno.ELOOP, "a symbolic link, which is not followed; name the file itself")
    return about


def _no_pipe(about: os.stat_result | None) -> None:
    if about is not None and stat.S_ISFIFO(about.st_mode):
        raise OSError(errno.EINVAL, "a pipe, which might keep us waiting for ever; name a file")


def _private(about: os.stat_result) -> None:
    if stat.S_ISLNK(about.st_mode):
        raise OSError(errno.ELOOP, "a symbolic link, which is not followed; remove it, or name another folder")
    if not hasattr(os, "geteuid"):
        return
    if about.st_uid != os.geteuid():
        raise OSError(errno.EPERM, "it belongs to another user; name a folder of your own")
    if about.st_mode & OTHERS_WRITE:
        raise OSError(errno.EPERM, "others may write to it; forbid that (chmod go-w), or name another folder")
