"""What a certificate is of: the claim and the variant that it names, looked up among what this version claims.

A variant is one of the claim's own, or the settings of `--set`. Its configuration, what is expected, and the claim's
sentence have to be what they are here; whatever else a certificate says is then derived from the task.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from model.certificates.manifests import Certificate, Damaged, ProofManifest, SearchManifest, config_of
from model.questions.task import Task
from model.questions.theorems import network_for
from model.settings.config import Config
from model.settings.server import SETTABLE, AnyConfig, parse_setting
from model.settings.setting import BadConfig, names_of
from properties.claim import Cell, Claim, Proof
from properties.claims import find

BETWEEN = re.compile(rf" (?=(?:{'|'.join(SETTABLE)})=)")
"""Between two settings; a value may have spaces."""


class OtherClaim(Exception):
    """A certificate of something else than what this version claims under its name; the text says what."""


def task_of(certificate: Certificate) -> Task:
    """The task that a certificate is of; raises `Damaged` if there is none, and `OtherClaim`."""
    form, engine = certificate.form, "unbounded" if isinstance(certificate.form, ProofManifest) else "explicit"
    try:
        task = _task(form.claim, form.variant, config_of(form.config), form.expected, engine)
        if task.engine == "unbounded":
            network_for(task)  # It raises `BadConfig` for a configuration that the proof is not about.
        else:
            task.config.check_searchable()
    except BadConfig as error:
        raise Damaged(f"{certificate.path}: is not a certificate: {error}") from error
    if form.sentence != task.claim.sentence:
        raise OtherClaim(f"its sentence is not that of {form.claim}")
    return task


def together(certificate: Certificate) -> list[Task]:
    """The tasks that were judged by the search of a certificate, itself among them; raises as `task_of`."""
    form = certificate.form
    assert isinstance(form, SearchManifest)
    config, named = config_of(form.config), [(one.claim, one.variant) for one in form.together]
    if len(set(named)) < len(named):
        raise Damaged(f"{certificate.path}: is not a certificate: together: one verdict is there twice")
    if (form.claim, form.variant, form.expected) not in {(o.claim, o.variant, o.expected) for o in form.together}:
        raise Damaged(f"{certificate.path}: is not a certificate: together: the claim itself is missing")
    try:
        return [_task(one.claim, one.variant, config, one.expected, "explicit") for one in form.together]
    except BadConfig as error:
        raise Damaged(f"{certificate.path}: is not a certificate: together: {error}") from error


def _task(name: str, variant: str, config: AnyConfig, expected: str, engine: str) -> Task:
    """The task of this name; raises `BadConfig` for what is not known, and `OtherClaim`."""
    if (claim := find(name)) is None:
        raise BadConfig(f"claim '{name}' is not known to this version")
    listed: Sequence[Cell | Proof] = claim.proofs if engine == "unbounded" else claim.cells
    if not listed or (engine == "explicit" and not (claim.searched or claim.epistemic)):
        raise BadConfig(f"claim '{name}' has no {'proof' if engine == 'unbounded' else 'search'}")
    one = next((one for one in listed if one.variant == variant), None)
    wanted = [one.config] if one else [base.vary(_settings(variant)) for base in _bases(claim, engine)]
    if config not in wanted:
        raise OtherClaim(f"its configuration is not that of {name} ({variant}): {_differing(wanted[0], config)}")
    if expected != (one.expected if one else ""):
        raise OtherClaim(f"it expects '{expected}' of {name} ({variant}), not '{one.expected if one else ''}'")
    return Task(claim, variant, config, expected, engine, one if isinstance(one, Proof) else None)


def _bases(claim: Claim, engine: str) -> Iterator[AnyConfig]:
    """The configurations that `--set` may vary: of a claim, and with `--property` the default one."""
    yield claim.proofs[0].config if engine == "unbounded" else claim.cells[0].config
    if engine == "explicit" and isinstance(claim.cells[0].config, Config):
        yield Config()


def _settings(variant: str) -> dict[str, object]:
    """The settings that a variant's name has, which are those of `--set`; raises `BadConfig`."""
    if variant == "default":
        return {}
    items = [item.partition("=") for item in BETWEEN.split(variant)]
    if any(not equals for _, equals, _ in items) or len({name for name, _, _ in items}) < len(items):
        raise BadConfig(f"variant '{variant}' is neither the claim's nor made of settings")
    return {name: parse_setting(name, value) for name, _, value in items}


def _differing(wanted: AnyConfig, given: AnyConfig) -> str:
    """The first field that differs, with both values."""
    if type(wanted) is not type(given):
        return "one is of a server, the other is not"
    name = next(name for name in names_of(type(wanted)) if getattr(wanted, name) != getattr(given, name))
    return name if name == "connections" else f"{name}={getattr(given, name)}, not {getattr(wanted, name)}"
