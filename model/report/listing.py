"""What the command line says about claims and fields without checking anything.

The list goes by the explainer's statements: a question, and a line for each claim that is about it. A claim that is
about two stands under the first, which says so.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence

from model.questions.names import about, claims_named
from model.settings.config import Config
from model.settings.server import OWN
from model.settings.setting import Setting, settings_of, show_field
from model.words.columns import wrapped
from model.words.language import _
from properties.claim import Claim
from properties.claims import CLAIMS
from properties.plain_words import answer
from properties.statements import STATEMENTS, Statement, statement

NARROW, WIDE = 40, 100


def columns() -> int:
    """Columns for prose: those of the terminal, but no more than read well."""
    return max(NARROW, min(WIDE, shutil.get_terminal_size((80, 24)).columns))


def fill(text: str, first: str = "", rest: str = "") -> list[str]:
    """The text in lines; words are not broken."""
    return wrapped(text, columns(), first, rest)


def description(claims: bool, fields: bool, explained: Sequence[str]) -> str:
    """What is to be listed or explained; empty if nothing is. Raises `UnknownName`."""
    if claims or fields:
        return "\n\n".join([*([listing()] if claims else []), *([field_listing()] if fields else [])])
    return explanations(explained) if explained else ""


def listing() -> str:
    """The statements with their questions and claims, a line each."""
    width = max(len(claim.name) for claim in CLAIMS)
    lines = [
        line
        for one in STATEMENTS
        for line in (
            *fill(f"{one.number}  {_(one.question)}", rest="    "),
            *(_line(claim, width) for claim in CLAIMS if claim.settles[:1] == (one.number,)),
        )
    ]
    lines += [_("Beyond the explainer"), *(_line(claim, width) for claim in CLAIMS if not claim.settles)]
    lines += [
        _("Some of them, by name, statement, pattern: python -m model.check S8 'figure-*'"),
        _("More: --explain CLAIM (what it means); --fields (what --set may vary)"),
    ]
    return "\n".join(lines)


def _line(claim: Claim, width: int) -> str:
    also = f" (+ {', '.join(claim.settles[1:])})" if claim.settles[1:] else ""
    return f"  {claim.name:<{width}} {_(answer(claim).title)}{also}"


def field_listing() -> str:
    """The fields of the configuration, with their defaults."""
    lines = [_("Fields for --set, with their defaults:")]
    for name, known in settings_of(Config).items():
        lines += _field(f"{name}={show_field(known.default)}", known)
    lines += ["", _("Further fields of the claims about a server:")]
    for name, known in OWN.items():
        lines += _field(name, known)
    return "\n".join(lines)


def _field(name: str, known: Setting) -> list[str]:
    """A field with what it is, and the paragraph."""
    text = _(known.text)
    said = _("{what} ({why})").format(what=text, why=_(known.cite)) if known.cite else text
    return fill(_("{kind}: {text}").format(kind=name, text=said), "  ", "      ")


def explanations(names: Sequence[str]) -> str:
    """What the claims named mean; of a statement first what it asks. Raises `UnknownName`."""
    parts = [_question(found) for name in names if (found := statement(name))]
    return "\n\n\n".join([*parts, *(explanation(claim) for claim in claims_named(names))])


def _question(one: Statement) -> str:
    claims = [claim.name for claim in about(one.number)]
    its = _("Its claims: {claims}").format(claims=", ".join(claims))
    return "\n".join([*fill(f"{one.number}: {_(one.question)}"), "", *fill(its)])


def explanation(claim: Claim) -> str:
    """What a claim says, where it says so, and what the answers mean."""
    known = answer(claim)
    both = _("{one} {other}").format(one=_(known.holds), other=_(known.fails))
    settles = ", ".join(claim.settles) or _("a finding")
    lines = [f"{claim.name} ({settles})", "", *fill(both), ""]
    lines += fill(_("Exactly: {sentence}").format(sentence=_(claim.sentence)))
    lines += [f"RFC 9293: {claim.cite}", "", *fill(_(claim.meaning)), ""]
    for cell in claim.cells:
        fields = " ".join(f"{name}={show_field(value)}" for name, value in cell.config.varied().items())
        words = {"variant": _(cell.variant), "verdict": _(cell.expected)}
        words["fields"] = fields or _("the default configuration")
        lines += fill(_("{variant}: {verdict}, on {fields}").format(**words), rest="    ")
    for proof in claim.proofs:
        verdict = _("proved") if proof.expected == "holds" else _("no proof")
        lines += fill(_("{variant}: {verdict}").format(variant=_(proof.variant), verdict=verdict), rest="    ")
    if claim.searched:
        said = _("Fresh ISNs are {distance} apart where isns_apart does not say more.")
        lines += fill(said.format(distance=Config().isns_apart))
    left_open = _("Not checked: {what}").format(what=_(claim.not_checked))
    lines += ["", *fill(left_open)] if claim.not_checked else []
    return "\n".join(lines)
