"""The files of scripts: whole, and in the language of certificates, before anybody does what they say."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from model.certificates import grammar
from model.certificates.manifests import Damaged, Script, sha256
from model.machine.reading import Unreadable, octets_of

_known = cache(set[str])
"""The hashes of the scripts that this process has found to be scripts of certificates."""


def check_scripts(scripts: Iterable[tuple[Path, Script]]) -> list[list[str]]:
    """No difference, of the one certificate; raises `Damaged` for a script that was changed, or not in the language."""
    for path, script in scripts:
        text = text_with_hash(path, script.sha256)
        if sha256(text) not in _known():
            try:
                grammar.check(text)
            except Unreadable as error:
                raise Damaged(f"{path}: is no script of a certificate: {error}") from error
            _known().add(sha256(text))
    return [[]]


def text_with_hash(path: Path, sha: str) -> str:
    """The text of the script with this hash; raises `Damaged` if it is another."""
    try:
        octets = octets_of(path)
    except (OSError, Unreadable) as error:
        raise Damaged(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
    if sha256(octets) != sha:
        raise Damaged(f"{path}: was changed after it had been written")
    try:
        return octets.decode("ascii")
    except UnicodeDecodeError as error:
        raise Damaged(f"{path}: is no script of a certificate: octet {error.start:,} is not ASCII") from None
