"""Which claims somebody names: by name, by a statement of the explainer (S1 to S9), or by a pattern ('figure-*')."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from model.machine.printing import Mistake, meant
from properties.claim import Claim
from properties.claims import CLAIMS
from properties.statements import STATEMENTS, statement

WILD = "*?["


class UnknownName(Mistake, ValueError):
    """Nothing has this name; the text is one clear line."""


def claims_named(names: Sequence[str]) -> list[Claim]:
    """The claims, each once, in the order in which they are named. Raises `UnknownName`."""
    found = dict.fromkeys(claim.name for name in names for claim in named(name))
    return [claim for name in found for claim in CLAIMS if claim.name == name]


def named(name: str) -> list[Claim]:
    """The claims that one name stands for, in their own order; at least one. Raises `UnknownName`."""
    if statement(name):
        return about(name)
    found = [claim for claim in CLAIMS if claim.name == name]
    if any(char in name for char in WILD):
        found = [claim for claim in CLAIMS if fnmatchcase(claim.name, name.lower())]
        if not found:
            raise UnknownName(f"no claim is like '{name}'; see --list")
    elif not found:
        known = [*(claim.name for claim in CLAIMS), *(one.number for one in STATEMENTS)]
        raise UnknownName(f"unknown claim '{name}'; {meant(name, known) or 'see --list'}")
    return found


def about(number: str) -> list[Claim]:
    """The claims about a statement, those first that are about it before any other."""
    claims = [claim for claim in CLAIMS if number.upper() in claim.settles]
    return sorted(claims, key=lambda claim: claim.settles[0] != number.upper())


def claim_named(name: str) -> Claim:
    """The one claim that a name stands for. Raises `UnknownName` if there is none, or more than one."""
    found = named(name)
    if len(found) > 1:
        raise UnknownName(
            f"'{name}' stands for {len(found)} claims, and one is wanted: {', '.join(c.name for c in found)}"
        )
    return found[0]
