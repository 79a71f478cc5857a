"""A search on disk, so that one that was killed can go on from its last complete level.

A search has a folder, named by its fingerprint (what is searched, and for which properties). Rows are only ever
appended: three files, of states, parents and firings, grow by a piece at a time; then a manifest that counts the pieces
takes the place of the last one. So there is a whole checkpoint at any moment; what lies behind it, or without a
manifest, is cut off. One search at a time has the folder: it holds a lock.

Every piece has a checksum, and the manifest a seal: what does not fit is refused by an `OSError` that names the file.
So is a folder or file that another user owns or that others may write, and a symbolic link (`model.machine.files`).
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal
from zlib import crc32

import numpy as np
import z3
from filelock import FileLock, Timeout
from msgspec import Meta, Struct

from model.core.nodes import node_of
from model.core.property import Property
from model.core.system import System
from model.engines.explicit.hash_table import Array
from model.machine.files import check_private, naming, open_private, private_folder, write
from model.machine.reading import Unreadable, checked, decoded, json_of

FORMAT = 1
MANIFEST = "checkpoint.json"
LOCK = "lock"

Count32 = Annotated[int, Meta(ge=0, lt=1 << 32)]
Large = Annotated[int, Meta(ge=-1, le=(1 << 63) - 1)]


class Noted(Struct, forbid_unknown_fields=True):
    """What a search notes besides its rows. progress: transitions, depth, states expanded, the end of the level.

    found: how often each bound was touched, and where the properties of steps and of states are decided (-1: not yet).
    """

    states: Count32
    progress: tuple[Large, Count32, Count32, Count32]
    found: tuple[list[Large], list[tuple[Large, Large]], list[Large]]
    seconds: Annotated[float, Meta(ge=0, lt=1e9)]


class CheckpointManifest(Struct, forbid_unknown_fields=True):
    """What is kept in a checkpoint. pieces: of each how many rows it has, and a checksum for each file."""

    format: Literal[1]
    key: str
    rows: Count32
    pieces: list[tuple[Count32, Count32, Count32, Count32]]
    noted: Noted
    seal: str

    def __post_init__(self) -> None:
        if not self.rows == self.noted.states == sum(piece[0] for piece in self.pieces):
            raise ValueError("rows, pieces and noted.states differ")
        _, _, expanded, level_end = self.noted.progress
        if not expanded <= level_end <= self.rows:
            raise ValueError("noted.progress is ahead of the rows")
        _, steps, states = self.noted.found
        if any(at >= self.rows for at in (*states, *(parent for parent, _ in steps))):
            raise ValueError("noted.found is behind the rows")


def fingerprint(system: System, properties: Sequence[Property], stored: Sequence[str]) -> str:
    """What is searched, as 32 hexadecimal digits; z3 may order the arguments of a sum as it likes."""
    rules = [
        [rule.name, _of(rule.guard), dict(rule.choose), [[name, _of(new)] for name, new in rule.update.items()]]
        + [[bound, _of(when)] for bound, when in rule.touches.items()]
        for rule in system.rules
    ]
    asked = [[prop.name, prop.kind, _of(prop.term)] for prop in properties]
    inside = None if system.constraint is None else _of(system.constraint)
    initial = [[[name, int(value)] for name, value in state.items()] for state in system.initial]
    return _digest(json.dumps([FORMAT, list(stored), rules, asked, inside, initial]))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def _of(term: z3.ExprRef) -> str:
    return node_of(term).digest.hex()


class Checkpoint:
    """The checkpoint of one search, in a folder of `parent`. Raises `OSError`."""

    def __init__(self, parent: Path, key: str) -> None:
        self.folder, self.key = parent / key, key
        self._pieces: list[list[int]] = []
        self._written = 0
        private_folder(parent)
        private_folder(self.folder)
        open_private(self.folder / LOCK, "ab").close()
        self._lock = FileLock(self.folder / LOCK, timeout=0)
        try:
            self._lock.acquire()
        except Timeout as error:
            what = "another search is using this checkpoint; wait for its end, or name another folder"
            raise OSError(errno.EBUSY, what, str(self.folder)) from error

    def close(self) -> None:
        """Let others have the folder."""
        self._lock.release()

    def load(self, arrays: Mapping[str, Array]) -> dict[str, Any] | None:
        """Fill the rows of `arrays` from the files; returns what was noted besides, or None if there is nothing."""
        path = self.folder / MANIFEST
        if not check_private(path):
            for name in arrays:
                if check_private(self.folder / name):
                    (self.folder / name).unlink()
            return None
        manifest = self._manifest(path)
        self._pieces, self._written = manifest["pieces"], manifest["rows"]
        if any(self._written > len(array) for array in arrays.values()):
            what = f"{self._written:,} states of a checkpoint are more than this search may store; allow it more"
            raise OSError(errno.ENOMEM, what, str(self.folder))
        for at, (name, array) in enumerate(arrays.items()):
            self._read(self.folder / name, array, [(piece[0], piece[1 + at]) for piece in self._pieces])
        noted: dict[str, Any] = manifest["noted"]
        return noted

    def _manifest(self, path: Path) -> dict[str, Any]:
        with open_private(path, "rb") as file:
            content = file.read()
        try:
            manifest = json_of(decoded(content))
            known = isinstance(manifest, dict) and manifest.get("format") == FORMAT and manifest.get("key") == self.key
            whole = known and checked(manifest, CheckpointManifest).seal == _seal(manifest)
        except Unreadable as error:
            raise damaged(path) from error
        if not known:
            raise damaged(path, "a checkpoint of another search or version")
        if not whole:
            raise damaged(path)
        found: dict[str, Any] = manifest
        return found

    def _read(self, path: Path, array: Array, pieces: Sequence[tuple[int, int]]) -> None:
        """Read pieces, each so many rows with a checksum, and cut off what lies behind them."""
        row, done = 0, 0
        if not check_private(path):
            raise damaged(path)
        with open_private(path, "r+b") as file:
            for rows, checksum in pieces:
                view = _bytes(array[row : row + rows])
                if file.readinto(view) != len(view) or crc32(view) != checksum:
                    raise damaged(path)
                row, done = row + rows, done + len(view)
            file.truncate(done)

    def save(self, arrays: Mapping[str, Array], rows: int, noted: Mapping[str, Any]) -> None:
        """Append the rows from the last checkpoint up to `rows`, and note what else is to be kept."""
        piece = [rows - self._written]
        for name, array in arrays.items():
            view = _bytes(array[self._written : rows])
            piece.append(crc32(view))
            path = self.folder / name
            with naming(path), open_private(path, "ab") as file:
                file.write(view)
                file.flush()
                os.fsync(file.fileno())
        self._pieces.append(piece)
        self._written = rows
        manifest = {"format": FORMAT, "key": self.key, "rows": rows, "pieces": self._pieces, "noted": dict(noted)}
        sealed = json.dumps({**manifest, "seal": _seal(manifest)})
        write(self.folder / MANIFEST, sealed, private=True, durable=True)


def _bytes(array: Array) -> Any:
    """The memory of whole rows."""
    return array.reshape(-1).view(np.uint8).data


def damaged(path: Path, what: str = "a damaged checkpoint") -> OSError:
    """The error for a file that is not what it should be."""
    return OSError(errno.EINVAL, f"{what}; remove {path.parent} to search from the start", str(path))


def _seal(manifest: Mapping[str, Any]) -> str:
    return _digest(json.dumps({name: value for name, value in manifest.items() if name != "seal"}, sort_keys=True))
