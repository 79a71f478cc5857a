"""The form of certificates: manifests, read from a folder that anybody may have written.

What is not of this form, or not whole, is `Damaged`: one line, status 2. Whether a certificate of this form is right is
for others to say. A folder has manifests (CLAIM/VARIANT.json) and the scripts that they list, each where the manifest
says (CLAIM/obligations/), and nothing else; no link is followed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, to_builtins

from model.machine.printing import Mistake
from model.machine.reading import Unreadable, checked, json_of, text_of
from model.settings.config import Config
from model.settings.server import AnyConfig, ServerConfig
from model.settings.setting import BadConfig, names_of

FORMAT = 1
FOLDER = "obligations"
"""Where the scripts of a claim's proofs are."""


class Damaged(Mistake):
    """A certificate that cannot be used; the text names the file and says why."""


def sha256(text: str | bytes) -> str:
    """The SHA-256 of octets, or of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def script_name(sha: str) -> str:
    """The name of the file of the script with this hash."""
    return f"{sha[:20]}.smt2"


def seal(manifest: Mapping[str, Any]) -> str:
    """The hash of a manifest's other entries, which shows that it was changed by accident; anybody can make it."""
    return sha256(json.dumps({name: value for name, value in manifest.items() if name != "seal"}, sort_keys=True))


# -- the format, as `writing` has it --

Count = Annotated[int, Meta(ge=0)]
Hash = Annotated[str, Meta(pattern=r"\A[0-9a-f]{64}\Z")]
Valuation = dict[str, Count | bool]
"""The values of variables or inputs, by name."""


ExpectedAnswer = Literal["sat", "unsat"]


class Script(Struct, forbid_unknown_fields=True):
    """One obligation. expected: what a solver has to answer."""

    file: Annotated[str, Meta(pattern=r"\Aobligations/[0-9a-f]{20}[.]smt2\Z")]
    sha256: Hash
    expected: ExpectedAnswer
    event: str
    cite: str
    kind: str
    about: str
    lemmas: list[str]


class SearchVerdict(Struct, forbid_unknown_fields=True):
    """One of the verdicts that a search was made for."""

    claim: str
    variant: str
    expected: str


class Figures(Struct, forbid_unknown_fields=True):
    """What a search has counted."""

    states: Count
    transitions: Count
    depth: Count
    complete: bool
    limit: str
    digest: str


class Taken(Struct, forbid_unknown_fields=True):
    """One step of a run."""

    rule: str
    inputs: Valuation
    state: Valuation


class Shown(Struct, forbid_unknown_fields=True):
    """A run that decides a property; an infinite one has a loop."""

    property: str
    initial: Valuation
    steps: list[Taken]
    loop: list[Taken] | None = None


class Manifest(Struct, forbid_unknown_fields=True, kw_only=True):
    """What every certificate says. config: the fields of a `Config` or `ServerConfig`."""

    format: Literal[1]
    claim: str
    variant: str
    sentence: str
    expected: str
    config: dict[str, Any]
    verdict: str
    seal: Hash


class ProofManifest(Manifest, tag_field="kind", tag="proof", forbid_unknown_fields=True, kw_only=True):
    """The certificate of a proof."""

    verdict: Literal["proved", "fails"]
    width: Count
    assumptions: list[str]
    obligations: Annotated[list[Script], Meta(min_length=1)]


class SearchManifest(Manifest, tag_field="kind", tag="search", forbid_unknown_fields=True, kw_only=True):
    """The certificate of a search."""

    together: Annotated[list[SearchVerdict], Meta(min_length=1)]
    figures: Figures
    runs: list[Shown]


