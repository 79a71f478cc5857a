"""Files that somebody else wrote: opened, decoded, parsed and checked against their schema, or refused in one line.

Three steps, each of which says what is wrong, not where: `text_of` (a regular file, in UTF-8), `json_of` (JSON, more
strictly than Python has it) and `checked` (a schema: msgspec's structs). Whoever reads adds the file and the line.
"""

from __future__ import annotations

import codecs
import errno
import io
import json
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import msgspec
from msgspec import inspect

MOST = 1 << 26
"""Octets of a text, or of what comes through a pipe."""
MOST_DIGITS = 40
INHERITED = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")
T = TypeVar("T")
SAYS = re.compile(r"(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?", re.DOTALL)
"""What msgspec says."""
BETTER = {"Expected": "expected", "Object contains": "it has the", "Object missing": "it lacks the"}


class Unreadable(ValueError):
    """What was written is not what it should be; the text says what is wrong in one line, and begins with a field."""

    def __init__(self, what: str, path: str = "") -> None:
        super().__init__(f"{path}: {what}" if path else what)
        self.within = f".{path}: {what}" if path else f": {what}"
        """The same, to be put behind the path to what was read."""


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A regular file, or a pipe that the shell has opened, from its beginning; raises `OSError` with the file's name.

    Nothing else is waited for: a device may have no end, and a named pipe nobody who writes.
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    piped = stat.S_ISFIFO(mode) and str(path).startswith(INHERITED)
    if not (stat.S_ISREG(mode) or piped):
        raise OSError(errno.EINVAL, "not a regular file", str(path))
    try:
        with path.open("rb") as file:
            yield io.BytesIO(_few(file, path)) if piped else file
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def _few(file: BinaryIO, path: Path) -> bytes:
    octets = file.read(MOST + 1)
    if len(octets) > MOST:
        raise OSError(errno.EFBIG, f"larger than {MOST >> 20} MiB", str(path))
    return octets


def octets_of(path: Path) -> bytes:
    """What a file has, as it is; raises `OSError`."""
    with opened(path) as file:
        return _few(file, path)


def text_of(path: Path) -> str:
    """A text in UTF-8, its lines ended by LF; raises `Unreadable`, `OSError`."""
    with opened(path) as file:
        return text_in(path, file)


def text_in(path: Path, file: BinaryIO) -> str:
    """The same of a file that is open."""
    return decoded(_few(file, path))


def decoded(octets: bytes) -> str:
    """A text in UTF-8, with or without a byte order mark, its lines ended by LF; raises `Unreadable`."""
    if octets.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise Unreadable("not a text in UTF-8, but in UTF-16")
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"not a text in UTF-8 (octet {error.start:,})") from None
    if "\0" in text:
        raise Unreadable("not a text: it has NUL characters")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def json_of(text: str) -> Any:
    """What a text says in JSON: each name once, numbers that are some, strings of characters; raises `Unreadable`."""
    try:
        value = json.loads(text, object_pairs_hook=_each_once, parse_int=_whole, parse_constant=_no_number)
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        line = f"line {error.lineno}, " if error.lineno > 1 else ""
        raise Unreadable(f"not JSON: {error.msg} ({line}column {error.colno})") from None
    except RecursionError:
        raise Unreadable("nested too deeply") from None
    except UnicodeEncodeError:
        raise Unreadable("half of a surrogate pair is no character") from None
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise Unreadable(f"'{next(name for name in names if names.count(name) > 1)}' is there twice")
    return found


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise Unreadable(f"a number of {len(digits):,} digits")
    return int(digits)


def _no_number(name: str) -> float:
    raise Unreadable(f"{name} is no number in JSON")


def checked(value: Any, kind: type[T]) -> T:
    """The value as an instance of `kind`, which is its schema; raises `Unreadable`, with the path to what is wrong."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        found = SAYS.fullmatch(str(error))
        assert found is not None
        what, path = found["what"], (found["path"] or "").removeprefix(".")
        if what.startswith("Invalid enum value ") and (allowed := _allowed(kind, path)):
            what = f"{what.removeprefix('Invalid enum value ')} is none of {allowed}"
        for begins, instead in BETTER.items():
            if what.startswith(begins):
                what = instead + what.removeprefix(begins)
        raise Unreadable(what.replace("`", ""), path) from None


def _allowed(kind: type, path: str) -> str:
    """The values of the literal at a path in a schema; empty if that is none."""
    at = _bare(inspect.type_info(kind))
    for name in re.findall(r"[^\W\d]\w*|\[", path):
        if name == "[":
            at = getattr(at, "item_type", None) or getattr(at, "value_type", None)
        else:
            at = next((field.type for field in getattr(at, "fields", ()) if field.encode_name == name), None)
        at = _bare(at)
    return ", ".join(map(str, at.values)) if isinstance(at, inspect.LiteralType) else ""


def _bare(at: Any) -> Any:
    """The type without "or null"."""
    if isinstance(at, inspect.UnionType):
        return next((one for one in at.types if not isinstance(one, inspect.NoneType)), None)
    return at
