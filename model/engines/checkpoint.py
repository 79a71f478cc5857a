"""A search on disk, so that one that was killed can go on from its last complete level.

A search has a folder, named by its fingerprint (what is searched, and for which properties). Rows are only ever
appended: three files, of states, parents and firings, grow by a piece at a time; then a manifest that counts the pieces
takes the place of the last one. So there is a whole checkpoint at any moment; what lies behind it, or without a
manifest, is cut off. One search at a time has the folder: it holds a lock.

Every piece has a checksum, and the manifest a seal: what does not fit is refused by an `OSError` that names the file.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal
from zlib import crc32

import numpy as np
import z3
from msgspec import Meta, Struct

from model.engines.table import Array
from model.reading import Unreadable, checked, json_of, text_of
from model.system import Property, System
from model.terms import PYTHON, Fold

FORMAT = 1
MANIFEST = "checkpoint.json"
LOCK = "lock"
COMMUTATIVE = (z3.Z3_OP_AND, z3.Z3_OP_OR, z3.Z3_OP_EQ, z3.Z3_OP_BADD, z3.Z3_OP_BMUL, z3.Z3_OP_DISTINCT, z3.Z3_OP_XOR)

Count = Annotated[int, Meta(ge=0, lt=1 << 32)]
Large = Annotated[int, Meta(ge=-1, le=(1 << 63) - 1)]


class Noted(Struct, forbid_unknown_fields=True):
    """What a search notes besides its rows. progress: transitions, depth, states expanded, the end of the level.

    found: how often each bound was touched, and where the properties of steps and of states are decided (-1: not yet).
    """

    states: Count
    progress: tuple[Large, Count, Count, Count]
    found: tuple[list[Large], list[tuple[Large, Large]], list[Large]]
    seconds: Annotated[float, Meta(ge=0, lt=1e9)]


class Manifest(Struct, forbid_unknown_fields=True):
    """What is kept in a checkpoint. pieces: of each how many rows it has, and a checksum for each file."""

    format: Literal[1]
    key: str
    rows: Count
    pieces: list[tuple[Count, Count, Count, Count]]
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
    fold = Fold(dict.fromkeys(PYTHON, _digest_of), lambda term: _digest(f"{term} {term.sort()}"))
    rules = [
        [rule.name, fold(rule.guard), dict(rule.choose), [[name, fold(term)] for name, term in rule.update.items()]]
        + [[bound, fold(when)] for bound, when in rule.touches.items()]
        for rule in system.rules
    ]
    asked = [[prop.name, prop.kind, fold(prop.term)] for prop in properties]
    inside = None if system.constraint is None else fold(system.constraint)
    initial = [[[name, int(value)] for name, value in state.items()] for state in system.initial]
    return _digest(json.dumps([FORMAT, list(stored), rules, asked, inside, initial]))


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def _digest_of(term: z3.ExprRef) -> Any:
    head = f"{term.decl().name()} {term.sort()} {term.params()} {term if not term.num_args() else ''}"
    ordered = sorted if term.decl().kind() in COMMUTATIVE else list
    return lambda *children: _digest(" ".join([head, *ordered(children)]))


class Checkpoint:
    """The checkpoint of one search, in a folder of `parent`. Raises `OSError`."""

    def __init__(self, parent: Path, key: str) -> None:
        self.folder, self.key = parent / key, key
        self._pieces: list[list[int]] = []
        self._written = 0
        self.folder.mkdir(parents=True, exist_ok=True)
        self._lock = (self.folder / LOCK).open("w", encoding="ascii")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self.close()
            what = "another search is using this checkpoint; wait for its end, or name another folder"
            raise OSError(errno.EBUSY, what, str(self.folder)) from error

    def close(self) -> None:
        """Let others have the folder."""
        self._lock.close()

    def load(self, arrays: Mapping[str, Array]) -> dict[str, Any] | None:
        """Fill the rows of `arrays` from the files; returns what was noted besides, or None if there is nothing."""
        path = self.folder / MANIFEST
        if not path.exists():
            for name in arrays:
                (self.folder / name).unlink(missing_ok=True)
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
        try:
            manifest = json_of(text_of(path))
            known = isinstance(manifest, dict) and manifest.get("format") == FORMAT and manifest.get("key") == self.key
            whole = known and checked(manifest, Manifest).seal == _seal(manifest)
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
        if not path.exists():
            raise damaged(path)
        with path.open("r+b") as file:
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
            with (self.folder / name).open("ab") as file:
                file.write(view)
                file.flush()
                os.fsync(file.fileno())
        self._pieces.append(piece)
        self._written = rows
        manifest = {"format": FORMAT, "key": self.key, "rows": rows, "pieces": self._pieces, "noted": dict(noted)}
        begun = self.folder / (MANIFEST + ".new")
        with begun.open("w", encoding="ascii") as text:
            text.write(json.dumps({**manifest, "seal": _seal(manifest)}))
            text.flush()
            os.fsync(text.fileno())
        begun.replace(self.folder / MANIFEST)
        folder = os.open(self.folder, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


def _bytes(array: Array) -> Any:
    """The memory of whole rows."""
    return array.reshape(-1).view(np.uint8).data


def damaged(path: Path, what: str = "a damaged checkpoint") -> OSError:
    """The error for a file that is not what it should be."""
    return OSError(errno.EINVAL, f"{what}; remove {path.parent} to search from the start", str(path))


def _seal(manifest: Mapping[str, Any]) -> str:
    return _digest(json.dumps({name: value for name, value in manifest.items() if name != "seal"}, sort_keys=True))
