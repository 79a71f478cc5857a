"""Machine code on disk, so that a second run starts at once.

An entry is a file named by the hash of its key (what was compiled, how, and for what machine); it begins with the hash
of key and code. An entry that is damaged or not to be read is as good as none; that one cannot be written is no error.
The folder is TCP_MODEL_CACHE, or tcp-model-checker in the user's cache. Limits: the newest MOST entries are kept.
"""

from __future__ import annotations

import os
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

MOST = 400
DIGEST = sha256().digest_size


def folder() -> Path:
    """Where the entries are."""
    named = os.environ.get("TCP_MODEL_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tcp-model-checker"


def load(key: str) -> bytes | None:
    """The code saved under a key, or None."""
    with suppress(OSError, RuntimeError):
        content = _path(key).read_bytes()
        if content[:DIGEST] == _digest(key, content[DIGEST:]):
            return content[DIGEST:]
    return None


def save(key: str, code: bytes) -> None:
    """Keep code under a key; whoever reads at the same time finds all of it or nothing."""
    with suppress(OSError, RuntimeError):
        path = _path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        begun = path.with_suffix(f".{os.getpid()}")
        begun.write_bytes(_digest(key, code) + code)
        begun.replace(path)
        entries = sorted(path.parent.glob("*.code"), key=lambda entry: entry.stat().st_mtime)
        for old in entries[:-MOST]:
            old.unlink()


def _path(key: str) -> Path:
    return folder() / f"{sha256(key.encode()).hexdigest()}.code"


def _digest(key: str, code: bytes) -> bytes:
    return sha256(key.encode() + b"\0" + code).digest()
