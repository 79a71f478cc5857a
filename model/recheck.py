"""What a certificate is worth: its files are whole, other solvers agree, a second run agrees, its runs are runs.

Nothing here looks at how a verdict was found: obligations are read as text, and runs are replayed under the Python
meaning of the rules.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from model.certificates import FORMAT, seal, sha256
from model.engines.verdict import NO_LIMITS
from model.network.make import AnyNetwork, network_of
from model.network.table import AnyConfig, ServerConfig
from model.questions.search import judge_search
from model.reading import Unreadable, checked, json_of, text_of
from model.row import Options, Row, Task
from model.solvers import SOLVERS
from model.system import Property, State, System
from model.tcp.config import BadConfig, Config
from model.trace import ReplayError, Step, Trace, confirm, replay
from model.traces.render import Drawings
from properties.claim import make_property, make_witness
from properties.claims import find


class Damaged(Exception):
    """A certificate that cannot be used; the text names the file and says why."""


# -- the format of manifests, as `model.certificates` writes them --

Count = Annotated[int, Meta(ge=0)]
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Valuation = dict[str, Count | bool]
"""The values of variables or inputs, by name."""


class Script(Struct, forbid_unknown_fields=True):
    """One obligation. expected: what a solver has to answer."""

    file: Annotated[str, Meta(pattern="^obligations/[0-9a-f]{20}[.]smt2$")]
    sha256: Hash
    expected: Literal["sat", "unsat"]
    event: str
    cite: str
    kind: str
    about: str
    lemmas: list[str]


class Judged(Struct, forbid_unknown_fields=True):
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


class Run(Struct, forbid_unknown_fields=True):
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


class Proof(Manifest, tag_field="kind", tag="proof", forbid_unknown_fields=True, kw_only=True):
    """The certificate of a proof."""

    width: Count
    assumptions: list[str]
    obligations: list[Script]


class Search(Manifest, tag_field="kind", tag="search", forbid_unknown_fields=True, kw_only=True):
    """The certificate of a search."""

    together: list[Judged]
    figures: Figures
    runs: list[Run]


@dataclass(frozen=True)
class Certificate:
    """One manifest, which has the form of `Proof` or `Search`."""

    path: Path
    manifest: Mapping[str, Any]

    @property
    def name(self) -> str:
        """Claim and variant."""
        return f"{self.manifest['claim']} ({self.manifest['variant']})"

    @property
    def search(self) -> str:
        """The search that it is of: equal for certificates of one search."""
        return json.dumps([self.manifest["config"], self.manifest["together"]], sort_keys=True)

    @property
    def scripts(self) -> list[tuple[Path, str]]:
        """The scripts of a proof, each with the answer that is expected."""
        listed = self.manifest.get("obligations", [])
        return [(self.path.parent / one["file"], str(one["expected"])) for one in listed]

    def check_files(self) -> None:
        """Raises `Damaged` if a script is missing or is not what was written."""
        for one in self.manifest.get("obligations", []):
            path = self.path.parent / one["file"]
            try:
                text = text_of(path)
            except (OSError, Unreadable) as error:
                raise Damaged(f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}") from error
            if sha256(text) != one["sha256"]:
                raise Damaged(f"{path}: was changed after it had been written")


def read(folder: Path) -> list[Certificate]:
    """The certificates in a folder and those below it; raises `Damaged`."""
    found = [_read(path) for path in sorted(folder.rglob("*.json"))]
    if not found:
        raise Damaged(f"{folder}: there is no certificate; python -m model.check --certify writes them")
    return found


def _read(path: Path) -> Certificate:
    try:
        manifest = json_of(text_of(path))
        if isinstance(manifest, dict) and manifest.get("format") != FORMAT:
            raise Unreadable(f"it is not of format {FORMAT}")
        form: Proof | Search = checked(manifest, Proof | Search)  # type: ignore[arg-type]
        _check_names(form)
    except (OSError, Unreadable, BadConfig) as error:
        raise Damaged(f"{path}: is not a certificate: {getattr(error, 'strerror', None) or error}") from error
    if form.seal != seal(manifest):
        raise Damaged(f"{path}: was changed after it had been written")
    return Certificate(path, manifest)


def _check_names(form: Proof | Search) -> None:
    """Raises `Unreadable` for a claim that this version does not know, and `BadConfig`."""
    config_of(form.config)
    others = form.together if isinstance(form, Search) else []
    for name in (form.claim, *(other.claim for other in others)):
        if find(name) is None:
            raise Unreadable(f"claim '{name}' is not known to this version")
    if others and form.claim not in [other.claim for other in others]:
        raise Unreadable("together: the claim itself is missing")


@dataclass(frozen=True)
class Answered:
    """What other solvers say of one script: the answer, and whose it is."""

    path: Path
    answer: str
    solver: str


def ask(path: Path, solvers: Sequence[str], seconds: float) -> Answered:
    """The first solver's answer that is one; the others are asked only if there is none."""
    text = text_of(path)
    for solver in solvers:
        if (answer := SOLVERS[solver](text, seconds)) != "unknown":
            return Answered(path, answer, solver)
    return Answered(path, "unknown", "")


