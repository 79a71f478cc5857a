"""What a proof's certificate has to say, derived from claim and configuration, and how it differs from what it says.

The obligations are made here once more, in their order, by what states them (`engines.unbounded`); nothing is asked.
Each has to be in the certificate, with its event, kind and lemmas, as a script that is equal byte for byte (their
hashes are): so nothing is missing, nothing is added, and what the solvers answer is what the proof needs. What they
have to answer is the certificate's alone: where that is "sat" an obligation has to be there in parts, too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from model.certificates.manifests import Certificate, Damaged, ProofManifest, Script
from model.certificates.obligation_scripts import Scribe, entry
from model.engines.inductive.obligations import Duty, Obligation
from model.questions.task import Task
from model.questions.theorems import network_for, proof_of
from model.settings.setting import BadConfig

_scribe = cache(Scribe)
"""The one of this process."""


def differences(certificate: Certificate, task: Task) -> list[list[str]]:
    """How the certificate of a task's proof differs from what it should be: a list of lines; raises `Damaged`."""
    form = certificate.form
    assert isinstance(form, ProofManifest)
    try:
        network = network_for(task)
        obligations = (one for layer in proof_of(task) for one in layer.obligations())
        first = _first_difference(form.obligations, obligations)
    except BadConfig as error:
        raise Damaged(f"{certificate.path}: is not a certificate: {error}") from error
    answer = "fails" if any(one.expected == "sat" for one in form.obligations) else "proved"
    checks = [
        (not first, first),
        (form.verdict == answer, f"it says '{form.verdict}', but what it expects makes '{answer}'"),
        (form.width == network.bits, f"its width is {form.width}, not {network.bits}"),
        (tuple(form.assumptions) == network.assumptions, "its assumptions are not those of the proof"),
    ]
    return [[words for right, words in checks if not right]]


def _first_difference(listed: Sequence[Script], obligations: Iterable[Obligation]) -> str:
    """The first place where what is listed is not what is to be shown, in words; "" if there is none."""
    left = deque(listed)
    for number, obligation in enumerate(obligations, 1):
        for duties in _asked(obligation, left):
            if not left:
                return f"obligation {number:,} ({obligation.name}) and all that follow are missing"
            given = left.popleft()
            sha = _scribe().hash(obligation, duties, given.expected)
            wanted = entry(obligation, duties, given.expected, sha)
            if given != wanted:
                return f"obligation {number:,} should be '{obligation.name}', and {_wrong(given, wanted)}"
    return f"behind the last obligation there are {len(left):,} more" if left else ""


def _asked(obligation: Obligation, left: Sequence[Script]) -> Iterator[Sequence[Duty]]:
    """The duties that are asked together: all; each alone, too, if the answer is that not all hold."""
    fails = bool(left) and left[0].expected == "sat"
    yield obligation.duties
    if fails:
        yield from ([duty] for duty in obligation.duties)


def _wrong(given: Script, wanted: Script) -> str:
    """What differs, in words."""
    name = next(name for name in Script.__struct_fields__ if name != "file" and getattr(given, name) != getattr(
        wanted, name)) if given.sha256 == wanted.sha256 else "script"  # fmt: skip
    return f"its {name} is another"
