"""Obligations as scripts, and what a certificate says of each: the one place where writer and checker meet.

Both make the text of a script from an obligation; equal obligations have equal texts in every process, since nodes are
in canonical order (`model.core.nodes`).
"""

from __future__ import annotations

from collections.abc import Sequence

import z3

from model.any_channel.words import event_of
from model.certificates.manifests import FOLDER, ExpectedAnswer, Script, script_name, sha256
from model.core.nodes import node_of
from model.engines.inductive.obligations import Duty, Obligation
from model.export.smtlib import Scripts
from model.tcp.cause import named


class Scribe:
    """Writes obligations as scripts."""

    def __init__(self) -> None:
        self._scripts, self._hashes = Scripts(), dict[tuple[object, ...], str]()

    def text(self, obligation: Obligation, duties: Sequence[Duty], expected: ExpectedAnswer) -> str:
        """The script that asks whether the premises allow that not all of these duties hold."""
        return self._scripts.script(_formulas(obligation, duties), _words(obligation, expected))

    def hash(self, obligation: Obligation, duties: Sequence[Duty], expected: ExpectedAnswer) -> str:
        """The hash of that script, which is made once: claims share obligations."""
        formulas = _formulas(obligation, duties)
        key = (*(node_of(formula).digest for formula in formulas), *_words(obligation, expected))
        if key not in self._hashes:
            self._hashes[key] = sha256(self.text(obligation, duties, expected))
        return self._hashes[key]


def entry(obligation: Obligation, duties: Sequence[Duty], expected: ExpectedAnswer, sha: str) -> Script:
    """What a manifest says of the script with this hash."""
    return Script(
        file=f"{FOLDER}/{script_name(sha)}",
        sha256=sha,
        expected=expected,
        event=named(event_of(obligation)),
        cite=obligation.cite,
        kind=obligation.kind,
        about=obligation.about,
        lemmas=list(dict.fromkeys(duty.lemma for duty in duties)),
    )


def _formulas(obligation: Obligation, duties: Sequence[Duty]) -> list[z3.BoolRef]:
    return [*obligation.premises, z3.Not(z3.And(*(duty.term for duty in duties)))]


def _words(obligation: Obligation, expected: ExpectedAnswer) -> list[str]:
    return [f"{named(event_of(obligation))}: {obligation.kind} {obligation.about}", f"expected: {expected}"]