def compare(certificates: Sequence[Certificate]) -> list[str]:
    """How a second run and the replays differ from certificates of one search, in words for each; "" if they agree."""
    rows = searched_again(certificates[0].manifest)
    return [_difference(one.manifest, rows) for one in certificates]


def _difference(manifest: Mapping[str, Any], rows: Sequence[Row]) -> str:
    row = next(row for row in rows if row.task.claim.name == manifest["claim"])
    effort = row.effort
    again = {name: getattr(effort, name) for name in manifest["figures"]} | {"verdict": row.verdict}
    was = {**manifest["figures"], "verdict": manifest["verdict"]}
    wrong = [f"{name} is {again[name]}, was {was[name]}" for name in was if again[name] != was[name]]
    return "; ".join([*wrong, *Replays(manifest).wrong()])


def searched_again(manifest: Mapping[str, Any]) -> list[Row]:
    """The rows of the search that a certificate is of."""
    config, tasks = config_of(manifest["config"]), []
    for one in manifest["together"]:
        claim = find(one["claim"])
        assert claim is not None, "read has looked"
        tasks.append(Task(claim, one["variant"], config, one["expected"]))
    with tempfile.TemporaryDirectory() as nowhere:
        options = Options(Path(nowhere), NO_LIMITS, Drawings(), [])
        return judge_search(tasks, options, lambda *_: None)


@dataclass(frozen=True)
class Replays:
    """The runs of a search's certificate, replayed."""

    manifest: Mapping[str, Any]

    def wrong(self) -> Iterable[str]:
        """What is wrong with them, in words."""
        for run in self.manifest["runs"]:
            try:
                self._replay(run)
            except (ReplayError, KeyError) as error:
                yield f"the run for '{run['property']}' is none: {error}"

    @cached_property
    def _network(self) -> AnyNetwork:
        return network_of(config_of(self.manifest["config"]))

    @cached_property
    def _properties(self) -> dict[str, Property]:
        """The finite properties of the claim and its witnesses, by name."""
        claim = find(self.manifest["claim"])
        assert claim is not None
        made = [make_property(claim.make, self._network), *(make_witness(w, self._network) for w in claim.witness)]
        return {prop.name: prop for prop in made if isinstance(prop, Property)}

    @cached_property
    def _system(self) -> System:
        return self._network.system(*self._properties.values())

    def _replay(self, run: Mapping[str, Any]) -> None:
        rules = {rule.name: rule for rule in self._system.rules}

        def steps(listed: Sequence[Mapping[str, Any]]) -> tuple[Step, ...]:
            return tuple(Step(rules[one["rule"]], one["inputs"], one["state"]) for one in listed)

        initial: State = run["initial"]
        trace = Trace(initial, steps(run["steps"]))
        if "loop" not in run:
            return confirm(self._system, self._properties[run["property"]], trace)
        again = steps(run["loop"])
        replay(self._system, Trace(initial, (*trace.steps, *again)))
        if again and again[-1].state != trace.states[-1]:
            raise ReplayError("its loop does not come back")
        return None


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
    known = {field.name for field in fields(kind)}
    if unknown := sorted(values.keys() - known):
        raise BadConfig(f"config: unknown field '{unknown[0]}'")
    if isinstance(connections := values.get("connections"), list):
        for one in connections:
            if isinstance(one, dict):
                _only_fields(Config, one)