@dataclass(frozen=True)
class Certificate:
    """One manifest: where it is, and what it says."""

    path: Path
    form: ProofManifest | SearchManifest

    @property
    def name(self) -> str:
        """Claim and variant."""
        return f"{self.form.claim} ({self.form.variant})"

    @property
    def search(self) -> str:
        """The search that it is of: equal for certificates of one search."""
        assert isinstance(self.form, SearchManifest)
        return json.dumps([self.form.config, to_builtins(self.form.together)], sort_keys=True)

    @property
    def scripts(self) -> list[tuple[Path, Script]]:
        """The scripts of a proof, each with its file."""
        listed = self.form.obligations if isinstance(self.form, ProofManifest) else []
        return [(self.path.parent / one.file, one) for one in listed]


def read(folder: Path) -> list[Certificate]:
    """The certificates in a folder and those below it; raises `Damaged`, `OSError`."""
    files = sorted(_files(folder)) if folder.is_dir() else []
    found = [_read(path) for path in files if path.suffix == ".json"]
    if not found:
        raise Damaged(f"{folder}: there is no certificate; python -m model.check --certify writes them")
    known: dict[tuple[str, str], Certificate] = {}
    for one in found:
        if (other := known.setdefault((one.form.claim, one.form.variant), one)) is not one:
            raise Damaged(f"{one.path}: is a second certificate of {one.name}, beside {other.path}")
    _all_there(files, found)
    return found


def _all_there(files: Sequence[Path], found: Sequence[Certificate]) -> None:
    """Raises `Damaged` if a script is missing, or a file is listed nowhere."""
    there, listed = set(files), {path for one in found for path, _ in one.scripts}
    if missing := sorted(listed - there):
        raise Damaged(f"{missing[0]}: cannot be read: No such file or directory")
    if strange := sorted(there - listed - {one.path for one in found}):
        more = f" (and {len(strange) - 1:,} more)" if len(strange) > 1 else ""
        raise Damaged(
            f"{strange[0]}{more}: no certificate lists it; remove it, or write the certificates anew elsewhere"
        )


def _files(folder: Path) -> Iterator[Path]:
    """All files of a folder and of those below it; raises `Damaged` for whatever is no file or folder itself."""
    waiting = [folder]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=False):
                    yield Path(entry.path)
                else:
                    what = "a symbolic link, which is not followed" if entry.is_symlink() else "not a regular file"
                    raise Damaged(f"{entry.path}: cannot be read: {what}")


def _read(path: Path) -> Certificate:
    try:
        manifest = json_of(text_of(path))
        if isinstance(manifest, dict) and manifest.get("format") != FORMAT:
            raise Unreadable(f"it is not of format {FORMAT}")
        form: ProofManifest | SearchManifest = checked(manifest, ProofManifest | SearchManifest)  # type: ignore[arg-type]  # A union is no `type` to mypy.
        config_of(form.config)
        sealed = seal(manifest)
    except (OSError, Unreadable, BadConfig) as error:
        raise Damaged(f"{path}: is not a certificate: {getattr(error, 'strerror', None) or error}") from error
    except RecursionError:
        raise Damaged(f"{path}: is not a certificate: nested too deeply") from None
    if form.seal != sealed:
        raise Damaged(f"{path}: was changed after it had been written")
    return Certificate(path, form)


def config_of(values: Mapping[str, Any]) -> AnyConfig:
    """A configuration from what a manifest has of it; raises `BadConfig`."""
    kind: type[AnyConfig] = ServerConfig if "connections" in values else Config
    _only_fields(kind, values)
    try:
        return checked(values, kind)
    except Unreadable as error:
        raise BadConfig(f"config: {error}") from None


def _only_fields(kind: type[AnyConfig], values: Mapping[str, Any]) -> None:
    """Raises `BadConfig` for a name that is no field: msgspec checks the fields of a dataclass only."""
    if unknown := sorted(values.keys() - names_of(kind)):
        raise BadConfig(f"config: unknown field '{unknown[0]}'")
    if isinstance(connections := values.get("connections"), list):
        for one in connections:
            if isinstance(one, dict):
                _only_fields(Config, one)
