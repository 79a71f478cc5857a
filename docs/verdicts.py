"""From the frozen facts: the answers to the nine questions, every claim with its variants, and every row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from docs.facts import Row, every_variant, facts, failing, length, number, proofs, row, variants
from docs.markdown import Sections, code, table
from docs.measured import noticed
from properties.claim import Cell, Claim
from properties.claims import CLAIMS, find
from properties.statements import STATEMENTS, SentencePart, Statement

BEYOND = "beyond"


def claim_of(part: SentencePart) -> Claim:
    """The claim that makes a part of an answer true."""
    found = find(part.claim)
    assert found is not None, part.claim
    return found


def cell_of(part: SentencePart, expected: str) -> Cell:
    """The variant that a part is about, or the first that is expected so."""
    cells = [cell for cell in claim_of(part).cells if cell.expected == expected]
    return next((cell for cell in cells if cell.variant == part.variant), cells[0])


def nine() -> str:
    """The nine questions: each with its answer, the shortest counterexample and a link."""
    rows = []
    for one in STATEMENTS:
        cell, found = shortest(one)
        link = f"[{one.number}](docs/questions.md#{one.number.lower()})"
        rows.append((link, one.question, one.short, f"{length(found)} ({cell.variant})"))
    return table(("", "Question", "Answer", "Steps of the shortest counterexample"), rows)


def shortest(one: Statement) -> tuple[Cell, Row]:
    """The shortest run of a part of the answer that must fail, or else of the last part's claim where that fails."""
    about = [part for part in one.answer if part.expected == "fails"] or [one.answer[-1]]
    found = [(cell, row(claim_of(part), cell.variant)) for part in about for cell in [cell_of(part, "fails")]]
    return min(found, key=lambda pair: pair[1]["steps"])


def statement(one: Statement) -> str:
    """The parts of a statement's answer, and its claims."""
    parts = "\n".join(f"- {part.text} ({reason(part)})" for part in one.answer)
    return f"*{one.question}* {one.short}.\n\n{parts}\n\n{claims(one.number)}"


def reason(part: SentencePart) -> str:
    """The claim and the variant that make a part true; of a run its steps."""
    claim, cell = claim_of(part), cell_of(part, part.expected)
    found = row(claim, cell.variant)
    verb = "is a run" if claim.scenario else part.expected
    steps = f": {length(found)} steps" if "steps" in found else ""
    return f"{code(claim.name)} {verb} with {cell.variant}{steps}"


def claims(settles: str) -> str:
    """The claims whose first statement this is, each with its variants."""
    about = [claim for claim in CLAIMS if (claim.settles or (BEYOND,))[0] == settles]
    rows = [(code(claim.name) + _also(claim), claim.sentence, holding(claim), fails(claim)) for claim in about]
    return table(("Claim", "What it says", "Holds", "Fails (steps of the shortest counterexample)"), rows)


def _also(claim: Claim) -> str:
    return f" (and {', '.join(claim.settles[1:])})" if claim.settles[1:] else ""


def holding(claim: Claim) -> str:
    """The variants with which it holds, and whether it is proved."""
    said = [cell.variant for cell in variants(claim, "holds") if row(claim, cell.variant)]
    proved = [proof for proof in proofs(claim, "holds") if row(claim, proof.variant)]
    return "; ".join([*said, *(["**proved** for every channel"] if proved else [])])


def fails(claim: Claim) -> str:
    """The variants with which it fails."""
    return "; ".join(failing(claim, cell) for cell in variants(claim, "fails"))


def every() -> str:
    """Every row of a full run."""
    header = ("Variant", "Verdict", "Engine", "States", "Transitions", "Steps", "Obligations")
    return "\n\n".join(
        f"## {claim.name}\n\n{claim.sentence} (RFC 9293: {claim.cite})\n\n{table(header, rows_of(claim))}"
        for claim in CLAIMS
    )


def rows_of(claim: Claim) -> Sequence[Sequence[str]]:
    """The rows of one claim."""
    listed = [row(claim, one.variant) | {"variant": one.variant} for one in every_variant(claim)]
    return [
        (
            found["variant"],
            found["verdict"],
            found["engine"],
            number(found["states"]) if found["states"] else "",
            number(found["transitions"]) if found["states"] else "",
            length(found),
            number(found["obligations"]) if "obligations" in found else "",
        )
        for found in listed
    ]


def sure() -> str:
    """How many claims, variants, proofs and mutants there are, and how large the searches are."""
    listed = [(claim, one) for claim in CLAIMS for one in every_variant(claim) if row(claim, one.variant)]
    bad = sum(one.expected == "fails" for _, one in listed)
    proved = sum(bool(proofs(claim, "holds")) for claim in CLAIMS)
    states = max(found["states"] for found in facts().values() if found["engine"] == "explicit")
    return "\n".join(
        (
            f"- {len(CLAIMS)} claims have {len(listed)} variants: in {len(listed) - bad} the claim must hold, in {bad}",
            "  it must fail, with something weakened, and all do.",
            f"- The largest search has {number(states)} states; {proved} claims are also proved for every channel.",
            f"- {noticed()} ([mutants](docs/mutants.md)).",
        )
    )


SECTIONS: Sections = {
    "nine": nine,
    "sure": sure,
    "every": every,
    BEYOND: partial(claims, BEYOND),
    **{one.number: partial(statement, one) for one in STATEMENTS},
}
